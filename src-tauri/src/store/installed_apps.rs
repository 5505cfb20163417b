//! `installed_apps` and `app_secrets`: apps on servers, where each stands, and its sealed secrets.

use super::{Store, StoreError, row};
use crate::domain::{
    app_newer::ImagesLook,
    app_source::AppId,
    id::{InstalledAppId, ServerId},
    installed_app::{AppBind, AppConfig, AppNetwork, AppStatus, AppVolume},
    time,
};
use chrono::{DateTime, Utc};
use serde::{Serialize, de::DeserializeOwned};
use sqlx::{FromRow, Row, sqlite::SqliteRow};
use std::collections::BTreeMap;

/// An app on a server as it is stored.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredInstall {
    /// Which.
    pub id: InstalledAppId,
    /// The server.
    pub server_id: ServerId,
    /// The app of the catalog.
    pub app: AppId,
    /// The container with its page, else its first.
    pub container_id: Option<String>,
    /// The name of that.
    pub container_name: Option<String>,
    /// Where it stands.
    pub status: AppStatus,
    /// What was made, and with what.
    pub config: AppConfig,
    /// When it was installed.
    pub installed_at: Option<DateTime<Utc>>,
    /// When it was last started.
    pub started_at: Option<DateTime<Utc>>,
    /// Why it stands at `error`.
    pub error: Option<String>,
    /// How long the steps of its installation took, seconds.
    pub step_durations: BTreeMap<String, f64>,
    /// Since when its present step goes on.
    pub step_started_at: Option<DateTime<Utc>>,
    /// Networks, as the engine says.
    pub networks: Vec<AppNetwork>,
    /// Volumes, as the engine says.
    pub volumes: Vec<AppVolume>,
    /// Paths of the server, as the engine says.
    pub binds: Vec<AppBind>,
}

impl FromRow<'_, SqliteRow> for StoredInstall {
    fn from_row(row: &SqliteRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: row::parsed(row, "id", |text| text.parse().ok())?,
            server_id: row::parsed(row, "server_id", |text| text.parse().ok())?,
            app: row::parsed(row, "app_id", |text| text.parse().ok())?,
            container_id: row.try_get("container_id")?,
            container_name: row.try_get("container_name")?,
            status: row::parsed(row, "status", AppStatus::from_text)?,
            config: row::parsed(row, "config", |json| serde_json::from_str(json).ok())?,
            installed_at: row::moment_or_null(row, "installed_at")?,
            started_at: row::moment_or_null(row, "started_at")?,
            error: row.try_get("error_message")?,
            step_durations: or_default(row, "step_durations")?,
            step_started_at: row::moment_or_null(row, "step_started_at")?,
            networks: or_default(row, "networks")?,
            volumes: or_default(row, "named_volumes")?,
            binds: or_default(row, "bind_mounts")?,
        })
    }
}

fn or_default<T: DeserializeOwned + Default>(
    row: &SqliteRow,
    column: &str,
) -> Result<T, sqlx::Error> {
    let read = row::parsed_or_null(row, column, |json| serde_json::from_str(json).ok())?;
    Ok(read.unwrap_or_default())
}

fn to_json(value: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value)
        .map_err(|error| StoreError::Unexpected(sqlx::Error::Encode(error.into())))
}

