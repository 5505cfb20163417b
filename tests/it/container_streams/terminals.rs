//! Terminals in containers, and the shell of a server.

use super::{PATIENCE, docker, engine, skip};
use crate::lab::sshd::{self, Account, Options, Sshd};
use chrono::Utc;
use std::{future::Future, time::Duration};
use tokio::time::timeout;
use tomo::{
    docker::{EngineError, ExecOutput, ExecTerminal},
    domain::{
        credential::Credential,
        host_key::{HostKey, KnownHost},
    },
    ssh::{Connection, Limits, ShellEvent, ShellOutput, Target, Timeouts, connect},
};

/// Waits, and says so when nothing comes.
async fn soon<T>(waiting: impl Future<Output = T>) -> T {
    timeout(PATIENCE, waiting).await.expect("it comes")
}

/// Reads until a text has come.
async fn until(output: &mut ExecOutput, wanted: &str) -> String {
    let mut seen = String::new();
    soon(async {
        while !seen.contains(wanted) {
            let bytes = output.next().await.unwrap_or_else(|| panic!("no {wanted:?} in {seen:?}"));
            seen += &String::from_utf8_lossy(&bytes);
        }
    })
    .await;
    seen
}

/// Holds because a terminal without a size, without UTF-8 or without an exit code is none.
#[tokio::test(flavor = "multi_thread")]
async fn a_shell_in_a_container_works_like_a_terminal() {
    let Some(docker) = docker() else { return };
    let engine = engine(&docker).await;
    let id = docker.start_container("web", &[], &["sleep", "1000"]);
    // No bash is there; ash is.
    let terminal = engine.open_terminal(&id, &[], None, (97, 31)).await.expect("a shell");
    let ExecTerminal { mut output, mut input, control } = terminal;
    input.write("stty size; echo $TERM é日; tty\n".as_bytes()).await.expect("it reads");
    let seen = until(&mut output, "/dev/pts").await;
    assert!(seen.contains("31 97") && seen.contains("xterm-256color é日"), "{seen}");
    control.resize((120, 40)).await.expect("a size");
    input.write(b"stty size\n").await.expect("it reads");
    until(&mut output, "40 120").await;
    // Bytes that an HTTP client could take for the head of a frame.
    input
        .write(b"printf '\\001\\000\\000\\000\\377\\377\\377\\377'; echo done$((1+1))\n")
        .await
        .expect("it reads");
    until(&mut output, "done2").await;
    input.write(b"exit 7\n").await.expect("it reads");
    soon(async { while output.next().await.is_some() {} }).await;
    assert_eq!(control.exit_code().await, Ok(Some(7)));
}

/// Holds because a name that a person mistyped, a container without a shell and one that does not
/// run are three different things.
#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_run_says_why() {
    let Some(docker) = docker() else { return };
    let engine = engine(&docker).await;
    let id = docker.start_container("web", &[], &["sleep", "1000"]);
    let open = async |id: &str, command: &[&str]| {
        let command: Vec<String> = command.iter().map(|word| (*word).to_owned()).collect();
        soon(engine.open_terminal(id, &command, None, (80, 24))).await.err()
    };
    let error = open(&id, &["no-such-program", "; rm -rf /"]).await;
    assert!(
        matches!(&error, Some(EngineError::NoProgram(why)) if why.contains("no-such-program")),
        "{error:?}"
    );

    // The shell of this one is removed by itself; busybox's own name is left.
    let bare = docker.start_container(
        "bare",
        &[],
        &["/bin/busybox", "sh", "-c", "busybox rm /bin/sh /bin/ash; exec busybox sleep 1000"],
    );
    soon(async {
        while docker.docker(&["top", &bare]).contains("sh -c") {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    })
    .await;
    let error = open(&bare, &[]).await;
    assert!(
        matches!(&error, Some(EngineError::NoProgram(why)) if why.contains("no shell")),
        "{error:?}"
    );

    docker.docker(&["stop", "-t", "0", &id]);
    let error = open(&id, &[]).await;
    assert!(
        matches!(&error, Some(EngineError::Refused { message, .. }) if message.contains("not running")),
        "{error:?}"
    );
}

