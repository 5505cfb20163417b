//! Apps of one's own: pasted, read, installed, and edited in a way that can be undone.

use super::{
    super::Code,
    lab::{AppLab, fetched},
    updates::image,
};
use crate::lab::sshd::free_port;
use serde_json::{Value, json};

/// What nobody may read but the app.
const SECRET: &str = "hunter2-of-the-shop";

/// A compose file with a secret, a variable and a port in it.
fn compose(lab: &AppLab, tag: &str, before: &str) -> String {
    format!(
        "# My own shop\nservices:\n  web:\n    image: {}\n    ports: [\"{}:8080\"]\n    restart: unless-stopped\n    \
         environment:\n      ADMIN_PASSWORD: {SECRET} # never tell\n      GREETING: ${{GREETING}}\n    volumes: [data:/data]\n    \
         stop_grace_period: 0s\n    healthcheck:\n      test: [CMD, wget, -q, -O, /dev/null, 'http://127.0.0.1:8080/']\n      \
         interval: 500ms\n      start_period: 5s\n    command:\n      - sh\n      - -c\n      - |-\n        mkdir -p /www; {before}\n        \
         printf '%s' \"$$ADMIN_PASSWORD\" > /data/secret\n        echo \"$$GREETING\" > /www/index.html\n        \
         exec httpd -f -p 8080 -h /www\nvolumes:\n  data:\n",
        lab.image(tag),
        free_port(),
    )
}

fn wish(lab: &AppLab, own: Value) -> Value {
    json!({ "app": "own/web", "server_id": lab.watched.id, "own": own })
}

/// Installs `own/web`; its id.
async fn installed(lab: &AppLab) -> String {
    let own = json!({ "compose": compose(lab, "1", ":"), "env": "GREETING='hello you'\n" });
    let app = lab.house().ask("app.install", wish(lab, own)).await;
    let id = app["app"]["id"].as_str().expect("an id").to_owned();
    lab.until_status(&id, "running").await;
    id
}

/// Holds because what a person pasted runs as they wrote it, and its password is nowhere but in the app.
#[tokio::test(flavor = "multi_thread")]
async fn a_pasted_compose_file_is_read_planned_and_installed() {
    let Some(lab) = AppLab::start().await else { return };
    let text = compose(&lab, "1", ":");
    let read = json!({ "text": text, "env": "GREETING='hello you'\n", "name": "web" });
    let read = lab.house().ask("app.read_compose", read).await;
    assert_eq!((&read["problems"], &read["name"]), (&json!([]), &json!("web")));
    assert!(!read["manifest"].to_string().contains(SECRET), "{read:#}");
    let settings = read["manifest"]["settings"].as_array().expect("settings");
    let kind = |name: &str| {
        let setting = settings.iter().find(|one| one["name"] == name);
        setting.unwrap_or_else(|| panic!("no {name}"))["kind"]["type"].clone()
    };
    assert_eq!((kind("ADMIN_PASSWORD"), kind("WEB_PORT")), (json!("secret"), json!("port")));

    let own = json!({ "compose": text, "env": "GREETING='hello you'\n" });
    let plan = lab.house().ask("app.plan", wish(&lab, own.clone())).await;
    assert_eq!((&plan["is_ready"], &plan["app"]), (&json!(true), &json!("own/web")), "{plan:#}");
    assert!(!plan.to_string().contains(SECRET), "{plan:#}");
    let id = installed(&lab).await;
    let app = lab.app(&id).await;
    assert_eq!(app["app"]["origin"], "own");
    assert_eq!(lab.file("web", "/data/secret"), SECRET);
    assert_eq!(fetched(app["app"]["page"]["url"].as_str().expect("a page")), "hello you\n");
    assert!(!app.to_string().contains(SECRET), "{app:#}");
    let file = lab.watched.lab.account.home.join("tomo/web/compose.yaml");
    let file = std::fs::read_to_string(file).expect("a file");
    assert!(!file.contains(SECRET) && file.contains("# never tell"), "{file}");
    let files = lab.house().ask("app.files", json!({ "id": id })).await;
    assert!(
        files["env"].as_str().is_some_and(|env| env.contains("ADMIN_PASSWORD=••••")),
        "{files:#}"
    );
    assert_eq!(files["can_edit"], true, "{files:#}");
    // Neither the database nor its log of writes has it in the clear.
    for entry in std::fs::read_dir(lab.house().folder.path()).expect("a folder").flatten() {
        if entry.path().is_file() {
            let bytes = std::fs::read(entry.path()).expect("a file");
            let is_there = bytes.windows(SECRET.len()).any(|part| part == SECRET.as_bytes());
            assert!(!is_there, "{}", entry.path().display());
        }
    }
    let refused = lab.house().call("app.plan", wish(&lab, own)).await.expect("a plan");
    let names = refused["checks"].as_array().expect("checks").iter();
    let fix = names
        .filter(|check| check["kind"] == "names")
        .find_map(|check| check["fix"]["value"].as_str());
    assert_eq!(fix, Some("web-2"), "{refused:#}");
    lab.house().ask("app.uninstall", json!({ "id": id, "with_data": true })).await;
    lab.until_list("gone", |list| list["apps"] == json!([])).await;
    assert_eq!(lab.remains(), [""; 0]);
}

