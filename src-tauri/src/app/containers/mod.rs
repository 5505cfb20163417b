//! Containers of all servers: what is known of them, and what can be done to them.

mod actions;
mod board;
mod digests;
mod follow;
mod inspect;
mod links;
mod live;
mod log_buffer;
mod log_follow;
mod log_merge;
mod log_reading;
mod log_resume;
mod logs;
mod measuring;
mod named;
mod outcome;
mod relist;
mod removal;
mod resources;
mod trouble;
mod usage;
mod waiting;
mod watch;

pub(super) use actions::shown;
pub(super) use board::Board;
pub use logs::LogPart;
pub(super) use logs::Logs;
pub(super) use named::SAID;
pub(super) use usage::Usage;
pub(super) use watch::Watches;

use self::board::NoEngine;
use super::{Tomo, error::AppError};
use crate::{
    docker::Engine,
    domain::{
        connection::ConnectionStatus,
        container::{Container, ContainerRef, Containers},
        engine::{EngineStatus, ServerEngine},
        fleet::ServerRow,
        id::ServerId,
    },
};
use chrono::Utc;
use std::time::Duration;
use tokio::sync::broadcast::error::RecvError;

impl Tomo {
    /// The engines and their containers, of one server or of all.
    ///
    /// # Errors
    /// When there is no such server.
    pub fn containers(&self, server: Option<ServerId>) -> Result<Containers, AppError> {
        let servers: Vec<_> = match server {
            Some(id) => vec![self.inner.hub.server(id).ok_or(AppError::NotFound("server"))?.id],
            None => self.inner.hub.rows(Utc::now()).iter().map(|row| row.server.id).collect(),
        };
        Ok(Containers {
            engines: servers.iter().map(|id| self.server_engine(*id)).collect(),
            containers: servers.iter().flat_map(|id| self.inner.board.rows(*id)).collect(),
        })
    }

    /// Waits until every engine that can be found was found or is missing, for so long at most.
    pub async fn engines_found(&self, at_most: Duration) {
        let mut changes = self.changes();
        let found = async {
            while self.inner.hub.rows(Utc::now()).iter().any(|row| self.may_have_engine(row)) {
                if matches!(changes.recv().await, Err(RecvError::Closed)) {
                    return;
                }
            }
        };
        // Whoever waits too long reads that it is still being looked for.
        let _ = tokio::time::timeout(at_most, found).await;
    }

    /// Whether waiting longer would tell more of a server's engine.
    fn may_have_engine(&self, row: &ServerRow) -> bool {
        match self.server_engine(row.server.id).status {
            EngineStatus::Ready { .. } | EngineStatus::Trouble { .. } => false,
            EngineStatus::Looking => true,
            EngineStatus::Unknown => match row.connection {
                ConnectionStatus::Connected { .. } | ConnectionStatus::Connecting => true,
                ConnectionStatus::Disconnected => row.server.enabled,
                _ => false,
            },
        }
    }

    fn server_engine(&self, server_id: ServerId) -> ServerEngine {
        let known = self.inner.board.server_engine(server_id);
        let status = EngineStatus::Unknown;
        known.unwrap_or(ServerEngine { server_id, status, others: Vec::new() })
    }

    /// Looks for the engine of a server anew.
    ///
    /// # Errors
    /// When there is no such server, or it is not connected.
    pub async fn look_at_engine(&self, server: ServerId) -> Result<ServerEngine, AppError> {
        let connection = self.inner.hub.connection(server).ok_or(AppError::NotFound("server"))?;
        let is_local = server == ServerId::LOCAL;
        if !is_local && !matches!(connection, ConnectionStatus::Connected { .. }) {
            return Err(AppError::Invalid("This server is not connected.".into()));
        }
        self.look_for_engine(server).await;
        Ok(self.server_engine(server))
    }

    /// The engines of a server that answered when they were last asked something: one at least.
    ///
    /// # Errors
    /// Why none can be used, in words for a person.
    pub(in crate::app) fn engines(&self, server: ServerId) -> Result<Vec<Engine>, AppError> {
        let engines = self.inner.board.engines(server);
        if engines.is_empty() {
            let known = self.inner.board.server_engine(server);
            return Err(unusable(known.map(|engine| engine.status)));
        }
        Ok(engines)
    }

    /// The engine that has a container, which answered when it was last asked something.
    ///
    /// # Errors
    /// Why it cannot be used, in words for a person.
    pub(super) fn engine_of(&self, which: &ContainerRef) -> Result<Engine, AppError> {
        self.inner.board.engine_of(which).map_err(|none| match none {
            NoEngine::Server => unusable(None),
            NoEngine::Container => AppError::NotFound("container"),
            NoEngine::Silent(status) => unusable(Some(*status)),
        })
    }

    /// The engine at this socket of a server, where it answered when it was last asked something.
    pub(in crate::app) fn engine_at(&self, server: ServerId, socket: &str) -> Option<Engine> {
        let mut engines = self.inner.board.engines(server).into_iter();
        engines.find(|engine| engine.info().socket == socket)
    }

    /// A container that is listed.
    ///
    /// # Errors
    /// When it is not, or not any more.
    pub(super) fn container(&self, which: &ContainerRef) -> Result<Container, AppError> {
        self.inner.board.container(which).ok_or(AppError::NotFound("container"))
    }
}

fn unusable(status: Option<EngineStatus>) -> AppError {
    match status {
        Some(EngineStatus::Trouble { trouble, .. }) => AppError::NoEngine(Box::new(trouble)),
        Some(EngineStatus::Looking) => {
            AppError::Invalid("Docker is still being looked for on this server.".into())
        }
        Some(_) => AppError::Invalid("This server is not connected.".into()),
        None => AppError::NotFound("server"),
    }
}
