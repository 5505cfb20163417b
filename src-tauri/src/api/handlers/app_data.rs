//! Commands about backups of apps, and about moving them.

use super::Answer;
use crate::{
    api::{access::Effect, args::*},
    app::{AppBackupWish, MoveWish, RestoreWish, Tomo},
    domain::{
        app_backup::{AppBackupContents, AppBackupPreview, MovePlan, RestorePlan},
        installed_app::InstalledAppDetails,
    },
};

pub(in crate::api) async fn app_backup_preview(
    tomo: &Tomo,
    args: OneInstalledApp,
) -> Answer<AppBackupPreview> {
    Ok(tomo.app_backup_preview(args.id).await?)
}

pub(in crate::api) async fn app_backup(
    tomo: &Tomo,
    args: BackUpApp,
) -> Answer<InstalledAppDetails> {
    let by = tomo.session().await?.user.id;
    let BackUpApp { id, path, passphrase, mode, replace, leave_out } = args;
    let wish = AppBackupWish { id, path, passphrase, mode, replace, leave_out };
    tomo.back_up_app(by, wish).await?;
    Ok(tomo.installed_app(id).await?)
}

pub(in crate::api) async fn app_backup_inspect(
    tomo: &Tomo,
    args: OpenAppBackup,
) -> Answer<AppBackupContents> {
    Ok(tomo.inspect_app_backup(&args.path, args.passphrase).await?)
}

fn restore_wish(args: RestoreApp, looks_at_paths: bool) -> RestoreWish {
    let RestoreApp { path, passphrase, server_id, project, values } = args;
    RestoreWish { path, passphrase, server: server_id, project, values, looks_at_paths }
}

pub(in crate::api) async fn app_restore_plan(tomo: &Tomo, args: RestoreApp) -> Answer<RestorePlan> {
    let role = tomo.session().await?.user.role;
    let looks_at_paths = Effect::Operate.allowed_to(role);
    Ok(tomo.plan_restore(&restore_wish(args, looks_at_paths)).await?)
}

pub(in crate::api) async fn app_restore(
    tomo: &Tomo,
    args: RestoreApp,
) -> Answer<InstalledAppDetails> {
    let by = tomo.session().await?.user.id;
    let id = tomo.restore_app(by, &restore_wish(args, true)).await?;
    Ok(tomo.installed_app(id).await?)
}

pub(in crate::api) async fn app_move_plan(tomo: &Tomo, args: PlanMove) -> Answer<MovePlan> {
    let role = tomo.session().await?.user.role;
    let wish = MoveWish {
        id: args.id,
        server: args.server_id,
        values: args.values,
        removes_source: false,
        looks_at_paths: Effect::Operate.allowed_to(role),
    };
    Ok(tomo.plan_move(&wish).await?)
}

pub(in crate::api) async fn app_move(tomo: &Tomo, args: MoveApp) -> Answer<InstalledAppDetails> {
    let by = tomo.session().await?.user.id;
    let MoveApp { id, server_id, values, removes_source } = args;
    let wish = MoveWish { id, server: server_id, values, removes_source, looks_at_paths: true };
    let id = tomo.move_app(by, &wish).await?;
    Ok(tomo.installed_app(id).await?)
}
