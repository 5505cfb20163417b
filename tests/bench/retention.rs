//! Dropping 500,000 rows of history while 50 servers are collected: how long a collector's write
//! waits, within this process and from another one, and whether any misses its turn. The minutes
//! come every second, sixty times as often as in life.

use crate::{
    house,
    metrics::{self, DAY, MINUTE},
    report::{Done, Report, Target, Unit, median, p95},
};
use chrono::Utc;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;
use tomo::{
    domain::{id::ServerId, retention::RetainedTable},
    store::{AuditKeySlot, Kept, RetentionOutcome, Store},
};

const SERVERS: u64 = 50;
const ROWS: i64 = 500_000;
/// Between two writes of one server.
const TICK: Duration = Duration::from_secs(1);
/// What was promised, milliseconds.
const LONGEST_WAIT_MS: f64 = 50.0;
/// How long the writes are measured without retention.
const QUIET: Duration = Duration::from_secs(20);

pub fn measure(report: &mut Report) -> Done {
    tokio::runtime::Runtime::new()?.block_on(run(report))
}

async fn run(report: &mut Report) -> Done {
    let folder = tempfile::tempdir()?;
    let store = Store::open(folder.path(), AuditKeySlot::default()).await?;
    let servers = house::servers(&store, SERVERS).await?;
    let now = Utc::now();
    // Hours that are past their time, as the ageing leaves them.
    let end = now.timestamp() / MINUTE * MINUTE - 40 * DAY;
    let each = ROWS / SERVERS as i64;
    for (server, number) in servers.iter().zip(0..) {
        let rows = (0..each).map(|row| metrics::row(number, end - row * MINUTE, MINUTE));
        let rows: Vec<_> = rows.map(|row| (*server, row)).collect();
        store.write_metrics(&rows).await?;
    }
    let kept = RetainedTable::ALL.map(|table| Kept { table, days: 365 * 5 });
    let kept = kept.map(|kept| match kept.table {
        RetainedTable::ServerMetrics => Kept { days: 30, ..kept },
        _ => kept,
    });
    let other = Store::open(folder.path(), AuditKeySlot::default()).await?;

    let quiet = collect(&store, &other, &servers, tokio::time::sleep(QUIET)).await?.1;
    let preview = store.retention_preview(&kept, now).await?;
    let began = Instant::now();
    let cancel = CancellationToken::new();
    let retention = store.retain(&kept, 1_000, now, &cancel);
    let (outcome, busy) = collect(&store, &other, &servers, retention).await?;
    say(report, began.elapsed(), outcome?, preview.returned_bytes, &quiet, busy)?;
    other.close().await;
    store.close().await;
    Ok(())
}

fn say(
    report: &mut Report,
    took: Duration,
    outcome: RetentionOutcome,
    promised: u64,
    quiet: &Writes,
    busy: Writes,
) -> Done {
    let rows: u64 = outcome.tables.iter().map(|table| table.rows).sum();
    if rows != ROWS.unsigned_abs() || !outcome.errors.is_empty() {
        return Err(format!("{rows} rows went: {:?}", outcome.errors).into());
    }
    let (ms, count, nothing) = (Unit::Milliseconds, Unit::Count, Target::Nothing);
    let longest = outcome.longest.as_secs_f64() * 1_000.0;
    report.figure("retention: the longest transaction", ms, longest, nothing);
    let named = |what: &str| format!("retention: 500,000 rows beside 50 servers, {what}");
    report.figure(&named("takes"), ms, took.as_secs_f64() * 1_000.0, nothing);
    report.figure(&named("writes meanwhile"), count, busy.own.len() as f64, nothing);
    report.figure(&named("missed"), count, busy.missed as f64, Target::AtMost(0.0));
    for (what, waits, quiet) in
        [("a write", &busy.own, &quiet.own), ("another process's", &busy.others, &quiet.others)]
    {
        let most = waits.iter().copied().fold(0.0, f64::max);
        let pair = [(median(waits.clone()), median(quiet.clone()))];
        report.compare(&named(&format!("{what}, p50")), ms, &pair, nothing);
        report.figure(&named(&format!("{what}, p95")), ms, p95(waits.clone()), nothing);
        let target = Target::AtMost(LONGEST_WAIT_MS);
        report.figure(&named(&format!("{what}, longest")), ms, most, target);
        let usual = quiet.iter().copied().fold(0.0, f64::max);
        report.figure(&named(&format!("{what}, longest without")), ms, usual, nothing);
    }
    let pair = [(outcome.returned_bytes as f64, promised as f64)];
    report.compare("retention: bytes returned, and promised", Unit::Bytes, &pair, nothing);
    Ok(())
}

/// How long writes took, milliseconds, and how many turns were missed because of that.
#[derive(Default)]
struct Writes {
    own: Vec<f64>,
    others: Vec<f64>,
    missed: usize,
}

/// Every server writes its minute each second, spread over it, until `work` is done; so does another
/// process for a fifth of them.
async fn collect<T>(
    store: &Store,
    other: &Store,
    servers: &[ServerId],
    work: impl Future<Output = T>,
) -> Done<(T, Writes)> {
    let done = CancellationToken::new();
    let mut tasks = Vec::new();
    for (server, number) in servers.iter().zip(0_u32..) {
        let is_other = number % 5 == 0;
        let store = if is_other { other.clone() } else { store.clone() };
        let (server, done) = (*server, done.clone());
        tasks.push(tokio::spawn(async move {
            let first = tokio::time::Instant::now() + TICK * number / SERVERS as u32;
            let mut ticks = tokio::time::interval_at(first, TICK);
            let (mut waits, mut missed) = (Vec::new(), 0);
            let mut at = Utc::now().timestamp() / MINUTE * MINUTE;
            while done.run_until_cancelled(ticks.tick()).await.is_some() {
                let row = metrics::row(u64::from(number), at, MINUTE);
                at += MINUTE;
                let began = Instant::now();
                store.write_metrics(&[(server, row)]).await?;
                let took = began.elapsed();
                missed += usize::from(took >= TICK);
                waits.push(took.as_secs_f64() * 1_000.0);
            }
            Ok::<_, tomo::store::StoreError>((is_other, waits, missed))
        }));
    }
    let result = work.await;
    done.cancel();
    let mut writes = Writes::default();
    for task in tasks {
        let (is_other, waits, missed) = task.await??;
        if is_other {
            writes.others.extend(waits)
        } else {
            writes.own.extend(waits)
        }
        writes.missed += missed;
    }
    Ok((result, writes))
}
