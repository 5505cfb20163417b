//! Noticing what was changed, also by another process, without reading it.

use super::{Store, StoreError, row};
use crate::domain::fleet::Topic;
use sqlx::{Connection, Row, SqliteConnection};

/// A connection that only ever asks whether anything was written.
#[derive(Debug)]
pub struct Watch {
    connection: SqliteConnection,
    /// SQLite's count of what other connections have committed.
    data_version: i64,
    /// What each kind of thing was marked with at its last change.
    marks: Vec<(Noticed, i64)>,
}

/// A kind of thing that was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Noticed {
    /// Settings.
    Settings,
    /// What pages show.
    Topic(Topic),
}

impl Noticed {
    fn from_text(text: &str) -> Option<Self> {
        Some(match text {
            "settings" => Self::Settings,
            "users" => Self::Topic(Topic::Users),
            "sessions" => Self::Topic(Topic::Sessions),
            "backups" => Self::Topic(Topic::Backups),
            "retention" => Self::Topic(Topic::Retention),
            "apps" => Self::Topic(Topic::Apps),
            _ => return None,
        })
    }
}

impl Store {
    /// Begins to watch: what is changed from now on is noticed.
    ///
    /// # Errors
    /// When the database cannot be opened once more.
    pub async fn watch(&self) -> Result<Watch, StoreError> {
        let options = self.readers.connect_options();
        let mut connection = SqliteConnection::connect_with(&options).await?;
        let data_version = data_version(&mut connection).await?;
        let marks = marks(&mut connection).await?;
        Ok(Watch { connection, data_version, marks })
    }
}

impl Watch {
    /// What was changed since this was asked last, by whomever. While nothing is written to the
    /// database this reads a number from memory.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn changed(&mut self) -> Result<Vec<Noticed>, StoreError> {
        let data_version = data_version(&mut self.connection).await?;
        if data_version == self.data_version {
            return Ok(Vec::new());
        }
        let marks = marks(&mut self.connection).await?;
        self.data_version = data_version;
        let before = std::mem::replace(&mut self.marks, marks);
        let changed = self.marks.iter().filter(|mark| !before.contains(mark));
        Ok(changed.map(|(noticed, _)| *noticed).collect())
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

async fn marks(connection: &mut SqliteConnection) -> Result<Vec<(Noticed, i64)>, StoreError> {
    let rows = sqlx::query(
        "select topic, mark from changes
         union all select 'settings', last_id from settings_audit_head",
    )
    .fetch_all(connection)
    .await?;
    let marks = rows
        .iter()
        .map(|found| Ok((row::parsed(found, "topic", Noticed::from_text)?, found.try_get("mark")?)))
        .collect::<Result<_, sqlx::Error>>()?;
    Ok(marks)
}
