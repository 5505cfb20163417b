//! An app is moved from one server to another, with its data, and runs on one of them at any time.

use super::{
    super::{Code, PATIENCE, engines::engine, lab::Lab},
    backups::PASSPHRASE,
    cut::ROUNDS,
    lab::{AppLab, Behaviour, fetched},
    updates::{ended, reopened, step, write},
};
use crate::lab::{
    docker::{Docker, IMAGE},
    sshd::free_port,
};
use serde_json::{Value, json};
use std::{collections::BTreeSet, time::Duration};

/// Two servers, the first with an app that has data.
struct Two {
    lab: AppLab,
    id: String,
    other: Lab,
    /// The second server's.
    docker: Docker,
    server: String,
}

impl Two {
    async fn start(behaviour: Behaviour<'_>) -> Option<Self> {
        Self::beside(behaviour, engine).await
    }

    /// The same with this engine on the second server.
    async fn beside(
        behaviour: Behaviour<'_>,
        engine: impl FnOnce() -> Option<Docker>,
    ) -> Option<Self> {
        let lab = AppLab::start().await?;
        lab.offer("web", behaviour);
        lab.sync().await;
        let id = lab.install("web").await;
        write(&lab, "data of the app");
        lab.docker.docker(&["exec", "web-web-1", "chown", "1234:5678", "/data/kept"]);
        let docker = engine()?;
        let other = Lab::with_engine(&docker.socket())?;
        let server = other.watched_by(lab.house()).await;
        let two = Self { lab, id, other, docker, server };
        two.until_there().await;
        Some(two)
    }

    /// Waits until the engine of the second server answers.
    async fn until_there(&self) {
        let wish = json!({ "server_id": self.server });
        let ready = |list: &Value| list["engines"][0]["status"]["state"] == "ready";
        super::lab::until(self.lab.house(), "container.list", wish, "ready", ready).await;
    }

    /// Another port: the servers of the lab share one computer.
    fn wish(&self) -> Value {
        json!({
            "id": self.id, "server_id": self.server, "values": { "WEB_PORT": free_port().to_string() },
            "removes_source": false,
        })
    }

    async fn begin(&self, wish: Value) -> String {
        let moved = self.lab.house().ask("app.move", wish).await;
        assert_eq!(moved["app"]["server_id"], json!(self.server));
        moved["app"]["id"].as_str().expect("an id").to_owned()
    }

    /// Cuts the connection to either server whenever a step begins there that was not cut yet, until all is done.
    async fn cut_at_each_step(&self, here: &str, there: &str, cut: &mut BTreeSet<String>) {
        let cutting = async {
            let mut changes = self.lab.house().tomo.changes();
            loop {
                // What is quick, first.
                let (there, here) = (self.lab.app(there).await, self.lab.app(here).await);
                if here["app"]["work"].is_null() && there["app"]["work"].is_null() {
                    return (here, there);
                }
                let sides = [
                    (&there, &self.other, &self.server, "there"),
                    (&here, &self.lab.watched.lab, &self.lab.watched.id, "here"),
                ];
                for (app, lab, server, side) in sides {
                    let steps = app["app"]["work"]["steps"].as_array().cloned().unwrap_or_default();
                    for step in steps.iter().filter(|step| step["state"] == "running") {
                        let name = step["name"].as_str().expect("a name");
                        if cut.insert(format!("{side} {name}")) {
                            lab.sshd.cut();
                            // Nobody waits as long as after so many failures.
                            let server = json!({ "id": server });
                            self.lab.house().ask("server.connect", server).await;
                        }
                    }
                }
                let _ = changes.recv().await;
            }
        };
        let ended = tokio::time::timeout(PATIENCE + Duration::from_secs(60), cutting).await;
        let (here, there) = ended.expect("it comes to its end");
        assert_eq!(there["app"]["status"], "running", "{here:#} {there:#}");
        assert_eq!(here["app"]["status"], "stopped", "{here:#}");
    }

    /// Moves the app back, so that it can be moved once more; its id.
    async fn back(&self, here: &str, there: &str) -> String {
        let house = self.lab.house();
        let one = |list: &Value| list["apps"].as_array().is_some_and(|apps| apps.len() == 1);
        house.ask("app.uninstall", json!({ "id": here, "with_data": true })).await;
        self.lab.until_list("gone", one).await;
        let mut wish = self.wish();
        wish["id"] = json!(there);
        wish["server_id"] = json!(self.lab.watched.id);
        wish["removes_source"] = json!(true);
        let moved = house.ask("app.move", wish).await;
        let id = moved["app"]["id"].as_str().expect("an id").to_owned();
        self.lab.until_status(&id, "running").await;
        self.lab.until_list("back", one).await;
        id
    }

    fn there(&self, command: &str) -> String {
        self.docker.docker(&["exec", "web-web-1", "sh", "-c", command])
    }

    fn runs_here(&self) -> bool {
        let state = ["inspect", "-f", "{{.State.Status}}", "web-web-1"];
        self.lab.docker.docker(&state) == "running"
    }

