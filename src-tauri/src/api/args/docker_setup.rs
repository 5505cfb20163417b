//! Arguments about setting Docker up on a server.

use crate::domain::id::ServerId;
use schemars::JsonSchema;
use secrecy::SecretString;
use serde::Deserialize;
use ts_rs::TS;

/// A server that Docker is set up on.
#[derive(Debug, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetUpOnServer {
    /// Which.
    pub server_id: ServerId,
}

/// Commands to run that were shown.
#[derive(Debug, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetUpDocker {
    /// Where.
    pub server_id: ServerId,
    /// The digest of the plan that was shown.
    pub digest: String,
    /// Whether the account is added to the group `docker`, where the plan would.
    pub joins_group: bool,
    /// The account's password, where sudo asks for it. It is kept until the commands have ended, in memory.
    #[ts(optional = nullable, type = "string")]
    #[schemars(with = "Option<String>")]
    pub password: Option<SecretString>,
}
