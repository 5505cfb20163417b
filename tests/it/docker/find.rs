//! Finding engines, and saying what is in the way.

use super::{Lab, engine, skip};
use crate::lab::{docker::IMAGE, podman::Podman, proxy::ReadOnlyProxy};
use std::{
    fs,
    os::unix::{fs::PermissionsExt, net::UnixListener},
    process::Command,
};
use tomo::{
    docker::{EngineError, find},
    domain::{
        engine::{EngineAccess, EngineKind, EngineObstacle, EngineTrouble, EngineVia},
        id::ServerId,
    },
};

async fn trouble(lab: &Lab) -> EngineTrouble {
    let connection = lab.connect().await;
    let met = find::on_server(&connection).await.first();
    *met.map(|met| met.0.info().clone()).expect_err("something is in the way")
}

/// Holds because the socket is forwarded through the connection that is there: no second sign-in, no
/// program on the server.
#[tokio::test(flavor = "multi_thread")]
async fn an_engine_answers_through_the_ssh_connection() {
    let Some(docker) = engine() else { return };
    let id = docker.docker(&["create", "--name", "web", IMAGE, "true"]);
    let lab = Lab::start(&docker.socket(), &[]);
    let connection = lab.connect().await;
    let met = find::on_server(&connection).await.first().expect("an engine");
    let info = met.0.info();
    assert_eq!((info.kind, info.via), (EngineKind::Docker, EngineVia::Streamlocal));
    assert_eq!(info.access, EngineAccess::Full);
    assert_eq!(info.socket, docker.socket().display().to_string());
    assert!(info.root_dir.as_deref().is_some_and(|dir| dir.ends_with("/data")));
    assert!(info.cpus.is_some() && info.memory_bytes.is_some());
    let first = met.1.containers(ServerId::LOCAL, &met.0);
    assert_eq!(first.iter().map(|it| it.id.as_str()).collect::<Vec<_>>(), [id]);
    assert_eq!(lab.sshd.log().matches("Accepted publickey").count(), 1);
}

/// Many servers forbid forwarding; the docker program over there is the other way in, also for several
/// answers one after the other on one stream.
#[tokio::test(flavor = "multi_thread")]
async fn where_forwarding_is_forbidden_the_docker_program_leads_there() {
    let Some(docker) = engine() else { return };
    docker.docker(&["create", "--name", "web", IMAGE, "true"]);
    let lab = Lab::start(&docker.socket(), &["AllowStreamLocalForwarding no"]);
    let connection = lab.connect().await;
    let met = find::on_server(&connection).await.first().expect("an engine");
    assert_eq!(met.0.info().via, EngineVia::DialStdio);
    for _ in 0..3 {
        let listed = met.0.list(ServerId::LOCAL).await.expect("a list");
        assert_eq!(listed.len(), 1);
    }
    let missing = met.0.look(ServerId::LOCAL, "nobody").await;
    assert!(matches!(missing, Err(EngineError::NotFound(_))), "{missing:?}");
}

/// The most frequent trouble of all gets the very command that ends it, and what that command gives
/// away: the group is as good as root.
#[tokio::test(flavor = "multi_thread")]
async fn an_account_without_permission_is_told_the_command_and_what_it_grants() {
    let Some(docker) = engine() else { return };
    let changed = Command::new("chgrp").arg("daemon").arg(docker.socket()).status();
    assert!(changed.is_ok_and(|status| status.success()));
    fs::set_permissions(docker.socket(), fs::Permissions::from_mode(0o660)).expect("a mode");
    let lab = Lab::start(&docker.socket(), &[]);
    let trouble = trouble(&lab).await;
    assert_eq!(trouble.obstacle, EngineObstacle::Forbidden);
    let account = &lab.account.name;
    assert_eq!(trouble.command, Some(format!("sudo usermod -aG daemon {account}")));
    assert!(trouble.grants.is_some_and(|grants| grants.contains("become root")));
}

/// Docker makes a folder of a mount's missing source, so a container that mounts the socket leaves one
/// where the socket should be.
#[tokio::test(flavor = "multi_thread")]
async fn a_folder_in_the_sockets_place_is_called_one() {
    if crate::lab::sshd::find("sshd").is_none() {
        return skip("sshd");
    }
    let folder = tempfile::tempdir().expect("a folder");
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("a mode");
    let socket = folder.path().join("docker.sock");
    fs::create_dir(&socket).expect("a folder");
    let lab = Lab::start(&socket, &[]);
    let trouble = trouble(&lab).await;
    assert_eq!(trouble.obstacle, EngineObstacle::NotASocket);
    assert_eq!(trouble.socket, Some(socket.display().to_string()));
}

