//! What happens to updates that somebody, or something, gets in the way of: whatever it is, the app ends as it
//! was, with its data.

use super::{
    super::{ADMIN, Code, House},
    lab::{AppLab, Behaviour},
    updates::{ended, image, reopened, step, with_newer, write},
};
use serde_json::{Value, json};
use std::process::Command;

/// The new version spoils the data, and then waits until it is told to end.
const SPOILS: &str = "echo 'data of the new version' > /data/kept; \
     until [ -e /data/end ]; do sleep 0.1; done; exit 3";

/// What an inspected container says of this.
fn inspected(lab: &AppLab, what: &str) -> String {
    lab.docker.docker(&["inspect", "-f", what, "web-web-1"])
}

/// Puts so much into the volume of `web` that carrying it takes a while.
fn fill(lab: &AppLab) {
    let fill = "dd if=/dev/zero of=/data/much bs=1M count=300 2>/dev/null";
    lab.docker.docker(&["exec", "web-web-1", "sh", "-c", fill]);
}

/// Lets the new version end that waits for it.
fn end(lab: &AppLab) {
    lab.docker.docker(&["exec", "web-web-1", "touch", "/data/end"]);
}

fn is_as_before(lab: &AppLab, app: &Value) {
    assert_eq!((&app["app"]["status"], &app["app"]["version"]), (&json!("running"), &json!("1")));
    assert_eq!(app["app"]["is_stuck"], false);
    assert_eq!(
        (image(lab).as_str(), lab.file("web", "/data/kept").as_str()),
        ("1", "data of before")
    );
    assert_eq!(lab.docker.docker(&["volume", "ls", "-q"]), "web_data");
    assert_eq!(lab.docker.docker(&["ps", "-a", "--format", "{{.Names}}"]), "web-web-1");
}

/// Holds because an old version that gets a new password cannot read what it has written.
#[tokio::test(flavor = "multi_thread")]
async fn secrets_come_back_with_their_version() {
    let new = Behaviour { before: "exit 3", ..Behaviour::default() };
    let Some((lab, id)) = with_newer(new).await else { return };
    let secret = lab.file("web", "/data/secret");
    let wish = json!({ "id": id, "secrets": { "SECRET": "another one" } });
    lab.house().ask("app.update", wish.clone()).await;
    let app = ended(lab.house(), &id, |app| app["failure"].is_object()).await;
    assert_eq!(app["failure"]["left"], json!([]), "{app:#}");
    let reveal = json!({ "id": id, "setting": "SECRET" });
    assert_eq!(lab.house().ask("app.reveal", reveal.clone()).await, json!(secret));
    assert!(inspected(&lab, "{{.Config.Env}}").contains(&format!("SECRET={secret}")));
    // Those of a version that was left on purpose as well.
    lab.offer("web", Behaviour { tag: "2", ..Behaviour::default() });
    lab.sync().await;
    lab.house().ask("app.update", wish).await;
    lab.until_status(&id, "running").await;
    assert_eq!(lab.house().ask("app.reveal", reveal.clone()).await, json!("another one"));
    lab.house().ask("app.roll_back", json!({ "id": id })).await;
    let app = lab.until_status(&id, "running").await;
    assert_eq!(app["failure"], Value::Null, "{app:#}");
    assert_eq!(lab.house().ask("app.reveal", reveal).await, json!(secret));
    assert_eq!(lab.file("web", "/data/secret"), secret);
}

