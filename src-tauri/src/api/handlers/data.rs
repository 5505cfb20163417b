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

pub(in crate::api) async fn activity_list(tomo: &Tomo, args: ListActivity) -> Answer<ActivityPage> {
    let session = tomo.session().await?;
    Ok(tomo.activity(&session, &args.filter, args.after.as_deref(), args.limit).await?)
}

pub(in crate::api) async fn activity_export(tomo: &Tomo, args: ExportActivity) -> Answer<Exported> {
    let session = tomo.session().await?;
    Ok(tomo.export_activity(&session, &args.path, args.format, &args.filter).await?)
}

pub(in crate::api) async fn retention_preview(tomo: &Tomo, _: Nothing) -> Answer<RetentionPreview> {
    Ok(tomo.retention_preview().await?)
}

pub(in crate::api) async fn retention_run(tomo: &Tomo, _: Nothing) -> Answer<RetentionRun> {
    let session = tomo.session().await?;
    Ok(tomo.run_retention(&session).await?)
}

pub(in crate::api) async fn retention_status(tomo: &Tomo, _: Nothing) -> Answer<RetentionStatus> {
    Ok(tomo.retention_status().await?)
}
