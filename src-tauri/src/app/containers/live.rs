//! Listening to one engine: its events say which container to look at again, and what is worth an
//! entry in the log.

use super::{
    digests::Digests,
    trouble::{Heard, server_name},
    waiting::Waiting,
    watch,
};
use crate::{
    app::Tomo,
    collect::hub::Change,
    docker::{
        Engine, EngineError,
        events::{ContainerEvent, EventKind},
        list::MOST_CONTAINERS,
    },
    domain::{
        container::{Container, ContainerRef},
        id::ServerId,
    },
};
use chrono::Utc;
use futures::{
    FutureExt, StreamExt,
    future::BoxFuture,
    stream::{self, BoxStream, FuturesUnordered},
};
use std::time::Duration;
use tokio::{sync::watch::Receiver, time::MissedTickBehavior};

/// How often troubles are judged anew that pass with time.
const JUDGE_EVERY: Duration = Duration::from_secs(60);
/// How often an engine is asked for its list whose events somebody keeps back.
const LIST_EVERY: Duration = Duration::from_secs(30);
/// An engine that tells of more containers at a time than this is listed anew.
const MOST_WAITING: usize = 2 * MOST_CONTAINERS;

/// Why listening ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Over {
    /// Somebody asked to look anew.
    Asked,
    /// What is known may be old, and nobody tells.
    Stale,
    /// The stream broke.
    Broke,
}

/// Whoever listens to an engine.
pub(super) struct Listening<'a> {
    pub(super) tomo: &'a Tomo,
    pub(super) server: ServerId,
    /// What was heard of the engine.
    pub(super) heard: &'a mut Heard,
    /// Somebody asks to look anew.
    pub(super) asked: Receiver<u64>,
}

/// Follows what an engine tells, from before `listed` on, until its stream ends.
pub(super) async fn listen(
    watching: Listening<'_>,
    engine: &Engine,
    listed: Vec<Container>,
) -> Over {
    // Whatever was missed since an earlier stream is news, however old.
    let news_nanos = if watching.heard.has_heard() { i64::MIN } else { engine.met().news_nanos };
    let mut live = Live {
        waiting: Waiting::default(),
        digests: Digests::default(),
        news_nanos,
        is_deaf: false,
        engine: engine.clone(),
        watching,
    };
    for container in &listed {
        live.waiting.later(&container.id);
    }
    live.run().await
}

struct Live<'a> {
    watching: Listening<'a>,
    engine: Engine,
    waiting: Waiting,
    digests: Digests,
    /// What happened before is no news.
    news_nanos: i64,
    /// Whether somebody keeps the events back.
    is_deaf: bool,
}

type Asked = (String, Result<Container, EngineError>);

