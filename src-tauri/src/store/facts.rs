//! Facts about the database itself: its size, its version, how much is in it.

use super::{Store, StoreError};

/// What can be said about the database without saying what is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// Version of SQLite.
    pub sqlite_version: String,
    /// The newest migration that the database has seen.
    pub schema_version: i64,
    /// Size of the database, in bytes.
    pub bytes: u64,
}

/// The tables that are counted, and how.
const COUNTS: &[(&str, &str)] = &[
    ("users", "select count(*) from users"),
    ("servers", "select count(*) from servers"),
    ("known_hosts", "select count(*) from known_hosts"),
    ("sessions", "select count(*) from sessions"),
    ("locks", "select count(*) from account_locks"),
    ("user_settings", "select count(*) from user_settings"),
    ("settings_audit", "select count(*) from settings_audit"),
    ("activity_logs", "select count(*) from activity_logs"),
    ("server_metrics", "select count(*) from server_metrics"),
    ("plans", "select count(*) from plans"),
];

impl Store {
    /// Facts about the database.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn facts(&self) -> Result<Facts, StoreError> {
        let (sqlite_version, schema_version, bytes): (String, i64, i64) = sqlx::query_as(
            "select sqlite_version(), (select max(version) from _sqlx_migrations),
                 (select page_count from pragma_page_count) * (select page_size from pragma_page_size)",
        )
        .fetch_one(&self.readers)
        .await?;
        Ok(Facts { sqlite_version, schema_version, bytes: bytes.unsigned_abs() })
    }

    /// How many rows the tables have.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn counts(&self) -> Result<Vec<(&'static str, i64)>, StoreError> {
        let mut counts = Vec::with_capacity(COUNTS.len());
        for (name, query) in COUNTS {
            counts.push((*name, sqlx::query_scalar(*query).fetch_one(&self.readers).await?));
        }
        Ok(counts)
    }

    /// Every name in the database that tells whose it is: of servers, their hosts and accounts, and
    /// of users. What leaves the computer must not hold one of them.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn private_words(&self) -> Result<Vec<String>, StoreError> {
        Ok(sqlx::query_scalar(
            "select name from servers union select host from servers
             union select username from servers union select username from users
             union select email from users union select host from known_hosts",
        )
        .fetch_all(&self.readers)
        .await?)
    }
}
