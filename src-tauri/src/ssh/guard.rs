//! Compares host keys, and notices the end of a connection.
//!
//! The guard lives inside the connection's task: it is asked for every key the host presents, at
//! the start and at each renewal, and lets none pass that is not the known one.

use super::{error::quoted, wire::Meter};
use crate::domain::host_key::{HostKey, HostKeyVerdict, KnownHost};
use russh::{
    client::{DisconnectReason, Handler},
    keys::{HashAlg, PublicKey, PublicKeyOrCertificate},
};
use std::sync::{Arc, OnceLock};
use tokio_util::sync::{CancellationToken, DropGuard};

/// What is known of a connection from outside its task.
#[derive(Debug, Default)]
pub(super) struct Life {
    /// Cancelled to end the connection without a word.
    pub(super) cut: CancellationToken,
    /// Cancelled when the connection has ended, for whatever reason.
    pub(super) closed: CancellationToken,
    /// Why it ended, as a part of a sentence.
    pub(super) reason: OnceLock<String>,
    pub(super) meter: Meter,
}

/// Why the handshake ended early.
#[derive(Debug, thiserror::Error)]
pub(super) enum GuardError {
    #[error(transparent)]
    Ssh(#[from] russh::Error),
    #[error("the host key is not the known one")]
    HostKey(Box<HostKeyVerdict>),
}

/// Sits inside the connection's task.
pub(super) struct Guard {
    known: Option<KnownHost>,
    life: Arc<Life>,
    /// The guard is dropped when the connection's task ends, however it ends.
    _closed: DropGuard,
}

impl Guard {
    pub(super) fn new(known: Option<KnownHost>, life: Arc<Life>) -> Self {
        let closed = life.closed.clone().drop_guard();
        Self { known, life, _closed: closed }
    }
}

impl Handler for Guard {
    type Error = GuardError;

    async fn check_server_key(
        &mut self,
        presented: &PublicKeyOrCertificate,
    ) -> Result<bool, Self::Error> {
        match compare(&presented.public_key(), self.known.as_ref())? {
            HostKeyVerdict::Matches => Ok(true),
            verdict => Err(GuardError::HostKey(Box::new(verdict))),
        }
    }

    async fn disconnected(
        &mut self,
        reason: DisconnectReason<Self::Error>,
    ) -> Result<(), Self::Error> {
        let reason = match reason {
            DisconnectReason::ReceivedDisconnect(info) => match quoted(info.message.as_bytes()) {
                Some(said) => format!("the server closed it and says {said}"),
                None => "the server closed it".to_owned(),
            },
            DisconnectReason::Error(GuardError::Ssh(error)) => match error {
                russh::Error::KeepaliveTimeout => "the server stopped answering".to_owned(),
                russh::Error::NoAuthMethod => "the server allows no further sign-in".to_owned(),
                russh::Error::HUP | russh::Error::IO(_) | russh::Error::Disconnect => {
                    "it was cut".to_owned()
                }
                other => format!("its encryption failed ({other})"),
            },
            DisconnectReason::Error(GuardError::HostKey(_)) => {
                "the server changed its host key in mid-conversation".to_owned()
            }
        };
        // The first reason is the true one; what follows it is its consequence.
        let _ = self.life.reason.set(reason);
        Ok(())
    }
}

/// Compares a presented key with the known one.
fn compare(
    presented: &PublicKey,
    known: Option<&KnownHost>,
) -> Result<HostKeyVerdict, russh::Error> {
    let described = describe(presented)?;
    Ok(match known {
        None => HostKeyVerdict::Unknown { presented: described },
        Some(known) => {
            // A remembered key that cannot be read matches nothing.
            let same = PublicKey::from_openssh(&known.key.public_key)
                .is_ok_and(|key| key.key_data() == presented.key_data());
            if same {
                HostKeyVerdict::Matches
            } else {
                HostKeyVerdict::Changed { presented: described, known: known.clone() }
            }
        }
    })
}

/// A host key as the other layers know it.
fn describe(key: &PublicKey) -> Result<HostKey, russh::Error> {
    let bare = PublicKey::new(key.key_data().clone(), "");
    Ok(HostKey {
        algorithm: bare.algorithm().to_string(),
        fingerprint: bare.fingerprint(HashAlg::Sha256).to_string(),
        public_key: bare.to_openssh()?,
    })
}
