//! Set-up, sign-in and sign-out, and how long a session lives.

use super::{ADMIN, Code, House, PASSWORD, account};
use serde_json::{Value, json};

/// Holds because everything else waits for the first account, and there is one first only once.
#[tokio::test(flavor = "multi_thread")]
async fn set_up_makes_an_admin_once() {
    let house = House::empty().await;
    let before = house.ask("status.get", json!({})).await;
    assert_eq!(before["is_setup"], false);
    assert_eq!(before["session"], Value::Null);
    assert_eq!(before["vault"], json!({ "state": "open", "place": "passphrase_file" }));

    for (username, password) in [("", PASSWORD), ("a\u{7}b", PASSWORD), ("anna", "too short")] {
        let given = json!({ "username": username, "password": password, "stay_signed_in": false });
        house.refused("setup.create", given, Code::Invalid).await;
    }
    assert_eq!(house.ask("status.get", json!({})).await["is_setup"], false, "nothing half done");

    let after = house.ask("setup.create", account(ADMIN, false)).await;
    assert_eq!(after["is_setup"], true);
    assert_eq!(after["session"]["user"]["username"], ADMIN);
    assert_eq!(after["session"]["user"]["role"], "admin");
    house.refused("setup.create", account("second", false), Code::Duplicate).await;

    let mut database = house.stranger().await;
    let found: (bool, String, i64, String) = sqlx::query_as(
        "select is_setup, installation_id, (select count(*) from users),
             (select password_hash from users) from system_info",
    )
    .fetch_one(&mut database)
    .await
    .expect("a row");
    let (is_setup, installation, users, hash) = found;
    assert!(is_setup);
    assert_eq!(users, 1);
    assert!(hash.starts_with("$2b$12$"), "bcrypt at cost 12");
    let house = house.reopened().await;
    let again = house.store(tomo::store::AuditKeySlot::empty()).await;
    let same = again.installation().await.expect("an installation");
    assert_eq!(same.id.to_string(), installation, "it names this installation for good");
}

/// Holds because two set-ups at the same moment (window and command line) would make two admins,
/// one of which nobody knows of.
#[tokio::test(flavor = "multi_thread")]
async fn two_set_ups_at_once_make_one_account() {
    let one = House::empty().await;
    let two = one.beside().await;
    let (first, second) = tokio::join!(
        one.call("setup.create", account("first", false)),
        two.call("setup.create", account("second", false)),
    );
    assert_eq!(u8::from(first.is_ok()) + u8::from(second.is_ok()), 1, "{first:?} {second:?}");
    let mut database = one.stranger().await;
    let users: i64 = sqlx::query_scalar("select count(*) from users")
        .fetch_one(&mut database)
        .await
        .expect("a count");
    assert_eq!(users, 1);
}

/// Holds because an answer that tells which of the two was wrong tells who has an account.
#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_name_and_a_wrong_password_are_answered_alike() {
    let house = House::quiet().await;
    house.ask("session.sign_out", json!({})).await;
    let given = |username: &str, password: &str| json!({ "username": username, "password": password, "stay_signed_in": false });
    let name = house.refused("session.sign_in", given("nobody", PASSWORD), Code::Invalid).await;
    let password =
        house.refused("session.sign_in", given(ADMIN, "wrong password"), Code::Invalid).await;
    assert_eq!(name, password);
    assert_eq!(house.ask("status.get", json!({})).await["session"], Value::Null);
    house.refused("fleet.get", json!({}), Code::NotSignedIn).await;
}

/// Holds because a session whose row lived on could be taken up again.
#[tokio::test(flavor = "multi_thread")]
async fn signing_out_ends_the_session_in_the_database_too() {
    let house = House::quiet().await;
    house.ask("session.sign_out", json!({})).await;
    house.ask("session.sign_in", account(ADMIN, true)).await;
    house.ask("fleet.get", json!({})).await;
    let after = house.ask("session.sign_out", json!({})).await;
    assert_eq!(after["session"], Value::Null);
    house.refused("fleet.get", json!({}), Code::NotSignedIn).await;
    let mut database = house.stranger().await;
    let live: i64 = sqlx::query_scalar("select count(*) from sessions where status = 'active'")
        .fetch_one(&mut database)
        .await
        .expect("a count");
    assert_eq!(live, 0);
    let house = house.reopened().await;
    assert_eq!(house.ask("status.get", json!({})).await["session"], Value::Null, "nor kept");
}

/// Holds because 'stay signed in' is a promise, and so is leaving the box empty.
#[tokio::test(flavor = "multi_thread")]
async fn a_kept_session_is_taken_up_again_and_another_is_not() {
    let house = House::empty().await;
    let kept = house.ask("setup.create", account(ADMIN, true)).await["session"].clone();
    let house = house.reopened().await;
    let status = house.ask("status.get", json!({})).await;
    assert_eq!(status["session"], kept);
    house.ask("fleet.get", json!({})).await;

    house.ask("session.sign_in", account(ADMIN, false)).await;
    let house = house.reopened().await;
    assert_eq!(house.ask("status.get", json!({})).await["session"], Value::Null);
}

/// Holds because a session that never ends is one that somebody else will use.
#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_has_run_out_is_refused() {
    let house = House::empty().await;
    house.ask("setup.create", account(ADMIN, true)).await;
    house.ask("fleet.get", json!({})).await;
    let mut database = house.stranger().await;
    sqlx::query("update sessions set expires_at = datetime('now', '-1 second')")
        .execute(&mut database)
        .await
        .expect("an older session");
    house.refused("fleet.get", json!({}), Code::NotSignedIn).await;
    assert_eq!(house.ask("status.get", json!({})).await["session"], Value::Null);
    let house = house.reopened().await;
    assert_eq!(house.ask("status.get", json!({})).await["session"], Value::Null);
}

/// Holds because an account that was switched off keeps nothing, least of all a running session.
#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_is_switched_off_is_out_at_once() {
    let house = House::quiet().await;
    let mut database = house.stranger().await;
    sqlx::query("update users set is_active = 0").execute(&mut database).await.expect("off");
    house.refused("fleet.get", json!({}), Code::NotSignedIn).await;
    house.refused("session.sign_in", account(ADMIN, false), Code::Invalid).await;
}
