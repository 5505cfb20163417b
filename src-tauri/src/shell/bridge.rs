//! What the web view may reach: one command to call the table, one channel of pushes.

use crate::{
    api::{
        self,
        access::Effect,
        error::{ApiError, Code},
    },
    app::Tomo,
    domain::{fleet::Push, terminal::TerminalOutput},
};
use futures::StreamExt;
use serde_json::Value;
use std::{
    pin::pin,
    sync::{Mutex, PoisonError},
};
use tauri::{State, ipc::Channel};
use tokio_util::sync::CancellationToken;

/// Tomo as the web view's commands see it.
pub(super) struct Bridge {
    pub(super) tomo: Tomo,
    /// Ends the pushes to the window that subscribed last.
    subscription: Mutex<CancellationToken>,
}

impl Bridge {
    pub(super) fn new(tomo: Tomo) -> Self {
        Self { tomo, subscription: Mutex::default() }
    }

    /// Ends the pushes, and begins anew with the token that is returned.
    fn renew(&self) -> CancellationToken {
        let mut current = self.subscription.lock().unwrap_or_else(PoisonError::into_inner);
        current.cancel();
        *current = CancellationToken::new();
        current.clone()
    }

    /// The window is gone: nobody looks any more.
    pub(super) fn end_subscription(&self) {
        self.renew();
        self.tomo.watch_server(None);
        self.tomo.close_logs();
        self.tomo.close_terminals();
    }
}

/// Calls a command of the table.
#[tauri::command]
pub(super) async fn call(
    bridge: State<'_, Bridge>,
    name: String,
    arguments: Value,
) -> Result<Value, ApiError> {
    api::call(&bridge.tomo, &name, arguments).await
}

/// Begins the pushes to a window, ending those to the one before. Pushes carry figures only to
/// somebody who is signed in.
#[tauri::command]
pub(super) fn subscribe(bridge: State<'_, Bridge>, channel: Channel<Push>) {
    let ended = bridge.renew();
    let tomo = bridge.tomo.clone();
    bridge.tomo.own(async move {
        let mut pushes = pin!(tomo.pushes());
        while let Some(Some(push)) = ended.run_until_cancelled(pushes.next()).await {
            let public = matches!(push, Push::SessionChanged);
            if !public && tomo.session().await.is_err() {
                continue;
            }
            if channel.send(push).is_err() {
                return;
            }
        }
    });
}

/// Ends the pushes.
#[tauri::command]
pub(super) fn unsubscribe(bridge: State<'_, Bridge>) {
    bridge.end_subscription();
}

/// Hands over what a terminal writes, to a window of somebody who may operate servers. It comes no
/// faster than [`terminal_shown`] says that it is shown, and ends with the terminal, which ends with
/// the session.
#[tauri::command]
pub(super) async fn terminal(
    bridge: State<'_, Bridge>,
    channel: Channel<TerminalOutput>,
    terminal_id: String,
) -> Result<(), ApiError> {
    let tomo = bridge.tomo.clone();
    may_operate(&tomo).await?;
    let mut feed = tomo.show_terminal(&terminal_id).await?;
    bridge.tomo.own(async move {
        while let Some(output) = feed.next().await {
            let is_last = matches!(output, TerminalOutput::Ended { .. });
            if channel.send(output).is_err() || is_last {
                return;
            }
        }
    });
    Ok(())
}

/// Says how many bytes of a terminal the window has shown.
#[tauri::command]
pub(super) async fn terminal_shown(
    bridge: State<'_, Bridge>,
    terminal_id: String,
    bytes: usize,
) -> Result<(), ApiError> {
    may_operate(&bridge.tomo).await?;
    Ok(bridge.tomo.terminal_shown(&terminal_id, bytes).await?)
}

async fn may_operate(tomo: &Tomo) -> Result<(), ApiError> {
    let session = tomo.session().await?;
    if Effect::Operate.allowed_to(session.user.role) {
        return Ok(());
    }
    let message = "Your role may not use terminals.";
    Err(ApiError::new(Code::Forbidden, message, "An admin can change the role."))
}
