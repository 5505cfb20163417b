//! The way back: a backup is proven and prepared whole beside the database, and then takes its place
//! in one transaction. Until that moment nothing is changed, and after it nothing is half done.

use super::{
    error::BackupError,
    file_name,
    staged::{Furniture, Staged},
};
use crate::{
    app::{Tomo, error::AppError},
    collect::hub::Change,
    domain::{
        backup::BackupContents, file::FilePurpose, fleet::Topic, id::UserId, session::Session,
        status::Status,
    },
    store::{self, FILE_NAME, MadeBackup},
    vault::Vault,
};
use chrono::Utc;
use secrecy::SecretString;
use serde_json::json;
use std::{
    fs,
    path::{Path, PathBuf},
    sync::PoisonError,
    time::Instant,
};
use tokio::runtime::Handle;

impl Tomo {
    /// Verifies a backup whole, and says what it holds.
    ///
    /// # Errors
    /// When the passphrase does not open it, or it could not be restored.
    pub async fn inspect_backup(
        &self,
        path: &str,
        passphrase: Option<SecretString>,
    ) -> Result<BackupContents, AppError> {
        let path = self.backup_file(path).await?;
        let passphrase = self.passphrase_for(passphrase).await?;
        let turn = self.turn().await?;
        let (data, runtime) = (self.inner.data_dir.clone(), Handle::current());
        tokio::task::spawn_blocking(move || {
            let _turn = turn;
            Ok(Staged::unpack(&data, &path, passphrase, 1, &runtime)?.contents)
        })
        .await
        .map_err(|error| AppError::internal("reading a backup", &error))?
    }

    /// Replaces everything by what a backup holds; everybody is signed out. What was there is kept
    /// beside the database.
    ///
    /// # Errors
    /// When the vault is not open, or the backup cannot be restored; nothing is changed then.
    pub async fn restore_backup(
        &self,
        by: &Session,
        path: &str,
        passphrase: Option<SecretString>,
    ) -> Result<Status, AppError> {
        self.replace_everything(Some(by), path, passphrase).await
    }

    /// Asks for a backup to begin with, instead of a first account.
    ///
    /// # Errors
    /// When there is an account already, or this front door has no dialog.
    pub async fn choose_backup_at_setup(&self) -> Result<Option<String>, AppError> {
        self.refuse_strangers(None).await?;
        self.choose_file(FilePurpose::OpenBackup).await
    }

    /// As [`Tomo::inspect_backup`], for whoever has no account yet because nobody has.
    ///
    /// # Errors
    /// When there is an account already; as [`Tomo::inspect_backup`].
    pub async fn inspect_backup_at_setup(
        &self,
        path: &str,
        passphrase: Option<SecretString>,
    ) -> Result<BackupContents, AppError> {
        self.refuse_strangers(None).await?;
        self.inspect_backup(path, passphrase).await
    }

    /// Begins with a backup instead of a first account.
    ///
    /// # Errors
    /// When there is an account already; as [`Tomo::restore_backup`].
    pub async fn set_up_from_backup(
        &self,
        path: &str,
        passphrase: Option<SecretString>,
    ) -> Result<Status, AppError> {
        self.replace_everything(None, path, passphrase).await
    }

    async fn replace_everything(
        &self,
        by: Option<&Session>,
        path: &str,
        passphrase: Option<SecretString>,
    ) -> Result<Status, AppError> {
        // What is restored is sealed with the master key of this computer.
        self.inner.vault.fingerprint()?;
        self.refuse_strangers(by).await?;
        let path = self.backup_file(path).await?;
        let passphrase = self.passphrase_for(passphrase).await?;
        let turn = self.turn().await?;
        // It may have been set up while this waited for its turn.
        self.refuse_strangers(by).await?;
        let job = Job {
            data: self.inner.data_dir.clone(),
            vault: self.inner.vault.clone(),
            path,
            passphrase,
            backups: self.inner.store.backups().await?,
            by: by.map(|session| (session.user.id, session.user.username.clone())),
            runtime: Handle::current(),
        };
        tokio::task::spawn_blocking(move || {
            let _turn = turn;
            job.run()
        })
        .await
        .map_err(|error| AppError::internal("restoring a backup", &error))??;
        self.begin_anew().await;
        self.status().await
    }

