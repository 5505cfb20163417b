//! Following one engine of a server: listening to it, and looking for it again when that ends, while
//! the others of the server go on.

use super::{
    live::{self, Listening, Over},
    trouble::Heard,
    watch::{SOON, asked, is_same, longer},
};
use crate::{
    app::Tomo,
    collect::hub::Change,
    docker::{Engine, find},
    domain::{
        container::Container,
        engine::{EngineObstacle, EngineStatus},
        id::ServerId,
    },
    ssh::Connection,
};
use chrono::Utc;
use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};
use tokio::{sync::watch, time::Instant};

/// A stream that lasted this long did not break for the reason of the one before.
const LASTED: Duration = Duration::from_secs(30);

/// What is known of one engine over all its streams.
pub(super) struct Place {
    heard: Heard,
    /// Whether it answered since the server was connected.
    pub(super) was_there: bool,
    wait: Duration,
}

impl Default for Place {
    fn default() -> Self {
        Self { heard: Heard::default(), was_there: false, wait: SOON }
    }
}

impl Place {
    /// The connection to its server was lost.
    pub(super) fn part(&mut self) {
        self.was_there = false;
        self.wait = SOON;
    }

    fn backoff(&mut self) -> Duration {
        let wait = self.wait;
        self.wait = longer(wait);
        wait
    }
}

/// How an engine was found.
pub(super) enum Start {
    /// It answered, and has these containers.
    Met(Box<(Engine, Vec<Container>)>),
    /// It did not answer, for this.
    Silent(EngineObstacle),
    /// It answered before, and was not among those that were found now.
    Missed,
}

/// Why following ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// Somebody asked to look anew.
    Asked,
    /// The stream of the last engine that answered broke.
    Broke {
        /// Whether it had lasted long.
        has_lasted: bool,
    },
}

/// Follows one engine.
pub(super) struct Follower<'a> {
    pub(super) tomo: &'a Tomo,
    pub(super) server: ServerId,
    pub(super) socket: &'a str,
    pub(super) place: &'a mut Place,
    pub(super) asked: watch::Receiver<u64>,
    pub(super) connection: Option<&'a Connection>,
    /// How many engines of the server answer.
    pub(super) live: &'a AtomicUsize,
}

impl Follower<'_> {
    /// Follows it until somebody asks to look anew, or no engine of the server answers any more. Ends
    /// with nothing where it turns out to be one that is followed already.
    pub(super) async fn follow(mut self, start: Start) -> Option<Ended> {
        let (mut met, mut pause) = match start {
            Start::Met(met) => (Some(*met), None),
            Start::Silent(obstacle) => (None, self.pause(obstacle)),
            Start::Missed => (None, Some(Duration::ZERO)),
        };
        loop {
            if let Some((engine, containers)) = met.take() {
                let begun = Instant::now();
                let over = live::listen(self.listening(), &engine, containers).await;
                let has_lasted = begun.elapsed() >= LASTED;
                if has_lasted {
                    self.place.wait = SOON;
                }
                match over {
                    Over::Asked => return Some(Ended::Asked),
                    Over::Stale => pause = Some(Duration::ZERO),
                    Over::Broke => pause = Some(self.place.backoff()),
                }
                if self.live.fetch_sub(1, Ordering::SeqCst) == 1 {
                    // Whether it comes back here or elsewhere, all that is there is looked for anew.
                    return Some(match over {
                        Over::Stale => Ended::Asked,
                        _ => Ended::Broke { has_lasted },
                    });
                }
            }
            tokio::select! {
                () = rest(pause) => {}
                _ = asked(&mut self.asked) => return Some(Ended::Asked),
            }
            let found = tokio::select! {
                found = find_again(self.connection, self.socket) => found,
                _ = asked(&mut self.asked) => return Some(Ended::Asked),
            };
            match found {
                Ok((engine, listed)) => {
                    let containers = listed.containers(self.server, &engine);
                    if !self.take(&engine, &containers) {
                        return None;
                    }
                    met = Some((engine, containers));
                }
                Err(trouble) => {
                    pause = self.pause(trouble.obstacle);
                    let board = &self.tomo.inner.board;
                    let status = match board.status(self.server, self.socket) {
                        Some(old) if is_same(&old, &trouble) => old,
                        _ => EngineStatus::Trouble { trouble, since: Utc::now() },
                    };
                    if board.set_status(self.server, self.socket, status) {
                        self.tell(Change::Engine(self.server));
                    }
                }
            }
        }
    }

    fn listening(&mut self) -> Listening<'_> {
        Listening {
            tomo: self.tomo,
            server: self.server,
            heard: &mut self.place.heard,
            asked: self.asked.clone(),
        }
    }

    /// Takes the engine that answers again; refuses one that answers elsewhere already.
    fn take(&mut self, engine: &Engine, containers: &[Container]) -> bool {
        let board = &self.tomo.inner.board;
        let is_elsewhere =
            |other: &Engine| other.info().socket != self.socket && other.is_same(engine);
        if board.engines(self.server).iter().any(is_elsewhere) {
            board.drop_engine(self.server, self.socket);
            self.tell(Change::Engine(self.server));
            return false;
        }
        self.place.was_there = true;
        self.live.fetch_add(1, Ordering::SeqCst);
        let is_new = board.set_ready(self.server, engine.clone(), containers.to_vec());
        let server = self.server;
        self.tell(if is_new { Change::Engine(server) } else { Change::Containers(server) });
        true
    }

    /// How long to leave it alone; nothing where only somebody's doing can change anything.
    fn pause(&mut self, obstacle: EngineObstacle) -> Option<Duration> {
        let again = self.place.was_there || obstacle == EngineObstacle::Down;
        again.then(|| self.place.backoff())
    }

    fn tell(&self, change: Change) {
        let (board, hub) = (&self.tomo.inner.board, &self.tomo.inner.hub);
        hub.set_containers(self.server, board.counts(self.server));
        hub.announce(change);
    }
}

async fn find_again(
    connection: Option<&Connection>,
    socket: &str,
) -> Result<(Engine, crate::docker::list::Listed), crate::domain::engine::EngineTrouble> {
    match connection {
        Some(connection) => find::again(connection, socket).await,
        None => find::again_here(socket).await,
    }
}

async fn rest(pause: Option<Duration>) {
    match pause {
        Some(pause) => tokio::time::sleep(pause).await,
        None => std::future::pending().await,
    }
}
