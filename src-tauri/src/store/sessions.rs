//! `sessions`: sign-ins. A session is live while its row says so, its time has not run out and its
//! user may still sign in.

use super::{Store, StoreError, row};
use crate::domain::{
    id::UserId,
    session::{Client, Session, SessionEntry, SessionStatus},
    time,
    user::User,
};
use chrono::{DateTime, Utc};
use sqlx::{FromRow, Row, SqliteConnection, sqlite::SqliteRow};

/// More than this is no list for a person.
const LISTED: u32 = 1_000;

/// A session to begin.
#[derive(Clone)]
pub struct NewSession<'a> {
    /// Hash of the session's secret, in hex.
    pub id: &'a str,
    /// Who.
    pub user_id: UserId,
    /// The hash that the password was compared with: a session begins only while it is the user's.
    pub password_hash: &'a str,
    /// Where, as [`Client::to_text`] writes it.
    pub user_agent: &'a str,
    /// Until when.
    pub expires_at: DateTime<Utc>,
}

/// A session that can be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveSession {
    /// The session.
    pub session: Session,
    /// When it was last used.
    pub last_activity: DateTime<Utc>,
}

/// A session that somebody did not end themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndedSession {
    /// Whose.
    pub user_id: UserId,
    /// Whose, by name.
    pub username: String,
    /// Where it was begun; absent when the row does not say.
    pub client: Option<Client>,
}

/// What [`Store::turn_sessions`] has changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TurnedSessions {
    /// How many turned idle.
    pub idle: u64,
    /// Those whose time has run out. Each is given to one caller only.
    pub expired: Vec<EndedSession>,
}

impl FromRow<'_, SqliteRow> for LiveSession {
    fn from_row(row: &SqliteRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            session: Session {
                id: row.try_get("session_id")?,
                user: User::from_row(row)?,
                created_at: row::moment(row, "created_at")?,
                expires_at: row::moment(row, "expires_at")?,
                is_locked: row::moment_or_null(row, "locked_at")?.is_some(),
            },
            last_activity: row::moment(row, "last_activity")?,
        })
    }
}

impl FromRow<'_, SqliteRow> for EndedSession {
    fn from_row(row: &SqliteRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            user_id: row::parsed(row, "user_id", |text| text.parse().ok())?,
            username: row.try_get("username")?,
            client: client(row)?,
        })
    }
}

impl FromRow<'_, SqliteRow> for SessionEntry {
    fn from_row(row: &SqliteRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: row.try_get("id")?,
            user_id: row::parsed(row, "user_id", |text| text.parse().ok())?,
            username: row.try_get("username")?,
            client: client(row)?,
            created_at: row::moment(row, "created_at")?,
            last_activity: row::moment(row, "last_activity")?,
            expires_at: row::moment(row, "expires_at")?,
            status: row::parsed(row, "status", SessionStatus::from_text)?,
            terminated_at: row::moment_or_null(row, "terminated_at")?,
            terminated_by: row.try_get("terminated_by_name")?,
            is_own: false,
        })
    }
}

fn client(row: &SqliteRow) -> Result<Option<Client>, sqlx::Error> {
    Ok(row.try_get::<Option<&str>, _>("user_agent")?.and_then(Client::from_text))
}

