//! `users`: who may sign in. The password's hash leaves this file only to be compared.
//!
//! Two rules hold here, inside the transaction that would break them, because two processes may try
//! at once: no two names differ only in upper and lower case, and there is always an admin who may
//! sign in.

use super::{Actor, Store, StoreError, row, sessions, settings_change};
use crate::domain::{
    account::{Account, AccountChanges, folded},
    id::UserId,
    time,
    user::{Role, User},
};
use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use sqlx::{FromRow, Row, SqliteConnection, sqlite::SqliteRow};
use std::{collections::HashMap, fmt};

/// An account to create.
#[derive(Clone)]
pub struct NewUser<'a> {
    /// Identifier.
    pub id: UserId,
    /// Sign-in name.
    pub username: &'a str,
    /// E-mail address; may be empty.
    pub email: &'a str,
    /// bcrypt hash of the password.
    pub password_hash: &'a str,
    /// What the user may do.
    pub role: Role,
}

impl fmt::Debug for NewUser<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewUser").field("id", &self.id).finish_non_exhaustive()
    }
}

impl FromRow<'_, SqliteRow> for User {
    fn from_row(row: &SqliteRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: row::parsed(row, "id", |text| text.parse().ok())?,
            username: row.try_get("username")?,
            email: row.try_get::<Option<String>, _>("email")?.unwrap_or_default(),
            role: row::parsed(row, "role", Role::from_text)?,
            is_active: row.try_get("is_active")?,
        })
    }
}

impl FromRow<'_, SqliteRow> for Account {
    fn from_row(row: &SqliteRow) -> Result<Self, sqlx::Error> {
        let preferences: Option<&str> = row.try_get("preferences_json")?;
        let preferences: Option<Map<String, Value>> =
            preferences.and_then(|text| serde_json::from_str(text).ok());
        Ok(Self {
            user: User::from_row(row)?,
            created_at: row::moment(row, "created_at")?,
            last_login: row::moment_or_null(row, "last_login")?,
            password_changed_at: row::moment_or_null(row, "password_changed_at")?,
            avatar: row.try_get("avatar")?,
            preferences: Value::Object(preferences.unwrap_or_default()),
            live_sessions: row::whole(row, "live_sessions")?,
            locked_until: None,
        })
    }
}

/// What [`Store::update_user`] has done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserUpdate {
    /// As it was.
    pub before: User,
    /// As it is.
    pub after: User,
    /// Sessions that ended because the account may not sign in any more.
    pub ended_sessions: u64,
}

impl NewUser<'_> {
    /// Inserts the account on a connection that may be in a transaction.
    pub(super) async fn insert(
        &self,
        connection: &mut SqliteConnection,
        now: DateTime<Utc>,
    ) -> Result<User, StoreError> {
        refuse_taken(&mut *connection, self.username, self.id).await?;
        sqlx::query_as(
            "insert into users
                 (id, username, email, password_hash, role, created_at, password_changed_at)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?6)
             returning id, username, email, role, is_active",
        )
        .bind(self.id.to_string())
        .bind(self.username)
        .bind(self.email)
        .bind(self.password_hash)
        .bind(self.role.as_str())
        .bind(time::to_text(now))
        .fetch_one(connection)
        .await
        .map_err(|error| {
            StoreError::or_duplicate(error, || format!("a user named {}", self.username))
        })
    }
}

impl Store {
    /// Creates an account.
    ///
    /// # Errors
    /// [`StoreError::Duplicate`] when the name is taken.
    pub async fn insert_user(
        &self,
        user: &NewUser<'_>,
        now: DateTime<Utc>,
    ) -> Result<User, StoreError> {
        let mut transaction = self.write().await?;
        let user = user.insert(&mut transaction, now).await?;
        transaction.commit().await?;
        Ok(user)
    }

