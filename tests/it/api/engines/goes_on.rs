//! What an engine was asked for goes on there, whoever waits for it: its end is in the activity log, and
//! where no answer came, it is looked at.

use super::{PATIENCE, Watched, engine, is};
use crate::lab::{
    docker::{Docker, IMAGE},
    gate::{ChangesGate, Passage},
};
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};
use tomo::api;

/// An engine behind a gate, watched.
struct Gated {
    docker: Docker,
    gate: Arc<ChangesGate>,
    watched: Watched,
}

impl Gated {
    async fn start() -> Option<Self> {
        let docker = engine()?;
        let gate = Arc::new(ChangesGate::start(docker.socket()));
        let watched = Watched::at(&gate.socket()).await?;
        watched.until_engine("ready").await;
        Some(Self { docker, gate, watched })
    }

    /// A container, a volume, a network and an image, and the changes that can be made to them: the
    /// command, its arguments, the kind of its entry and its words.
    async fn changes(&self) -> Vec<(&'static str, Value, &'static str, &'static str)> {
        let (docker, on) = (&self.docker, &self.watched.id);
        let id = docker.start_container("web", &[], &["sleep", "600"]);
        for volume in ["one", "two"] {
            docker.docker(&["volume", "create", volume]);
        }
        docker.docker(&["create", "--name", "base", IMAGE, "true"]);
        let image = docker.docker(&["commit", "--message", "other", "base", "other:1"]);
        let driver = ["network", "create", "--driver", "bridge", "--internal", "back"];
        let network = docker.docker(&driver);
        self.watched.until_row("web", |row| is(row, "running")).await;
        let web = self.watched.reference(&id);
        let ids = |ids: &[&str]| json!({ "server_id": on, "ids": ids });
        let limits = json!({ "memory_bytes": 64 << 20 });
        let unused = json!({ "server_id": on, "kind": "unused_volumes", "ids": ["two"] });
        vec![
            (
                "container.rename",
                json!({ "container": web, "name": "shop" }),
                "container.rename",
                "web renamed to shop on lab",
            ),
            (
                "container.limit",
                json!({ "container": web, "limits": limits }),
                "container.limit",
                "Limits of shop changed on lab",
            ),
            ("volume.remove", ids(&["one"]), "engine.remove", "Volume one removed on lab"),
            ("prune.run", unused, "engine.remove", "Volume two removed on lab"),
            ("network.remove", ids(&[&network]), "engine.remove", "Network back removed on lab"),
            ("image.remove", ids(&[&image]), "engine.remove", "Image other:1 removed on lab"),
        ]
    }

    /// Everything that was to be done is done.
    fn assert_done(&self) {
        let docker = &self.docker;
        let memory = docker.docker(&["inspect", "-f", "{{.HostConfig.Memory}}", "shop"]);
        assert_eq!(memory, (64 << 20).to_string());
        assert_eq!(docker.docker(&["volume", "ls", "-q"]), "");
        assert!(!docker.docker(&["network", "ls"]).contains("back"));
        assert!(!docker.docker(&["images"]).contains("other"));
    }

