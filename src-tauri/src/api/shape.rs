//! The shape of the command table: another shape needs another version, so that `component_versions`
//! says when what front doors may send and get has changed.

use super::{bindings, table::COMMANDS};
use crate::domain::about::API_VERSION;
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// The version and a digest of the shape, as they were committed.
const COMMITTED: &str = include_str!("shape.txt");

/// What this program's `shape.txt` should be: names, effects, arguments and results, without words
/// that are only for people.
fn shape() -> String {
    let mut text = String::new();
    for command in COMMANDS {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{} {:?}", command.name, command.effect);
    }
    let typescript = bindings::typescript();
    let mut rest = typescript.as_str();
    while let Some((code, comment)) = rest.split_once("/*") {
        text.push_str(code);
        rest = comment.split_once("*/").map_or("", |(_, after)| after);
    }
    text.push_str(rest);
    text.retain(|c| !c.is_whitespace());
    let digest = Sha256::digest(text.as_bytes());
    format!("{API_VERSION} {}\n", hex::encode(&digest[..16]))
}

/// A changed table with the old version would look the same to whoever asks.
#[test]
fn the_api_version_is_up_to_date() {
    let now = shape();
    let committed = COMMITTED.replace("\r\n", "\n");
    if committed == now {
        return;
    }
    let version = committed.split(' ').next();
    assert_ne!(
        version,
        Some(API_VERSION),
        "the command table changed: raise API_VERSION in domain/about.rs, then run `cargo xtask bindings`"
    );
    if std::env::var_os("TOMO_WRITE_BINDINGS").is_some() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src-tauri/src/api/shape.txt");
        std::fs::write(path, now).expect("the shape can be written");
    } else {
        panic!("run `cargo xtask bindings`, and commit what it writes");
    }
}
