//! Settings: whose they are, what they take, and the trail they leave.

use super::{ADMIN, Code, House, PASSPHRASE};
use serde_json::{Value, json};
use tomo::{
    domain::user::Role,
    store::{AuditKeySlot, AuditVerdict},
    vault::{Keychain, Vault},
};

const WARNING: &str = "monitoring.cpu_warning_percent";
const CRITICAL: &str = "monitoring.cpu_critical_percent";

async fn setting(house: &House, key: &str) -> Value {
    let all = house.ask("setting.list", json!({})).await;
    let all = all.as_array().expect("settings");
    all.iter().find(|setting| setting["key"] == key).expect(key).clone()
}

/// Changes a setting from the version that it has now.
async fn set(house: &House, key: &str, value: Value) -> Value {
    let version = setting(house, key).await["version"].clone();
    house.ask("setting.set", json!({ "key": key, "value": value, "version": version })).await
}

/// As [`set`], but it has to be refused.
async fn set_refused(house: &House, key: &str, value: Value, code: Code) -> String {
    let version = setting(house, key).await["version"].clone();
    let arguments = json!({ "key": key, "value": value, "version": version });
    house.refused("setting.set", arguments, code).await.message
}

/// Holds because one person's dark room is not everybody's.
#[tokio::test(flavor = "multi_thread")]
async fn a_theme_belongs_to_one_user() {
    let house = House::quiet().await;
    house.person(Role::Readonly).await;
    let mine = set(&house, "ui.theme", json!("dark")).await;
    assert_eq!((&mine["value"], &mine["is_user_override"]), (&json!("dark"), &json!(true)));

    house.sign_in("readonly").await;
    let other = setting(&house, "ui.theme").await;
    assert_eq!((&other["value"], &other["is_user_override"]), (&json!("auto"), &json!(false)));
    set(&house, "ui.theme", json!("light")).await;

    house.sign_in(ADMIN).await;
    assert_eq!(setting(&house, "ui.theme").await["value"], "dark");
    let reset = house.ask("setting.reset", json!({ "what": "key", "key": "ui.theme" })).await;
    assert_eq!((&reset["value"], &reset["is_user_override"]), (&json!("auto"), &json!(false)));
    house.sign_in("readonly").await;
    assert_eq!(setting(&house, "ui.theme").await["value"], "light");
}

/// Holds because retention and marks are everybody's, and only admins answer for everybody.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_everybodys_is_changed_by_admins() {
    let house = House::quiet().await;
    for role in [Role::Readonly, Role::User] {
        house.person(role).await;
        house.sign_in(role.as_str()).await;
        let message = set_refused(&house, WARNING, json!(50), Code::Forbidden).await;
        assert!(message.contains(WARNING), "{message}");
        house
            .refused("setting.reset", json!({ "what": "key", "key": WARNING }), Code::Forbidden)
            .await;
    }
    house.sign_in(ADMIN).await;
    set(&house, WARNING, json!(50)).await;
    house.sign_in("readonly").await;
    assert_eq!(setting(&house, WARNING).await["value"], 50);
    let fleet = house.ask("fleet.get", json!({})).await;
    assert_eq!(fleet["thresholds"]["cpu"]["warning"], 50.0, "obeyed at once");
}

/// Holds because 'invalid value' sends nobody to the right number.
#[tokio::test(flavor = "multi_thread")]
async fn a_value_out_of_range_is_refused_with_key_rule_and_value() {
    let house = House::quiet().await;
    for (key, value, rule) in [
        ("monitoring.live_interval_seconds", json!(-5), "a whole number from 1 to 10"),
        ("monitoring.live_interval_seconds", json!(11), "a whole number from 1 to 10"),
        ("monitoring.live_interval_seconds", json!("2"), "a whole number from 1 to 10"),
        ("monitoring.live_interval_seconds", json!(2.5), "a whole number from 1 to 10"),
        ("monitoring.live_interval_seconds", Value::Null, "a whole number from 1 to 10"),
        ("retention.server_metrics_days", json!(0), "a whole number from 1 to 1825"),
        ("ui.theme", json!("mauve"), "one of auto, light, dark"),
        ("ui.close_to_tray", json!(1), "true or false"),
    ] {
        let before = setting(&house, key).await;
        let message = set_refused(&house, key, value.clone(), Code::Invalid).await;
        assert_eq!(message, format!("{key} takes {rule}, not {value}."));
        assert_eq!(setting(&house, key).await, before);
    }
    let unknown = json!({ "key": "ui.sound", "value": true, "version": 1 });
    let message = house.refused("setting.set", unknown, Code::Invalid).await.message;
    assert!(message.contains("'ui.sound'"), "{message}");
}

