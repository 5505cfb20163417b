//! What each command of the table calls. A handler translates; it does not decide.

mod accounts;
mod app_data;
mod apps;
mod backups;
mod containers;
mod data;
mod docker_setup;
mod engine_store;
mod logs;
mod own_apps;
mod program;
mod servers;
mod settings;
mod terminals;

pub(super) use accounts::*;
pub(super) use app_data::*;
pub(super) use apps::*;
pub(super) use backups::*;
pub(super) use containers::*;
pub(super) use data::*;
pub(super) use docker_setup::*;
pub(super) use engine_store::*;
pub(super) use logs::*;
pub(super) use own_apps::*;
pub(super) use program::*;
pub(super) use servers::*;
pub(super) use settings::*;
pub(super) use terminals::*;

use super::{
    args::*,
    error::{ApiError, Code},
};
use crate::{
    app::{
        Tomo,
        backup::error::BackupError,
        error::{AppError, sentence},
    },
    docker::EngineError,
    domain::status::Status,
    store::StoreError,
    vault::VaultError,
};
use chrono::TimeDelta;

type Answer<T> = Result<T, ApiError>;

pub(super) async fn status(tomo: &Tomo, _: Nothing) -> Answer<Status> {
    Ok(tomo.status().await?)
}

pub(super) async fn vault_create(tomo: &Tomo, args: Passphrase) -> Answer<Status> {
    tomo.create_vault(args.passphrase).await?;
    Ok(tomo.status().await?)
}

pub(super) async fn vault_try_again(tomo: &Tomo, _: Nothing) -> Answer<Status> {
    tomo.try_vault_again().await?;
    Ok(tomo.status().await?)
}

pub(super) async fn vault_unlock(tomo: &Tomo, args: Passphrase) -> Answer<Status> {
    tomo.unlock_vault(args.passphrase).await?;
    Ok(tomo.status().await?)
}

impl From<AppError> for ApiError {
    fn from(error: AppError) -> Self {
        // What the vault says is a part of a sentence; the others speak in whole ones.
        let message = match &error {
            AppError::Vault(error) => sentence(&error.to_string()),
            error => error.to_string(),
        };
        let (code, hint) = match &error {
            AppError::NotSetUp => (Code::NotSetUp, "Create the first account.".to_owned()),
            AppError::AlreadySetUp => (Code::Duplicate, "Sign in instead.".into()),
            AppError::NotSignedIn => (Code::NotSignedIn, "Sign in.".into()),
            AppError::SessionLocked => {
                (Code::SessionLocked, "Unlock it with your password.".into())
            }
            AppError::BadSignIn { left, lockout } | AppError::BadPassword { left, lockout } => {
                (Code::Invalid, attempts_left(*left, *lockout))
            }
            AppError::LockedOut { .. } => {
                (Code::Failed, "An admin who is signed in can unlock it before that.".into())
            }
            AppError::Forbidden(_) => (Code::Forbidden, "An admin can do it.".into()),
            AppError::Invalid(_) | AppError::LocalServer(_) => (Code::Invalid, String::new()),
            AppError::Changed(_) => (Code::Stale, "Look at it again, then decide.".into()),
            AppError::NotFound(_) => (Code::NotFound, "It may have been removed meanwhile.".into()),
            AppError::HostKey { hint, .. } => (Code::HostKey, hint.clone()),
            AppError::Failure(failure) => (Code::Failed, failure.hint.clone()),
            AppError::Store(error) => (store_code(error), error.hint().into()),
            AppError::Vault(error) => (vault_code(error), error.hint().into()),
            AppError::Engine(error) => (engine_code(error), error.hint().into()),
            AppError::NoEngine(trouble) => (Code::Failed, trouble.hint.clone()),
            AppError::Backup(error) => (backup_code(error), error.hint().into()),
            AppError::Internal(_) => (Code::Failed, "The program's log says more.".into()),
        };
        Self { code, message, hint }
    }
}

/// `3 tries left, then a pause of 15 min.`
fn attempts_left(left: u32, lockout: TimeDelta) -> String {
    let tries = if left == 1 { "1 try".into() } else { format!("{left} tries") };
    let pause = match lockout.num_seconds() {
        seconds @ ..120 => format!("{seconds} s"),
        seconds @ 120..7_200 => format!("{} min", (seconds + 59) / 60),
        seconds => format!("{} h", (seconds + 3_599) / 3_600),
    };
    format!("{tries} left, then a pause of {pause}.")
}

fn store_code(error: &StoreError) -> Code {
    match error {
        StoreError::Duplicate { .. } => Code::Duplicate,
        StoreError::Stale { .. } => Code::Stale,
        StoreError::Missing { .. } => Code::NotFound,
        StoreError::InvalidSetting(_) | StoreError::LastAdmin => Code::Invalid,
        StoreError::AuditKeyMissing => Code::VaultLocked,
        _ => Code::Failed,
    }
}

fn engine_code(error: &EngineError) -> Code {
    match error {
        EngineError::NotFound(_) | EngineError::NoProgram(_) => Code::NotFound,
        EngineError::ReadOnly => Code::Forbidden,
        _ => Code::Failed,
    }
}

fn backup_code(error: &BackupError) -> Code {
    match error {
        BackupError::NoPassphrase
        | BackupError::WeakPassphrase(_)
        | BackupError::WrongPassphrase
        | BackupError::NotAFile(_)
        | BackupError::NotABackup(_) => Code::Invalid,
        BackupError::Exists(_) => Code::Duplicate,
        BackupError::Missing(_) | BackupError::NoFolder(_) => Code::NotFound,
        _ => Code::Failed,
    }
}

fn vault_code(error: &VaultError) -> Code {
    match error {
        VaultError::Locked | VaultError::NoPassphrase | VaultError::Unavailable { .. } => {
            Code::VaultLocked
        }
        VaultError::WrongPassphrase | VaultError::PassphraseTooShort { .. } => Code::Invalid,
        _ => Code::Failed,
    }
}
