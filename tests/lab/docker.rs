//! Docker engines on sockets of their own, with one image made of a static busybox.
//!
//! Each [`Docker`] is the distribution's `dockerd` with its own folder; nothing of the machine's own
//! engine is touched, and nothing is pulled. It needs root, as dockerd does.
#![cfg(target_os = "linux")]

use std::{
    fs::{self, File},
    io::{Read, Write},
    os::unix::{
        fs::{PermissionsExt, symlink},
        net::UnixStream,
    },
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    thread,
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// The image that every engine of the lab has: `/bin` is busybox.
pub const IMAGE: &str = "tomo/busybox:1";

/// How long the engine may take to answer.
const PATIENCE: Duration = Duration::from_secs(60);

const DOCKERFILE: &str = "FROM scratch\nCOPY busybox /bin/busybox\n\
    RUN [\"/bin/busybox\", \"--install\", \"-s\", \"/bin\"]\nCMD [\"/bin/sh\"]\n";

/// A running engine. Dropping it removes its containers and ends it.
pub struct Docker {
    folder: TempDir,
    child: Option<Child>,
}

impl Docker {
    /// Whether there is what an engine needs, or why not.
    pub fn missing() -> Option<&'static str> {
        if !super::sshd::is_root() {
            return Some("dockerd needs root");
        }
        let there = |program: &str| find(program).is_some();
        match (there("dockerd"), there("docker"), there("busybox")) {
            (true, true, true) => None,
            _ => Some("docker.io and busybox-static are not installed"),
        }
    }

    /// Starts an engine with the image in it.
    pub fn start() -> Self {
        Self::start_on(None)
    }

    /// The same, on a disk of so many MB.
    pub fn start_small(megabytes: u32) -> Self {
        Self::start_on(Some(megabytes))
    }

    fn start_on(megabytes: Option<u32>) -> Self {
        let folder = tempfile::Builder::new().prefix("tomo-docker-").tempdir().expect("a folder");
        // Accounts of the lab must be able to reach the socket.
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("a mode");
        if let Some(megabytes) = megabytes {
            let data = folder.path().join("data");
            fs::create_dir(&data).expect("a folder");
            let options = format!("size={megabytes}m");
            let mounted = Command::new("mount")
                .args(["-t", "tmpfs", "-o", &options, "tmpfs"])
                .arg(&data)
                .status();
            assert!(mounted.is_ok_and(|status| status.success()), "a small disk");
        }
        let mut docker = Self { folder, child: None };
        docker.run();
        docker.build();
        docker
    }

    /// Path of its socket.
    pub fn socket(&self) -> PathBuf {
        self.folder.path().join("docker.sock")
    }

    /// Lets every account use the socket.
    pub fn open_to_all(&self) {
        fs::set_permissions(self.socket(), fs::Permissions::from_mode(0o666)).expect("a mode");
    }

    /// Runs the `docker` program against it, which must succeed, and gives what it says.
    pub fn docker(&self, arguments: &[&str]) -> String {
        let output = self.try_docker(arguments);
        let said = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        let complained = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "docker {arguments:?}: {complained}");
        said
    }

    /// The same, whatever comes of it.
    pub fn try_docker(&self, arguments: &[&str]) -> Output {
        Command::new(find("docker").expect("docker"))
            .arg("--host")
            .arg(format!("unix://{}", self.socket().display()))
            .args(arguments)
            .env("DOCKER_BUILDKIT", "0")
            .stdin(Stdio::null())
            .output()
            .expect("docker runs")
    }

    /// Starts a container of the image; `options` stand before the image, `command` behind it. Gives
    /// its id.
    pub fn start_container(&self, name: &str, options: &[&str], command: &[&str]) -> String {
        let run: &[&str] = &["run", "-d", "--name", name];
        self.docker(&[run, options, &[IMAGE], command].concat())
    }

    /// Makes so many containers of an image with nothing in it, called `c0`, `c1` …: the engine is asked
    /// straight, since starting the `docker` program for each takes most of the time.
    pub fn create_containers(&self, count: usize) {
        let context = self.folder.path().join("nothing");
        fs::create_dir(&context).expect("a folder");
        fs::write(context.join("Dockerfile"), "FROM scratch\nCOPY Dockerfile /\nCMD [\"none\"]\n")
            .expect("a Dockerfile");
        let image = self.docker(&["build", "-q", text(&context)]);
        let create = |name: String| {
            let mut stream = UnixStream::connect(self.socket()).expect("the engine answers");
            let body = format!(r#"{{"Image":"{image}"}}"#);
            write!(
                stream,
                "POST /containers/create?name={name} HTTP/1.1\r\nHost: engine\r\n\
                 Connection: close\r\nContent-Type: application/json\r\n\
                 Content-Length: {}\r\n\r\n{body}",
                body.len()
            )
            .expect("a request");
            let mut answer = String::new();
            stream.read_to_string(&mut answer).expect("an answer");
            assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
        };
        thread::scope(|scope| {
            for part in 0..4 {
                let create = &create;
                scope.spawn(move || {
                    (part..count).step_by(4).for_each(|number| create(format!("c{number}")));
                });
            }
        });
    }

    /// Kills the engine; its containers die with it.
    pub fn stop(&mut self) {
        let Some(mut child) = self.child.take() else { return };
        if child.try_wait().is_ok_and(|ended| ended.is_none()) {
            self.with_running(&["kill"]);
            let _ = Command::new("kill").arg(child.id().to_string()).status();
        }
        child.wait().expect("dockerd ends");
    }

    /// Starts it again, with what it had.
    pub fn restart(&mut self) {
        self.stop();
        self.run();
    }

    /// Does something to every container that runs.
    fn with_running(&self, command: &[&str]) {
        let ids = self.try_docker(&["ps", "-q"]);
        let ids = String::from_utf8_lossy(&ids.stdout).into_owned();
        let ids: Vec<_> = ids.lines().collect();
        if !ids.is_empty() {
            self.try_docker(&[command, &ids].concat());
        }
    }

    fn run(&mut self) {
        let folder = self.folder.path();
        let log = File::create(folder.join("log")).expect("a log");
        let child = Command::new(find("dockerd").expect("dockerd"))
            .args(["--storage-driver=vfs", "--iptables=false", "--ip-masq=false", "--bridge=none"])
            .args(["--group", "root"])
            // A registry that breaks off is not waited for a minute.
            .args(["--max-download-attempts", "2"])
            // Small ones, so that all engines of all tests have enough of them.
            .args(["--default-address-pool", "base=10.213.0.0/16,size=26"])
            .arg("--data-root")
            .arg(folder.join("data"))
            .arg("--exec-root")
            .arg(folder.join("exec"))
            .arg("--pidfile")
            .arg(folder.join("pid"))
            .arg("--host")
            .arg(format!("unix://{}", self.socket().display()))
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a log"))
            .stderr(log)
            .spawn()
            .expect("dockerd starts");
        self.child = Some(child);
        let give_up = Instant::now() + PATIENCE;
        while !self.try_docker(&["version"]).status.success() {
            let log = fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
            assert!(Instant::now() < give_up, "dockerd does not answer:\n{log}");
            // Nothing tells when it is ready but its answer.
            thread::sleep(Duration::from_millis(100));
        }
    }

    fn build(&self) {
        let context = self.folder.path().join("context");
        fs::create_dir(&context).expect("a folder");
        fs::copy(find("busybox").expect("busybox"), context.join("busybox")).expect("busybox");
        fs::write(context.join("Dockerfile"), DOCKERFILE).expect("a Dockerfile");
        self.docker(&["build", "-q", "-t", IMAGE, text(&context)]);
    }

    /// Makes `path` lead to its socket, where programs look for one.
    pub fn link_at(&self, path: &Path) {
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        let _ = fs::remove_file(path);
        symlink(self.socket(), path).expect("a link");
    }
}

impl Drop for Docker {
    fn drop(&mut self) {
        // Those that do not run are files, which go with the folder.
        self.with_running(&["rm", "-f", "-v"]);
        // The bridges of its networks outlive an engine.
        self.try_docker(&["network", "prune", "-f"]);
        self.stop();
        let data = self.folder.path().join("data");
        let _ = Command::new("umount").args(["-l"]).arg(data).stderr(Stdio::null()).status();
        // What a container mounted may outlive it by a moment.
        let _ =
            Command::new("umount").arg("-R").arg(self.folder.path()).stderr(Stdio::null()).status();
    }
}

/// A program of the system, also where the search path of an account without root does not lead.
fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var("PATH").unwrap_or_default();
    // The distribution's own docker, whatever else calls itself so further to the front.
    let folders = ["/usr/bin", "/usr/sbin", "/bin", "/sbin"].into_iter().chain(path.split(':'));
    folders.map(|folder| Path::new(folder).join(program)).find(|path| path.is_file())
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path that is text")
}
