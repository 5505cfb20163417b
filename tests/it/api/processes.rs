//! Window and command line at once on one folder.

use super::{ADMIN, Code, House, PASSWORD, PATIENCE, id_of, local, server, unreachable};
use futures::StreamExt;
use serde_json::{Value, json};
use tomo::domain::{
    fleet::{Push, Topic},
    session::Door,
    user::Role,
};

/// Waits until a window on `house` is told of each of these, which `cause` has to bring about.
async fn told(house: &House, wanted: &[Push], cause: impl Future) {
    let mut pushes = Box::pin(house.tomo.pushes());
    let mut missing = wanted.to_vec();
    let waiting = async {
        cause.await;
        while !missing.is_empty() {
            let push = pushes.next().await.expect("Tomo lives");
            missing.retain(|one| *one != push);
        }
    };
    let heard = tokio::time::timeout(PATIENCE, waiting).await;
    assert!(heard.is_ok(), "nothing was said of {missing:?}");
}

fn of(topic: Topic) -> Push {
    Push::Changed { topic }
}

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

/// Holds because a page that shows accounts, sessions, backups or clean-ups must not go on showing what
/// the command line has changed.
#[tokio::test(flavor = "multi_thread")]
async fn what_the_command_line_changes_is_told_to_the_window() {
    let window = House::collecting().await;
    let terminal = window.at_command_line().await;
    told(&window, &[of(Topic::Sessions)], terminal.sign_in(ADMIN)).await;

    let new = json!({ "username": "ana", "email": "", "role": "user", "password": PASSWORD });
    let mut ana = Value::Null;
    let created = async { ana = terminal.ask("user.create", new).await };
    told(&window, &[of(Topic::Users)], created).await;
    let removed = terminal.ask("user.remove", json!({ "id": ana["user"]["id"] }));
    told(&window, &[of(Topic::Users)], removed).await;

    let file = window.folder.path().join("one.tomobackup");
    let backup = json!({
        "path": file, "passphrase": "a passphrase of some length", "with_history": false,
    });
    told(&window, &[of(Topic::Backups)], terminal.ask("backup.create", backup)).await;
    let run = terminal.ask("retention.run", json!({}));
    told(&window, &[of(Topic::Retention)], run).await;

    let wrong = json!({ "username": "nobody", "password": "x", "stay_signed_in": false });
    let third = window.at(Door::CommandLine).await;
    let failed =
        async { third.call("session.sign_in", wrong).await.expect_err("a wrong password") };
    told(&window, &[of(Topic::Sessions)], failed).await;
}

/// Holds because a window whose user was given another role by the command line has to show the
/// pages of that role, without a call that happens to be refused.
#[tokio::test(flavor = "multi_thread")]
async fn a_role_given_by_another_process_reaches_the_window_of_its_user() {
    let window = House::collecting().await;
    window.person(Role::User).await;
    window.sign_in(Role::User.as_str()).await;
    let terminal = window.at_command_line().await;
    terminal.sign_in(ADMIN).await;
    let users = terminal.ask("user.list", json!({})).await;
    let mut users = users.as_array().expect("a list").iter();
    let user = users.find(|one| one["user"]["role"] == "user").expect("the user");
    let edit = json!({ "id": user["user"]["id"], "role": "readonly" });
    told(&window, &[Push::SessionChanged], terminal.ask("user.edit", edit)).await;
    let status = window.ask("status.get", json!({})).await;
    assert_eq!(status["session"]["user"]["role"], "readonly");
}
