//! Watching one server: connect, ask, sample, and what to do when that fails. One task a server;
//! its states are the arms of [`Watch::run`], and the public status is derived from them.

use super::{
    cadence::{Cadence, Moment},
    hub::Hub,
    minute::MinuteAggregator,
    script::Request,
    source::Source,
};
use crate::{
    domain::{
        connection::ConnectionStatus, failure::Failure, history::MetricRow,
        host_key::HostKeyVerdict, id::ServerId, system_info::SystemInfo,
    },
    ssh::{ConnectError, Connection},
};
use backon::{BackoffBuilder, ExponentialBuilder};
use chrono::Utc;
use futures::{FutureExt, future::BoxFuture};
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::{Notify, watch},
    time::Instant,
};
use tokio_util::sync::CancellationToken;

/// What watching needs from the rest of Tomo.
pub trait Outside: Send + Sync + 'static {
    /// Opens the connection to a server: its row, credential and known host key are looked up anew
    /// at each call.
    fn dial(&self, id: ServerId) -> BoxFuture<'_, Result<Connection, ConnectError>>;

    /// A connection works, and this was found on the server.
    fn connected(&self, id: ServerId, info: SystemInfo) -> BoxFuture<'_, ()>;

    /// The connection of a server stands elsewhere.
    fn moved(&self, id: ServerId, to: ConnectionStatus) -> BoxFuture<'_, ()>;

    /// A minute of a server is complete.
    fn minute(&self, id: ServerId, row: MetricRow) -> BoxFuture<'_, ()>;
}

/// What the front doors want of all watches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Time between samples.
    pub interval: Duration,
    /// Nothing is asked, and no connection is held.
    pub paused: bool,
}

/// First wait after a lost connection.
const BACKOFF_MIN: Duration = Duration::from_secs(2);
/// Longest wait; a machine that comes back is seen within it.
const BACKOFF_MAX: Duration = Duration::from_secs(60);
/// The second sample of a connection comes soon, so that a new row shows rates at once.
const SECOND_SAMPLE: Duration = Duration::from_secs(1);

/// See the module.
pub(super) struct Watch {
    pub(super) id: ServerId,
    pub(super) local: bool,
    pub(super) hub: Arc<Hub>,
    pub(super) outside: Arc<dyn Outside>,
    pub(super) wanted: watch::Receiver<Wanted>,
    /// Rung to try again at once.
    pub(super) retry: Arc<Notify>,
    pub(super) cancel: CancellationToken,
    /// The minute that is being filled.
    pub(super) minutes: MinuteAggregator,
}

/// Why a session of samples ended.
enum Ended {
    /// Something failed.
    Broken(Failure),
    /// Somebody wants it closed: pause, or a retry by hand.
    Wanted,
    /// The computer slept; the connection is not worth asking.
    Slept,
}

impl Watch {
    /// Watches until cancelled.
    pub(super) async fn run(mut self) {
        let cancel = self.cancel.clone();
        // Dropping what it waits for closes the connection.
        cancel.run_until_cancelled(self.watch()).await;
        self.flush().await;
    }

    /// Hands over the minute that was begun.
    async fn flush(&mut self) {
        if let Some(row) = self.minutes.flush() {
            self.outside.minute(self.id, row).await;
        }
    }

    async fn watch(&mut self) {
        let mut backoff = new_backoff();
        let mut lost_at = None;
        loop {
            if self.wanted.borrow_and_update().paused {
                self.status(ConnectionStatus::Paused).await;
                if self.wanted.wait_for(|wanted| !wanted.paused).await.is_err() {
                    return;
                }
                lost_at = None;
            }
            if lost_at.is_none() {
                self.status(ConnectionStatus::Connecting).await;
            }
            // A retry that was wished for before this attempt is this attempt.
            self.retry.notified().now_or_never();
            let failure = match self.open().await {
                Ok(source) => {
                    self.retry.notified().now_or_never();
                    self.status(ConnectionStatus::Connected { since: Utc::now() }).await;
                    let started = Instant::now();
                    let link = Link::new(self.hub.clone(), self.id, source.connection().cloned());
                    let ended = self.sample(source).await;
                    drop(link);
                    self.flush().await;
                    lost_at = None;
                    if started.elapsed() > BACKOFF_MAX {
                        backoff = new_backoff();
                    }
                    match ended {
                        Ended::Broken(failure) => failure,
                        Ended::Wanted | Ended::Slept => {
                            backoff = new_backoff();
                            continue;
                        }
                    }
                }
                Err(ConnectError::HostKey(verdict)) => {
                    lost_at = None;
                    self.host_key(verdict).await;
                    continue;
                }
                Err(ConnectError::Failed(failure)) if !failure.transient => {
                    // Asking again with the same secret locks accounts on servers that count.
                    lost_at = None;
                    self.status(ConnectionStatus::Failed { since: Utc::now(), failure }).await;
                    self.somebody().await;
                    continue;
                }
                Err(ConnectError::Failed(failure)) => failure,
            };
            let since = *lost_at.get_or_insert_with(Utc::now);
            if self.wait_to_retry(&mut backoff, since, failure).await {
                backoff = new_backoff();
            }
        }
    }