    /// Without a session only where nobody has an account.
    async fn refuse_strangers(&self, by: Option<&Session>) -> Result<(), AppError> {
        if by.is_none() && self.inner.store.installation().await?.is_setup {
            return Err(AppError::AlreadySetUp);
        }
        Ok(())
    }

    /// A backup that a command names: one of the list, or a file that this process may use.
    async fn backup_file(&self, path: &str) -> Result<PathBuf, AppError> {
        match self.named_file(path) {
            Ok(path) => Ok(std::path::absolute(&path).unwrap_or(path)),
            Err(error) => {
                let known = self.backups().await?.entries;
                if known.iter().any(|entry| entry.path == path) {
                    Ok(PathBuf::from(path))
                } else {
                    Err(error)
                }
            }
        }
    }

    async fn passphrase_for(&self, given: Option<SecretString>) -> Result<SecretString, AppError> {
        match given {
            Some(given) => Ok(given),
            None => Ok(self.remembered_passphrase().await?.ok_or(BackupError::NoPassphrase)?),
        }
    }

    /// Goes on with what is in the database now. It is there, so nothing here may fail any more.
    async fn begin_anew(&self) {
        self.forget_sessions().await;
        // The trail of the backup ends elsewhere than the one that was here.
        if let Err(error) = self.rebase_audit_head().await {
            tracing::error!(%error, "the end of the restored audit trail could not be kept");
        }
        self.inner.presented.lock().unwrap_or_else(PoisonError::into_inner).clear();
        if let Err(error) = self.follow_now().await {
            tracing::error!(%error, "what was restored could not be put into force yet");
        }
        for row in self.inner.hub.rows(Utc::now()) {
            // The connections of before used other secrets.
            self.inner.supervisor.restart(row.server.id);
        }
        let topics = [
            Topic::Activity,
            Topic::Users,
            Topic::Sessions,
            Topic::Backups,
            Topic::Retention,
            Topic::Plans,
        ];
        for change in [Change::Session, Change::Fleet, Change::Settings]
            .into_iter()
            .chain(topics.map(Change::Topic))
        {
            self.inner.hub.announce(change);
        }
    }
}

/// A restore, off the runtime.
struct Job {
    data: PathBuf,
    vault: Vault,
    path: PathBuf,
    passphrase: SecretString,
    backups: Vec<MadeBackup>,
    /// Who restores: the id and the name, which what is restored may not know.
    by: Option<(UserId, String)>,
    runtime: Handle,
}

impl Job {
    fn run(self) -> Result<(), AppError> {
        /// The copy, the present database set aside, and the log that the new content goes through.
        const ROOM: u64 = 3;
        let began = Instant::now();
        let Self { data, vault, path, passphrase, backups, by, runtime } = self;
        let staged = Staged::unpack(&data, &path, passphrase, ROOM, &runtime)?;
        let unopened = staged.change_keys(&vault)?;
        let live = data.join(FILE_NAME);
        let aside = store::aside_name(&live, Utc::now());
        let contents = &staged.contents;
        let details = json!({
            "file": path.display().to_string(),
            "made_at": contents.made_at,
            "made_on": contents.host,
            "made_with": contents.tomo_version,
            "servers": contents.servers,
            "credentials": contents.credentials,
            "unopened_credentials": unopened,
            "users": contents.users,
            "restored_by": by.as_ref().map(|(_, name)| name),
            "kept_aside": file_name(&aside),
            "seconds": (began.elapsed().as_secs_f64() * 10.0).round() / 10.0,
        });
        let furniture = Furniture {
            backups: &backups,
            by: by.as_ref().map(|(id, _)| *id),
            message: &format!("Backup restored: {}", file_name(&path)),
            details: &details,
        };
        staged.furnish(&vault, &furniture, &runtime)?;
        put_in_place(&staged.database(), &live, &aside)
    }
}

/// Keeps the present content and replaces it. If that fails, the present content stays where it is,
/// and there is no copy of it.
fn put_in_place(staged: &Path, live: &Path, aside: &Path) -> Result<(), AppError> {
    store::keep_aside(live, aside)?;
    let replaced = store::replace_content(staged, live);
    if replaced.is_err() {
        let _ = fs::remove_file(aside);
    }
    Ok(replaced?)
}
