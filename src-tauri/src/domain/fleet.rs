//! What a window or a terminal shows of the servers, and the pushes that keep it current.

use super::{
    connection::ConnectionStatus,
    container::{ContainerCounts, ContainerRef, ContainerRow},
    container_log::LogStatus,
    health::{Health, Thresholds},
    host_key::KnownHost,
    id::ServerId,
    live::{Figures, LivePoint},
    sample::Sample,
    server::Server,
};
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// One server as a row of the overview.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
pub struct ServerRow {
    /// The stored row.
    pub server: Server,
    /// Where the connection stands.
    pub connection: ConnectionStatus,
    /// How it is.
    pub health: Health,
    /// Its newest figures; kept, with their time, when the server is gone.
    pub figures: Option<Figures>,
    /// How many containers it has; absent where no engine answers.
    pub containers: Option<ContainerCounts>,
}

impl ServerRow {
    /// Whether it has figures that compare two samples, or will not give any: what somebody who looks
    /// once waits for.
    #[must_use]
    pub fn has_settled(&self) -> bool {
        match self.connection {
            ConnectionStatus::Connecting => false,
            ConnectionStatus::Connected { .. } => {
                self.figures.as_ref().is_some_and(|figures| figures.cpu_percent.is_some())
            }
            // Collection begins by connecting what is watched; what is not stays like this.
            ConnectionStatus::Disconnected => !self.server.enabled,
            _ => true,
        }
    }
}

/// The CPU line of one row: an hour at most, at most 120 points, oldest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
pub struct Sparkline {
    /// Whose.
    pub server_id: ServerId,
    /// Pairs of milliseconds since 1970 and percent; `null` breaks the line.
    #[ts(type = "Array<[number, number | null]>")]
    pub points: Vec<(i64, Option<f32>)>,
}

/// Everything the overview needs at once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
pub struct Fleet {
    /// This computer first, then by name.
    pub servers: Vec<ServerRow>,
    /// One for each server that has points.
    pub sparklines: Vec<Sparkline>,
    /// Marks in force.
    pub thresholds: Thresholds,
    /// Collection in force.
    pub collection: Collection,
}

/// How collection goes on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
pub struct Collection {
    /// Whether it is paused.
    pub paused: bool,
    /// When it resumes by itself; absent: when somebody resumes it.
    pub paused_until: Option<DateTime<Utc>>,
    /// Seconds between samples while a window is open.
    pub live_interval_seconds: u32,
    /// Seconds between samples otherwise.
    pub background_interval_seconds: u32,
}

/// A server's page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
pub struct ServerDetails {
    /// The row.
    pub row: ServerRow,
    /// The newest sample whole: mounts, interfaces, temperatures.
    pub sample: Option<Sample>,
    /// The host key that is trusted; absent for this computer.
    pub known_host: Option<KnownHost>,
    /// Name of who trusted it.
    pub trusted_by_name: Option<String>,
    /// Algorithm of the private key in the vault, e.g. `ssh-ed25519`; absent for passwords.
    pub key_algorithm: Option<String>,
    /// Whether a credential is stored.
    pub has_credential: bool,
    /// What watching costs the host.
    pub cost: Option<HostCost>,
}

/// What Tomo costs a host, averaged over the samples since the connection was opened.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
pub struct HostCost {
    /// CPU time a sample, milliseconds; absent where the host does not tell.
    pub remote_cpu_ms: Option<f64>,
    /// Share of one core, percent, at the present interval.
    pub remote_cpu_percent: Option<f64>,
    /// Median round trip, milliseconds.
    pub round_trip_ms: f64,
    /// Received, bytes a sample.
    pub received_bytes: u64,
    /// Samples since the connection was opened.
    #[ts(type = "number")]
    pub samples: u64,
    /// Times Tomo signed in to this host since it was started.
    #[ts(type = "number")]
    pub sign_ins: u64,
}

/// The last hour of one server, oldest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
pub struct LiveHistory {
    /// Points.
    pub points: Vec<LivePoint>,
}

/// What the process pushes to a subscribed window, coalesced to at most four messages a second.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Push {
    /// The list itself changed (added, removed, renamed, marks, pause): read `fleet.get` again.
    FleetChanged,
    /// New rows and figures of some servers.
    Rows {
        /// Only those that changed.
        rows: Vec<ServerRow>,
    },
    /// A new point of the watched server, with its sample.
    Live {
        /// Which server.
        server_id: ServerId,
        /// New points since the last push.
        points: Vec<LivePoint>,
        /// The newest sample whole.
        sample: Option<Box<Sample>>,
    },
    /// New rows of some containers.
    Containers {
        /// Only those that changed.
        rows: Vec<ContainerRow>,
        /// Those that are gone.
        gone: Vec<ContainerRef>,
    },
    /// An engine came or went, or too much changed at once: read `container.list` again.
    ContainersChanged,
    /// A follow of logs moved on.
    Log {
        /// Where it stands.
        status: LogStatus,
    },
    /// A setting changed: read `setting.list` again.
    SettingsChanged,
    /// The session ended, began, was locked or unlocked: read `status.get` again.
    SessionChanged,
    /// Something of a kind changed, here or in another process: whoever shows it reads it again.
    Changed {
        /// Of which kind.
        topic: Topic,
    },
}

/// A kind of thing that a page may show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    /// `activity.list`
    Activity,
    /// `user.list`, `account.get`
    Users,
    /// `session.list`, `lock.list`
    Sessions,
    /// `backup.list`
    Backups,
    /// `retention.status`
    Retention,
    /// `plan.list`
    Plans,
    /// `app.catalog`, `app_source.list`
    Apps,
}
