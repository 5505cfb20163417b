//! What is left of a command on containers when it is ended, what it ends with, and what it says of one
//! container.

use super::containers::Lab;
use crate::lab::{
    docker::IMAGE,
    gate::{ChangesGate, Passage},
};
use std::{
    io::Read,
    process::{Command, Stdio},
};

/// Holds because whoever ends a command has to know that this does not end what the engine does, and the
/// log must not be silent about it.
#[test]
fn what_was_asked_for_goes_on_and_that_is_said() {
    let mut gate = None;
    let lab = Lab::through(|docker| gate.insert(ChangesGate::start(docker.socket())).socket());
    let (Some(lab), Some(gate)) = (lab, gate) else { return };
    lab.docker.start_container("web", &[], &["sleep", "600"]);
    for volume in ["one", "two"] {
        lab.docker.docker(&["volume", "create", volume]);
    }
    let asked = [
        (&["container", "stop", "lab/web"][..], "tomo container list", "web was stopped"),
        (&["container", "rename", "lab/web", "shop"], "tomo container list", "renamed to shop"),
        (
            &["container", "limit", "lab/web", "--memory", "64"],
            "tomo container inspect lab/web",
            "the limits of web were changed",
        ),
        (
            &["container", "remove", "lab/web", "--force", "--yes"],
            "tomo container list",
            "web was removed",
        ),
        (
            &["volume", "remove", "lab", "one", "--yes"],
            "tomo volume list --server 'lab'",
            "volume one was removed",
        ),
        (
            &["prune", "lab", "unused-volumes", "--yes"],
            "tomo prune --server 'lab' unused-volumes --dry-run",
            "0 of 2 volumes removed on Lab; of 2 it is not known",
        ),
    ];
    for (arguments, shown_by, words) in asked {
        gate.set(Passage::Held);
        let mut command = Command::new(lab.tomo.program());
        let command = lab.tomo.dress(&mut command).args(arguments).stderr(Stdio::piped());
        let mut asking = command.stdout(Stdio::null()).spawn().expect("tomo runs");
        gate.until_came(1);
        let signal = Command::new("kill").args(["-INT", &asking.id().to_string()]).status();
        assert!(signal.is_ok_and(|status| status.success()));
        let mut said = String::new();
        asking.stderr.take().expect("a pipe").read_to_string(&mut said).expect("text");
        assert_eq!(asking.wait().expect("it ends").code(), Some(130), "{arguments:?}: {said}");
        assert!(said.contains("The engine goes on") && said.contains(shown_by), "{said}");
        let logged = lab.tomo.done(&["activity", "--limit", "3"]);
        assert!(logged.contains(words), "{words}: {logged}");
    }
    gate.set(Passage::Free);
    // What was answered is not told to go on.
    let output = lab.tomo.run(&["container", "kill", "lab/of-nobody"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.code() == Some(1) && !said.contains("goes on"), "{said}");
}

/// Holds because scripts go on by the exit code: what failed is told from what was typed wrongly and from
/// a server that is away, for each command alike.
#[test]
fn each_command_ends_with_the_code_of_its_kind() {
    let Some(mut lab) = Lab::start() else { return };
    lab.docker.start_container("web", &[], &["sleep", "600"]);
    let codes = |lab: &Lab, code: i32, all: &[&[&str]]| {
        for arguments in all {
            let output = lab.tomo.run(arguments);
            let said = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said}");
        }
    };
    let nobody = "lab/nobody";
    codes(
        &lab,
        1,
        &[
            &["container", "list", nobody],
            &["container", "stop", nobody],
            &["container", "inspect", nobody],
            &["container", "logs", nobody],
            &["container", "rename", nobody, "other"],
            &["container", "limit", nobody, "--memory", "64"],
            &["container", "remove", nobody, "--yes"],
            &["container", "exec", nobody, "--", "true"],
            // The engine refuses these.
            &["container", "remove", "lab/web", "--yes"],
            &["container", "unpause", "lab/web"],
            &["container", "rename", "lab/web", "../x"],
            &["container", "limit", "lab/web", "--memory", "1"],
            &["metrics", "of-nobody/web"],
        ],
    );
    codes(
        &lab,
        2,
        &[
            &["container", "stop"],
            &["container", "remove", "lab/web"],
            &["container", "limit", "lab/web", "--restart", "sometimes"],
            &["prune", "containers"],
            &["volume", "remove", "one", "--yes"],
        ],
    );
    codes(&lab, 1, &[&["container", "limit", "lab/web"]]);
    lab.sshd.stop();
    codes(
        &lab,
        5,
        &[
            &["container", "stop", "lab/web"],
            &["container", "inspect", "lab/web"],
            &["container", "list", "--server", "lab"],
            &["volume", "remove", "--server", "lab", "one", "--yes"],
        ],
    );
    lab.tomo.done(&["logout"]);
    codes(&lab, 3, &[&["container", "list"], &["container", "stop", "lab/web"]]);
    assert_eq!(lab.docker.docker(&["inspect", "-f", "{{.State.Status}}", "web"]), "running");
}

