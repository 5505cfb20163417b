//! `tomo container logs`: both outputs, several containers, follows and their ends.

use super::{Tomo, containers::Lab};
use serde_json::Value;
use std::{
    io::{BufRead, BufReader, Read},
    process::{Child, Command, Stdio},
};

impl Tomo {
    /// Starts it with pipes at its outputs.
    fn begin(&self, arguments: &[&str]) -> Child {
        let mut command = Command::new(self.program());
        self.dress(&mut command)
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("tomo runs")
    }
}

/// Holds because `2> errors.txt` has to work, a line must not leave its terminal red or clear it, and
/// a script needs to know which line came from where.
#[test]
fn both_outputs_are_told_apart() {
    let Some(lab) = Lab::start() else { return };
    let script =
        "echo first; sleep 0.2; echo second >&2; sleep 0.2; printf '\\033[2J\\033[31mred\\n'";
    let id = lab.docker.start_container("web", &[], &["sh", "-c", script]);
    lab.docker.docker(&["wait", &id]);
    let output = lab.tomo.run(&["container", "logs", "lab/web"]);
    let (out, err) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(out, "first\n\u{1b}[31mred\u{1b}[0m\n", "{err}");
    assert_eq!(err, "second\n");
    assert_eq!(lab.tomo.done(&["container", "logs", "lab/web", "--tail", "1"]).lines().count(), 1);
    assert_eq!(lab.tomo.done(&["container", "logs", "lab/web", "--until", "1d"]), "");
    let only = lab.tomo.run(&["container", "logs", "lab/web", "--stream", "stderr", "-t"]);
    assert_eq!(only.stdout, b"");
    let only = String::from_utf8_lossy(&only.stderr).into_owned();
    assert!(only.starts_with("20") && only.ends_with(" second\n"), "{only}");

    let lines = lab.tomo.done(&["container", "logs", "lab/web", "--json"]);
    let lines: Vec<Value> =
        lines.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(lines.len(), 3);
    assert_eq!((&lines[1]["stream"], &lines[1]["text"]), (&"stderr".into(), &"second".into()));
    assert_eq!((&lines[1]["server"], &lines[1]["container"]), (&"Lab".into(), &"web".into()));
    assert!(lines[0]["at"].as_str() < lines[1]["at"].as_str(), "{lines:?}");

    let (shown, _) = lab.tomo.at_terminal(&["container", "logs", "lab/web"]).end();
    assert!(shown.contains("\u{1b}[31mred\u{1b}[0m"), "{shown:?}");
    let error = lab.tomo.refused(1, &["container", "logs", "lab/web", "--tail", "100001"]);
    assert!(error.contains("at most 100000 lines"), "{error}");
}

/// Holds because the reason for a failure is often in the other container's log, a moment earlier.
#[test]
fn several_logs_come_in_the_order_of_time() {
    let Some(lab) = Lab::start() else { return };
    let script = "for i in 1 2 3 4 5 6 7 8; do echo $i; echo e$i >&2; sleep 1; done";
    for name in ["odd", "even"] {
        lab.docker.start_container(name, &[], &["sh", "-c", script]);
    }
    let both = ["container", "logs", "lab/odd", "lab/even"];
    // Both have written their last line when the follow of both ends by itself.
    let followed = lab.tomo.done(&[&both[..], &["--follow"]].concat());
    assert_eq!(followed, lab.tomo.done(&both), "the same, however it is read");
    assert_eq!(followed.matches("Lab/odd  | ").count(), 8, "{followed}");
    assert_eq!(followed.matches("Lab/even ! e").count(), 8, "{followed}");
    let lines = lab.tomo.done(&[&both[..], &["--json"]].concat());
    let lines: Vec<Value> =
        lines.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(lines.len(), 32);
    assert!(lines.is_sorted_by_key(|line| line["at"].as_str()), "{lines:?}");
    let changes = lines.windows(2).filter(|pair| pair[0]["container"] != pair[1]["container"]);
    assert!(changes.count() > 3, "they ran at the same time: {lines:?}");
}

