//! Sessions. The process holds one; its secret is 256 random bits, of which the database knows only a
//! hash. What became of it is read from the database at each use, so that it can be ended elsewhere.

use super::{Tomo, activity::Entry, error::AppError};
use crate::{
    collect::hub::Change,
    domain::{
        activity::ActivityKind,
        fleet::Topic,
        id::UserId,
        session::{Client, Door, Session, SessionEntry, SessionStatus},
        status::Status,
        user::{Role, User},
    },
    store::{EndedSession, LiveSession, NewSession, StoreError},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// How often, in seconds, the use of a session is written down at most.
const TOUCH_SECONDS: i64 = 60;

/// The secret of a session, as the process holds it.
#[derive(Clone)]
pub(super) struct SessionSecret(pub(super) SecretString);

impl SessionSecret {
    fn new() -> Result<Self, AppError> {
        let mut bytes = Zeroizing::new([0_u8; 32]);
        getrandom::fill(&mut *bytes)
            .map_err(|error| AppError::internal("drawing a session's secret", &error))?;
        Ok(Self(SecretString::from(URL_SAFE_NO_PAD.encode(*bytes))))
    }

    /// The id of the session's row.
    pub(super) fn id(&self) -> String {
        hex::encode(Sha256::digest(self.0.expose_secret().as_bytes()))
    }
}

/// The name under which 'stay signed in' keeps the session's secret.
pub(super) fn session_name(door: Door) -> &'static str {
    match door {
        Door::Window => "session-window",
        Door::CommandLine => "session-command-line",
        Door::Mcp => "session-mcp",
    }
}

/// What an entry of the log says about where a session was begun.
fn place(client: Option<&Client>) -> String {
    client.map_or_else(|| "unknown place".into(), Client::in_words)
}

impl Tomo {
    /// The session that this process acts under.
    ///
    /// # Errors
    /// When nobody is signed in, the session has ended meanwhile, or it waits for its password.
    pub async fn session(&self) -> Result<Session, AppError> {
        match self.held().await? {
            Some(live) if live.session.is_locked => Err(AppError::SessionLocked),
            Some(live) => Ok(live.session),
            None if self.is_set_up().await? => Err(AppError::NotSignedIn),
            None => Err(AppError::NotSetUp),
        }
    }

    /// Holds no session any more, nor keeps one for any front door: the rows of all have gone.
    pub(super) async fn forget_sessions(&self) {
        self.inner.session.lock().await.take();
        for door in [Door::Window, Door::CommandLine, Door::Mcp] {
            if let Err(error) = self.inner.vault.forget(session_name(door)).await {
                tracing::warn!(%error, "a kept session could not be removed");
            }
        }
    }

    /// Whoever is signed in here, also while the session waits for its password.
    pub(super) async fn holder(&self) -> Option<User> {
        self.held().await.ok().flatten().map(|live| live.session.user)
    }

    /// The session that this process holds, also while it is locked. One that has to be locked by
    /// now is; one that has ended is held no more.
    pub(super) async fn held(&self) -> Result<Option<LiveSession>, AppError> {
        let secret = self.inner.session.lock().await.clone();
        let Some(secret) = secret else { return Ok(None) };
        let now = Utc::now();
        if let Some(mut live) = self.inner.store.live_session(&secret.id(), now).await? {
            self.lock_if_due(&mut live, now).await?;
            return Ok(Some(live));
        }
        let mut held = self.inner.session.lock().await;
        // Somebody may have signed in since.
        if held.as_ref().is_some_and(|held| held.id() == secret.id()) {
            *held = None;
            drop(held);
            self.inner.hub.announce(Change::Session);
            self.turn_sessions(now).await?;
        }
        Ok(None)
    }

    /// Says that a command was called. In the window only what changes something is a person's doing:
    /// a page reads by itself, and would keep a session in use that nobody sits at.
    pub async fn called(&self, session: &Session, changes: bool) {
        if changes || self.inner.door != Door::Window {
            self.touch(session).await;
        }
    }

