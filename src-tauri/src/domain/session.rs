//! Sign-ins. A session's secret never leaves the process; the database holds a hash of it.

use super::{id::UserId, user::User};
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// No name of a computer is longer.
const HOST_CHARACTERS: usize = 255;

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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
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
    const ALL: [Self; 3] = [Self::Window, Self::CommandLine, Self::Mcp];

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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
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

impl Client {
    /// A front door on the computer that this runs on.
    #[must_use]
    pub fn here(door: Door, host: Option<String>) -> Self {
        let host: String = host
            .unwrap_or_default()
            .trim()
            .chars()
            .map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c })
            .take(HOST_CHARACTERS)
            .collect();
        Self {
            door,
            host: if host.is_empty() { "unknown".into() } else { host },
            os: std::env::consts::OS.into(),
            version: env!("CARGO_PKG_VERSION").into(),
        }
    }

    /// The text of `sessions.user_agent`. The host comes last: it is the only part that may hold
    /// the separator.
    #[must_use]
    pub fn to_text(&self) -> String {
        format!("Tomo {}, {}, {}, {}", self.version, self.door.name(), self.os, self.host)
    }

    /// Reads `sessions.user_agent`.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        let mut parts = text.strip_prefix("Tomo ")?.splitn(4, ", ");
        let version = parts.next()?.to_owned();
        let door = parts.next()?;
        let os = parts.next()?.to_owned();
        let host = parts.next().filter(|host| !host.is_empty())?.to_owned();
        let door = Door::ALL.into_iter().find(|one| one.name() == door)?;
        Some(Self { door, host, os, version })
    }

    /// What failed sign-ins are counted by besides the name: `window@nas`.
    #[must_use]
    pub fn origin(&self) -> String {
        format!("{}@{}", self.door.name(), self.host)
    }

    /// Whether it is an assistant, and not a person.
    #[must_use]
    pub fn is_assistant(&self) -> bool {
        self.door == Door::Mcp
    }

    /// For sentences: `window on nas`.
    #[must_use]
    pub fn in_words(&self) -> String {
        format!("{} on {}", self.door.name(), self.host)
    }
}

/// A session in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
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
