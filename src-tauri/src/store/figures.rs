//! What tables of figures have in common: a row is a span of time, its id begins with a hash of what it is
//! about and ends with the start of the span. The order of the primary key is therefore the order of a
//! chart, and a chart is one stretch of the table.

use super::{Store, StoreError};
use crate::domain::{history::Range, id::ServerId, time};
use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;
use sqlx::SqliteConnection;
use uuid::Uuid;

pub(super) const MIB: f64 = 1_048_576.0;

/// The longest span that a row has, seconds: a row that starts this long before a range may still
/// reach into it.
pub(super) const LONGEST_SPAN: i64 = 3_600;

/// The id of a row that starts at `at` (seconds since 1970) in the series of this hash: a UUIDv8.
pub(super) fn span_id(hash: &[u8], at: i64) -> String {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&hash[..8]);
    bytes[8..].copy_from_slice(&u64::try_from(at).unwrap_or(0).to_be_bytes());
    // Sets 4 bits of the hash, and the uppermost 2 of the time, to UUIDv8's marks.
    Uuid::new_v8(bytes).to_string()
}

/// A timestamp column's text for seconds since 1970.
pub(super) fn text_of(at: i64) -> String {
    DateTime::from_timestamp(at, 0).map(time::to_text).unwrap_or_default()
}

/// A row of figures to be written.
pub(super) trait FigureRow: Sync {
    /// Whose it is.
    fn server(&self) -> ServerId;
    /// Start of its span, seconds since 1970.
    fn at(&self) -> i64;
    /// Length of its span, and how much of it was observed, seconds.
    fn seconds(&self) -> (i64, f64);
    /// The figures that have to be numbers.
    fn figures(&self) -> Vec<f64>;
    /// Writes it, unless its server is gone or a row is there that saw more.
    fn write(
        &self,
        connection: &mut SqliteConnection,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;
}

fn is_writable(row: &impl FigureRow) -> bool {
    let (span, observed) = row.seconds();
    span > 0
        && observed.is_finite()
        && observed > 0.0
        && row.figures().iter().all(|figure| figure.is_finite())
}

/// A stretch of a table that a chart shows.
pub(super) struct Stretch<'a> {
    /// Whose.
    pub(super) server: ServerId,
    /// Of which series; a server has one, whose name is empty.
    pub(super) series: &'a str,
    /// The id of the row of that series that starts at a moment, seconds since 1970.
    pub(super) id: fn(ServerId, &str, i64) -> String,
}

impl Store {
    /// Writes rows in one transaction. A row with a figure that is no number, or with no observed time,
    /// is left out.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub(super) async fn write_figures(&self, rows: &[impl FigureRow]) -> Result<(), StoreError> {
        if rows.is_empty() {
            return Ok(());
        }
        let mut transaction = self.write().await?;
        for row in rows {
            if is_writable(row) {
                row.write(&mut transaction).await?;
            } else {
                let (server, at) = (row.server(), row.at());
                tracing::warn!(%server, at, "a row of figures is not one; left out");
            }
        }
        Ok(transaction.commit().await?)
    }

    /// The points of a chart over `range`, up to `now`, with the chart's two ends in seconds since 1970.
    /// The query gives them as one text, in the order of time, from the id ?1 to before ?2, of the server
    /// ?3 and the series ?5, those that end after ?4.
    ///
    /// Its plus before `server_id` keeps the index on that out: its entries would be looked up one by
    /// one. The rows come as one text, because each row by itself passes from SQLite's thread to this
    /// one, which takes ten times as long as reading it.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub(super) async fn points<P: DeserializeOwned>(
        &self,
        query: &'static str,
        of: &Stretch<'_>,
        range: Range,
        now: DateTime<Utc>,
    ) -> Result<(i64, i64, Vec<P>), StoreError> {
        let to = now.timestamp();
        let from = to - range.seconds();
        let points: String = sqlx::query_scalar(query)
            .bind((of.id)(of.server, of.series, from - LONGEST_SPAN))
            .bind((of.id)(of.server, of.series, to))
            .bind(of.server.to_string())
            .bind(from)
            .bind(of.series)
            .fetch_one(&self.readers)
            .await?;
        let points = serde_json::from_str(&points)
            .map_err(|error| StoreError::Unreadable(error.to_string()))?;
        Ok((from, to, points))
    }
}
