//! A backup on its way into the database: unpacked beside it, proven, and furnished with what
//! belongs to this computer. Everything here blocks, and touches only the copy.

use super::{container, error::BackupError, place};
use crate::{
    app::{AUDIT_PURPOSE, error::AppError, whoami},
    domain::{activity::ActivityKind, backup::BackupContents, id::UserId},
    store::{
        self, AuditKeySlot, Check, FILE_NAME, MadeBackup, NewActivity, Rekey, Store, StoreError,
    },
    vault::{BackupKey, Vault},
};
use chrono::Utc;
use secrecy::SecretString;
use serde_json::Value;
use std::{
    fs::File,
    io::Write,
    path::{Path, PathBuf},
};
use tempfile::TempDir;
use tokio::runtime::Handle;

const MB: u64 = 1024 * 1024;

/// A backup that was unpacked and proven. The copy is removed with the value.
pub(super) struct Staged {
    folder: TempDir,
    pub(super) contents: BackupContents,
    key: BackupKey,
}

/// What is put into the copy besides what the backup holds.
pub(super) struct Furniture<'a> {
    /// Backups of this computer.
    pub(super) backups: &'a [MadeBackup],
    /// Who restores, if somebody is signed in.
    pub(super) by: Option<UserId>,
    /// What the activity log shall say.
    pub(super) message: &'a str,
    pub(super) details: &'a Value,
}

impl Staged {
    /// Unpacks a backup into a folder beside the database, and proves it: the file to its last byte,
    /// the database to its last page, its schema to the last trigger. An older one is brought up to
    /// date. `room` is how many times its size has to be free.
    ///
    /// # Errors
    /// Why it cannot be restored; nothing is left of it then.
    pub(super) fn unpack(
        data: &Path,
        path: &Path,
        passphrase: SecretString,
        room: u64,
        runtime: &Handle,
    ) -> Result<Self, AppError> {
        let opened = container::open(path, passphrase)?;
        let contents = &opened.contents;
        if contents.schema_version > store::newest_schema() {
            return Err(BackupError::Newer(contents.tomo_version.clone()).into());
        }
        let needed = contents.database_bytes.saturating_mul(room).saturating_add(MB);
        if let Some(free) = place::free_bytes(data).filter(|free| *free < needed) {
            return Err(BackupError::NoRoom { needed: needed / MB, free: free / MB }.into());
        }
        let key = opened.key.clone();
        let folder = place::workshop(data)?;
        let database = folder.path().join(FILE_NAME);
        let unwritten = |error| BackupError::write(&database, error);
        let mut file = File::create_new(&database).map_err(unwritten)?;
        let contents = opened.unpack(path, |piece| file.write_all(piece).map_err(unwritten))?;
        drop(file);
        let staged = Self { folder, contents, key };
        staged.prove(runtime)?;
        Ok(staged)
    }

    /// The database.
    pub(super) fn database(&self) -> PathBuf {
        self.folder.path().join(FILE_NAME)
    }

    fn prove(&self, runtime: &Handle) -> Result<(), AppError> {
        store::check(&self.database(), Check::Everything).map_err(unsound)?;
        let fresh = self.folder.path().join("fresh");
        let has_admin = runtime.block_on(async {
            // Opening it runs the migrations that it has not seen.
            let opened =
                Store::open(self.folder.path(), AuditKeySlot::empty()).await.map_err(unsound)?;
            let has_admin = opened.has_admin().await.map_err(unsound);
            opened.close().await;
            Store::open(&fresh, AuditKeySlot::empty()).await?.close().await;
            has_admin
        })?;
        let refused = |reason: &str| Err(BackupError::Unsound(reason.into()).into());
        if !store::same_schema(&self.database(), &fresh.join(FILE_NAME))? {
            return refused("it is no database of Tomo");
        }
        if !has_admin {
            return refused("it has no admin who could sign in");
        }
        Ok(())
    }

    /// From the keys of the backup to those of this computer; gives how many credentials cannot be
    /// opened.
    ///
    /// # Errors
    /// When the vault is not open, or the copy cannot be written.
    pub(super) fn change_keys(&self, vault: &Vault) -> Result<u32, AppError> {
        let rewrap = vault.unpack(&self.key)?;
        let chain = rewrap.derived_keys(AUDIT_PURPOSE);
        Ok(store::rekey_copy(
            &self.database(),
            Rekey {
                reseal: &mut |row, sealed| rewrap.reseal(row, sealed).ok(),
                audit_from: &chain.old,
                audit_to: &chain.new,
            },
        )?)
    }

    /// Puts in what belongs to this computer and this program: new settings, this computer's row, the
    /// list of backups here, and the entry that says what is being done.
    ///
    /// # Errors
    /// When the vault is not open, or the copy cannot be written.
    pub(super) fn furnish(
        &self,
        vault: &Vault,
        furniture: &Furniture<'_>,
        runtime: &Handle,
    ) -> Result<(), AppError> {
        let slot = AuditKeySlot::empty();
        slot.fill(vault.derived_key(AUDIT_PURPOSE)?);
        runtime.block_on(async {
            let copy = Store::open(self.folder.path(), slot).await?;
            let furnished = furnish(&copy, furniture).await;
            copy.close().await;
            Ok(furnished?)
        })
    }
}

async fn furnish(copy: &Store, furniture: &Furniture<'_>) -> Result<(), StoreError> {
    let now = Utc::now();
    copy.sync_settings(now).await?;
    copy.ensure_local_server(&whoami(), now).await?;
    copy.set_all_disconnected().await?;
    for backup in furniture.backups {
        copy.insert_backup(backup).await?;
    }
    let user_id = match furniture.by {
        // Whoever restores may have no account in what is restored.
        Some(by) => copy.user(by).await?.map(|user| user.id),
        None => None,
    };
    let entry = NewActivity {
        activity_type: ActivityKind::BackupRestore.as_str(),
        user_id,
        server_id: None,
        app_id: None,
        message: furniture.message,
        details: Some(furniture.details),
    };
    copy.insert_activity(&entry, now).await.map(drop)
}

/// What is wrong with the database in a backup, if that is what is wrong.
fn unsound(error: StoreError) -> AppError {
    match error {
        StoreError::Newer { .. } => BackupError::Newer("its database is newer".into()).into(),
        StoreError::Foreign(_) => BackupError::Unsound("it is no database of Tomo".into()).into(),
        StoreError::OtherBuild(_)
        | StoreError::Corrupt(_)
        | StoreError::Unreadable(_)
        | StoreError::Unexpected(_) => {
            BackupError::Unsound(error.to_string().trim_end_matches('.').to_owned()).into()
        }
        error => error.into(),
    }
}
