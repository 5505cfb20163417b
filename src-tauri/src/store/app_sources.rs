//! `app_sources` and `catalog_apps`: where apps come from, and the apps as they were last read.

use super::{Store, StoreError, row};
use crate::domain::{
    app::{AppManifest, AppName},
    app_source::{AppProblem, AppSource, AppSourceKind, LeftOut, SyncReport},
    time,
};
use chrono::{DateTime, Utc};
use serde::{Serialize, de::DeserializeOwned};
use sqlx::{FromRow, Row, sqlite::SqliteRow};
use std::collections::HashMap;

/// A source, and by what its state is known again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredSource {
    /// The source.
    pub source: AppSource,
    /// A commit, an `ETag`, or a hash of all files.
    pub mark: Option<String>,
}

/// An app of a source as it was last read.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredApp {
    /// Its source.
    pub source: AppName,
    /// What is said of it.
    pub manifest: AppManifest,
    /// What of it was left out or changed.
    pub notes: Vec<AppProblem>,
}

/// An app of a source as it was just read.
#[derive(Clone, Debug, PartialEq)]
pub struct ReadApp {
    /// What is said of it.
    pub manifest: AppManifest,
    /// What of it was left out or changed.
    pub notes: Vec<AppProblem>,
    /// By what the same is known again, SHA-256 in hex.
    pub hash: String,
}

/// What was just read of a source.
#[derive(Clone, Debug, PartialEq)]
pub struct ReadSource {
    /// Its apps.
    pub apps: Vec<ReadApp>,
    /// What could not be taken.
    pub left_out: Vec<LeftOut>,
    /// Its licence.
    pub licence: Option<String>,
    /// Whose work it is.
    pub attribution: Option<String>,
    /// By what its state is known again.
    pub mark: Option<String>,
}

fn kind_text(kind: AppSourceKind) -> &'static str {
    match kind {
        AppSourceKind::BuiltIn => "built_in",
        AppSourceKind::Path => "path",
        AppSourceKind::Address => "address",
        AppSourceKind::Repository => "repository",
    }
}

fn kind_of(text: &str) -> Option<AppSourceKind> {
    Some(match text {
        "built_in" => AppSourceKind::BuiltIn,
        "path" => AppSourceKind::Path,
        "address" => AppSourceKind::Address,
        "repository" => AppSourceKind::Repository,
        _ => return None,
    })
}

fn to_json(value: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value)
        .map_err(|error| StoreError::Unexpected(sqlx::Error::Encode(error.into())))
}

fn from_json<T: DeserializeOwned>(row: &SqliteRow, column: &str) -> Result<T, sqlx::Error> {
    row::parsed(row, column, |json| serde_json::from_str(json).ok())
}

impl FromRow<'_, SqliteRow> for StoredSource {
    fn from_row(row: &SqliteRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            source: AppSource {
                id: row::parsed(row, "id", |text| text.parse().ok())?,
                name: row.try_get("name")?,
                kind: row::parsed(row, "kind", kind_of)?,
                location: row.try_get("location")?,
                is_enabled: row.try_get("is_enabled")?,
                synced_at: row::moment_or_null(row, "synced_at")?,
                error: row.try_get("error")?,
                licence: row.try_get("licence")?,
                attribution: row.try_get("attribution")?,
                apps: row::whole(row, "apps")?,
                left_out: from_json(row, "left_out")?,
                is_syncing: false,
            },
            mark: row.try_get("mark")?,
        })
    }
}

impl FromRow<'_, SqliteRow> for StoredApp {
    fn from_row(row: &SqliteRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            source: row::parsed(row, "source_id", |text| text.parse().ok())?,
            manifest: from_json(row, "manifest")?,
            notes: from_json(row, "notes")?,
        })
    }
}

