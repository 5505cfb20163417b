//! Copies of the database, whole and of one moment, made while it is in use.
//!
//! The copy is made by SQLite's backup interface in one step: one read of the write-ahead log, which
//! holds nobody up and sees no half of a change.

use super::{
    StoreError, files,
    rekey::{Rekey, rekey},
};
use crate::domain::time;
use chrono::{DateTime, Utc};
use rusqlite::{
    Connection, OpenFlags,
    backup::{Backup, StepResult},
    config::DbConfig,
};
use std::{
    fs,
    path::Path,
    thread,
    time::{Duration, Instant},
};

/// What a snapshot holds.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// The newest migration that it has seen.
    pub schema_version: i64,
    /// The installation.
    pub installation_id: String,
    /// Servers, without this computer.
    pub servers: u32,
    /// Credentials.
    pub credentials: u32,
    /// Credentials that the present key does not open; they are in it as they were.
    pub unopened_credentials: u32,
    /// Accounts.
    pub users: u32,
    /// Settings that differ from their default.
    pub changed_settings: u32,
    /// Entries of the activity log.
    pub activities: u64,
    /// Entries of the audit trail.
    pub audit_entries: u64,
    /// Rows of history; absent when it was left out.
    pub metric_rows: Option<u64>,
    /// Since when history reaches back.
    pub history_since: Option<DateTime<Utc>>,
    /// Size in bytes.
    pub bytes: u64,
}

/// How closely a database is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    /// Every page, without comparing indexes with their tables, or rows with rows of others.
    Structure,
    /// Everything, the constraints as well.
    Everything,
}

/// Copies the database to a new file `to`, under other keys and without what is of no use anywhere
/// else: sign-ins, what assistants asked for, and the list of this computer's backups. Blocks.
///
/// # Errors
/// When the database cannot be read or the copy not be written; what was written stays, so `to`
/// belongs into a folder that is removed.
pub fn take_snapshot(
    database: &Path,
    to: &Path,
    with_history: bool,
    how: Rekey<'_>,
) -> Result<Snapshot, StoreError> {
    copy(database, to)?;
    let db = alone(to)?;
    if !with_history {
        db.execute_batch("delete from server_metrics; delete from container_metrics;")?;
    }
    // What is removed from here on leaves no trace in a free page.
    db.execute_batch(
        "pragma secure_delete = on; begin;
         delete from sessions; delete from plans; delete from backups;",
    )?;
    let unopened_credentials = rekey(&db, how)?;
    db.execute_batch("commit")?;
    let snapshot = describe(&db, with_history, unopened_credentials)?;
    let pages =
        |name: &str| db.query_row(&format!("pragma {name}"), [], |row| row.get::<_, i64>(0));
    // Free pages hold what was once deleted. A few are cheaper to carry than to squeeze out.
    let squeeze = pages("freelist_count")? * 20 > pages("page_count")?;
    if squeeze {
        let squeezed = to.with_extension("squeezed");
        let target = squeezed.to_str().ok_or_else(|| unnamed(&squeezed))?;
        files::private_file(&squeezed).map_err(|error| StoreError::io(&squeezed, error))?;
        db.execute("vacuum into ?1", [target])?;
        close(db)?;
        fs::rename(&squeezed, to).map_err(|error| StoreError::io(to, error))?;
    } else {
        close(db)?;
    }
    let bytes = fs::metadata(to).map_err(|error| StoreError::io(to, error))?.len();
    Ok(Snapshot { bytes, ..snapshot })
}

/// Copies the database to a new file, for this account alone. Blocks.
///
/// # Errors
/// When the database cannot be read or the copy not be written.
pub(super) fn copy(database: &Path, to: &Path) -> Result<(), StoreError> {
    let from = open(database)?;
    files::private_file(to).map_err(|error| StoreError::io(to, error))?;
    let mut into = open(to)?;
    // Whoever finds half a copy throws it away, so it needs no journal and no waiting for the disk.
    into.execute_batch("pragma journal_mode = off; pragma synchronous = off;")?;
    step(&from, &mut into)?;
    // The copy calls itself a file with a write-ahead log, which it has not.
    into.execute_batch("pragma journal_mode = delete;")?;
    close(into)
}