/// Holds because guides tell people to type such a line, and what comes of it is an app like any other.
#[tokio::test(flavor = "multi_thread")]
async fn a_docker_run_line_is_installed() {
    let Some(lab) = AppLab::start().await else { return };
    let line = format!(
        "docker run -d --name web \\\n  -p {}:8080 -e 'ADMIN_PASSWORD=a$b c' -v data:/data --stop-timeout 0 {} \\\n  \
         sh -c 'mkdir -p /www; printf %s \"$ADMIN_PASSWORD\" > /data/secret; echo hi > /www/index.html; exec httpd -f -p 8080 -h /www'",
        free_port(),
        lab.image("1")
    );
    let read = lab.house().ask("app.read_compose", json!({ "text": line })).await;
    assert_eq!((&read["problems"], &read["name"]), (&json!([]), &json!("web")), "{read:#}");
    // The line itself, and the file that it was turned into, come to the same.
    for own in [json!({ "compose": line }), json!({ "compose": read["compose"] })] {
        let app = lab.house().ask("app.install", wish(&lab, own)).await;
        let id = app["app"]["id"].as_str().expect("an id").to_owned();
        let app = lab.until_status(&id, "running").await;
        assert_eq!(lab.file("web", "/data/secret"), "a$b c");
        assert_eq!(fetched(app["app"]["page"]["url"].as_str().expect("a page")), "hi\n");
        lab.house().ask("app.uninstall", json!({ "id": id, "with_data": true })).await;
        lab.until_list("gone", |list| list["apps"] == json!([])).await;
    }
}

/// Holds because whoever pastes a file with a mistake is led to it, and nothing is made of it.
#[tokio::test(flavor = "multi_thread")]
async fn mistakes_are_told_by_line_and_own_is_nobodys_source() {
    let Some(lab) = AppLab::start().await else { return };
    let text =
        "services:\n  web:\n    build: .\n  db:\n    image: 'db:1; rm'\n    env_file: secret.env\n";
    let read = lab.house().ask("app.read_compose", json!({ "text": text })).await;
    let problems = read["problems"].as_array().expect("problems").iter();
    let lines: Vec<_> = problems.map(|problem| problem["line"].as_u64()).collect();
    assert_eq!(
        (lines, &read["manifest"]),
        (vec![Some(2), Some(5), Some(6)], &Value::Null),
        "{read:#}"
    );
    let own = json!({ "compose": text });
    let refused = lab.house().call("app.plan", wish(&lab, own)).await.expect_err("wrong");
    assert!(refused.message.contains("ine 5"), "{}", refused.message);
    lab.house().refused("app.plan", json!({ "app": "own/web" }), Code::Invalid).await;
    let mut other = lab.wish("web");
    other["own"] = json!({ "compose": compose(&lab, "1", ":") });
    lab.house().refused("app.plan", other, Code::Invalid).await;
    let folder = tempfile::tempdir().expect("a folder");
    let source = json!({ "location": folder.path().display().to_string(), "id": "own" });
    lab.house().refused("app_source.add", source, Code::Invalid).await;
}

