//! A person who may sign in.

use super::id::UserId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What a user may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Everything.
    Admin,
    /// Read, and act on servers and apps.
    User,
    /// Read only.
    Readonly,
}

impl Role {
    /// The text of `users.role`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::User => "user",
            Self::Readonly => "readonly",
        }
    }

    /// Whether somebody with this role may do what `least` is the least role for.
    #[must_use]
    pub fn reaches(self, least: Self) -> bool {
        match least {
            Self::Readonly => true,
            Self::User => self != Self::Readonly,
            Self::Admin => self == Self::Admin,
        }
    }

    /// Reads `users.role`.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        [Self::Admin, Self::User, Self::Readonly].into_iter().find(|role| role.as_str() == text)
    }
}

/// A user without the password hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct User {
    /// Identifier.
    pub id: UserId,
    /// Sign-in name.
    pub username: String,
    /// E-mail address; may be empty.
    pub email: String,
    /// What the user may do.
    pub role: Role,
    /// Whether the user may sign in.
    pub is_active: bool,
}
