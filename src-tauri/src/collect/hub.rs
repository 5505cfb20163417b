//! What is known of every server right now, in memory: its row, its connection, its newest sample
//! and its last hour. It decides nothing; collectors write it, front doors read it.

use super::ring::Ring;
use crate::domain::{
    connection::ConnectionStatus,
    container::ContainerCounts,
    fleet::{HostCost, ServerRow, Sparkline, Topic},
    health::{Health, State, Thresholds},
    id::ServerId,
    live::{Figures, LivePoint},
    sample::Sample,
    server::Server,
};
use crate::ssh::Connection;
use chrono::{DateTime, Utc};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::sync::{broadcast, watch};

/// Something a front door may want to show anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Servers came, went or were renamed, or a rule for all of them changed.
    Fleet,
    /// The connection of one server changed.
    Connection(ServerId),
    /// One server has a new sample.
    Sample(ServerId),
    /// Containers of one server changed, or what they use.
    Containers(ServerId),
    /// Follows of logs moved on.
    Logs,
    /// An engine came or went.
    Engine(ServerId),
    /// A setting changed.
    Settings,
    /// The process signed in or out, was locked or unlocked.
    Session,
    /// Something that a page may show.
    Topic(Topic),
}

/// What judging and asking depend on, from the settings.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Policy {
    /// Marks.
    pub thresholds: Thresholds,
    /// Between samples while somebody looks.
    pub live_interval: Duration,
    /// Between samples otherwise.
    pub background_interval: Duration,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            thresholds: Thresholds::default(),
            live_interval: Duration::from_secs(2),
            background_interval: Duration::from_secs(10),
        }
    }
}

/// How many changes a slow reader may fall behind before it is told to read everything anew.
const CHANGES_KEPT: usize = 4_096;

/// CPU is judged by its mean over this long, so that one busy second colours nothing.
const SUSTAINED: Duration = Duration::from_secs(60);

/// The points of a row's CPU line.
const SPARKLINE_POINTS: usize = 120;

struct Entry {
    server: Server,
    connection: ConnectionStatus,
    sample: Option<Arc<Sample>>,
    ring: Ring,
    meter: Meter,
    /// The state that was last told.
    told: State,
    containers: Option<ContainerCounts>,
}

/// Sums of what the samples of one connection cost.
#[derive(Clone, Debug, Default)]
struct Meter {
    samples: u64,
    sign_ins: u64,
    remote_cpu_ms: f64,
    remote_cpu_samples: u64,
    received_bytes: u64,
    round_trips: Vec<f32>,
}

/// How many round trips the median is taken of.
const ROUND_TRIPS_KEPT: usize = 61;

/// See the module.
pub struct Hub {
    entries: Mutex<HashMap<ServerId, Entry>>,
    policy: Mutex<Policy>,
    links: watch::Sender<HashMap<ServerId, Connection>>,
    changes: broadcast::Sender<Change>,
}

impl Default for Hub {
    fn default() -> Self {
        Self {
            entries: Mutex::default(),
            policy: Mutex::default(),
            links: watch::channel(HashMap::new()).0,
            changes: broadcast::channel(CHANGES_KEPT).0,
        }
    }
}

impl Hub {
    fn entries(&self) -> MutexGuard<'_, HashMap<ServerId, Entry>> {
        // A panic elsewhere leaves figures that are at worst one sample old.
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Everything that changes from now on.
    #[must_use]
    pub fn changes(&self) -> broadcast::Receiver<Change> {
        self.changes.subscribe()
    }

    /// Tells the front doors of a change.
    pub fn announce(&self, change: Change) {
        // Nobody listening is the rule in the tray.
        let _ = self.changes.send(change);
    }

