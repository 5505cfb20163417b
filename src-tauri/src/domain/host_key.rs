//! Host keys: what a server presents to prove who it is, and what Tomo remembers of it.

use super::id::UserId;
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A public host key.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS, JsonSchema)]
pub struct HostKey {
    /// Algorithm as SSH names it, e.g. `ssh-ed25519`.
    pub algorithm: String,
    /// `SHA256:` and 43 characters of base64, as `ssh-keygen -l` prints it.
    pub fingerprint: String,
    /// The whole key in OpenSSH's one-line form, without a comment.
    pub public_key: String,
}

/// A host key that somebody has decided to trust, as `known_hosts` keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct KnownHost {
    /// Host as the servers' rows name it.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// The key.
    pub key: HostKey,
    /// Who trusted it; absent when that account is gone.
    pub trusted_by: Option<UserId>,
    /// When it was trusted.
    pub trusted_at: DateTime<Utc>,
    /// When it was last presented and matched.
    pub last_seen_at: Option<DateTime<Utc>>,
}

/// What comparing a presented key with the known one says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum HostKeyVerdict {
    /// The presented key is the known one.
    Matches,
    /// No key is known for this host and port: a person has to decide.
    Unknown {
        /// What the host presented.
        presented: HostKey,
    },
    /// Another key is known: the connection stops here.
    Changed {
        /// What the host presented.
        presented: HostKey,
        /// What Tomo remembers.
        known: KnownHost,
    },
}
