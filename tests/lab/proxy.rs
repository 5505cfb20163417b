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
    time::Duration,
};
use tempfile::TempDir;

const REFUSAL: &[u8] =
    b"HTTP/1.1 403 Forbidden\r\nContent-Length: 9\r\nConnection: close\r\n\r\nForbidden";

/// What is said at a time of what does not end, bytes.
const PIECE: usize = 64 << 10;
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
    let is_list = String::from_utf8_lossy(&first).contains("/containers/json");
    let fewer = |left: usize| left.checked_sub(1);
    let broken = is_list && cuts.fetch_update(Ordering::SeqCst, Ordering::SeqCst, fewer).is_ok();
    carry_alone(first, near, engine, broken)
}

/// Carries the request that begins with this head, and no other on its stream; half of the answer where
/// it is to be broken off.
fn carry_alone(
    first: Vec<u8>,
    mut near: UnixStream,
    engine: &Path,
    broken: bool,
) -> io::Result<()> {
    let mut far = UnixStream::connect(engine)?;
    let (mut answers, mut back) = (far.try_clone()?, near.try_clone()?);
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

/// A running proxy that refuses so many of the questions about single containers.
pub struct FailingProxy {
    front: Front,
    left: Arc<AtomicUsize>,
}

impl FailingProxy {
    /// Stands in front of this socket.
    pub fn start(engine: PathBuf, failures: usize) -> Self {
        let left = Arc::new(AtomicUsize::new(failures));
        let count = left.clone();
        Self { front: Front::start(move |near| fail(near, &engine, &count)), left }
    }

    /// Path of its socket.
    pub fn socket(&self) -> PathBuf {
        self.front.socket()
    }

    /// How many questions will still be refused.
    pub fn left(&self) -> usize {
        self.left.load(Ordering::SeqCst)
    }
}

fn fail(mut near: UnixStream, engine: &Path, left: &AtomicUsize) -> io::Result<()> {
    let Some(first) = head(&mut near)? else { return Ok(()) };
    let text = String::from_utf8_lossy(&first);
    let path = text.split(' ').nth(1).unwrap_or_default();
    let mut parts = path.rsplit('/');
    let is_one = parts.next() == Some("json") && parts.next().is_some_and(|id| id.len() == 64);
    let fewer = |left: usize| left.checked_sub(1);
    if is_one && left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, fewer).is_ok() {
        let body = r#"{"message":"not now"}"#;
        let length = body.len();
        return write!(
            near,
            "HTTP/1.1 500 Internal Server Error\r\nContent-Type: application/json\r\n\
             Connection: close\r\nContent-Length: {length}\r\n\r\n{body}"
        );
    }
    carry_alone(first, near, engine, false)
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

/// What calls itself an engine, answers as one without containers, and does not stop talking when it is
/// asked for one thing.
pub struct EndlessEngine {
    front: Front,
    said: Arc<AtomicUsize>,
}

impl EndlessEngine {
    /// Answers without end wherever the path of a request holds this.
    pub fn start(part: &'static str) -> Self {
        Self::speaking(part, PIECE, Duration::ZERO)
    }

    /// The same in so large pieces, each after such a pause, as every other answer is too.
    pub fn speaking(part: &'static str, piece: usize, pause: Duration) -> Self {
        let said = Arc::new(AtomicUsize::new(0));
        let count = said.clone();
        let front =
            Front::start(move |near| answer_without_end(near, part, (piece, pause), &count));
        Self { front, said }
    }

    /// Path of its socket.
    pub fn socket(&self) -> PathBuf {
        self.front.socket()
    }

    /// How much of what does not end somebody took, bytes.
    pub fn said(&self) -> usize {
        self.said.load(Ordering::SeqCst)
    }
}

fn answer_without_end(
    mut near: UnixStream,
    part: &str,
    (size, pause): (usize, Duration),
    said: &AtomicUsize,
) -> io::Result<()> {
    while let Some(head) = head(&mut near)? {
        let head = String::from_utf8_lossy(&head);
        let path = head.split(' ').nth(1).unwrap_or_default();
        if path.contains(part) {
            // Of what was done nobody reads more than the status; of what was not, the reason.
            let is_question = head.starts_with("GET ");
            let status = if is_question { "200 OK" } else { "500 Internal Server Error" };
            write!(
                near,
                "HTTP/1.1 {status}\r\nContent-Type: application/json\r\n\
                 Transfer-Encoding: chunked\r\n\r\n"
            )?;
            let piece = "x".repeat(size);
            loop {
                thread::sleep(pause);
                write!(near, "{size:x}\r\n{piece}\r\n")?;
                said.fetch_add(size, Ordering::SeqCst);
            }
        }
        thread::sleep(pause);
        let (status, body) = match path.rsplit('/').next().unwrap_or_default() {
            "version" => ("200 OK", r#"{"Version":"20.10.24","ApiVersion":"1.41"}"#),
            "info" => ("200 OK", "{}"),
            "start" => ("404 Not Found", r#"{"message":"No such container"}"#),
            _ => ("200 OK", "[]"),
        };
        let length = body.len();
        write!(
            near,
            "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
        )?;
    }
    Ok(())
}
