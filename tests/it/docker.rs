//! The docker layer against real engines, reached the ways that there are: what is found, what stands
//! in the way, and what an engine says of its containers.
#![cfg(target_os = "linux")]

mod actions;
mod endless;
mod find;
mod inspect;
mod list;
mod resources;

use crate::lab::{
    docker::Docker,
    sshd::{self, Account, ClientKey, Options, Sshd},
};
use std::{path::Path, time::Duration};
use tomo::{
    domain::{credential::Credential, host_key::HostKey, host_key::KnownHost},
    ssh::{Connection, Target, Timeouts, connect},
};

/// A server whose account finds an engine's socket at a place of the test's choice.
struct Lab {
    sshd: Sshd,
    account: Account,
    key: ClientKey,
}

impl Lab {
    fn start(socket: &Path, more: &[&str]) -> Self {
        let mut config = vec![format!("SetEnv DOCKER_HOST=unix://{}", socket.display())];
        config.extend(more.iter().map(|line| (*line).to_owned()));
        let sshd = Sshd::start(Options { config, ..Options::default() });
        let account = sshd::account("docker", "right horse", "/bin/sh");
        let key = sshd::client_key("ed25519", "openssh", "");
        sshd.authorize(&key.public);
        Self { sshd, account, key }
    }

    async fn connect(&self) -> Connection {
        let target = Target {
            host: "127.0.0.1".to_owned(),
            port: self.sshd.port(),
            username: self.account.name.clone(),
        };
        let public_key = self.sshd.host_key("ed25519");
        let key = HostKey {
            algorithm: "ssh-ed25519".to_owned(),
            fingerprint: sshd::fingerprint(&public_key),
            public_key,
        };
        let known = KnownHost {
            host: target.host.clone(),
            port: target.port,
            key,
            trusted_by: None,
            trusted_at: chrono::Utc::now(),
            last_seen_at: None,
        };
        let credential =
            Credential::Key { private_key: self.key.private.clone().into(), passphrase: None };
        let timeouts = Timeouts { handshake: Duration::from_secs(30), ..Timeouts::default() };
        connect(&target, &credential, Some(&known), timeouts, &mut |_, _| {})
            .await
            .unwrap_or_else(|_| panic!("the right key signs in"))
    }
}

/// An engine that every account may use; nothing where there can be none.
fn engine() -> Option<Docker> {
    if let Some(why) = Docker::missing() {
        skip(why);
        return None;
    }
    let docker = Docker::start();
    docker.open_to_all();
    Some(docker)
}

/// Names a part that is missing; in CI that is a failure.
#[expect(clippy::print_stderr, reason = "a test says what it left out")]
fn skip(part: &str) {
    assert!(std::env::var_os("CI").is_none(), "{part}");
    eprintln!("skipped: {part}");
}
