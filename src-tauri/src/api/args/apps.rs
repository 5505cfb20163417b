//! Arguments about apps and where they come from.

use crate::domain::{
    app::{AppCategory, AppName},
    app_source::AppId,
    id::{InstalledAppId, ServerId},
    installed_app::AppAction,
    own_app::OwnFiles,
};
use schemars::JsonSchema;
use secrecy::SecretString;
use serde::Deserialize;
use std::collections::BTreeMap;
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

/// What installing an app would do.
#[derive(Debug, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanApp {
    /// Which: `tomo/miniflux`.
    pub app: AppId,
    /// Where; absent: on the server that suits best.
    #[ts(optional = nullable)]
    pub server_id: Option<ServerId>,
    /// Name of its compose project; absent: that of the app.
    #[ts(optional = nullable)]
    pub project: Option<String>,
    /// Values of its settings by their names, without secrets; those that are missing are the defaults.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub values: BTreeMap<String, String>,
    /// The files of an app of one's own, which is in no catalog: then `app` is `own/NAME`.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub own: Option<OwnFiles>,
}

/// An app to install.
#[derive(Debug, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InstallApp {
    /// Which: `tomo/miniflux`.
    pub app: AppId,
    /// Where.
    pub server_id: ServerId,
    /// Name of its compose project; absent: that of the app.
    #[ts(optional = nullable)]
    pub project: Option<String>,
    /// Values of its settings by their names, without secrets; those that are missing are the defaults.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub values: BTreeMap<String, String>,
    /// Secrets that somebody typed, by the names of their settings; those that are missing are made.
    #[serde(default)]
    #[ts(optional = nullable, type = "Record<string, string>")]
    #[schemars(with = "BTreeMap<String, String>")]
    pub secrets: BTreeMap<String, SecretString>,
    /// The files of an app of one's own, which is in no catalog: then `app` is `own/NAME`.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub own: Option<OwnFiles>,
}

/// An app on a server.
#[derive(Debug, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OneInstalledApp {
    /// Which.
    pub id: InstalledAppId,
}

/// Something to do to an app.
#[derive(Debug, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ActOnApp {
    /// Which.
    pub id: InstalledAppId,
    /// What.
    pub action: AppAction,
}

/// An app to remove from its server.
#[derive(Debug, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UninstallApp {
    /// Which.
    pub id: InstalledAppId,
    /// Whether the data in its volumes goes too.
    pub with_data: bool,
}

/// A secret of an app.
#[derive(Debug, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RevealAppSecret {
    /// Which app.
    pub id: InstalledAppId,
    /// The setting.
    pub setting: String,
}

/// What updating an app would do.
#[derive(Debug, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanUpdate {
    /// Which.
    pub id: InstalledAppId,
    /// Values of settings that are to be others than they are, by their names, without secrets.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub values: BTreeMap<String, String>,
    /// Whether it stays at its version, and only its settings change.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub keeps_version: bool,
    /// The files of an app that comes from no catalog, edited.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub own: Option<OwnFiles>,
}

/// An app to update, or to configure anew.
#[derive(Debug, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateApp {
    /// Which.
    pub id: InstalledAppId,
    /// Values of settings that are to be others than they are, by their names, without secrets.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub values: BTreeMap<String, String>,
    /// Whether it stays at its version, and only its settings change.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub keeps_version: bool,
    /// Secrets that are to be others than they are, by the names of their settings; new ones are made.
    #[serde(default)]
    #[ts(optional = nullable, type = "Record<string, string>")]
    #[schemars(with = "BTreeMap<String, String>")]
    pub secrets: BTreeMap<String, SecretString>,
    /// The files of an app that comes from no catalog, edited.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub own: Option<OwnFiles>,
}
