//! The command line: the real binary, with a data folder of its own and a vault behind a passphrase,
//! against the lab's servers.
//!
//! Only on Linux: elsewhere the system's keychain belongs to the person whose computer this is.
#![cfg(target_os = "linux")]

mod about;
mod activity;
mod apps;
mod backup;
mod container_deeds;
mod container_engines;
mod container_exec;
mod container_logs;
mod container_metrics;
mod containers;
mod server_docker;
mod sessions;
mod settings;
mod terminal;
mod users;

use crate::lab::sshd::{self, ClientKey, Sshd, client_key};
use serde_json::Value;
use std::{
    fs,
    io::Write,
    path::PathBuf,
    process::{Command, Output, Stdio},
};
use tempfile::TempDir;

const PASSWORD: &str = "a password for the tests";

/// One person's Tomo.
struct Tomo {
    folder: TempDir,
}

impl Tomo {
    /// Nothing but a folder.
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("vault.txt"), "a passphrase for the tests\n").expect("a file");
        fs::write(folder.path().join("password.txt"), format!("{PASSWORD}\n")).expect("a file");
        Self { folder }
    }

    /// With an account that is signed in.
    fn signed_in() -> Self {
        let tomo = Self::new();
        tomo.done(&[
            "setup",
            "--username",
            "Ünïcödé 日本",
            "--password-file",
            &tomo.path("password.txt"),
        ]);
        tomo
    }

    /// With an account, and a server `Lab` that signs in by key.
    fn with_server(sshd: &Sshd) -> (Self, sshd::Account) {
        let tomo = Self::signed_in();
        let account = sshd::account("cli", "unused in here", "/bin/sh");
        let key = client_key("ed25519", "openssh", "");
        sshd.authorize(&key.public);
        tomo.write("key", &key);
        tomo.done(&[
            "server",
            "add",
            &address(&account, sshd.port()),
            "--name",
            "Lab",
            "--key",
            &tomo.path("key"),
            "--accept-host-key",
            &fingerprint(sshd),
        ]);
        (tomo, account)
    }

    fn write(&self, name: &str, key: &ClientKey) {
        fs::write(self.folder.path().join(name), &key.private).expect("a file");
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().expect("a path that is text").to_owned()
    }

    fn program(&self) -> PathBuf {
        PathBuf::from(env!("CARGO_BIN_EXE_tomo"))
    }

    /// The environment: no keychain, no display, no agent.
    fn dress<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        for name in [
            "DBUS_SESSION_BUS_ADDRESS",
            "XDG_RUNTIME_DIR",
            "DISPLAY",
            "WAYLAND_DISPLAY",
            "SSH_AUTH_SOCK",
        ] {
            command.env_remove(name);
        }
        command
            .env("HOME", self.folder.path())
            .env("TOMO_DATA_DIR", self.folder.path().join("data"))
            .env("TOMO_PASSPHRASE_FILE", self.folder.path().join("vault.txt"))
            .stdin(Stdio::null())
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(self.program());
        self.dress(&mut command).args(arguments).output().expect("tomo runs")
    }

    /// What it writes when it works.
    fn done(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {error}");
        String::from_utf8(output.stdout).expect("text")
    }

    fn json(&self, arguments: &[&str]) -> Value {
        serde_json::from_str(&self.done(arguments)).expect("JSON")
    }

    /// The JSON that it writes although it fails.
    fn json_of_failure(&self, arguments: &[&str]) -> Value {
        let output = self.run(arguments);
        assert!(!output.status.success(), "{arguments:?}");
        serde_json::from_slice(&output.stdout).expect("JSON")
    }

    /// What it complains about when it ends with this code.
    fn refused(&self, code: i32, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let error = String::from_utf8(output.stderr).expect("text");
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {error}");
        error
    }
}

fn address(account: &sshd::Account, port: u16) -> String {
    format!("{}@127.0.0.1:{port}", account.name)
}