    async fn open(&self) -> Result<Source, ConnectError> {
        if self.local {
            return Ok(Source::local());
        }
        let connection = self.outside.dial(self.id).await?;
        Source::remote(connection).await.map_err(ConnectError::Failed)
    }

    /// Waits until somebody has decided about the host's key.
    async fn host_key(&mut self, verdict: HostKeyVerdict) {
        self.status(match verdict {
            HostKeyVerdict::Changed { presented, known } => {
                ConnectionStatus::HostKeyChanged { since: Utc::now(), presented, known }
            }
            HostKeyVerdict::Unknown { presented } => ConnectionStatus::HostKeyUnknown { presented },
            // A key that matches is never an error.
            HostKeyVerdict::Matches => return,
        })
        .await;
        self.somebody().await;
    }

    /// Waits until somebody does something about it, or pauses collection.
    async fn somebody(&mut self) {
        tokio::select! {
            () = self.retry.notified() => {}
            _ = self.wanted.wait_for(|wanted| wanted.paused) => {}
        }
    }

    /// Waits for the next attempt. Says whether somebody ended the wait, who then does not want to
    /// wait long for the attempt after it either.
    async fn wait_to_retry(
        &mut self,
        backoff: &mut impl Iterator<Item = Duration>,
        since: chrono::DateTime<Utc>,
        failure: Failure,
    ) -> bool {
        let wait = backoff.next().unwrap_or(BACKOFF_MAX);
        let retry_at = Utc::now() + wait;
        self.status(ConnectionStatus::Retrying { since, retry_at, failure }).await;
        tokio::select! {
            () = tokio::time::sleep(wait) => false,
            () = self.retry.notified() => true,
            _ = self.wanted.wait_for(|wanted| wanted.paused) => true,
        }
    }

    /// Takes samples until something ends that.
    async fn sample(&mut self, mut source: Source) -> Ended {
        let mut cadence =
            Cadence::new(self.wanted.borrow().interval.min(SECOND_SAMPLE), Moment::now());
        loop {
            let mut request = cadence.ask(Moment::now());
            if request.system {
                // What a host does not have is known only when everything was asked for.
                request = Request::ALL;
            }
            let taken = match source.take(request).await {
                Ok(taken) => taken,
                Err(failure) => return Ended::Broken(failure),
            };
            cadence.answered(Moment::now());
            if taken.network_mounts_late {
                cadence.network_mounts_were_late(Moment::now());
            }
            if let Some(row) = self.minutes.push(&taken.sample) {
                self.outside.minute(self.id, row).await;
            }
            self.hub.push(self.id, Arc::new(taken.sample), cadence.interval());
            if let Some(info) = taken.system_info {
                self.outside.connected(self.id, info).await;
                cadence.set_interval(self.wanted.borrow().interval, Moment::now());
            }
            if let Some(ended) = self.rest(&mut source, &mut cadence).await {
                return ended;
            }
        }
    }

    /// Waits until the next sample is due, or something ends that.
    async fn rest(&mut self, source: &mut Source, cadence: &mut Cadence) -> Option<Ended> {
        while let Some(wait) = cadence.wait(Moment::now()).filter(|wait| !wait.is_zero()) {
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                () = self.retry.notified() => return Some(Ended::Wanted),
                failure = source.closed() => return Some(Ended::Broken(failure)),
                changed = self.wanted.changed() => {
                    let wanted = *self.wanted.borrow_and_update();
                    if wanted.paused || changed.is_err() {
                        return Some(Ended::Wanted);
                    }
                    // Somebody opened the window: the next sample comes at the new pace.
                    cadence.set_interval(wanted.interval, Moment::now());
                }
            }
            if cadence.woke(Moment::now()) {
                // A connection that was slept through is mostly dead, and slow to say so.
                if !self.local {
                    return Some(Ended::Slept);
                }
                source.forget_rates();
            }
        }
        None
    }

    async fn status(&self, status: ConnectionStatus) {
        self.hub.set_connection(self.id, status.clone());
        self.outside.moved(self.id, status).await;
    }
}

/// The connection of a server while it works, for whoever else speaks over it. It ends with the
/// watch, whoever still holds a clone.
struct Link {
    hub: Arc<Hub>,
    id: ServerId,
    connection: Option<Connection>,
}

impl Link {
    fn new(hub: Arc<Hub>, id: ServerId, connection: Option<Connection>) -> Self {
        hub.set_link(id, connection.clone());
        Self { hub, id, connection }
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.hub.set_link(self.id, None);
        if let Some(connection) = &self.connection {
            connection.cut();
        }
    }
}

fn new_backoff() -> impl Iterator<Item = Duration> {
    ExponentialBuilder::default()
        .with_min_delay(BACKOFF_MIN)
        .with_max_delay(BACKOFF_MAX)
        .with_jitter()
        .without_max_times()
        .build()
}