    /// The account with this name and the hash of its password, also when it is not active. Upper and
    /// lower case are the same.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn user_by_username(
        &self,
        username: &str,
    ) -> Result<Option<(User, String)>, StoreError> {
        let mut connection = self.readers.acquire().await?;
        let Some(id) = named(&mut connection, username).await? else { return Ok(None) };
        let found = sqlx::query(
            "select id, username, email, role, is_active, password_hash from users where id = ?1",
        )
        .bind(id.to_string())
        .fetch_optional(&mut *connection)
        .await?;
        found.map(|row| Ok((User::from_row(&row)?, row.try_get("password_hash")?))).transpose()
    }

    /// The account with this id.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn user(&self, id: UserId) -> Result<Option<User>, StoreError> {
        Ok(sqlx::query_as("select id, username, email, role, is_active from users where id = ?1")
            .bind(id.to_string())
            .fetch_optional(&self.readers)
            .await?)
    }

    /// Every account, by name.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn accounts(&self, now: DateTime<Utc>) -> Result<Vec<Account>, StoreError> {
        let mut accounts = self.select_accounts(None, now).await?;
        accounts.sort_by_key(|account| folded(&account.user.username));
        Ok(accounts)
    }

    /// One account.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when there is no such user.
    pub async fn account(&self, id: UserId, now: DateTime<Utc>) -> Result<Account, StoreError> {
        self.select_accounts(Some(id), now).await?.pop().ok_or(MISSING)
    }

    async fn select_accounts(
        &self,
        id: Option<UserId>,
        now: DateTime<Utc>,
    ) -> Result<Vec<Account>, StoreError> {
        let mut accounts: Vec<Account> = sqlx::query_as(
            "select id, username, email, role, is_active, created_at, last_login,
                 password_changed_at, avatar, preferences_json,
                 (select count(*) from sessions
                  where sessions.user_id = users.id and sessions.status in ('active', 'idle')
                      and sessions.expires_at > ?2) as live_sessions
             from users where ?1 is null or id = ?1",
        )
        .bind(id.map(|id| id.to_string()))
        .bind(time::to_text(now))
        .fetch_all(&self.readers)
        .await?;
        let locks = sqlx::query(
            "select identifier, lock_expires_at from account_locks
             where identifier_type = 'username' and locked_at is not null
                 and lock_expires_at > ?1 and (unlocked_at is null or unlocked_at < locked_at)",
        )
        .bind(time::to_text(now))
        .fetch_all(&self.readers)
        .await?;
        let locks = locks
            .iter()
            .map(|row| {
                let name: &str = row.try_get("identifier")?;
                Ok((folded(name), row::moment(row, "lock_expires_at")?))
            })
            .collect::<Result<HashMap<_, _>, sqlx::Error>>()?;
        for account in &mut accounts {
            account.locked_until = locks.get(&folded(&account.user.username)).copied();
        }
        Ok(accounts)
    }

    /// The hash of an account's password.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when there is no such user.
    pub async fn password_hash(&self, id: UserId) -> Result<String, StoreError> {
        sqlx::query_scalar("select password_hash from users where id = ?1")
            .bind(id.to_string())
            .fetch_optional(&self.readers)
            .await?
            .ok_or(MISSING)
    }

    /// How many accounts there are.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn user_count(&self) -> Result<i64, StoreError> {
        Ok(sqlx::query_scalar("select count(*) from users").fetch_one(&self.readers).await?)
    }

    /// Notes that the user has signed in.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn set_last_login(&self, id: UserId, now: DateTime<Utc>) -> Result<(), StoreError> {
        sqlx::query("update users set last_login = ?2 where id = ?1")
            .bind(id.to_string())
            .bind(time::to_text(now))
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    /// Changes an account. One that may not sign in any more has its sessions ended.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when there is no such user, [`StoreError::Duplicate`] when the name is
    /// taken, [`StoreError::LastAdmin`] when no admin would be left.
    pub async fn update_user(
        &self,
        id: UserId,
        changes: &AccountChanges,
        by: UserId,
        now: DateTime<Utc>,
    ) -> Result<UserUpdate, StoreError> {
        let mut transaction = self.write().await?;
        let before = user(&mut transaction, id).await?;
        if let Some(name) = &changes.username {
            refuse_taken(&mut transaction, name, id).await?;
        }
        let after: User = sqlx::query_as(
            "update users set username = coalesce(?2, username), email = coalesce(?3, email),
                 role = coalesce(?4, role), is_active = coalesce(?5, is_active)
             where id = ?1 returning id, username, email, role, is_active",
        )
        .bind(id.to_string())
        .bind(&changes.username)
        .bind(&changes.email)
        .bind(changes.role.map(Role::as_str))
        .bind(changes.is_active)
        .fetch_one(&mut *transaction)
        .await?;
        refuse_no_admin(&mut transaction).await?;
        let ended_sessions = if after.is_active {
            0
        } else {
            sessions::terminate_all(&mut transaction, id, None, by, now).await?
        };
        transaction.commit().await?;
        Ok(UserUpdate { before, after, ended_sessions })
    }

    /// Changes what a user may change about the own account; what is absent stays.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when there is no such user.
    pub async fn update_own_account(
        &self,
        id: UserId,
        email: Option<&str>,
        preferences: Option<&Map<String, Value>>,
    ) -> Result<(), StoreError> {
        let updated = sqlx::query(
            "update users set email = coalesce(?2, email),
                 preferences_json = coalesce(?3, preferences_json)
             where id = ?1",
        )
        .bind(id.to_string())
        .bind(email)
        .bind(preferences.map(|preferences| Value::Object(preferences.clone()).to_string()))
        .execute(&self.writer)
        .await?;
        if updated.rows_affected() == 0 { Err(MISSING) } else { Ok(()) }
    }

    /// Sets or removes a user's picture.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when there is no such user.
    pub async fn set_avatar(&self, id: UserId, avatar: Option<&str>) -> Result<(), StoreError> {
        let updated = sqlx::query("update users set avatar = ?2 where id = ?1")
            .bind(id.to_string())
            .bind(avatar)
            .execute(&self.writer)
            .await?;
        if updated.rows_affected() == 0 { Err(MISSING) } else { Ok(()) }
    }

    /// Sets a user's password, and ends their sessions but the one to `keep`; gives how many. With
    /// `present`, only if that is still the hash; nothing is given when it is not.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when there is no such user.
    pub async fn set_password(
        &self,
        id: UserId,
        hash: &str,
        present: Option<&str>,
        keep: Option<&str>,
        by: UserId,
        now: DateTime<Utc>,
    ) -> Result<Option<u64>, StoreError> {
        let mut transaction = self.write().await?;
        user(&mut transaction, id).await?;
        let updated = sqlx::query(
            "update users set password_hash = ?2, password_changed_at = ?4
             where id = ?1 and (?3 is null or password_hash = ?3)",
        )
        .bind(id.to_string())
        .bind(hash)
        .bind(present)
        .bind(time::to_text(now))
        .execute(&mut *transaction)
        .await?;
        if updated.rows_affected() == 0 {
            return Ok(None);
        }
        let ended = sessions::terminate_all(&mut transaction, id, keep, by, now).await?;
        transaction.commit().await?;
        Ok(Some(ended))
    }

    /// Removes an account with its sessions and its settings; gives who it was. `actor` is who the
    /// audit trail names for the latter.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when there is no such user; [`StoreError::LastAdmin`] when no admin
    /// would be left; [`StoreError::AuditKeyMissing`] when the user has settings of their own and the
    /// vault is locked.
    pub async fn delete_user(&self, id: UserId, actor: &Actor<'_>) -> Result<User, StoreError> {
        let mut transaction = self.write_as(actor).await?;
        let deleted = user(&mut transaction, id).await?;
        sqlx::query("delete from users where id = ?1")
            .bind(id.to_string())
            .execute(&mut *transaction)
            .await?;
        refuse_no_admin(&mut transaction).await?;
        settings_change::finish(transaction).await?;
        Ok(deleted)
    }
}

