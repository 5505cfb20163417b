//! What can go wrong with a backup, and what to do about each of it.

use std::{io, path::PathBuf};

/// Why a backup could not be made, read or restored.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// No passphrase came with the request, and none is remembered.
    #[error("Backups have no passphrase yet.")]
    NoPassphrase,
    /// A new passphrase that is too easy to guess.
    #[error("{0}")]
    WeakPassphrase(String),
    /// Somebody else makes or restores one.
    #[error("Another backup is being made or restored at this moment.")]
    Busy,
    /// The folder of automatic backups is not there.
    #[error("The folder {} is not there.", .0.display())]
    NoFolder(PathBuf),
    /// There is a file of this name.
    #[error("{} is there already.", .0.display())]
    Exists(PathBuf),
    /// The disk is full.
    #[error("The disk that holds {} is full.", .0.display())]
    Full(PathBuf),
    /// The file or its folder cannot be written.
    #[error("{path} cannot be written: {source}.", path = path.display())]
    Write {
        /// What was being written.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// What was written is not what was read back.
    #[error("The backup was not the same when it was read back.")]
    NotTheSame,
    /// There is no such file.
    #[error("There is no file {}.", .0.display())]
    Missing(PathBuf),
    /// It is a folder, a device or a pipe.
    #[error("{} is not a file.", .0.display())]
    NotAFile(PathBuf),
    /// The file cannot be read.
    #[error("{path} cannot be read: {source}.", path = path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// There is nothing in it.
    #[error("{} is empty.", .0.display())]
    Empty(PathBuf),
    /// Another program's file.
    #[error("{} is not a backup of Tomo.", .0.display())]
    NotABackup(PathBuf),
    /// It does not open the file.
    #[error("The passphrase does not open this backup.")]
    WrongPassphrase,
    /// It is a backup of something else: of Tomo itself, or of an app.
    #[error("{path} is {is}.", path = path.display())]
    OtherKind {
        /// The file.
        path: PathBuf,
        /// What it is.
        is: &'static str,
    },
    /// Deriving its key would cost minutes or gigabytes.
    #[error("This backup asks for more work than Tomo ever asks for.")]
    TooMuchWork,
    /// It is of a newer Tomo.
    #[error("This backup was made by a newer Tomo ({0}).")]
    Newer(String),
    /// Not what was written.
    #[error("This backup is damaged, or was not copied whole.")]
    Damaged,
    /// It opens, and what is in it does not hold.
    #[error("This backup cannot be restored: {0}.")]
    Unsound(String),
    /// There is no room to unpack it.
    #[error("Unpacking this backup needs {needed} MB, and the disk has {free} MB left.")]
    NoRoom {
        /// Megabytes that are needed.
        needed: u64,
        /// Megabytes that are free.
        free: u64,
    },
}

impl BackupError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NoPassphrase => "Enter one, or set one for automatic backups.",
            Self::WeakPassphrase(_) => "A few words that do not belong together are easy to keep.",
            Self::Busy => "Wait until it is done, then try again.",
            Self::NoFolder(_) => "Connect its disk, or choose another folder in the settings.",
            Self::Exists(_) => "Choose another name.",
            Self::Full(_) => "Free some space on it, then try again. Nothing was changed.",
            Self::Write { .. } => "Choose another folder, or make this one writable.",
            Self::NotTheSame => "Check the disk, and back up to another one.",
            Self::Missing(_) | Self::NotAFile(_) => "Choose the file of a backup.",
            Self::Read { .. } => "Check the disk, and that your account may read the file.",
            Self::Empty(_) | Self::Damaged => "Copy it again from where it came, or take another.",
            Self::NotABackup(_) => "Choose a file that Tomo has made.",
            Self::OtherKind { .. } => "Choose another file, or restore this one where it belongs.",
            Self::WrongPassphrase => "Check the passphrase and the keyboard layout.",
            Self::TooMuchWork => "Do not trust it: Tomo has not made it like this.",
            Self::Newer(_) => "Update Tomo, then restore it.",
            Self::Unsound(_) => "Nothing was changed. Take another backup.",
            Self::NoRoom { .. } => "Free some space on the disk of the data folder.",
        }
    }

    /// An error of the file system while `path` was written.
    pub(in crate::app) fn write(path: impl Into<PathBuf>, source: io::Error) -> Self {
        let path = path.into();
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                Self::Full(path.parent().map(Into::into).unwrap_or(path))
            }
            io::ErrorKind::AlreadyExists => Self::Exists(path),
            _ => Self::Write { path, source },
        }
    }

    /// An error of the file system while `path` was read.
    pub(in crate::app) fn read(path: impl Into<PathBuf>, source: io::Error) -> Self {
        match source.kind() {
            io::ErrorKind::NotFound => Self::Missing(path.into()),
            _ => Self::Read { path: path.into(), source },
        }
    }
}
