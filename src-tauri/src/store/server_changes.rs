//! Changes of several servers together: all of them, or none.

use super::{Store, StoreError, server_credentials, servers::duplicate};
use crate::domain::{id::ServerId, server::ServerInput, time};
use chrono::{DateTime, Utc};
use sqlx::SqliteConnection;

/// A change of one server. No secret comes with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ServerChange {
    /// A new one. It waits, switched off, unless it needs no secret.
    Add {
        /// Its identifier.
        id: ServerId,
        /// Its fields.
        server: ServerInput,
    },
    /// Another name or another way to sign in, for which its secret is of no use.
    Edit {
        /// Which.
        id: ServerId,
        /// What it has to be still.
        current: ServerInput,
        /// What it becomes.
        server: ServerInput,
    },
}

impl Store {
    /// Makes all changes in one transaction.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when a server is not what it was, [`StoreError::Duplicate`] when one
    /// is there already; nothing is changed then.
    pub async fn change_servers(
        &self,
        changes: &[ServerChange],
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let mut transaction = self.write().await?;
        for change in changes {
            match change {
                ServerChange::Add { id, server } => {
                    add(&mut transaction, *id, server, now).await?;
                }
                ServerChange::Edit { id, current, server } => {
                    edit(&mut transaction, *id, current, server).await?;
                }
            }
        }
        Ok(transaction.commit().await?)
    }
}

async fn add(
    connection: &mut SqliteConnection,
    id: ServerId,
    server: &ServerInput,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query(
        "insert into servers (id, name, host, port, username, auth_type, created_at, enabled)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?6 = 'agent')",
    )
    .bind(id.to_string())
    .bind(&server.name)
    .bind(&server.host)
    .bind(server.port)
    .bind(&server.username)
    .bind(server.auth_type.as_str())
    .bind(time::to_text(now))
    .execute(connection)
    .await
    .map_err(|error| duplicate(error, server))?;
    Ok(())
}

async fn edit(
    connection: &mut SqliteConnection,
    id: ServerId,
    current: &ServerInput,
    server: &ServerInput,
) -> Result<(), StoreError> {
    let edited = sqlx::query(
        "update servers set name = ?2, host = ?3, auth_type = ?6,
             enabled = iif(auth_type = ?6 or ?6 = 'agent', enabled, 0)
         where id = ?1 and port = ?4 and username = ?5 and (name, host, auth_type) = (?7, ?8, ?9)",
    )
    .bind(id.to_string())
    .bind(&server.name)
    .bind(&server.host)
    .bind(server.port)
    .bind(&server.username)
    .bind(server.auth_type.as_str())
    .bind(&current.name)
    .bind(&current.host)
    .bind(current.auth_type.as_str())
    .execute(&mut *connection)
    .await
    .map_err(|error| duplicate(error, server))?;
    if edited.rows_affected() == 0 {
        return Err(StoreError::Missing { what: "server" });
    }
    if current.auth_type != server.auth_type {
        server_credentials::remove(connection, id).await?;
    }
    Ok(())
}
