//! Containers: what the engine says of them, what they use, and what can be done to them.
//!
//! Names, labels, images and commands come from a server and are shown as text, never run.

use super::{engine::ServerEngine, id::ServerId};
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// One container of one server.
#[derive(
    Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS, JsonSchema,
)]
#[serde(deny_unknown_fields)]
pub struct ContainerRef {
    /// The server.
    pub server_id: ServerId,
    /// The engine's id, 64 hexadecimal digits.
    pub container_id: String,
}

/// What the engine says a container does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ContainerState {
    /// Made, and never started.
    Created,
    /// Running.
    Running,
    /// Frozen.
    Paused,
    /// Between two runs.
    Restarting,
    /// Being removed.
    Removing,
    /// Ended.
    Exited,
    /// The engine could not remove it whole.
    Dead,
    /// A word that Tomo does not know.
    Unknown,
}

/// What a container's own check says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ContainerHealth {
    /// Not decided yet.
    Starting,
    /// The check holds.
    Healthy,
    /// The check fails.
    Unhealthy,
}

/// A port of a container.
#[derive(
    Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS, JsonSchema,
)]
pub struct PublishedPort {
    /// In the container.
    pub container_port: u16,
    /// `tcp`, `udp` or `sctp`.
    pub protocol: String,
    /// The address of the host that it is bound to; absent when it is not published.
    pub host_ip: Option<String>,
    /// On the host; absent when it is not published.
    pub host_port: Option<u16>,
}

/// A container, as the engine describes it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
pub struct Container {
    /// The server it is on.
    pub server_id: ServerId,
    /// Path of the socket of the engine that has it.
    pub engine: String,
    /// The engine's id, 64 hexadecimal digits.
    pub id: String,
    /// Name, without the slash.
    pub name: String,
    /// The image, as it was asked for: `postgres:16.4`.
    pub image: String,
    /// The image's own id: `sha256:…`.
    pub image_id: String,
    /// The digest that the image was pulled by; absent when it was built here or not asked yet.
    pub digest: Option<String>,
    /// Compose project.
    pub project: Option<String>,
    /// Compose service.
    pub service: Option<String>,
    /// What it does.
    pub state: ContainerState,
    /// What its check says; absent when it has none.
    pub health: Option<ContainerHealth>,
    /// What it ended with; absent while it runs and when it was not asked yet.
    #[ts(type = "number | null")]
    pub exit_code: Option<i64>,
    /// Whether it was killed because it had no memory left.
    pub out_of_memory: bool,
    /// What the engine complains of, in its words.
    pub error: Option<String>,
    /// Published ports first.
    pub ports: Vec<PublishedPort>,
    /// When it was made.
    pub created_at: Option<DateTime<Utc>>,
    /// When it was last started; absent when never, and when it was not asked yet.
    pub started_at: Option<DateTime<Utc>>,
    /// When it last ended; absent while it runs the first time, and when it was not asked yet.
    pub finished_at: Option<DateTime<Utc>>,
    /// How often the engine started it again by itself; absent when it was not asked yet.
    #[ts(type = "number | null")]
    pub restart_count: Option<u64>,
    /// What its history is kept under: the compose service where it has one, else its name. A
    /// container that is made anew goes on with the old one's chart.
    pub series: String,
}

impl Container {
    /// Which one this is.
    #[must_use]
    pub fn reference(&self) -> ContainerRef {
        ContainerRef { server_id: self.server_id, container_id: self.id.clone() }
    }

    /// Whether its processes exist.
    #[must_use]
    pub fn is_up(&self) -> bool {
        matches!(
            self.state,
            ContainerState::Running | ContainerState::Paused | ContainerState::Restarting
        )
    }

    /// What its history is kept under: `project/service#number` for a part of a compose project (the
    /// number only from the second replica on), else `/name`.
    #[must_use]
    pub fn series_of(
        project: Option<&str>,
        service: Option<&str>,
        number: Option<u32>,
        name: &str,
    ) -> String {
        match (project, service) {
            (Some(project), Some(service)) => match number.filter(|number| *number > 1) {
                Some(number) => format!("{project}/{service}#{number}"),
                None => format!("{project}/{service}"),
            },
            _ => format!("/{name}"),
        }
    }
}

