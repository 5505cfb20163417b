//! The one way to a comparison of passwords: attempts are counted by user name and by origin before
//! bcrypt runs, and refused when there were too many. It says nothing of whether a name exists.

use super::{Tomo, activity::Entry, error::AppError, password};
use crate::{
    collect::hub::Change,
    domain::{
        account::folded,
        activity::ActivityKind,
        fleet::Topic,
        id::UserId,
        lock::{AccountLock, LockSubject},
        session::Client,
        user::User,
    },
    store::{Attempt, Counted, NewAttempt},
};
use chrono::{DateTime, Local, TimeDelta, Timelike, Utc};
use hmac::{Hmac, KeyInit, Mac};
use secrecy::SecretString;
use serde_json::json;
use sha2::Sha256;
use std::sync::atomic::Ordering;
use uuid::Uuid;

/// An origin is where several people may mistype: it is locked after this many times as many.
const ORIGIN_FACTOR: u32 = 4;

/// Most characters of the note that an admin leaves.
const NOTE_CHARACTERS: usize = 500;

/// Whose password was right.
pub(super) struct Proof {
    /// The user, who may sign in.
    pub(super) user: User,
    /// The hash that the password was compared with.
    pub(super) password_hash: String,
}

/// An attempt that is counted, with what it is counted by.
struct Counts {
    /// The name as it is counted and logged: that of a user, or nothing of what was typed.
    name: String,
    is_known: bool,
    client: Client,
    attempts: u32,
    attempts_from_origin: u32,
    limit: u32,
    lockout: TimeDelta,
}

impl Counts {
    fn origin_limit(&self) -> u32 {
        self.limit.saturating_mul(ORIGIN_FACTOR)
    }

    /// How many attempts are left before a lock.
    fn left(&self) -> u32 {
        let with_name = self.limit.saturating_sub(self.attempts);
        with_name.min(self.origin_limit().saturating_sub(self.attempts_from_origin))
    }

    fn name_in_words(&self) -> &str {
        if self.is_known { &self.name } else { "an unknown name" }
    }
}

/// For sentences: `at 14:46`, with the date when it is not today. The minute is the first whole one
/// after the moment.
pub(super) fn from_when(until: DateTime<Utc>) -> String {
    let until = until.with_timezone(&Local);
    let rest = i64::from(until.second() % 60);
    let until = if rest == 0 { until } else { until + TimeDelta::seconds(60 - rest) };
    if until.date_naive() == Local::now().date_naive() {
        until.format("at %H:%M").to_string()
    } else {
        until.format("on %-d %b at %H:%M").to_string()
    }
}

impl Tomo {
    /// The user with this name and password.
    ///
    /// # Errors
    /// [`AppError::BadSignIn`], alike for a name that does not exist, a wrong password and an account
    /// that is switched off; [`AppError::LockedOut`] when there were too many of these.
    pub(super) async fn attempt(
        &self,
        username: &str,
        password: SecretString,
    ) -> Result<Proof, AppError> {
        let username = username.trim();
        let counts = self.count_attempt(username).await?;
        let found = self.inner.store.user_by_username(username).await?;
        let (user, hash) = found.map_or((None, None), |(user, hash)| (Some(user), Some(hash)));
        // Counted where it is paid for, so that tests can tell how many guesses got this far.
        self.inner.password_checks.fetch_add(1, Ordering::SeqCst);
        let is_right = password::verify(password, hash.clone()).await?;
        match (user, hash) {
            (Some(user), Some(password_hash)) if is_right && user.is_active => {
                let origin = counts.client.origin();
                self.inner.store.clear_attempts(&counts.name, &origin).await?;
                Ok(Proof { user, password_hash })
            }
            (user, _) => {
                let is_off = user.is_some_and(|user| !user.is_active);
                Err(self.failed(&counts, is_off).await?)
            }
        }
    }

    /// Checks the password of somebody who is signed in, which counts as a sign-in does.
    ///
    /// # Errors
    /// [`AppError::BadPassword`], or [`AppError::LockedOut`] when there were too many of these.
    pub(super) async fn confirm_password(
        &self,
        user: &User,
        password: SecretString,
    ) -> Result<Proof, AppError> {
        match self.attempt(&user.username, password).await {
            Ok(proof) if proof.user.id == user.id => Ok(proof),
            // The account has got another name since the session was read.
            Ok(_) => Err(AppError::NotSignedIn),
            Err(AppError::BadSignIn { left, lockout }) => {
                Err(AppError::BadPassword { left, lockout })
            }
            Err(error) => Err(error),
        }
    }

    /// How many passwords this process has compared since it was started.
    #[must_use]
    pub fn password_checks(&self) -> u64 {
        self.inner.password_checks.load(Ordering::SeqCst)
    }

