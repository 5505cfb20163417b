//! Where apps come from, what of them could not be taken, and how one is found among all.

use super::app::{AppCategory, AppFlag, AppIcon, AppManifest, AppName};
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use ts_rs::TS;

/// The source that Tomo brings along.
pub const BUILT_IN: &str = "tomo";

/// A rule that a file does not hold to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct AppProblem {
    /// The line, from 1; absent where the file has none.
    pub line: Option<u32>,
    /// What is wrong, and what would be right.
    pub message: String,
}

impl AppProblem {
    /// A problem of a file as a whole.
    #[must_use]
    pub fn of_all(message: impl Into<String>) -> Self {
        Self { line: None, message: message.into() }
    }
}

impl fmt::Display for AppProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "line {line}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

/// An app that could not be taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct LeftOut {
    /// The file, and within a file of many the app.
    pub place: String,
    /// Why.
    pub problems: Vec<AppProblem>,
}

/// An app among those of all sources: `tomo/miniflux`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, TS, JsonSchema)]
#[ts(type = "string")]
#[schemars(with = "String")]
pub struct AppId {
    /// Its source.
    pub source: AppName,
    /// What it is called there.
    pub app: AppName,
}

impl fmt::Display for AppId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.source, self.app)
    }
}

/// A text that is no id of an app.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an app is named by its source and its id: tomo/miniflux")]
pub struct NotAnApp;

impl FromStr for AppId {
    type Err = NotAnApp;

    fn from_str(text: &str) -> Result<Self, NotAnApp> {
        let (source, app) = text.split_once('/').ok_or(NotAnApp)?;
        let name = |text: &str| text.parse().map_err(|_| NotAnApp);
        Ok(Self { source: name(source)?, app: name(app)? })
    }
}

impl Serialize for AppId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for AppId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// What a source is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AppSourceKind {
    /// Tomo's own.
    BuiltIn,
    /// A folder, an archive or a file of this computer.
    Path,
    /// A file that is fetched: an archive, or templates.
    Address,
    /// A git repository.
    Repository,
}

/// A source of apps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct AppSource {
    /// What its apps' ids begin with.
    pub id: AppName,
    /// Name for people.
    pub name: String,
    /// What it is.
    pub kind: AppSourceKind,
    /// Its path or address; absent for Tomo's own.
    pub location: Option<String>,
    /// Whether its apps are shown.
    pub is_enabled: bool,
    /// When it was last read without an error.
    pub synced_at: Option<DateTime<Utc>>,
    /// Why it could not be read the last time.
    pub error: Option<String>,
    /// Its licence, as an SPDX identifier where it is one of the usual ones.
    pub licence: Option<String>,
    /// Whose work it is, as its licence says.
    pub attribution: Option<String>,
    /// Apps that it has.
    pub apps: u32,
    /// What could not be taken.
    pub left_out: Vec<LeftOut>,
    /// Whether it is being read now.
    pub is_syncing: bool,
}

/// What reading a source anew changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct SyncReport {
    /// Apps that are new.
    pub added: Vec<AppName>,
    /// Apps that are others than before.
    pub changed: Vec<AppName>,
    /// Apps that are not there any more.
    pub removed: Vec<AppName>,
    /// Apps that could not be taken.
    pub left_out: u32,
}

/// An app as it stands in the catalog.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
pub struct AppCard {
    /// Which.
    pub id: AppId,
    /// Name for people.
    pub name: String,
    /// What it is, in a sentence.
    pub description: String,
    /// Its version.
    pub version: String,
    /// What it is for.
    pub category: AppCategory,
    /// What is drawn for it.
    pub icon: Option<AppIcon>,
    /// What its images are built for; empty: not known.
    pub architectures: Vec<String>,
    /// Whether its source puts it forward.
    pub is_featured: bool,
    /// Whether its source advises against it.
    pub is_deprecated: bool,
}

/// Some apps of the catalog.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
pub struct CatalogPage {
    /// Apps in all sources that are enabled.
    pub all: u32,
    /// Apps that were found.
    pub total: u32,
    /// Those that were asked for.
    pub apps: Vec<AppCard>,
}

/// An app, with all that is known of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
pub struct CatalogApp {
    /// Which.
    pub id: AppId,
    /// What its source is called.
    pub source: String,
    /// The licence of its source.
    pub source_licence: Option<String>,
    /// What is said of it.
    pub manifest: AppManifest,
    /// What it may do that people should know of.
    pub flags: Vec<AppFlag>,
    /// What of it was left out or changed when it was taken, and why.
    pub notes: Vec<AppProblem>,
}

/// What looking through a folder of apps found, without adding it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct CatalogCheck {
    /// Apps that can be taken.
    pub apps: Vec<AppName>,
    /// What cannot, and why.
    pub left_out: Vec<LeftOut>,
}
