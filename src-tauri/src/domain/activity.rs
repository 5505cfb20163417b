//! What was done, by whom, to what.

use super::id::{ServerId, UserId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;
use uuid::Uuid;

/// A row of `activity_logs`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Activity {
    /// Identifier (UUIDv7).
    #[ts(type = "string")]
    pub id: Uuid,
    /// What kind of thing was done: `server.add`.
    pub activity_type: String,
    /// Who; the account may be gone.
    pub user_id: Option<UserId>,
    /// To which server; it may be gone.
    pub server_id: Option<ServerId>,
    /// What was done, as a sentence.
    pub message: String,
    /// Anything more.
    #[ts(type = "unknown")]
    pub details: Option<Value>,
    /// When.
    pub timestamp: DateTime<Utc>,
}
