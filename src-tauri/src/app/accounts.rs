//! Set-up, sign-in and sign-out. The process holds one session; its secret is 256 random bits, of
//! which the database knows only a hash.

use super::{Tomo, activity::Entry, error::AppError, password};
use crate::{
    collect::hub::Change,
    domain::{
        activity::ActivityKind,
        id::UserId,
        session::{Door, Session},
        status::Status,
        user::Role,
    },
    store::{NewSession, NewUser},
    vault::Keychain,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{TimeDelta, Utc};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use std::{
    fmt::Write,
    sync::PoisonError,
    time::{Duration, Instant},
};
use zeroize::Zeroizing;

/// How often the use of a session is written down.
const TOUCH_EVERY: Duration = Duration::from_secs(60);

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
        Sha256::digest(self.0.expose_secret().as_bytes()).iter().fold(
            String::with_capacity(64),
            |mut hex, byte| {
                let _ = write!(hex, "{byte:02x}");
                hex
            },
        )
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

/// The text of `sessions.user_agent`.
fn client_text(door: Door) -> String {
    let host = sysinfo::System::host_name().unwrap_or_else(|| "unknown host".into());
    format!("Tomo {}, {}, {}, {host}", env!("CARGO_PKG_VERSION"), door.name(), std::env::consts::OS)
}

impl Tomo {
    /// The session that this process acts under.
    ///
    /// # Errors
    /// When nobody is signed in, or the session has ended meanwhile.
    pub async fn session(&self) -> Result<Session, AppError> {
        let secret = self.inner.session.lock().await.clone();
        let Some(secret) = secret else {
            let is_setup = self.is_set_up().await?;
            return Err(if is_setup { AppError::NotSignedIn } else { AppError::NotSetUp });
        };
        match self.inner.store.live_session(&secret.id(), Utc::now()).await? {
            Some(session) => Ok(session),
            None => {
                let mut held = self.inner.session.lock().await;
                // Somebody may have signed in since.
                if held.as_ref().is_some_and(|held| held.id() == secret.id()) {
                    *held = None;
                    self.inner.hub.announce(Change::Session);
                }
                Err(AppError::NotSignedIn)
            }
        }
    }

    /// Says that a session is in use: a person did something. Written once a minute at most.
    pub async fn touch(&self, session: &Session) {
        let due = {
            let mut touched = self.inner.touched.lock().unwrap_or_else(PoisonError::into_inner);
            let due = touched.is_none_or(|at| at.elapsed() > TOUCH_EVERY);
            if due {
                *touched = Some(Instant::now());
            }
            due
        };
        if due && let Err(error) = self.inner.store.touch_session(&session.id, Utc::now()).await {
            tracing::warn!(%error, "the session's use could not be stored");
        }
    }

    async fn is_set_up(&self) -> Result<bool, AppError> {
        Ok(self.inner.store.installation().await?.is_setup)
    }

    /// What a front door must know before anybody is signed in.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn status(&self) -> Result<Status, AppError> {
        let session = match self.session().await {
            Ok(session) => Some(session),
            Err(AppError::NotSignedIn | AppError::NotSetUp) => None,
            Err(error) => return Err(error),
        };
        Ok(Status {
            is_setup: self.is_set_up().await?,
            session,
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
        let username = username.trim();
        let length = username.chars().count();
        if !(1..=64).contains(&length) || username.chars().any(char::is_control) {
            return Err(AppError::Invalid("The user name needs 1 to 64 characters.".into()));
        }
        if !password::LENGTH.contains(&password.expose_secret().chars().count()) {
            return Err(AppError::Invalid(format!(
                "The password needs {} to {} characters.",
                password::LENGTH.start(),
                password::LENGTH.end()
            )));
        }
        let hash = password::hash(password).await?;
        let id = UserId::new();
        let admin = NewUser { id, username, email: "", password_hash: &hash, role: Role::Admin };
        self.inner.store.set_up(&admin, Utc::now()).await?;
        self.begin_session(id, stay_signed_in).await?;
        self.record(Entry::by(id, ActivityKind::SetUp, "Tomo set up")).await;
        self.status().await
    }

    /// Signs in.
    ///
    /// # Errors
    /// When the name or the password is wrong, which of them is not said.
    pub async fn sign_in(
        &self,
        username: &str,
        password: SecretString,
        stay_signed_in: bool,
    ) -> Result<Status, AppError> {
        if !self.is_set_up().await? {
            return Err(AppError::NotSetUp);
        }
        let found = self.inner.store.user_by_username(username.trim()).await?;
        let (user, hash) = found.map_or((None, None), |(user, hash)| (Some(user), Some(hash)));
        let right = password::verify(password, hash).await?;
        let Some(user) = user.filter(|user| right && user.is_active) else {
            return Err(AppError::BadSignIn);
        };
        self.end_session().await?;
        self.begin_session(user.id, stay_signed_in).await?;
        self.record(Entry::by(user.id, ActivityKind::SignIn, "Signed in")).await;
        self.status().await
    }

    /// Ends the session of this process.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn sign_out(&self) -> Result<Status, AppError> {
        if let Ok(session) = self.session().await {
            self.record(Entry::by(session.user.id, ActivityKind::SignOut, "Signed out")).await;
        }
        self.end_session().await?;
        self.inner.hub.announce(Change::Session);
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

    pub(super) async fn begin_session(&self, user: UserId, stay: bool) -> Result<(), AppError> {
        let secret = SessionSecret::new()?;
        let seconds = self.whole_setting("security.session_timeout_seconds").await?;
        let expires_at = Utc::now() + TimeDelta::seconds(seconds);
        let row = NewSession {
            id: &secret.id(),
            user_id: user,
            user_agent: &client_text(self.inner.door),
            expires_at,
        };
        self.inner.store.insert_session(&row, Utc::now()).await?;
        self.inner.store.set_last_login(user, Utc::now()).await?;
        if stay {
            let name = session_name(self.inner.door);
            // Signed in is signed in, also where it cannot be kept for the next start.
            if let Err(error) = self.inner.vault.remember(name, secret.0.clone()).await {
                tracing::warn!(%error, "the session could not be kept");
            }
        }
        *self.inner.session.lock().await = Some(secret);
        self.inner.hub.announce(Change::Session);
        Ok(())
    }

    pub(super) async fn end_session(&self) -> Result<(), AppError> {
        let secret = self.inner.session.lock().await.take();
        if let Some(secret) = secret {
            let now = Utc::now();
            // One that has expired already has nobody to end it.
            if let Some(session) = self.inner.store.live_session(&secret.id(), now).await? {
                self.inner.store.terminate_session(&session.id, session.user.id, now).await?;
            }
        }
        if let Err(error) = self.inner.vault.forget(session_name(self.inner.door)).await {
            tracing::warn!(%error, "the kept session could not be removed");
        }
        Ok(())
    }
}
