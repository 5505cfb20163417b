//! Starting at login: a file for the desktop on Linux, and what the autostart plugin does on macOS
//! (a launch agent) and Windows (the registry).
//!
//! Not the plugin on Linux: it neither looks for `XDG_CONFIG_HOME` nor quotes the program's path.

use crate::app::{AtLogin, LoginEntry};
use std::sync::Arc;
use tauri::{AppHandle, Builder, Wry};

#[cfg(target_os = "linux")]
pub(super) fn plugin(builder: Builder<Wry>, _: &AtLogin) -> Builder<Wry> {
    builder
}

#[cfg(target_os = "linux")]
pub(super) fn entry(_: &AppHandle, at_login: AtLogin) -> Option<Arc<dyn LoginEntry>> {
    Some(Arc::new(super::autostart::DesktopFile::of_this_user(at_login)?))
}

#[cfg(not(target_os = "linux"))]
pub(super) fn plugin(builder: Builder<Wry>, at_login: &AtLogin) -> Builder<Wry> {
    let plugin = tauri_plugin_autostart::Builder::new()
        .app_name(&at_login.name)
        .args(&at_login.arguments)
        .build();
    builder.plugin(plugin)
}

#[cfg(not(target_os = "linux"))]
pub(super) fn entry(app: &AppHandle, _: AtLogin) -> Option<Arc<dyn LoginEntry>> {
    struct Plugin(AppHandle);

    impl LoginEntry for Plugin {
        fn put(&self, wanted: bool) -> std::io::Result<()> {
            use tauri_plugin_autostart::ManagerExt;
            let manager = self.0.autolaunch();
            let done = if wanted { manager.enable() } else { manager.disable() };
            done.map_err(std::io::Error::other)
        }
    }

    Some(Arc::new(Plugin(app.clone())))
}
