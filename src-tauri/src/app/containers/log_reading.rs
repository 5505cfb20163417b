//! Reading one log of a follow, again and again where it breaks off and where its container is
//! started anew, without losing a line or having one twice.

use super::{actions::shown, log_follow::Follow, log_resume::Resume};
use crate::{
    app::{
        Tomo,
        error::{AppError, sentence},
    },
    collect::hub::Change,
    docker::{
        Engine, EngineError,
        logs::{LogWish, Run},
    },
    domain::{engine::EngineVia, id::ServerId},
};
use std::time::Duration;
use tokio::sync::{
    OwnedSemaphorePermit,
    broadcast::{self, error::RecvError},
};

/// A log that broke off is opened again after this long at least…
const AGAIN_AFTER: Duration = Duration::from_secs(1);
/// …and after this long even when nothing tells that it would help.
const AGAIN_BY: Duration = Duration::from_secs(10);

/// Why the reading of a log ended.
enum End {
    /// The container's newest run is over, and so is its log until the next.
    Over(Run),
    /// More may come.
    Again,
    /// It broke off, for this reason.
    Broken(String),
    /// It cannot be read, for this reason, and that will not change.
    Never(String),
}

impl Follow {
    /// Reads one log, again and again.
    pub(super) async fn keep_reading(&self, tomo: &Tomo, source: u16) {
        let server = self.container(source).server_id;
        let mut resume = Resume::default();
        let mut socket = None;
        let mut changes = tomo.inner.hub.changes();
        loop {
            match self.read(tomo, source, &mut socket, &mut resume).await {
                End::Over(run) => {
                    self.closed(source, false, None);
                    while self.is_over(tomo, source, &socket, run) {
                        something_of(&mut changes, server).await;
                    }
                }
                End::Again => self.closed(source, true, None),
                End::Broken(why) => {
                    self.closed(source, true, Some(why));
                    if self.engine(tomo, source, &socket).is_err() {
                        something_of(&mut changes, server).await;
                    }
                }
                End::Never(why) => {
                    self.closed(source, false, Some(why));
                    return;
                }
            }
            tokio::time::sleep(AGAIN_AFTER).await;
        }
    }

    /// Whether nothing is known of a container's log going on after this run.
    fn is_over(&self, tomo: &Tomo, source: u16, socket: &Option<String>, run: Run) -> bool {
        let which = self.container(source);
        let Ok(container) = tomo.container(&which) else { return false };
        // A run that is over already counts as well: it may have lasted for a moment.
        let is_newer = container.started_at.is_some_and(|at| Some(at) > run.started_at);
        !container.is_up() && !is_newer && self.engine(tomo, source, socket).is_ok()
    }

    /// The engine that has a log: the one that is known to have its container, else the one at the
    /// socket where it was read before. Another one would say that it was removed.
    fn engine(
        &self,
        tomo: &Tomo,
        source: u16,
        socket: &Option<String>,
    ) -> Result<Engine, AppError> {
        let which = self.container(source);
        match socket {
            Some(socket) if tomo.container(&which).is_err() => {
                let engine = tomo.engine_at(which.server_id, socket);
                engine.ok_or_else(|| {
                    let socket = shown(socket);
                    AppError::Invalid(format!("No engine answers at {socket} on this server."))
                })
            }
            _ => tomo.engine_of(&which),
        }
    }

    /// Reads a log until it ends; `socket` is the engine's that it is read from.
    async fn read(
        &self,
        tomo: &Tomo,
        source: u16,
        socket: &mut Option<String>,
        resume: &mut Resume,
    ) -> End {
        let engine = match self.engine(tomo, source, socket) {
            Ok(engine) => engine,
            Err(error) => return End::Broken(error.to_string()),
        };
        *socket = Some(engine.info().socket.clone());
        let _place = self.place(tomo, &engine, source).await;
        self.read_run(&engine, source, resume).await.unwrap_or_else(|error| end(&error))
    }

