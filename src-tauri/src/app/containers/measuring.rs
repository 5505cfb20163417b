//! Following what containers use: out of the samples of their servers, and where those do not hold
//! them, out of their engines. And reading it.

use crate::{
    app::{Tomo, error::AppError},
    collect::{container_minute::Subject, hub::Change},
    docker::{Engine, EngineError},
    domain::{
        connection::ConnectionStatus,
        container::{Container, ContainerRef},
        container_history::{ContainerHistory, ContainerMetricRow, ContainerPoint},
        history::Range,
        id::ServerId,
    },
};
use chrono::Utc;
use futures::StreamExt;
use std::{collections::HashMap, time::Duration};
use tokio::sync::broadcast::error::RecvError;

/// How often engines are asked for what the control groups did not tell.
const STATS_EVERY: Duration = Duration::from_secs(15);
/// How many containers of one server are asked for at a time.
const STATS_AT_ONCE: usize = 4;

impl Tomo {
    /// Follows what containers use until Tomo is shut down.
    pub(in crate::app) fn keep_measuring_containers(&self) {
        let tomo = self.clone();
        let mut changes = self.inner.hub.changes();
        self.inner.tasks.spawn(async move {
            let cancel = tomo.inner.cancel.clone();
            while let Some(change) = cancel.run_until_cancelled(changes.recv()).await {
                match change {
                    Ok(change) => tomo.measure_containers(change).await,
                    // A minute that misses a sample says that it observed less.
                    Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => break,
                }
            }
            tomo.keep_container_minutes(tomo.inner.usage.end_all()).await;
        });
        let tomo = self.clone();
        self.every(STATS_EVERY, STATS_EVERY, move || {
            let tomo = tomo.clone();
            async move { tomo.ask_engines().await }
        });
    }

    async fn measure_containers(&self, change: Change) {
        let (hub, usage) = (&self.inner.hub, &self.inner.usage);
        match change {
            Change::Sample(server) => {
                let Some(sample) = hub.sample(server) else { return };
                let subject = |id: &str| self.container_subject(server, id);
                let rows = usage.take_sample(server, &sample, subject);
                self.keep_container_minutes(rows).await;
                self.show_container_figures(server);
            }
            Change::Connection(server) if !self.is_sampled(server) => {
                self.keep_container_minutes(usage.end(server)).await;
            }
            Change::Fleet => usage.keep_only(|server| hub.server(server).is_some()),
            _ => {}
        }
    }

    fn is_sampled(&self, server: ServerId) -> bool {
        let connection = self.inner.hub.connection(server);
        matches!(connection, Some(ConnectionStatus::Connected { .. }))
    }

    /// Asks all engines at once for what their servers' control groups do not tell.
    async fn ask_engines(&self) {
        let servers = self.inner.hub.rows(Utc::now()).into_iter().map(|row| row.server.id);
        let asked = servers.filter(|server| self.is_sampled(*server)).flat_map(|server| {
            let missing = self.missing_figures(server);
            let engines = self.inner.board.engines(server).into_iter();
            engines.map(move |engine| {
                let its = |id: &&(String, String)| id.0 == engine.info().socket;
                let ids: Vec<_> = missing.iter().filter(its).map(|(_, id)| id.clone()).collect();
                async move { self.ask_engine(server, &engine, ids).await }
            })
        });
        futures::future::join_all(asked).await;
    }

    /// The containers of a server whose figures its control groups do not tell, with the sockets of
    /// their engines.
    fn missing_figures(&self, server: ServerId) -> Vec<(String, String)> {
        let board = &self.inner.board;
        if board.engines(server).is_empty() {
            return Vec::new();
        }
        let Some(sample) = self.inner.hub.sample(server) else { return Vec::new() };
        let up: HashMap<_, _> = board
            .up(server)
            .into_iter()
            .map(|container| (container.id, container.engine))
            .collect();
        let missing = self.inner.usage.missing(server, &sample, up.keys().cloned());
        missing.into_iter().filter_map(|id| Some((up.get(&id)?.clone(), id))).collect()
    }

    async fn ask_engine(&self, server: ServerId, engine: &Engine, missing: Vec<String>) {
        if missing.is_empty() {
            return;
        }
        let mut answers = futures::stream::iter(missing)
            .map(|id| async move { engine.stats(&id).await })
            .buffer_unordered(STATS_AT_ONCE);
        while let Some(answer) = answers.next().await {
            match answer {
                Ok(stats) => {
                    let subject = self.container_subject(server, &stats.id);
                    let rows = self.inner.usage.take_stats(server, stats, Utc::now(), subject);
                    self.keep_container_minutes(rows).await;
                }
                // Asked for each of many, it would keep the other engines waiting that long.
                Err(EngineError::Timeout) => {
                    tracing::debug!(%server, "no stats in time");
                    break;
                }
                // It may have ended meanwhile.
                Err(error) => tracing::debug!(%server, %error, "no stats of a container"),
            }
        }
        self.show_container_figures(server);
    }

    /// Puts the newest figures on the board, and tells the pages when they are others.
    fn show_container_figures(&self, server: ServerId) {
        if self.inner.board.figures(server, &self.inner.usage.figures(server)) {
            self.inner.hub.announce(Change::Containers(server));
        }
    }

    async fn keep_container_minutes(&self, rows: Vec<ContainerMetricRow>) {
        if let Err(error) = self.inner.store.write_container_metrics(&rows).await {
            tracing::error!(%error, "a minute of containers could not be stored");
        }
    }

    fn container_subject(&self, server_id: ServerId, id: &str) -> Option<Subject> {
        let which = ContainerRef { server_id, container_id: id.to_owned() };
        let Container { id, name, series, state, .. } = self.inner.board.container(&which)?;
        Some(Subject { server_id, series, container_id: id, container_name: name, state })
    }

    /// The last hour of a container, reading by reading.
    ///
    /// # Errors
    /// When there is no such container, and there was none within the hour.
    pub fn container_live(&self, which: &ContainerRef) -> Result<Vec<ContainerPoint>, AppError> {
        let points = self.inner.usage.points(which);
        if points.is_empty() {
            self.container(which)?;
        }
        Ok(points)
    }

    /// The stored history of a series of containers.
    ///
    /// # Errors
    /// When there is no such server, or the database cannot be read.
    pub async fn container_history(
        &self,
        server: ServerId,
        series: &str,
        range: Range,
    ) -> Result<ContainerHistory, AppError> {
        self.inner.hub.server(server).ok_or(AppError::NotFound("server"))?;
        Ok(self.inner.store.container_history(server, series, range, Utc::now()).await?)
    }
}