const MISSING: StoreError = StoreError::Missing { what: "user" };

async fn user(connection: &mut SqliteConnection, id: UserId) -> Result<User, StoreError> {
    sqlx::query_as("select id, username, email, role, is_active from users where id = ?1")
        .bind(id.to_string())
        .fetch_optional(connection)
        .await?
        .ok_or(MISSING)
}

/// The account with this name: the one that is written just so, else one that differs only in upper
/// and lower case. SQLite folds nothing but ASCII, so the names are compared here.
async fn named(
    connection: &mut SqliteConnection,
    username: &str,
) -> Result<Option<UserId>, StoreError> {
    let rows = sqlx::query("select id, username from users").fetch_all(connection).await?;
    let wanted = folded(username);
    let mut found = None;
    for row in &rows {
        let name: &str = row.try_get("username")?;
        if name == username || (found.is_none() && folded(name) == wanted) {
            found = Some(row::parsed(row, "id", |text| text.parse().ok())?);
            if name == username {
                break;
            }
        }
    }
    Ok(found)
}

/// Refuses a name that somebody other than `id` has.
async fn refuse_taken(
    connection: &mut SqliteConnection,
    username: &str,
    id: UserId,
) -> Result<(), StoreError> {
    match named(connection, username).await? {
        Some(other) if other != id => {
            Err(StoreError::Duplicate { what: format!("a user named {username}") })
        }
        _ => Ok(()),
    }
}

/// Refuses a change after which nobody could administer.
async fn refuse_no_admin(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    let admins: i64 =
        sqlx::query_scalar("select count(*) from users where role = 'admin' and is_active = 1")
            .fetch_one(connection)
            .await?;
    if admins == 0 { Err(StoreError::LastAdmin) } else { Ok(()) }
}
