//! Runs one command and tells its output from everything that a login shell says around it.

use super::{
    Limits,
    channel::{Event, Running},
    connection::Connection,
    error::{RemoteError, quoted},
    quote,
};
use std::pin::pin;
use tokio::io::AsyncWriteExt;
use uuid::Uuid;

/// How much of what comes before the output is kept, to say what went wrong instead.
const NOISE: usize = 4096;

/// What a command said, and how it ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Output {
    /// Its exit status; absent when a signal ended it.
    pub status: Option<u32>,
    /// The signal that ended it, without `SIG`.
    pub signal: Option<String>,
    /// Its standard output.
    pub stdout: Vec<u8>,
    /// Its standard error.
    pub stderr: Vec<u8>,
    /// Whether one of the two was longer than the limit and lost its end.
    pub truncated: bool,
}

impl Output {
    /// Whether the command says that it did what it should.
    #[must_use]
    pub fn succeeded(&self) -> bool {
        self.status == Some(0)
    }
}

/// The login shell sees one plain command; `sh` then announces itself and becomes the real one.
/// What comes before the announcement is the login shell's own.
pub(super) async fn exec(
    connection: &Connection,
    argv: &[&str],
    input: &[u8],
    limits: Limits,
) -> Result<Output, RemoteError> {
    let mark = mark();
    let start = format!("echo {mark}; echo {mark} >&2; exec \"$@\"");
    let command = quote::words(&[&["exec", "sh", "-c", &start, "sh"], argv].concat())?;
    let run = run(connection, &command, input, &mark, limits.bytes);
    tokio::time::timeout(limits.time, run).await.map_err(|_| RemoteError::Timeout(limits.time))?
}

async fn run(
    connection: &Connection,
    command: &str,
    input: &[u8],
    mark: &str,
    limit: usize,
) -> Result<Output, RemoteError> {
    let mut running = Running::start(connection, command).await?;
    // Beside the reading: a command may speak before it has read everything.
    let mut writer = running.writer();
    let feeding = async move {
        if let Some(writer) = &mut writer {
            // A command that ends early reads no more, and that is its own affair.
            let _ = writer.write_all(input).await;
            let _ = writer.shutdown().await;
        }
    };
    let mut feeding = pin!(feeding);
    let mut fed = false;
    let (mut stdout, mut stderr) = (Marked::new(mark), Marked::new(mark));
    let (mut status, mut signal) = (None, None);
    let mut truncated = false;
    loop {
        let event = tokio::select! {
            () = &mut feeding, if !fed => {
                fed = true;
                continue;
            }
            event = running.next() => event?,
        };
        let Some(event) = event else { break };
        match event {
            Event::Out(bytes) => truncated |= stdout.push(&bytes, limit),
            Event::Err(bytes) => truncated |= stderr.push(&bytes, limit),
            Event::Status(code) => status = Some(code),
            Event::Signal(name) => signal = Some(name),
        }
    }
    if !stdout.begun {
        return Err(RemoteError::NoShell {
            said: quoted(&stderr.bytes).or_else(|| quoted(&stdout.bytes)),
        });
    }
    Ok(Output { status, signal, stdout: stdout.bytes, stderr: stderr.bytes, truncated })
}

/// A line that no shell prints by chance.
pub(super) fn mark() -> String {
    format!("tomo-{}", Uuid::new_v4().simple())
}

/// A stream that begins behind a mark: before it `bytes` holds the end of the noise, after it what
/// followed.
pub(super) struct Marked {
    line: Vec<u8>,
    pub(super) begun: bool,
    pub(super) bytes: Vec<u8>,
}

impl Marked {
    pub(super) fn new(mark: &str) -> Self {
        Self { line: format!("{mark}\n").into_bytes(), begun: false, bytes: Vec::new() }
    }

    /// Takes what came, and says whether some of it did not fit.
    pub(super) fn push(&mut self, new: &[u8], limit: usize) -> bool {
        if self.begun {
            let room = limit.saturating_sub(self.bytes.len());
            self.bytes.extend(new.iter().take(room));
            return new.len() > room;
        }
        self.bytes.extend_from_slice(new);
        let Some(at) = find(&self.bytes, &self.line) else {
            let surplus = self.bytes.len().saturating_sub(NOISE);
            self.bytes.drain(..surplus);
            return false;
        };
        self.begun = true;
        self.bytes.drain(..at + self.line.len());
        let fits = self.bytes.len() <= limit;
        self.bytes.truncate(limit);
        !fits
    }
}

/// Where `needle` first stands in `bytes`.
pub(super) fn find(bytes: &[u8], needle: &[u8]) -> Option<usize> {
    bytes.windows(needle.len()).position(|window| window == needle)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Holds because the network cuts the stream anywhere, also within the mark, and a login
        /// shell may print any amount of noise, also without a line break at its end.
        #[test]
        fn the_output_begins_behind_the_mark(
            noise in prop::collection::vec(any::<u8>(), 0..9000),
            output in prop::collection::vec(any::<u8>(), 0..300),
            piece in 1..700_usize,
            limit in 0..400_usize,
        ) {
            let mark = mark();
            let stream = [&noise, mark.as_bytes(), b"\n", &output[..]].concat();
            let mut marked = Marked::new(&mark);
            let mut truncated = false;
            for piece in stream.chunks(piece) {
                truncated |= marked.push(piece, limit);
            }
            prop_assert!(marked.begun);
            prop_assert_eq!(&marked.bytes[..], &output[..output.len().min(limit)]);
            prop_assert_eq!(truncated, output.len() > limit);
        }
    }
}
