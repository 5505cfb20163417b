//! `exec`: exact words in, exact output out, and nothing left running.

use super::{Lab, Options, limits};
use std::{io::Read, path::PathBuf, process::Command, time::Duration};
use tempfile::TempDir;
use tomo::ssh::{Limits, RemoteError};

/// Holds because scripts branch on the status, and an error message must not pass for output.
#[tokio::test(flavor = "multi_thread")]
async fn status_signal_and_the_two_outputs_are_kept_apart() {
    let Some(lab) = Lab::start(Options::default()) else { return };
    let connection = lab.connect().await;
    let run = async |script: &str| {
        connection.exec(&["sh", "-c", script], limits()).await.expect("an answer")
    };
    let output = run("echo out; echo err >&2; exit 7").await;
    assert_eq!((&output.stdout[..], &output.stderr[..]), (&b"out\n"[..], &b"err\n"[..]));
    assert_eq!((output.status, output.signal, output.truncated), (Some(7), None, false));

    let output = run("kill -TERM $$").await;
    assert_eq!((output.status, output.signal.as_deref()), (None, Some("TERM")));

    let output = connection.exec(&["no such command"], limits()).await.expect("an answer");
    assert_eq!(output.status, Some(127));
    assert!(String::from_utf8_lossy(&output.stderr).contains("no such command"));
}

/// Holds because a command that reads its input would otherwise wait for ever.
#[tokio::test(flavor = "multi_thread")]
async fn the_input_of_a_command_is_empty() {
    let Some(lab) = Lab::start(Options::default()) else { return };
    let output = lab.connect().await.exec(&["cat"], limits()).await.expect("an answer");
    assert!(output.succeeded() && output.stdout.is_empty(), "{output:?}");
}

/// Holds because output beyond the limit must cost neither memory nor a deadlock, on either
/// stream, and must not hide how the command ended.
#[tokio::test(flavor = "multi_thread")]
async fn ten_megabytes_are_capped_without_a_deadlock() {
    let Some(lab) = Lab::start(Options::default()) else { return };
    let connection = lab.connect().await;
    let script = "head -c 10485760 /dev/zero >&2; head -c 10485760 /dev/zero; exit 3";
    let limits = Limits { bytes: 64 << 10, ..limits() };
    let output = connection.exec(&["sh", "-c", script], limits).await.expect("an answer");
    assert_eq!((output.stdout.len(), output.stderr.len()), (64 << 10, 64 << 10));
    assert_eq!((output.status, output.truncated), (Some(3), true));
    let whole = Limits { bytes: 20 << 20, ..limits };
    let output = connection.exec(&["sh", "-c", script], whole).await.expect("an answer");
    assert_eq!((output.stdout.len(), output.truncated), (10 << 20, false));
    assert!(connection.traffic().received > 40 << 20, "{:?}", connection.traffic());
}

/// A pipe whose end says that everything that held it open is gone.
struct Canary(TempDir);

impl Canary {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let readable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(folder.path(), readable).expect("a mode");
        let canary = Self(folder);
        let made = Command::new("mkfifo").args(["-m", "666"]).arg(canary.path()).status();
        assert!(made.expect("mkfifo").success());
        canary
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("pipe")
    }

    /// A command that says it is running and then holds the pipe for ever, in a child as well.
    fn command(&self) -> String {
        format!("exec > '{}'; echo running; sleep 1000 & sleep 1001", self.path().display())
    }

    /// Returns once the command says that it runs; the rest is read by what is returned.
    async fn running(&self) -> std::fs::File {
        let path = self.path();
        let open = move || {
            let mut pipe = std::fs::File::open(path).expect("the pipe");
            let mut line = [0; 8];
            pipe.read_exact(&mut line).expect("a line");
            assert_eq!(&line, b"running\n");
            pipe
        };
        tokio::task::spawn_blocking(open).await.expect("a thread")
    }
}

/// Waits until nobody holds the pipe open any more.
async fn dead(mut pipe: std::fs::File) {
    let end = tokio::task::spawn_blocking(move || pipe.read_to_end(&mut Vec::new()));
    let end = tokio::time::timeout(Duration::from_secs(20), end).await;
    end.expect("the command is killed").expect("a thread").expect("its end");
}

/// Holds because a command that hangs would otherwise stay on the server, once per attempt.
#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_takes_too_long_is_killed_with_its_children() {
    let Some(lab) = Lab::start(Options::default()) else { return };
    let connection = lab.connect().await;
    let canary = Canary::new();
    let command = canary.command();
    let limits = Limits { time: Duration::from_secs(2), ..limits() };
    let argv = ["sh", "-c", command.as_str()];
    let (result, pipe) = tokio::join!(connection.exec(&argv, limits), canary.running());
    assert_eq!(result, Err(RemoteError::Timeout(limits.time)));
    dead(pipe).await;
    assert!(connection.exec(&["true"], super::limits()).await.expect("an answer").succeeded());
}

/// Holds because the person who closes the page ends what the page had asked for.
#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_nobody_waits_for_any_more_is_killed() {
    let Some(lab) = Lab::start(Options::default()) else { return };
    let connection = lab.connect().await;
    let canary = Canary::new();
    let command = canary.command();
    let argv = ["sh", "-c", command.as_str()];
    let pipe = tokio::select! {
        result = connection.exec(&argv, limits()) => panic!("it runs for ever: {result:?}"),
        pipe = canary.running() => pipe,
    };
    dead(pipe).await;
}

/// Holds because a NUL cannot stand in a command line, and must not cut one short.
#[tokio::test(flavor = "multi_thread")]
async fn a_word_with_nul_is_refused() {
    let Some(lab) = Lab::start(Options::default()) else { return };
    let result = lab.connect().await.exec(&["echo", "a\0b"], limits()).await;
    assert_eq!(result, Err(RemoteError::Unsendable));
}

/// Holds because a server is asked many things at once over its one connection.
#[tokio::test(flavor = "multi_thread")]
async fn commands_run_side_by_side() {
    let Some(lab) = Lab::start(Options::default()) else { return };
    let connection = lab.connect().await;
    let ask = async |number: usize| {
        let text = number.to_string();
        let output = connection.exec(&["echo", &text], limits()).await.expect("an answer");
        assert_eq!(output.stdout, format!("{number}\n").into_bytes());
    };
    futures::future::join_all((0..8).map(ask)).await;
}
