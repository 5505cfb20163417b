//! Accounts as admins see to them: creating, changing, deactivating, deleting, setting a password.

use super::{Tomo, activity::Entry, error::AppError, password};
use crate::{
    collect::hub::Change,
    domain::{
        account::{Account, AccountChanges, checked_email, checked_username},
        activity::ActivityKind,
        fleet::Topic,
        id::UserId,
        session::Session,
        user::{Role, User},
    },
    store::{Actor, NewUser},
};
use chrono::Utc;
use secrecy::SecretString;
use serde_json::{Map, Value, json};

/// An account to create.
#[derive(Debug)]
pub struct NewAccount {
    /// Sign-in name, 1–64 characters.
    pub username: String,
    /// E-mail address; may be empty.
    pub email: String,
    /// What the user may do; absent: as `system.default_user_role` says.
    pub role: Option<Role>,
    /// First password.
    pub password: SecretString,
}

impl Tomo {
    /// Every account, by name.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn users(&self) -> Result<Vec<Account>, AppError> {
        Ok(self.inner.store.accounts(Utc::now()).await?)
    }

    /// Creates an account.
    ///
    /// # Errors
    /// When a field or the password cannot be taken, or the name is taken.
    pub async fn create_user(
        &self,
        session: &Session,
        new: NewAccount,
    ) -> Result<Account, AppError> {
        let username = checked_username(&new.username)?;
        let email = checked_email(&new.email)?;
        let role = match new.role {
            Some(role) => role,
            None => self.default_role().await?,
        };
        self.check_new_password(&username, &new.password).await?;
        let password_hash = password::hash(new.password).await?;
        let id = UserId::new();
        let user =
            NewUser { id, username: &username, email: &email, password_hash: &password_hash, role };
        let user = self.inner.store.insert_user(&user, Utc::now()).await?;
        let details = json!({ "role": role });
        self.record_user(session, ActivityKind::UserCreate, "User created", &user, details).await;
        Ok(self.inner.store.account(id, Utc::now()).await?)
    }

    async fn default_role(&self) -> Result<Role, AppError> {
        let word = self.inner.store.setting(None, "system.default_user_role").await?;
        word.as_str().and_then(Role::from_text).ok_or(AppError::NotFound("role"))
    }

    /// Changes an account. A role is in force from the user's next call on; whoever may not sign in
    /// any more is out at once.
    ///
    /// # Errors
    /// When a field cannot be taken, the name is taken, there is no such user, or no admin who may
    /// sign in would be left.
    pub async fn edit_user(
        &self,
        session: &Session,
        id: UserId,
        changes: AccountChanges,
    ) -> Result<Account, AppError> {
        let changes = changes.checked()?;
        let now = Utc::now();
        let update = self.inner.store.update_user(id, &changes, session.user.id, now).await?;
        let changed = differences(&update.before, &update.after);
        if !changed.is_empty() {
            let words = match (update.before.is_active, update.after.is_active) {
                (true, false) => "User deactivated",
                (false, true) => "User activated",
                _ => "User changed",
            };
            let details = json!({ "changes": changed, "ended_sessions": update.ended_sessions });
            self.record_user(session, ActivityKind::UserEdit, words, &update.after, details).await;
        }
        let account = self.inner.store.account(id, now).await?;
        if update.ended_sessions > 0 {
            self.inner.hub.announce(Change::Topic(Topic::Sessions));
        }
        self.leave_if_gone(session, id, !update.after.is_active).await?;
        Ok(account)
    }

    /// Sets somebody's password, and ends all their sessions.
    ///
    /// # Errors
    /// When the password cannot be taken, there is no such user, or it is the caller: the own
    /// password takes the present one.
    pub async fn set_user_password(
        &self,
        session: &Session,
        id: UserId,
        password: SecretString,
    ) -> Result<Account, AppError> {
        if id == session.user.id {
            return Err(AppError::Invalid(
                "Your own password takes the present one; change it in your account.".into(),
            ));
        }
        let user = self.inner.store.user(id).await?.ok_or(AppError::NotFound("user"))?;
        self.check_new_password(&user.username, &password).await?;
        let hash = password::hash(password).await?;
        let (by, now) = (session.user.id, Utc::now());
        let ended = self.inner.store.set_password(id, &hash, None, None, by, now).await?;
        let details = json!({ "ended_sessions": ended.unwrap_or_default() });
        let (kind, words) = (ActivityKind::UserPassword, "Password set");
        self.record_user(session, kind, words, &user, details).await;
        self.inner.hub.announce(Change::Topic(Topic::Sessions));
        Ok(self.inner.store.account(id, now).await?)
    }

    /// Deletes an account with its sessions and own settings. Admins may delete themselves while
    /// another is left; this process is signed out then.
    ///
    /// # Errors
    /// When there is no such user, or no admin who may sign in would be left.
    pub async fn remove_user(&self, session: &Session, id: UserId) -> Result<(), AppError> {
        // The trail of the settings that go with the account names who deleted it.
        let (by, door) = (Some(session.user.id), Some(self.inner.door.name()));
        let actor = Actor { user: by, reason: Some("account deleted"), door };
        let user = self.inner.store.delete_user(id, &actor).await?;
        let details = json!({ "role": user.role });
        self.record_user(session, ActivityKind::UserRemove, "User deleted", &user, details).await;
        self.inner.hub.announce(Change::Topic(Topic::Sessions));
        self.leave_if_gone(session, id, true).await
    }

    /// Signs this process out when its own account may not be used any more.
    async fn leave_if_gone(
        &self,
        session: &Session,
        id: UserId,
        gone: bool,
    ) -> Result<(), AppError> {
        if id == session.user.id {
            if gone {
                self.sign_out().await?;
            } else {
                self.inner.hub.announce(Change::Session);
            }
        }
        Ok(())
    }

    async fn record_user(
        &self,
        session: &Session,
        kind: ActivityKind,
        words: &str,
        user: &User,
        mut details: Value,
    ) {
        details["user_id"] = json!(user.id);
        details["username"] = json!(user.username);
        let message = format!("{words}: {}", user.username);
        self.record(Entry::by(session.user.id, kind, message).with(details)).await;
        self.inner.hub.announce(Change::Topic(Topic::Users));
    }
}

/// What was changed, each with what it was and what it is.
fn differences(before: &User, after: &User) -> Map<String, Value> {
    [
        ("username", json!(before.username), json!(after.username)),
        ("email", json!(before.email), json!(after.email)),
        ("role", json!(before.role), json!(after.role)),
        ("is_active", json!(before.is_active), json!(after.is_active)),
    ]
    .into_iter()
    .filter(|(_, from, to)| from != to)
    .map(|(field, from, to)| (field.to_owned(), json!({ "from": from, "to": to })))
    .collect()
}