/// Copies everything in one step.
pub(super) fn step(from: &Connection, into: &mut Connection) -> Result<(), StoreError> {
    /// How long a lock is waited for.
    const PATIENCE: Duration = Duration::from_secs(10);
    let give_up = Instant::now() + PATIENCE;
    let backup = Backup::new(from, into)?;
    loop {
        match backup.step(-1)? {
            StepResult::Done => return Ok(()),
            _ if Instant::now() > give_up => return Err(StoreError::Locked),
            _ => thread::sleep(Duration::from_millis(20)),
        }
    }
}

/// Looks whether a database holds together. Blocks.
///
/// # Errors
/// [`StoreError::Corrupt`] with the first thing that does not.
pub fn check(database: &Path, how: Check) -> Result<(), StoreError> {
    let db = open(database)?;
    let pragma = match how {
        Check::Structure => "pragma ignore_check_constraints = on; pragma cell_size_check = on;",
        Check::Everything => "pragma cell_size_check = on;",
    };
    db.execute_batch(pragma)?;
    let sql = match how {
        Check::Structure => "pragma quick_check(1)",
        Check::Everything => "pragma integrity_check(1)",
    };
    let found: String = db.query_row(sql, [], |row| row.get(0))?;
    if found != "ok" {
        return Err(StoreError::Corrupt(found));
    }
    if how == Check::Structure {
        return Ok(());
    }
    let mut orphans = db.prepare("pragma foreign_key_check")?;
    let orphan = orphans.query([])?.next()?.map(|row| row.get::<_, String>(0)).transpose()?;
    match orphan {
        Some(table) => Err(StoreError::Corrupt(format!("a row of {table} belongs to nothing"))),
        None => Ok(()),
    }
}

fn describe(db: &Connection, with_history: bool, unopened: u32) -> Result<Snapshot, StoreError> {
    let count = |sql: &str| db.query_row(sql, [], |row| row.get::<_, u32>(0));
    let many = |sql: &str| {
        db.query_row(sql, [], |row| row.get::<_, i64>(0)).map(|count| count.unsigned_abs())
    };
    let (metric_rows, since): (Option<u64>, Option<String>) = if with_history {
        let rows = many(
            "select (select count(*) from server_metrics) + (select count(*) from container_metrics)",
        )?;
        let since = "select min(first) from (
            select min(timestamp) as first from server_metrics
            union all select min(timestamp) from container_metrics)";
        (Some(rows), db.query_row(since, [], |row| row.get(0))?)
    } else {
        (None, None)
    };
    Ok(Snapshot {
        schema_version: db
            .query_row("select max(version) from _sqlx_migrations", [], |row| row.get(0))?,
        installation_id: db.query_row(
            "select max(installation_id) from system_info",
            [],
            |row| Ok(row.get::<_, Option<String>>(0)?.unwrap_or_default()),
        )?,
        servers: count("select count(*) from servers where auth_type <> 'local'")?,
        credentials: count("select count(*) from server_credentials")?,
        unopened_credentials: unopened,
        users: count("select count(*) from users")?,
        changed_settings: count(
            "select (select count(*) from system_settings where setting_value <> default_value)
                 + (select count(*) from user_settings)",
        )?,
        activities: many("select count(*) from activity_logs")?,
        audit_entries: many("select count(*) from settings_audit")?,
        metric_rows,
        history_since: since.and_then(|text| time::from_text(&text).ok()),
        bytes: 0,
    })
}

/// A connection that may write and waits for locks.
pub(super) fn open(database: &Path) -> Result<Connection, StoreError> {
    let db = Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    db.busy_timeout(super::BUSY_TIMEOUT)?;
    db.execute_batch("pragma trusted_schema = off; pragma temp_store = memory;")?;
    Ok(db)
}

/// A connection to a copy that nobody else knows: no journal, no triggers.
pub(super) fn alone(database: &Path) -> Result<Connection, StoreError> {
    let db = open(database)?;
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false)?;
    db.execute_batch(
        "pragma locking_mode = exclusive; pragma journal_mode = off; pragma synchronous = off;",
    )?;
    Ok(db)
}

pub(super) fn close(db: Connection) -> Result<(), StoreError> {
    db.close().map_err(|(_, error)| error.into())
}

pub(super) fn unnamed(path: &Path) -> StoreError {
    StoreError::io(path, std::io::ErrorKind::InvalidFilename.into())
}
