//! What this program is made of.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Version of the command table: of its names, arguments and results.
pub const API_VERSION: &str = "1.6.0";

/// A row of `component_versions`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct ComponentVersion {
    /// `backend`, `frontend` or `api`.
    pub component: String,
    /// Semantic version.
    pub version: String,
    /// When it last changed here.
    pub updated_at: DateTime<Utc>,
    /// When it was first seen here.
    pub created_at: DateTime<Utc>,
}

/// What the About page shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct About {
    /// Components.
    pub components: Vec<ComponentVersion>,
    /// Folder of the database.
    pub data_dir: String,
    /// Folder of the program's own log; absent when there is none.
    pub log_dir: Option<String>,
    /// Size of the database, in bytes.
    #[ts(type = "number")]
    pub database_bytes: u64,
    /// Version of SQLite.
    pub sqlite_version: String,
    /// The newest migration of the database.
    #[ts(type = "number")]
    pub schema_version: i64,
    /// Identifier of this installation. It is sent nowhere.
    pub installation_id: String,
    /// Operating system and its version.
    pub os: String,
    /// Licence of Tomo.
    pub licence: String,
}

/// A library that is shipped in Tomo.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Licence {
    /// Name.
    pub name: String,
    /// Version.
    pub version: String,
    /// Its licence, as an SPDX expression.
    pub licence: String,
    /// Where its source is; may be empty.
    pub repository: String,
    /// The licence's own text; empty when the package brings none.
    pub text: String,
}
