//! Newer images under the same names: found by asking registries, taken by the guarded update, and given back.

use super::{
    super::{ADMIN, Code, House, lab::skip},
    lab::{AppLab, until},
    updates::{ended, image, reopened, step, write},
};
use crate::lab::{docker::Docker, registry::RegistryOptions};
use serde_json::{Value, json};
use std::process::Command;

/// The lab with `web` installed and something in its volume, and another engine, which pushes images.
async fn installed() -> Option<(AppLab, Docker, String)> {
    let lab = AppLab::start().await?;
    let elsewhere = Docker::start();
    let id = lab.install("web").await;
    write(&lab, "data of before");
    Some((lab, elsewhere, id))
}

async fn looked(lab: &AppLab, id: &str) -> Value {
    lab.house().ask("app.look_for_newer", json!({ "id": id })).await
}

/// The id of an image of the engine, by any of its names; none where it is not there.
fn id_of(lab: &AppLab, name: &str) -> Option<String> {
    let output = lab.docker.try_docker(&["image", "inspect", "-f", "{{.Id}}", name]);
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn by_digest(lab: &AppLab, digest: &Value) -> String {
    let digest = digest.as_str().expect("a digest");
    format!("{}@{digest}", lab.registry.image("web"))
}

/// Holds because whoever updates to a newer image of the same name gets that one and no other, keeps the data, and
/// gets the old image back under its old name.
#[tokio::test(flavor = "multi_thread")]
async fn a_newer_image_is_found_taken_and_given_back() {
    let Some((lab, elsewhere, id)) = installed().await else { return };
    let app = lab.app(&id).await;
    assert_eq!(
        (&app["images_looked_at"], &app["images"][0]["newest"]),
        (&Value::Null, &Value::Null)
    );
    let app = looked(&lab, &id).await;
    let old = app["images"][0]["digest"].clone();
    let same = json!([{ "image": lab.image("1"), "digest": old, "newest": old, "is_newer": false, "error": null }]);
    assert_eq!(app["images"], same);
    assert_eq!(app["app"]["has_newer_image"], false);
    assert!(app["images_looked_at"].is_string());
    lab.house().refused("app.update", json!({ "id": id }), Code::Stale).await;

    lab.publish_elsewhere(&elsewhere, "1", "newer", "COPY Dockerfile /marker\n");
    let app = looked(&lab, &id).await;
    let new = app["images"][0]["newest"].clone();
    assert_eq!((&app["images"][0]["digest"], &app["images"][0]["is_newer"]), (&old, &json!(true)));
    assert_ne!(new, old);
    assert_eq!(app["app"]["has_newer_image"], true);
    assert_eq!(app["app"]["newer"], Value::Null, "the version is the same");
    let plan = lab.house().ask("app.update_plan", json!({ "id": id })).await;
    assert_eq!(plan["newer_images"], json!([{ "image": lab.image("1"), "from": old, "to": new }]));
    // Whoever changes settings alone is given no other image.
    let keeps = json!({ "id": id, "keeps_version": true });
    assert_eq!(lab.house().ask("app.update_plan", keeps.clone()).await["newer_images"], json!([]));
    lab.house().refused("app.update", keeps, Code::Stale).await;

    let old_id = id_of(&lab, &lab.image("1")).expect("it is there");
    lab.house().ask("app.update", json!({ "id": id })).await;
    let app = lab.until_status(&id, "running").await;
    assert_eq!((&app["failure"], &app["app"]["version"]), (&Value::Null, &json!("1")), "{app:#}");
    assert_eq!(
        (image(&lab).as_str(), lab.file("web", "/data/kept").as_str()),
        ("newer", "data of before")
    );
    assert!(app["compose"].as_str().is_some_and(|it| it.contains(new.as_str().expect("a digest"))));
    assert_eq!(
        (&app["app"]["has_newer_image"], &app["images"][0]["digest"]),
        (&json!(false), &new)
    );
    assert!(app["app"]["way_back"].is_object(), "{app:#}");
    assert!(id_of(&lab, &by_digest(&lab, &old)).is_some(), "the way back needs the old image");

    // A setting that is changed then keeps the image, whatever its name stands for.
    let wish = json!({ "id": id, "keeps_version": true, "values": { "GREETING": "hi" } });
    lab.publish_elsewhere(&elsewhere, "1", "newest", "COPY Dockerfile /other\n");
    lab.house().ask("app.update", wish).await;
    let app = lab.until_status(&id, "running").await;
    assert_eq!((&app["failure"], image(&lab).as_str()), (&Value::Null, "newer"), "{app:#}");
    assert!(id_of(&lab, &by_digest(&lab, &old)).is_none(), "nothing leads back to it any more");

    looked(&lab, &id).await;
    lab.house().ask("app.update", json!({ "id": id })).await;
    let app = lab.until_status(&id, "running").await;
    assert_eq!((&app["failure"], image(&lab).as_str()), (&Value::Null, "newest"), "{app:#}");
    let newest = app["images"][0]["digest"].clone();
    write(&lab, "data of afterwards");
    let new_id = id_of(&lab, &by_digest(&lab, &new)).expect("it is kept");
    lab.house().ask("app.roll_back", json!({ "id": id })).await;
    let app = lab.until_status(&id, "running").await;
    assert_eq!((&app["failure"], image(&lab).as_str()), (&Value::Null, "newer"), "{app:#}");
    assert_eq!(lab.file("web", "/data/kept"), "data of before");
    assert_eq!(id_of(&lab, &lab.image("1")), Some(new_id), "its name is given back");
    assert_eq!(id_of(&lab, &by_digest(&lab, &newest)), None, "nobody needs the newest");
    assert_eq!(app["app"]["has_newer_image"], true);
    assert_ne!(Some(old_id), id_of(&lab, &lab.image("1")));

    // The way back is given up, and with it the image; what is left goes with the app.
    lab.house().ask("app.update", json!({ "id": id })).await;
    lab.until_status(&id, "running").await;
    lab.house().ask("app.forget_way_back", json!({ "id": id })).await;
    assert_eq!(id_of(&lab, &by_digest(&lab, &new)), None);
    lab.house().ask("app.uninstall", json!({ "id": id, "with_data": true })).await;
    lab.until_list("gone", |list| list["apps"] == json!([])).await;
    assert_eq!(lab.remains(), [""; 0]);
    assert_eq!(lab.docker.docker(&["images", "-q"]).lines().count(), 1, "the image of the lab");
}

/// Holds because a newer image that does not become well may have spoiled the data, and neither it nor its name
/// may stay.
#[tokio::test(flavor = "multi_thread")]
async fn a_newer_image_that_is_ill_is_put_back() {
    let Some((lab, elsewhere, id)) = installed().await else { return };
    let old_id = id_of(&lab, &lab.image("1"));
    let spoils = "ENTRYPOINT [\"/bin/sh\", \"-c\", \"echo spoilt > /data/kept; exit 3\"]\n";
    lab.publish_elsewhere(&elsewhere, "1", "ill", spoils);
    let new = looked(&lab, &id).await["images"][0]["newest"].clone();
    lab.house().ask("app.update", json!({ "id": id })).await;
    let app = ended(lab.house(), &id, |app| app["failure"].is_object()).await;
    assert_eq!(app["failure"]["left"], json!([]), "{app:#}");
    assert!(app["failure"]["message"].as_str().is_some_and(|it| it.contains("ended with 3")));
    assert_eq!(
        (image(&lab).as_str(), lab.file("web", "/data/kept").as_str()),
        ("1", "data of before")
    );
    assert_eq!(id_of(&lab, &lab.image("1")), old_id);
    assert_eq!(id_of(&lab, &by_digest(&lab, &new)), None);
    assert_eq!(app["app"]["has_newer_image"], true);

    // The same where a Tomo that was ended in the midst of it left that to the next.
    let waits = "ENTRYPOINT [\"/bin/sh\", \"-c\", \"echo spoilt > /data/kept; sleep 600\"]\n";
    lab.publish_elsewhere(&elsewhere, "1", "waits", waits);
    let new = looked(&lab, &id).await["images"][0]["newest"].clone();
    lab.house().ask("app.update", json!({ "id": id })).await;
    step(&lab, &id, "create").await;
    let other = reopened(&lab).await;
    let app = ended(&other, &id, |app| app["failure"].is_object()).await;
    assert_eq!(app["failure"]["left"], json!([]), "{app:#}");
    assert_eq!(
        (image(&lab).as_str(), lab.file("web", "/data/kept").as_str()),
        ("1", "data of before")
    );
    let is_clean =
        || id_of(&lab, &lab.image("1")) == old_id && id_of(&lab, &by_digest(&lab, &new)).is_none();
    until(&other, "app.list", json!({}), "clean", |_| is_clean()).await;
}

/// Holds because nobody asks by hand every day, and who does not want it asked can say so.
#[tokio::test(flavor = "multi_thread")]
async fn it_is_looked_once_a_day() {
    let Some((lab, elsewhere, id)) = installed().await else { return };
    if Command::new("sqlite3").arg("--version").output().is_err() {
        return skip("sqlite3");
    }
    looked(&lab, &id).await;
    lab.publish_elsewhere(&elsewhere, "1", "newer", "COPY Dockerfile /marker\n");
    let old = |moment: &str| {
        let sql = format!(
            "update installed_apps set config = json_set(config, '$.looked.at', '{moment}')"
        );
        let done = Command::new("sqlite3").arg(lab.house().file()).arg(sql).status();
        assert!(done.expect("sqlite3 runs").success());
    };
    old("2020-01-01T00:00:00Z");
    let list = lab.until_list("newer", |list| list["apps"][0]["has_newer_image"] == true).await;
    assert_eq!(list["apps"][0]["newer"], Value::Null);
    let recent = chrono::Utc::now() - chrono::TimeDelta::hours(2);
    let recent = recent.format("%Y-%m-%dT%H:%M:%SZ").to_string();
    old(&recent);
    round(&lab, &id, 1).await;
    assert_eq!(lab.app(&id).await["images_looked_at"], json!(recent));
    let setting = json!({ "key": "system.look_for_newer_images", "value": false, "version": 1 });
    lab.house().ask("setting.set", setting).await;
    old("2020-01-02T00:00:00Z");
    round(&lab, &id, 2).await;
    assert_eq!(lab.app(&id).await["images_looked_at"], "2020-01-02T00:00:00Z");
}

/// A whole round of what is done again and again: a crash that comes to the log has had one.
async fn round(lab: &AppLab, id: &str, crash: usize) {
    let logged = async |kind: &str| {
        let waiting = async {
            while lab.house().logged(kind).await.len() < crash {
                lab.app(id).await;
            }
        };
        let waited = tokio::time::timeout(super::super::PATIENCE, waiting).await;
        assert!(waited.is_ok(), "no {kind}");
    };
    lab.docker.docker(&["kill", "web-web-1"]);
    logged("app.ill").await;
    lab.docker.docker(&["start", "web-web-1"]);
    logged("app.well").await;
}

/// Holds because a registry that is reached by its certificate alone is asked by it, and by nobody else's.
#[tokio::test(flavor = "multi_thread")]
async fn a_registry_over_tls_is_asked_by_its_certificate() {
    let options = RegistryOptions { tls: true, ..RegistryOptions::default() };
    let Some(lab) = AppLab::with(options, &[]).await else { return };
    let id = lab.install("web").await;
    let app = looked(&lab, &id).await;
    assert_eq!(app["images"][0]["is_newer"], false, "{app:#}");
    lab.registry.distrust();
    let app = looked(&lab, &id).await;
    let error = app["images"][0]["error"].as_str().expect("why");
    assert!(error.contains("is not trusted") && error.contains("certs.d"), "{error}");
    assert_eq!(app["images"][0]["is_newer"], Value::Null);
}

/// Holds because a server that forwards no ports keeps nobody from asking a registry that this computer reaches
/// too, and what is on the server itself is not what is here.
#[tokio::test(flavor = "multi_thread")]
async fn without_forwarding_it_is_asked_from_here() {
    let options = RegistryOptions { tls: true, ..RegistryOptions::default() };
    let lines = ["AllowTcpForwarding no"];
    let Some(lab) = AppLab::with(options, &lines).await else { return };
    let id = lab.install("web").await;
    let app = looked(&lab, &id).await;
    assert_eq!(app["images"][0]["is_newer"], false, "{app:#}");
    let Some(lab) = AppLab::with(RegistryOptions::default(), &lines).await else { return };
    let id = lab.install("web").await;
    let app = looked(&lab, &id).await;
    let error = app["images"][0]["error"].as_str().expect("why");
    assert!(error.contains("forwards no ports"), "{error}");
}

/// Holds because another process that looks must not write over what is being done.
#[tokio::test(flavor = "multi_thread")]
async fn looking_changes_nothing_else_of_an_app() {
    let Some((lab, _, id)) = installed().await else { return };
    let before = lab.app(&id).await;
    let beside: House = lab.house().beside().await;
    beside.sign_in(ADMIN).await;
    let refused = beside.call("app.look_for_newer", json!({ "id": id })).await;
    assert!(refused.is_err_and(|error| error.message.contains("does not answer now")));
    let after = looked(&lab, &id).await;
    for same in ["compose", "values", "manifest", "volumes", "versions", "last_steps", "failure"] {
        assert_eq!(after[same], before[same], "{same}");
    }
}
