//! The vault of one data folder: a handle that is cheap to clone, and the state behind it.

use super::{
    Fingerprint, Keychain, MasterKey, Result, VaultError, credential,
    envelope::{self, Place},
    folder::{Folder, FolderLock},
    opening,
    passphrase::{self, Kdf},
    record::{Record, Slot},
};
use crate::domain::{
    credential::{AppSecrets, Credential, SealedRow},
    id::{InstalledAppId, ServerId},
    status::{KeyPlace, VaultStatus},
};
use secrecy::SecretString;
use std::{
    fmt,
    path::Path,
    sync::{Arc, PoisonError, RwLock},
};
use zeroize::Zeroizing;

/// Seals and opens the secrets of one data folder. Clones share one state.
#[derive(Clone)]
pub struct Vault {
    pub(super) shared: Arc<Shared>,
}

pub(super) struct Shared {
    pub(super) folder: Folder,
    pub(super) keychain: Keychain,
    /// Held only to read or replace the value, never across an await.
    state: RwLock<State>,
    /// One change of state at a time within this process; the folder's lock does it for others.
    turn: tokio::sync::Mutex<()>,
}

/// Whether the key is at hand, and if not, why.
pub(super) enum State {
    Open { place: KeyPlace, keys: Keys },
    NeedsPassphrase { reason: String },
    Locked,
    Unavailable { reason: String, hint: String },
}

/// The keys of an open vault.
#[derive(Clone)]
pub(super) struct Keys {
    /// Seals, and opens what it sealed.
    pub(super) current: Arc<MasterKey>,
    /// Of a rotation that has begun: some rows may be sealed with it already.
    pub(super) next: Option<Arc<MasterKey>>,
}

impl Keys {
    pub(super) fn all(&self) -> Vec<&Arc<MasterKey>> {
        std::iter::once(&self.current).chain(&self.next).collect()
    }
}

impl Vault {
    /// Opens the vault of the data folder `dir`, as far as that goes without a passphrase: see
    /// [`Self::status`] for what came of it. In a folder without a vault a new key is made and
    /// stored in the keychain. Takes no longer than a few of the keychain's time limits.
    pub async fn open(dir: &Path, keychain: Keychain) -> Self {
        let folder = Folder::new(dir);
        let state = RwLock::new(opening::resolve(&folder, &keychain).await);
        let turn = tokio::sync::Mutex::default();
        Self { shared: Arc::new(Shared { folder, keychain, state, turn }) }
    }

    /// Whether secrets can be opened.
    #[must_use]
    pub fn status(&self) -> VaultStatus {
        self.look(|state| match state {
            State::Open { place, .. } => VaultStatus::Open { place: *place },
            State::NeedsPassphrase { reason } => {
                VaultStatus::NeedsPassphrase { reason: reason.clone() }
            }
            State::Locked => VaultStatus::Locked,
            State::Unavailable { reason, hint } => {
                VaultStatus::Unavailable { reason: reason.clone(), hint: hint.clone() }
            }
        })
    }

    /// Looks at the keychain and the data folder again, when the vault is not open yet: after the
    /// person has unlocked the keychain, say.
    pub async fn try_again(&self) -> VaultStatus {
        let _turn = self.shared.turn.lock().await;
        if self.keys().is_err() {
            self.set(opening::resolve(&self.shared.folder, &self.shared.keychain).await);
        }
        self.status()
    }

    /// Makes a master key and wraps it with a passphrase. Only for a folder that has no vault, on a
    /// computer whose keychain could not be used.
    ///
    /// # Errors
    /// `PassphraseTooShort`; `HasKey` when there is a key already; `Io`.
    pub async fn create_passphrase(&self, passphrase: SecretString) -> Result<()> {
        let (_turn, _lock) = self.change().await?;
        if self.look(|state| matches!(state, State::Open { .. } | State::Locked))
            || self.shared.folder.record()?.is_some()
        {
            return Err(VaultError::HasKey);
        }
        passphrase::check_new(&passphrase)?;
        let (record, key) = off_runtime(move || {
            let key = MasterKey::generate()?;
            let kdf = Kdf::new()?;
            let slot = Slot::wrapped(&key, &kdf.derive(&passphrase)?)?;
            Ok((Record::in_file(kdf, slot), key))
        })
        .await?;
        self.shared.folder.write_record(&record).await?;
        let keys = Keys { current: Arc::new(key), next: None };
        self.set(State::Open { place: KeyPlace::PassphraseFile, keys });
        Ok(())
    }

    /// Opens a locked vault with its passphrase; does nothing to one that is open.
    ///
    /// # Errors
    /// `WrongPassphrase`; `NoPassphrase` when none has been chosen; `Unavailable`.
    pub async fn unlock(&self, passphrase: SecretString) -> Result<()> {
        let _turn = self.shared.turn.lock().await;
        match self.keys() {
            Ok(_) => return Ok(()),
            Err(VaultError::Locked) => {}
            Err(other) => return Err(other),
        }
        let record = self.record()?;
        let keys = off_runtime(move || {
            let by = record.kdf()?.derive(&passphrase)?;
            let current = Arc::new(record.key.unwrap(&by)?);
            let next = record.next.map(|slot| slot.unwrap(&by)).transpose()?.map(Arc::new);
            Ok(Keys { current, next })
        })
        .await?;
        self.set(State::Open { place: KeyPlace::PassphraseFile, keys });
        Ok(())
    }

