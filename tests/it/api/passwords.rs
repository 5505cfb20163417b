//! Passwords: which are taken, who may change whose, and what that ends.

use super::{ADMIN, Code, House, PASSWORD};
use serde_json::{Value, json};
use tomo::domain::user::Role;

/// A password that every rule allows.
const NEW: &str = "another door in winter";

impl House {
    async fn check(&self, password: &str) -> Value {
        self.ask("password.check", json!({ "username": "ana", "password": password })).await
    }

    async fn user_id(&self, username: &str) -> Value {
        let id: String = sqlx::query_scalar("select id from users where username = ?1")
            .bind(username)
            .fetch_one(&mut self.stranger().await)
            .await
            .expect("a user");
        json!(id)
    }
}

fn sign_in(username: &str, password: &str) -> Value {
    json!({ "username": username, "password": password, "stay_signed_in": false })
}

/// Holds because a rule that one of the ways to set a password forgets is no rule.
#[tokio::test(flavor = "multi_thread")]
async fn every_way_to_set_a_password_obeys_the_same_rules() {
    let empty = House::empty().await;
    let house = House::quiet().await;
    house.person(Role::User).await;
    let id = house.user_id("user").await;
    let long = "ab c".repeat(65);
    for (password, said) in [
        ("eleven char", "12 to 256"),
        (long.as_str(), "12 to 256"),
        ("qwertyuiopasdf", "run"),
        ("123456789012", "run"),
        ("abcabcabcabc", "repeats"),
        ("polniypizdec0211", "most common"),
        ("we live at tomo house", "'tomo'"),
    ] {
        let mut errors = Vec::new();
        errors.push(empty.refused("setup.create", sign_in("user", password), Code::Invalid).await);
        let new = json!({ "username": "ana", "password": password });
        errors.push(house.refused("user.create", new, Code::Invalid).await);
        let set = json!({ "id": id, "password": password });
        errors.push(house.refused("user.set_password", set, Code::Invalid).await);
        let own = json!({ "current": PASSWORD, "new": password });
        errors.push(house.refused("account.change_password", own, Code::Invalid).await);
        for error in errors {
            assert!(error.message.contains(said), "{password}: {error:?}");
            assert!(!error.message.contains(password), "it is not repeated: {error:?}");
        }
        let checked = house.check(password).await;
        assert_eq!(checked["accepted"], false, "{password}");
        assert!(checked["problems"][0].as_str().is_some_and(|first| first.contains(said)));
    }
    // The name that counts is the one of the account it is for.
    let named = json!({ "username": "marguerite", "password": "as marguerite goes" });
    house.refused("user.create", named, Code::Invalid).await;
    let set = json!({ "id": id, "password": "the user of all this" });
    house.refused("user.set_password", set, Code::Invalid).await;
    let own = json!({ "current": PASSWORD, "new": format!("I am {ADMIN} at last") });
    house.refused("account.change_password", own, Code::Invalid).await;
    assert_eq!(empty.ask("status.get", json!({})).await["is_setup"], false);
}

/// Holds because an admin who changes the rules means the next password.
#[tokio::test(flavor = "multi_thread")]
async fn the_settings_decide_about_length_and_common_passwords() {
    let house = House::quiet().await;
    assert_eq!(house.check("sonyericsson").await["accepted"], false);
    assert_eq!(house.check("8 signs!").await["accepted"], false);
    house.set("security.password_min_length", json!(8)).await;
    house.set("security.password_blocklist", json!(false)).await;
    assert_eq!(house.check("sonyericsson").await["accepted"], true);
    assert_eq!(house.check("8 signs!").await["accepted"], true);
    assert_eq!(house.check("7 signs").await["accepted"], false);
    for always in ["12345678", "aaaaaaaa", "my tomo!", "ana's door"] {
        assert_eq!(house.check(always).await["accepted"], false, "{always}");
    }
    house.ask("user.create", json!({ "username": "bo", "password": "trustno1" })).await;
    house.set("security.password_min_length", json!(30)).await;
    let error = house
        .refused("user.create", json!({ "username": "b", "password": NEW }), Code::Invalid)
        .await;
    assert!(error.message.contains("30 to 256"), "{error:?}");
}

/// Holds because the meter is there before anybody is signed in, and so it must know nobody: the
/// password of an account is as good as any.
#[tokio::test(flavor = "multi_thread")]
async fn the_meter_explains_and_tells_nothing_of_accounts() {
    let house = House::quiet().await;
    house.ask("session.sign_out", json!({})).await;
    let check = async |username: &str, password: &str| {
        let asked = json!({ "username": username, "password": password });
        house.ask("password.check", asked).await
    };
    assert_eq!(check(ADMIN, PASSWORD).await, check("nobody", PASSWORD).await);
    let good = check("ana", NEW).await;
    assert_eq!((&good["accepted"], &good["problems"]), (&json!(true), &json!([])));
    assert!(good["score"].as_u64() >= Some(3), "{good}");
    let bad = check("ana", "password").await;
    assert_eq!((&bad["score"], &bad["accepted"]), (&json!(0), &json!(false)));
    assert!(bad["warning"].is_string() && bad["suggestions"][0].is_string(), "{bad}");
    assert!(bad["time_to_guess"].is_string(), "{bad}");
    let empty = check("", "").await;
    assert_eq!(empty["accepted"], false);
    check(&"n".repeat(1_000_000), &"\u{202e}p".repeat(500_000)).await;
    let log: i64 =
        sqlx::query_scalar("select count(*) from activity_logs where details like '%winter%'")
            .fetch_one(&mut house.stranger().await)
            .await
            .expect("a count");
    assert_eq!(log, 0);
}

