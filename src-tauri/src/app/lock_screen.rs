//! The lock screen: a session that waits for its password before it is used again, because somebody
//! asked for it or nobody has used the window for a while. The lock stands in the database, so a
//! process that starts anew with a kept session asks as well.

use super::{Tomo, activity::Entry, error::AppError};
use crate::{
    collect::hub::Change,
    domain::{activity::ActivityKind, fleet::Topic, session::Door, status::Status},
    store::LiveSession,
};
use chrono::{DateTime, TimeDelta, Utc};
use secrecy::SecretString;

/// No session turns idle sooner: the least that the setting takes.
const LEAST_IDLE: TimeDelta = TimeDelta::seconds(60);

impl Tomo {
    /// Asks for the password before anything else can be done here. Without a session there is
    /// nothing to lock.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn lock_session(&self) -> Result<Status, AppError> {
        if let Some(live) = self.held().await?
            && self.inner.store.lock_session(&live.session.id, None, Utc::now()).await?
        {
            self.inner.hub.announce(Change::Session);
        }
        self.status().await
    }

    /// Goes on after a lock. A wrong password counts as a failed sign-in.
    ///
    /// # Errors
    /// When nobody is signed in, the password is wrong, or too many were.
    pub async fn unlock_session(&self, password: SecretString) -> Result<Status, AppError> {
        let Some(LiveSession { session, .. }) = self.held().await? else {
            let is_setup = self.is_set_up().await?;
            return Err(if is_setup { AppError::NotSignedIn } else { AppError::NotSetUp });
        };
        if session.is_locked {
            self.confirm_password(&session.user, password).await?;
            self.inner.store.unlock_session(&session.id, Utc::now()).await?;
            let entry = Entry::by(session.user.id, ActivityKind::SessionUnlock, "Unlocked");
            self.record(entry).await;
            self.inner.hub.announce(Change::Session);
            self.inner.hub.announce(Change::Topic(Topic::Sessions));
        }
        self.status().await
    }

    /// Locks the window's session when it is idle and its user wants that.
    pub(super) async fn lock_if_due(
        &self,
        live: &mut LiveSession,
        now: DateTime<Utc>,
    ) -> Result<(), AppError> {
        let may_be_due = self.inner.door == Door::Window
            && !live.session.is_locked
            && live.last_activity <= now - LEAST_IDLE;
        if !may_be_due {
            return Ok(());
        }
        let unused_since = now - self.idle_after().await?;
        let user = Some(live.session.user.id);
        if live.last_activity > unused_since
            || self.inner.store.setting(user, "security.lock_when_idle").await? != true
        {
            return Ok(());
        }
        if self.inner.store.lock_session(&live.session.id, Some(unused_since), now).await? {
            live.session.is_locked = true;
            self.inner.hub.announce(Change::Session);
        }
        Ok(())
    }
}
