//! Secrets in memory: no `Serialize`, no readable `Debug`, zeroed when dropped.

use secrecy::{ExposeSecret, SecretString};

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
