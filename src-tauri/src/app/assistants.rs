//! Sessions of assistants: one of their own, for whoever is signed in at the command line. It is
//! listed and ended like every other.

use super::{
    Tomo,
    activity::Entry,
    error::AppError,
    sessions::{SessionSecret, session_name},
};
use crate::domain::{
    activity::ActivityKind,
    session::{Door, Session},
};
use chrono::Utc;
use serde_json::json;

impl Tomo {
    /// Begins a session for whoever is signed in at the command line.
    ///
    /// # Errors
    /// When nobody is, or the vault that keeps their sign-in is shut.
    pub async fn begin_assistant_session(&self) -> Result<Session, AppError> {
        if !self.inner.store.installation().await?.is_setup {
            return Err(AppError::NotSetUp);
        }
        let kept = self.inner.vault.recall(session_name(Door::CommandLine)).await?;
        let secret = kept.map(SessionSecret).ok_or(AppError::NotSignedIn)?;
        let theirs = self.inner.store.live_session(&secret.id(), Utc::now()).await?;
        let theirs = theirs.ok_or(AppError::NotSignedIn)?.session;
        if theirs.is_locked {
            return Err(AppError::SessionLocked);
        }
        let user = theirs.user;
        let hash = self.inner.store.password_hash(user.id).await?;
        self.begin_session(user.id, &hash, false).await?;
        let words = "An assistant began a session";
        let entry = Entry::by(user.id, ActivityKind::SignIn, words);
        self.record(entry.with(json!({ "door": self.inner.door.name() }))).await;
        self.session().await
    }

    /// Ends the session that was begun so.
    pub async fn end_assistant_session(&self) {
        if let Err(error) = self.drop_session().await {
            tracing::warn!(%error, "an assistant's session could not be ended");
        }
    }

    /// Which front door this process is.
    #[must_use]
    pub fn door(&self) -> Door {
        self.inner.door
    }
}
