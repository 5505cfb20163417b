//! Watching the engine of each server: one task finds it, lists its containers, listens to what it
//! tells, and begins again when that ends. It writes the board and decides nothing about who may look.

use super::{
    live::{self, Ended},
    trouble::Heard,
};
use crate::{
    app::Tomo,
    collect::hub::Change,
    docker::{Engine, find, list::Listed},
    domain::{
        engine::{EngineObstacle, EngineStatus, EngineTrouble},
        id::ServerId,
        server::Server,
    },
    ssh::Connection,
};
use chrono::Utc;
use futures::FutureExt;
use std::{
    collections::HashMap,
    panic::AssertUnwindSafe,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{sync::watch, time::Instant};
use tokio_util::sync::CancellationToken;

/// How soon a stream that broke is opened anew.
const SOON: Duration = Duration::from_millis(250);
/// How long an engine that was there and does not answer is left alone at most.
const LONGEST: Duration = Duration::from_secs(30);
/// A stream that lasted this long did not break for the reason of the one before.
const LASTED: Duration = Duration::from_secs(30);
/// Before a watch that panicked begins again.
const AFTER_PANIC: Duration = Duration::from_secs(5);
/// How long somebody waits who asked to look.
const LOOKING: Duration = Duration::from_secs(45);

/// The watches that run.
#[derive(Default)]
pub(in crate::app) struct Watches {
    all: Mutex<HashMap<ServerId, Watch>>,
}

/// One of them, from outside.
struct Watch {
    cancel: CancellationToken,
    asked: watch::Sender<u64>,
    answered: watch::Receiver<u64>,
}

/// One of them, from inside.
pub(super) struct Watching {
    pub(super) tomo: Tomo,
    pub(super) server: ServerId,
    pub(super) heard: Heard,
    asked: watch::Receiver<u64>,
    answered: watch::Sender<u64>,
    /// Whether an engine answered since the server was connected.
    was_there: bool,
    wait: Duration,
}

impl Watches {
    fn all(&self) -> MutexGuard<'_, HashMap<ServerId, Watch>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tomo {
    /// Watches the engines of these servers, and of no others.
    pub(in crate::app) fn watch_engines(&self, servers: &[Server]) {
        let is_wanted = |server: &Server| server.enabled && self.is_reached(server.id);
        let mut all = self.inner.watches.all();
        all.retain(|id, watch| {
            let kept = servers.iter().any(|server| server.id == *id && is_wanted(server));
            if !kept {
                watch.cancel.cancel();
            }
            kept
        });
        for server in servers.iter().filter(|server| is_wanted(server)) {
            all.entry(server.id).or_insert_with(|| self.watch_engine(server.id));
        }
    }

    fn watch_engine(&self, server: ServerId) -> Watch {
        let cancel = self.inner.cancel.child_token();
        let (asked, asked_inside) = watch::channel(0);
        let (answered_inside, answered) = watch::channel(0);
        let (tomo, token) = (self.clone(), cancel.clone());
        self.inner.tasks.spawn_on(
            async move {
                let mut watching = Watching {
                    tomo,
                    server,
                    heard: Heard::default(),
                    asked: asked_inside,
                    answered: answered_inside,
                    was_there: false,
                    wait: SOON,
                };
                token.run_until_cancelled(watching.run_for_ever()).await;
                watching.forget();
            },
            &self.inner.runtime,
        );
        Watch { cancel, asked, answered }
    }

    /// Looks for the engine of a server anew, and waits until that is done.
    pub(super) async fn look_for_engine(&self, server: ServerId) {
        let (number, mut answered) = {
            let all = self.inner.watches.all();
            let Some(watch) = all.get(&server) else { return };
            let mut number = 0;
            watch.asked.send_modify(|asked| {
                *asked += 1;
                number = *asked;
            });
            (number, watch.answered.clone())
        };
        // Whoever waits too long reads that it is still being looked for.
        let _ = tokio::time::timeout(LOOKING, answered.wait_for(|it| *it >= number)).await;
    }
}

impl Watching {
    /// A watch that panics begins again: what it has heard stays.
    async fn run_for_ever(&mut self) {
        loop {
            if AssertUnwindSafe(self.run()).catch_unwind().await.is_ok() {
                return;
            }
            tracing::error!(server = %self.server, "the watch of an engine panicked");
            tokio::time::sleep(AFTER_PANIC).await;
        }
    }

    async fn run(&mut self) {
        let is_local = self.server == ServerId::LOCAL;
        let mut links = self.tomo.inner.hub.links();
        loop {
            let connection = if is_local { None } else { Some(self.linked(&mut links).await) };
            match &connection {
                None => self.follow(None).await,
                Some(connection) => {
                    tokio::select! {
                        () = self.follow(Some(connection)) => {}
                        _ = connection.closed() => {}
                    }
                }
            }
            self.was_there = false;
            self.wait = SOON;
            self.set(EngineStatus::Unknown, false);
        }
    }

    /// Waits for a connection that works.
    async fn linked(
        &mut self,
        links: &mut watch::Receiver<HashMap<ServerId, Connection>>,
    ) -> Connection {
        loop {
            let link = links.borrow_and_update().get(&self.server).cloned();
            if let Some(connection) = link.filter(|connection| !connection.is_closed()) {
                return connection;
            }
            // Somebody may ask who needs to hear that there is no connection.
            tokio::select! {
                changed = links.changed() => {
                    if changed.is_err() {
                        std::future::pending::<()>().await;
                    }
                }
                number = asked(&mut self.asked) => {
                    self.answered.send_replace(number);
                }
            }
        }
    }

    /// Follows an engine for as long as there is a way to it.
    async fn follow(&mut self, connection: Option<&Connection>) {
        self.set(EngineStatus::Looking, false);
        loop {
            let number = *self.asked.borrow_and_update();
            let found = match connection {
                Some(connection) => find::on_server(connection).await,
                None => find::here().await,
            };
            let retry = match found {
                Ok((engine, listed)) => {
                    let ended = self.listen(engine, listed, number).await;
                    match ended {
                        Ended::Asked => continue,
                        Ended::Broke => Some(self.backoff()),
                    }
                }
                Err(trouble) => {
                    let again = self.was_there || trouble.obstacle == EngineObstacle::Down;
                    self.troubled(trouble).await;
                    again.then(|| self.backoff())
                }
            };
            self.answered.send_replace(number);
            let pause = async {
                match retry {
                    Some(wait) => tokio::time::sleep(wait).await,
                    // Nothing changes there without somebody's doing.
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = pause => {}
                _ = asked(&mut self.asked) => self.set(EngineStatus::Looking, false),
            }
        }
    }

    async fn listen(&mut self, engine: Engine, listed: Listed, number: u64) -> Ended {
        self.was_there = true;
        self.note_installed(true).await;
        let (board, hub) = (&self.tomo.inner.board, &self.tomo.inner.hub);
        let containers = listed.containers(self.server);
        let is_new = board.set_ready(self.server, engine.clone(), containers.clone());
        hub.set_containers(self.server, board.counts(self.server));
        hub.announce(if is_new {
            Change::Engine(self.server)
        } else {
            Change::Containers(self.server)
        });
        self.answered.send_replace(number);
        let begun = Instant::now();
        let ended = live::listen(self, &engine, containers).await;
        if begun.elapsed() >= LASTED {
            self.wait = SOON;
        }
        ended
    }

    /// Resolves when somebody asks to look.
    pub(super) async fn is_asked(&self) {
        let mut receiver = self.asked.clone();
        asked(&mut receiver).await;
    }

    fn backoff(&mut self) -> Duration {
        let wait = self.wait;
        self.wait = (wait * 2).min(LONGEST);
        wait
    }

    async fn troubled(&mut self, trouble: EngineTrouble) {
        tracing::debug!(server = %self.server, ?trouble, "no engine");
        match trouble.obstacle {
            EngineObstacle::Lost => {}
            // A daemon that was stopped takes its socket with it.
            EngineObstacle::Absent => self.note_installed(self.was_there).await,
            _ => self.note_installed(true).await,
        }
        let is_gone = trouble.obstacle == EngineObstacle::Absent && !self.was_there;
        let since = match self.tomo.inner.board.status(self.server) {
            Some(EngineStatus::Trouble { trouble: old, since }) if old == trouble => since,
            _ => Utc::now(),
        };
        self.set(EngineStatus::Trouble { trouble, since }, is_gone);
    }

    fn set(&self, status: EngineStatus, is_gone: bool) {
        let (board, hub) = (&self.tomo.inner.board, &self.tomo.inner.hub);
        if board.set_status(self.server, status, is_gone) {
            hub.set_containers(self.server, board.counts(self.server));
            hub.announce(Change::Engine(self.server));
        }
    }

    fn forget(&self) {
        self.tomo.inner.board.forget(self.server);
        self.tomo.inner.hub.set_containers(self.server, None);
        self.tomo.inner.hub.announce(Change::Engine(self.server));
    }

    async fn note_installed(&self, is_installed: bool) {
        let Some(server) = self.tomo.inner.hub.server(self.server) else { return };
        if server.docker_installed == is_installed {
            return;
        }
        if let Err(error) =
            self.tomo.inner.store.set_docker_installed(self.server, is_installed).await
        {
            tracing::warn!(server = %self.server, %error, "what engine there is could not be stored");
        }
    }
}

/// Waits until somebody asks; the number of the question.
async fn asked(receiver: &mut watch::Receiver<u64>) -> u64 {
    if receiver.changed().await.is_err() {
        // The watch is about to be cancelled.
        std::future::pending::<()>().await;
    }
    *receiver.borrow_and_update()
}
