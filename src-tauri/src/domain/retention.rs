//! What retention drops: before it does, and what the last run did.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A table that retention keeps short.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum RetainedTable {
    /// History of servers.
    ServerMetrics,
    /// History of containers.
    ContainerMetrics,
    /// The activity log.
    ActivityLogs,
    /// Sessions that have ended, and failed sign-ins.
    Sessions,
    /// The audit trail.
    SettingsAudit,
}

impl RetainedTable {
    /// All of them, in the order of the schema's document.
    pub const ALL: [Self; 5] = [
        Self::ServerMetrics,
        Self::ContainerMetrics,
        Self::ActivityLogs,
        Self::Sessions,
        Self::SettingsAudit,
    ];

    /// The table's name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ServerMetrics => "server_metrics",
            Self::ContainerMetrics => "container_metrics",
            Self::ActivityLogs => "activity_logs",
            Self::Sessions => "sessions",
            Self::SettingsAudit => "settings_audit",
        }
    }

    /// The setting that says for how many days rows are kept.
    #[must_use]
    pub fn setting_key(self) -> &'static str {
        match self {
            Self::ServerMetrics => "retention.server_metrics_days",
            Self::ContainerMetrics => "retention.container_metrics_days",
            Self::ActivityLogs => "retention.activity_logs_days",
            Self::Sessions => "retention.sessions_days",
            Self::SettingsAudit => "retention.settings_audit_days",
        }
    }
}

/// What would go from one table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RetentionShare {
    /// Which.
    pub table: RetainedTable,
    /// Days that rows are kept.
    pub days: u32,
    /// Rows that it has now.
    #[ts(type = "number")]
    pub rows: u64,
    /// Rows that are older.
    #[ts(type = "number")]
    pub expired: u64,
    /// Bytes that those take, with their share of the indexes.
    #[ts(type = "number")]
    pub bytes: u64,
    /// The oldest row there is.
    pub oldest: Option<DateTime<Utc>>,
}

/// What a run would do now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RetentionPreview {
    /// One for each table.
    pub tables: Vec<RetentionShare>,
    /// Size of the database file, in bytes.
    #[ts(type = "number")]
    pub file_bytes: u64,
    /// Bytes by which the file would become smaller.
    #[ts(type = "number")]
    pub returned_bytes: u64,
}

/// What a run has dropped from one table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RetentionDropped {
    /// Which.
    pub table: RetainedTable,
    /// How many rows went.
    #[ts(type = "number")]
    pub rows: u64,
}

/// A run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RetentionRun {
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When it ended; absent when it was cut off.
    pub finished_at: Option<DateTime<Utc>>,
    /// Who asked for it, by name; absent when it was due.
    pub asked_by: Option<String>,
    /// What went.
    pub tables: Vec<RetentionDropped>,
    /// Bytes by which the file became smaller.
    #[ts(type = "number")]
    pub returned_bytes: u64,
    /// What kept it from its end.
    pub error: Option<String>,
}

/// Where retention stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RetentionStatus {
    /// The last run.
    pub last: Option<RetentionRun>,
    /// When the next is due; absent when it is switched off.
    pub next_at: Option<DateTime<Utc>>,
    /// Whether one is under way.
    pub is_running: bool,
}
