//! A program that runs elsewhere, and what this process has for it: a terminal, which is handed over
//! raw and given back however that ends, or pipes.

use super::{
    Cli,
    error::{CliError, Exit},
    output,
    second_screen::SecondScreen,
    terminal::{Resizes, told_to_end},
};
use crate::{
    api::error::{ApiError, Code},
    app::{Program, ProgramEvent, TerminalFeed},
    domain::{
        container::ContainerRef,
        container_log::LogStream,
        terminal::{Terminal, TerminalOutput, TerminalSize, TerminalTarget},
    },
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::json;
use std::{future::Future, io, time::Duration};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// Bytes that are read at once.
const PIECE: usize = 32 << 10;
/// How long a terminal elsewhere gets to end.
const ENDING: Duration = Duration::from_secs(4);
/// The most columns and rows.
const MOST_SIDE: u16 = 1_000;
/// Takes back what a program that was cut off may have set besides the second screen: a hidden cursor,
/// keys and a mouse that talk, marks around what is pasted, colours.
const AS_BEFORE: &[u8] = b"\x1b[?25h\x1b[?1l\x1b>\x1b[?1000l\x1b[?1002l\x1b[?1003l\
\x1b[?1006l\x1b[?2004l\x1b[0m";

/// What a program ends with that was killed, and so could take back nothing itself.
const KILLED: i64 = 137;

/// How a program ended.
struct Ended {
    exit_code: Option<i64>,
    reason: Option<String>,
}

impl Ended {
    /// What this process ends with.
    fn result(self) -> Result<(), CliError> {
        match self.exit_code {
            Some(0) => Ok(()),
            Some(code) => Err(CliError::Program(u8::try_from(code).unwrap_or(u8::MAX))),
            None => {
                let reason = self.reason.unwrap_or_else(|| "A signal ended the program.".into());
                Err(CliError::stopped(Exit::Failed, reason, ""))
            }
        }
    }
}

/// Does something unless the process is told to end.
///
/// # Errors
/// `Interrupted` then.
pub async fn until_told<T>(work: impl Future<Output = Result<T, CliError>>) -> Result<T, CliError> {
    tokio::select! {
        result = work => result,
        () = told_to_end() => Err(CliError::Interrupted),
    }
}

/// This terminal in raw mode, for as long as it lives: also a panic gives it back.
struct Raw(());

impl Raw {
    fn enter() -> Result<Self, CliError> {
        crossterm::terminal::enable_raw_mode()
            .map_err(|error| CliError::io("taking over the terminal", error))?;
        Ok(Self(()))
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        // A terminal that is gone needs nothing back.
        let _ = crossterm::terminal::disable_raw_mode();
    }
}

fn size() -> TerminalSize {
    // A terminal that does not say has the size that terminals had.
    let (columns, rows) = crossterm::terminal::size().unwrap_or((80, 24));
    TerminalSize { columns: columns.clamp(1, MOST_SIDE), rows: rows.clamp(1, MOST_SIDE) }
}

/// Runs a program at this terminal until it ends.
///
/// # Errors
/// When it cannot be opened; afterwards, what it ended with.
pub async fn terminal(cli: &Cli, target: TerminalTarget) -> Result<(), CliError> {
    let arguments = json!({ "target": target, "size": size() });
    let opened: Terminal = until_told(cli.call("terminal.open", arguments)).await?;
    let id = opened.terminal_id;
    let mut feed = cli.tomo.show_terminal(&id).await.map_err(ApiError::from)?;
    let raw = Raw::enter()?;
    let mut out = tokio::io::stdout();
    let mut second = SecondScreen::default();
    let shown = tokio::select! {
        ended = show(cli, &id, &mut feed, &mut out, &mut second) => ended,
        error = keys(cli, &id) => Err(error),
        error = sizes(cli, &id) => Err(error),
        () = told_to_end() => Err(CliError::Interrupted),
    };
    if shown.is_err() {
        let () = cli.call("terminal.close", json!({ "terminal_id": id })).await?;
        // What it still writes is nobody's; its end is waited for, so that it does not go on there.
        let ending = async {
            while let Some(TerminalOutput::Data { bytes }) = feed.next().await {
                let _ = cli.tomo.terminal_shown(&id, bytes.len()).await;
            }
        };
        let _ = tokio::time::timeout(ENDING, ending).await;
    }
    let exit_code = shown.as_ref().ok().and_then(|ended| ended.exit_code);
    if exit_code.is_none_or(|code| code == KILLED) {
        let _ = out.write_all(&second.left()).await;
        let _ = out.write_all(AS_BEFORE).await;
        if !matches!(shown, Err(CliError::Interrupted)) {
            // What is said next stands below what the program wrote last.
            let _ = out.write_all(b"\r\n").await;
        }
    }
    let _ = out.flush().await;
    drop(raw);
    if exit_code == Some(KILLED) {
        output::note("The program was killed, as when its container is stopped.");
    }
    shown?.result()
}

/// Shows what a terminal writes until it ends.
async fn show(
    cli: &Cli,
    id: &str,
    feed: &mut TerminalFeed,
    out: &mut tokio::io::Stdout,
    second: &mut SecondScreen,
) -> Result<Ended, CliError> {
    loop {
        match feed.next().await {
            Some(TerminalOutput::Data { bytes }) => {
                let bytes = STANDARD.decode(bytes).map_err(|error| {
                    CliError::io("reading the terminal", io::Error::other(error))
                })?;
                second.see(&bytes);
                write(out, &bytes).await?;
                // Where the session is gone, the terminal's end says so.
                let _ = cli.tomo.terminal_shown(id, bytes.len()).await;
            }
            Some(TerminalOutput::Ended { exit_code, reason }) => {
                return Ok(Ended { exit_code, reason });
            }
            None => return Ok(Ended { exit_code: None, reason: None }),
        }
    }
}

/// Hands over what is typed, until that fails.
async fn keys(cli: &Cli, id: &str) -> CliError {
    let mut typed = tokio::io::stdin();
    let mut buffer = vec![0; PIECE];
    loop {
        let count = match typed.read(&mut buffer).await {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) => return CliError::io("reading keys", error),
        };
        let arguments = json!({ "terminal_id": id, "bytes": STANDARD.encode(&buffer[..count]) });
        match cli.call::<()>("terminal.write", arguments).await {
            Ok(()) => {}
            // It ends, or reads nothing: that is told by what it writes.
            Err(CliError::Api(error)) if matches!(error.code, Code::NotFound | Code::Invalid) => {}
            Err(error) => return error,
        }
    }
    // Nobody types any more; the program may go on.
    std::future::pending().await
}

