//! Dropping what is older than the retention settings allow, and giving the space back.
//!
//! What is expired is said once, in [`expired`]: a preview counts it and a run deletes it. A run keeps
//! the write lock for moments only, and rests between them, so that collectors and other processes
//! come in between. Wherever it is cut off, what is left is whole.

use super::{Store, StoreError, figures::LONGEST_SPAN, retention_pace::Pace};
use crate::domain::{
    retention::{RetainedTable, RetentionDropped, RetentionPreview, RetentionShare},
    time,
};
use chrono::{DateTime, TimeDelta, Utc};
use sqlx::AssertSqlSafe;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

/// For how long the rows of a table are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Which table.
    pub table: RetainedTable,
    /// Days.
    pub days: u32,
}

/// What a run did.
#[derive(Debug, Default)]
pub struct RetentionOutcome {
    /// Rows that went, table by table.
    pub tables: Vec<RetentionDropped>,
    /// Bytes by which the file became smaller.
    pub returned_bytes: u64,
    /// The longest that one transaction kept others from writing.
    pub longest: Duration,
    /// What could not be dropped, and why; the rest was.
    pub errors: Vec<(RetainedTable, StoreError)>,
    /// Why what was dropped did not make the file smaller.
    pub unreturned: Option<StoreError>,
    /// Whether it was told to end before it was through.
    pub is_cut_off: bool,
}

/// Rows that are expired: `?1` is the moment before which they go, `?2` is now.
struct Expired {
    table: &'static str,
    /// What names a row.
    key: &'static str,
    /// When the row was written.
    written: &'static str,
    condition: &'static str,
}

/// What is expired, once for preview and run.
fn expired(table: RetainedTable) -> &'static [Expired] {
    const SERVERS: Expired = Expired {
        table: "server_metrics",
        key: "id",
        written: "timestamp",
        condition: "timestamp < ?1 and ?2 is not null",
    };
    const CONTAINERS: Expired = Expired { table: "container_metrics", ..SERVERS };
    const ACTIVITY: Expired = Expired { table: "activity_logs", key: "rowid", ..SERVERS };
    // A session whose time has run out has ended, whether or not its row says so yet.
    const SESSIONS: Expired = Expired {
        table: "sessions",
        key: "rowid",
        written: "created_at",
        condition: "coalesce(terminated_at, expires_at) < ?1 and ?2 is not null",
    };
    const LOCKS: Expired = Expired {
        table: "account_locks",
        key: "rowid",
        written: "first_attempt_at",
        condition:
            "last_attempt_at < ?1 and not (
            locked_at is not null and unlocked_at is null and coalesce(lock_expires_at > ?2, true))",
    };
    // Only a beginning of the trail can go: the first young row ends it. `expire_settings_audit`
    // deletes the same rows, because it has to move the anchor with them.
    const AUDIT: Expired = Expired {
        table: "settings_audit",
        key: "id",
        written: "created_at",
        condition: "id < coalesce(
            (select min(id) from settings_audit where created_at >= ?1), 9223372036854775807)
            and ?2 is not null",
    };
    match table {
        RetainedTable::ServerMetrics => &[SERVERS],
        RetainedTable::ContainerMetrics => &[CONTAINERS],
        RetainedTable::ActivityLogs => &[ACTIVITY],
        RetainedTable::Sessions => &[SESSIONS, LOCKS],
        RetainedTable::SettingsAudit => &[AUDIT],
    }
}

/// The moment before which rows go.
fn before(kept: Kept, now: DateTime<Utc>) -> DateTime<Utc> {
    let span = match kept.table {
        // A row goes when all of the time that it stands for is old.
        RetainedTable::ServerMetrics | RetainedTable::ContainerMetrics => LONGEST_SPAN,
        _ => 0,
    };
    now - TimeDelta::days(kept.days.into()) - TimeDelta::seconds(span)
}

/// The pages of the file.
struct Pages {
    size: u64,
    count: u64,
    free: u64,
    /// Whether free pages can be given back one by one.
    can_shrink: bool,
}