/// Holds because what is edited is shown before it is done, keeps data and secrets, and is undone by itself where
/// it does not become well.
#[tokio::test(flavor = "multi_thread")]
async fn an_edit_is_shown_applied_and_put_back() {
    let Some(lab) = AppLab::start().await else { return };
    let id = installed(&lab).await;
    super::updates::write(&lab, "data of before");
    lab.publish("2", "CMD [\"sh\"]\n");
    let files = lab.house().ask("app.files", json!({ "id": id })).await;
    let text = |name: &str| files[name].as_str().expect("a text").to_owned();
    // The editor reads them as they would be taken: with the secrets that the app has.
    let mut read = json!({ "text": text("compose"), "env": text("env"), "id": id });
    let told = lab.house().ask("app.read_compose", read.clone()).await;
    assert_eq!(told["problems"], json!([]), "{told:#}");
    assert!(!told.to_string().contains(SECRET), "{told:#}");
    read["id"] = Value::Null;
    let told = lab.house().ask("app.read_compose", read).await;
    assert_ne!(told["problems"], json!([]), "nobody else has them");
    let same = json!({ "id": id, "own": { "compose": text("compose"), "env": text("env") } });
    lab.house().refused("app.update", same, Code::Stale).await;

    let edited = text("compose").replace(&lab.image("1"), &lab.image("2"));
    let env = text("env").replace("hello you", "good evening");
    let wish = json!({ "id": id, "own": { "compose": edited, "env": env } });
    let plan = lab.house().ask("app.update_plan", wish.clone()).await;
    let added = |file: &str| -> Vec<String> {
        let lines = plan[file].as_array().expect("lines").iter();
        let added = lines.filter(|line| line["change"] == "added");
        added.map(|line| line["text"].as_str().expect("text").to_owned()).collect()
    };
    assert_eq!(added("compose"), [format!("    image: {}", lab.image("2"))], "{plan:#}");
    assert_eq!(added("variables"), ["GREETING=\"good evening\""], "{plan:#}");
    assert_eq!((&plan["copied"], &plan["problems"]), (&json!(["web_data"]), &json!([])));
    assert!(!plan.to_string().contains(SECRET), "{plan:#}");
    lab.house().ask("app.update", wish).await;
    let app = lab.until_status(&id, "running").await;
    assert_eq!(app["failure"], Value::Null, "{app:#}");
    assert_eq!((image(&lab).as_str(), lab.file("web", "/data/secret").as_str()), ("2", SECRET));
    assert_eq!(lab.file("web", "/data/kept"), "data of before");
    assert_eq!(fetched(app["app"]["page"]["url"].as_str().expect("a page")), "good evening\n");

    // What does not become well.
    let files = lab.house().ask("app.files", json!({ "id": id })).await;
    let broken =
        files["compose"].as_str().expect("a text").replace("exec httpd", "exit 3; exec httpd");
    let wish = json!({ "id": id, "own": { "compose": broken, "env": files["env"] } });
    lab.house().ask("app.update", wish).await;
    let app = lab.until_status(&id, "running").await;
    assert!(
        app["failure"]["message"].as_str().is_some_and(|why| why.contains("ended with 3")),
        "{app:#}"
    );
    assert_eq!(lab.house().ask("app.files", json!({ "id": id })).await, files);
    assert_eq!(lab.file("web", "/data/secret"), SECRET);
    assert_eq!(fetched(app["app"]["page"]["url"].as_str().expect("a page")), "good evening\n");
    // A mistake is told by its line, and nothing is begun.
    let wrong = json!({ "id": id, "own": { "compose": "services:\n  web:\n    ports: [x]\n" } });
    let refused = lab.house().call("app.update_plan", wrong).await.expect_err("wrong");
    assert!(refused.message.contains("ine 3"), "{}", refused.message);
    // What the catalog says is not edited.
    let other = lab.install_as("web", "lab").await;
    let files = lab.house().ask("app.files", json!({ "id": other })).await;
    assert_eq!(files["can_edit"], false);
    assert!(files["why_not"].as_str().is_some_and(|why| why.contains("catalog")), "{files:#}");
}
