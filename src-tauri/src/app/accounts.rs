//! Set-up and sign-in, and the status that a front door begins with.

use super::{Tomo, activity::Entry, error::AppError, password};
use crate::{
    domain::{
        account::checked_username, activity::ActivityKind, id::UserId, status::Status, user::Role,
    },
    store::NewUser,
    vault::Keychain,
};
use chrono::Utc;
use secrecy::SecretString;
use serde_json::json;

impl Tomo {
    pub(super) async fn is_set_up(&self) -> Result<bool, AppError> {
        Ok(self.inner.store.installation().await?.is_setup)
    }

    /// What a front door must know before anybody is signed in.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn status(&self) -> Result<Status, AppError> {
        Ok(Status {
            is_setup: self.is_set_up().await?,
            session: self.held().await?.map(|live| live.session),
            vault: self.inner.vault.status(),
            version: env!("CARGO_PKG_VERSION").into(),
            keychain_name: Keychain::name().into(),
            data_dir: self.inner.data_dir.display().to_string(),
            platform: std::env::consts::OS.into(),
            waiting_plans: self.waiting_plans().await?,
        })
    }

    /// Creates the first account, an admin, and signs it in.
    ///
    /// # Errors
    /// When there is an account, the vault is not open, or the name or password cannot be taken.
    pub async fn set_up(
        &self,
        username: &str,
        password: SecretString,
        stay_signed_in: bool,
    ) -> Result<Status, AppError> {
        if self.is_set_up().await? {
            return Err(AppError::AlreadySetUp);
        }
        // Without the master key no server could be added, so set-up begins with it.
        self.inner.vault.fingerprint()?;
        let username = checked_username(username)?;
        self.check_new_password(&username, &password).await?;
        let hash = password::hash(password).await?;
        let id = UserId::new();
        let admin =
            NewUser { id, username: &username, email: "", password_hash: &hash, role: Role::Admin };
        self.inner.store.set_up(&admin, Utc::now()).await?;
        self.begin_session(id, &hash, stay_signed_in).await?;
        self.record(Entry::by(id, ActivityKind::SetUp, "Tomo set up")).await;
        self.status().await
    }

    /// Signs in, in place of whoever was signed in here.
    ///
    /// # Errors
    /// When the name or the password is wrong, which of them is not said; or when there were too many
    /// of these.
    pub async fn sign_in(
        &self,
        username: &str,
        password: SecretString,
        stay_signed_in: bool,
    ) -> Result<Status, AppError> {
        if !self.is_set_up().await? {
            return Err(AppError::NotSetUp);
        }
        let proof = self.attempt(username, password).await?;
        let user = proof.user.id;
        self.begin_session(user, &proof.password_hash, stay_signed_in).await?;
        let details = json!({ "client": self.client() });
        self.record(Entry::by(user, ActivityKind::SignIn, "Signed in").with(details)).await;
        self.status().await
    }
}
