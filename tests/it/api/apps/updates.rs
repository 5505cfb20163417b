//! Updates that can be undone: what does not become well is put back, image, configuration and data.

use super::{
    super::{ADMIN, Code, House},
    lab::{AppLab, Behaviour, fetched, until},
};
use serde_json::{Value, json};

/// Writes into the volume of `web`.
pub fn write(lab: &AppLab, text: &str) {
    let command = format!("echo '{text}' > /data/kept");
    lab.docker.docker(&["exec", "web-web-1", "sh", "-c", &command]);
}

/// The lab with `web` installed, something in its volume, and another version in the catalog.
pub async fn with_newer(behaviour: Behaviour<'_>) -> Option<(AppLab, String)> {
    let lab = AppLab::start().await?;
    let id = lab.install("web").await;
    write(&lab, "data of before");
    lab.publish("2", "CMD [\"sh\"]\n");
    lab.offer("web", Behaviour { tag: "2", ..behaviour });
    lab.sync().await;
    let list = lab.until_list("newer", |list| list["apps"][0]["newer"] == "2").await;
    assert_eq!(list["apps"][0]["version"], "1");
    Some((lab, id))
}

pub fn image(lab: &AppLab) -> String {
    let id = lab.docker.docker(&["inspect", "-f", "{{.Image}}", "web-web-1"]);
    lab.docker.docker(&["inspect", "-f", "{{index .Config.Labels \"v\"}}", &id])
}

/// Waits until this step of what is being done to the app goes on.
pub async fn step(lab: &AppLab, id: &str, name: &str) {
    lab.until(id, name, |app| {
        let steps = app["app"]["work"]["steps"].as_array().cloned().unwrap_or_default();
        steps.iter().any(|step| step["name"] == name && step["state"] == "running")
    })
    .await;
}

/// Ends Tomo where it is, and starts it again.
pub async fn reopened(lab: &AppLab) -> House {
    let folder = lab.house().folder.clone();
    lab.house().tomo.shutdown().await;
    let other = House::open(folder).await;
    other.sign_in(ADMIN).await;
    other.tomo.start_collecting().await.expect("it collects");
    other
}

/// Waits until nothing is being done to the app any more, and it is so.
pub async fn ended(house: &House, id: &str, wanted: impl Fn(&Value) -> bool) -> Value {
    let is_over = |app: &Value| app["app"]["work"].is_null() && wanted(app);
    until(house, "app.get", json!({ "id": id }), "at its end", is_over).await
}

