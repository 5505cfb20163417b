//! Settings: whose they are, what they take, and the trail they leave.

use super::{ADMIN, Code, House, PASSPHRASE};
use serde_json::{Value, json};
use tomo::{
    domain::{session::Door, user::Role},
    store::{AuditKeySlot, AuditVerdict},
    vault::{Keychain, Vault},
};

const WARNING: &str = "monitoring.cpu_warning_percent";
const CRITICAL: &str = "monitoring.cpu_critical_percent";

async fn setting(house: &House, key: &str) -> Value {
    among(&house.ask("setting.list", json!({})).await, key)
}

fn among(all: &Value, key: &str) -> Value {
    let all = all.as_array().expect("settings");
    all.iter().find(|setting| setting["key"] == key).expect(key).clone()
}

/// A change for `setting.save`, from the version that there is now.
async fn change(house: &House, key: &str, value: Value) -> Value {
    json!({ "key": key, "value": value, "version": setting(house, key).await["version"] })
}

/// What the activity log says, newest first.
async fn activities(house: &House) -> Vec<(String, String, Value)> {
    sqlx::query_as::<_, (String, String, Option<String>)>(
        "select activity_type, message, details from activity_logs order by id desc",
    )
    .fetch_all(&mut house.stranger().await)
    .await
    .expect("the log")
    .into_iter()
    .map(|(kind, message, details)| {
        let details = details.map_or(Value::Null, |text| text.parse().expect("JSON"));
        (kind, message, details)
    })
    .collect()
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
    let all = house.ask("setting.reset", json!({ "what": "key", "key": "ui.theme" })).await;
    let reset = among(&all, "ui.theme");
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
        let stale = json!({ "key": key, "value": second, "version": seen });
        let error = house.refused("setting.set", stale, Code::Stale).await;
        assert!(!error.hint.is_empty(), "{error:?}");
        let now = format!("{key} was changed in the meantime: it is now {first}.");
        assert_eq!(error.message, now);
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

/// Holds because each of the two marks alone would be refused on its way past the other.
#[tokio::test(flavor = "multi_thread")]
async fn several_settings_change_together_or_not_at_all() {
    let house = House::quiet().await;
    // Both marks move below where the warning mark was.
    let changes =
        [change(&house, CRITICAL, json!(40)).await, change(&house, WARNING, json!(30)).await];
    let all = house.ask("setting.save", json!({ "changes": changes, "reason": "noisy" })).await;
    assert_eq!(among(&all, WARNING)["value"], 30);
    assert_eq!(among(&all, CRITICAL)["value"], 40);

    let theme = change(&house, "ui.theme", json!("dark")).await;
    for (bad, code) in [
        (change(&house, WARNING, json!(40)).await, Code::Invalid),
        (change(&house, WARNING, json!(0)).await, Code::Invalid),
        (json!({ "key": WARNING, "value": 35, "version": 1 }), Code::Stale),
        (json!({ "key": "ui.sound", "value": 1, "version": 1 }), Code::Invalid),
        (theme.clone(), Code::Invalid),
    ] {
        house.refused("setting.save", json!({ "changes": [theme, bad] }), code).await;
    }
    house.person(Role::User).await;
    house.sign_in("user").await;
    let theme = change(&house, "ui.theme", json!("dark")).await;
    let bad = change(&house, WARNING, json!(35)).await;
    house.refused("setting.save", json!({ "changes": [theme, bad] }), Code::Forbidden).await;
    assert_eq!(setting(&house, "ui.theme").await["value"], "auto");
    house.sign_in(ADMIN).await;
    assert_eq!(setting(&house, "ui.theme").await["value"], "auto", "nothing of what was refused");
    assert_eq!(setting(&house, WARNING).await["value"], 30);
}

/// Holds because of two people who save at the same moment exactly one may win, and the other has to
/// learn what won.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_clients_at_once_one_is_told_what_the_other_wrote() {
    let one = House::quiet().await;
    let two = one.beside().await;
    two.sign_in(ADMIN).await;
    for (key, values) in [
        ("retention.server_metrics_days", [json!(60), json!(90)]),
        ("ui.theme", [json!("dark"), json!("light")]),
    ] {
        for _ in 0..5 {
            let version = setting(&one, key).await["version"].clone();
            let write = |house: &House, value: &Value| {
                let arguments = json!({ "key": key, "value": value, "version": version });
                let tomo = house.tomo.clone();
                async move { tomo::api::call(&tomo, "setting.set", arguments).await }
            };
            let (first, second) = tokio::join!(write(&one, &values[0]), write(&two, &values[1]));
            let now = setting(&two, key).await["value"].clone();
            let lost = match (first, second) {
                (Ok(_), Err(lost)) | (Err(lost), Ok(_)) => lost,
                both => panic!("{key}: {both:?}"),
            };
            assert_eq!(lost.code, Code::Stale, "{lost:?}");
            assert!(lost.message.ends_with(&format!("it is now {now}.")), "{}", lost.message);
        }
    }
}

