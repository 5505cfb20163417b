//! The real window, driven through WebKitWebDriver, on a display and a session bus of its own.

use crate::lab::{
    display::Display,
    secret_service::{Bus, Keyring},
    sshd::free_port,
};
use fantoccini::{Client, ClientBuilder, Locator, elements::Element};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use std::{
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// How long anything in the window may take before it counts as broken.
const PATIENCE: Duration = Duration::from_secs(30);

/// The computer that Tomo runs on, as far as it sees one.
pub struct Desktop {
    pub display: Display,
    pub bus: Bus,
    _keyring: Keyring,
    pub data: tempfile::TempDir,
}

impl Desktop {
    /// A screen, a session bus with a keychain, and an empty data folder.
    pub fn start() -> Self {
        let bus = Bus::start().expect("a session bus");
        let keyring = Keyring::unlocked(&bus, "the keyring's password").expect("a keychain");
        Self {
            display: Display::start(1280, 800),
            bus,
            _keyring: keyring,
            data: tempfile::tempdir().expect("a folder"),
        }
    }

    fn environment(&self, command: &mut Command) {
        command
            .envs(self.bus.env())
            .env("DISPLAY", &self.display.name)
            .env("TOMO_DATA_DIR", self.data.path())
            .env("NO_AT_BRIDGE", "1")
            .env_remove("WAYLAND_DISPLAY");
    }

    /// Starts Tomo as a person does.
    pub fn launch(&self) -> Running {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tomo"));
        self.environment(&mut command);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        Running(command.spawn().expect("Tomo starts"))
    }

    /// Starts Tomo under a driver that can press and read.
    pub async fn drive(&self) -> Window {
        let port = free_port();
        let mut command = Command::new("WebKitWebDriver");
        self.environment(&mut command);
        command
            .arg(format!("--port={port}"))
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let driver = Running(command.spawn().expect("WebKitWebDriver starts"));
        let options = json!({ "webkitgtk:browserOptions": {
            "binary": env!("CARGO_BIN_EXE_tomo"), "args": []
        }});
        let Value::Object(capabilities) = options else { unreachable!("an object") };
        let address = format!("http://127.0.0.1:{port}");
        let connecting = async {
            loop {
                let mut builder = ClientBuilder::new(HttpConnector::new());
                match builder.capabilities(capabilities.clone()).connect(&address).await {
                    Ok(client) => return client,
                    // The driver does not listen yet; it says nothing when it does.
                    Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
                }
            }
        };
        let client = tokio::time::timeout(PATIENCE, connecting).await.expect("a driven window");
        Window { client, driver }
    }
}

/// A process that ends with the value.
pub struct Running(Child);

impl Running {
    /// Whether it has a page open: WebKit draws each in a process of its own.
    pub fn has_web_view(&self) -> bool {
        self.children().iter().any(|child| {
            std::fs::read_to_string(format!("/proc/{child}/comm"))
                .is_ok_and(|name| name.starts_with("WebKitWebPro"))
        })
    }

    /// Numbers of the processes that it started.
    fn children(&self) -> Vec<String> {
        let parent = self.0.id().to_string();
        let found = Command::new("pgrep").args(["-P", &parent]).output().expect("pgrep runs");
        String::from_utf8_lossy(&found.stdout).lines().map(ToOwned::to_owned).collect()
    }

    /// Waits until it has ended by itself.
    pub fn wait(mut self) -> std::process::ExitStatus {
        self.0.wait().expect("it ends")
    }

    /// Asks it to end, as the system does, and waits.
    pub fn terminate(mut self) -> std::process::ExitStatus {
        let _ = Command::new("kill").arg(self.0.id().to_string()).status();
        self.0.wait().expect("it ends")
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The window.
pub struct Window {
    pub client: Client,
    driver: Running,
}

impl Window {
    /// Waits for an element.
    pub async fn find(&self, css: &str) -> Element {
        match self.client.wait().at_most(PATIENCE).for_element(Locator::Css(css)).await {
            Ok(element) => element,
            Err(error) => panic!("no {css}: {error}\n{}", self.text().await),
        }
    }

    /// Waits for something on the page that holds this text, the innermost.
    pub async fn find_text(&self, text: &str) -> Element {
        let path = format!(
            "//*[contains(normalize-space(translate(., '\u{a0}', ' ')), {text:?})][not(*[contains(normalize-space(translate(., '\u{a0}', ' ')), {text:?})])]"
        );
        match self.client.wait().at_most(PATIENCE).for_element(Locator::XPath(&path)).await {
            Ok(element) => element,
            Err(error) => panic!("no '{text}': {error}\n{}", self.text().await),
        }
    }

    /// Presses a button by its words.
    pub async fn press(&self, words: &str) {
        let path = format!(
            "//button[normalize-space(translate(., '\u{a0}', ' '))={words:?} or @aria-label={words:?}]"
        );
        match self.client.wait().at_most(PATIENCE).for_element(Locator::XPath(&path)).await {
            Ok(button) => button
                .click()
                .await
                .unwrap_or_else(|error| panic!("{words:?} cannot be pressed: {error}")),
            Err(error) => panic!("no button '{words}': {error}\n{}", self.text().await),
        }
    }

    /// Types into the field with this label.
    pub async fn fill(&self, label: &str, text: &str) {
        let path = format!(
            "//*[@id=//label[starts-with(normalize-space(translate(., '\u{a0}', ' ')), {label:?})]/@for]"
        );
        let field =
            match self.client.wait().at_most(PATIENCE).for_element(Locator::XPath(&path)).await {
                Ok(field) => field,
                Err(error) => panic!("no field '{label}': {error}\n{}", self.text().await),
            };
        field.clear().await.expect("a field that can be emptied");
        field.send_keys(text).await.expect("a field that takes text");
    }

    /// Chooses one of the options that stand side by side.
    pub async fn press_option(&self, words: &str) {
        let path = format!(
            "//*[(self::button or self::label or @role='radio' or @role='tab') and normalize-space(translate(., '\u{a0}', ' '))={words:?}]"
        );
        match self.client.wait().at_most(PATIENCE).for_element(Locator::XPath(&path)).await {
            Ok(option) => option
                .click()
                .await
                .unwrap_or_else(|error| panic!("{words:?} cannot be chosen: {error}")),
            Err(error) => panic!("no option '{words}': {error}\n{}", self.text().await),
        }
    }

    /// Opens a tab of the page.
    pub async fn press_tab(&self, words: &str) {
        let path = format!("//nav//a[normalize-space(translate(., '\u{a0}', ' '))={words:?}]");
        match self.client.wait().at_most(PATIENCE).for_element(Locator::XPath(&path)).await {
            Ok(tab) => tab.click().await.expect("a tab that can be opened"),
            Err(error) => panic!("no tab '{words}': {error}\n{}", self.text().await),
        }
    }

    /// Presses the filled button of the dialog.
    pub async fn submit_dialog(&self) {
        self.find("[role=dialog] button[type=submit]:enabled")
            .await
            .click()
            .await
            .expect("a button");
    }

    /// Goes to a page of the window by its address.
    pub async fn go(&self, hash: &str) {
        let script = format!("location.hash = {hash:?}");
        self.client.execute(&script, vec![]).await.expect("a page");
    }

    /// All that the page says.
    pub async fn text(&self) -> String {
        match self.client.find(Locator::Css("body")).await {
            Ok(body) => body.text().await.unwrap_or_default(),
            Err(error) => error.to_string(),
        }
    }

    /// Waits until a condition on the page's own state holds; gives what the script returned.
    pub async fn until(&self, what: &str, script: &str, holds: impl Fn(&Value) -> bool) -> Value {
        let waiting = async {
            loop {
                let value = self.client.execute(script, vec![]).await.unwrap_or(Value::Null);
                if holds(&value) {
                    return value;
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        };
        match tokio::time::timeout(PATIENCE, waiting).await {
            Ok(value) => value,
            Err(_) => panic!("never: {what}\n{}", self.text().await),
        }
    }

    /// Closes the window, then tells Tomo, which stays in the tray, to end, and waits until it has.
    pub async fn end(self) {
        let tomo = self.driver.children().into_iter().next().expect("the driver started Tomo");
        self.client.close().await.expect("a session that ends");
        let _ = Command::new("kill").arg(&tomo).status();
        let deadline = Instant::now() + PATIENCE;
        while is_running(&tomo) {
            assert!(Instant::now() < deadline, "Tomo does not end");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

/// Whether there is a process of this number that has not ended.
fn is_running(pid: &str) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| {
        !stat.rsplit(')').next().unwrap_or_default().trim_start().starts_with('Z')
    })
}

/// Where tests put pictures of what they saw.
pub fn pictures() -> std::path::PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/pictures");
    std::fs::create_dir_all(&folder).expect("a folder");
    folder
}
