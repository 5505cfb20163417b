//! Podman's compatible service on a socket of its own, with one image made of a static busybox.

use crate::lab::sshd::{find, is_root};
use std::{
    fs,
    os::unix::fs::{PermissionsExt, symlink},
    path::PathBuf,
    process::{Child, Command, Output, Stdio},
    thread,
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// How long the service may take to answer.
const PATIENCE: Duration = Duration::from_secs(60);
/// What the image has.
const PROGRAMS: [&str; 10] =
    ["sh", "sleep", "usleep", "echo", "stty", "cat", "tty", "seq", "rm", "wc"];

/// A running service. Dropping it removes its containers and ends it.
pub(super) struct Podman {
    folder: TempDir,
    service: Child,
}

impl Podman {
    /// Starts one with the image in it, or says what is missing.
    pub(super) fn start() -> Result<Self, &'static str> {
        let (Some(podman), Some(busybox)) = (find("podman"), find("busybox")) else {
            return Err("podman");
        };
        if !is_root() {
            return Err("podman as root");
        }
        let folder = tempfile::Builder::new().prefix("tomo-podman-").tempdir().expect("a folder");
        // Accounts of the lab must be able to reach the socket.
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("a mode");
        let bin = folder.path().join("image/bin");
        fs::create_dir_all(&bin).expect("a folder");
        fs::create_dir(folder.path().join("image/tmp")).expect("a folder");
        fs::copy(busybox, bin.join("busybox")).expect("busybox");
        for program in PROGRAMS {
            symlink("busybox", bin.join(program)).expect("a link");
        }
        let mut service = Command::new(podman);
        service.args(Self::options(&folder)).args(["system", "service", "--time", "0"]);
        service.arg(format!("unix://{}", folder.path().join("podman.sock").display()));
        service.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let service = service.spawn().expect("podman starts");
        let podman = Self { folder, service };
        let give_up = Instant::now() + PATIENCE;
        while !podman.socket().exists() {
            if Instant::now() > give_up {
                return Err("a service of podman that runs here");
            }
            // Nothing tells when it is ready but its socket.
            thread::sleep(Duration::from_millis(100));
        }
        fs::set_permissions(podman.socket(), fs::Permissions::from_mode(0o666)).expect("a mode");
        let tar = podman.folder.path().join("image.tar");
        let image = podman.folder.path().join("image");
        let made = Command::new("tar").arg("-C").arg(image).arg("-cf").arg(&tar).arg(".").status();
        assert!(made.is_ok_and(|status| status.success()));
        podman.podman(&["import", tar.to_str().expect("text"), "tomo/busybox:1"]);
        Ok(podman)
    }

    fn options(folder: &TempDir) -> Vec<std::ffi::OsString> {
        let mut options: Vec<std::ffi::OsString> = Vec::new();
        for (name, place) in [("--root", "root"), ("--runroot", "run")] {
            options.extend([name.into(), folder.path().join(place).into()]);
        }
        let more = ["--storage-driver", "vfs", "--events-backend", "file"];
        options.extend(more.iter().chain(&["--cgroup-manager", "cgroupfs"]).map(Into::into));
        options
    }

    /// Path of its socket.
    pub(super) fn socket(&self) -> PathBuf {
        self.folder.path().join("podman.sock")
    }

    /// Runs `podman` beside the service, which must succeed, and gives what it says.
    pub(super) fn podman(&self, arguments: &[&str]) -> String {
        let output = self.try_podman(arguments);
        let complained = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "podman {arguments:?}: {complained}");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    fn try_podman(&self, arguments: &[&str]) -> Output {
        let mut podman = Command::new(find("podman").expect("podman"));
        podman.args(Self::options(&self.folder)).args(arguments).stdin(Stdio::null());
        podman.output().expect("podman runs")
    }

    /// Starts a container that runs this script, or says why none can be started here. Gives its id.
    pub(super) fn run(&self, name: &str, script: &str) -> Result<String, String> {
        // Limits of its own: those that it would take may be more than this machine allows.
        let output = self.try_podman(&[
            "run",
            "-d",
            "--name",
            name,
            "--network",
            "none",
            "--ulimit",
            "nofile=1024:1024",
            "--ulimit",
            "nproc=1000:1000",
            "--log-driver",
            "k8s-file",
            "tomo/busybox:1",
            "/bin/sh",
            "-c",
            script,
        ]);
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned());
        }
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

impl Drop for Podman {
    fn drop(&mut self) {
        self.try_podman(&["rm", "-f", "-t", "0", "--all"]);
        let _ = self.service.kill();
        let _ = self.service.wait();
        let _ =
            Command::new("umount").arg("-R").arg(self.folder.path()).stderr(Stdio::null()).status();
    }
}
