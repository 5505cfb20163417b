//! The lock screen: what a session that waits for its password still does, and what ends the waiting.

use super::{ADMIN, Code, House, PASSWORD, PATIENCE, account};
use futures::StreamExt;
use serde_json::{Value, json};
use tomo::{
    api::{access::Effect, table::COMMANDS},
    domain::{fleet::Push, session::Door},
};

fn password(text: &str) -> Value {
    json!({ "password": text })
}

async fn is_locked(house: &House) -> Value {
    house.ask("status.get", json!({})).await["session"]["is_locked"].clone()
}

/// Somebody has gone for a coffee.
const AWAY: &str = "update sessions set last_activity = datetime('now', '-16 minutes')";

/// Holds because a lock that leaves one command open leaves them all to whoever knows its name.
#[tokio::test(flavor = "multi_thread")]
async fn a_locked_session_does_nothing_until_its_password() {
    let house = House::quiet().await;
    let status = house.ask("session.lock", json!({})).await;
    assert_eq!(status["session"]["is_locked"], true);
    assert_eq!(status["session"]["user"]["username"], ADMIN, "the lock screen greets by name");
    for command in COMMANDS.iter().filter(|command| command.effect != Effect::Public) {
        house.refused(command.name, json!({}), Code::SessionLocked).await;
    }
    let wrong = house.refused("session.unlock", password("wrong"), Code::Invalid).await;
    assert_eq!(wrong.message, "The password is not right.");
    assert_eq!(wrong.hint, "4 tries left, then a pause of 15 min.");
    assert_eq!(is_locked(&house).await, true);

    let status = house.ask("session.unlock", password(PASSWORD)).await;
    assert_eq!(status["session"]["is_locked"], false);
    house.ask("fleet.get", json!({})).await;
    assert_eq!(house.logged("session.unlock").await.len(), 1);
    assert_eq!(house.logged("session.sign_in_failed").await.len(), 1);
    let locks = house.ask("lock.list", json!({})).await;
    assert_eq!(locks, json!([]), "the right password clears the count");
}

/// Holds because the command is open to everybody at the keyboard, also before anybody has an account.
#[tokio::test(flavor = "multi_thread")]
async fn locking_without_a_session_does_nothing() {
    let house = House::empty().await;
    assert_eq!(house.ask("session.lock", json!({})).await["session"], Value::Null);
    house.refused("session.unlock", password(PASSWORD), Code::NotSetUp).await;
    let house = House::quiet().await;
    house.ask("session.sign_out", json!({})).await;
    assert_eq!(house.ask("session.lock", json!({})).await["session"], Value::Null);
    house.refused("session.unlock", password(PASSWORD), Code::NotSignedIn).await;
    assert_eq!(house.tomo.password_checks(), 0, "and compares nothing");
}

/// Holds because quitting and starting again would otherwise be the way around the lock.
#[tokio::test(flavor = "multi_thread")]
async fn the_lock_survives_a_restart() {
    let house = House::empty().await;
    house.ask("setup.create", account(ADMIN, true)).await;
    house.ask("session.lock", json!({})).await;
    let house = house.reopened().await;
    assert_eq!(is_locked(&house).await, true);
    house.refused("fleet.get", json!({}), Code::SessionLocked).await;
    house.ask("session.unlock", password(PASSWORD)).await;
    let house = house.reopened().await;
    assert_eq!(is_locked(&house).await, false);
}

/// Holds because somebody else who sits down must be able to sign in, and the owner to leave.
#[tokio::test(flavor = "multi_thread")]
async fn a_locked_session_can_be_left() {
    let house = House::quiet().await;
    house.ask("session.lock", json!({})).await;
    assert_eq!(house.ask("session.sign_out", json!({})).await["session"], Value::Null);
    house.sign_in(ADMIN).await;
    house.ask("session.lock", json!({})).await;
    house.sign_in(ADMIN).await;
    assert_eq!(is_locked(&house).await, false, "a new session is another one");
}