    /// Says that a person uses the session. Written once a minute at most, or more often where
    /// sessions turn idle that soon; and at once when it was idle.
    pub async fn touch(&self, session: &Session) {
        let now = Utc::now();
        let touched = async {
            let idle = self.idle_after().await?;
            let noted = now - TimeDelta::seconds(TOUCH_SECONDS).min(idle / 6);
            Ok::<_, AppError>(self.inner.store.touch_session(&session.id, noted, now).await?)
        };
        match touched.await {
            Ok(true) => self.inner.hub.announce(Change::Topic(Topic::Sessions)),
            Ok(false) => {}
            Err(error) => tracing::warn!(%error, "the session's use could not be stored"),
        }
    }

    /// How long a session is not used before it is idle.
    pub(super) async fn idle_after(&self) -> Result<TimeDelta, AppError> {
        let seconds = self.whole_setting("security.session_idle_timeout_seconds").await?;
        Ok(TimeDelta::seconds(seconds))
    }

    /// Turns sessions idle and expired whose time has come, whosever they are, and finds out whether
    /// the own one has ended or has to be locked.
    pub(super) async fn follow_sessions(&self) -> Result<(), AppError> {
        self.turn_sessions(Utc::now()).await?;
        self.held().await?;
        Ok(())
    }

    async fn turn_sessions(&self, now: DateTime<Utc>) -> Result<(), AppError> {
        let unused_since = now - self.idle_after().await?;
        let turned = self.inner.store.turn_sessions(unused_since, now).await?;
        for session in &turned.expired {
            let message = format!(
                "Session of {} ran out: {}",
                session.username,
                place(session.client.as_ref())
            );
            let details = json!({ "username": session.username, "client": session.client });
            let entry = Entry::by_tomo(ActivityKind::SessionExpired, message).with(details);
            self.record(entry).await;
        }
        if turned.idle > 0 || !turned.expired.is_empty() {
            self.inner.hub.announce(Change::Topic(Topic::Sessions));
        }
        Ok(())
    }

    /// The caller's sessions, or everybody's.
    ///
    /// # Errors
    /// When the caller wants everybody's and is no admin.
    pub async fn sessions(&self, all: bool) -> Result<Vec<SessionEntry>, AppError> {
        let own = self.session().await?;
        if all && own.user.role != Role::Admin {
            return Err(AppError::Forbidden("Only admins see the sessions of others.".into()));
        }
        self.turn_sessions(Utc::now()).await?;
        let mut sessions = self.inner.store.sessions((!all).then_some(own.user.id)).await?;
        for session in &mut sessions {
            session.is_own = session.id == own.id;
        }
        Ok(sessions)
    }

    /// Ends a session; ending the one of this process signs out. One that has ended already stays as
    /// it is.
    ///
    /// # Errors
    /// When there is no such session, or it is somebody else's and the caller no admin.
    pub async fn end_session(&self, id: &str) -> Result<(), AppError> {
        let own = self.session().await?;
        let found = self.inner.store.session(id).await?.ok_or(AppError::NotFound("session"))?;
        if found.user_id != own.user.id && own.user.role != Role::Admin {
            return Err(AppError::Forbidden("Only admins end the sessions of others.".into()));
        }
        if found.id == own.id {
            return self.sign_out().await.map(drop);
        }
        if self.inner.store.terminate_session(id, own.user.id, Utc::now()).await? {
            self.record_end(&own.user, &found).await;
            self.inner.hub.announce(Change::Topic(Topic::Sessions));
        }
        Ok(())
    }

    /// Ends all of the caller's sessions but the one of this process; gives how many.
    ///
    /// # Errors
    /// When the database cannot be read or written.
    pub async fn end_other_sessions(&self) -> Result<u32, AppError> {
        let own = self.session().await?;
        let mut ended = 0;
        for session in self.inner.store.sessions(Some(own.user.id)).await? {
            let live = matches!(session.status, SessionStatus::Active | SessionStatus::Idle);
            if live
                && session.id != own.id
                && self.inner.store.terminate_session(&session.id, own.user.id, Utc::now()).await?
            {
                self.record_end(&own.user, &session).await;
                ended += 1;
            }
        }
        if ended > 0 {
            self.inner.hub.announce(Change::Topic(Topic::Sessions));
        }
        Ok(ended)
    }