    /// Seals a credential for the row of its server: the text for `encrypted_data`.
    ///
    /// # Errors
    /// When the vault is not open, or `KeyChanged` when another process has begun to replace the
    /// key: what is sealed with the old one then would be lost with it.
    pub fn seal(&self, server: ServerId, credential: &Credential) -> Result<String> {
        let keys = self.keys_for_sealing()?;
        let plain = credential::encode(credential)?;
        envelope::seal(&keys.current, Place::Row(SealedRow::Server(server)), &plain)
    }

    /// The credential in the row of `server`.
    ///
    /// # Errors
    /// When the vault is not open; `MissingKey`, `Tampered` or `Malformed` by what is in the row.
    pub fn open_sealed(&self, server: ServerId, sealed: &str) -> Result<Credential> {
        let keys = self.keys()?;
        let place = Place::Row(SealedRow::Server(server));
        credential::decode(&envelope::open(&keys.all(), place, sealed)?)
    }

    /// Seals the secrets of an app, for its row.
    ///
    /// # Errors
    /// When the vault is not open, or another process has begun to replace its key.
    pub fn seal_app(&self, app: InstalledAppId, secrets: &AppSecrets) -> Result<String> {
        let keys = self.keys_for_sealing()?;
        let plain = credential::encode_app(secrets)?;
        envelope::seal(&keys.current, Place::Row(SealedRow::App(app)), &plain)
    }

    /// The secrets in the row of an app.
    ///
    /// # Errors
    /// When the vault is not open; `MissingKey`, `Tampered` or `Malformed` by what is in the row.
    pub fn open_sealed_app(&self, app: InstalledAppId, sealed: &str) -> Result<AppSecrets> {
        let keys = self.keys()?;
        let place = Place::Row(SealedRow::App(app));
        credential::decode_app(&envelope::open(&keys.all(), place, sealed)?)
    }

    /// A key for another purpose, e.g. `audit`; it is the same at each start until the master key
    /// is rotated.
    ///
    /// # Errors
    /// When the vault is not open.
    pub fn derived_key(&self, purpose: &str) -> Result<Zeroizing<[u8; 32]>> {
        Ok(self.keys()?.current.derive(purpose))
    }

    /// The keychain's user name for a remembered secret: several data folders may share one.
    pub(super) fn user(&self, name: &str) -> Result<String> {
        let record = self.record()?;
        Ok(format!("{name}-{}", record.id))
    }

    /// The fingerprint of the key that seals.
    ///
    /// # Errors
    /// When the vault is not open.
    pub fn fingerprint(&self) -> Result<Fingerprint> {
        Ok(self.keys()?.current.fingerprint().clone())
    }

    /// The keys, or why they are not at hand.
    pub(super) fn keys(&self) -> Result<Keys> {
        self.open_state().map(|(_, keys)| keys)
    }

    pub(super) fn open_state(&self) -> Result<(KeyPlace, Keys)> {
        self.look(|state| match state {
            State::Open { place, keys } => Ok((*place, keys.clone())),
            State::NeedsPassphrase { .. } => Err(VaultError::NoPassphrase),
            State::Locked => Err(VaultError::Locked),
            State::Unavailable { reason, hint } => {
                Err(VaultError::Unavailable { reason: reason.clone(), hint: hint.clone() })
            }
        })
    }

    /// The keys, when they still are those of the data folder.
    pub(super) fn keys_for_sealing(&self) -> Result<Keys> {
        let keys = self.keys()?;
        let record = self.record()?;
        let next = record.next.as_ref().map(|slot| &slot.fingerprint);
        let same = record.key.fingerprint == *keys.current.fingerprint()
            && next == keys.next.as_ref().map(|key| key.fingerprint());
        if same { Ok(keys) } else { Err(VaultError::KeyChanged) }
    }

    /// The record of a vault that has one.
    pub(super) fn record(&self) -> Result<Record> {
        let gone = || VaultError::RecordUnreadable { reason: "it is not there any more".into() };
        self.shared.folder.record()?.ok_or_else(gone)
    }

    /// Keeps every other change out, in this process and in others, until both are dropped.
    pub(super) async fn change(&self) -> Result<(tokio::sync::MutexGuard<'_, ()>, FolderLock)> {
        let turn = self.shared.turn.lock().await;
        Ok((turn, self.shared.folder.lock().await?))
    }

    pub(super) fn set(&self, state: State) {
        *self.shared.state.write().unwrap_or_else(PoisonError::into_inner) = state;
    }

    fn look<T>(&self, at: impl FnOnce(&State) -> T) -> T {
        at(&self.shared.state.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vault")
            .field("dir", &self.shared.folder.path())
            .field("status", &self.status())
            .finish()
    }
}

/// Runs what takes long on a blocking thread.
pub(super) async fn off_runtime<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|e| VaultError::Io { action: "deriving a key", source: e.into() })?
}
