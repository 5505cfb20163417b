//! Apps on servers: where each stands, what is being done to it, and what came of it.

use super::{
    app::{AppIcon, AppManifest},
    app_backup::{AppBackupEntry, AppRest},
    app_newer::{AppImage, ImagesLook, NameBack},
    app_project::{AppProject, ProjectNetwork},
    app_source::AppId,
    app_update::{AppUpdate, AppVersion, EarlierApp, LastUpdate, WayBack},
    container::ContainerRow,
    id::{InstalledAppId, ServerId},
    own_app::{AdoptedFiles, AppOrigin},
};
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// Where an app stands: `installed_apps.status`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AppStatus {
    /// It was asked for, and its server is being looked at.
    Pending,
    /// Its images are being pulled.
    Pulling,
    /// Its networks, volumes and containers are being made.
    Creating,
    /// It was started and is not well yet.
    Starting,
    /// It is there, and runs unless its containers say otherwise.
    Running,
    /// Somebody stopped it.
    Stopped,
    /// It could not be installed, or not be changed.
    Error,
    /// It is being removed.
    Removing,
}

impl AppStatus {
    /// Each of them.
    pub const ALL: [Self; 8] = [
        Self::Pending,
        Self::Pulling,
        Self::Creating,
        Self::Starting,
        Self::Running,
        Self::Stopped,
        Self::Error,
        Self::Removing,
    ];

    /// As the database has it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Pulling => "pulling",
            Self::Creating => "creating",
            Self::Starting => "starting",
            Self::Running => "running",
            Self::Stopped => "stopped",
            Self::Error => "error",
            Self::Removing => "removing",
        }
    }

    /// From the database.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }

    /// Whether something is being done to it that has an end.
    #[must_use]
    pub fn is_passing(self) -> bool {
        matches!(
            self,
            Self::Pending | Self::Pulling | Self::Creating | Self::Starting | Self::Removing
        )
    }
}

/// What is being done to an app.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AppWorkKind {
    /// It is being installed.
    Install,
    /// It is being started.
    Start,
    /// It is being stopped.
    Stop,
    /// It is being stopped and started.
    Restart,
    /// It is being removed.
    Uninstall,
    /// It gets another version, or other values.
    Update,
    /// It gets back the version that it had before, with the data of then.
    RollBack,
    /// What was kept of an earlier version is being removed.
    CleanUp,
    /// Its data is written to a file of this computer.
    Backup,
    /// It gets the data and the configuration of a backup.
    Restore,
    /// It is brought to another server.
    Move,
}

impl AppWorkKind {
    /// What is done to it: `installed`.
    #[must_use]
    pub fn done(self) -> &'static str {
        match self {
            Self::Install => "installed",
            Self::Start => "started",
            Self::Stop => "stopped",
            Self::Restart => "restarted",
            Self::Uninstall => "uninstalled",
            Self::Update => "updated",
            Self::RollBack => "rolled back",
            Self::CleanUp => "cleaned up",
            Self::Backup => "backed up",
            Self::Restore => "restored",
            Self::Move => "moved",
        }
    }

    /// Whether it can be ended half-way, and be as if it had never begun.
    #[must_use]
    pub fn can_be_cancelled(self) -> bool {
        matches!(self, Self::Install | Self::Update | Self::Backup | Self::Restore | Self::Move)
    }
}

/// What can be done to an app that is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AppAction {
    /// Its containers are started, and waited for until they are well.
    Start,
    /// Its containers are stopped.
    Stop,
    /// Its containers are stopped and started.
    Restart,
}

impl From<AppAction> for AppWorkKind {
    fn from(action: AppAction) -> Self {
        match action {
            AppAction::Start => Self::Start,
            AppAction::Stop => Self::Stop,
            AppAction::Restart => Self::Restart,
        }
    }
}

/// How far a step is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum StepState {
    /// It waits for those before it.
    Waiting,
    /// It is being done.
    Running,
    /// It is done.
    Done,
    /// It failed.
    Failed,
}

/// A layer of an image that is being pulled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct PulledLayer {
    /// The engine's short id of it.
    pub id: String,
    /// Bytes that came so far.
    #[ts(type = "number")]
    pub current_bytes: u64,
    /// All its bytes, as far as the registry says.
    #[ts(type = "number | null")]
    pub total_bytes: Option<u64>,
    /// Whether it is there.
    pub is_done: bool,
}

/// A step of what is being done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
pub struct AppStep {
    /// What is done: `pull`. It is the key of `installed_apps.step_durations`.
    pub name: String,
    /// In words: `Pull 2 images`.
    pub label: String,
    /// How far it is.
    pub state: StepState,
    /// When it began.
    pub started_at: Option<DateTime<Utc>>,
    /// How long it took, seconds.
    pub seconds: Option<f64>,
    /// What is known of it at the moment, in words.
    pub detail: Option<String>,
    /// Layers of images.
    pub layers: Vec<PulledLayer>,
}

