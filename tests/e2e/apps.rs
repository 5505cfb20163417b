//! The catalog of apps in the real window: found, read, and its sources.

use crate::{
    app::{Desktop, Window},
    missing_part, set_up,
};
use serde_json::Value;
use std::io::Write;

/// Reads the names of the apps that are shown, in their order.
const NAMES: &str = "return [...document.querySelectorAll('[aria-label=\"Catalog\"] a')]\
    .map((tile) => document.getElementById(tile.getAttribute('aria-labelledby')).textContent);";

/// Holds because whoever opens the page wants to find an app by a word, and to know what it does to a server
/// before it is there.
#[tokio::test(flavor = "multi_thread")]
async fn an_app_is_found_and_read() {
    if let Some(missing) = missing_part() {
        assert!(std::env::var_os("CI").is_none(), "{missing}");
        let _ = writeln!(std::io::stderr(), "skipped an_app_is_found_and_read: {missing}");
        return;
    }
    let desktop = Desktop::start();
    let window = desktop.drive().await;
    set_up(&window).await;
    window.go("#/apps").await;
    window.find_text("Home Assistant").await;
    let field = window.find("input[aria-label='Search apps']").await;
    field.send_keys("feed reader").await.expect("a field that takes text");
    let is_miniflux = |names: &Value| {
        let names = names.as_array();
        names.is_some_and(|names| {
            !names.is_empty() && names.len() < 6 && names.iter().any(|name| name == "Miniflux")
        })
    };
    window.until("the apps with these words", NAMES, is_miniflux).await;
    window.find_text("Miniflux").await.click().await.expect("a tile that opens");
    for words in ["docker.io/miniflux/miniflux", "Web port", "services:"] {
        window.find_text(words).await;
    }
    look_around(&window).await;
    window.end().await;
}

/// The pages in both themes, as pictures to look at.
async fn look_around(window: &Window) {
    for theme in ["light", "dark"] {
        window.theme(theme).await;
        window.go("#/apps").await;
        // What was searched for is kept.
        let field = window.find("input[aria-label='Search apps']").await;
        field.send_keys(&"\u{e010}\u{e003}".repeat(20)).await.expect("a field that can be emptied");
        window.find_text("Home Assistant").await;
        window.picture(&format!("apps-{theme}")).await;
        window.go("#/apps/tomo/miniflux").await;
        window.find_text("docker.io/miniflux/miniflux").await;
        window.picture(&format!("app-{theme}")).await;
        window.go("#/apps/sources").await;
        window.find_text("Tomo's own").await;
        window.picture(&format!("app-sources-{theme}")).await;
    }
}
