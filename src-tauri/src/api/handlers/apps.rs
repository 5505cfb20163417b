//! Commands about apps and where they come from.

use super::Answer;
use crate::{
    api::{access::Effect, args::*},
    app::{AppWish, CatalogQuery, SourceWish, Tomo, UpdateWish},
    domain::{
        app_plan::AppPlan,
        app_source::{AppSource, CatalogApp, CatalogCheck, CatalogPage, SyncReport},
        app_update::UpdatePlan,
        installed_app::{AppAddress, InstalledAppDetails, InstalledApps, UninstallPreview},
    },
};
use secrecy::ExposeSecret;

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

pub(in crate::api) async fn app_plan(tomo: &Tomo, args: PlanApp) -> Answer<AppPlan> {
    let role = tomo.session().await?.user.role;
    let wish = AppWish {
        looks_at_paths: Effect::Operate.allowed_to(role),
        app: args.app,
        server: args.server_id,
        project: args.project,
        values: args.values,
        own: args.own,
    };
    Ok(tomo.plan_app(&wish).await?)
}

pub(in crate::api) async fn app_install(
    tomo: &Tomo,
    args: InstallApp,
) -> Answer<InstalledAppDetails> {
    let by = tomo.session().await?.user.id;
    let wish = AppWish {
        looks_at_paths: true,
        app: args.app,
        server: Some(args.server_id),
        project: args.project,
        values: args.values,
        own: args.own,
    };
    let id = tomo.install_app(by, &wish, args.secrets).await?;
    Ok(tomo.installed_app(id).await?)
}

pub(in crate::api) async fn app_list(tomo: &Tomo, _: Nothing) -> Answer<InstalledApps> {
    Ok(tomo.installed_apps().await?)
}

pub(in crate::api) async fn app_get(
    tomo: &Tomo,
    args: OneInstalledApp,
) -> Answer<InstalledAppDetails> {
    Ok(tomo.installed_app(args.id).await?)
}

pub(in crate::api) async fn app_act(tomo: &Tomo, args: ActOnApp) -> Answer<InstalledAppDetails> {
    let by = tomo.session().await?.user.id;
    tomo.act_on_app(by, args.id, args.action.into()).await?;
    Ok(tomo.installed_app(args.id).await?)
}

pub(in crate::api) async fn app_cancel(tomo: &Tomo, args: OneInstalledApp) -> Answer<()> {
    Ok(tomo.cancel_app_work(args.id)?)
}

pub(in crate::api) async fn app_uninstall_preview(
    tomo: &Tomo,
    args: OneInstalledApp,
) -> Answer<UninstallPreview> {
    Ok(tomo.uninstall_preview(args.id).await?)
}

pub(in crate::api) async fn app_uninstall(tomo: &Tomo, args: UninstallApp) -> Answer<()> {
    let by = tomo.session().await?.user.id;
    Ok(tomo.uninstall_app(by, args.id, args.with_data).await?)
}

pub(in crate::api) async fn app_open(tomo: &Tomo, args: OneInstalledApp) -> Answer<AppAddress> {
    let by = tomo.session().await?.user.id;
    Ok(tomo.open_app(by, args.id).await?)
}

pub(in crate::api) async fn app_reveal(tomo: &Tomo, args: RevealAppSecret) -> Answer<String> {
    let by = tomo.session().await?.user.id;
    let secret = tomo.reveal_app_secret(by, args.id, &args.setting).await?;
    Ok(secret.expose_secret().to_owned())
}

pub(in crate::api) async fn app_update_plan(tomo: &Tomo, args: PlanUpdate) -> Answer<UpdatePlan> {
    let keeps_version = args.keeps_version;
    let wish = UpdateWish { id: args.id, values: args.values, keeps_version, own: args.own };
    Ok(tomo.plan_update(&wish).await?)
}

pub(in crate::api) async fn app_update(
    tomo: &Tomo,
    args: UpdateApp,
) -> Answer<InstalledAppDetails> {
    let by = tomo.session().await?.user.id;
    let keeps_version = args.keeps_version;
    let wish = UpdateWish { id: args.id, values: args.values, keeps_version, own: args.own };
    tomo.update_app(by, &wish, args.secrets).await?;
    Ok(tomo.installed_app(args.id).await?)
}

pub(in crate::api) async fn app_look_for_newer(
    tomo: &Tomo,
    args: OneInstalledApp,
) -> Answer<InstalledAppDetails> {
    tomo.look_for_newer(args.id).await?;
    Ok(tomo.installed_app(args.id).await?)
}

pub(in crate::api) async fn app_roll_back(
    tomo: &Tomo,
    args: OneInstalledApp,
) -> Answer<InstalledAppDetails> {
    let by = tomo.session().await?.user.id;
    tomo.roll_back_app(by, args.id).await?;
    Ok(tomo.installed_app(args.id).await?)
}

pub(in crate::api) async fn app_forget_way_back(
    tomo: &Tomo,
    args: OneInstalledApp,
) -> Answer<InstalledAppDetails> {
    let by = tomo.session().await?.user.id;
    tomo.forget_way_back(by, args.id).await?;
    Ok(tomo.installed_app(args.id).await?)
}
