//! Bundles the window's files, capabilities, migrations and licences into the binary.

#[path = "build/licences.rs"]
mod licences;

use std::{fs, path::PathBuf};
use tauri_build::{AppManifest, Attributes};

fn main() {
    // Without these a new migration or capability is silently left out of the binary.
    println!("cargo:rerun-if-changed=migrations");
    println!("cargo:rerun-if-changed=src-tauri/capabilities");
    println!("cargo:rerun-if-changed=icons");
    println!("cargo:rerun-if-changed=ui/dist");
    let root = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    if let Err(error) = licences::write(&root) {
        panic!("the licences could not be written: {error}");
    }
    page_version(&root.join("ui/package.json"));
    let attributes = Attributes::new()
        .capabilities_path_pattern("./src-tauri/capabilities/**/*.json")
        .app_manifest(AppManifest::new().commands(&[
            "call",
            "open_app",
            "open_link",
            "subscribe",
            "terminal",
            "terminal_shown",
            "unsubscribe",
        ]));
    if let Err(error) = tauri_build::try_build(attributes) {
        panic!("tauri-build: {error:#}");
    }
}

/// The version of the page that is built in.
fn page_version(package: &std::path::Path) {
    println!("cargo:rerun-if-changed=ui/package.json");
    let text = fs::read_to_string(package).unwrap_or_default();
    let package: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
    let Some(version) = package["version"].as_str() else {
        panic!("ui/package.json names no version");
    };
    println!("cargo:rustc-env=TOMO_PAGE_VERSION={version}");
}
