//! The own account: address, what the window remembers, picture, password. Whose it is, is never an
//! argument: it is the session's.

use super::{Tomo, activity::Entry, avatar, error::AppError, password};
use crate::{
    collect::hub::Change,
    domain::{
        account::{Account, checked_email},
        activity::ActivityKind,
        fleet::Topic,
        session::Session,
    },
};
use chrono::Utc;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value, json};

/// Most bytes of what the window remembers, as JSON.
const PREFERENCES_BYTES: usize = 16 * 1024;

/// A picture to take.
#[derive(Debug)]
pub enum NewAvatar {
    /// A file's bytes as base64.
    Image(String),
    /// An `https:` address.
    Url(String),
    /// None.
    Remove,
}

impl Tomo {
    /// The own account.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn account(&self, session: &Session) -> Result<Account, AppError> {
        Ok(self.inner.store.account(session.user.id, Utc::now()).await?)
    }

    /// Changes the own address, or all that the window remembers.
    ///
    /// # Errors
    /// When a field cannot be taken.
    pub async fn edit_account(
        &self,
        session: &Session,
        email: Option<String>,
        preferences: Option<Map<String, Value>>,
    ) -> Result<Account, AppError> {
        let email = email.as_deref().map(checked_email).transpose()?;
        let preferences = preferences.map(checked_preferences).transpose()?;
        let before = self.account(session).await?;
        let id = session.user.id;
        self.inner.store.update_own_account(id, email.as_deref(), preferences.as_ref()).await?;
        let after = self.account(session).await?;
        let mut changed = Map::new();
        if before.user.email != after.user.email {
            let (from, to) = (&before.user.email, &after.user.email);
            changed.insert("email".into(), json!({ "from": from, "to": to }));
        }
        if before.preferences != after.preferences {
            changed.insert("preferences".into(), json!("changed"));
        }
        if !changed.is_empty() {
            self.own_account_changed(session, json!({ "changes": changed })).await;
        }
        Ok(after)
    }

    /// Sets or removes the own picture.
    ///
    /// # Errors
    /// When it is no picture that Tomo takes, or no address.
    pub async fn set_avatar(
        &self,
        session: &Session,
        avatar: NewAvatar,
    ) -> Result<Account, AppError> {
        let (avatar, what) = match avatar {
            NewAvatar::Image(data) => (Some(avatar::from_image(data).await?), "image"),
            NewAvatar::Url(url) => (Some(avatar::from_url(&url)?), "address"),
            NewAvatar::Remove => (None, "removed"),
        };
        self.inner.store.set_avatar(session.user.id, avatar.as_deref()).await?;
        self.own_account_changed(session, json!({ "changes": { "avatar": what } })).await;
        self.account(session).await
    }

    /// Changes the own password, and ends all other own sessions.
    ///
    /// # Errors
    /// [`AppError::BadPassword`] when the present one is not right; otherwise when the new one cannot
    /// be taken.
    pub async fn change_password(
        &self,
        session: &Session,
        present: SecretString,
        new: SecretString,
    ) -> Result<Account, AppError> {
        let id = session.user.id;
        let is_same = present.expose_secret() == new.expose_secret();
        let hash = self.confirm_password(&session.user, present).await?.password_hash;
        if is_same {
            return Err(AppError::Invalid("The new password is the present one.".into()));
        }
        self.check_new_password(&session.user.username, &new).await?;
        let new_hash = password::hash(new).await?;
        let (keep, now) = (Some(session.id.as_str()), Utc::now());
        let set = self.inner.store.set_password(id, &new_hash, Some(&hash), keep, id, now).await?;
        // Another process has changed it since it was compared.
        let Some(ended) = set else { return Err(AppError::NotSignedIn) };
        let entry = Entry::by(id, ActivityKind::AccountPassword, "Changed the own password");
        self.record(entry.with(json!({ "ended_sessions": ended }))).await;
        self.inner.hub.announce(Change::Topic(Topic::Users));
        self.inner.hub.announce(Change::Topic(Topic::Sessions));
        self.account(session).await
    }

    async fn own_account_changed(&self, session: &Session, details: Value) {
        let entry =
            Entry::by(session.user.id, ActivityKind::AccountEdit, "Changed the own account");
        self.record(entry.with(details)).await;
        self.inner.hub.announce(Change::Topic(Topic::Users));
        self.inner.hub.announce(Change::Session);
    }
}

fn checked_preferences(preferences: Map<String, Value>) -> Result<Map<String, Value>, AppError> {
    let value = Value::Object(preferences);
    let length = value.to_string().len();
    match value {
        Value::Object(preferences) if length <= PREFERENCES_BYTES => Ok(preferences),
        _ => Err(AppError::Invalid("The preferences are larger than 16 KB.".into())),
    }
}
