//! Backups that are made without anybody asking: every night, or when Tomo is there again; and the
//! rotation of the old ones.

use super::{error::BackupError, host_name, make::Order, place, schedule, state_of};
use crate::{
    app::{Tomo, activity::Entry, error::AppError},
    collect::hub::Change,
    domain::{activity::ActivityKind, fleet::Topic},
    store::MadeBackup,
};
use chrono::{DateTime, Local, Utc};
use serde_json::json;
use std::{path::Path, time::Duration};
use tokio_util::future::FutureExt as _;

/// When it is looked first: soon, for a Tomo that is never open for long, but not among all that a
/// start has to do.
const FIRST: Duration = Duration::from_secs(15);
/// How often it is looked from then on.
const EVERY: Duration = Duration::from_secs(60);
/// Failures that the list remembers.
const FAILURES: usize = 20;

/// When the next one is due, after those that were made.
pub(super) fn next(made: &[MadeBackup], now: DateTime<Utc>) -> DateTime<Utc> {
    let last = |failed: bool| {
        let mut automatic = made.iter().filter(|backup| backup.is_automatic);
        automatic.find(|backup| backup.error.is_some() == failed).map(|backup| backup.made_at)
    };
    schedule::next_here(now, last(false), last(true))
}

impl Tomo {
    /// Makes backups when they are due until Tomo is shut down; one that has begun is finished.
    pub(in crate::app) fn keep_backing_up(&self) {
        let tomo = self.clone();
        self.inner.tasks.spawn(async move {
            let cancel = tomo.inner.cancel.clone();
            let mut wait = FIRST;
            loop {
                let asked = tomo.inner.backup_wish.notified();
                let waited = tokio::time::timeout(wait, asked).with_cancellation_token(&cancel);
                if waited.await.is_none() {
                    return;
                }
                match tomo.back_up_when_due().await {
                    Ok(()) | Err(AppError::Backup(BackupError::Busy)) => {}
                    Err(error) => tracing::warn!(%error, "the automatic backup failed"),
                }
                wait = EVERY;
            }
        });
    }

    async fn back_up_when_due(&self) -> Result<(), AppError> {
        let folder = self.backup_folder_path().await?;
        if !self.is_due().await? {
            return Ok(());
        }
        let Ok(Some(passphrase)) = self.remembered_passphrase().await else { return Ok(()) };
        let enabled = self.inner.store.setting(None, "system.backup_enabled").await?;
        if enabled != json!(true) {
            return Ok(());
        }
        let turn = place::Turn::take(&self.inner.data_dir)?;
        // Another process may have been faster: in our turn the answer holds.
        if !self.is_due().await? {
            return Ok(());
        }
        let with_history = self.inner.store.setting(None, "system.backup_with_history").await?;
        if let Err(error) = self.backup_folder().await {
            // Told like any other failure, or a disk that is never connected would go unnoticed.
            tracing::warn!(%error, "the folder of backups cannot be used");
        }
        let order = Order {
            path: place::free_name(&folder, &host_name(), Local::now()),
            replace: false,
            with_history: with_history != json!(false),
            passphrase,
        };
        let made = self.make_and_note(turn, order, None, None).await;
        self.rotate().await?;
        made.map(drop)
    }

    async fn is_due(&self) -> Result<bool, AppError> {
        let (made, now) = (self.inner.store.backups().await?, Utc::now());
        Ok(next(&made, now) <= now)
    }

    /// Removes the oldest automatic backups beyond those that are kept. A file that is not the one
    /// that was written stays, whatever its name.
    async fn rotate(&self) -> Result<(), AppError> {
        let keep = self.whole_setting("system.backup_keep").await?;
        let keep = usize::try_from(keep).unwrap_or(usize::MAX).max(1);
        let made = self.inner.store.backups().await?;
        let failed = made.iter().filter(|backup| backup.error.is_some());
        for forgotten in failed.skip(FAILURES) {
            self.inner.store.delete_backup(forgotten.id).await?;
        }
        let automatic = made.iter().filter(|backup| backup.is_automatic && backup.file.is_some());
        for old in automatic.skip(keep) {
            let removed = old.file.as_ref().is_some_and(|file| {
                let path = Path::new(&old.path);
                let is_ours = matches!(state_of(path, file), (Some(_), None));
                is_ours && std::fs::remove_file(path).is_ok()
            });
            self.inner.store.delete_backup(old.id).await?;
            if removed {
                let name = super::file_name(Path::new(&old.path));
                let entry = Entry::by_tomo(
                    ActivityKind::BackupRemove,
                    format!("Old backup removed: {name}"),
                );
                let details = json!({ "file": old.path, "made_at": old.made_at, "keep": keep });
                self.record(entry.with(details)).await;
            }
        }
        self.inner.hub.announce(Change::Topic(Topic::Backups));
        Ok(())
    }
}
