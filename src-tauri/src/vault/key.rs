//! The master key and the keys that come from it.

use super::{Result, VaultError};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, ExposeSecretMut, SecretBox};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use std::{fmt, str::FromStr};
use zeroize::Zeroizing;

/// 32 random bytes, from which every other key is derived. Zeroed on drop; `Debug` shows only the
/// fingerprint.
pub struct MasterKey {
    bytes: SecretBox<[u8; 32]>,
    /// Kept beside the key because every envelope is compared with it.
    fingerprint: Fingerprint,
}

impl MasterKey {
    /// A new random key.
    ///
    /// # Errors
    /// When the system gives no random bytes.
    pub fn generate() -> Result<Self> {
        let mut bytes = SecretBox::<[u8; 32]>::default();
        getrandom::fill(bytes.expose_secret_mut())
            .map_err(|e| VaultError::NoRandomness { reason: e.to_string() })?;
        Ok(Self::new(bytes))
    }

    /// The key made of these bytes, or `None` when they are not 32.
    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut boxed = SecretBox::<[u8; 32]>::default();
        if bytes.len() != boxed.expose_secret().len() {
            return None;
        }
        boxed.expose_secret_mut().copy_from_slice(bytes);
        Some(Self::new(boxed))
    }

    /// The key from [`Self::to_text`].
    pub(super) fn from_text(text: &[u8]) -> Option<Self> {
        Self::from_bytes(&Zeroizing::new(BASE64.decode(text).ok()?))
    }

    fn new(bytes: SecretBox<[u8; 32]>) -> Self {
        let id = derive(bytes.expose_secret(), "fingerprint");
        let hex = hex::encode(&id[..FINGERPRINT_HEX / 2]);
        Self { bytes, fingerprint: Fingerprint(hex) }
    }

    /// Names the key without giving anything of it away.
    #[must_use]
    pub fn fingerprint(&self) -> &Fingerprint {
        &self.fingerprint
    }

    /// A key for one purpose (HMAC-SHA-256 of the purpose under the master key). Keys for different
    /// purposes say nothing about each other or about the master key.
    #[must_use]
    pub fn derive(&self, purpose: &str) -> Zeroizing<[u8; 32]> {
        derive(self.bytes.expose_secret(), purpose)
    }

    pub(super) fn expose(&self) -> &[u8; 32] {
        self.bytes.expose_secret()
    }

    /// The key as text (base64), because some keychains show and export only text.
    pub(super) fn to_text(&self) -> Zeroizing<String> {
        Zeroizing::new(BASE64.encode(self.expose()))
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MasterKey({})", self.fingerprint)
    }
}

fn derive(key: &[u8; 32], purpose: &str) -> Zeroizing<[u8; 32]> {
    // What HMAC does with a key shorter than its block, done here so that no length can be wrong.
    let mut block = Zeroizing::new([0; 64]);
    block[..key.len()].copy_from_slice(key);
    let mac = Hmac::<Sha256>::new((&*block).into()).chain_update(b"tomo:v1:").chain_update(purpose);
    Zeroizing::new(mac.finalize().into_bytes().into())
}

/// Hexadecimal digits of a fingerprint.
const FINGERPRINT_HEX: usize = 16;

/// The name of a master key: 16 lower-case hexadecimal digits, derived from it one way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct Fingerprint(String);

impl Fingerprint {
    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Fingerprint {
    type Err = &'static str;

    fn from_str(text: &str) -> std::result::Result<Self, Self::Err> {
        let hex = |c: u8| matches!(c, b'0'..=b'9' | b'a'..=b'f');
        if text.len() == FINGERPRINT_HEX && text.bytes().all(hex) {
            Ok(Self(text.to_owned()))
        } else {
            Err("a key fingerprint is 16 lower-case hexadecimal digits")
        }
    }
}

impl TryFrom<String> for Fingerprint {
    type Error = &'static str;

    fn try_from(text: String) -> std::result::Result<Self, Self::Error> {
        text.parse()
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The audit key and the sealing key must not be one key, nor change between starts.
    #[test]
    fn a_derived_key_depends_on_the_key_and_the_purpose_alone() {
        let key = MasterKey::generate().unwrap();
        let again = MasterKey::from_text(key.to_text().as_bytes()).unwrap();
        assert_eq!(key.fingerprint(), again.fingerprint());
        assert_eq!(key.derive("audit"), again.derive("audit"));
        assert_ne!(key.derive("audit"), key.derive("seal"));
        assert_ne!(key.derive("audit"), MasterKey::generate().unwrap().derive("audit"));
        assert_ne!(*key.derive("audit"), *key.expose());
    }

    /// A change of the derivation would close every vault there is, so it is pinned.
    #[test]
    fn the_derivation_never_changes() {
        let key = MasterKey::from_bytes(&[7; 32]).unwrap();
        assert_eq!(key.fingerprint().as_str(), "725075a92a58c1c3");
    }

    /// A log line with `{:?}` must not leak the key.
    #[test]
    fn debug_shows_the_fingerprint_only() {
        let key = MasterKey::from_bytes(b"0123456789abcdef0123456789abcdef").unwrap();
        assert_eq!(format!("{key:?}"), format!("MasterKey({})", key.fingerprint()));
    }
}