/// Holds because the data goes along, stays as it was for the way back, and comes back with it.
#[tokio::test(flavor = "multi_thread")]
async fn an_update_goes_there_and_back() {
    let Some((lab, id)) = with_newer(Behaviour::default()).await else { return };
    let secret = lab.file("web", "/data/secret");
    let plan = lab.house().ask("app.update_plan", json!({ "id": id })).await;
    assert_eq!((&plan["from"], &plan["to"]), (&json!("1"), &json!("2")));
    assert_eq!(plan["copied"], json!(["web_data"]));
    let changes = plan["compose"].as_array().expect("lines");
    let line = |change: &str| changes.iter().find(|line| line["change"] == change).expect("a line");
    assert!(line("removed")["text"].as_str().is_some_and(|text| text.ends_with("web:1")));
    assert!(line("added")["text"].as_str().is_some_and(|text| text.ends_with("web:2")));

    let wish = json!({ "id": id, "values": { "GREETING": "good evening" } });
    let begun = lab.house().ask("app.update", wish).await;
    assert_eq!(begun["app"]["work"]["kind"], "update");
    let app = lab.until_status(&id, "running").await;
    assert_eq!((&app["app"]["version"], &app["failure"]), (&json!("2"), &Value::Null), "{app:#}");
    assert_eq!(image(&lab), "2");
    assert_eq!(fetched(app["app"]["page"]["url"].as_str().expect("a page")), "good evening\n");
    assert_eq!(lab.file("web", "/data/kept"), "data of before");
    assert_eq!(lab.file("web", "/data/secret"), secret, "secrets stay");
    let policy = ["inspect", "-f", "{{.HostConfig.RestartPolicy.Name}}", "web-web-1"];
    assert_eq!(lab.docker.docker(&policy), "unless-stopped");
    let way_back = &app["app"]["way_back"];
    assert_eq!((&way_back["version"], &way_back["volumes"]), (&json!("1"), &json!(["web_data"])));
    assert_eq!(app["app"]["newer"], Value::Null);
    let versions = app["versions"].as_array().expect("versions");
    assert_eq!(versions.iter().map(|it| &it["version"]).collect::<Vec<_>>(), ["2", "1"]);
    let last = &app["last_update"];
    let added = |file: &str| {
        let lines = last[file].as_array().expect("lines").iter();
        let mut added = lines.filter(|line| line["change"] == "added");
        added.next().expect("a line")["text"].as_str().expect("text").to_owned()
    };
    assert_eq!(
        (&last["from"], added("variables").as_str()),
        (&json!("1"), "GREETING=\"good evening\"")
    );
    assert!(added("compose").contains("web:2@sha256:"), "{last:#}");

    write(&lab, "data of afterwards");
    lab.house().ask("app.roll_back", json!({ "id": id })).await;
    let app = lab.until_status(&id, "running").await;
    assert_eq!((&app["app"]["version"], &app["failure"]), (&json!("1"), &Value::Null), "{app:#}");
    assert_eq!(
        (image(&lab).as_str(), lab.file("web", "/data/kept").as_str()),
        ("1", "data of before")
    );
    assert_eq!(fetched(app["app"]["page"]["url"].as_str().expect("a page")), "hello\n");
    assert_eq!(app["app"]["way_back"], Value::Null);
    lab.house().refused("app.roll_back", json!({ "id": id }), Code::Stale).await;
    assert_eq!(lab.docker.docker(&["volume", "ls", "-q"]), "web_data", "the copy is gone");

    // An update whose way back is kept is uninstalled with it.
    lab.house().ask("app.update", json!({ "id": id })).await;
    lab.until_status(&id, "running").await;
    lab.house().ask("app.uninstall", json!({ "id": id, "with_data": true })).await;
    lab.until_list("gone", |list| list["apps"] == json!([])).await;
    assert_eq!(lab.remains(), [""; 0]);
}

/// Holds because a new version that fails may have changed everything by then: the old image runs again, with
/// the old configuration, on the data as it was.
#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_become_well_is_put_back() {
    let spoils = "echo 'data of the new version' > /data/kept; rm -f /data/secret";
    let ends = format!("{spoils}; echo cannot migrate; exit 3");
    let Some((lab, id)) = with_newer(Behaviour { before: &ends, ..Behaviour::default() }).await
    else {
        return;
    };
    let before = lab.app(&id).await;
    let secret = lab.file("web", "/data/secret");
    let ill = format!("{spoils}; sleep 600");
    for (behaviour, words) in [(&ends, "ended with 3"), (&ill, "check of the service web fails")] {
        lab.offer("web", Behaviour { before: behaviour, tag: "2", ..Behaviour::default() });
        lab.sync().await;
        lab.house().ask("app.update", json!({ "id": id, "values": { "GREETING": "new" } })).await;
        let app = lab.until_status(&id, "running").await;
        let message = app["failure"]["message"].as_str().expect("why");
        assert!(message.contains(words), "{message}");
        assert_eq!(
            (&app["failure"]["kind"], &app["failure"]["left"]),
            (&json!("update"), &json!([]))
        );
        assert_eq!(app["app"]["version"], "1");
        for same in ["compose", "values", "manifest", "volumes"] {
            assert_eq!(app[same], before[same], "{same}");
        }
        assert_eq!(image(&lab), "1");
        assert_eq!(lab.file("web", "/data/kept"), "data of before");
        assert_eq!(lab.file("web", "/data/secret"), secret);
        assert_eq!(fetched(app["app"]["page"]["url"].as_str().expect("a page")), "hello\n");
        assert_eq!(lab.docker.docker(&["volume", "ls", "-q"]), "web_data");
        let there = lab.docker.try_docker(&["image", "inspect", &lab.image("2")]);
        assert!(!there.status.success(), "the image of the new version is gone");
    }
    assert_eq!(lab.house().logged("app.failed").await.len(), 2);
    // One that cannot even be pulled does not stop what runs.
    let started = ["inspect", "-f", "{{.State.StartedAt}}", "web-web-1"];
    let since = lab.docker.docker(&started);
    lab.offer("web", Behaviour { tag: "9", ..Behaviour::default() });
    lab.sync().await;
    lab.house().ask("app.update", json!({ "id": id })).await;
    let app = lab.until_status(&id, "running").await;
    assert!(
        app["failure"]["message"].as_str().is_some_and(|it| it.contains("not found")),
        "{app:#}"
    );
    assert_eq!(lab.docker.docker(&started), since);
}

