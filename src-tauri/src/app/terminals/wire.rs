//! Both kinds of terminals as one: a program in a container and the shell of a server.

use crate::{
    app::error::{AppError, sentence},
    docker::{EngineError, ExecControl, ExecInput, ExecOutput, ExecTerminal},
    ssh::{RemoteError, ShellEvent, ShellInput, ShellOutput},
};
use std::time::Duration;

/// How long the engine gets to say what a program ended with.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// What a program writes.
pub(super) enum Output {
    Exec(ExecOutput, Box<ExecControl>),
    Shell { output: ShellOutput, status: Option<u32> },
}

/// What a program reads, its size and its end.
pub(super) enum Input {
    Exec(ExecInput, Box<ExecControl>),
    Shell(ShellInput),
}

/// How a program ended.
pub(super) struct Ended {
    pub(super) exit_code: Option<i64>,
    pub(super) reason: Option<String>,
}

pub(super) fn of_exec(terminal: ExecTerminal) -> (Output, Input) {
    let ExecTerminal { output, input, control } = terminal;
    let control = Box::new(control);
    (Output::Exec(output, control.clone()), Input::Exec(input, control))
}

pub(super) fn of_shell((output, input): (ShellOutput, ShellInput)) -> (Output, Input) {
    (Output::Shell { output, status: None }, Input::Shell(input))
}

impl Output {
    /// What it writes next, or how it ended.
    pub(super) async fn next(&mut self) -> Result<Vec<u8>, Ended> {
        match self {
            Self::Exec(output, control) => match output.next().await {
                Some(bytes) => Ok(bytes),
                None => Err(last_words(control).await),
            },
            Self::Shell { output, status } => loop {
                match output.next().await {
                    Ok(Some(ShellEvent::Data(bytes))) => return Ok(bytes),
                    Ok(Some(ShellEvent::Status(code))) => *status = Some(code),
                    Ok(Some(ShellEvent::Signal)) => {}
                    Ok(None) => {
                        return Err(Ended { exit_code: status.map(i64::from), reason: None });
                    }
                    Err(error) => {
                        let reason = Some(sentence(&error.failure().message));
                        return Err(Ended { exit_code: None, reason });
                    }
                }
            },
        }
    }
}

/// What a program in a container ended with.
pub(super) async fn last_words(control: &ExecControl) -> Ended {
    let ended = |why: &str| Ended { exit_code: None, reason: Some(why.to_owned()) };
    let asking = async {
        loop {
            match control.exit_code().await {
                Ok(Some(code)) => return Ended { exit_code: Some(code), reason: None },
                Ok(None) => tokio::time::sleep(Duration::from_millis(50)).await,
                Err(EngineError::NotFound(_)) => {
                    return ended("The container is not there any more.");
                }
                Err(error) => {
                    return Ended { exit_code: None, reason: Some(sentence(&error.to_string())) };
                }
            }
        }
    };
    let cut = ended("The way to the container was cut.");
    tokio::time::timeout(LAST_WORDS, asking).await.unwrap_or(cut)
}

impl Input {
    /// Types into it; whether it takes anything still.
    pub(super) async fn write(&mut self, bytes: Vec<u8>) -> bool {
        match self {
            Self::Exec(input, _) => input.write(&bytes).await.is_ok(),
            Self::Shell(input) => input.write(bytes).await.is_ok(),
        }
    }

    /// Tells it its size.
    pub(super) async fn resize(&mut self, size: (u16, u16)) {
        let refused = match self {
            Self::Exec(_, control) => {
                control.resize(size).await.err().map(|error| error.to_string())
            }
            Self::Shell(input) => input.resize(size).await.err().map(|error| error.to_string()),
        };
        if let Some(error) = refused {
            tracing::debug!(error, "a terminal was not resized");
        }
    }
}

/// Ends a program that still runs; one on a server ends with its channel.
pub(super) async fn end(control: Option<ExecControl>) {
    if let Some(control) = control
        && let Err(error) = control.end().await
    {
        tracing::warn!(%error, "a program in a container could not be ended");
    }
}

/// A terminal of a server that could not be opened.
pub(super) fn refused(error: &RemoteError) -> AppError {
    AppError::Failure(error.failure())
}
