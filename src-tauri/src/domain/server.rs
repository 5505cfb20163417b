//! A server: where it is and how to sign in. The secret itself is a `Credential`, kept apart.

use super::{id::ServerId, system_info::SystemInfo};
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How Tomo signs in to a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AuthType {
    /// With a password (also asked for as 'keyboard-interactive').
    Password,
    /// With a private key.
    Key,
    /// With a key held by a running ssh-agent.
    Agent,
    /// Not at all: this computer, read without SSH.
    Local,
}

impl AuthType {
    /// The text of the `auth_type` column.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Key => "key",
            Self::Agent => "agent",
            Self::Local => "local",
        }
    }

    /// Reads the `auth_type` column.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        [Self::Password, Self::Key, Self::Agent, Self::Local]
            .into_iter()
            .find(|auth| auth.as_str() == text)
    }
}

/// A row of `servers`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
pub struct Server {
    /// Identifier.
    pub id: ServerId,
    /// Display name.
    pub name: String,
    /// Host name or IP address.
    pub host: String,
    /// TCP port; 22 unless told.
    pub port: u16,
    /// Account on the server.
    pub username: String,
    /// How to sign in.
    pub auth_type: AuthType,
    /// False after 'Disconnect': Tomo leaves the server alone until told otherwise.
    pub enabled: bool,
    /// When it was added.
    pub created_at: DateTime<Utc>,
    /// When a connection last worked.
    pub last_connected: Option<DateTime<Utc>>,
    /// What was found on it at the last connection.
    pub system_info: Option<SystemInfo>,
    /// When `system_info` was read.
    pub system_info_updated_at: Option<DateTime<Utc>>,
    /// Whether Docker was found.
    pub docker_installed: bool,
}

impl Server {
    /// Whether this is the computer Tomo runs on.
    #[must_use]
    pub fn is_local(&self) -> bool {
        self.auth_type == AuthType::Local
    }
}

/// What a person enters to add or edit a server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct ServerInput {
    /// Display name, 1–100 characters.
    pub name: String,
    /// Host name or IP address, 1–253 characters, no spaces.
    pub host: String,
    /// TCP port, 1–65535.
    pub port: u16,
    /// Account on the server, 1–64 characters.
    pub username: String,
    /// How to sign in.
    pub auth_type: AuthType,
}

/// A field of a [`ServerInput`] that cannot be taken, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct InvalidField {
    /// The field's name.
    pub field: &'static str,
    /// What is wrong with it.
    pub message: String,
}

impl ServerInput {
    /// Trims the fields and checks them.
    ///
    /// # Errors
    /// The first field that cannot be taken.
    pub fn checked(mut self) -> Result<Self, InvalidField> {
        let invalid = |field, message: &str| Err(InvalidField { field, message: message.into() });
        for text in [&mut self.name, &mut self.host, &mut self.username] {
            *text = text.trim().to_owned();
        }
        if self.host.starts_with('[') && self.host.ends_with(']') {
            self.host = self.host[1..self.host.len() - 1].to_owned();
        }
        if self.name.is_empty() || self.name.chars().count() > 100 {
            return invalid("name", "The name needs 1 to 100 characters.");
        }
        if self.name.chars().any(char::is_control) {
            return invalid("name", "The name has a control character in it.");
        }
        if self.host.is_empty() || self.host.len() > 253 {
            return invalid("host", "The host needs 1 to 253 characters.");
        }
        if self.host.chars().any(|c| c.is_whitespace() || c.is_control() || "/@\"'`\\".contains(c))
        {
            return invalid("host", "The host has a character in it that no host name has.");
        }
        if self.username.is_empty() || self.username.chars().count() > 64 {
            return invalid("username", "The user needs 1 to 64 characters.");
        }
        if self.username.chars().any(char::is_control) {
            return invalid("username", "The user has a control character in it.");
        }
        // This computer is reached through no port.
        if self.port == 0 && self.auth_type != AuthType::Local {
            return invalid("port", "The port is a number from 1 to 65535.");
        }
        Ok(self)
    }
}