impl Store {
    /// Begins a session. A user has at most `most` live ones, and as many that were begun for
    /// assistants, which start and stop by themselves and must put no person out: the oldest of the
    /// kind end, and are given.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when there is no such user any more, it may not sign in, or its
    /// password has been changed.
    pub async fn begin_session(
        &self,
        session: &NewSession<'_>,
        most: u32,
        now: DateTime<Utc>,
    ) -> Result<Vec<EndedSession>, StoreError> {
        let mut transaction = self.write().await?;
        let inserted = sqlx::query(
            "insert into sessions (id, user_id, user_agent, created_at, last_activity, expires_at)
             select ?1, id, ?3, ?4, ?4, ?5 from users
             where id = ?2 and is_active = 1 and password_hash = ?6",
        )
        .bind(session.id)
        .bind(session.user_id.to_string())
        .bind(session.user_agent)
        .bind(time::to_text(now))
        .bind(time::to_text(session.expires_at))
        .bind(session.password_hash)
        .execute(&mut *transaction)
        .await
        .map_err(|error| StoreError::or_duplicate(error, || "such a session".into()))?;
        if inserted.rows_affected() == 0 {
            return Err(StoreError::Missing { what: "user" });
        }
        let of_kind = others_of_kind(&mut transaction, session, now).await?;
        let mut ended = Vec::new();
        for id in of_kind.iter().skip(most.saturating_sub(1) as usize) {
            let oldest = sqlx::query_as(
                "update sessions
                 set status = 'terminated', terminated_at = ?2, terminated_by = user_id
                 where id = ?1
                 returning user_id, user_agent,
                     (select username from users where users.id = user_id) as username",
            )
            .bind(id)
            .bind(time::to_text(now))
            .fetch_one(&mut *transaction)
            .await?;
            ended.push(oldest);
        }
        transaction.commit().await?;
        Ok(ended)
    }

    /// The session with this id, if it is live at `now`.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn live_session(
        &self,
        id: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<LiveSession>, StoreError> {
        Ok(sqlx::query_as(
            "select sessions.id as session_id, sessions.created_at, sessions.expires_at,
                 sessions.last_activity, sessions.locked_at,
                 users.id, users.username, users.email, users.role, users.is_active
             from sessions join users on users.id = sessions.user_id
             where sessions.id = ?1 and sessions.status in ('active', 'idle')
                 and sessions.expires_at > ?2 and users.is_active = 1",
        )
        .bind(id)
        .bind(time::to_text(now))
        .fetch_optional(&self.readers)
        .await?)
    }