/// Tells the size whenever it changes.
async fn sizes(cli: &Cli, id: &str) -> CliError {
    let mut resizes = match Resizes::listen() {
        Ok(resizes) => resizes,
        Err(error) => return CliError::io("listening for the terminal's size", error),
    };
    let mut told = size();
    loop {
        resizes.next().await;
        let now = size();
        if now == told {
            continue;
        }
        told = now;
        let arguments = json!({ "terminal_id": id, "size": now });
        match cli.call::<()>("terminal.resize", arguments).await {
            Err(CliError::Api(error)) if error.code == Code::NotFound => {}
            Err(error) => return error,
            Ok(()) => {}
        }
    }
}

/// Runs a program in a container with this process's pipes until it ends.
///
/// # Errors
/// When it cannot be run; afterwards, what it ended with.
pub async fn pipes(
    cli: &Cli,
    container: &ContainerRef,
    command: &[String],
    user: Option<&str>,
) -> Result<(), CliError> {
    let session = cli.tomo.session().await.map_err(ApiError::from)?;
    let running = async {
        let running = cli.tomo.run_program(&session, container, command, user).await;
        Ok(running.map_err(ApiError::from)?)
    };
    let Program { output: mut wrote, mut input } = until_told(running).await?;
    let feeding = async {
        let mut from = tokio::io::stdin();
        let mut buffer = vec![0; PIECE];
        loop {
            match from.read(&mut buffer).await {
                Ok(0) | Err(_) => break,
                Ok(count) if input.write(&buffer[..count]).await => {}
                Ok(_) => break,
            }
        }
        input.end().await;
        // A program may go on when its input has ended.
        std::future::pending::<()>().await;
    };
    let reading = async {
        let (mut out, mut err) = (tokio::io::stdout(), tokio::io::stderr());
        loop {
            match wrote.next().await {
                ProgramEvent::Wrote(LogStream::Stdout, bytes) => write(&mut out, &bytes).await?,
                // With standard error gone there is nobody left to tell.
                ProgramEvent::Wrote(LogStream::Stderr, bytes) => {
                    let _ = write(&mut err, &bytes).await;
                }
                ProgramEvent::Ended { exit_code, reason } => {
                    return Ok(Ended { exit_code, reason });
                }
            }
        }
    };
    let ended: Result<Ended, CliError> = tokio::select! {
        ended = reading => ended,
        () = feeding => Err(CliError::Interrupted),
        () = told_to_end() => Err(CliError::Interrupted),
    };
    if ended.is_err() {
        wrote.end().await;
    }
    ended?.result()
}

async fn write(to: &mut (impl AsyncWriteExt + Unpin), bytes: &[u8]) -> Result<(), CliError> {
    let written = async {
        to.write_all(bytes).await?;
        to.flush().await
    };
    written.await.map_err(|error: io::Error| match error.kind() {
        io::ErrorKind::BrokenPipe => CliError::OutputClosed,
        _ => CliError::io("writing the output", error),
    })
}
