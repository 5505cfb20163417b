//! What can go wrong in a use case.

use super::{backup::error::BackupError, lockout::from_when};
pub use crate::domain::text::sentence;
use crate::{
    docker::EngineError,
    domain::{
        address::AddressError, engine::EngineTrouble, failure::Failure, server::InvalidField,
    },
    store::StoreError,
    vault::VaultError,
};
use chrono::{DateTime, TimeDelta, Utc};

/// What can go wrong in a use case.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// There is no account yet.
    #[error("Tomo has no account yet.")]
    NotSetUp,
    /// There is an account already.
    #[error("Tomo is set up already.")]
    AlreadySetUp,
    /// Nobody is signed in, or the session has ended.
    #[error("Nobody is signed in.")]
    NotSignedIn,
    /// The session waits for its password.
    #[error("Tomo is locked.")]
    SessionLocked,
    /// The name or the password is wrong; which of them is not said.
    #[error("The user name or the password is not right.")]
    BadSignIn {
        /// Attempts that are left before a lock.
        left: u32,
        /// How long that lock lasts.
        lockout: TimeDelta,
    },
    /// The password of whoever is signed in is wrong.
    #[error("The password is not right.")]
    BadPassword {
        /// Attempts that are left before a lock.
        left: u32,
        /// How long that lock lasts.
        lockout: TimeDelta,
    },
    /// There were too many of these.
    #[error("Too many failed sign-ins. Try again {}.", from_when(*until))]
    LockedOut {
        /// Until when passwords are not looked at.
        until: DateTime<Utc>,
    },
    /// The caller's role does not allow it.
    #[error("{0}")]
    Forbidden(String),
    /// Something entered cannot be taken.
    #[error("{0}")]
    Invalid(String),
    /// It is not any more what the caller looked at.
    #[error("{0}")]
    Changed(String),
    /// There is no such server, setting or key.
    #[error("There is no such {0}.")]
    NotFound(&'static str),
    /// This computer cannot be treated as a server reached over SSH.
    #[error("This computer is read without SSH; it cannot be {0}.")]
    LocalServer(&'static str),
    /// The key named is not the one that was presented.
    #[error("{message}")]
    HostKey {
        /// What is wrong.
        message: String,
        /// What to do.
        hint: String,
    },
    /// A step to a server failed.
    #[error(transparent)]
    Failure(#[from] Failure),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The vault.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// A container engine did not do it.
    #[error("{}", sentence(&.0.to_string()))]
    Engine(#[from] EngineError),
    /// The container engine of a server cannot be used.
    #[error("{}", .0.message)]
    NoEngine(Box<EngineTrouble>),
    /// A backup.
    #[error(transparent)]
    Backup(#[from] BackupError),
    /// Something that should not happen; the cause is in the log.
    #[error("Tomo failed at {0}.")]
    Internal(&'static str),
}

impl AppError {
    /// Logs a cause that no person can do anything about, and names what was being done.
    pub fn internal(doing: &'static str, cause: &dyn std::error::Error) -> Self {
        tracing::error!(doing, %cause, "internal error");
        Self::Internal(doing)
    }
}

impl From<InvalidField> for AppError {
    fn from(invalid: InvalidField) -> Self {
        Self::Invalid(invalid.message)
    }
}

impl From<AddressError> for AppError {
    fn from(error: AddressError) -> Self {
        Self::Invalid(sentence(&error.to_string()))
    }
}
