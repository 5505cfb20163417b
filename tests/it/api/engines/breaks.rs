//! What breaks in between, what a container does to itself, and what people put into names: none of it
//! is lost, made up, or more than text.

use super::{Setting, Watched, engine, is, row, row_is_missing};
use crate::lab::{
    docker::IMAGE,
    proxy::{CuttingProxy, FailingProxy},
};
use futures::StreamExt;
use serde_json::{Value, json};

impl Watched {
    /// Waits until the log has an entry about containers with these words.
    pub(super) async fn until_trouble(&self, words: &str) {
        let heard = async {
            let mut pushes = Box::pin(self.house.tomo.pushes());
            while !self.troubles().await.iter().any(|entry| entry.contains(words)) {
                pushes.next().await.expect("Tomo lives");
            }
        };
        let heard = tokio::time::timeout(super::PATIENCE, heard).await;
        assert!(heard.is_ok(), "no entry of '{words}': {:?}", self.troubles().await);
    }
}

/// Holds because the rows say themselves how old they are while the engine is away, and it is asked for
/// everything since it was last heard when it is back: what ended between its return and Tomo's is in
/// the log.
#[tokio::test(flavor = "multi_thread")]
async fn a_restarted_daemon_tells_what_happened_before_it_was_reached() {
    let Some(mut setting) = Setting::start().await else { return };
    setting.docker.start_container("web", &[], &["sleep", "600"]);
    let web = setting.until_row("web", |row| is(row, "running")).await;
    assert_eq!(web["old_since"], Value::Null);
    setting.docker.restart();
    // Nobody but root may use the new socket yet.
    setting.until_engine("trouble").await;
    let list = setting.list().await;
    let old = row(&list, "web");
    assert!(old["old_since"].is_string(), "{old}");
    let container = setting.reference(old["container"]["id"].as_str().expect("an id"));
    let inspect = setting.house.call("container.inspect", json!({ "container": container })).await;
    inspect.expect_err("no engine answers");
    setting.docker.start_container("flash", &[], &["sh", "-c", "exit 7"]);
    setting.docker.docker(&["wait", "flash"]);
    setting.docker.docker(&["rm", "flash"]);
    setting.docker.open_to_all();
    setting.until_engine("ready").await;
    setting.until_trouble("flash on lab ended with 7").await;
    let web = setting.until_row("web", |row| is(row, "exited")).await;
    assert_eq!(web["old_since"], Value::Null, "it was asked about again");
    assert!(row_is_missing(&setting.list().await, "flash"));
}

/// Holds because half a list is no list: what was known stays as it was, said to be old, until a whole
/// one has come.
#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_breaks_off_is_no_list() {
    const ALL: usize = 12;
    let Some(docker) = engine() else { return };
    docker.create_containers(ALL);
    let proxy = CuttingProxy::start(docker.socket(), 2);
    let Some(watched) = Watched::at(&proxy.socket()).await else { return };
    let count = |list: &Value| list["containers"].as_array().map(Vec::len);
    watched.until_engine("ready").await;
    assert_eq!(proxy.cuts_left(), 0, "both were broken off");
    let list = watched.list().await;
    assert_eq!(count(&list), Some(ALL));

    proxy.cut(1);
    let looked = watched.house.ask("container.look", json!({ "id": watched.id })).await;
    assert_eq!(looked["status"]["state"], "trouble", "{looked}");
    let list = watched.list().await;
    assert_eq!(count(&list), Some(ALL), "none is taken to be gone");
    let is_old = list["containers"].as_array().expect("rows").iter();
    // It may have been asked again, and have answered, since.
    let is_ready = list["engines"][0]["status"]["state"] == "ready";
    assert!(is_ready || is_old.clone().all(|row| row["old_since"].is_string()), "{list}");
    watched.until_engine("ready").await;
    let fresh = |list: &Value| {
        let mut rows = list["containers"].as_array().expect("rows").iter();
        rows.all(|row| row["old_since"].is_null())
    };
    let list = watched.until("fresh rows", fresh).await;
    assert_eq!(count(&list), Some(ALL));
}

/// Holds because the watch that ends has forgotten everything before the next one begins: it would take
/// away what that one found.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_left_alone_for_a_moment_is_watched_again() {
    let Some(setting) = Setting::start().await else { return };
    setting.docker.start_container("web", &[], &["sleep", "600"]);
    let id = json!({ "id": setting.id });
    for _ in 0..5 {
        setting.until_row("web", |row| is(row, "running")).await;
        setting.house.ask("server.disconnect", id.clone()).await;
        setting.house.ask("server.connect", id.clone()).await;
    }
    setting.until_engine("ready").await;
    setting.until_row("web", |row| is(row, "running")).await;
    let counts = json!({ "running": 1, "all": 1, "troubled": 0 });
    setting.house.until(&setting.id, "counts", |row| row["containers"] == counts).await;
}

/// Holds because a look that failed is made again by itself: nothing happens to the container that
/// would be a reason to.
#[tokio::test(flavor = "multi_thread")]
async fn what_could_not_be_looked_at_is_looked_at_again() {
    let Some(docker) = engine() else { return };
    docker.start_container("web", &[], &["sleep", "600"]);
    let proxy = FailingProxy::start(docker.socket(), 3);
    let Some(watched) = Watched::at(&proxy.socket()).await else { return };
    let web = watched.until_row("web", |row| row["container"]["restart_count"] == 0).await;
    assert!(web["container"]["started_at"].is_string(), "{web}");
    assert_eq!(proxy.left(), 0, "all of them were refused");
}

