//! AES-256-GCM over whole messages. It knows nothing of what it encrypts.

use super::{Result, VaultError};
use aes_gcm::{
    Aes256Gcm, KeyInit,
    aead::{Aead, Payload},
};
use zeroize::Zeroizing;

/// Length of the nonce in front of each ciphertext, in bytes.
const NONCE: usize = 12;

/// Encrypts `plain` under a fresh nonce: the nonce, the ciphertext and the tag, in that order.
///
/// # Errors
/// When the system gives no random bytes.
pub(super) fn encrypt(key: &[u8; 32], bound_to: &[u8], plain: &[u8]) -> Result<Vec<u8>> {
    let mut nonce = [0; NONCE];
    getrandom::fill(&mut nonce).map_err(|e| VaultError::NoRandomness { reason: e.to_string() })?;
    let sealed = Aes256Gcm::new(key.into())
        .encrypt(&nonce.into(), Payload { msg: plain, aad: bound_to })
        .map_err(|_| VaultError::TooLarge)?;
    Ok([nonce.as_slice(), &sealed].concat())
}

/// The plaintext, or `None` when the key, the bytes or what they are bound to is another.
pub(super) fn decrypt(
    key: &[u8; 32],
    bound_to: &[u8],
    message: &[u8],
) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce, sealed) = message.split_first_chunk::<NONCE>()?;
    Aes256Gcm::new(key.into())
        .decrypt(nonce.into(), Payload { msg: sealed, aad: bound_to })
        .ok()
        .map(Zeroizing::new)
}
