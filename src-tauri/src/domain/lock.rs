//! Failed sign-ins, counted by user name and by origin, and the locks they lead to.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use uuid::Uuid;

/// What failed sign-ins are counted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LockSubject {
    /// The name that was typed, whether there is such a user or not.
    Username,
    /// The front door and computer that it was typed at.
    Origin,
}

impl LockSubject {
    /// The text of `account_locks.identifier_type`. Tomo has no network address to count by; its
    /// origins take the schema's `ip`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Username => "username",
            Self::Origin => "ip",
        }
    }

    /// Reads `account_locks.identifier_type`.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        [Self::Username, Self::Origin].into_iter().find(|subject| subject.as_str() == text)
    }
}

/// A row of `account_locks`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct AccountLock {
    /// Identifier.
    #[ts(type = "string")]
    pub id: Uuid,
    /// The user name, or the origin.
    pub identifier: String,
    /// Which of the two.
    pub subject: LockSubject,
    /// Failed sign-ins since the last clean start.
    pub attempt_count: u32,
    /// The first of them.
    pub first_attempt_at: DateTime<Utc>,
    /// The last of them.
    pub last_attempt_at: DateTime<Utc>,
    /// When it was locked; absent while attempts are left.
    pub locked_at: Option<DateTime<Utc>>,
    /// When the lock ends by itself.
    pub lock_expires_at: Option<DateTime<Utc>>,
    /// Whether sign-ins are refused now.
    pub is_locked: bool,
    /// When an admin unlocked it.
    pub unlocked_at: Option<DateTime<Utc>>,
    /// Which admin, by name.
    pub unlocked_by: Option<String>,
    /// What the admin noted.
    pub notes: Option<String>,
}
