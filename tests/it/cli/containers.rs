//! `tomo container`: the engine of this computer, and names that a terminal must not obey.

use super::Tomo;
use crate::lab::docker::{Docker, IMAGE};
use serde_json::Value;
use std::process::Command;

/// A terminal shows what the window shows, `server/name` means one container, and a project's name with
/// control characters in it moves no cursor.
#[test]
fn containers_are_listed_and_named_by_server_and_name() {
    if let Some(why) = Docker::missing() {
        assert!(std::env::var_os("CI").is_none(), "{why}");
        return;
    }
    let docker = Docker::start();
    docker.start_container("web", &[], &["sleep", "600"]);
    let project = "com.docker.compose.project=a\u{1b}[2Jb";
    docker.docker(&["create", "--name", "odd", "--label", project, IMAGE, "true"]);
    let tomo = Tomo::signed_in();
    let run = |arguments: &[&str]| {
        let mut command = Command::new(tomo.program());
        let host = format!("unix://{}", docker.socket().display());
        let command = tomo.dress(&mut command).env("DOCKER_HOST", host).args(arguments);
        let output = command.output().expect("tomo runs");
        let said = String::from_utf8(output.stdout).expect("text");
        (output.status.code(), said, String::from_utf8(output.stderr).expect("text"))
    };
    let (code, table, complaints) = run(&["container", "list"]);
    assert_eq!(code, Some(0), "{complaints}");
    assert!(table.contains("● running") && table.contains("web"), "{table}");
    assert!(!table.contains('\u{1b}') && table.contains("odd"), "{table}");
    let (_, one, _) = run(&["container", "list", "This computer/web", "--json"]);
    let one: Value = serde_json::from_str(&one).expect("JSON");
    let rows = one["containers"].as_array().expect("rows");
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0]["container"]["name"], "web");
    assert!(rows[0]["container"]["started_at"].is_string(), "asked for one by one");
    let (code, _, complaints) = run(&["container", "list", "This computer/nobody"]);
    assert_eq!(code, Some(1));
    assert!(complaints.contains("no container 'This computer/nobody'"), "{complaints}");
}
