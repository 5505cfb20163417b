//! The system's keychain. One small module for each system chooses the store; this one asks it,
//! off the runtime and with a time limit, and says in our words what came of it.

#[cfg(any(target_os = "macos", windows))]
mod native;
#[cfg(all(unix, not(target_os = "macos")))]
mod secret_service;

#[cfg(any(target_os = "macos", windows))]
use native as system;
#[cfg(all(unix, not(target_os = "macos")))]
use secret_service as system;

use super::{Fingerprint, MasterKey, Result, VaultError};
use keyring_core::{CredentialStore, Entry, Error};
use std::{sync::Arc, thread, time::Duration};
use tokio::sync::oneshot;
use zeroize::Zeroizing;

/// Under this service all entries of Tomo are filed.
const SERVICE: &str = "dev.tomo.desktop";

/// The system's keychain, or the decision to do without.
#[derive(Clone, Debug)]
pub struct Keychain {
    /// How long one request may take. A locked keychain asks the person at the screen, who may
    /// not be there.
    patience: Duration,
    enabled: bool,
}

impl Keychain {
    /// The keychain of this system. Nothing is asked of it yet.
    #[must_use]
    pub fn system() -> Self {
        Self { patience: Duration::from_secs(5), enabled: true }
    }

    /// No keychain, as on a system that has none: for those who want a passphrase.
    #[must_use]
    pub fn disabled() -> Self {
        Self { enabled: false, ..Self::system() }
    }

    /// The same keychain with another time limit for each request.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// What the system calls its keychain: `Secret Service`, `Keychain` or `Credential Manager`.
    #[must_use]
    pub const fn name() -> &'static str {
        system::NAME
    }

    /// Stores the key and makes sure that it comes back.
    pub(super) async fn store_key(&self, key: &Arc<MasterKey>) -> Result<()> {
        self.write(&key_user(key.fingerprint()), key.to_text()).await?;
        self.load_key(key.fingerprint()).await.map(drop)
    }

    /// The key with this fingerprint.
    ///
    /// # Errors
    /// `KeyGone` when the keychain answers and has none, `OtherKey` when it has something else.
    pub(super) async fn load_key(&self, fingerprint: &Fingerprint) -> Result<MasterKey> {
        let text = self.read(&key_user(fingerprint)).await?;
        let text = text.ok_or_else(|| VaultError::KeyGone { fingerprint: fingerprint.clone() })?;
        MasterKey::from_text(&text)
            .filter(|key| key.fingerprint() == fingerprint)
            .ok_or_else(|| VaultError::OtherKey { fingerprint: fingerprint.clone() })
    }

    /// Removes the key, if it is there.
    pub(super) async fn remove_key(&self, fingerprint: &Fingerprint) -> Result<()> {
        self.remove(&key_user(fingerprint)).await
    }

    pub(super) async fn read(&self, user: &str) -> Result<Option<Zeroizing<Vec<u8>>>> {
        let answer = self.ask(user, |entry| match entry.get_secret() {
            Ok(secret) => Ok(Some(Zeroizing::new(secret))),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(error),
        });
        answer.await
    }

    pub(super) async fn write(&self, user: &str, secret: Zeroizing<String>) -> Result<()> {
        self.ask(user, move |entry| entry.set_secret(secret.as_bytes())).await
    }

    pub(super) async fn remove(&self, user: &str) -> Result<()> {
        let answer = self.ask(user, |entry| match entry.delete_credential() {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            Err(error) => Err(error),
        });
        answer.await
    }

    /// Opens the store and puts `question` to the entry of `user`.
    ///
    /// It runs on a thread of its own: the runtime waits for its blocking threads when it ends, and
    /// one that sits in front of an unanswered prompt would keep Tomo from quitting. Late answers
    /// are dropped.
    async fn ask<T: Send + 'static>(
        &self,
        user: &str,
        question: impl FnOnce(&Entry) -> keyring_core::Result<T> + Send + 'static,
    ) -> Result<T> {
        if !self.enabled {
            return Err(VaultError::NoKeychain { reason: "it is turned off".into() });
        }
        let user = user.to_owned();
        let (answer, wait) = oneshot::channel();
        thread::Builder::new()
            .name("keychain".into())
            .spawn(move || {
                // Nobody listens any more when the time is up.
                let _ = answer.send(put(&user, question));
            })
            .map_err(|source| VaultError::Io { action: "starting a thread", source })?;
        match tokio::time::timeout(self.patience, wait).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => Err(VaultError::KeychainRefused { reason: "it broke off".into() }),
            Err(_) => Err(VaultError::KeychainSilent { seconds: self.patience.as_secs() }),
        }
    }
}

/// The user name under which a key is filed: several data folders may share a keychain.
fn key_user(fingerprint: &Fingerprint) -> String {
    format!("master-key-{fingerprint}")
}

fn put<T>(user: &str, question: impl FnOnce(&Entry) -> keyring_core::Result<T>) -> Result<T> {
    let store: Arc<CredentialStore> =
        system::open().map_err(|e| VaultError::NoKeychain { reason: reason(&e) })?;
    store.build(SERVICE, user, None).and_then(|entry| question(&entry)).map_err(|e| match e {
        Error::NoStorageAccess(_) => VaultError::KeychainLocked,
        other => VaultError::KeychainRefused { reason: reason(&other) },
    })
}

/// What a keychain's error says; never what the keychain holds, which some variants carry.
fn reason(error: &Error) -> String {
    match error {
        Error::PlatformFailure(e) | Error::NoStorageAccess(e) => e.to_string(),
        Error::BadEncoding(_) | Error::BadDataFormat(..) => "it holds something unreadable".into(),
        Error::Ambiguous(entries) => format!("it holds {} entries for one name", entries.len()),
        other => other.to_string(),
    }
}
