//! A data folder as somebody has it who has watched ten servers for a month and stays signed in.
//! It runs on the session bus of the lab, whose keychain then knows what Tomo will look for.

use crate::{
    metrics::{self, DAY, HOUR, MINUTE},
    report::Done,
};
use chrono::Utc;
use secrecy::SecretString;
use std::path::Path;
use tomo::{
    app::{Options, Tomo},
    domain::{
        credential::Credential,
        host_key::HostKeyVerdict,
        id::ServerId,
        server::{AuthType, ServerInput},
    },
    store::{AuditKeySlot, Store},
    vault::Keychain,
};

/// How many servers there are besides this computer.
pub const SERVERS: u64 = 10;

/// The ages of history: spans of this length, up to this long ago.
const AGES: [(i64, i64); 3] = [(MINUTE, DAY), (10 * MINUTE, 7 * DAY), (HOUR, 30 * DAY)];

/// Makes the folder's database; the servers answer on a port of this computer.
pub fn prepare(folder: &Path, port: u16) -> Done {
    tokio::runtime::Runtime::new()?.block_on(async {
        let tomo = Tomo::open(Options {
            data_dir: folder.to_owned(),
            door: tomo::domain::session::Door::Window,
            keychain: Keychain::system(),
            passphrase: None,
            choose_file: None,
            login_entry: None,
        })
        .await?;
        tomo.set_up("bench", SecretString::from("an open door in autumn"), true).await?;
        let mut servers = vec![ServerId::LOCAL];
        for number in 1..=SERVERS {
            servers.push(add(&tomo, number, port).await?);
        }
        tomo.shutdown().await;
        let store = Store::open(folder, AuditKeySlot::default()).await?;
        remember(&store, &servers).await?;
        store.close().await;
        Ok(())
    })
}

async fn add(tomo: &Tomo, number: u64, port: u16) -> Done<ServerId> {
    let input = ServerInput {
        name: format!("server-{number}"),
        host: "127.0.0.1".to_owned(),
        port,
        username: format!("user{number}"),
        auth_type: AuthType::Password,
    };
    let credential = Credential::Password(SecretString::from("simulated"));
    if number == 1 {
        let report = tomo.test_server(input.clone(), credential.clone()).await?;
        let Some(HostKeyVerdict::Unknown { presented }) = report.host_key else {
            return Err("the simulated server shows no host key".into());
        };
        let by = tomo.session().await?.user.id;
        tomo.trust_host_key(&input.host, port, &presented.fingerprint, by).await?;
    }
    Ok(tomo.add_server(input, credential, true).await?.server.id)
}

/// Writes what a month leaves, in the spans that it has by now.
async fn remember(store: &Store, servers: &[ServerId]) -> Done {
    let now = Utc::now().timestamp();
    for (number, server) in (0..).zip(servers) {
        let mut rows = Vec::new();
        let mut until = now;
        for (span, ago) in AGES {
            // Where a longer span begins, so that none reaches into another.
            let from = (now - ago).div_euclid(HOUR) * HOUR;
            let last = until.div_euclid(span) * span;
            let times = (0..).map(|step| from + step * span).take_while(|at| at + span <= last);
            rows.extend(times.map(|at| (*server, metrics::row(number, at, span))));
            until = from;
        }
        store.write_metrics(&rows).await?;
    }
    Ok(())
}
