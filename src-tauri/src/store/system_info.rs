//! `system_info`: the one row that stands for this installation.

use super::{Store, StoreError, row, users::NewUser};
use crate::domain::{id::UserId, time, user::User};
use chrono::{DateTime, Utc};
use sqlx::{FromRow, Row, sqlite::SqliteRow};
use uuid::Uuid;

/// This installation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installation {
    /// Made once, at the first start.
    pub id: Uuid,
    /// Whether the first account exists.
    pub is_setup: bool,
    /// When it was created.
    pub setup_completed_at: Option<DateTime<Utc>>,
    /// Who that was.
    pub setup_by_user_id: Option<UserId>,
}

impl FromRow<'_, SqliteRow> for Installation {
    fn from_row(row: &SqliteRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: row::parsed(row, "installation_id", |text| text.parse().ok())?,
            is_setup: row.try_get("is_setup")?,
            setup_completed_at: row::moment_or_null(row, "setup_completed_at")?,
            setup_by_user_id: row::parsed_or_null(row, "setup_by_user_id", |id| id.parse().ok())?,
        })
    }
}

const SELECT: &str = "\
    select installation_id, is_setup, setup_completed_at, setup_by_user_id
    from system_info where id = 1";

impl Store {
    /// The installation; its row is created when it is missing.
    ///
    /// # Errors
    /// When the database cannot be read, or not be written for the first time.
    pub async fn installation(&self) -> Result<Installation, StoreError> {
        if let Some(found) = sqlx::query_as(SELECT).fetch_optional(&self.readers).await? {
            return Ok(found);
        }
        // Another process may do the same at this moment: one of the two ids stays.
        sqlx::query(
            "insert into system_info (id, installation_id) values (1, ?1) on conflict (id) do nothing",
        )
        .bind(Uuid::new_v4().to_string())
        .execute(&self.writer)
        .await?;
        Ok(sqlx::query_as(SELECT).fetch_one(&self.readers).await?)
    }

    /// Creates the first account and marks the installation as set up, both or neither.
    ///
    /// # Errors
    /// [`StoreError::AlreadySetUp`] when somebody was faster.
    pub async fn set_up(
        &self,
        admin: &NewUser<'_>,
        now: DateTime<Utc>,
    ) -> Result<User, StoreError> {
        self.installation().await?;
        let mut transaction = self.write().await?;
        let marked = sqlx::query(
            "update system_info
             set is_setup = 1, setup_completed_at = ?1, setup_by_user_id = ?2
             where id = 1 and is_setup = 0",
        )
        .bind(time::to_text(now))
        .bind(admin.id.to_string())
        .execute(&mut *transaction)
        .await?;
        if marked.rows_affected() == 0 {
            return Err(StoreError::AlreadySetUp);
        }
        let user = admin.insert(&mut transaction, now).await?;
        transaction.commit().await?;
        Ok(user)
    }
}