    /// What the second engine has besides what it began with.
    fn remains_there(&self) -> Vec<String> {
        let ask = |arguments: &[&str]| self.docker.docker(arguments);
        let all = [
            ask(&["ps", "-a", "--format", "{{.Names}}"]),
            ask(&["volume", "ls", "-q"]),
            ask(&["images", "--format", "{{.Repository}}:{{.Tag}}"]),
        ];
        let lines = all.iter().flat_map(|text| text.lines());
        lines.filter(|line| *line != IMAGE).map(str::to_owned).collect()
    }
}

/// Holds because an app is its data: it is there whole before the app starts there, and stays here until
/// somebody removes it.
#[tokio::test(flavor = "multi_thread")]
async fn an_app_moves_with_its_data() {
    let Some(two) = Two::start(Behaviour::default()).await else { return };
    let house = two.lab.house();
    let secret = two.lab.file("web", "/data/secret");
    let same = json!({ "id": two.id, "server_id": two.lab.watched.id });
    house.refused("app.move_plan", same, Code::Invalid).await;
    let mut wish = two.wish();
    let plan = json!({ "id": two.id, "server_id": two.server, "values": wish["values"] });
    let plan = house.ask("app.move_plan", plan).await;
    assert_eq!(plan["plan"]["is_ready"], true, "{plan:#}");
    assert_eq!(plan["ways"][0]["to"], "web_data");
    let room = |plan: &Value| {
        let checks = plan["plan"]["checks"].as_array().expect("checks").iter();
        let room = checks.filter(|check| check["title"] == "Room for its data");
        room.map(|check| check["outcome"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(room(&plan), [json!("good")], "{plan:#}");
    // The port that it has here is taken on this computer, and so on both servers.
    let taken = json!({ "id": two.id, "server_id": two.server });
    let taken = house.ask("app.move_plan", taken).await;
    assert_eq!(taken["plan"]["is_ready"], false);
    assert!(taken["plan"]["checks"][0]["fix"]["value"].is_string(), "{taken:#}");

    wish["removes_source"] = json!(false);
    let id = two.begin(wish.clone()).await;
    let app = two.lab.until_status(&id, "running").await;
    assert_eq!(app["failure"], Value::Null, "{app:#}");
    let kept = two.there("cat /data/kept; stat -c %u:%g /data/kept");
    assert_eq!(kept, "data of the app\n1234:5678");
    assert_eq!(two.there("cat /data/secret"), secret);
    let url = app["app"]["page"]["url"].as_str().expect("a page").to_owned();
    assert_eq!(fetched(&url), "hello\n");
    let source = two.lab.until_status(&two.id, "stopped").await;
    assert_eq!(source["app"]["is_troubled"], false);
    assert!(!two.runs_here());
    house.refused("app.move", wish, Code::Invalid).await;
    house.ask("app.uninstall", json!({ "id": two.id, "with_data": true })).await;
    two.lab
        .until_list("gone", |list| list["apps"].as_array().is_some_and(|it| it.len() == 1))
        .await;
    assert_eq!(two.lab.remains(), [""; 0]);
    // And back, and removed there.
    let back = json!({
        "id": id, "server_id": two.lab.watched.id, "removes_source": true,
        "values": { "WEB_PORT": free_port().to_string() },
    });
    house.ask("app.move", back).await;
    two.lab
        .until_list("back", |list| {
            let apps = list["apps"].as_array().expect("apps");
            apps.len() == 1
                && apps[0]["server_id"] == json!(two.lab.watched.id)
                && apps[0]["work"].is_null()
        })
        .await;
    assert_eq!(two.lab.file("web", "/data/kept"), "data of the app");
    assert_eq!(two.remains_there(), [""; 0]);
    let words: Vec<String> =
        house.logged("app.moved").await.into_iter().map(|(words, _)| words).collect();
    assert_eq!(words.len(), 2, "{words:?}");
}

/// Holds because a server whose disk is full has more to lose than this app.
#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_fit_there_stays_here() {
    let small = || {
        let docker = Docker::start_small(120);
        docker.open_to_all();
        Some(docker)
    };
    let Some(two) = Two::beside(Behaviour::default(), small).await else { return };
    let house = two.lab.house();
    let much = "dd if=/dev/urandom of=/data/much bs=1M count=150";
    two.lab.docker.docker(&["exec", "web-web-1", "sh", "-c", much]);
    let since = ["inspect", "-f", "{{.State.StartedAt}}", "web-web-1"];
    let started = two.lab.docker.docker(&since);
    let refused = house.refused("app.move", two.wish(), Code::Invalid).await;
    assert!(refused.message.starts_with("Room for its data"), "{refused:?}");
    assert_eq!(two.lab.docker.docker(&since), started, "it was not even stopped");
    // A backup says so only when it was read.
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("one.tomoapp").display().to_string();
    let wish = json!({ "id": two.id, "path": path, "passphrase": PASSPHRASE, "mode": "pause" });
    house.ask("app.backup", wish).await;
    two.lab.until(&two.id, "backed up", |app| app["backups"][0].is_object()).await;
    let wish = json!({
        "path": path, "passphrase": PASSPHRASE, "server_id": two.server,
        "values": { "WEB_PORT": free_port().to_string() },
    });
    let app = house.ask("app.restore", wish).await;
    let id = app["app"]["id"].as_str().expect("an id");
    let app = two.lab.until_status(id, "error").await;
    let why = app["failure"]["message"].as_str().expect("why");
    assert!(why.contains("are free in"), "{why}");
    assert_eq!(app["failure"]["left"], json!([]));
    assert_eq!(two.remains_there(), [""; 0]);
}

/// Holds because what does not run there must run here, and leave nothing there.
#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_become_well_there_goes_on_here() {
    let fails = "[ \"$$GREETING\" != bad ] || exit 3";
    let Some(two) = Two::start(Behaviour { before: fails, ..Behaviour::default() }).await else {
        return;
    };
    let house = two.lab.house();
    let mut wish = two.wish();
    wish["values"]["GREETING"] = json!("bad");
    let id = two.begin(wish).await;
    let app = two.lab.until_status(&two.id, "running").await;
    let failure = &app["failure"];
    assert_eq!((&failure["kind"], &failure["left"]), (&json!("move"), &json!([])), "{app:#}");
    assert!(failure["message"].as_str().is_some_and(|it| it.contains("ended with 3")));
    assert!(two.runs_here());
    assert_eq!(two.lab.file("web", "/data/kept"), "data of the app");
    assert_eq!(two.remains_there(), [""; 0]);
    let there = two.lab.until_status(&id, "error").await;
    assert_eq!(there["failure"]["left"], json!([]));

    // Cancelled while its data goes over.
    let much = "dd if=/dev/urandom of=/data/much bs=1M count=200";
    two.lab.docker.docker(&["exec", "web-web-1", "sh", "-c", much]);
    let id = two.begin(two.wish()).await;
    step(&two.lab, &two.id, "carry").await;
    house.ask("app.cancel", json!({ "id": two.id })).await;
    let app = two.lab.until_status(&two.id, "running").await;
    assert_eq!(app["failure"], Value::Null, "{app:#}");
    two.lab.until_list("one", |list| list["apps"].as_array().is_some_and(|it| it.len() == 1)).await;
    house.refused("app.get", json!({ "id": id }), Code::NotFound).await;
    assert!(two.runs_here());
    assert_eq!(two.remains_there(), [""; 0]);

    // A Tomo that ends in the midst of it.
    let id = two.begin(two.wish()).await;
    step(&two.lab, &two.id, "carry").await;
    let other = reopened(&two.lab).await;
    let app = ended(&other, &two.id, |app| app["failure"].is_object()).await;
    assert_eq!((&app["app"]["status"], &app["failure"]["left"]), (&json!("running"), &json!([])));
    let there = ended(&other, &id, |app| app["app"]["status"] == "error").await;
    assert_eq!(there["failure"]["left"], json!([]), "{there:#}");
    assert!(two.runs_here());
    assert_eq!(two.remains_there(), [""; 0]);
}

/// Holds because volumes that no container has are not seen, and what is not carried must not be removed either.
#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_carried_whole_is_not_moved() {
    let Some(two) = Two::start(Behaviour::default()).await else { return };
    two.lab.docker.docker(&["rm", "-f", "web-web-1"]);
    let mut wish = two.wish();
    wish["removes_source"] = json!(true);
    two.begin(wish).await;
    let app = two.lab.until(&two.id, "failed", |app| app["failure"].is_object()).await;
    let why = app["failure"]["message"].as_str().expect("why");
    assert!(why.contains("has web_data now"), "{why}");
    let app = two.lab.until_status(&two.id, "running").await;
    assert_eq!(app["failure"]["left"], json!([]), "{app:#}");
    // It runs here again, with its data.
    assert_eq!(two.lab.file("web", "/data/kept"), "data of the app");
    assert_eq!(two.remains_there(), [""; 0]);
}

/// Holds because either connection breaks at any moment, and the app is then on one server, once and whole.
#[tokio::test(flavor = "multi_thread")]
async fn a_move_goes_on_after_every_cut() {
    let Some(two) = Two::start(Behaviour::default()).await else { return };
    let much = "dd if=/dev/urandom of=/data/much bs=1M count=60";
    two.lab.docker.docker(&["exec", "web-web-1", "sh", "-c", much]);
    let sum = two.lab.docker.docker(&["exec", "web-web-1", "md5sum", "/data/much"]);
    let wanted = ["here carry", "there pull", "there fill", "there create", "there start"];
    let (mut cut, mut here) = (BTreeSet::new(), two.id.clone());
    for round in 0.. {
        assert!(round < ROUNDS, "{cut:?}");
        let mut wish = two.wish();
        wish["id"] = json!(here);
        let there = two.begin(wish).await;
        two.cut_at_each_step(&here, &there, &mut cut).await;
        assert_eq!(two.there("md5sum /data/much"), sum);
        assert_eq!(two.there("cat /data/kept"), "data of the app");
        assert!(!two.runs_here());
        if wanted.iter().all(|step| cut.contains(*step)) {
            break;
        }
        here = two.back(&here, &there).await;
    }
}
