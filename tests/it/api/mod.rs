//! The whole of Tomo below its front doors: everything goes through the command table, against a
//! real database, a vault behind a passphrase and, where a server is needed, the lab's `sshd`.

mod about;
mod access;
mod accounts;
mod activity;
mod apps;
mod audit;
mod automatic_backups;
mod backups;
mod bad_backups;
mod collection;
mod container_usage;
mod hostile;
mod lock_screen;
mod lockout;
mod names;
mod passwords;
mod plans;
mod processes;
mod retention;
mod server_list;
mod sessions;
mod set_up;
mod settings;
mod users;

#[cfg(target_os = "linux")]
mod docker_setup;
#[cfg(target_os = "linux")]
mod engines;
#[cfg(unix)]
mod lab;
#[cfg(target_os = "linux")]
mod streams;

#[cfg(unix)]
mod host_keys;
#[cfg(unix)]
mod secrets;
#[cfg(unix)]
mod servers;
#[cfg(unix)]
mod testing;
#[cfg(unix)]
mod trouble;

use futures::StreamExt;
use serde_json::{Value, json};
use sqlx::{Connection, SqliteConnection, sqlite::SqliteConnectOptions};
use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tempfile::TempDir;
use tomo::{
    api::{
        self,
        error::{ApiError, Code},
    },
    app::{LoginEntry, Options, Tomo},
    domain::session::Door,
    domain::{
        id::{ServerId, UserId},
        user::Role,
    },
    store::{AuditKeySlot, FILE_NAME, NewUser, Store},
    vault::Keychain,
};

/// The first account.
const ADMIN: &str = "Ünïcödé 日本 🏠";
/// Password of every account here.
const PASSWORD: &str = "an open door in autumn";
/// Opens the vault.
const PASSPHRASE: &str = "correct horse battery staple";
/// Longer than anything here takes, on a machine that does much else.
const PATIENCE: Duration = Duration::from_secs(90);

/// One Tomo on a data folder, which others may be open on as well.
struct House {
    tomo: Tomo,
    folder: Arc<TempDir>,
    /// Everything that was answered, as JSON.
    answers: Mutex<String>,
}

impl House {
    /// A new folder: nobody has an account, nothing is collected.
    async fn empty() -> Self {
        let folder = tempfile::Builder::new().prefix("tomo-api-").tempdir().expect("a folder");
        Self::open(Arc::new(folder)).await
    }

    /// A new folder with [`ADMIN`] signed in; nothing is collected.
    async fn quiet() -> Self {
        let house = Self::empty().await;
        house.ask("setup.create", account(ADMIN, false)).await;
        house
    }

    /// A new folder with [`ADMIN`] signed in, watching its servers.
    async fn collecting() -> Self {
        let house = Self::quiet().await;
        house.tomo.start_collecting().await.expect("it collects");
        house
    }

    /// Another process on the same folder; nobody is signed in unless that was kept.
    async fn beside(&self) -> Self {
        Self::open(self.folder.clone()).await
    }

    /// A command line on the same folder; nobody is signed in unless that was kept.
    async fn at_command_line(&self) -> Self {
        self.at(Door::CommandLine).await
    }

    /// Another process on the same folder, behind this front door.
    async fn at(&self, door: Door) -> Self {
        Self::open_with(self.folder.clone(), door, None).await
    }

    async fn open(folder: Arc<TempDir>) -> Self {
        Self::open_with(folder, Door::Window, None).await
    }

    /// At the command line, where files are named by typing, with [`ADMIN`] signed in.
    async fn terminal() -> Self {
        let house = Self::empty_terminal().await;
        house.ask("setup.create", account(ADMIN, false)).await;
        house
    }

    /// The same on a new computer, where nobody has an account.
    async fn empty_terminal() -> Self {
        let folder = tempfile::Builder::new().prefix("tomo-api-").tempdir().expect("a folder");
        Self::open_with(Arc::new(folder), Door::CommandLine, None).await
    }

    async fn open_with(
        folder: Arc<TempDir>,
        door: Door,
        login_entry: Option<Arc<dyn LoginEntry>>,
    ) -> Self {
        let options = Options {
            data_dir: folder.path().to_owned(),
            door,
            keychain: Keychain::disabled(),
            passphrase: Some(PASSPHRASE.to_owned().into()),
            choose_file: None,
            login_entry,
        };
        let tomo = Tomo::open(options).await.expect("Tomo opens");
        Self { tomo, folder, answers: Mutex::default() }
    }

    /// Ends it as quitting does, and opens the folder anew.
    async fn reopened(self) -> Self {
        self.tomo.shutdown().await;
        Self::open(self.folder).await
    }

    async fn call(&self, name: &str, arguments: Value) -> Result<Value, ApiError> {
        let answer = api::call(&self.tomo, name, arguments).await;
        let text = match &answer {
            Ok(value) => value.to_string(),
            Err(error) => serde_json::to_string(error).expect("an error is JSON"),
        };
        self.answers.lock().unwrap_or_else(PoisonError::into_inner).push_str(&text);
        answer
    }

    /// Calls what has to succeed.
    async fn ask(&self, name: &str, arguments: Value) -> Value {
        match self.call(name, arguments).await {
            Ok(value) => value,
            Err(error) => panic!("{name}: {error:?}"),
        }
    }

    /// Calls what has to be refused, in words that a person can use.
    async fn refused(&self, name: &str, arguments: Value, code: Code) -> ApiError {
        match self.call(name, arguments).await {
            Ok(value) => panic!("{name} answers {value}"),
            Err(error) => {
                assert_eq!(error.code, code, "{name}: {error:?}");
                assert!(error.message.ends_with('.'), "a sentence: {}", error.message);
                error
            }
        }
    }

