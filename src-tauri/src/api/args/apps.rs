//! Arguments about apps and where they come from.

use crate::domain::{
    app::{AppCategory, AppName},
    app_source::AppId,
};
use schemars::JsonSchema;
use serde::Deserialize;
use ts_rs::TS;

/// Which apps of the catalog.
#[derive(Debug, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FindApps {
    /// Words that all have to be found in the name, the tags or the description.
    #[ts(optional = nullable)]
    pub text: Option<String>,
    /// Only of this category.
    #[ts(optional = nullable)]
    pub category: Option<AppCategory>,
    /// Only of this source.
    #[ts(optional = nullable, type = "string")]
    #[schemars(with = "Option<String>")]
    pub source: Option<AppName>,
    /// Only what is built for this architecture, as Docker writes it: `amd64`, `arm64`.
    #[ts(optional = nullable)]
    pub architecture: Option<String>,
    /// So many are left out at the beginning.
    #[ts(optional = nullable)]
    pub offset: Option<u32>,
    /// So many at most; 200 is the most.
    pub limit: u32,
}

/// One app.
#[derive(Debug, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OneApp {
    /// Which: `tomo/miniflux`.
    pub id: AppId,
}

/// A source to add.
#[derive(Debug, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AddAppSource {
    /// What its apps' ids begin with; absent: made of the location.
    #[ts(optional = nullable)]
    pub id: Option<String>,
    /// Name for people; absent: the id.
    #[ts(optional = nullable)]
    pub name: Option<String>,
    /// A path of this computer (in the window one that `file.choose` gave), or an http or https address.
    pub location: String,
}

/// A source.
#[derive(Debug, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OneAppSource {
    /// Which.
    #[ts(type = "string")]
    #[schemars(with = "String")]
    pub id: AppName,
}

/// Whether the apps of a source are shown.
#[derive(Debug, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EnableAppSource {
    /// Which.
    #[ts(type = "string")]
    #[schemars(with = "String")]
    pub id: AppName,
    /// Whether they are.
    pub is_enabled: bool,
}
