//! What an app makes of a server: its containers, ports, mounts and networks, as its compose file says
//! with everybody's values in it.

use super::app::{AppName, PortProtocol};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use ts_rs::TS;

/// What a compose project is called on a server. Those that Tomo makes are called like apps; compose itself
/// allows more.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProjectName(String);

/// A name that compose does not take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("1 to 100 of a–z, 0–9, '_' and '-', beginning with a letter or a digit")]
pub struct NotAProject;

impl ProjectName {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ProjectName {
    type Err = NotAProject;

    fn from_str(text: &str) -> Result<Self, NotAProject> {
        let is_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        let is_whole = (1..=100).contains(&text.len())
            && text.starts_with(is_word)
            && text.chars().all(|c| is_word(c) || matches!(c, '_' | '-'));
        if is_whole { Ok(Self(text.to_owned())) } else { Err(NotAProject) }
    }
}

impl From<AppName> for ProjectName {
    fn from(name: AppName) -> Self {
        Self(name.to_string())
    }
}

impl AsRef<str> for ProjectName {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ProjectName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A port that is opened on the server.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS, JsonSchema)]
pub struct ProjectPort {
    /// Which service.
    pub service: String,
    /// The address of the server that it is opened on; absent: all of them.
    pub host_ip: Option<String>,
    /// The port of the server; absent: the engine chooses one.
    pub host_port: Option<u16>,
    /// The port of the container.
    pub container_port: u16,
    /// Which protocol.
    pub protocol: PortProtocol,
    /// The setting that it comes from.
    pub setting: Option<String>,
}

/// Where a mount's data is.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum MountSource {
    /// A volume of the project.
    Volume {
        /// Its name on the server: `miniflux_db`.
        name: String,
        /// Whether it is somebody else's, and has to be there already.
        is_external: bool,
    },
    /// A volume that the engine names.
    Anonymous,
    /// A path of the server.
    Path {
        /// The path.
        path: String,
        /// The setting that it comes from.
        setting: Option<String>,
    },
}

/// Data that a container uses.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS, JsonSchema)]
pub struct ProjectMount {
    /// Which service.
    pub service: String,
    /// Where it is.
    pub source: MountSource,
    /// Where the container sees it.
    pub target: String,
    /// Whether the container may only read it.
    pub is_read_only: bool,
}

/// A network of the project.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS, JsonSchema)]
pub struct ProjectNetwork {
    /// Its name on the server: `miniflux_default`.
    pub name: String,
    /// Whether it is somebody else's, and has to be there already.
    pub is_external: bool,
}

/// A container of the project.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS, JsonSchema)]
pub struct ProjectService {
    /// Its name in the compose file.
    pub service: String,
    /// What its container will be called.
    pub container: String,
    /// Its image.
    pub image: String,
    /// When it is started again, as the compose file says: `unless-stopped`.
    pub restart: String,
}

/// What an app makes of a server.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct AppProject {
    /// The compose project's name.
    pub name: String,
    /// Its containers.
    pub services: Vec<ProjectService>,
    /// Ports that are opened.
    pub ports: Vec<ProjectPort>,
    /// Data that is used.
    pub mounts: Vec<ProjectMount>,
    /// Networks that are made or used.
    pub networks: Vec<ProjectNetwork>,
}

/// A value that cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct ValueProblem {
    /// The setting; absent where it is the compose file itself.
    pub setting: Option<String>,
    /// Why, in words for whoever typed it.
    pub message: String,
}
