//! The window and the tray: the only place that names tauri. It translates; it decides nothing
//! about servers.

#[cfg(target_os = "linux")]
pub mod autostart;
mod bridge;
mod dialog;
mod links;
mod login;
mod signals;
mod tray;
mod tray_text;
mod window;

use crate::app::{AtLogin, Opening, Options, TRAY, Tomo, error::AppError};
use bridge::Bridge;
use std::{process::ExitCode, time::Duration};
use tauri::{Manager, RunEvent, WindowEvent};
use tauri_plugin_dialog::{DialogExt, MessageDialogKind};

/// How long quitting may take before it is forced.
const QUIT_WITHIN: Duration = Duration::from_secs(5);

/// Runs until Tomo is quit.
#[must_use]
pub fn run(options: Options, opening: Opening) -> ExitCode {
    let at_login = AtLogin::on(&options.data_dir);
    let app = login::plugin(tauri::Builder::default(), &at_login)
        .plugin(tauri_plugin_single_instance::init(|app, arguments, _| {
            // A second start at login has nothing to add to the first.
            if !arguments.iter().any(|argument| argument == TRAY) {
                window::show(app, None);
            }
        }))
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_window_state::Builder::default().build())
        .invoke_handler(tauri::generate_handler![
            bridge::call,
            links::open_link,
            links::open_app,
            bridge::subscribe,
            bridge::terminal,
            bridge::terminal_shown,
            bridge::unsubscribe
        ])
        .setup(move |app| {
            let handle = app.handle().clone();
            let options = Options {
                choose_file: Some(Box::new(dialog::Dialog { app: handle.clone() })),
                login_entry: login::entry(&handle, at_login),
                ..options
            };
            match tauri::async_runtime::block_on(open(options)) {
                Ok(tomo) => {
                    app.manage(Bridge::new(tomo.clone()));
                    signals::quit_on_signal(&handle);
                    tray::build(&handle, &tomo)?;
                    if opening == Opening::Window {
                        window::show(&handle, None);
                    }
                }
                Err(error) => refuse(&handle, error),
            }
            Ok(())
        })
        .build(tauri::generate_context!());
    let app = match app {
        Ok(app) => app,
        Err(error) => {
            tracing::error!(%error, "the window system could not be started");
            return ExitCode::FAILURE;
        }
    };
    app.run(|app, event| match event {
        RunEvent::ExitRequested { code: None, api, .. } => {
            let Some(bridge) = app.try_state::<Bridge>() else { return };
            if bridge.tomo.stays_in_tray() {
                api.prevent_exit();
            }
        }
        RunEvent::WindowEvent { label, event: WindowEvent::Destroyed, .. }
            if label == window::MAIN =>
        {
            if let Some(bridge) = app.try_state::<Bridge>() {
                bridge.end_subscription();
            }
        }
        RunEvent::Exit => {
            if let Some(bridge) = app.try_state::<Bridge>() {
                let tomo = bridge.tomo.clone();
                let quit = async { tokio::time::timeout(QUIT_WITHIN, tomo.shutdown()).await };
                if tauri::async_runtime::block_on(quit).is_err() {
                    tracing::error!("quitting took too long; what was left was dropped");
                }
            }
        }
        #[cfg(target_os = "macos")]
        RunEvent::Reopen { .. } => window::show(app, None),
        _ => {}
    });
    ExitCode::SUCCESS
}

async fn open(options: Options) -> Result<Tomo, AppError> {
    let tomo = Tomo::open(options).await?;
    tomo.start_collecting().await?;
    Ok(tomo)
}

/// Tomo cannot start: says why in a window of the system, then ends.
fn refuse(app: &tauri::AppHandle, error: AppError) {
    tracing::error!(%error, "Tomo could not be opened");
    let answer = crate::api::error::ApiError::from(error);
    let text = format!("{}\n\n{}", answer.message, answer.hint);
    let exit = app.clone();
    app.dialog()
        .message(text.trim())
        .title("Tomo cannot start")
        .kind(MessageDialogKind::Error)
        .show(move |_| exit.exit(1));
}