impl Live<'_> {
    async fn run(&mut self) -> Over {
        let since = self.watching.heard.since(self.engine.met().since_nanos);
        let mut events: BoxStream<'_, _> = self.engine.clone().events(since).boxed();
        let mut asking: FuturesUnordered<BoxFuture<'static, Asked>> = FuturesUnordered::new();
        let mut beat = tokio::time::interval(JUDGE_EVERY);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        beat.reset();
        let mut asked = self.watching.asked.clone();
        let mut resting: FuturesUnordered<BoxFuture<'static, String>> = FuturesUnordered::new();
        loop {
            while asking.len() < self.engine.at_once()
                && let Some(id) = self.waiting.next()
            {
                asking.push(self.ask(id));
            }
            tokio::select! {
                event = events.next() => match event {
                    Some(Ok(event)) => {
                        self.hear(event).await;
                        if self.waiting.len() > MOST_WAITING {
                            tracing::warn!(server = %self.watching.server, "too many events");
                            return Over::Broke;
                        }
                    }
                    // A proxy that keeps events back still answers everything else.
                    Some(Err(error)) if is_refusal(&error) => {
                        tracing::info!(server = %self.watching.server, %error, "no events");
                        events = stream::pending().boxed();
                        beat = tokio::time::interval(LIST_EVERY);
                        beat.reset();
                        self.is_deaf = true;
                    }
                    Some(Err(error)) => {
                        tracing::debug!(server = %self.watching.server, %error, "events broke off");
                        return Over::Broke;
                    }
                    None => return Over::Broke,
                },
                Some((id, answer)) = asking.next(), if !asking.is_empty() => {
                    if let Some(rest) = self.take(&id, answer) {
                        let rested = async move {
                            tokio::time::sleep(rest).await;
                            id
                        };
                        resting.push(rested.boxed());
                    }
                }
                Some(id) = resting.next(), if !resting.is_empty() => self.waiting.rested(&id),
                _ = beat.tick() => {
                    if self.is_deaf {
                        return Over::Stale;
                    }
                    self.tidy();
                }
                _ = watch::asked(&mut asked) => return Over::Asked,
            }
        }
    }

    /// Asks about one container, and about its image where nobody has yet.
    fn ask(&self, id: String) -> BoxFuture<'static, Asked> {
        let (engine, server) = (self.engine.clone(), self.watching.server);
        // What it shares with the others is not held while somebody waits.
        let digests = self.digests.clone();
        async move {
            let looked = engine.look(server, &id).await;
            let looked = match looked {
                Ok(mut container) => {
                    let image = (container.image_id.clone(), container.image.clone());
                    container.digest = match digests.get(&image) {
                        Some(known) => Some(known),
                        // An image that is gone has no digest that anybody could want.
                        None => engine
                            .digest(&container.image_id, &container.image)
                            .await
                            .unwrap_or_default(),
                    };
                    Ok(container)
                }
                Err(error) => Err(error),
            };
            (id, looked)
        }
        .boxed()
    }

    /// Takes the answer about a container; how long to wait before it is asked about again where there
    /// was none.
    fn take(&mut self, id: &str, answer: Result<Container, EngineError>) -> Option<Duration> {
        let (board, server) = (&self.watching.tomo.inner.board, self.watching.server);
        let counts = self.waiting.done(id);
        let changed = match answer {
            // Put on the board it would stay there: nobody tells of its end again.
            Ok(container) if !counts || container.id != id => false,
            Ok(container) => {
                if let Some(digest) = container.digest.clone() {
                    let image = (container.image_id.clone(), container.image.clone());
                    self.digests.insert(image, digest);
                }
                // Something happened to it meanwhile: what was read is old already, but more than
                // nothing.
                board.put(container)
            }
            Err(EngineError::NotFound(_)) => board.remove(server, self.socket(), id),
            Err(error) => {
                tracing::debug!(%server, id, %error, "a container could not be looked at");
                return self.waiting.failed(id).filter(|_| counts);
            }
        };
        self.waiting.settled(id);
        if changed {
            self.changed();
        }
        None
    }

    fn socket(&self) -> &str {
        &self.engine.info().socket
    }

    async fn hear(&mut self, event: ContainerEvent) {
        if !self.watching.heard.is_new(&event) {
            return;
        }
        let (tomo, server) = (self.watching.tomo.clone(), self.watching.server);
        let hub = &tomo.inner.hub;
        let which = ContainerRef { server_id: server, container_id: event.id.clone() };
        let known = tomo.inner.board.container(&which).map(|container| container.name);
        let name = known.or_else(|| event.name.clone()).unwrap_or_else(|| event.id.clone());
        let server_name = server_name(hub, server);
        // What is no news still says how the run goes on that it belongs to.
        let engine = self.engine.info().kind;
        let entry = self.watching.heard.entry((server, &server_name), engine, &name, &event);
        if let Some(entry) = entry.filter(|_| event.at_nanos >= self.news_nanos) {
            tomo.inner.journal.write_once(entry).await;
        }
        if event.kind == EventKind::Destroy {
            self.waiting.forget(&event.id);
            if tomo.inner.board.remove(server, self.socket(), &event.id) {
                self.changed();
            }
        } else {
            self.waiting.soon(&event.id);
        }
    }

    /// What passes with time: troubles, and what is remembered of images that nobody uses any more.
    fn tidy(&self) {
        let (board, server) = (&self.watching.tomo.inner.board, self.watching.server);
        self.digests.keep_only(&board.images(server, self.socket()));
        if board.judge(server, Utc::now()) {
            self.changed();
        }
    }

    fn changed(&self) {
        self.count();
        self.watching.tomo.inner.hub.announce(Change::Containers(self.watching.server));
    }

    fn count(&self) {
        let (tomo, server) = (&self.watching.tomo, self.watching.server);
        tomo.inner.hub.set_containers(server, tomo.inner.board.counts(server));
    }
}

fn is_refusal(error: &EngineError) -> bool {
    matches!(error, EngineError::ReadOnly | EngineError::NotFound(_) | EngineError::Refused { .. })
}
