//! One container looked into: environment, mounts, networks, labels, checks. Values that look like
//! secrets stay out until somebody asks for one.

use super::{
    container::{ContainerLimits, ContainerRow},
    engine::EngineInfo,
};
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A variable of a container's environment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct EnvironmentVariable {
    /// Name.
    pub name: String,
    /// Value; absent when it is masked.
    pub value: Option<String>,
    /// Whether it looks like a secret, by its name or by its value.
    pub is_secret: bool,
    /// Whether it came with the image.
    pub is_from_image: bool,
}

/// A mount of a container.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct ContainerMount {
    /// `volume`, `bind`, `tmpfs`, …
    pub kind: String,
    /// Name of the volume.
    pub name: Option<String>,
    /// Where it is on the host.
    pub source: String,
    /// Where it is in the container.
    pub destination: String,
    /// Whether the container may write to it.
    pub is_writable: bool,
}

/// A network that a container is in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct ContainerNetwork {
    /// Name.
    pub name: String,
    /// Addresses in it; none while the container does not run.
    pub addresses: Vec<String>,
    /// Names that others in it find the container by.
    pub aliases: Vec<String>,
    /// Hardware address.
    pub mac_address: Option<String>,
}

/// One run of a container's check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct HealthCheckRun {
    /// When it began.
    pub started_at: Option<DateTime<Utc>>,
    /// What it ended with.
    #[ts(type = "number | null")]
    pub exit_code: Option<i64>,
    /// What it printed, shortened.
    pub output: String,
}

/// A label.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct ContainerLabel {
    /// Name.
    pub name: String,
    /// Value, shortened.
    pub value: String,
}

/// A container, whole.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
pub struct ContainerDetails {
    /// The row.
    pub row: ContainerRow,
    /// The engine it is in.
    pub engine: EngineInfo,
    /// What is run in it, word by word.
    pub command: Vec<String>,
    /// Where it is run.
    pub working_dir: String,
    /// The account that runs it; empty for the image's own.
    pub user: String,
    /// Whether it may do nearly everything that root on the host may.
    pub is_privileged: bool,
    /// Limits and restart policy that are in force.
    pub limits: ContainerLimits,
    /// Environment, by name.
    pub environment: Vec<EnvironmentVariable>,
    /// Mounts, by destination.
    pub mounts: Vec<ContainerMount>,
    /// Networks, by name.
    pub networks: Vec<ContainerNetwork>,
    /// Labels, by name.
    pub labels: Vec<ContainerLabel>,
    /// The last runs of its check, newest first.
    pub health_log: Vec<HealthCheckRun>,
    /// What the engine said, as JSON, with masked values.
    pub raw: String,
}
