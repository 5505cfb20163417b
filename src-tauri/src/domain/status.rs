//! What a front door must know before anybody is signed in.

use super::session::Session;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Where the master key is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum KeyPlace {
    /// In the system's keychain.
    Keychain,
    /// In a file, wrapped by a passphrase.
    PassphraseFile,
}

/// Whether secrets can be opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum VaultStatus {
    /// The master key is at hand.
    Open {
        /// Where it is kept.
        place: KeyPlace,
    },
    /// There is no keychain and no passphrase yet: one has to be chosen.
    NeedsPassphrase {
        /// Why the keychain cannot be used.
        reason: String,
    },
    /// The master key is in a file and waits for its passphrase.
    Locked,
    /// The keychain should hold the master key and does not give it.
    Unavailable {
        /// Why.
        reason: String,
        /// What to do.
        hint: String,
    },
}

/// The state of the program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Status {
    /// Whether the first account exists.
    pub is_setup: bool,
    /// The session this process acts under.
    pub session: Option<Session>,
    /// Whether secrets can be opened.
    pub vault: VaultStatus,
    /// Version of Tomo.
    pub version: String,
    /// Name of the system's keychain, for sentences: `Secret Service`, `Keychain`, …
    pub keychain_name: String,
    /// Folder of the database.
    pub data_dir: String,
    /// `linux`, `macos` or `windows`.
    pub platform: String,
    /// How many plans of assistants wait for somebody to decide, whom the session may decide for.
    pub waiting_plans: u32,
}
