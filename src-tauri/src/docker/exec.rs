//! Programs that are run in containers, with a terminal or without one.

mod pipe;

pub use pipe::{ExecPipe, PipeOutput};

use super::{
    ask::{USUAL, checked},
    client::Engine,
    error::{EngineError, one_line},
};
use bollard::{
    models::{ContainerInspectResponse, ExecConfig, ExecInspectResponse},
    query_parameters::ResizeExecOptionsBuilder,
};
use hyper::{Method, upgrade::Upgraded};
use hyper_util::rt::TokioIo;
use std::{pin::pin, time::Duration};
use tokio::io::{AsyncReadExt, AsyncWriteExt, ReadHalf, WriteHalf};
use tokio_util::task::AbortOnDropHandle;
use uuid::Uuid;

/// Shells in the order in which a person wants them.
const SHELLS: [&str; 3] = ["bash", "ash", "sh"];
/// How long a program gets to start.
const STARTING: Duration = Duration::from_secs(20);
/// How often it is asked whether it has.
const ASK_EVERY: Duration = Duration::from_millis(40);
/// How much a program may say before it is known to have started, bytes.
const MOST_FIRST: usize = 8 << 20;
/// How often a program that runs is told its size in vain before it is left without one.
const SIZING: u32 = 25;
/// What a program could not be run ends with, and one that is not there.
const NOT_RUN: [i64; 2] = [126, 127];
/// Marks what a terminal has started, for its end.
const MARK: &str = "TOMO_TERMINAL";
/// Ends everything that bears the mark `$1`. An engine has no way to end a program that it runs in a
/// container, and one whose terminal is gone goes on.
const END: &str = "for p in /proc/[0-9]*; do \
    if grep -q \"TOMO_TERMINAL=$1\" \"$p/environ\" 2>/dev/null; then \
    kill -HUP \"${p#/proc/}\" 2>/dev/null; fi; done";

/// A program in a container, and its terminal.
pub struct ExecTerminal {
    /// What it writes.
    pub output: ExecOutput,
    /// What it reads.
    pub input: ExecInput,
    /// Its size, and its end.
    pub control: ExecControl,
}

/// What a program writes.
pub struct ExecOutput {
    first: Option<Vec<u8>>,
    read: ReadHalf<TokioIo<Upgraded>>,
    _stream: AbortOnDropHandle<()>,
}

/// What a program reads.
pub struct ExecInput {
    write: WriteHalf<TokioIo<Upgraded>>,
}

/// A running program; its clones are the same.
#[derive(Clone)]
pub struct ExecControl {
    engine: Engine,
    container: String,
    exec: String,
    mark: String,
    user: Option<String>,
}

/// A program that was asked for.
type Begun = (ExecOutput, ExecInput, ExecControl);

impl Engine {
    /// Runs a program in a container with a terminal of this size, columns and rows: the one given,
    /// or the first shell that is there. Nothing of it goes through a shell.
    ///
    /// # Errors
    /// When the container does not run, or the program is not in it.
    pub async fn open_terminal(
        &self,
        container: &str,
        command: &[String],
        user: Option<&str>,
        size: (u16, u16),
    ) -> Result<ExecTerminal, EngineError> {
        let id = checked(container)?;
        let found = self.inspected(id).await?;
        refuse_unless_running(&found)?;
        if !command.is_empty() {
            return self.start(id, command, user, size).await?.map_err(|said| {
                let program = one_line(&command[0]);
                not_run(&said, format!("this container cannot run {program}: {said}"))
            });
        }
        let mut last = String::new();
        for shell in SHELLS {
            match self.start(id, &[shell.to_owned()], user, size).await? {
                Ok(terminal) => return Ok(terminal),
                Err(said) if is_not_there(&said) => last = said,
                Err(said) => return Err(not_run(&said, said.clone())),
            }
        }
        tracing::debug!(last, "no shell in a container");
        Err(EngineError::NoProgram(
            "this container has no shell: neither bash nor ash nor sh is in it".into(),
        ))
    }

