//! Secrets in memory: no `Serialize`, no readable `Debug`, zeroed when dropped.

use super::id::{InstalledAppId, ServerId};
use secrecy::{ExposeSecret, SecretString};
use std::collections::BTreeMap;

/// Secrets of an app by the names of its settings.
pub type AppSecrets = BTreeMap<String, SecretString>;

/// A row of the database in which a sealed secret lies. What is sealed for one is opened for no other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SealedRow {
    /// The credential of a server, in `server_credentials`.
    Server(ServerId),
    /// The secrets of an app, in `app_secrets`.
    App(InstalledAppId),
}

/// What opens a server. `secrecy` keeps it out of `Debug` output and zeroes it on drop.
#[derive(Clone, Debug)]
pub enum Credential {
    /// A password.
    Password(SecretString),
    /// A private key as text (OpenSSH, PKCS#1 or PKCS#8 PEM), with the passphrase that opens it.
    Key {
        /// The PEM text.
        private_key: SecretString,
        /// Its passphrase, when it has one.
        passphrase: Option<SecretString>,
    },
    /// Nothing is kept: a running ssh-agent holds the key.
    Agent,
}

impl Credential {
    /// Whether two credentials hold the same secret.
    #[must_use]
    pub fn same_secret(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Password(a), Self::Password(b)) => a.expose_secret() == b.expose_secret(),
            (
                Self::Key { private_key: a, passphrase: p },
                Self::Key { private_key: b, passphrase: q },
            ) => {
                a.expose_secret() == b.expose_secret()
                    && p.as_ref().map(ExposeSecret::expose_secret)
                        == q.as_ref().map(ExposeSecret::expose_secret)
            }
            (Self::Agent, Self::Agent) => true,
            _ => false,
        }
    }
}
