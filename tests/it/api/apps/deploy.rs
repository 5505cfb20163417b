//! Installing apps: on a real engine, from a real registry, by the compose of the server.

use super::{
    super::Code,
    lab::{AppLab, Behaviour, fetched},
};
use serde_json::{Value, json};

/// Steps by their names, with their states.
fn states(steps: &Value) -> Vec<(&str, &str)> {
    let steps = steps.as_array().expect("steps");
    steps
        .iter()
        .map(|step| {
            (step["name"].as_str().expect("a name"), step["state"].as_str().expect("a state"))
        })
        .collect()
}

/// Holds because everything that is shown afterwards comes from the engine, and the app answers.
#[tokio::test(flavor = "multi_thread")]
async fn an_app_is_pulled_made_started_and_looked_at() {
    let Some(lab) = AppLab::start().await else { return };
    let mut wish = lab.wish("web");
    wish["values"] = json!({ "GREETING": "good morning" });
    wish["secrets"] = json!({ "SECRET": "a$b'\"c\n\\d${HOME}é" });
    let begun = lab.house().ask("app.install", wish).await;
    let id = begun["app"]["id"].as_str().expect("an id").to_owned();
    assert_eq!(begun["app"]["work"]["kind"], "install");
    let app = lab.until_status(&id, "running").await;

    let names = ["pull", "write", "create", "start", "health", "policy", "look"];
    assert_eq!(states(&app["last_steps"]), names.map(|name| (name, "done")));
    assert!(app["last_steps"][0]["seconds"].as_f64() > Some(0.0), "{app:#}");
    let digest = lab.docker.docker(&["inspect", "-f", "{{index .RepoDigests 0}}", &lab.image("1")]);
    let digest = digest.rsplit_once('@').expect("a digest").1.to_owned();
    let pinned = format!("{}@{digest}", lab.image("1"));
    assert!(app["compose"].as_str().is_some_and(|text| text.contains(&pinned)), "{app:#}");
    assert_eq!(app["networks"], json!([{ "name": "web_default", "is_own": true }]));
    let volume =
        json!([{ "name": "web_data", "service": "web", "target": "/data", "is_own": true }]);
    assert_eq!(app["volumes"], volume);
    assert_eq!(lab.file("web", "/data/secret"), "a$b'\"c\n\\d${HOME}é");
    let page = app["app"]["page"]["url"].as_str().expect("a page");
    assert_eq!(fetched(page), "good morning\n");
    let policy = ["inspect", "-f", "{{.HostConfig.RestartPolicy.Name}}", "web-web-1"];
    assert_eq!(lab.docker.docker(&policy), "unless-stopped");
    // Nobody else on the server reads what is secret there.
    let home = &lab.watched.lab.account.home;
    for file in ["tomo/web/.env", "tomo/web/compose.yaml"] {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(home.join(file)).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
    // The secret is shown to whoever asks for it by name, and nowhere else.
    let shown = json!({ "id": id, "setting": "SECRET" });
    assert_eq!(lab.house().ask("app.reveal", shown).await, "a$b'\"c\n\\d${HOME}é");
    assert!(!app.to_string().contains("a$b'"), "{app:#}");
    assert_eq!(lab.house().logged("app.installed").await.len(), 1);
    assert_eq!(lab.house().logged("app.reveal").await.len(), 1);
    let list = lab.until_list("healthy", |list| list["apps"][0]["state"] == "healthy").await;
    assert_eq!(list["apps"][0]["containers"], json!({ "total": 1, "running": 1, "unhealthy": 0 }));
    assert_eq!(list["found"], json!([]));
}

/// Holds because whoever tries again must find the server as it was: nothing of the app is there, the reason
/// is, and so are the last words of its containers.
#[tokio::test(flavor = "multi_thread")]
async fn what_fails_leaves_the_server_as_it_was() {
    let Some(lab) = AppLab::start().await else { return };
    lab.offer("ends", Behaviour { before: "echo I cannot go on; exit 3", ..Behaviour::default() });
    lab.offer("ill", Behaviour { before: "rm -r /www; sleep 600", ..Behaviour::default() });
    lab.offer("nowhere", Behaviour { tag: "9", ..Behaviour::default() });
    lab.sync().await;
    assert_eq!(lab.remains(), [""; 0]);
    for (name, step, message, line) in [
        ("ends", "Wait until it is well", "service web ended with 3", "web: I cannot go on"),
        ("ill", "Wait until it is well", "the check of the service web fails", ""),
        ("nowhere", "Pull 1 image", "pulling", ""),
    ] {
        let id = lab.begin(name).await;
        let app = lab.until_status(&id, "error").await;
        let failure = &app["failure"];
        assert_eq!(failure["step"], step, "{failure:#}");
        let said = failure["message"].as_str().expect("words").to_lowercase();
        assert!(said.contains(&message.to_lowercase()) && said.ends_with('.'), "{failure:#}");
        assert_eq!(app["app"]["error"], failure["message"]);
        assert_eq!(failure["left"], json!([]));
        assert_eq!(lab.remains(), [""; 0], "{name}");
        if !line.is_empty() {
            let log = failure["log"].as_array().expect("lines");
            assert!(log.iter().any(|known| known == line), "{failure:#}");
        }
    }
    assert_eq!(lab.house().logged("app.failed").await.len(), 3);
    // One that failed makes way for the next attempt.
    lab.offer("ends", Behaviour::default());
    lab.sync().await;
    let id = lab.install("ends").await;
    lab.house().ask("app.uninstall", json!({ "id": id, "with_data": true })).await;
    lab.until_list("gone", |list| {
        list["apps"].as_array().is_some_and(|apps| apps.iter().all(|app| app["id"] != id))
    })
    .await;
    assert_eq!(lab.remains(), [""; 0]);
}

/// Holds because two people, or one who clicks twice, must not have two of one app, or half of one.
#[tokio::test(flavor = "multi_thread")]
async fn of_two_at_once_there_is_one() {
    let Some(lab) = AppLab::start().await else { return };
    let (one, two) = (lab.wish("web"), lab.wish("web"));
    let (one, two) =
        futures::join!(lab.house().call("app.install", one), lab.house().call("app.install", two));
    let begun: Vec<Value> = [&one, &two].into_iter().flatten().cloned().collect();
    assert_eq!(begun.len(), 1, "{one:?} {two:?}");
    let refused = one.err().or(two.err()).expect("one is refused");
    assert!(refused.message.contains("on this server already"), "{}", refused.message);
    let id = begun[0]["app"]["id"].as_str().expect("an id");
    lab.until_status(id, "running").await;
    let again = lab.wish("web");
    let refused = lab.house().call("app.install", again).await.expect_err("it is there");
    assert!(refused.message.contains("on this server already"), "{}", refused.message);
}

/// Holds because whoever cancels wants to be rid of it: at whatever step, nothing stays.
#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_installation_leaves_nothing() {
    let Some(lab) = AppLab::start().await else { return };
    lab.offer("slow", Behaviour { before: "sleep 600", ..Behaviour::default() });
    lab.sync().await;
    for step in ["pull", "create", "start", "health"] {
        let id = lab.begin("slow").await;
        lab.until(&id, step, |app| {
            let steps = app["app"]["work"]["steps"].as_array().cloned().unwrap_or_default();
            let at = steps.iter().position(|one| one["name"] == step);
            at.is_some_and(|at| steps[at]["state"] != "waiting")
        })
        .await;
        lab.house().ask("app.cancel", json!({ "id": id })).await;
        lab.until_list("gone", |list| list["apps"] == json!([])).await;
        assert_eq!(lab.remains(), [""; 0], "cancelled at {step}");
        lab.house().refused("app.cancel", json!({ "id": id }), Code::Stale).await;
    }
    let failed = lab.house().logged("app.failed").await;
    assert!(failed.is_empty(), "whoever cancels has no trouble: {failed:?}");
}

/// Holds because what has the name of a failed app by now is somebody else's work.
#[tokio::test(flavor = "multi_thread")]
async fn forgetting_a_failed_app_touches_nothing_on_the_server() {
    let Some(lab) = AppLab::start().await else { return };
    lab.offer("ends", Behaviour { before: "exit 3", ..Behaviour::default() });
    lab.sync().await;
    let id = lab.begin("ends").await;
    lab.until_status(&id, "error").await;
    let others = ["--label", "com.docker.compose.project=ends"];
    lab.docker.start_container("ends-web-1", &others, &["sleep", "600"]);
    lab.docker.docker(&["volume", "create", "ends_data"]);
    let preview = lab.house().ask("app.uninstall_preview", json!({ "id": id })).await;
    assert_eq!((&preview["containers"], &preview["volumes"]), (&json!([]), &json!([])));
    lab.house().ask("app.uninstall", json!({ "id": id, "with_data": true })).await;
    let list = lab.house().ask("app.list", json!({})).await;
    assert_eq!(list["apps"], json!([]));
    assert_eq!(lab.remains(), ["ends-web-1", "ends_data"]);
}
