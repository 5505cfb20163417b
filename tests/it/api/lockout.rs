//! Lockout: how many guesses somebody has, and that the answers tell nothing.

use super::{ADMIN, ApiError, Code, House, PASSWORD, account};
use futures::future::join_all;
use serde_json::{Value, json};
use tomo::domain::{session::Door, user::Role};

fn wrong(username: &str) -> Value {
    json!({ "username": username, "password": "a wrong guess", "stay_signed_in": false })
}

/// A house with a user besides the admin, and nobody signed in.
async fn house() -> House {
    let house = House::quiet().await;
    house.person(Role::User).await;
    house.ask("session.sign_out", json!({})).await;
    house
}

async fn guess(house: &House, username: &str) -> ApiError {
    house.call("session.sign_in", wrong(username)).await.expect_err("refused")
}

/// A name's row: attempts, whether it is locked.
async fn count(house: &House, identifier: &str) -> Option<(i64, bool)> {
    sqlx::query_as(
        "select attempt_count, locked_at is not null and lock_expires_at > datetime('now')
         from account_locks where identifier = ?",
    )
    .bind(identifier)
    .fetch_optional(&mut house.stranger().await)
    .await
    .expect("a row")
}

const AN_HOUR_LATER: &str = "update account_locks set
    first_attempt_at = datetime(first_attempt_at, '-1 hour'),
    last_attempt_at = datetime(last_attempt_at, '-1 hour'),
    locked_at = datetime(locked_at, '-1 hour'),
    lock_expires_at = datetime(lock_expires_at, '-1 hour')";

/// Holds because a limit that is looked at before and counted after bcrypt lets through everybody who
/// comes within its quarter of a second.
#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_guesses_at_once_leave_the_allowed_number() {
    let house = house().await;
    let answers = join_all((0..1_000).map(|_| guess(&house, "user"))).await;
    assert_eq!(house.tomo.password_checks(), 5);
    assert!(answers.iter().all(|error| matches!(error.code, Code::Invalid | Code::Failed)));
    assert_eq!(count(&house, "user").await, Some((5, true)));
    assert_eq!(house.logged("session.sign_in_failed").await.len(), 5);
    assert_eq!(house.logged("lock.locked").await.len(), 1);
    // Not even the right one, and it is not looked at.
    let error = house.refused("session.sign_in", account("user", false), Code::Failed).await;
    assert!(error.message.starts_with("Too many failed sign-ins. Try again "), "{error:?}");
    assert_eq!(house.tomo.password_checks(), 5);
    house.sign_in(ADMIN).await;
}

/// Holds because window and command line are two processes, and the count is one.
#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_guesses_in_two_processes_leave_the_allowed_number() {
    let one = house().await;
    let two = one.at(Door::CommandLine).await;
    let guesses = (0..500).map(|_| async {
        tokio::join!(guess(&one, "user"), guess(&two, "user"));
    });
    join_all(guesses).await;
    assert_eq!(one.tomo.password_checks() + two.tomo.password_checks(), 5);
    assert_eq!(count(&one, "user").await, Some((5, true)));
    assert_eq!(one.logged("lock.locked").await.len(), 1);
}

/// Holds because an answer that differs in a word tells who has an account: the same for a name that
/// nobody has, one that is switched off, and another spelling of a name.
#[tokio::test(flavor = "multi_thread")]
async fn no_answer_tells_whether_a_name_exists() {
    let mut answers = Vec::new();
    for spellings in [["user", " USER "], ["nobody", "NoBody\t"], ["readonly", "readonly"]] {
        let house = house().await;
        house.person(Role::Readonly).await;
        house.meanwhile("update users set is_active = 0 where username = 'readonly'").await;
        let mut told = Vec::new();
        for attempt in 0..7 {
            let mut given = wrong(spellings[attempt % 2]);
            // Also the right one of the account that is switched off.
            if spellings[0] == "readonly" {
                given["password"] = PASSWORD.into();
            }
            told.push(house.call("session.sign_in", given).await.expect_err("refused"));
        }
        assert_eq!(house.tomo.password_checks(), 5, "{spellings:?}");
        answers.push(told);
    }
    for told in &answers {
        assert_eq!(told[0].message, "The user name or the password is not right.");
        assert_eq!(told[0].hint, "4 tries left, then a pause of 15 min.");
        assert_eq!(told[3].hint, "1 try left, then a pause of 15 min.");
        assert_eq!(told[..4], answers[0][..4]);
        for locked in &told[4..] {
            assert_eq!(locked.code, Code::Failed);
            assert!(locked.message.starts_with("Too many failed sign-ins. Try again "));
            assert_eq!(locked.hint, told[4].hint);
        }
    }
}

