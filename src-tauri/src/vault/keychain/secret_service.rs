//! Linux and the BSDs: the Secret Service of the session bus (GNOME Keyring, KWallet, KeePassXC).

use keyring_core::{CredentialStore, Result};
use std::sync::Arc;
use zbus_secret_service_keyring_store::Store;

pub(super) const NAME: &str = "Secret Service";

/// A new connection for each request: a session that was agreed with a service that has since been
/// restarted is of no use any more.
pub(super) fn open() -> Result<Arc<CredentialStore>> {
    Ok(Store::new()?)
}
