//! Commands about this program itself: plans of assistants, versions, licences, diagnostics, files.

use super::Answer;
use crate::{
    api::args::*,
    app::Tomo,
    domain::{
        about::{About, Licence},
        file::Exported,
        plan::Plan,
    },
};

pub(in crate::api) async fn plan_list(tomo: &Tomo, _: Nothing) -> Answer<Vec<Plan>> {
    Ok(tomo.plans(&tomo.session().await?).await?)
}

pub(in crate::api) async fn plan_approve(tomo: &Tomo, args: PlanRef) -> Answer<Plan> {
    Ok(tomo.decide_plan(&tomo.session().await?, args.id, true).await?)
}

pub(in crate::api) async fn plan_refuse(tomo: &Tomo, args: PlanRef) -> Answer<Plan> {
    Ok(tomo.decide_plan(&tomo.session().await?, args.id, false).await?)
}

pub(in crate::api) async fn about_get(tomo: &Tomo, _: Nothing) -> Answer<About> {
    Ok(tomo.about().await?)
}

pub(in crate::api) async fn about_licences(tomo: &Tomo, _: Nothing) -> Answer<Vec<Licence>> {
    Ok(tomo.licences().await?)
}

pub(in crate::api) async fn diagnostics_save(tomo: &Tomo, args: FileRef) -> Answer<Exported> {
    Ok(tomo.save_diagnostics(&tomo.session().await?, &args.path).await?)
}

pub(in crate::api) async fn file_choose(tomo: &Tomo, args: ChooseFile) -> Answer<Option<String>> {
    Ok(tomo.choose_file(args.purpose).await?)
}
