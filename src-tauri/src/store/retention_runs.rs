//! `retention_runs`: what retention did, the newest hundred runs.

use super::{Store, StoreError, row};
use crate::domain::{
    retention::{RetentionDropped, RetentionRun},
    time,
};
use chrono::{DateTime, Utc};
use sqlx::{FromRow, Row, sqlite::SqliteRow};

/// Runs that are kept.
const KEPT: i64 = 100;

impl FromRow<'_, SqliteRow> for RetentionRun {
    fn from_row(row: &SqliteRow) -> Result<Self, sqlx::Error> {
        let tables: Vec<RetentionDropped> =
            row::parsed(row, "tables", |json| serde_json::from_str(json).ok())?;
        Ok(Self {
            started_at: row::moment(row, "started_at")?,
            finished_at: row::moment_or_null(row, "finished_at")?,
            asked_by: row.try_get("asked_by")?,
            tables,
            returned_bytes: row::whole(row, "returned_bytes")?,
            error: row.try_get("error")?,
        })
    }
}

impl Store {
    /// Notes that a run begins; gives its number.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn begin_retention_run(
        &self,
        asked_by: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<i64, StoreError> {
        let mut transaction = self.write().await?;
        let id: i64 = sqlx::query_scalar(
            "insert into retention_runs (started_at, asked_by) values (?1, ?2) returning id",
        )
        .bind(time::to_text(now))
        .bind(asked_by)
        .fetch_one(&mut *transaction)
        .await?;
        sqlx::query("delete from retention_runs where id <= ?1")
            .bind(id - KEPT)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(id)
    }

    /// Notes how a run ended.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn end_retention_run(&self, id: i64, run: &RetentionRun) -> Result<(), StoreError> {
        let tables = serde_json::to_string(&run.tables)
            .map_err(|error| StoreError::Unreadable(error.to_string()))?;
        sqlx::query(
            "update retention_runs
             set finished_at = ?2, tables = ?3, returned_bytes = ?4, error = ?5 where id = ?1",
        )
        .bind(id)
        .bind(run.finished_at.map(time::to_text))
        .bind(tables)
        .bind(i64::try_from(run.returned_bytes).unwrap_or(i64::MAX))
        .bind(&run.error)
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    /// The run that began last.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn last_retention_run(&self) -> Result<Option<RetentionRun>, StoreError> {
        Ok(sqlx::query_as("select * from retention_runs order by id desc limit 1")
            .fetch_optional(&self.readers)
            .await?)
    }
}
