//! `servers`: what Tomo watches. A server and its credential are written in one transaction.

use super::{Store, StoreError, row, server_credentials};
use crate::domain::{
    id::ServerId,
    server::{AuthType, Server, ServerInput},
    system_info::SystemInfo,
    time,
};
use chrono::{DateTime, Utc};
use sqlx::{FromRow, Row, sqlite::SqliteRow};

impl FromRow<'_, SqliteRow> for Server {
    fn from_row(row: &SqliteRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: row::parsed(row, "id", |text| text.parse().ok())?,
            name: row.try_get("name")?,
            host: row.try_get("host")?,
            port: row::whole(row, "port")?,
            username: row.try_get("username")?,
            auth_type: row::parsed(row, "auth_type", AuthType::from_text)?,
            enabled: row.try_get("enabled")?,
            created_at: row::moment(row, "created_at")?,
            last_connected: row::moment_or_null(row, "last_connected")?,
            system_info: row::parsed_or_null(row, "system_info", |json| {
                serde_json::from_str(json).ok()
            })?,
            system_info_updated_at: row::moment_or_null(row, "system_info_updated_at")?,
            docker_installed: row.try_get("docker_installed")?,
        })
    }
}

pub(super) fn duplicate(error: sqlx::Error, input: &ServerInput) -> StoreError {
    StoreError::or_duplicate(error, || {
        let ServerInput { username, host, port, .. } = input;
        format!("a server {username}@{host}, port {port}")
    })
}

impl Store {
    /// All servers: this computer first, then by name.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn servers(&self) -> Result<Vec<Server>, StoreError> {
        Ok(sqlx::query_as(
            "select * from servers order by auth_type = 'local' desc, name collate nocase, id",
        )
        .fetch_all(&self.readers)
        .await?)
    }

    /// One server.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when there is none with this id.
    pub async fn server(&self, id: ServerId) -> Result<Server, StoreError> {
        sqlx::query_as("select * from servers where id = ?1")
            .bind(id.to_string())
            .fetch_optional(&self.readers)
            .await?
            .ok_or(StoreError::Missing { what: "server" })
    }

    /// Adds a server with its encrypted credential; without one when an ssh-agent opens it.
    ///
    /// # Errors
    /// [`StoreError::Duplicate`] when there is one with this host, port and user.
    pub async fn insert_server(
        &self,
        id: ServerId,
        input: &ServerInput,
        encrypted: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<Server, StoreError> {
        let mut transaction = self.write().await?;
        let server = sqlx::query_as(
            "insert into servers (id, name, host, port, username, auth_type, created_at)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7) returning *",
        )
        .bind(id.to_string())
        .bind(&input.name)
        .bind(&input.host)
        .bind(input.port)
        .bind(&input.username)
        .bind(input.auth_type.as_str())
        .bind(time::to_text(now))
        .fetch_one(&mut *transaction)
        .await
        .map_err(|error| duplicate(error, input))?;
        if let Some(encrypted) = encrypted {
            server_credentials::put(&mut transaction, id, encrypted, now).await?;
        }
        transaction.commit().await?;
        Ok(server)
    }

    /// Changes a server, and its credential when one is given. One that an ssh-agent opens from now
    /// on keeps none.
    ///
    /// # Errors
    /// [`StoreError::Missing`], or [`StoreError::Duplicate`] when another server has this host, port
    /// and user.
    pub async fn update_server(
        &self,
        id: ServerId,
        input: &ServerInput,
        encrypted: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<Server, StoreError> {
        let mut transaction = self.write().await?;
        let server = sqlx::query_as(
            "update servers set name = ?2, host = ?3, port = ?4, username = ?5, auth_type = ?6
             where id = ?1 returning *",
        )
        .bind(id.to_string())
        .bind(&input.name)
        .bind(&input.host)
        .bind(input.port)
        .bind(&input.username)
        .bind(input.auth_type.as_str())
        .fetch_optional(&mut *transaction)
        .await
        .map_err(|error| duplicate(error, input))?
        .ok_or(StoreError::Missing { what: "server" })?;
        match encrypted {
            Some(encrypted) => {
                server_credentials::put(&mut transaction, id, encrypted, now).await?;
            }
            None if input.auth_type == AuthType::Agent => {
                server_credentials::remove(&mut transaction, id).await?;
            }
            None => {}
        }
        transaction.commit().await?;
        Ok(server)
    }

    /// Removes a server with its credential, its history and its apps' rows.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when there is none with this id.
    pub async fn delete_server(&self, id: ServerId) -> Result<(), StoreError> {
        let query = sqlx::query("delete from servers where id = ?1").bind(id.to_string());
        found(query.execute(&self.writer).await?)
    }

    /// Notes whether Tomo is to watch the server.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when there is none with this id.
    pub async fn set_server_enabled(&self, id: ServerId, enabled: bool) -> Result<(), StoreError> {
        let query = sqlx::query("update servers set enabled = ?2 where id = ?1")
            .bind(id.to_string())
            .bind(enabled);
        found(query.execute(&self.writer).await?)
    }

    /// Notes where the connection stands, in the word of `ConnectionStatus::as_str`.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when there is none with this id.
    pub async fn set_server_status(&self, id: ServerId, status: &str) -> Result<(), StoreError> {
        let query = sqlx::query("update servers set status = ?2 where id = ?1")
            .bind(id.to_string())
            .bind(status);
        found(query.execute(&self.writer).await?)
    }

    /// Notes that a connection works, and what was found on the server.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when there is none with this id.
    pub async fn set_server_connected(
        &self,
        id: ServerId,
        system_info: &SystemInfo,
        docker_installed: bool,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let json = serde_json::to_string(system_info)
            .map_err(|error| StoreError::Unexpected(sqlx::Error::Encode(error.into())))?;
        let query = sqlx::query(
            "update servers set status = 'connected', last_connected = ?2, system_info = ?3,
                 system_info_updated_at = ?2, docker_installed = max(docker_installed, ?4)
             where id = ?1",
        )
        .bind(id.to_string())
        .bind(time::to_text(now))
        .bind(json)
        .bind(docker_installed);
        found(query.execute(&self.writer).await?)
    }

    /// Stores whether a container engine was found on a server.
    ///
    /// # Errors
    /// When the server is gone, or the database cannot be written.
    pub async fn set_docker_installed(
        &self,
        id: ServerId,
        docker_installed: bool,
    ) -> Result<(), StoreError> {
        let query = sqlx::query("update servers set docker_installed = ?2 where id = ?1")
            .bind(id.to_string())
            .bind(docker_installed);
        found(query.execute(&self.writer).await?)
    }

    /// Makes sure that this computer is among the servers. A name that somebody has given it stays.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn ensure_local_server(
        &self,
        username: &str,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        // Port 0: the row stands for no SSH server, and must not keep anybody from adding the one
        // at localhost:22.
        sqlx::query(
            "insert into servers (id, name, host, port, username, auth_type, created_at)
             values (?1, 'This computer', 'localhost', 0, ?2, 'local', ?3)
             on conflict (id) do nothing",
        )
        .bind(ServerId::LOCAL.to_string())
        .bind(username)
        .bind(time::to_text(now))
        .execute(&self.writer)
        .await?;
        Ok(())
    }
}

fn found(result: sqlx::sqlite::SqliteQueryResult) -> Result<(), StoreError> {
    match result.rows_affected() {
        0 => Err(StoreError::Missing { what: "server" }),
        _ => Ok(()),
    }
}
