//! Sockets in front of an engine's, or in the place of one: a proxy that lets through questions only, as
//! people put one there who want an engine to be looked at and not touched; one that breaks answers off;
//! and an engine of long ago.
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
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};
use tempfile::TempDir;

const REFUSAL: &[u8] =
    b"HTTP/1.1 403 Forbidden\r\nContent-Length: 9\r\nConnection: close\r\n\r\nForbidden";

/// As much of an answer as gets through before it is broken off, bytes.
const BEGINNING: u64 = 3_000;

/// A socket that every account may use, with a thread for each stream. They end with the streams.
pub(super) struct Front {
    folder: TempDir,
}

impl Front {
    pub(super) fn start(
        serve: impl Fn(UnixStream) -> io::Result<()> + Send + Sync + 'static,
    ) -> Self {
        let folder = tempfile::Builder::new().prefix("tomo-proxy-").tempdir().expect("a folder");
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("a mode");
        let front = Self { folder };
        let listener = UnixListener::bind(front.socket()).expect("a socket");
        fs::set_permissions(front.socket(), fs::Permissions::from_mode(0o666)).expect("a mode");
        let serve = Arc::new(serve);
        thread::spawn(move || {
            for near in listener.incoming().map_while(Result::ok) {
                let serve = serve.clone();
                // A stream that breaks is its two ends' own affair.
                thread::spawn(move || drop(serve(near)));
            }
        });
        front
    }

    pub(super) fn socket(&self) -> PathBuf {
        self.folder.path().join("docker.sock")
    }
}

/// A running proxy that lets through questions only.
pub struct ReadOnlyProxy(Front);

impl ReadOnlyProxy {
    /// Stands in front of this socket.
    pub fn start(engine: PathBuf) -> Self {
        Self(Front::start(move |near| carry(near, &engine)))
    }

    /// Path of its socket.
    pub fn socket(&self) -> PathBuf {
        self.0.socket()
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
    while let Some(head) = head(&mut near)? {
        if !head.starts_with(b"GET ") && !head.starts_with(b"HEAD ") {
            near.write_all(REFUSAL)?;
            break;
        }
        far.write_all(&head)?;
    }
    far.shutdown(Shutdown::Both)
}

/// The head of the next request or answer; nothing at the end of the stream.
pub(super) fn head(near: &mut UnixStream) -> io::Result<Option<Vec<u8>>> {
    let mut head = Vec::new();
    let mut byte = [0];
    while near.read(&mut byte)? == 1 {
        head.push(byte[0]);
        if head.ends_with(b"\r\n\r\n") {
            return Ok(Some(head));
        }
    }
    Ok(None)
}

/// A running proxy that breaks off so many of an engine's lists of containers in the middle.
pub struct CuttingProxy {
    front: Front,
    cuts: Arc<AtomicUsize>,
}

impl CuttingProxy {
    /// Stands in front of this socket.
    pub fn start(engine: PathBuf, cuts: usize) -> Self {
        let cuts = Arc::new(AtomicUsize::new(cuts));
        let left = cuts.clone();
        Self { front: Front::start(move |near| cut(near, &engine, &left)), cuts }
    }

    /// Path of its socket.
    pub fn socket(&self) -> PathBuf {
        self.front.socket()
    }

    /// How many lists will still be broken off.
    pub fn cuts_left(&self) -> usize {
        self.cuts.load(Ordering::SeqCst)
    }

    /// Breaks off so many of the next lists.
    pub fn cut(&self, lists: usize) {
        self.cuts.store(lists, Ordering::SeqCst);
    }
}

/// Carries one stream. Whatever follows a request that is broken off has no answer.
fn cut(mut near: UnixStream, engine: &Path, cuts: &AtomicUsize) -> io::Result<()> {
    let Some(first) = head(&mut near)? else { return Ok(()) };
    let mut far = UnixStream::connect(engine)?;
    let (mut answers, mut back) = (far.try_clone()?, near.try_clone()?);
    let is_list = String::from_utf8_lossy(&first).contains("/containers/json");
    let fewer = |left: usize| left.checked_sub(1);
    let broken = is_list && cuts.fetch_update(Ordering::SeqCst, Ordering::SeqCst, fewer).is_ok();
    // So that every list is seen.
    far.write_all(&alone(first))?;
    let upwards = thread::spawn(move || io::copy(&mut near, &mut far));
    if broken {
        io::copy(&mut (&mut answers).take(BEGINNING), &mut back)?;
    } else {
        io::copy(&mut answers, &mut back)?;
    }
    back.shutdown(Shutdown::Both)?;
    answers.shutdown(Shutdown::Both)?;
    drop(upwards.join());
    Ok(())
}

/// A request as the only one of its stream, so that whoever stands in between sees the next one too.
pub(super) fn alone(head: Vec<u8>) -> Vec<u8> {
    let text = String::from_utf8_lossy(&head);
    if text.to_ascii_lowercase().contains("\r\nupgrade:") {
        return head;
    }
    text.replacen("\r\n", "\r\nConnection: close\r\n", 1).into_bytes()
}

/// An engine of 2014, as far as anybody asks: none runs on a system of today.
pub struct OldEngine(Front);

impl OldEngine {
    /// Answers as one that speaks at most this version of the API.
    pub fn start(api_version: &'static str) -> Self {
        Self(Front::start(move |near| answer_as_old(near, api_version)))
    }

    /// Path of its socket.
    pub fn socket(&self) -> PathBuf {
        self.0.socket()
    }
}

fn answer_as_old(mut near: UnixStream, api_version: &str) -> io::Result<()> {
    while let Some(head) = head(&mut near)? {
        let head = String::from_utf8_lossy(&head);
        let path = head.split(' ').nth(1).unwrap_or_default();
        let (status, body) = if path.ends_with("/version") {
            ("200 OK", format!(r#"{{"Version":"1.12.6","ApiVersion":"{api_version}"}}"#))
        } else if path.contains("/containers/json") {
            ("200 OK", "[]".to_owned())
        } else {
            ("404 Not Found", r#"{"message":"page not found"}"#.to_owned())
        };
        let length = body.len();
        write!(
            near,
            "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
        )?;
    }
    Ok(())
}
