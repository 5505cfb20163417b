//! What the collectors need of the rest: connections, and a place for what they find.

use super::{connection_events::ConnectionEvents, reach};
use crate::{
    collect::watch,
    domain::{
        connection::ConnectionStatus, history::MetricRow, host_key::HostKey, id::ServerId,
        system_info::SystemInfo,
    },
    ssh::{ConnectError, Connection, Target},
    store::Store,
    vault::Vault,
};
use chrono::Utc;
use futures::{FutureExt, future::BoxFuture};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

/// Store and vault, as the collectors see them.
pub(super) struct Outside {
    pub(super) store: Store,
    pub(super) vault: Vault,
    pub(super) presented: Arc<Mutex<HashMap<(String, u16), HostKey>>>,
    pub(super) events: ConnectionEvents,
}

impl watch::Outside for Outside {
    fn dial(&self, id: ServerId) -> BoxFuture<'_, Result<Connection, ConnectError>> {
        async move {
            let (server, credential) = reach::stored(&self.store, &self.vault, id).await?;
            let target = Target { host: server.host, port: server.port, username: server.username };
            reach::dial(&self.store, &self.presented, &target, &credential, &mut |_, _| {}).await
        }
        .boxed()
    }

    fn connected(&self, id: ServerId, info: SystemInfo) -> BoxFuture<'_, ()> {
        async move {
            if let Err(error) = self.store.set_server_connected(id, &info, info.docker_version.is_some(), Utc::now()).await {
                tracing::error!(server = %id, %error, "what was found on a server could not be stored");
            }
        }
        .boxed()
    }

    fn moved(&self, id: ServerId, to: ConnectionStatus) -> BoxFuture<'_, ()> {
        async move {
            if let Err(error) = self.store.set_server_status(id, to.as_str()).await {
                tracing::error!(server = %id, %error, "a connection's status could not be stored");
            }
            self.events.moved(id, &to).await;
        }
        .boxed()
    }

    fn minute(&self, id: ServerId, row: MetricRow) -> BoxFuture<'_, ()> {
        async move {
            if let Err(error) = self.store.write_metrics(&[(id, row)]).await {
                tracing::error!(server = %id, %error, "a minute of history could not be stored");
            }
        }
        .boxed()
    }
}
