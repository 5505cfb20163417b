//! Commands about apps and where they come from.

use super::Answer;
use crate::{
    api::args::*,
    app::{CatalogQuery, SourceWish, Tomo},
    domain::app_source::{AppSource, CatalogApp, CatalogCheck, CatalogPage, SyncReport},
};

pub(in crate::api) async fn app_catalog(tomo: &Tomo, args: FindApps) -> Answer<CatalogPage> {
    let query = CatalogQuery {
        text: args.text.unwrap_or_default(),
        category: args.category,
        source: args.source,
        architecture: args.architecture,
        offset: args.offset.unwrap_or(0) as usize,
        limit: args.limit as usize,
    };
    Ok(tomo.search_catalog(&query).await?)
}

pub(in crate::api) async fn app_show(tomo: &Tomo, args: OneApp) -> Answer<CatalogApp> {
    Ok(tomo.catalog_app(&args.id).await?)
}

pub(in crate::api) async fn app_check(tomo: &Tomo, args: FileRef) -> Answer<CatalogCheck> {
    Ok(tomo.check_catalog(&args.path).await?)
}

pub(in crate::api) async fn app_source_list(tomo: &Tomo, _: Nothing) -> Answer<Vec<AppSource>> {
    Ok(tomo.app_sources().await?)
}

pub(in crate::api) async fn app_source_add(tomo: &Tomo, args: AddAppSource) -> Answer<AppSource> {
    let by = tomo.session().await?.user.id;
    let wish = SourceWish { id: args.id, name: args.name, location: args.location };
    Ok(tomo.add_app_source(by, &wish).await?)
}

pub(in crate::api) async fn app_source_sync(tomo: &Tomo, args: OneAppSource) -> Answer<SyncReport> {
    Ok(tomo.sync_app_source(&args.id).await?)
}

pub(in crate::api) async fn app_source_enable(
    tomo: &Tomo,
    args: EnableAppSource,
) -> Answer<AppSource> {
    let by = tomo.session().await?.user.id;
    Ok(tomo.enable_app_source(by, &args.id, args.is_enabled).await?)
}

pub(in crate::api) async fn app_source_remove(tomo: &Tomo, args: OneAppSource) -> Answer<()> {
    let by = tomo.session().await?.user.id;
    Ok(tomo.remove_app_source(by, &args.id).await?)
}
