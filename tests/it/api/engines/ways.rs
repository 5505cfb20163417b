//! The ways to an engine, and what stands in them, as people read it: every trouble by its name, with
//! what to do, and no change where none may be made.

use super::{Lab, Setting, Watched, engine, is, runtime_folder, skip};
use crate::lab::{
    docker::{Docker, IMAGE},
    proxy::{OldEngine, ReadOnlyProxy},
};
use serde_json::{Value, json};
use std::{
    fs,
    os::unix::{fs::PermissionsExt, net::UnixListener},
    path::PathBuf,
    process::Command,
};
use tempfile::TempDir;
use tomo::api::error::Code;

/// A folder that every account may look into, and a place in it for a socket.
fn place() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("a mode");
    let socket = folder.path().join("docker.sock");
    (folder, socket)
}

/// What was asked of a server without a usable engine is refused in the words of the trouble.
async fn refuses(watched: &Watched, trouble: &Value) {
    let message = trouble["message"].as_str().expect("words");
    assert!(message.ends_with('.') && !message.contains('\n'), "a sentence: {message}");
    assert!(trouble["hint"].as_str().is_some_and(|hint| hint.ends_with('.')), "{trouble}");
    let container = watched.reference(&"ab".repeat(32));
    let stop = json!({ "containers": [container], "action": "stop" });
    let results = watched.house.ask("container.act", stop).await;
    assert_eq!(results[0]["error"], message, "the reason");
    let images = json!({ "server_id": watched.id });
    let refused = watched.house.call("image.list", images).await.expect_err("no engine");
    assert_eq!(refused.message, message);
    let row = watched.house.row(&watched.id).await;
    assert_eq!(row["containers"], Value::Null, "nothing is known, which is not 0");
    assert_eq!(watched.list().await["containers"], json!([]));
}

/// Holds because the finder says what it saw, whichever of these it is, and the watch passes it on as it
/// is; looking anew finds what was mended.
#[tokio::test(flavor = "multi_thread")]
async fn what_stands_in_the_way_is_said_by_its_name() {
    let (_folder, socket) = place();
    let Some(watched) = Watched::at(&socket).await else { return };
    let absent = watched.until_obstacle("absent").await;
    refuses(&watched, &absent).await;

    let look = async |obstacle: &str| {
        let looked = watched.house.ask("container.look", json!({ "id": watched.id })).await;
        let trouble = looked["status"]["trouble"].clone();
        assert_eq!(trouble["obstacle"], obstacle, "{looked}");
        assert_eq!(trouble["socket"], socket.display().to_string());
        refuses(&watched, &trouble).await;
        trouble
    };
    fs::create_dir(&socket).expect("a folder");
    let folder = look("not_a_socket").await;
    assert!(folder["command"].as_str().is_some_and(|it| it.starts_with("sudo rmdir ")));
    fs::remove_dir(&socket).expect("it is empty");

    drop(UnixListener::bind(&socket).expect("a socket"));
    fs::set_permissions(&socket, fs::Permissions::from_mode(0o666)).expect("a mode");
    let down = look("down").await;
    assert_eq!(down["command"], "sudo systemctl start docker");

    let changed = Command::new("chgrp").arg("daemon").arg(&socket).status();
    if !changed.is_ok_and(|status| status.success()) {
        return skip("another group for a file (needs root)");
    }
    fs::set_permissions(&socket, fs::Permissions::from_mode(0o660)).expect("a mode");
    let forbidden = look("forbidden").await;
    let account = &watched.lab.account.name;
    assert_eq!(forbidden["command"], format!("sudo usermod -aG daemon {account}"));
    let grants = forbidden["grants"].as_str().expect("what it grants");
    assert!(grants.contains("can become root"), "{grants}");
}

/// Holds because what an engine speaks is asked before anything else is believed of it.
#[tokio::test(flavor = "multi_thread")]
async fn an_engine_of_long_ago_is_said_to_be_too_old() {
    let old = OldEngine::start("1.24");
    let Some(watched) = Watched::at(&old.socket()).await else { return };
    let trouble = watched.until_obstacle("too_old").await;
    let message = trouble["message"].as_str().expect("words");
    assert!(message.contains("version 1.24") && message.contains("1.40"), "{message}");
    refuses(&watched, &trouble).await;
}

/// Holds because whoever put the proxy there wants no changes: everything is shown, each change is
/// refused with that reason, and none reaches the engine.
#[tokio::test(flavor = "multi_thread")]
async fn behind_a_proxy_everything_is_shown_and_nothing_changed() {
    let Some(docker) = engine() else { return };
    let id = docker.start_container("web", &[], &["sleep", "600"]);
    docker.docker(&["volume", "create", "free"]);
    let proxy = ReadOnlyProxy::start(docker.socket());
    let Some(watched) = Watched::at(&proxy.socket()).await else { return };
    let list = watched.until_engine("ready").await;
    assert_eq!(list["engines"][0]["status"]["info"]["access"], "read_only");
    watched.until_row("web", |row| is(row, "running")).await;
    let container = watched.reference(&id);
    let house = &watched.house;
    let details = house.ask("container.inspect", json!({ "container": container })).await;
    assert_eq!(details["command"], json!(["sleep", "600"]));
    let volumes = house.ask("volume.list", json!({ "server_id": watched.id })).await;
    assert_eq!(volumes[0]["name"], "free");

    let reason = |error: &Value| {
        let words = error.as_str().unwrap_or_default();
        assert!(words.contains("questions only"), "{words}");
    };
    for action in ["start", "stop", "restart", "pause", "unpause", "kill"] {
        let act = json!({ "containers": [container], "action": action });
        reason(&house.ask("container.act", act).await[0]["error"]);
    }
    let remove = json!({ "containers": [container], "force": true, "with_volumes": true });
    reason(&house.ask("container.remove", remove).await[0]["error"]);
    let volume = json!({ "server_id": watched.id, "ids": ["free"] });
    reason(&house.ask("volume.remove", volume).await[0]["error"]);
    let rename = json!({ "container": container, "name": "other" });
    let limit = json!({ "container": container, "limits": { "cpu_cores": 0.5 } });
    for (command, arguments) in [("container.rename", rename), ("container.limit", limit)] {
        let refused = house.call(command, arguments).await.expect_err("a change");
        reason(&json!(refused.message));
    }
    let said = docker.docker(&["inspect", "-f", "{{.Name}} {{.State.Status}}", &id]);
    assert_eq!(said, "/web running");
    // What happens on the other side of the proxy is heard all the same.
    docker.docker(&["kill", "web"]);
    watched.until_row("web", |row| is(row, "exited")).await;
}

