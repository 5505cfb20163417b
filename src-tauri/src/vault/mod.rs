//! The master key and everything sealed with it.
//!
//! The key lives in the system's keychain or, where there is none, in a file wrapped by a
//! passphrase. There is no third place: without the key a secret is neither written nor read, and a
//! key that has gone missing is never silently replaced by a new one.

mod cipher;
mod core_dumps;
mod credential;
mod envelope;
mod error;
mod folder;
mod key;
mod keychain;
mod opening;
mod passphrase;
mod portable;
mod record;
mod remembered;
mod rotation;
mod state;

pub use core_dumps::no_core_dumps;
pub use error::VaultError;
pub use key::{Fingerprint, MasterKey};
pub use keychain::Keychain;
pub use passphrase::LEAST_PASSPHRASE;
pub use portable::{BackupKey, Rewrap};
pub use rotation::{DerivedKeys, Rotation};
pub use state::Vault;

/// What the functions of this layer return.
pub type Result<T> = std::result::Result<T, VaultError>;
