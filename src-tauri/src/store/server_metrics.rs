//! `server_metrics`: writing and reading the history of servers. `server_ageing` merges it as it grows
//! old. The id is made of a hash of the server's id.

use super::{
    Store, StoreError,
    figures::{FigureRow, MIB, Stretch, span_id, text_of},
};
use crate::domain::{
    history::{History, MetricRow, Range},
    id::ServerId,
    sample::Load,
};
use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use sqlx::SqliteConnection;

const GIB: f64 = 1_073_741_824.0;

/// The id of the row of `server` that starts at `at` (seconds since 1970).
pub(super) fn metric_id(server: ServerId, at: i64) -> String {
    span_id(&Sha256::digest(server.0.as_bytes()), at)
}

/// A chart's rows, as [`Store::points`] wants them.
const CHART: &str = "select json_group_array(json_array(
         at, span_seconds, observed_seconds, cpu_percent, cpu_peak_percent,
         memory_used_mb, memory_total_mb, memory_cached_mb, swap_used_mb, disk_percent,
         network_rx_bytes, network_tx_bytes, disk_read_bytes, disk_write_bytes,
         load_average_1m))
     from (
         select unixepoch(timestamp) as at, span_seconds,
             coalesce(observed_seconds, span_seconds) * 1.0 as observed_seconds,
             cpu_percent, cpu_peak_percent, memory_used_mb, memory_total_mb,
             memory_cached_mb, swap_used_mb, disk_percent, network_rx_bytes,
             network_tx_bytes, disk_read_bytes, disk_write_bytes, load_average_1m
         from server_metrics
         where id >= ?1 and id < ?2 and +server_id = ?3 and ?5 = ''
             and unixepoch(timestamp) + span_seconds > ?4
         order by id
     )";

impl Store {
    /// Writes rows in one transaction. A row of the same server and time is replaced, unless it has
    /// been merged into a longer span meanwhile; a row of a server that is gone is left out, and so
    /// is one with a figure that is no number or with no observed time.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn write_metrics(&self, rows: &[(ServerId, MetricRow)]) -> Result<(), StoreError> {
        self.write_figures(rows).await
    }

    /// The history of a server over `range`, up to `now`. Memory is as exact as its columns: 1 MiB.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn history(
        &self,
        server: ServerId,
        range: Range,
        now: DateTime<Utc>,
    ) -> Result<History, StoreError> {
        let of = Stretch { server, series: "", id: |server, _, at| metric_id(server, at) };
        let (from, to, points) = self.points::<Point>(CHART, &of, range, now).await?;
        let mut history = History { from, to, ..History::default() };
        for point in points {
            point.push_to(&mut history);
        }
        Ok(history)
    }
}

impl FigureRow for (ServerId, MetricRow) {
    fn server(&self) -> ServerId {
        self.0
    }

    fn at(&self) -> i64 {
        self.1.at
    }

    fn seconds(&self) -> (i64, f64) {
        (self.1.span_seconds, self.1.observed_seconds)
    }

    fn figures(&self) -> Vec<f64> {
        let row = &self.1;
        vec![
            row.cpu_percent,
            row.memory_percent,
            row.memory_used_bytes,
            row.memory_total_bytes,
            row.disk_percent,
            row.disk_used_bytes,
            row.disk_total_bytes,
        ]
    }

    async fn write(&self, connection: &mut SqliteConnection) -> Result<(), StoreError> {
        write(connection, self.0, &self.1).await
    }
}

