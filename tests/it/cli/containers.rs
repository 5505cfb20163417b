//! `tomo container`: the engine of this computer, and names that a terminal must not obey; an engine
//! behind SSH, whose containers are named, measured and acted on.

use super::Tomo;
use crate::lab::{
    docker::{Docker, IMAGE},
    sshd::{Account, Options, Sshd},
};
use serde_json::Value;
use std::{net::TcpListener, path::PathBuf, process::Command};

/// A Tomo with a server `Lab` over OpenSSH, whose account reaches an engine of the lab.
pub struct Lab {
    pub tomo: Tomo,
    pub docker: Docker,
    pub sshd: Sshd,
    _account: Account,
}

impl Lab {
    /// Nothing when this machine has no engine to start.
    pub fn start() -> Option<Self> {
        Self::through(|docker| docker.socket())
    }

    /// The same, where the server leads to another socket.
    pub fn through(socket: impl FnOnce(&Docker) -> PathBuf) -> Option<Self> {
        if let Some(why) = Docker::missing() {
            super::skip(why);
            return None;
        }
        let docker = Docker::start();
        docker.open_to_all();
        let config = vec![format!("SetEnv DOCKER_HOST=unix://{}", socket(&docker).display())];
        let sshd = Sshd::start(Options { config, ..Options::default() });
        let (tomo, account) = Tomo::with_server(&sshd);
        Some(Self { tomo, docker, sshd, _account: account })
    }
}

/// A terminal shows what the window shows, `server/name` means one container, and a project's name with
/// control characters in it moves no cursor.
#[test]
fn containers_are_listed_and_named_by_server_and_name() {
    if let Some(why) = Docker::missing() {
        assert!(std::env::var_os("CI").is_none(), "{why}");
        return;
    }
    let docker = Docker::start();
    let id = docker.start_container("web", &[], &["sleep", "600"]);
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
    for name in ["This computer/web", "web", &id[..12]] {
        let (_, one, _) = run(&["container", "list", name, "--json"]);
        let one: Value = serde_json::from_str(&one).expect("JSON");
        let rows = one["containers"].as_array().expect("rows");
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0]["container"]["name"], "web");
        assert!(rows[0]["container"]["started_at"].is_string(), "asked for one by one");
    }
    let (code, _, complaints) = run(&["container", "list", "This computer/nobody"]);
    assert_eq!(code, Some(1));
    assert!(complaints.contains("no container 'This computer/nobody'"), "{complaints}");
}

/// Holds because whoever restarts one container waits for its server alone, and not for one that is
/// switched off at the other end of the house.
#[test]
fn a_name_with_its_server_connects_that_server_alone() {
    let Some(lab) = Lab::start() else { return };
    lab.docker.start_container("web", &[], &["sleep", "600"]);
    let service = ["--label", "com.docker.compose.service=web"];
    lab.docker.start_container("two-web-1", &service, &["sleep", "600"]);
    lab.docker.start_container("one-web-1", &service, &["sleep", "600"]);
    let away = TcpListener::bind("127.0.0.1:0").expect("a port");
    away.set_nonblocking(true).expect("a listener");
    let port = away.local_addr().expect("a port").port();
    let address = format!("nobody@127.0.0.1:{port}");
    let key = lab.tomo.path("key");
    lab.tomo.done(&["server", "add", &address, "--name", "Away", "--key", &key, "--no-test"]);

    // The full name wins over services of that name.
    let said = lab.tomo.done(&["container", "restart", "lab/web"]);
    assert!(said.contains("web is restarted"), "{said}");
    lab.tomo.done(&["container", "stats", "lab/web", "--once"]);
    assert!(away.accept().is_err(), "nobody asked for that server");

    lab.docker.docker(&["rm", "-f", "web"]);
    let error = lab.tomo.refused(2, &["container", "stop", "lab/web"]);
    assert!(error.contains("Lab/one-web-1") && error.contains("Lab/two-web-1"), "{error}");
    let error = lab.tomo.refused(1, &["container", "stop", "lab/web-of-nobody"]);
    assert!(error.contains("no container 'lab/web-of-nobody'"), "{error}");
    lab.tomo.done(&["server", "disconnect", "away"]);
    let error = lab.tomo.refused(5, &["container", "stop", "away/web"]);
    assert!(error.contains("tomo server connect"), "{error}");
}

