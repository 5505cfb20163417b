//! Retention: what a preview counts is what a run drops, the space returns, nobody waits, and
//! whatever stops it leaves the rest whole.

use super::{Home, NAME, at, now, open_key};
use chrono::{DateTime, Duration, Utc};
use sqlx::SqliteConnection;
use std::time::Instant;
use tokio_util::sync::CancellationToken;
use tomo::{
    domain::{history::MetricRow, id::ServerId, retention::RetainedTable},
    store::{AuditKeySlot, AuditVerdict, Kept, RetentionOutcome, Store, StoreError},
};

const KEPT: [Kept; 5] = [
    Kept { table: RetainedTable::ServerMetrics, days: 30 },
    Kept { table: RetainedTable::ContainerMetrics, days: 30 },
    Kept { table: RetainedTable::ActivityLogs, days: 90 },
    Kept { table: RetainedTable::Sessions, days: 7 },
    Kept { table: RetainedTable::SettingsAudit, days: 365 },
];

async fn run(store: &Store, batch: u32, now: DateTime<Utc>) -> RetentionOutcome {
    store.retain(&KEPT, batch, now, &CancellationToken::new()).await.expect("it runs")
}

/// Rows that went, in the order of [`KEPT`].
fn dropped(outcome: &RetentionOutcome) -> Vec<u64> {
    outcome.tables.iter().map(|table| table.rows).collect()
}

async fn execute(db: &mut SqliteConnection, sql: &'static str) {
    sqlx::query(sql).execute(db).await.expect(sql);
}

fn row(at: i64) -> MetricRow {
    MetricRow {
        at,
        span_seconds: 60,
        cpu_percent: 1.0,
        cpu_peak_percent: 1.0,
        memory_percent: 1.0,
        memory_peak_percent: 1.0,
        memory_used_bytes: 1.0,
        memory_total_bytes: 1.0,
        memory_cached_bytes: None,
        swap_used_bytes: None,
        disk_percent: 1.0,
        disk_used_bytes: 1.0,
        disk_total_bytes: 1.0,
        network_rx_bytes: None,
        network_tx_bytes: None,
        disk_read_bytes: None,
        disk_written_bytes: None,
        load: None,
        uptime_seconds: None,
        temperature_celsius: None,
        observed_seconds: 60.0,
    }
}

/// `count` minutes of a server, the last of them `days` before now.
async fn minutes(home: &Home, server: ServerId, days: i64, count: i64) {
    let end = now().timestamp() / 60 * 60 - days * 86_400;
    let rows: Vec<_> = (0..count).map(|minute| (server, row(end - minute * 60))).collect();
    home.store.write_metrics(&rows).await.expect("written");
}

/// Entries of the activity log, one each minute back from `days` before now.
async fn entries(db: &mut SqliteConnection, days: i64, count: i64) {
    sqlx::query(
        "with recursive n (n) as (select 0 union all select n + 1 from n where n + 1 < ?1)
         insert into activity_logs (id, activity_type, message, details, timestamp)
         select printf('00000000-0000-7000-8000-%06d%06d', ?2, n), 'server.edit',
             'Something was done to server number ' || n, json_object('number', n),
             datetime('2026-11-22 14:31:07', -(?2 * 86400 + n * 60) || ' seconds')
         from n",
    )
    .bind(count)
    .bind(days)
    .execute(db)
    .await
    .expect("entries");
}

