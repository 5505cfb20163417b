//! The small public status of a connection, derived from the state that the collector is in.

use super::{
    failure::Failure,
    host_key::{HostKey, KnownHost},
};
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Where the connection to a server stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum ConnectionStatus {
    /// A person disconnected it, or it was never connected.
    Disconnected,
    /// Being opened for the first time, or again after a wish.
    Connecting,
    /// Open and answering.
    Connected {
        /// Since when.
        since: DateTime<Utc>,
    },
    /// Not open; it is tried again at `retry_at`.
    Retrying {
        /// When it was lost, or first tried.
        since: DateTime<Utc>,
        /// Next attempt.
        retry_at: DateTime<Utc>,
        /// Why the last attempt failed.
        failure: Failure,
    },
    /// Not tried again by itself, because it would fail again (a wrong password locks accounts).
    Failed {
        /// Since when.
        since: DateTime<Utc>,
        /// Why.
        failure: Failure,
    },
    /// Nobody has yet decided whether to trust the host's key.
    HostKeyUnknown {
        /// What the host presented.
        presented: HostKey,
    },
    /// The host presented another key than the known one: stopped.
    HostKeyChanged {
        /// When that was seen.
        since: DateTime<Utc>,
        /// What the host presented.
        presented: HostKey,
        /// What Tomo remembers.
        known: KnownHost,
    },
    /// Collection is paused for all servers.
    Paused,
}

impl ConnectionStatus {
    /// The word in `servers.status`.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Disconnected => "disconnected",
            Self::Connecting => "connecting",
            Self::Connected { .. } => "connected",
            Self::Retrying { .. } => "retrying",
            Self::Failed { .. } => "failed",
            Self::HostKeyUnknown { .. } => "host_key_unknown",
            Self::HostKeyChanged { .. } => "host_key_changed",
            Self::Paused => "paused",
        }
    }
}
