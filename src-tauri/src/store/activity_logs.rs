//! `activity_logs`: what was done, by whom, to what. Entries outlive the user and the server.

use super::{Store, StoreError, activity_search::ActivityQuery, row};
use crate::domain::{
    activity::{Activity, ActivityFilter, ActivityKind, ActivityLevel},
    id::{ServerId, UserId},
    time,
};
use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::{FromRow, Row, SqliteConnection, sqlite::SqliteRow};
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

/// What was last said of a server's connection.
#[derive(Clone, Debug, PartialEq)]
pub struct LastConnectionEntry {
    /// The entry.
    pub id: Uuid,
    /// Lost, made, or stopped by another host key.
    pub kind: ActivityKind,
    /// The entry's details.
    pub details: Option<Value>,
    /// When.
    pub timestamp: DateTime<Utc>,
}

/// Something to say of a server's connection.
#[derive(Clone, Debug, PartialEq)]
pub struct NewConnectionEntry {
    /// Lost, made, or stopped by another host key.
    pub kind: ActivityKind,
    /// As a sentence.
    pub message: String,
    /// A JSON object.
    pub details: Value,
}

/// The rowid and the id of an entry that was written. Rowids grow with each entry, whichever process
/// writes it and whatever its clock says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrittenActivity {
    /// In the order of writing.
    pub rowid: i64,
    /// The entry's id.
    pub id: Uuid,
}

async fn insert(
    connection: &mut SqliteConnection,
    activity: &NewActivity<'_>,
    now: DateTime<Utc>,
) -> Result<WrittenActivity, StoreError> {
    let id = Uuid::now_v7();
    let rowid = sqlx::query_scalar(
        "insert into activity_logs
             (id, activity_type, user_id, server_id, message, details, timestamp, app_id)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) returning rowid",
    )
    .bind(id.to_string())
    .bind(activity.activity_type)
    .bind(activity.user_id.map(|id| id.to_string()))
    .bind(activity.server_id.map(|id| id.to_string()))
    .bind(activity.message)
    .bind(activity.details.map(Value::to_string))
    .bind(time::to_text(now))
    .bind(activity.app_id)
    .fetch_one(connection)
    .await?;
    Ok(WrittenActivity { rowid, id })
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
    ) -> Result<WrittenActivity, StoreError> {
        let mut transaction = self.write().await?;
        let written = insert(&mut transaction, activity, now).await?;
        transaction.commit().await?;
        Ok(written)
    }

    /// Writes an entry about an event that several processes may see, unless one of them has within a
    /// day: the `event` among its details says which one it is.
    ///
    /// # Errors
    /// When the database cannot be read or written.
    pub async fn insert_activity_once(
        &self,
        activity: &NewActivity<'_>,
        now: DateTime<Utc>,
    ) -> Result<Option<WrittenActivity>, StoreError> {
        let event = activity.details.and_then(|details| details["event"].as_str());
        let mut transaction = self.write().await?;
        // The expression of the index, word for word.
        let is_there: bool = sqlx::query_scalar(
            "select exists (
                 select 1 from activity_logs
                 where activity_type = ?1 and timestamp >= ?2
                   and json_extract(details, '$.event') = ?3
             )",
        )
        .bind(activity.activity_type)
        .bind(time::to_text(now - chrono::TimeDelta::days(1)))
        .bind(event)
        .fetch_one(&mut *transaction)
        .await?;
        if is_there {
            return Ok(None);
        }
        let written = insert(&mut transaction, activity, now).await?;
        transaction.commit().await?;
        Ok(Some(written))
    }

    /// Writes what `decide` makes of the last entry about a server's connection; several processes
    /// may watch one server, and between the look and the entry none of them writes another.
    ///
    /// # Errors
    /// When the database cannot be read or written.
    pub async fn insert_connection_activity(
        &self,
        server: ServerId,
        now: DateTime<Utc>,
        decide: impl FnOnce(Option<&LastConnectionEntry>) -> Option<NewConnectionEntry> + Send,
    ) -> Result<Option<WrittenActivity>, StoreError> {
        let mut transaction = self.write().await?;
        let last = last_connection_entry(&mut transaction, server).await?;
        let Some(entry) = decide(last.as_ref()) else { return Ok(None) };
        let activity = NewActivity {
            activity_type: entry.kind.as_str(),
            user_id: None,
            server_id: Some(server),
            app_id: None,
            message: &entry.message,
            details: Some(&entry.details),
        };
        let written = insert(&mut transaction, &activity, now).await?;
        transaction.commit().await?;
        Ok(Some(written))
    }

    /// The rowid of the entry that was written last, by any process; 0 when there is none.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn last_activity_rowid(&self) -> Result<i64, StoreError> {
        Ok(sqlx::query_scalar("select coalesce(max(rowid), 0) from activity_logs")
            .fetch_one(&self.readers)
            .await?)
    }

    /// The newest entries, newest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn recent_activity(&self, limit: u32) -> Result<Vec<Activity>, StoreError> {
        let all = ActivityQuery { filter: &ActivityFilter::default(), reader: None };
        Ok(self.activity_page(all, None, limit).await?.entries)
    }
}

async fn last_connection_entry(
    connection: &mut SqliteConnection,
    server: ServerId,
) -> Result<Option<LastConnectionEntry>, StoreError> {
    let found = sqlx::query(
        "select id, activity_type, details, timestamp from activity_logs
         where server_id = ?1 and activity_type in (?2, ?3, ?4)
         order by position desc limit 1",
    )
    .bind(server.to_string())
    .bind(ActivityKind::ConnectionMade.as_str())
    .bind(ActivityKind::ConnectionLost.as_str())
    .bind(ActivityKind::HostKeyChanged.as_str())
    .fetch_optional(connection)
    .await?;
    let read = |row: SqliteRow| -> Result<_, sqlx::Error> {
        Ok(LastConnectionEntry {
            id: row::parsed(&row, "id", |text| text.parse().ok())?,
            kind: row::parsed(&row, "activity_type", ActivityKind::from_text)?,
            details: row::parsed_or_null(&row, "details", |json| serde_json::from_str(json).ok())?,
            timestamp: row::moment(&row, "timestamp")?,
        })
    };
    Ok(found.map(read).transpose()?)
}
