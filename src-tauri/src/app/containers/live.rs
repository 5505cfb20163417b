//! Listening to one engine: its events say which container to look at again, and what is worth an
//! entry in the log.

use super::{trouble::server_name, watch::Watching};
use crate::{
    collect::hub::Change,
    docker::{
        Engine, EngineError,
        events::{ContainerEvent, EventKind},
        list::MOST_CONTAINERS,
    },
    domain::container::{Container, ContainerRef},
};
use futures::{
    FutureExt, StreamExt,
    future::BoxFuture,
    stream::{self, BoxStream, FuturesUnordered},
};
use std::{
    collections::{HashMap, HashSet, VecDeque},
    time::Duration,
};
use tokio::time::MissedTickBehavior;

/// How often troubles are judged anew that pass with time.
const JUDGE_EVERY: Duration = Duration::from_secs(60);
/// How often an engine is asked for its list whose events somebody keeps back.
const LIST_EVERY: Duration = Duration::from_secs(30);
/// An engine that tells of more containers at a time than this is listed anew.
const MOST_WAITING: usize = 2 * MOST_CONTAINERS;

/// Why listening ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// Somebody asked to look anew.
    Asked,
    /// The stream broke.
    Broke,
}

/// Containers that are to be asked about, each once at a time.
#[derive(Default)]
struct Waiting {
    /// In this order.
    order: VecDeque<String>,
    waiting: HashSet<String>,
    asked: HashSet<String>,
    /// Something happened to them while they were asked about.
    again: HashSet<String>,
    /// They went while they were asked about: the answer is older than that.
    gone: HashSet<String>,
}

impl Waiting {
    /// Behind all others.
    fn later(&mut self, id: &str) {
        if self.waiting.insert(id.to_owned()) {
            self.order.push_back(id.to_owned());
        }
    }

    /// Before all others: somebody may be looking at it.
    fn soon(&mut self, id: &str) {
        if self.asked.contains(id) {
            self.again.insert(id.to_owned());
            return;
        }
        if !self.waiting.insert(id.to_owned()) {
            self.order.retain(|other| other != id);
        }
        self.order.push_front(id.to_owned());
    }

    fn next(&mut self) -> Option<String> {
        let id = self.order.pop_front()?;
        self.waiting.remove(&id);
        self.asked.insert(id.clone());
        Some(id)
    }

    /// One was answered about; whether the answer still counts.
    fn done(&mut self, id: &str) -> bool {
        self.asked.remove(id);
        if self.again.remove(id) {
            self.soon(id);
        }
        !self.gone.remove(id)
    }

    fn forget(&mut self, id: &str) {
        self.again.remove(id);
        if self.asked.contains(id) {
            self.gone.insert(id.to_owned());
        }
        if self.waiting.remove(id) {
            self.order.retain(|other| other != id);
        }
    }
}

/// Follows what an engine tells, from before `listed` on, until its stream ends.
pub(super) async fn listen(
    watching: &mut Watching,
    engine: &Engine,
    listed: Vec<Container>,
) -> Ended {
    // Whatever was missed since an earlier stream is news, however old.
    let news_nanos = if watching.heard.has_heard() { i64::MIN } else { engine.met().news_nanos };
    let mut live = Live {
        waiting: Waiting::default(),
        digests: HashMap::new(),
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
    watching: &'a mut Watching,
    engine: Engine,
    waiting: Waiting,
    /// Digests of images by their ids and names. An image that has none may be given one by a registry.
    digests: HashMap<(String, String), String>,
    /// What happened before is no news.
    news_nanos: i64,
    /// Whether somebody keeps the events back.
    is_deaf: bool,
}

type Asked = (String, Result<Container, EngineError>);

impl Live<'_> {
    async fn run(&mut self) -> Ended {
        let since = self.watching.heard.since(self.engine.met().since_nanos);
        let mut events: BoxStream<'_, _> = self.engine.clone().events(since).boxed();
        let mut asking: FuturesUnordered<BoxFuture<'static, Asked>> = FuturesUnordered::new();
        let mut beat = tokio::time::interval(JUDGE_EVERY);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        beat.reset();
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
                        if self.waiting.order.len() > MOST_WAITING {
                            tracing::warn!(server = %self.watching.server, "too many events");
                            return Ended::Broke;
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
                        return Ended::Broke;
                    }
                    None => return Ended::Broke,
                },
                Some((id, answer)) = asking.next(), if !asking.is_empty() => {
                    self.take(&id, answer);
                }
                _ = beat.tick() => {
                    if self.is_deaf {
                        return Ended::Asked;
                    }
                    self.count();
                }
                () = self.watching.is_asked() => return Ended::Asked,
            }
        }
    }

    /// Asks about one container, and about its image where nobody has yet.
    fn ask(&self, id: String) -> BoxFuture<'static, Asked> {
        let (engine, server) = (self.engine.clone(), self.watching.server);
        let digests = self.digests.clone();
        async move {
            let looked = engine.look(server, &id).await;
            let looked = match looked {
                Ok(mut container) => {
                    let image = (container.image_id.clone(), container.image.clone());
                    container.digest = match digests.get(&image) {
                        Some(known) => Some(known.clone()),
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

    fn take(&mut self, id: &str, answer: Result<Container, EngineError>) {
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
            Err(EngineError::NotFound(_)) => board.remove(server, id),
            Err(error) => {
                tracing::debug!(%server, id, %error, "a container could not be looked at");
                false
            }
        };
        if changed {
            self.changed();
        }
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
            if tomo.inner.board.remove(server, &event.id) {
                self.changed();
            }
        } else {
            self.waiting.soon(&event.id);
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

#[cfg(test)]
mod tests {
    use super::*;

    /// What changes while it is asked about has to be asked about again, and nothing is asked about
    /// twice at a time.
    #[test]
    fn each_container_is_asked_about_once_at_a_time() {
        let mut waiting = Waiting::default();
        waiting.later("a");
        waiting.later("b");
        waiting.later("a");
        waiting.soon("b");
        assert_eq!(waiting.next().as_deref(), Some("b"));
        waiting.soon("b");
        assert_eq!(waiting.next().as_deref(), Some("a"));
        assert_eq!(waiting.next(), None);
        waiting.done("b");
        assert_eq!(waiting.next().as_deref(), Some("b"), "it changed meanwhile");
        waiting.done("b");
        waiting.later("c");
        waiting.forget("c");
        assert_eq!(waiting.next(), None);
    }

    /// A container that lived for a moment is removed before it was answered about: the answer must
    /// not bring it back.
    #[test]
    fn an_answer_about_what_went_meanwhile_does_not_count() {
        let mut waiting = Waiting::default();
        waiting.soon("a");
        waiting.soon("b");
        while waiting.next().is_some() {}
        waiting.soon("a");
        waiting.forget("a");
        assert!(!waiting.done("a") && waiting.done("b"));
        assert_eq!(waiting.next(), None);
        assert!(waiting.asked.is_empty() && waiting.gone.is_empty());
    }
}
