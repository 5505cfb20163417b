//! The audit trail of settings: who changed what, from what to what, and whether that can be proven.

use super::id::UserId;
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

/// What was done to a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChangeType {
    /// It got its first value.
    Create,
    /// It got another value.
    Update,
    /// The value went.
    Delete,
}

impl ChangeType {
    /// The text of `settings_audit.change_type`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Create => "CREATE",
            Self::Update => "UPDATE",
            Self::Delete => "DELETE",
        }
    }

    /// Reads `settings_audit.change_type`.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        [Self::Create, Self::Update, Self::Delete].into_iter().find(|kind| kind.as_str() == text)
    }
}

/// A row of `settings_audit`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
pub struct AuditEntry {
    /// Its place in the chain.
    #[ts(type = "number")]
    pub id: i64,
    /// When.
    pub created_at: DateTime<Utc>,
    /// Who; absent when Tomo itself did it.
    pub user_id: Option<UserId>,
    /// Who, by name; absent when the account is gone, too.
    pub username: Option<String>,
    /// Whose own value it is, by name; absent when it is everybody's.
    pub override_of: Option<String>,
    /// Key.
    pub setting_key: String,
    /// What was done.
    pub change_type: ChangeType,
    /// Before.
    #[ts(type = "unknown")]
    pub old_value: Option<Value>,
    /// After; `null` when the value went.
    #[ts(type = "unknown")]
    pub new_value: Value,
    /// Why, in the words of whoever did it.
    pub change_reason: Option<String>,
    /// Where it was done: `window`, `command line`, `MCP`.
    pub door: Option<String>,
    /// HMAC-SHA-256 over this row and the checksum before it, as 64 hex digits.
    pub checksum: String,
}

/// Which entries are wanted; everything that is given has to hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AuditFilter {
    /// Part of a setting's key, or a user's name.
    #[ts(optional = nullable)]
    pub text: Option<String>,
    /// What was done.
    #[ts(optional = nullable)]
    pub change_type: Option<ChangeType>,
    /// Not before.
    #[ts(optional = nullable)]
    pub since: Option<DateTime<Utc>>,
    /// Before.
    #[ts(optional = nullable)]
    pub until: Option<DateTime<Utc>>,
}

/// A page of the trail, newest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
pub struct AuditPage {
    /// Entries.
    pub entries: Vec<AuditEntry>,
    /// How many more there are after these, that the filter lets through.
    #[ts(type = "number")]
    pub more: u64,
    /// When retention last dropped the oldest part; absent when it never has.
    pub anchored_at: Option<DateTime<Utc>>,
    /// The last entry that retention has dropped.
    #[ts(type = "number | null")]
    pub anchored_id: Option<i64>,
}

/// What verifying found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct AuditReport {
    /// Rows that there are.
    #[ts(type = "number")]
    pub rows: u64,
    /// Rows that are proven to be as they were written.
    #[ts(type = "number")]
    pub proven: u64,
    /// The first entry that does not hold: changed, forged or missing. 0 is the anchor itself.
    #[ts(type = "number | null")]
    pub first_broken: Option<i64>,
    /// The last moment that is proven before it.
    pub proven_until: Option<DateTime<Utc>>,
    /// When the oldest row was written.
    pub since: Option<DateTime<Utc>>,
    /// Keys of settings whose value in force is not what the newest entry about them says: they were
    /// changed around the trail.
    #[serde(default)]
    #[ts(optional, as = "Option<Vec<String>>")]
    pub unrecorded: Vec<String>,
    /// Whether the end of the trail was compared with the one that is remembered outside the
    /// database. Without that, an older copy of the database holds as well.
    pub end_compared: bool,
    /// When this was found.
    pub checked_at: DateTime<Utc>,
    /// How long it took.
    #[ts(type = "number")]
    pub milliseconds: u64,
}
