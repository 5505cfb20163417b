//! What installing an app would do to a server, and what stands in the way, before anything is done.

use super::{
    app::AppFlag,
    app_project::{AppProject, ValueProblem},
    app_source::AppId,
    id::ServerId,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// What is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CheckKind {
    /// Whether `docker compose` is there.
    Compose,
    /// Whether the app is built for the server's processor.
    Architecture,
    /// Whether there is memory enough.
    Memory,
    /// Whether there is room enough on the disk.
    Disk,
    /// Whether its ports are free.
    Ports,
    /// Whether its names are free.
    Names,
    /// Whether the folders that it is to use are there.
    Paths,
}

/// What came of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CheckOutcome {
    /// It holds.
    Good,
    /// It may do harm, and does not stand in the way.
    Warning,
    /// It stands in the way.
    Problem,
    /// It could not be made.
    Unknown,
}

/// A value that solves a problem.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct PlanFix {
    /// The setting; absent where it is the name of the project.
    pub setting: Option<String>,
    /// The value.
    pub value: String,
    /// In words: `Use 8081`.
    pub label: String,
}

/// A check that was made on the server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct PlanCheck {
    /// What was checked.
    pub kind: CheckKind,
    /// What came of it.
    pub outcome: CheckOutcome,
    /// In short: `Port 8080 is taken by nginx`.
    pub title: String,
    /// The rest: `process 812, not in a container`.
    pub detail: String,
    /// The setting that it is about.
    pub setting: Option<String>,
    /// What solves it.
    pub fix: Option<PlanFix>,
}

/// An image that is needed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct PlanImage {
    /// Its name.
    pub image: String,
    /// Whether it is on the server already; absent where that is not known.
    pub is_there: Option<bool>,
}

/// A volume that is made or used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct PlanVolume {
    /// Its name on the server.
    pub name: String,
    /// The service that uses it.
    pub service: String,
    /// Where the container sees it.
    pub target: String,
    /// Whether it is on the server already, with what is in it; absent where that is not known.
    pub is_there: Option<bool>,
}

/// How a server suits an app.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
pub struct ServerFit {
    /// The server.
    pub server_id: ServerId,
    /// Its name.
    pub name: String,
    /// Whether the app can run there.
    pub is_possible: bool,
    /// Why: `9.1 GB memory and 336 GB disk are free`, or what stands in the way.
    pub reason: String,
}

/// What installing an app would do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
pub struct AppPlan {
    /// The app.
    pub app: AppId,
    /// Its version.
    pub version: String,
    /// The server.
    pub server_id: ServerId,
    /// Name of the compose project.
    pub project: String,
    /// Servers, the one that suits best first.
    pub servers: Vec<ServerFit>,
    /// All values of its settings that are no secrets, as they would be taken.
    pub values: BTreeMap<String, String>,
    /// Values that cannot be taken.
    pub problems: Vec<ValueProblem>,
    /// Checks that were made.
    pub checks: Vec<PlanCheck>,
    /// What the app makes of the server; absent where its values cannot be taken.
    pub makes: Option<AppProject>,
    /// Images that are needed.
    pub images: Vec<PlanImage>,
    /// Volumes that are made or used.
    pub volumes: Vec<PlanVolume>,
    /// The compose file.
    pub compose: String,
    /// Where its files will be on the server.
    pub folder: String,
    /// What the app may do that people should know of.
    pub flags: Vec<AppFlag>,
    /// Whether it can be installed like this.
    pub is_ready: bool,
}
