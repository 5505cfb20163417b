//! Apps: the catalog that they come from, where that comes from, and what is made of them on servers.

mod adoptee;
mod adopting;
mod catalog;
mod checks;
mod copying;
mod data;
mod install;
mod installed;
mod last_lines;
mod life;
mod look;
mod newer;
mod own;
mod page;
mod pins;
mod place;
mod planning;
mod probe;
mod pull_words;
mod pulling;
mod putting_back;
mod resume;
mod secrets;
mod sources;
mod trouble;
mod tunnel;
mod undo;
mod update_plan;
mod updating;
mod watch;
mod way_back;
mod wellness;
mod worker;
mod works;

pub use catalog::CatalogQuery;
pub use data::{AppBackupWish, MoveWish, RestoreWish};
pub use planning::AppWish;
pub use sources::SourceWish;
pub use updating::UpdateWish;

use crate::domain::{app::AppName, id::InstalledAppId};
use catalog::Catalog;
use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError, atomic::AtomicBool},
    time::Instant,
};

/// What this process holds of apps.
#[derive(Default)]
pub(super) struct Apps {
    /// The catalog as it was last read; none until somebody looks, and after every change.
    catalog: tokio::sync::Mutex<Option<Arc<Catalog>>>,
    /// One project is taken over at a time.
    adopting: tokio::sync::Mutex<()>,
    /// Sources that are being read now.
    syncing: Mutex<HashSet<AppName>>,
    /// What is being done to apps on servers now.
    works: works::Works,
    /// How they are.
    watch: watch::Watch,
    /// Ways to their pages through SSH.
    tunnels: tunnel::Tunnels,
    /// Where the data of those comes from that are being made with some.
    incoming: Mutex<HashMap<InstalledAppId, Arc<data::Incoming>>>,
    /// When what is left of an app was last tried to be removed.
    tried: Mutex<HashMap<InstalledAppId, Instant>>,
    /// Whether newer images are being looked for.
    is_looking: AtomicBool,
}

impl Apps {
    fn tried(&self) -> MutexGuard<'_, HashMap<InstalledAppId, Instant>> {
        self.tried.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
