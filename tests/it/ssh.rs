//! The ssh layer against OpenSSH's own server: what signs in, what is refused and in which words,
//! and that commands say what they say, whatever the login shell.
#![cfg(unix)]

mod commands;
mod connections;
mod failures;
mod host_keys;
mod keys;
mod scripts;
mod shells;
mod sign_in;
mod streams;

use crate::lab::sshd::{self, Account, ClientKey, Options, Sshd};
use chrono::Utc;
use std::time::Duration;
use tomo::{
    domain::{
        credential::Credential,
        failure::{Failure, Step},
        host_key::{HostKey, KnownHost},
    },
    ssh::{ConnectError, Connection, Limits, Target, Timeouts, connect},
};

/// A server and an account on it that has a key.
struct Lab {
    sshd: Sshd,
    account: Account,
    key: ClientKey,
}

impl Lab {
    /// A server with an account whose login shell is `sh`.
    fn start(options: Options) -> Option<Self> {
        Self::with_shell(options, "/bin/sh")
    }

    /// A server with an account that has this login shell.
    fn with_shell(options: Options, shell: &str) -> Option<Self> {
        if sshd::find("sshd").is_none() {
            skip("sshd");
            return None;
        }
        let sshd = Sshd::start(options);
        let account = sshd::account("ssh", "right horse", shell);
        let key = sshd::client_key("ed25519", "openssh", "");
        sshd.authorize(&key.public);
        Some(Self { sshd, account, key })
    }

    fn target(&self) -> Target {
        Target {
            host: "127.0.0.1".to_owned(),
            port: self.sshd.port(),
            username: self.account.name.clone(),
        }
    }

    fn credential(&self) -> Credential {
        key(&self.key, None)
    }

    /// The host key of the server, as if somebody had trusted it.
    fn known(&self) -> KnownHost {
        known(&self.sshd, "ed25519")
    }

    async fn connect(&self) -> Connection {
        self.sign_in(&self.credential()).await.expect("the right key signs in").0
    }

    /// Signs in, and returns what the steps told.
    async fn sign_in(
        &self,
        credential: &Credential,
    ) -> Result<(Connection, Vec<(Step, String)>), Failure> {
        let mut steps = Vec::new();
        let mut on_step = |step, detail| steps.push((step, detail));
        let known = self.known();
        let attempt =
            connect(&self.target(), credential, Some(&known), timeouts(), &mut on_step).await;
        match attempt {
            Ok(connection) => Ok((connection, steps)),
            Err(ConnectError::Failed(failure)) => Err(failure),
            Err(ConnectError::HostKey(verdict)) => panic!("the host key matches: {verdict:?}"),
        }
    }
}

fn known(sshd: &Sshd, kind: &str) -> KnownHost {
    let public_key = sshd.host_key(kind);
    let key = HostKey {
        algorithm: public_key.split(' ').next().expect("a type").to_owned(),
        fingerprint: sshd::fingerprint(&public_key),
        public_key,
    };
    KnownHost {
        host: "127.0.0.1".to_owned(),
        port: sshd.port(),
        key,
        trusted_by: None,
        trusted_at: Utc::now(),
        last_seen_at: None,
    }
}

fn password(password: &str) -> Credential {
    Credential::Password(password.to_owned().into())
}

fn key(key: &ClientKey, passphrase: Option<&str>) -> Credential {
    Credential::Key {
        private_key: key.private.clone().into(),
        passphrase: passphrase.map(|passphrase| passphrase.to_owned().into()),
    }
}

/// Time enough for a machine that runs many tests at once.
fn timeouts() -> Timeouts {
    Timeouts { handshake: Duration::from_secs(30), ..Timeouts::default() }
}

/// As [`timeouts`], for one answer.
fn limits() -> Limits {
    Limits { time: Duration::from_secs(30), ..Limits::DEFAULT }
}

/// Names a part that is missing; in CI that is a failure.
#[expect(clippy::print_stderr, reason = "a test says what it left out")]
fn skip(part: &str) {
    assert!(std::env::var_os("CI").is_none(), "{part} is missing");
    eprintln!("skipped: {part} is missing");
}

/// The account's password, or a word that the test is skipped: only root can make an account.
fn account_password(account: &Account) -> Option<&str> {
    if account.password.is_none() {
        skip("an account with a password (needs root)");
    }
    account.password.as_deref()
}
