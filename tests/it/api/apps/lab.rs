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
    registry::{Registry, RegistryOptions},
    sshd::free_port,
};
use futures::StreamExt;
use serde_json::{Value, json};
use std::{fs, path::Path, process::Command};
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
        Self::with(RegistryOptions::default(), &[]).await
    }

    /// The same, with such a registry, and with further lines of `sshd_config`.
    pub async fn with(options: RegistryOptions, lines: &[&str]) -> Option<Self> {
        Self::missing()?;
        let docker = engine()?;
        Self::on(docker, options, lines).await
    }

    /// The same, on an engine whose disk has so many MB.
    pub async fn small(megabytes: u32) -> Option<Self> {
        Self::missing()?;
        if let Some(why) = Docker::missing() {
            skip(why);
            return None;
        }
        let docker = Docker::start_small(megabytes);
        docker.open_to_all();
        Self::on(docker, RegistryOptions::default(), &[]).await
    }

    fn missing() -> Option<()> {
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
        Some(())
    }

    async fn on(docker: Docker, options: RegistryOptions, lines: &[&str]) -> Option<Self> {
        let Some(registry) = Registry::start_with(options) else {
            skip("an address that is not loopback");
            return None;
        };
        let catalog = tempfile::tempdir().expect("a folder");
        // Where files are named by typing.
        let house = House::terminal().await;
        house.tomo.start_collecting().await.expect("it collects");
        let watched = Watched::with(Lab::with_engine_and(&docker.socket(), lines)?, house).await;
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
        self.push(&self.docker, context.path(), tag);
    }

    /// Puts another image under a tag, from elsewhere: the engine knows nothing of it. `v` is what it says of
    /// itself.
    pub fn publish_elsewhere(&self, elsewhere: &Docker, tag: &str, v: &str, lines: &str) {
        let context = tempfile::tempdir().expect("a folder");
        fs::write(context.path().join("Dockerfile"), format!("FROM {IMAGE}\nLABEL v={v}\n{lines}"))
            .expect("a Dockerfile");
        self.push(elsewhere, context.path(), tag);
    }

    fn push(&self, docker: &Docker, context: &Path, tag: &str) {
        let image = self.image(tag);
        let folder = context.display().to_string();
        docker.docker(&["build", "-q", "-t", &image, &folder]);
        docker.docker(&["--config", &self.registry.docker_config(), "push", "-q", &image]);
        docker.docker(&["rmi", &image]);
    }

    /// Puts an app into the catalog; whoever changes one reads the source anew.
    pub fn offer(&self, id: &str, behaviour: Behaviour<'_>) {
        let tag = if behaviour.tag.is_empty() { "1" } else { behaviour.tag };
        self.offer_image(id, &self.image(tag), Behaviour { tag, ..behaviour });
    }

    /// The same with this image.
    pub fn offer_image(&self, id: &str, image: &str, behaviour: Behaviour<'_>) {
        let manifest = manifest(id, image, behaviour);
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
