//! The tray: an icon by the worst state, a line for each server, and what can be done without a
//! window.

use super::{
    bridge::Bridge,
    tray_text::{self, Icon, TrayText},
    window,
};
use crate::{api, app::Tomo, domain::id::ServerId};
use chrono::{Days, Local, NaiveTime, TimeDelta, Utc};
use serde_json::json;
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tauri::{
    AppHandle, Manager, Wry,
    image::Image,
    include_image,
    menu::{IsMenuItem, Menu, MenuItem, PredefinedMenuItem, Submenu},
    tray::{MouseButton, TrayIcon, TrayIconBuilder, TrayIconEvent},
};

/// The tray is written at most this often.
const WRITE_EVERY: Duration = Duration::from_secs(2);

const OPEN: &str = "open";
const QUIT: &str = "quit";
const RESUME: &str = "resume";
const PAUSE_HOUR: &str = "pause-hour";
const PAUSE_TOMORROW: &str = "pause-tomorrow";
const PAUSE: &str = "pause";
const SERVER: &str = "server:";

/// Puts the icon into the tray and keeps it true.
pub(super) fn build(app: &AppHandle, tomo: &Tomo) -> tauri::Result<()> {
    let text = tray_text::write(&tomo.fleet(), tomo.apps_wellness(), Utc::now());
    let (menu, lines) = menu(app, &text)?;
    let tray = TrayIconBuilder::with_id("tomo")
        .icon(image(text.icon))
        .icon_as_template(cfg!(target_os = "macos"))
        .tooltip(&text.tooltip)
        .menu(&menu)
        .show_menu_on_left_click(!cfg!(target_os = "windows"))
        .on_menu_event(|app, event| chosen(app, event.id().as_ref()))
        .on_tray_icon_event(|tray, event| {
            if cfg!(target_os = "windows")
                && matches!(event, TrayIconEvent::Click { button: MouseButton::Left, .. })
            {
                window::show(tray.app_handle(), None);
            }
        })
        .build(app)?;
    keep(app.clone(), tomo, Shown { tray, text, lines });
    Ok(())
}

/// What stands in the tray now.
struct Shown {
    tray: TrayIcon,
    text: TrayText,
    /// What was said of them, in this order.
    lines: Vec<MenuItem<Wry>>,
}

fn keep(app: AppHandle, tomo: &Tomo, shown: Shown) {
    let reader = tomo.clone();
    let mut changes = tomo.changes();
    let shown = Arc::new(Mutex::new(shown));
    tomo.own(async move {
        use tokio::sync::broadcast::error::RecvError;
        while !matches!(changes.recv().await, Err(RecvError::Closed)) {
            tokio::time::sleep(WRITE_EVERY).await;
            changes = changes.resubscribe();
            let text = tray_text::write(&reader.fleet(), reader.apps_wellness(), Utc::now());
            let (handle, shown) = (app.clone(), shown.clone());
            // Posted, not waited for: the main thread may be waiting for this task to end.
            let posted = app.run_on_main_thread(move || {
                let mut shown = shown.lock().unwrap_or_else(PoisonError::into_inner);
                if text != shown.text
                    && let Err(error) = shown.update(&handle, text)
                {
                    tracing::warn!(%error, "the tray could not be written");
                }
            });
            if posted.is_err() {
                return;
            }
        }
    });
}

impl Shown {
    /// Changes only what differs: a menu that is open keeps its place.
    fn update(&mut self, app: &AppHandle, text: TrayText) -> tauri::Result<()> {
        if text.icon != self.text.icon {
            self.tray
                .set_icon_with_as_template(Some(image(text.icon)), cfg!(target_os = "macos"))?;
        }
        if text.tooltip != self.text.tooltip {
            self.tray.set_tooltip(Some(&text.tooltip))?;
        }
        if text.has_items_of(&self.text) {
            for (item, text) in self.lines.iter().zip(text.texts()) {
                if item.text()? != *text {
                    item.set_text(text)?;
                }
            }
        } else {
            let (menu, lines) = menu(app, &text)?;
            self.tray.set_menu(Some(menu))?;
            self.lines = lines;
        }
        self.text = text;
        Ok(())
    }
}

