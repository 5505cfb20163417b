//! What people do to containers and to what engines keep, through the command table: a result for
//! each, one entry in the activity log, and nothing that was not shown.

use super::{PATIENCE, Setting, Watched, is};
use crate::lab::docker::IMAGE;
use serde_json::{Value, json};
use std::time::Duration;
use tomo::{api::error::Code, domain::user::Role};

impl Watched {
    /// What names the container of this id to commands.
    pub(super) fn reference(&self, id: &str) -> Value {
        json!({ "server_id": self.id, "container_id": id })
    }
}

/// Holds because each container is asked for by itself: one that is gone since the list keeps no other
/// from being stopped, and the log says what came of each, once.
#[tokio::test(flavor = "multi_thread")]
async fn several_are_stopped_with_a_result_for_each() {
    let Some(setting) = Setting::start().await else { return };
    let (docker, house) = (&setting.docker, &setting.house);
    let ids: Vec<_> = ["one", "two", "three"]
        .map(|name| docker.start_container(name, &["--init"], &["sleep", "600"]))
        .to_vec();
    setting.until_row("three", |row| is(row, "running")).await;
    docker.docker(&["rm", "-f", "two"]);
    let mut containers: Vec<_> = ids.iter().map(|id| setting.reference(id)).collect();
    containers.push(containers[0].clone());
    let wanted = json!({ "containers": containers, "action": "stop" });
    let results = house.ask("container.act", wanted).await;
    let errors: Vec<_> =
        results.as_array().expect("results").iter().map(|it| &it["error"]).collect();
    assert_eq!(errors.len(), 3, "each once: {results}");
    assert!(errors[0].is_null() && errors[2].is_null(), "{results}");
    assert!(errors[1].as_str().is_some_and(|words| words.contains("No such")), "{results}");
    setting.until_row("one", |row| is(row, "exited")).await;
    let logged = house.logged("container.act").await;
    let [(message, details)] = &logged[..] else { panic!("{logged:?}") };
    assert!(message.starts_with("2 of 3 containers stopped on "), "{message}");
    assert_eq!(details["containers"].as_array().map(Vec::len), Some(3));
    assert_eq!(details["containers"][0]["name"], "one");
    house
        .refused("container.act", json!({ "containers": [], "action": "stop" }), Code::Invalid)
        .await;
}

/// Starts a container that takes some seconds to be stopped, and says so.
async fn slow(setting: &Setting) -> String {
    let script = "trap 'echo asked' TERM; while :; do sleep 0.1; done";
    let id =
        setting.docker.start_container("slow", &["--stop-timeout", "4"], &["sh", "-c", script]);
    setting.until_row("slow", |row| is(row, "running")).await;
    id
}

