//! Apps that come from no catalog: pasted, edited, and taken over from whoever made them.

use super::{
    app::{AppFlag, AppManifest, AppService},
    app_source::AppProblem,
    id::ServerId,
};
use schemars::JsonSchema;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// The source of apps that come from no catalog.
pub const OWN: &str = "own";
/// What stands in a file of variables in place of a secret that is kept.
pub const MASK: &str = "••••";

/// Where an app comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AppOrigin {
    /// A source of the catalog.
    Catalog,
    /// A compose file that somebody pasted.
    Own,
    /// A compose project that was there already.
    Adopted,
}

/// A compose file or a `docker run` line, as it was read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
pub struct OwnApp {
    /// A name for its compose project.
    pub name: Option<String>,
    /// The compose file; a `docker run` line is turned into one.
    pub compose: String,
    /// The app; absent where something of it cannot be taken.
    pub manifest: Option<AppManifest>,
    /// What it may do that people should know of.
    pub flags: Vec<AppFlag>,
    /// What was left out or changed.
    pub notes: Vec<AppProblem>,
    /// What cannot be taken.
    pub problems: Vec<AppProblem>,
}

/// The files of an app, to be edited.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct AppFiles {
    /// The compose file.
    pub compose: String,
    /// The file of variables; `••••` in place of each secret.
    pub env: String,
    /// Whether they can be edited.
    pub can_edit: bool,
    /// Why not.
    pub why_not: Option<String>,
}

/// What taking over a compose project would come to. Nothing of it is changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
pub struct AdoptPlan {
    /// The server.
    pub server_id: ServerId,
    /// Name of the compose project.
    pub project: String,
    /// The folder that it was made in; absent where its containers do not say.
    pub folder: Option<String>,
    /// Its compose files and its files of variables, full paths in order.
    pub files: Vec<String>,
    /// Path of the socket of the engine that it runs in.
    pub engine: String,
    /// Its services.
    pub services: Vec<AppService>,
    /// Names of its containers.
    pub containers: Vec<String>,
    /// Names of its volumes.
    pub volumes: Vec<String>,
    /// Paths of the server that it uses.
    pub binds: Vec<String>,
    /// Names of its networks.
    pub networks: Vec<String>,
    /// Its compose file, without secrets; absent where it could not be read.
    pub compose: Option<String>,
    /// Names of its variables.
    pub variables: Vec<String>,
    /// Names of those whose values are kept encrypted.
    pub secrets: Vec<String>,
    /// What it may do that people should know of.
    pub flags: Vec<AppFlag>,
    /// What to know.
    pub notes: Vec<String>,
    /// What stands in the way.
    pub problems: Vec<String>,
    /// Whether it can be taken over.
    pub is_ready: bool,
}

/// Where the files of an app are that somebody else made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdoptedFiles {
    /// The folder that paths of the compose file begin in.
    pub folder: String,
    /// Its compose files, full paths in order.
    pub compose: Vec<String>,
    /// Its files of variables, full paths in order.
    pub variables: Vec<String>,
    /// Whether its variables speak to compose itself, and so are not Tomo's to write.
    pub keeps: bool,
    /// SHA-256 of each file, by its path, as it was read or written last.
    pub digests: BTreeMap<String, String>,
}

/// The files of an app of one's own. There are secrets in them: they come in, and do not go out.
#[derive(Clone, Debug, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OwnFiles {
    /// The compose file, or a `docker run` line.
    #[ts(type = "string")]
    #[schemars(with = "String")]
    pub compose: SecretString,
    /// The file of variables; `••••` keeps a secret that is kept already.
    #[serde(default)]
    #[ts(optional = nullable, type = "string")]
    #[schemars(with = "Option<String>")]
    pub env: Option<SecretString>,
}
