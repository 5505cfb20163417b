//! How `container_metrics` ages. Name, id and state of a merged row are the last ones of its span.

use super::{Store, StoreError, ageing::Aged, container_metrics::container_metric_id};
use chrono::{DateTime, Utc};

const CONTAINERS: Aged = Aged {
    table: "container_metrics",
    // `span_seconds < 3600` is said in so many words for the partial index to serve.
    due: "select distinct server_id, series, unixepoch(timestamp) / ?1 * ?1 as start
         from container_metrics
         where span_seconds < 3600 and span_seconds < ?1 and timestamp < ?2
         limit ?3",
    merge: "insert or replace into container_metrics (
             id, server_id, series, container_id, container_name, status, timestamp,
             span_seconds, observed_seconds, cpu_percent, cpu_peak_percent,
             memory_usage_mb, memory_peak_mb, memory_limit_mb, network_rx_bytes, network_tx_bytes
         )
         with part as (
             select *, coalesce(observed_seconds, span_seconds) * 1.0 as weight
             from container_metrics
             where id >= ?1 and id < ?2 and +server_id = ?3 and series = ?6
         ), last as (
             select container_id, container_name, status from part order by id desc limit 1
         )
         select ?1, ?3, ?6, (select container_id from last), (select container_name from last),
             (select status from last), ?4, max(?5, max(span_seconds)), sum(weight),
             sum(cpu_percent * weight) / sum(weight),
             max(coalesce(cpu_peak_percent, cpu_percent)),
             sum(memory_usage_mb * weight) / sum(weight),
             max(coalesce(memory_peak_mb, memory_usage_mb)),
             sum(memory_limit_mb * weight) / sum(weight),
             sum(network_rx_bytes), sum(network_tx_bytes)
         from part having count(*) > 0",
    drop: "delete from container_metrics
         where id > ?1 and id < ?2 and +server_id = ?3 and series = ?4",
    id: container_metric_id,
};

impl Store {
    /// Merges rows of containers that have grown old; gives how many spans it wrote.
    ///
    /// # Errors
    /// When the database cannot be written; what was merged until then stays merged.
    pub async fn compact_container_metrics(&self, now: DateTime<Utc>) -> Result<u64, StoreError> {
        self.compact(&CONTAINERS, now).await
    }
}