    /// Starts a program with a terminal, or gives what was said when it cannot be run.
    async fn start(
        &self,
        container: &str,
        command: &[String],
        user: Option<&str>,
        size: (u16, u16),
    ) -> Result<Result<ExecTerminal, String>, EngineError> {
        let (mut output, input, control) = match self.begin(container, command, user, true).await? {
            Ok(begun) => begun,
            Err(said) => return Ok(Err(said)),
        };
        let begun = tokio::time::timeout(STARTING, control.begun(&mut output, size));
        match begun.await.map_err(|_| EngineError::Timeout)?? {
            None => Ok(Ok(ExecTerminal { output, input, control })),
            Some(said) => Ok(Err(said)),
        }
    }

    /// Asks for a program, with a terminal or without one, or gives what was said when it cannot be
    /// run. Whether it runs shows only later.
    async fn begin(
        &self,
        container: &str,
        command: &[String],
        user: Option<&str>,
        tty: bool,
    ) -> Result<Result<Begun, String>, EngineError> {
        let mark = Uuid::new_v4().simple().to_string();
        let mut env = vec![format!("{MARK}={mark}")];
        if tty {
            env.push("TERM=xterm-256color".into());
        }
        let config = ExecConfig {
            attach_stdin: Some(true),
            attach_stdout: Some(true),
            attach_stderr: Some(true),
            tty: Some(tty),
            cmd: Some(command.to_vec()),
            user: user.map(str::to_owned),
            env: Some(env),
            ..ExecConfig::default()
        };
        let exec = match self.docker.create_exec(container, config).await.map_err(Into::into) {
            Ok(created) => created.id,
            Err(EngineError::Refused { status: 500, message }) if is_not_there(&message) => {
                return Ok(Err(message));
            }
            Err(error) => return Err(error),
        };
        let control = ExecControl {
            engine: self.clone(),
            container: container.to_owned(),
            exec: exec.clone(),
            mark,
            user: user.map(str::to_owned),
        };
        let path = format!("/exec/{}/start", checked(&exec)?);
        let body = format!(r#"{{"Detach":false,"Tty":{tty}}}"#);
        let answer = match self.raw(Method::POST, &path, Some(body), true).await {
            Ok(answer) => answer,
            Err(EngineError::Refused { message, .. } | EngineError::NotFound(message))
                if is_not_there(&message) =>
            {
                return Ok(Err(message));
            }
            Err(error) => return Err(error),
        };
        let (response, stream) = answer.into_parts();
        let upgraded = hyper::upgrade::on(response)
            .await
            .map_err(|error| EngineError::NotUnderstood(one_line(&error.to_string())))?;
        let (read, write) = tokio::io::split(TokioIo::new(upgraded));
        let output = ExecOutput { first: None, read, _stream: stream };
        Ok(Ok((output, ExecInput { write }, control)))
    }
}

impl ExecControl {
    /// Waits until the program runs, or gives what was said when it cannot be run. What it says
    /// meanwhile is kept.
    async fn begun(
        &self,
        output: &mut ExecOutput,
        size: (u16, u16),
    ) -> Result<Option<String>, EngineError> {
        let mut first = Vec::new();
        let mut ended = false;
        for tries in 0.. {
            let mut asking = pin!(async {
                // The terminal is made with the program, and refuses a size until then.
                let sized = self.resize(size).await.is_ok();
                Ok::<_, EngineError>((sized, self.inspected().await?))
            });
            // What it writes meanwhile is read: over SSH it would hold up the answer.
            let (sized, found) = loop {
                tokio::select! {
                    answer = &mut asking => break answer?,
                    ended_now = output.gather(&mut first), if !ended => ended = ended_now,
                }
                if first.len() >= MOST_FIRST {
                    // What writes so much has begun.
                    output.first = Some(first);
                    return Ok(None);
                }
            };
            if found.running != Some(true)
                && let Some(code) = found.exit_code
            {
                let said = String::from_utf8_lossy(&first);
                // One that never had a process was not started: what was said, the engine said.
                let is_not_run = is_not_there(&said) || ended && found.pid == Some(0);
                if NOT_RUN.contains(&code) && is_not_run && !said.is_empty() {
                    return Ok(Some(one_line(&said)));
                }
                if ended {
                    break;
                }
            } else if found.pid.is_some_and(|pid| pid > 0) && (sized || tries > SIZING) {
                break;
            }
            let pause = tokio::time::sleep(ASK_EVERY);
            tokio::select! {
                () = pause => {}
                ended_now = output.gather(&mut first), if !ended => ended = ended_now,
            }
        }
        output.first = Some(first).filter(|first| !first.is_empty());
        Ok(None)
    }