async fn write(
    connection: &mut SqliteConnection,
    server: ServerId,
    row: &MetricRow,
) -> Result<(), StoreError> {
    let whole = |bytes: f64, unit: f64| (bytes / unit).round() as i64;
    let some_whole = |bytes: Option<f64>, unit| bytes.map(|bytes| whole(bytes, unit));
    let load = |pick: fn(&Load) -> f64| row.load.as_ref().map(pick);
    sqlx::query(
        "insert into server_metrics (
             id, server_id, timestamp, span_seconds, observed_seconds,
             cpu_percent, cpu_peak_percent, memory_percent, memory_peak_percent,
             memory_used_mb, memory_total_mb, memory_cached_mb, swap_used_mb,
             disk_percent, disk_used_gb, disk_total_gb,
             network_rx_bytes, network_tx_bytes, disk_read_bytes, disk_write_bytes,
             load_average_1m, load_average_5m, load_average_15m,
             uptime_seconds, temperature_celsius
         )
         select ?1, id, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18,
             ?19, ?20, ?21, ?22, ?23, ?24, ?25
         from servers where id = ?2
         on conflict (id) do update set
             span_seconds = excluded.span_seconds,
             observed_seconds = excluded.observed_seconds,
             cpu_percent = excluded.cpu_percent,
             cpu_peak_percent = excluded.cpu_peak_percent,
             memory_percent = excluded.memory_percent,
             memory_peak_percent = excluded.memory_peak_percent,
             memory_used_mb = excluded.memory_used_mb,
             memory_total_mb = excluded.memory_total_mb,
             memory_cached_mb = excluded.memory_cached_mb,
             swap_used_mb = excluded.swap_used_mb,
             disk_percent = excluded.disk_percent,
             disk_used_gb = excluded.disk_used_gb,
             disk_total_gb = excluded.disk_total_gb,
             network_rx_bytes = excluded.network_rx_bytes,
             network_tx_bytes = excluded.network_tx_bytes,
             disk_read_bytes = excluded.disk_read_bytes,
             disk_write_bytes = excluded.disk_write_bytes,
             load_average_1m = excluded.load_average_1m,
             load_average_5m = excluded.load_average_5m,
             load_average_15m = excluded.load_average_15m,
             uptime_seconds = excluded.uptime_seconds,
             temperature_celsius = excluded.temperature_celsius
         where excluded.span_seconds > span_seconds
             or (excluded.span_seconds = span_seconds
                 and coalesce(excluded.observed_seconds, 0) >= coalesce(observed_seconds, 0))",
    )
    .bind(metric_id(server, row.at))
    .bind(server.to_string())
    .bind(text_of(row.at))
    .bind(row.span_seconds)
    .bind(row.observed_seconds)
    .bind(row.cpu_percent)
    .bind(row.cpu_peak_percent)
    .bind(row.memory_percent)
    .bind(row.memory_peak_percent)
    .bind(whole(row.memory_used_bytes, MIB))
    .bind(whole(row.memory_total_bytes, MIB))
    .bind(some_whole(row.memory_cached_bytes, MIB))
    .bind(some_whole(row.swap_used_bytes, MIB))
    .bind(row.disk_percent)
    .bind(whole(row.disk_used_bytes, GIB))
    .bind(whole(row.disk_total_bytes, GIB))
    .bind(some_whole(row.network_rx_bytes, 1.0))
    .bind(some_whole(row.network_tx_bytes, 1.0))
    .bind(some_whole(row.disk_read_bytes, 1.0))
    .bind(some_whole(row.disk_written_bytes, 1.0))
    .bind(load(|load| load.one))
    .bind(load(|load| load.five))
    .bind(load(|load| load.fifteen))
    .bind(some_whole(row.uptime_seconds, 1.0))
    .bind(row.temperature_celsius)
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
    memory_used_mb: i64,
    memory_total_mb: i64,
    memory_cached_mb: Option<i64>,
    swap_used_mb: Option<i64>,
    disk_percent: f64,
    network_rx_bytes: Option<i64>,
    network_tx_bytes: Option<i64>,
    disk_read_bytes: Option<i64>,
    disk_write_bytes: Option<i64>,
    load_average_1m: Option<f64>,
}

impl Point {
    fn push_to(&self, history: &mut History) {
        let bytes = |mebibytes: i64| mebibytes as f64 * MIB;
        let rate = |bytes: Option<i64>| bytes.map(|bytes| bytes as f64 / self.observed_seconds);
        history.at.push(self.at);
        history.span_seconds.push(self.span_seconds);
        history.cpu_percent.push(self.cpu_percent);
        history.cpu_peak_percent.push(self.cpu_peak_percent);
        history.memory_used_bytes.push(bytes(self.memory_used_mb));
        history.memory_total_bytes.push(bytes(self.memory_total_mb));
        history.memory_cached_bytes.push(self.memory_cached_mb.map(bytes));
        history.swap_used_bytes.push(self.swap_used_mb.map(bytes));
        history.disk_percent.push(self.disk_percent);
        history.network_rx.push(rate(self.network_rx_bytes));
        history.network_tx.push(rate(self.network_tx_bytes));
        history.disk_read.push(rate(self.disk_read_bytes));
        history.disk_written.push(rate(self.disk_write_bytes));
        history.load_one.push(self.load_average_1m);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn the_order_of_ids_is_the_order_of_time_within_a_server() {
        // As text, because that is how the primary key compares them.
        let server = ServerId::new();
        let times = [0, 59, 60, 1_700_000_000, 1_700_000_060, 4_102_444_800];
        let ids: Vec<_> = times.iter().map(|at| metric_id(server, *at)).collect();
        assert!(ids.is_sorted());
        for id in &ids {
            let uuid: Uuid = id.parse().expect("a UUID");
            assert_eq!(uuid.get_version_num(), 8);
            assert_eq!(id[..18], ids[0][..18], "the series comes first");
        }
        assert_ne!(metric_id(ServerId::new(), 0)[..18], ids[0][..18]);
    }
}
