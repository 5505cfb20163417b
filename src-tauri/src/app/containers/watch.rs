//! Watching the engines of each server: one task finds them, has each followed, and looks for them anew
//! when none is left. It writes the board and decides nothing about who may look.

use super::follow::{Ended, Follower, Place, Start};
use crate::{
    app::Tomo,
    collect::hub::Change,
    docker::find::{self, Found},
    domain::{
        engine::{EngineObstacle, EngineStatus, EngineTrouble},
        id::ServerId,
        server::Server,
    },
    ssh::Connection,
};
use chrono::Utc;
use futures::{FutureExt, StreamExt, stream::FuturesUnordered};
use std::{
    collections::HashMap,
    panic::AssertUnwindSafe,
    sync::{Mutex, MutexGuard, PoisonError, atomic::AtomicUsize},
    time::Duration,
};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// How soon a stream that broke is opened anew.
pub(super) const SOON: Duration = Duration::from_millis(250);
/// How long an engine that was there and does not answer is left alone at most.
const LONGEST: Duration = Duration::from_secs(30);
/// Before a watch that panicked begins again.
const AFTER_PANIC: Duration = Duration::from_secs(5);
/// How long somebody waits who asked to look.
const LOOKING: Duration = Duration::from_secs(45);

/// The watches that run.
#[derive(Default)]
pub(in crate::app) struct Watches {
    all: Mutex<HashMap<ServerId, Watch>>,
    /// Those that were ended, until they have. The next one for the same server begins after that.
    ending: Mutex<HashMap<ServerId, CancellationToken>>,
}

/// One of them, from outside.
struct Watch {
    cancel: CancellationToken,
    /// It has ended.
    over: CancellationToken,
    asked: watch::Sender<u64>,
    answered: watch::Receiver<u64>,
}

/// One of them, from inside.
struct Watching {
    tomo: Tomo,
    server: ServerId,
    asked: watch::Receiver<u64>,
    answered: watch::Sender<u64>,
    /// What is known of its engines, by their sockets.
    places: HashMap<String, Place>,
    /// Whether an engine answered since the server was connected.
    was_there: bool,
    wait: Duration,
}

