//! A long-lived `sh` on a server: one line in, one block out.

use super::{
    Limits,
    channel::{Event, Running},
    connection::Connection,
    error::{RemoteError, quoted},
    exec::{Marked, mark},
};

/// How much of the standard error is kept for the message of an error.
const TAIL: usize = 4096;

/// The shell. It ends when this is dropped.
pub struct ScriptChannel {
    running: Running,
    /// What came behind the last answer, or is part of the next.
    buffer: Vec<u8>,
    /// The end of the standard error.
    complaints: Vec<u8>,
    status: Option<u32>,
    /// Set while a question waits for its answer, and for ever after one that got none.
    waiting: bool,
}

impl ScriptChannel {
    /// Starts the shell and waits until it has read the script.
    ///
    /// The script goes in as one compound command: a shell parses that to its end before it runs
    /// any of it. Otherwise a shell that reads its input in blocks, as dash does, would swallow
    /// questions together with the last lines of the script.
    pub(super) async fn open(
        connection: &Connection,
        script: &str,
        limits: Limits,
    ) -> Result<Self, RemoteError> {
        let opening = async {
            // `exec` leaves no login shell waiting behind, and means the same in all of them.
            let running = Running::start(connection, "exec sh").await?;
            let mut shell = Self {
                running,
                buffer: Vec::new(),
                complaints: Vec::new(),
                status: None,
                waiting: false,
            };
            let mark = mark();
            let text = format!("{{ echo {mark}\n{script}\n}}\n");
            // A shell that ends at once closes its input; what it says is the better error.
            let written = shell.running.write(text.into_bytes()).await;
            let mut start = Marked::new(&mark);
            while !start.begun {
                match shell.next().await {
                    Ok(Some(bytes)) => {
                        start.push(&bytes, limits.bytes);
                    }
                    Ok(None) => {
                        written?;
                        let said = quoted(&shell.complaints).or_else(|| quoted(&start.bytes));
                        return Err(RemoteError::NoShell { said });
                    }
                    Err(error) => return Err(error),
                }
            }
            shell.buffer = start.bytes;
            Ok(shell)
        };
        tokio::time::timeout(limits.time, opening)
            .await
            .map_err(|_| RemoteError::Timeout(limits.time))?
    }

    /// Sends one line and returns what comes back before the line `end_marker`.
    ///
    /// After an error the channel is of no more use, because the rest of an old answer could pass
    /// for the next: open another one.
    ///
    /// # Errors
    /// When no whole block came within `limits.time` (the shell is then killed), when the block is
    /// longer than `limits.bytes`, when the shell or the connection ended, and when an earlier
    /// question got no answer.
    pub async fn ask(
        &mut self,
        line: &str,
        end_marker: &str,
        limits: Limits,
    ) -> Result<Vec<u8>, RemoteError> {
        if line.contains(['\n', '\0']) {
            return Err(RemoteError::Unsendable);
        }
        self.exchange(Some(line), end_marker, limits).await
    }

    /// Returns what the script says by itself, before the line `end_marker`: a script that needs
    /// time to get ready says so before the first question.
    ///
    /// # Errors
    /// As [`ScriptChannel::ask`].
    pub async fn listen(
        &mut self,
        end_marker: &str,
        limits: Limits,
    ) -> Result<Vec<u8>, RemoteError> {
        self.exchange(None, end_marker, limits).await
    }

    async fn exchange(
        &mut self,
        line: Option<&str>,
        end_marker: &str,
        limits: Limits,
    ) -> Result<Vec<u8>, RemoteError> {
        if std::mem::replace(&mut self.waiting, true) {
            return Err(RemoteError::OutOfStep);
        }
        let answer = self.answer(line, end_marker, limits.bytes);
        let answer = match tokio::time::timeout(limits.time, answer).await {
            Ok(answer) => answer,
            Err(_) => Err(RemoteError::Timeout(limits.time)),
        };
        match answer {
            Ok(_) => self.waiting = false,
            Err(_) => self.running.kill(),
        }
        answer
    }

    /// The end of what it wrote to its standard error so far.
    #[must_use]
    pub fn complaints(&self) -> String {
        String::from_utf8_lossy(&self.complaints).into_owned()
    }

    async fn answer(
        &mut self,
        line: Option<&str>,
        end_marker: &str,
        limit: usize,
    ) -> Result<Vec<u8>, RemoteError> {
        let mut written = Ok(());
        if let Some(line) = line {
            // What came unasked belongs to no question.
            self.buffer.clear();
            written = self.running.write(format!("{line}\n").into_bytes()).await;
        }
        let marker = format!("{end_marker}\n").into_bytes();
        let mut seen = 0;
        loop {
            if let Some(end) = end_of_block(&self.buffer, &marker, &mut seen) {
                let rest = self.buffer.split_off(end + marker.len());
                let mut block = std::mem::replace(&mut self.buffer, rest);
                block.truncate(end);
                if block.len() > limit {
                    return Err(RemoteError::TooLarge(limit));
                }
                return Ok(block);
            }
            if self.buffer.len() > limit.saturating_add(marker.len()) {
                return Err(RemoteError::TooLarge(limit));
            }
            match self.next().await? {
                Some(bytes) => self.buffer.extend_from_slice(&bytes),
                None => {
                    written?;
                    return Err(RemoteError::Ended {
                        status: self.status,
                        said: quoted(&self.complaints),
                    });
                }
            }
        }
    }

    /// The next piece of standard output; nothing when the shell has ended.
    async fn next(&mut self) -> Result<Option<Vec<u8>>, RemoteError> {
        while let Some(event) = self.running.next().await? {
            match event {
                Event::Out(bytes) => return Ok(Some(bytes)),
                Event::Err(bytes) => {
                    self.complaints.extend_from_slice(&bytes);
                    let surplus = self.complaints.len().saturating_sub(TAIL);
                    self.complaints.drain(..surplus);
                }
                Event::Status(status) => self.status = Some(status),
                Event::Signal(_) => {}
            }
        }
        Ok(None)
    }
}

impl std::fmt::Debug for ScriptChannel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ScriptChannel").field("waiting", &self.waiting).finish_non_exhaustive()
    }
}

/// Where the line `marker` (with its line break) begins. `seen` bytes were searched before.
fn end_of_block(buffer: &[u8], marker: &[u8], seen: &mut usize) -> Option<usize> {
    let mut from = *seen;
    while let Some(length) = buffer[from..].iter().position(|byte| *byte == b'\n') {
        let next = from + length + 1;
        if buffer[from..next] == *marker {
            return Some(from);
        }
        from = next;
    }
    *seen = from;
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Holds because the marker counts only as a whole line, however the network cuts it.
    #[test]
    fn a_block_ends_at_a_line_that_is_the_marker() {
        let text = b"END of nothing\n END\nENDEND\nEND\nnext";
        for first in 0..text.len() {
            let mut seen = 0;
            let found = end_of_block(&text[..first], b"END\n", &mut seen)
                .or_else(|| end_of_block(text, b"END\n", &mut seen));
            assert_eq!(found, Some(27), "cut at {first}");
        }
        assert_eq!(end_of_block(b"END\n", b"END\n", &mut 0), Some(0));
    }
}