/// Holds because an admin who likes it dark must be able to say what everybody begins with, and what
/// everybody begins with must not undo what somebody chose.
#[tokio::test(flavor = "multi_thread")]
async fn an_admin_changes_everybodys_value_and_keeps_the_own() {
    let house = House::quiet().await;
    house.person(Role::Readonly).await;
    set(&house, "ui.theme", json!("dark")).await;
    let mine = setting(&house, "ui.theme").await;
    let for_everybody = |value: &str, version: &Value| json!({ "key": "ui.theme", "value": value, "version": version, "for_everybody": true });
    house.refused("setting.set", for_everybody("light", &mine["version"]), Code::Stale).await;
    let after = house.ask("setting.set", for_everybody("light", &mine["system_version"])).await;
    assert_eq!((&after["value"], &after["reset_value"]), (&json!("dark"), &json!("light")));
    assert_eq!((&after["is_user_override"], &after["is_changed"]), (&json!(true), &json!(true)));
    assert_eq!(after["updated_by"], ADMIN);

    house.sign_in("readonly").await;
    let theirs = setting(&house, "ui.theme").await;
    assert_eq!((&theirs["value"], &theirs["is_changed"]), (&json!("light"), &json!(true)));
    assert_eq!(theirs["locked"], Value::Null);
    house.refused("setting.set", for_everybody("auto", &theirs["version"]), Code::Forbidden).await;
    let everybodys = json!({ "what": "key", "key": "ui.theme", "for_everybody": true });
    house.refused("setting.reset", everybodys.clone(), Code::Forbidden).await;
    assert_eq!(setting(&house, WARNING).await["locked"], "Set by an admin, for everybody.");

    house.sign_in(ADMIN).await;
    assert_eq!(setting(&house, WARNING).await["locked"], Value::Null);
    let all = house.ask("setting.reset", everybodys).await;
    assert_eq!(among(&all, "ui.theme")["reset_value"], "auto");
    assert_eq!(among(&all, "ui.theme")["value"], "dark");

    // Several together, of which some are everybody's: also the own one of the same key.
    let theme = among(&all, "ui.theme");
    let zone = among(&all, "ui.timezone");
    let changes = json!([
        { "key": "ui.theme", "value": "auto", "version": theme["version"] },
        { "key": "ui.theme", "value": "light", "version": theme["system_version"],
          "for_everybody": true },
        { "key": "ui.timezone", "value": "UTC", "version": zone["system_version"],
          "for_everybody": true },
    ]);
    let saved = house.ask("setting.save", json!({ "changes": &changes })).await;
    let theme = among(&saved, "ui.theme");
    assert_eq!((&theme["value"], &theme["reset_value"]), (&json!("auto"), &json!("light")));
    let zone = among(&saved, "ui.timezone");
    assert_eq!((&zone["value"], &zone["is_user_override"]), (&json!("UTC"), &json!(false)));
    house.sign_in("readonly").await;
    house.refused("setting.save", json!({ "changes": [changes[2]] }), Code::Forbidden).await;
}