/// A store with rows on both sides of every edge.
async fn edges() -> Home {
    let home = Home::new().await;
    home.store.sync_settings(at("2025-01-01 00:00:00")).await.expect("settings");
    let server = home.server(NAME).await;
    let user = home.user("anna").await.id.to_string();
    minutes(&home, server, 0, 5).await;
    minutes(&home, server, 40, 7).await;
    // A row goes when the hour that it may stand for is over: this one's is, to the second.
    let edge = now().timestamp() - 30 * 86_400 - 3_600;
    home.store
        .write_metrics(&[(server, row(edge)), (server, row(edge - 1))])
        .await
        .expect("written");
    let db = &mut home.stranger().await;
    sqlx::query(
        "insert into container_metrics (id, server_id, container_id, container_name, cpu_percent,
             memory_usage_mb, memory_limit_mb, status, timestamp)
         select value, ?1, 'c', 'n', 1, 1, 1, 'running', datetime('2026-11-22', value || ' days')
         from json_each('[-1, -29, -31, -32, -400]')",
    )
    .bind(server.to_string())
    .execute(&mut *db)
    .await
    .expect("containers");
    entries(db, 0, 10).await;
    entries(db, 91, 20).await;
    for (id, status, expires, terminated) in [
        ("live", "active", "2027-01-01 00:00:00", None),
        ("just over", "expired", "2026-11-22 14:31:00", None),
        ("long over", "expired", "2026-11-01 00:00:00", None),
        ("over, and nobody noticed", "active", "2026-11-01 00:00:00", None),
        ("ended early", "terminated", "2027-01-01 00:00:00", Some("2026-11-01 00:00:00")),
        ("ended just now", "terminated", "2026-11-30 00:00:00", Some("2026-11-22 00:00:00")),
    ] {
        sqlx::query(
            "insert into sessions (id, user_id, status, expires_at, terminated_at, created_at)
             values (?1, ?2, ?3, ?4, ?5, '2026-10-01 00:00:00')",
        )
        .bind(id)
        .bind(&user)
        .bind(status)
        .bind(expires)
        .bind(terminated)
        .execute(&mut *db)
        .await
        .expect("a session");
    }
    for (name, last, locked, expires, unlocked) in [
        ("recent", "2026-11-22 00:00:00", None, None, None),
        ("old", "2026-11-01 00:00:00", None, None, None),
        (
            "old, lock over",
            "2026-11-01 00:00:00",
            Some("2026-11-01 00:00:00"),
            Some("2026-11-01 00:15:00"),
            None,
        ),
        (
            "old, locked still",
            "2026-11-01 00:00:00",
            Some("2026-11-01 00:00:00"),
            Some("2026-12-01 00:00:00"),
            None,
        ),
        ("old, locked for good", "2026-11-01 00:00:00", Some("2026-11-01 00:00:00"), None, None),
        (
            "old, unlocked",
            "2026-11-01 00:00:00",
            Some("2026-11-01 00:00:00"),
            None,
            Some("2026-11-02 00:00:00"),
        ),
    ] {
        sqlx::query(
            "insert into account_locks (id, identifier, identifier_type, first_attempt_at,
                 last_attempt_at, locked_at, lock_expires_at, unlocked_at)
             values (?1, ?1, 'username', ?2, ?2, ?3, ?4, ?5)",
        )
        .bind(name)
        .bind(last)
        .bind(locked)
        .bind(expires)
        .bind(unlocked)
        .execute(&mut *db)
        .await
        .expect("a lock");
    }
    home
}

/// A preview that counts something else than the run is worse than none; a wrong edge loses what
/// somebody wanted to keep.
#[tokio::test]
async fn a_run_drops_what_the_preview_counts_and_nothing_else() {
    let home = edges().await;
    // The trail was written by the machine's clock: it is a year old some time from now.
    let later = Utc::now() + Duration::days(366);
    for (when, batch) in [(now(), 3), (later, 100)] {
        let preview = home.store.retention_preview(&KEPT, when).await.expect("a preview");
        let expected: Vec<_> = preview.tables.iter().map(|share| share.expired).collect();
        let before: Vec<_> = preview.tables.iter().map(|share| share.rows).collect();
        if when == now() {
            assert_eq!(expected, [8, 3, 20, 3 + 3, 0]);
        } else {
            assert_eq!(preview.tables[4].expired, preview.tables[4].rows, "the whole trail");
        }
        let outcome = run(&home.store, batch, when).await;
        assert!(outcome.errors.is_empty() && !outcome.is_cut_off, "{outcome:?}");
        assert_eq!(dropped(&outcome), expected);
        let after = home.store.retention_preview(&KEPT, when).await.expect("a preview");
        for ((share, before), dropped) in after.tables.iter().zip(before).zip(expected) {
            assert_eq!((share.expired, share.rows, share.bytes), (0, before - dropped, 0));
        }
        if when == now() {
            let db = &mut home.stranger().await;
            let left: Vec<String> = sqlx::query_scalar(
                "select id from sessions union all select id from account_locks order by id",
            )
            .fetch_all(&mut *db)
            .await
            .expect("what is left");
            assert_eq!(
                left,
                [
                    "ended just now",
                    "just over",
                    "live",
                    "old, locked for good",
                    "old, locked still",
                    "recent"
                ]
            );
            let oldest: String = sqlx::query_scalar("select min(timestamp) from server_metrics")
                .fetch_one(db)
                .await
                .expect("the edge");
            assert_eq!(oldest, "2026-10-23 13:31:07");
        }
        let verdict = home.store.verify_settings_audit().await.expect("a verdict");
        assert!(matches!(verdict, AuditVerdict::Intact { .. }), "{verdict:?}");
    }
}

