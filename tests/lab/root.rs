//! Servers without Docker: this machine's own system with a layer over it, in which nothing that is installed or
//! removed reaches the machine. An `sshd` in there signs in to it.
//!
//! The package manager, sudo, the accounts and the engine that comes are real. What starts services is not there (a
//! system in a layer has none), so a stand-in for `systemctl` writes down what it is told and starts the real
//! `dockerd`. Package managers of other distributions are stand-ins as well, which write down their words and put the
//! machine's own engine in place. It needs root and overlay mounts.
#![cfg(target_os = "linux")]

use super::sshd::{Options, Sshd, find, is_root};
use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};
use tempfile::TempDir;

/// Goes into the layer: `$1` is its folder, what follows is run there.
const ENTER: &str = include_str!("root/enter.sh");
/// What starts services there.
const SYSTEMCTL: &str = include_str!("root/systemctl.sh");
/// The package managers of other distributions.
const PACKAGES: &str = include_str!("root/packages.sh");
/// Takes Docker away as its packages do.
const PURGE: &str = include_str!("root/purge.sh");
/// Takes Docker away, and keeps it for the stand-ins.
const HIDE: &str = include_str!("root/hide.sh");

/// A server's system.
pub struct Root {
    folder: TempDir,
}

impl Root {
    /// Whether there is what it needs, or why not.
    pub fn missing() -> Option<&'static str> {
        let programs = ["sshd", "unshare", "dockerd", "docker", "sudo"];
        if !is_root() {
            return Some("a system to install into needs root");
        }
        if programs.iter().any(|program| find(program).is_none()) {
            return Some("sshd, unshare, docker.io or sudo is not installed");
        }
        let root = Self::bare();
        (!root.enter("true").success()).then_some("overlay mounts are not allowed")
    }

    /// This machine's own distribution, with its real package manager.
    pub fn real() -> Self {
        let root = Self::bare();
        assert!(root.enter(PURGE).success(), "the packages of Docker are removed");
        root
    }

    /// Another distribution, with stand-ins for its package manager: what `os-release` says, and its programs.
    pub fn of(os_release: &str, programs: &[&str]) -> Self {
        let root = Self::bare();
        root.write("usr/lib/os-release", os_release, 0o644);
        for program in programs {
            root.write(&format!("usr/local/bin/{program}"), PACKAGES, 0o755);
        }
        assert!(root.enter(HIDE).success(), "Docker is hidden");
        if programs.contains(&"rc-service") {
            // That other one is what it starts services by.
            fs::create_dir(root.run("openrc")).expect("a folder");
            fs::remove_dir_all(root.run("systemd")).expect("a folder");
        }
        root
    }

    fn bare() -> Self {
        let builder = tempfile::Builder::new().prefix("tomo-root-").tempdir_in("/var/tmp");
        let folder = builder.expect("a folder");
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("a mode");
        for name in ["upper", "work", "root", "run/sshd", "run/lab", "run/systemd/system"] {
            fs::create_dir_all(folder.path().join(name)).expect("a folder");
        }
        let root = Self { folder };
        root.write("usr/bin/systemctl", SYSTEMCTL, 0o755);
        root.write("usr/sbin/policy-rc.d", "#!/bin/sh\nexit 101\n", 0o755);
        fs::write(root.folder.path().join("enter.sh"), ENTER).expect("a script");
        root
    }

    /// Puts a file into it before it starts.
    pub fn write(&self, path: &str, content: &str, mode: u32) {
        let path = self.folder.path().join("upper").join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(&path, content).expect("a file");
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("a mode");
    }

    /// Lets an account use sudo: `ALL`, or `NOPASSWD: ALL`.
    pub fn allow(&self, account: &str, what: &str) {
        let line = format!("Defaults !lecture\n{account} ALL=(ALL:ALL) {what}\n");
        self.write("etc/sudoers.d/lab", &line, 0o440);
    }

    /// Runs a script in it, before it starts.
    pub fn enter(&self, script: &str) -> std::process::ExitStatus {
        let mut command = Command::new("unshare");
        command.args(self.words()).args(["sh", "-c", script]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command.status().expect("unshare runs")
    }

    /// Its SSH server.
    pub fn sshd(&self) -> Sshd {
        let inside = [vec!["unshare".to_owned()], self.words()].concat();
        Sshd::start(Options { inside, ..Options::default() })
    }

    fn words(&self) -> Vec<String> {
        let folder = self.folder.path();
        let words = ["--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "sh"];
        let enter = folder.join("enter.sh");
        let rest = [text(&enter), text(folder)];
        words.iter().chain(rest.iter()).map(|word| (*word).to_owned()).collect()
    }

    /// A path below its `/run`.
    pub fn run(&self, name: &str) -> PathBuf {
        self.folder.path().join("run").join(name)
    }

    /// What a stand-in wrote down; nothing where it was not called.
    pub fn record(&self, name: &str) -> String {
        fs::read_to_string(self.run("lab").join(name)).unwrap_or_default()
    }

    /// Tells the stand-ins something.
    pub fn tell(&self, name: &str) {
        fs::write(self.run("lab").join(name), "").expect("a file");
    }
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path that is text")
}