/// Holds because 'reset' that reaches further, or less far, than it says loses somebody's choices.
#[tokio::test(flavor = "multi_thread")]
async fn a_reset_reaches_as_far_as_it_says() {
    let house = House::quiet().await;
    house.person(Role::User).await;
    let days = "retention.sessions_days";
    let lock = "security.lock_when_idle";
    for (key, value) in
        [("ui.theme", json!("dark")), (lock, json!(true)), (WARNING, json!(50)), (days, json!(9))]
    {
        set(&house, key, value).await;
    }
    house.sign_in("user").await;
    set(&house, "ui.theme", json!("light")).await;
    set(&house, lock, json!(true)).await;
    let category = |name: &str| json!({ "what": "category", "category": name });
    // Somebody who is no admin puts back what is their own, and nothing else.
    let all = house.ask("setting.reset", category("security")).await;
    assert_eq!(among(&all, lock)["value"], false);
    let all = house.ask("setting.reset", category("monitoring")).await;
    assert_eq!(among(&all, WARNING)["value"], 50);
    let all = house.ask("setting.reset", json!({ "what": "own", "reason": "fresh" })).await;
    assert_eq!(among(&all, "ui.theme")["value"], "auto");

    house.sign_in(ADMIN).await;
    let all = house.ask("setting.reset", category("monitoring")).await;
    assert_eq!(among(&all, WARNING)["value"], 85);
    assert_eq!(
        (&among(&all, days)["value"], &among(&all, lock)["value"]),
        (&json!(9), &json!(true))
    );
    let all = house.ask("setting.reset", json!({ "what": "own" })).await;
    assert_eq!(
        (&among(&all, days)["value"], &among(&all, lock)["value"]),
        (&json!(9), &json!(false))
    );
    for bad in ["", "m", "monitorin", "ui.theme", "%", &"x".repeat(1_000_000)] {
        let error = house.refused("setting.reset", category(bad), Code::Invalid).await;
        assert!(error.message.len() < 500, "{}", error.message.len());
    }
    // Nothing to put back leaves no trace.
    let before = activities(&house).await.len();
    house.ask("setting.reset", category("monitoring")).await;
    assert_eq!(activities(&house).await.len(), before);
}

/// Holds because 'somebody changed something' answers nobody's question afterwards.
#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_told_in_the_activity_log() {
    let house = House::quiet().await;
    let key = "monitoring.background_interval_seconds";
    let reason = "slow NAS \u{202e}\u{7} '; drop table settings_audit; -- <b>";
    let version = setting(&house, key).await["version"].clone();
    let arguments = json!({ "key": key, "value": 30, "version": version, "reason": reason });
    house.ask("setting.set", arguments).await;
    let (kind, message, details) = activities(&house).await.remove(0);
    assert_eq!(
        (kind.as_str(), message.as_str()),
        ("setting.set", "Interval in the background set from 10 s to 30 s")
    );
    assert_eq!(
        details,
        json!({ "key": key, "from": 10, "to": 30, "reason": reason, "own": false, "via": "window" })
    );
    house.ask("setting.reset", json!({ "what": "key", "key": key })).await;
    let (kind, message, details) = activities(&house).await.remove(0);
    assert_eq!(
        (kind.as_str(), message.as_str()),
        ("setting.reset", "Interval in the background put back from 30 s to 10 s")
    );
    assert_eq!(details["reason"], Value::Null);

    let refused =
        |reason: String| json!({ "key": key, "value": 30, "version": 3, "reason": reason });
    let error = house.refused("setting.set", refused("ü".repeat(501)), Code::Invalid).await;
    assert!(error.message.contains("501") && error.message.contains("500"), "{error:?}");
    house.ask("setting.set", refused("ü".repeat(500))).await;
}

