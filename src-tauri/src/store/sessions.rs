//! `sessions`: sign-ins. A session is live while its row says so, its time has not run out and its
//! user may still sign in.

use super::{Store, StoreError, row};
use crate::domain::{id::UserId, session::Session, time, user::User};
use chrono::{DateTime, Utc};
use sqlx::{FromRow, Row, SqliteConnection, sqlite::SqliteRow};

/// A session to begin.
#[derive(Clone, Debug)]
pub struct NewSession<'a> {
    /// Hash of the session's secret, in hex.
    pub id: &'a str,
    /// Who.
    pub user_id: UserId,
    /// Which front door: `window`, `command line`.
    pub user_agent: &'a str,
    /// Until when.
    pub expires_at: DateTime<Utc>,
}

impl FromRow<'_, SqliteRow> for Session {
    fn from_row(row: &SqliteRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: row.try_get("session_id")?,
            user: User::from_row(row)?,
            created_at: row::moment(row, "created_at")?,
            expires_at: row::moment(row, "expires_at")?,
            is_locked: false,
        })
    }
}

impl Store {
    /// Begins a session.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when there is no such user.
    pub async fn insert_session(
        &self,
        session: &NewSession<'_>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let inserted = sqlx::query(
            "insert into sessions (id, user_id, user_agent, created_at, last_activity, expires_at)
             select ?1, id, ?3, ?4, ?4, ?5 from users where id = ?2",
        )
        .bind(session.id)
        .bind(session.user_id.to_string())
        .bind(session.user_agent)
        .bind(time::to_text(now))
        .bind(time::to_text(session.expires_at))
        .execute(&self.writer)
        .await
        .map_err(|error| StoreError::or_duplicate(error, || "such a session".into()))?;
        if inserted.rows_affected() == 0 {
            return Err(StoreError::Missing { what: "user" });
        }
        Ok(())
    }

    /// The session with this id, if it is live at `now`.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn live_session(
        &self,
        id: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<Session>, StoreError> {
        Ok(sqlx::query_as(
            "select sessions.id as session_id, sessions.created_at,
                 sessions.expires_at, users.id, users.username, users.email, users.role, users.is_active
             from sessions join users on users.id = sessions.user_id
             where sessions.id = ?1 and sessions.status in ('active', 'idle')
                 and sessions.expires_at > ?2 and users.is_active = 1",
        )
        .bind(id)
        .bind(time::to_text(now))
        .fetch_optional(&self.readers)
        .await?)
    }

    /// Notes that the session was used. One that has ended stays so.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn touch_session(&self, id: &str, now: DateTime<Utc>) -> Result<(), StoreError> {
        sqlx::query(
            "update sessions set last_activity = ?2, status = 'active'
             where id = ?1 and status in ('active', 'idle') and expires_at > ?2",
        )
        .bind(id)
        .bind(time::to_text(now))
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    /// Ends a session. One that has ended already keeps when and by whom.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn terminate_session(
        &self,
        id: &str,
        by: UserId,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "update sessions set status = 'terminated', terminated_at = ?2, terminated_by = ?3
             where id = ?1 and status in ('active', 'idle')",
        )
        .bind(id)
        .bind(time::to_text(now))
        .bind(by.to_string())
        .execute(&self.writer)
        .await?;
        Ok(())
    }
    /// Ends every live session of a user but the one with the id `except`; gives how many.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn terminate_sessions_of(
        &self,
        user: UserId,
        except: Option<&str>,
        by: UserId,
        now: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        terminate_all(&mut *self.writer.acquire().await?, user, except, by, now).await
    }
}

/// As [`Store::terminate_sessions_of`], on a connection that may be in a transaction.
pub(super) async fn terminate_all(
    connection: &mut SqliteConnection,
    user: UserId,
    except: Option<&str>,
    by: UserId,
    now: DateTime<Utc>,
) -> Result<u64, StoreError> {
    let ended = sqlx::query(
        "update sessions set status = 'terminated', terminated_at = ?4, terminated_by = ?3
         where user_id = ?1 and id is not ?2 and status in ('active', 'idle')",
    )
    .bind(user.to_string())
    .bind(except)
    .bind(by.to_string())
    .bind(time::to_text(now))
    .execute(connection)
    .await?;
    Ok(ended.rows_affected())
}
