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
