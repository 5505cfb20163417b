//! Making the file of a backup, from the snapshot to the name.

use super::{
    container::{self, Opened},
    error::BackupError,
    following::follow,
    host_name, place,
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
    fs::File,
    io::Read,
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

    let key = BackupKey::generate()?;
    let unwritten = |error| AppError::from(BackupError::write(&path, error));
    let unread = |error| BackupError::read(&path, error);
    let broken = |_| AppError::Internal("making a backup");
    let unfinished = file.unfinished().to_owned();
    let (contents, unopened_credentials) = thread::scope(|beside| {
        // Deriving a key takes about as long as the copy, and the machine has another core.
        let lock = beside.spawn(|| container::lock(passphrase.clone()));
        let snapshot = snapshot(data, &copy, vault, &key, with_history)?;
        let unopened_credentials = snapshot.unopened_credentials;
        let contents = contents(snapshot);
        // What is being written is looked through, and read back, while it is written.
        thread::scope(|scope| {
            let checked = scope.spawn(|| store::check(&copy, Check::Structure));
            let empty = lock.join().map_err(broken)?;
            let read = File::open(&unfinished).map_err(unread)?;
            let (followed, follower) = follow(file.file(), read);
            let compared = scope.spawn(|| {
                let opened =
                    container::open_from(Box::new(follower), &unfinished, passphrase.clone());
                compare(opened, &unfinished, &contents, &copy)
            });
            let written = empty
                .and_then(|lock| lock.begin(followed))
                .and_then(|empty| empty.fill(&contents, &key, &copy));
            let compared = compared.join().map_err(broken)?;
            // What could not be written is not the same either: the cause is what is told.
            written.map_err(unwritten)?;
            checked.join().map_err(broken)??;
            Ok::<_, AppError>(compared?)
        })?;
        Ok::<_, AppError>((contents, unopened_credentials))
    })?;
    let read_back_at = Utc::now();
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
            reseal: &mut |server, sealed| rewrap.reseal(server, sealed).ok(),
            audit_from: &chain.old,
            audit_to: &chain.new,
        },
    )?)
}

/// Reads a backup back as restoring would, and compares it with what went in.
fn compare(
    opened: Result<Opened, BackupError>,
    backup: &Path,
    contents: &BackupContents,
    copy: &Path,
) -> Result<(), BackupError> {
    let differs = |error| match error {
        BackupError::Read { .. } => error,
        _ => BackupError::NotTheSame,
    };
    let opened = opened.map_err(differs)?;
    let mut source = File::open(copy).map_err(|error| BackupError::read(copy, error))?;
    let mut same = vec![0; container::BUFFER];
    let read_back = opened
        .unpack(backup, |piece| {
            let same = &mut same[..piece.len()];
            source.read_exact(same).map_err(|error| BackupError::read(copy, error))?;
            if piece == same { Ok(()) } else { Err(BackupError::NotTheSame) }
        })
        .map_err(differs)?;
    if read_back == *contents { Ok(()) } else { Err(BackupError::NotTheSame) }
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
