//! What can go wrong on the command line, how it is told, and with which exit code.

use super::output::clean;
use crate::api::error::{ApiError, Code};
use std::{
    io::{self, IsTerminal, Write},
    process::ExitCode,
};

/// How a command ends. The help lists these for scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// It failed.
    Failed = 1,
    /// What was typed cannot be taken.
    Usage = 2,
    /// There is no account yet, or nobody is signed in.
    NotSignedIn = 3,
    /// The vault is locked.
    VaultLocked = 4,
    /// The server cannot be reached, or its test failed.
    Unreachable = 5,
    /// A host key stands in the way.
    HostKey = 6,
    /// A program to run is not in its container.
    NoProgram = 127,
    /// Ctrl-C or SIGTERM.
    Interrupted = 130,
}

/// What can go wrong on the command line.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// A command of the table failed.
    #[error(transparent)]
    Api(#[from] ApiError),
    /// Tomo stopped a command itself.
    #[error("{message}")]
    Stopped {
        /// How the process ends.
        exit: Exit,
        /// What happened.
        message: String,
        /// What to do.
        hint: String,
    },
    /// A file or the terminal.
    #[error("{doing} failed: {source}")]
    Io {
        /// What was being done.
        doing: String,
        /// Why it did not work.
        source: io::Error,
    },
    /// Whoever read the output has enough of it.
    #[error("the output was closed")]
    OutputClosed,
    /// A person or the system ended it.
    #[error("interrupted")]
    Interrupted,
    /// A program elsewhere ended with this code, and has said itself why.
    #[error("the program ended with {0}")]
    Program(u8),
}

impl CliError {
    /// Stops with an exit code of its own.
    pub fn stopped(exit: Exit, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Stopped { exit, message: message.into(), hint: hint.into() }
    }

    /// What was typed cannot be taken.
    pub fn usage(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::stopped(Exit::Usage, message, hint)
    }

    /// A file or the terminal did not do what it should.
    pub fn io(doing: impl Into<String>, source: io::Error) -> Self {
        Self::Io { doing: doing.into(), source }
    }

    fn exit(&self) -> u8 {
        let exit = match self {
            Self::Api(error) => match error.code {
                Code::NotSetUp | Code::NotSignedIn | Code::SessionLocked => Exit::NotSignedIn,
                Code::VaultLocked => Exit::VaultLocked,
                Code::HostKey => Exit::HostKey,
                _ => Exit::Failed,
            },
            Self::Stopped { exit, .. } => *exit,
            Self::Io { .. } | Self::OutputClosed => Exit::Failed,
            Self::Interrupted => Exit::Interrupted,
            Self::Program(code) => return *code,
        };
        exit as u8
    }

    /// What to do about it, in words that fit a terminal.
    fn hint(&self) -> &str {
        match self {
            Self::Api(error) => match error.code {
                Code::NotSetUp => "Run `tomo setup`.",
                Code::NotSignedIn | Code::SessionLocked => "Run `tomo login`.",
                Code::VaultLocked => UNLOCK,
                _ => &error.hint,
            },
            Self::Stopped { hint, .. } => hint,
            Self::Io { .. } | Self::OutputClosed | Self::Interrupted | Self::Program(_) => "",
        }
    }

    /// Tells it on standard error, and gives the exit code.
    pub fn report(&self) -> ExitCode {
        match self {
            // A closed pipe (`tomo … | head -1`) is the reader's choice, not a failure.
            Self::OutputClosed => return ExitCode::SUCCESS,
            Self::Interrupted if io::stderr().is_terminal() => {
                // The shell's own line begins below the prompt that was left.
                let _ = io::stderr().write_all(b"\n");
            }
            Self::Interrupted | Self::Program(_) => {}
            _ => {
                let mut text = format!("error: {}\n", clean(&self.to_string()));
                let hint = self.hint();
                if !hint.is_empty() {
                    text.push_str(&format!("hint: {}\n", clean(hint)));
                }
                // With standard error gone there is nobody left to tell.
                let _ = io::stderr().write_all(text.as_bytes());
            }
        }
        ExitCode::from(self.exit())
    }
}

/// How a terminal, or a script, opens the vault.
pub const UNLOCK: &str = "Run it in a terminal to be asked for the passphrase, or name a file that \
                          holds it in TOMO_PASSPHRASE_FILE.";
