//! A follow: readers of some containers' logs, the buffer that they fill, and the reasons to end.

use super::{log_buffer::LogBuffer, log_merge::Merge, log_resume::Resume};
use crate::{
    app::{
        Tomo,
        error::{AppError, sentence},
    },
    collect::hub::Change,
    docker::{
        EngineError,
        logs::{Line, LogWish},
    },
    domain::{
        container_log::{LogSource, LogStatus},
        id::ServerId,
    },
};
use futures::future::join_all;
use std::{
    pin::pin,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};
use tokio::sync::broadcast::error::RecvError;
use tokio_util::sync::CancellationToken;

/// How often lines of several logs are put in order, and pages are told.
const TURN: Duration = Duration::from_millis(100);
/// A follow whose pages nobody asked for this long ends.
const UNWATCHED: Duration = Duration::from_secs(60);
/// How often it is looked whether its session has ended.
const SESSION_EVERY: Duration = Duration::from_secs(5);
/// A log that broke off is opened again after this long at least…
const AGAIN_AFTER: Duration = Duration::from_secs(1);
/// …and after this long even when nothing tells that it would help.
const AGAIN_BY: Duration = Duration::from_secs(10);

/// See the module.
pub(super) struct Follow {
    pub(super) id: String,
    /// The session that it belongs to.
    pub(super) session: String,
    tail: u32,
    since_ns: Option<i64>,
    state: Mutex<State>,
    pub(super) ended: CancellationToken,
}

struct State {
    sources: Vec<LogSource>,
    buffer: LogBuffer,
    merge: Merge,
    asked: Instant,
    /// Whether something happened that pages were not told of.
    news: bool,
}

/// Why the reading of a log ended.
enum End {
    /// The engine has no more of it; the container may have ended.
    Complete,
    /// It broke off, for this reason.
    Broken(String),
    /// It cannot be read, for this reason, and that will not change.
    Never(String),
}

impl Follow {
    pub(super) fn new(
        id: String,
        session: String,
        sources: Vec<LogSource>,
        tail: u32,
        since_ns: Option<i64>,
    ) -> Self {
        let now = Instant::now();
        let state = State {
            merge: Merge::new(sources.len(), now),
            sources,
            buffer: LogBuffer::default(),
            asked: now,
            news: true,
        };
        Self {
            id,
            session,
            tail,
            since_ns,
            state: Mutex::new(state),
            ended: CancellationToken::new(),
        }
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

    /// Runs until nobody looks any more, its session has ended, or it is ended.
    pub(super) async fn run(&self, tomo: &Tomo) {
        let count = self.state().sources.len();
        let readers = (0..count).map(|at| self.keep_reading(tomo, at));
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
        let mut session_seen = Instant::now();
        loop {
            turn.tick().await;
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
            if asked.elapsed() > UNWATCHED {
                return;
            }
            if session_seen.elapsed() > SESSION_EVERY {
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

    /// Reads one log, again and again where it breaks off.
    async fn keep_reading(&self, tomo: &Tomo, at: usize) {
        let Ok(source) = u16::try_from(at) else { return };
        let container = self.state().sources[at].container.clone();
        let mut resume = Resume::default();
        let mut changes = tomo.inner.hub.changes();
        loop {
            let end = self.read(tomo, source, &mut resume).await;
            let (is_following, error, is_last) = match end {
                End::Complete => (self.goes_on(tomo, at).await, None, false),
                End::Broken(why) => (true, Some(why), false),
                End::Never(why) => (false, Some(why), true),
            };
            self.set(at, is_following, error);
            self.state().merge.closed(source);
            if is_last {
                return;
            }
            tokio::time::sleep(AGAIN_AFTER).await;
            if !is_following {
                // Until it runs again there is nothing to read.
                while !self.goes_on(tomo, at).await {
                    something_of(&mut changes, container.server_id).await;
                    tokio::time::sleep(AGAIN_AFTER).await;
                }
            } else if self.state().sources[at].error.is_some()
                && tomo.engine(container.server_id).is_err()
            {
                something_of(&mut changes, container.server_id).await;
            }
        }
    }

    /// Whether more may come of a log that has ended.
    async fn goes_on(&self, tomo: &Tomo, at: usize) -> bool {
        let container = self.state().sources[at].container.clone();
        let Ok(engine) = tomo.engine(container.server_id) else { return false };
        engine.is_running(&container.container_id).await.unwrap_or_default()
    }

    fn set(&self, at: usize, is_following: bool, error: Option<String>) {
        let mut state = self.state();
        let source = &mut state.sources[at];
        if (source.is_following, &source.error) != (is_following, &error) {
            (source.is_following, source.error) = (is_following, error);
            state.news = true;
        }
    }

    /// Reads a log until it ends.
    async fn read(&self, tomo: &Tomo, source: u16, resume: &mut Resume) -> End {
        let at = usize::from(source);
        let container = self.state().sources[at].container.clone();
        let engine = match tomo.engine(container.server_id) {
            Ok(engine) => engine,
            Err(error) => return End::Broken(error.to_string()),
        };
        let wish = match resume.since_ns() {
            Some(since) => LogWish { since_ns: Some(since), follow: true, ..LogWish::default() },
            None => LogWish {
                tail: Some(self.tail),
                since_ns: self.since_ns,
                follow: true,
                ..LogWish::default()
            },
        };
        let mut reader = match engine.log(&container.container_id, &wish).await {
            Ok(reader) => reader,
            Err(error) => return end(&error),
        };
        resume.reopened();
        self.state().merge.opened(source, Instant::now());
        self.set(at, true, None);
        loop {
            match reader.next().await {
                Ok(Some(mut lines)) => {
                    resume.keep_new(&mut lines);
                    self.take(source, lines);
                    // Whoever shares this task gets a turn, however fast lines come.
                    tokio::task::yield_now().await;
                }
                Ok(None) => return End::Complete,
                Err(error) => return end(&error),
            }
        }
    }

    fn take(&self, source: u16, lines: Vec<Line>) {
        let mut state = self.state();
        if state.sources.len() == 1 {
            state.news |= !lines.is_empty();
            state.buffer.push(lines.into_iter().map(|line| (source, line)));
        } else {
            state.merge.push(source, lines, Instant::now());
        }
    }
}

/// What an error means for a follow.
fn end(error: &EngineError) -> End {
    match error {
        EngineError::NotFound(_) => End::Never("The container was removed.".into()),
        EngineError::Refused { .. } | EngineError::ReadOnly => {
            End::Never(sentence(&error.to_string()))
        }
        _ => End::Broken(sentence(&error.to_string())),
    }
}

/// Waits until something happens to a server's engine or its containers, or long enough.
async fn something_of(changes: &mut tokio::sync::broadcast::Receiver<Change>, server: ServerId) {
    let wait = async {
        loop {
            match changes.recv().await {
                Ok(Change::Engine(id) | Change::Containers(id) | Change::Connection(id))
                    if id == server =>
                {
                    return;
                }
                Err(RecvError::Closed) => std::future::pending().await,
                _ => {}
            }
        }
    };
    let _ = tokio::time::timeout(AGAIN_BY, wait).await;
}