/// Holds because a megabyte of anything has to be refused in a line.
#[tokio::test(flavor = "multi_thread")]
async fn hostile_keys_and_values_are_refused_in_a_line() {
    let house = House::quiet().await;
    let long = "x".repeat(1_000_000);
    for (key, value) in [
        (long.as_str(), json!(1)),
        ("ui.theme", json!(long)),
        ("ui.theme", json!(vec![0; 100_000])),
        ("ui.timezone", json!(long)),
        ("ui.timezone", json!("Europe/Berlin\n")),
        ("system.backup_folder", json!("relative")),
        ("system.backup_folder", json!("/a\u{0}b")),
        ("ui.theme' or '1'='1", json!("dark")),
        ("\u{202e}ui.theme", json!("dark")),
        ("", json!(null)),
    ] {
        let arguments = json!({ "key": key, "value": value, "version": 1 });
        let error = house.refused("setting.set", arguments, Code::Invalid).await;
        assert!(error.message.len() < 600, "{} bytes", error.message.len());
    }
    let wrong = json!({ "key": "ui.theme", "value": "dark", "version": "1" });
    house.refused("setting.set", wrong, Code::Invalid).await;
}

/// Holds because whoever changes a setting in a terminal looks at the window in the same second.
#[tokio::test(flavor = "multi_thread")]
async fn a_change_by_another_process_is_announced_at_once() {
    use tomo::domain::fleet::Push;
    let one = House::collecting().await;
    let two = one.beside().await;
    two.sign_in(ADMIN).await;
    let mut pushes = Box::pin(one.tomo.pushes());
    let started = std::time::Instant::now();
    for theme in ["dark", "light", "dark", "light", "dark"] {
        set(&two, "ui.theme", json!(theme)).await;
        let waiting = async {
            use futures::StreamExt;
            while pushes.next().await.expect("Tomo lives") != Push::SettingsChanged {}
        };
        tokio::time::timeout(super::PATIENCE, waiting).await.expect("announced");
    }
    // One after the other: by the lists alone, which are read every three seconds, it takes fifteen.
    assert!(started.elapsed() < std::time::Duration::from_secs(9), "{:?}", started.elapsed());
    assert_eq!(setting(&one, "ui.theme").await["value"], "dark");
}

/// Holds because a switch that says 'on' while nothing starts, or that stays on in the system after
/// it was turned off, is worse than none.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn starting_at_login_is_what_the_desktop_is_told() {
    use std::{fs, sync::Arc};
    use tomo::{app::AtLogin, shell::autostart::DesktopFile};
    const KEY: &str = "ui.start_at_login";
    let config = tempfile::tempdir().expect("a folder");
    let program = std::path::PathBuf::from("/opt/My Apps/tomo");
    let folder = Arc::new(tempfile::tempdir().expect("a folder"));
    let at_login = AtLogin::on(folder.path());
    let file = config.path().join("autostart").join(format!("{}.desktop", at_login.name));
    let entry = Arc::new(DesktopFile::new(config.path(), program, at_login));
    let house = House::open_with(folder, Door::Window, Some(entry)).await;
    house.ask("setup.create", super::account(ADMIN, false)).await;
    assert!(!file.exists());
    set(&house, KEY, json!(true)).await;
    let text = fs::read_to_string(&file).expect("an entry");
    let expected = format!(
        "Exec=\"/opt/My Apps/tomo\" \"--tray\" \"--data-dir\" \"{}\"\n",
        house.folder.path().display()
    );
    assert!(text.contains(&expected), "{text}");
    // Another process turns it off: this one has the window, and follows.
    house.tomo.start_collecting().await.expect("it collects");
    let two = house.beside().await;
    two.sign_in(ADMIN).await;
    let mut changes = house.tomo.changes();
    two.ask("setting.reset", json!({ "what": "key", "key": KEY })).await;
    let gone = async {
        while file.exists() {
            changes.recv().await.expect("Tomo lives");
        }
    };
    tokio::time::timeout(super::PATIENCE, gone).await.expect("the entry goes");
    // Where the system refuses, nothing is changed, and whoever asked is told.
    fs::remove_dir(config.path().join("autostart")).expect("empty");
    fs::write(config.path().join("autostart"), "in the way").expect("a file");
    let message = set_refused(&house, KEY, json!(true), Code::Invalid).await;
    assert!(message.contains("starts at login"), "{message}");
    assert_eq!(setting(&house, KEY).await["value"], false);
}
