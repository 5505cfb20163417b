//! Upgrading a database that is in use, on a disk that runs full on the way: nothing is lost, at
//! whichever step it happens.
#![cfg(target_os = "linux")]

use super::{NAME, open_key, stranger, trouble::Mount};
use sqlx::{Connection, migrate::Migrator};
use std::{
    fs,
    path::{Path, PathBuf},
};
use tomo::{
    domain::id::{ServerId, UserId},
    store::{FILE_NAME, Store, StoreError},
};

static MIGRATOR: Migrator = sqlx::migrate!();

/// Rows of history in the old database: enough that each step needs room that the one before did not.
const ROWS: i64 = 4_000;

/// A database as it was before the second half of the migrations, which cannot give space back.
async fn old_database(file: &Path) -> i64 {
    let versions: Vec<i64> = MIGRATOR.iter().map(|migration| migration.version).collect();
    let last = versions[versions.len() / 2];
    fs::File::create(file).expect("a file");
    let mut db = stranger(file).await;
    sqlx::query("pragma journal_mode = wal").execute(&mut db).await.expect("a pragma");
    MIGRATOR.run_to(last, &mut db).await.expect("older migrations");
    let (user, server) = (UserId::new().to_string(), ServerId::new().to_string());
    sqlx::query("insert into users (id, username, password_hash) values (?, ?, 'h')")
        .bind(&user)
        .bind(NAME)
        .execute(&mut db)
        .await
        .expect("a user");
    sqlx::query(
        "insert into servers (id, name, host, port, username, auth_type, created_at)
         values (?, 'nas', 'nas.lan', 22, 'anna', 'agent', datetime('now'))",
    )
    .bind(&server)
    .execute(&mut db)
    .await
    .expect("a server");
    sqlx::query(
        "with recursive number (n) as (select 1 union all select n + 1 from number where n < ?2)
         insert into server_metrics (id, server_id, cpu_percent, memory_percent, memory_used_mb,
             memory_total_mb, disk_percent, disk_used_gb, disk_total_gb, timestamp)
         select printf('%036d', n), ?1, 1, 1, 1, 1, 1, 1, 1, '2026-11-01 00:00:00' from number",
    )
    .bind(&server)
    .bind(ROWS)
    .execute(&mut db)
    .await
    .expect("history");
    db.close().await.expect("closed");
    last
}

/// How many of the old rows are there, and the newest migration that the file has seen.
async fn state_of(file: &Path) -> ((i64, i64, i64), i64, String) {
    let mut db = stranger(file).await;
    let rows = sqlx::query_as(
        "select (select count(*) from users), (select count(*) from servers),
             (select count(*) from server_metrics)",
    )
    .fetch_one(&mut db)
    .await
    .expect("the old rows");
    let newest = sqlx::query_scalar("select max(version) from _sqlx_migrations");
    let newest = newest.fetch_one(&mut db).await.expect("a version");
    let whole = sqlx::query_scalar("pragma integrity_check");
    let whole = whole.fetch_one(&mut db).await.expect("a check");
    db.close().await.expect("closed");
    (rows, newest, whole)
}

async fn mode_of(file: &Path) -> i64 {
    let mut db = stranger(file).await;
    let mode = sqlx::query_scalar("pragma auto_vacuum");
    let mode = mode.fetch_one(&mut db).await.expect("a mode");
    db.close().await.expect("closed");
    mode
}

fn room(disk: &Path) -> u64 {
    let disk = rustix::fs::statvfs(disk).expect("a disk");
    disk.f_bavail * disk.f_frsize
}

/// Holds because an upgrade is what a person does not ask for: on a disk without room for the copy,
/// for the new tables or for the rewritten file, what they had is there, whole, before and after.
#[tokio::test]
async fn a_full_disk_during_an_upgrade_loses_nothing() {
    let Some(disk) = Mount::new("a_full_disk_during_an_upgrade_loses_nothing", "size=24m") else {
        return;
    };
    let made = tempfile::tempdir().expect("a folder");
    let original = made.path().join(FILE_NAME);
    let last = old_database(&original).await;
    let newest = MIGRATOR.iter().map(|migration| migration.version).max().expect("some");
    let size = fs::metadata(&original).expect("there").len();
    let ballast = disk.folder().join("ballast");
    // Too little for the copy, for the migrations after it, for the rewritten file, and enough.
    let (mut uncopied, mut refused, mut unshrunk, mut converted) = (0, 0, 0, 0);
    for percent in (60..120).step_by(2).chain([160, 220, 300, 500]) {
        let folder: PathBuf = disk.folder().join("data");
        fs::create_dir(&folder).expect("a folder");
        let file = folder.join(FILE_NAME);
        fs::copy(&original, &file).expect("copied");
        let spare = room(disk.folder()) - size * percent / 100;
        fs::write(&ballast, vec![0; spare as usize]).expect("ballast");
        match Store::open(&folder, open_key()).await {
            Err(error) => {
                assert!(matches!(error, StoreError::Full), "{percent}: {error:?}");
                let copy = folder.join(format!("{FILE_NAME}.before-{newest}"));
                *if copy.exists() { &mut refused } else { &mut uncopied } += 1;
                fs::remove_file(&ballast).expect("room again");
                let (rows, seen, whole) = state_of(&file).await;
                assert_eq!((rows, seen, whole.as_str()), ((1, 1, ROWS), last, "ok"), "{percent}");
                assert!(!folder.join("tomo.db.copying").exists(), "half a copy was left");
            }
            Ok(store) => {
                store.close().await;
                fs::remove_file(&ballast).expect("room again");
                let is_converted = mode_of(&file).await == 2;
                *if is_converted { &mut converted } else { &mut unshrunk } += 1;
            }
        }
        // With room it goes on, and either way everything is there.
        let store = Store::open(&folder, open_key()).await.expect("room again");
        assert_eq!(store.servers().await.expect("a list").len(), 1, "{percent}");
        store.close().await;
        let (rows, seen, whole) = state_of(&file).await;
        assert_eq!((rows, seen, whole.as_str()), ((1, 1, ROWS), newest, "ok"), "{percent}");
        let copy = folder.join(format!("{FILE_NAME}.before-{newest}"));
        let (rows, seen, whole) = state_of(&copy).await;
        assert_eq!((rows, seen, whole.as_str()), ((1, 1, ROWS), last, "ok"), "{percent}: the copy");
        fs::remove_dir_all(&folder).expect("removed");
    }
    assert!(
        uncopied > 0 && refused > 0 && unshrunk > 0 && converted > 0,
        "each step fails once: {uncopied} not copied, {refused} not migrated, {unshrunk} not \
         rewritten, {converted} whole"
    );
}
