//! macOS and Windows: the login keychain and the Credential Manager.

use keyring_core::{CredentialStore, Error, Result, get_default_store};
use std::sync::Arc;

pub(super) const NAME: &str = if cfg!(windows) { "Credential Manager" } else { "Keychain" };

/// Both are doors to a part of the system that is always there, so `keyring` may choose once.
pub(super) fn open() -> Result<Arc<CredentialStore>> {
    match keyring::Entry::store_status() {
        Ok(()) => get_default_store().ok_or(Error::NoDefaultStore),
        Err(error) => Err(Error::PlatformFailure(error.to_string().into())),
    }
}
