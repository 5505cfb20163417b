//! Commands about backups, and about the list of servers as a file.

use super::Answer;
use crate::{
    api::args::*,
    app::Tomo,
    domain::{
        backup::{BackupContents, BackupEntry, BackupList},
        file::Exported,
        server_list::{ImportPreview, ImportResult},
        status::Status,
    },
};

pub(in crate::api) async fn backup_list(_: &Tomo, _: Nothing) -> Answer<BackupList> {
    Err(super::unbuilt())
}

pub(in crate::api) async fn backup_create(_: &Tomo, _: CreateBackup) -> Answer<BackupEntry> {
    Err(super::unbuilt())
}

pub(in crate::api) async fn backup_inspect(_: &Tomo, _: OpenBackup) -> Answer<BackupContents> {
    Err(super::unbuilt())
}

pub(in crate::api) async fn backup_restore(_: &Tomo, _: OpenBackup) -> Answer<Status> {
    Err(super::unbuilt())
}

pub(in crate::api) async fn backup_set_passphrase(
    _: &Tomo,
    _: BackupPassphrase,
) -> Answer<BackupList> {
    Err(super::unbuilt())
}

pub(in crate::api) async fn server_list_export(_: &Tomo, _: FileRef) -> Answer<Exported> {
    Err(super::unbuilt())
}

pub(in crate::api) async fn server_list_preview(_: &Tomo, _: FileRef) -> Answer<ImportPreview> {
    Err(super::unbuilt())
}

pub(in crate::api) async fn server_list_import(_: &Tomo, _: ImportServers) -> Answer<ImportResult> {
    Err(super::unbuilt())
}
