//! Backups: making one, listing those there are, and the passphrase of the automatic ones. See
//! [`restore`] for the way back.

mod automatic;
pub(super) mod container;
pub mod error;
pub(super) mod lock;
mod make;
pub(super) mod place;
mod restore;
mod schedule;
mod staged;

use super::{Tomo, activity::Entry, error::AppError};
use crate::{
    collect::hub::Change,
    domain::{
        activity::ActivityKind,
        backup::{BackupEntry, BackupList},
        fleet::Topic,
        id::UserId,
        session::Door,
    },
    store::{MadeBackup, MadeFile},
    vault::{LEAST_PASSPHRASE, VaultError},
};
use chrono::{DateTime, Local, Utc};
use error::BackupError;
use make::Order;
use place::Turn;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};
use uuid::Uuid;

/// The name under which the vault remembers the passphrase of automatic backups.
const PASSPHRASE: &str = "backup-passphrase";
/// More than anybody types; scrypt would take it, people could not.
const MOST_PASSPHRASE: usize = 1024;
/// Of zxcvbn's 0 to 4: holds against guessing at a slow hash, with the file in somebody's hands.
const LEAST_SCORE: u8 = 3;
/// Characters of a note.
const MOST_NOTE: usize = 200;
/// Files of others that are listed.
const MOST_STRANGERS: usize = 200;
/// How long a person's wish waits for a backup that is being made.
const PATIENCE: Duration = Duration::from_secs(20);

/// A backup that somebody wants.
#[derive(Debug, Default)]
pub struct BackupWish {
    /// Where; absent: a new file in the folder of backups.
    pub path: Option<String>,
    /// Whether the history of servers goes in.
    pub with_history: bool,
    /// What it is encrypted under; absent: the passphrase that Tomo remembers.
    pub passphrase: Option<SecretString>,
    /// Why.
    pub note: Option<String>,
}

impl Tomo {
    /// Makes a backup, and reads it back.
    ///
    /// # Errors
    /// When there is no passphrase or a weak one, the file cannot be written, or it is not the same
    /// when it is read back. Nothing is left of it then.
    pub async fn create_backup(
        &self,
        by: UserId,
        wish: BackupWish,
    ) -> Result<BackupEntry, AppError> {
        self.inner.vault.fingerprint()?;
        let note = wish.note.map(|note| note.trim().to_owned()).filter(|note| !note.is_empty());
        if note.as_ref().is_some_and(|note| note.chars().count() > MOST_NOTE) {
            return Err(AppError::Invalid(format!("A note has up to {MOST_NOTE} characters.")));
        }
        let passphrase = match wish.passphrase {
            Some(passphrase) => {
                check_passphrase(&passphrase)?;
                passphrase
            }
            None => self.remembered_passphrase().await?.ok_or(BackupError::NoPassphrase)?,
        };
        let path = match &wish.path {
            Some(path) => {
                let named = self.named_file(path)?;
                std::path::absolute(&named).map_err(|error| BackupError::write(&named, error))?
            }
            None => place::free_name(&self.backup_folder().await?, &host_name(), Local::now()),
        };
        let turn = self.turn().await?;
        let order = Order {
            // The dialog of the window has asked already whether a file may be replaced.
            replace: wish.path.is_some() && self.inner.door == Door::Window,
            path,
            with_history: wish.with_history,
            passphrase,
        };
        self.make_and_note(turn, order, Some(by), note).await
    }

    /// Makes a backup and writes down what came of it, in the list and in the activity log.
    async fn make_and_note(
        &self,
        turn: Turn,
        order: Order,
        by: Option<UserId>,
        note: Option<String>,
    ) -> Result<BackupEntry, AppError> {
        let path = order.path.display().to_string();
        let name = order.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let with_history = order.with_history;
        let (data, vault) = (self.inner.data_dir.clone(), self.inner.vault.clone());
        let began = Instant::now();
        let made = tokio::task::spawn_blocking(move || {
            let made = make::make(&data, &vault, order);
            drop(turn);
            made
        })
        .await
        .map_err(|error| AppError::internal("making a backup", &error))?;
        let seconds = (began.elapsed().as_secs_f64() * 10.0).round() / 10.0;
        let is_automatic = by.is_none();
        let mut row = MadeBackup {
            id: Uuid::now_v7(),
            path,
            made_at: Utc::now(),
            file: None,
            error: None,
            is_automatic,
            made_by: by,
            made_by_name: None,
            note,
        };
        let entry = |kind, words: String| match by {
            Some(user) => Entry::by(user, kind, words),
            None => Entry::by_tomo(kind, words),
        };
        match made {
            Ok(made) => {
                row.file = Some(made.file.clone());
                self.inner.store.insert_backup(&row).await?;
                let details = json!({
                    "file": row.path,
                    "bytes": made.file.bytes,
                    "seconds": seconds,
                    "with_history": with_history,
                    "automatic": is_automatic,
                    "servers": made.file.contents.servers,
                    "credentials": made.file.contents.credentials,
                    "users": made.file.contents.users,
                    "activities": made.file.contents.activities,
                    "metric_rows": made.file.contents.metric_rows,
                    "unopened_credentials": made.unopened_credentials,
                });
                let words = format!("Backup made: {name}");
                self.record(entry(ActivityKind::BackupCreate, words).with(details)).await;
                self.inner.hub.announce(Change::Topic(Topic::Backups));
                let known = self.inner.store.backups().await?;
                let noted = known.into_iter().find(|known| known.id == row.id);
                Ok(entry_of(noted.unwrap_or(row)))
            }
            Err(error) => {
                if is_worth_noting(&error) {
                    row.error = Some(error.to_string());
                    let details = json!({
                        "file": row.path, "reason": row.error, "seconds": seconds,
                        "automatic": is_automatic,
                    });
                    let words = format!("Backup failed: {error}");
                    self.record(entry(ActivityKind::BackupFailed, words).with(details)).await;
                    // Whoever sees it in the list finds it in the log. On a full disk there may be no room to
                    // write down that it is full.
                    if let Err(error) = self.inner.store.insert_backup(&row).await {
                        tracing::warn!(%error, "a failed backup could not be noted");
                    }
                    self.inner.hub.announce(Change::Topic(Topic::Backups));
                }
                Err(error)
            }
        }
    }