/// Holds because the docker program over there carries the same requests, several at a time and one
/// after the other, and events besides.
#[tokio::test(flavor = "multi_thread")]
async fn where_forwarding_is_forbidden_everything_works_all_the_same() {
    let Some(docker) = engine() else { return };
    let socket = format!("SetEnv DOCKER_HOST=unix://{}", docker.socket().display());
    let config = vec![socket, "AllowStreamLocalForwarding no".to_owned()];
    let Some(lab) = Lab::with_config(config) else { return };
    let watched = Watched::of(lab).await;
    let list = watched.until_engine("ready").await;
    assert_eq!(list["engines"][0]["status"]["info"]["via"], "dial_stdio");
    everything_works(&watched, &docker).await;
}

/// What a window does with containers, from seeing one appear to removing it.
async fn everything_works(watched: &Watched, docker: &Docker) {
    let house = &watched.house;
    let ids: Vec<_> = (0..6)
        .map(|number| docker.start_container(&format!("c{number}"), &["--init"], &["sleep", "600"]))
        .collect();
    watched.until_row("c5", |row| is(row, "running")).await;
    let all: Vec<_> = ids.iter().map(|id| watched.reference(id)).collect();
    for (action, state) in [("pause", "paused"), ("unpause", "running"), ("kill", "exited")] {
        let act = json!({ "containers": all, "action": action });
        let results = house.ask("container.act", act).await;
        assert!(
            results.as_array().is_some_and(|all| all.iter().all(|it| it["error"].is_null())),
            "{action}: {results}"
        );
        for number in 0..6 {
            watched.until_row(&format!("c{number}"), |row| is(row, state)).await;
        }
    }
    let details = house.ask("container.inspect", json!({ "container": all[0] })).await;
    assert_eq!(details["row"]["container"]["name"], "c0");
    let images = house.ask("image.list", json!({ "server_id": watched.id })).await;
    assert_eq!(images[0]["tags"], json!([IMAGE]));
    let results = house.ask("container.remove", json!({ "containers": all })).await;
    assert_eq!(results.as_array().map(Vec::len), Some(6));
    watched.until("empty list", |list| list["containers"] == json!([])).await;
    assert_eq!(docker.docker(&["ps", "-aq"]), "");
}

/// Holds because an engine that runs without root has its socket where its account's programs look for
/// it, and the finder looks there too: nobody has to say where.
#[tokio::test(flavor = "multi_thread")]
async fn the_socket_of_an_account_of_its_own_is_found_by_itself() {
    let Some(docker) = engine() else { return };
    let Some(lab) = Lab::start() else { return };
    let Some(folder) = runtime_folder(&lab) else { return };
    let socket = folder.join("docker.sock");
    docker.link_at(&socket);
    let watched = Watched::of(lab).await;
    let list = watched.until_engine("ready").await;
    assert_eq!(list["engines"][0]["status"]["info"]["socket"], socket.display().to_string());
}

/// Holds because the reason is the engine's own, and one that cannot be stopped keeps nobody else from
/// being stopped.
#[tokio::test(flavor = "multi_thread")]
async fn what_an_engine_refuses_is_said_in_its_words() {
    let Some(setting) = Setting::start().await else { return };
    let (docker, house) = (&setting.docker, &setting.house);
    let runs = docker.start_container("runs", &[], &["sleep", "600"]);
    let broken = docker.docker(&["create", "--name", "broken", IMAGE, "/no/such/program"]);
    let both = json!([setting.reference(&broken), setting.reference(&runs)]);
    for (action, first, second) in
        [("start", "no such file", ""), ("pause", "not running", ""), ("kill", "not running", "")]
    {
        let act = json!({ "containers": both, "action": action });
        let results = house.ask("container.act", act).await;
        let error = |at: usize| results[at]["error"].as_str().unwrap_or_default().to_lowercase();
        assert!(error(0).contains(first), "{action}: {results}");
        assert_eq!(error(1), second, "{action}: {results}");
    }
    let row = setting.until_row("broken", |row| row["trouble"].is_string()).await;
    assert_eq!(row["trouble"], "Could not be started");
    let rename = json!({ "container": setting.reference(&runs), "name": "broken" });
    let refused = house.call("container.rename", rename).await.expect_err("it is taken");
    assert!(refused.message.contains("already in use"), "{}", refused.message);
    let most = json!({ "container": setting.reference(&runs), "limits": { "cpu_cores": 5000.0 } });
    let refused = house.call("container.limit", most).await.expect_err("no host has so many");
    assert!(refused.message.contains("CPUs"), "{}", refused.message);
    let nobody = json!({ "container": setting.reference(&"ab".repeat(32)) });
    house.refused("container.inspect", nobody, Code::NotFound).await;
}
