//! What can go wrong with the database, in words for a person.

use sqlx::{error::ErrorKind, migrate::MigrateError};
use std::{io, path::PathBuf};

/// Why the database did not do what it was asked. [`StoreError::hint`] says what to do.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A newer program has written the database. It was left as it is.
    #[error(
        "{path} was written by a newer Tomo (schema {found}; this one knows {known}).",
        path = path.display()
    )]
    Newer {
        /// The database.
        path: PathBuf,
        /// The newest migration it has seen.
        found: i64,
        /// The newest migration this program has.
        known: i64,
    },
    /// The file is a database, but not one of Tomo's.
    #[error("{path} is a database of another program.", path = .0.display())]
    Foreign(PathBuf),
    /// The file or the disk it is on does not take writes.
    #[error("The database is read-only.")]
    ReadOnly,
    /// No room on the disk. The change was undone as a whole.
    #[error("The disk that holds the database is full.")]
    Full,
    /// The file is not a database, or is damaged.
    #[error("The database is damaged: {0}.")]
    Corrupt(String),
    /// Another process has held the database for longer than the busy time.
    #[error("Another program is using the database.")]
    Locked,
    /// The file or its folder may not be used by this account.
    #[error("{path} may not be opened by this account.", path = .0.display())]
    Permission(PathBuf),
    /// The file system failed.
    #[error("{path}: {source}.", path = path.display())]
    Io {
        /// What was being opened.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The disk failed while SQLite was at work.
    #[error("The disk that holds the database failed: {0}.")]
    Disk(String),
    /// A row with the same unique columns exists.
    #[error("There is already {what}.")]
    Duplicate {
        /// What there is already, with its article: `a user named anna`.
        what: String,
    },
    /// What the change is about is not there (any more).
    #[error("There is no such {what}.")]
    Missing {
        /// What is missing: `server`.
        what: &'static str,
    },
    /// Somebody has changed the setting since it was read.
    #[error("{key} was changed in the meantime: it is now {value}.")]
    Stale {
        /// The setting.
        key: String,
        /// The value in force now.
        value: serde_json::Value,
        /// Its version now.
        version: i64,
    },
    /// The value breaks the setting's rule, or there is no such setting. The text names the key, the
    /// rule and the value.
    #[error("{0}")]
    InvalidSetting(String),
    /// The first account exists.
    #[error("Tomo is already set up.")]
    AlreadySetUp,
    /// Nobody could administer any more.
    #[error("Tomo needs an admin who may sign in, and this is the last one.")]
    LastAdmin,
    /// The vault is closed, so a change of a setting could not be put into the audit trail.
    #[error("Settings cannot be changed while the vault is locked.")]
    AuditKeyMissing,
    /// A row holds something that Tomo never writes.
    #[error("A row of the database cannot be read: {0}.")]
    Unreadable(String),
    /// A migration of this program differs from the one that the database has seen.
    #[error("The database was written by a different build of Tomo (migration {0} differs).")]
    OtherBuild(i64),
    /// Anything else: a mistake in Tomo.
    #[error("The database refused a statement: {0}.")]
    Unexpected(#[source] sqlx::Error),
}

impl StoreError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Newer { .. } | Self::OtherBuild(_) => {
                "Start the newest Tomo on this computer, or choose another data folder."
            }
            Self::Foreign(_) => "Choose another data folder.",
            Self::ReadOnly => "Make the data folder and its disk writable, then try again.",
            Self::Full => "Free some space on that disk, then try again. Nothing was lost.",
            Self::Corrupt(_) => {
                "Quit Tomo, move tomo.db with its -wal and -shm files aside, and put back a copy of \
                 it; tomo.db.before-… beside it is one."
            }
            Self::Locked => "Close what else has it open, or wait a moment, then try again.",
            Self::Permission(_) => {
                "Give your account read and write access to the data folder and everything in it."
            }
            Self::Io { .. } | Self::Disk(_) => {
                "Check the disk and the data folder, then try again."
            }
            Self::Duplicate { .. } => "Change the one that exists, or enter something else.",
            Self::Missing { .. } => "It may have been removed elsewhere; look at the list again.",
            Self::Stale { .. } => "Look at the present value and decide again.",
            Self::InvalidSetting(_) => "Enter a value that the setting takes.",
            Self::AlreadySetUp => "Sign in with the account that exists.",
            Self::LastAdmin => "Make another account an admin first.",
            Self::AuditKeyMissing => "Unlock the vault, then change the setting.",
            Self::Unreadable(_) => "Put back a copy of the database, or report this.",
            Self::Unexpected(_) => "This is a mistake in Tomo; report it with the log.",
        }
    }

    /// Puts a name to a broken unique constraint; other errors stay what they are.
    pub(super) fn or_duplicate(error: sqlx::Error, what: impl FnOnce() -> String) -> Self {
        match &error {
            sqlx::Error::Database(database) if database.kind() == ErrorKind::UniqueViolation => {
                Self::Duplicate { what: what() }
            }
            _ => error.into(),
        }
    }

    /// An error of the file system about `path`.
    pub(super) fn io(path: impl Into<PathBuf>, source: io::Error) -> Self {
        match source.kind() {
            io::ErrorKind::PermissionDenied => Self::Permission(path.into()),
            io::ErrorKind::ReadOnlyFilesystem => Self::ReadOnly,
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full,
            _ => Self::Io { path: path.into(), source },
        }
    }
}

