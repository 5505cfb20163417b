//! Apps: the catalog that they come from, where that comes from, and what is made of them on servers.

mod catalog;
mod checks;
mod install;
mod installed;
mod last_lines;
mod life;
mod look;
mod place;
mod planning;
mod pulling;
mod putting_back;
mod resume;
mod secrets;
mod sources;
mod trouble;
mod undo;
mod updating;
mod wellness;
mod worker;
mod works;

pub use catalog::CatalogQuery;
pub use planning::AppWish;
pub use sources::SourceWish;
pub use updating::UpdateWish;

use crate::domain::app::AppName;
use catalog::Catalog;
use std::{
    collections::HashSet,
    sync::{Arc, Mutex},
};

/// What this process holds of apps.
#[derive(Default)]
pub(super) struct Apps {
    /// The catalog as it was last read; none until somebody looks, and after every change.
    catalog: tokio::sync::Mutex<Option<Arc<Catalog>>>,
    /// Sources that are being read now.
    syncing: Mutex<HashSet<AppName>>,
    /// What is being done to apps on servers now.
    works: works::Works,
}
