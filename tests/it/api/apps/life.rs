//! The life of an app: stopped, started, restarted, and removed with its data or without.

use super::{
    super::{ADMIN, Code, House, PATIENCE},
    lab::{AppLab, Behaviour},
};
use futures::StreamExt;
use serde_json::{Value, json};

/// Holds because what is shown is what its containers do, whoever did it to them.
#[tokio::test(flavor = "multi_thread")]
async fn an_app_is_stopped_started_and_restarted() {
    let Some(lab) = AppLab::start().await else { return };
    let id = lab.install("web").await;
    let act = async |action: &str, status: &str| {
        lab.house().ask("app.act", json!({ "id": id, "action": action })).await;
        lab.until_status(&id, status).await
    };
    let state = || lab.docker.docker(&["inspect", "-f", "{{.State.Status}}", "web-web-1"]);
    act("stop", "stopped").await;
    assert_eq!(state(), "exited");
    act("start", "running").await;
    assert_eq!(state(), "running");
    let before = lab.docker.docker(&["inspect", "-f", "{{.State.StartedAt}}", "web-web-1"]);
    act("restart", "running").await;
    assert_ne!(lab.docker.docker(&["inspect", "-f", "{{.State.StartedAt}}", "web-web-1"]), before);
    // What somebody does without Tomo is seen.
    lab.docker.docker(&["stop", "-t", "0", "web-web-1"]);
    let list =
        lab.until_list("stopped", |list| list["apps"][0]["state"] == "stopped outside Tomo").await;
    assert_eq!(list["apps"][0]["is_troubled"], true);
    lab.docker.docker(&["rm", "-f", "web-web-1"]);
    lab.until_list("gone", |list| list["apps"][0]["state"] == "its containers are gone").await;
    // It is made anew from its files, with its data.
    act("start", "running").await;
    assert_eq!(state(), "running");
    let words: Vec<String> =
        lab.house().logged("app.act").await.into_iter().map(|(words, _)| words).collect();
    let done = ["started", "stopped", "restarted"];
    assert!(done.iter().all(|word| words.iter().any(|entry| entry.contains(word))), "{words:?}");
}

/// Holds because data is worth more than an app: it goes only with a word for it, and what was there before
/// never does.
#[tokio::test(flavor = "multi_thread")]
async fn an_app_goes_with_its_data_or_without() {
    let Some(lab) = AppLab::start().await else { return };
    let id = lab.install("web").await;
    let taken = lab.house().ask("app.uninstall_preview", json!({ "id": id })).await;
    assert_eq!(taken["containers"], json!(["web-web-1"]));
    assert_eq!(taken["volumes"], json!(["web_data"]));
    assert_eq!(taken["networks"][0]["name"], "web_default");
    assert_eq!(taken["images"], json!([lab.image("1")]));
    assert_eq!(taken["files"].as_array().map(Vec::len), Some(2));
    let gone = async || {
        lab.until_list("gone", |list| list["apps"] == json!([])).await;
    };
    lab.house().ask("app.uninstall", json!({ "id": id, "with_data": false })).await;
    gone().await;
    assert_eq!(lab.remains(), ["web_data"]);
    // The next installation goes on with the data, and cancelling it leaves it alone.
    let id = lab.install("web").await;
    lab.house().ask("app.uninstall", json!({ "id": id, "with_data": true })).await;
    gone().await;
    assert_eq!(lab.remains(), [""; 0]);
    let nobody = json!({ "id": id, "with_data": true });
    lab.house().refused("app.uninstall", nobody, Code::NotFound).await;

    // What somebody removed by hand is removed.
    let id = lab.install("web").await;
    lab.docker.docker(&["rm", "-f", "-v", "web-web-1"]);
    lab.docker.docker(&["volume", "rm", "web_data"]);
    lab.docker.docker(&["network", "rm", "web_default"]);
    let home = &lab.watched.lab.account.home;
    std::fs::remove_dir_all(home.join("tomo/web")).expect("its files");
    lab.house().ask("app.uninstall", json!({ "id": id, "with_data": true })).await;
    gone().await;
    assert_eq!(lab.house().logged("app.uninstall").await.len(), 3);
}

/// Holds because a Tomo that is killed in the midst of it must not leave half an app, and two must not work at
/// one.
#[tokio::test(flavor = "multi_thread")]
async fn another_tomo_takes_up_what_was_left() {
    let Some(lab) = AppLab::start().await else { return };
    lab.offer("slow", Behaviour { before: "sleep 3", ..Behaviour::default() });
    lab.sync().await;
    let id = lab.begin("slow").await;
    lab.until(&id, "creating", |app| {
        app["app"]["status"] == "creating" || app["app"]["status"] == "starting"
    })
    .await;
    // The one that began it ends; another on the same data goes on.
    let begun = lab.watched.house.folder.clone();
    lab.house().tomo.shutdown().await;
    let other = House::open(begun).await;
    other.sign_in(ADMIN).await;
    other.tomo.start_collecting().await.expect("it collects");
    let mut app = Value::Null;
    let running = async {
        let mut pushes = Box::pin(other.tomo.pushes());
        loop {
            app = other.ask("app.get", json!({ "id": id })).await;
            if app["app"]["status"] == "running" && app["app"]["work"].is_null() {
                return;
            }
            pushes.next().await.expect("Tomo lives");
        }
    };
    let taken_up = tokio::time::timeout(PATIENCE, running).await;
    assert!(taken_up.is_ok(), "{:#}", app["app"]);
    assert_eq!(app["failure"], Value::Null);
    assert_eq!(lab.file("slow", "/www/index.html"), "hello");
}
