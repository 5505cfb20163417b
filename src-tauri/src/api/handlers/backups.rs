//! Commands about backups, and about the list of servers as a file.

use super::Answer;
use crate::{
    api::args::*,
    app::{BackupWish, Tomo},
    domain::{
        backup::{BackupContents, BackupEntry, BackupList},
        file::Exported,
        server_list::{ImportPreview, ImportResult},
        status::Status,
    },
};

pub(in crate::api) async fn backup_list(tomo: &Tomo, _: Nothing) -> Answer<BackupList> {
    Ok(tomo.backups().await?)
}

pub(in crate::api) async fn backup_create(tomo: &Tomo, args: CreateBackup) -> Answer<BackupEntry> {
    let by = tomo.session().await?.user.id;
    let CreateBackup { path, with_history, passphrase, note } = args;
    Ok(tomo.create_backup(by, BackupWish { path, with_history, passphrase, note }).await?)
}

pub(in crate::api) async fn backup_inspect(
    tomo: &Tomo,
    args: OpenBackup,
) -> Answer<BackupContents> {
    Ok(tomo.inspect_backup(&args.path, args.passphrase).await?)
}

pub(in crate::api) async fn backup_restore(tomo: &Tomo, args: OpenBackup) -> Answer<Status> {
    let by = tomo.session().await?;
    Ok(tomo.restore_backup(&by, &args.path, args.passphrase).await?)
}

pub(in crate::api) async fn setup_choose_backup(tomo: &Tomo, _: Nothing) -> Answer<Option<String>> {
    Ok(tomo.choose_backup_at_setup().await?)
}

pub(in crate::api) async fn setup_inspect(tomo: &Tomo, args: OpenBackup) -> Answer<BackupContents> {
    Ok(tomo.inspect_backup_at_setup(&args.path, args.passphrase).await?)
}

pub(in crate::api) async fn setup_restore(tomo: &Tomo, args: OpenBackup) -> Answer<Status> {
    Ok(tomo.set_up_from_backup(&args.path, args.passphrase).await?)
}

pub(in crate::api) async fn backup_set_passphrase(
    tomo: &Tomo,
    args: BackupPassphrase,
) -> Answer<BackupList> {
    let by = tomo.session().await?.user.id;
    Ok(tomo.set_backup_passphrase(by, args.passphrase).await?)
}

pub(in crate::api) async fn server_list_export(tomo: &Tomo, args: FileRef) -> Answer<Exported> {
    let by = tomo.session().await?.user.id;
    Ok(tomo.export_servers(by, &args.path).await?)
}

pub(in crate::api) async fn server_list_preview(
    tomo: &Tomo,
    args: FileRef,
) -> Answer<ImportPreview> {
    Ok(tomo.preview_servers(&args.path).await?)
}

pub(in crate::api) async fn server_list_import(
    tomo: &Tomo,
    args: ImportServers,
) -> Answer<ImportResult> {
    let by = tomo.session().await?.user.id;
    Ok(tomo.import_servers(by, &args.path, &args.digest, &args.leave_out).await?)
}
