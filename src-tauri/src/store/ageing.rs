//! Ageing of figures in place: rows of a minute become rows of 10 minutes after a day, and of an hour
//! after a week, so that a table is a chart of any length without a second copy.
//!
//! A merged row keeps what is needed to merge it again: means are weighted by the time that was
//! observed, peaks stay peaks, bytes are added up. A column that was not measured throughout is the
//! mean of the rows that have it. Where there were no rows there is none afterwards.
//!
//! `server_ageing` and `container_ageing` have what differs between the tables.

use super::{Store, StoreError, figures::text_of};
use crate::domain::id::ServerId;
use chrono::{DateTime, Utc};
use sqlx::SqliteConnection;
use std::time::{Duration, Instant};

/// One age: rows older than this are merged into spans of this length, both in seconds.
struct Age {
    older_than: i64,
    span: i64,
}

/// The older first, so that what was never merged goes into hours at once.
const AGES: [Age; 2] =
    [Age { older_than: 7 * 86_400, span: 3_600 }, Age { older_than: 86_400, span: 600 }];

/// How long one transaction keeps the write lock, about.
const LOCK_TIME: Duration = Duration::from_millis(20);

/// Spans that are looked up at a time.
const BATCH: u32 = 200;

/// A table of figures, in its own SQL. A server has one series, whose name is empty.
pub(super) struct Aged {
    /// Its name.
    pub(super) table: &'static str,
    /// Server, series and start of the spans of ?1 seconds that hold shorter rows and end by ?2; at most
    /// ?3 of them.
    pub(super) due: &'static str,
    /// Makes the row ?1, which starts at ?4 and is ?5 seconds long, of those from ?1 to before ?2 of the
    /// server ?3 and the series ?6.
    pub(super) merge: &'static str,
    /// Drops those after ?1 and before ?2 of the server ?3 and the series ?4.
    pub(super) drop: &'static str,
    /// The id of the row of a series that starts at a moment, seconds since 1970.
    pub(super) id: fn(ServerId, &str, i64) -> String,
}

/// A span that holds shorter rows: server, series and start.
type Due = (String, String, i64);

impl Store {
    /// Merges what has grown old since the last time; gives how many spans it wrote. Each transaction
    /// is short and leaves the table whole, so it may be stopped at any moment and run again.
    ///
    /// # Errors
    /// When the database cannot be written; what was merged until then stays merged.
    pub(super) async fn compact(&self, aged: &Aged, now: DateTime<Utc>) -> Result<u64, StoreError> {
        let mut merged = 0;
        for Age { older_than, span } in AGES {
            // Only spans that are old as a whole.
            let before = (now.timestamp() - older_than).div_euclid(span) * span;
            loop {
                let due: Vec<Due> = sqlx::query_as(aged.due)
                    .bind(span)
                    .bind(text_of(before))
                    .bind(BATCH)
                    .fetch_all(&self.readers)
                    .await?;
                if due.is_empty() {
                    break;
                }
                let written = self.merge_all(aged, &due, span).await?;
                merged += written;
                if written == 0 {
                    // Rows whose ids are not Tomo's cannot be found by series and time: they stay.
                    let table = aged.table;
                    tracing::warn!(
                        table,
                        spans = due.len(),
                        "rows of figures that cannot be merged"
                    );
                    break;
                }
            }
        }
        Ok(merged)
    }

    async fn merge_all(&self, aged: &Aged, due: &[Due], span: i64) -> Result<u64, StoreError> {
        let mut merged = 0;
        let mut due = due.iter();
        while due.len() > 0 {
            let mut transaction = self.write().await?;
            let began = Instant::now();
            for due in due.by_ref() {
                merged += merge(&mut transaction, aged, due, span).await?;
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
    aged: &Aged,
    (server, series, start): &Due,
    span: i64,
) -> Result<u64, StoreError> {
    let server: ServerId =
        server.parse().map_err(|_| StoreError::Unreadable(format!("{}.server_id", aged.table)))?;
    let first = (aged.id)(server, series, *start);
    let end = (aged.id)(server, series, start + span);
    let written = sqlx::query(aged.merge)
        .bind(&first)
        .bind(&end)
        .bind(server.to_string())
        .bind(text_of(*start))
        .bind(span)
        .bind(series)
        .execute(&mut *connection)
        .await?;
    sqlx::query(aged.drop)
        .bind(&first)
        .bind(&end)
        .bind(server.to_string())
        .bind(series)
        .execute(connection)
        .await?;
    Ok(written.rows_affected())
}