/// Holds because a follow that never ends hangs every script behind it, and one that ends too early
/// loses what mattered.
#[test]
fn a_follow_ends_with_its_container_its_reader_and_its_person() {
    let Some(lab) = Lab::start() else { return };
    let count = "i=0; while [ $i -lt 3000 ]; do i=$((i+1)); echo line $i; done; sleep 1; echo last";
    lab.docker.start_container("short", &[], &["sh", "-c", count]);
    let followed = lab.tomo.done(&["container", "logs", "lab/short", "--follow"]);
    assert_eq!(followed.lines().count(), 3001, "every line, once");
    assert!(followed.starts_with("line 1\n") && followed.ends_with("line 3000\nlast\n"));

    let beat = "while :; do date; sleep 0.2; done";
    lab.docker.start_container("long", &[], &["sh", "-c", beat]);
    let mut child = lab.tomo.begin(&["container", "logs", "lab/long", "--follow"]);
    let mut out = BufReader::new(child.stdout.take().expect("a pipe"));
    out.read_line(&mut String::new()).expect("a line");
    drop(out);
    assert_eq!(child.wait().expect("it ends").code(), Some(0), "`| head -1` is no failure");

    let mut view = lab.tomo.at_terminal(&["container", "logs", "lab/long", "--follow"]);
    view.wait_for("20");
    view.press("\u{3}");
    assert_eq!(view.end().1, Some(0), "ending it is the way to leave it");

    lab.tomo.refused(1, &["container", "logs", "lab/nobody", "--follow"]);
}

/// Holds because whoever follows a log restarts the container to see what it says then, or the engine
/// to mend it.
#[test]
fn a_follow_goes_on_after_a_restart() {
    let Some(mut lab) = Lab::start() else { return };
    let script = ["sh", "-c", "echo began; exec sleep 600"];
    lab.docker.start_container("web", &["--restart", "always"], &script);
    let mut child = lab.tomo.begin(&["container", "logs", "lab/web", "--follow"]);
    let mut out = BufReader::new(child.stdout.take().expect("a pipe"));
    let mut line = || {
        let mut line = String::new();
        out.read_line(&mut line).expect("a line");
        line
    };
    assert_eq!(line(), "began\n");
    lab.docker.docker(&["restart", "-t", "0", "web"]);
    assert_eq!(line(), "began\n", "the container was restarted");
    lab.docker.restart();
    lab.docker.open_to_all();
    assert_eq!(line(), "began\n", "the engine was restarted");
    child.kill().expect("it runs");
    child.wait().expect("it ends");
}

/// Holds because a home network drops connections every day, and a hole in a log hides what happened
/// then.
#[test]
fn a_follow_goes_on_after_a_cut() {
    let Some(lab) = Lab::start() else { return };
    let beat = "i=0; while [ $i -lt 80 ]; do i=$((i+1)); echo n$i; sleep 0.2; done";
    lab.docker.start_container("web", &[], &["sh", "-c", beat]);
    let mut child = lab.tomo.begin(&["container", "logs", "lab/web", "--follow"]);
    let mut out = BufReader::new(child.stdout.take().expect("a pipe"));
    let mut seen = String::new();
    while !seen.contains("n5\n") {
        assert!(out.read_line(&mut seen).expect("a line") > 0, "{seen}");
    }
    lab.sshd.cut();
    out.read_to_string(&mut seen).expect("the rest");
    let mut complaints = String::new();
    child.stderr.take().expect("a pipe").read_to_string(&mut complaints).expect("text");
    assert_eq!(child.wait().expect("it ends").code(), Some(0), "{complaints}");
    let wanted: String = (1..=80).map(|number| format!("n{number}\n")).collect();
    assert_eq!(seen, wanted, "{complaints}");
    assert!(complaints.contains("It goes on when it can be read again"), "{complaints}");
}

/// Holds because a log that seems to begin where it was cut off hides what came before: it is said where
/// it stops, and how the rest is read, also where only one output is wanted.
#[test]
fn a_log_that_is_too_long_is_said_to_go_further_back() {
    let Some(lab) = Lab::start() else { return };
    let id =
        lab.docker.start_container("long", &[], &["sh", "-c", "echo bad >&2; sleep 1; seq 100000"]);
    lab.docker.docker(&["wait", &id]);
    let told = |arguments: &[&str]| {
        let output = lab.tomo.run(&[&["container", "logs", "lab/long"], arguments].concat());
        assert_eq!(output.status.code(), Some(0));
        let said = String::from_utf8(output.stderr).expect("text");
        (String::from_utf8(output.stdout).expect("text"), said)
    };
    let (lines, said) = told(&[]);
    assert_eq!(lines.lines().count(), 100_000);
    assert!(lines.starts_with("1\n") && lines.ends_with("\n100000\n"));
    assert!(
        said.starts_with("Lab/long has older lines than these newest 100000: --until '20"),
        "{said}"
    );
    let (lines, said) = told(&["--stream", "stderr"]);
    assert!(lines.is_empty() && said.contains("has older lines"), "{said}");
    let (lines, said) = told(&["--tail", "3"]);
    assert_eq!((lines.as_str(), said.as_str()), ("99998\n99999\n100000\n", ""));
}
