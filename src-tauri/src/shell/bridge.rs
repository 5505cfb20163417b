//! What the web view may reach: one command to call the table, one channel of pushes.

use crate::{
    api::{self, error::ApiError},
    app::Tomo,
    domain::fleet::Push,
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