/// Holds because what a closed terminal leaves behind goes on for ever: an engine ends nothing by
/// itself.
#[tokio::test(flavor = "multi_thread")]
async fn a_closed_terminal_leaves_nothing_running() {
    let Some(docker) = docker() else { return };
    let engine = engine(&docker).await;
    let id = docker.start_container("web", &[], &["sleep", "1000"]);
    let terminal = engine.open_terminal(&id, &[], None, (80, 24)).await.expect("a shell");
    let ExecTerminal { mut output, mut input, control } = terminal;
    input.write(b"sleep 4321 & echo begun$((1+1))\n").await.expect("it reads");
    until(&mut output, "begun2").await;
    assert!(docker.docker(&["top", &id]).contains("sleep 4321"));
    soon(control.end()).await.expect("it ends");
    drop((output, input));
    soon(async {
        while docker.docker(&["top", &id]).contains("sleep 4321") {
            // Nothing tells of the end of a process but its absence.
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    })
    .await;
    assert!(docker.docker(&["top", &id]).contains("sleep 1000"), "only its own");
}

struct Lab {
    _sshd: Sshd,
    _account: Account,
    connection: Connection,
}

impl Lab {
    async fn start() -> Option<Self> {
        if sshd::find("sshd").is_none() {
            skip("sshd is missing");
            return None;
        }
        let sshd = Sshd::start(Options::default());
        let account = sshd::account("term", "right horse", "/bin/sh");
        let key = sshd::client_key("ed25519", "openssh", "");
        sshd.authorize(&key.public);
        let public_key = sshd.host_key("ed25519");
        let known = KnownHost {
            host: "127.0.0.1".to_owned(),
            port: sshd.port(),
            key: HostKey {
                algorithm: "ssh-ed25519".to_owned(),
                fingerprint: sshd::fingerprint(&public_key),
                public_key,
            },
            trusted_by: None,
            trusted_at: Utc::now(),
            last_seen_at: None,
        };
        let target = Target {
            host: "127.0.0.1".to_owned(),
            port: sshd.port(),
            username: account.name.clone(),
        };
        let credential =
            Credential::Key { private_key: key.private.clone().into(), passphrase: None };
        let mut on_step = |_, _| {};
        let connecting =
            connect(&target, &credential, Some(&known), Timeouts::default(), &mut on_step);
        let connection = connecting.await.expect("it signs in");
        Some(Self { _sshd: sshd, _account: account, connection })
    }
}

async fn until_shell(output: &mut ShellOutput, wanted: &str) -> String {
    let mut seen = String::new();
    soon(async {
        while !seen.contains(wanted) {
            match output.next().await.expect("the connection holds") {
                Some(ShellEvent::Data(bytes)) => seen += &String::from_utf8_lossy(&bytes),
                other => panic!("{other:?} instead of {wanted:?} in {seen:?}"),
            }
        }
    })
    .await;
    seen
}

/// Holds because the terminal of a server is the same thing a person has in every other program.
#[tokio::test(flavor = "multi_thread")]
async fn the_shell_of_a_server_works_like_a_terminal() {
    let Some(lab) = Lab::start().await else { return };
    let (mut output, input) =
        lab.connection.shell((97, 31), PATIENCE).await.expect("a shell with a terminal");
    input.write("stty size; echo $TERM é日; tty\n".into()).await.expect("it reads");
    let seen = until_shell(&mut output, "/dev/pts").await;
    assert!(seen.contains("31 97") && seen.contains("xterm-256color é日"), "{seen}");
    input.resize((120, 40)).await.expect("a size");
    input.write(b"stty size\n".to_vec()).await.expect("it reads");
    until_shell(&mut output, "40 120").await;
    input.write(b"exit 7\n".to_vec()).await.expect("it reads");
    let status = soon(async {
        loop {
            match output.next().await.expect("the connection holds") {
                Some(ShellEvent::Data(_)) => {}
                other => break other,
            }
        }
    })
    .await;
    assert_eq!(status, Some(ShellEvent::Status(7)));
}

/// Holds because a terminal that is closed must end what runs in it, and leave the connection to
/// the others.
#[tokio::test(flavor = "multi_thread")]
async fn a_closed_shell_is_gone_and_the_connection_goes_on() {
    let Some(lab) = Lab::start().await else { return };
    let (mut output, input) = lab.connection.shell((80, 24), PATIENCE).await.expect("a shell");
    input.write(b"echo pid=$$=; exec sleep 4322\n".to_vec()).await.expect("it reads");
    let mut seen = String::new();
    // What was typed is echoed; the number stands in the answer.
    let pid = loop {
        seen += &until_shell(&mut output, "=").await;
        let found = seen
            .split("pid=")
            .filter_map(|rest| rest.split('=').next())
            .find_map(|word| word.parse::<u32>().ok());
        if let Some(pid) = found {
            break pid.to_string();
        }
    };
    drop((output, input));
    soon(async {
        let limits = Limits::DEFAULT;
        let argv = ["kill", "-0", &pid];
        while lab.connection.exec(&argv, limits).await.expect("the connection goes on").succeeded()
        {
            // Nothing tells of the end of a process but its absence.
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    })
    .await;
}
