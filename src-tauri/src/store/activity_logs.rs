//! `activity_logs`: what was done, by whom, to what. Entries outlive the user and the server.

use super::{Store, StoreError, row};
use crate::domain::{
    activity::{Activity, ActivityKind, ActivityLevel},
    id::{ServerId, UserId},
    time,
};
use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::{FromRow, Row, sqlite::SqliteRow};
use uuid::Uuid;

/// An entry to write.
#[derive(Clone, Debug)]
pub struct NewActivity<'a> {
    /// What kind of thing was done: `server.add`.
    pub activity_type: &'a str,
    /// Who.
    pub user_id: Option<UserId>,
    /// To which server.
    pub server_id: Option<ServerId>,
    /// To which app.
    pub app_id: Option<&'a str>,
    /// What was done, as a sentence. Holds no secret.
    pub message: &'a str,
    /// Anything more, as JSON. Holds no secret.
    pub details: Option<&'a Value>,
}

impl FromRow<'_, SqliteRow> for Activity {
    fn from_row(row: &SqliteRow) -> Result<Self, sqlx::Error> {
        let activity_type: String = row.try_get("activity_type")?;
        let kind = ActivityKind::from_text(&activity_type);
        Ok(Self {
            id: row::parsed(row, "id", |text| text.parse().ok())?,
            activity_type,
            group: kind.map(ActivityKind::group),
            level: kind.map_or(ActivityLevel::Info, ActivityKind::level),
            username: row.try_get("username")?,
            server_name: row.try_get("server_name")?,
            app_id: row.try_get("app_id")?,
            user_id: row::parsed_or_null(row, "user_id", |text| text.parse().ok())?,
            server_id: row::parsed_or_null(row, "server_id", |text| text.parse().ok())?,
            message: row.try_get("message")?,
            details: row::parsed_or_null(row, "details", |json| serde_json::from_str(json).ok())?,
            timestamp: row::moment(row, "timestamp")?,
        })
    }
}

impl Store {
    /// Writes an entry.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn insert_activity(
        &self,
        activity: &NewActivity<'_>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "insert into activity_logs
                 (id, activity_type, user_id, server_id, message, details, timestamp, app_id)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )
        .bind(Uuid::now_v7().to_string())
        .bind(activity.activity_type)
        .bind(activity.user_id.map(|id| id.to_string()))
        .bind(activity.server_id.map(|id| id.to_string()))
        .bind(activity.message)
        .bind(activity.details.map(Value::to_string))
        .bind(time::to_text(now))
        .bind(activity.app_id)
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    /// The newest entries, newest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn recent_activity(&self, limit: u32) -> Result<Vec<Activity>, StoreError> {
        Ok(sqlx::query_as(
            "select entry.*, users.username, servers.name as server_name
             from activity_logs as entry
             left join users on users.id = entry.user_id
             left join servers on servers.id = entry.server_id
             order by entry.timestamp desc, entry.id desc limit ?1",
        )
        .bind(limit)
        .fetch_all(&self.readers)
        .await?)
    }
}
