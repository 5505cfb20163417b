//! One terminal, from its opening to its end.

use super::{
    ENDING, Typed,
    screen::{Flow, Screen},
    wire::{self, Ended, Input, Output},
};
use crate::{app::Tomo, collect::hub::Change, docker::ExecControl, domain::user::Role};
use std::{pin::pin, sync::Arc, time::Duration};
use tokio::sync::{
    broadcast::{self, error::RecvError},
    mpsc,
};
use tokio_util::sync::CancellationToken;

/// Asks a program to stop writing, and to go on: Ctrl-S and Ctrl-Q, which the terminal's own line
/// discipline obeys.
const STOP: u8 = 0x13;
const START: u8 = 0x11;
/// How often it is looked whether the session is still there.
const SESSION_EVERY: Duration = Duration::from_secs(2);
/// How long the end of a terminal waits for a window that tells it.
const TELLING: Duration = Duration::from_secs(60);

/// See the module.
pub(super) struct Run {
    pub(super) tomo: Tomo,
    pub(super) id: String,
    /// The session that it belongs to.
    pub(super) session: String,
    pub(super) screen: Arc<Screen>,
    pub(super) ended: CancellationToken,
    /// Whether leaving what it writes unread holds up nobody else.
    pub(super) may_wait: bool,
}

impl Run {
    /// Runs until the program ends, or has to.
    pub(super) async fn run(self, ends: (Output, Input), typing: mpsc::Receiver<Typed>) {
        let (output, input) = ends;
        let control = match &input {
            Input::Exec(_, control) => Some(control.as_ref().clone()),
            Input::Shell(_) => None,
        };
        let changes = self.tomo.inner.hub.changes();
        let cancel = self.tomo.inner.cancel.clone();
        let end = {
            let mut carried = pin!(self.carry(output, input, typing));
            tokio::select! {
                end = &mut carried => end,
                () = self.ended.cancelled() => self.stopped(control, None).await,
                () = cancel.cancelled() => self.stopped(control, None).await,
                () = session_gone(&self.tomo, &self.session, changes) => {
                    let end = self.stopped(control, Some("The session has ended or was locked."));
                    let end = end.await;
                    self.screen.discard();
                    end
                }
            }
        };
        let told = self.screen.told.notified();
        self.screen.finish(end.exit_code, end.reason);
        let stop = async {
            tokio::select! {
                () = self.ended.cancelled() => {}
                () = cancel.cancelled() => {}
            }
        };
        // A page that opened it and does not show it yet learns how it ended.
        tokio::select! {
            () = told => {}
            () = stop => {}
            () = tokio::time::sleep(TELLING) => {}
        }
        self.tomo.inner.terminals.open().remove(&self.id);
    }

    /// Ends the program.
    async fn stopped(&self, control: Option<ExecControl>, reason: Option<&str>) -> Ended {
        if tokio::time::timeout(ENDING, wire::end(control)).await.is_err() {
            tracing::warn!("a program in a container did not end in time");
        }
        Ended { exit_code: None, reason: reason.map(str::to_owned) }
    }

    /// Carries bytes both ways. Neither way waits for the other: a program that reads nothing must
    /// not keep what it writes from being read.
    async fn carry(
        &self,
        mut output: Output,
        mut input: Input,
        mut typing: mpsc::Receiver<Typed>,
    ) -> Ended {
        let control = match &input {
            Input::Exec(_, control) => Some(control.as_ref().clone()),
            Input::Shell(_) => None,
        };
        let mut writing = pin!(async {
            let mut is_stopped = false;
            loop {
                // Listens before it looks, so that nothing is missed in between.
                let shown = self.screen.shown.notified();
                let flow = if self.may_wait { Flow::On } else { self.screen.flow() };
                let stop = flow == Flow::Paused;
                if stop != is_stopped {
                    is_stopped = stop;
                    input.write(vec![if stop { STOP } else { START }]).await;
                }
                tokio::select! {
                    typed = typing.recv() => match typed {
                        Some(Typed::Bytes(bytes)) => {
                            if !input.write(bytes).await {
                                break;
                            }
                        }
                        Some(Typed::Size(size)) => input.resize(size).await,
                        None => break,
                    },
                    () = shown => {}
                }
            }
            std::future::pending::<()>().await;
        });
        let reading = async {
            loop {
                if self.may_wait {
                    self.screen.room().await;
                }
                match output.next().await {
                    Ok(bytes) => match self.screen.push(&bytes) {
                        Flow::On => {}
                        // Whoever writes is to notice.
                        Flow::Paused => self.screen.shown.notify_waiters(),
                        Flow::Overrun => break None,
                    },
                    Err(end) => break Some(end),
                }
            }
        };
        let end = tokio::select! {
            end = reading => end,
            () = &mut writing => None,
        };
        match end {
            Some(end) => end,
            None => {
                let reason = "The program wrote faster than the window could show, and did not \
                              pause when it was asked to.";
                self.stopped(control, Some(reason)).await
            }
        }
    }
}

/// Waits until the session is gone, locked, or may not do this any more.
pub(super) async fn session_gone(
    tomo: &Tomo,
    session: &str,
    mut changes: broadcast::Receiver<Change>,
) {
    loop {
        let current = tomo.session().await;
        let may = current
            .is_ok_and(|current| current.id == session && current.user.role != Role::Readonly);
        if !may {
            return;
        }
        let change = async {
            loop {
                match changes.recv().await {
                    Ok(Change::Session) => return,
                    Err(RecvError::Closed) => std::future::pending().await,
                    _ => {}
                }
            }
        };
        let _ = tokio::time::timeout(SESSION_EVERY, change).await;
    }
}
