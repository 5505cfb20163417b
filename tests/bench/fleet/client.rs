//! The collectors on one processor: they connect to all simulated servers, write what they find to
//! a real store, and are watched for half a minute.

use crate::{
    process,
    report::{Done, say},
    ssh::known_host,
};
use chrono::Utc;
use futures::{FutureExt as _, future::BoxFuture};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::sync::broadcast::{Receiver, error::RecvError};
use tomo::{
    collect::{
        hub::{Change, Hub},
        supervisor::Supervisor,
        watch::{Outside, Wanted},
    },
    domain::{
        connection::ConnectionStatus,
        credential::Credential,
        history::MetricRow,
        host_key::KnownHost,
        id::ServerId,
        server::{AuthType, ServerInput},
        system_info::SystemInfo,
    },
    ssh::{ConnectError, Connection, Target, Timeouts, connect},
    store::{AuditKeySlot, Store},
};

/// How many servers there are.
pub const SERVERS: usize = 200;
const INTERVAL: Duration = Duration::from_secs(2);
/// How long they are watched once all of them answer.
const WATCHED: Duration = Duration::from_secs(30);
/// How long all of them may take to connect.
const PATIENCE: Duration = Duration::from_secs(120);

/// What came of it.
#[derive(Default, Serialize, Deserialize)]
pub struct Outcome {
    /// Samples that came.
    pub samples: usize,
    /// Times that a sample was due and had not come when the next one was.
    pub missed: usize,
    /// Samples that came more than half a second after they were due.
    pub late: usize,
    /// How late the latest was.
    pub latest_ms: f64,
    /// Processor time, as a share of the one processor.
    pub cpu_percent: f64,
}

/// Prints an [`Outcome`].
pub fn watch(port: u16, host_key: &str) -> Done {
    let runtime = tokio::runtime::Runtime::new()?;
    let outcome = runtime.block_on(outcome(port, host_key))?;
    say(&serde_json::to_string(&outcome)?);
    Ok(())
}

async fn outcome(port: u16, host_key: &str) -> Done<Outcome> {
    let folder = tempfile::tempdir()?;
    let store = Store::open(folder.path(), AuditKeySlot::default()).await?;
    for number in 0..SERVERS {
        let input = ServerInput {
            name: format!("server {number}"),
            host: "127.0.0.1".to_owned(),
            port,
            username: format!("user{number}"),
            auth_type: AuthType::Password,
        };
        store.insert_server(ServerId::new(), &input, Some("sealed"), Utc::now()).await?;
    }
    let servers = store.servers().await?;
    let hub = Arc::new(Hub::default());
    let known = known_host(port, host_key);
    let outside = Arc::new(Simulated { store: store.clone(), known });
    let wanted = Wanted { interval: INTERVAL, paused: false };
    let supervisor = Supervisor::new(hub.clone(), outside, wanted);
    let mut changes = hub.changes();
    supervisor.apply(&servers, |_| true);

    tokio::time::timeout(PATIENCE, all_answer(&mut changes))
        .await
        .map_err(|_| "not all connect")??;
    let cpu = process::own_ms()?;
    let began = Instant::now();
    let arrivals = arrivals(&mut changes, began).await?;
    let watched = began.elapsed();
    let mut outcome = judge(&arrivals, watched);
    outcome.cpu_percent = (process::own_ms()? - cpu) / (watched.as_secs_f64() * 10.0);
    for server in &servers {
        let whole = hub.sample(server.id).is_some_and(|sample| {
            sample.cpu.is_some() && sample.memory.is_some() && !sample.mounts.is_empty()
        });
        if !whole {
            return Err("a sample came without figures".into());
        }
    }
    supervisor.shutdown().await;
    store.close().await;
    Ok(outcome)
}

/// Waits until each server has answered three times: by then it is asked at its interval.
async fn all_answer(changes: &mut Receiver<Change>) -> Done {
    let mut answers = HashMap::<ServerId, u32>::new();
    while answers.values().filter(|count| **count >= 3).count() < SERVERS {
        if let Change::Sample(id) = next(changes).await? {
            *answers.entry(id).or_default() += 1;
        }
    }
    Ok(())
}

/// When the samples of each server came.
async fn arrivals(
    changes: &mut Receiver<Change>,
    began: Instant,
) -> Done<HashMap<ServerId, Vec<Duration>>> {
    let mut arrivals = HashMap::<ServerId, Vec<Duration>>::new();
    let deadline = tokio::time::Instant::now() + WATCHED;
    loop {
        match tokio::time::timeout_at(deadline, next(changes)).await {
            Err(_) => return Ok(arrivals),
            Ok(change) => {
                if let Change::Sample(id) = change? {
                    arrivals.entry(id).or_default().push(began.elapsed());
                }
            }
        }
    }
}

async fn next(changes: &mut Receiver<Change>) -> Done<Change> {
    changes.recv().await.map_err(|error| match error {
        RecvError::Lagged(_) => "the collectors were too fast to follow".into(),
        RecvError::Closed => "the collectors ended".into(),
    })
}

fn judge(arrivals: &HashMap<ServerId, Vec<Duration>>, watched: Duration) -> Outcome {
    let mut outcome = Outcome::default();
    // A server that says nothing at all has missed every one.
    let due = (watched.as_secs_f64() / INTERVAL.as_secs_f64()) as usize;
    outcome.missed = (SERVERS - arrivals.len()) * due;
    for times in arrivals.values() {
        outcome.samples += times.len();
        let ends = times.iter().copied().skip(1).map(|time| (time, true));
        let gaps = times.iter().zip(ends.chain([(watched, false)]));
        for (before, (after, came)) in gaps {
            let late = (after - *before).saturating_sub(INTERVAL);
            outcome.missed += (late.as_secs_f64() / INTERVAL.as_secs_f64()) as usize;
            if came {
                outcome.late += usize::from(late > Duration::from_millis(500));
                outcome.latest_ms = outcome.latest_ms.max(late.as_secs_f64() * 1_000.0);
            }
        }
    }
    outcome
}

/// What the collectors need: it does what Tomo does, but for the vault.
struct Simulated {
    store: Store,
    known: KnownHost,
}

impl Outside for Simulated {
    fn dial(&self, id: ServerId) -> BoxFuture<'_, Result<Connection, ConnectError>> {
        async move {
            let server = self.store.server(id).await.map_err(|error| {
                let step = tomo::domain::failure::Step::Resolve;
                tomo::domain::failure::Failure::new(step, error.to_string(), "")
            })?;
            let target = Target { host: server.host, port: server.port, username: server.username };
            let credential = Credential::Password(SecretString::from("simulated"));
            // One processor agrees on 200 encryptions.
            let timeouts =
                Timeouts { handshake: PATIENCE, authenticate: PATIENCE, ..Timeouts::default() };
            connect(&target, &credential, Some(&self.known), timeouts, &mut |_, _| {}).await
        }
        .boxed()
    }

    fn connected(&self, id: ServerId, info: SystemInfo) -> BoxFuture<'_, ()> {
        async move {
            let _ = self.store.set_server_connected(id, &info, false, Utc::now()).await;
        }
        .boxed()
    }

    fn moved(&self, id: ServerId, to: ConnectionStatus) -> BoxFuture<'_, ()> {
        async move {
            let _ = self.store.set_server_status(id, to.as_str()).await;
        }
        .boxed()
    }

    fn minute(&self, id: ServerId, row: MetricRow) -> BoxFuture<'_, ()> {
        async move {
            let _ = self.store.write_metrics(&[(id, row)]).await;
        }
        .boxed()
    }
}
