//! Apps that are there: whether they are well, what is told when they are not any more, and how a browser reaches
//! them.

use super::{
    super::Code,
    lab::{AppLab, Behaviour, fetched, until},
};
use serde_json::{Value, json};

/// Waits until the log has an entry of this kind; its words.
async fn told(lab: &AppLab, kind: &str) -> String {
    let of = |page: &Value| {
        let entries = page["entries"].as_array().into_iter().flatten();
        let mut own = entries.filter(|entry| entry["activity_type"] == kind);
        own.next().map(|entry| entry["message"].as_str().expect("words").to_owned())
    };
    let page = json!({ "limit": 50 });
    let page = until(lab.house(), "activity.list", page, kind, |page| of(page).is_some()).await;
    of(&page).expect("an entry")
}

/// Holds because an app that has crashed at night is what people want to know of in the morning, once.
#[tokio::test(flavor = "multi_thread")]
async fn a_crash_is_told_and_so_is_its_end() {
    let Some(lab) = AppLab::start().await else { return };
    let id = lab.install("web").await;
    let wellness = || lab.house().tomo.apps_wellness();
    lab.until_list("well", |_| wellness().all == 1).await;
    assert_eq!(wellness().troubled, 0);
    lab.docker.docker(&["kill", "web-web-1"]);
    let words = told(&lab, "app.ill").await;
    assert!(words.contains("App web is not well on lab: stopped outside Tomo"), "{words}");
    assert_eq!(wellness().troubled, 1, "the tray says so");
    // All that happened to it is found by its name.
    let page = json!({ "filter": { "app_id": "lab/web" }, "limit": 50 });
    let entries = lab.house().ask("activity.list", page).await;
    let kinds: Vec<_> = entries["entries"].as_array().expect("entries").iter().collect();
    let has = |kind: &str| kinds.iter().any(|entry| entry["activity_type"] == kind);
    assert!(["app.install", "app.installed", "app.ill"].into_iter().all(has), "{entries:#}");
    lab.docker.docker(&["start", "web-web-1"]);
    assert!(told(&lab, "app.well").await.contains("App web is well again on lab"));
    assert_eq!(lab.house().logged("app.ill").await.len(), 1);
    // Whoever stops it himself needs no news of that.
    lab.house().ask("app.act", json!({ "id": id, "action": "stop" })).await;
    lab.until_status(&id, "stopped").await;
    lab.until_list("stopped", |_| wellness().troubled == 0).await;
    assert_eq!(lab.house().logged("app.ill").await.len(), 1);
}

/// Holds because many apps are reached by their server alone, and a port that is opened for one browser must not
/// be open to the network.
#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_is_out_of_reach_comes_through_a_tunnel() {
    let Some(lab) = AppLab::start().await else { return };
    let near = lab.install("web").await;
    let direct = lab.house().ask("app.open", json!({ "id": near })).await;
    assert_eq!(direct["is_tunnel"], false);
    assert_eq!(fetched(direct["url"].as_str().expect("an address")), "hello\n");
    // Published at an address of the server that the name it is known by does not lead to.
    lab.offer("far", Behaviour { address: "127.0.0.2:", ..Behaviour::default() });
    lab.sync().await;
    let far = lab.install("far").await;
    let opened = lab.house().ask("app.open", json!({ "id": far })).await;
    assert_eq!(opened["is_tunnel"], true, "{opened:#}");
    let url = opened["url"].as_str().expect("an address").to_owned();
    assert!(url.starts_with("http://127.0.0.1:"), "{url}");
    for _ in 0..3 {
        assert_eq!(fetched(&url), "hello\n");
    }
    let again = lab.house().ask("app.open", json!({ "id": far })).await;
    assert_eq!(again["url"], json!(url), "there is one tunnel");
    assert_eq!(lab.house().logged("app.open").await.len(), 1);
    // Much more than fits into any buffer on the way.
    let size = 20 << 20;
    let fill = format!("dd if=/dev/zero of=/www/much bs=1M count={} 2>/dev/null", size >> 20);
    lab.docker.docker(&["exec", "far-web-1", "sh", "-c", &fill]);
    assert_eq!(fetched(&format!("{url}much")).len(), size);
    lab.house().ask("app.act", json!({ "id": far, "action": "stop" })).await;
    lab.until_status(&far, "stopped").await;
    lab.house().refused("app.open", json!({ "id": far }), Code::Invalid).await;
}

/// Holds because a container that runs is no page that answers: where the compose file has no check, the
/// manifest's is asked.
#[tokio::test(flavor = "multi_thread")]
async fn the_check_of_a_manifest_is_asked() {
    let Some(lab) = AppLab::start().await else { return };
    let health = |path: &str| format!("  service: web\n  port: 8080\n{path}  wait: 4\n");
    let page = health("  path: /\n");
    lab.offer("good", Behaviour { health: &page, ..Behaviour::default() });
    let missing = health("  path: /missing\n");
    lab.offer("lost", Behaviour { health: &missing, ..Behaviour::default() });
    let deaf = health("");
    lab.offer("deaf", Behaviour { health: &deaf, before: "sleep 600", ..Behaviour::default() });
    lab.sync().await;
    lab.install("good").await;
    for id in ["lost", "deaf"] {
        let id = lab.begin(id).await;
        let app = lab.until_status(&id, "error").await;
        let why = app["failure"]["message"].as_str().expect("why");
        assert!(why.contains("not well after 4 seconds"), "{why}");
        assert_eq!(app["failure"]["left"], json!([]));
    }
}
