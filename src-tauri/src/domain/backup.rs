//! Backups: what is inside one, and which are kept.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What a backup holds, as it says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct BackupContents {
    /// When it was made.
    pub made_at: DateTime<Utc>,
    /// By which version of Tomo.
    pub tomo_version: String,
    /// The newest migration of the database inside.
    #[ts(type = "number")]
    pub schema_version: i64,
    /// Which installation it was made of.
    pub installation_id: String,
    /// Name of the computer that it was made on.
    pub host: String,
    /// Servers, without this computer.
    pub servers: u32,
    /// Credentials of servers.
    pub credentials: u32,
    /// Accounts.
    pub users: u32,
    /// Settings that differ from their default.
    pub changed_settings: u32,
    /// Entries of the activity log.
    #[ts(type = "number")]
    pub activities: u64,
    /// Entries of the audit trail.
    #[ts(type = "number")]
    pub audit_entries: u64,
    /// Rows of history; absent when it was left out.
    #[ts(type = "number | null")]
    pub metric_rows: Option<u64>,
    /// Since when history reaches back.
    pub history_since: Option<DateTime<Utc>>,
    /// Size of the database inside, in bytes.
    #[ts(type = "number")]
    pub database_bytes: u64,
}

/// A backup in the list: one that was made, or one that could not be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct BackupEntry {
    /// Path of the file.
    pub path: String,
    /// Its name.
    pub file_name: String,
    /// When it was made, or should have been.
    pub made_at: DateTime<Utc>,
    /// Size of the file in bytes; absent when there is none.
    #[ts(type = "number | null")]
    pub bytes: Option<u64>,
    /// What it holds; absent for a file that Tomo has not made here.
    pub contents: Option<BackupContents>,
    /// When it was read back whole and found complete.
    pub read_back_at: Option<DateTime<Utc>>,
    /// Why it was not made, or does not hold.
    pub error: Option<String>,
    /// Whether it was due by itself.
    pub is_automatic: bool,
    /// Who made it, by name.
    pub made_by: Option<String>,
    /// Why, in the words of whoever made it.
    pub note: Option<String>,
}

/// Backups that are kept, and when the next is due.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct BackupList {
    /// Newest first.
    pub entries: Vec<BackupEntry>,
    /// Folder that automatic backups go to.
    pub folder: String,
    /// Whether Tomo remembers a passphrase, without which none is made by itself.
    pub has_passphrase: bool,
    /// When the next is due; absent when none will be made.
    pub next_at: Option<DateTime<Utc>>,
    /// Why none will be made by itself.
    pub blocked: Option<String>,
}
