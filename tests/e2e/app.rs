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
    ffi::OsString,
    fs::Permissions,
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};
use tokio::sync::Mutex;

/// How long anything in the window may take before it counts as broken.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// The computer that Tomo runs on, as far as it sees one.
pub struct Desktop {
    pub display: Display,
    pub bus: Bus,
    _keyring: Keyring,
    pub data: tempfile::TempDir,
    /// The system's way to a browser, which only writes down what it is asked to open.
    browser: tempfile::TempDir,
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
            browser: browser(),
        }
    }

    /// What the browser was asked to open, line by line.
    pub fn opened(&self) -> String {
        std::fs::read_to_string(self.browser.path().join("opened")).unwrap_or_default()
    }

    fn path(&self) -> OsString {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let folders = std::iter::once(self.browser.path().to_owned());
        std::env::join_paths(folders.chain(std::env::split_paths(&path))).expect("a search path")
    }

    fn environment(&self, command: &mut Command) {
        command
            .envs(self.bus.env())
            .env("DISPLAY", &self.display.name)
            .env("TOMO_DATA_DIR", self.data.path())
            .env("NO_AT_BRIDGE", "1")
            .env("PATH", self.path())
            .env_remove("WAYLAND_DISPLAY");
    }

    /// Signs in at the terminal, beside the window.
    pub fn sign_in(&self, username: &str, password: &str) {
        let file = self.data.path().join("password.txt");
        std::fs::write(&file, password).expect("a file");
        let file = file.display().to_string();
        self.tomo(&["login", "--username", username, "--password-file", &file]);
    }

    /// Runs Tomo at the terminal, on the same data.
    pub fn tomo(&self, arguments: &[&str]) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tomo"));
        self.environment(&mut command);
        let output = command.args(arguments).stdin(Stdio::null()).output().expect("Tomo starts");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "tomo {arguments:?}: {said}");
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
        Window { client, driver, before: Mutex::default() }
    }
}

fn browser() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let program = folder.path().join("xdg-open");
    let script = format!("#!/bin/sh\necho \"$1\" >> {}/opened\n", folder.path().display());
    std::fs::write(&program, script).expect("a program");
    std::fs::set_permissions(&program, Permissions::from_mode(0o755)).expect("a mode");
    folder
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
    /// The picture that was kept last.
    before: Mutex<Vec<u8>>,
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

    /// Waits until no dialog is open.
    pub async fn dialog_is_gone(&self) {
        let gone = "return document.querySelector('[role=dialog], [role=alertdialog]') === null";
        self.until("the dialog to close", gone, |value| *value == true).await;
    }

    /// Calls a command as the page does, or as anything could that got into the page.
    pub async fn call(&self, name: &str, arguments: Value) -> Value {
        self.invoke("call", json!({ "name": name, "arguments": arguments })).await
    }

    /// Calls one of the functions that the shell has for the page.
    pub async fn invoke(&self, function: &str, arguments: Value) -> Value {
        let script = "const [name, args, done] = arguments;
            window.__TAURI_INTERNALS__.invoke(name, args)
              .then(answer => done({ answer }), error => done({ error }));";
        let arguments = vec![json!(function), arguments];
        self.client.execute_async(script, arguments).await.expect("an answer")
    }

    /// Changes the theme, as the settings page does.
    pub async fn theme(&self, theme: &str) {
        let settings = self.call("setting.list", json!({})).await["answer"].clone();
        let mut settings = settings.as_array().expect("settings").iter();
        let setting = settings.find(|setting| setting["key"] == "ui.theme").expect("a setting");
        let theme_is = json!({ "key": "ui.theme", "value": theme, "version": setting["version"] });
        let set = self.call("setting.set", theme_is).await;
        assert!(set["error"].is_null(), "{set}");
        let shown = "return document.documentElement.dataset.theme";
        self.until("the theme", shown, |value| *value == theme).await;
    }

    /// Keeps what the page shows, once that is what the screen shows: WebKit hands out the frame from
    /// before for a while after the page has changed, and says nothing when it has painted.
    pub async fn picture(&self, name: &str) {
        let painted = "const done = arguments[0];
            requestAnimationFrame(() => requestAnimationFrame(() => done(null)));";
        let mut before = self.before.lock().await;
        let mut shown = Vec::new();
        // A page with a mark of work in progress never holds still; it is taken as it is then.
        for _ in 0..20 {
            self.client.execute_async(painted, vec![]).await.expect("a painted page");
            let picture = self.client.screenshot().await.expect("a picture");
            let settled = picture == shown && picture != *before;
            shown = picture;
            if settled {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        std::fs::write(pictures().join(format!("{name}.png")), &shown).expect("written");
        *before = shown;
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

/// Whether there is a process of this number that has not ended, with all its threads: on a machine with other
/// work the last of them keeps the name on the bus for a while after the first has gone.
fn is_running(pid: &str) -> bool {
    let has_ended = std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| {
        stat.rsplit(')').next().unwrap_or_default().trim_start().starts_with('Z')
    });
    let threads = std::fs::read_dir(format!("/proc/{pid}/task")).map_or(0, Iterator::count);
    threads > usize::from(has_ended)
}

/// Where tests put pictures of what they saw.
pub fn pictures() -> std::path::PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/pictures");
    std::fs::create_dir_all(&folder).expect("a folder");
    folder
}
