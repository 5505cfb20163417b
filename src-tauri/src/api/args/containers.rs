//! Arguments about containers, their logs and terminals, and what engines keep besides.

use crate::domain::{
    container::{ContainerAction, ContainerLimits, ContainerRef},
    container_log::{LogFilter, LogStream},
    engine_store::PruneKind,
    history::Range,
    id::ServerId,
    terminal::{TerminalSize, TerminalTarget},
};
use schemars::JsonSchema;
use serde::Deserialize;
use ts_rs::TS;

/// One server, or all of them.
#[derive(Debug, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OnServer {
    /// Only what is on this one.
    #[serde(default)]
    pub server_id: Option<ServerId>,
}

/// One container.
#[derive(Debug, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OneContainer {
    /// Which.
    pub container: ContainerRef,
}

/// A masked variable that somebody wants to see.
#[derive(Debug, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RevealVariable {
    /// Of which container.
    pub container: ContainerRef,
    /// Its name.
    pub name: String,
}

/// A stored history of a container.
#[derive(Debug, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ContainerHistoryOf {
    /// On which server.
    pub server_id: ServerId,
    /// What it is kept under: the container's `series`.
    pub series: String,
    /// How far back.
    pub range: Range,
}

/// Something to be done to containers.
#[derive(Debug, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ActOnContainers {
    /// Which; 500 at most.
    pub containers: Vec<ContainerRef>,
    /// What.
    pub action: ContainerAction,
}

/// Containers to be removed.
#[derive(Debug, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RemoveContainers {
    /// Which; 500 at most.
    pub containers: Vec<ContainerRef>,
    /// With their anonymous volumes, and what is in them.
    #[serde(default)]
    pub with_volumes: bool,
    /// Kills those that are seen to run; without it they are refused.
    #[serde(default)]
    pub force: bool,
}

/// Another name for a container.
#[derive(Debug, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RenameContainer {
    /// Which.
    pub container: ContainerRef,
    /// The name: letters, digits, `_`, `.` and `-`.
    pub name: String,
}

/// Other limits for a container.
#[derive(Debug, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LimitContainer {
    /// Which.
    pub container: ContainerRef,
    /// What changes.
    pub limits: ContainerLimits,
}

/// Images, volumes or networks to be removed.
#[derive(Debug, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RemoveFromEngine {
    /// From which server.
    pub server_id: ServerId,
    /// Path of the socket of the engine that has them; needed only where several engines of the server
    /// have something of this id.
    #[serde(default)]
    pub engine: Option<String>,
    /// Ids, or names of volumes; 500 at most.
    pub ids: Vec<String>,
}

/// Something to be cleared out.
#[derive(Debug, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Prune {
    /// On which server.
    pub server_id: ServerId,
    /// What.
    pub kind: PruneKind,
}

/// Exactly what was shown before it is cleared out.
#[derive(Debug, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PruneItems {
    /// On which server.
    pub server_id: ServerId,
    /// What.
    pub kind: PruneKind,
    /// Path of the socket of the engine that has them; needed only where several engines of the server
    /// have something of this id.
    #[serde(default)]
    pub engine: Option<String>,
    /// The ids that the preview gave; what is in use by now stays.
    pub ids: Vec<String>,
}

/// The end of a container's log.
#[derive(Debug, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadLog {
    /// Of which container.
    pub container: ContainerRef,
    /// Lines at most, from the end; 10,000 at most.
    pub tail: u32,
    /// Only from this moment on, milliseconds since 1970.
    #[serde(default)]
    #[ts(type = "number | null")]
    pub since_ms: Option<i64>,
    /// Only before this moment, milliseconds since 1970.
    #[serde(default)]
    #[ts(type = "number | null")]
    pub until_ms: Option<i64>,
    /// Only this output.
    #[serde(default)]
    pub stream: Option<LogStream>,
}

/// Logs to be followed together.
#[derive(Debug, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenLog {
    /// Which; 50 at most.
    pub containers: Vec<ContainerRef>,
    /// Lines of each to begin with; 100,000 at most.
    pub tail: u32,
    /// Only from this moment on, milliseconds since 1970.
    #[serde(default)]
    #[ts(type = "number | null")]
    pub since_ms: Option<i64>,
}

/// A follow of logs.
#[derive(Debug, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LogRef {
    /// Which.
    pub log_id: String,
}

/// Lines of a follow.
#[derive(Debug, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PageOfLog {
    /// Which follow.
    pub log_id: String,
    /// Number of the first line wanted; absent for the newest.
    #[serde(default)]
    #[ts(type = "number | null")]
    pub from: Option<u64>,
    /// Lines at most; 1,000 at most.
    pub limit: u32,
    /// Only some of them.
    #[serde(default)]
    pub filter: LogFilter,
}

/// A search in a follow.
#[derive(Debug, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SearchLog {
    /// Which follow.
    pub log_id: String,
    /// What is looked for.
    pub filter: LogFilter,
}

/// A moment in a follow.
#[derive(Debug, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SeekLog {
    /// Which follow.
    pub log_id: String,
    /// Milliseconds since 1970.
    #[ts(type = "number")]
    pub at_ms: i64,
}

/// A file for what is kept of a follow.
#[derive(Debug, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SaveLog {
    /// Which follow.
    pub log_id: String,
    /// The file.
    pub path: String,
    /// Only some lines.
    #[serde(default)]
    pub filter: LogFilter,
}

/// A terminal to be opened.
#[derive(Debug, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenTerminal {
    /// Where it leads.
    pub target: TerminalTarget,
    /// How large it is.
    pub size: TerminalSize,
}

/// A terminal that is open.
#[derive(Debug, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TerminalRef {
    /// Which.
    pub terminal_id: String,
}

/// What was typed into a terminal.
#[derive(Debug, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TypeIntoTerminal {
    /// Which.
    pub terminal_id: String,
    /// Base64; 64 KiB at most.
    pub bytes: String,
}

/// Another size of a terminal.
#[derive(Debug, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ResizeTerminal {
    /// Which.
    pub terminal_id: String,
    /// How large it is now.
    pub size: TerminalSize,
}