    /// Sessions of one user or of everybody, the live ones first, then by their last use. Whoever
    /// calls says which is the own one.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn sessions(&self, user: Option<UserId>) -> Result<Vec<SessionEntry>, StoreError> {
        self.session_entries(user, None).await
    }

    /// The session with this id, whatever became of it.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn session(&self, id: &str) -> Result<Option<SessionEntry>, StoreError> {
        Ok(self.session_entries(None, Some(id)).await?.pop())
    }

    async fn session_entries(
        &self,
        user: Option<UserId>,
        id: Option<&str>,
    ) -> Result<Vec<SessionEntry>, StoreError> {
        Ok(sqlx::query_as(
            "select sessions.*, users.username, enders.username as terminated_by_name
             from sessions join users on users.id = sessions.user_id
             left join users as enders on enders.id = sessions.terminated_by
             where (?1 is null or sessions.user_id = ?1) and (?2 is null or sessions.id = ?2)
             order by sessions.status in ('active', 'idle') desc, sessions.last_activity desc,
                 sessions.rowid desc
             limit ?3",
        )
        .bind(user.map(|id| id.to_string()))
        .bind(id)
        .bind(LISTED)
        .fetch_all(&self.readers)
        .await?)
    }

    /// Notes that the session was used, if it is idle or its last use was noted at `noted` or
    /// before; says whether that was so. One that has ended stays so, and one that is locked waits
    /// for its password.
    ///
    /// # Errors
    /// When the database cannot be read or written.
    pub async fn touch_session(
        &self,
        id: &str,
        noted: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        // Nearly every time there is nothing to write, and a reader finds that out at no cost.
        let due: bool = sqlx::query_scalar(
            "select exists (select 1 from sessions
                 where id = ?1 and (status = 'idle' or last_activity <= ?2))",
        )
        .bind(id)
        .bind(time::to_text(noted))
        .fetch_one(&self.readers)
        .await?;
        if !due {
            return Ok(false);
        }
        let touched = sqlx::query(
            "update sessions set last_activity = ?2, status = 'active'
             where id = ?1 and status in ('active', 'idle') and expires_at > ?2
                 and locked_at is null",
        )
        .bind(id)
        .bind(time::to_text(now))
        .execute(&self.writer)
        .await?;
        Ok(touched.rows_affected() > 0)
    }

    /// Asks for the password before the session is used again: in any case, or only if it was not
    /// used after `unused_since`. Says whether it does so from now on.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn lock_session(
        &self,
        id: &str,
        unused_since: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let locked = sqlx::query(
            "update sessions set locked_at = ?3
             where id = ?1 and locked_at is null and (?2 is null or last_activity <= ?2)
                 and status in ('active', 'idle')",
        )
        .bind(id)
        .bind(unused_since.map(time::to_text))
        .bind(time::to_text(now))
        .execute(&self.writer)
        .await?;
        Ok(locked.rows_affected() > 0)
    }

    /// Lets the session be used again, which its password was given for.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when it has ended meanwhile.
    pub async fn unlock_session(&self, id: &str, now: DateTime<Utc>) -> Result<(), StoreError> {
        let unlocked = sqlx::query(
            "update sessions set locked_at = null, last_activity = ?2, status = 'active'
             where id = ?1 and status in ('active', 'idle') and expires_at > ?2",
        )
        .bind(id)
        .bind(time::to_text(now))
        .execute(&self.writer)
        .await?;
        if unlocked.rows_affected() == 0 {
            return Err(StoreError::Missing { what: "session" });
        }
        Ok(())
    }

    /// Turns live sessions idle that were not used after `unused_since`, and expired those whose
    /// time has run out. Nothing is written when there are none.
    ///
    /// # Errors
    /// When the database cannot be read or written.
    pub async fn turn_sessions(
        &self,
        unused_since: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<TurnedSessions, StoreError> {
        let (unused_since, now) = (time::to_text(unused_since), time::to_text(now));
        let due: bool = sqlx::query_scalar(
            "select exists (select 1 from sessions
                 where status in ('active', 'idle') and expires_at <= ?1)
             or exists (select 1 from sessions where status = 'active' and last_activity <= ?2)",
        )
        .bind(&now)
        .bind(&unused_since)
        .fetch_one(&self.readers)
        .await?;
        if !due {
            return Ok(TurnedSessions::default());
        }
        let mut transaction = self.write().await?;
        let expired = sqlx::query_as(
            "update sessions set status = 'expired'
             where status in ('active', 'idle') and expires_at <= ?1
             returning user_id, user_agent,
                 (select username from users where users.id = user_id) as username",
        )
        .bind(&now)
        .fetch_all(&mut *transaction)
        .await?;
        let idle = sqlx::query(
            "update sessions set status = 'idle' where status = 'active' and last_activity <= ?1",
        )
        .bind(&unused_since)
        .execute(&mut *transaction)
        .await?
        .rows_affected();
        transaction.commit().await?;
        Ok(TurnedSessions { idle, expired })
    }

    /// Ends a session, and says whether it was live. One that has ended already keeps when and by
    /// whom.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn terminate_session(
        &self,
        id: &str,
        by: UserId,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let ended = sqlx::query(
            "update sessions set status = 'terminated', terminated_at = ?2, terminated_by = ?3
             where id = ?1 and status in ('active', 'idle') and expires_at > ?2",
        )
        .bind(id)
        .bind(time::to_text(now))
        .bind(by.to_string())
        .execute(&self.writer)
        .await?;
        Ok(ended.rows_affected() > 0)
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

/// The other live sessions of the same user and kind, newest first.
async fn others_of_kind(
    connection: &mut SqliteConnection,
    session: &NewSession<'_>,
    now: DateTime<Utc>,
) -> Result<Vec<String>, StoreError> {
    let is_assistant = |client: Option<Client>| client.is_some_and(|client| client.is_assistant());
    let kind = is_assistant(Client::from_text(session.user_agent));
    let rows = sqlx::query(
        "select id, user_agent from sessions
         where user_id = ?1 and id <> ?2 and status in ('active', 'idle') and expires_at > ?3
         order by created_at desc, rowid desc",
    )
    .bind(session.user_id.to_string())
    .bind(session.id)
    .bind(time::to_text(now))
    .fetch_all(connection)
    .await?;
    let mut ids = Vec::with_capacity(rows.len());
    for row in &rows {
        if is_assistant(client(row)?) == kind {
            ids.push(row.try_get("id")?);
        }
    }
    Ok(ids)
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
