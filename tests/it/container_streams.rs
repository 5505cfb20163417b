//! Logs of containers and terminals, against Docker's own engine and over OpenSSH's own server.
#![cfg(target_os = "linux")]

mod logs;
mod terminals;

use crate::lab::docker::Docker;
use std::time::Duration;
use tomo::docker::{Engine, find};

/// Longer than anything here takes, on a machine that does much else.
const PATIENCE: Duration = Duration::from_secs(90);

/// An engine of the lab, or a word that the test is skipped.
fn docker() -> Option<Docker> {
    match Docker::missing() {
        None => Some(Docker::start()),
        Some(why) => {
            skip(why);
            None
        }
    }
}

async fn engine(docker: &Docker) -> Engine {
    find::at(&docker.socket()).await.expect("the lab's engine answers")
}

#[expect(clippy::print_stderr, reason = "a test says what it left out")]
fn skip(why: &str) {
    assert!(std::env::var_os("CI").is_none(), "{why}");
    eprintln!("skipped: {why}");
}