/// Holds because whoever asks what is with a container wants its state, its limits and what its check
/// printed last, and not only what it was made of.
#[test]
fn one_container_is_told_whole() {
    let Some(lab) = Lab::start() else { return };
    let check = ["--health-cmd", "echo all is well", "--health-interval", "1s"];
    let limits = ["-m", "64m", "--restart", "unless-stopped"];
    lab.docker.start_container("web", &[&check[..], &limits].concat(), &["sleep", "600"]);
    while lab.docker.docker(&["inspect", "-f", "{{.State.Health.Status}}", "web"]) != "healthy" {
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    let text = lab.tomo.done(&["container", "inspect", "lab/web"]);
    let value = |name: &str| {
        let line = text.lines().find(|line| line.starts_with(name));
        line.unwrap_or_else(|| panic!("no {name}: {text}"))[name.len()..].trim().to_owned()
    };
    assert!(value("State").starts_with("● running, "), "{text}");
    assert_eq!(value("Ports"), "–");
    assert_eq!(value("Memory"), "at most 64.0 MB");
    assert_eq!(value("CPU"), "no limit");
    assert_eq!(value("Restart"), "unless-stopped");
    assert!(value("Check").ends_with(": 0 all is well"), "{text}");

    lab.docker.docker(&["create", "--name", "quiet", IMAGE, "true"]);
    let text = lab.tomo.done(&["container", "inspect", "lab/quiet"]);
    assert!(text.contains("○ created"), "{text}");
}

/// Holds because people should not have to know which command takes the server in which way.
#[test]
fn the_server_is_named_one_way_everywhere() {
    let Some(lab) = Lab::start() else { return };
    for volume in ["one", "two", "three"] {
        lab.docker.docker(&["volume", "create", volume]);
    }
    let old = lab.tomo.done(&["volume", "list", "lab"]);
    assert_eq!(lab.tomo.done(&["volume", "list", "--server", "lab"]), old);
    assert!(old.contains("three") && !old.contains("Server"), "{old}");
    let all = lab.tomo.json(&["volume", "list", "--json"]);
    let rows = all.as_array().expect("rows");
    assert!(rows.iter().any(|row| row["server"] == "Lab" && row["name"] == "one"), "{all}");
    let table = lab.tomo.done(&["volume", "list"]);
    assert!(table.lines().any(|line| line.starts_with("Lab") && line.contains("two")), "{table}");
    for noun in ["image", "network"] {
        let list = lab.tomo.json(&[noun, "list", "--server", "lab", "--json"]);
        assert!(list.as_array().is_some_and(|rows| rows.iter().all(|row| row["server"] == "Lab")));
    }
    lab.tomo.done(&["volume", "remove", "--server", "lab", "one", "--yes"]);
    lab.tomo.done(&["volume", "remove", "lab", "two", "--yes"]);
    let shown = lab.tomo.done(&["prune", "unused-volumes", "--server", "lab", "--dry-run"]);
    assert!(shown.contains("three") && !shown.contains("two"), "{shown}");
    lab.tomo.done(&["prune", "lab", "unused-volumes", "--yes"]);
    assert_eq!(lab.docker.docker(&["volume", "ls", "-q"]), "");
}
