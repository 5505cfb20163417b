//! Apps: the catalog that they come from, and where that comes from.

mod catalog;
mod sources;

pub use catalog::CatalogQuery;
pub use sources::SourceWish;

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
}
