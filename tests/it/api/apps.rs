//! The catalog of apps, and where it comes from: folders, archives, the web and git, all of them real.

mod adopt;
mod backups;
mod bad_registries;
mod catalog;
mod cut;
mod deploy;
mod lab;
mod liar;
mod life;
mod moves;
mod newer;
mod own;
mod planning;
mod sources;
mod updates;
mod watched;
mod way_back;
mod web;

use serde_json::{Value, json};

/// A manifest of an app that runs one image.
fn manifest(id: &str, version: &str) -> String {
    format!(
        "id: {id}\nname: App {id}\ndescription: An app that is made for a test.\nversion: '{version}'\n\
         category: utility\ntags: [test]\nicon: feed\ncompose:\n  services:\n    web:\n      image: lab/web:{version}\n"
    )
}

/// The ids of a page of the catalog.
fn ids(page: &Value) -> Vec<&str> {
    let apps = page["apps"].as_array().expect("apps");
    apps.iter().map(|app| app["id"].as_str().expect("an id")).collect()
}

/// Apps of one source, as many as a page has.
fn of(source: &str) -> Value {
    json!({ "source": source, "limit": 200 })
}