    /// Counts an attempt before it is made.
    async fn count_attempt(&self, username: &str) -> Result<Counts, AppError> {
        let now = Utc::now();
        let known = self.inner.store.username_like(username).await?;
        let is_known = known.is_some();
        let name = known.unwrap_or_else(|| self.unknown_name(username));
        let client = self.client();
        let origin = client.origin();
        // Refusing costs a reader, not the one connection that writes.
        if let Some(until) = self.inner.store.locked_until(&name, &origin, now).await? {
            return Err(AppError::LockedOut { until });
        }
        let limit = self.whole_setting("security.max_login_attempts").await?;
        let seconds = self.whole_setting("security.account_lockout_seconds").await?;
        let mut counts = Counts {
            name,
            is_known,
            client,
            attempts: 0,
            attempts_from_origin: 0,
            limit: u32::try_from(limit).unwrap_or(u32::MAX),
            lockout: TimeDelta::seconds(seconds),
        };
        let attempt = NewAttempt {
            name: Counted {
                subject: LockSubject::Username,
                identifier: &counts.name,
                limit: counts.limit,
            },
            origin: Counted {
                subject: LockSubject::Origin,
                identifier: &origin,
                limit: counts.origin_limit(),
            },
            user_agent: &counts.client.to_text(),
            lockout: counts.lockout,
        };
        match self.inner.store.count_attempt(&attempt, now).await? {
            Attempt::Refused(until) => Err(AppError::LockedOut { until }),
            Attempt::Counted { name, origin } => {
                counts.attempts = name;
                counts.attempts_from_origin = origin;
                Ok(counts)
            }
        }
    }

    /// What an unknown name is counted under. People type passwords where the name belongs, so the
    /// name is not kept, nor anything that it could be guessed from without the master key.
    fn unknown_name(&self, username: &str) -> String {
        let key = self
            .inner
            .vault
            .derived_key("account_locks")
            .unwrap_or_else(|_| self.inner.name_key.clone());
        // HMAC takes keys of any length.
        let tag = Hmac::<Sha256>::new_from_slice(&*key)
            .map(|mac| mac.chain_update(folded(username)).finalize().into_bytes());
        format!("unknown:{}", hex::encode(&tag.unwrap_or_default()[..8]))
    }

    /// Records a failed attempt, and a lock that it led to; gives what to answer.
    async fn failed(&self, counts: &Counts, is_off: bool) -> Result<AppError, AppError> {
        let origin = counts.client.origin();
        let (attempts, limit) = (counts.attempts, counts.limit);
        let reason = match (counts.is_known, is_off) {
            (false, _) => "unknown name",
            (true, true) => "account is switched off",
            (true, false) => "wrong password",
        };
        let message = format!(
            "Sign-in refused: {}, attempt {attempts} of {limit}, {}",
            counts.name_in_words(),
            counts.client.in_words()
        );
        let details = json!({
            "username": counts.is_known.then_some(&counts.name), "reason": reason,
            "attempt": attempts, "of": limit, "client": counts.client,
        });
        self.record(Entry::by_tomo(ActivityKind::SignInFailed, message).with(details)).await;
        let until = self.inner.store.locked_until(&counts.name, &origin, Utc::now()).await?;
        if let Some(until) = until {
            if attempts >= limit {
                self.record_lock(counts.name_in_words(), LockSubject::Username, attempts, until)
                    .await;
            }
            if counts.attempts_from_origin >= counts.origin_limit() {
                let attempts = counts.attempts_from_origin;
                self.record_lock(&origin, LockSubject::Origin, attempts, until).await;
            }
        }
        self.inner.hub.announce(Change::Topic(Topic::Sessions));
        Ok(match until {
            Some(until) => AppError::LockedOut { until },
            None => AppError::BadSignIn { left: counts.left(), lockout: counts.lockout },
        })
    }

    async fn record_lock(
        &self,
        what: &str,
        subject: LockSubject,
        attempts: u32,
        until: DateTime<Utc>,
    ) {
        let message = format!("Locked after {attempts} failed sign-ins: {what}");
        let details = json!({ "what": what, "subject": subject, "until": until });
        self.record(Entry::by_tomo(ActivityKind::Locked, message).with(details)).await;
    }

    /// Names and origins with failed sign-ins.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn account_locks(&self) -> Result<Vec<AccountLock>, AppError> {
        Ok(self.inner.store.account_locks(Utc::now()).await?)
    }

    /// Lifts a lock.
    ///
    /// # Errors
    /// When there is none, or the note is too long.
    pub async fn unlock_account(
        &self,
        id: Uuid,
        note: Option<&str>,
        by: UserId,
    ) -> Result<AccountLock, AppError> {
        let note = note.map(str::trim).filter(|note| !note.is_empty());
        if note.is_some_and(|note| note.chars().count() > NOTE_CHARACTERS) {
            return Err(AppError::Invalid(format!(
                "The note is too long: {NOTE_CHARACTERS} characters at most."
            )));
        }
        let now = Utc::now();
        self.inner.store.unlock_account(id, by, note, now).await?;
        let lock = self.inner.store.account_lock(id, now).await?;
        let lock = lock.ok_or(AppError::NotFound("lock"))?;
        let details =
            json!({ "what": lock.identifier, "subject": lock.subject, "note": lock.notes });
        let message = format!("Unlocked: {}", lock.identifier);
        self.record(Entry::by(by, ActivityKind::Unlocked, message).with(details)).await;
        self.inner.hub.announce(Change::Topic(Topic::Sessions));
        Ok(lock)
    }
}
