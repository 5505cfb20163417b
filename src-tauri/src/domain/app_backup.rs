//! Backups of apps: what is in one, what is left out, and what bringing it back, or moving the app, would do.

use super::{
    app_plan::AppPlan,
    app_source::AppId,
    id::{InstalledAppId, ServerId, UserId},
    installed_app::AppStatus,
};
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What a part of an app's data is on its server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AppDataKind {
    /// A volume of the engine.
    Volume,
    /// A folder of the server.
    Folder,
    /// A file of the server.
    File,
}

/// A part of an app's data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct AppDataPart {
    /// What it is.
    pub kind: AppDataKind,
    /// The volume, or the path on the server.
    pub name: String,
    /// A service that uses it.
    pub service: String,
    /// Where the container of that sees it.
    pub target: String,
    /// Whether it is a volume that the engine named: the next container gets another one there.
    pub is_unnamed: bool,
    /// How much is in it, bytes; absent where nobody says.
    #[ts(type = "number | null")]
    pub bytes: Option<u64>,
}

/// Data of an app that is not in a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct LeftOutData {
    /// The volume, or the path on the server.
    pub name: String,
    /// Why.
    pub why: String,
}

/// How an app is kept from writing while its data is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AppRestMode {
    /// It is stopped: what it had in memory is on the disk by then.
    Stop,
    /// It is paused: it goes on where it was, and what it had in memory is not in the backup.
    Pause,
}

/// What a backup of an app would hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct AppBackupPreview {
    /// Its data.
    pub parts: Vec<AppDataPart>,
    /// What cannot be in it.
    pub left_out: Vec<LeftOutData>,
    /// All that is in it, bytes, before it is compressed; absent where a part of it is not known.
    #[ts(type = "number | null")]
    pub bytes: Option<u64>,
    /// Whether it runs, and would be at rest meanwhile.
    pub is_running: bool,
    /// A name for the file.
    pub file_name: String,
}

/// A backup that was made of an app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct AppBackupEntry {
    /// Its file on this computer.
    pub path: String,
    /// The data is of this moment.
    pub at: DateTime<Utc>,
    /// Size of the file, bytes.
    #[ts(type = "number")]
    pub bytes: u64,
    /// How the app was kept from writing; absent where it did not run.
    pub mode: Option<AppRestMode>,
}

/// What the file of a backup says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct AppBackupContents {
    /// The app.
    pub app: AppId,
    /// Name for people.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Name of its compose project.
    pub project: String,
    /// The server that it was on.
    pub server: String,
    /// The data is of this moment.
    pub at: DateTime<Utc>,
    /// How the app was kept from writing; absent where it did not run.
    pub mode: Option<AppRestMode>,
    /// What is in it.
    pub parts: Vec<AppDataPart>,
    /// What is not.
    pub left_out: Vec<LeftOutData>,
    /// Size of the file, bytes.
    #[ts(type = "number")]
    pub bytes: u64,
}

/// Where a part of the data goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct DataWay {
    /// The part.
    pub part: AppDataPart,
    /// The volume, or the path on the server, that gets it.
    pub to: String,
}

/// What bringing a backup back would do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
pub struct RestorePlan {
    /// What is in it.
    pub contents: AppBackupContents,
    /// What it takes to install the app anew with it; absent where it is there already.
    pub plan: Option<AppPlan>,
    /// The app on that server whose data and configuration it would take the place of.
    pub over: Option<InstalledAppId>,
    /// Where its data goes.
    pub ways: Vec<DataWay>,
    /// Volumes whose present data is copied first, and put back if the app does not become well.
    pub copied: Vec<String>,
    /// Paths whose files are written over, and are not put back.
    pub not_copied: Vec<String>,
}

/// What moving an app to another server would do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
pub struct MovePlan {
    /// What it takes there.
    pub plan: AppPlan,
    /// Where its data goes.
    pub ways: Vec<DataWay>,
    /// What does not go along.
    pub left_out: Vec<LeftOutData>,
}

/// An app that is kept from writing, until its data was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppRest {
    /// How.
    pub mode: AppRestMode,
    /// Where it stood before.
    pub before: AppStatus,
    /// The app on another server that it becomes, where it is being moved: once that one is there, this one
    /// stays as it is.
    pub becomes: Option<(ServerId, InstalledAppId)>,
    /// Who wants it removed here, with its data, once that one is there.
    #[serde(default)]
    pub removes_for: Option<UserId>,
}
