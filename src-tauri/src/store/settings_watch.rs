//! Noticing that settings were changed, also by another process, without reading them.

use super::{Store, StoreError};
use sqlx::{Connection, SqliteConnection};

/// A connection that only ever asks whether anything was written.
#[derive(Debug)]
pub struct SettingsWatch {
    connection: SqliteConnection,
    /// SQLite's count of what other connections have committed.
    data_version: i64,
    /// The number of the last change of any setting.
    last_change: i64,
}

impl Store {
    /// Begins to watch: what is changed from now on is noticed.
    ///
    /// # Errors
    /// When the database cannot be opened once more.
    pub async fn watch_settings(&self) -> Result<SettingsWatch, StoreError> {
        let options = self.readers.connect_options();
        let mut connection = SqliteConnection::connect_with(&options).await?;
        let data_version = data_version(&mut connection).await?;
        let last_change = last_change(&mut connection).await?;
        Ok(SettingsWatch { connection, data_version, last_change })
    }
}

impl SettingsWatch {
    /// Whether settings were changed since this was asked last, by whomever. While nothing is written
    /// to the database this reads a number from memory.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn changed(&mut self) -> Result<bool, StoreError> {
        let data_version = data_version(&mut self.connection).await?;
        if data_version == self.data_version {
            return Ok(false);
        }
        let last_change = last_change(&mut self.connection).await?;
        self.data_version = data_version;
        Ok(std::mem::replace(&mut self.last_change, last_change) != last_change)
    }

    /// Ends it. The connection that closes last folds the write-ahead log into the file, and that is
    /// to be one of the store's.
    pub async fn close(self) {
        if let Err(error) = self.connection.close().await {
            tracing::debug!(%error, "a connection was not closed cleanly");
        }
    }
}

async fn data_version(connection: &mut SqliteConnection) -> Result<i64, StoreError> {
    Ok(sqlx::query_scalar("pragma data_version").fetch_one(connection).await?)
}

async fn last_change(connection: &mut SqliteConnection) -> Result<i64, StoreError> {
    Ok(sqlx::query_scalar("select last_id from settings_audit_head").fetch_one(connection).await?)
}
