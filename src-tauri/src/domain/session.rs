//! Sign-ins. A session's secret never leaves the process; the database holds a hash of it.

use super::{id::UserId, user::User};
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
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// Until when.
    pub expires_at: DateTime<Utc>,
    /// Whether the password is asked for before anything else can be done.
    pub is_locked: bool,
}

/// Where a session stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SessionStatus {
    /// In use.
    Active,
    /// Not used for longer than `security.session_idle_timeout_seconds`.
    Idle,
    /// Its time has run out.
    Expired,
    /// Somebody ended it.
    Terminated,
}

impl SessionStatus {
    /// The text of `sessions.status`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Idle => "idle",
            Self::Expired => "expired",
            Self::Terminated => "terminated",
        }
    }

    /// Reads `sessions.status`.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        [Self::Active, Self::Idle, Self::Expired, Self::Terminated]
            .into_iter()
            .find(|status| status.as_str() == text)
    }
}

/// A front door of Tomo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Door {
    /// The window.
    Window,
    /// The command line.
    CommandLine,
    /// An AI assistant, over MCP.
    Mcp,
}

impl Door {
    /// For sentences: `signed in at the command line`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Window => "window",
            Self::CommandLine => "command line",
            Self::Mcp => "MCP",
        }
    }
}

/// Where a session was begun.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Client {
    /// Through which front door.
    pub door: Door,
    /// Name of the computer.
    pub host: String,
    /// `linux`, `macos` or `windows`.
    pub os: String,
    /// Version of Tomo.
    pub version: String,
}

/// A session in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SessionEntry {
    /// Hash of the session's secret. It cannot be used to sign in.
    pub id: String,
    /// Whose.
    pub user_id: UserId,
    /// Whose, by name.
    pub username: String,
    /// Where it was begun; absent when the row does not say.
    pub client: Option<Client>,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// When it was last used.
    pub last_activity: DateTime<Utc>,
    /// Until when.
    pub expires_at: DateTime<Utc>,
    /// Where it stands.
    pub status: SessionStatus,
    /// When it was ended.
    pub terminated_at: Option<DateTime<Utc>>,
    /// Who ended it, by name; the account may be gone.
    pub terminated_by: Option<String>,
    /// Whether it is the one this process acts under.
    pub is_own: bool,
}
