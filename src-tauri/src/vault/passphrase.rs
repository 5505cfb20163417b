//! A master key wrapped by a passphrase: Argon2id makes a key of the passphrase, and AES-256-GCM
//! wraps the master key with it. Deriving takes long on purpose, so it runs once for each unlock.

use super::{Fingerprint, MasterKey, Result, VaultError, cipher};
use argon2::{Algorithm, Argon2, Params, Version};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// The fewest characters a new passphrase may have.
pub const LEAST_PASSPHRASE: usize = 12;

/// How the passphrase becomes a key. Stored with what it wraps, so that later versions may ask for
/// more work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Kdf {
    algorithm: KdfAlgorithm,
    /// Memory in KiB.
    memory_kib: u32,
    /// Passes over the memory.
    passes: u32,
    /// Degree of parallelism.
    lanes: u32,
    /// 16 random bytes, base64.
    salt: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum KdfAlgorithm {
    Argon2id,
}

/// Beyond this a damaged file would take the computer's memory and time.
const MOST_MEMORY_KIB: u32 = 1024 * 1024;
const MOST_PASSES: u32 = 64;
const MOST_LANES: u32 = 64;

impl Kdf {
    /// Today's cost (64 MiB, three passes: OWASP and RFC 9106 ask for less or as much) and a new
    /// salt.
    pub(super) fn new() -> Result<Self> {
        let mut salt = [0; 16];
        getrandom::fill(&mut salt)
            .map_err(|e| VaultError::NoRandomness { reason: e.to_string() })?;
        Ok(Self {
            algorithm: KdfAlgorithm::Argon2id,
            memory_kib: 64 * 1024,
            passes: 3,
            lanes: 1,
            salt: BASE64.encode(salt),
        })
    }

    /// The key that wraps, from the passphrase. Takes about a fifth of a second and 64 MiB: to be
    /// called off the runtime.
    pub(super) fn derive(&self, passphrase: &SecretString) -> Result<WrappingKey> {
        let unreadable = |reason: String| VaultError::RecordUnreadable { reason };
        if self.memory_kib > MOST_MEMORY_KIB || self.passes > MOST_PASSES || self.lanes > MOST_LANES
        {
            return Err(unreadable("its key derivation costs more than Tomo ever asks for".into()));
        }
        let salt =
            BASE64.decode(&self.salt).map_err(|_| unreadable("its salt is not base64".into()))?;
        let params = Params::new(self.memory_kib, self.passes, self.lanes, Some(32))
            .map_err(|e| unreadable(format!("its key derivation is not valid: {e}")))?;
        let mut key = Zeroizing::new([0; 32]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(passphrase.expose_secret().as_bytes(), &salt, &mut *key)
            .map_err(|e| unreadable(format!("its key derivation is not valid: {e}")))?;
        Ok(WrappingKey(key))
    }
}

/// The key made of a passphrase.
pub(super) struct WrappingKey(Zeroizing<[u8; 32]>);

impl WrappingKey {
    /// The master key, wrapped, base64.
    pub(super) fn wrap(&self, key: &MasterKey) -> Result<String> {
        let bound_to = bound_to(key.fingerprint());
        Ok(BASE64.encode(cipher::encrypt(&self.0, &bound_to, key.expose())?))
    }

    /// The master key with this fingerprint.
    ///
    /// # Errors
    /// `WrongPassphrase` when this key does not unwrap it.
    pub(super) fn unwrap(&self, fingerprint: &Fingerprint, wrapped: &str) -> Result<MasterKey> {
        let wrapped = BASE64.decode(wrapped).map_err(|_| VaultError::RecordUnreadable {
            reason: "its wrapped key is not base64".into(),
        })?;
        cipher::decrypt(&self.0, &bound_to(fingerprint), &wrapped)
            .and_then(|bytes| MasterKey::from_bytes(&bytes))
            .filter(|key| key.fingerprint() == fingerprint)
            .ok_or(VaultError::WrongPassphrase)
    }
}

/// A wrapped key is bound to its fingerprint and to the format.
fn bound_to(fingerprint: &Fingerprint) -> Vec<u8> {
    format!("tomo:v1:vault.json:{fingerprint}").into_bytes()
}

/// Refuses a new passphrase that is too short.
pub(super) fn check_new(passphrase: &SecretString) -> Result<()> {
    if passphrase.expose_secret().chars().count() < LEAST_PASSPHRASE {
        return Err(VaultError::PassphraseTooShort { least: LEAST_PASSPHRASE });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file with absurd costs (bits rot, people edit) must be refused before memory is taken.
    #[test]
    fn an_absurd_cost_is_refused_at_once() {
        let absurd = Kdf { memory_kib: u32::MAX, ..Kdf::new().unwrap() };
        let refused = absurd.derive(&"any".into()).map(|_| ()).unwrap_err();
        assert!(matches!(refused, VaultError::RecordUnreadable { .. }));
    }

    /// Two vaults with one passphrase must not share a key.
    #[test]
    fn the_salt_counts() {
        let passphrase = SecretString::from("correct horse battery");
        let [one, two] = [(); 2].map(|()| Kdf::new().unwrap().derive(&passphrase).unwrap());
        assert_ne!(*one.0, *two.0);
        let key = MasterKey::generate().unwrap();
        let wrapped = one.wrap(&key).unwrap();
        assert!(one.unwrap(key.fingerprint(), &wrapped).is_ok());
        let refused = two.unwrap(key.fingerprint(), &wrapped).unwrap_err();
        assert!(matches!(refused, VaultError::WrongPassphrase));
    }
}