/// What is being done to an app, step by step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
pub struct AppWork {
    /// What.
    pub kind: AppWorkKind,
    /// Since when.
    pub started_at: DateTime<Utc>,
    /// Its steps.
    pub steps: Vec<AppStep>,
    /// Whether somebody wants it to end, and what was made is being removed.
    pub is_cancelled: bool,
    /// Whether it can be cancelled.
    pub can_cancel: bool,
}

/// Why something could not be done to an app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct AppFailure {
    /// What was to be done.
    pub kind: AppWorkKind,
    /// The step that failed, in words.
    pub step: String,
    /// Why.
    pub message: String,
    /// The last lines that its containers wrote.
    pub log: Vec<String>,
    /// What could not be cleaned up, and stands there still.
    pub left: Vec<String>,
    /// When.
    pub at: DateTime<Utc>,
}

/// A network that an app is in, as the engine says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct AppNetwork {
    /// Its name.
    pub name: String,
    /// Whether it was made for the app.
    pub is_own: bool,
}

/// A volume of an app, as the engine says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct AppVolume {
    /// Its name.
    pub name: String,
    /// The service that uses it.
    pub service: String,
    /// Where the container sees it.
    pub target: String,
    /// Whether it was made for the app, and not brought along by somebody else.
    pub is_own: bool,
}

/// A folder or file of the server that an app uses, as the engine says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct AppBind {
    /// The path on the server.
    pub path: String,
    /// The service that uses it.
    pub service: String,
    /// Where the container sees it.
    pub target: String,
    /// Whether the container may only read it.
    pub is_read_only: bool,
}

/// How many apps there are on all servers, and how many of them are not well.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AppsWellness {
    /// All that are installed.
    pub all: u32,
    /// Those that are not well.
    pub troubled: u32,
}

/// What an installation has made of a server, and with what: `installed_apps.config`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AppConfig {
    /// What the catalog said of the app when it was installed.
    pub manifest: AppManifest,
    /// The compose project.
    pub project: AppProject,
    /// Values of settings, without secrets.
    pub values: BTreeMap<String, String>,
    /// The compose file as it lies on the server, images with their digests.
    pub compose: String,
    /// Path of the socket of the engine that it runs in.
    pub engine: String,
    /// Full path of the folder with its files on the server.
    pub folder: Option<String>,
    /// Where its files are, if somebody else wrote them.
    #[serde(default)]
    pub adopted: Option<AdoptedFiles>,
    /// What was not there before.
    pub made: AppMade,
    /// What failed last.
    pub failure: Option<AppFailure>,
    /// Whether the data goes too, where it is being removed.
    pub removes_data: bool,
    /// Steps of what was done last.
    pub steps: Vec<AppStep>,
    /// The update, or the way back, that is under way; what ends in the midst of it is put back.
    #[serde(default)]
    pub update: Option<Box<AppUpdate>>,
    /// What it was before its last update, as long as the way back is kept.
    #[serde(default)]
    pub earlier: Option<Box<EarlierApp>>,
    /// Versions that it had, the newest first.
    #[serde(default)]
    pub versions: Vec<AppVersion>,
    /// What nobody needs any more, and has yet to be removed from the server.
    #[serde(default)]
    pub rubbish: AppMade,
    /// It is kept from writing while its data is read; what ends in the midst of that is woken.
    #[serde(default)]
    pub rest: Option<AppRest>,
    /// Whether its data is being brought from elsewhere, without which it must not be started.
    #[serde(default)]
    pub awaits_data: bool,
    /// Backups that were made of it, the newest first.
    #[serde(default)]
    pub backups: Vec<AppBackupEntry>,
    /// Names that images of before are to get back.
    #[serde(default)]
    pub names_back: Vec<NameBack>,
    /// What registries said of its images last.
    #[serde(default)]
    pub looked: Option<ImagesLook>,
}

/// What was not on a server before an app came.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppMade {
    /// Volumes.
    pub volumes: Vec<String>,
    /// Images.
    pub images: Vec<String>,
}

/// Where a browser finds an app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct AppPage {
    /// The port on the server.
    pub port: u16,
    /// The address, by the name that Tomo reaches the server by.
    pub url: String,
}

/// An address under which a browser on this computer reaches an app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct AppAddress {
    /// The address.
    pub url: String,
    /// Whether it leads through the server's SSH connection, as long as Tomo runs.
    pub is_tunnel: bool,
}

