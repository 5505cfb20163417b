//! Commands about apps that come from no catalog.

use super::Answer;
use crate::{
    api::args::*,
    app::Tomo,
    domain::{
        installed_app::InstalledAppDetails,
        own_app::{AdoptPlan, AppFiles, OwnApp},
    },
};
use secrecy::ExposeSecret;

pub(in crate::api) async fn app_read_compose(tomo: &Tomo, args: ReadCompose) -> Answer<OwnApp> {
    let env = args.env.as_ref().map(ExposeSecret::expose_secret);
    Ok(tomo.read_own_app(args.text.expose_secret(), env, args.name.as_deref()))
}

pub(in crate::api) async fn app_files(tomo: &Tomo, args: OneInstalledApp) -> Answer<AppFiles> {
    Ok(tomo.app_files(args.id).await?)
}

pub(in crate::api) async fn app_adopt_plan(tomo: &Tomo, args: OneProject) -> Answer<AdoptPlan> {
    Ok(tomo.plan_adoption(args.server_id, &args.project).await?)
}

pub(in crate::api) async fn app_adopt(
    tomo: &Tomo,
    args: OneProject,
) -> Answer<InstalledAppDetails> {
    let by = tomo.session().await?.user.id;
    let id = tomo.adopt_app(by, args.server_id, &args.project).await?;
    Ok(tomo.installed_app(id).await?)
}

pub(in crate::api) async fn app_release(tomo: &Tomo, args: OneInstalledApp) -> Answer<()> {
    let by = tomo.session().await?.user.id;
    Ok(tomo.release_app(by, args.id).await?)
}
