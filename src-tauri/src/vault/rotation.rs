//! Replacing the master key without a moment in which a power loss could cost a secret.
//!
//! The new key is stored beside the old one before anything is sealed with it, and the old one goes
//! only after everything has been sealed again. In between both open what they sealed, and a
//! rotation that was cut off is taken up again from the start: sealing again what is sealed with
//! the new key already changes nothing.

use super::{
    MasterKey, Result, Vault, VaultError,
    envelope::{self, Place},
    opening,
    record::Slot,
    state::{Keys, State, off_runtime},
};
use crate::domain::{credential::SealedRow, status::KeyPlace};
use secrecy::SecretString;
use std::sync::Arc;
use zeroize::Zeroizing;

/// A rotation that has begun. Seal all rows again in one transaction, commit it, then
/// [`finish`](Self::finish). Dropped earlier, it waits in [`Vault::interrupted_rotation`].
#[derive(Debug)]
pub struct Rotation {
    vault: Vault,
    old: Arc<MasterKey>,
    new: Arc<MasterKey>,
}

/// The keys for one purpose, before and after a rotation.
pub struct DerivedKeys {
    /// From the old master key.
    pub old: Zeroizing<[u8; 32]>,
    /// From the new one.
    pub new: Zeroizing<[u8; 32]>,
}

impl Vault {
    /// Makes a new master key and stores it beside the present one; with a rotation that was
    /// interrupted, takes that up again. A vault with a passphrase needs the passphrase.
    ///
    /// # Errors
    /// When the vault is not open; `KeyChanged` when another process rotates; `Locked` when the
    /// passphrase is missing; `WrongPassphrase`; when the key cannot be stored.
    pub async fn begin_rotation(&self, passphrase: Option<SecretString>) -> Result<Rotation> {
        let (_turn, _lock) = self.change().await?;
        let (place, keys) = self.open_state()?;
        self.keys_for_sealing()?;
        if let Some(rotation) = self.interrupted_rotation() {
            return Ok(rotation);
        }
        let mut record = self.record()?;
        let new = Arc::new(MasterKey::generate()?);
        let slot = match place {
            KeyPlace::Keychain => {
                // The note of an earlier rotation has room for one key only.
                let folder = &self.shared.folder;
                opening::remove_retired(record.clone(), folder, &self.shared.keychain).await?;
                record.retired = None;
                self.shared.keychain.store_key(&new).await?;
                Slot::in_keychain(&new)
            }
            KeyPlace::PassphraseFile => {
                let passphrase = passphrase.ok_or(VaultError::Locked)?;
                let (kdf, current) = (record.kdf()?.clone(), record.key.clone());
                let key = Arc::clone(&new);
                off_runtime(move || {
                    let by = kdf.derive(&passphrase)?;
                    current.unwrap(&by)?;
                    Slot::wrapped(&key, &by)
                })
                .await?
            }
        };
        record.next = Some(slot);
        self.shared.folder.write_record(&record).await?;
        let keys = Keys { current: keys.current, next: Some(new) };
        self.set(State::Open { place, keys });
        self.interrupted_rotation().ok_or(VaultError::KeyChanged)
    }

    /// The rotation that was begun and not finished, in this run or an earlier one.
    #[must_use]
    pub fn interrupted_rotation(&self) -> Option<Rotation> {
        let Keys { current, next } = self.keys().ok()?;
        Some(Rotation { vault: self.clone(), old: current, new: next? })
    }
}

impl Rotation {
    /// The text for a row under the new key; the same text, when it is that already.
    ///
    /// # Errors
    /// `MissingKey`, `Tampered` or `Malformed` by what is in the row.
    pub fn reseal(&self, row: SealedRow, sealed: &str) -> Result<String> {
        reseal(&self.old, &self.new, Place::Row(row), sealed)
    }

    /// The keys for another purpose, for what is signed with them.
    #[must_use]
    pub fn derived_keys(&self, purpose: &str) -> DerivedKeys {
        DerivedKeys { old: self.old.derive(purpose), new: self.new.derive(purpose) }
    }

    /// Makes the new key the only one. To be called after the transaction with all rows has been
    /// committed: what is still sealed with the old key cannot be opened afterwards.
    ///
    /// # Errors
    /// When a file cannot be written; both keys are then still there. An old key that the keychain
    /// does not let go of is no error: the next start removes it.
    pub async fn finish(self) -> Result<()> {
        let shared = &self.vault.shared;
        let (_turn, _lock) = self.vault.change().await?;
        let (place, _) = self.vault.open_state()?;
        let mut record = self.vault.record()?;
        let next = record.next.take().filter(|slot| slot.fingerprint == *self.new.fingerprint());
        record.key = next.ok_or(VaultError::KeyChanged)?;
        match place {
            KeyPlace::Keychain => record.retired = Some(self.old.fingerprint().clone()),
            KeyPlace::PassphraseFile => {
                let mut all = shared.folder.remembered()?;
                for (name, sealed) in &mut all {
                    *sealed = reseal(&self.old, &self.new, Place::Remembered(name), sealed)?;
                }
                shared.folder.write_remembered(&all).await?;
            }
        }
        shared.folder.write_record(&record).await?;
        let keys = Keys { current: self.new, next: None };
        self.vault.set(State::Open { place, keys });
        opening::remove_retired_or_warn(record, &shared.folder, &shared.keychain).await;
        Ok(())
    }
}

fn reseal(
    old: &Arc<MasterKey>,
    new: &Arc<MasterKey>,
    place: Place<'_>,
    sealed: &str,
) -> Result<String> {
    let plain = envelope::open(&[old, new], place, sealed)?;
    if envelope::parse(sealed)?.0 == *new.fingerprint() {
        return Ok(sealed.to_owned());
    }
    envelope::seal(new, place, &plain)
}
