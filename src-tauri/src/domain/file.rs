//! Files that a person chose, and files that Tomo wrote for them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A file that was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Exported {
    /// Where it is.
    pub path: String,
    /// Rows in it.
    #[ts(type = "number")]
    pub rows: u64,
    /// Its size in bytes.
    #[ts(type = "number")]
    pub bytes: u64,
}

/// How a table is written to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FileFormat {
    /// One JSON object a line.
    Jsonl,
    /// Comma-separated values with a head.
    Csv,
}

/// What a file is wanted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FilePurpose {
    /// A private key.
    OpenKey,
    /// A backup to restore or look into.
    OpenBackup,
    /// Where a backup goes.
    SaveBackup,
    /// The folder of automatic backups.
    BackupFolder,
    /// A list of servers to import.
    OpenServerList,
    /// Where the list of servers goes.
    SaveServerList,
    /// Where the activity log goes.
    SaveActivity,
    /// Where the audit trail goes.
    SaveAudit,
    /// Where the diagnostics go.
    SaveDiagnostics,
    /// Where a log goes.
    SaveLog,
    /// Where the backup of an app goes.
    SaveAppBackup,
    /// The backup of an app, to look into or to restore.
    OpenAppBackup,
}
