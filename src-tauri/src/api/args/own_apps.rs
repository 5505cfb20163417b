//! Arguments about apps that come from no catalog.

use crate::domain::id::{InstalledAppId, ServerId};
use schemars::JsonSchema;
use secrecy::SecretString;
use serde::Deserialize;
use ts_rs::TS;

/// A compose file or a `docker run` line to read.
#[derive(Debug, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadCompose {
    /// The compose file, or the line.
    #[ts(type = "string")]
    #[schemars(with = "String")]
    pub text: SecretString,
    /// Its file of variables.
    #[serde(default)]
    #[ts(optional = nullable, type = "string")]
    #[schemars(with = "Option<String>")]
    pub env: Option<SecretString>,
    /// What it is to be called; absent: as the text says.
    #[ts(optional = nullable)]
    pub name: Option<String>,
    /// The app on a server whose files these are: `••••` stands for the secrets that it has.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub id: Option<InstalledAppId>,
}

/// A compose project that Tomo did not make.
#[derive(Debug, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OneProject {
    /// Its server.
    pub server_id: ServerId,
    /// Its name.
    pub project: String,
}
