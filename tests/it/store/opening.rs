//! Opening: a new folder, an older database, a newer one, two processes at once.

use super::{Home, NAME, open_key, stranger};
use sqlx::{AssertSqlSafe, Connection, migrate::Migrator};
use std::path::Path;
use tomo::store::{FILE_NAME, Store, StoreError};

static MIGRATOR: Migrator = sqlx::migrate!();

fn versions() -> Vec<i64> {
    MIGRATOR.iter().map(|migration| migration.version).collect()
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = std::fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// The database holds password hashes and credentials: nobody else on the machine may read it.
#[cfg(unix)]
#[tokio::test]
async fn folder_and_files_are_for_this_account_alone() {
    use std::os::unix::fs::PermissionsExt;
    let parent = tempfile::tempdir().expect("a folder");
    let folder = parent.path().join(NAME);
    let store = Store::open(&folder, open_key()).await.expect("a store");
    store.ensure_local_server("anna", super::now()).await.expect("written");
    let mode = |path: &Path| path.metadata().expect("there").permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    assert_eq!(names(&folder), [FILE_NAME, "tomo.db-shm", "tomo.db-wal"]);
    for name in names(&folder) {
        assert_eq!(mode(&folder.join(&name)), 0o600, "{name}");
    }
    store.close().await;
    assert_eq!(names(&folder), [FILE_NAME], "closing folds the log into the file");
    // A copy put back from elsewhere is open to others until Tomo takes it over.
    let file = folder.join(FILE_NAME);
    std::fs::set_permissions(&file, PermissionsExt::from_mode(0o644)).expect("set");
    Store::open(&folder, open_key()).await.expect("a store");
    assert_eq!(mode(&file), 0o600);
}

/// A folder with a database that only the first migration ever has seen, and a user in it.
async fn first_tomo() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join(FILE_NAME);
    std::fs::File::create(&file).expect("a file");
    let mut db = stranger(&file).await;
    sqlx::query("pragma journal_mode = wal").execute(&mut db).await.expect("a pragma");
    MIGRATOR.run_to(versions()[0], &mut db).await.expect("the first migration");
    sqlx::query("insert into users (id, username, password_hash) values (?, ?, 'h')")
        .bind(tomo::domain::id::UserId::new().to_string())
        .bind(NAME)
        .execute(&mut db)
        .await
        .expect("a user");
    db.close().await.expect("closed");
    folder
}

/// The copy that an upgrade keeps holds the user, and has seen the first migration alone.
async fn assert_copy_is_of_the_first_tomo(folder: &Path) {
    let copy = format!("tomo.db.before-{}", versions().last().expect("some"));
    assert_eq!(names(folder), [FILE_NAME, copy.as_str()]);
    let path = folder.join(copy);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(path.metadata().expect("there").permissions().mode() & 0o777, 0o600);
    }
    let counts: (i64, i64) = sqlx::query_as(
        "select (select count(*) from users), (select count(*) from _sqlx_migrations)",
    )
    .fetch_one(&mut stranger(&path).await)
    .await
    .expect("a whole copy");
    assert_eq!(counts, (1, 1));
}

/// What was written by the first Tomo ever is still there, and so is a copy from before.
#[tokio::test]
async fn a_database_of_the_first_migration_is_upgraded_and_a_copy_kept() {
    let folder = first_tomo().await;
    let store = Store::open(folder.path(), open_key()).await.expect("upgraded");
    assert!(store.user_by_username(NAME).await.expect("read").is_some());
    store.sync_settings(super::now()).await.expect("the new tables work");
    store.close().await;
    assert_copy_is_of_the_first_tomo(folder.path()).await;
    // Nothing to migrate, nothing to copy.
    Store::open(folder.path(), open_key()).await.expect("a store").close().await;
    assert_copy_is_of_the_first_tomo(folder.path()).await;
}

/// The slower of two upgrades must not put its copy, of what is new by then, in place of the old one.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn upgrades_at_once_keep_a_copy_of_the_old_database() {
    for _ in 0..10 {
        let folder = first_tomo().await;
        let open = || Store::open(folder.path(), open_key());
        let stores =
            tokio::try_join!(open(), open(), open(), open(), open(), open()).expect("upgraded");
        for store in [stores.0, stores.1, stores.2, stores.3, stores.4, stores.5] {
            store.close().await;
        }
        assert_copy_is_of_the_first_tomo(folder.path()).await;
    }
}

/// Creating is where SQLite does not wait for a lock by itself.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_new_database_may_be_opened_many_times_at_once() {
    for _ in 0..10 {
        let folder = tempfile::tempdir().expect("a folder");
        let open = || Store::open(folder.path(), open_key());
        tokio::try_join!(open(), open(), open(), open(), open(), open()).expect("created");
    }
}

