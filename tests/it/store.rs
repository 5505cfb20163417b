//! The store layer against real SQLite files.
//!
//! What plays another program here is a plain connection: as the `sqlite3` command line, it has none
//! of Tomo's functions.

mod activity;
mod ageing;
mod audit;
mod container_history;
mod crash;
mod opening;
mod queries;
mod retention;
mod rows;
mod schema;
mod settings;
pub(crate) mod trouble;
mod upgrade;

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::{Connection, SqliteConnection, sqlite::SqliteConnectOptions};
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use tomo::{
    domain::{
        id::{ServerId, UserId},
        server::{AuthType, ServerInput},
        time,
        user::{Role, User},
    },
    store::{Actor, AuditKeySlot, FILE_NAME, NewUser, SettingWrite, Store, StoreError},
};
use zeroize::Zeroizing;

/// A name with every width of UTF-8 in it.
const NAME: &str = "Ünïcödé 日本 🏠";

/// A store in a folder of its own, with the vault open.
struct Home {
    store: Store,
    key: AuditKeySlot,
    folder: TempDir,
}

impl Home {
    async fn new() -> Self {
        let folder = tempfile::Builder::new().prefix(NAME).tempdir().expect("a folder");
        let key = open_key();
        let store = Store::open(folder.path(), key.clone()).await.expect("a store");
        Self { store, key, folder }
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join(FILE_NAME)
    }

    /// A connection that is not Tomo's.
    async fn stranger(&self) -> SqliteConnection {
        stranger(&self.file()).await
    }

    async fn user(&self, username: &str) -> User {
        let id = UserId::new();
        let email = "";
        let user = NewUser { id, username, email, password_hash: "$2b$12$hash", role: Role::Admin };
        self.store.insert_user(&user, now()).await.expect("a user")
    }

    async fn server(&self, name: &str) -> ServerId {
        let id = ServerId::new();
        let input = input(name, &format!("{name}.lan"));
        self.store.insert_server(id, &input, Some("tomo:v1:x:y"), now()).await.expect("a server");
        id
    }
}

/// Changes a user's own value; gives its version.
async fn set_own(
    store: &Store,
    user: UserId,
    key: &str,
    value: &Value,
    version: i64,
) -> Result<i64, StoreError> {
    let (owner, value, version) = (Some(user), Some(value), Some(version));
    write(store, user, SettingWrite { key, owner, value, version }).await
}

/// Changes everybody's value; gives its version.
async fn set_system(
    store: &Store,
    user: UserId,
    key: &str,
    value: &Value,
    version: i64,
) -> Result<i64, StoreError> {
    let (value, version) = (Some(value), Some(version));
    write(store, user, SettingWrite { key, owner: None, value, version }).await
}

/// Puts a setting back, an own value or everybody's.
async fn put_back(store: &Store, user: UserId, key: &str, owner: Option<UserId>) {
    let change = SettingWrite { key, owner, value: None, version: None };
    write(store, user, change).await.expect("put back");
}

async fn write(store: &Store, user: UserId, change: SettingWrite<'_>) -> Result<i64, StoreError> {
    let written = store.write_settings(&Actor::user(user), &[change], now()).await?;
    Ok(written[0].version)
}

fn open_key() -> AuditKeySlot {
    let key = AuditKeySlot::empty();
    key.fill(Zeroizing::new([42; 32]));
    key
}

async fn stranger(file: &Path) -> SqliteConnection {
    SqliteConnection::connect_with(&SqliteConnectOptions::new().filename(file))
        .await
        .expect("a connection")
}

fn input(name: &str, host: &str) -> ServerInput {
    let (name, host) = (name.to_owned(), host.to_owned());
    ServerInput { name, host, port: 22, username: NAME.into(), auth_type: AuthType::Password }
}

fn now() -> DateTime<Utc> {
    at("2026-11-22 14:31:07")
}

fn at(text: &str) -> DateTime<Utc> {
    time::from_text(text).expect("a timestamp")
}

/// Runs this test binary again for one ignored test, as another process.
fn child(test: &str, folder: &Path) -> tokio::process::Command {
    let mut command =
        tokio::process::Command::new(std::env::current_exe().expect("the test binary"));
    command
        .args(["--exact", test, "--ignored", "--nocapture", "--test-threads=1"])
        .env("TOMO_TEST_FOLDER", folder)
        .stdout(std::process::Stdio::piped())
        .kill_on_drop(true);
    command
}

/// The folder that [`child`] was given.
fn parents_folder() -> PathBuf {
    std::env::var_os("TOMO_TEST_FOLDER").expect("started by `child`").into()
}