    /// Backups that are kept, and when the next is due.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn backups(&self) -> Result<BackupList, AppError> {
        let folder = self.backup_folder_path().await?;
        let has_passphrase = matches!(self.remembered_passphrase().await, Ok(Some(_)));
        let made = self.inner.store.backups().await?;
        let blocked = self.blocked(&folder, has_passphrase).await?;
        let next_at = if blocked.is_none() {
            Some(automatic::next(&made, Utc::now()).max(Utc::now()))
        } else {
            None
        };
        let looked_in = folder.clone();
        let entries = tokio::task::spawn_blocking(move || {
            let strangers = strangers(&looked_in, &made);
            let mut entries: Vec<_> = made.into_iter().map(entry_of).chain(strangers).collect();
            entries.sort_by_key(|entry| std::cmp::Reverse(entry.made_at));
            entries
        })
        .await
        .map_err(|error| AppError::internal("listing backups", &error))?;
        let folder = folder.display().to_string();
        Ok(BackupList { entries, folder, has_passphrase, next_at, blocked })
    }

    /// Why none is made by itself.
    async fn blocked(
        &self,
        folder: &Path,
        has_passphrase: bool,
    ) -> Result<Option<String>, AppError> {
        let enabled = self.inner.store.setting(None, "system.backup_enabled").await?;
        Ok(if enabled != json!(true) {
            Some("Automatic backups are switched off.".into())
        } else if self.inner.vault.fingerprint().is_err() {
            Some("The vault is locked.".into())
        } else if !has_passphrase {
            Some("No passphrase yet.".into())
        } else if !folder.is_dir() && folder != self.own_folder() {
            Some(BackupError::NoFolder(folder.into()).to_string())
        } else {
            None
        })
    }

    /// Sets the passphrase of automatic backups, or forgets it.
    ///
    /// # Errors
    /// When it is too easy to guess, or the vault cannot keep it.
    pub async fn set_backup_passphrase(
        &self,
        by: UserId,
        passphrase: Option<SecretString>,
    ) -> Result<BackupList, AppError> {
        let words = match passphrase {
            Some(passphrase) => {
                check_passphrase(&passphrase)?;
                self.inner.vault.remember(PASSPHRASE, passphrase).await?;
                "Passphrase of automatic backups set"
            }
            None => {
                self.inner.vault.forget(PASSPHRASE).await?;
                "Passphrase of automatic backups forgotten"
            }
        };
        self.record(Entry::by(by, ActivityKind::BackupPassphrase, words)).await;
        self.inner.hub.announce(Change::Topic(Topic::Backups));
        self.inner.backup_wish.notify_one();
        self.backups().await
    }

    async fn remembered_passphrase(&self) -> Result<Option<SecretString>, VaultError> {
        self.inner.vault.recall(PASSPHRASE).await
    }

    /// Waits for the turn to make or restore a backup.
    async fn turn(&self) -> Result<Turn, BackupError> {
        let give_up = Instant::now() + PATIENCE;
        loop {
            match Turn::take(&self.inner.data_dir) {
                Err(BackupError::Busy) if Instant::now() < give_up => {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
                other => return other,
            }
        }
    }

    fn own_folder(&self) -> PathBuf {
        self.inner.data_dir.join("backups")
    }

    /// Where automatic backups go, as the settings say.
    async fn backup_folder_path(&self) -> Result<PathBuf, AppError> {
        let named = self.inner.store.setting(None, "system.backup_folder").await?;
        let folder = match named.as_str() {
            Some(named) if !named.is_empty() => PathBuf::from(named),
            _ => self.own_folder(),
        };
        Ok(std::path::absolute(&folder).unwrap_or(folder))
    }

    /// The same, made where it is Tomo's own. A folder that somebody named is not: where its disk is
    /// not connected, a folder of that name would be on another one.
    async fn backup_folder(&self) -> Result<PathBuf, AppError> {
        let folder = self.backup_folder_path().await?;
        if folder.is_dir() {
            return Ok(folder);
        }
        if folder.file_name() != Some("backups".as_ref())
            || folder.parent().is_none_or(|parent| !same_folder(parent, &self.inner.data_dir))
        {
            return Err(BackupError::NoFolder(folder).into());
        }
        place::make_folder(&folder)?;
        Ok(folder)
    }
}