impl Store {
    /// Every app on every server, in the order in which they were installed.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn installed_apps(&self) -> Result<Vec<StoredInstall>, StoreError> {
        Ok(sqlx::query_as("select * from installed_apps order by id")
            .fetch_all(&self.readers)
            .await?)
    }

    /// One of them.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn installed_app(
        &self,
        id: InstalledAppId,
    ) -> Result<Option<StoredInstall>, StoreError> {
        Ok(sqlx::query_as("select * from installed_apps where id = ?1")
            .bind(id.to_string())
            .fetch_optional(&self.readers)
            .await?)
    }

    /// Puts down an app that is to be installed, with its secrets. One that failed before it was there makes
    /// way. Says whether there was room: an app is on a server once.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn insert_installed_app(
        &self,
        app: &StoredInstall,
        secrets: &str,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.write().await?;
        sqlx::query(
            "delete from installed_apps
             where server_id = ?1 and app_id = ?2 and status = 'error' and installed_at is null",
        )
        .bind(app.server_id.to_string())
        .bind(app.app.to_string())
        .execute(&mut *transaction)
        .await?;
        let done = sqlx::query(
            "insert into installed_apps (id, server_id, app_id, status, config)
             values (?1, ?2, ?3, ?4, ?5) on conflict (server_id, app_id) do nothing",
        )
        .bind(app.id.to_string())
        .bind(app.server_id.to_string())
        .bind(app.app.to_string())
        .bind(app.status.as_str())
        .bind(to_json(&app.config)?)
        .execute(&mut *transaction)
        .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        sqlx::query("insert into app_secrets (installed_app_id, encrypted_data) values (?1, ?2)")
            .bind(app.id.to_string())
            .bind(secrets)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Writes all that can change of an app; says whether it is still there.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn update_installed_app(&self, app: &StoredInstall) -> Result<bool, StoreError> {
        let mut transaction = self.write().await?;
        let is_there = write_app(&mut transaction, app).await?;
        transaction.commit().await?;
        Ok(is_there)
    }

    /// Writes all that can change of an app, and its sealed secrets in place of those that it has; says
    /// whether it is still there.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn update_installed_app_with(
        &self,
        app: &StoredInstall,
        secrets: &str,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.write().await?;
        if !write_app(&mut transaction, app).await? {
            return Ok(false);
        }
        sqlx::query(
            "insert into app_secrets (installed_app_id, encrypted_data) values (?1, ?2)
             on conflict (installed_app_id) do update
             set encrypted_data = excluded.encrypted_data, updated_at = current_timestamp",
        )
        .bind(app.id.to_string())
        .bind(secrets)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Writes what registries said of the images of an app, and nothing else of it: whatever is being done to it
    /// meanwhile writes the rest. Says whether it is still there.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn write_images_look(
        &self,
        id: InstalledAppId,
        look: &ImagesLook,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.write().await?;
        let done = sqlx::query(
            "update installed_apps set config = json_set(config, '$.looked', json(?2)) where id = ?1",
        )
        .bind(id.to_string())
        .bind(to_json(look)?)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(done.rows_affected() > 0)
    }

    /// Forgets an app and its secrets.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn delete_installed_app(&self, id: InstalledAppId) -> Result<(), StoreError> {
        sqlx::query("delete from installed_apps where id = ?1")
            .bind(id.to_string())
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    /// The sealed secrets of an app.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn app_secrets(&self, id: InstalledAppId) -> Result<Option<String>, StoreError> {
        let sealed = "select encrypted_data from app_secrets where installed_app_id = ?1";
        Ok(sqlx::query_scalar(sealed).bind(id.to_string()).fetch_optional(&self.readers).await?)
    }
}

async fn write_app(
    transaction: &mut sqlx::SqliteConnection,
    app: &StoredInstall,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "update installed_apps set container_id = ?2, container_name = ?3, status = ?4,
             config = ?5, installed_at = ?6, started_at = ?7, error_message = ?8,
             step_durations = ?9, step_started_at = ?10, networks = ?11, named_volumes = ?12,
             bind_mounts = ?13
         where id = ?1",
    )
    .bind(app.id.to_string())
    .bind(&app.container_id)
    .bind(&app.container_name)
    .bind(app.status.as_str())
    .bind(to_json(&app.config)?)
    .bind(app.installed_at.map(time::to_text))
    .bind(app.started_at.map(time::to_text))
    .bind(&app.error)
    .bind(to_json(&app.step_durations)?)
    .bind(app.step_started_at.map(time::to_text))
    .bind(to_json(&app.networks)?)
    .bind(to_json(&app.volumes)?)
    .bind(to_json(&app.binds)?)
    .execute(transaction)
    .await?;
    Ok(done.rows_affected() > 0)
}
