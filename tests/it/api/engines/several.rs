//! A server with more than one engine: Docker, and the account's own Podman beside it.

use super::{Lab, RuntimeFolder, Watched, engine, is, row};
use crate::lab::{docker::Docker, podman::Podman, proxy::ReadOnlyProxy};
use serde_json::{Value, json};
use std::{fs, os::unix::fs::symlink, path::PathBuf};

/// A server with both. The account finds Docker's socket in two places, and Podman's in one.
struct Both {
    watched: Watched,
    docker: Docker,
    podman: Podman,
    /// Where the account finds Podman's.
    podman_socket: PathBuf,
    _folder: RuntimeFolder,
}

impl Both {
    async fn start() -> Option<Self> {
        let podman = super::podman::podman()?;
        let docker = engine()?;
        let lab = Lab::with_engine(&docker.socket())?;
        let folder = RuntimeFolder::of(&lab.account.name)?;
        fs::create_dir(folder.0.join("podman")).expect("a folder");
        let podman_socket = folder.0.join("podman/podman.sock");
        symlink(podman.socket(), &podman_socket).expect("a link");
        symlink(docker.socket(), folder.0.join("docker.sock")).expect("a link");
        let watched = Watched::of(lab).await;
        let both = Self { watched, docker, podman, podman_socket, _folder: folder };
        both.until_both().await;
        Some(both)
    }

    /// Waits until both answer, Docker first.
    async fn until_both(&self) -> Value {
        let is_both = |list: &Value| {
            let engine = &list["engines"][0];
            engine["status"]["info"]["kind"] == "docker"
                && engine["others"][0]["status"]["info"]["kind"] == "podman"
        };
        self.watched.until("both engines", is_both).await
    }

    fn docker_socket(&self) -> String {
        self.docker.socket().display().to_string()
    }

    fn podman_socket(&self) -> String {
        self.podman_socket.display().to_string()
    }

    /// Starts a container in each, and gives their ids.
    async fn start_containers(&self) -> (String, String) {
        let web = self.docker.start_container("web", &[], &["sleep", "600"]);
        let shop = self.podman.start_container("shop", &[], &["sleep", "600"]);
        self.watched.until_row("web", |row| is(row, "running")).await;
        self.watched.until_row("shop", |row| is(row, "running")).await;
        (web, shop)
    }
}

/// Holds because each engine is watched by itself, and whatever is done goes to the one that has it. One
/// that answers at two sockets is one.
#[tokio::test(flavor = "multi_thread")]
async fn all_engines_of_a_server_are_listed_heard_and_acted_on() {
    let Some(both) = Both::start().await else { return };
    let (watched, house) = (&both.watched, &both.watched.house);
    let (web, shop) = both.start_containers().await;
    let list = watched.list().await;
    assert_eq!(list["engines"].as_array().map(Vec::len), Some(1), "one for each server");
    assert_eq!(list["engines"][0]["others"].as_array().map(Vec::len), Some(1), "{list:#}");
    assert_eq!(list["engines"][0]["others"][0]["socket"], both.podman_socket());
    assert_eq!(row(&list, "web")["container"]["engine"], both.docker_socket());
    assert_eq!(row(&list, "shop")["container"]["engine"], both.podman_socket());
    let counts = json!({ "running": 2, "all": 2, "troubled": 0 });
    house.until(&watched.id, "counts of both", |row| row["containers"] == counts).await;

    let containers = [watched.reference(&web), watched.reference(&shop)];
    for (action, state) in [("pause", "paused"), ("unpause", "running")] {
        let act = json!({ "containers": containers, "action": action });
        let results = house.ask("container.act", act).await;
        for (result, name) in [(&results[0], "web"), (&results[1], "shop")] {
            assert_eq!((&result["name"], &result["error"]), (&json!(name), &Value::Null));
            watched.until_row(name, |row| is(row, state)).await;
        }
    }
    for (container, kind) in containers.iter().zip(["docker", "podman"]) {
        let details = house.ask("container.inspect", json!({ "container": container })).await;
        assert_eq!(details["engine"]["kind"], kind);
    }
    let remove = json!({ "containers": containers, "force": true });
    let results = house.ask("container.remove", remove).await;
    assert!(results.as_array().expect("results").iter().all(|one| one["error"].is_null()));
    watched.until("departures", |list| list["containers"] == json!([])).await;
    assert_eq!(both.docker.docker(&["ps", "-aq"]), "");
    assert_eq!(both.podman.podman(&["ps", "-aq"]), "");
}

/// Holds because an engine says who it is at each of its sockets: it is watched once, and where a proxy
/// comes first, whoever put it there meant it to.
#[tokio::test(flavor = "multi_thread")]
async fn an_engine_behind_two_sockets_is_one() {
    let Some(docker) = engine() else { return };
    docker.start_container("web", &[], &["sleep", "600"]);
    let proxy = ReadOnlyProxy::start(docker.socket());
    let Some(lab) = Lab::with_engine(&proxy.socket()) else { return };
    let Some(folder) = RuntimeFolder::of(&lab.account.name) else { return };
    symlink(docker.socket(), folder.0.join("docker.sock")).expect("a link");
    let watched = Watched::of(lab).await;
    let list = watched.until_engine("ready").await;
    let engine = &list["engines"][0];
    assert_eq!(engine["others"], json!([]), "{list:#}");
    assert_eq!(engine["status"]["info"]["access"], "read_only");
    let web = watched.until_row("web", |row| is(row, "running")).await;
    assert_eq!(web["container"]["engine"], proxy.socket().display().to_string());
}

