//! What can go wrong with the vault, and what to do about each of it.

use super::{Fingerprint, Keychain};
use std::fmt;

/// Why a secret could not be kept or read. Holds no secret itself.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The master key waits for its passphrase.
    #[error("the vault is locked")]
    Locked,
    /// There is no keychain and no passphrase yet.
    #[error("no passphrase has been chosen for the vault")]
    NoPassphrase,
    /// The vault could not be opened when Tomo started.
    #[error("{reason}")]
    Unavailable {
        /// Why.
        reason: String,
        /// What to do.
        hint: String,
    },
    /// It does not unwrap the master key.
    #[error("the passphrase does not open this vault")]
    WrongPassphrase,
    /// A new passphrase that is too easy to guess.
    #[error("the passphrase is shorter than {least} characters")]
    PassphraseTooShort {
        /// How many it must have.
        least: usize,
    },
    /// A passphrase was to be chosen for a vault that has a key.
    #[error("the vault already has a master key")]
    HasKey,
    /// A secret was sealed with a key that is not at hand.
    #[error("it is sealed with key {sealed_with}, and this vault has {}", shown(have.as_ref()))]
    MissingKey {
        /// The key that is needed.
        sealed_with: Fingerprint,
        /// The key that is there.
        have: Option<Fingerprint>,
    },
    /// Another process has changed the key since this one read it.
    #[error("another Tomo has changed the master key")]
    KeyChanged,
    /// The authentication tag does not match.
    #[error("the sealed secret was changed or belongs to another server")]
    Tampered,
    /// The text is not one that the vault wrote.
    #[error("the sealed secret cannot be read: {reason}")]
    Malformed {
        /// What is wrong with it; never quotes it.
        reason: &'static str,
    },
    /// The secret is longer than can be sealed.
    #[error("the secret is too long to be sealed")]
    TooLarge,
    /// No keychain answers on this computer.
    #[error("no {} can be reached: {reason}", Keychain::name())]
    NoKeychain {
        /// What the system said.
        reason: String,
    },
    /// The keychain is there and keeps shut.
    #[error("the {} is locked", Keychain::name())]
    KeychainLocked,
    /// The keychain did not answer in time, mostly because it waits for somebody to unlock it.
    #[error("the {} did not answer within {seconds} s", Keychain::name())]
    KeychainSilent {
        /// How long it was given, in seconds.
        seconds: u64,
    },
    /// The keychain answered with an error.
    #[error("the {} refused: {reason}", Keychain::name())]
    KeychainRefused {
        /// What it said.
        reason: String,
    },
    /// The keychain answers and does not hold the key it should.
    #[error("the {} has no key {fingerprint}", Keychain::name())]
    KeyGone {
        /// The key that is needed.
        fingerprint: Fingerprint,
    },
    /// The keychain holds something else under the key's name.
    #[error("what the {} holds as key {fingerprint} is another key", Keychain::name())]
    OtherKey {
        /// The key that is needed.
        fingerprint: Fingerprint,
    },
    /// `vault.json` is not what Tomo wrote.
    #[error("vault.json cannot be read: {reason}")]
    RecordUnreadable {
        /// What is wrong with it.
        reason: String,
    },
    /// `vault.json` is of a newer Tomo.
    #[error("vault.json has format {found}, and this version of Tomo knows {known}")]
    RecordNewer {
        /// Its format.
        found: u32,
        /// The newest known one.
        known: u32,
    },
    /// Another process holds the vault's lock for too long.
    #[error("another Tomo is busy with the vault")]
    Busy,
    /// The system gave no random bytes.
    #[error("the system gives no random bytes: {reason}")]
    NoRandomness {
        /// What it said.
        reason: String,
    },
    /// A file of the vault could not be read or written.
    #[error("{action} failed: {source}")]
    Io {
        /// What was being done, e.g. `writing vault.json`.
        action: &'static str,
        /// Why it did not work.
        source: std::io::Error,
    },
}

impl VaultError {
    /// What to do about it, as sentences for a person.
    #[must_use]
    pub fn hint(&self) -> &str {
        match self {
            Self::Unavailable { hint, .. } => hint,
            Self::Locked => "Unlock it with its passphrase.",
            Self::NoPassphrase => "Choose a passphrase first.",
            Self::WrongPassphrase => "Check the passphrase and the keyboard layout.",
            Self::PassphraseTooShort { .. } => "Take a longer one; a few words are easy to keep.",
            Self::HasKey => "Unlock the vault instead of choosing a new passphrase.",
            Self::MissingKey { .. } => {
                "Restore the vault that belongs to this database, or enter the credential again."
            }
            Self::KeyChanged => "Quit Tomo and start it again.",
            Self::Tampered | Self::Malformed { .. } => {
                "Enter the credential again. If nobody edited the database, check the disk."
            }
            Self::TooLarge => "Use a shorter one.",
            Self::NoKeychain { .. } => "Start the keychain, then try again.",
            Self::KeychainLocked => "Unlock it, then try again.",
            Self::KeychainSilent { .. } => {
                "Answer its question if one is on the screen, then try again."
            }
            Self::KeychainRefused { .. } => "Check the keychain, then try again.",
            Self::KeyGone { .. } | Self::OtherKey { .. } => {
                "Restore the keychain from a backup. To begin with a new key instead, move \
                 vault.json out of the data folder and enter the credentials again."
            }
            Self::RecordUnreadable { .. } => {
                "Restore vault.json from a backup. It is left as it is, because without it the \
                 saved credentials stay closed."
            }
            Self::RecordNewer { .. } => "Update Tomo.",
            Self::Busy => "Wait until the other one is done, then try again.",
            Self::NoRandomness { .. } => "Restart the computer.",
            Self::Io { .. } => "Check the data folder's disk space and permissions.",
        }
    }
}

/// A key that may be absent, in a sentence.
fn shown(key: Option<&Fingerprint>) -> impl fmt::Display {
    key.map_or_else(|| "no key".to_owned(), |key| format!("key {key}"))
}