/// Holds because whoever stopped an app wants it stopped, whatever becomes of its version.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_stopped_is_stopped_afterwards() {
    let new = Behaviour { before: "exit 3", ..Behaviour::default() };
    let Some((lab, id)) = with_newer(new).await else { return };
    lab.house().ask("app.act", json!({ "id": id, "action": "stop" })).await;
    lab.until_status(&id, "stopped").await;
    lab.house().ask("app.update", json!({ "id": id })).await;
    let app = ended(lab.house(), &id, |app| app["failure"].is_object()).await;
    assert_eq!((&app["app"]["status"], &app["app"]["version"]), (&json!("stopped"), &json!("1")));
    assert_eq!(
        (image(&lab).as_str(), inspected(&lab, "{{.State.Running}}").as_str()),
        ("1", "false")
    );
    lab.offer("web", Behaviour { tag: "2", ..Behaviour::default() });
    lab.sync().await;
    lab.house().ask("app.update", json!({ "id": id })).await;
    let app = ended(lab.house(), &id, |app| app["app"]["version"] == "2").await;
    assert_eq!(
        (&app["app"]["status"], &app["failure"]),
        (&json!("stopped"), &Value::Null),
        "{app:#}"
    );
    assert_eq!(
        (image(&lab).as_str(), inspected(&lab, "{{.State.Running}}").as_str()),
        ("2", "false")
    );
    lab.house().ask("app.act", json!({ "id": id, "action": "start" })).await;
    lab.until_status(&id, "running").await;
    assert_eq!(lab.file("web", "/data/kept"), "data of before");
}

/// Holds because a version that needs a service no more would never become well beside its rest, and the
/// way back needs it again.
#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_is_dropped_goes_and_comes_back() {
    let Some(lab) = AppLab::start().await else { return };
    let cache = format!(
        "    cache:\n      image: {}\n      command: [sleep, '100000']\n      stop_grace_period: 0s\n",
        lab.image("1")
    );
    lab.offer("web", Behaviour { services: &cache, ..Behaviour::default() });
    lab.sync().await;
    let id = lab.install("web").await;
    let names = || lab.docker.docker(&["ps", "--format", "{{.Names}}"]).lines().count();
    assert_eq!(names(), 2);
    lab.publish("2", "CMD [\"sh\"]\n");
    lab.offer("web", Behaviour { tag: "2", ..Behaviour::default() });
    lab.sync().await;
    lab.house().ask("app.update", json!({ "id": id })).await;
    let app = lab.until_status(&id, "running").await;
    assert_eq!((&app["app"]["version"], &app["failure"]), (&json!("2"), &Value::Null), "{app:#}");
    assert_eq!(names(), 1);
    lab.house().ask("app.roll_back", json!({ "id": id })).await;
    let app = lab.until_status(&id, "running").await;
    assert_eq!((&app["app"]["version"], &app["failure"]), (&json!("1"), &Value::Null), "{app:#}");
    assert_eq!(names(), 2);
}

/// Holds because what a container has in a volume that nobody named is its data all the same.
#[tokio::test(flavor = "multi_thread")]
async fn volumes_without_a_name_are_put_back() {
    let Some(lab) = AppLab::start().await else { return };
    lab.publish("u1", "VOLUME /own\n");
    lab.publish("u2", "VOLUME /own\n");
    lab.offer("web", Behaviour { tag: "u1", ..Behaviour::default() });
    lab.sync().await;
    let id = lab.install("web").await;
    write(&lab, "data of before");
    let own = ["exec", "web-web-1", "sh", "-c", "echo 'own data' > /own/file"];
    lab.docker.docker(&own);
    let spoils = "rm -f /own/file; echo spoilt > /own/new; exit 3";
    lab.offer("web", Behaviour { tag: "u2", before: spoils, ..Behaviour::default() });
    lab.sync().await;
    let plan = lab.house().ask("app.update_plan", json!({ "id": id })).await;
    assert_eq!(plan["copied"].as_array().map(Vec::len), Some(2), "{plan:#}");
    assert!(plan["copied"].as_array().is_some_and(|all| all.contains(&json!("/own of web"))));
    lab.house().ask("app.update", json!({ "id": id })).await;
    let app = ended(lab.house(), &id, |app| app["failure"].is_object()).await;
    assert_eq!(app["failure"]["left"], json!([]), "{app:#}");
    assert_eq!(lab.file("web", "/own/file"), "own data");
    let new = lab.docker.try_docker(&["exec", "web-web-1", "ls", "/own/new"]);
    assert!(!new.status.success(), "what the new version wrote is gone");
    assert_eq!(lab.docker.docker(&["volume", "ls", "-q"]).lines().count(), 2);
}

