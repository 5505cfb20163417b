//! Links that leave the window, for the browser of the system.

use super::bridge::Bridge;
use crate::api::{
    self,
    error::{ApiError, Code},
};
use serde_json::{Value, json};
use tauri::State;

/// Opens a published port of a container in the browser; nothing else can be opened.
#[tauri::command]
pub(super) async fn open_link(bridge: State<'_, Bridge>, url: String) -> Result<(), ApiError> {
    bridge.tomo.session().await?;
    let url = bridge.tomo.published_link(&url)?;
    browse(url.to_string()).await
}

/// Opens the page of an app in the browser, through a tunnel where it takes one; gives its address.
#[tauri::command]
pub(super) async fn open_app(bridge: State<'_, Bridge>, id: Value) -> Result<Value, ApiError> {
    // The page says which app, and never which address.
    let address = api::call(&bridge.tomo, "app.open", json!({ "id": id })).await?;
    browse(address["url"].as_str().unwrap_or_default().to_owned()).await?;
    Ok(address)
}

async fn browse(url: String) -> Result<(), ApiError> {
    // It waits a moment for the program to fail.
    let opened = tokio::task::spawn_blocking(move || open::that_detached(url)).await;
    match opened {
        Ok(Ok(())) => Ok(()),
        failed => {
            tracing::warn!(?failed, "no browser opened");
            let message = "No browser could be opened.";
            Err(ApiError::new(Code::Failed, message, "Copy the address instead."))
        }
    }
}
