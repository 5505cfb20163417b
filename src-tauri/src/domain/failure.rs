//! Why something about a server did not work: the step that failed, what happened, and what to do.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The steps from an address to a working server, in the order they are taken.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Find the address of the host name.
    Resolve,
    /// Open the TCP connection and agree on SSH.
    Connect,
    /// Compare the key that the host presents with the one that is known.
    HostKey,
    /// Sign in.
    Authenticate,
    /// Run a command and read its answer.
    Command,
}

impl Step {
    /// All steps in order.
    pub const ALL: [Self; 5] =
        [Self::Resolve, Self::Connect, Self::HostKey, Self::Authenticate, Self::Command];

    /// The step as a person reads it.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Resolve => "Find the address",
            Self::Connect => "Connect",
            Self::HostKey => "Host key",
            Self::Authenticate => "Sign in",
            Self::Command => "Run a command",
        }
    }
}

/// A step that failed, in words for a person. Holds no secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct Failure {
    /// Which step it was.
    pub step: Step,
    /// What happened, e.g. "the password is not accepted".
    pub message: String,
    /// What to do about it.
    pub hint: String,
    /// Whether it may pass by itself, so that trying again makes sense. A refused secret does not:
    /// servers count such attempts and lock accounts.
    #[serde(skip)]
    #[ts(skip)]
    pub transient: bool,
}

impl Failure {
    /// A failure of `step`.
    pub fn new(step: Step, message: impl Into<String>, hint: impl Into<String>) -> Self {
        let transient = step != Step::Authenticate;
        Self { step, message: message.into(), hint: hint.into(), transient }
    }

    /// The same failure as one that may pass by itself.
    #[must_use]
    pub fn passing(self) -> Self {
        Self { transient: true, ..self }
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.step.title(), self.message)
    }
}

impl std::error::Error for Failure {}
