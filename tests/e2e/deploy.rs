//! The real window, two servers with real engines, and a real registry: an app is installed, opened, updated,
//! rolled back, moved and uninstalled.

use crate::{
    add_server,
    app::{Desktop, PATIENCE, Window},
    lab::{
        app::{Behaviour, fetched, manifest},
        docker::{Docker, IMAGE},
        registry::Registry,
        sshd::{self, Sshd},
    },
    missing_part, set_up,
};
use serde_json::json;
use std::{fs, io::Write};

/// Holds because each step ends in what a person would look at: the page in the browser, the file in the volume,
/// and a server on which nothing is left.
#[tokio::test(flavor = "multi_thread")]
async fn an_app_is_installed_updated_rolled_back_moved_and_gone() {
    if let Some(missing) = missing_part().or_else(Docker::missing).or_else(Registry::missing) {
        assert!(std::env::var_os("CI").is_none(), "{missing}");
        let _ = writeln!(std::io::stderr(), "skipped an app's life: {missing}");
        return;
    }
    let desktop = Desktop::start();
    let docker = Docker::start();
    docker.open_to_all();
    let registry = Registry::start();
    let catalog = tempfile::tempdir().expect("a folder");
    for tag in ["1", "2"] {
        publish(&docker, &registry, tag);
    }
    let offer = |tag: &str| {
        // Published at an address that this computer does not know the server by.
        let behaviour = Behaviour { tag, address: "127.0.0.2:", ..Behaviour::default() };
        let folder = catalog.path().join("reader");
        fs::create_dir_all(&folder).expect("a folder");
        let text = manifest("reader", &registry.image(&format!("web:{tag}")), behaviour);
        fs::write(folder.join("app.yaml"), text).expect("a manifest");
    };
    offer("1");
    let socket = format!("SetEnv DOCKER_HOST=unix://{}", docker.socket().display());
    let server = Sshd::start(sshd::Options { config: vec![socket], ..Default::default() });
    let account = sshd::account("boxes", "the server's password", "/bin/sh");
    let window = desktop.drive().await;
    set_up(&window).await;
    add_server(&window, &server, &account, &desktop).await;
    let folder = catalog.path().display().to_string();
    desktop.sign_in("ana", crate::PASSWORD);
    desktop.tomo(&["app", "source", "add", &folder, "--id", "mine"]);

    window.go("#/own-app").await;
    let editor = window.find("[aria-label='compose.yaml'] .cm-content, .cm-content").await;
    let line = "docker run -d --name notes -p 8085:80 -v notes:/data nginx:1.29";
    editor.send_keys(line).await.expect("an editor that takes text");
    window.press("Use as compose file").await;
    window.find_text("It can be planned").await;
    look_around(&window, "app-own").await;

    window.go("#/apps").await;
    window.find("input[aria-label='Search apps']").await;
    window.find_text("App reader").await.click().await.expect("a tile that opens");
    window.press("Install…").await;
    window.until("a plan without problems", CAN_INSTALL, |can| *can == true).await;
    look_around(&window, "app-plan").await;
    window.press("Install").await;
    window.until("it runs", IS_WELL, |is| *is == true).await;
    look_around(&window, "app-installed").await;
    window.press_tab("Backup").await;
    window.find_text("What a backup holds").await;
    look_around(&window, "app-backup").await;
    docker.docker(&["exec", "reader-web-1", "sh", "-c", "echo kept > /data/kept"]);

    window.press("Open").await;
    let address = opened(&desktop).await;
    assert!(
        address.starts_with("http://127.0.0.1:"),
        "a tunnel begins at this computer: {address}"
    );
    assert_eq!(fetched(&address), "hello\n");

    offer("2");
    desktop.tomo(&["app", "source", "sync", "mine"]);
    window.press_tab("Updates").await;
    window.press("Update…").await;
    window.find_text("web:2").await;
    window.press("Update").await;
    window.find_text("The way back is kept.").await;
    assert_eq!(version(&docker), "2");
    assert_eq!(docker.docker(&["exec", "reader-web-1", "cat", "/data/kept"]), "kept");
    look_around(&window, "app-update").await;
    docker.docker(&["exec", "reader-web-1", "sh", "-c", "echo lost > /data/kept"]);

    window.press("Roll back…").await;
    window.press("Roll back").await;
    window.until("it is rolled back", IS_WELL, |is| *is == true).await;
    window.find_text("A newer version").await;
    assert_eq!(version(&docker), "1");
    assert_eq!(docker.docker(&["exec", "reader-web-1", "cat", "/data/kept"]), "kept");

    let (there, other, other_account) = second_server(&window).await;
    window.go("#/apps").await;
    window.find_text("App reader").await.click().await.expect("a row that opens");
    press_item(&window, "Move…").await;
    // Both servers are this computer: the port that the app has is taken.
    window.until("the next free port", TAKE_FIX, |taken| *taken == true).await;
    window.find_text("with its data, when it is well on").await.click().await.expect("a box");
    window.fill("Type App reader", "App reader").await;
    window.until("a plan without problems", CAN_MOVE, |can| *can == true).await;
    look_around(&window, "app-move").await;
    window.press("Move and remove").await;
    let is_begun = "return !location.hash.endsWith('/move')";
    window.until("the page of what it becomes", is_begun, |is| *is == true).await;
    window.until("it is there", IS_WELL, |is| *is == true).await;
    assert_eq!(there.docker(&["exec", "reader-web-1", "cat", "/data/kept"]), "kept");
    gone(&docker, &account).await;

    press_item(&window, "Uninstall…").await;
    window.find_text("Also remove the data").await.click().await.expect("a box to tick");
    window.fill("Type App reader", "App reader").await;
    window.press("Uninstall with data").await;
    window.find_text("App reader is not there any more").await;
    gone(&there, &other_account).await;
    drop(other);
    window.end().await;
}

