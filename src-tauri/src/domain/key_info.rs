//! What a private key says of itself without being shown.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A private key, described.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct KeyInfo {
    /// Algorithm, e.g. `ssh-ed25519`; absent while an old format keeps it encrypted.
    pub algorithm: Option<String>,
    /// Whether a passphrase locks it.
    pub encrypted: bool,
    /// Whether the given passphrase (or none) opens it.
    pub opens: bool,
    /// Fingerprint of its public half, when it could be read.
    pub fingerprint: Option<String>,
}
