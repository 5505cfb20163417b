//! Being told to end: SIGTERM and Ctrl-C quit like 'Quit' in the tray does.

use super::bridge::Bridge;
use tauri::{AppHandle, Manager};

/// Quits when the system or the terminal says so.
pub(super) fn quit_on_signal(app: &AppHandle) {
    let app = app.clone();
    let tomo = app.state::<Bridge>().tomo.clone();
    tomo.own(async move {
        if told_to_end().await.is_ok() {
            app.exit(0);
        }
    });
}

#[cfg(unix)]
async fn told_to_end() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hangup = signal(SignalKind::hangup())?;
    tokio::select! {
        _ = terminate.recv() => Ok(()),
        _ = hangup.recv() => Ok(()),
        interrupted = tokio::signal::ctrl_c() => interrupted,
    }
}

#[cfg(not(unix))]
async fn told_to_end() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}