/// Holds because the engine tells of both by itself: a check that fails once it had held, and a process
/// that the system killed for want of memory.
#[tokio::test(flavor = "multi_thread")]
async fn failing_checks_and_want_of_memory_are_entered() {
    let Some(setting) = Setting::start().await else { return };
    let docker = &setting.docker;
    // Healthy for as long as the file is there.
    let check = ["--health-cmd", "test -e /well", "--health-interval", "1s"];
    let retries = ["--health-retries", "1"];
    let command = ["sh", "-c", "touch /well; sleep 600"];
    docker.start_container("ward", &[check.as_slice(), &retries].concat(), &command);
    setting.until_row("ward", |row| row["container"]["health"] == "healthy").await;
    assert_eq!(setting.troubles().await, [""; 0]);
    docker.docker(&["exec", "ward", "rm", "/well"]);
    setting.until_row("ward", |row| row["trouble"] == "Unhealthy").await;
    setting.until_trouble("The check of ward on lab fails").await;
    docker.docker(&["exec", "ward", "touch", "/well"]);
    let well = setting.until_row("ward", |row| row["container"]["health"] == "healthy").await;
    assert_eq!(well["trouble"], Value::Null);
    docker.docker(&["exec", "ward", "rm", "/well"]);
    setting.until_row("ward", |row| row["trouble"] == "Unhealthy").await;

    let greedy = "x=$(head -c 100000000 /dev/zero | tr '\\0' x); sleep 600";
    let limit = ["-m", "16m", "--memory-swap", "16m"];
    docker.start_container("greedy", &limit, &["sh", "-c", greedy]);
    let row = setting.until_row("greedy", |row| row["trouble"].is_string()).await;
    assert_eq!(row["trouble"], "Exited 137, out of memory");
    assert_eq!(row["container"]["out_of_memory"], true);
    setting.until_trouble("greedy on lab ended with 137, out of memory").await;
    let troubles = setting.troubles().await;
    let count = |words: &str| troubles.iter().filter(|entry| entry.contains(words)).count();
    assert_eq!(count("The check of ward"), 2, "once for each time: {troubles:?}");
    assert_eq!(count("greedy on lab has no memory left"), 1, "{troubles:?}");
    assert_eq!(count("greedy on lab ended"), 1, "{troubles:?}");
    let counts = json!({ "running": 1, "all": 2, "troubled": 2 });
    setting.house.until(&setting.id, "counts", |row| row["containers"] == counts).await;
}

/// Holds because what people put into labels, commands and variables is cut to a size and freed of what
/// nobody sees where it stands in a row, and nothing of it is ever run.
#[tokio::test(flavor = "multi_thread")]
async fn labels_with_anything_in_them_are_only_text() {
    let Some(setting) = Setting::start().await else { return };
    let (docker, house) = (&setting.docker, &setting.house);
    let marker = docker.socket().with_file_name("marker");
    let hostile =
        format!("$(touch {0})`touch {0}`;'\"\\\n\u{1b}[2J\u{202e}\u{5d0}<b>", marker.display());
    let label = |name: &str, value: &str| format!("{name}={value}");
    let labels = [
        label("com.docker.compose.project", &hostile),
        label("com.docker.compose.service", &"s".repeat(64 << 10)),
        label("huge", &"x".repeat(64 << 10)),
        // The docker program takes no white space in a name.
        label(&hostile.split_whitespace().collect::<String>(), "a name as bad as that"),
    ];
    let mut arguments = vec!["create", "--name", "odd", "-e", "MOTTO=\u{1b}]0;x\u{7}\u{202e}"];
    labels.iter().for_each(|label| arguments.extend(["--label", label]));
    arguments.extend([IMAGE, "echo", &hostile]);
    let id = docker.docker(&arguments);
    let odd = setting.until_row("odd", |row| is(row, "created")).await;
    let seen = |value: &Value| {
        let text = value.to_string();
        assert!(!text.contains(['\u{202e}', '\u{1b}']) && !text.contains("\\u001b"), "{text}");
    };
    seen(&odd);
    let project = odd["container"]["project"].as_str().expect("a project");
    assert!(project.contains("`touch ") && project.ends_with("<b>"), "{project}");
    let service = odd["container"]["service"].as_str().expect("a service");
    assert!(service.len() < 1_000, "{}", service.len());
    let container = setting.reference(&id);
    let details = house.ask("container.inspect", json!({ "container": container })).await;
    seen(&details["row"]);
    assert!(details.to_string().len() < 100_000, "{}", details.to_string().len());
    let names = details["labels"].as_array().expect("labels");
    assert_eq!(names.len(), 4, "{names:?}");
    for action in ["start", "restart", "stop"] {
        let act = json!({ "containers": [container], "action": action });
        house.ask("container.act", act).await;
    }
    house.ask("container.remove", json!({ "containers": [container], "force": true })).await;
    setting.until("departure", |list| row_is_missing(list, "odd")).await;
    assert!(!marker.exists(), "nothing was run");
    for kind in ["container.act", "container.remove"] {
        for (message, details) in house.logged(kind).await {
            seen(&json!([message, details]));
        }
    }
}
