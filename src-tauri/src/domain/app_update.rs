//! Updates of apps: how far one is, what it is put back to, and what is told of it.

use super::{
    app::{AppManifest, AppSetting},
    app_newer::{NewerImage, WantedImage},
    app_project::{AppProject, ValueProblem},
};
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// A copy of what was in a volume.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VolumeCopy {
    /// The volume.
    pub volume: String,
    /// The volume that has the copy.
    pub copy: String,
    /// Where the volume was, if it has no name of its own: the next container gets another one there.
    #[serde(default)]
    pub unnamed: Option<UnnamedVolume>,
}

/// A volume that an engine made for one container.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnnamedVolume {
    /// The service of the container.
    pub service: String,
    /// Where the container sees it.
    pub target: String,
}

/// An app as it was, with all that it takes to make it so again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EarlierApp {
    /// What the catalog said of it.
    pub manifest: AppManifest,
    /// The compose project.
    pub project: AppProject,
    /// Values of settings, without secrets.
    pub values: BTreeMap<String, String>,
    /// The compose file, images with their digests.
    pub compose: String,
    /// Copies of its volumes.
    pub copies: Vec<VolumeCopy>,
    /// Data that was not copied.
    pub not_copied: Vec<String>,
    /// Images that the update from it pulled anew.
    #[serde(default)]
    pub replaced: Vec<WantedImage>,
    /// When it was given up.
    pub at: DateTime<Utc>,
    /// Until when the way back is kept.
    pub until: DateTime<Utc>,
}

/// How far an update is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UpdateStage {
    /// Images are being pulled; what runs is as it was.
    Pulling,
    /// It is stopped, and its data is being copied.
    Copying,
    /// The new configuration is written, and its containers are made.
    Applied,
    /// The new version runs, and may change the data.
    Started,
    /// It is being put back.
    Back,
    /// All is put back, and it is being started.
    Restored,
    /// It could not be put back, and waits for somebody to have that tried again.
    Stuck,
}

/// An update that is under way, or the way back from one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AppUpdate {
    /// Whether somebody wants it to be what it was before.
    pub is_way_back: bool,
    /// How far it is.
    pub stage: UpdateStage,
    /// When the new version was started.
    #[serde(default)]
    pub started_at: Option<DateTime<Utc>>,
    /// Whether its containers were stopped when it began, and so are to be stopped afterwards.
    pub was_stopped: bool,
    /// What the catalog says of the version that comes, or that is left.
    pub manifest: AppManifest,
    /// The compose project of that.
    pub project: AppProject,
    /// Values of settings of that, without secrets.
    pub values: BTreeMap<String, String>,
    /// Images of that which were not there before.
    pub images: Vec<String>,
    /// The digests of its images, by their names, as far as they were pulled or stay as they are.
    #[serde(default)]
    pub digests: BTreeMap<String, String>,
    /// Volumes of that which were not there before.
    pub volumes: Vec<String>,
    /// What it is put back to.
    pub before: EarlierApp,
    /// Whether it gets the data of a backup.
    #[serde(default)]
    pub restores: bool,
}

/// A version that an app had on a server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct AppVersion {
    /// The version.
    pub version: String,
    /// Since when.
    pub since: DateTime<Utc>,
}

/// The way back to what an app was before its last update.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct WayBack {
    /// The version.
    pub version: String,
    /// The data is of this moment.
    pub at: DateTime<Utc>,
    /// Until when it is kept.
    pub until: DateTime<Utc>,
    /// Volumes whose data goes back too.
    pub volumes: Vec<String>,
    /// Data that stays as it is.
    pub not_copied: Vec<String>,
}

/// What becomes of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LineChange {
    /// It stays.
    Same,
    /// It goes.
    Removed,
    /// It comes.
    Added,
}

/// A line of a file that changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct DiffLine {
    /// What becomes of it.
    pub change: LineChange,
    /// Its number, before for one that goes, else afterwards; from 1.
    pub line: u32,
    /// The line.
    pub text: String,
}

/// What updating an app would do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
pub struct UpdatePlan {
    /// Its version now.
    pub from: String,
    /// The version that comes.
    pub to: String,
    /// Settings that it has not had so far.
    pub new_settings: Vec<AppSetting>,
    /// All values that are no secrets, as they would be taken.
    pub values: BTreeMap<String, String>,
    /// Values that cannot be taken.
    pub problems: Vec<ValueProblem>,
    /// Lines of the compose file that change, with those around them.
    pub compose: Vec<DiffLine>,
    /// Lines of the file of variables that change, with those around them, without secrets.
    pub variables: Vec<DiffLine>,
    /// Images that are needed.
    pub images: Vec<String>,
    /// Those of them that are pulled anew, because their names stand for others by now.
    pub newer_images: Vec<NewerImage>,
    /// Volumes that are copied before.
    pub copied: Vec<String>,
    /// Data that is not copied, and is as the new version leaves it after a way back.
    pub not_copied: Vec<String>,
}

/// What the last update of an app has changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct LastUpdate {
    /// The version before.
    pub from: String,
    /// Lines of the compose file that have changed, with those around them.
    pub compose: Vec<DiffLine>,
    /// Lines of the file of variables that have changed, with those around them, without secrets.
    pub variables: Vec<DiffLine>,
}