/// An old Tomo that writes into a newer database loses what the newer one keeps there.
#[tokio::test]
async fn a_newer_database_is_refused_and_left_untouched() {
    let home = Home::new().await;
    home.store.close().await;
    let db = &mut home.stranger().await;
    sqlx::query(
        "insert into _sqlx_migrations (version, description, success, checksum, execution_time)
         values (99991231235959, 'later', 1, x'00', 0)",
    )
    .execute(&mut *db)
    .await
    .expect("a later migration");
    // Once with all of it still in the write-ahead log, once with all of it in the file.
    for checkpoint in ["pragma wal_checkpoint(passive)", "pragma wal_checkpoint(truncate)"] {
        let read = |name: &str| std::fs::read(home.folder.path().join(name)).unwrap_or_default();
        let before = (read(FILE_NAME), read("tomo.db-wal"));
        match Store::open(home.folder.path(), open_key()).await {
            Err(StoreError::Newer { found: 99991231235959, known, path }) => {
                assert_eq!((known, path), (*versions().last().expect("some"), home.file()));
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(before, (read(FILE_NAME), read("tomo.db-wal")));
        sqlx::query(checkpoint).execute(&mut *db).await.expect("a checkpoint");
    }
    assert!(!names(home.folder.path()).iter().any(|name| name.contains("before")));
}

/// `--data-dir` pointed at another program's folder must not fill its database with our tables.
#[tokio::test]
async fn a_database_of_another_program_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join(FILE_NAME);
    std::fs::File::create(&file).expect("a file");
    sqlx::query("create table songs (name text)")
        .execute(&mut stranger(&file).await)
        .await
        .expect("a table");
    let before = std::fs::read(&file).expect("a file");
    let outcome = Store::open(folder.path(), open_key()).await;
    assert!(matches!(outcome, Err(StoreError::Foreign(_))), "{outcome:?}");
    assert_eq!(std::fs::read(&file).expect("a file"), before);
}

/// Window and command line started together on a fresh machine: both find a whole database.
#[tokio::test]
async fn two_processes_may_create_the_database_at_once() {
    for _ in 0..3 {
        let folder = tempfile::tempdir().expect("a folder");
        let mut children: Vec<_> = (0..3)
            .map(|_| super::child("store::opening::child_opens", folder.path()).spawn())
            .collect();
        for child in &mut children {
            let status = child.as_mut().expect("a child").wait().await.expect("an end");
            assert!(status.success());
        }
        let db = &mut stranger(&folder.path().join(FILE_NAME)).await;
        for (table, expected) in [("system_info", 1), ("servers", 1)] {
            let sql = AssertSqlSafe(format!("select count(*) from {table}"));
            let count: i64 = sqlx::query_scalar(sql).fetch_one(&mut *db).await.expect("a count");
            assert_eq!(count, expected);
        }
        assert_eq!(names(folder.path()).iter().filter(|name| name.contains("before")).count(), 0);
    }
}

#[tokio::test]
#[ignore = "the other process of `two_processes_may_create_the_database_at_once`"]
async fn child_opens() {
    let store = Store::open(&super::parents_folder(), open_key()).await.expect("a store");
    store.installation().await.expect("a row");
    store.ensure_local_server("anna", super::now()).await.expect("this computer");
}

/// Every connection has the pragmas: a foreign key that only the first one enforces is none.
#[tokio::test]
async fn two_stores_on_one_file_write_at_once() {
    let home = Home::new().await;
    let second = Store::open(home.folder.path(), open_key()).await.expect("a second store");
    home.store.sync_settings(super::now()).await.expect("settings");
    let user = home.user(NAME).await.id;
    let write = |store: Store, prefix: &'static str| async move {
        for number in 0..50 {
            let input = super::input(NAME, &format!("{prefix}{number}"));
            let id = tomo::domain::id::ServerId::new();
            store.insert_server(id, &input, Some("x"), super::now()).await.expect("written");
            let theme = serde_json::json!(if number % 2 == 0 { "dark" } else { "light" });
            // Only the audit trail matters here: a stale version is a fair answer.
            let version = store.settings(user).await.expect("read")[0].version;
            match super::set_own(&store, user, "ui.theme", &theme, version).await {
                Ok(_) | Err(StoreError::Stale { .. }) => {}
                Err(error) => panic!("{error}"),
            }
        }
    };
    tokio::join!(write(home.store.clone(), "a"), write(second, "b"));
    assert_eq!(home.store.servers().await.expect("a list").len(), 100);
    let verdict = home.store.verify_settings_audit().await.expect("a verdict");
    assert!(matches!(verdict, tomo::store::AuditVerdict::Intact { .. }), "{verdict:?}");
}
