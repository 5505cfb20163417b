//! Window and command line at once on one folder.

use super::{ADMIN, Code, House, id_of, local, server, unreachable};
use serde_json::json;

/// Holds because a server added on the command line has to appear in the window that is open.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_added_in_one_process_appears_in_the_other_and_goes_with_it() {
    let one = House::collecting().await;
    let two = one.beside().await;
    two.sign_in(ADMIN).await;
    two.tomo.start_collecting().await.expect("it collects");

    let id = id_of(&one.ask("server.add", unreachable("nas", "nas.invalid")).await);
    two.until(&id, "server from the other process", |row| row["server"]["name"] == "nas").await;

    let renamed = json!({
        "id": id,
        "server": server("the nas", "nas.invalid", 22, "anna", "password"),
        "credential": { "kind": "stored" },
    });
    two.ask("server.edit", renamed).await;
    one.until(&id, "new name", |row| row["server"]["name"] == "the nas").await;

    two.ask("server.remove", json!({ "id": id })).await;
    one.until(&id, "end of the server", serde_json::Value::is_null).await;
    one.refused("server.details", json!({ "id": id }), Code::NotFound).await;
}

/// Holds because a setting of everybody holds in every process.
#[tokio::test(flavor = "multi_thread")]
async fn a_setting_changed_in_one_process_is_obeyed_in_the_other() {
    let one = House::collecting().await;
    let two = one.beside().await;
    two.sign_in(ADMIN).await;
    let key = "monitoring.memory_warning_percent";
    let settings = two.ask("setting.list", json!({})).await;
    let mut settings = settings.as_array().expect("settings").iter();
    let version = settings.find(|setting| setting["key"] == key).expect(key)["version"].clone();
    two.ask("setting.set", json!({ "key": key, "value": 1, "version": version })).await;
    // This computer uses more than one percent of its memory.
    one.until(&local(), "warning", |row| row["health"]["state"] == "warning").await;
}

/// Holds because each process acts under its own sign-in.
#[tokio::test(flavor = "multi_thread")]
async fn one_process_does_not_sign_in_the_other() {
    let one = House::quiet().await;
    let two = one.beside().await;
    two.refused("fleet.get", json!({}), Code::NotSignedIn).await;
    two.sign_in(ADMIN).await;
    one.ask("session.sign_out", json!({})).await;
    two.ask("fleet.get", json!({})).await;
}

/// Holds because a host key that is trusted on the command line must not leave the window waiting
/// for the answer that was given.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_host_key_trusted_in_one_process_lets_the_other_connect() {
    let Some(mut lab) = super::lab::Lab::start() else { return };
    let one = House::collecting().await;
    let two = one.beside().await;
    two.sign_in(ADMIN).await;
    two.tomo.start_collecting().await.expect("it collects");
    let add = json!({ "server": lab.server("lab", "key"), "credential": lab.key() });
    let id = id_of(&one.ask("server.add", add).await);
    one.until_state(&id, "host_key_unknown").await;
    two.until_state(&id, "host_key_unknown").await;
    one.ask("host_key.trust", lab.trust(&lab.fingerprint())).await;
    two.until_cpu(&id).await;

    one.until_cpu(&id).await;
    lab.sshd.replace_host_keys();
    lab.sshd.restart();
    one.until_state(&id, "host_key_changed").await;
    two.until_state(&id, "host_key_changed").await;
    let replace = json!({ "id": id, "fingerprint": lab.fingerprint() });
    two.ask("host_key.replace", replace).await;
    one.until_state(&id, "connected").await;
}
