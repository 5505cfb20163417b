//! An image registry on a port of its own, so that images have the digests that they were pushed by.

use super::sshd::{find, free_port};
use std::{
    fs,
    net::{Ipv4Addr, TcpStream},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// How long it may take to listen.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running registry. Dropping it ends it.
pub struct Registry {
    port: u16,
    child: Child,
    _folder: TempDir,
}

impl Registry {
    /// Whether there is what a registry needs, or why not.
    pub fn missing() -> Option<&'static str> {
        find("docker-registry").is_none().then_some("docker-registry")
    }

    /// Starts one with nothing in it.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let port = free_port();
        let config = folder.path().join("config.yml");
        let data = folder.path().join("data");
        let text = format!(
            "version: 0.1\nlog:\n  level: error\nstorage:\n  filesystem:\n    rootdirectory: {}\n\
             http:\n  addr: 127.0.0.1:{port}\n",
            data.display()
        );
        fs::write(&config, text).expect("a configuration");
        let child = Command::new(find("docker-registry").expect("docker-registry"))
            .arg("serve")
            .arg(&config)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("docker-registry starts");
        let registry = Self { port, child, _folder: folder };
        let give_up = Instant::now() + PATIENCE;
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            assert!(Instant::now() < give_up, "the registry does not listen");
            // Nothing tells when it is ready but its port.
            thread::sleep(Duration::from_millis(50));
        }
        registry
    }

    /// The name of an image there. Engines speak plain HTTP with registries of their own computer.
    pub fn image(&self, name: &str) -> String {
        format!("127.0.0.1:{}/{name}", self.port)
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
