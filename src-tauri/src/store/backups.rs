//! `backups`: which backups were made, and which could not be. The files themselves are elsewhere.

use super::{Store, StoreError, row};
use crate::domain::{backup::BackupContents, id::UserId, time};
use chrono::{DateTime, Utc};
use sqlx::{FromRow, Row, sqlite::SqliteRow};
use uuid::Uuid;

/// A backup that was made, or that could not be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MadeBackup {
    /// Identifier (UUIDv7).
    pub id: Uuid,
    /// Full path of the file.
    pub path: String,
    /// When.
    pub made_at: DateTime<Utc>,
    /// The file; absent when none was made.
    pub file: Option<MadeFile>,
    /// Why none was made.
    pub error: Option<String>,
    /// Whether it was due by itself.
    pub is_automatic: bool,
    /// Who made it.
    pub made_by: Option<UserId>,
    /// Who made it, by name, while the account is there; not written.
    pub made_by_name: Option<String>,
    /// Why, in the words of whoever made it.
    pub note: Option<String>,
}

/// The file of a backup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MadeFile {
    /// Its size in bytes.
    pub bytes: u64,
    /// SHA-256 of its first bytes, in hex: names this file among all others.
    pub mark: String,
    /// What it holds.
    pub contents: BackupContents,
    /// When it was read back whole.
    pub read_back_at: DateTime<Utc>,
}

impl FromRow<'_, SqliteRow> for MadeBackup {
    fn from_row(row: &SqliteRow) -> Result<Self, sqlx::Error> {
        let error: Option<String> = row.try_get("error")?;
        let file = match error {
            Some(_) => None,
            None => Some(MadeFile {
                bytes: row::whole(row, "bytes")?,
                mark: row.try_get("mark")?,
                contents: row::parsed(row, "contents", |json| serde_json::from_str(json).ok())?,
                read_back_at: row::moment(row, "read_back_at")?,
            }),
        };
        Ok(Self {
            id: row::parsed(row, "id", |text| text.parse().ok())?,
            path: row.try_get("path")?,
            made_at: row::moment(row, "made_at")?,
            file,
            error,
            is_automatic: row.try_get("is_automatic")?,
            made_by: row::parsed_or_null(row, "made_by", |text| text.parse().ok())?,
            made_by_name: row.try_get("made_by_name")?,
            note: row.try_get("note")?,
        })
    }
}

impl Store {
    /// Notes a backup. Whoever made it is left out where there is no such account.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn insert_backup(&self, backup: &MadeBackup) -> Result<(), StoreError> {
        let json = |contents| {
            serde_json::to_string(contents)
                .map_err(|error| StoreError::Unexpected(sqlx::Error::Encode(error.into())))
        };
        let file = backup.file.as_ref();
        sqlx::query(
            "insert into backups
                 (id, path, made_at, bytes, mark, contents, read_back_at, error, is_automatic,
                  made_by, note)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, (select id from users where id = ?10), ?11)",
        )
        .bind(backup.id.to_string())
        .bind(&backup.path)
        .bind(time::to_text(backup.made_at))
        .bind(file.map(|file| i64::try_from(file.bytes).unwrap_or(i64::MAX)))
        .bind(file.map(|file| &file.mark))
        .bind(file.map(|file| json(&file.contents)).transpose()?)
        .bind(file.map(|file| time::to_text(file.read_back_at)))
        .bind(&backup.error)
        .bind(backup.is_automatic)
        .bind(backup.made_by.map(|id| id.to_string()))
        .bind(&backup.note)
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    /// Every backup that is noted, newest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn backups(&self) -> Result<Vec<MadeBackup>, StoreError> {
        Ok(sqlx::query_as(
            "select backups.*, users.username as made_by_name
             from backups left join users on users.id = backups.made_by
             order by backups.made_at desc, backups.id desc",
        )
        .fetch_all(&self.readers)
        .await?)
    }

    /// Forgets a backup; its file is another matter.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn delete_backup(&self, id: Uuid) -> Result<(), StoreError> {
        sqlx::query("delete from backups where id = ?1")
            .bind(id.to_string())
            .execute(&self.writer)
            .await?;
        Ok(())
    }
}
