//! What front doors show of all servers, how it is pushed to them, and the pace of collection.

use super::{Tomo, error::AppError};
use crate::{
    collect::{hub::Change, watch::Wanted},
    domain::{
        container_log::LogStatus,
        fleet::{Collection, Fleet, Push},
        id::ServerId,
    },
};
use chrono::{DateTime, Utc};
use futures::Stream;
use std::{
    collections::BTreeSet,
    sync::{PoisonError, atomic::Ordering},
    time::Duration,
};
use tokio::{
    sync::broadcast::{self, error::RecvError},
    time::Instant,
};

/// Pushes are gathered for this long, so that a window gets at most four a second.
const PUSH_EVERY: Duration = Duration::from_millis(250);

/// Containers of one push at most.
const MOST_CONTAINERS: usize = 200;

/// Whether collection is paused, and until when.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct PauseState {
    paused: bool,
    until: Option<DateTime<Utc>>,
}

impl Tomo {
    /// All servers.
    #[must_use]
    pub fn fleet(&self) -> Fleet {
        Fleet {
            servers: self.inner.hub.rows(Utc::now()),
            sparklines: self.inner.hub.sparklines(),
            thresholds: self.inner.hub.policy().thresholds,
            collection: self.collection(),
        }
    }

    /// How collection goes on.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, reason = "settings bound both intervals at 300 s")]
    pub fn collection(&self) -> Collection {
        let policy = self.inner.hub.policy();
        let pause = *self.inner.paused.lock().unwrap_or_else(PoisonError::into_inner);
        Collection {
            paused: pause.paused,
            paused_until: pause.until,
            live_interval_seconds: policy.live_interval.as_secs() as u32,
            background_interval_seconds: policy.background_interval.as_secs() as u32,
        }
    }

    /// Pauses collection, until a moment or until somebody resumes it.
    ///
    /// # Errors
    /// When the moment has passed.
    pub fn pause(&self, until: Option<DateTime<Utc>>) -> Result<Collection, AppError> {
        if until.is_some_and(|until| until <= Utc::now()) {
            return Err(AppError::Invalid("The end of the pause has passed already.".into()));
        }
        self.set_pause(PauseState { paused: true, until });
        Ok(self.collection())
    }

    /// Resumes collection.
    pub fn resume(&self) -> Collection {
        self.set_pause(PauseState::default());
        self.collection()
    }

    /// Ends a pause whose time has come.
    pub(super) fn resume_when_due(&self) {
        let pause = *self.inner.paused.lock().unwrap_or_else(PoisonError::into_inner);
        if pause.until.is_some_and(|until| until <= Utc::now()) {
            self.resume();
        }
    }

    fn set_pause(&self, pause: PauseState) {
        *self.inner.paused.lock().unwrap_or_else(PoisonError::into_inner) = pause;
        self.apply_pace();
        self.inner.hub.announce(Change::Fleet);
    }

    /// Tells the collectors how often to ask.
    pub(super) fn apply_pace(&self) {
        let policy = self.inner.hub.policy();
        let paused = self.inner.paused.lock().unwrap_or_else(PoisonError::into_inner).paused;
        let looked_at = self.inner.looking.load(Ordering::SeqCst) > 0;
        let interval = if looked_at { policy.live_interval } else { policy.background_interval };
        let interval = self.errand_interval().unwrap_or(interval);
        self.inner.supervisor.want(Wanted { interval, paused });
    }

    /// Says which server's page is open.
    pub fn watch_server(&self, id: Option<ServerId>) {
        *self.inner.watched.lock().unwrap_or_else(PoisonError::into_inner) = id;
    }

    /// Everything a window has to show anew, from now on; samples come at the live interval for as
    /// long as the stream lives.
    pub fn pushes(&self) -> impl Stream<Item = Push> + Send + use<> {
        let state = PushState {
            changes: self.inner.hub.changes(),
            _looking: self.look(),
            tomo: self.clone(),
            ready: Vec::new(),
            last: Instant::now(),
            watched: None,
            pushed_ms: 0,
            containers: self.inner.board.revision(),
            logs: Vec::new(),
        };
        futures::stream::unfold(state, |mut state| async move {
            let push = state.next().await?;
            Some((push, state))
        })
    }
}