/// Holds because the lock screen would otherwise be the place to guess passwords at.
#[tokio::test(flavor = "multi_thread")]
async fn guessing_at_the_lock_screen_locks_the_account() {
    let house = House::quiet().await;
    house.ask("session.lock", json!({})).await;
    for left in (1..5).rev() {
        let error = house.refused("session.unlock", password("wrong"), Code::Invalid).await;
        assert!(error.hint.starts_with(&format!("{left} tr")), "{error:?}");
    }
    for given in ["wrong", PASSWORD] {
        let error = house.refused("session.unlock", password(given), Code::Failed).await;
        assert!(error.message.starts_with("Too many failed sign-ins. Try again "), "{error:?}");
    }
    assert_eq!(house.tomo.password_checks(), 5);
    house.refused("session.sign_in", account(ADMIN, false), Code::Failed).await;
    assert_eq!(is_locked(&house).await, true);
    house
        .meanwhile("update account_locks set lock_expires_at = datetime('now', '-1 second')")
        .await;
    house.ask("session.unlock", password(PASSWORD)).await;
}

/// Holds because an unattended window is locked by itself, not by the next person who touches it; and
/// the page has to hear of it.
#[tokio::test(flavor = "multi_thread")]
async fn an_idle_window_locks_itself_where_its_user_wants_that() {
    let house = House::collecting().await;
    house.meanwhile(AWAY).await;
    house.ask("fleet.get", json!({})).await;
    assert_eq!(is_locked(&house).await, false, "nobody asked for it");

    house.set("security.lock_when_idle", json!(true)).await;
    let mut pushes = Box::pin(house.tomo.pushes());
    house.meanwhile(AWAY).await;
    let waiting =
        async { while pushes.next().await.expect("Tomo lives") != Push::SessionChanged {} };
    tokio::time::timeout(PATIENCE, waiting).await.expect("the push");
    assert_eq!(is_locked(&house).await, true);
    house.refused("session.touch", json!({}), Code::SessionLocked).await;
    house.ask("session.unlock", password(PASSWORD)).await;
    house.ask("session.touch", json!({})).await;
    assert_eq!(is_locked(&house).await, false);
}

/// Holds because moving the mouse of an idle window in the seconds before it locks itself must not be
/// the way around the lock; the same for a kept session after a night.
#[tokio::test(flavor = "multi_thread")]
async fn the_first_call_after_the_idle_time_finds_it_locked() {
    let house = House::empty().await;
    house.ask("setup.create", account(ADMIN, true)).await;
    house.set("security.lock_when_idle", json!(true)).await;
    house.meanwhile(AWAY).await;
    house.refused("session.touch", json!({}), Code::SessionLocked).await;
    house.ask("session.unlock", password(PASSWORD)).await;
    house.meanwhile(AWAY).await;
    let house = house.reopened().await;
    assert_eq!(is_locked(&house).await, true);

    // A script's session has nobody to ask.
    let terminal = house.at(Door::CommandLine).await;
    terminal.sign_in(ADMIN).await;
    house.meanwhile(AWAY).await;
    terminal.ask("fleet.get", json!({})).await;
    assert_eq!(is_locked(&terminal).await, false);
}

/// Holds because closing a locked window must do what its user has chosen, not what others have.
#[tokio::test(flavor = "multi_thread")]
async fn a_locked_session_keeps_its_users_settings() {
    let house = House::collecting().await;
    house.set("ui.close_to_tray", json!(false)).await;
    assert!(!house.tomo.stays_in_tray());
    house.set("ui.theme", json!("dark")).await;
    house.ask("session.lock", json!({})).await;
    assert_eq!(house.tomo.word("ui.theme").await, "dark");
    // A change by another process puts all settings into force anew.
    let other = house.beside().await;
    other.sign_in(ADMIN).await;
    let mut pushes = Box::pin(house.tomo.pushes());
    other.set("monitoring.background_interval_seconds", json!(20)).await;
    let waiting = async {
        while house.tomo.collection().background_interval_seconds != 20 {
            pushes.next().await.expect("Tomo lives");
        }
    };
    tokio::time::timeout(PATIENCE, waiting).await.expect("the new interval");
    assert!(!house.tomo.stays_in_tray());
}
