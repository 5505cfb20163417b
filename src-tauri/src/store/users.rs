//! `users`: who may sign in. The password's hash leaves this file only towards signing in.

use super::{Actor, Store, StoreError, row, settings_change};
use crate::domain::{
    id::UserId,
    time,
    user::{Role, User},
};
use chrono::{DateTime, Utc};
use sqlx::{FromRow, Row, SqliteConnection, sqlite::SqliteRow};
use std::fmt;

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

impl NewUser<'_> {
    /// Inserts the account on a connection that may be in a transaction.
    pub(super) async fn insert(
        &self,
        connection: &mut SqliteConnection,
        now: DateTime<Utc>,
    ) -> Result<User, StoreError> {
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

    /// The account with this name and the hash of its password, also when it is not active.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn user_by_username(
        &self,
        username: &str,
    ) -> Result<Option<(User, String)>, StoreError> {
        let found = sqlx::query(
            "select id, username, email, role, is_active, password_hash
             from users where username = ?1",
        )
        .bind(username)
        .fetch_optional(&self.readers)
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

    /// Removes an account with its sessions and its settings; `actor` is who the audit trail names
    /// for the latter.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when there is no such user; [`StoreError::AuditKeyMissing`] when the
    /// user has settings of their own and the vault is locked.
    pub async fn delete_user(&self, id: UserId, actor: &Actor<'_>) -> Result<(), StoreError> {
        let mut transaction = self.write_as(actor).await?;
        let deleted = sqlx::query("delete from users where id = ?1")
            .bind(id.to_string())
            .execute(&mut *transaction)
            .await?;
        if deleted.rows_affected() == 0 {
            return Err(StoreError::Missing { what: "user" });
        }
        settings_change::finish(transaction).await
    }
}