    /// Waits until the newest entry of this kind has these words.
    async fn until_logged(&self, kind: &str, words: &str) {
        let last = async || self.watched.house.logged(kind).await.pop().unwrap_or_default().0;
        let logged = tokio::time::timeout(PATIENCE, async {
            while last().await != words {
                // It is written after what it tells of was announced.
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        });
        assert!(logged.await.is_ok(), "no '{words}': {:?}", last().await);
    }
}

/// Holds because a change belongs to Tomo from the moment on in which it was asked for: a page that is
/// left leaves none without its end in the log.
#[tokio::test(flavor = "multi_thread")]
async fn each_change_goes_on_to_its_entry_when_nobody_waits() {
    let Some(gated) = Gated::start().await else { return };
    for (command, arguments, kind, words) in gated.changes().await {
        gated.gate.set(Passage::Held);
        {
            let changing = gated.watched.house.ask(command, arguments);
            let gate = gated.gate.clone();
            let came = tokio::task::spawn_blocking(move || gate.until_came(1));
            tokio::select! {
                _ = changing => panic!("{command}: it is held"),
                came = came => came.expect("it comes"),
            }
        }
        gated.gate.set(Passage::Free);
        gated.until_logged(kind, words).await;
    }
    gated.assert_done();
}

/// Holds because an answer that did not come says nothing about what was done; the engine does.
#[tokio::test(flavor = "multi_thread")]
async fn each_change_is_looked_at_when_its_answer_is_lost() {
    let Some(gated) = Gated::start().await else { return };
    for (command, arguments, kind, words) in gated.changes().await {
        gated.gate.set(Passage::Unanswered);
        let result = gated.watched.house.ask(command, arguments).await;
        let is_done = result[0]["error"].is_null() || result["container"]["name"] == "shop";
        assert!(is_done, "{command}: {result}");
        gated.until_logged(kind, words).await;
    }
    gated.gate.set(Passage::Free);
    gated.assert_done();
}

/// Holds because Tomo may be ended while an engine is at it: the log says that the end is not known,
/// and not that nothing was done.
#[tokio::test(flavor = "multi_thread")]
async fn what_tomo_does_not_see_the_end_of_is_said_not_to_be_known() {
    let Some(gated) = Gated::start().await else { return };
    let changes = gated.changes().await;
    let asked: Vec<_> = changes.iter().map(|change| change.0).collect();
    gated.gate.set(Passage::Held);
    let calls: Vec<_> = changes
        .into_iter()
        .map(|(command, arguments, ..)| {
            let tomo = gated.watched.house.tomo.clone();
            tokio::spawn(async move { api::call(&tomo, command, arguments).await })
        })
        .collect();
    tokio::task::block_in_place(|| gated.gate.until_came(asked.len()));
    gated.watched.house.tomo.shutdown().await;
    for call in calls {
        // Whoever asked is told as well; the server may be gone from the list by then.
        let _ = call.await.expect("a task");
    }
    let house = &gated.watched.house;
    let mut said = Vec::new();
    for kind in ["container.rename", "container.limit", "engine.remove"] {
        said.extend(house.logged(kind).await.into_iter().map(|(message, _)| message));
    }
    said.sort();
    assert_eq!(said.len(), 6, "{said:?}");
    assert!(said.iter().all(|words| words.starts_with("It is not known whether ")), "{said:?}");
    assert!(said.iter().any(|words| words.ends_with("web was renamed to shop on lab")), "{said:?}");
    gated.gate.set(Passage::Free);
}

/// Holds because force is for what was seen to run: one that somebody starts between the list and the
/// removal is not killed with the others.
#[tokio::test(flavor = "multi_thread")]
async fn force_is_for_those_that_were_seen_to_run() {
    let Some(gated) = Gated::start().await else { return };
    let (docker, watched) = (&gated.docker, &gated.watched);
    let runs = docker.start_container("runs", &[], &["sleep", "600"]);
    let ended = docker.docker(&["create", "--name", "ended", IMAGE, "sleep", "600"]);
    watched.until_row("runs", |row| is(row, "running")).await;
    watched.until_row("ended", |row| is(row, "created")).await;
    gated.gate.set(Passage::Held);
    let both = [watched.reference(&runs), watched.reference(&ended)];
    let remove = json!({ "containers": both, "force": true });
    let tomo = watched.house.tomo.clone();
    let removing = tokio::spawn(async move { api::call(&tomo, "container.remove", remove).await });
    tokio::task::block_in_place(|| gated.gate.until_came(2));
    docker.docker(&["start", "ended"]);
    gated.gate.set(Passage::Free);
    let results = removing.await.expect("a task").expect("results");
    assert!(results[0]["error"].is_null(), "{results}");
    assert!(
        results[1]["error"].as_str().is_some_and(|words| words.contains("running")),
        "{results}"
    );
    assert_eq!(docker.docker(&["ps", "--format", "{{.Names}}"]), "ended");
}