impl Store {
    /// Every source, Tomo's own first, then by name. Apps of Tomo's own are not counted: they are not stored.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn app_sources(&self) -> Result<Vec<StoredSource>, StoreError> {
        Ok(sqlx::query_as(
            "select app_sources.*,
                 (select count(*) from catalog_apps where source_id = app_sources.id) as apps
             from app_sources
             order by kind != 'built_in', name collate nocase, id",
        )
        .fetch_all(&self.readers)
        .await?)
    }

    /// Adds a source.
    ///
    /// # Errors
    /// When the id is taken, or the database cannot be written.
    pub async fn insert_app_source(&self, source: &AppSource) -> Result<(), StoreError> {
        sqlx::query(
            "insert into app_sources (id, name, kind, location, is_enabled) values (?1, ?2, ?3, ?4, ?5)",
        )
        .bind(source.id.as_str())
        .bind(&source.name)
        .bind(kind_text(source.kind))
        .bind(&source.location)
        .bind(source.is_enabled)
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    /// Shows or hides the apps of a source; says whether there is such a source.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn enable_app_source(
        &self,
        id: &AppName,
        is_enabled: bool,
    ) -> Result<bool, StoreError> {
        let done = sqlx::query("update app_sources set is_enabled = ?2 where id = ?1")
            .bind(id.as_str())
            .bind(is_enabled)
            .execute(&self.writer)
            .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Forgets a source and its apps; says whether it was there.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn delete_app_source(&self, id: &AppName) -> Result<bool, StoreError> {
        let done = sqlx::query("delete from app_sources where id = ?1 and kind != 'built_in'")
            .bind(id.as_str())
            .execute(&self.writer)
            .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Notes that a source was read: without an error and unchanged, or why it could not be.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn note_app_source(
        &self,
        id: &AppName,
        result: Result<DateTime<Utc>, &str>,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "update app_sources set synced_at = coalesce(?2, synced_at), error = ?3 where id = ?1",
        )
        .bind(id.as_str())
        .bind(result.as_ref().ok().map(|at| time::to_text(*at)))
        .bind(result.err())
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    /// Puts what was read of a source in the place of what was there. Apps that stayed the same are
    /// left alone, and those that vanished go, all in one transaction.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn replace_catalog(
        &self,
        id: &AppName,
        read: &ReadSource,
        at: DateTime<Utc>,
    ) -> Result<SyncReport, StoreError> {
        let mut transaction = self.writer.begin().await?;
        let rows = sqlx::query("select app_id, hash from catalog_apps where source_id = ?1")
            .bind(id.as_str())
            .fetch_all(&mut *transaction)
            .await?;
        let mut known = HashMap::new();
        for row in &rows {
            let app: AppName = row::parsed(row, "app_id", |text| text.parse().ok())?;
            known.insert(app, row.try_get::<String, _>("hash")?);
        }
        let left_out = u32::try_from(read.left_out.len()).unwrap_or(u32::MAX);
        let mut report = SyncReport { left_out, ..SyncReport::default() };
        for app in &read.apps {
            match known.remove(&app.manifest.id) {
                Some(hash) if hash == app.hash => continue,
                Some(_) => report.changed.push(app.manifest.id.clone()),
                None => report.added.push(app.manifest.id.clone()),
            }
            sqlx::query(
                "insert into catalog_apps (source_id, app_id, hash, manifest, notes)
                 values (?1, ?2, ?3, ?4, ?5)
                 on conflict (source_id, app_id) do update
                     set hash = excluded.hash, manifest = excluded.manifest, notes = excluded.notes",
            )
            .bind(id.as_str())
            .bind(app.manifest.id.as_str())
            .bind(&app.hash)
            .bind(to_json(&app.manifest)?)
            .bind(to_json(&app.notes)?)
            .execute(&mut *transaction)
            .await?;
        }
        for app in known.into_keys() {
            sqlx::query("delete from catalog_apps where source_id = ?1 and app_id = ?2")
                .bind(id.as_str())
                .bind(app.as_str())
                .execute(&mut *transaction)
                .await?;
            report.removed.push(app);
        }
        report.removed.sort();
        sqlx::query(
            "update app_sources
             set mark = ?2, synced_at = ?3, error = null, licence = ?4, attribution = ?5, left_out = ?6
             where id = ?1",
        )
        .bind(id.as_str())
        .bind(&read.mark)
        .bind(time::to_text(at))
        .bind(&read.licence)
        .bind(&read.attribution)
        .bind(to_json(&read.left_out)?)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(report)
    }

    /// The apps of all sources that are enabled, besides Tomo's own.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn catalog_apps(&self) -> Result<Vec<StoredApp>, StoreError> {
        Ok(sqlx::query_as(
            "select source_id, manifest, notes
             from catalog_apps join app_sources on app_sources.id = source_id
             where is_enabled
             order by source_id, app_id",
        )
        .fetch_all(&self.readers)
        .await?)
    }
}
