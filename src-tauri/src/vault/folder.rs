//! The vault's files in the data folder: read whole, replaced whole, readable by nobody else.

use super::{Result, VaultError, record::Record};
use serde::Serialize;
use std::{
    collections::BTreeMap,
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, ErrorKind, Write},
    path::{Path, PathBuf},
    time::Duration,
};
use tokio::time::Instant;

const RECORD: &str = "vault.json";
const REMEMBERED: &str = "remembered.json";
const LOCK: &str = "vault.lock";

/// How long to wait for another process that changes the vault.
const PATIENCE: Duration = Duration::from_secs(10);

/// Remembered secrets by name, sealed.
pub(super) type Remembered = BTreeMap<String, String>;

/// The data folder, as far as the vault is concerned.
#[derive(Clone, Debug)]
pub(super) struct Folder(PathBuf);

impl Folder {
    pub(super) fn new(dir: &Path) -> Self {
        Self(dir.to_owned())
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    /// The record, or `None` in a folder that has no vault yet. Reads a few hundred bytes.
    pub(super) fn record(&self) -> Result<Option<Record>> {
        read(&self.0.join(RECORD))
            .map_err(|source| VaultError::Io { action: "reading vault.json", source })?
            .map(|bytes| Record::parse(&bytes))
            .transpose()
    }

    /// Replaces the record. After a power loss either the old or the new one is there, whole.
    pub(super) async fn write_record(&self, record: &Record) -> Result<()> {
        self.replace(RECORD, record)
            .await
            .map_err(|source| VaultError::Io { action: "writing vault.json", source })
    }

    pub(super) fn remembered(&self) -> Result<Remembered> {
        let action = "reading remembered.json";
        let bytes =
            read(&self.0.join(REMEMBERED)).map_err(|source| VaultError::Io { action, source })?;
        bytes
            .map(|bytes| serde_json::from_slice(&bytes))
            .transpose()
            .map(Option::unwrap_or_default)
            .map_err(|e| VaultError::Io { action, source: e.into() })
    }

    pub(super) async fn write_remembered(&self, all: &Remembered) -> Result<()> {
        self.replace(REMEMBERED, all)
            .await
            .map_err(|source| VaultError::Io { action: "writing remembered.json", source })
    }

    /// Waits until no other process changes the vault, and keeps others out until it is dropped.
    /// Whoever changes a file reads it again under the lock first.
    pub(super) async fn lock(&self) -> Result<FolderLock> {
        let failed = |source| VaultError::Io { action: "locking the vault", source };
        create_folder(&self.0).map_err(failed)?;
        let file =
            private().create(true).truncate(false).open(self.0.join(LOCK)).map_err(failed)?;
        let deadline = Instant::now() + PATIENCE;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(FolderLock { _file: file }),
                Err(fs::TryLockError::Error(source)) => return Err(failed(source)),
                Err(fs::TryLockError::WouldBlock) if Instant::now() < deadline => {
                    tokio::time::sleep(Duration::from_millis(25)).await;
                }
                Err(fs::TryLockError::WouldBlock) => return Err(VaultError::Busy),
            }
        }
    }

    async fn replace(&self, name: &'static str, content: &impl Serialize) -> io::Result<()> {
        let bytes = serde_json::to_vec_pretty(content)?;
        let dir = self.0.clone();
        tokio::task::spawn_blocking(move || replace(&dir, name, &bytes))
            .await
            .map_err(io::Error::other)?
    }
}

/// Other processes may not change the vault while this lives. The system frees it with the process.
pub(super) struct FolderLock {
    _file: File,
}

fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
        Err(e) => Err(e),
    }
}

/// Writes beside the file, then renames over it. Callers hold the folder's lock, so one name for
/// the new file is enough, and what a crash left under it can go.
fn replace(dir: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    let new = dir.join(format!("{name}.new"));
    match fs::remove_file(&new) {
        Err(e) if e.kind() != ErrorKind::NotFound => return Err(e),
        _ => {}
    }
    let mut file = private().create_new(true).open(&new)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    drop(file);
    fs::rename(&new, dir.join(name))?;
    // The rename is on the disk only when the folder is. Windows has no such call and no need.
    #[cfg(unix)]
    File::open(dir)?.sync_all()?;
    Ok(())
}

/// For a file that only its owner may read.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

fn create_folder(dir: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir)
}