impl Store {
    /// What a run would drop now, and the space that would return.
    ///
    /// Rows are counted. Their bytes are the share of the expired among all pages of the table, of
    /// its indexes and, for the activity log, of its search index. What returns is those and the
    /// pages that are free already; nothing where the file cannot shrink.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn retention_preview(
        &self,
        kept: &[Kept],
        now: DateTime<Utc>,
    ) -> Result<RetentionPreview, StoreError> {
        let mut tables = Vec::new();
        for kept in kept {
            tables.push(self.share(*kept, now).await?);
        }
        let pages = self.pages().await?;
        let file_bytes = pages.count * pages.size;
        let freed: u64 = tables.iter().map(|share| share.bytes / pages.size * pages.size).sum();
        let returned_bytes =
            if pages.can_shrink { (freed + pages.free * pages.size).min(file_bytes) } else { 0 };
        Ok(RetentionPreview { tables, file_bytes, returned_bytes })
    }

    async fn share(&self, kept: Kept, now: DateTime<Utc>) -> Result<RetentionShare, StoreError> {
        let (mut rows, mut gone, mut bytes, mut oldest) = (0, 0, 0, None::<String>);
        for Expired { table, written, condition, .. } in expired(kept.table) {
            let counts = format!(
                "select (select count(*) from {table}),
                     (select count(*) from {table} where {condition}),
                     (select min({written}) from {table})"
            );
            let (all, some, first): (i64, i64, Option<String>) =
                sqlx::query_as(AssertSqlSafe(counts))
                    .bind(time::to_text(before(kept, now)))
                    .bind(time::to_text(now))
                    .fetch_one(&self.readers)
                    .await?;
            let (all, some) = (all.unsigned_abs(), some.unsigned_abs());
            if some > 0 {
                let whole = u128::from(self.bytes_of(table).await?);
                bytes += u64::try_from(whole * u128::from(some) / u128::from(all)).unwrap_or(0);
            }
            rows += all;
            gone += some;
            oldest = [oldest, first].into_iter().flatten().min();
        }
        let oldest = oldest.and_then(|text| time::from_text(&text).ok());
        Ok(RetentionShare {
            table: kept.table,
            days: kept.days,
            rows,
            expired: gone,
            bytes,
            oldest,
        })
    }

    /// Bytes of all pages that a table takes, with its indexes.
    async fn bytes_of(&self, table: &'static str) -> Result<u64, StoreError> {
        let bytes: i64 = sqlx::query_scalar(
            "select coalesce(sum(pgsize), 0) from dbstat where aggregate = true and name in (
                 select name from sqlite_schema
                 where tbl_name = ?1
                     or (?1 = 'activity_logs' and tbl_name like 'activity\\_search\\_%' escape '\\')
             )",
        )
        .bind(table)
        .fetch_one(&self.readers)
        .await?;
        Ok(bytes.unsigned_abs())
    }

    async fn pages(&self) -> Result<Pages, StoreError> {
        let (size, count, free, mode): (i64, i64, i64, i64) = sqlx::query_as(
            "select (select page_size from pragma_page_size),
                 (select page_count from pragma_page_count),
                 (select freelist_count from pragma_freelist_count),
                 (select auto_vacuum from pragma_auto_vacuum)",
        )
        .fetch_one(&self.readers)
        .await?;
        Ok(Pages {
            size: size.unsigned_abs().max(1),
            count: count.unsigned_abs(),
            free: free.unsigned_abs(),
            can_shrink: mode == 2,
        })
    }

    /// Drops what is expired, at most `batch` rows in a transaction, and then gives free pages back.
    /// What cannot be dropped from one table keeps it from no other.
    ///
    /// # Errors
    /// When the database cannot even be looked at.
    pub async fn retain(
        &self,
        kept: &[Kept],
        batch: u32,
        now: DateTime<Utc>,
        cancel: &CancellationToken,
    ) -> Result<RetentionOutcome, StoreError> {
        let pages = self.pages().await?;
        let mut outcome = RetentionOutcome::default();
        let mut pace = Pace::new(batch, cancel);
        for kept in kept {
            let mut rows = 0;
            let dropped = self.drop_expired(*kept, now, &mut pace, &mut rows).await;
            outcome.tables.push(RetentionDropped { table: kept.table, rows });
            if let Err(error) = dropped {
                tracing::warn!(table = kept.table.as_str(), %error, "retention left a table");
                outcome.errors.push((kept.table, error));
            }
            if kept.table == RetainedTable::ActivityLogs
                && rows > 0
                && let Err(error) = self.tidy_search(rows, &mut pace).await
            {
                tracing::warn!(%error, "the search index keeps what was dropped");
                outcome.unreturned = Some(error);
            }
        }
        outcome.longest = pace.longest();
        if let Err(error) = self.shrink(&pages, &mut outcome, cancel).await {
            tracing::warn!(%error, "retention could not give space back");
            outcome.unreturned = Some(error);
        }
        outcome.is_cut_off = cancel.is_cancelled();
        Ok(outcome)
    }

    /// Gives the free pages back, where the file can do that.
    async fn shrink(
        &self,
        before: &Pages,
        outcome: &mut RetentionOutcome,
        cancel: &CancellationToken,
    ) -> Result<(), StoreError> {
        if before.can_shrink {
            outcome.longest = outcome.longest.max(self.give_back(cancel).await?);
        }
        let left = self.pages().await?.count;
        outcome.returned_bytes = before.count.saturating_sub(left) * before.size;
        Ok(())
    }

    /// Drops the expired rows of one table, and counts them as they go.
    async fn drop_expired(
        &self,
        kept: Kept,
        now: DateTime<Utc>,
        pace: &mut Pace<'_>,
        dropped: &mut u64,
    ) -> Result<(), StoreError> {
        let before = before(kept, now);
        for Expired { table, key, condition, .. } in expired(kept.table) {
            let sql = format!(
                "delete from {table} where {key} in
                     (select {key} from {table} where {condition} limit ?3)"
            );
            while !pace.is_cancelled() {
                let size = pace.size();
                let (rows, took) = if kept.table == RetainedTable::SettingsAudit {
                    let began = Instant::now();
                    let rows = self.expire_settings_audit(before, size, now).await?;
                    (rows, began.elapsed())
                } else {
                    let mut transaction = self.write().await?;
                    let began = Instant::now();
                    let rows = sqlx::query(AssertSqlSafe(sql.clone()))
                        .bind(time::to_text(before))
                        .bind(time::to_text(now))
                        .bind(size)
                        .execute(&mut *transaction)
                        .await?
                        .rows_affected();
                    transaction.commit().await?;
                    (rows, began.elapsed())
                };
                *dropped += rows;
                if rows == 0 {
                    break;
                }
                self.rest(pace, took).await;
            }
        }
        Ok(())
    }

    /// Takes what was dropped out of the search index, where it has become a good part of it.
    async fn tidy_search(&self, dropped: u64, pace: &mut Pace<'_>) -> Result<(), StoreError> {
        let left: i64 = sqlx::query_scalar("select count(*) from activity_logs")
            .fetch_one(&self.readers)
            .await?;
        // Below that the index merges by itself, as it grows.
        if dropped < left.unsigned_abs() / 10 {
            return Ok(());
        }
        // A negative number begins a merge of the whole index, positive ones go on with it.
        let mut pages = -MERGED_PAGES;
        while !pace.is_cancelled() {
            let mut transaction = self.write().await?;
            let began = Instant::now();
            let changes = "select total_changes()";
            let so_far: i64 = sqlx::query_scalar(changes).fetch_one(&mut *transaction).await?;
            sqlx::query("insert into activity_search (activity_search, rank) values ('merge', ?1)")
                .bind(pages)
                .execute(&mut *transaction)
                .await?;
            let now: i64 = sqlx::query_scalar(changes).fetch_one(&mut *transaction).await?;
            transaction.commit().await?;
            // SQLite's manual: fewer than two changes mean that there was nothing to merge.
            if now - so_far < 2 {
                break;
            }
            pages = MERGED_PAGES;
            self.rest(pace, began.elapsed()).await;
        }
        Ok(())
    }

    /// Gives the free pages of the file back, some at a time.
    async fn give_back(&self, cancel: &CancellationToken) -> Result<Duration, StoreError> {
        let mut pace = Pace::new(VACUUMED_PAGES, cancel);
        let mut free = self.pages().await?.free;
        while free > 0 && !pace.is_cancelled() {
            let sql = format!("pragma incremental_vacuum({})", pace.size());
            let mut writer = self.writer.acquire().await?;
            let began = Instant::now();
            sqlx::query(AssertSqlSafe(sql)).execute(&mut *writer).await?;
            drop(writer);
            self.rest(&mut pace, began.elapsed()).await;
            let left = self.pages().await?.free;
            if left >= free {
                // Others free pages as fast, or a reader needs them still: the next run goes on.
                break;
            }
            free = left;
        }
        Ok(pace.longest())
    }

    /// Lets others write, and folds the log into the file meanwhile: else the writer would do that
    /// at the end of some transaction, and everybody would wait for the disk.
    async fn rest(&self, pace: &mut Pace<'_>, took: Duration) {
        let fold = async {
            let folded = sqlx::query("pragma wal_checkpoint(passive)").execute(&self.readers).await;
            if let Err(error) = folded {
                tracing::warn!(%error, "the log could not be folded into the database");
            }
        };
        pace.rest(took, fold).await;
    }
}

/// Pages that are merged in one transaction, about.
const MERGED_PAGES: i64 = 16;

/// Pages that are given back in one transaction at most. Each is a page moved, and the pages that
/// point to it.
const VACUUMED_PAGES: u32 = 128;
