//! What a front door sends: the argument types of the command table.
//!
//! They can be read but not written back: secrets come in here and never go out.

mod accounts;
mod app_data;
mod apps;
mod containers;
mod data;
mod docker_setup;
mod own_apps;
mod servers;
mod settings;

pub use accounts::*;
pub use app_data::*;
pub use apps::*;
pub use containers::*;
pub use data::*;
pub use docker_setup::*;
pub use own_apps::*;
pub use servers::*;
pub use settings::*;

use schemars::JsonSchema;
use secrecy::SecretString;
use serde::Deserialize;
use ts_rs::TS;

/// No arguments.
#[derive(Debug, Deserialize, TS, JsonSchema)]
#[ts(type = "Record<string, never>")]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// A passphrase of the vault.
#[derive(Debug, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Passphrase {
    /// The passphrase.
    #[ts(type = "string")]
    #[schemars(with = "String")]
    pub passphrase: SecretString,
}