/// Where a container's figures come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FiguresSource {
    /// The host's control groups, read with the host's own figures.
    Cgroup,
    /// The engine's stats, on a slower beat.
    Stats,
}

/// What a container uses. What was not measured is absent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
pub struct ContainerFigures {
    /// When it was read.
    pub at: DateTime<Utc>,
    /// Where it comes from.
    pub source: FiguresSource,
    /// CPU since the last reading, percent of one core: 200 is two cores busy.
    pub cpu_percent: Option<f64>,
    /// The same as a share of all cores of the host, percent.
    pub cpu_host_percent: Option<f64>,
    /// Cores that it may use at most; absent without a limit.
    pub cpu_limit_cores: Option<f64>,
    /// Memory without the page cache that can be dropped, bytes.
    #[ts(type = "number | null")]
    pub memory_bytes: Option<u64>,
    /// Memory that it may use at most, bytes; absent without a limit.
    #[ts(type = "number | null")]
    pub memory_limit_bytes: Option<u64>,
    /// Received, bytes per second; absent where the container's network is not readable, and for
    /// containers in the host's.
    pub network_rx: Option<f64>,
    /// Sent, bytes per second.
    pub network_tx: Option<f64>,
}

/// A container and what it uses.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
pub struct ContainerRow {
    /// The container.
    pub container: Container,
    /// Its newest figures; absent while it does not run.
    pub figures: Option<ContainerFigures>,
    /// What is wrong with it, in words: `Exited 137, out of memory`. Absent when nothing is.
    pub trouble: Option<String>,
    /// Since when its engine has not answered: the row is what was last heard of it. Absent while the
    /// engine answers.
    pub old_since: Option<DateTime<Utc>>,
}

/// Everything that the containers' page needs at once.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
pub struct Containers {
    /// One for each server.
    pub engines: Vec<ServerEngine>,
    /// By server, then by project, service and name.
    pub containers: Vec<ContainerRow>,
}

/// How many containers a server has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct ContainerCounts {
    /// Running.
    pub running: u32,
    /// All.
    pub all: u32,
    /// Unhealthy, restarting over and over, or ended by an error.
    pub troubled: u32,
}

/// What can be done to containers at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ContainerAction {
    /// Starts it.
    Start,
    /// Asks it to end, and kills it after the time it was given (10 s where it says nothing).
    Stop,
    /// Stops and starts it.
    Restart,
    /// Freezes its processes.
    Pause,
    /// Thaws them.
    Unpause,
    /// Kills it at once.
    Kill,
}

impl ContainerAction {
    /// What was done, for a sentence: `stopped`.
    #[must_use]
    pub fn done(self) -> &'static str {
        match self {
            Self::Start => "started",
            Self::Stop => "stopped",
            Self::Restart => "restarted",
            Self::Pause => "paused",
            Self::Unpause => "unpaused",
            Self::Kill => "killed",
        }
    }
}

/// What came of one container in an action on several.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct ContainerResult {
    /// The container.
    pub container: ContainerRef,
    /// Its name; the id where it is not known.
    pub name: String,
    /// Why it was not done, in the engine's words; absent when it was done.
    pub error: Option<String>,
}

/// When the engine starts a container again by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RestartPolicy {
    /// Never.
    No,
    /// When it ended with an error.
    OnFailure,
    /// Always, also when the engine starts.
    Always,
    /// Always, unless somebody stopped it.
    UnlessStopped,
}

/// What a container may use, and when it is started again. What is absent stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ContainerLimits {
    /// Cores at most; 0 is no limit, which engines set as all that the host has.
    pub cpu_cores: Option<f64>,
    /// Memory at most, bytes; 0 is no limit, which engines set as all that the host has.
    #[ts(type = "number | null")]
    pub memory_bytes: Option<u64>,
    /// When it is started again.
    pub restart_policy: Option<RestartPolicy>,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A chart goes on when the container is made anew, and replicas do not share one.
    #[test]
    fn a_series_follows_the_service() {
        let of =
            |project, service, number| Container::series_of(project, service, number, "shop-web-1");
        assert_eq!(of(Some("shop"), Some("web"), Some(1)), "shop/web");
        assert_eq!(of(Some("shop"), Some("web"), Some(2)), "shop/web#2");
        assert_eq!(of(None, Some("web"), None), "/shop-web-1");
    }
}