/// Holds because a critical mark below the warning one would never warn.
#[tokio::test(flavor = "multi_thread")]
async fn a_warning_mark_stays_below_its_critical_one() {
    let house = House::quiet().await;
    for (key, value) in [(WARNING, 95), (WARNING, 96), (CRITICAL, 85), (CRITICAL, 1)] {
        let message = set_refused(&house, key, json!(value), Code::Invalid).await;
        assert!(message.starts_with(&format!("{key} does not take {value}:")), "{message}");
    }
    set(&house, WARNING, json!(94)).await;
    set_refused(&house, CRITICAL, json!(94), Code::Invalid).await;
    // Putting a mark back must not slip past the rule either.
    set(&house, WARNING, json!(20)).await;
    set(&house, CRITICAL, json!(30)).await;
    house.refused("setting.reset", json!({ "what": "key", "key": WARNING }), Code::Invalid).await;
    house.ask("setting.reset", json!({ "what": "key", "key": CRITICAL })).await;
    house.ask("setting.reset", json!({ "what": "key", "key": WARNING })).await;
}

/// Holds because of two windows the later must not undo the earlier unseen.
#[tokio::test(flavor = "multi_thread")]
async fn a_change_from_a_stale_version_is_refused() {
    let house = House::quiet().await;
    for (key, first, second) in [
        ("retention.server_metrics_days", json!(60), json!(90)),
        ("ui.theme", json!("dark"), json!("light")),
    ] {
        let seen = setting(&house, key).await["version"].clone();
        set(&house, key, first.clone()).await;
        // A user's first own value has a version of its own, so another change is needed.
        set(&house, key, first.clone()).await;
        let stale = json!({ "key": key, "value": second, "version": seen });
        let error = house.refused("setting.set", stale, Code::Stale).await;
        assert!(!error.hint.is_empty(), "{error:?}");
        assert_eq!(setting(&house, key).await["value"], first);
    }
}

/// Holds because the trail is worth something only if it can be proven, with the key that a person
/// without the vault does not have.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_changed_is_in_an_audit_trail_that_verifies() {
    let house = House::quiet().await;
    set(&house, "ui.theme", json!("dark")).await;
    set(&house, WARNING, json!(70)).await;
    house.ask("setting.reset", json!({ "what": "key", "key": "ui.theme" })).await;
    house.tomo.shutdown().await;

    let vault = Vault::open(house.folder.path(), Keychain::disabled()).await;
    vault.unlock(PASSPHRASE.into()).await.expect("the passphrase opens the vault");
    let key = AuditKeySlot::empty();
    key.fill(vault.derived_key("settings_audit").expect("a key"));
    let store = house.store(key).await;
    let verdict = store.verify_settings_audit().await.expect("a verdict");
    let AuditVerdict::Intact { rows } = verdict else { panic!("{verdict:?}") };
    store.close().await;

    let mut database = house.stranger().await;
    let trail: Vec<(String, String, Option<String>)> = sqlx::query_as(
        "select setting_key, change_type, new_value from settings_audit order by id desc limit 3",
    )
    .fetch_all(&mut database)
    .await
    .expect("the trail");
    let row = |key: &str, kind: &str, value: &str| {
        (key.to_owned(), kind.to_owned(), Some(value.to_owned()))
    };
    assert_eq!(
        trail,
        [
            row("ui.theme", "DELETE", "null"),
            row(WARNING, "UPDATE", "70"),
            row("ui.theme", "CREATE", "\"dark\""),
        ]
    );
    assert!(rows >= 3);
}