/// Another server with an engine, which the window's own Tomo is told of.
async fn second_server(window: &Window) -> (Docker, Sshd, sshd::Account) {
    let docker = Docker::start();
    docker.open_to_all();
    let socket = format!("SetEnv DOCKER_HOST=unix://{}", docker.socket().display());
    let server = Sshd::start(sshd::Options { config: vec![socket], ..Default::default() });
    let account = sshd::account("cellar", "the other server's password", "/bin/sh");
    let fields = json!({
        "name": "cellar", "host": "127.0.0.1", "port": server.port(), "username": account.name,
        "auth_type": "password",
    });
    let credential = json!({ "kind": "password", "password": account.password });
    let added = json!({ "server": fields, "credential": credential });
    let added = window.call("server.add", added).await;
    assert!(added["answer"].is_object(), "{added:#}");
    let fingerprint = sshd::fingerprint(&server.host_key("ed25519"));
    let key = json!({ "host": "127.0.0.1", "port": server.port(), "fingerprint": fingerprint });
    let id = &added["answer"]["server"]["id"];
    let asked = async {
        loop {
            window.call("host_key.trust", key.clone()).await;
            let engines = window.call("container.list", json!({ "server_id": id })).await;
            if engines["answer"]["engines"][0]["status"]["state"] == "ready" {
                return;
            }
            // The key is presented when the server is first reached.
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(PATIENCE, asked).await.expect("the second server answers");
    (docker, server, account)
}

/// Chooses an entry of the menu that 'More' opens.
async fn press_item(window: &Window, words: &str) {
    window.press("More").await;
    let press = format!(
        "const item = [...document.querySelectorAll('[role=menuitem]')]
            .find(item => item.textContent.includes('{words}'));
            item?.click(); return item !== undefined;"
    );
    window.until("the menu", &press, |pressed| *pressed == true).await;
}

/// Waits until nothing of the app is on a server any more.
async fn gone(docker: &Docker, account: &sshd::Account) {
    let is_gone = || {
        docker.docker(&["ps", "-aq"]).is_empty()
            && docker.docker(&["volume", "ls", "-q"]).is_empty()
            && !account.home.join("tomo").join("reader").exists()
    };
    let waiting = async {
        while !is_gone() {
            // An engine tells the window, and not this test.
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(PATIENCE, waiting).await.expect("nothing of it is left");
}

/// Takes the port that is offered for one that is taken; whether that was done.
const TAKE_FIX: &str = "const fix = [...document.querySelectorAll('button:enabled')]
    .find(button => /^Use\\s\\d+$/.test(button.textContent.trim()));
    fix?.click(); return fix !== undefined;";

/// Whether what is planned can be moved.
const CAN_MOVE: &str = "return [...document.querySelectorAll('button:enabled')]
    .some(button => button.textContent.trim() === 'Move and remove');";

/// Whether what is planned can be installed.
const CAN_INSTALL: &str = "return [...document.querySelectorAll('button:enabled')]
    .some(button => button.textContent.trim() === 'Install');";

/// Whether the page of an app says that it is well, and nothing is being done.
const IS_WELL: &str = "return document.body.textContent.includes('healthy')
    && document.querySelector('[aria-label=\"More\"]:enabled') !== null;";

/// Puts an image into the registry, and takes it from the engine.
fn publish(docker: &Docker, registry: &Registry, tag: &str) {
    let context = tempfile::tempdir().expect("a folder");
    let file = format!("FROM {IMAGE}\nLABEL v={tag}\nCMD [\"sh\"]\n");
    fs::write(context.path().join("Dockerfile"), file).expect("a Dockerfile");
    let image = registry.image(&format!("web:{tag}"));
    docker.docker(&["build", "-q", "-t", &image, &context.path().display().to_string()]);
    docker.docker(&["push", "-q", &image]);
    docker.docker(&["rmi", &image]);
}

/// The version of the image that runs.
fn version(docker: &Docker) -> String {
    let id = docker.docker(&["inspect", "-f", "{{.Image}}", "reader-web-1"]);
    docker.docker(&["inspect", "-f", "{{index .Config.Labels \"v\"}}", &id])
}

/// What the browser was asked to open first.
async fn opened(desktop: &Desktop) -> String {
    let waiting = async {
        loop {
            if let Some(url) = desktop.opened().lines().next() {
                return url.to_owned();
            }
            // A program that writes a file tells nobody.
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(PATIENCE, waiting).await.expect("the browser is asked")
}

/// The page in both themes, as pictures to look at.
async fn look_around(window: &Window, name: &str) {
    for theme in ["dark", "light"] {
        window.theme(theme).await;
        window.picture(&format!("{name}-{theme}")).await;
    }
}
