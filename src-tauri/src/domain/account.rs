//! An account as its owner and the admins see it, and how good a password is.

use super::user::User;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

/// An account. The password's hash is no part of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Account {
    /// Who.
    pub user: User,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// When somebody last signed in with it.
    pub last_login: Option<DateTime<Utc>>,
    /// When the password was last changed.
    pub password_changed_at: Option<DateTime<Utc>>,
    /// A picture: a `data:` URL that Tomo made, or an `https:` address.
    pub avatar: Option<String>,
    /// What the window remembers for this user: a JSON object.
    #[ts(type = "Record<string, unknown>")]
    pub preferences: Value,
    /// Sessions that are live now.
    pub live_sessions: u32,
    /// Until when sign-ins with this name are refused.
    pub locked_until: Option<DateTime<Utc>>,
}

/// What is thought of a password before it is taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PasswordStrength {
    /// zxcvbn's estimate, 0 (guessed at once) to 4 (withstands a stolen hash).
    pub score: u8,
    /// Whether the rules allow it.
    pub accepted: bool,
    /// Each rule that it breaks, as a sentence.
    pub problems: Vec<String>,
    /// Why it is weak, as a sentence; absent when it is not.
    pub warning: Option<String>,
    /// What would make it better.
    pub suggestions: Vec<String>,
    /// How long guessing it takes with a stolen hash: `3 hours`.
    pub time_to_guess: String,
}
