//! Putting another database in the place of the present one, while it is in use.
//!
//! The file stays; its content is replaced in one write transaction. Other connections, also of
//! other processes, see the old content or the new one, and a crash leaves one of them.

use super::{
    Store, StoreError, files, migrate,
    rekey::{Rekey, rekey},
    snapshot,
};
use crate::domain::user::Role;
use chrono::{DateTime, Utc};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// The newest migration that this program knows.
#[must_use]
pub fn newest_schema() -> i64 {
    migrate::newest()
}

/// Puts a database that nobody else knows under other keys; gives how many credentials the old key
/// does not open. Blocks.
///
/// # Errors
/// When it cannot be read or written.
pub fn rekey_copy(database: &Path, how: Rekey<'_>) -> Result<u32, StoreError> {
    let db = snapshot::alone(database)?;
    // Backups of a Tomo that left plans in are about; none of them may be approved over here.
    db.execute_batch(
        "pragma journal_mode = memory; begin immediate; delete from sessions; delete from plans;",
    )?;
    let left = rekey(&db, how)?;
    db.execute_batch("commit")?;
    snapshot::close(db)?;
    Ok(left)
}

/// Whether a database has the tables, indexes, views and triggers that Tomo's migrations make, and
/// no other: what is executed with it is Tomo's own. `fresh` is a database that was just made.
///
/// # Errors
/// When one of them cannot be read.
pub fn same_schema(database: &Path, fresh: &Path) -> Result<bool, StoreError> {
    let schema = |path: &Path| -> Result<Vec<(String, String, String)>, StoreError> {
        let db = snapshot::open(path)?;
        let mut select = db.prepare(
            "select type, name, coalesce(sql, '') from sqlite_schema
             where name not like 'sqlite\\_%' escape '\\' order by type, name",
        )?;
        let rows = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    };
    Ok(schema(database)? == schema(fresh)?)
}

/// A name beside the database that no file has: `tomo.db.before-restore-<time>`.
#[must_use]
pub fn aside_name(database: &Path, now: DateTime<Utc>) -> PathBuf {
    let stamp = now.format("%Y%m%d-%H%M%S");
    let mut aside = migrate::beside(database, &format!("before-restore-{stamp}"));
    for number in 2.. {
        if !aside.exists() {
            break;
        }
        aside = migrate::beside(database, &format!("before-restore-{stamp}-{number}"));
    }
    aside
}

/// Copies the present database to `aside`. Blocks.
///
/// # Errors
/// When there is no room for it; nothing is left of it then.
pub fn keep_aside(database: &Path, aside: &Path) -> Result<(), StoreError> {
    let copied = snapshot::copy(database, aside).and_then(|()| {
        files::private_file(aside)
            .and_then(|file| file.sync_all())
            .map_err(|error| StoreError::io(aside, error))
    });
    if let Err(error) = copied {
        // Half a copy on a full disk only makes it fuller. The first error is the one to report.
        let _ = fs::remove_file(aside);
        return Err(error);
    }
    // The name is on the disk only when the folder is.
    #[cfg(unix)]
    if let Some(folder) = aside.parent() {
        fs::File::open(folder)
            .and_then(|folder| folder.sync_all())
            .map_err(|error| StoreError::io(folder, error))?;
    }
    Ok(())
}

/// Replaces the content of `database` by that of `staged`, in one transaction. Blocks, also for as
/// long as somebody else writes.
///
/// # Errors
/// When it cannot be written; it then is as it was.
pub fn replace_content(staged: &Path, database: &Path) -> Result<(), StoreError> {
    let mut live = snapshot::open(database)?;
    live.execute_batch("pragma synchronous = full;")?;
    let mut new = snapshot::open(staged)?;
    let mode = |db: &rusqlite::Connection| {
        db.query_row("pragma auto_vacuum", [], |row| row.get::<_, i64>(0))
    };
    let wanted = mode(&live)?;
    if mode(&new)? != wanted {
        // How free pages are given back belongs to the file at hand, not to the backup.
        new.execute_batch(&format!("pragma auto_vacuum = {wanted}; vacuum;"))?;
        snapshot::close(new)?;
        new = snapshot::open(staged)?;
    }
    snapshot::step(&new, &mut live)?;
    // The log now holds a whole database. If somebody reads at this moment, a later write folds it.
    let _ = live.query_row("pragma wal_checkpoint(truncate)", [], |_| Ok(()));
    snapshot::close(live)
}

impl Store {
    /// Whether somebody could sign in and administer.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn has_admin(&self) -> Result<bool, StoreError> {
        Ok(sqlx::query_scalar(
            "select (select is_setup from system_info) = 1
                 and exists (select 1 from users where role = ?1 and is_active = 1)",
        )
        .bind(Role::Admin.as_str())
        .fetch_one(&self.readers)
        .await?)
    }

    /// Nobody holds a connection in a database that was just put here.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn set_all_disconnected(&self) -> Result<(), StoreError> {
        sqlx::query("update servers set status = 'disconnected'").execute(&self.writer).await?;
        Ok(())
    }
}
