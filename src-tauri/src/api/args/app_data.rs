//! Arguments about backups of apps, and about moving them.

use crate::domain::{
    app_backup::AppRestMode,
    id::{InstalledAppId, ServerId},
};
use schemars::JsonSchema;
use secrecy::SecretString;
use serde::Deserialize;
use std::collections::BTreeMap;
use ts_rs::TS;

/// A backup of an app to make.
#[derive(Debug, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BackUpApp {
    /// Which.
    pub id: InstalledAppId,
    /// File to write; in the window one that `file.choose` gave.
    pub path: String,
    /// What it is encrypted under.
    #[ts(type = "string")]
    #[schemars(with = "String")]
    pub passphrase: SecretString,
    /// How the app is kept from writing meanwhile.
    pub mode: AppRestMode,
    /// Whether a file of this name goes for it.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub replace: bool,
    /// Volumes and paths that are left out.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub leave_out: Vec<String>,
}

/// A backup of an app to look into.
#[derive(Debug, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenAppBackup {
    /// Its file; in the window one that `file.choose` gave.
    pub path: String,
    /// What opens it.
    #[ts(type = "string")]
    #[schemars(with = "String")]
    pub passphrase: SecretString,
}

/// A backup of an app to bring back.
#[derive(Debug, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RestoreApp {
    /// Its file; in the window one that `file.choose` gave.
    pub path: String,
    /// What opens it.
    #[ts(type = "string")]
    #[schemars(with = "String")]
    pub passphrase: SecretString,
    /// Where the app is to be.
    pub server_id: ServerId,
    /// Name of its compose project, where it is made anew; absent: the one that it had.
    #[ts(optional = nullable)]
    pub project: Option<String>,
    /// Values of settings that are to be others than they were, by their names, without secrets.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub values: BTreeMap<String, String>,
}

/// What moving an app would do.
#[derive(Debug, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanMove {
    /// Which.
    pub id: InstalledAppId,
    /// Where to.
    pub server_id: ServerId,
    /// Values of settings that are to be others there, by their names, without secrets.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub values: BTreeMap<String, String>,
}

/// An app to move to another server.
#[derive(Debug, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MoveApp {
    /// Which.
    pub id: InstalledAppId,
    /// Where to.
    pub server_id: ServerId,
    /// Values of settings that are to be others there, by their names, without secrets.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub values: BTreeMap<String, String>,
    /// Whether it is removed where it is now, with its data, once it is well there; else it stays there, stopped.
    pub removes_source: bool,
}
