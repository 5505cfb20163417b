//! The lock of a backup: age's own for passphrases.
//!
//! Deriving a key takes longer than anything else about a small backup, and longer than it may take
//! twice. So whoever makes a backup keeps the key of the file until it was read back: with it age
//! proves the header, the wrapped key in it included, and every byte behind it.

use age::{
    DecryptError, EncryptError, Encryptor, Identity, Recipient, scrypt, stream::StreamWriter,
};
use age_core::format::{FileKey, Stanza};
use secrecy::{ExposeSecret, SecretString};
use std::{cell::OnceCell, collections::HashSet, fs::File, io, iter};

/// scrypt's N is 2 to this: 128 MiB and about a third of a second for each guess at a passphrase.
const WORK: u8 = 17;
/// The most that reading puts up with: 1 GiB.
const MOST_WORK: u8 = 20;

/// The lock of a backup to come. Its key is derived, and nothing is written yet.
pub(in crate::app) struct Lock {
    encryptor: Encryptor,
    key: KeptKey,
}

/// The key of a file that was just made.
pub(in crate::app) struct KeptKey(FileKey);

/// A passphrase as age's recipient, which keeps the key that it wraps.
struct Keeping {
    passphrase: scrypt::Recipient,
    key: OnceCell<KeptKey>,
}

/// Derives the key of a new backup. Blocks for some tenths of a second.
///
/// # Errors
/// When age refuses, which it does for no passphrase.
pub(in crate::app) fn lock(passphrase: SecretString) -> io::Result<Lock> {
    let mut passphrase = scrypt::Recipient::new(passphrase);
    passphrase.set_work_factor(WORK);
    let keeping = Keeping { passphrase, key: OnceCell::new() };
    let encryptor = Encryptor::with_recipients(iter::once(&keeping as &dyn Recipient))
        .map_err(io::Error::other)?;
    let key = keeping.key.into_inner().ok_or_else(|| io::Error::other("age wrapped no key"))?;
    Ok(Lock { encryptor, key })
}

/// Opens backups by their passphrase.
pub(in crate::app) fn by_passphrase(passphrase: SecretString) -> scrypt::Identity {
    let mut identity = scrypt::Identity::new(passphrase);
    identity.set_max_work_factor(MOST_WORK);
    identity
}

impl Lock {
    /// Writes what opens the file, and gives what writes the rest, and the key to read it back.
    ///
    /// # Errors
    /// Of the file system.
    pub(in crate::app) fn begin(
        self,
        out: &mut File,
    ) -> io::Result<(StreamWriter<&mut File>, KeptKey)> {
        Ok((self.encryptor.wrap_output(out)?, self.key))
    }
}

impl Recipient for Keeping {
    fn wrap_file_key(&self, key: &FileKey) -> Result<(Vec<Stanza>, HashSet<String>), EncryptError> {
        self.key.get_or_init(|| KeptKey(copy(key)));
        self.passphrase.wrap_file_key(key)
    }
}

impl Identity for KeptKey {
    fn unwrap_stanza(&self, _: &Stanza) -> Option<Result<FileKey, DecryptError>> {
        Some(Ok(copy(&self.0)))
    }
}

fn copy(key: &FileKey) -> FileKey {
    FileKey::init_with_mut(|bytes| bytes.copy_from_slice(key.expose_secret()))
}