async fn until_asked(setting: &Setting) {
    // An engine does not tell of it, and the container only its log.
    while !setting.docker.docker(&["logs", "slow"]).contains("asked") {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Holds because what goes on in an engine belongs to Tomo and not to whoever waits for it.
#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_waits_for_is_in_the_log_with_its_end() {
    let Some(setting) = Setting::start().await else { return };
    let id = slow(&setting).await;
    let stop = json!({ "containers": [setting.reference(&id)], "action": "stop" });
    {
        let stopping = setting.house.ask("container.act", stop);
        tokio::select! {
            _ = stopping => panic!("it takes seconds"),
            () = until_asked(&setting) => {}
        }
    }
    setting.until_row("slow", |row| is(row, "exited")).await;
    let logged = tokio::time::timeout(PATIENCE, async {
        loop {
            let logged = setting.house.logged("container.act").await;
            if !logged.is_empty() {
                return logged;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    let logged = logged.await.expect("an entry");
    assert_eq!(logged[0].0, "slow stopped on lab");
}

/// Holds because an answer that did not come says nothing about what was done; the container does.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_done_is_looked_at_when_the_answer_is_cut_off() {
    let Some(setting) = Setting::start().await else { return };
    let id = slow(&setting).await;
    let stop = json!({ "containers": [setting.reference(&id)], "action": "stop" });
    let tomo = setting.house.tomo.clone();
    let stopping = tokio::spawn(async move { tomo::api::call(&tomo, "container.act", stop).await });
    until_asked(&setting).await;
    setting.lab.sshd.cut();
    let results = stopping.await.expect("a task").expect("results");
    assert!(results[0]["error"].is_null(), "{results}");
    setting.until_row("slow", |row| is(row, "exited")).await;
    assert_eq!(setting.house.logged("container.act").await[0].0, "slow stopped on lab");
}

/// Holds because the role is checked before the engine is asked.
#[tokio::test(flavor = "multi_thread")]
async fn who_only_reads_changes_nothing_and_sees_no_secret() {
    let Some(setting) = Setting::start().await else { return };
    let (docker, house) = (&setting.docker, &setting.house);
    let id = docker.start_container("web", &["-e", "PASSWORD=correct-horse"], &["sleep", "600"]);
    setting.until_row("web", |row| is(row, "running")).await;
    let container = setting.reference(&id);
    let reveal = json!({ "container": container, "name": "PASSWORD" });
    assert_eq!(house.ask("container.reveal", reveal.clone()).await, "correct-horse");
    let logged = house.logged("container.reveal").await;
    let (message, details) = &logged[0];
    assert!(message.starts_with("PASSWORD of web looked at on "), "{message}");
    assert!(!details.to_string().contains("correct-horse"), "{details}");
    house.person(Role::Readonly).await;
    house.sign_in(Role::Readonly.as_str()).await;
    let details = house.ask("container.inspect", json!({ "container": container })).await;
    assert!(!details.to_string().contains("correct-horse"), "{details:#}");
    assert_eq!(details["row"]["container"]["name"], "web");
    house.refused("container.reveal", reveal, Code::Forbidden).await;
    let several = json!([container]);
    let stop = json!({ "containers": several, "action": "stop" });
    house.refused("container.act", stop, Code::Forbidden).await;
    house.refused("container.remove", json!({ "containers": several }), Code::Forbidden).await;
    assert_eq!(docker.docker(&["inspect", "-f", "{{.State.Status}}", &id]), "running");
}

/// Holds because the row is read from the engine after the change, and a name that the engine would
/// refuse is refused in words.
#[tokio::test(flavor = "multi_thread")]
async fn a_container_is_renamed_limited_and_removed() {
    let Some(setting) = Setting::start().await else { return };
    let (docker, house) = (&setting.docker, &setting.house);
    let id = docker.start_container("before", &["-v", "/data"], &["sleep", "600"]);
    setting.until_row("before", |row| is(row, "running")).await;
    let container = setting.reference(&id);
    let rename = |name: &str| json!({ "container": container, "name": name });
    for bad in ["", "x", "a b", "../x", "ä1"] {
        house.refused("container.rename", rename(bad), Code::Invalid).await;
    }
    let row = house.ask("container.rename", rename("after")).await;
    assert_eq!(
        (&row["container"]["name"], &row["container"]["series"]),
        (&json!("after"), &json!("/after"))
    );
    let limits = json!({ "cpu_cores": 0.5, "memory_bytes": 32 << 20, "restart_policy": "always" });
    let limit = json!({ "container": container, "limits": limits });
    house.ask("container.limit", limit).await;
    let details = house.ask("container.inspect", json!({ "container": container })).await;
    assert_eq!(details["limits"], limits);
    setting.until_row("after", |row| is(row, "running")).await;
    let remove =
        |force: bool| json!({ "containers": [container], "force": force, "with_volumes": true });
    let refused = house.ask("container.remove", remove(false)).await;
    assert!(
        refused[0]["error"].as_str().is_some_and(|words| words.contains("running")),
        "{refused}"
    );
    assert!(house.ask("container.remove", remove(true)).await[0]["error"].is_null());
    setting.until("departure", |list| list["containers"] == json!([])).await;
    assert_eq!(docker.docker(&["volume", "ls", "-q"]), "");
    assert_eq!(house.logged("container.remove").await.len(), 2);
    assert_eq!(house.logged("container.rename").await.len(), 1);
}

/// Holds because only ids of the preview are removed, and each is looked at again: what somebody began
/// to use meanwhile stays, and what came since is not taken.
#[tokio::test(flavor = "multi_thread")]
async fn clearing_out_takes_what_was_shown_and_is_still_unused() {
    let Some(setting) = Setting::start().await else { return };
    let (docker, house) = (&setting.docker, &setting.house);
    for name in ["free", "taken"] {
        docker.docker(&["volume", "create", name]);
    }
    let what = json!({ "server_id": setting.id, "kind": "unused_volumes" });
    let preview = house.ask("prune.preview", what).await;
    let ids: Vec<_> =
        preview["items"].as_array().expect("items").iter().map(|it| &it["id"]).collect();
    assert_eq!(ids, ["free", "taken"]);
    docker.docker(&["create", "--name", "late", "-v", "taken:/data", IMAGE, "true"]);
    docker.docker(&["volume", "create", "since"]);
    let run = json!({ "server_id": setting.id, "kind": "unused_volumes", "ids": ids });
    let results = house.ask("prune.run", run).await;
    assert!(results[0]["error"].is_null(), "{results}");
    assert!(results[1]["error"].as_str().is_some_and(|words| words.contains("use")), "{results}");
    assert_eq!(docker.docker(&["volume", "ls", "-q"]), "since\ntaken");
    let logged = house.logged("engine.remove").await;
    assert!(logged[0].0.starts_with("1 of 2 volumes removed on "), "{logged:?}");
    let images = house.ask("image.list", json!({ "server_id": setting.id })).await;
    let remove = json!({ "server_id": setting.id, "ids": [images[0]["id"]] });
    let results = house.ask("image.remove", remove).await;
    assert_eq!(results[0]["error"], "It is used by late.");
    let networks = house.ask("network.list", json!({})).await;
    assert!(networks.as_array().is_some_and(|networks| !networks.is_empty()));
}

/// Holds for everything that can be cleared out: what ended, lost its name or was made after the preview
/// is still there after the run, and so is what somebody took into use.
#[tokio::test(flavor = "multi_thread")]
async fn what_appears_after_the_preview_does_not_go() {
    let Some(setting) = Setting::start().await else { return };
    let (docker, house) = (&setting.docker, &setting.house);
    let network = |name: &str| {
        docker.docker(&["network", "create", "--driver", "bridge", "--internal", name])
    };
    let ended = |name: &str| {
        docker.start_container(name, &[], &["sh", "-c", "test -e /again && sleep 600"]);
        docker.docker(&["wait", name]);
    };
    // An image that differs from all others by one name.
    let image = |name: &str| docker.docker(&["commit", "--message", name, "base", name]);
    docker.docker(&["create", "--name", "base", IMAGE, "true"]);
    for name in ["shown:1", "taken:1"] {
        image(name);
    }
    docker.docker(&["rm", "base"]);
    network("shown");
    let taken_network = network("taken");
    ended("shown");
    ended("revived");
    let preview = async |kind: &str| {
        let what = json!({ "server_id": setting.id, "kind": kind });
        let preview = house.ask("prune.preview", what).await;
        let items = preview["items"].as_array().expect("items").iter();
        items.map(|item| item["id"].clone()).collect::<Vec<_>>()
    };
    let containers = preview("containers").await;
    let images = preview("unused_images").await;
    let networks = preview("unused_networks").await;
    assert_eq!((containers.len(), images.len(), networks.len()), (2, 2, 2));

    docker.docker(&["create", "--name", "user", "--network", "taken", "taken:1", "true"]);
    docker.docker(&["commit", "user", "late:1"]);
    let late_network = network("late");
    docker.docker(&["cp", "/etc/hostname", "revived:/again"]);
    docker.docker(&["start", "revived"]);
    ended("late");

    let run = async |kind: &str, ids: &[Value]| {
        let run = json!({ "server_id": setting.id, "kind": kind, "ids": ids });
        let results = house.ask("prune.run", run).await;
        let results = results.as_array().expect("results").iter();
        results.filter(|result| result["error"].is_null()).count()
    };
    assert_eq!(run("containers", &containers).await, 1);
    assert_eq!(run("unused_images", &images).await, 1);
    assert_eq!(run("unused_networks", &networks).await, 1);
    let mut left: Vec<_> =
        docker.docker(&["ps", "-a", "--format", "{{.Names}}"]).lines().map(str::to_owned).collect();
    left.sort();
    assert_eq!(left, ["late", "revived", "user"]);
    let tags = docker.docker(&["images", "--format", "{{.Repository}}"]);
    assert!(tags.contains("late") && tags.contains("taken") && !tags.contains("shown"), "{tags}");
    let names = docker.docker(&["network", "ls", "--format", "{{.Name}}"]);
    assert!(names.contains("late") && names.contains("taken"), "{names}");
    assert!(!names.contains("shown"), "{names}");
    // Bridges are the host's, and outlive the engine.
    docker.docker(&["rm", "user"]);
    for id in [taken_network, late_network] {
        docker.docker(&["network", "rm", &id]);
    }
}
