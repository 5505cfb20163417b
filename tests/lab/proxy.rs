//! A socket in front of an engine's that lets through questions only, as people put one there who want
//! an engine to be looked at and not touched.
#![cfg(target_os = "linux")]

use std::{
    fs,
    io::{self, Read, Write},
    net::Shutdown,
    os::unix::{
        fs::PermissionsExt,
        net::{UnixListener, UnixStream},
    },
    path::{Path, PathBuf},
    thread,
};
use tempfile::TempDir;

const REFUSAL: &[u8] =
    b"HTTP/1.1 403 Forbidden\r\nContent-Length: 9\r\nConnection: close\r\n\r\nForbidden";

/// A running proxy. Its threads end with the streams through it.
pub struct ReadOnlyProxy {
    folder: TempDir,
}

impl ReadOnlyProxy {
    /// Stands in front of this socket.
    pub fn start(engine: PathBuf) -> Self {
        let folder = tempfile::Builder::new().prefix("tomo-proxy-").tempdir().expect("a folder");
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("a mode");
        let proxy = Self { folder };
        let listener = UnixListener::bind(proxy.socket()).expect("a socket");
        fs::set_permissions(proxy.socket(), fs::Permissions::from_mode(0o666)).expect("a mode");
        thread::spawn(move || {
            for near in listener.incoming().map_while(Result::ok) {
                let engine = engine.clone();
                // A stream that breaks is its two ends' own affair.
                thread::spawn(move || drop(carry(near, &engine)));
            }
        });
        proxy
    }

    /// Path of its socket.
    pub fn socket(&self) -> PathBuf {
        self.folder.path().join("docker.sock")
    }
}

/// Carries requests one by one, each as far as its head: those that are let through have no body.
fn carry(mut near: UnixStream, engine: &Path) -> io::Result<()> {
    let mut far = UnixStream::connect(engine)?;
    let (mut answers, mut back) = (far.try_clone()?, near.try_clone()?);
    thread::spawn(move || {
        let _ = io::copy(&mut answers, &mut back);
        let _ = back.shutdown(Shutdown::Both);
    });
    let mut head = Vec::new();
    let mut byte = [0];
    while near.read(&mut byte)? == 1 {
        head.push(byte[0]);
        if head.ends_with(b"\r\n\r\n") {
            if !head.starts_with(b"GET ") && !head.starts_with(b"HEAD ") {
                near.write_all(REFUSAL)?;
                break;
            }
            far.write_all(&head)?;
            head.clear();
        }
    }
    far.shutdown(Shutdown::Both)
}
