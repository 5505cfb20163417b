//! Engines and servers that do not answer, and images by their names.

use super::{Tomo, containers::Lab};
use crate::lab::sshd::{Options, Sshd};
use std::process::Command;

/// Holds because a script that asks one server goes on by the exit code: a server that is down looked
/// like one that was removed, or like one without containers.
#[test]
fn a_server_that_is_down_is_told_by_every_list() {
    let mut sshd = Sshd::start(Options::default());
    let (tomo, _account) = Tomo::with_server(&sshd);
    sshd.stop();
    for arguments in [
        &["image", "list", "lab"][..],
        &["volume", "list", "lab"],
        &["network", "list", "lab"],
        &["prune", "lab", "unused-images", "--dry-run"],
        &["container", "list", "--server", "lab"],
        &["container", "list", "--server", "lab", "--json"],
    ] {
        let error = tomo.refused(5, arguments);
        assert!(error.contains("Lab is not connected: "), "{arguments:?}: {error}");
    }
    tomo.done(&["server", "disconnect", "lab"]);
    for arguments in [&["image", "list", "lab"][..], &["container", "list", "--server", "lab"]] {
        let error = tomo.refused(5, arguments);
        assert!(error.contains("tomo server connect 'Lab'"), "{arguments:?}: {error}");
    }
}

/// Holds because an empty list without a word reads as 'there are no containers' where nobody was asked.
#[test]
fn a_list_without_any_engine_says_so_of_each_server() {
    let config = vec!["SetEnv DOCKER_HOST=unix:///nowhere/docker.sock".to_owned()];
    let sshd = Sshd::start(Options { config, ..Options::default() });
    let (tomo, _account) = Tomo::with_server(&sshd);
    let mut command = Command::new(tomo.program());
    let command = tomo.dress(&mut command).env("DOCKER_HOST", "unix:///nowhere/docker.sock");
    let output = command.args(["container", "list"]).output().expect("tomo runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(output.stdout.is_empty(), "{}", String::from_utf8_lossy(&output.stdout));
    assert!(said.contains("Lab: ") && said.contains("This computer: "), "{said}");
    let error = tomo.refused(1, &["container", "list", "--server", "lab"]);
    assert!(error.contains("Lab: "), "{error}");
}

/// Holds because people call an image by the name that they gave it, and must see which other names go
/// with it.
#[test]
fn images_answer_to_each_of_their_names() {
    let Some(lab) = Lab::start() else { return };
    lab.docker.start_container("web", &[], &["sleep", "600"]);
    lab.docker.docker(&["commit", "web", "home/unused:1"]);
    lab.docker.docker(&["tag", "home/unused:1", "home/unused:2"]);
    lab.docker.docker(&["commit", "web", "home/none"]);
    let list = lab.tomo.done(&["image", "list", "lab"]);
    let both = |line: &str| line.contains("home/unused:1") && line.contains("home/unused:2");
    assert!(list.lines().any(both), "{list}");
    lab.tomo.done(&["image", "remove", "lab", "home/none", "--yes"]);
    let error = lab.tomo.refused(2, &["image", "remove", "lab", "home/unused:2"]);
    assert!(error.contains("also called home/unused:1"), "{error}");
    lab.tomo.done(&["image", "remove", "lab", "home/unused:2", "--yes"]);
    let left = lab.docker.docker(&["images"]);
    assert!(!left.contains("home/"), "{left}");
}

/// Holds because scripts and people know servers by their names, and what a container ended with tells
/// them whether to look at it.
#[test]
fn a_list_says_where_a_container_is_and_how_it_ended() {
    let Some(lab) = Lab::start() else { return };
    lab.docker.start_container("failed", &[], &["sh", "-c", "exit 3"]);
    lab.docker.docker(&["wait", "failed"]);
    let list = lab.tomo.json(&["container", "list", "--server", "lab", "--json"]);
    assert_eq!(list["engines"][0]["server"], "Lab", "{list}");
    assert_eq!(list["containers"][0]["server"], "Lab", "{list}");
    let table = lab.tomo.done(&["container", "list", "--server", "lab"]);
    assert!(table.contains("○ exited 3"), "{table}");
    let (heads, _) = table.split_once('\n').expect("a head");
    assert!(!heads.contains("Project") && !heads.contains("Ports"), "{table}");
    let results = lab.tomo.json(&["container", "start", "lab/failed", "--json"]);
    assert_eq!(results[0]["server"], "Lab", "{results}");
}
