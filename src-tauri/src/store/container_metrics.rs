//! `container_metrics`: writing and reading the history of containers, by server and series.
//! `container_ageing` merges it as it grows old.
//!
//! The id is made of a hash of server and series.

use super::{
    Store, StoreError,
    figures::{FigureRow, MIB, Stretch, span_id, text_of},
};
use crate::domain::{
    container::ContainerState,
    container_history::{ContainerHistory, ContainerMetricRow},
    history::Range,
    id::ServerId,
};
use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use sqlx::SqliteConnection;

/// The id of the row of a series that starts at `at` (seconds since 1970).
pub(super) fn container_metric_id(server: ServerId, series: &str, at: i64) -> String {
    // The server's id is of one length, so that no two pairs read alike.
    let hash = Sha256::new().chain_update(server.0.as_bytes()).chain_update(series).finalize();
    span_id(&hash, at)
}

/// How a state is written.
fn status(state: ContainerState) -> &'static str {
    match state {
        ContainerState::Created => "created",
        ContainerState::Running => "running",
        ContainerState::Paused => "paused",
        ContainerState::Restarting => "restarting",
        ContainerState::Removing => "removing",
        ContainerState::Exited => "exited",
        ContainerState::Dead => "dead",
        ContainerState::Unknown => "unknown",
    }
}

/// A chart's rows, as [`Store::points`] wants them.
const CHART: &str = "select json_group_array(json_array(
         at, span_seconds, observed_seconds, cpu_percent, cpu_peak_percent,
         memory_usage_mb, memory_limit_mb, network_rx_bytes, network_tx_bytes))
     from (
         select unixepoch(timestamp) as at, span_seconds,
             coalesce(observed_seconds, span_seconds) * 1.0 as observed_seconds,
             cpu_percent, cpu_peak_percent, memory_usage_mb, memory_limit_mb,
             network_rx_bytes, network_tx_bytes
         from container_metrics
         where id >= ?1 and id < ?2 and +server_id = ?3 and series = ?5
             and unixepoch(timestamp) + span_seconds > ?4
         order by id
     )";

impl Store {
    /// Writes rows in one transaction. A row of the same series and time is replaced by one that saw
    /// more, unless it has been merged into a longer span meanwhile; a row of a server that is gone
    /// is left out, and so is one with a figure that is no number or with no observed time.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn write_container_metrics(
        &self,
        rows: &[ContainerMetricRow],
    ) -> Result<(), StoreError> {
        self.write_figures(rows).await
    }

    /// The history of a series over `range`, up to `now`.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn container_history(
        &self,
        server: ServerId,
        series: &str,
        range: Range,
        now: DateTime<Utc>,
    ) -> Result<ContainerHistory, StoreError> {
        let of = Stretch { server, series, id: container_metric_id };
        let (from, to, points) = self.points::<Point>(CHART, &of, range, now).await?;
        let mut history = ContainerHistory { from, to, ..ContainerHistory::default() };
        for point in points {
            point.push_to(&mut history);
        }
        Ok(history)
    }
}

impl FigureRow for ContainerMetricRow {
    fn server(&self) -> ServerId {
        self.server_id
    }

    fn at(&self) -> i64 {
        self.at
    }

    fn seconds(&self) -> (i64, f64) {
        (self.span_seconds, self.observed_seconds)
    }

    fn figures(&self) -> Vec<f64> {
        vec![
            self.cpu_percent,
            self.cpu_peak_percent,
            self.memory_bytes,
            self.memory_peak_bytes,
            self.memory_limit_bytes,
        ]
    }

    async fn write(&self, connection: &mut SqliteConnection) -> Result<(), StoreError> {
        write(connection, self).await
    }
}

async fn write(
    connection: &mut SqliteConnection,
    row: &ContainerMetricRow,
) -> Result<(), StoreError> {
    let whole = |bytes: Option<f64>| bytes.map(|bytes| bytes.round() as i64);
    sqlx::query(
        "insert into container_metrics (
             id, server_id, series, container_id, container_name, status, timestamp,
             span_seconds, observed_seconds, cpu_percent, cpu_peak_percent,
             memory_usage_mb, memory_peak_mb, memory_limit_mb, network_rx_bytes, network_tx_bytes
         )
         select ?1, id, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16
         from servers where id = ?2
         on conflict (id) do update set
             series = excluded.series,
             container_id = excluded.container_id,
             container_name = excluded.container_name,
             status = excluded.status,
             span_seconds = excluded.span_seconds,
             observed_seconds = excluded.observed_seconds,
             cpu_percent = excluded.cpu_percent,
             cpu_peak_percent = excluded.cpu_peak_percent,
             memory_usage_mb = excluded.memory_usage_mb,
             memory_peak_mb = excluded.memory_peak_mb,
             memory_limit_mb = excluded.memory_limit_mb,
             network_rx_bytes = excluded.network_rx_bytes,
             network_tx_bytes = excluded.network_tx_bytes
         where excluded.span_seconds > span_seconds
             or (excluded.span_seconds = span_seconds
                 and coalesce(excluded.observed_seconds, 0) >= coalesce(observed_seconds, 0))",
    )
    .bind(container_metric_id(row.server_id, &row.series, row.at))
    .bind(row.server_id.to_string())
    .bind(&row.series)
    .bind(&row.container_id)
    .bind(&row.container_name)
    .bind(status(row.state))
    .bind(text_of(row.at))
    .bind(row.span_seconds)
    .bind(row.observed_seconds)
    .bind(row.cpu_percent)
    .bind(row.cpu_peak_percent)
    .bind(row.memory_bytes / MIB)
    .bind(row.memory_peak_bytes / MIB)
    .bind(row.memory_limit_bytes / MIB)
    .bind(whole(row.network_rx_bytes))
    .bind(whole(row.network_tx_bytes))
    .execute(connection)
    .await?;
    Ok(())
}

/// A row as a chart needs it, its columns in the order of the query.
#[derive(serde::Deserialize)]
struct Point {
    at: i64,
    span_seconds: i64,
    observed_seconds: f64,
    cpu_percent: f64,
    cpu_peak_percent: Option<f64>,
    memory_usage_mb: f64,
    memory_limit_mb: f64,
    network_rx_bytes: Option<i64>,
    network_tx_bytes: Option<i64>,
}

impl Point {
    fn push_to(&self, history: &mut ContainerHistory) {
        let rate = |bytes: Option<i64>| bytes.map(|bytes| bytes as f64 / self.observed_seconds);
        history.at.push(self.at);
        history.span_seconds.push(self.span_seconds);
        history.cpu_percent.push(self.cpu_percent);
        history.cpu_peak_percent.push(self.cpu_peak_percent);
        history.memory_bytes.push(self.memory_usage_mb * MIB);
        history.memory_limit_bytes.push(self.memory_limit_mb * MIB);
        history.network_rx.push(rate(self.network_rx_bytes));
        history.network_tx.push(rate(self.network_tx_bytes));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As text, because that is how the primary key compares them: series apart, time in order, and
    /// apart from the rows of the server itself.
    #[test]
    fn a_series_is_one_stretch_in_the_order_of_time() {
        let server = ServerId::new();
        let of = |series, at| container_metric_id(server, series, at);
        assert!(of("shop/web", 60) < of("shop/web", 1_700_000_000));
        assert_eq!(of("shop/web", 60)[..18], of("shop/web", 120)[..18]);
        assert_ne!(of("shop/web", 60)[..18], of("shop/web#2", 60)[..18]);
        let other = container_metric_id(ServerId::new(), "shop/web", 60);
        assert_ne!(of("shop/web", 60)[..18], other[..18]);
    }
}
