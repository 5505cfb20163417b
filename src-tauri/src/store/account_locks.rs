//! `account_locks`: failed sign-ins, counted by user name and by origin, and the locks they lead to.
//!
//! An attempt is counted before its password is compared: however many come at once, no more of
//! them than allowed are let through.

use super::{Store, StoreError, row};
use crate::domain::{
    account::folded,
    id::UserId,
    lock::{AccountLock, LockSubject},
    time,
};
use chrono::{DateTime, TimeDelta, Utc};
use sqlx::{FromRow, Row, SqliteConnection, sqlite::SqliteRow};
use uuid::Uuid;

/// More than this is no list for a person.
const LISTED: u32 = 1_000;

/// What attempts are counted by.
#[derive(Clone, Copy, Debug)]
pub struct Counted<'a> {
    /// Which kind.
    pub subject: LockSubject,
    /// The name or the origin.
    pub identifier: &'a str,
    /// The attempt that locks it.
    pub limit: u32,
}

/// An attempt to sign in.
#[derive(Clone, Copy, Debug)]
pub struct NewAttempt<'a> {
    /// The name that was typed.
    pub name: Counted<'a>,
    /// Where it was typed.
    pub origin: Counted<'a>,
    /// Where, as [`crate::domain::session::Client::to_text`] writes it.
    pub user_agent: &'a str,
    /// How long a lock lasts, and how long a count is remembered.
    pub lockout: TimeDelta,
}

/// Whether an attempt may be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// Name or origin is locked until then.
    Refused(DateTime<Utc>),
    /// It is this many in a row. The last one that is allowed locks, until it proves right.
    Counted {
        /// With this name.
        name: u32,
        /// From this origin.
        origin: u32,
    },
}

impl FromRow<'_, SqliteRow> for AccountLock {
    fn from_row(row: &SqliteRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: row::parsed(row, "id", |text| text.parse().ok())?,
            identifier: row.try_get("identifier")?,
            subject: row::parsed(row, "identifier_type", LockSubject::from_text)?,
            attempt_count: row::whole(row, "attempt_count")?,
            first_attempt_at: row::moment(row, "first_attempt_at")?,
            last_attempt_at: row::moment(row, "last_attempt_at")?,
            locked_at: row::moment_or_null(row, "locked_at")?,
            lock_expires_at: row::moment_or_null(row, "lock_expires_at")?,
            is_locked: row.try_get("is_locked")?,
            unlocked_at: row::moment_or_null(row, "unlocked_at")?,
            unlocked_by: row.try_get("unlocked_by_name")?,
            notes: row.try_get("notes")?,
        })
    }
}

