//! Arguments about servers, their keys and the collection of their figures.

use crate::domain::{history::Range, id::ServerId, server::ServerInput};
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use secrecy::SecretString;
use serde::Deserialize;
use ts_rs::TS;

/// How to open a server.
#[derive(Debug, Deserialize, TS, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum CredentialInput {
    /// A password.
    Password {
        /// The password.
        #[ts(type = "string")]
        #[schemars(with = "String")]
        password: SecretString,
    },
    /// A private key as pasted text.
    Key {
        /// The key.
        #[ts(type = "string")]
        #[schemars(with = "String")]
        private_key: SecretString,
        /// Its passphrase.
        #[ts(type = "string | null")]
        #[schemars(with = "Option<String>")]
        passphrase: Option<SecretString>,
    },
    /// A private key in a file, read by Tomo; its text never reaches the window.
    KeyFile {
        /// Path; `~/` is the home folder.
        path: String,
        /// Its passphrase.
        #[ts(type = "string | null")]
        #[schemars(with = "Option<String>")]
        passphrase: Option<SecretString>,
    },
    /// A running ssh-agent.
    Agent {},
    /// What is stored already.
    Stored {},
}

/// A text to read as an address.
#[derive(Debug, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AddressText {
    /// `user@host:port`, an `ssh` command, an `ssh://` address.
    pub text: String,
}

/// A private key to look at, as text or as a file.
#[derive(Debug, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KeyToInspect {
    /// The credential that holds the key.
    pub credential: CredentialInput,
}

/// A server to add.
#[derive(Debug, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AddServer {
    /// Where it is.
    pub server: ServerInput,
    /// How to open it.
    pub credential: CredentialInput,
    /// Whether to connect to it; without, it is left alone until somebody connects it.
    #[serde(default = "yes")]
    #[ts(optional, as = "Option<bool>")]
    pub connect: bool,
}

fn yes() -> bool {
    true
}

/// A server to change.
#[derive(Debug, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EditServer {
    /// Which.
    pub id: ServerId,
    /// Where it is.
    pub server: ServerInput,
    /// How to open it; `stored` keeps what is there.
    pub credential: CredentialInput,
}

/// A server to test: one that is being entered, or (with an id) one that is being edited.
#[derive(Debug, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TestServer {
    /// The stored server, when it is one.
    #[ts(optional = nullable)]
    pub id: Option<ServerId>,
    /// Where it is.
    pub server: ServerInput,
    /// How to open it; `stored` needs an id.
    pub credential: CredentialInput,
}

/// A server.
#[derive(Debug, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ServerRef {
    /// Which.
    pub id: ServerId,
}

/// A host key to trust: the one that this process has just been shown.
#[derive(Debug, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TrustHostKey {
    /// Host.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Fingerprint of the presented key, `SHA256:…`; it must be the one that was presented.
    pub fingerprint: String,
}

/// A known host key to replace by the one presented since.
#[derive(Debug, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplaceHostKey {
    /// Which server.
    pub id: ServerId,
    /// Fingerprint of the new key as read on the server itself.
    pub fingerprint: String,
}

/// A range of history.
#[derive(Debug, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HistoryOf {
    /// Which server.
    pub id: ServerId,
    /// How far back.
    pub range: Range,
}

/// A pause of collection.
#[derive(Debug, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Pause {
    /// When to go on; absent: when somebody resumes.
    #[ts(optional = nullable)]
    pub until: Option<DateTime<Utc>>,
}

/// The server whose page is open.
#[derive(Debug, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Watch {
    /// Which; absent when no server's page is open.
    #[ts(optional = nullable)]
    pub id: Option<ServerId>,
}
