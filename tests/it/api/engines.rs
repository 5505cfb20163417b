//! Containers as a window sees them: they come, go and change outside Tomo and appear without a reload,
//! whatever the engine and the connection do meanwhile.

mod breaks;
mod deeds;
mod digests;
mod goes_on;
mod histories;
mod lost_events;
mod podman;
mod several;
mod ways;
mod which;

use super::{House, PATIENCE, lab::Lab, lab::skip};
use crate::lab::docker::Docker;
use futures::StreamExt;
use serde_json::{Value, json};
use std::{
    ops::{Deref, DerefMut},
    path::{Path, PathBuf},
};
use tomo::{api::error::Code, domain::fleet::Push};

/// A house that watches a server.
pub(super) struct Watched {
    pub(super) lab: Lab,
    pub(super) house: House,
    pub(super) id: String,
}

/// The same, where the server has an engine.
struct Setting {
    docker: Docker,
    watched: Watched,
}

impl Deref for Setting {
    type Target = Watched;

    fn deref(&self) -> &Watched {
        &self.watched
    }
}

impl DerefMut for Setting {
    fn deref_mut(&mut self) -> &mut Watched {
        &mut self.watched
    }
}

/// The folder in which an account's own programs have their sockets; nothing where it is somebody's.
fn runtime_folder(lab: &Lab) -> Option<PathBuf> {
    let folder = lab.account.runtime_folder();
    if folder.is_none() {
        skip("a folder for an account's sockets (needs root)");
    }
    folder
}

/// An engine that every account may use; nothing where there can be none.
pub(super) fn engine() -> Option<Docker> {
    if let Some(why) = Docker::missing() {
        skip(why);
        return None;
    }
    let docker = Docker::start();
    docker.open_to_all();
    Some(docker)
}

impl Setting {
    async fn start() -> Option<Self> {
        Self::with(|_| ()).await
    }

    /// With containers that are there before Tomo.
    async fn with(before: impl FnOnce(&Docker)) -> Option<Self> {
        let docker = engine()?;
        before(&docker);
        let watched = Watched::at(&docker.socket()).await?;
        watched.until_engine("ready").await;
        Some(Self { docker, watched })
    }
}

impl Watched {
    /// Where the account finds a socket here.
    async fn at(socket: &Path) -> Option<Self> {
        Some(Self::of(Lab::with_engine(socket)?).await)
    }

    async fn of(lab: Lab) -> Self {
        Self::with(lab, House::collecting().await).await
    }

    pub(super) async fn with(lab: Lab, house: House) -> Self {
        let id = lab.watched_by(&house).await;
        Self { lab, house, id }
    }

    /// Waits until this stands in the way of an engine.
    async fn until_obstacle(&self, obstacle: &str) -> Value {
        let trouble = |list: &Value| list["engines"][0]["status"]["trouble"].clone();
        trouble(&self.until(obstacle, |list| trouble(list)["obstacle"] == obstacle).await)
    }

    async fn list(&self) -> Value {
        self.house.ask("container.list", json!({ "server_id": self.id })).await
    }

    /// Waits, from push to push, until the list is as wanted.
    #[track_caller]
    fn until<'a>(
        &'a self,
        what: &'a str,
        wanted: impl Fn(&Value) -> bool + 'a,
    ) -> impl Future<Output = Value> + 'a {
        let caller = std::panic::Location::caller();
        async move {
            let mut last = Value::Null;
            let waiting = async {
                let mut pushes = Box::pin(self.house.tomo.pushes());
                loop {
                    last = self.list().await;
                    if wanted(&last) {
                        return;
                    }
                    pushes.next().await.expect("Tomo lives");
                }
            };
            if tokio::time::timeout(PATIENCE, waiting).await.is_err() {
                panic!("{caller}: no {what}; the last list: {last:#}");
            }
            last
        }
    }

    pub(super) async fn until_engine(&self, state: &str) -> Value {
        self.until(state, |list| list["engines"][0]["status"]["state"] == state).await
    }

    /// Waits until the container of this name is as wanted, and returns its row.
    #[track_caller]
    fn until_row<'a>(
        &'a self,
        name: &'a str,
        wanted: impl Fn(&Value) -> bool + 'a,
    ) -> impl Future<Output = Value> + 'a {
        let list = self.until(name, move |list| wanted(&row(list, name)));
        async move { row(&list.await, name) }
    }

    /// Entries of the log about containers in trouble.
    async fn troubles(&self) -> Vec<String> {
        let entries = self.house.logged("container.trouble").await;
        entries.into_iter().map(|(message, _)| message).collect()
    }
}

/// The row of the container of this name; `null` when it is not listed.
fn row(list: &Value, name: &str) -> Value {
    let mut rows = list["containers"].as_array().expect("rows").iter();
    rows.find(|row| row["container"]["name"] == name).cloned().unwrap_or_default()
}

fn is(row: &Value, state: &str) -> bool {
    row["container"]["state"] == state
}

