//! `tomo container exec` and `tomo server shell`: pipes, terminals, exit codes.

use super::{Tomo, containers::Lab};
use std::{
    fs,
    io::Write,
    process::{Command, Output, Stdio},
};

impl Tomo {
    /// Runs it with this at its input.
    fn fed(&self, arguments: &[&str], input: &[u8]) -> Output {
        let mut command = Command::new(self.program());
        let mut child = self
            .dress(&mut command)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("tomo runs");
        let mut pipe = child.stdin.take().expect("a pipe");
        let input = input.to_vec();
        let feeding = std::thread::spawn(move || {
            // A program may end before it has read all.
            let _ = pipe.write_all(&input);
        });
        let output = child.wait_with_output().expect("tomo runs");
        feeding.join().expect("it is fed");
        output
    }
}

/// Holds because a database is saved and brought back through these pipes: a byte more or less, or a
/// failure that exits with 0, is a backup that is none.
#[test]
fn pipes_carry_every_byte_and_the_exit_code() {
    let Some(lab) = Lab::start() else { return };
    lab.docker.start_container("web", &[], &["sleep", "600"]);
    let bytes: Vec<u8> =
        (0..3_000_000_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let output = lab.tomo.fed(&["container", "exec", "lab/web", "cat"], &bytes);
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{complaints}");
    assert!(output.stdout == bytes, "{} bytes came back: {complaints}", output.stdout.len());

    let script = "echo out; echo err >&2; exit 7";
    let output = lab.tomo.run(&["container", "exec", "lab/web", "--", "sh", "-c", script]);
    assert_eq!(output.status.code(), Some(7));
    assert_eq!((&output.stdout[..], &output.stderr[..]), (&b"out\n"[..], &b"err\n"[..]));

    let output = lab.tomo.fed(&["container", "exec", "lab/web"], b"echo $((40+2))\nexit 3\n");
    assert_eq!((output.status.code(), &output.stdout[..]), (Some(3), &b"42\n"[..]));
    let user = lab.tomo.done(&["container", "exec", "lab/web", "--user", "1234", "--", "id", "-u"]);
    assert_eq!(user, "1234\n");
    // No shell reads it on the way.
    let word = "$(touch /x); `touch /x` \"'";
    assert_eq!(
        lab.tomo.done(&["container", "exec", "lab/web", "--", "echo", word]),
        format!("{word}\n")
    );

    let error = lab.tomo.refused(127, &["container", "exec", "lab/web", "--", "no-such-program"]);
    assert!(error.contains("This container cannot run no-such-program: "), "{error}");
    assert!(!error.contains("removed"), "{error}");
    lab.docker.docker(&["stop", "-t", "0", "web"]);
    let error = lab.tomo.refused(1, &["container", "exec", "lab/web", "--", "true"]);
    assert!(error.contains("not running"), "{error}");
}

/// Holds because a program that whoever started it has left goes on for ever: an engine ends nothing by
/// itself.
#[test]
fn what_is_left_is_ended_in_the_container() {
    let Some(lab) = Lab::start() else { return };
    lab.docker.start_container("web", &[], &["sleep", "600"]);
    let line = format!(
        "'{}' container exec lab/web -- yes | head -1; '{0}' container exec lab/web -- sh -c \
         'echo begun; exec sleep 4323' > '{}'; echo code $?",
        lab.tomo.program().display(),
        lab.tomo.path("out.txt")
    );
    let mut terminal = lab.tomo.shell(&format!("trap : INT; {line}"));
    terminal.wait_for("y");
    // Nothing tells of what is written to a file but the file.
    while fs::read_to_string(lab.tomo.path("out.txt")).unwrap_or_default() != "begun\n" {
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    assert!(lab.docker.docker(&["top", "web"]).contains("sleep 4323"));
    terminal.press("\u{3}");
    let (rest, _) = terminal.end();
    assert!(rest.contains("code 130"), "{rest:?}");
    let left = lab.docker.docker(&["top", "web"]);
    assert!(
        left.contains("sleep 600") && !left.contains("4323") && !left.contains("yes"),
        "{left}"
    );
}

/// Holds because a person at a terminal expects what `ssh` gives: a size that follows the window, an exit
/// code, and the own shell back as it was.
#[test]
fn a_terminal_is_handed_over_and_given_back() {
    let Some(lab) = Lab::start() else { return };
    lab.docker.start_container("web", &[], &["sleep", "600"]);
    for command in ["container exec lab/web", "server shell lab"] {
        let program = lab.tomo.program();
        let line = format!("'{}' {command}; echo code $?; stty -a", program.display());
        let mut terminal = lab.tomo.shell(&line);
        terminal.press("stty size; echo $TERM é日 $((40+2))\n");
        let shown = terminal.wait_for("é日 42");
        assert!(shown.contains("24 100") && shown.contains("xterm-256color"), "{shown:?}");
        let name = terminal.name();
        let resized = Command::new("stty").args(["-F", &name, "rows", "31", "cols", "97"]).status();
        assert!(resized.expect("stty").success());
        // The program hears of it a moment later.
        terminal.press("until stty size | grep '31 97'; do sleep 0.1; done\n");
        terminal.wait_for("\n31 97");
        // Ctrl-C is the program's.
        terminal.press("sh -c 'echo begun $((1+1)); exec sleep 4324'\n");
        terminal.wait_for("begun 2");
        terminal.press("\u{3}");
        terminal.wait_for("^C");
        terminal.press("echo still $((50+1))\n");
        terminal.wait_for("still 51");
        terminal.press("exit 7\n");
        let (rest, _) = terminal.end();
        assert!(rest.contains("code 7") && rest.contains(" echo "), "{rest:?}");
    }
    let mut terminal = lab.tomo.at_terminal(&["container", "exec", "lab/web", "no-such-program"]);
    let shown = terminal.wait_for("executable file not found");
    assert!(shown.contains("no-such-program"), "{shown:?}");
    assert_eq!(terminal.end().1, Some(127));
    lab.tomo.refused(2, &["server", "shell", "lab"]);
}

/// Holds because being told to end, and a connection that breaks, must both give the terminal back and
/// say what happened.
#[test]
fn a_terminal_that_is_cut_off_is_given_back() {
    let Some(lab) = Lab::start() else { return };
    lab.docker.start_container("web", &[], &["sleep", "600"]);
    let line =
        format!("'{}' container exec lab/web; echo code $?; stty -a", lab.tomo.program().display());
    for cut in [true, false] {
        let mut terminal = lab.tomo.shell(&line);
        terminal.press("printf '\\033[?1049h'; echo here $((40+2)); sleep 4325\n");
        terminal.wait_for("here 42");
        if cut {
            lab.sshd.cut()
        } else {
            terminal.terminate()
        }
        let (rest, _) = terminal.end();
        let code = if cut { "code 1" } else { "code 130" };
        assert!(rest.contains(code) && rest.contains(" echo "), "{rest:?}");
        assert!(rest.contains("\u{1b}[?1049l"), "{rest:?}");
    }
    assert!(!lab.docker.docker(&["top", "web"]).contains("bash"), "none is there");
}

/// Holds because a person who may only look must not run anything, in either way.
#[test]
fn whoever_may_only_look_runs_nothing() {
    let Some(lab) = Lab::start() else { return };
    lab.docker.start_container("web", &[], &["sleep", "600"]);
    let file = lab.tomo.path("ana.txt");
    fs::write(&file, "an open door in autumn\n").expect("a file");
    lab.tomo.done(&["user", "create", "ana", "--role", "readonly", "--password-file", &file]);
    lab.tomo.done(&["logout"]);
    lab.tomo.done(&["login", "--username", "ana", "--password-file", &file]);
    let error = lab.tomo.refused(1, &["container", "exec", "lab/web", "--", "touch", "/x"]);
    assert!(error.contains("role"), "{error}");
    let error = lab.tomo.refused(1, &["container", "remove", "lab/web"]);
    assert!(error.contains("may not remove containers"), "told before it is asked: {error}");
    let mut terminal = lab.tomo.at_terminal(&["container", "exec", "lab/web"]);
    terminal.wait_for("The role 'readonly'");
    assert_eq!(terminal.end().1, Some(1));
    assert!(!lab.docker.docker(&["exec", "web", "ls", "/"]).contains('x'), "nothing was run");
    assert_eq!(lab.tomo.done(&["container", "logs", "lab/web"]), "", "looking is allowed");
}
