//! `vault.json`: which key this data folder has and where it is. It holds nothing that opens
//! anything by itself.

use super::{
    Fingerprint, MasterKey, Result, VaultError,
    passphrase::{Kdf, WrappingKey},
};
use crate::domain::status::KeyPlace;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The newest format that this version reads and the one it writes.
pub(super) const FORMAT: u32 = 1;

/// The content of `vault.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Record {
    format: u32,
    /// Tells the data folders of one person apart where they share a keychain.
    pub(super) id: Uuid,
    place: KeyPlace,
    /// How the passphrase becomes the key that wraps; only with `passphrase_file`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    kdf: Option<Kdf>,
    /// The key that seals.
    pub(super) key: Slot,
    /// The key of a rotation that has begun.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) next: Option<Slot>,
    /// The key of a rotation that is finished, as long as the keychain may still hold it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) retired: Option<Fingerprint>,
}

/// One key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Slot {
    pub(super) fingerprint: Fingerprint,
    /// The key itself, wrapped; only with `passphrase_file`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    wrapped: Option<String>,
}

impl Slot {
    pub(super) fn in_keychain(key: &MasterKey) -> Self {
        Self { fingerprint: key.fingerprint().clone(), wrapped: None }
    }

    pub(super) fn wrapped(key: &MasterKey, by: &WrappingKey) -> Result<Self> {
        Ok(Self { fingerprint: key.fingerprint().clone(), wrapped: Some(by.wrap(key)?) })
    }

    pub(super) fn unwrap(&self, by: &WrappingKey) -> Result<MasterKey> {
        let wrapped = self.wrapped.as_deref().ok_or_else(|| inconsistent("a key is missing"))?;
        by.unwrap(&self.fingerprint, wrapped)
    }
}

impl Record {
    /// The record of a new vault whose key is in the keychain.
    pub(super) fn in_keychain(key: &MasterKey) -> Self {
        Self::new(KeyPlace::Keychain, None, Slot::in_keychain(key))
    }

    /// The record of a new vault whose key is wrapped in this file.
    pub(super) fn in_file(kdf: Kdf, key: Slot) -> Self {
        Self::new(KeyPlace::PassphraseFile, Some(kdf), key)
    }

    fn new(place: KeyPlace, kdf: Option<Kdf>, key: Slot) -> Self {
        Self { format: FORMAT, id: Uuid::now_v7(), place, kdf, key, next: None, retired: None }
    }

    pub(super) fn place(&self) -> KeyPlace {
        self.place
    }

    /// How the passphrase becomes a key; an error when there is no passphrase.
    pub(super) fn kdf(&self) -> Result<&Kdf> {
        self.kdf.as_ref().ok_or_else(|| inconsistent("it does not say how to use a passphrase"))
    }

    pub(super) fn parse(bytes: &[u8]) -> Result<Self> {
        /// Read first: a later format may have any other shape.
        #[derive(Deserialize)]
        struct Head {
            format: u32,
        }

        let unreadable = |e: serde_json::Error| inconsistent(&e.to_string());
        let Head { format } = serde_json::from_slice(bytes).map_err(unreadable)?;
        if format > FORMAT {
            return Err(VaultError::RecordNewer { found: format, known: FORMAT });
        }
        let record: Self = serde_json::from_slice(bytes).map_err(unreadable)?;
        let file = record.place == KeyPlace::PassphraseFile;
        let slots = [Some(&record.key), record.next.as_ref()];
        if file != record.kdf.is_some()
            || slots.into_iter().flatten().any(|slot| slot.wrapped.is_some() != file)
        {
            return Err(inconsistent("its parts do not belong together"));
        }
        Ok(record)
    }
}

fn inconsistent(reason: &str) -> VaultError {
    VaultError::RecordUnreadable { reason: reason.to_owned() }
}
