//! The catalog: the apps of all sources that are enabled, ready to be searched.

use crate::{
    app::{Tomo, error::AppError},
    catalog::{self, builtin, search},
    domain::{
        app::{AppCategory, AppManifest, AppName},
        app_source::{
            AppCard, AppId, AppProblem, AppSourceKind, BUILT_IN, CatalogApp, CatalogCheck,
            CatalogPage,
        },
    },
};
use std::{collections::HashMap, sync::Arc};

/// The most apps of one page.
const MOST: usize = 200;

/// All apps, and an index of their words.
pub(super) struct Catalog {
    entries: Vec<Entry>,
    index: search::Index,
}

struct Entry {
    id: AppId,
    manifest: AppManifest,
    notes: Vec<AppProblem>,
}

/// Which apps somebody looks for.
#[derive(Clone, Debug, Default)]
pub struct CatalogQuery {
    /// Words that all have to be found.
    pub text: String,
    /// Only these.
    pub category: Option<AppCategory>,
    /// Only of this source.
    pub source: Option<AppName>,
    /// Only what is built for this: `amd64`.
    pub architecture: Option<String>,
    /// Those before this one are left out.
    pub offset: usize,
    /// So many at most.
    pub limit: usize,
}

impl Catalog {
    fn of(entries: Vec<Entry>) -> Self {
        let mut index = search::Index::default();
        for entry in &entries {
            let manifest = &entry.manifest;
            let mut tags: Vec<&str> = manifest.tags.iter().map(String::as_str).collect();
            tags.push(manifest.category.as_str());
            index.add(search::Words {
                names: &[&manifest.name, manifest.id.as_str()],
                tags: &tags,
                description: &manifest.description,
            });
        }
        Self { entries, index }
    }

    /// The version of an app; nothing where no source that is enabled has it.
    pub(super) fn version(&self, id: &AppId) -> Option<&str> {
        let entry = self.entries.iter().find(|entry| entry.id == *id);
        entry.map(|entry| entry.manifest.version.as_str())
    }

    fn page(&self, query: &CatalogQuery) -> CatalogPage {
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let fits = |entry: &&Entry| {
            let architectures = &entry.manifest.requirements.architectures;
            let is_built_for =
                |wanted: &String| architectures.is_empty() || architectures.contains(wanted);
            query.category.is_none_or(|category| entry.manifest.category == category)
                && query.source.as_ref().is_none_or(|source| entry.id.source == *source)
                && query.architecture.as_ref().is_none_or(is_built_for)
        };
        let found = self.index.find(&query.text);
        let found: Vec<&Entry> =
            found.into_iter().map(|at| &self.entries[at]).filter(fits).collect();
        let page = found.iter().skip(query.offset).take(query.limit.min(MOST));
        CatalogPage {
            all: count(self.entries.len()),
            total: count(found.len()),
            apps: page.map(|entry| entry.card()).collect(),
        }
    }
}

impl Entry {
    fn card(&self) -> AppCard {
        let manifest = &self.manifest;
        AppCard {
            id: self.id.clone(),
            name: manifest.name.clone(),
            description: manifest.description.clone(),
            version: manifest.version.clone(),
            category: manifest.category,
            icon: manifest.icon.clone(),
            architectures: manifest.requirements.architectures.clone(),
            is_featured: manifest.is_featured,
            is_deprecated: manifest.is_deprecated,
        }
    }
}

impl Tomo {
    /// Some apps of the catalog. Without words those that a source puts forward come first, then all by
    /// their names; with words the best come first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn search_catalog(&self, query: &CatalogQuery) -> Result<CatalogPage, AppError> {
        Ok(self.catalog().await?.page(query))
    }

    /// All that is known of an app.
    ///
    /// # Errors
    /// When no source that is enabled has it, or the database cannot be read.
    pub async fn catalog_app(&self, id: &AppId) -> Result<CatalogApp, AppError> {
        let catalog = self.catalog().await?;
        let entry = catalog.entries.iter().find(|entry| entry.id == *id);
        let entry = entry.ok_or(AppError::NotFound("app"))?;
        let sources = self.app_sources().await?;
        let source = sources.into_iter().find(|source| source.id == id.source);
        let source = source.ok_or(AppError::NotFound("app"))?;
        Ok(CatalogApp {
            id: id.clone(),
            source: source.name,
            source_licence: source.licence,
            flags: catalog::flags(&entry.manifest),
            manifest: entry.manifest.clone(),
            notes: entry.notes.clone(),
        })
    }

    /// Looks through a folder, an archive or a file of apps without adding it.
    ///
    /// # Errors
    /// When this process may not read it, or it is no catalog.
    pub async fn check_catalog(&self, path: &str) -> Result<CatalogCheck, AppError> {
        let path = std::path::absolute(self.named_file(path)?)
            .map_err(|error| AppError::Invalid(error.to_string()))?;
        let location = catalog::source::Location::Path(path);
        let fetched =
            catalog::source::fetch(&location, None).await.map_err(super::sources::refused)?;
        let catalog::source::Fetched::New(reading, _) = fetched else {
            return Ok(CatalogCheck::default());
        };
        let apps = reading.apps.into_iter().map(|app| app.manifest.id).collect();
        Ok(CatalogCheck { apps, left_out: reading.left_out })
    }

    /// The catalog as it is now.
    pub(super) async fn catalog(&self) -> Result<Arc<Catalog>, AppError> {
        let mut held = self.inner.apps.catalog.lock().await;
        if let Some(catalog) = &*held {
            return Ok(catalog.clone());
        }
        let enabled = self.inner.store.app_sources().await?;
        let has_own = enabled
            .iter()
            .any(|stored| stored.source.kind == AppSourceKind::BuiltIn && stored.source.is_enabled);
        let stored = self.inner.store.catalog_apps().await?;
        let catalog = tokio::task::spawn_blocking(move || {
            let mut entries: Vec<Entry> = Vec::new();
            if has_own && let Ok(source) = BUILT_IN.parse::<AppName>() {
                entries.extend(builtin::apps().into_iter().map(|manifest| Entry {
                    id: AppId { source: source.clone(), app: manifest.id.clone() },
                    manifest,
                    notes: Vec::new(),
                }));
            }
            entries.extend(stored.into_iter().map(|stored| Entry {
                id: AppId { source: stored.source, app: stored.manifest.id.clone() },
                manifest: stored.manifest,
                notes: stored.notes,
            }));
            let names: HashMap<AppId, String> = entries
                .iter()
                .map(|entry| (entry.id.clone(), entry.manifest.name.to_lowercase()))
                .collect();
            entries.sort_by_key(|entry| {
                (!entry.manifest.is_featured, names.get(&entry.id).cloned(), entry.id.clone())
            });
            Catalog::of(entries)
        });
        let catalog =
            catalog.await.map_err(|error| AppError::internal("reading the catalog", &error))?;
        let catalog = Arc::new(catalog);
        *held = Some(catalog.clone());
        Ok(catalog)
    }

    /// Lets the catalog be read anew when somebody looks next.
    pub(in crate::app) async fn forget_catalog(&self) {
        *self.inner.apps.catalog.lock().await = None;
    }
}
