//! The only SQL of Tomo: one SQLite file, one source file for each table.
//!
//! It hands out and takes in `domain` values, and refuses to know where they come from: it opens no
//! connection to a server, reads no keychain and has no clock of its own.

mod account_locks;
mod activity_logs;
mod activity_search;
mod ageing;
mod app_sources;
mod audit_key;
mod backups;
mod checksum;
mod component_versions;
mod container_ageing;
mod container_metrics;
mod error;
mod facts;
mod figures;
mod files;
mod function;
mod installed_apps;
mod known_hosts;
mod migrate;
mod plans;
mod rekey;
mod restore;
mod retention;
mod retention_pace;
mod retention_runs;
mod row;
mod server_ageing;
mod server_changes;
mod server_credentials;
mod server_metrics;
mod servers;
mod sessions;
mod settings;
mod settings_audit;
mod settings_audit_list;
mod settings_change;
mod snapshot;
mod system_info;
mod users;
mod watch;

pub use account_locks::{Attempt, Counted, NewAttempt};
pub use activity_logs::{LastConnectionEntry, NewActivity, NewConnectionEntry, WrittenActivity};
pub use activity_search::{ActivityQuery, ActivityStretch};
pub use app_sources::{ReadApp, ReadSource, StoredApp, StoredSource};
pub use audit_key::AuditKeySlot;
pub use backups::{MadeBackup, MadeFile};
pub use error::StoreError;
pub use facts::Facts;
pub use files::{FILE_NAME, private_file};
pub use installed_apps::StoredInstall;
pub use plans::{NewPlan, PlanMark, StoredPlan};
pub use rekey::Rekey;
pub use restore::{
    aside_name, keep_aside, newest_schema, rekey_copy, replace_content, same_schema,
};
pub use retention::{Kept, RetentionOutcome};
pub use server_changes::ServerChange;
pub use sessions::{EndedSession, LiveSession, NewSession, TurnedSessions};
pub use settings_audit::{AuditExtent, AuditHead, AuditVerdict};
pub use settings_change::{Actor, SettingWrite, SettingWritten};
pub use snapshot::{Check, Snapshot, check, take_snapshot};
pub use system_info::Installation;
pub use users::{NewUser, UserUpdate};
pub use watch::{Noticed, Watch};

use sqlx::{
    ConnectOptions, Connection, Sqlite, SqliteConnection, SqlitePool, Transaction,
    pool::PoolOptions,
    sqlite::{SqliteConnectOptions, SqliteSynchronous},
};
use std::{path::Path, time::Duration};

/// How long a statement waits for another connection's lock before it fails with
/// [`StoreError::Locked`].
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Connections that read at the same time. A chart takes milliseconds, and each costs a thread.
const READERS: u32 = 3;

/// The database. A clone is another handle to the same connections.
#[derive(Clone, Debug)]
pub struct Store {
    /// Several connections that cannot write, so that a long read never waits for a write.
    readers: SqlitePool,
    /// The one connection that writes: tasks of this process queue here in order, and only other
    /// processes are met through SQLite's lock.
    writer: SqlitePool,
}

impl Store {
    /// Opens `tomo.db` in `folder`, which is created with the file when they are missing, and brings
    /// its schema up to date; before that an existing database is copied to
    /// `tomo.db.before-<version>` beside it.
    ///
    /// Settings can be written as soon as `audit_key` holds a key.
    ///
    /// # Errors
    /// [`StoreError::Newer`], and nothing is changed, when a newer program has written the database;
    /// otherwise whatever keeps the file from being read and written.
    pub async fn open(folder: &Path, audit_key: AuditKeySlot) -> Result<Self, StoreError> {
        let path = files::prepare(folder)?;
        migrate::bring_up_to_date(&path).await?;
        let writer = pool(&path, &audit_key, Access::Write).await?;
        let readers = pool(&path, &audit_key, Access::Read).await?;
        Ok(Self { readers, writer })
    }

    /// Closes every connection, after what they are doing. Other handles to this store fail from
    /// then on.
    pub async fn close(&self) {
        // The writer last: the last connection folds the write-ahead log into the file.
        self.readers.close().await;
        self.writer.close().await;
    }

    /// A transaction that holds the write lock from its start, so that it never finds halfway that
    /// what it has read is out of date.
    async fn write(&self) -> Result<Transaction<'static, Sqlite>, StoreError> {
        Ok(self.writer.begin_with("begin immediate").await?)
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Access {
    Read,
    Write,
}

async fn pool(
    path: &Path,
    audit_key: &AuditKeySlot,
    access: Access,
) -> Result<SqlitePool, StoreError> {
    let options = connect_options(path)
        .pragma("query_only", if access == Access::Read { "on" } else { "off" });
    let audit_key = audit_key.clone();
    let pool = PoolOptions::new()
        .max_connections(if access == Access::Read { READERS } else { 1 })
        .test_before_acquire(false)
        .before_acquire(|connection, _| Box::pin(is_idle(connection)))
        .after_connect(move |connection, _| {
            let audit_key = audit_key.clone();
            Box::pin(async move { function::register(connection, audit_key).await })
        })
        .connect_with(options)
        .await?;
    Ok(pool)
}

/// Whether a pooled connection can be used again. On a full disk SQLite ends a transaction by itself;
/// sqlx then waits for an end that never comes and refuses every further one, so the connection has to
/// be opened anew.
async fn is_idle(connection: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    // A rollback may still be queued: the answer to a ping comes after it.
    connection.ping().await?;
    Ok(!connection.is_in_transaction())
}

/// What every connection has in common. The journal mode is a property of the file, and set once.
fn connect_options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .busy_timeout(BUSY_TIMEOUT)
        .foreign_keys(true)
        .synchronous(SqliteSynchronous::Normal)
        // A row that is replaced fires the triggers of its deletion: the audit trail sees it.
        .pragma("recursive_triggers", "on")
        // Intermediate results never reach a file, and freed pages are zeroed where that costs no
        // further write.
        .pragma("temp_store", "memory")
        .pragma("secure_delete", "fast")
        // A schema that somebody has tampered with calls no function that has side effects.
        .pragma("trusted_schema", "off")
        .pragma("journal_size_limit", "4194304")
        .disable_statement_logging()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        id::ServerId,
        server::{AuthType, ServerInput},
    };
    use chrono::Utc;

    /// SQLite ends the transaction itself when the disk is full. The connection that it happened on
    /// must not stay in the pool: every later write would fail, with room on the disk again.
    #[tokio::test]
    async fn a_write_succeeds_after_the_disk_was_full() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(folder.path(), AuditKeySlot::empty()).await.expect("a store");
        // As a full disk, without one: the limit holds for this one connection.
        let pages: i64 =
            sqlx::query_scalar("pragma page_count").fetch_one(&store.writer).await.expect("pages");
        let limit = format!("pragma max_page_count = {}", pages + 2);
        sqlx::query(sqlx::AssertSqlSafe(limit)).execute(&store.writer).await.expect("a limit");
        let insert = async || {
            let input = ServerInput {
                name: "Ünïcödé 日本 🏠".into(),
                host: ServerId::new().to_string(),
                port: 22,
                username: "anna".into(),
                auth_type: AuthType::Password,
            };
            let credential = "x".repeat(50_000);
            store.insert_server(ServerId::new(), &input, Some(&credential), Utc::now()).await
        };
        let error = insert().await.expect_err("full");
        assert!(matches!(error, StoreError::Full), "{error:?}");
        assert_eq!(store.servers().await.expect("a list"), [], "no half of a change");
        insert().await.expect("room again");
    }
}
