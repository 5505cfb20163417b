//! Asking an engine for its list anew while its events go on, where one of them could not be read.

use crate::{
    docker::{Engine, EngineError},
    domain::{container::Container, id::ServerId},
};
use futures::{FutureExt, StreamExt, future::BoxFuture, stream::FuturesUnordered};
use std::time::Duration;
use tokio::time::Instant;

/// How soon it is asked for again: what tells nothing but nonsense must not be asked all the time.
const EVERY: Duration = Duration::from_secs(30);

type Answer = Result<Vec<Container>, EngineError>;

/// The list that is being asked for, at most one at a time.
#[derive(Default)]
pub(super) struct Relist {
    asking: FuturesUnordered<BoxFuture<'static, Answer>>,
    /// Something was lost since it was asked for.
    is_lost: bool,
    last: Option<Instant>,
}

impl Relist {
    /// An event could not be read.
    pub(super) fn lost(&mut self, engine: &Engine, server: ServerId) {
        self.is_lost = true;
        self.ask(engine, server);
    }

    fn ask(&mut self, engine: &Engine, server: ServerId) {
        if !self.is_lost || !self.asking.is_empty() {
            return;
        }
        self.is_lost = false;
        let now = Instant::now();
        let at = self.last.map_or(now, |last| (last + EVERY).max(now));
        self.last = Some(at);
        let engine = engine.clone();
        let asking = async move {
            tokio::time::sleep_until(at).await;
            tracing::warn!(%server, socket = engine.info().socket, "an event could not be read");
            engine.list(server).await
        };
        self.asking.push(asking.boxed());
    }

    /// The list, when it has come; never where none was asked for.
    pub(super) async fn next(&mut self, engine: &Engine, server: ServerId) -> Vec<Container> {
        loop {
            match self.asking.next().await {
                Some(Ok(listed)) => {
                    self.ask(engine, server);
                    return listed;
                }
                Some(Err(error)) => {
                    tracing::debug!(%server, %error, "no list after a lost event");
                    self.lost(engine, server);
                }
                None => std::future::pending().await,
            }
        }
    }
}
