//! Sources of apps: adding, reading, showing and removing them.

use crate::{
    app::{Tomo, activity::Entry, error::AppError},
    catalog::{
        builtin,
        source::{self, Fetched, Location, SourceError},
    },
    collect::hub::Change,
    domain::{
        activity::ActivityKind,
        app::AppName,
        app_source::{AppSource, AppSourceKind, SyncReport},
        fleet::Topic,
        id::UserId,
        own_app::OWN,
    },
    store::{ReadApp, ReadSource, StoredSource},
};
use chrono::Utc;
use serde_json::json;
use std::sync::PoisonError;

/// The most sources.
const MOST: usize = 50;

/// What somebody says of a source.
#[derive(Clone, Debug)]
pub struct SourceWish {
    /// What its apps' ids begin with; made of the location where nothing is said.
    pub id: Option<String>,
    /// Name for people; the id where nothing is said.
    pub name: Option<String>,
    /// A path of this computer, or an address.
    pub location: String,
}

/// A source that is being read: nobody else reads it meanwhile.
struct Syncing<'a> {
    tomo: &'a Tomo,
    id: AppName,
}

impl Drop for Syncing<'_> {
    fn drop(&mut self) {
        let syncing = &self.tomo.inner.apps.syncing;
        syncing.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.id);
        self.tomo.inner.hub.announce(Change::Topic(Topic::Apps));
    }
}

/// Why a source was refused, as a sentence.
pub(super) fn refused(error: SourceError) -> AppError {
    AppError::Invalid(crate::app::error::sentence(&error.to_string()))
}