    /// Follows a log until the container ends, or is started anew.
    async fn read_run(
        &self,
        engine: &Engine,
        source: u16,
        resume: &mut Resume,
    ) -> Result<End, EngineError> {
        let (run, _) = self.read_from(engine, source, resume, true).await?;
        loop {
            let newest = engine.newest_run(&self.container(source).container_id).await?;
            // It may have been started and have ended again meanwhile.
            if newest.is_running || newest.started_at != run.started_at {
                return Ok(End::Again);
            }
            // Docker ends a follow with the container, also where it has not yet taken down all that the
            // container wrote: on a busy machine that was a second's worth and more. It is all there
            // once nothing is new.
            let (_, is_new) = self.read_from(engine, source, resume, false).await?;
            if !is_new {
                return Ok(End::Over(newest));
            }
            tokio::time::sleep(AGAIN_AFTER).await;
        }
    }

    /// Reads a log to its end, and gives the run that it was opened in, and whether there were lines
    /// that had not been read.
    async fn read_from(
        &self,
        engine: &Engine,
        source: u16,
        resume: &mut Resume,
        follow: bool,
    ) -> Result<(Run, bool), EngineError> {
        let wish = match resume.since_ns() {
            Some(since) => LogWish { since_ns: Some(since), follow, ..LogWish::default() },
            None => LogWish {
                tail: Some(self.wanted.tail),
                since_ns: self.wanted.since_ns,
                follow,
                ..LogWish::default()
            },
        };
        let mut reader = engine.log(&self.container(source).container_id, &wish).await?;
        if self.wanted.tail == 0 {
            resume.begun(reader.opened_ns());
        }
        resume.reopened();
        self.opened(source);
        let mut is_new = false;
        while let Some(mut lines) = reader.next().await? {
            resume.keep_new(&mut lines);
            is_new |= !lines.is_empty();
            self.take(source, lines);
            // Whoever shares this task gets a turn, however fast lines come.
            tokio::task::yield_now().await;
        }
        Ok((reader.run(), is_new))
    }

    /// Where each log takes one of the few sessions that a server allows: waits for its turn.
    async fn place(
        &self,
        tomo: &Tomo,
        engine: &Engine,
        source: u16,
    ) -> Option<OwnedSemaphorePermit> {
        if engine.info().via != EngineVia::DialStdio {
            return None;
        }
        let places = tomo.inner.logs.places(self.container(source).server_id);
        if let Ok(place) = places.clone().try_acquire_owned() {
            return Some(place);
        }
        let why = format!(
            "This server forwards no sockets, so only {} of its logs are followed at a time. Close \
             another, or set AllowStreamLocalForwarding in its sshd_config.",
            super::logs::MOST_BY_COMMAND
        );
        self.closed(source, true, Some(why));
        places.acquire_owned().await.ok()
    }
}

/// What an error means for a follow.
fn end(error: &EngineError) -> End {
    match error {
        EngineError::NotFound(_) => End::Never("The container was removed.".into()),
        // It is on its way out: that it is gone comes with the next attempt. One whose removal failed
        // stays, and so does this.
        EngineError::Refused { status: 409, .. } => {
            End::Broken("The container is being removed.".into())
        }
        EngineError::Refused { .. } | EngineError::ReadOnly => {
            End::Never(sentence(&error.to_string()))
        }
        _ => End::Broken(sentence(&error.to_string())),
    }
}

/// Waits until something happens to a server's engine or its containers, or long enough.
async fn something_of(changes: &mut broadcast::Receiver<Change>, server: ServerId) {
    let wait = async {
        loop {
            match changes.recv().await {
                Ok(Change::Engine(id) | Change::Containers(id) | Change::Connection(id))
                    if id == server =>
                {
                    return;
                }
                Err(RecvError::Lagged(_)) => return,
                Err(RecvError::Closed) => std::future::pending().await,
                Ok(_) => {}
            }
        }
    };
    let _ = tokio::time::timeout(AGAIN_BY, wait).await;
}