/// The primary result code of SQLite, out of the extended one that sqlx reports.
fn primary_code(error: &dyn sqlx::error::DatabaseError) -> Option<i32> {
    error.code()?.parse::<i32>().ok().map(|extended| extended & 0xff)
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        use libsqlite3_sys as sqlite;
        match &error {
            sqlx::Error::Database(database) => {
                let message = || database.message().to_owned();
                match primary_code(&**database) {
                    Some(sqlite::SQLITE_BUSY | sqlite::SQLITE_LOCKED) => Self::Locked,
                    Some(sqlite::SQLITE_READONLY) => Self::ReadOnly,
                    Some(sqlite::SQLITE_FULL) => Self::Full,
                    Some(sqlite::SQLITE_CORRUPT | sqlite::SQLITE_NOTADB) => {
                        Self::Corrupt(message())
                    }
                    Some(sqlite::SQLITE_AUTH) => Self::AuditKeyMissing,
                    Some(sqlite::SQLITE_IOERR | sqlite::SQLITE_CANTOPEN | sqlite::SQLITE_PERM) => {
                        Self::Disk(message())
                    }
                    _ => Self::Unexpected(error),
                }
            }
            sqlx::Error::PoolTimedOut => Self::Locked,
            sqlx::Error::Decode(_) | sqlx::Error::ColumnDecode { .. } => {
                Self::Unreadable(error.to_string())
            }
            _ => Self::Unexpected(error),
        }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode as Code;
        let text = || error.to_string();
        match error.sqlite_error_code() {
            Some(Code::DatabaseBusy | Code::DatabaseLocked) => Self::Locked,
            Some(Code::ReadOnly) => Self::ReadOnly,
            Some(Code::DiskFull) => Self::Full,
            Some(Code::DatabaseCorrupt | Code::NotADatabase) => Self::Corrupt(text()),
            Some(Code::SystemIoFailure | Code::CannotOpen | Code::PermissionDenied) => {
                Self::Disk(text())
            }
            _ => Self::Unexpected(sqlx::Error::Protocol(text())),
        }
    }
}

impl From<MigrateError> for StoreError {
    fn from(error: MigrateError) -> Self {
        match error {
            MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => error.into(),
            MigrateError::VersionMismatch(version) => Self::OtherBuild(version),
            other => Self::Unexpected(sqlx::Error::Migrate(Box::new(other))),
        }
    }
}
