//! A program in a container without a terminal, for a front door whose input and outputs are pipes.
//! It ends with the session that started it, and waits for whoever reads what it writes: a front door
//! that has nothing else to do on the connection.

use super::{ENDING, command_of, run::session_gone, wire};
use crate::{
    app::{Tomo, activity::Entry, containers::shown, error::AppError},
    docker::{ExecControl, ExecInput, ExecPipe, PipeOutput},
    domain::{
        activity::ActivityKind, container::ContainerRef, container_log::LogStream,
        session::Session, user::Role,
    },
};
use serde_json::json;
use tokio_util::sync::{CancellationToken, DropGuard};

/// A program that runs.
pub struct Program {
    /// What it writes.
    pub output: ProgramOutput,
    /// What it reads.
    pub input: ProgramInput,
}

/// What comes from a program.
#[derive(Debug, PartialEq, Eq)]
pub enum ProgramEvent {
    /// It wrote something.
    Wrote(LogStream, Vec<u8>),
    /// It ended.
    Ended {
        /// With what; absent when a lost connection or Tomo ended it.
        exit_code: Option<i64>,
        /// Why, when it did not end by itself.
        reason: Option<String>,
    },
}

/// What a program writes, and its end.
pub struct ProgramOutput {
    output: PipeOutput,
    control: ExecControl,
    /// Told when the session is gone.
    gone: CancellationToken,
    _over: DropGuard,
}

/// What a program reads.
pub struct ProgramInput(ExecInput);

impl Tomo {
    /// Runs a program in a container without a terminal.
    ///
    /// # Errors
    /// When the role does not allow it, the container does not run, or the program is not in it.
    pub async fn run_program(
        &self,
        session: &Session,
        which: &ContainerRef,
        command: &[String],
        user: Option<&str>,
    ) -> Result<Program, AppError> {
        if session.user.role == Role::Readonly {
            let message = "Your role may not run programs in containers.";
            return Err(AppError::Forbidden(message.into()));
        }
        let user = command_of(command, user)?;
        if command.is_empty() {
            return Err(AppError::Invalid("The command names no program.".into()));
        }
        let container = self.container(which)?;
        let pipe = self.engine_of(which)?.open_pipe(&container.id, command, user).await?;
        let server = self.inner.hub.server(which.server_id);
        let server = server.map_or_else(|| "a server".to_owned(), |server| server.name);
        // What follows the program's name may hold a password.
        let details =
            json!({ "container": container.name, "program": command.first(), "user": user });
        let program = shown(command.first().map_or("", String::as_str));
        let sentence = format!("Program run: {program} in {} on {server}", container.name);
        let entry = Entry::by(session.user.id, ActivityKind::TerminalOpen, sentence);
        self.record(entry.to(which.server_id).with(details)).await;
        let ExecPipe { output, input, control } = pipe;
        let (gone, over) = (CancellationToken::new(), CancellationToken::new());
        let (tomo, id) = (self.clone(), session.id.clone());
        let (tell, until) = (gone.clone(), over.clone());
        self.own(async move {
            let changes = tomo.changes();
            if until.run_until_cancelled(session_gone(&tomo, &id, changes)).await.is_some() {
                tell.cancel();
            }
        });
        let output = ProgramOutput { output, control, gone, _over: over.drop_guard() };
        Ok(Program { output, input: ProgramInput(input) })
    }
}

impl ProgramOutput {
    /// What comes next; after the end, the end again.
    pub async fn next(&mut self) -> ProgramEvent {
        let wrote = tokio::select! {
            wrote = self.output.next() => wrote,
            () = self.gone.cancelled() => {
                self.end().await;
                let reason = Some("The session has ended or was locked.".to_owned());
                return ProgramEvent::Ended { exit_code: None, reason };
            }
        };
        match wrote {
            Some((stream, bytes)) => ProgramEvent::Wrote(stream, bytes),
            None => {
                let wire::Ended { exit_code, reason } = wire::last_words(&self.control).await;
                ProgramEvent::Ended { exit_code, reason }
            }
        }
    }

    /// Ends the program. What it still writes is nobody's, and read: left unread it would hold up what
    /// ends it.
    pub async fn end(&mut self) {
        let control = self.control.clone();
        let draining = async {
            while self.output.next().await.is_some() {}
            std::future::pending::<()>().await;
        };
        let ending = async {
            tokio::select! {
                () = wire::end(Some(control)) => {}
                () = draining => {}
            }
        };
        if tokio::time::timeout(ENDING, ending).await.is_err() {
            tracing::warn!("a program in a container did not end in time");
        }
    }
}

impl ProgramInput {
    /// Hands it bytes; whether it takes any more.
    pub async fn write(&mut self, bytes: &[u8]) -> bool {
        self.0.write(bytes).await.is_ok()
    }

    /// Says that no more comes.
    pub async fn end(&mut self) {
        if let Err(error) = self.0.end().await {
            tracing::debug!(%error, "a program's input could not be ended");
        }
    }
}