/// Where one window's stream of pushes stands.
struct PushState {
    tomo: Tomo,
    changes: broadcast::Receiver<Change>,
    _looking: super::Looking,
    ready: Vec<Push>,
    last: Instant,
    /// The server whose points were pushed, and up to when.
    watched: Option<ServerId>,
    pushed_ms: i64,
    /// The revision of the board whose containers were pushed.
    containers: u64,
    /// Follows of logs, as they were last told.
    logs: Vec<LogStatus>,
}

impl PushState {
    async fn next(&mut self) -> Option<Push> {
        while self.ready.is_empty() {
            let first = self.changes.recv().await;
            if matches!(first, Err(RecvError::Closed)) {
                return None;
            }
            tokio::time::sleep_until(self.last + PUSH_EVERY).await;
            self.last = Instant::now();
            let mut changes = vec![first.unwrap_or(Change::Fleet)];
            loop {
                match self.changes.try_recv() {
                    Ok(change) => changes.push(change),
                    // Fallen behind: the window reads everything anew.
                    Err(broadcast::error::TryRecvError::Lagged(_)) => changes.push(Change::Fleet),
                    Err(_) => break,
                }
            }
            self.gather(&changes);
        }
        self.ready.pop()
    }

    /// Tells of the follows that moved on.
    fn gather_logs(&mut self) {
        let statuses = self.tomo.inner.logs.statuses();
        self.logs.retain(|told| statuses.iter().any(|status| status.log_id == told.log_id));
        for status in statuses {
            let told = self.logs.iter_mut().find(|told| told.log_id == status.log_id);
            match told {
                Some(told) if (told.end, &told.sources) == (status.end, &status.sources) => {
                    continue;
                }
                Some(told) => told.clone_from(&status),
                None => self.logs.push(status.clone()),
            }
            self.ready.push(Push::Log { status });
        }
    }

    /// Turns changes into pushes, last first.
    fn gather(&mut self, changes: &[Change]) {
        if changes.contains(&Change::Logs) {
            self.gather_logs();
        }
        let hub = &self.tomo.inner.hub;
        let now = Utc::now();
        let mut rows = BTreeSet::new();
        let mut containers = false;
        for change in changes {
            match change {
                Change::Connection(id) | Change::Sample(id) => {
                    rows.insert(*id);
                }
                Change::Topic(topic) => {
                    let push = Push::Changed { topic: *topic };
                    if !self.ready.contains(&push) {
                        self.ready.push(push);
                    }
                }
                // Every server has an engine, if only one that is not known.
                Change::Containers(_) | Change::Engine(_) | Change::Fleet => containers = true,
                Change::Settings | Change::Session | Change::Logs => {}
            }
        }
        let watched = *self.tomo.inner.watched.lock().unwrap_or_else(PoisonError::into_inner);
        if watched != self.watched {
            self.watched = watched;
            self.pushed_ms = now.timestamp_millis() - 1;
        }
        if let Some(server_id) = watched.filter(|id| rows.contains(id)) {
            let points = hub.points_since(server_id, self.pushed_ms);
            if let Some(newest) = points.last() {
                self.pushed_ms = newest.at_ms;
                let sample = hub.sample(server_id).map(|sample| Box::new((*sample).clone()));
                self.ready.push(Push::Live { server_id, points, sample });
            }
        }
        let rows: Vec<_> = rows.into_iter().filter_map(|id| hub.row(id, now)).collect();
        if !rows.is_empty() {
            self.ready.push(Push::Rows { rows });
        }
        if containers {
            self.gather_containers(changes);
        }
        for (change, push) in [
            (Change::Fleet, Push::FleetChanged),
            (Change::Settings, Push::SettingsChanged),
            (Change::Session, Push::SessionChanged),
        ] {
            if changes.contains(&change) {
                self.ready.push(push);
            }
        }
    }

    /// The containers that changed; where that is most of them, or an engine came or went, the window
    /// had better read them anew.
    fn gather_containers(&mut self, changes: &[Change]) {
        let changed = self.tomo.inner.board.changed_since(self.containers);
        self.containers = changed.revision;
        let engines =
            changes.iter().any(|change| matches!(change, Change::Engine(_) | Change::Fleet));
        let (rows, gone) = (changed.rows, changed.gone);
        if engines || changed.is_partial || rows.len() + gone.len() > MOST_CONTAINERS {
            self.ready.push(Push::ContainersChanged);
        } else if !rows.is_empty() || !gone.is_empty() {
            self.ready.push(Push::Containers { rows, gone });
        }
    }
}