    /// What the engine says of the program.
    async fn inspected(&self) -> Result<ExecInspectResponse, EngineError> {
        self.engine.ask(&format!("/exec/{}/json", checked(&self.exec)?), &[], USUAL).await
    }

    /// Tells the program its size, columns and rows.
    ///
    /// # Errors
    /// When it has ended.
    pub async fn resize(&self, (columns, rows): (u16, u16)) -> Result<(), EngineError> {
        let size = ResizeExecOptionsBuilder::default().w(columns.into()).h(rows.into()).build();
        Ok(self.engine.docker.resize_exec(&self.exec, size).await?)
    }

    /// What the program ended with; nothing while it runs.
    ///
    /// # Errors
    /// When the engine cannot be asked.
    pub async fn exit_code(&self) -> Result<Option<i64>, EngineError> {
        let found = self.inspected().await?;
        Ok(found.exit_code.filter(|_| found.running != Some(true)))
    }

    /// Ends the program and what it started, as far as the container has what that needs: a shell.
    ///
    /// # Errors
    /// When the engine cannot be asked.
    pub async fn end(&self) -> Result<(), EngineError> {
        if self.exit_code().await?.is_some() {
            return Ok(());
        }
        let words = ["sh", "-c", END, "sh", &self.mark];
        let config = ExecConfig {
            cmd: Some(words.map(str::to_owned).to_vec()),
            user: self.user.clone(),
            ..ExecConfig::default()
        };
        let exec = self.engine.docker.create_exec(&self.container, config).await?.id;
        let path = format!("/exec/{}/start", checked(&exec)?);
        let body = r#"{"Detach":true,"Tty":false}"#.to_owned();
        self.engine.raw(Method::POST, &path, Some(body), false).await?;
        Ok(())
    }
}

impl ExecOutput {
    /// What it writes next; nothing when it has ended, or the way to it was cut.
    pub async fn next(&mut self) -> Option<Vec<u8>> {
        match self.first.take() {
            Some(first) => Some(first),
            None => self.read_some().await,
        }
    }

    /// Adds what it writes next, and says whether it has ended.
    async fn gather(&mut self, to: &mut Vec<u8>) -> bool {
        match self.read_some().await {
            Some(bytes) => {
                to.extend(bytes);
                false
            }
            None => true,
        }
    }

    async fn read_some(&mut self) -> Option<Vec<u8>> {
        let mut bytes = Vec::with_capacity(32 << 10);
        match self.read.read_buf(&mut bytes).await {
            Ok(0) | Err(_) => None,
            Ok(_) => Some(bytes),
        }
    }
}

impl ExecInput {
    /// Types into it.
    ///
    /// # Errors
    /// When it has ended.
    pub async fn write(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.write.write_all(bytes).await?;
        self.write.flush().await
    }

    /// Says that no more comes, as the end of a file does.
    ///
    /// # Errors
    /// When it has ended.
    pub async fn end(&mut self) -> std::io::Result<()> {
        self.write.shutdown().await
    }
}

fn refuse_unless_running(found: &ContainerInspectResponse) -> Result<(), EngineError> {
    let refused =
        |message: &str| Err(EngineError::Refused { status: 409, message: message.to_owned() });
    match &found.state {
        Some(state) if state.paused == Some(true) => refused("this container is paused"),
        Some(state) if state.running == Some(true) => Ok(()),
        _ => refused("this container is not running"),
    }
}

/// A program that was not started, for what the engine said.
fn not_run(said: &str, words: String) -> EngineError {
    if is_not_there(said) {
        EngineError::NoProgram(words)
    } else {
        EngineError::Refused { status: 400, message: words }
    }
}

/// Whether an engine says that a program is not there.
fn is_missing(said: &str) -> bool {
    let said = said.to_lowercase();
    ["executable file not found", "no such file"].iter().any(|words| said.contains(words))
}

/// Whether an engine says that a program is not there, or is none.
fn is_not_there(said: &str) -> bool {
    let said = said.to_lowercase();
    ["executable file not found", "no such file", "exec format error", "permission denied"]
        .iter()
        .any(|words| said.contains(words))
}