/// Holds because a Tomo that ends in the midst of an update leaves something that is neither the old version
/// nor the new one, and the next makes it the old one again.
#[tokio::test(flavor = "multi_thread")]
async fn an_update_that_was_broken_off_is_put_back() {
    let slow = "echo 'data of the new version' > /data/kept; sleep 600";
    let Some((lab, id)) = with_newer(Behaviour { before: slow, ..Behaviour::default() }).await
    else {
        return;
    };
    lab.house().ask("app.update", json!({ "id": id })).await;
    step(&lab, &id, "health").await;
    let other = reopened(&lab).await;
    let app = ended(&other, &id, |app| app["failure"].is_object()).await;
    assert_eq!((&app["app"]["status"], &app["app"]["version"]), (&json!("running"), &json!("1")));
    assert_eq!(
        (image(&lab).as_str(), lab.file("web", "/data/kept").as_str()),
        ("1", "data of before")
    );
}

/// Holds because whoever gives up the way back wants the room, and whoever changes nothing wants no downtime.
#[tokio::test(flavor = "multi_thread")]
async fn the_way_back_is_given_up() {
    let Some((lab, id)) = with_newer(Behaviour::default()).await else { return };
    lab.house().refused("app.forget_way_back", json!({ "id": id }), Code::Stale).await;
    lab.house().ask("app.update", json!({ "id": id })).await;
    lab.until_status(&id, "running").await;
    let volumes = || lab.docker.docker(&["volume", "ls", "-q"]).lines().count();
    assert_eq!(volumes(), 2);
    // Nobody uses the copy, and it is no rubbish.
    let what = json!({ "server_id": lab.watched.id, "kind": "unused_volumes" });
    assert_eq!(lab.house().ask("prune.preview", what).await["items"], json!([]));
    let app = lab.house().ask("app.forget_way_back", json!({ "id": id })).await;
    assert_eq!(app["app"]["way_back"], Value::Null);
    assert_eq!(volumes(), 1);
    let there = lab.docker.try_docker(&["image", "inspect", &lab.image("1")]);
    assert!(!there.status.success(), "nothing uses the old image");
    lab.house().refused("app.update", json!({ "id": id }), Code::Stale).await;
    // Whoever changes a setting is not given another version for it.
    lab.offer("web", Behaviour { tag: "9", ..Behaviour::default() });
    lab.sync().await;
    let same = json!({ "id": id, "keeps_version": true });
    assert_eq!(lab.house().ask("app.update_plan", same.clone()).await["to"], "2");
    assert_eq!(lab.house().ask("app.update_plan", json!({ "id": id })).await["to"], "9");
    lab.house().refused("app.update", same, Code::Stale).await;
    lab.offer("web", Behaviour { tag: "2", ..Behaviour::default() });
    lab.sync().await;
    let bad = json!({ "id": id, "values": { "WEB_PORT": "no" } });
    lab.house().refused("app.update", bad, Code::Invalid).await;
    // Other values are an update as well.
    let wish = json!({ "id": id, "values": { "GREETING": "hi" }, "secrets": { "SECRET": "new" } });
    lab.house().ask("app.update", wish).await;
    let app = lab.until_status(&id, "running").await;
    assert_eq!(fetched(app["app"]["page"]["url"].as_str().expect("a page")), "hi\n");
    assert_eq!(lab.file("web", "/data/secret"), "new");
}