/// Holds because a name is not enough where two engines have it: nothing goes until it is said whose,
/// and then the other's stays.
#[tokio::test(flavor = "multi_thread")]
async fn of_two_volumes_of_one_name_the_right_one_goes() {
    let Some(both) = Both::start().await else { return };
    let (watched, house) = (&both.watched, &both.watched.house);
    both.docker.docker(&["volume", "create", "data"]);
    both.podman.podman(&["volume", "create", "data"]);
    both.podman.podman(&["volume", "create", "single"]);
    let on_docker = || both.docker.docker(&["volume", "ls", "-q"]);
    let on_podman = || both.podman.podman(&["volume", "ls", "-q"]);
    let volumes = house.ask("volume.list", json!({ "server_id": watched.id })).await;
    let engines: Vec<_> = volumes.as_array().expect("volumes").iter().collect();
    let of = |socket: String| engines.iter().filter(|one| one["engine"] == *socket).count();
    assert_eq!((of(both.docker_socket()), of(both.podman_socket())), (1, 2), "{volumes:#}");

    let remove = json!({ "server_id": watched.id, "ids": ["data"] });
    let results = house.ask("volume.remove", remove).await;
    let error = results[0]["error"].as_str().expect("a reason");
    assert!(
        error.contains(&both.docker_socket()) && error.contains(&both.podman_socket()),
        "{error}"
    );
    assert_eq!((on_docker().as_str(), on_podman().as_str()), ("data", "data\nsingle"));
    // Only one has this one.
    let remove = json!({ "server_id": watched.id, "ids": ["single"] });
    assert_eq!(house.ask("volume.remove", remove).await[0]["error"], Value::Null);
    let remove =
        json!({ "server_id": watched.id, "engine": both.podman_socket(), "ids": ["data"] });
    assert_eq!(house.ask("volume.remove", remove).await[0]["error"], Value::Null);
    assert_eq!((on_docker().as_str(), on_podman().as_str()), ("data", ""));

    both.podman.podman(&["volume", "create", "data"]);
    let what = json!({ "server_id": watched.id, "kind": "unused_volumes" });
    let preview = house.ask("prune.preview", what).await;
    let items = preview["items"].as_array().expect("items");
    assert_eq!(items.len(), 2, "{preview:#}");
    let run = json!({
        "server_id": watched.id, "kind": "unused_volumes", "engine": both.docker_socket(),
        "ids": ["data"],
    });
    assert_eq!(house.ask("prune.run", run).await[0]["error"], Value::Null);
    assert_eq!((on_docker().as_str(), on_podman().as_str()), ("", "data"));
    let removed = house.logged("engine.remove").await;
    let said = removed.iter().any(|(_, details)| {
        details["items"][0]["engine"] == both.podman_socket()
            && details["items"][0]["name"] == "data"
    });
    assert!(said, "the log says whose: {removed:?}");
}

/// Holds because an engine that goes takes nothing along: the other is still heard and acted on, and
/// what the first had stays known, said to be old.
#[tokio::test(flavor = "multi_thread")]
async fn one_engine_goes_and_the_other_goes_on() {
    let Some(mut both) = Both::start().await else { return };
    let (web, shop) = both.start_containers().await;
    let socket = both.docker_socket();
    both.docker.stop();
    let is_down = |list: &Value| {
        let engine = &list["engines"][0];
        engine["status"]["info"]["kind"] == "podman"
            && engine["others"][0]["status"]["state"] == "trouble"
    };
    let list = both.watched.until("Docker's trouble", is_down).await;
    let other = &list["engines"][0]["others"][0];
    assert_eq!(other["socket"], socket.as_str());
    let message = other["status"]["trouble"]["message"].as_str().expect("words");
    assert!(message.contains(&socket), "{message}");
    assert!(row(&list, "web")["old_since"].is_string(), "{list:#}");
    assert_eq!(row(&list, "shop")["old_since"], Value::Null);
    let (watched, house) = (&both.watched, &both.watched.house);
    let counts = json!({ "running": 1, "all": 1, "troubled": 0 });
    house.until(&watched.id, "Podman's counts", |row| row["containers"] == counts).await;

    let act = json!({
        "containers": [watched.reference(&web), watched.reference(&shop)], "action": "pause",
    });
    let results = house.ask("container.act", act).await;
    assert_eq!(results[0]["error"], message);
    assert_eq!(results[1]["error"], Value::Null);
    watched.until_row("shop", |row| is(row, "paused")).await;
    both.podman.podman(&["unpause", "shop"]);
    watched.until_row("shop", |row| is(row, "running")).await;

    both.docker.restart();
    both.docker.open_to_all();
    both.until_both().await;
    both.docker.docker(&["start", "web"]);
    both.watched.until_row("web", |row| is(row, "running") && row["old_since"].is_null()).await;
    let looked = both.watched.house.ask("container.look", json!({ "id": both.watched.id })).await;
    assert_eq!(looked["status"]["info"]["kind"], "docker");
    assert_eq!(looked["others"][0]["status"]["info"]["kind"], "podman");
}