/// Holds because the engine itself tells of every change: nothing is read again for it, and nobody has
/// to ask.
#[tokio::test(flavor = "multi_thread")]
async fn what_happens_outside_appears_without_a_reload() {
    let Some(setting) = Setting::start().await else { return };
    let docker = &setting.docker;
    let id = docker.start_container("web", &[], &["sleep", "600"]);
    let web = setting
        .until_row("web", |row| is(row, "running") && row["container"]["started_at"].is_string())
        .await;
    assert_eq!(web["container"]["id"], id.as_str());
    assert_eq!(web["container"]["restart_count"], 0);
    let counts = |running: u32, all: u32| {
        move |row: &Value| {
            row["containers"] == json!({ "running": running, "all": all, "troubled": 0 })
        }
    };
    setting.house.until(&setting.id, "counts", counts(1, 1)).await;
    docker.docker(&["pause", "web"]);
    setting.until_row("web", |row| is(row, "paused")).await;
    docker.docker(&["unpause", "web"]);
    setting.until_row("web", |row| is(row, "running")).await;
    docker.docker(&["rename", "web", "shop"]);
    setting.until_row("shop", |row| is(row, "running")).await;
    docker.docker(&["kill", "shop"]);
    let ended = setting.until_row("shop", |row| is(row, "exited")).await;
    assert_eq!((&ended["container"]["exit_code"], &ended["trouble"]), (&json!(137), &Value::Null));
    docker.docker(&["rm", "shop"]);
    setting.until("empty list", |list| list["containers"] == json!([])).await;
    setting.house.until(&setting.id, "counts", counts(0, 0)).await;
    assert_eq!(setting.troubles().await, [""; 0], "somebody killed it");
    let row = setting.house.row(&setting.id).await;
    assert_eq!(row["server"]["name"], "lab");
}

/// A window is told what changed and what went, not to read five hundred rows again.
#[tokio::test(flavor = "multi_thread")]
async fn a_window_is_told_what_changed_and_what_went() {
    let Some(setting) = Setting::start().await else { return };
    let docker = &setting.docker;
    docker.start_container("web", &[], &["sleep", "600"]);
    setting.until_row("web", |row| is(row, "running")).await;
    let mut pushes = Box::pin(setting.house.tomo.pushes());
    let mut told = async || loop {
        let push = tokio::time::timeout(PATIENCE, pushes.next()).await.expect("a push");
        match push.expect("Tomo lives") {
            Push::Containers { rows, gone } => return Some((rows, gone)),
            // Something about the servers themselves fell into the same quarter of a second.
            Push::ContainersChanged => return None,
            _ => {}
        }
    };
    let rows = loop {
        docker.docker(&["restart", "-t", "0", "web"]);
        if let Some((rows, _)) = told().await {
            break rows;
        }
    };
    assert_eq!(rows.iter().map(|row| row.container.name.as_str()).collect::<Vec<_>>(), ["web"]);
    let mut left: Vec<String> = Vec::new();
    loop {
        left.push(docker.start_container("brief", &[], &["sleep", "600"]));
        docker.docker(&["rm", "-f", "brief"]);
        let gone = loop {
            match told().await {
                Some((_, gone)) if gone.is_empty() => {}
                Some((_, gone)) => break gone,
                None => break Vec::new(),
            }
        };
        if let Some(one) = gone.first() {
            assert!(left.contains(&one.container_id));
            break;
        }
    }
}

/// What nobody wanted is said in words and entered into the log, once for each time; what somebody
/// stopped is neither.
#[tokio::test(flavor = "multi_thread")]
async fn trouble_is_said_and_entered_once() {
    let Some(setting) = Setting::start().await else { return };
    let docker = &setting.docker;
    docker.start_container("broken", &[], &["sh", "-c", "exit 3"]);
    let row = setting.until_row("broken", |row| row["trouble"] == "Exited 3").await;
    assert_eq!(row["container"]["exit_code"], 3);
    let check = ["--health-cmd", "exit 1", "--health-interval", "1s", "--health-retries", "1"];
    docker.start_container("ill", &check, &["sleep", "600"]);
    setting.until_row("ill", |row| row["trouble"] == "Unhealthy").await;
    docker.start_container("stopped", &[], &["sleep", "600"]);
    docker.docker(&["stop", "-t", "0", "stopped"]);
    let row = setting.until_row("stopped", |row| is(row, "exited")).await;
    assert_eq!(row["trouble"], Value::Null);
    docker.start_container("loop", &["--restart", "always"], &["sh", "-c", "exit 1"]);
    let restarts = |row: &Value| {
        row["trouble"].as_str().is_some_and(|trouble| trouble.starts_with("Restarted "))
    };
    setting.until_row("loop", restarts).await;
    docker.docker(&["rm", "-f", "loop"]);
    setting.until("loop gone", |list| row_is_missing(list, "loop")).await;
    setting
        .house
        .until(&setting.id, "counts", |row| {
            row["containers"] == json!({ "running": 1, "all": 3, "troubled": 2 })
        })
        .await;
    let troubles = setting.troubles().await;
    let count = |part: &str| troubles.iter().filter(|entry| entry.contains(part)).count();
    assert_eq!(count("broken on lab ended with 3"), 1, "{troubles:?}");
    assert_eq!(count("The check of ill on lab fails"), 1, "{troubles:?}");
    assert_eq!(count("stopped"), 0, "{troubles:?}");
    assert!(count("loop on lab ended with 1") >= 1, "{troubles:?}");
}