    /// The policy in force.
    #[must_use]
    pub fn policy(&self) -> Policy {
        *self.policy.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts another policy in force.
    pub fn set_policy(&self, policy: Policy) {
        let mut current = self.policy.lock().unwrap_or_else(PoisonError::into_inner);
        if *current != policy {
            *current = policy;
            drop(current);
            self.announce(Change::Fleet);
        }
    }

    /// Takes over the list of servers: new ones appear, missing ones go with their figures.
    pub fn set_servers(&self, servers: &[Server]) {
        let mut entries = self.entries();
        let mut changed = false;
        entries.retain(|id, _| {
            let kept = servers.iter().any(|server| server.id == *id);
            changed |= !kept;
            kept
        });
        for server in servers {
            match entries.get_mut(&server.id) {
                Some(entry) if entry.server == *server => {}
                Some(entry) => {
                    entry.server = server.clone();
                    changed = true;
                }
                None => {
                    entries.insert(
                        server.id,
                        Entry {
                            server: server.clone(),
                            connection: ConnectionStatus::Disconnected,
                            sample: None,
                            ring: Ring::default(),
                            meter: Meter::default(),
                            told: State::Connecting,
                            containers: None,
                        },
                    );
                    changed = true;
                }
            }
        }
        drop(entries);
        if changed {
            self.announce(Change::Fleet);
        }
    }

    /// The stored row of a server.
    #[must_use]
    pub fn server(&self, id: ServerId) -> Option<Server> {
        self.entries().get(&id).map(|entry| entry.server.clone())
    }

    /// The connection of a server.
    #[must_use]
    pub fn connection(&self, id: ServerId) -> Option<ConnectionStatus> {
        self.entries().get(&id).map(|entry| entry.connection.clone())
    }

    /// Keeps the connection of a server while it works.
    pub(super) fn set_link(&self, id: ServerId, connection: Option<Connection>) {
        self.links.send_modify(|links| {
            match connection {
                Some(connection) => links.insert(id, connection),
                None => links.remove(&id),
            };
        });
    }

    /// The connections that work, now and whenever that changes. They end with their watches, however
    /// long somebody holds them.
    #[must_use]
    pub fn links(&self) -> watch::Receiver<HashMap<ServerId, Connection>> {
        self.links.subscribe()
    }

    /// The connection of a server, while it works.
    #[must_use]
    pub fn link(&self, id: ServerId) -> Option<Connection> {
        self.links.borrow().get(&id).cloned()
    }

    /// Says where a connection stands.
    pub fn set_connection(&self, id: ServerId, connection: ConnectionStatus) {
        let mut entries = self.entries();
        let Some(entry) = entries.get_mut(&id) else { return };
        if entry.connection == connection {
            return;
        }
        if matches!(connection, ConnectionStatus::Connected { .. }) {
            entry.meter = Meter { sign_ins: entry.meter.sign_ins + 1, ..Meter::default() };
        }
        entry.connection = connection;
        drop(entries);
        self.announce(Change::Connection(id));
    }

    /// Says how many containers a server has; nothing where no engine answers.
    pub fn set_containers(&self, id: ServerId, counts: Option<ContainerCounts>) {
        let mut entries = self.entries();
        let Some(entry) = entries.get_mut(&id) else { return };
        if std::mem::replace(&mut entry.containers, counts) == counts {
            return;
        }
        drop(entries);
        self.announce(Change::Connection(id));
    }

    /// Takes a new sample; the next one is due after `interval`.
    pub fn push(&self, id: ServerId, sample: Arc<Sample>, interval: Duration) {
        let mut entries = self.entries();
        let Some(entry) = entries.get_mut(&id) else { return };
        entry.ring.push(LivePoint::from(&*sample), interval);
        entry.meter.add(&sample);
        entry.sample = Some(sample);
        drop(entries);
        self.announce(Change::Sample(id));
    }

    /// Announces the servers whose state is another than the one last told, without anything having
    /// come from them.
    pub fn announce_judgements(&self, now: DateTime<Utc>) {
        let policy = self.policy();
        let mut changed = Vec::new();
        for (id, entry) in self.entries().iter_mut() {
            let state = entry.row(&policy, now).health.state;
            if std::mem::replace(&mut entry.told, state) != state {
                changed.push(*id);
            }
        }
        for id in changed {
            self.announce(Change::Connection(id));
        }
    }

    /// One server as a row.
    #[must_use]
    pub fn row(&self, id: ServerId, now: DateTime<Utc>) -> Option<ServerRow> {
        let policy = self.policy();
        self.entries().get(&id).map(|entry| entry.row(&policy, now))
    }

    /// All servers: this computer first, then by name.
    #[must_use]
    pub fn rows(&self, now: DateTime<Utc>) -> Vec<ServerRow> {
        let policy = self.policy();
        let mut rows: Vec<_> =
            self.entries().values().map(|entry| entry.row(&policy, now)).collect();
        rows.sort_by_cached_key(|row| {
            (!row.server.is_local(), row.server.name.to_lowercase(), row.server.id)
        });
        rows
    }

    /// The CPU lines of all servers.
    #[must_use]
    pub fn sparklines(&self) -> Vec<Sparkline> {
        self.entries()
            .iter()
            .map(|(id, entry)| Sparkline {
                server_id: *id,
                points: entry.ring.sparkline(SPARKLINE_POINTS),
            })
            .filter(|line| !line.points.is_empty())
            .collect()
    }

    /// The points of a server after a moment (milliseconds since 1970).
    #[must_use]
    pub fn points_since(&self, id: ServerId, after_ms: i64) -> Vec<LivePoint> {
        self.entries()
            .get(&id)
            .map(|entry| entry.ring.since(after_ms).cloned().collect())
            .unwrap_or_default()
    }

    /// The newest sample of a server.
    #[must_use]
    pub fn sample(&self, id: ServerId) -> Option<Arc<Sample>> {
        self.entries().get(&id).and_then(|entry| entry.sample.clone())
    }

    /// What watching a server costs it, asked every `interval`.
    #[must_use]
    pub fn cost(&self, id: ServerId, interval: Duration) -> Option<HostCost> {
        self.entries().get(&id).and_then(|entry| entry.meter.cost(interval))
    }
}

impl Entry {
    fn row(&self, policy: &Policy, now: DateTime<Utc>) -> ServerRow {
        let figures = self.sample.as_ref().map(|sample| Figures::of(sample, &policy.thresholds));
        // Three beats without an answer, and never sooner than half a minute.
        let stale_after = (policy.background_interval.as_secs() * 3).max(30);
        let health = Health::judge(
            &self.connection,
            figures.as_ref(),
            self.ring.sustained_cpu(SUSTAINED),
            &policy.thresholds,
            i64::try_from(stale_after).unwrap_or(i64::MAX),
            now,
        );
        ServerRow {
            server: self.server.clone(),
            connection: self.connection.clone(),
            health,
            figures,
            containers: self.containers,
        }
    }
}

impl Meter {
    #[expect(clippy::cast_possible_truncation, reason = "milliseconds")]
    fn add(&mut self, sample: &Sample) {
        self.samples += 1;
        self.received_bytes += sample.cost.received_bytes;
        if let Some(cpu) = sample.cost.remote_cpu_ms {
            self.remote_cpu_ms += cpu;
            self.remote_cpu_samples += 1;
        }
        if self.round_trips.len() == ROUND_TRIPS_KEPT {
            self.round_trips.remove(0);
        }
        self.round_trips.push(sample.cost.round_trip_ms as f32);
    }

    #[expect(clippy::cast_precision_loss, reason = "a mean needs no 53 bits")]
    fn cost(&self, interval: Duration) -> Option<HostCost> {
        let mut sorted = self.round_trips.clone();
        sorted.sort_by(f32::total_cmp);
        let round_trip_ms = f64::from(*sorted.get(sorted.len() / 2)?);
        let remote_cpu_ms = (self.remote_cpu_samples > 0)
            .then(|| self.remote_cpu_ms / self.remote_cpu_samples as f64);
        Some(HostCost {
            remote_cpu_ms,
            remote_cpu_percent: remote_cpu_ms
                .map(|cpu| cpu / (interval.as_secs_f64() * 1_000.0) * 100.0),
            round_trip_ms,
            received_bytes: self.received_bytes / self.samples.max(1),
            samples: self.samples,
            sign_ins: self.sign_ins,
        })
    }
}