impl Tomo {
    /// Every source, Tomo's own first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn app_sources(&self) -> Result<Vec<AppSource>, AppError> {
        let stored = self.inner.store.app_sources().await?;
        let syncing =
            self.inner.apps.syncing.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let mut sources: Vec<AppSource> = stored.into_iter().map(|stored| stored.source).collect();
        for source in &mut sources {
            source.is_syncing = syncing.contains(&source.id);
            if source.kind == AppSourceKind::BuiltIn {
                source.apps = u32::try_from(builtin::count()).unwrap_or(u32::MAX);
                // They come with the program, and so does its licence.
                source.licence = Some(env!("CARGO_PKG_LICENSE").to_owned());
            }
        }
        Ok(sources)
    }

    /// Adds a source, once it could be read.
    ///
    /// # Errors
    /// When it is none, is there already, or its id is taken.
    pub async fn add_app_source(
        &self,
        by: UserId,
        wish: &SourceWish,
    ) -> Result<AppSource, AppError> {
        let location = Location::parse(&wish.location).map_err(refused)?;
        let (kind, shown) = match &location {
            Location::Path(path) => {
                self.named_file(&wish.location)?;
                (AppSourceKind::Path, path.display().to_string())
            }
            Location::Address(url) => (AppSourceKind::Address, url.to_string()),
            Location::Repository(url) => (AppSourceKind::Repository, url.to_string()),
        };
        let known = self.inner.store.app_sources().await?;
        if known.len() >= MOST {
            return Err(AppError::Invalid(format!(
                "There are {MOST} sources already, the most there can be."
            )));
        }
        if let Some(same) = known.iter().find(|one| one.source.location.as_deref() == Some(&shown))
        {
            return Err(AppError::Invalid(format!(
                "It is there already, as '{}'.",
                same.source.name
            )));
        }
        let id = match &wish.id {
            Some(id) => id
                .parse::<AppName>()
                .map_err(|rule| AppError::Invalid(format!("The id of a source is {rule}.")))?,
            None => free_id(&shown, &known),
        };
        if id.as_str() == OWN {
            return Err(AppError::Invalid(format!(
                "'{OWN}' is the source of apps that you paste or take over. Choose another id."
            )));
        }
        if known.iter().any(|one| one.source.id == id) {
            return Err(AppError::Invalid(format!("There is another source with the id '{id}'.")));
        }
        let name = wish.name.as_deref().map(str::trim).filter(|name| !name.is_empty());
        let name = name.map_or_else(|| id.to_string(), |name| name.chars().take(60).collect());
        let fetched = source::fetch(&location, None).await.map_err(refused)?;
        let source = AppSource {
            id,
            name,
            kind,
            location: Some(shown),
            is_enabled: true,
            synced_at: None,
            error: None,
            licence: None,
            attribution: None,
            apps: 0,
            left_out: Vec::new(),
            is_syncing: false,
        };
        self.inner.store.insert_app_source(&source).await?;
        let report = self.take_in(&source.id, fetched).await?;
        let entry = Entry::by(
            by,
            ActivityKind::AppSourceAdd,
            format!("Source of apps added: {}", source.name),
        );
        self.record(entry.with(json!({
            "source": source.id, "location": source.location, "apps": report.added.len(), "left_out": report.left_out,
        })))
        .await;
        self.apps_changed().await;
        self.app_source(&source.id).await
    }

    /// Reads a source anew.
    ///
    /// # Errors
    /// When there is none, it is being read already, or it cannot be read: that is kept with it.
    pub async fn sync_app_source(&self, id: &AppName) -> Result<SyncReport, AppError> {
        let stored = self.inner.store.app_sources().await?;
        let stored = stored.into_iter().find(|stored| stored.source.id == *id);
        let stored = stored.ok_or(AppError::NotFound("source of apps"))?;
        let Some(location) = stored.source.location.as_deref() else {
            return Err(AppError::Invalid("Tomo's own apps come with Tomo itself.".into()));
        };
        let location = Location::parse(location).map_err(refused)?;
        let syncing = self.begin_syncing(id)?;
        let fetched = source::fetch(&location, stored.mark.as_deref()).await;
        let report = match fetched {
            Ok(fetched) => self.take_in(id, fetched).await?,
            Err(error) => {
                let words = crate::app::error::sentence(&error.to_string());
                self.inner.store.note_app_source(id, Err(&words)).await?;
                return Err(refused(error));
            }
        };
        drop(syncing);
        self.apps_changed().await;
        Ok(report)
    }

    fn begin_syncing(&self, id: &AppName) -> Result<Syncing<'_>, AppError> {
        let mut syncing = self.inner.apps.syncing.lock().unwrap_or_else(PoisonError::into_inner);
        if !syncing.insert(id.clone()) {
            return Err(AppError::Invalid("It is being read already.".into()));
        }
        drop(syncing);
        self.inner.hub.announce(Change::Topic(Topic::Apps));
        Ok(Syncing { tomo: self, id: id.clone() })
    }

    async fn take_in(&self, id: &AppName, fetched: Fetched) -> Result<SyncReport, AppError> {
        let now = Utc::now();
        let (reading, mark) = match fetched {
            Fetched::Same => {
                self.inner.store.note_app_source(id, Ok(now)).await?;
                return Ok(SyncReport::default());
            }
            Fetched::New(reading, mark) => (*reading, mark),
        };
        let apps = reading.apps.into_iter().map(|app| ReadApp {
            manifest: app.manifest,
            notes: app.notes,
            hash: app.hash,
        });
        let read = ReadSource {
            apps: apps.collect(),
            left_out: reading.left_out,
            licence: reading.licence,
            attribution: reading.attribution,
            mark,
        };
        Ok(self.inner.store.replace_catalog(id, &read, now).await?)
    }

    /// Shows or hides the apps of a source.
    ///
    /// # Errors
    /// When there is no such source.
    pub async fn enable_app_source(
        &self,
        by: UserId,
        id: &AppName,
        is_enabled: bool,
    ) -> Result<AppSource, AppError> {
        if !self.inner.store.enable_app_source(id, is_enabled).await? {
            return Err(AppError::NotFound("source of apps"));
        }
        let source = self.app_source(id).await?;
        let done = if is_enabled { "shown" } else { "hidden" };
        let message = format!("Apps of a source {done}: {}", source.name);
        let entry = Entry::by(by, ActivityKind::AppSourceEdit, message);
        self.record(entry.with(json!({ "source": id, "is_enabled": is_enabled }))).await;
        self.apps_changed().await;
        Ok(source)
    }

    /// Forgets a source and its apps; what is installed stays.
    ///
    /// # Errors
    /// When there is no such source, or it is Tomo's own.
    pub async fn remove_app_source(&self, by: UserId, id: &AppName) -> Result<(), AppError> {
        let source = self.app_source(id).await?;
        if source.kind == AppSourceKind::BuiltIn {
            return Err(AppError::Invalid("Tomo's own apps can be hidden, not removed.".into()));
        }
        self.inner.store.delete_app_source(id).await?;
        let message = format!("Source of apps removed: {}", source.name);
        let entry = Entry::by(by, ActivityKind::AppSourceRemove, message);
        self.record(entry.with(json!({ "source": id, "location": source.location }))).await;
        self.apps_changed().await;
        Ok(())
    }

    async fn app_source(&self, id: &AppName) -> Result<AppSource, AppError> {
        let sources = self.app_sources().await?;
        sources
            .into_iter()
            .find(|source| source.id == *id)
            .ok_or(AppError::NotFound("source of apps"))
    }

    async fn apps_changed(&self) {
        self.forget_catalog().await;
        self.inner.hub.announce(Change::Topic(Topic::Apps));
    }
}

/// An id made of the last part of a location that says something, and a number where it is taken.
fn free_id(location: &str, known: &[StoredSource]) -> AppName {
    let last =
        location.trim_end_matches(['/', '\\']).rsplit(['/', '\\']).next().unwrap_or_default();
    let stem = last.split('.').next().unwrap_or_default().to_ascii_lowercase();
    let stem: String =
        stem.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let stem: String =
        stem.trim_matches(|c: char| !c.is_ascii_lowercase()).chars().take(40).collect();
    let candidates = std::iter::once(stem.clone())
        .chain((2..1_000).map(|number| format!("{stem}-{number}")))
        .chain((1..1_000).map(|number| format!("source-{number}")));
    let is_free =
        |id: &AppName| id.as_str() != OWN && !known.iter().any(|one| one.source.id == *id);
    candidates
        .filter_map(|id| id.parse::<AppName>().ok())
        .find(is_free)
        .unwrap_or_else(|| unreachable!("there are at most {MOST} sources"))
}
