//! Private keys: from a file or as pasted text, described without being shown.

use super::{Tomo, error::AppError};
use crate::{
    domain::{
        credential::Credential,
        failure::{Failure, Step},
        key_info::KeyInfo,
    },
    ssh,
};
use secrecy::{ExposeSecret, SecretString};
use std::{
    io::Read,
    path::{Path, PathBuf},
};

/// No private key is larger; what is, is another kind of file.
const KEY_FILE_BYTES: u64 = 64 * 1024;

/// Reads a key file that a person named.
///
/// # Errors
/// When it cannot be read, or is too large or not text: not a private key.
pub async fn read_file(path: String) -> Result<SecretString, AppError> {
    let path = expand_home(&path);
    tokio::task::spawn_blocking(move || read(&path))
        .await
        .map_err(|error| AppError::internal("reading a key file", &error))?
        .map_err(AppError::from)
}

fn read(path: &Path) -> Result<SecretString, Failure> {
    let failure = |message: String, hint: &str| Failure::new(Step::Authenticate, message, hint);
    let shown = path.display();
    // A folder is no key, and a pipe may never say anything.
    let kind = std::fs::metadata(path).map(|metadata| metadata.is_file());
    if matches!(kind, Ok(false)) {
        return Err(failure(
            format!("{shown} is not a file"),
            "Choose the file of a private key, e.g. ~/.ssh/id_ed25519.",
        ));
    }
    let file = std::fs::File::open(path).map_err(|error| {
        failure(
            format!("the key file {shown} cannot be read: {error}"),
            "Choose a file that your user may read.",
        )
    })?;
    // Room for all of it: a text that grows leaves copies behind.
    let mut text = String::with_capacity(KEY_FILE_BYTES as usize + 2);
    let read = file.take(KEY_FILE_BYTES + 1).read_to_string(&mut text);
    let text = SecretString::from(text);
    match read {
        Ok(_) if text.expose_secret().len() as u64 <= KEY_FILE_BYTES => Ok(text),
        _ => Err(failure(
            format!("{shown} is not a private key"),
            "A private key is a small text file that begins with -----BEGIN.",
        )),
    }
}

fn expand_home(path: &str) -> PathBuf {
    path.strip_prefix("~/")
        .and_then(|rest| Some(directories::BaseDirs::new()?.home_dir().join(rest)))
        .unwrap_or_else(|| PathBuf::from(path))
}

/// The algorithm of the key in a credential, e.g. `ssh-ed25519`.
pub(super) fn algorithm(credential: &Credential) -> Option<String> {
    let Credential::Key { private_key, passphrase } = credential else { return None };
    let passphrase = passphrase.as_ref().map(ExposeSecret::expose_secret);
    ssh::key::inspect(private_key.expose_secret(), passphrase).ok()?.algorithm
}

impl Tomo {
    /// Describes a private key.
    ///
    /// # Errors
    /// When it is not one, with the reason.
    pub async fn inspect_key(&self, credential: Credential) -> Result<KeyInfo, AppError> {
        let Credential::Key { private_key, passphrase } = credential else {
            return Err(AppError::Invalid("This is not a private key.".into()));
        };
        // Opening an encrypted key derives another one from its passphrase, which takes a while.
        tokio::task::spawn_blocking(move || {
            let passphrase = passphrase.as_ref().map(ExposeSecret::expose_secret);
            ssh::key::inspect(private_key.expose_secret(), passphrase)
        })
        .await
        .map_err(|error| AppError::internal("reading a key", &error))?
        .map_err(AppError::from)
    }
}
