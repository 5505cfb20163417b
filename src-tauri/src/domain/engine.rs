//! Container engines: where those of a server stand, and what they are.

use super::id::ServerId;
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Which program answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EngineKind {
    /// Docker Engine.
    Docker,
    /// Podman's compatible service.
    Podman,
}

/// How its API is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EngineVia {
    /// A socket or pipe of this computer.
    Local,
    /// The socket, forwarded through the server's SSH connection.
    Streamlocal,
    /// `docker system dial-stdio`, run over the server's SSH connection.
    DialStdio,
}

/// What may be asked of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EngineAccess {
    /// Everything.
    Full,
    /// Questions only: a proxy stands in front of the socket and refuses changes.
    ReadOnly,
}

/// An engine that answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct EngineInfo {
    /// Which.
    pub kind: EngineKind,
    /// Its version, as it says.
    pub version: String,
    /// The newest version of the API that it speaks.
    pub api_version: String,
    /// Path of its socket or pipe.
    pub socket: String,
    /// How it is reached.
    pub via: EngineVia,
    /// What may be asked of it.
    pub access: EngineAccess,
    /// Whether it runs without root.
    pub rootless: bool,
    /// 1 or 2; absent where it does not say.
    pub cgroup_version: Option<u8>,
    /// Where it keeps images, containers and volumes; absent where it does not say.
    pub root_dir: Option<String>,
    /// Its host's operating system, as it says.
    pub os: Option<String>,
    /// Its host's architecture, as it says.
    pub architecture: Option<String>,
    /// Processors that it sees; absent where it does not say.
    pub cpus: Option<u32>,
    /// Memory that it sees, bytes; absent where it does not say.
    #[ts(type = "number | null")]
    pub memory_bytes: Option<u64>,
}

/// What stands in the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EngineObstacle {
    /// No engine was found.
    Absent,
    /// There is a socket, and nobody answers at it.
    Down,
    /// The account may not use the socket.
    Forbidden,
    /// What should be the socket is something else.
    NotASocket,
    /// It speaks only versions of the API that Tomo does not.
    TooOld,
    /// It was reached, and is not any more.
    Lost,
}

/// Why an engine cannot be used, for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct EngineTrouble {
    /// What stands in the way.
    pub obstacle: EngineObstacle,
    /// The socket that was tried last.
    pub socket: Option<String>,
    /// What happened, as a sentence.
    pub message: String,
    /// What to do, as a sentence.
    pub hint: String,
    /// The exact command that would help, to be run on the server.
    pub command: Option<String>,
    /// What that command grants, as a sentence, where it grants more than it seems.
    pub grants: Option<String>,
}

/// Where an engine stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum EngineStatus {
    /// The server is not connected.
    Unknown,
    /// It is being looked for.
    Looking,
    /// It answers.
    Ready {
        /// What it is.
        info: EngineInfo,
        /// Since when.
        since: DateTime<Utc>,
    },
    /// It cannot be used.
    Trouble {
        /// Why.
        trouble: EngineTrouble,
        /// Since when.
        since: DateTime<Utc>,
    },
}

/// The engines of a server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct ServerEngine {
    /// Which server.
    pub server_id: ServerId,
    /// Where its engine stands; of several the first that answers.
    pub status: EngineStatus,
    /// Its other engines, as rootless Docker or Podman beside Docker; nearly always none.
    pub others: Vec<OtherEngine>,
}

impl ServerEngine {
    /// Where each of its engines stands, the first one first.
    pub fn all(&self) -> impl Iterator<Item = &EngineStatus> {
        std::iter::once(&self.status).chain(self.others.iter().map(|other| &other.status))
    }
}

/// An engine of a server that has several.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct OtherEngine {
    /// Path of its socket, which tells it from the others.
    pub socket: String,
    /// Where it stands.
    pub status: EngineStatus,
}
