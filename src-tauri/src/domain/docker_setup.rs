//! Setting Docker up on a server that has none: the commands that would do it, and how far they are.

use super::{id::ServerId, installed_app::StepState};
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How the account becomes root.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SetupPrivilege {
    /// It is root.
    Root,
    /// By `sudo` or `doas`, without a password.
    Sudo,
    /// By `sudo`, which asks for the account's password.
    SudoPassword,
    /// It cannot.
    None,
}

/// A command that is to be run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct SetupStep {
    /// Key of the step: `install`.
    pub name: String,
    /// In words: `Install docker.io`.
    pub label: String,
    /// What is run, as somebody would type it.
    pub command: String,
}

/// What it takes to set Docker up on a server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct DockerSetup {
    /// The system, as it calls itself: `Debian GNU/Linux 13 (trixie)`.
    pub system: String,
    /// Whether Tomo can do it.
    pub is_supported: bool,
    /// Why not, and what can be done by hand, as sentences.
    pub why_not: Option<String>,
    /// Whether there is an engine already.
    pub has_engine: bool,
    /// Whether there is `docker compose` 2 already.
    pub has_compose: bool,
    /// How the account becomes root.
    pub privilege: SetupPrivilege,
    /// What would be run, in this order; none where everything is there.
    pub steps: Vec<SetupStep>,
    /// Whether the last of them adds the account to the group `docker`, which may be left out.
    pub joins_group: bool,
    /// The account.
    pub user: String,
    /// What somebody should know before, as sentences.
    pub notes: Vec<String>,
    /// What names exactly these commands on this system.
    pub digest: String,
}

/// A command that is run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
pub struct SetupRunStep {
    /// Key of the step.
    pub name: String,
    /// In words.
    pub label: String,
    /// What is run; for what Tomo looks at by itself nothing.
    pub command: String,
    /// How far it is.
    pub state: StepState,
    /// How long it took, seconds.
    pub seconds: Option<f64>,
}

/// Docker that is being set up, or was by this process.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
pub struct DockerSetupRun {
    /// Where.
    pub server_id: ServerId,
    /// Since when.
    pub started_at: DateTime<Utc>,
    /// Its steps.
    pub steps: Vec<SetupRunStep>,
    /// The last lines of what the commands said.
    pub output: Vec<String>,
    /// What is left to be known at its end, as sentences.
    pub notes: Vec<String>,
    /// Whether it has ended.
    pub is_over: bool,
    /// Why it ended before everything was there, as a sentence.
    pub error: Option<String>,
    /// Whether it can be ended.
    pub can_cancel: bool,
}