/// What the preview promises of the disk has to be about what the file then gives back.
#[tokio::test]
async fn the_space_that_is_promised_returns() {
    let home = Home::new().await;
    let servers = [home.server("one").await, home.server("two").await, home.server("three").await];
    for server in servers {
        minutes(&home, server, 0, 2_000).await;
        minutes(&home, server, 40, 6_000).await;
    }
    let db = &mut home.stranger().await;
    entries(db, 0, 2_000).await;
    entries(db, 100, 6_000).await;
    let preview = home.store.retention_preview(&KEPT, now()).await.expect("a preview");
    let outcome = run(&home.store, 1_000, now()).await;
    assert_eq!(dropped(&outcome), [18_000, 0, 6_000, 0, 0]);
    let (promised, returned) = (preview.returned_bytes as f64, outcome.returned_bytes as f64);
    assert!((promised / returned - 1.0).abs() < 0.25, "promised {promised}, returned {returned}");
    // What is written out is what the file has, once the log is folded in.
    home.store.close().await;
    execute(db, "pragma wal_checkpoint(truncate)").await;
    let size = home.file().metadata().expect("there").len();
    assert!(size <= preview.file_bytes - outcome.returned_bytes, "{size} of {preview:?}");
    let free: i64 =
        sqlx::query_scalar("pragma freelist_count").fetch_one(&mut *db).await.expect("a count");
    assert!(free < 10, "{free} pages are still free");
    execute(db, "pragma integrity_check").await;
    execute(
        db,
        "insert into activity_search (activity_search, rank) values ('integrity-check', 0)",
    )
    .await;
}

/// Collectors write every few milliseconds, and must not notice that years are dropped meanwhile.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn others_write_while_it_runs() {
    let home = Home::new().await;
    let (old, new) = (home.server("old").await, home.server("new").await);
    minutes(&home, old, 40, 20_000).await;
    let other = Store::open(home.folder.path(), open_key()).await.expect("another process");
    let retention = run(&home.store, 10_000, now());
    let mut waits = Vec::new();
    let writing = async {
        let mut minute = now().timestamp() / 60 * 60;
        loop {
            for store in [&home.store, &other] {
                let began = Instant::now();
                store.write_metrics(&[(new, row(minute))]).await.expect("written");
                waits.push(began.elapsed());
                minute += 60;
            }
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        }
    };
    let outcome = tokio::select! {
        outcome = retention => outcome,
        () = writing => unreachable!(),
    };
    assert_eq!(dropped(&outcome)[0], 20_000);
    waits.sort();
    // The promise of 50 ms is the benchmark's; here the machine is shared with other tests.
    assert!(waits.len() > 20, "{} writes came in between", waits.len());
    let most = waits[waits.len() * 9 / 10];
    assert!(most.as_millis() < 250, "one in ten waited {most:?}");
}

/// Quitting must not wait for a million rows, and what is cut off goes on the next time.
#[tokio::test]
async fn it_can_be_cut_off_at_any_time() {
    let home = Home::new().await;
    let server = home.server(NAME).await;
    minutes(&home, server, 40, 3_000).await;
    let cancel = CancellationToken::new();
    let stop = async {
        tokio::time::sleep(std::time::Duration::from_millis(15)).await;
        cancel.cancel();
    };
    let (outcome, ()) = tokio::join!(home.store.retain(&KEPT, 100, now(), &cancel), stop);
    let outcome = outcome.expect("it ends");
    assert!(outcome.is_cut_off);
    let first = dropped(&outcome)[0];
    assert!(first < 3_000, "it was cut off");
    assert_eq!(dropped(&run(&home.store, 100, now()).await)[0], 3_000 - first);
}

/// Without the key the trail's new beginning cannot be sealed; nothing else has to wait for it.
#[tokio::test]
async fn a_locked_vault_keeps_the_trail_alone() {
    let home = edges().await;
    let rows = home.store.retention_preview(&KEPT, now()).await.expect("a preview").tables[4].rows;
    home.key.clear();
    let later = Utc::now() + Duration::days(366);
    let outcome = run(&home.store, 100, later).await;
    assert!(matches!(
        outcome.errors[..],
        [(RetainedTable::SettingsAudit, StoreError::AuditKeyMissing)]
    ));
    assert!(dropped(&outcome)[..4].iter().all(|rows| *rows > 0), "{outcome:?}");
    assert_eq!(dropped(&outcome)[4], 0);
    let left = home.store.retention_preview(&KEPT, now()).await.expect("a preview").tables[4].rows;
    assert_eq!(left, rows);
}

