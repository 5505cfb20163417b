//! Podman's compatible service, through the socket and through the docker program, where neither a
//! daemon nor the word of one is Docker's.

use super::{Lab, Watched, is, row_is_missing, runtime_folder, skip};
use crate::lab::podman::Podman;
use serde_json::{Value, json};
use std::{fs, os::unix::fs::symlink};

/// A service; nothing where there can be none.
pub(super) fn podman() -> Option<Podman> {
    if let Some(why) = Podman::missing() {
        skip(why);
        return None;
    }
    Some(Podman::start())
}

/// What a window does with containers, from seeing one appear to removing it.
async fn everything_works(watched: &Watched, podman: &Podman) {
    let house = &watched.house;
    let environment = ["-e", "PASSWORD=correct-horse", "-e", "PLAIN=in the open"];
    let id = podman.start_container("web", &environment, &["sleep", "600"]);
    let web = watched.until_row("web", |row| is(row, "running")).await;
    assert_eq!(web["container"]["id"], id.as_str());
    assert_eq!(web["container"]["image"], "localhost/tomo/busybox:1");
    watched.until_row("web", |row| row["container"]["started_at"].is_string()).await;
    let container = watched.reference(&id);
    let details = house.ask("container.inspect", json!({ "container": container })).await;
    assert_eq!(details["engine"]["kind"], "podman");
    assert_eq!(details["command"], json!(["sleep", "600"]));
    let text = details.to_string();
    assert!(text.contains("in the open") && !text.contains("correct-horse"), "{details:#}");

    let act = async |action: &str, state: &str| {
        let act = json!({ "containers": [container], "action": action });
        let results = house.ask("container.act", act).await;
        assert_eq!(results[0]["error"], Value::Null, "{action}: {results}");
        watched.until_row("web", |row| is(row, state)).await
    };
    act("pause", "paused").await;
    act("unpause", "running").await;
    let killed = act("kill", "exited").await;
    assert_eq!(killed["trouble"], Value::Null, "somebody wanted that");
    act("start", "running").await;
    act("restart", "running").await;
    let rename = json!({ "container": container, "name": "shop" });
    let renamed = house.ask("container.rename", rename).await;
    assert_eq!(renamed["container"]["name"], "shop");
    watched.until_row("shop", |row| is(row, "running")).await;
    let limit = json!({ "container": container, "limits": { "cpu_cores": 0.5 } });
    if let Err(refused) = house.call("container.limit", limit).await {
        assert!(refused.message.contains("cannot change"), "{}", refused.message);
    }
    let images = house.ask("image.list", json!({ "server_id": watched.id })).await;
    assert_eq!(images[0]["used_by"][0]["name"], "shop");
    let image = json!({ "server_id": watched.id, "ids": [images[0]["id"]] });
    let results = house.ask("image.remove", image).await;
    assert_eq!(results[0]["error"], "It is used by shop.");

    podman.podman(&["volume", "create", "free"]);
    let what = json!({ "server_id": watched.id, "kind": "unused_volumes" });
    let preview = house.ask("prune.preview", what).await;
    assert_eq!(preview["items"][0]["name"], "free", "{preview}");
    let run = json!({ "server_id": watched.id, "kind": "unused_volumes", "ids": ["free"] });
    assert_eq!(house.ask("prune.run", run).await[0]["error"], Value::Null);
    assert_eq!(podman.podman(&["volume", "ls", "-q"]), "");

    podman.start_container("broken", &[], &["sh", "-c", "exit 3"]);
    watched.until_row("broken", |row| row["trouble"] == "Exited 3").await;
    watched.until_trouble("broken on lab ended with 3").await;
    let troubles = watched.troubles().await;
    assert_eq!(troubles, ["broken on lab ended with 3"], "and nothing of what was asked for");
    let remove = json!({ "containers": [container], "force": true });
    assert_eq!(house.ask("container.remove", remove).await[0]["error"], Value::Null);
    watched.until("departure", |list| row_is_missing(list, "shop")).await;
}

/// Holds because Podman speaks the same API, and its own words for what happens are understood too.
#[tokio::test(flavor = "multi_thread")]
async fn podman_does_what_docker_does() {
    let Some(podman) = podman() else { return };
    let Some(watched) = Watched::at(&podman.socket()).await else { return };
    let list = watched.until_engine("ready").await;
    let info = &list["engines"][0]["status"]["info"];
    assert_eq!((&info["kind"], &info["via"]), (&json!("podman"), &json!("streamlocal")));
    everything_works(&watched, &podman).await;
}

/// The docker program carries Podman's API as well, which is how it is reached where nothing is
/// forwarded; the socket of the account's own service is found by itself.
#[tokio::test(flavor = "multi_thread")]
async fn podman_of_an_account_is_found_and_reached_without_forwarding() {
    let Some(podman) = podman() else { return };
    let Some(lab) = Lab::with_config(vec!["AllowStreamLocalForwarding no".into()]) else { return };
    let Some(folder) = runtime_folder(&lab) else { return };
    let socket = folder.join("podman/podman.sock");
    fs::create_dir_all(folder.join("podman")).expect("a folder");
    symlink(podman.socket(), &socket).expect("a link");
    let watched = Watched::of(lab).await;
    let list = watched.until_engine("ready").await;
    let info = &list["engines"][0]["status"]["info"];
    assert_eq!((&info["kind"], &info["via"]), (&json!("podman"), &json!("dial_stdio")));
    assert_eq!(info["socket"], socket.display().to_string());
    everything_works(&watched, &podman).await;
}
