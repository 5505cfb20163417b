//! Bringing a database up to the schema of this program, or refusing to.

use super::{StoreError, connect_options, files};
use sqlx::{
    ConnectOptions, Connection, SqliteConnection,
    migrate::Migrator,
    sqlite::{SqliteAutoVacuum, SqliteJournalMode},
};
use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    time::Duration,
};
use tokio::time::{Instant, sleep};

static MIGRATOR: Migrator = sqlx::migrate!();

/// Runs the migrations that the database has not seen, as one transaction.
///
/// # Errors
/// [`StoreError::Newer`] and [`StoreError::Foreign`] before anything is written.
pub(super) async fn bring_up_to_date(path: &Path) -> Result<(), StoreError> {
    // Switching a new file to the write-ahead log needs it alone, and SQLite does not wait for
    // that: when two processes create the file at once, one of them has to come again.
    let give_up = Instant::now() + super::BUSY_TIMEOUT;
    loop {
        match attempt(path).await {
            Err(StoreError::Locked) if Instant::now() < give_up => {
                sleep(Duration::from_millis(20)).await;
            }
            outcome => return outcome,
        }
    }
}

async fn attempt(path: &Path) -> Result<(), StoreError> {
    let mut reader = connect_options(path).read_only(true).connect().await?;
    let seen = check(&mut reader, path).await;
    reader.close().await?;
    if is_current(&seen?) {
        return Ok(());
    }
    // In a file without tables this decides how free pages return; in an older one, what `vacuum`
    // makes of it.
    let options = connect_options(path)
        .auto_vacuum(SqliteAutoVacuum::Incremental)
        .journal_mode(SqliteJournalMode::Wal);
    let mut connection = options.connect().await?;
    let outcome = migrate(&mut connection, path).await;
    if outcome.is_ok() {
        let_shrink(&mut connection).await;
    }
    connection.close().await?;
    outcome
}

async fn migrate(connection: &mut SqliteConnection, path: &Path) -> Result<(), StoreError> {
    let mut transaction = connection.begin_with("begin immediate").await?;
    // Another process may have been faster: under the lock the answer holds.
    let seen = check(&mut transaction, path).await?;
    if is_current(&seen) {
        return Ok(());
    }
    if !seen.is_empty() {
        keep_copy(path).await?;
    }
    MIGRATOR.run(&mut *transaction).await?;
    Ok(transaction.commit().await?)
}

/// Rewrites a database that cannot give free pages back into one that can. It was just migrated, so
/// a copy of it lies beside it. On a disk without room for it the file stays as it is: free pages
/// are then used again, and the next migration tries once more.
async fn let_shrink(connection: &mut SqliteConnection) {
    let convert = async {
        let mode: i64 =
            sqlx::query_scalar("pragma auto_vacuum").fetch_one(&mut *connection).await?;
        if mode == 0 {
            sqlx::query("vacuum").execute(&mut *connection).await?;
        }
        Ok::<_, sqlx::Error>(())
    };
    if let Err(error) = convert.await {
        tracing::warn!(%error, "the database stays one that cannot become smaller");
    }
}

/// The migrations that the database has seen; refuses one that is not for this program.
async fn check(
    connection: &mut SqliteConnection,
    path: &Path,
) -> Result<BTreeSet<i64>, StoreError> {
    let tables: Vec<String> =
        sqlx::query_scalar("select name from sqlite_master where type = 'table'")
            .fetch_all(&mut *connection)
            .await?;
    if tables.is_empty() {
        return Ok(BTreeSet::new());
    }
    if !tables.iter().any(|name| name == "_sqlx_migrations") {
        return Err(StoreError::Foreign(path.to_owned()));
    }
    let seen: BTreeSet<i64> = sqlx::query_scalar("select version from _sqlx_migrations")
        .fetch_all(connection)
        .await?
        .into_iter()
        .collect();
    match seen.iter().rfind(|version| !MIGRATOR.version_exists(**version)) {
        Some(found) => {
            Err(StoreError::Newer { path: path.to_owned(), found: *found, known: newest() })
        }
        None => Ok(seen),
    }
}

fn is_current(seen: &BTreeSet<i64>) -> bool {
    MIGRATOR.iter().all(|migration| seen.contains(&migration.version))
}

pub(super) fn newest() -> i64 {
    MIGRATOR.iter().map(|migration| migration.version).max().unwrap_or_default()
}

/// Copies the database to `tomo.db.before-<version>`, by a connection of its own: the one that
/// migrates holds the write lock meanwhile, so the copy is of the old schema for certain.
async fn keep_copy(path: &Path) -> Result<(), StoreError> {
    let copy = beside(path, &format!("before-{}", newest()));
    let partial = beside(path, "copying");
    let io = |error| StoreError::io(&partial, error);
    // Only the process with the write lock is here, so what lies there was left by a crash.
    match std::fs::remove_file(&partial) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(io(error)),
        _ => {}
    }
    files::private_file(&partial).map_err(io)?;
    let target = partial.to_str().ok_or_else(|| io(std::io::ErrorKind::InvalidFilename.into()))?;
    let mut connection = connect_options(path).connect().await?;
    let copied = sqlx::query("vacuum into ?1").bind(target).execute(&mut connection).await;
    connection.close().await?;
    if let Err(error) = copied {
        // Half a copy on a full disk only makes it fuller. The first error is the one to report.
        let _ = std::fs::remove_file(&partial);
        return Err(error.into());
    }
    std::fs::rename(&partial, &copy).map_err(io)
}

