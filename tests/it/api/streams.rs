//! Logs and terminals as a window has them: through the command table and the feed behind the window's
//! channel, over OpenSSH's own server, from Docker's own engine.

mod bad_logs;
mod ends;
mod log_commands;
mod million;
mod podman;
mod resume;
mod routes;
mod shells;
mod terminals;

use super::{House, PASSPHRASE, PATIENCE, account, lab::Lab, lab::skip};
use crate::lab::docker::Docker;
use futures::{FutureExt, StreamExt, future::BoxFuture};
use serde_json::{Value, json};
use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};
use tomo::{
    app::{ChooseFile, FileWish, Options, Tomo},
    domain::session::Door,
    vault::Keychain,
};

/// A shell and what it is to run stand before this.
const SH: [&str; 2] = ["/bin/sh", "-c"];

/// A window that watches a server with an engine.
struct Setting {
    docker: Docker,
    lab: Lab,
    house: House,
    id: String,
}

impl Setting {
    async fn start() -> Option<Self> {
        Self::with(&[], |docker| docker.socket()).await
    }

    /// With further lines of `sshd_config`, and the socket that the server leads to.
    async fn with(lines: &[&str], socket: impl FnOnce(&Docker) -> PathBuf) -> Option<Self> {
        if let Some(why) = Docker::missing() {
            skip(why);
            return None;
        }
        let docker = Docker::start();
        docker.open_to_all();
        let lab = Lab::with_engine_and(&socket(&docker), lines)?;
        let house = window().await;
        house.tomo.start_collecting().await.expect("it collects");
        let id = lab.watched_by(&house).await;
        let setting = Self { docker, lab, house, id };
        setting.until_ready().await;
        Some(setting)
    }

    async fn until_ready(&self) {
        until_ready(&self.house, &self.id).await;
    }

    /// Starts a container of the image that runs this script, and waits until Tomo lists it.
    async fn run(&self, name: &str, script: &str) -> Value {
        self.run_with(name, &[], &[SH[0], SH[1], script]).await
    }

    async fn run_with(&self, name: &str, options: &[&str], command: &[&str]) -> Value {
        let container_id = self.docker.start_container(name, options, command);
        let which = json!({ "server_id": self.id, "container_id": container_id });
        self.listed(&which, |_| true).await;
        which
    }

    /// Waits until a container is listed, and is as wanted.
    async fn listed(&self, which: &Value, wanted: impl Fn(&Value) -> bool) {
        listed(&self.house, &self.id, which, wanted).await;
    }

    /// Follows the logs of containers from their beginning.
    async fn follow(&self, containers: &[&Value]) -> Follow<'_> {
        Follow::open(&self.house, containers, 100_000).await
    }
}

/// Waits, from push to push, until something is there.
async fn until<T>(house: &House, what: &str, look: impl AsyncFn() -> Option<T>) -> T {
    let waiting = async {
        // Before the first look, so that no change falls in between.
        let mut pushes = Box::pin(house.tomo.pushes());
        loop {
            if let Some(found) = look().await {
                return found;
            }
            pushes.next().await.expect("Tomo lives");
        }
    };
    let found = tokio::time::timeout(PATIENCE, waiting).await;
    found.unwrap_or_else(|_| panic!("no {what}"))
}

async fn until_ready(house: &House, id: &str) {
    until(house, "engine", async || {
        let list = house.ask("container.list", json!({ "server_id": id })).await;
        (list["engines"][0]["status"]["state"] == "ready").then_some(())
    })
    .await;
}

async fn listed(house: &House, id: &str, which: &Value, wanted: impl Fn(&Value) -> bool) {
    until(house, "row of the container", async || {
        let list = house.ask("container.list", json!({ "server_id": id })).await;
        let rows = list["containers"].as_array().expect("rows");
        let mut rows = rows.iter().map(|row| &row["container"]);
        rows.any(|row| row["id"] == which["container_id"] && wanted(row)).then_some(())
    })
    .await;
}

/// A person who names this file in every dialog.
struct Dialog(PathBuf);

impl ChooseFile for Dialog {
    fn choose(&self, _: FileWish) -> BoxFuture<'_, Option<PathBuf>> {
        std::future::ready(Some(self.0.clone())).boxed()
    }
}

/// Where [`Dialog`] says that a file goes.
fn chosen(folder: &Path) -> PathBuf {
    folder.join("chosen.log")
}

/// A window with somebody signed in; nothing is collected yet.
async fn window() -> House {
    let folder = tempfile::Builder::new().prefix("tomo-api-").tempdir().expect("a folder");
    let options = Options {
        data_dir: folder.path().to_owned(),
        door: Door::Window,
        keychain: Keychain::disabled(),
        passphrase: Some(PASSPHRASE.to_owned().into()),
        choose_file: Some(Box::new(Dialog(chosen(folder.path())))),
        login_entry: None,
    };
    let tomo = Tomo::open(options).await.expect("Tomo opens");
    let house = House { tomo, folder: Arc::new(folder), answers: Mutex::default() };
    house.ask("setup.create", account(super::ADMIN, false)).await;
    house
}

/// A follow of logs that is open.
struct Follow<'a> {
    house: &'a House,
    id: String,
}

impl<'a> Follow<'a> {
    async fn open(house: &'a House, containers: &[&Value], tail: u32) -> Self {
        let wanted = json!({ "containers": containers, "tail": tail });
        let status = house.ask("log.open", wanted).await;
        Self { house, id: status["log_id"].as_str().expect("an id").to_owned() }
    }

    async fn page(&self, from: Option<u64>, limit: u32, filter: Value) -> Value {
        let wanted = json!({ "log_id": self.id, "from": from, "limit": limit, "filter": filter });
        self.house.ask("log.page", wanted).await
    }

    async fn status(&self) -> Value {
        self.page(None, 0, json!({})).await["status"].clone()
    }

    /// Every line that is kept, read as a window does: page by page.
    async fn lines(&self) -> Vec<Value> {
        let (mut lines, mut from) = (Vec::new(), 0);
        loop {
            let page = self.page(Some(from), 1_000, json!({})).await;
            let page = page["lines"].as_array().expect("lines").clone();
            let Some(last) = page.last() else { return lines };
            from = last["number"].as_u64().expect("a number") + 1;
            lines.extend(page);
        }
    }

    async fn texts(&self) -> Vec<String> {
        texts(&self.lines().await)
    }

    /// Waits until a line with this text is the newest one, and gives all of them.
    async fn until_last(&self, text: &str) -> Vec<Value> {
        until(self.house, text, async || {
            let page = self.page(None, 1, json!({})).await;
            (page["lines"][0]["text"] == text).then_some(())
        })
        .await;
        self.lines().await
    }

    /// Waits until the first of its containers stands as wanted.
    async fn until_source(&self, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        until(self.house, what, async || {
            let status = self.status().await;
            wanted(&status["sources"][0]).then(|| status["sources"][0].clone())
        })
        .await
    }
}

fn texts(lines: &[Value]) -> Vec<String> {
    lines.iter().map(|line| line["text"].as_str().expect("text").to_owned()).collect()
}
