//! A server with more than one engine: Docker, and the account's own Podman beside it.

use super::{Lab, Watched, engine, is, row, runtime_folder};
use crate::lab::{docker::Docker, podman::Podman, proxy::ReadOnlyProxy};
use serde_json::{Value, json};
use std::{
    fs, io,
    net::Shutdown,
    os::unix::{
        fs::{PermissionsExt, symlink},
        net::{UnixListener, UnixStream},
    },
    path::PathBuf,
    sync::{Arc, Mutex},
    thread,
};

/// A server with both. The account finds Docker's socket in two places, and Podman's in one.
pub(super) struct Both {
    pub(super) watched: Watched,
    pub(super) docker: Docker,
    pub(super) podman: Podman,
    /// Where the account finds Podman's.
    podman_socket: PathBuf,
}

impl Both {
    pub(super) async fn start() -> Option<Self> {
        let podman = super::podman::podman()?;
        let docker = engine()?;
        let lab = Lab::with_engine(&docker.socket())?;
        let folder = runtime_folder(&lab)?;
        fs::create_dir(folder.join("podman")).expect("a folder");
        let podman_socket = folder.join("podman/podman.sock");
        symlink(podman.socket(), &podman_socket).expect("a link");
        symlink(docker.socket(), folder.join("docker.sock")).expect("a link");
        let watched = Watched::of(lab).await;
        let both = Self { watched, docker, podman, podman_socket };
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

    pub(super) fn docker_socket(&self) -> String {
        self.docker.socket().display().to_string()
    }

    pub(super) fn podman_socket(&self) -> String {
        self.podman_socket.display().to_string()
    }

    /// Starts a container in each, and gives their ids.
    pub(super) async fn start_containers(&self) -> (String, String) {
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
    let Some(folder) = runtime_folder(&lab) else { return };
    symlink(docker.socket(), folder.join("docker.sock")).expect("a link");
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
    // What is in the way may have been said anew since.
    let error = results[0]["error"].as_str().expect("a reason");
    assert!(error.contains(&socket), "{error}");
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

/// A way to an engine that can be cut.
struct Detour {
    folder: tempfile::TempDir,
    streams: Arc<Mutex<Vec<UnixStream>>>,
}

impl Detour {
    fn to(engine: PathBuf) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("a mode");
        let detour = Self { folder, streams: Arc::default() };
        let listener = UnixListener::bind(detour.socket()).expect("a socket");
        fs::set_permissions(detour.socket(), fs::Permissions::from_mode(0o666)).expect("a mode");
        let streams = detour.streams.clone();
        thread::spawn(move || {
            for near in listener.incoming().map_while(Result::ok) {
                let Ok(far) = UnixStream::connect(&engine) else { continue };
                streams.lock().expect("streams").push(near.try_clone().expect("a stream"));
                for (from, to) in [(&near, &far), (&far, &near)] {
                    let ends = (from.try_clone(), to.try_clone());
                    let (mut from, mut to) = (ends.0.expect("an end"), ends.1.expect("an end"));
                    thread::spawn(move || {
                        let _ = io::copy(&mut from, &mut to);
                        let _ = to.shutdown(Shutdown::Write);
                    });
                }
            }
        });
        detour
    }

    fn socket(&self) -> PathBuf {
        self.folder.path().join("docker.sock")
    }

    fn cut(&self) {
        fs::remove_file(self.socket()).expect("the socket goes");
        for stream in self.streams.lock().expect("streams").drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

/// Holds because containers belong to an engine and not to a socket: where one way to it goes, they are
/// listed and heard by the other, and where it comes back, by that one again.
#[tokio::test(flavor = "multi_thread")]
async fn containers_move_with_their_engine_from_socket_to_socket() {
    let Some(docker) = engine() else { return };
    docker.start_container("web", &[], &["sleep", "600"]);
    let proxy = ReadOnlyProxy::start(docker.socket());
    let Some(lab) = Lab::with_engine(&proxy.socket()) else { return };
    let Some(folder) = runtime_folder(&lab) else { return };
    let (direct, away) = (folder.join("docker.sock"), proxy.socket().with_extension("away"));
    symlink(docker.socket(), &direct).expect("a link");
    let watched = Watched::of(lab).await;
    let is_at = |socket: PathBuf, state: &'static str| {
        move |row: &Value| {
            let its = &row["container"];
            let is_whole = its["started_at"].is_string() && row["old_since"].is_null();
            is(row, state) && is_whole && its["engine"] == *socket.display().to_string()
        }
    };
    watched.until_row("web", is_at(proxy.socket(), "running")).await;

    fs::rename(proxy.socket(), &away).expect("it goes");
    let look = json!({ "id": watched.id });
    watched.house.ask("container.look", look.clone()).await;
    watched.until_row("web", is_at(direct.clone(), "running")).await;
    docker.docker(&["pause", "web"]);
    watched.until_row("web", is_at(direct, "paused")).await;

    fs::rename(&away, proxy.socket()).expect("it comes back");
    watched.house.ask("container.look", look).await;
    watched.until_row("web", is_at(proxy.socket(), "paused")).await;
    docker.docker(&["unpause", "web"]);
    watched.until_row("web", is_at(proxy.socket(), "running")).await;
    let list = watched.list().await;
    assert_eq!(list["engines"][0]["status"]["info"]["access"], "read_only", "{list:#}");
    assert_eq!(list["engines"][0]["others"], json!([]), "{list:#}");
}

/// Holds because the other sockets of an engine are remembered: nobody has to ask, and it makes no
/// difference that another engine still answers.
#[tokio::test(flavor = "multi_thread")]
async fn an_engine_that_loses_one_way_is_found_by_the_other() {
    let Some(podman) = super::podman::podman() else { return };
    let Some(docker) = engine() else { return };
    docker.start_container("web", &[], &["sleep", "600"]);
    let detour = Detour::to(docker.socket());
    let Some(lab) = Lab::with_engine(&detour.socket()) else { return };
    let Some(folder) = runtime_folder(&lab) else { return };
    fs::create_dir(folder.join("podman")).expect("a folder");
    symlink(podman.socket(), folder.join("podman/podman.sock")).expect("a link");
    let direct = folder.join("docker.sock");
    symlink(docker.socket(), &direct).expect("a link");
    let watched = Watched::of(lab).await;
    let is_at = |socket: PathBuf| {
        move |row: &Value| {
            let engine = &row["container"]["engine"];
            row["old_since"].is_null() && *engine == *socket.display().to_string()
        }
    };
    watched.until_row("web", is_at(detour.socket())).await;
    watched
        .until("both engines", |list| list["engines"][0]["others"][0]["status"]["state"] == "ready")
        .await;
    detour.cut();
    watched.until_row("web", is_at(direct)).await;
}

/// Holds because a socket that the account may not use is somebody's engine, and a command helps; one
/// that a program left behind is nobody's, and to start an engine there is no advice.
#[tokio::test(flavor = "multi_thread")]
async fn a_forbidden_socket_is_said_beside_an_engine_and_a_leftover_is_not() {
    let Some(docker) = engine() else { return };
    let Some(lab) = Lab::with_engine(&docker.socket()) else { return };
    let Some(folder) = runtime_folder(&lab) else { return };
    fs::create_dir(folder.join("podman")).expect("a folder");
    let forbidden = folder.join("podman/podman.sock");
    let _listener = UnixListener::bind(&forbidden).expect("a socket");
    fs::set_permissions(&forbidden, fs::Permissions::from_mode(0o600)).expect("a mode");
    let leftover = folder.join("docker.sock");
    drop(UnixListener::bind(&leftover).expect("a socket"));
    fs::set_permissions(&leftover, fs::Permissions::from_mode(0o666)).expect("a mode");
    let watched = Watched::of(lab).await;
    let list = watched.until_engine("ready").await;
    let others = list["engines"][0]["others"].as_array().expect("others").clone();
    assert_eq!(others.len(), 1, "{list:#}");
    assert_eq!(others[0]["socket"], forbidden.display().to_string());
    assert_eq!(others[0]["status"]["trouble"]["obstacle"], "forbidden", "{list:#}");
}