/// Holds because somebody who thinks better of it while the data is being copied wants what ran, as it ran.
#[tokio::test(flavor = "multi_thread")]
async fn an_update_is_cancelled_while_data_is_copied() {
    let Some((lab, id)) = with_newer(Behaviour::default()).await else { return };
    fill(&lab);
    let container = inspected(&lab, "{{.Id}}");
    lab.house().ask("app.update", json!({ "id": id })).await;
    step(&lab, &id, "copy").await;
    lab.house().ask("app.cancel", json!({ "id": id })).await;
    let app = ended(lab.house(), &id, |app| app["app"]["status"] == "running").await;
    assert_eq!(app["failure"], Value::Null, "{app:#}");
    is_as_before(&lab, &app);
    assert_eq!(inspected(&lab, "{{.Id}}"), container, "it was not made anew");
}

/// Holds because a Tomo that ends while the data is being copied leaves containers that hold the volumes, and
/// these must not be in the way of the next.
#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_was_broken_off_is_no_hindrance() {
    let Some((lab, id)) = with_newer(Behaviour::default()).await else { return };
    fill(&lab);
    lab.house().ask("app.update", json!({ "id": id })).await;
    step(&lab, &id, "copy").await;
    let other = reopened(&lab).await;
    let app = ended(&other, &id, |app| app["failure"].is_object()).await;
    is_as_before(&lab, &app);
    other.ask("app.update", json!({ "id": id })).await;
    let app = ended(&other, &id, |app| app["app"]["version"] == "2").await;
    assert_eq!(app["failure"], Value::Null, "{app:#}");
    assert_eq!(lab.file("web", "/data/kept"), "data of before");
}

/// Holds because a version that became well while no Tomo was there has been used since, and putting the copy
/// over that would lose it.
#[tokio::test(flavor = "multi_thread")]
async fn an_update_that_became_well_meanwhile_stays() {
    let waits = "until [ -e /data/go ]; do sleep 0.1; done";
    let Some((lab, id)) = with_newer(Behaviour { before: waits, ..Behaviour::default() }).await
    else {
        return;
    };
    lab.house().ask("app.update", json!({ "id": id })).await;
    step(&lab, &id, "health").await;
    let folder = lab.house().folder.clone();
    lab.house().tomo.shutdown().await;
    write(&lab, "data of the weekend");
    lab.docker.docker(&["exec", "web-web-1", "touch", "/data/go"]);
    let other = House::open(folder).await;
    other.sign_in(ADMIN).await;
    other.tomo.start_collecting().await.expect("it collects");
    let app = ended(&other, &id, |app| app["app"]["status"] == "running").await;
    assert_eq!((&app["app"]["version"], &app["failure"]), (&json!("2"), &Value::Null), "{app:#}");
    assert_eq!(
        (image(&lab).as_str(), lab.file("web", "/data/kept").as_str()),
        ("2", "data of the weekend")
    );
    assert_eq!(app["app"]["way_back"]["version"], "1");
    let server = json!({ "id": lab.watched.id });
    let refused = other.ask("app.roll_back", json!({ "id": id })).await;
    assert_eq!(refused["app"]["work"]["kind"], "roll_back");
    other.refused("server.remove", server, Code::Invalid).await;
    let app = ended(&other, &id, |app| app["app"]["version"] == "1").await;
    is_as_before(&lab, &app);
}

/// Holds because a way back that ends half-way has emptied the data, and only the copy has it.
#[tokio::test(flavor = "multi_thread")]
async fn a_way_back_that_was_broken_off_goes_on() {
    let Some((lab, id)) = with_newer(Behaviour::default()).await else { return };
    fill(&lab);
    lab.house().ask("app.update", json!({ "id": id })).await;
    let app = lab.until_status(&id, "running").await;
    assert_eq!(app["app"]["version"], "2", "{app:#}");
    write(&lab, "data of afterwards");
    lab.house().ask("app.roll_back", json!({ "id": id })).await;
    step(&lab, &id, "back_data").await;
    let other = reopened(&lab).await;
    let app = ended(&other, &id, |app| app["app"]["version"] == "1").await;
    assert_eq!(app["failure"], Value::Null, "{app:#}");
    is_as_before(&lab, &app);
    assert_eq!(app["app"]["way_back"], Value::Null);
}