fn row_is_missing(list: &Value, name: &str) -> bool {
    row(list, name).is_null()
}

/// A daemon that is stopped is said to be down while what it had stays known, and when it is back so is
/// everything, with what happened to it meanwhile.
#[tokio::test(flavor = "multi_thread")]
async fn a_daemon_may_stop_and_come_back() {
    let Some(mut setting) = Setting::start().await else { return };
    setting.docker.start_container("web", &[], &["sleep", "600"]);
    setting.until_row("web", |row| is(row, "running")).await;
    setting.docker.stop();
    let list = setting.until_engine("trouble").await;
    let trouble = &list["engines"][0]["status"]["trouble"];
    assert!(
        ["down", "absent"].iter().any(|obstacle| trouble["obstacle"] == *obstacle),
        "{trouble}"
    );
    assert!(!row(&list, "web").is_null(), "what it had stays known");
    setting.house.until(&setting.id, "no counts", |row| row["containers"].is_null()).await;
    let web = list["containers"][0]["container"].clone();
    let which = json!({ "server_id": web["server_id"], "container_id": web["id"] });
    assert_eq!(which["server_id"], setting.id.as_str());
    setting.docker.restart();
    setting.docker.open_to_all();
    setting.until_engine("ready").await;
    setting.until_row("web", |row| is(row, "exited")).await;
    setting.docker.docker(&["start", "web"]);
    setting.until_row("web", |row| is(row, "running")).await;
}

/// What happens while the connection is cut is neither lost from the list nor from the log: the engine
/// is asked for everything since it was last heard.
#[tokio::test(flavor = "multi_thread")]
async fn a_cut_connection_loses_nothing() {
    let Some(mut setting) = Setting::start().await else { return };
    setting.docker.start_container("web", &[], &["sleep", "600"]);
    setting.docker.start_container("old", &[], &["sleep", "600"]);
    setting.until_row("web", |row| is(row, "running")).await;
    setting.until_row("old", |row| is(row, "running")).await;
    setting.lab.sshd.stop();
    setting.until_engine("unknown").await;
    setting.docker.start_container("flash", &[], &["sh", "-c", "exit 7"]);
    setting.docker.docker(&["wait", "flash"]);
    setting.docker.docker(&["rm", "flash"]);
    setting.docker.docker(&["rm", "-f", "old"]);
    setting.docker.start_container("new", &[], &["sleep", "600"]);
    setting.lab.sshd.restart();
    setting.house.ask("server.connect", json!({ "id": setting.id })).await;
    setting.until_row("new", |row| is(row, "running")).await;
    let list = setting.list().await;
    assert!(row_is_missing(&list, "old") && row_is_missing(&list, "flash"));
    // A container that nobody ever saw in a list has ended with an error.
    let heard = async {
        let mut pushes = Box::pin(setting.house.tomo.pushes());
        while !setting.troubles().await.iter().any(|entry| entry.contains("flash")) {
            pushes.next().await.expect("Tomo lives");
        }
    };
    tokio::time::timeout(PATIENCE, heard).await.expect("the entry");
    let troubles = setting.troubles().await;
    assert_eq!(troubles, ["flash on lab ended with 7"]);
}

/// Somebody who asks to look gets the answer of a new look, and one who asks for a server that is not
/// connected is told so.
#[tokio::test(flavor = "multi_thread")]
async fn looking_anew_answers_with_what_is_there_now() {
    let Some(setting) = Setting::start().await else { return };
    let id = json!({ "id": setting.id });
    let looked = setting.house.ask("container.look", id.clone()).await;
    assert_eq!(looked["status"]["state"], "ready");
    assert_eq!(looked["status"]["info"]["via"], "streamlocal");
    setting.house.ask("server.disconnect", id.clone()).await;
    setting.house.until_state(&setting.id, "disconnected").await;
    setting.until_engine("unknown").await;
    setting.house.refused("container.look", id, Code::Invalid).await;
    let nobody = json!({ "server_id": "019a0000-0000-7000-8000-000000000000" });
    setting.house.refused("container.list", nobody, Code::NotFound).await;
}

/// An engine with many containers is shown whole, and each is asked about without holding up the
/// others or the connection.
#[tokio::test(flavor = "multi_thread")]
async fn five_hundred_containers_are_listed() {
    const MANY: usize = 500;
    let Some(setting) = Setting::with(|docker| docker.create_containers(MANY)).await else {
        return;
    };
    let asked = |list: &Value| {
        let rows = list["containers"].as_array().expect("rows");
        rows.len() == MANY && rows.iter().all(|row| row["container"]["restart_count"] == 0)
    };
    let list = setting.until("whole list", asked).await;
    assert_eq!(row(&list, "c499")["container"]["state"], "created");
    setting.house.until_cpu(&setting.id).await;
}
