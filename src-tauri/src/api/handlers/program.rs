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

pub(in crate::api) async fn plan_list(_: &Tomo, _: Nothing) -> Answer<Vec<Plan>> {
    Err(super::unbuilt())
}

pub(in crate::api) async fn plan_approve(_: &Tomo, _: PlanRef) -> Answer<Plan> {
    Err(super::unbuilt())
}

pub(in crate::api) async fn plan_refuse(_: &Tomo, _: PlanRef) -> Answer<Plan> {
    Err(super::unbuilt())
}

pub(in crate::api) async fn about_get(_: &Tomo, _: Nothing) -> Answer<About> {
    Err(super::unbuilt())
}

pub(in crate::api) async fn about_licences(_: &Tomo, _: Nothing) -> Answer<Vec<Licence>> {
    Err(super::unbuilt())
}

pub(in crate::api) async fn diagnostics_save(_: &Tomo, _: FileRef) -> Answer<Exported> {
    Err(super::unbuilt())
}

pub(in crate::api) async fn file_choose(tomo: &Tomo, args: ChooseFile) -> Answer<Option<String>> {
    Ok(tomo.choose_file(args.purpose).await?)
}