fn same_folder(one: &Path, other: &Path) -> bool {
    matches!((fs::canonicalize(one), fs::canonicalize(other)), (Ok(one), Ok(other)) if one == other)
}

/// The name of this computer.
fn host_name() -> String {
    sysinfo::System::host_name().unwrap_or_else(|| "computer".into())
}

/// Whether a failure is one of the backup, and not of what was asked for.
fn is_worth_noting(error: &AppError) -> bool {
    !matches!(
        error,
        AppError::Backup(BackupError::Busy | BackupError::Exists(_) | BackupError::NotAFile(_))
    )
}

/// Refuses a passphrase that somebody who has the file could guess.
pub(super) fn check_passphrase(passphrase: &SecretString) -> Result<(), BackupError> {
    let text = passphrase.expose_secret();
    let weak = |message: String| Err(BackupError::WeakPassphrase(message));
    if text.chars().count() < LEAST_PASSPHRASE {
        return weak(format!(
            "The passphrase of backups needs at least {LEAST_PASSPHRASE} characters."
        ));
    }
    if text.len() > MOST_PASSPHRASE {
        return weak("The passphrase of backups is too long.".into());
    }
    // Its work grows with the square of the length; what is strong at the beginning stays strong.
    let begins = text.char_indices().nth(72).map_or(text, |(end, _)| &text[..end]);
    if u8::from(zxcvbn::zxcvbn(begins, &["tomo", "backup"]).score()) < LEAST_SCORE {
        return weak("This passphrase is too easy to guess.".into());
    }
    Ok(())
}

/// A backup as it is on the disk at this moment. Blocks.
fn entry_of(made: MadeBackup) -> BackupEntry {
    let path = PathBuf::from(&made.path);
    let (bytes, error) = match &made.file {
        Some(file) => state_of(&path, file),
        None => (None, made.error.clone()),
    };
    BackupEntry {
        file_name: file_name(&path),
        path: made.path,
        made_at: made.made_at,
        bytes,
        read_back_at: made.file.as_ref().map(|file| file.read_back_at),
        contents: made.file.map(|file| file.contents),
        error,
        is_automatic: made.is_automatic,
        made_by: made.made_by_name,
        note: made.note,
    }
}

/// The size of a backup's file now, and what is wrong with it.
fn state_of(path: &Path, file: &MadeFile) -> (Option<u64>, Option<String>) {
    let Ok(metadata) = fs::metadata(path) else {
        return (None, Some("The file is not there any more.".into()));
    };
    let bytes = metadata.len();
    let is_same = metadata.is_file() && place::mark_of(path).is_ok_and(|mark| mark == file.mark);
    let wrong = if !is_same {
        Some("Another file is there now.".into())
    } else if bytes != file.bytes {
        Some(format!("The file has {bytes} bytes; {} were written.", file.bytes))
    } else {
        None
    };
    (Some(bytes), wrong)
}

/// Backups in the folder that are not of the list: of another computer, or from before a restore.
fn strangers(folder: &Path, known: &[MadeBackup]) -> Vec<BackupEntry> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.flatten().map(|entry| entry.path());
    let backups = paths.filter(|path| path.extension().is_some_and(|end| end == place::ENDING));
    backups
        .filter_map(|path| {
            let shown = path.to_str()?.to_owned();
            let metadata = fs::metadata(&path).ok().filter(fs::Metadata::is_file)?;
            let is_known = known.iter().any(|known| known.path == shown);
            (!is_known).then(|| BackupEntry {
                file_name: file_name(&path),
                path: shown,
                made_at: metadata.modified().map_or_else(|_| Utc::now(), DateTime::from),
                bytes: Some(metadata.len()),
                contents: None,
                read_back_at: None,
                error: None,
                is_automatic: false,
                made_by: None,
                note: None,
            })
        })
        .take(MOST_STRANGERS)
        .collect()
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The file may be in other hands for years, so what guards it must not be a word of a list.
    #[test]
    fn a_passphrase_that_can_be_guessed_is_refused() {
        for weak in ["short", "aaaaaaaaaaaaaaaa", "password1234", "qwertyuiop12"] {
            assert!(check_passphrase(&weak.into()).is_err(), "{weak}");
        }
        for good in ["correct horse battery staple", "Ünïcödé 日本 🏠 am Abend"] {
            assert!(check_passphrase(&good.into()).is_ok(), "{good}");
        }
        assert!(check_passphrase(&"x y".repeat(1000).into()).is_err());
    }
}
