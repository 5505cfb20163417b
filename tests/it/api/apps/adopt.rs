//! Taking over compose projects that somebody made by hand, with the server's own compose.

use super::{
    super::Code,
    lab::{AppLab, fetched},
};
use crate::lab::sshd::free_port;
use serde_json::{Value, json};
use std::{fs, path::PathBuf, process::Command};

/// What nobody may read but the app.
const SECRET: &str = "hunter2-of-the-shop";

/// Files of a project in a folder of the account.
fn folder(lab: &AppLab, name: &str, files: &[(&str, String)]) -> PathBuf {
    let account = &lab.watched.lab.account;
    let folder = account.home.join(name);
    fs::create_dir_all(&folder).expect("a folder");
    for (file, text) in files {
        account.write(&format!("{name}/{file}"), text);
    }
    folder
}

/// Compose, as somebody types it in that folder.
fn up(lab: &AppLab, folder: &PathBuf, words: &[&str]) {
    let output = Command::new("docker")
        .arg("compose")
        .args(words)
        .args(["up", "-d"])
        .current_dir(folder)
        .env("DOCKER_HOST", format!("unix://{}", lab.docker.socket().display()))
        .output()
        .expect("compose");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn compose(lab: &AppLab, tag: &str) -> String {
    format!(
        "# written by hand\nservices:\n  web:\n    image: {}\n    ports: [\"${{PORT}}:8080\"]\n    restart: unless-stopped\n    \
         environment:\n      ADMIN_PASSWORD: ${{PW}}\n      LITERAL_TOKEN: literal-{SECRET}\n    volumes: [data:/data, ./www:/www]\n    \
         stop_grace_period: 0s\n    command: sh -c 'printf %s \"$$ADMIN_PASSWORD\" > /data/secret; exec httpd -f -p 8080 -h /www'\n  \
         other:\n    image: {}\n    command: sleep 86400\n    stop_grace_period: 0s\nvolumes:\n  data:\n",
        lab.image(tag),
        lab.image("1"),
    )
}

/// A project called `2shop_x`, which no app of Tomo's own would be; the folder with its files.
fn made_by_hand(lab: &AppLab) -> PathBuf {
    let env = format!("PORT={}\nPW='{SECRET}'\nFREE=1\n", free_port());
    let files = [("docker-compose.yml", compose(lab, "1")), (".env", env)];
    let folder = folder(lab, "2shop_x", &files);
    fs::create_dir_all(folder.join("www")).expect("a folder");
    fs::write(folder.join("www/index.html"), "by hand\n").expect("a page");
    up(lab, &folder, &[]);
    folder
}

/// The id and the start of each container, by the engine.
fn containers(lab: &AppLab) -> Vec<String> {
    let ids = lab.docker.docker(&["ps", "-aq", "--no-trunc"]);
    let mut all: Vec<String> = ids
        .lines()
        .map(|id| {
            lab.docker.docker(&["inspect", "-f", "{{.Id}} {{.State.StartedAt}} {{.Name}}", id])
        })
        .collect();
    all.sort();
    all
}

fn one(lab: &AppLab, project: &str) -> Value {
    json!({ "server_id": lab.watched.id, "project": project })
}

async fn until_found(lab: &AppLab, count: usize) {
    lab.until_list("found", |list| {
        list["found"]
            .as_array()
            .is_some_and(|found| found.iter().any(|it| it["containers"] == count))
    })
    .await;
}

/// Holds because taking over must not be noticed by what runs; and from then on it is started, stopped, edited
/// and let go where its files are.
#[tokio::test(flavor = "multi_thread")]
async fn a_project_is_taken_over_managed_edited_and_released() {
    let Some(lab) = AppLab::start().await else { return };
    let folder = made_by_hand(&lab);
    let file = folder.join("docker-compose.yml");
    let original = fs::read_to_string(&file).expect("a file");
    until_found(&lab, 2).await;
    let before = containers(&lab);
    let plan = lab.house().ask("app.adopt_plan", one(&lab, "2shop_x")).await;
    assert_eq!((&plan["is_ready"], &plan["problems"]), (&json!(true), &json!([])), "{plan:#}");
    assert_eq!(plan["files"], json!([file, folder.join(".env")]));
    assert_eq!(
        (&plan["secrets"], &plan["volumes"]),
        (&json!(["PW", "LITERAL_TOKEN"]), &json!(["2shop_x_data"]))
    );
    assert_eq!(plan["variables"], json!(["PORT", "FREE"]), "{plan:#}");
    assert!(!plan.to_string().contains(SECRET), "{plan:#}");

    let app = lab.house().ask("app.adopt", one(&lab, "2shop_x")).await;
    let id = app["app"]["id"].as_str().expect("an id").to_owned();
    assert_eq!(
        (&app["app"]["origin"], &app["app"]["status"]),
        (&json!("adopted"), &json!("running"))
    );
    assert_eq!(app["volumes"][0]["name"], "2shop_x_data", "{app:#}");
    assert!(!app.to_string().contains(SECRET), "{app:#}");
    assert_eq!(containers(&lab), before, "nothing was restarted or made anew");
    // It has a page, at the port that it opens.
    let page = app["app"]["page"]["url"].as_str().expect("a page").to_owned();
    assert_eq!(fetched(&page), "by hand\n");
    assert_eq!(fs::read_to_string(&file).expect("a file"), original);
    let list = lab.house().ask("app.list", json!({})).await;
    assert_eq!(
        (list["found"].clone(), list["apps"][0]["state"].clone()),
        (json!([]), json!("running"))
    );
    lab.house().refused("app.adopt", one(&lab, "2shop_x"), Code::Stale).await;

    // Stopped and started, it has the same containers.
    let ids = |all: &[String]| -> Vec<String> {
        all.iter().map(|it| it.split(' ').next().unwrap_or_default().to_owned()).collect()
    };
    for (action, status) in [("stop", "stopped"), ("start", "running"), ("restart", "running")] {
        lab.house().ask("app.act", json!({ "id": id, "action": action })).await;
        let app = lab.until_status(&id, status).await;
        assert_eq!(app["failure"], Value::Null, "{app:#}");
        assert_eq!(ids(&containers(&lab)), ids(&before), "{action}");
    }
    assert_eq!(fs::read_to_string(&file).expect("a file"), original);

    // Edited: what did not change keeps its container.
    lab.publish("2", "CMD [\"sh\"]\n");
    let files = lab.house().ask("app.files", json!({ "id": id })).await;
    assert_eq!(files["can_edit"], true, "{files:#}");
    assert!(!files.to_string().contains(SECRET), "{files:#}");
    let text = files["compose"].as_str().expect("a text");
    let edited = text.replacen(&lab.image("1"), &lab.image("2"), 1);
    let wish = json!({ "id": id, "own": { "compose": edited, "env": files["env"] } });
    let other =
        |all: &[String]| all.iter().find(|it| it.ends_with("other-1")).cloned().expect("it");
    let kept = other(&containers(&lab));
    lab.house().ask("app.update", wish).await;
    let app = lab.until_status(&id, "running").await;
    assert_eq!(app["failure"], Value::Null, "{app:#}");
    let now = other(&containers(&lab));
    assert_eq!(kept.split(' ').next(), now.split(' ').next(), "it was made anew");
    let written = fs::read_to_string(&file).expect("a file");
    assert!(
        written.contains(&lab.image("2")) && written.contains("# written by hand"),
        "{written}"
    );
    assert_eq!(
        fs::read_to_string(folder.join("docker-compose.yml.before-tomo")).expect("a copy"),
        original
    );
    assert_eq!(lab.docker.docker(&["exec", "2shop_x-web-1", "cat", "/data/secret"]), SECRET);
    assert_eq!(fetched(&page), "by hand\n");
    assert!(fs::read_to_string(folder.join(".env")).expect("variables").contains("FREE=1"));

    // What somebody changes there by hand is not written over.
    fs::write(&file, format!("{written}# by hand again\n")).expect("a file");
    let files = lab.house().ask("app.files", json!({ "id": id })).await;
    assert_eq!(files["can_edit"], false);
    assert!(files["why_not"].as_str().is_some_and(|why| why.contains("was changed on the server")));
    let refused = lab.house().refused("app.roll_back", json!({ "id": id }), Code::Invalid).await;
    assert!(refused.message.contains("was changed on the server"), "{refused:?}");

    // Released, it goes on as it is.
    let preview = lab.house().ask("app.uninstall_preview", json!({ "id": id })).await;
    assert_eq!(preview["files"], json!([]));
    let stays = preview["binds"].as_array().expect("paths");
    assert!(stays.contains(&json!(file)), "{preview:#}");
    lab.house().refused("app.release", json!({ "id": id }), Code::Invalid).await;
    lab.house().ask("app.forget_way_back", json!({ "id": id })).await;
    let before = containers(&lab);
    lab.house().ask("app.release", json!({ "id": id })).await;
    assert_eq!(containers(&lab), before);
    until_found(&lab, 2).await;

    // Taken over again with what was changed by hand, and uninstalled: its files stay.
    let app = lab.house().ask("app.adopt", one(&lab, "2shop_x")).await;
    let id = app["app"]["id"].as_str().expect("an id").to_owned();
    lab.house().ask("app.uninstall", json!({ "id": id, "with_data": true })).await;
    lab.until_list("gone", |list| list["apps"] == json!([])).await;
    assert!(containers(&lab).is_empty() && file.exists() && folder.join(".env").exists());
    assert_eq!(lab.docker.docker(&["volume", "ls", "-q"]), "");
}

/// Holds because an edit that does not become well must not leave somebody's project half changed.
#[tokio::test(flavor = "multi_thread")]
async fn an_edit_of_a_project_that_fails_is_put_back() {
    let Some(lab) = AppLab::start().await else { return };
    let folder = made_by_hand(&lab);
    until_found(&lab, 2).await;
    let app = lab.house().ask("app.adopt", one(&lab, "2shop_x")).await;
    let id = app["app"]["id"].as_str().expect("an id").to_owned();
    let files = lab.house().ask("app.files", json!({ "id": id })).await;
    let broken =
        files["compose"].as_str().expect("a text").replace("exec httpd", "exit 3; exec httpd");
    let wish = json!({ "id": id, "own": { "compose": broken, "env": files["env"] } });
    lab.house().ask("app.update", wish).await;
    let app = lab
        .until(&id, "put back", |app| app["app"]["work"].is_null() && app["failure"].is_object())
        .await;
    assert_eq!(app["app"]["status"], "running", "{app:#}");
    let written = fs::read_to_string(folder.join("docker-compose.yml")).expect("a file");
    assert_eq!(Some(written.as_str()), files["compose"].as_str());
    assert_eq!(lab.docker.docker(&["exec", "2shop_x-web-1", "cat", "/data/secret"]), SECRET);
}

/// Holds because many projects are made of a file and what is laid over it, and starting one with the first
/// alone would make other containers of it.
#[tokio::test(flavor = "multi_thread")]
async fn a_project_of_several_files_is_managed_with_all_of_them() {
    let Some(lab) = AppLab::start().await else { return };
    let base = format!(
        "services:\n  web:\n    image: {}\n    command: sleep 86400\n    stop_grace_period: 0s\n",
        lab.image("1")
    );
    let over = "services:\n  web:\n    environment:\n      A: '1'\n".to_owned();
    let folder = folder(&lab, "both", &[("base.yml", base), ("over.yml", over)]);
    up(&lab, &folder, &["-f", "base.yml", "-f", "over.yml"]);
    until_found(&lab, 1).await;
    let before = containers(&lab);
    let plan = lab.house().ask("app.adopt_plan", one(&lab, "both")).await;
    assert_eq!(plan["is_ready"], true, "{plan:#}");
    assert_eq!(plan["files"], json!([folder.join("base.yml"), folder.join("over.yml")]));
    // What is laid over the first is in it.
    let compose = plan["compose"].as_str().expect("a text");
    assert!(compose.contains("A: \"1\""), "{compose}");
    let app = lab.house().ask("app.adopt", one(&lab, "both")).await;
    let id = app["app"]["id"].as_str().expect("an id").to_owned();
    for (action, status) in [("stop", "stopped"), ("start", "running")] {
        lab.house().ask("app.act", json!({ "id": id, "action": action })).await;
        lab.until_status(&id, status).await;
    }
    let now = containers(&lab);
    assert_eq!(before[0].split(' ').next(), now[0].split(' ').next());
    let files = lab.house().ask("app.files", json!({ "id": id })).await;
    assert_eq!(files["can_edit"], false);
    assert!(
        files["why_not"].as_str().is_some_and(|why| why.contains("several files")),
        "{files:#}"
    );
    let wish = json!({ "id": id, "own": { "compose": files["compose"] } });
    lab.house().refused("app.update", wish, Code::Invalid).await;
}

/// Holds because a project whose files are gone, or closed to the account, cannot be started again from them:
/// whoever wants it is told which file, and what would help.
#[tokio::test(flavor = "multi_thread")]
async fn a_project_without_its_files_is_refused_with_words() {
    let Some(lab) = AppLab::start().await else { return };
    let folder = made_by_hand(&lab);
    until_found(&lab, 2).await;
    let file = folder.join("docker-compose.yml");
    let original = fs::read_to_string(&file).expect("a file");
    let said = async |what: &str| {
        let plan = lab.house().ask("app.adopt_plan", one(&lab, "2shop_x")).await;
        let words = plan["problems"].to_string();
        assert!(plan["is_ready"] == false && words.contains(what), "{what}: {plan:#}");
        lab.house().refused("app.adopt", one(&lab, "2shop_x"), Code::Invalid).await;
    };
    fs::write(&file, "services:\n  web:\n    image: [\n").expect("a file");
    said("ine 3").await;
    fs::remove_file(&file).expect("removed");
    said("is not there").await;
    fs::create_dir(&file).expect("a folder");
    said("is no file").await;
    fs::remove_dir(&file).expect("removed");
    fs::write(&file, original).expect("a file");
    // What only says that it belongs to a project has no files at all.
    let labels =
        ["--label", "com.docker.compose.project=stray", "--label", "com.docker.compose.service=a"];
    lab.docker.start_container("stray", &labels, &["sleep", "600"]);
    lab.until_list("found", |list| {
        list["found"]
            .as_array()
            .is_some_and(|found| found.iter().any(|it| it["project"] == "stray"))
    })
    .await;
    let plan = lab.house().ask("app.adopt_plan", one(&lab, "stray")).await;
    assert!(plan["problems"].to_string().contains("do not say which files"), "{plan:#}");
    lab.house().refused("app.adopt_plan", one(&lab, "nobodys"), Code::NotFound).await;
    lab.house().refused("app.adopt_plan", one(&lab, "../x"), Code::Invalid).await;
}