/// Holds because others kept counting after a lock had ended, so that each later slip locked again.
#[tokio::test(flavor = "multi_thread")]
async fn after_a_lock_the_count_starts_clean() {
    let house = house().await;
    for _ in 0..5 {
        guess(&house, "user").await;
    }
    assert_eq!(guess(&house, "user").await.code, Code::Failed);
    house.meanwhile(AN_HOUR_LATER).await;
    let error = guess(&house, "user").await;
    assert_eq!(error.hint, "4 tries left, then a pause of 15 min.");
    assert_eq!(count(&house, "user").await, Some((1, false)));
    house.sign_in("user").await;
    assert_eq!(count(&house, "user").await, None);
}

/// Holds because five slips in a year are no attack, and five before the right one are forgiven.
#[tokio::test(flavor = "multi_thread")]
async fn old_slips_and_those_before_a_success_do_not_count() {
    let house = house().await;
    for _ in 0..4 {
        guess(&house, "user").await;
    }
    house.meanwhile(AN_HOUR_LATER).await;
    assert_eq!(guess(&house, "user").await.hint, "4 tries left, then a pause of 15 min.");
    for _ in 0..3 {
        guess(&house, "user").await;
    }
    house.sign_in("user").await;
    assert_eq!(guess(&house, "user").await.hint, "4 tries left, then a pause of 15 min.");
}

/// Holds because whoever tries one password with every name is stopped by where they sit, and leaves
/// no more rows than tries.
#[tokio::test(flavor = "multi_thread")]
async fn an_origin_is_locked_after_four_times_as_many() {
    let house = house().await;
    house.sign_in(ADMIN).await;
    house.set("security.max_login_attempts", json!(3)).await;
    house.ask("session.sign_out", json!({})).await;
    let names: Vec<_> = (0..30).map(|number| format!("name {number}")).collect();
    join_all(names.iter().map(|name| guess(&house, name))).await;
    assert_eq!(house.tomo.password_checks(), 12 + 1, "and the admin's own");
    house.refused("session.sign_in", account(ADMIN, false), Code::Failed).await;
    let rows: Vec<(String, String)> =
        sqlx::query_as("select identifier_type, identifier from account_locks")
            .fetch_all(&mut house.stranger().await)
            .await
            .expect("rows");
    assert_eq!(rows.len(), 13, "twelve names and an origin: {rows:?}");
    let host = sysinfo::System::host_name().expect("a name");
    assert!(rows.contains(&("ip".into(), format!("window@{host}"))), "{rows:?}");
    // Another door of the same computer is another origin.
    house.at(Door::CommandLine).await.sign_in(ADMIN).await;
}

