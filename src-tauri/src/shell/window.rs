//! The one window: opened when wanted, destroyed when closed.

use super::bridge::Bridge;
use crate::domain::id::ServerId;
use tauri::{AppHandle, Manager, Theme, WebviewUrl, WebviewWindowBuilder, webview::Color};

/// Label of the window.
pub(super) const MAIN: &str = "main";

/// Brings the window forward, on the page of a server if one is named.
pub(super) fn show(app: &AppHandle, server: Option<ServerId>) {
    if let Some(window) = app.get_webview_window(MAIN) {
        let shown =
            window.unminimize().and_then(|()| window.show()).and_then(|()| window.set_focus());
        if let Err(error) = shown {
            tracing::warn!(%error, "the window could not be brought forward");
        }
        if let Some(server) = server {
            // An id is hexadecimal digits and dashes.
            if let Err(error) = window.eval(format!("location.hash = '#/server/{server}'")) {
                tracing::warn!(%error, "the window could not be led to a server");
            }
        }
        return;
    }
    let path = server.map_or_else(|| "index.html".into(), |id| format!("index.html#/server/{id}"));
    let theme = wanted_theme(app);
    let built = WebviewWindowBuilder::new(app, MAIN, WebviewUrl::App(path.into()))
        .title("Tomo")
        .inner_size(1280.0, 800.0)
        .min_inner_size(1024.0, 700.0)
        .theme(theme)
        .background_color(match theme {
            Some(Theme::Dark) => Color(0x17, 0x1a, 0x1c, 0xff),
            _ => Color(0xff, 0xff, 0xff, 0xff),
        })
        .build();
    if let Err(error) = built {
        tracing::error!(%error, "the window could not be opened");
    }
}

/// The theme that somebody chose; the system's when nobody did.
fn wanted_theme(app: &AppHandle) -> Option<Theme> {
    let bridge = app.try_state::<Bridge>()?;
    match tauri::async_runtime::block_on(bridge.tomo.word("ui.theme")).as_str() {
        "dark" => Some(Theme::Dark),
        "light" => Some(Theme::Light),
        _ => None,
    }
}
