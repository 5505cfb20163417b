//! Commands about accounts, sessions and locks.

use super::Answer;
use crate::{
    api::args::*,
    app::Tomo,
    domain::{
        account::{Account, PasswordStrength},
        lock::AccountLock,
        session::SessionEntry,
        status::Status,
    },
};

pub(in crate::api) async fn setup_create(tomo: &Tomo, args: SetUp) -> Answer<Status> {
    Ok(tomo.set_up(&args.username, args.password, args.stay_signed_in).await?)
}

pub(in crate::api) async fn sign_in(tomo: &Tomo, args: SignIn) -> Answer<Status> {
    Ok(tomo.sign_in(&args.username, args.password, args.stay_signed_in).await?)
}

pub(in crate::api) async fn sign_out(tomo: &Tomo, _: Nothing) -> Answer<Status> {
    Ok(tomo.sign_out().await?)
}

pub(in crate::api) async fn session_lock(tomo: &Tomo, _: Nothing) -> Answer<Status> {
    Ok(tomo.lock_session().await?)
}

pub(in crate::api) async fn session_unlock(tomo: &Tomo, args: OwnPassword) -> Answer<Status> {
    Ok(tomo.unlock_session(args.password).await?)
}

pub(in crate::api) async fn session_touch(tomo: &Tomo, _: Nothing) -> Answer<()> {
    tomo.touch(&tomo.session().await?).await;
    Ok(())
}

pub(in crate::api) async fn session_list(
    tomo: &Tomo,
    args: ListSessions,
) -> Answer<Vec<SessionEntry>> {
    Ok(tomo.sessions(args.all).await?)
}

pub(in crate::api) async fn session_end(tomo: &Tomo, args: SessionRef) -> Answer<()> {
    Ok(tomo.end_session(&args.id).await?)
}

pub(in crate::api) async fn session_end_others(tomo: &Tomo, _: Nothing) -> Answer<u32> {
    Ok(tomo.end_other_sessions().await?)
}

pub(in crate::api) async fn password_check(
    _: &Tomo,
    _: PasswordToCheck,
) -> Answer<PasswordStrength> {
    Err(super::unbuilt())
}

pub(in crate::api) async fn account_get(_: &Tomo, _: Nothing) -> Answer<Account> {
    Err(super::unbuilt())
}

pub(in crate::api) async fn account_edit(_: &Tomo, _: EditAccount) -> Answer<Account> {
    Err(super::unbuilt())
}

pub(in crate::api) async fn account_set_avatar(_: &Tomo, _: AvatarInput) -> Answer<Account> {
    Err(super::unbuilt())
}

pub(in crate::api) async fn account_change_password(
    _: &Tomo,
    _: ChangePassword,
) -> Answer<Account> {
    Err(super::unbuilt())
}

pub(in crate::api) async fn user_list(_: &Tomo, _: Nothing) -> Answer<Vec<Account>> {
    Err(super::unbuilt())
}

pub(in crate::api) async fn user_create(_: &Tomo, _: CreateUser) -> Answer<Account> {
    Err(super::unbuilt())
}

pub(in crate::api) async fn user_edit(_: &Tomo, _: EditUser) -> Answer<Account> {
    Err(super::unbuilt())
}

pub(in crate::api) async fn user_set_password(_: &Tomo, _: SetUserPassword) -> Answer<Account> {
    Err(super::unbuilt())
}

pub(in crate::api) async fn user_remove(_: &Tomo, _: UserRef) -> Answer<()> {
    Err(super::unbuilt())
}

pub(in crate::api) async fn lock_list(tomo: &Tomo, _: Nothing) -> Answer<Vec<AccountLock>> {
    Ok(tomo.account_locks().await?)
}

pub(in crate::api) async fn lock_unlock(tomo: &Tomo, args: Unlock) -> Answer<AccountLock> {
    let by = tomo.session().await?.user.id;
    Ok(tomo.unlock_account(args.id, args.note.as_deref(), by).await?)
}
