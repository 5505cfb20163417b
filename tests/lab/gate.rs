//! Sockets in front of an engine's with a gate for one kind of request: changes that are held up or whose
//! answers are lost, and follows of logs that end before everything was taken.
#![cfg(target_os = "linux")]

use super::proxy::{Front, alone, head};
use std::{
    io::{self, Read, Write},
    net::Shutdown,
    os::unix::net::UnixStream,
    path::{Path, PathBuf},
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

/// How long something is waited for that has to come.
const PATIENCE: Duration = Duration::from_secs(60);

/// What becomes of a change on its way to the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passage {
    /// It passes.
    Free,
    /// It waits until it may pass.
    Held,
    /// The engine makes it, and the answer is lost.
    Unanswered,
}

/// How the gate stands, and how many changes have come to it.
struct State {
    passage: Passage,
    came: usize,
}

type Gate = Arc<(Mutex<State>, Condvar)>;

/// A running proxy that lets through questions, and changes as it is told.
pub struct ChangesGate {
    front: Front,
    gate: Gate,
}

impl ChangesGate {
    /// Stands in front of this socket, open.
    pub fn start(engine: PathBuf) -> Self {
        let state = State { passage: Passage::Free, came: 0 };
        let gate: Gate = Arc::new((Mutex::new(state), Condvar::new()));
        let its = gate.clone();
        Self { front: Front::start(move |near| pass(near, &engine, &its)), gate }
    }

    /// Path of its socket.
    pub fn socket(&self) -> PathBuf {
        self.front.socket()
    }

    /// Lets changes pass like this from now on, also those that wait; counts anew.
    pub fn set(&self, passage: Passage) {
        *self.gate.0.lock().expect("the gate") = State { passage, came: 0 };
        self.gate.1.notify_all();
    }

    /// Waits until so many changes have come since it was set.
    pub fn until_came(&self, changes: usize) {
        let state = self.gate.0.lock().expect("the gate");
        let few = |state: &mut State| state.came < changes;
        let (state, _) = self.gate.1.wait_timeout_while(state, PATIENCE, few).expect("the gate");
        assert!(state.came >= changes, "{} of {changes} changes came", state.came);
    }
}

/// Waits until a change may pass, and tells how; one that nobody lets pass does not.
fn passage(gate: &Gate) -> io::Result<Passage> {
    let mut state = gate.0.lock().expect("the gate");
    state.came += 1;
    gate.1.notify_all();
    let held = |state: &mut State| state.passage == Passage::Held;
    let (state, _) = gate.1.wait_timeout_while(state, PATIENCE, held).expect("the gate");
    match state.passage {
        Passage::Held => Err(io::ErrorKind::TimedOut.into()),
        passage => Ok(passage),
    }
}

/// Carries one stream of one request.
fn pass(mut near: UnixStream, engine: &Path, gate: &Gate) -> io::Result<()> {
    let Some(first) = head(&mut near)? else { return Ok(()) };
    let line = String::from_utf8_lossy(&first).lines().next().unwrap_or_default().to_owned();
    // Whether changes come through at all is asked of a container that is not there.
    let is_probe = line.contains("/containers/tomo-");
    let changes = !is_probe && (line.starts_with("POST ") || line.starts_with("DELETE "));
    let passage = if changes { passage(gate)? } else { Passage::Free };
    let mut far = UnixStream::connect(engine)?;
    let (mut answers, mut back) = (far.try_clone()?, near.try_clone()?);
    far.write_all(&alone(first))?;
    let upwards = thread::spawn(move || io::copy(&mut near, &mut far));
    let carried = match passage {
        Passage::Unanswered => io::copy(&mut answers, &mut io::sink()),
        Passage::Free | Passage::Held => io::copy(&mut answers, &mut back),
    };
    // What nobody waits for any more has its end all the same.
    if carried.is_err() {
        io::copy(&mut answers, &mut io::sink())?;
    }
    let _ = back.shutdown(Shutdown::Both);
    let _ = answers.shutdown(Shutdown::Both);
    drop(upwards.join());
    Ok(())
}

/// A running proxy that ends each follow of a log with its container, as Docker does, and hands on only
/// the first frames of it, as Docker does on a machine that is busy. It is still taking lines down when
/// the log is read for the first time after that, and hands on twice as many.
pub struct HastyFollows(Front);

impl HastyFollows {
    /// Stands in front of this socket, and hands on so many frames of a follow.
    pub fn start(engine: PathBuf, frames: usize) -> Self {
        let is_behind = AtomicBool::new(true);
        Self(Front::start(move |near| hurry(near, &engine, frames, &is_behind)))
    }

    /// Path of its socket.
    pub fn socket(&self) -> PathBuf {
        self.0.socket()
    }
}

fn hurry(
    mut near: UnixStream,
    engine: &Path,
    frames: usize,
    is_behind: &AtomicBool,
) -> io::Result<()> {
    let Some(first) = head(&mut near)? else { return Ok(()) };
    let line = String::from_utf8_lossy(&first).lines().next().unwrap_or_default().to_owned();
    let is_log = line.contains("/logs?");
    let is_follow = is_log && line.contains("follow=true");
    let frames = if is_follow { frames } else { frames * 2 };
    let mut far = UnixStream::connect(engine)?;
    let (mut answers, mut back) = (far.try_clone()?, near.try_clone()?);
    far.write_all(&alone(first))?;
    let upwards = thread::spawn(move || io::copy(&mut near, &mut far));
    if is_follow || (is_log && is_behind.swap(false, Ordering::SeqCst)) {
        back.write_all(&head(&mut answers)?.unwrap_or_default())?;
        let mut body = Vec::new();
        answers.read_to_end(&mut body)?;
        let kept = beginning(&unchunked(&body), frames);
        if !kept.is_empty() {
            write!(back, "{:x}\r\n", kept.len())?;
            back.write_all(&kept)?;
            back.write_all(b"\r\n")?;
        }
        back.write_all(b"0\r\n\r\n")?;
    } else {
        io::copy(&mut answers, &mut back)?;
    }
    let _ = back.shutdown(Shutdown::Both);
    let _ = answers.shutdown(Shutdown::Both);
    drop(upwards.join());
    Ok(())
}

/// A body that came in chunks, whole.
fn unchunked(mut body: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    while let Some(end) = body.windows(2).position(|two| two == b"\r\n") {
        let length = std::str::from_utf8(&body[..end]).expect("a length").trim();
        let length = usize::from_str_radix(length, 16).expect("a length");
        whole.extend(&body[end + 2..end + 2 + length]);
        body = &body[end + 2 + length + 2..];
        if length == 0 {
            break;
        }
    }
    whole
}

/// So many frames of a log at most: each has a head of eight bytes, the last four its length.
fn beginning(log: &[u8], frames: usize) -> Vec<u8> {
    let mut end = 0;
    for _ in 0..frames {
        let Some(head) = log.get(end..end + 8) else { break };
        let length = head[4..].iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte));
        end += 8 + length;
    }
    log[..end].to_vec()
}
