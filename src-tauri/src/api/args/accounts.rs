//! Arguments about accounts, sessions and locks.

use crate::domain::{id::UserId, user::Role};
use schemars::JsonSchema;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::{Map, Value};
use ts_rs::TS;
use uuid::Uuid;

/// The first account.
#[derive(Debug, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetUp {
    /// Sign-in name, 1–64 characters.
    pub username: String,
    /// Password, 12–256 characters.
    #[ts(type = "string")]
    #[schemars(with = "String")]
    pub password: SecretString,
    /// Keep the session's secret in the keychain.
    pub stay_signed_in: bool,
}

/// A sign-in.
#[derive(Debug, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// Sign-in name.
    pub username: String,
    /// Password.
    #[ts(type = "string")]
    #[schemars(with = "String")]
    pub password: SecretString,
    /// Keep the session's secret in the keychain.
    pub stay_signed_in: bool,
}

/// A password to look at before it is taken.
#[derive(Debug, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordToCheck {
    /// The user name it would belong to; may be empty.
    pub username: String,
    /// The password.
    #[ts(type = "string")]
    #[schemars(with = "String")]
    pub password: SecretString,
}

/// The own password, to go on after a lock.
#[derive(Debug, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OwnPassword {
    /// The password.
    #[ts(type = "string")]
    #[schemars(with = "String")]
    pub password: SecretString,
}

/// An account to create.
#[derive(Debug, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateUser {
    /// Sign-in name, 1–64 characters.
    pub username: String,
    /// E-mail address; may be empty.
    #[serde(default)]
    #[ts(optional, as = "Option<String>")]
    pub email: String,
    /// What the user may do; absent: as `system.default_user_role` says.
    #[ts(optional = nullable)]
    pub role: Option<Role>,
    /// First password.
    #[ts(type = "string")]
    #[schemars(with = "String")]
    pub password: SecretString,
}

/// An account to change; what is absent stays.
#[derive(Debug, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EditUser {
    /// Which.
    pub id: UserId,
    /// Sign-in name.
    #[ts(optional = nullable)]
    pub username: Option<String>,
    /// E-mail address.
    #[ts(optional = nullable)]
    pub email: Option<String>,
    /// What the user may do.
    #[ts(optional = nullable)]
    pub role: Option<Role>,
    /// Whether the user may sign in.
    #[ts(optional = nullable)]
    pub is_active: Option<bool>,
}

/// A password that an admin sets for somebody.
#[derive(Debug, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetUserPassword {
    /// Whose.
    pub id: UserId,
    /// The new password.
    #[ts(type = "string")]
    #[schemars(with = "String")]
    pub password: SecretString,
}

/// An account.
#[derive(Debug, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UserRef {
    /// Which.
    pub id: UserId,
}

/// The own account; what is absent stays.
#[derive(Debug, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EditAccount {
    /// E-mail address; may be empty.
    #[ts(optional = nullable)]
    pub email: Option<String>,
    /// What the window should remember: up to 16 KB of JSON.
    #[ts(optional, type = "Record<string, unknown>")]
    pub preferences: Option<Map<String, Value>>,
}

/// A picture for the own account.
#[derive(Debug, Deserialize, TS, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum AvatarInput {
    /// PNG, JPEG or WebP of up to 500 KB, as base64. Tomo decodes it and stores its own encoding.
    Image {
        /// The file's bytes as base64.
        data: String,
    },
    /// An `https:` address.
    Url {
        /// The address.
        url: String,
    },
    /// None.
    Remove {},
}

/// A new password of the own account.
#[derive(Debug, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangePassword {
    /// The present one.
    #[ts(type = "string")]
    #[schemars(with = "String")]
    pub current: SecretString,
    /// The new one.
    #[ts(type = "string")]
    #[schemars(with = "String")]
    pub new: SecretString,
}

/// Which sessions to list.
#[derive(Debug, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListSessions {
    /// Everybody's (admins only) instead of the own.
    #[serde(default)]
    #[ts(optional, as = "Option<bool>")]
    pub all: bool,
}

/// A session.
#[derive(Debug, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SessionRef {
    /// Its id.
    pub id: String,
}

/// A lock to lift.
#[derive(Debug, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Unlock {
    /// Which.
    #[ts(type = "string")]
    pub id: Uuid,
    /// Why, up to 500 characters.
    #[ts(optional = nullable)]
    pub note: Option<String>,
}
