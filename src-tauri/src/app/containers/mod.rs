//! Containers of all servers: what is known of them, and what can be done to them.

mod board;
mod log_buffer;
mod log_follow;
mod log_merge;
mod log_resume;
mod logs;

pub(super) use board::Board;
pub use logs::LogPart;
pub(super) use logs::Logs;

use super::{Tomo, error::AppError};
use crate::{
    docker::Engine,
    domain::{
        container::{Container, ContainerRef},
        engine::EngineStatus,
        id::ServerId,
    },
};

impl Tomo {
    /// The engine of a server, which answered when it was last asked something.
    ///
    /// # Errors
    /// Why it cannot be used, in words for a person.
    pub(super) fn engine(&self, server: ServerId) -> Result<Engine, AppError> {
        if let Some(engine) = self.inner.board.engine(server) {
            return Ok(engine);
        }
        Err(match self.inner.board.status(server) {
            Some(EngineStatus::Trouble { trouble, .. }) => AppError::NoEngine(Box::new(trouble)),
            Some(EngineStatus::Looking) => {
                AppError::Invalid("Docker is still being looked for on this server.".into())
            }
            Some(_) => AppError::Invalid("This server is not connected.".into()),
            None => AppError::NotFound("server"),
        })
    }

    /// A container that is listed.
    ///
    /// # Errors
    /// When it is not, or not any more.
    pub(super) fn container(&self, which: &ContainerRef) -> Result<Container, AppError> {
        self.inner.board.container(which).ok_or(AppError::NotFound("container"))
    }
}