    async fn record_end(&self, by: &User, session: &SessionEntry) {
        let message =
            format!("Session of {} ended: {}", session.username, place(session.client.as_ref()));
        let details = json!({ "username": session.username, "client": session.client });
        self.record(Entry::by(by.id, ActivityKind::SessionEnd, message).with(details)).await;
    }

    /// Ends the session of this process, also one that waits for its password.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn sign_out(&self) -> Result<Status, AppError> {
        if let Some(live) = self.held().await? {
            self.record(Entry::by(live.session.user.id, ActivityKind::SignOut, "Signed out")).await;
        }
        self.drop_session().await?;
        self.inner.hub.announce(Change::Topic(Topic::Sessions));
        self.status().await
    }

    /// Takes up the session that 'stay signed in' kept.
    pub(super) async fn resume_session(&self) {
        match self.inner.vault.recall(session_name(self.inner.door)).await {
            Ok(Some(secret)) => *self.inner.session.lock().await = Some(SessionSecret(secret)),
            Ok(None) => {}
            Err(error) => tracing::warn!(%error, "the kept session could not be read"),
        }
    }

    /// Begins a session for a user whose password was compared with `password_hash`, in place of the
    /// one that this process held.
    pub(super) async fn begin_session(
        &self,
        user: UserId,
        password_hash: &str,
        stay: bool,
    ) -> Result<(), AppError> {
        let secret = SessionSecret::new()?;
        let now = Utc::now();
        let seconds = self.whole_setting("security.session_timeout_seconds").await?;
        let most = self.whole_setting("security.max_sessions_per_user").await?;
        let row = NewSession {
            id: &secret.id(),
            user_id: user,
            password_hash,
            user_agent: &self.client().to_text(),
            expires_at: now + TimeDelta::seconds(seconds),
        };
        self.drop_session().await?;
        let most = u32::try_from(most).unwrap_or(u32::MAX);
        let ended = self.inner.store.begin_session(&row, most, now).await.map_err(|error| {
            match error {
                // The account was switched off, or has got another password, since it was looked at.
                StoreError::Missing { .. } => AppError::NotSignedIn,
                error => error.into(),
            }
        })?;
        self.inner.store.set_last_login(user, now).await?;
        let name = session_name(self.inner.door);
        // Signed in is signed in, also where it cannot be kept for the next start.
        if stay && let Err(error) = self.inner.vault.remember(name, secret.0.clone()).await {
            tracing::warn!(%error, "the session could not be kept");
        }
        let before = self.inner.session.lock().await.replace(secret);
        // Two sign-ins at once: one of them is held by nobody.
        if let Some(before) = before {
            self.inner.store.terminate_session(&before.id(), user, now).await?;
        }
        for session in &ended {
            self.record_oldest(session, most).await;
        }
        self.inner.hub.announce(Change::Session);
        self.inner.hub.announce(Change::Topic(Topic::Sessions));
        Ok(())
    }

    async fn record_oldest(&self, session: &EndedSession, most: u32) {
        let message = format!(
            "Oldest session of {} ended: {}; there may be {most}",
            session.username,
            place(session.client.as_ref())
        );
        let details = json!({
            "username": session.username, "client": session.client, "most_sessions": most,
        });
        self.record(Entry::by(session.user_id, ActivityKind::SessionEnd, message).with(details))
            .await;
    }

    /// This front door on this computer.
    pub(super) fn client(&self) -> Client {
        Client::here(self.inner.door, sysinfo::System::host_name())
    }

    /// Ends the session that is held, if any, and forgets the one that was kept.
    pub(super) async fn drop_session(&self) -> Result<(), AppError> {
        let secret = self.inner.session.lock().await.take();
        if let Some(secret) = secret {
            self.inner.hub.announce(Change::Session);
            let now = Utc::now();
            // One that has expired already has nobody to end it.
            if let Some(live) = self.inner.store.live_session(&secret.id(), now).await? {
                let LiveSession { session, .. } = live;
                self.inner.store.terminate_session(&session.id, session.user.id, now).await?;
            }
        }
        if let Err(error) = self.inner.vault.forget(session_name(self.inner.door)).await {
            tracing::warn!(%error, "the kept session could not be removed");
        }
        Ok(())
    }
}
