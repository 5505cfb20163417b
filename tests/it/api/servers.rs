//! Servers from being added to being removed, against the lab's `sshd`.

use super::{
    Code, House, id_of,
    lab::{Lab, key, password},
    local,
};
use crate::lab::sshd;
use serde_json::{Value, json};

fn edit(id: &str, server: &Value, credential: &Value) -> Value {
    json!({ "id": id, "server": server, "credential": credential })
}

fn stored() -> Value {
    json!({ "kind": "stored" })
}

/// Holds because this is what Tomo is for: add, look at the host key, watch.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_is_added_trusted_and_watched() {
    let Some(lab) = Lab::start() else { return };
    let house = House::collecting().await;
    let add = json!({ "server": lab.server("lab", "key"), "credential": lab.key() });
    let id = id_of(&house.ask("server.add", add.clone()).await);
    house.refused("server.add", add, Code::Duplicate).await;

    let row = house.until_state(&id, "host_key_unknown").await;
    assert_eq!(row["connection"]["presented"]["fingerprint"], lab.fingerprint().as_str());
    assert_eq!(row["connection"]["presented"]["algorithm"], "ssh-ed25519");
    assert_eq!(row["figures"], Value::Null);
    assert!(!lab.sshd.log().contains("userauth-request"), "nothing was sent before the answer");

    let other = sshd::client_key("ed25519", "openssh", "").fingerprint;
    house.refused("host_key.trust", lab.trust(&other), Code::HostKey).await;
    house.refused("host_key.trust", lab.trust(""), Code::HostKey).await;
    let elsewhere = json!({ "host": "127.0.0.1", "port": 1, "fingerprint": lab.fingerprint() });
    house.refused("host_key.trust", elsewhere, Code::HostKey).await;
    assert_eq!(house.row(&id).await["connection"]["state"], "host_key_unknown");

    let known = house.ask("host_key.trust", lab.trust(&lab.fingerprint())).await;
    assert_eq!(known["key"]["fingerprint"], lab.fingerprint().as_str());
    let row = house.until_cpu(&id).await;
    let cpu = row["figures"]["cpu_percent"].as_f64().expect("a figure");
    assert!((0.0..=100.0).contains(&cpu), "{cpu}");

    let row = house.until(&id, "system", |row| row["server"]["system_info"].is_object()).await;
    assert!(row["server"]["system_info"]["cpu_count"].as_u64() > Some(0), "{row:#}");
    let details = house.ask("server.details", json!({ "id": id })).await;
    assert_eq!(details["known_host"]["key"]["fingerprint"], lab.fingerprint().as_str());
    assert_eq!(details["trusted_by_name"], super::ADMIN);
    assert_eq!(details["key_algorithm"], "ssh-ed25519");
    assert_eq!(details["has_credential"], true);
    assert_eq!(details["cost"]["sign_ins"], 1);
    assert!(details["sample"]["mounts"].as_array().is_some_and(|mounts| !mounts.is_empty()));
}

/// Holds because a new name is no reason to sign in again.
#[tokio::test(flavor = "multi_thread")]
async fn a_new_name_keeps_the_connection() {
    let Some(lab) = Lab::start() else { return };
    let house = House::collecting().await;
    let id = lab.watched_by(&house).await;
    let since = house.row(&id).await["connection"].clone();
    let renamed = edit(&id, &lab.server("Ünïcödé 日本 🏠", "key"), &stored());
    let row = house.ask("server.edit", renamed).await;
    assert_eq!(row["server"]["name"], "Ünïcödé 日本 🏠");
    let last = row["figures"]["at"].clone();
    let row = house.until(&id, "further sample", |row| row["figures"]["at"] != last).await;
    assert_eq!(row["connection"], since);
    assert_eq!(lab.sshd.log().matches("Accepted publickey").count(), 1);
}

/// Holds because a changed password is changed so that the old one opens nothing more, and because
/// a wrong one that is tried again and again locks the account.
#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_new_password_ends_the_old_connection_and_is_tried_once() {
    let Some(lab) = Lab::start() else { return };
    let Some(right) = lab.password() else { return };
    let house = House::collecting().await;
    let id = lab.watched_with(&house, "password", right.clone()).await;
    let server = lab.server("lab", "password");

    house.ask("server.edit", edit(&id, &server, &password("wrong horse"))).await;
    let row = house.until_state(&id, "failed").await;
    assert_eq!(row["connection"]["failure"]["step"], "authenticate");
    assert_eq!(row["health"]["state"], "down");
    lab.sshd.wait_for_log("Closing connection to");
    // Longer than the first wait of a retry.
    house.local_samples(3).await;
    assert_eq!(house.row(&id).await["connection"], row["connection"]);
    let log = lab.sshd.log();
    assert_eq!(log.matches("Failed password").count(), 1, "{log}");

    house.ask("server.edit", edit(&id, &server, &right)).await;
    house.until_state(&id, "connected").await;
}