impl Watches {
    fn all(&self) -> MutexGuard<'_, HashMap<ServerId, Watch>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ending(&self) -> MutexGuard<'_, HashMap<ServerId, CancellationToken>> {
        self.ending.lock().unwrap_or_else(PoisonError::into_inner)
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
                self.inner.watches.ending().insert(*id, watch.over.clone());
            }
            kept
        });
        self.inner.watches.ending().retain(|_, over| !over.is_cancelled());
        for server in servers.iter().filter(|server| is_wanted(server)) {
            all.entry(server.id).or_insert_with(|| self.watch_engine(server.id));
        }
    }

    fn watch_engine(&self, server: ServerId) -> Watch {
        let cancel = self.inner.cancel.child_token();
        let (asked, asked_inside) = watch::channel(0);
        let (answered_inside, answered) = watch::channel(0);
        let (tomo, token, over) = (self.clone(), cancel.clone(), CancellationToken::new());
        let ended = over.clone().drop_guard();
        let before = self.inner.watches.ending().remove(&server);
        self.inner.tasks.spawn_on(
            async move {
                let _ended = ended;
                // It forgets what it knew, which must not be what this one found.
                if let Some(before) = before {
                    before.cancelled().await;
                }
                let mut watching = Watching {
                    tomo,
                    server,
                    asked: asked_inside,
                    answered: answered_inside,
                    places: HashMap::new(),
                    was_there: false,
                    wait: SOON,
                };
                token.run_until_cancelled(watching.run_for_ever()).await;
                watching.forget();
            },
            &self.inner.runtime,
        );
        Watch { cancel, over, asked, answered }
    }

    /// Looks for the engines of a server anew, and waits until that is done.
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
            self.places.values_mut().for_each(Place::part);
            self.set_all(&EngineStatus::Unknown);
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

    /// Follows the engines of the server for as long as there is a way to it.
    async fn follow(&mut self, connection: Option<&Connection>) {
        self.set_all(&EngineStatus::Looking);
        loop {
            let number = *self.asked.borrow_and_update();
            let found = match connection {
                Some(connection) => find::on_server(connection).await,
                None => find::here().await,
            };
            let retry = if found.met.is_empty() {
                let again = self.none(found.silent).await;
                again.then(|| self.backoff())
            } else {
                match self.follow_each(connection, found, number).await {
                    Ended::Asked => continue,
                    Ended::Broke { has_lasted } => {
                        if has_lasted {
                            self.wait = SOON;
                        }
                        Some(self.backoff())
                    }
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
                _ = asked(&mut self.asked) => self.set_all(&EngineStatus::Looking),
            }
        }
    }

    /// Takes the engines that were found, and follows each until somebody asks to look anew or none is
    /// left.
    async fn follow_each(
        &mut self,
        connection: Option<&Connection>,
        found: Found,
        number: u64,
    ) -> Ended {
        self.was_there = true;
        self.note_installed(true).await;
        let (board, hub) = (&self.tomo.inner.board, &self.tomo.inner.hub);
        let mut starts = HashMap::new();
        let mut is_new = false;
        for socket in &found.doubles {
            is_new |= board.drop_engine(self.server, socket);
        }
        let order: Vec<_> =
            found.met.iter().map(|(engine, _)| engine.info().socket.clone()).collect();
        for (engine, listed) in found.met {
            let socket = engine.info().socket.clone();
            self.places.entry(socket.clone()).or_default().was_there = true;
            let containers = listed.containers(self.server, &engine);
            is_new |= board.set_ready(self.server, engine.clone(), containers.clone());
            starts.insert(socket, Start::Met(Box::new((engine, containers))));
        }
        for trouble in found.silent {
            let Some(socket) = trouble.socket.clone() else { continue };
            self.places.entry(socket.clone()).or_default();
            starts.insert(socket.clone(), Start::Silent(trouble.obstacle));
            is_new |= board.set_status(self.server, &socket, self.trouble(&socket, trouble));
        }
        for socket in board.sockets(self.server) {
            if starts.contains_key(&socket) {
                continue;
            }
            if self.places.get(&socket).is_some_and(|place| place.was_there) {
                starts.insert(socket, Start::Missed);
            } else {
                is_new |= board.drop_engine(self.server, &socket);
            }
        }
        board.arrange(self.server, &order);
        hub.set_containers(self.server, board.counts(self.server));
        hub.announce(if is_new {
            Change::Engine(self.server)
        } else {
            Change::Containers(self.server)
        });
        self.answered.send_replace(number);
        let live = AtomicUsize::new(order.len());
        let mut following: FuturesUnordered<_> = self
            .places
            .iter_mut()
            .filter_map(|(socket, place)| {
                let start = starts.remove(socket)?;
                let follower = Follower {
                    tomo: &self.tomo,
                    server: self.server,
                    socket,
                    place,
                    asked: self.asked.clone(),
                    connection,
                    live: &live,
                };
                Some(follower.follow(start).boxed())
            })
            .collect();
        // Each hears by itself that somebody asks, and ends what it was writing.
        while let Some(ended) = following.next().await {
            if let Some(broke @ Ended::Broke { .. }) = ended {
                return broke;
            }
        }
        Ended::Asked
    }

    fn backoff(&mut self) -> Duration {
        let wait = self.wait;
        self.wait = longer(wait);
        wait
    }

    /// No engine answers; whether one may soon.
    async fn none(&mut self, silent: Vec<EngineTrouble>) -> bool {
        let Some(first) = silent.first().cloned() else { return false };
        tracing::debug!(server = %self.server, ?silent, "no engine");
        match first.obstacle {
            EngineObstacle::Lost => {}
            // A daemon that was stopped takes its socket with it.
            EngineObstacle::Absent => self.note_installed(self.was_there).await,
            _ => self.note_installed(true).await,
        }
        let is_down = |trouble: &EngineTrouble| trouble.obstacle == EngineObstacle::Down;
        let again = self.was_there || silent.iter().any(is_down);
        let board = &self.tomo.inner.board;
        let mut is_new = false;
        for socket in board.sockets(self.server) {
            let was_there = self.places.get(&socket).is_some_and(|place| place.was_there);
            let its = silent.iter().find(|trouble| trouble.socket.as_ref() == Some(&socket));
            let its = match (its, &first.socket) {
                (Some(its), _) => its.clone(),
                (None, None) => first.clone(),
                (None, Some(_)) => find::gone(&socket),
            };
            let is_gone = first.obstacle == EngineObstacle::Absent && !was_there;
            is_new |= if is_gone {
                board.drop_engine(self.server, &socket)
            } else {
                board.set_status(self.server, &socket, self.trouble(&socket, its))
            };
        }
        let since = Utc::now();
        let old = board.server_engine(self.server).map(|engine| engine.status);
        let status = match old {
            Some(old @ EngineStatus::Trouble { .. }) if is_same(&old, &first) => old,
            _ => EngineStatus::Trouble { trouble: first, since },
        };
        is_new |= board.set_server(self.server, status);
        self.tell(is_new);
        again
    }

    /// That an engine is in this trouble; since when, where it was before.
    fn trouble(&self, socket: &str, trouble: EngineTrouble) -> EngineStatus {
        match self.tomo.inner.board.status(self.server, socket) {
            Some(old) if is_same(&old, &trouble) => old,
            _ => EngineStatus::Trouble { trouble, since: Utc::now() },
        }
    }

    fn set_all(&self, status: &EngineStatus) {
        self.tell(self.tomo.inner.board.set_all(self.server, status));
    }

    fn tell(&self, is_new: bool) {
        let (board, hub) = (&self.tomo.inner.board, &self.tomo.inner.hub);
        if is_new {
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

/// Whether an engine is in this trouble already.
pub(super) fn is_same(status: &EngineStatus, trouble: &EngineTrouble) -> bool {
    matches!(status, EngineStatus::Trouble { trouble: old, .. } if old == trouble)
}

/// The next time that an engine is left alone for.
pub(super) fn longer(wait: Duration) -> Duration {
    (wait * 2).min(LONGEST)
}

/// Waits until somebody asks; the number of the question.
pub(super) async fn asked(receiver: &mut watch::Receiver<u64>) -> u64 {
    if receiver.changed().await.is_err() {
        // The watch is about to be cancelled.
        std::future::pending::<()>().await;
    }
    *receiver.borrow_and_update()
}
