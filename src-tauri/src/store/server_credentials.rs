//! `server_credentials`: encrypted secrets. This layer never sees one in the clear.

use super::{Store, StoreError, row};
use crate::domain::{id::ServerId, time};
use chrono::{DateTime, Utc};
use sqlx::{Row, SqliteConnection};

/// Writes a credential on a connection that may be in a transaction.
pub(super) async fn put(
    connection: &mut SqliteConnection,
    server: ServerId,
    encrypted: &str,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query(
        "insert into server_credentials (server_id, encrypted_data, created_at, updated_at)
         values (?1, ?2, ?3, ?3)
         on conflict (server_id) do update
         set encrypted_data = excluded.encrypted_data, updated_at = excluded.updated_at",
    )
    .bind(server.to_string())
    .bind(encrypted)
    .bind(time::to_text(now))
    .execute(connection)
    .await?;
    Ok(())
}

/// Removes a credential, if there is one, on a connection that may be in a transaction.
pub(super) async fn remove(
    connection: &mut SqliteConnection,
    server: ServerId,
) -> Result<(), StoreError> {
    sqlx::query("delete from server_credentials where server_id = ?1")
        .bind(server.to_string())
        .execute(connection)
        .await?;
    Ok(())
}

impl Store {
    /// Writes the credential of a server, in place of one that may be there.
    ///
    /// # Errors
    /// When there is no such server, or the database cannot be written.
    pub async fn put_credential(
        &self,
        server: ServerId,
        encrypted: &str,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let mut transaction = self.write().await?;
        put(&mut transaction, server, encrypted, now).await?;
        Ok(transaction.commit().await?)
    }

    /// The encrypted credential of a server, if it has one.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn credential(&self, server: ServerId) -> Result<Option<String>, StoreError> {
        Ok(sqlx::query_scalar("select encrypted_data from server_credentials where server_id = ?1")
            .bind(server.to_string())
            .fetch_optional(&self.readers)
            .await?)
    }

    /// Removes the credential of a server, if it has one.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn delete_credential(&self, server: ServerId) -> Result<(), StoreError> {
        remove(&mut *self.writer.acquire().await?, server).await
    }

    /// Every encrypted credential.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn credentials(&self) -> Result<Vec<(ServerId, String)>, StoreError> {
        let rows = sqlx::query("select server_id, encrypted_data from server_credentials")
            .fetch_all(&self.readers)
            .await?;
        rows.iter()
            .map(|row| {
                let server = row::parsed(row, "server_id", |text| text.parse().ok())?;
                Ok((server, row.try_get("encrypted_data")?))
            })
            .collect()
    }

    /// Re-encrypts every credential in one transaction, when the master key changes: `reencrypt`
    /// gets each as it is under the write lock and gives what to put in its place. Its first error
    /// undoes all.
    ///
    /// # Errors
    /// What `reencrypt` gives, or the database cannot be written.
    pub async fn replace_credentials<E>(
        &self,
        now: DateTime<Utc>,
        mut reencrypt: impl FnMut(ServerId, &str) -> Result<String, E> + Send,
    ) -> Result<(), E>
    where
        E: From<StoreError> + Send,
    {
        let mut transaction = self.write().await?;
        let rows = sqlx::query("select server_id, encrypted_data from server_credentials")
            .fetch_all(&mut *transaction)
            .await
            .map_err(StoreError::from)?;
        for row in rows {
            let server = row::parsed(&row, "server_id", |text| text.parse().ok())
                .map_err(StoreError::from)?;
            let old: &str = row.try_get("encrypted_data").map_err(StoreError::from)?;
            put(&mut transaction, server, &reencrypt(server, old)?, now).await?;
        }
        Ok(transaction.commit().await.map_err(StoreError::from)?)
    }
}
