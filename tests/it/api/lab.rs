//! A server of the lab, as a person enters it.

use super::{House, id_of};
use crate::lab::sshd::{self, Account, ClientKey, Options, Sshd};
use serde_json::{Value, json};

/// A server with an account that has a key and, where this process may make accounts, a password.
pub(super) struct Lab {
    pub(super) sshd: Sshd,
    pub(super) account: Account,
    pub(super) key: ClientKey,
}

impl Lab {
    /// A server with an account whose login shell is `sh`; nothing where there is no `sshd`.
    pub(super) fn start() -> Option<Self> {
        Self::with_shell("/bin/sh")
    }

    /// A server with an account that has this login shell.
    pub(super) fn with_shell(shell: &str) -> Option<Self> {
        if sshd::find("sshd").is_none() {
            skip("sshd");
            return None;
        }
        Some(Self::of(Sshd::start(Options::default()), shell))
    }

    /// A server whose account finds an engine's socket here; nothing where there is no `sshd`.
    pub(super) fn with_engine(socket: &std::path::Path) -> Option<Self> {
        Self::with_engine_and(socket, &[])
    }

    /// The same, with further lines of `sshd_config`.
    pub(super) fn with_engine_and(socket: &std::path::Path, lines: &[&str]) -> Option<Self> {
        let mut config = vec![format!("SetEnv DOCKER_HOST=unix://{}", socket.display())];
        config.extend(lines.iter().map(|line| (*line).to_owned()));
        Self::with_config(config)
    }

    /// A server with these lines in its configuration; nothing where there is no `sshd`.
    pub(super) fn with_config(config: Vec<String>) -> Option<Self> {
        if sshd::find("sshd").is_none() {
            skip("sshd");
            return None;
        }
        Some(Self::of(Sshd::start(Options { config, ..Options::default() }), "/bin/sh"))
    }

    /// A server that is there, with an account that has this login shell.
    pub(super) fn of(sshd: Sshd, shell: &str) -> Self {
        let account = sshd::account("api", "right horse of the lab", shell);
        let key = sshd::client_key("ed25519", "openssh", "");
        sshd.authorize(&key.public);
        Self { sshd, account, key }
    }

    /// The server's fields.
    pub(super) fn server(&self, name: &str, auth_type: &str) -> Value {
        super::server(name, "127.0.0.1", self.sshd.port(), &self.account.name, auth_type)
    }

    /// The account's key.
    pub(super) fn key(&self) -> Value {
        key(&self.key, None)
    }

    /// The account's password; nothing where only the key opens it.
    pub(super) fn password(&self) -> Option<Value> {
        if self.account.password.is_none() {
            skip("an account with a password (needs root)");
        }
        self.account.password.as_deref().map(password)
    }

    /// The fingerprint of the host key, as `ssh-keygen` prints it.
    pub(super) fn fingerprint(&self) -> String {
        sshd::fingerprint(&self.sshd.host_key("ed25519"))
    }

    /// What `host_key.trust` takes.
    pub(super) fn trust(&self, fingerprint: &str) -> Value {
        json!({ "host": "127.0.0.1", "port": self.sshd.port(), "fingerprint": fingerprint })
    }

    /// Adds the server with its key, trusts its host key, and waits for its first figures.
    pub(super) async fn watched_by(&self, house: &House) -> String {
        self.watched_with(house, "key", self.key()).await
    }

    /// As [`Lab::watched_by`], opened by this credential.
    pub(super) async fn watched_with(
        &self,
        house: &House,
        auth_type: &str,
        credential: Value,
    ) -> String {
        let server = self.server("lab", auth_type);
        let added =
            house.ask("server.add", json!({ "server": server, "credential": credential })).await;
        let id = id_of(&added);
        house.until_state(&id, "host_key_unknown").await;
        house.ask("host_key.trust", self.trust(&self.fingerprint())).await;
        house.until_cpu(&id).await;
        id
    }
}

pub(super) fn password(password: &str) -> Value {
    json!({ "kind": "password", "password": password })
}

pub(super) fn key(key: &ClientKey, passphrase: Option<&str>) -> Value {
    json!({ "kind": "key", "private_key": key.private, "passphrase": passphrase })
}

/// Names a part that is missing; in CI that is a failure.
#[expect(clippy::print_stderr, reason = "a test says what it left out")]
pub(super) fn skip(part: &str) {
    assert!(std::env::var_os("CI").is_none(), "{part} is missing");
    eprintln!("skipped: {part} is missing");
}
