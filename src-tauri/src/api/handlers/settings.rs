//! Commands about settings and their audit trail.

use super::Answer;
use crate::{
    api::args::*,
    app::{ResetWish, SettingWish, Tomo},
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
    let SetSetting { key, value, version, reason, for_everybody } = &args;
    let wish = SettingWish { key, value, version: *version, for_everybody: *for_everybody };
    Ok(tomo.set_setting(&session, wish, reason.as_deref()).await?)
}

pub(in crate::api) async fn setting_save(
    tomo: &Tomo,
    args: SaveSettings,
) -> Answer<Vec<SettingView>> {
    fn wish(change: &SettingChange) -> SettingWish<'_> {
        let SettingChange { key, value, version, for_everybody } = change;
        SettingWish { key, value, version: *version, for_everybody: *for_everybody }
    }
    let session = tomo.session().await?;
    let wishes: Vec<_> = args.changes.iter().map(wish).collect();
    Ok(tomo.save_settings(&session, &wishes, args.reason.as_deref()).await?)
}

pub(in crate::api) async fn setting_reset(
    tomo: &Tomo,
    args: ResetSettings,
) -> Answer<Vec<SettingView>> {
    let session = tomo.session().await?;
    let (wish, reason) = match &args {
        ResetSettings::Key { key, for_everybody, reason } => {
            (ResetWish::Key { key, for_everybody: *for_everybody }, reason)
        }
        ResetSettings::Category { category, reason } => (ResetWish::Category(category), reason),
        ResetSettings::Own { reason } => (ResetWish::Own, reason),
    };
    Ok(tomo.reset_settings(&session, wish, reason.as_deref()).await?)
}

pub(in crate::api) async fn audit_list(tomo: &Tomo, args: ListAudit) -> Answer<AuditPage> {
    Ok(tomo.audit(&args.filter, args.before, args.limit).await?)
}

pub(in crate::api) async fn audit_verify(tomo: &Tomo, _: Nothing) -> Answer<AuditReport> {
    let session = tomo.session().await?;
    Ok(tomo.verify_audit(&session).await?)
}

pub(in crate::api) async fn audit_export(tomo: &Tomo, args: ExportAudit) -> Answer<Exported> {
    let session = tomo.session().await?;
    Ok(tomo.export_audit(&session, &args.path, args.format, &args.filter).await?)
}