pub(super) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(suffix);
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::id::UserId,
        store::{Actor, AuditKeySlot, AuditVerdict, SettingWrite, Store, function},
    };
    use chrono::Utc;
    use serde_json::json;
    use sqlx::{AssertSqlSafe, Row};
    use zeroize::Zeroizing;

    /// The last migration before the one that names who changes a setting, and why.
    const BEFORE_THE_CONTEXT: i64 = 20_261_122_100_300;

    fn key() -> AuditKeySlot {
        let key = AuditKeySlot::empty();
        key.fill(Zeroizing::new([42; 32]));
        key
    }

    /// What the program of that time wrote: the registry, changes of it, an own value and its end, all
    /// through the triggers of that time.
    async fn older_trail(path: &Path, user: UserId) {
        super::super::private_file(path).expect("a file");
        let options = connect_options(path).journal_mode(SqliteJournalMode::Wal);
        let mut db = options.connect().await.expect("a connection");
        MIGRATOR.run_to(BEFORE_THE_CONTEXT, &mut db).await.expect("older migrations");
        function::register(&mut db, key()).await.expect("the function");
        for sql in [
            format!(
                "insert into users (id, username, password_hash) values ('{user}', 'ana', 'h')"
            ),
            "insert into system_settings
                 (setting_key, setting_value, default_value, category, scope, data_type)
             values ('ui.theme', '\"auto\"', '\"auto\"', 'ui', 'user_overridable', 'string'),
                 ('system.backup_keep', '7', '7', 'system', 'system', 'number')"
                .into(),
            format!(
                "update system_settings set setting_value = '3', version = 2, updated_by = '{user}'
                 where setting_key = 'system.backup_keep'"
            ),
            format!(
                "insert into user_settings (user_id, setting_key, setting_value, category)
                 values ('{user}', 'ui.theme', '\"dark\"', 'ui')"
            ),
            "update user_settings set setting_value = '\"light\"'".into(),
            "delete from user_settings".into(),
        ] {
            sqlx::query(AssertSqlSafe(sql)).execute(&mut db).await.expect("written");
        }
        db.close().await.expect("closed");
    }

    async fn trail(path: &Path) -> Vec<(i64, Option<String>, String, String)> {
        let mut db = connect_options(path).connect().await.expect("a connection");
        let sql = "select id, user_id, new_value, checksum from settings_audit order by id";
        let rows = sqlx::query(sql).fetch_all(&mut db).await.expect("rows");
        rows.iter().map(|row| (row.get(0), row.get(1), row.get(2), row.get(3))).collect()
    }

    /// A trail that an upgrade breaks looks like one that somebody has tampered with, to everybody who
    /// used Tomo before: its rows stay byte for byte, and new ones are chained to them.
    #[tokio::test]
    async fn a_trail_from_before_reasons_were_kept_is_proven_after_the_upgrade() {
        let folder = tempfile::tempdir().expect("a folder");
        let (path, user) = (folder.path().join(crate::store::FILE_NAME), UserId::new());
        older_trail(&path, user).await;
        let before = trail(&path).await;
        assert_eq!(before.len(), 6, "each change is a row");
        assert_eq!(before[2].1, Some(user.to_string()));

        let store = Store::open(folder.path(), key()).await.expect("upgraded");
        assert_eq!(trail(&path).await, before);
        let verdict = store.verify_settings_audit().await.expect("a verdict");
        assert_eq!(verdict, AuditVerdict::Intact { rows: 6 });
        // The registry of this program, and a change with a reason: two generations in one chain.
        store.sync_settings(Utc::now()).await.expect("settings");
        let change = SettingWrite {
            key: "system.backup_keep",
            owner: None,
            value: Some(&json!(5)),
            version: None,
        };
        let actor = Actor { reason: Some("a small disk"), ..Actor::user(user) };
        store.write_settings(&actor, &[change], Utc::now()).await.expect("written");
        let after = trail(&path).await;
        assert_eq!(after[..6], before);
        let rows = i64::try_from(after.len()).expect("few");
        let verdict = store.verify_settings_audit().await.expect("a verdict");
        assert_eq!(verdict, AuditVerdict::Intact { rows });
        assert_eq!(store.unrecorded_settings().await.expect("read"), [""; 0]);
        store.close().await;

        // What was tampered with before the upgrade is named after it.
        let mut db = connect_options(&path).connect().await.expect("a connection");
        let tamper = "drop trigger settings_audit_guard_update;
            update settings_audit set new_value = '4' where id = 3";
        sqlx::raw_sql(tamper).execute(&mut db).await.expect("tampered");
        db.close().await.expect("closed");
        let store = Store::open(folder.path(), key()).await.expect("opened");
        let verdict = store.verify_settings_audit().await.expect("a verdict");
        assert_eq!(verdict, AuditVerdict::Broken { first_id: 3 });
    }
}
