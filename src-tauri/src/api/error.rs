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

    /// The same in no more words than a person reads: an error may name what was sent, and a
    /// megabyte may have been sent.
    #[must_use]
    pub(super) fn in_short(self) -> Self {
        Self {
            code: self.code,
            message: shortened(&self.message, MOST),
            hint: shortened(&self.hint, MOST),
        }
    }

    /// Arguments that cannot be taken.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(Code::Invalid, message, "")
    }
}

/// Most characters of a message or a hint.
const MOST: usize = 500;

/// At most this many characters of a text that whoever called may have chosen.
pub(super) fn shortened(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        // A sentence stays one.
        Some((end, _)) => format!("{}….", &text[..end]),
        None => text.to_owned(),
    }
}

impl From<Failure> for ApiError {
    fn from(failure: Failure) -> Self {
        Self::new(Code::Failed, failure.to_string(), failure.hint)
    }
}
