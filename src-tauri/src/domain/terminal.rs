//! Terminals on servers and in containers.

use super::{container::ContainerRef, id::ServerId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Where a terminal leads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum TerminalTarget {
    /// The login shell of a server's account.
    Server {
        /// Which server.
        server_id: ServerId,
    },
    /// A program in a container.
    Container {
        /// Which container.
        container: ContainerRef,
        /// The program and its arguments; empty for the first shell that is found there.
        command: Vec<String>,
        /// The account in the container; absent for the container's own.
        user: Option<String>,
    },
}

/// Columns and rows of characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TerminalSize {
    /// Columns, 1 to 1,000.
    pub columns: u16,
    /// Rows, 1 to 1,000.
    pub rows: u16,
}

/// A terminal that was opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct Terminal {
    /// What its input and output go by.
    pub terminal_id: String,
    /// Where it leads, in words: `web on nas`.
    pub title: String,
}

/// What comes from a terminal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum TerminalOutput {
    /// Bytes for the screen, as base64.
    Data {
        /// Base64.
        bytes: String,
    },
    /// The program ended.
    Ended {
        /// With what; absent when a signal or a lost connection ended it.
        #[ts(type = "number | null")]
        exit_code: Option<i64>,
        /// Why, when it did not end by itself.
        reason: Option<String>,
    },
}