/// Holds because a volume that somebody else's container has cannot be put back under it: that has to be known
/// before anything is stopped, and what comes up later must cost no data.
#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_put_back_waits_for_a_person() {
    let Some((lab, id)) = with_newer(Behaviour { before: SPOILS, ..Behaviour::default() }).await
    else {
        return;
    };
    let borrow = |name: &str| {
        let image = lab.image("1");
        let run =
            ["run", "-d", "--name", name, "-v", "web_data:/theirs", &image, "sleep", "100000"];
        lab.docker.docker(&run);
    };
    borrow("borrower");
    let since = inspected(&lab, "{{.State.StartedAt}}");
    lab.house().ask("app.update", json!({ "id": id })).await;
    let app = ended(lab.house(), &id, |app| app["failure"].is_object()).await;
    let message = app["failure"]["message"].as_str().expect("why");
    assert!(message.contains("borrower"), "{message}");
    assert_eq!(inspected(&lab, "{{.State.StartedAt}}"), since, "it was not stopped");
    lab.docker.docker(&["rm", "-f", "borrower"]);

    lab.house().ask("app.update", json!({ "id": id })).await;
    step(&lab, &id, "health").await;
    borrow("late");
    end(&lab);
    let app = ended(lab.house(), &id, |app| app["app"]["is_stuck"] == true).await;
    assert_eq!(
        (&app["app"]["status"], &app["app"]["is_troubled"]),
        (&json!("error"), &json!(true))
    );
    let left = app["failure"]["left"][0].as_str().expect("what is left");
    assert!(left.contains("late"), "{left}");
    assert!(app["failure"]["message"].as_str().is_some_and(|it| it.contains("ended with 3")));
    // Nobody goes on with it, and nothing else is done to it.
    for action in ["start", "restart", "stop"] {
        let act = json!({ "id": id, "action": action });
        lab.house().refused("app.act", act, Code::Invalid).await;
    }
    lab.house().refused("app.update", json!({ "id": id }), Code::Invalid).await;
    let other = reopened(&lab).await;
    lab.docker.docker(&["rm", "-f", "late"]);
    let app = ended(&other, &id, |app| app["app"]["containers"].is_object()).await;
    assert_eq!(app["app"]["is_stuck"], true);
    other.ask("app.roll_back", json!({ "id": id })).await;
    let app = ended(&other, &id, |app| app["app"]["status"] == "running").await;
    is_as_before(&lab, &app);
    assert_eq!(app["failure"]["left"], json!([]));
}

/// Holds because the room that copies take is wanted back when their time is up.
#[tokio::test(flavor = "multi_thread")]
async fn the_way_back_ends_by_itself() {
    let Some((lab, id)) = with_newer(Behaviour::default()).await else { return };
    if Command::new("sqlite3").arg("--version").output().is_err() {
        return super::super::lab::skip("sqlite3");
    }
    lab.house().ask("app.update", json!({ "id": id })).await;
    let app = lab.until_status(&id, "running").await;
    assert!(app["app"]["way_back"].is_object(), "{app:#}");
    let file = lab.house().file();
    let sql = "update installed_apps set config = \
               json_set(config, '$.earlier.until', '2020-01-01T00:00:00Z')";
    let done = Command::new("sqlite3").arg(file).arg(sql).status().expect("sqlite3 runs");
    assert!(done.success());
    ended(lab.house(), &id, |app| app["app"]["way_back"].is_null()).await;
    assert_eq!(lab.docker.docker(&["volume", "ls", "-q"]), "web_data");
    let there = lab.docker.try_docker(&["image", "inspect", &lab.image("1")]);
    assert!(!there.status.success(), "nothing uses the old image");
    lab.house().refused("app.roll_back", json!({ "id": id }), Code::Stale).await;
}
