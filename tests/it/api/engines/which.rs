//! Which of several engines is meant, where not all of them answer: what nobody named is not touched.

use super::{Lab, Setting, Watched, engine, is, runtime_folder, several::Both};
use crate::lab::gate::{ChangesGate, Passage};
use serde_json::{Value, json};
use std::{fs, os::unix::fs::symlink};
use tomo::api::{self, error::Code};

/// Holds because engines take names and the beginnings of ids where an id is meant, and would remove what
/// nobody has looked at: only what is listed by exactly that id goes.
#[tokio::test(flavor = "multi_thread")]
async fn what_no_engine_lists_is_not_asked_for() {
    let Some(setting) = Setting::start().await else { return };
    let docker = &setting.docker;
    let create = ["network", "create", "--driver", "bridge", "--internal", "backend"];
    let id = docker.docker(&create);
    for wanted in ["backend", &id[..12]] {
        let remove = json!({ "server_id": setting.id, "ids": [wanted] });
        let results = setting.house.ask("network.remove", remove).await;
        assert_eq!(results[0]["error"], "It is not there any more.", "{wanted}");
        assert_eq!(results[0]["is_known"], true);
    }
    assert!(docker.docker(&["network", "ls"]).contains("backend"));
    let remove = json!({ "server_id": setting.id, "ids": [id] });
    assert_eq!(setting.house.ask("network.remove", remove).await[0]["error"], Value::Null);
    assert!(!docker.docker(&["network", "ls"]).contains("backend"));
}

/// Holds because what has one name in two engines has it in both also while one of them is silent: until
/// it is said which is meant, nothing goes.
#[tokio::test(flavor = "multi_thread")]
async fn a_silent_engine_may_be_the_one_that_is_meant() {
    let Some(mut both) = Both::start().await else { return };
    both.start_containers().await;
    both.docker.docker(&["volume", "create", "data"]);
    both.podman.podman(&["volume", "create", "data"]);
    both.docker.stop();
    let is_down = |list: &Value| {
        list["engines"][0]["status"]["info"]["kind"] == "podman"
            && list["engines"][0]["others"][0]["status"]["state"] == "trouble"
    };
    both.watched.until("Docker's trouble", is_down).await;
    let (watched, house) = (&both.watched, &both.watched.house);

    let on_podman = || both.podman.podman(&["volume", "ls", "-q"]);
    let remove = json!({ "server_id": watched.id, "ids": ["data"] });
    let error = house.refused("volume.remove", remove, Code::Invalid).await;
    for socket in [both.docker_socket(), both.podman_socket()] {
        assert!(error.message.contains(&socket), "{error:?}");
    }
    let prune = json!({ "server_id": watched.id, "kind": "unused_volumes", "ids": ["data"] });
    house.refused("prune.run", prune, Code::Invalid).await;
    assert_eq!(on_podman(), "data");

    // A name is no id: it is in no list, and the engine that answers would take it.
    let act = json!({ "containers": [watched.reference("shop")], "action": "kill" });
    let results = house.ask("container.act", act).await;
    assert_eq!(results[0]["error"], "There is no such container.");
    assert_eq!(both.podman.podman(&["ps", "--format", "{{.Names}}"]), "shop");

    let remove =
        json!({ "server_id": watched.id, "engine": both.podman_socket(), "ids": ["data"] });
    assert_eq!(house.ask("volume.remove", remove).await[0]["error"], Value::Null);
    assert_eq!(on_podman(), "");
}

/// Holds because only the engine that was asked can tell whether it did it: another one does not have the
/// container, and that reads as if it were removed.
#[tokio::test(flavor = "multi_thread")]
async fn another_engine_does_not_tell_what_became_of_a_change() {
    let Some(podman) = super::podman::podman() else { return };
    let Some(docker) = engine() else { return };
    let gate = ChangesGate::start(docker.socket());
    let Some(lab) = Lab::with_engine(&gate.socket()) else { return };
    let Some(folder) = runtime_folder(&lab) else { return };
    fs::create_dir(folder.join("podman")).expect("a folder");
    symlink(podman.socket(), folder.join("podman/podman.sock")).expect("a link");
    let watched = Watched::of(lab).await;
    let id = docker.start_container("web", &[], &["sleep", "600"]);
    watched.until_row("web", |row| is(row, "running")).await;
    gate.set(Passage::Held);
    let remove = json!({ "containers": [watched.reference(&id)], "force": true });
    let tomo = watched.house.tomo.clone();
    let removing = tokio::spawn(async move { api::call(&tomo, "container.remove", remove).await });
    tokio::task::block_in_place(|| gate.until_came(1));

    // The connection goes, with all that was known of its engines, and only Podman is there afterwards.
    fs::remove_file(gate.socket()).expect("a socket");
    watched.house.ask("server.disconnect", json!({ "id": watched.id })).await;
    watched.house.ask("server.connect", json!({ "id": watched.id })).await;
    let is_podman = |list: &Value| list["engines"][0]["status"]["info"]["kind"] == "podman";
    watched.until("Podman alone", is_podman).await;
    let results = removing.await.expect("a task").expect("results");
    assert_eq!(results[0]["is_known"], false, "{results}");
    let said = watched.house.logged("container.remove").await.pop().expect("an entry").0;
    assert!(said.starts_with("It is not known whether "), "{said}");
    assert_eq!(docker.docker(&["ps", "--format", "{{.Names}}"]), "web");
}
