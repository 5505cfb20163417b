//! The connection to the server is cut at every step of everything that is done to an app.

use super::{
    super::PATIENCE,
    lab::{AppLab, Behaviour, fetched},
    updates::{image, write},
};
use serde_json::{Value, json};
use std::{collections::BTreeSet, time::Duration};

/// So often all of it is done again where a step was over before it was seen.
pub const ROUNDS: u32 = 5;

/// Cuts the connection whenever a step begins that was not cut yet, until all is done; the app.
async fn cut_at_each_step(lab: &AppLab, id: &str, cut: &mut BTreeSet<String>) -> Value {
    let cutting = async {
        // Every change, and not only from push to push: some steps are over before the next one.
        let mut changes = lab.house().tomo.changes();
        loop {
            let app = lab.app(id).await;
            if app["app"]["work"].is_null() {
                return app;
            }
            let steps = app["app"]["work"]["steps"].as_array().cloned().unwrap_or_default();
            for step in steps.iter().filter(|step| step["state"] == "running") {
                if cut.insert(step["name"].as_str().expect("a name").to_owned()) {
                    lab.watched.lab.sshd.cut();
                    // Nobody waits as long as after so many failures.
                    let server = json!({ "id": lab.watched.id });
                    lab.house().ask("server.connect", server).await;
                }
            }
            // Whoever misses some of them looks again all the same.
            let _ = changes.recv().await;
        }
    };
    let app = tokio::time::timeout(PATIENCE + Duration::from_secs(60), cutting).await;
    app.expect("it comes to its end")
}

/// A layer that takes a while to come.
const MUCH: &str = "RUN dd if=/dev/urandom of=/much bs=1M count=80\nCMD [\"sh\"]\n";

/// Holds because a connection breaks at any moment, and an app is there then once, and whole.
#[tokio::test(flavor = "multi_thread")]
async fn an_installation_goes_on_after_every_cut() {
    let Some(lab) = AppLab::start().await else { return };
    lab.publish("much", MUCH);
    lab.offer("web", Behaviour { tag: "much", ..Behaviour::default() });
    lab.sync().await;
    let wanted = ["pull", "write", "create", "start", "health", "look"];
    let mut cut = BTreeSet::new();
    for round in 0.. {
        assert!(round < ROUNDS, "{cut:?}");
        let id = lab.begin("web").await;
        let app = cut_at_each_step(&lab, &id, &mut cut).await;
        assert_eq!(
            (&app["app"]["status"], &app["failure"]),
            (&json!("running"), &Value::Null),
            "{app:#}"
        );
        assert_eq!(fetched(app["app"]["page"]["url"].as_str().expect("a page")), "hello\n");
        lab.until_list("healthy", |list| list["apps"][0]["state"] == "healthy").await;
        lab.house().ask("app.uninstall", json!({ "id": id, "with_data": true })).await;
        lab.watched.lab.sshd.cut();
        lab.until_list("gone", |list| list["apps"] == json!([])).await;
        assert_eq!(lab.remains(), [""; 0]);
        lab.until_engine().await;
        if wanted.iter().all(|step| cut.contains(*step)) {
            break;
        }
    }
}

/// Holds because an update has the data in two places for a while, and in none of them whole for a moment.
#[tokio::test(flavor = "multi_thread")]
async fn an_update_goes_on_after_every_cut() {
    let Some(lab) = AppLab::start().await else { return };
    let id = lab.install("web").await;
    write(&lab, "data of before");
    lab.publish("2", MUCH);
    lab.offer("web", Behaviour { tag: "2", ..Behaviour::default() });
    lab.sync().await;
    let wanted = ["pull", "stop", "copy", "write", "create", "start", "health", "look"];
    let mut cut = BTreeSet::new();
    for round in 0.. {
        assert!(round < ROUNDS, "{cut:?}");
        lab.house().ask("app.update", json!({ "id": id })).await;
        let app = cut_at_each_step(&lab, &id, &mut cut).await;
        assert_eq!(
            (&app["app"]["version"], &app["failure"]),
            (&json!("2"), &Value::Null),
            "{app:#}"
        );
        assert_eq!(
            (image(&lab).as_str(), lab.file("web", "/data/kept").as_str()),
            ("2", "data of before")
        );
        if wanted.iter().all(|step| cut.contains(*step)) {
            break;
        }
        lab.house().ask("app.roll_back", json!({ "id": id })).await;
        lab.until_status(&id, "running").await;
    }
    lab.until_engine().await;
    assert_eq!(lab.docker.docker(&["volume", "ls", "-q"]).lines().count(), 2);
}
