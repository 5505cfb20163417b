//! Podman's compatible service on a socket of its own, with one image made of a static busybox.
//!
//! Nothing of the machine's own Podman is touched, and nothing is pulled. It needs root.
#![cfg(target_os = "linux")]

use std::{
    fs::{self, File},
    os::unix::fs::{PermissionsExt, symlink},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    thread,
    time::{Duration, Instant},
};
use tempfile::TempDir;

const IMAGE: &str = "localhost/tomo/busybox:1";

/// How long the service may take to answer.
const PATIENCE: Duration = Duration::from_secs(60);

/// Where processes may have fewer files and processes than Podman's own default.
const LIMITS: [&str; 4] = ["--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1024:1024"];

/// A running service. Dropping it removes its containers and ends it.
pub struct Podman {
    folder: TempDir,
    service: Child,
}

impl Podman {
    /// Whether there is what the service needs, or why not.
    pub fn missing() -> Option<&'static str> {
        if !super::sshd::is_root() {
            return Some("Podman's service (needs root)");
        }
        let there = |program: &str| super::sshd::find(program).is_some();
        match there("podman") && there("conmon") && there("busybox") && there("tar") {
            true => None,
            false => Some("podman, conmon or busybox-static"),
        }
    }

    /// Starts the service, with the image in it; every account may use its socket.
    pub fn start() -> Self {
        let folder = tempfile::Builder::new().prefix("tomo-podman-").tempdir().expect("a folder");
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("a mode");
        let socket = folder.path().join("podman.sock");
        let log = File::create(folder.path().join("log")).expect("a log");
        let service = Self::program(folder.path())
            .args(["system", "service", "--time", "0"])
            .arg(format!("unix://{}", socket.display()))
            .stdout(log.try_clone().expect("a log"))
            .stderr(log)
            .spawn()
            .expect("podman starts");
        let mut podman = Self { folder, service };
        let give_up = Instant::now() + PATIENCE;
        while !socket.exists() {
            let ended = podman.service.try_wait().is_ok_and(|ended| ended.is_some());
            let log = fs::read_to_string(podman.folder.path().join("log")).unwrap_or_default();
            assert!(!ended && Instant::now() < give_up, "podman does not answer:\n{log}");
            // Nothing tells when it is ready but its socket.
            thread::sleep(Duration::from_millis(50));
        }
        fs::set_permissions(&socket, fs::Permissions::from_mode(0o666)).expect("a mode");
        podman.import();
        podman
    }

    fn program(folder: &Path) -> Command {
        let mut command = Command::new(super::sshd::find("podman").expect("podman"));
        for (option, name) in [("--root", "root"), ("--runroot", "run"), ("--tmpdir", "tmp")] {
            command.arg(option).arg(folder.join(name));
        }
        command
            .args(["--storage-driver", "vfs", "--events-backend", "file"])
            .args(["--cgroup-manager", "cgroupfs"])
            .stdin(Stdio::null());
        command
    }

    fn import(&self) {
        let root = self.folder.path().join("image");
        let bin = root.join("bin");
        fs::create_dir_all(&bin).expect("a folder");
        fs::copy(super::sshd::find("busybox").expect("busybox"), bin.join("busybox"))
            .expect("busybox");
        for name in ["sh", "sleep", "echo"] {
            symlink("busybox", bin.join(name)).expect("a link");
        }
        let archive = self.folder.path().join("image.tar");
        let packed =
            Command::new("tar").arg("-C").arg(&root).arg("-cf").arg(&archive).arg(".").status();
        assert!(packed.is_ok_and(|status| status.success()), "tar packs");
        self.podman(&["import", archive.to_str().expect("text"), IMAGE]);
    }

    /// Path of its socket.
    pub fn socket(&self) -> PathBuf {
        self.folder.path().join("podman.sock")
    }

    /// Runs the `podman` program on the same storage, which must succeed, and gives what it says.
    pub fn podman(&self, arguments: &[&str]) -> String {
        let output = self.try_podman(arguments);
        let complained = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "podman {arguments:?}: {complained}");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// The same, whatever comes of it.
    pub fn try_podman(&self, arguments: &[&str]) -> Output {
        Self::program(self.folder.path()).args(arguments).output().expect("podman runs")
    }

    /// Starts a container of the image, without a network; gives its id.
    pub fn start_container(&self, name: &str, options: &[&str], command: &[&str]) -> String {
        let run: &[&str] = &["run", "-d", "--name", name, "--network", "none"];
        self.podman(&[run, &LIMITS, options, &[IMAGE], command].concat())
    }
}

impl Drop for Podman {
    fn drop(&mut self) {
        self.try_podman(&["rm", "-f", "-a", "-t", "0"]);
        let _ = self.service.kill();
        let _ = self.service.wait();
        // What a container mounted may outlive it by a moment.
        let _ =
            Command::new("umount").arg("-R").arg(self.folder.path()).stderr(Stdio::null()).status();
    }
}
