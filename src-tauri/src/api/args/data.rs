//! Arguments about the activity log, retention, backups, the list of servers as a file, and plans.

use super::FileFormat;
use crate::domain::{activity::ActivityFilter, file::FilePurpose};
use schemars::JsonSchema;
use secrecy::SecretString;
use serde::Deserialize;
use ts_rs::TS;
use uuid::Uuid;

/// Entries of the activity log to list.
#[derive(Debug, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListActivity {
    /// Which.
    #[serde(default)]
    #[ts(optional, as = "Option<ActivityFilter>")]
    pub filter: ActivityFilter,
    /// Where the page begins: `next` of the page before.
    #[ts(optional = nullable)]
    pub after: Option<String>,
    /// How many, 1–200; absent: as `ui.items_per_page` says.
    #[ts(optional = nullable)]
    pub limit: Option<u32>,
}

/// The activity log, or part of it, to write to a file.
#[derive(Debug, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExportActivity {
    /// File to write; in the window one that `file.choose` gave.
    pub path: String,
    /// How.
    pub format: FileFormat,
    /// Which entries.
    #[serde(default)]
    #[ts(optional, as = "Option<ActivityFilter>")]
    pub filter: ActivityFilter,
}

/// A file to ask a person for.
#[derive(Debug, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChooseFile {
    /// What for.
    pub purpose: FilePurpose,
}

/// A file to read or to write.
#[derive(Debug, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FileRef {
    /// Its path; in the window one that `file.choose` gave.
    pub path: String,
}

/// A backup to make.
#[derive(Debug, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateBackup {
    /// File to write; absent: a new one in the folder of backups.
    #[ts(optional = nullable)]
    pub path: Option<String>,
    /// Whether the history of servers goes in.
    pub with_history: bool,
    /// What it is encrypted under; absent: the passphrase that Tomo remembers.
    #[ts(optional, type = "string | null")]
    #[schemars(with = "Option<String>")]
    pub passphrase: Option<SecretString>,
    /// Why, up to 200 characters.
    #[ts(optional = nullable)]
    pub note: Option<String>,
}

/// A backup to look into or to restore.
#[derive(Debug, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenBackup {
    /// Its file: one of the list, or in the window one that `file.choose` gave.
    pub path: String,
    /// What it is encrypted under; absent: the passphrase that Tomo remembers.
    #[ts(optional, type = "string | null")]
    #[schemars(with = "Option<String>")]
    pub passphrase: Option<SecretString>,
}

/// The passphrase of automatic backups.
#[derive(Debug, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BackupPassphrase {
    /// The passphrase; absent: none is remembered any more.
    #[ts(optional, type = "string | null")]
    #[schemars(with = "Option<String>")]
    pub passphrase: Option<SecretString>,
}

/// A list of servers to import.
#[derive(Debug, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportServers {
    /// Its file; in the window one that `file.choose` gave.
    pub path: String,
    /// Digest of the preview that a person looked at.
    pub digest: String,
    /// Places in the preview that are left out.
    #[serde(default)]
    #[ts(optional, as = "Option<Vec<u32>>")]
    pub leave_out: Vec<u32>,
}

/// A plan.
#[derive(Debug, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanRef {
    /// Which.
    #[ts(type = "string")]
    pub id: Uuid,
}
