//! Ageing of `container_metrics` in place, at the ages and by the rules of `ageing`: means weighted
//! by the time that was observed, peaks stay peaks, bytes are added up, gaps stay gaps. Name, id and
//! state of a merged row are the last ones of its span.

use super::{
    Store, StoreError,
    ageing::{AGES, Age, BATCH, LOCK_TIME},
    container_metrics::container_metric_id,
    server_metrics::text_of,
};
use crate::domain::id::ServerId;
use chrono::{DateTime, Utc};
use sqlx::SqliteConnection;
use std::time::Instant;

/// A span that holds shorter rows: server, series and start.
type Due = (String, String, i64);

impl Store {
    /// Merges what has grown old since the last time; gives how many spans it wrote. Each transaction
    /// is short and leaves the table whole, so it may be stopped at any moment and run again.
    ///
    /// # Errors
    /// When the database cannot be written; what was merged until then stays merged.
    pub async fn compact_container_metrics(&self, now: DateTime<Utc>) -> Result<u64, StoreError> {
        let mut merged = 0;
        for Age { older_than, span } in AGES {
            let before = (now.timestamp() - older_than).div_euclid(span) * span;
            loop {
                let due = self.containers_due(span, before).await?;
                if due.is_empty() {
                    break;
                }
                let written = self.merge_containers(&due, span).await?;
                merged += written;
                if written == 0 {
                    // Rows whose ids are not Tomo's cannot be found by series and time: they stay.
                    tracing::warn!(spans = due.len(), "container rows that cannot be merged");
                    break;
                }
            }
        }
        Ok(merged)
    }

    async fn containers_due(&self, span: i64, before: i64) -> Result<Vec<Due>, StoreError> {
        // `span_seconds < 3600` is said in so many words for the partial index to serve.
        Ok(sqlx::query_as(
            "select distinct server_id, series, unixepoch(timestamp) / ?1 * ?1 as start
             from container_metrics
             where span_seconds < 3600 and span_seconds < ?1 and timestamp < ?2
             limit ?3",
        )
        .bind(span)
        .bind(text_of(before))
        .bind(BATCH)
        .fetch_all(&self.readers)
        .await?)
    }

    async fn merge_containers(&self, due: &[Due], span: i64) -> Result<u64, StoreError> {
        let mut merged = 0;
        let mut due = due.iter();
        while due.len() > 0 {
            let mut transaction = self.write().await?;
            let began = Instant::now();
            for (server, series, start) in due.by_ref() {
                let server = server
                    .parse()
                    .map_err(|_| StoreError::Unreadable("container_metrics.server_id".into()))?;
                merged += merge(&mut transaction, server, series, *start, span).await?;
                if began.elapsed() >= LOCK_TIME {
                    break;
                }
            }
            transaction.commit().await?;
        }
        Ok(merged)
    }
}

/// Makes one row of those of a series that start within the span.
async fn merge(
    connection: &mut SqliteConnection,
    server: ServerId,
    series: &str,
    start: i64,
    span: i64,
) -> Result<u64, StoreError> {
    let first = container_metric_id(server, series, start);
    let end = container_metric_id(server, series, start + span);
    let written = sqlx::query(
        "insert or replace into container_metrics (
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
    )
    .bind(&first)
    .bind(&end)
    .bind(server.to_string())
    .bind(text_of(start))
    .bind(span)
    .bind(series)
    .execute(&mut *connection)
    .await?;
    sqlx::query(
        "delete from container_metrics
         where id > ?1 and id < ?2 and +server_id = ?3 and series = ?4",
    )
    .bind(&first)
    .bind(&end)
    .bind(server.to_string())
    .bind(series)
    .execute(connection)
    .await?;
    Ok(written.rows_affected())
}
