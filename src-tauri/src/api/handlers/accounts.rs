//! Commands about accounts, sessions and locks.

use super::Answer;
use crate::{
    api::args::*,
    app::{Tomo, account::NewAvatar, users::NewAccount},
    domain::{
        account::{Account, AccountChanges, PasswordStrength},
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

pub(in crate::api) async fn session_lock(_: &Tomo, _: Nothing) -> Answer<Status> {
    Err(super::unbuilt())
}

pub(in crate::api) async fn session_unlock(_: &Tomo, _: OwnPassword) -> Answer<Status> {
    Err(super::unbuilt())
}

pub(in crate::api) async fn session_touch(_: &Tomo, _: Nothing) -> Answer<()> {
    Err(super::unbuilt())
}

pub(in crate::api) async fn session_list(_: &Tomo, _: ListSessions) -> Answer<Vec<SessionEntry>> {
    Err(super::unbuilt())
}

pub(in crate::api) async fn session_end(_: &Tomo, _: SessionRef) -> Answer<()> {
    Err(super::unbuilt())
}

pub(in crate::api) async fn session_end_others(_: &Tomo, _: Nothing) -> Answer<u32> {
    Err(super::unbuilt())
}

pub(in crate::api) async fn password_check(
    tomo: &Tomo,
    args: PasswordToCheck,
) -> Answer<PasswordStrength> {
    Ok(tomo.rate_password(&args.username, args.password).await?)
}

pub(in crate::api) async fn account_get(tomo: &Tomo, _: Nothing) -> Answer<Account> {
    let session = tomo.session().await?;
    Ok(tomo.account(&session).await?)
}

pub(in crate::api) async fn account_edit(tomo: &Tomo, args: EditAccount) -> Answer<Account> {
    let session = tomo.session().await?;
    Ok(tomo.edit_account(&session, args.email, args.preferences).await?)
}

pub(in crate::api) async fn account_set_avatar(tomo: &Tomo, args: AvatarInput) -> Answer<Account> {
    let session = tomo.session().await?;
    let avatar = match args {
        AvatarInput::Image { data } => NewAvatar::Image(data),
        AvatarInput::Url { url } => NewAvatar::Url(url),
        AvatarInput::Remove {} => NewAvatar::Remove,
    };
    Ok(tomo.set_avatar(&session, avatar).await?)
}

pub(in crate::api) async fn account_change_password(
    tomo: &Tomo,
    args: ChangePassword,
) -> Answer<Account> {
    let session = tomo.session().await?;
    Ok(tomo.change_password(&session, args.current, args.new).await?)
}

pub(in crate::api) async fn user_list(tomo: &Tomo, _: Nothing) -> Answer<Vec<Account>> {
    Ok(tomo.users().await?)
}

pub(in crate::api) async fn user_create(tomo: &Tomo, args: CreateUser) -> Answer<Account> {
    let session = tomo.session().await?;
    let CreateUser { username, email, role, password } = args;
    Ok(tomo.create_user(&session, NewAccount { username, email, role, password }).await?)
}

pub(in crate::api) async fn user_edit(tomo: &Tomo, args: EditUser) -> Answer<Account> {
    let session = tomo.session().await?;
    let EditUser { id, username, email, role, is_active } = args;
    let changes = AccountChanges { username, email, role, is_active };
    Ok(tomo.edit_user(&session, id, changes).await?)
}

pub(in crate::api) async fn user_set_password(
    tomo: &Tomo,
    args: SetUserPassword,
) -> Answer<Account> {
    let session = tomo.session().await?;
    Ok(tomo.set_user_password(&session, args.id, args.password).await?)
}

pub(in crate::api) async fn user_remove(tomo: &Tomo, args: UserRef) -> Answer<()> {
    let session = tomo.session().await?;
    Ok(tomo.remove_user(&session, args.id).await?)
}

pub(in crate::api) async fn lock_list(_: &Tomo, _: Nothing) -> Answer<Vec<AccountLock>> {
    Err(super::unbuilt())
}

pub(in crate::api) async fn lock_unlock(_: &Tomo, _: Unlock) -> Answer<AccountLock> {
    Err(super::unbuilt())
}
