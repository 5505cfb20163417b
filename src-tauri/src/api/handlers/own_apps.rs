//! Commands about apps that come from no catalog.

use super::Answer;
use crate::{
    api::{access::Effect, args::*},
    app::{Tomo, error::AppError},
    domain::{
        installed_app::InstalledAppDetails,
        own_app::{AdoptPlan, AppFiles, OwnApp},
    },
};
use secrecy::ExposeSecret;

pub(in crate::api) async fn app_read_compose(tomo: &Tomo, args: ReadCompose) -> Answer<OwnApp> {
    let env = args.env.as_ref().map(ExposeSecret::expose_secret);
    let (text, name) = (args.text.expose_secret(), args.name.as_deref());
    let Some(id) = args.id else { return Ok(tomo.read_own_app(text, env, name)) };
    // Whoever may try words on the secrets of an app would find them.
    if !Effect::Operate.allowed_to(tomo.session().await?.user.role) {
        let words = "Only who may change an app reads its files with its secrets.";
        return Err(AppError::Forbidden(words.into()).into());
    }
    Ok(tomo.read_files_of(id, text, env).await?)
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
