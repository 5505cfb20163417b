//! Links that leave the window, for the browser of the system.

use super::bridge::Bridge;
use crate::api::error::{ApiError, Code};
use tauri::State;

/// Opens a published port of a container in the browser; nothing else can be opened.
#[tauri::command]
pub(super) async fn open_link(bridge: State<'_, Bridge>, url: String) -> Result<(), ApiError> {
    bridge.tomo.session().await?;
    let url = bridge.tomo.published_link(&url)?;
    // It waits a moment for the program to fail.
    let opened = tokio::task::spawn_blocking(move || open::that_detached(url.as_str())).await;
    match opened {
        Ok(Ok(())) => Ok(()),
        failed => {
            tracing::warn!(?failed, "no browser opened");
            let message = "No browser could be opened.";
            Err(ApiError::new(Code::Failed, message, "Copy the address instead."))
        }
    }
}
