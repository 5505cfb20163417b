//! The least that a Tauri program can be that only stands in the tray: the measure of Tomo with its
//! window closed.

use tauri::{
    include_image,
    menu::{Menu, MenuItem},
    tray::TrayIconBuilder,
};

fn main() -> tauri::Result<()> {
    tauri::Builder::default()
        .setup(|app| {
            let quit = MenuItem::with_id(app, "quit", "Quit", true, None::<&str>)?;
            TrayIconBuilder::with_id("empty")
                .icon(include_image!("icons/tray-normal-32.png"))
                .menu(&Menu::with_items(app, &[&quit])?)
                .on_menu_event(|app, _| app.exit(0))
                .build(app)?;
            Ok(())
        })
        .run(tauri::generate_context!("tests/bench/empty/tauri.conf.json"))
}
