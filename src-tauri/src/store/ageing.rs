//! Ageing of `server_metrics` in place: rows of a minute become rows of 10 minutes after a day, and
//! of an hour after a week, so that the table is a chart of any length without a second copy.
//!
//! A merged row keeps what is needed to merge it again: means are weighted by the time that was
//! observed, peaks stay peaks, bytes are added up. A column that was not measured throughout is the
//! mean of the rows that have it. Where there were no rows there is none afterwards.

use super::{
    Store, StoreError,
    server_metrics::{metric_id, text_of},
};
use crate::domain::id::ServerId;
use chrono::{DateTime, Utc};
use sqlx::SqliteConnection;
use std::time::{Duration, Instant};

/// One age: rows older than this are merged into spans of this length, both in seconds.
pub(super) struct Age {
    pub(super) older_than: i64,
    pub(super) span: i64,
}

/// The older first, so that what was never merged goes into hours at once.
pub(super) const AGES: [Age; 2] =
    [Age { older_than: 7 * 86_400, span: 3_600 }, Age { older_than: 86_400, span: 600 }];

/// How long one transaction keeps the write lock, about.
pub(super) const LOCK_TIME: Duration = Duration::from_millis(20);

/// Spans that are looked up at a time.
pub(super) const BATCH: u32 = 200;

impl Store {
    /// Merges what has grown old since the last time; gives how many spans it wrote. Each transaction
    /// is short and leaves the table whole, so it may be stopped at any moment and run again.
    ///
    /// # Errors
    /// When the database cannot be written; what was merged until then stays merged.
    pub async fn compact_metrics(&self, now: DateTime<Utc>) -> Result<u64, StoreError> {
        let mut merged = 0;
        for Age { older_than, span } in AGES {
            // Only spans that are old as a whole.
            let before = (now.timestamp() - older_than).div_euclid(span) * span;
            loop {
                let due = self.due(span, before).await?;
                if due.is_empty() {
                    break;
                }
                let written = self.merge_all(&due, span).await?;
                merged += written;
                if written == 0 {
                    // Rows whose ids are not Tomo's cannot be found by series and time: they stay.
                    tracing::warn!(spans = due.len(), "rows of figures that cannot be merged");
                    break;
                }
            }
        }
        Ok(merged)
    }

    /// Spans of `span` seconds, as server and start, that hold shorter rows and end by `before`.
    async fn due(&self, span: i64, before: i64) -> Result<Vec<(String, i64)>, StoreError> {
        // `span_seconds < 3600` is said in so many words for the partial index to serve.
        Ok(sqlx::query_as(
            "select distinct server_id, unixepoch(timestamp) / ?1 * ?1 as start
             from server_metrics
             where span_seconds < 3600 and span_seconds < ?1 and timestamp < ?2
             limit ?3",
        )
        .bind(span)
        .bind(text_of(before))
        .bind(BATCH)
        .fetch_all(&self.readers)
        .await?)
    }

    async fn merge_all(&self, due: &[(String, i64)], span: i64) -> Result<u64, StoreError> {
        let mut merged = 0;
        let mut due = due.iter();
        while due.len() > 0 {
            let mut transaction = self.write().await?;
            let began = Instant::now();
            for (server, start) in due.by_ref() {
                let server = server
                    .parse()
                    .map_err(|_| StoreError::Unreadable("server_metrics.server_id".into()))?;
                merged += merge(&mut transaction, server, *start, span).await?;
                if began.elapsed() >= LOCK_TIME {
                    break;
                }
            }
            transaction.commit().await?;
        }
        Ok(merged)
    }
}

/// Makes one row of those that start within the span.
async fn merge(
    connection: &mut SqliteConnection,
    server: ServerId,
    start: i64,
    span: i64,
) -> Result<u64, StoreError> {
    let first = metric_id(server, start);
    let end = metric_id(server, start + span);
    // The plus keeps the index on server_id out, and the primary key in.
    //
    // An aggregate skips nulls in its numerator, so the weights of null columns have to be skipped
    // in its denominator as well.
    let written = sqlx::query(
        "insert or replace into server_metrics (
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
             from server_metrics where id >= ?1 and id < ?2 and +server_id = ?3
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
    )
    .bind(&first)
    .bind(&end)
    .bind(server.to_string())
    .bind(text_of(start))
    .bind(span)
    .execute(&mut *connection)
    .await?;
    sqlx::query("delete from server_metrics where id > ?1 and id < ?2 and +server_id = ?3")
        .bind(&first)
        .bind(&end)
        .bind(server.to_string())
        .execute(connection)
        .await?;
    Ok(written.rows_affected())
}
