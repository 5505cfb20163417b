//! A program in a container whose input and outputs are pipes: bytes go through as they are, its
//! standard error comes by itself, and its input can end.

use super::{
    super::{
        ask::checked,
        client::Engine,
        error::{EngineError, one_line},
        log_lines::Frames,
    },
    ASK_EVERY, ExecControl, ExecInput, ExecOutput, MOST_FIRST, NOT_RUN, STARTING, is_missing,
    is_not_there, refuse_unless_running,
};
use crate::domain::container_log::LogStream;
use std::{collections::VecDeque, pin::pin};

/// The longest complaint about a program that cannot be run, bytes.
const MOST_COMPLAINT: usize = 4 << 10;

/// What runs where no program is named.
const SHELL: &str = "sh";

/// How often a program is looked at before it is taken as begun.
const MOST_TRIES: u32 = 250;

/// A program in a container, and its pipes.
pub struct ExecPipe {
    /// What it writes.
    pub output: PipeOutput,
    /// What it reads.
    pub input: ExecInput,
    /// Its end.
    pub control: ExecControl,
}

/// What a program writes.
pub struct PipeOutput {
    output: ExecOutput,
    frames: Frames,
    ready: VecDeque<(LogStream, Vec<u8>)>,
}

impl Engine {
    /// Runs a program in a container without a terminal. Nothing of it goes through a shell.
    ///
    /// # Errors
    /// When the container does not run, or the program is not in it.
    pub async fn open_pipe(
        &self,
        container: &str,
        command: &[String],
        user: Option<&str>,
    ) -> Result<ExecPipe, EngineError> {
        let id = checked(container)?;
        let found = self.inspected(id).await?;
        refuse_unless_running(&found)?;
        let cannot = |said: &str| {
            let program = one_line(command.first().map_or("nothing", String::as_str));
            if program == SHELL && is_missing(said) {
                return EngineError::NoProgram(
                    "this container has no shell: sh is not in it".into(),
                );
            }
            EngineError::NoProgram(format!("this container cannot run {program}: {said}"))
        };
        let begun = self.begin(id, command, user, false).await?;
        let (output, input, control) = begun.map_err(|said| cannot(&said))?;
        let mut output =
            PipeOutput { output, frames: Frames::default(), ready: VecDeque::default() };
        let begun = tokio::time::timeout(STARTING, control.pipe_begun(&mut output));
        match begun.await.map_err(|_| EngineError::Timeout)?? {
            None => Ok(ExecPipe { output, input, control }),
            Some(said) => Err(cannot(&said)),
        }
    }
}

impl ExecControl {
    /// Waits until the program runs or has ended, or gives what was said when it cannot be run. What
    /// it writes meanwhile is kept.
    async fn pipe_begun(&self, output: &mut PipeOutput) -> Result<Option<String>, EngineError> {
        let mut has_ended = false;
        for _ in 0..MOST_TRIES {
            let mut asking = pin!(self.inspected());
            // What it writes meanwhile is read: over SSH it would hold up the answer.
            let found = loop {
                tokio::select! {
                    answer = &mut asking => break answer?,
                    more = output.gather(), if !has_ended => has_ended = !more,
                }
                if output.waiting() >= MOST_FIRST {
                    // What writes so much has begun.
                    return Ok(None);
                }
            };
            let said = output.complaint();
            match found.exit_code.filter(|_| found.running != Some(true)) {
                Some(code) if !NOT_RUN.contains(&code) => return Ok(None),
                Some(_) if is_not_there(&said) => return Ok(Some(one_line(&said))),
                // Why it was not run may come after that it was not.
                Some(_) if has_ended => return Ok(None),
                None if !has_ended && found.pid.is_some_and(|pid| pid > 0) => return Ok(None),
                _ => {}
            }
            tokio::select! {
                () = tokio::time::sleep(ASK_EVERY) => {}
                more = output.gather(), if !has_ended => has_ended = !more,
            }
        }
        // It ended its outputs and goes on, or says nothing of why it failed.
        Ok(None)
    }
}

impl PipeOutput {
    /// What it writes next, and to which of its outputs; nothing when it has ended, or the way to it
    /// was cut.
    pub async fn next(&mut self) -> Option<(LogStream, Vec<u8>)> {
        while self.ready.is_empty() {
            if !self.gather().await {
                return None;
            }
        }
        self.ready.pop_front()
    }

    /// Reads some of what it writes; whether there may be more.
    async fn gather(&mut self) -> bool {
        let Some(bytes) = self.output.next().await else { return false };
        let mut rest = bytes.as_slice();
        while !rest.is_empty() {
            let Some((kind, _, payload)) = self.frames.next(&mut rest) else { break };
            let stream = if kind == 2 { LogStream::Stderr } else { LogStream::Stdout };
            if !payload.is_empty() {
                self.ready.push_back((stream, payload.to_vec()));
            }
        }
        true
    }

    /// How much waits to be handed on, bytes.
    fn waiting(&self) -> usize {
        self.ready.iter().map(|(_, bytes)| bytes.len()).sum()
    }

    /// What was written so far, as far as it may be a complaint.
    fn complaint(&self) -> String {
        let bytes: Vec<u8> =
            self.ready.iter().flat_map(|(_, bytes)| bytes).copied().take(MOST_COMPLAINT).collect();
        String::from_utf8_lossy(&bytes).into_owned()
    }
}
