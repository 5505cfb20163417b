//! `tomo server set-up-docker`: real sudo and a real engine; the package manager is a stand-in.

use super::{Tomo, address, fingerprint, skip};
use crate::lab::{root::Root, sshd};
use std::fs;

const SUDO: &str = "Zirbenholz-4712";
const FEDORA: &str =
    "NAME=\"Fedora Linux\"\nID=fedora\nVERSION_ID=42\nPRETTY_NAME=\"Fedora Linux 42\"\n";

/// Holds because whoever has no window sees the same commands, is asked in the same way, and scripts need words of
/// their own for each.
#[test]
fn docker_is_set_up_from_the_command_line() {
    if let Some(why) = Root::missing() {
        skip(why);
        return;
    }
    let account = sshd::account("docker", SUDO, "/bin/sh");
    let root = Root::of(FEDORA, &["dnf", "rpm"]);
    root.allow(&account.name, "ALL");
    let server = root.sshd();
    let key = sshd::client_key("ed25519", "openssh", "");
    server.authorize(&key.public);
    let tomo = Tomo::signed_in();
    tomo.write("key", &key);
    let (at, key, finger) =
        (address(&account, server.port()), tomo.path("key"), fingerprint(&server));
    tomo.done(&[
        "server",
        "add",
        &at,
        "--name",
        "Lab",
        "--key",
        &key,
        "--accept-host-key",
        &finger,
    ]);
    let set_up = ["server", "set-up-docker", "lab"];
    let with = |more: &[&'static str]| [&set_up[..], more].concat();

    let shown = tomo.done(&with(&["--dry-run"]));
    assert!(shown.starts_with("Docker on Lab, Fedora Linux 42\n"), "{shown}");
    let install = "  $ sudo dnf install --assumeyes moby-engine docker-cli docker-compose\n";
    assert!(shown.contains(install), "{shown}");
    let plan = tomo.json(&with(&["--dry-run", "--json"]));
    assert_eq!(plan["privilege"], "sudo_password");
    // Nobody can be asked here.
    assert!(tomo.refused(2, &set_up).contains("--yes"));
    assert!(tomo.refused(2, &with(&["--yes"])).contains("--sudo-password-file"));
    assert_eq!(root.record("calls"), "", "nothing was run");

    let file = |name: &str, text: &str| {
        let path = tomo.path(name);
        fs::write(&path, text).expect("a file");
        path
    };
    let (wrong, right) = (file("wrong", "Birkenholz\n"), file("right", &format!("{SUDO}\n")));
    let run = |password: &str| {
        let words = ["--yes", "--join-group", "--json", "--sudo-password-file", password];
        [&set_up[..], &words].concat().into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    let words = run(&wrong);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    assert!(tomo.refused(1, &words).contains("sudo did not take the password"));
    let words = run(&right);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let done = tomo.json(&words);
    assert_eq!(done["error"], serde_json::Value::Null, "{done:#}");
    assert!(
        done["steps"].as_array().is_some_and(|steps| steps.iter().all(|it| it["state"] == "done"))
    );
    let listed = tomo.json(&["container", "list", "--server", "lab", "--json"]);
    assert!(listed.to_string().contains("\"ready\""), "the engine answers: {listed}");
    let shown = tomo.done(&set_up);
    assert!(shown.contains("There is nothing to be done"), "{shown}");
}
