//! Commands about settings and their audit trail.

use super::Answer;
use crate::{
    api::args::*,
    app::Tomo,
    domain::{
        audit::{AuditPage, AuditReport},
        file::Exported,
        setting::SettingView,
    },
};

pub(in crate::api) async fn setting_list(tomo: &Tomo, _: Nothing) -> Answer<Vec<SettingView>> {
    let session = tomo.session().await?;
    Ok(tomo.settings(&session).await?)
}

pub(in crate::api) async fn setting_set(tomo: &Tomo, args: SetSetting) -> Answer<SettingView> {
    let session = tomo.session().await?;
    Ok(tomo.set_setting(&session, &args.key, &args.value, args.version).await?)
}

pub(in crate::api) async fn setting_save(_: &Tomo, _: SaveSettings) -> Answer<Vec<SettingView>> {
    Err(super::unbuilt())
}

pub(in crate::api) async fn setting_reset(_: &Tomo, _: ResetSettings) -> Answer<Vec<SettingView>> {
    Err(super::unbuilt())
}

pub(in crate::api) async fn audit_list(_: &Tomo, _: ListAudit) -> Answer<AuditPage> {
    Err(super::unbuilt())
}

pub(in crate::api) async fn audit_verify(_: &Tomo, _: Nothing) -> Answer<AuditReport> {
    Err(super::unbuilt())
}

pub(in crate::api) async fn audit_export(_: &Tomo, _: ExportAudit) -> Answer<Exported> {
    Err(super::unbuilt())
}