/// A file that was made without it cannot shrink; promising bytes would be a lie.
#[tokio::test]
async fn a_file_that_cannot_shrink_promises_nothing() {
    let home = Home::new().await;
    let server = home.server(NAME).await;
    minutes(&home, server, 40, 3_000).await;
    let db = &mut home.stranger().await;
    for sql in ["pragma auto_vacuum = none", "vacuum"] {
        execute(db, sql).await;
    }
    let store = Store::open(home.folder.path(), AuditKeySlot::empty()).await.expect("a store");
    let preview = store.retention_preview(&KEPT, now()).await.expect("a preview");
    assert_eq!((preview.tables[0].expired, preview.returned_bytes), (3_000, 0));
    let outcome = run(&store, 1_000, now()).await;
    assert_eq!((dropped(&outcome)[0], outcome.returned_bytes), (3_000, 0));
}

/// The disk runs full in the middle: it says so, and every row that did not go is still there.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_full_disk_loses_nothing() {
    let Some(disk) = super::trouble::Mount::new("a_full_disk_loses_nothing", "size=12m") else {
        return;
    };
    let folder = disk.0.path();
    let store = Store::open(folder, open_key()).await.expect("a store");
    let server = ServerId::new();
    store.insert_server(server, &super::input(NAME, "nas"), None, now()).await.expect("a server");
    let end = now().timestamp() / 60 * 60 - 40 * 86_400;
    let rows: Vec<_> = (0..8_000).map(|minute| (server, row(end - minute * 60))).collect();
    store.write_metrics(&rows).await.expect("written");
    store.close().await;
    let store = Store::open(folder, open_key()).await.expect("a store");
    // Room for the log of hardly one transaction.
    let ballast = folder.join("ballast");
    let free = rustix::fs::statvfs(folder).map(|disk| disk.f_bavail * disk.f_bsize).expect("room");
    std::fs::write(&ballast, vec![0; usize::try_from(free).expect("small") - 60_000])
        .expect("ballast");
    let outcome = store.retain(&KEPT, 1_000, now(), &CancellationToken::new()).await;
    let gone = match outcome {
        Ok(outcome) => {
            let full = outcome.errors.iter().any(|(_, error)| matches!(error, StoreError::Full));
            assert!(full, "{outcome:?}");
            dropped(&outcome)[0]
        }
        Err(error) => panic!("{error:?}"),
    };
    std::fs::remove_file(&ballast).expect("room again");
    let preview = store.retention_preview(&KEPT, now()).await.expect("a preview");
    assert_eq!(preview.tables[0].rows, 8_000 - gone, "what did not go is there");
    assert_eq!(dropped(&run(&store, 1_000, now()).await)[0], 8_000 - gone, "with room again");
    let whole: String = sqlx::query_scalar("pragma integrity_check")
        .fetch_one(&mut super::stranger(&folder.join(tomo::store::FILE_NAME)).await)
        .await
        .expect("a check");
    assert_eq!(whole, "ok");
}

/// Holds because what went has gone, whatever comes after it: a run whose space could not be given
/// back, because somebody else writes at that moment, still has to say what it dropped.
#[tokio::test]
async fn what_went_is_told_although_the_space_could_not_be_given_back() {
    let home = Home::new().await;
    let server = home.server("nas").await;
    let end = now().timestamp() / 60 * 60 - 40 * 86_400;
    let rows: Vec<_> = (0..2_000).map(|minute| (server, row(end - minute * 60))).collect();
    home.store.write_metrics(&rows).await.expect("written");
    let db = &mut home.stranger().await;
    execute(db, "delete from server_metrics").await;
    execute(db, "begin immediate").await;
    let outcome = home.store.retain(&[], 1_000, now(), &CancellationToken::new()).await;
    execute(db, "rollback").await;
    let outcome = outcome.expect("it has run");
    assert!(matches!(outcome.unreturned, Some(StoreError::Locked)), "{outcome:?}");
    assert_eq!(outcome.returned_bytes, 0);
    let outcome = run(&home.store, 1_000, now()).await;
    assert!(outcome.unreturned.is_none() && outcome.returned_bytes > 0, "{outcome:?}");
}
