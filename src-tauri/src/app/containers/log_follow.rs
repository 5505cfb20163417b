//! A follow: readers of some containers' logs, the buffer that they fill, and the reasons to end.

use super::{log_buffer::LogBuffer, log_merge::Merge};
use crate::{
    app::{Tomo, error::AppError},
    collect::hub::Change,
    docker::logs::Line,
    domain::{
        container::ContainerRef,
        container_log::{LogSource, LogStatus},
    },
};
use futures::future::join_all;
use std::{
    pin::pin,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};
use tokio::sync::broadcast::{self, error::RecvError};
use tokio_util::sync::CancellationToken;

/// How often lines of several logs are put in order, and pages are told.
const TURN: Duration = Duration::from_millis(100);
/// How often it is looked whether its session has ended, where nobody tells.
const SESSION_EVERY: Duration = Duration::from_secs(5);

/// See the module.
pub(super) struct Follow {
    pub(super) id: String,
    /// The session that it belongs to.
    pub(super) session: String,
    pub(super) wanted: Wanted,
    state: Mutex<State>,
    pub(super) ended: CancellationToken,
}

/// What a follow is to show, and for how long.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted {
    /// Lines of each log to begin with.
    pub(super) tail: u32,
    /// Only from this moment on, nanoseconds since 1970.
    pub(super) since_ns: Option<i64>,
    /// It ends when nobody asked for its pages for this long.
    pub(super) unwatched: Duration,
}

struct State {
    sources: Vec<LogSource>,
    buffer: LogBuffer,
    merge: Merge,
    asked: Instant,
    /// Whether something happened that pages were not told of.
    news: bool,
}

impl Follow {
    pub(super) fn new(
        id: String,
        session: String,
        sources: Vec<LogSource>,
        wanted: Wanted,
    ) -> Self {
        let now = Instant::now();
        let state = State {
            merge: Merge::new(sources.len(), now),
            sources,
            buffer: LogBuffer::default(),
            asked: now,
            news: true,
        };
        Self { id, session, wanted, state: Mutex::new(state), ended: CancellationToken::new() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where it stands.
    pub(super) fn status(&self) -> LogStatus {
        let mut state = self.state();
        LogStatus {
            log_id: self.id.clone(),
            sources: state.sources.clone(),
            first: state.buffer.first(),
            end: state.buffer.end(),
            lines_per_second: state.buffer.rate(),
            most_lines: u32::try_from(super::log_buffer::MOST_LINES).unwrap_or(u32::MAX),
        }
    }

    /// What is kept now. Somebody looks, so it goes on.
    pub(super) fn view(&self) -> super::log_buffer::LogView {
        let mut state = self.state();
        state.asked = Instant::now();
        state.buffer.view()
    }

    /// When somebody last looked.
    pub(super) fn asked(&self) -> Instant {
        self.state().asked
    }

    /// The container of a source.
    pub(super) fn container(&self, source: u16) -> ContainerRef {
        self.state().sources[usize::from(source)].container.clone()
    }

    /// The log of a source was opened.
    pub(super) fn opened(&self, source: u16) {
        self.state().merge.opened(source, Instant::now());
        self.set(source, true, None);
    }

    /// The log of a source is not read at the moment, or not any more.
    pub(super) fn closed(&self, source: u16, is_following: bool, error: Option<String>) {
        self.state().merge.closed(source);
        self.set(source, is_following, error);
    }

    fn set(&self, source: u16, is_following: bool, error: Option<String>) {
        let mut state = self.state();
        let source = &mut state.sources[usize::from(source)];
        if (source.is_following, &source.error) != (is_following, &error) {
            (source.is_following, source.error) = (is_following, error);
            state.news = true;
        }
    }

    /// Takes lines of a source.
    pub(super) fn take(&self, source: u16, lines: Vec<Line>) {
        let mut state = self.state();
        if state.sources.len() == 1 {
            state.news |= !lines.is_empty();
            state.buffer.push(lines.into_iter().map(|line| (source, line)));
        } else {
            state.merge.push(source, lines, Instant::now());
        }
    }

    /// Runs until nobody looks any more, its session has ended, or it is ended.
    pub(super) async fn run(&self, tomo: &Tomo) {
        let count = u16::try_from(self.state().sources.len()).unwrap_or(u16::MAX);
        let readers = (0..count).map(|source| self.keep_reading(tomo, source));
        // What was read can be looked at after the last log has ended.
        let readers = pin!(async {
            join_all(readers).await;
            std::future::pending::<()>().await;
        });
        let turns = pin!(self.turns(tomo));
        let work = futures::future::select(readers, turns);
        self.ended.run_until_cancelled(work).await;
        self.ended.cancel();
    }

    /// Hands on lines in their order, tells pages, and ends when it is time.
    async fn turns(&self, tomo: &Tomo) {
        let mut turn = tokio::time::interval(TURN);
        let mut changes = tomo.inner.hub.changes();
        let mut session_seen = Instant::now();
        loop {
            let is_told = tokio::select! {
                _ = turn.tick() => false,
                () = session_changed(&mut changes) => true,
            };
            let (news, asked) = {
                let mut state = self.state();
                let lines = state.merge.release(Instant::now());
                state.news |= !lines.is_empty();
                state.buffer.push(lines);
                (std::mem::take(&mut state.news), state.asked)
            };
            if news {
                tomo.inner.hub.announce(Change::Logs);
            }
            if asked.elapsed() > self.wanted.unwatched {
                return;
            }
            if is_told || session_seen.elapsed() > SESSION_EVERY {
                session_seen = Instant::now();
                if !self.has_session(tomo).await {
                    return;
                }
            }
        }
    }

    /// Whether its session is there; a locked one may be unlocked in time.
    async fn has_session(&self, tomo: &Tomo) -> bool {
        match tomo.session().await {
            Ok(session) => session.id == self.session,
            Err(AppError::SessionLocked) => true,
            Err(_) => false,
        }
    }
}

/// Waits until somebody signs in or out, here or elsewhere.
async fn session_changed(changes: &mut broadcast::Receiver<Change>) {
    loop {
        match changes.recv().await {
            // Among those that were missed may be one.
            Ok(Change::Session) | Err(RecvError::Lagged(_)) => return,
            Err(RecvError::Closed) => std::future::pending().await,
            Ok(_) => {}
        }
    }
}

#[cfg(test)]
#[path = "log_follow_tests.rs"]
mod tests;