/// An app on a server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
pub struct InstalledApp {
    /// Which.
    pub id: InstalledAppId,
    /// The server.
    pub server_id: ServerId,
    /// The app of the catalog.
    pub app: AppId,
    /// Where it comes from.
    pub origin: AppOrigin,
    /// Name of its compose project.
    pub project: String,
    /// Name for people.
    pub name: String,
    /// Its version.
    pub version: String,
    /// What is drawn for it.
    pub icon: Option<AppIcon>,
    /// Where it stands.
    pub status: AppStatus,
    /// How its containers are, in words: `healthy`, `1 of 4 ended`; absent where it is not known.
    pub state: Option<String>,
    /// Whether something is wrong with it.
    pub is_troubled: bool,
    /// Why it stands at `error`.
    pub error: Option<String>,
    /// Containers that it has, and how many of them run; absent where it is not known.
    pub containers: Option<AppContainers>,
    /// CPU of all its containers, percent of one core; absent where it is not known.
    pub cpu_percent: Option<f64>,
    /// Memory of all its containers, bytes; absent where it is not known.
    #[ts(type = "number | null")]
    pub memory_bytes: Option<u64>,
    /// What a browser opens.
    pub page: Option<AppPage>,
    /// When it was installed.
    pub installed_at: Option<DateTime<Utc>>,
    /// When it was last started.
    pub started_at: Option<DateTime<Utc>>,
    /// The version that the catalog has, where it is another.
    pub newer: Option<String>,
    /// Whether a registry has another image under the name of one of its images, as far as anybody looked.
    pub has_newer_image: bool,
    /// The way back to the version before.
    pub way_back: Option<WayBack>,
    /// Whether it stands between two versions: an update failed and could not be put back. It can be rolled
    /// back again, or uninstalled.
    pub is_stuck: bool,
    /// What is being done to it.
    pub work: Option<AppWork>,
}

/// Containers of an app.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct AppContainers {
    /// All.
    pub total: u32,
    /// Those that run.
    pub running: u32,
    /// Those whose check fails.
    pub unhealthy: u32,
}

/// A compose project on a server that Tomo did not make.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct FoundProject {
    /// The server.
    pub server_id: ServerId,
    /// Its name.
    pub project: String,
    /// Containers that it has.
    pub containers: u32,
}

/// All apps on all servers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
pub struct InstalledApps {
    /// By their names.
    pub apps: Vec<InstalledApp>,
    /// Compose projects that Tomo did not make.
    pub found: Vec<FoundProject>,
}

/// An app on a server, with all that is known of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
pub struct InstalledAppDetails {
    /// What the list says of it.
    pub app: InstalledApp,
    /// What the catalog said of it when it was installed.
    pub manifest: AppManifest,
    /// Values of its settings, without secrets.
    pub values: BTreeMap<String, String>,
    /// Names of the settings whose values are kept encrypted.
    pub secrets: Vec<String>,
    /// The compose file as it lies on the server.
    pub compose: String,
    /// Full path of the folder with its files on the server.
    pub folder: Option<String>,
    /// Its containers as they are now.
    pub containers: Vec<ContainerRow>,
    /// Networks that it is in.
    pub networks: Vec<AppNetwork>,
    /// Its volumes.
    pub volumes: Vec<AppVolume>,
    /// Paths of the server that it uses.
    pub binds: Vec<AppBind>,
    /// What to know after the installation, with its values filled in.
    pub notes: Option<String>,
    /// What failed last.
    pub failure: Option<AppFailure>,
    /// Steps of what was done last.
    pub last_steps: Vec<AppStep>,
    /// Versions that it had, the newest first.
    pub versions: Vec<AppVersion>,
    /// What its last update has changed, as long as the way back is kept.
    pub last_update: Option<LastUpdate>,
    /// Backups that were made of it, the newest first.
    pub backups: Vec<AppBackupEntry>,
    /// Its images, and what their registries say of them.
    pub images: Vec<AppImage>,
    /// When the registries were asked last; absent where nobody has.
    pub images_looked_at: Option<DateTime<Utc>>,
}

/// What uninstalling an app would take.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
pub struct UninstallPreview {
    /// Containers.
    pub containers: Vec<String>,
    /// Networks.
    pub networks: Vec<ProjectNetwork>,
    /// Images that came with it, as far as nobody else uses them.
    pub images: Vec<String>,
    /// Volumes with data, which go only where that is asked for.
    pub volumes: Vec<String>,
    /// Paths of the server, which stay in any case; the files of a project that somebody else wrote among them.
    pub binds: Vec<String>,
    /// Files of the project.
    pub files: Vec<String>,
}