/// A socket that nobody listens at any more is a daemon that is down, not a server without Docker.
#[tokio::test(flavor = "multi_thread")]
async fn a_socket_without_a_daemon_is_a_daemon_that_is_down() {
    if crate::lab::sshd::find("sshd").is_none() {
        return skip("sshd");
    }
    let folder = tempfile::tempdir().expect("a folder");
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("a mode");
    let socket = folder.path().join("docker.sock");
    drop(UnixListener::bind(&socket).expect("a socket"));
    fs::set_permissions(&socket, fs::Permissions::from_mode(0o666)).expect("a mode");
    let lab = Lab::start(&socket, &[]);
    let down = trouble(&lab).await;
    assert_eq!(down.obstacle, EngineObstacle::Down, "{down:?}");
    assert_eq!(down.command.as_deref(), Some("sudo systemctl start docker"));
    // The same where the docker program would have to say so.
    let narrow = Lab::start(&socket, &["AllowStreamLocalForwarding no"]);
    let down = trouble(&narrow).await;
    assert_eq!(down.obstacle, EngineObstacle::Down, "{down:?}");
}

/// A server without an engine is a plain answer, and no failure.
#[tokio::test(flavor = "multi_thread")]
async fn no_engine_is_an_answer() {
    if crate::lab::sshd::find("sshd").is_none() {
        return skip("sshd");
    }
    let folder = tempfile::tempdir().expect("a folder");
    let lab = Lab::start(&folder.path().join("none.sock"), &[]);
    let absent = trouble(&lab).await;
    assert_eq!(absent.obstacle, EngineObstacle::Absent, "{absent:?}");
    assert!(!absent.hint.is_empty());
}

/// Whoever put a proxy in front of the socket wants no changes; Tomo finds that out by asking for one
/// that cannot happen, and still shows everything.
#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_that_lets_through_questions_only_is_recognised() {
    let Some(docker) = engine() else { return };
    docker.docker(&["create", "--name", "web", IMAGE, "true"]);
    let proxy = ReadOnlyProxy::start(docker.socket());
    let socket = proxy.socket();
    let lab = Lab::start(&socket, &[]);
    let connection = lab.connect().await;
    let met = find::on_server(&connection).await.first().expect("an engine");
    assert_eq!(met.0.info().access, EngineAccess::ReadOnly);
    assert_eq!(met.1.containers(ServerId::LOCAL, &met.0).len(), 1);
}

/// Something that accepts and never answers must end in words, not in a watch that hangs.
#[tokio::test(flavor = "multi_thread")]
async fn a_socket_that_is_no_engine_is_said_to_be_none() {
    if crate::lab::sshd::find("sshd").is_none() {
        return skip("sshd");
    }
    let folder = tempfile::tempdir().expect("a folder");
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("a mode");
    let socket = folder.path().join("docker.sock");
    let listener = UnixListener::bind(&socket).expect("a socket");
    fs::set_permissions(&socket, fs::Permissions::from_mode(0o666)).expect("a mode");
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let _ = std::io::Write::write_all(&mut &stream, b"220 mail.example ESMTP\r\n");
        }
    });
    let lab = Lab::start(&socket, &[]);
    let trouble = trouble(&lab).await;
    assert_eq!(trouble.obstacle, EngineObstacle::Down, "{trouble:?}");
    assert!(!trouble.message.contains("not understood") || !trouble.message.contains("Nobody"));
}

/// Podman's compatible service is found, told from Docker, and listed, at a path of its own.
#[tokio::test(flavor = "multi_thread")]
async fn podman_answers_the_same_questions() {
    if let Some(why) = Podman::missing() {
        return skip(why);
    }
    let podman = Podman::start();
    let lab = Lab::start(&podman.socket(), &[]);
    let connection = lab.connect().await;
    let met = find::on_server(&connection).await.first().expect("an engine");
    assert_eq!(met.0.info().kind, EngineKind::Podman);
    assert_eq!(met.0.info().access, EngineAccess::Full);
    assert!(met.1.containers(ServerId::LOCAL, &met.0).is_empty());
}
