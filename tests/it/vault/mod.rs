//! Tests of the vault layer: `secret_service` against gnome-keyring on a bus of its own,
//! `passphrase` on a computer without a keychain, `damage` with files that are not as Tomo left
//! them, `rotation` of the master key and what cuts it off.

mod damage;
mod passphrase;
mod rotation;
#[cfg(all(unix, not(target_os = "macos")))]
mod secret_service;

use secrecy::SecretString;
use std::path::Path;
use tomo::domain::{credential::Credential, id::ServerId};
use tomo::vault::{Keychain, Vault};

/// A passphrase that is long enough.
const PASSPHRASE: &str = "correct horse battery staple";

/// A vault in `dir` on a computer without a keychain.
async fn without_keychain(dir: &Path) -> Vault {
    Vault::open(dir, Keychain::disabled()).await
}

/// A new vault in `dir`, open, with [`PASSPHRASE`].
async fn new_with_passphrase(dir: &Path) -> Vault {
    let vault = without_keychain(dir).await;
    vault.create_passphrase(PASSPHRASE.into()).await.expect("a first passphrase is accepted");
    vault
}

/// A password as a credential.
fn password(text: &str) -> Credential {
    Credential::Password(SecretString::from(text))
}

/// Whether `sealed` is the row of `server` with this password.
fn holds(vault: &Vault, server: ServerId, sealed: &str, text: &str) -> bool {
    vault.open_sealed(server, sealed).expect("it opens").same_secret(&password(text))
}

/// Everything in the files of a folder, to look for what must not be there.
fn everything_in(dir: &Path) -> String {
    let entries = std::fs::read_dir(dir).expect("the data folder is there");
    let files = entries.map(|entry| std::fs::read(entry.expect("an entry").path()));
    files.map(|bytes| String::from_utf8_lossy(&bytes.expect("a file")).into_owned()).collect()
}
