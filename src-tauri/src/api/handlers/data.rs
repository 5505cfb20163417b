//! Commands about the activity log and retention.

use super::Answer;
use crate::{
    api::args::*,
    app::Tomo,
    domain::{
        activity::ActivityPage,
        file::Exported,
        retention::{RetentionPreview, RetentionRun, RetentionStatus},
    },
};

pub(in crate::api) async fn activity_list(_: &Tomo, _: ListActivity) -> Answer<ActivityPage> {
    Err(super::unbuilt())
}

pub(in crate::api) async fn activity_export(_: &Tomo, _: ExportActivity) -> Answer<Exported> {
    Err(super::unbuilt())
}

pub(in crate::api) async fn retention_preview(_: &Tomo, _: Nothing) -> Answer<RetentionPreview> {
    Err(super::unbuilt())
}

pub(in crate::api) async fn retention_run(_: &Tomo, _: Nothing) -> Answer<RetentionRun> {
    Err(super::unbuilt())
}

pub(in crate::api) async fn retention_status(_: &Tomo, _: Nothing) -> Answer<RetentionStatus> {
    Err(super::unbuilt())
}