/// Holds because people type their password where the name belongs, and because a name is a text of
/// any length that somebody else chose.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_typed_as_an_unknown_name_is_kept_nowhere() {
    let house = house().await;
    let large = format!("my secret pass phrase {}", "x".repeat(1_000_000));
    for name in [
        "my secret pass phrase",
        &large,
        "my secret pass phrase '; drop table users; --",
        "my secret pass phrase \u{0}\u{202e}\u{1b}[2J",
        "",
    ] {
        let error = house.refused("session.sign_in", wrong(name), Code::Invalid).await;
        assert!(!error.message.contains("secret"), "{error:?}");
    }
    house.ask("session.sign_in", account("user", false)).await;
    let identifiers: Vec<String> = sqlx::query_scalar(
        "select identifier from account_locks where identifier_type = 'username'",
    )
    .fetch_all(&mut house.stranger().await)
    .await
    .expect("rows");
    assert_eq!(identifiers.len(), 5);
    for identifier in &identifiers {
        assert!(identifier.starts_with("unknown:") && identifier.len() == 24, "{identifier}");
    }
    let (message, details) = house.logged("session.sign_in_failed").await.remove(0);
    assert!(message.contains("an unknown name") && message.contains("attempt 1 of 5"), "{message}");
    assert_eq!(details["username"], Value::Null);
    let folder = house.folder.clone();
    house.tomo.shutdown().await;
    for entry in std::fs::read_dir(folder.path()).expect("a folder").flatten() {
        let Ok(bytes) = std::fs::read(entry.path()) else { continue };
        let found = bytes.windows(21).any(|window| window == b"my secret pass phrase");
        assert!(!found, "{:?}", entry.path());
    }
}

/// Holds because the schema's own query is how other tools ask, and by the plain name.
#[tokio::test(flavor = "multi_thread")]
async fn a_users_lock_is_found_by_the_name() {
    let house = house().await;
    for _ in 0..5 {
        guess(&house, "User").await;
    }
    let found: i64 = sqlx::query_scalar(
        "select count(*) from account_locks where identifier = 'user'
         and identifier_type = 'username'
         and locked_at is not null and lock_expires_at > datetime('now')",
    )
    .fetch_one(&mut house.stranger().await)
    .await
    .expect("a count");
    assert_eq!(found, 1);
    let (_, details) = house.logged("session.sign_in_failed").await.remove(1);
    assert_eq!(details["username"], "user");
    assert_eq!((&details["attempt"], &details["of"]), (&json!(2), &json!(5)));
}

/// Holds because whoever locked themselves out stands beside an admin, who has to see it and lift it,
/// and say why.
#[tokio::test(flavor = "multi_thread")]
async fn an_admin_sees_and_lifts_a_lock() {
    let house = house().await;
    let other = house.beside().await;
    for _ in 0..5 {
        guess(&other, "user").await;
    }
    house.sign_in(ADMIN).await;
    let locks = house.ask("lock.list", json!({})).await;
    let lock = locks.as_array().expect("a list").iter().find(|lock| lock["identifier"] == "user");
    let lock = lock.expect("the user's").clone();
    assert_eq!(lock["subject"], "username");
    assert_eq!(lock["attempt_count"], 5);
    assert_eq!(lock["is_locked"], true);
    assert_eq!(lock["unlocked_at"], Value::Null);
    let id = &lock["id"];

    let long = "x".repeat(501);
    house.refused("lock.unlock", json!({ "id": id, "note": long }), Code::Invalid).await;
    let nothing = "01890a5d-ac96-774b-bcce-b302099a8057";
    house.refused("lock.unlock", json!({ "id": nothing }), Code::NotFound).await;
    house.refused("lock.unlock", json!({ "id": "user" }), Code::Invalid).await;
    assert_eq!(count(&house, "user").await, Some((5, true)), "nothing was lifted by these");

    let note = " forgot the <b>new</b> one; '; drop table users; -- \u{202e} ";
    let lifted = house.ask("lock.unlock", json!({ "id": id, "note": note })).await;
    assert_eq!(lifted["is_locked"], false);
    assert_eq!(lifted["attempt_count"], 0);
    assert_eq!(lifted["unlocked_by"], ADMIN);
    assert_eq!(lifted["notes"], note.trim());
    assert!(lifted["unlocked_at"].is_string());
    assert_eq!(house.logged("lock.unlock").await[0].1["what"], "user");
    assert_eq!(guess(&other, "user").await.hint, "4 tries left, then a pause of 15 min.");
    other.sign_in("user").await;
    other.refused("lock.list", json!({}), Code::Forbidden).await;
    other.refused("lock.unlock", json!({ "id": id }), Code::Forbidden).await;
    let locks = house.ask("lock.list", json!({})).await;
    assert_eq!(locks[0]["notes"], note.trim(), "what was noted outlives the next sign-in");
}