impl Store {
    /// The user name that differs from `name` in nothing but upper and lower case.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn username_like(&self, name: &str) -> Result<Option<String>, StoreError> {
        // SQLite folds the case of ASCII only; a home has few accounts.
        let names: Vec<String> =
            sqlx::query_scalar("select username from users order by created_at, id")
                .fetch_all(&self.readers)
                .await?;
        let name = folded(name);
        Ok(names.into_iter().find(|known| folded(known) == name))
    }

    /// Until when sign-ins with this name, or from this origin, are refused.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn locked_until(
        &self,
        name: &str,
        origin: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<DateTime<Utc>>, StoreError> {
        let row = sqlx::query(LOCKED_UNTIL)
            .bind(name)
            .bind(origin)
            .bind(time::to_text(now))
            .fetch_one(&self.readers)
            .await?;
        Ok(row::moment_or_null(&row, "until")?)
    }

    /// Counts an attempt before it is made, or refuses it.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn count_attempt(
        &self,
        attempt: &NewAttempt<'_>,
        now: DateTime<Utc>,
    ) -> Result<Attempt, StoreError> {
        let mut transaction = self.write().await?;
        let row = sqlx::query(LOCKED_UNTIL)
            .bind(attempt.name.identifier)
            .bind(attempt.origin.identifier)
            .bind(time::to_text(now))
            .fetch_one(&mut *transaction)
            .await?;
        if let Some(until) = row::moment_or_null(&row, "until")? {
            return Ok(Attempt::Refused(until));
        }
        let name = count(&mut transaction, &attempt.name, attempt, now).await?;
        let origin = count(&mut transaction, &attempt.origin, attempt, now).await?;
        transaction.commit().await?;
        Ok(Attempt::Counted { name, origin })
    }

    /// Forgets the failed attempts with a name and from an origin, one of which proved right. What an
    /// admin has noted stays.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn clear_attempts(&self, name: &str, origin: &str) -> Result<(), StoreError> {
        let mut transaction = self.write().await?;
        for statement in [
            "delete from account_locks
             where unlocked_at is null
                 and (identifier, identifier_type) in (values (?1, 'username'), (?2, 'ip'))",
            "update account_locks
             set attempt_count = 0, locked_at = null, lock_expires_at = null
             where (identifier, identifier_type) in (values (?1, 'username'), (?2, 'ip'))",
        ] {
            sqlx::query(statement).bind(name).bind(origin).execute(&mut *transaction).await?;
        }
        Ok(transaction.commit().await?)
    }

    /// Names and origins with failed attempts: those that are locked at `now` first, then by their
    /// last attempt.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn account_locks(&self, now: DateTime<Utc>) -> Result<Vec<AccountLock>, StoreError> {
        self.lock_entries(None, now).await
    }

    /// One of them.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn account_lock(
        &self,
        id: Uuid,
        now: DateTime<Utc>,
    ) -> Result<Option<AccountLock>, StoreError> {
        Ok(self.lock_entries(Some(id), now).await?.pop())
    }

    async fn lock_entries(
        &self,
        id: Option<Uuid>,
        now: DateTime<Utc>,
    ) -> Result<Vec<AccountLock>, StoreError> {
        Ok(sqlx::query_as(
            "select account_locks.*, users.username as unlocked_by_name,
                 locked_at is not null and coalesce(lock_expires_at > ?2, 0) as is_locked
             from account_locks left join users on users.id = account_locks.unlocked_by
             where ?1 is null or account_locks.id = ?1
             order by is_locked desc, last_attempt_at desc, account_locks.rowid desc limit ?3",
        )
        .bind(id.map(|id| id.to_string()))
        .bind(time::to_text(now))
        .bind(LISTED)
        .fetch_all(&self.readers)
        .await?)
    }

    /// Lifts a lock and forgets the count, with a note.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when there is none.
    pub async fn unlock_account(
        &self,
        id: Uuid,
        by: UserId,
        note: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let unlocked = sqlx::query(
            "update account_locks
             set attempt_count = 0, locked_at = null, lock_expires_at = null, unlocked_at = ?2,
                 unlocked_by = ?3, notes = ?4
             where id = ?1",
        )
        .bind(id.to_string())
        .bind(time::to_text(now))
        .bind(by.to_string())
        .bind(note)
        .execute(&self.writer)
        .await?;
        if unlocked.rows_affected() == 0 {
            return Err(StoreError::Missing { what: "lock" });
        }
        Ok(())
    }
}

/// The later end of the locks on a name and on an origin; null when there is none.
const LOCKED_UNTIL: &str = "select max(lock_expires_at) as until from account_locks
     where ((identifier = ?1 and identifier_type = 'username')
             or (identifier = ?2 and identifier_type = 'ip'))
         and locked_at is not null and lock_expires_at > ?3";

/// Counts one more, from one again after a lock has ended or the last attempt was long ago; the
/// attempt that reaches the limit locks.
async fn count(
    connection: &mut SqliteConnection,
    counted: &Counted<'_>,
    attempt: &NewAttempt<'_>,
    now: DateTime<Utc>,
) -> Result<u32, StoreError> {
    let row = sqlx::query(
        "insert into account_locks
             (id, identifier, identifier_type, user_agent, first_attempt_at, last_attempt_at)
         values (?1, ?2, ?3, ?4, ?5, ?5)
         on conflict (identifier, identifier_type) do update set
             (attempt_count, first_attempt_at) = (
                 select iif(is_new, 1, attempt_count + 1), iif(is_new, ?5, first_attempt_at)
                 from (select attempt_count = 0 or locked_at is not null
                           or last_attempt_at <= ?6 as is_new)),
             last_attempt_at = ?5, locked_at = null, lock_expires_at = null,
             user_agent = excluded.user_agent
         returning attempt_count",
    )
    .bind(Uuid::now_v7().to_string())
    .bind(counted.identifier)
    .bind(counted.subject.as_str())
    .bind(attempt.user_agent)
    .bind(time::to_text(now))
    .bind(time::to_text(now - attempt.lockout))
    .fetch_one(&mut *connection)
    .await?;
    let attempts = row::whole(&row, "attempt_count")?;
    if attempts >= counted.limit {
        sqlx::query(
            "update account_locks
             set locked_at = ?3, lock_expires_at = ?4, reason = 'too_many_attempts',
                 unlocked_at = null, unlocked_by = null, notes = null
             where identifier = ?1 and identifier_type = ?2",
        )
        .bind(counted.identifier)
        .bind(counted.subject.as_str())
        .bind(time::to_text(now))
        .bind(time::to_text(now + attempt.lockout))
        .execute(connection)
        .await?;
    }
    Ok(attempts)
}
