//! Lines of logs, as pages of them are read out of a follow.

use super::container::ContainerRef;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Which of a container's two outputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LogStream {
    /// Standard output; with a terminal, both.
    Stdout,
    /// Standard error.
    Stderr,
}

/// One line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct LogLine {
    /// Its number in the follow, from 0; lines that were let go keep theirs.
    #[ts(type = "number")]
    pub number: u64,
    /// Milliseconds since 1970, UTC, as the engine took it down.
    #[ts(type = "number")]
    pub at_ms: i64,
    /// The container: its place in the follow's list.
    pub source: u32,
    /// Which output.
    pub stream: LogStream,
    /// The text with its escape sequences for colours and no others; what is no UTF-8 is replaced,
    /// what is longer than 16 KiB is cut.
    pub text: String,
    /// How many bytes were cut off.
    #[ts(type = "number")]
    pub cut_bytes: u64,
}

/// A container whose log is followed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct LogSource {
    /// The container.
    pub container: ContainerRef,
    /// Its compose service, or its name.
    pub name: String,
    /// Whether more may come.
    pub is_following: bool,
    /// Why its log cannot be read, or why it ended before the container.
    pub error: Option<String>,
}

/// Where a follow stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
pub struct LogStatus {
    /// The follow.
    pub log_id: String,
    /// Its containers.
    pub sources: Vec<LogSource>,
    /// Number of the first line that is kept.
    #[ts(type = "number")]
    pub first: u64,
    /// Number after the last line.
    #[ts(type = "number")]
    pub end: u64,
    /// Lines a second, over the last seconds.
    pub lines_per_second: f64,
    /// How many lines are kept at most.
    pub most_lines: u32,
}

/// Which lines.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct LogFilter {
    /// Only this output.
    pub stream: Option<LogStream>,
    /// Only lines with this text in them, whatever its case.
    pub text: Option<String>,
}

/// Some lines of a follow, in order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
pub struct LogPage {
    /// Where the follow stands.
    pub status: LogStatus,
    /// Lines.
    pub lines: Vec<LogLine>,
}

/// What a search found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct LogMatches {
    /// How many lines hold it.
    #[ts(type = "number")]
    pub total: u64,
    /// Numbers of the lines, in order: the newest 10,000 at most.
    #[ts(type = "Array<number>")]
    pub numbers: Vec<u64>,
}
