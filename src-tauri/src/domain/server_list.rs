//! The list of servers as a file to share: names and addresses, no secret.

use super::server::ServerInput;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What importing would do with one server of the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum ImportAction {
    /// It is new. Without a credential it waits until somebody gives it one.
    Add,
    /// The same host, port and user is there under another name or with another sign-in.
    Change {
        /// What is there now.
        current: ServerInput,
    },
    /// It is there already.
    Same,
    /// It cannot be taken over.
    Conflict {
        /// Why, as a sentence.
        reason: String,
    },
}

/// One server of the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ImportEntry {
    /// As the file has it.
    pub server: ServerInput,
    /// What importing would do.
    #[serde(flatten)]
    pub action: ImportAction,
}

/// What importing a file would do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ImportPreview {
    /// In the file's order.
    pub entries: Vec<ImportEntry>,
    /// Digest of the file and of what importing it would do, so that what is imported is what was
    /// looked at.
    pub digest: String,
}

/// What importing has done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ImportResult {
    /// Servers that were added.
    pub added: u32,
    /// Servers that were changed.
    pub changed: u32,
    /// Servers that were left as they are.
    pub left: u32,
}
