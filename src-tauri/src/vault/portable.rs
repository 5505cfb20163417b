//! Credentials on their way to another computer: sealed with a key that travels with them.
//!
//! The master key never leaves the vault. A backup gets a key of its own, which lies inside the
//! backup's encryption; restoring seals everything with the master key of the computer at hand.

use super::{
    MasterKey, Result, Vault,
    envelope::{self, Place},
    rotation::DerivedKeys,
};
use crate::domain::credential::SealedRow;
use std::sync::Arc;
use zeroize::Zeroizing;

/// The key of one backup.
#[derive(Clone, Debug)]
pub struct BackupKey(Arc<MasterKey>);

impl BackupKey {
    /// A new random key.
    ///
    /// # Errors
    /// When the system gives no random bytes.
    pub fn generate() -> Result<Self> {
        Ok(Self(Arc::new(MasterKey::generate()?)))
    }

    /// The key as text, to lie inside the encryption of a backup and nowhere else.
    #[must_use]
    pub fn to_text(&self) -> Zeroizing<String> {
        self.0.to_text()
    }

    /// The key from [`Self::to_text`]; nothing when it is not one.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        MasterKey::from_text(text.as_bytes()).map(|key| Self(Arc::new(key)))
    }
}

/// Seals credentials with another key, one by one.
pub struct Rewrap {
    current: Arc<MasterKey>,
    /// Of a rotation that has begun: some rows may be sealed with it already.
    next: Option<Arc<MasterKey>>,
    to: Arc<MasterKey>,
}

impl Vault {
    /// From this vault's key to a backup's.
    ///
    /// # Errors
    /// When the vault is not open.
    pub fn pack(&self, key: &BackupKey) -> Result<Rewrap> {
        let keys = self.keys()?;
        Ok(Rewrap { current: keys.current, next: keys.next, to: key.0.clone() })
    }

    /// From a backup's key to this vault's.
    ///
    /// # Errors
    /// When the vault is not open, or another process has begun to replace its key.
    pub fn unpack(&self, key: &BackupKey) -> Result<Rewrap> {
        let keys = self.keys_for_sealing()?;
        Ok(Rewrap { current: key.0.clone(), next: None, to: keys.current })
    }
}

impl Rewrap {
    /// The text for a row under the other key.
    ///
    /// # Errors
    /// `MissingKey`, `Tampered` or `Malformed` by what is in the row.
    pub fn reseal(&self, row: SealedRow, sealed: &str) -> Result<String> {
        let place = Place::Row(row);
        let keys: Vec<_> = std::iter::once(&self.current).chain(&self.next).collect();
        envelope::seal(&self.to, place, &envelope::open(&keys, place, sealed)?)
    }

    /// The keys for another purpose, for what is signed with them.
    #[must_use]
    pub fn derived_keys(&self, purpose: &str) -> DerivedKeys {
        DerivedKeys { old: self.current.derive(purpose), new: self.to.derive(purpose) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::ServerId;

    /// A backup is for another computer: there and back has to give the same secret, and neither
    /// key may open what the other sealed.
    #[test]
    fn a_secret_survives_the_journey_and_only_the_right_key_opens_it() {
        let (home, backup, abroad) = (
            Arc::new(MasterKey::generate().unwrap()),
            BackupKey::generate().unwrap(),
            Arc::new(MasterKey::generate().unwrap()),
        );
        let backup = BackupKey::from_text(&backup.to_text()).unwrap();
        let server = ServerId::new();
        let row = SealedRow::Server(server);
        let place = Place::Row(row);
        let at_home = envelope::seal(&home, place, b"secret").unwrap();
        let pack = Rewrap { current: home.clone(), next: None, to: backup.0.clone() };
        let packed = pack.reseal(row, &at_home).unwrap();
        assert!(envelope::open(&[&home], place, &packed).is_err());
        let unpack = Rewrap { current: backup.0.clone(), next: None, to: abroad.clone() };
        let unpacked = unpack.reseal(row, &packed).unwrap();
        assert_eq!(*envelope::open(&[&abroad], place, &unpacked).unwrap(), *b"secret");
        let other = SealedRow::Server(ServerId::new());
        assert!(unpack.reseal(other, &packed).is_err(), "bound to its server");
    }
}