/// Holds because a script goes on by the exit code: one container that stayed as it was is a failure,
/// and the others are done all the same.
#[test]
fn several_are_acted_on_and_each_has_its_result() {
    let Some(lab) = Lab::start() else { return };
    for name in ["one", "two"] {
        lab.docker.start_container(name, &[], &["sleep", "600"]);
    }
    let names = ["lab/one", "lab/two"];
    let act =
        |action: &str| lab.tomo.json(&[&["container", action][..], &names, &["--json"]].concat());
    for action in ["pause", "unpause", "kill", "start"] {
        let results = act(action);
        let results = results.as_array().expect("results");
        assert_eq!(results.len(), 2, "{action}");
        assert!(results.iter().all(|result| result["error"].is_null()), "{action}: {results:?}");
    }
    lab.docker.docker(&["kill", "one"]);
    // One that does not run has nothing to be killed.
    let output = lab.tomo.run(&["container", "kill", "lab/one", "lab/two", "--json"]);
    assert_eq!(output.status.code(), Some(1));
    let results: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert!(results[0]["error"].is_string() && results[1]["error"].is_null(), "{results}");
    assert_eq!(lab.docker.docker(&["ps", "-q"]), "", "two is dead as well");

    let row = lab.tomo.json(&["container", "rename", "lab/one", "three", "--json"]);
    assert_eq!(row["container"]["name"], "three");
    let row = lab.tomo.json(&["container", "limit", "lab/three", "--memory", "64", "--json"]);
    assert_eq!(row["container"]["name"], "three");
    let limits = || {
        let details = lab.tomo.json(&["container", "inspect", "lab/three", "--json"]);
        details["limits"]["memory_bytes"].as_u64()
    };
    assert_eq!(limits(), Some(64 << 20));
    for zero in ["--memory=0", "--cpus=0", "--cpus=0.0"] {
        let error = lab.tomo.refused(2, &["container", "limit", "lab/three", zero]);
        assert!(error.contains("say 'none' to lift the limit"), "{error}");
    }
    lab.tomo.refused(2, &["container", "limit", "lab/three", "--cpus", "many"]);
    assert_eq!(limits(), Some(64 << 20), "nothing was changed");
    lab.tomo.done(&["container", "limit", "lab/three", "--memory", "none", "--cpus", "none"]);
    assert_eq!(limits(), None);

    let error = lab.tomo.refused(2, &["container", "remove", "lab/three", "lab/two", "--volumes"]);
    assert!(error.contains("volumes") && error.contains("--yes"), "{error}");
    assert_eq!(lab.docker.docker(&["ps", "-aq"]).lines().count(), 2, "nothing is removed");
    lab.docker.docker(&["start", "two"]);
    let mut terminal = lab.tomo.at_terminal(&["container", "remove", "lab/two"]);
    terminal.wait_for("say --force");
    assert_eq!(terminal.end().1, Some(2), "what would be refused is not asked about");
    lab.docker.docker(&["kill", "two"]);
    let mut terminal = lab.tomo.at_terminal(&["container", "remove", "lab/two", "--volumes"]);
    terminal.wait_for("with its anonymous volumes");
    terminal.press("yes\r");
    terminal.wait_for("is gone for ever");
    terminal.press("no\r");
    let (rest, code) = terminal.end();
    assert!(rest.contains("Nothing is removed") && code == Some(0), "{rest:?}");
    assert_eq!(lab.docker.docker(&["ps", "-aq"]).lines().count(), 2, "it was not said twice");
    lab.docker.docker(&["start", "two"]);
    let both = ["container", "remove", "lab/three", "lab/two", "--force"];
    let error = lab.tomo.refused(2, &both);
    assert!(error.contains("two still runs, and --force kills it."), "{error}");
    let mut terminal = lab.tomo.at_terminal(&both);
    terminal.wait_for("two still runs, and --force kills it.");
    terminal.wait_for("Remove lab/three, lab/two?");
    terminal.press("no\r");
    assert_eq!(terminal.end().1, Some(0));
    lab.docker.docker(&["kill", "two"]);
    lab.tomo.done(&["container", "remove", "lab/three", "lab/two", "--volumes", "--yes"]);
    assert_eq!(lab.docker.docker(&["ps", "-aq"]), "");
}

/// Holds because a script reads the table's figures as numbers, and what was not measured as absent
/// instead of nothing used.
#[test]
fn figures_are_read_once_as_a_table_and_as_json() {
    let Some(lab) = Lab::start() else { return };
    lab.docker.start_container("busy", &[], &["sh", "-c", "while :; do :; done"]);
    lab.docker.docker(&["create", "--name", "quiet", IMAGE, "true"]);
    let rows = lab.tomo.json(&["container", "stats", "--server", "lab", "--once", "--json"]);
    let rows = rows.as_array().expect("rows");
    assert_eq!(rows.len(), 1, "what does not run uses nothing: {rows:?}");
    assert!(rows[0]["figures"]["cpu_percent"].as_f64() > Some(1.0), "{rows:?}");
    assert_eq!(rows[0]["server"], "Lab");
    assert!(rows[0]["figures"]["memory_bytes"].as_u64() > Some(0), "{rows:?}");
    let table = lab.tomo.done(&["container", "stats", "lab/busy", "lab/quiet", "--once"]);
    let quiet = table.lines().find(|line| line.contains("quiet")).expect("a line");
    assert_eq!(quiet.matches('–').count(), 6, "{table}");
    let error = lab.tomo.refused(2, &["container", "stats"]);
    assert!(error.contains("--once or --json"), "{error}");

    let mut live = lab.tomo.at_terminal(&["container", "stats", "lab/busy"]);
    live.wait_for("busy");
    live.wait_for(" %");
    live.press("q");
    let (rest, code) = live.end();
    assert!(rest.contains("\u{1b}[?1049l") && code == Some(0), "{rest:?}");
}
