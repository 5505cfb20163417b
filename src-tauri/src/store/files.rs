//! The files of the database: where they are, and who may read them.

use super::StoreError;
use std::{
    fs::{DirBuilder, File, OpenOptions},
    path::{Path, PathBuf},
};

/// Name of the database in the data folder.
pub const FILE_NAME: &str = "tomo.db";

/// Creates the folder and the file where they are missing, for this account alone, and makes sure
/// that the file can be written. SQLite gives `-wal` and `-shm` the mode of the file.
pub(super) fn prepare(folder: &Path) -> Result<PathBuf, StoreError> {
    let path = folder.join(FILE_NAME);
    if !folder.is_dir() {
        private_folder().create(folder).map_err(|error| StoreError::io(folder, error))?;
    }
    check_writable(folder).map_err(|error| StoreError::io(folder, error))?;
    let file = private_file(&path).map_err(|error| StoreError::io(&path, error))?;
    make_private(&file).map_err(|error| StoreError::io(&path, error))?;
    Ok(path)
}

/// Opens `path` for writing; created, when it is missing, for this account alone.
///
/// # Errors
/// What the system says.
pub fn private_file(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn private_folder() -> DirBuilder {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
}

/// SQLite keeps `-wal` and `-shm` beside the file, and so has to be able to create them.
#[cfg(unix)]
fn check_writable(folder: &Path) -> std::io::Result<()> {
    Ok(rustix::fs::access(folder, rustix::fs::Access::WRITE_OK)?)
}

#[cfg(not(unix))]
fn check_writable(_: &Path) -> std::io::Result<()> {
    Ok(())
}

/// Takes away what other accounts may do with a file that was there before, e.g. a copy put back.
#[cfg(unix)]
fn make_private(file: &File) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mut permissions = file.metadata()?.permissions();
    if permissions.mode() & 0o077 == 0 {
        return Ok(());
    }
    permissions.set_mode(permissions.mode() & !0o077);
    file.set_permissions(permissions)
}

#[cfg(not(unix))]
fn make_private(_: &File) -> std::io::Result<()> {
    Ok(())
}
