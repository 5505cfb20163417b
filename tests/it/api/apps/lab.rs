//! A server with an engine and compose, a registry with images, and a catalog of apps that run them.

use super::super::{
    House, PATIENCE,
    engines::{Watched, engine},
    lab::{Lab, skip},
};
pub use crate::lab::app::{Behaviour, fetched};
use crate::lab::{
    app::manifest,
    docker::{Docker, IMAGE},
    registry::Registry,
    sshd::free_port,
};
use futures::StreamExt;
use serde_json::{Value, json};
use std::{fs, process::Command};
use tempfile::TempDir;

/// All of it.
pub struct AppLab {
    pub registry: Registry,
    pub watched: Watched,
    pub docker: Docker,
    catalog: TempDir,
}

impl AppLab {
    /// With `web` in its catalog; nothing where a part is missing.
    pub async fn start() -> Option<Self> {
        if let Some(part) = Registry::missing() {
            skip(part);
            return None;
        }
        if !Command::new("docker")
            .args(["compose", "version"])
            .output()
            .is_ok_and(|output| output.status.success())
        {
            skip("docker compose");
            return None;
        }
        let docker = engine()?;
        let registry = Registry::start();
        let catalog = tempfile::tempdir().expect("a folder");
        // Where files are named by typing.
        let house = House::terminal().await;
        house.tomo.start_collecting().await.expect("it collects");
        let watched = Watched::with(Lab::with_engine(&docker.socket())?, house).await;
        watched.until_engine("ready").await;
        let lab = Self { registry, watched, docker, catalog };
        lab.publish("1", "CMD [\"sh\"]\n");
        lab.offer("web", Behaviour::default());
        let folder = lab.catalog.path().display().to_string();
        let source = json!({ "location": folder, "id": "lab" });
        let source = lab.house().ask("app_source.add", source).await;
        assert_eq!(source["left_out"], json!([]), "{source:#}");
        Some(lab)
    }

    pub fn house(&self) -> &House {
        &self.watched.house
    }

    /// The name of the image with this tag.
    pub fn image(&self, tag: &str) -> String {
        self.registry.image(&format!("web:{tag}"))
    }

    /// Puts an image into the registry, and takes it from the engine.
    pub fn publish(&self, tag: &str, lines: &str) {
        let context = tempfile::tempdir().expect("a folder");
        fs::write(
            context.path().join("Dockerfile"),
            format!("FROM {IMAGE}\nLABEL v={tag}\n{lines}"),
        )
        .expect("a Dockerfile");
        let image = self.image(tag);
        let folder = context.path().display().to_string();
        self.docker.docker(&["build", "-q", "-t", &image, &folder]);
        self.docker.docker(&["push", "-q", &image]);
        self.docker.docker(&["rmi", &image]);
    }

    /// Puts an app into the catalog; whoever changes one reads the source anew.
    pub fn offer(&self, id: &str, behaviour: Behaviour<'_>) {
        let tag = if behaviour.tag.is_empty() { "1" } else { behaviour.tag };
        let manifest = manifest(id, &self.image(tag), Behaviour { tag, ..behaviour });
        let folder = self.catalog.path().join(id);
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(folder.join("app.yaml"), manifest).expect("a manifest");
    }

    /// Reads the catalog anew.
    pub async fn sync(&self) {
        let source = self.house().ask("app_source.sync", json!({ "id": "lab" })).await;
        assert_eq!(source["left_out"], 0, "{source:#}");
    }

    /// Arguments that install an app here.
    pub fn wish(&self, id: &str) -> Value {
        json!({ "app": format!("lab/{id}"), "server_id": self.watched.id })
    }

    /// Begins to install an app; its id.
    pub async fn begin(&self, id: &str) -> String {
        let app = self.house().ask("app.install", self.wish(id)).await;
        app["app"]["id"].as_str().expect("an id").to_owned()
    }

    /// Installs an app to its end; its id.
    pub async fn install(&self, id: &str) -> String {
        let id = self.begin(id).await;
        self.until_status(&id, "running").await;
        id
    }

    /// Installs an app under another name; its id.
    pub async fn install_as(&self, id: &str, project: &str) -> String {
        let mut wish = self.wish(id);
        wish["project"] = json!(project);
        wish["values"] = json!({ "WEB_PORT": free_port().to_string() });
        let app = self.house().ask("app.install", wish).await;
        let id = app["app"]["id"].as_str().expect("an id").to_owned();
        self.until_status(&id, "running").await;
        id
    }

    /// The app.
    pub async fn app(&self, id: &str) -> Value {
        self.house().ask("app.get", json!({ "id": id })).await
    }

    /// Waits until the app stands there, and nothing is being done to it.
    pub async fn until_status(&self, id: &str, status: &str) -> Value {
        self.until(id, status, |app| app["app"]["status"] == status && app["app"]["work"].is_null())
            .await
    }

    /// Waits until the engine answers, which it does not for a moment after the connection was lost.
    pub async fn until_engine(&self) {
        self.watched.until_engine("ready").await;
    }

    /// Waits until the app is as wanted.
    pub async fn until(&self, id: &str, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        until(self.house(), "app.get", json!({ "id": id }), what, wanted).await
    }

    /// Waits until the list of apps is as wanted.
    pub async fn until_list(&self, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        until(self.house(), "app.list", json!({}), what, wanted).await
    }

    /// Waits until the plan of `web` is as wanted.
    pub async fn until_plan(&self, wanted: impl Fn(&Value) -> bool) -> Value {
        until(self.house(), "app.plan", self.wish("web"), "as wanted", wanted).await
    }

    /// What the engine has besides what it began with: containers, volumes, networks, images, and files of
    /// projects.
    pub fn remains(&self) -> Vec<String> {
        let ask = |arguments: &[&str]| self.docker.docker(arguments);
        let usual = ["bridge", "host", "none", IMAGE];
        let mut all = vec![
            ask(&["ps", "-a", "--format", "{{.Names}}"]),
            ask(&["volume", "ls", "-q"]),
            ask(&["network", "ls", "--format", "{{.Name}}"]),
            ask(&["images", "--format", "{{.Repository}}:{{.Tag}}"]),
        ];
        let projects = fs::read_dir(self.watched.lab.account.home.join("tomo"));
        all.extend(
            projects
                .into_iter()
                .flatten()
                .flatten()
                .map(|entry| entry.file_name().to_string_lossy().into_owned()),
        );
        let lines = all.iter().flat_map(|text| text.lines());
        lines.filter(|line| !usual.contains(line)).map(str::to_owned).collect()
    }

    /// The content of a file in the container of an app's only service.
    pub fn file(&self, project: &str, path: &str) -> String {
        self.docker.docker(&["exec", &format!("{project}-web-1"), "cat", path])
    }
}

/// Asks the same, from push to push, until the answer is as wanted.
pub async fn until(
    house: &House,
    command: &str,
    arguments: Value,
    what: &str,
    wanted: impl Fn(&Value) -> bool,
) -> Value {
    let mut last = Value::Null;
    let waiting = async {
        let mut pushes = Box::pin(house.tomo.pushes());
        loop {
            last = house.ask(command, arguments.clone()).await;
            if wanted(&last) {
                return;
            }
            pushes.next().await.expect("Tomo lives");
        }
    };
    let waited = tokio::time::timeout(PATIENCE, waiting).await;
    assert!(waited.is_ok(), "not {what}: {last:#}");
    last
}