/// Says that a part is missing on this machine; where everything has to run, that is a failure.
#[expect(clippy::print_stderr, reason = "whoever runs the tests should see what was left out")]
pub fn skip(part: &str) {
    assert!(std::env::var_os("CI").is_none(), "{part} is missing");
    eprintln!("skipped: {part} is missing");
}

/// The fingerprint of a server's host key, as OpenSSH itself prints it.
fn fingerprint(sshd: &Sshd) -> String {
    let mut child = Command::new("ssh-keygen")
        .args(["-l", "-f", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("ssh-keygen");
    let key = sshd.host_key("ed25519");
    child.stdin.take().expect("a pipe").write_all(key.as_bytes()).expect("a key");
    let output = child.wait_with_output().expect("ssh-keygen");
    let listing = String::from_utf8(output.stdout).expect("text");
    listing.split(' ').nth(1).expect("a fingerprint").to_owned()
}

/// Whoever types `tomo --help` must learn what there is, and scripts what exit codes mean.
#[test]
fn the_help_teaches() {
    let tomo = Tomo::new();
    let help = tomo.done(&["--help"]);
    for part in ["monitor", "server", "metrics", "setup", "Exit codes", "TOMO_DATA_DIR"] {
        assert!(help.contains(part), "{part} in {help}");
    }
    let add = tomo.done(&["server", "add", "--help"]);
    assert!(add.contains("--accept-host-key") && add.contains("ssh-keygen -lf"), "{add}");
    tomo.refused(2, &["server", "ad"]);
    assert!(!tomo.folder.path().join("data").exists(), "help makes no database");
}

/// A script that runs before anybody has set Tomo up must not wait for an answer, and must be able
/// to tell why nothing came.
#[test]
fn without_an_account_every_command_says_so() {
    let tomo = Tomo::new();
    for arguments in [
        &["server", "list"][..],
        &["monitor", "--once"],
        &["metrics", "nas"],
        &["server", "add", "a@b"],
    ] {
        let error = tomo.refused(3, arguments);
        assert!(error.contains("hint: Run `tomo setup`."), "{error}");
    }
}

/// The session must outlive the process that began it, and end when told to; a wrong password must
/// not begin one.
#[test]
fn signing_in_and_out_lasts_over_processes() {
    let tomo = Tomo::signed_in();
    let name = "Ünïcödé 日本";
    assert_eq!(tomo.json(&["status", "--json"])["session"]["user"]["username"], name);
    tomo.refused(1, &["setup", "--username", "b", "--password-file", &tomo.path("password.txt")]);
    tomo.done(&["logout"]);
    let error = tomo.refused(3, &["server", "list"]);
    assert!(error.contains("hint: Run `tomo login`."), "{error}");
    fs::write(tomo.folder.path().join("wrong.txt"), "not the password").expect("a file");
    for (user, file) in [(name, "wrong.txt"), ("nobody", "password.txt")] {
        let login = ["login", "--username", user, "--password-file", &tomo.path(file)];
        let error = tomo.refused(1, &login);
        assert!(error.contains("user name or the password is not right"), "{error}");
        tomo.refused(3, &["server", "list"]);
    }
    tomo.done(&["login", "--username", name, "--password-file", &tomo.path("password.txt")]);
    tomo.done(&["server", "list"]);
}

/// Without the passphrase nothing may be read, and a wrong one must not pass for a missing one.
#[test]
fn the_vault_stays_locked_without_its_passphrase() {
    let tomo = Tomo::signed_in();
    let mut command = Command::new(tomo.program());
    tomo.dress(&mut command).env_remove("TOMO_PASSPHRASE_FILE").args(["server", "list"]);
    let output = command.output().expect("tomo runs");
    assert_eq!(output.status.code(), Some(4));
    assert!(String::from_utf8_lossy(&output.stderr).contains("TOMO_PASSPHRASE_FILE"));
    fs::write(tomo.folder.path().join("vault.txt"), "another passphrase").expect("a file");
    let error = tomo.refused(4, &["server", "list"]);
    assert!(error.contains("does not open"), "{error}");
}

/// The main job without a window: a fingerprint that is compared, figures that move, a history
/// that stays.
#[test]
fn a_server_is_added_watched_and_removed() {
    let sshd = Sshd::start(sshd::Options::default());
    let tomo = Tomo::signed_in();
    let account = sshd::account("cli", "unused in here", "/bin/sh");
    let key = client_key("ed25519", "openssh", "");
    sshd.authorize(&key.public);
    tomo.write("key", &key);
    let (address, key, right) =
        (address(&account, sshd.port()), tomo.path("key"), fingerprint(&sshd));
    let add = ["server", "add", &address, "--name", "Lab", "--key", &key];

    // Nobody has said that the key is trusted: it is shown, and nothing is added.
    let error = tomo.refused(6, &add);
    assert!(error.contains(&right) && error.contains("ssh-ed25519"), "{error}");
    let wrong = "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let error = tomo.refused(6, &[&add[..], &["--accept-host-key", wrong]].concat());
    assert!(error.contains(&right) && error.contains(wrong), "{error}");
    assert_eq!(tomo.json(&["server", "list", "--json"]).as_array().map(Vec::len), Some(1));

    let steps = tomo.done(&[&add[..], &["--accept-host-key", &right]].concat());
    assert!(steps.contains("✓ Run a command") && steps.contains("Lab is added."), "{steps}");
    let error = tomo.refused(1, &add);
    assert!(error.starts_with("error: "), "the same server twice: {error}");
    let list = tomo.json(&["server", "list", "--json"]);
    let server = list.as_array().expect("a list").iter().find(|server| server["name"] == "Lab");
    let server = server.expect("Lab");
    assert_eq!(server["port"], sshd.port());
    assert_eq!(server["auth_type"], "key");

    let rows = tomo.json(&["monitor", "--once", "--json"]);
    let rows = rows.as_array().expect("a list");
    assert_eq!(rows.len(), 2, "this computer and Lab");
    for row in rows {
        let name = &row["server"]["name"];
        assert_eq!(row["connection"]["state"], "connected", "{name}");
        assert!(row["figures"]["cpu_percent"].is_number(), "{name}");
        assert!(row["figures"]["memory_total_bytes"].as_u64() > Some(0), "{name}");
    }
    let table = tomo.done(&["monitor", "--once"]);
    assert!(table.lines().any(|line| line.contains("Lab") && line.contains(" %")), "{table}");

    let history = tomo.json(&["metrics", "lab", "--range", "1h", "--json"]);
    assert!(!history["at"].as_array().expect("a column").is_empty(), "{history}");
    let table = tomo.done(&["metrics", "LAB", "--range", "1h"]);
    assert!(table.lines().count() >= 2 && table.contains("CPU"), "{table}");

    tomo.done(&["server", "edit", "Lab", "--name", "Laboratory"]);
    tomo.done(&["server", "disconnect", "laboratory"]);
    let list = tomo.done(&["server", "list"]);
    assert!(list.contains("Laboratory"), "{list}");
    tomo.refused(2, &["server", "remove", "laboratory"]);
    tomo.done(&["server", "remove", "laboratory", "--yes"]);
    let error = tomo.refused(1, &["server", "test", "laboratory"]);
    assert!(error.contains("There is no server 'laboratory'."), "{error}");
}

/// 'It does not work' is no help: the step that failed must be named, and be told apart by scripts.
#[test]
fn a_failing_test_names_its_step() {
    let mut sshd = Sshd::start(sshd::Options::default());
    let (tomo, account) = Tomo::with_server(&sshd);
    let report = tomo.json(&["server", "test", "lab", "--json"]);
    assert_eq!(report["steps"].as_array().map(Vec::len), Some(5));

    let stranger = client_key("ed25519", "openssh", "");
    tomo.write("stranger", &stranger);
    let other = address(&account, sshd.port());
    let error = tomo
        .refused(5, &["server", "add", &other, "--name", "Other", "--key", &tomo.path("stranger")]);
    assert!(error.contains("Sign in: ") && error.contains("hint: "), "{error}");

    sshd.stop();
    let output = tomo.run(&["server", "test", "lab"]);
    assert_eq!(output.status.code(), Some(5));
    let steps = String::from_utf8_lossy(&output.stdout);
    assert!(steps.contains("✗ Connect") && steps.contains("not reached"), "{steps}");

    let rows = tomo.json(&["monitor", "--once", "--json"]);
    let lab = rows.as_array().expect("a list").iter().find(|row| row["server"]["name"] == "Lab");
    let lab = lab.expect("Lab");
    assert_eq!(lab["health"]["state"], "down");
    assert!(lab["figures"].is_null(), "nothing measured, nothing shown: {lab}");
}

/// A wrong password must be found out before it is stored, since trying it again and again locks
/// accounts.
#[test]
fn a_wrong_password_is_not_stored() {
    let sshd = Sshd::start(sshd::Options::default());
    let tomo = Tomo::signed_in();
    let account = sshd::account("cli", "the right password", "/bin/sh");
    let Some(right) = &account.password else {
        return skip("an account with a password (needs root)");
    };
    let address = address(&account, sshd.port());
    fs::write(tomo.folder.path().join("server.txt"), "the wrong password").expect("a file");
    let file = tomo.path("server.txt");
    let print = fingerprint(&sshd);
    let add = ["server", "add", &address, "--password-file", &file, "--accept-host-key", &print];
    let error = tomo.refused(5, &add);
    assert!(error.contains("Sign in: ") && !error.contains("the wrong password"), "{error}");
    assert_eq!(tomo.json(&["server", "list", "--json"]).as_array().map(Vec::len), Some(1));
    fs::write(tomo.folder.path().join("server.txt"), format!("{right}\n")).expect("a file");
    tomo.done(&add);
}

/// A host that suddenly has another key may be somebody else: stop, show both, and go on only with
/// the fingerprint that was read on the server.
#[test]
fn a_changed_host_key_stops_everything() {
    let mut sshd = Sshd::start(sshd::Options::default());
    let (tomo, _account) = Tomo::with_server(&sshd);
    let before = fingerprint(&sshd);
    sshd.replace_host_keys();
    sshd.restart();
    let after = fingerprint(&sshd);
    for arguments in
        [&["server", "test", "lab"][..], &["server", "test", "lab", "--accept-host-key", &after]]
    {
        let error = tomo.refused(6, arguments);
        assert!(error.contains(&before) && error.contains(&after), "{error}");
    }
    let error = tomo.refused(6, &["server", "test", "lab", "--replace-host-key", &before]);
    assert!(error.contains(&after), "{error}");
    let rows = tomo.json(&["monitor", "--once", "--json"]);
    let lab = rows.as_array().expect("a list").iter().find(|row| row["server"]["name"] == "Lab");
    assert_eq!(lab.expect("Lab")["connection"]["state"], "host_key_changed");
    tomo.done(&["server", "test", "lab", "--replace-host-key", &after]);
    tomo.done(&["server", "test", "lab"]);
}

/// `tomo … | head` must end quietly: Rust's own printing would panic.
#[test]
fn a_closed_pipe_is_no_panic() {
    let tomo = Tomo::signed_in();
    for arguments in [&["server", "list", "--json"][..], &["monitor", "--json"]] {
        let mut command = Command::new(tomo.program());
        let mut child = tomo
            .dress(&mut command)
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("tomo runs");
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("it ends");
        assert!(output.status.success(), "{arguments:?}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{arguments:?}");
    }
}
