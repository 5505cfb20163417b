//! What several parts begin with: a house with an account, servers in its database, a stopwatch.

use crate::report::Done;
use chrono::Utc;
use serde_json::json;
use std::{path::Path, time::Instant};
use tomo::{
    api,
    app::{Options, Tomo},
    domain::{
        id::ServerId,
        server::{AuthType, ServerInput},
        session::Door,
    },
    store::Store,
    vault::Keychain,
};

pub const USERNAME: &str = "me";
pub const PASSWORD: &str = "an open door in autumn";

/// Tomo in `folder`, with an account that is signed in.
pub async fn open(folder: &Path, door: Door) -> Done<Tomo> {
    let tomo = Tomo::open(Options {
        data_dir: folder.to_owned(),
        door,
        keychain: Keychain::disabled(),
        passphrase: Some("seven grey herons at noon".to_owned().into()),
        choose_file: None,
        login_entry: None,
    })
    .await?;
    let account = json!({ "username": USERNAME, "password": PASSWORD, "stay_signed_in": true });
    api::call(&tomo, "setup.create", account).await?;
    Ok(tomo)
}

/// Adds servers that nobody watches.
pub async fn servers(store: &Store, count: u64) -> Done<Vec<ServerId>> {
    let mut ids = Vec::new();
    for number in 0..count {
        let input = ServerInput {
            name: format!("server {number}"),
            host: format!("server{number}.lan"),
            port: 22,
            username: USERNAME.to_owned(),
            auth_type: AuthType::Agent,
        };
        let id = ServerId::new();
        store.insert_server(id, &input, None, Utc::now()).await?;
        ids.push(id);
    }
    Ok(ids)
}

pub fn ms_since(started: Instant) -> f64 {
    started.elapsed().as_secs_f64() * 1_000.0
}