    /// Signs in an account that [`House::person`] has made.
    async fn sign_in(&self, username: &str) {
        self.ask("session.sign_in", account(username, false)).await;
    }

    /// Makes an account with this role, named after it.
    async fn person(&self, role: Role) {
        let store = self.store(AuditKeySlot::empty()).await;
        // A cheap hash: what it costs is the business of another test.
        let hash = bcrypt::hash(PASSWORD, 4).expect("a hash");
        let (id, username, email) = (UserId::new(), role.as_str(), "");
        let user = NewUser { id, username, email, password_hash: &hash, role };
        store.insert_user(&user, chrono::Utc::now()).await.expect("an account");
        store.close().await;
    }

    /// The same database, opened once more.
    async fn store(&self, key: AuditKeySlot) -> Store {
        Store::open(self.folder.path(), key).await.expect("the database")
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join(FILE_NAME)
    }

    /// A connection to the database that is not Tomo's.
    async fn stranger(&self) -> SqliteConnection {
        stranger(&self.file()).await
    }

    /// Changes a setting, as whoever is signed in.
    async fn set(&self, key: &str, value: Value) {
        let settings = self.ask("setting.list", json!({})).await;
        let mut settings = settings.as_array().expect("settings").iter();
        let version = settings.find(|setting| setting["key"] == key).expect(key)["version"].clone();
        let given = json!({ "key": key, "value": value, "version": version });
        self.ask("setting.set", given).await;
    }

    /// Changes the database behind Tomo's back: how tests move time.
    async fn meanwhile(&self, sql: &'static str) {
        sqlx::query(sql).execute(&mut self.stranger().await).await.expect(sql);
    }

    /// Entries of the log of this kind, oldest first: message and details.
    async fn logged(&self, kind: &str) -> Vec<(String, Value)> {
        sqlx::query_as::<_, (String, Option<String>)>(
            "select message, details from activity_logs where activity_type = ? order by id",
        )
        .bind(kind)
        .fetch_all(&mut self.stranger().await)
        .await
        .expect("the log")
        .into_iter()
        .map(|(message, details)| {
            let details = details.map(|json| serde_json::from_str(&json).expect("JSON"));
            (message, details.unwrap_or_default())
        })
        .collect()
    }

    /// A server as a row of the overview; `null` when there is none.
    async fn row(&self, id: &str) -> Value {
        let fleet = self.ask("fleet.get", json!({})).await;
        let rows = fleet["servers"].as_array().expect("rows");
        rows.iter().find(|row| row["server"]["id"] == id).cloned().unwrap_or_default()
    }

    /// Waits, from push to push, until a server's row is as wanted, and returns it.
    #[track_caller]
    fn until<'a>(
        &'a self,
        id: &'a str,
        what: &'a str,
        wanted: impl Fn(&Value) -> bool + 'a,
    ) -> impl Future<Output = Value> + 'a {
        let caller = std::panic::Location::caller();
        async move {
            let mut last = Value::Null;
            let waiting = async {
                // Before the first look, so that no change falls in between.
                let mut pushes = Box::pin(self.tomo.pushes());
                loop {
                    last = self.row(id).await;
                    if wanted(&last) {
                        return;
                    }
                    pushes.next().await.expect("Tomo lives");
                }
            };
            if tokio::time::timeout(PATIENCE, waiting).await.is_err() {
                panic!("{caller}: no {what}; the last row: {last:#}");
            }
            last
        }
    }

    /// Waits until a server's connection is in this state.
    #[track_caller]
    fn until_state<'a>(&'a self, id: &'a str, state: &'a str) -> impl Future<Output = Value> + 'a {
        self.until(id, state, move |row| row["connection"]["state"] == state)
    }

    /// Waits until a server shows figures that were read after this moment of the connection.
    #[track_caller]
    fn until_cpu<'a>(&'a self, id: &'a str) -> impl Future<Output = Value> + 'a {
        self.until(id, "CPU figure", |row| {
            row["connection"]["state"] == "connected" && row["figures"]["cpu_percent"].is_number()
        })
    }

    /// Waits until this computer was sampled so many times: a clock that needs no sleep.
    async fn local_samples(&self, count: usize) {
        let id = local();
        for _ in 0..count {
            let last = self.row(&id).await["figures"]["at"].clone();
            self.until(&id, "further sample", |row| row["figures"]["at"] != last).await;
        }
    }
}

/// The id of this computer's row.
fn local() -> String {
    ServerId::LOCAL.to_string()
}

/// Arguments of set-up and sign-in.
fn account(username: &str, stay: bool) -> Value {
    json!({ "username": username, "password": PASSWORD, "stay_signed_in": stay })
}

/// A server that is entered but never reached, in an account that takes a password.
fn unreachable(name: &str, host: &str) -> Value {
    json!({
        "server": server(name, host, 22, "anna", "password"),
        "credential": { "kind": "password", "password": "never sent" },
    })
}

/// The fields of a server.
fn server(name: &str, host: &str, port: u16, username: &str, auth_type: &str) -> Value {
    json!({
        "name": name, "host": host, "port": port, "username": username, "auth_type": auth_type,
    })
}

/// The id in the row that adding a server answers.
fn id_of(row: &Value) -> String {
    row["server"]["id"].as_str().expect("an id").to_owned()
}

/// A moment in a JSON answer.
fn moment(value: &Value) -> chrono::DateTime<chrono::Utc> {
    serde_json::from_value(value.clone()).expect("a moment")
}

async fn stranger(file: &Path) -> SqliteConnection {
    SqliteConnection::connect_with(&SqliteConnectOptions::new().filename(file))
        .await
        .expect("a connection")
}
