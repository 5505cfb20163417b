//! The one error that leaves Tomo: a code to branch on, what happened, and what to do.

use crate::domain::failure::Failure;
use serde::Serialize;
use ts_rs::TS;

/// What a caller may branch on. A code exists only if somebody does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// The first account does not exist yet.
    NotSetUp,
    /// Nobody is signed in.
    NotSignedIn,
    /// The session waits for its password.
    SessionLocked,
    /// The master key is not at hand.
    VaultLocked,
    /// The role does not allow it.
    Forbidden,
    /// The arguments cannot be taken.
    Invalid,
    /// There is one already.
    Duplicate,
    /// It was changed meanwhile.
    Stale,
    /// There is no such thing.
    NotFound,
    /// A host key stands in the way.
    HostKey,
    /// Anything else.
    Failed,
}

/// An error as a person reads it. Internals are logged, not sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS, thiserror::Error)]
#[error("{message}")]
pub struct ApiError {
    /// What a caller may branch on.
    pub code: Code,
    /// What happened.
    pub message: String,
    /// What to do; may be empty.
    pub hint: String,
}

impl ApiError {
    /// An error with a hint.
    pub fn new(code: Code, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { code, message: message.into(), hint: hint.into() }
    }

    /// Arguments that cannot be taken.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(Code::Invalid, message, "")
    }
}

impl From<Failure> for ApiError {
    fn from(failure: Failure) -> Self {
        Self::new(Code::Failed, failure.to_string(), failure.hint)
    }
}
