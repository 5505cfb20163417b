//! How `server_metrics` ages.

use super::{Store, StoreError, ageing::Aged, server_metrics::metric_id};
use chrono::{DateTime, Utc};

const SERVERS: Aged = Aged {
    table: "server_metrics",
    // `span_seconds < 3600` is said in so many words for the partial index to serve.
    due: "select distinct server_id, '' as series, unixepoch(timestamp) / ?1 * ?1 as start
         from server_metrics
         where span_seconds < 3600 and span_seconds < ?1 and timestamp < ?2
         limit ?3",
    // The plus keeps the index on server_id out, and the primary key in.
    //
    // An aggregate skips nulls in its numerator, so the weights of null columns have to be skipped
    // in its denominator as well.
    merge: "insert or replace into server_metrics (
             id, server_id, timestamp, span_seconds, observed_seconds,
             cpu_percent, cpu_peak_percent, memory_percent, memory_peak_percent,
             memory_used_mb, memory_total_mb, memory_cached_mb, swap_used_mb,
             disk_percent, disk_used_gb, disk_total_gb,
             network_rx_bytes, network_tx_bytes, disk_read_bytes, disk_write_bytes,
             load_average_1m, load_average_5m, load_average_15m,
             uptime_seconds, temperature_celsius
         )
         with part as (
             select *, coalesce(observed_seconds, span_seconds) * 1.0 as weight
             from server_metrics
             where id >= ?1 and id < ?2 and +server_id = ?3 and ?6 = ''
         )
         select ?1, ?3, ?4, max(?5, max(span_seconds)), sum(weight),
             sum(cpu_percent * weight) / sum(weight),
             max(coalesce(cpu_peak_percent, cpu_percent)),
             sum(memory_percent * weight) / sum(weight),
             max(coalesce(memory_peak_percent, memory_percent)),
             cast(round(sum(memory_used_mb * weight) / sum(weight)) as integer),
             cast(round(sum(memory_total_mb * weight) / sum(weight)) as integer),
             cast(round(sum(memory_cached_mb * weight)
                 / sum(iif(memory_cached_mb is null, null, weight))) as integer),
             cast(round(sum(swap_used_mb * weight)
                 / sum(iif(swap_used_mb is null, null, weight))) as integer),
             sum(disk_percent * weight) / sum(weight),
             cast(round(sum(disk_used_gb * weight) / sum(weight)) as integer),
             cast(round(sum(disk_total_gb * weight) / sum(weight)) as integer),
             sum(network_rx_bytes), sum(network_tx_bytes),
             sum(disk_read_bytes), sum(disk_write_bytes),
             sum(load_average_1m * weight) / sum(iif(load_average_1m is null, null, weight)),
             sum(load_average_5m * weight) / sum(iif(load_average_5m is null, null, weight)),
             sum(load_average_15m * weight) / sum(iif(load_average_15m is null, null, weight)),
             (select uptime_seconds from part where uptime_seconds is not null
                 order by id desc limit 1),
             sum(temperature_celsius * weight)
                 / sum(iif(temperature_celsius is null, null, weight))
         from part having count(*) > 0",
    drop: "delete from server_metrics
         where id > ?1 and id < ?2 and +server_id = ?3 and ?4 = ''",
    id: |server, _, at| metric_id(server, at),
};

impl Store {
    /// Merges rows of servers that have grown old; gives how many spans it wrote.
    ///
    /// # Errors
    /// When the database cannot be written; what was merged until then stays merged.
    pub async fn compact_metrics(&self, now: DateTime<Utc>) -> Result<u64, StoreError> {
        self.compact(&SERVERS, now).await
    }
}
