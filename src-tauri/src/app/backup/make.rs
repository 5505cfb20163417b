//! Making the file of a backup, from the snapshot to the name.

use super::{
    container,
    error::BackupError,
    host_name,
    lock::{self, KeptKey},
    place,
};
use crate::{
    app::{AUDIT_PURPOSE, error::AppError},
    domain::backup::BackupContents,
    store::{self, Check, FILE_NAME, MadeFile, Rekey, Snapshot},
    vault::{BackupKey, Vault},
};
use chrono::Utc;
use secrecy::SecretString;
use std::{
    path::{Path, PathBuf},
    thread,
};

/// What is to be made.
pub(super) struct Order {
    pub(super) path: PathBuf,
    /// Whether a file of this name goes for it.
    pub(super) replace: bool,
    pub(super) with_history: bool,
    pub(super) passphrase: SecretString,
}

/// What was made.
pub(super) struct Made {
    pub(super) file: MadeFile,
    pub(super) unopened_credentials: u32,
}

/// Makes a backup of the database in the folder `data`. Blocks for seconds. Whatever goes wrong,
/// nothing of it is left.
pub(super) fn make(data: &Path, vault: &Vault, order: Order) -> Result<Made, AppError> {
    let Order { path, replace, with_history, passphrase } = order;
    if path.to_str().is_none() {
        return Err(AppError::Invalid("The path of the file is not text.".into()));
    }
    if !replace && path.exists() {
        return Err(BackupError::Exists(path).into());
    }
    // First, so that a folder that cannot be written is found before the work.
    let mut file = place::NewFile::begin(&path)?;
    let workshop = place::workshop(data)?;
    let copy = workshop.path().join(FILE_NAME);

    let unwritten = |error| AppError::from(BackupError::write(&path, error));
    let broken = |_| AppError::Internal("making a backup");
    let key = BackupKey::generate()?;
    let packed = workshop.path().join("packed");
    let (contents, unopened_credentials) = thread::scope(|scope| {
        // Deriving a key takes as long as the rest, and the machine has another core.
        let lock = scope.spawn(|| lock::lock(passphrase));
        let snapshot = snapshot(data, &copy, vault, &key, with_history)?;
        let (bytes, unopened) = (snapshot.bytes, snapshot.unopened_credentials);
        let contents = contents(snapshot);
        // It lies beside the database, on a disk that need not be the one of the backup.
        container::pack(&copy, bytes, &packed)
            .map_err(|error| BackupError::write(data.join(FILE_NAME), error))?;
        let (packed, copy) = (packed.as_path(), copy.as_path());
        let unpacked = scope.spawn(move || container::try_unpacking(packed, bytes));
        let checked = scope.spawn(|| store::check(copy, Check::Structure));
        let lock = lock.join().map_err(broken)?.map_err(unwritten)?;
        let (sealed, kept) = lock.begin(file.file()).map_err(unwritten)?;
        container::fill(sealed, &contents, &key, packed).map_err(unwritten)?;
        checked.join().map_err(broken)??;
        let unpacked = unpacked.join().map_err(broken)?;
        unpacked.and_then(|()| read_back(file.unfinished(), &kept, &contents, packed)).map_err(
            |error| match error {
                BackupError::Read { .. } => error,
                _ => BackupError::NotTheSame,
            },
        )?;
        Ok::<_, AppError>((contents, unopened))
    })?;
    let read_back_at = Utc::now();
    let unread = |error| BackupError::read(&path, error);
    let mark = place::mark_of(file.unfinished()).map_err(unread)?;
    let bytes = file.file().metadata().map_err(unread)?.len();
    file.finish(replace)?;
    let file = MadeFile { bytes, mark, contents, read_back_at };
    Ok(Made { file, unopened_credentials })
}