/// Holds because whoever changes a password suspects that somebody else has the old one.
#[tokio::test(flavor = "multi_thread")]
async fn changing_the_own_password_ends_the_other_sessions() {
    let house = House::quiet().await;
    house.person(Role::User).await;
    house.sign_in("user").await;
    let (other, admin) = (house.beside().await, house.beside().await);
    other.sign_in("user").await;
    admin.sign_in(ADMIN).await;

    let wrong = json!({ "current": "not the password", "new": NEW });
    let error = house.refused("account.change_password", wrong, Code::Invalid).await;
    assert_eq!(error.message, "The password is not right.");
    let same = json!({ "current": PASSWORD, "new": PASSWORD });
    house.refused("account.change_password", same, Code::Invalid).await;
    other.ask("fleet.get", json!({})).await;

    let before = house.ask("account.get", json!({})).await;
    house.ask("account.change_password", json!({ "current": PASSWORD, "new": NEW })).await;
    let after = house.ask("account.get", json!({})).await;
    assert_eq!((&before["live_sessions"], &after["live_sessions"]), (&json!(2), &json!(1)));
    other.refused("fleet.get", json!({}), Code::NotSignedIn).await;
    admin.ask("fleet.get", json!({})).await;
    other.refused("session.sign_in", sign_in("user", PASSWORD), Code::Invalid).await;
    other.ask("session.sign_in", sign_in("user", NEW)).await;
    house.ask("fleet.get", json!({})).await;

    let mut database = house.stranger().await;
    let entry: (String, String) = sqlx::query_as(
        "select message, details from activity_logs
         where activity_type = 'account.change_password'",
    )
    .fetch_one(&mut database)
    .await
    .expect("one entry");
    assert_eq!(
        entry,
        ("Changed the own password".into(), r#"{"ended_sessions":1,"via":"window"}"#.into())
    );
    let file = std::fs::read(house.file()).expect("the database");
    for secret in [PASSWORD, NEW, "not the password"] {
        assert!(!file.windows(secret.len()).any(|part| part == secret.as_bytes()), "{secret}");
    }
}

/// Holds because of two changes at once one would not know that it was undone.
#[tokio::test(flavor = "multi_thread")]
async fn two_changes_at_once_are_one() {
    let house = House::quiet().await;
    let change = |new: &str| json!({ "current": PASSWORD, "new": new });
    let (one, two) = tokio::join!(
        house.call("account.change_password", change(NEW)),
        house.call("account.change_password", change("a third door in spring")),
    );
    assert_eq!(u8::from(one.is_ok()) + u8::from(two.is_ok()), 1, "{one:?} {two:?}");
    let right = if one.is_ok() { NEW } else { "a third door in spring" };
    house.ask("session.sign_out", json!({})).await;
    house.ask("session.sign_in", sign_in(ADMIN, right)).await;
}

/// Holds because an admin resets what a user has forgotten, and whoever uses the old one is out; the
/// admin's own takes the present one, or an open window would be enough to take over Tomo.
#[tokio::test(flavor = "multi_thread")]
async fn an_admin_sets_a_password_and_ends_all_sessions() {
    let house = House::quiet().await;
    house.person(Role::Readonly).await;
    let (one, two) = (house.beside().await, house.beside().await);
    one.sign_in("readonly").await;
    two.sign_in("readonly").await;
    let id = house.user_id("readonly").await;
    let account = house.ask("user.set_password", json!({ "id": id, "password": NEW })).await;
    assert_eq!(account["live_sessions"], 0);
    for other in [&one, &two] {
        other.refused("fleet.get", json!({}), Code::NotSignedIn).await;
        other.refused("session.sign_in", sign_in("readonly", PASSWORD), Code::Invalid).await;
    }
    one.ask("session.sign_in", sign_in("readonly", NEW)).await;
    house.ask("fleet.get", json!({})).await;
    let own = json!({ "id": house.user_id(ADMIN).await, "password": NEW });
    house.refused("user.set_password", own, Code::Invalid).await;
    let details: String = sqlx::query_scalar(
        "select details from activity_logs where activity_type = 'user.set_password'",
    )
    .fetch_one(&mut house.stranger().await)
    .await
    .expect("one entry");
    let details: Value = serde_json::from_str(&details).expect("JSON");
    assert_eq!(details["ended_sessions"], 2);
    assert_eq!(details["username"], "readonly");
    assert_eq!(details.as_object().map(serde_json::Map::len), Some(4), "{details}");
}

/// Holds because any Unicode is a password, to the last character, and none is changed on its way.
#[tokio::test(flavor = "multi_thread")]
async fn any_unicode_is_a_password() {
    let house = House::quiet().await;
    let mut present = PASSWORD.to_owned();
    // 256 characters of four bytes each: far more than bcrypt reads. Neighbours do not follow each
    // other, or it would be a run.
    let longest: String = ('\u{20000}'..='\u{2007f}').flat_map(|c| [c, '🏠']).collect();
    for new in
        ["  spaces around it  ", "五つの橋を渡って帰る夜道", "nul\0 and \u{202e}back", &longest]
    {
        house.ask("account.change_password", json!({ "current": present, "new": new })).await;
        house.ask("session.sign_out", json!({})).await;
        let mut wrong = new.to_owned();
        wrong.pop();
        house.refused("session.sign_in", sign_in(ADMIN, &wrong), Code::Invalid).await;
        wrong.push('?');
        house.refused("session.sign_in", sign_in(ADMIN, &wrong), Code::Invalid).await;
        house.ask("session.sign_in", sign_in(ADMIN, new)).await;
        present = new.to_owned();
    }
}
