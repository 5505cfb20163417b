//! Keys to sign in with, and an agent that holds some.

use super::{run, ssh_keygen, text};
use std::{
    fs,
    io::{BufRead, BufReader},
    os::unix::fs::PermissionsExt,
    path::PathBuf,
    process::{Child, Command, Stdio},
};
use tempfile::TempDir;

/// A key to sign in with.
pub struct ClientKey {
    /// The private half, in the format that was asked for.
    pub private: String,
    /// The public half, in OpenSSH's one-line form.
    pub public: String,
    /// `SHA256:…`, as `ssh-keygen -l` prints it.
    pub fingerprint: String,
}

/// Makes a key.
///
/// `kind` is e.g. `ed25519`, `rsa`, `ecdsa-384`; `format` is `openssh`, `pem` (PKCS#1 or SEC1) or
/// `pkcs8`. `ssh-keygen` writes Ed25519 keys only as `openssh`.
pub fn client_key(kind: &str, format: &str, passphrase: &str) -> ClientKey {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("key");
    let (kind, bits) = match kind.split_once('-') {
        Some((kind, bits)) => (kind, Some(bits)),
        None => (kind, (kind == "rsa").then_some("2048")),
    };
    let mut arguments = vec!["-q", "-t", kind, "-N", passphrase, "-C", "lab", "-f", text(&path)];
    if let Some(bits) = bits {
        arguments.extend(["-b", bits]);
    }
    ssh_keygen(&arguments);
    if format != "openssh" {
        let format = if format == "pem" { "PEM" } else { "PKCS8" };
        let change = ["-q", "-p", "-P", passphrase, "-N", passphrase, "-m", format, "-f"];
        ssh_keygen(&[&change[..], &[text(&path)]].concat());
    }
    let public = fs::read_to_string(path.with_extension("pub")).expect("a key");
    ClientKey {
        private: fs::read_to_string(&path).expect("a key"),
        fingerprint: fingerprint(&public),
        public,
    }
}

/// The fingerprint of a public key, as `ssh-keygen` sees it.
pub fn fingerprint(public_key: &str) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("key.pub");
    fs::write(&path, public_key).expect("a key");
    let listing = ssh_keygen(&["-l", "-f", text(&path)]);
    listing.split(' ').nth(1).expect("a fingerprint").to_owned()
}

/// An `ssh-agent` that holds keys. Dropping it ends it.
pub struct Agent {
    folder: TempDir,
    child: Child,
}

impl Agent {
    /// Starts an agent that holds these keys.
    pub fn start(keys: &[&ClientKey]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut child = Command::new("ssh-agent")
            .args(["-D", "-a", text(&folder.path().join("socket"))])
            .stdout(Stdio::piped())
            .spawn()
            .expect("ssh-agent");
        // It prints where it listens once it does.
        let mut line = String::new();
        let stdout = child.stdout.take().expect("a pipe");
        BufReader::new(stdout).read_line(&mut line).expect("a line");
        let agent = Self { folder, child };
        for key in keys {
            let path = agent.folder.path().join("key");
            fs::write(&path, &key.private).expect("a key");
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("a mode");
            let socket = agent.socket();
            run(Command::new("ssh-add").arg(&path).env("SSH_AUTH_SOCK", socket));
        }
        agent
    }

    /// The path for `SSH_AUTH_SOCK`.
    pub fn socket(&self) -> PathBuf {
        self.folder.path().join("socket")
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
