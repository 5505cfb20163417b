//! Small secrets kept under a name for the person at this computer, such as the session of 'stay
//! signed in': in the keychain, or sealed in a file where the key is in a file too.

use super::{
    Result, Vault,
    envelope::{self, Place},
};
use crate::domain::status::KeyPlace;
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

impl Vault {
    /// Keeps `secret` under `name`, in place of what was there.
    ///
    /// # Errors
    /// When the vault is not open, or the keychain or the file cannot be written.
    pub async fn remember(&self, name: &str, secret: SecretString) -> Result<()> {
        let (_turn, _lock) = self.change().await?;
        match self.open_state()?.0 {
            KeyPlace::Keychain => {
                let secret = Zeroizing::new(secret.expose_secret().to_owned());
                self.shared.keychain.write(&self.user(name)?, secret).await
            }
            KeyPlace::PassphraseFile => {
                let keys = self.keys_for_sealing()?;
                let plain = secret.expose_secret().as_bytes();
                let sealed = envelope::seal(&keys.current, Place::Remembered(name), plain)?;
                let mut all = self.shared.folder.remembered()?;
                all.insert(name.to_owned(), sealed);
                self.shared.folder.write_remembered(&all).await
            }
        }
    }

    /// What was kept under `name`, if anything.
    ///
    /// # Errors
    /// When the vault is not open, the keychain does not answer, or the file was tampered with.
    pub async fn recall(&self, name: &str) -> Result<Option<SecretString>> {
        let (place, keys) = self.open_state()?;
        let secret = match place {
            KeyPlace::Keychain => self.shared.keychain.read(&self.user(name)?).await?,
            KeyPlace::PassphraseFile => {
                let all = self.shared.folder.remembered()?;
                let sealed = all.get(name);
                let open =
                    |text: &String| envelope::open(&keys.all(), Place::Remembered(name), text);
                sealed.map(open).transpose()?
            }
        };
        Ok(secret.map(|bytes| SecretString::from(&*String::from_utf8_lossy(&bytes))))
    }

    /// Forgets what was kept under `name`; nothing to forget is no error.
    ///
    /// # Errors
    /// When the vault is not open, or the keychain or the file cannot be written.
    pub async fn forget(&self, name: &str) -> Result<()> {
        let (_turn, _lock) = self.change().await?;
        match self.open_state()?.0 {
            KeyPlace::Keychain => self.shared.keychain.remove(&self.user(name)?).await,
            KeyPlace::PassphraseFile => {
                let mut all = self.shared.folder.remembered()?;
                if all.remove(name).is_none() {
                    return Ok(());
                }
                self.shared.folder.write_remembered(&all).await
            }
        }
    }
}