fn menu(app: &AppHandle, text: &TrayText) -> tauri::Result<(Menu<Wry>, Vec<MenuItem<Wry>>)> {
    let item =
        |id: &str, text: &str, enabled| MenuItem::with_id(app, id, text, enabled, None::<&str>);
    let mut lines = vec![item("head", &text.head, false)?];
    if let Some(containers) = &text.containers {
        lines.push(item("containers", containers, false)?);
    }
    if let Some(apps) = &text.apps {
        lines.push(item("apps", apps, false)?);
    }
    for (id, line) in &text.lines {
        lines.push(item(&format!("{SERVER}{id}"), line, true)?);
    }
    let menu = Menu::new(app)?;
    for line in &lines {
        menu.append(line)?;
    }
    menu.append(&PredefinedMenuItem::separator(app)?)?;
    if text.paused {
        menu.append(&item(RESUME, "Resume collection", true)?)?;
    } else {
        let choices = [
            item(PAUSE_HOUR, "For 1 hour", true)?,
            item(PAUSE_TOMORROW, "Until tomorrow, 08:00", true)?,
            item(PAUSE, "Until I resume", true)?,
        ];
        let choices: Vec<&dyn IsMenuItem<Wry>> =
            choices.iter().map(|item| item as &dyn IsMenuItem<Wry>).collect();
        menu.append(&Submenu::with_items(app, "Pause collection", true, &choices)?)?;
    }
    menu.append(&PredefinedMenuItem::separator(app)?)?;
    menu.append(&item(OPEN, "Open Tomo", true)?)?;
    menu.append(&item(QUIT, "Quit Tomo", true)?)?;
    Ok((menu, lines))
}

fn chosen(app: &AppHandle, id: &str) {
    let (name, arguments) = match id {
        OPEN => return window::show(app, None),
        QUIT => return app.exit(0),
        RESUME => ("collection.resume", json!({})),
        PAUSE_HOUR => ("collection.pause", json!({ "until": Utc::now() + TimeDelta::hours(1) })),
        PAUSE_TOMORROW => ("collection.pause", json!({ "until": tomorrow_at_eight() })),
        PAUSE => ("collection.pause", json!({})),
        id => {
            let server = id.strip_prefix(SERVER).and_then(|id| id.parse::<ServerId>().ok());
            return window::show(app, server);
        }
    };
    let tomo = app.state::<Bridge>().tomo.clone();
    let app = app.clone();
    tomo.clone().own(async move {
        if let Err(error) = api::call(&tomo, name, arguments).await {
            tracing::warn!(%error, name, "the tray's wish was refused");
            // The window says who may: sign in, or ask an admin.
            window::show(&app, None);
        }
    });
}

/// Eight in the morning of tomorrow, by this computer's clock; nothing where that hour is skipped.
fn tomorrow_at_eight() -> Option<chrono::DateTime<Utc>> {
    let tomorrow = Local::now().date_naive().checked_add_days(Days::new(1))?;
    let eight = tomorrow.and_time(NaiveTime::from_hms_opt(8, 0, 0)?);
    eight.and_local_timezone(Local).earliest().map(|at| at.with_timezone(&Utc))
}

fn image(icon: Icon) -> Image<'static> {
    #[cfg(not(target_os = "macos"))]
    match icon {
        Icon::Normal => include_image!("icons/tray-normal-32.png"),
        Icon::Warning => include_image!("icons/tray-warning-32.png"),
        Icon::Down => include_image!("icons/tray-down-32.png"),
        Icon::Paused => include_image!("icons/tray-paused-32.png"),
    }
    #[cfg(target_os = "macos")]
    match icon {
        Icon::Normal => include_image!("icons/tray-normal-template.png"),
        Icon::Warning => include_image!("icons/tray-warning-template.png"),
        Icon::Down => include_image!("icons/tray-down-template.png"),
        Icon::Paused => include_image!("icons/tray-paused-template.png"),
    }
}
