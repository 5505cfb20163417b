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

pub(in crate::api) async fn lock_list(tomo: &Tomo, _: Nothing) -> Answer<Vec<AccountLock>> {
    Ok(tomo.account_locks().await?)
}

pub(in crate::api) async fn lock_unlock(tomo: &Tomo, args: Unlock) -> Answer<AccountLock> {
    let by = tomo.session().await?.user.id;
    Ok(tomo.unlock_account(args.id, args.note.as_deref(), by).await?)
}
