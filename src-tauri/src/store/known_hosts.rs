//! `known_hosts`: host keys that somebody has decided to trust. A key is replaced only on purpose,
//! by a function of its own.

use super::{Store, StoreError, row};
use crate::domain::{
    host_key::{HostKey, KnownHost},
    id::UserId,
    time,
};
use chrono::{DateTime, Utc};
use sqlx::{FromRow, Row, sqlite::SqliteRow};

impl FromRow<'_, SqliteRow> for KnownHost {
    fn from_row(row: &SqliteRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            host: row.try_get("host")?,
            port: row::whole(row, "port")?,
            key: HostKey {
                algorithm: row.try_get("algorithm")?,
                fingerprint: row.try_get("fingerprint")?,
                public_key: row.try_get("public_key")?,
            },
            trusted_by: row::parsed_or_null(row, "trusted_by", |text| text.parse().ok())?,
            trusted_at: row::moment(row, "trusted_at")?,
            last_seen_at: row::moment_or_null(row, "last_seen_at")?,
        })
    }
}

impl Store {
    /// The key that is trusted for a host and port.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn known_host(&self, host: &str, port: u16) -> Result<Option<KnownHost>, StoreError> {
        Ok(sqlx::query_as("select * from known_hosts where host = ?1 and port = ?2")
            .bind(host)
            .bind(port)
            .fetch_optional(&self.readers)
            .await?)
    }

    /// Trusts the first key of a host and port.
    ///
    /// # Errors
    /// [`StoreError::Duplicate`] when a key is trusted already, also the same one: it stays.
    pub async fn trust_host_key(
        &self,
        host: &str,
        port: u16,
        key: &HostKey,
        by: UserId,
        now: DateTime<Utc>,
    ) -> Result<KnownHost, StoreError> {
        sqlx::query_as(
            "insert into known_hosts
                 (host, port, algorithm, fingerprint, public_key, trusted_by, trusted_at)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7) returning *",
        )
        .bind(host)
        .bind(port)
        .bind(&key.algorithm)
        .bind(&key.fingerprint)
        .bind(&key.public_key)
        .bind(by.to_string())
        .bind(time::to_text(now))
        .fetch_one(&self.writer)
        .await
        .map_err(|error| {
            StoreError::or_duplicate(error, || {
                format!("a trusted host key for {host}, port {port}")
            })
        })
    }

    /// Trusts another key in place of the one that is trusted.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when none is trusted.
    pub async fn replace_host_key(
        &self,
        host: &str,
        port: u16,
        key: &HostKey,
        by: UserId,
        now: DateTime<Utc>,
    ) -> Result<KnownHost, StoreError> {
        sqlx::query_as(
            "update known_hosts set algorithm = ?3, fingerprint = ?4, public_key = ?5,
                 trusted_by = ?6, trusted_at = ?7, last_seen_at = null
             where host = ?1 and port = ?2 returning *",
        )
        .bind(host)
        .bind(port)
        .bind(&key.algorithm)
        .bind(&key.fingerprint)
        .bind(&key.public_key)
        .bind(by.to_string())
        .bind(time::to_text(now))
        .fetch_optional(&self.writer)
        .await?
        .ok_or(StoreError::Missing { what: "host key" })
    }

    /// Notes that the host has presented the trusted key.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn touch_host_key(
        &self,
        host: &str,
        port: u16,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        sqlx::query("update known_hosts set last_seen_at = ?3 where host = ?1 and port = ?2")
            .bind(host)
            .bind(port)
            .bind(time::to_text(now))
            .execute(&self.writer)
            .await?;
        Ok(())
    }
}