/// Holds because another way to sign in is nothing without its secret.
#[tokio::test(flavor = "multi_thread")]
async fn another_key_takes_the_place_of_the_old_one() {
    let Some(lab) = Lab::start() else { return };
    let house = House::collecting().await;
    let id = lab.watched_by(&house).await;
    let password = lab.server("lab", "password");
    house.refused("server.edit", edit(&id, &password, &stored()), Code::Invalid).await;
    assert_eq!(house.row(&id).await["server"]["auth_type"], "key");

    let stranger = sshd::client_key("ed25519", "openssh", "");
    let server = lab.server("lab", "key");
    house.ask("server.edit", edit(&id, &server, &key(&stranger, None))).await;
    let row = house.until_state(&id, "failed").await;
    let hint = row["connection"]["failure"]["hint"].as_str().expect("a hint");
    assert!(hint.contains(&stranger.fingerprint), "{hint}");
    // Not tried again by itself, but by a person who has put the key there meanwhile.
    lab.sshd.authorize(&stranger.public);
    house.ask("server.connect", json!({ "id": id })).await;
    house.until_state(&id, "connected").await;
}

/// Holds because 'Disconnect' is a wish to be left alone, also after the next start.
#[tokio::test(flavor = "multi_thread")]
async fn a_disconnected_server_is_left_alone() {
    let Some(lab) = Lab::start() else { return };
    let house = House::collecting().await;
    let id = lab.watched_by(&house).await;
    house.ask("server.disconnect", json!({ "id": id })).await;
    let row = house.until_state(&id, "disconnected").await;
    assert_eq!(
        (&row["server"]["enabled"], &row["health"]["state"]),
        (&json!(false), &json!("off"))
    );
    lab.sshd.wait_for_log("Closing connection to");
    let house = house.reopened().await;
    house.sign_in(super::ADMIN).await;
    house.tomo.start_collecting().await.expect("it collects");
    house.until_cpu(&local()).await;
    assert_eq!(house.row(&id).await["connection"]["state"], "disconnected");
    assert_eq!(lab.sshd.log().matches("Accepted publickey").count(), 1);

    house.ask("server.connect", json!({ "id": id })).await;
    house.until_cpu(&id).await;
    assert_eq!(lab.sshd.log().matches("Accepted publickey").count(), 2);
}

/// Holds because a server that is gone must leave no secret and no figures behind.
#[tokio::test(flavor = "multi_thread")]
async fn removing_a_server_removes_its_credential_and_its_history() {
    let Some(lab) = Lab::start() else { return };
    let house = House::collecting().await;
    let id = lab.watched_by(&house).await;
    // Quitting writes the minute that was begun.
    let house = house.reopened().await;
    house.sign_in(super::ADMIN).await;
    house.tomo.start_collecting().await.expect("it collects");
    house.until_cpu(&id).await;
    let counts = async || {
        let mut database = house.stranger().await;
        sqlx::query_as::<_, (i64, i64, i64)>(
            "select (select count(*) from servers where id = ?1),
                 (select count(*) from server_credentials where server_id = ?1),
                 (select count(*) from server_metrics where server_id = ?1)",
        )
        .bind(&id)
        .fetch_one(&mut database)
        .await
        .expect("counts")
    };
    let (servers, credentials, rows) = counts().await;
    assert_eq!((servers, credentials), (1, 1));
    assert!(rows > 0);

    house.ask("server.remove", json!({ "id": id })).await;
    assert_eq!(house.row(&id).await, Value::Null);
    for name in ["server.details", "server.live", "server.connect", "server.remove"] {
        house.refused(name, json!({ "id": id }), Code::NotFound).await;
    }
    // The last connection has then ended, and tried to write what it had.
    house.tomo.shutdown().await;
    assert_eq!(counts().await, (0, 0, 0));
}

/// Holds because whoever moves a key to an agent moves it so that Tomo has it no more.
#[tokio::test(flavor = "multi_thread")]
async fn an_agents_server_keeps_no_secret() {
    let house = House::quiet().await;
    let id = id_of(&house.ask("server.add", super::unreachable("nas", "nas.invalid")).await);
    let details = house.ask("server.details", json!({ "id": id })).await;
    assert_eq!(details["has_credential"], true);
    let server = super::server("nas", "nas.invalid", 22, "anna", "agent");
    house.ask("server.edit", edit(&id, &server, &json!({ "kind": "agent" }))).await;
    let details = house.ask("server.details", json!({ "id": id })).await;
    assert_eq!(details["has_credential"], false);
    assert_eq!(details["row"]["server"]["auth_type"], "agent");
}

/// Holds because a list that says 'key' of a server that is opened by a password misleads.
#[tokio::test(flavor = "multi_thread")]
async fn the_credential_is_of_the_kind_that_the_server_names() {
    let house = House::quiet().await;
    let id = id_of(&house.ask("server.add", super::unreachable("nas", "nas.invalid")).await);
    let password = password("never sent");
    let key = json!({ "kind": "key", "private_key": "never read", "passphrase": null });
    let agent = json!({ "kind": "agent" });
    for (auth_type, credentials) in
        [("password", [&key, &agent]), ("key", [&password, &agent]), ("agent", [&key, &password])]
    {
        let server = super::server("other", "other.invalid", 22, "anna", auth_type);
        for credential in credentials {
            let add = json!({ "server": server, "credential": credential });
            house.refused("server.add", add, Code::Invalid).await;
            house.refused("server.edit", edit(&id, &server, credential), Code::Invalid).await;
        }
    }
    assert_eq!(house.row(&id).await["server"]["name"], "nas");
}