/// Copies the database, under the key of the backup.
fn snapshot(
    data: &Path,
    copy: &Path,
    vault: &Vault,
    key: &BackupKey,
    with_history: bool,
) -> Result<Snapshot, AppError> {
    let rewrap = vault.pack(key)?;
    let chain = rewrap.derived_keys(AUDIT_PURPOSE);
    Ok(store::take_snapshot(
        &data.join(FILE_NAME),
        copy,
        with_history,
        Rekey {
            reseal: &mut |row, sealed| rewrap.reseal(row, sealed).ok(),
            audit_from: &chain.old,
            audit_to: &chain.new,
        },
    )?)
}

/// Reads a backup back to its last byte: age proves that it is what was written, and it is compared
/// with what was packed.
fn read_back(
    backup: &Path,
    kept: &KeptKey,
    contents: &BackupContents,
    packed: &Path,
) -> Result<(), BackupError> {
    let opened = container::unlock(backup, kept)?.open(backup)?;
    if opened.contents == *contents && opened.matches_packed(backup, packed)? {
        Ok(())
    } else {
        Err(BackupError::NotTheSame)
    }
}

fn contents(snapshot: Snapshot) -> BackupContents {
    BackupContents {
        made_at: Utc::now(),
        tomo_version: env!("CARGO_PKG_VERSION").into(),
        schema_version: snapshot.schema_version,
        installation_id: snapshot.installation_id,
        host: host_name(),
        servers: snapshot.servers,
        credentials: snapshot.credentials,
        users: snapshot.users,
        changed_settings: snapshot.changed_settings,
        activities: snapshot.activities,
        audit_entries: snapshot.audit_entries,
        metric_rows: snapshot.metric_rows,
        history_since: snapshot.history_since,
        database_bytes: snapshot.bytes,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{fs, io::Write};

    /// A backup that is not what went in has to be found out while the database is still there.
    #[test]
    fn reading_back_finds_what_is_different() {
        let folder = tempfile::tempdir().expect("a folder");
        let named = |name: &str| folder.path().join(name);
        let (database, packed, backup) = (named("db"), named("packed"), named("backup"));
        let text = b"a database of many rows ".repeat(20_000);
        fs::write(&database, &text).expect("a database");
        let bytes = text.len() as u64;
        container::pack(&database, bytes, &packed).expect("packed");
        container::try_unpacking(&packed, bytes).expect("it unpacks");
        let contents = BackupContents { database_bytes: bytes, ..contents_of_nothing() };
        let lock = lock::lock("seven grey herons at noon".to_owned().into()).expect("a lock");
        let mut file = fs::File::create_new(&backup).expect("a file");
        let (sealed, kept) = lock.begin(&mut file).expect("begun");
        let key = BackupKey::generate().expect("a key");
        container::fill(sealed, &contents, &key, &packed).expect("filled");
        read_back(&backup, &kept, &contents, &packed).expect("the same");

        let other = BackupContents { servers: contents.servers + 1, ..contents.clone() };
        assert!(read_back(&backup, &kept, &other, &packed).is_err(), "it says something else");
        let mut longer = fs::OpenOptions::new().append(true).open(&packed).expect("packed");
        longer.write_all(b"more").expect("written");
        assert!(read_back(&backup, &kept, &contents, &packed).is_err(), "it holds less");
        assert!(container::try_unpacking(&packed, bytes).is_err(), "there is more than it says");
        let mut sealed = fs::read(&backup).expect("read");
        let middle = sealed.len() / 2;
        sealed[middle] ^= 1;
        fs::write(&backup, sealed).expect("written");
        assert!(read_back(&backup, &kept, &contents, &packed).is_err(), "a bit is flipped");
    }

    fn contents_of_nothing() -> BackupContents {
        contents(Snapshot {
            schema_version: 1,
            installation_id: String::new(),
            servers: 0,
            credentials: 0,
            unopened_credentials: 0,
            users: 0,
            changed_settings: 0,
            activities: 0,
            audit_entries: 0,
            metric_rows: None,
            history_since: None,
            bytes: 0,
        })
    }
}
