//! Password hashing: bcrypt, off the runtime, the same time for names that do not exist.

use super::error::AppError;
use base64::{Engine, engine::general_purpose::STANDARD};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

/// bcrypt's cost: 2^12 rounds, about a quarter of a second.
const COST: u32 = 12;

/// bcrypt reads no more than this many bytes.
const BCRYPT_BYTES: usize = 72;

/// A hash of nothing that anybody knows, compared with when there is no such user, so that an
/// unknown name takes as long as a wrong password. Cost 12, like all others.
const NOBODY: &str = "$2b$12$C6UzMDM.H6dfI/f/IKcEeOrMB2sqB8kG3Hq9Vq3dJYqkF1cJ0vZ8i";

/// What bcrypt gets: the password in Unicode's composed form, because keyboards differ in whether they
/// send é as one character or two; or for a longer one than bcrypt reads the base64 of its SHA-256, so
/// that no byte of it is cut off.
fn digest(password: &SecretString) -> Zeroizing<Vec<u8>> {
    let password = composed(password.expose_secret());
    let bytes = password.as_bytes();
    if bytes.len() <= BCRYPT_BYTES {
        return Zeroizing::new(bytes.to_vec());
    }
    Zeroizing::new(STANDARD.encode(Sha256::digest(bytes)).into_bytes())
}

/// A password in Unicode's composed form, NFC.
pub(super) fn composed(password: &str) -> Zeroizing<String> {
    // Room for all of it at once: a string that grows leaves pieces of the password behind. NFC of a
    // text may be longer than the text, three times at most.
    let mut composed = Zeroizing::new(String::with_capacity(password.len() * 3));
    composed.extend(password.nfc());
    composed
}

/// Hashes a password for `users.password_hash`.
///
/// # Errors
/// When bcrypt fails, which it does only for lack of randomness.
pub async fn hash(password: SecretString) -> Result<String, AppError> {
    run(move || bcrypt::hash(digest(&password), COST)).await
}

/// Whether a password is the one behind `hash`; without a hash, takes the time and says no.
///
/// # Errors
/// When the stored hash is not one of bcrypt's.
pub async fn verify(password: SecretString, hash: Option<String>) -> Result<bool, AppError> {
    run(move || {
        let matches = bcrypt::verify(digest(&password), hash.as_deref().unwrap_or(NOBODY))?;
        Ok(matches && hash.is_some())
    })
    .await
}

async fn run<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, bcrypt::BcryptError> + Send + 'static,
) -> Result<T, AppError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| AppError::internal("hashing a password", &error))?
        .map_err(|error| AppError::internal("hashing a password", &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A long password is not cut: two that differ only after byte 72 are different.
    #[tokio::test]
    async fn the_end_of_a_long_password_counts() {
        let long = "x".repeat(100);
        let hash = hash(SecretString::from(format!("{long}a"))).await.expect("hashes");
        let verified = |text: String| verify(SecretString::from(text), Some(hash.clone()));
        assert!(verified(format!("{long}a")).await.expect("verifies"));
        assert!(!verified(format!("{long}b")).await.expect("verifies"));
    }

    /// A password that was set at one keyboard has to open at another, which sends its letters apart.
    #[tokio::test]
    async fn a_letter_is_the_same_in_one_character_and_in_two() {
        let hash = hash("crème brûlée at noon".to_owned().into()).await.expect("hashes");
        let apart: String = "crème brûlée at noon".nfd().collect();
        assert!(verify(apart.into(), Some(hash.clone())).await.expect("verifies"));
        let other = "creme brulee at noon".to_owned().into();
        assert!(!verify(other, Some(hash)).await.expect("verifies"));
    }

    /// Any character counts, also those that end a text elsewhere.
    #[tokio::test]
    async fn a_password_does_not_end_at_a_nul() {
        let hash = hash("an open\0 door".to_owned().into()).await.expect("hashes");
        let other = "an open\0 wall".to_owned().into();
        assert!(!verify(other, Some(hash)).await.expect("verifies"));
    }

    /// The constant is a hash that bcrypt takes, of the same cost, or an unknown name would answer
    /// at once.
    #[tokio::test]
    async fn nobody_has_a_hash_that_is_really_compared() {
        assert_eq!(NOBODY.parse::<bcrypt::HashParts>().expect("a hash").get_cost(), COST);
        assert!(!verify("anything".to_owned().into(), None).await.expect("compared"));
    }
}
