//! Where backups are put: a new file that appears whole or not at all, the folder of automatic ones,
//! and the lock that lets one backup be made or restored at a time.

use super::error::BackupError;
use chrono::{DateTime, Local};
use sha2::{Digest, Sha256};
#[cfg(unix)]
use std::time::Duration;
use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Read},
    path::{Path, PathBuf},
};
use tempfile::{NamedTempFile, TempDir};

/// How names of backups end.
pub(super) const ENDING: &str = "tomobackup";
const LOCK: &str = "backup.lock";
/// What a folder for half-done work begins with.
const WORKSHOP: &str = ".tomo-workshop-";
/// What a file that is not whole yet begins and ends with.
const UNFINISHED: &str = ".tomo-";
const UNFINISHED_ENDING: &str = ".part";
/// Who has begun a file may not hold it yet.
#[cfg(unix)]
const JUST_BEGUN: Duration = Duration::from_secs(60);
/// How much of a file names it. age begins a file with random bytes.
const MARK_BYTES: u64 = 256;

/// Nobody else makes or restores a backup of this data folder while this lives. The system frees it
/// with the process.
pub(super) struct Turn {
    _file: File,
}

impl Turn {
    /// Takes the turn, and clears away what a process that was killed in its turn has left.
    ///
    /// # Errors
    /// [`BackupError::Busy`] when somebody else has it.
    pub(super) fn take(data: &Path) -> Result<Self, BackupError> {
        let path = data.join(LOCK);
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&path).map_err(|error| BackupError::write(&path, error))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(BackupError::Busy),
            Err(TryLockError::Error(error)) => return Err(BackupError::write(&path, error)),
        }
        clear(data);
        Ok(Self { _file: file })
    }
}

fn clear(data: &Path) {
    let Ok(entries) = fs::read_dir(data) else { return };
    for entry in entries.flatten() {
        if entry.file_name().to_string_lossy().starts_with(WORKSHOP)
            && let Err(error) = fs::remove_dir_all(entry.path())
        {
            tracing::warn!(%error, "what an interrupted backup has left could not be removed");
        }
    }
}

/// A folder for half-done work beside the database, for this account alone. It goes with the value.
pub(super) fn workshop(data: &Path) -> Result<TempDir, BackupError> {
    tempfile::Builder::new()
        .prefix(WORKSHOP)
        .tempdir_in(data)
        .map_err(|error| BackupError::write(data.join(WORKSHOP), error))
}

/// Removes what writers that were killed have left in a folder: nobody holds it any more.
#[cfg(unix)]
fn clear_unfinished(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let is_old = || {
            // Of a link nothing is followed, and a pipe would keep whoever opens it waiting.
            let about = entry.metadata().ok()?;
            let age = about.modified().ok()?.elapsed().ok()?;
            Some(about.is_file() && age > JUST_BEGUN)
        };
        let is_one = name.starts_with(UNFINISHED) && name.ends_with(UNFINISHED_ENDING);
        if !is_one || is_old() != Some(true) {
            continue;
        }
        let Ok(file) = OpenOptions::new().write(true).open(entry.path()) else { continue };
        if file.try_lock().is_ok()
            && let Err(error) = fs::remove_file(entry.path())
        {
            tracing::warn!(%error, "what an interrupted backup has left could not be removed");
        }
    }
}

/// A file that is not there before it is whole.
pub(crate) struct NewFile {
    path: PathBuf,
    file: NamedTempFile,
}

impl NewFile {
    /// Begins to write what is to become `path`, for this account alone.
    ///
    /// # Errors
    /// When its folder is not there or cannot be written.
    pub(crate) fn begin(path: &Path) -> Result<Self, BackupError> {
        if path.is_dir() {
            return Err(BackupError::NotAFile(path.into()));
        }
        let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        if !folder.is_dir() {
            return Err(BackupError::NoFolder(folder.into()));
        }
        #[cfg(unix)]
        clear_unfinished(folder);
        let file = tempfile::Builder::new()
            .prefix(UNFINISHED)
            .suffix(UNFINISHED_ENDING)
            .tempfile_in(folder)
            .map_err(|error| BackupError::write(path, error))?;
        // Where it cannot be held, somebody has to remove what a Tomo that was killed leaves.
        #[cfg(unix)]
        let _ = file.as_file().try_lock();
        Ok(Self { path: path.into(), file })
    }

    /// What is written into.
    pub(crate) fn file(&mut self) -> &mut File {
        self.file.as_file_mut()
    }

    /// Where it lies until it is finished.
    pub(crate) fn unfinished(&self) -> &Path {
        self.file.path()
    }

    /// Gives it its name, in place of a file that may be there when `replace` says so.
    ///
    /// # Errors
    /// [`BackupError::Exists`], or when the disk does not take it.
    pub(crate) fn finish(self, replace: bool) -> Result<(), BackupError> {
        let Self { path, file } = self;
        file.as_file().sync_all().map_err(|error| BackupError::write(&path, error))?;
        let kept = if replace { file.persist(&path) } else { file.persist_noclobber(&path) };
        kept.map_err(|error| BackupError::write(&path, error.error))?;
        // The name is on the disk only when the folder is. Not every file system can be told.
        #[cfg(unix)]
        if let Some(folder) = path.parent().filter(|folder| folder.is_dir()) {
            let _ = File::open(folder).and_then(|folder| folder.sync_all());
        }
        Ok(())
    }
}

/// A name that no file in `folder` has: `tomo-<computer>-<date>-<time>.tomobackup`.
pub(super) fn free_name(folder: &Path, host: &str, now: DateTime<Local>) -> PathBuf {
    let host: String = host
        .chars()
        .take(40)
        .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' })
        .collect();
    let stem = format!("tomo-{}-{}", host.trim_matches('-'), now.format("%Y-%m-%d-%H%M%S"));
    let named = |number: u32| match number {
        1 => folder.join(format!("{stem}.{ENDING}")),
        number => folder.join(format!("{stem}-{number}.{ENDING}")),
    };
    (1..).map(named).find(|path| !path.exists()).unwrap_or_else(|| named(1))
}

/// What names a file among all others.
pub(super) fn mark_of(path: &Path) -> io::Result<String> {
    let mut begins = Vec::new();
    File::open(path)?.take(MARK_BYTES).read_to_end(&mut begins)?;
    Ok(hex::encode(Sha256::digest(&begins)))
}

/// Makes Tomo's own folder of backups.
pub(super) fn make_folder(folder: &Path) -> Result<(), BackupError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(|error| BackupError::write(folder, error))
}

/// Bytes that are free on the disk of `folder`; nothing where the system does not tell.
#[cfg(unix)]
pub(super) fn free_bytes(folder: &Path) -> Option<u64> {
    let disk = rustix::fs::statvfs(folder).ok()?;
    disk.f_bavail.checked_mul(disk.f_frsize)
}

/// Bytes that are free on the disk of `folder`; nothing where the system does not tell.
#[cfg(not(unix))]
pub(super) fn free_bytes(_: &Path) -> Option<u64> {
    None
}
