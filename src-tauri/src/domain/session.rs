//! A signed-in session. Its secret never leaves the process; the database holds a hash of it.

use super::user::User;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The session that a process acts under.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Session {
    /// Hash of the session's secret: the row's id. It cannot be used to sign in.
    pub id: String,
    /// Who.
    pub user: User,
    /// Until when.
    pub expires_at: DateTime<Utc>,
}
