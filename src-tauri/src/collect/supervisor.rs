//! The supervisor: compares the servers that should be watched with the watches that run, starts
//! and ends them, and starts again what panicked. Ending it waits for every task.

use super::{
    hub::Hub,
    minute::MinuteAggregator,
    watch::{Outside, Wanted, Watch},
};
use crate::domain::{connection::ConnectionStatus, id::ServerId, server::Server};
use futures::FutureExt;
use std::{
    collections::HashMap,
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::sync::{Notify, watch};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// Wait before a watch that panicked is started again.
const AFTER_PANIC: Duration = Duration::from_secs(10);

struct Running {
    server: Server,
    cancel: CancellationToken,
    retry: Arc<Notify>,
}

/// See the module.
pub struct Supervisor {
    hub: Arc<Hub>,
    outside: Arc<dyn Outside>,
    wanted: watch::Sender<Wanted>,
    running: Mutex<HashMap<ServerId, Running>>,
    tracker: TaskTracker,
    cancel: CancellationToken,
}

impl Supervisor {
    /// A supervisor that watches nothing yet.
    #[must_use]
    pub fn new(hub: Arc<Hub>, outside: Arc<dyn Outside>, wanted: Wanted) -> Self {
        Self {
            hub,
            outside,
            wanted: watch::channel(wanted).0,
            running: Mutex::default(),
            tracker: TaskTracker::new(),
            cancel: CancellationToken::new(),
        }
    }

    fn running(&self) -> MutexGuard<'_, HashMap<ServerId, Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says how often to ask, and whether at all.
    pub fn want(&self, wanted: Wanted) {
        self.wanted.send_if_modified(|current| {
            let changed = *current != wanted;
            *current = wanted;
            changed
        });
    }

    /// What is wanted now.
    #[must_use]
    pub fn wanted(&self) -> Wanted {
        *self.wanted.borrow()
    }

    /// Watches these servers and no others. A server that moved or signs in otherwise gets a new
    /// connection; one that was only renamed keeps its own. Of those only the ones that this process
    /// is to reach.
    pub fn apply(&self, servers: &[Server], is_reached: impl Fn(ServerId) -> bool) {
        self.hub.set_servers(servers);
        if self.cancel.is_cancelled() {
            return;
        }
        let mut running = self.running();
        running.retain(|id, watch| {
            let kept = servers.iter().any(|server| {
                server.id == *id
                    && server.enabled
                    && is_reached(server.id)
                    && same_target(server, &watch.server)
            });
            if !kept {
                watch.cancel.cancel();
            }
            kept
        });
        for server in servers {
            if !server.enabled || !is_reached(server.id) {
                self.hub.set_connection(server.id, ConnectionStatus::Disconnected);
            } else {
                running.entry(server.id).or_insert_with(|| self.start(server));
            }
        }
    }

    /// Closes the connection of a server, and opens it anew: its credential or its host key
    /// changed.
    pub fn restart(&self, id: ServerId) {
        let mut running = self.running();
        if let Some(watch) = running.remove(&id) {
            watch.cancel.cancel();
            running.insert(id, self.start(&watch.server));
        }
    }

    /// Tries a server again at once.
    pub fn retry(&self, id: ServerId) {
        if let Some(watch) = self.running().get(&id) {
            watch.retry.notify_one();
        }
    }

    /// Tries all servers again at once: the computer woke up, or the network came back.
    pub fn retry_all(&self) {
        for watch in self.running().values() {
            watch.retry.notify_one();
        }
    }

    /// Ends every watch, and waits until each has written what it had.
    pub async fn shutdown(&self) {
        self.cancel.cancel();
        self.tracker.close();
        self.tracker.wait().await;
    }

    fn start(&self, server: &Server) -> Running {
        let cancel = self.cancel.child_token();
        let retry = Arc::new(Notify::new());
        let (id, local) = (server.id, server.is_local());
        let (hub, outside) = (self.hub.clone(), self.outside.clone());
        let (wanted, task_cancel, task_retry) =
            (self.wanted.subscribe(), cancel.clone(), retry.clone());
        self.tracker.spawn(async move {
            loop {
                let watch = Watch {
                    id,
                    local,
                    hub: hub.clone(),
                    outside: outside.clone(),
                    wanted: wanted.clone(),
                    retry: task_retry.clone(),
                    cancel: task_cancel.clone(),
                    minutes: MinuteAggregator::default(),
                };
                if AssertUnwindSafe(watch.run()).catch_unwind().await.is_ok() {
                    return;
                }
                tracing::error!(server = %id, "watching panicked; it is started again");
                let wait = task_cancel.run_until_cancelled(tokio::time::sleep(AFTER_PANIC));
                if wait.await.is_none() {
                    return;
                }
            }
        });
        Running { server: server.clone(), cancel, retry }
    }
}

fn same_target(a: &Server, b: &Server) -> bool {
    (&a.host, a.port, &a.username, a.auth_type) == (&b.host, b.port, &b.username, b.auth_type)
}
