//! `tomo settings` and `tomo audit`.

use super::Tomo;
use std::fs;

/// Holds because a script sets and reads with the same words that a person does.
#[test]
fn settings_are_set_listed_and_put_back() {
    let tomo = Tomo::signed_in();
    let get = |key: &str| tomo.done(&["settings", "get", key]).trim().to_owned();
    assert_eq!(tomo.done(&["settings", "list", "--changed"]), "Every setting is as it came.\n");
    for (key, value) in [
        ("ui.theme", "dark"),
        ("ui.timezone", "Asia/Tokyo"),
        ("ui.date_format", "\"iso\""),
        ("monitoring.background_interval_seconds", "30"),
        ("system.backup_enabled", "false"),
    ] {
        tomo.done(&["settings", "set", key, value, "--reason", "a test"]);
        assert_eq!(get(key), value.trim_matches('"'));
    }
    let listed = tomo.done(&["settings", "list", "--changed"]);
    assert!(listed.contains("ui.theme") && !listed.contains("ui.close_to_tray"), "{listed}");
    let json = tomo.json(&["settings", "list", "--json"]);
    let all = json.as_array().expect("a list");
    assert_eq!(all.len(), tomo::domain::setting::REGISTRY.len());
    assert_eq!(tomo.json(&["settings", "get", "ui.theme", "--json"])["is_user_override"], true);

    // Everybody's value moves under the own one, from a version of its own.
    let answer = tomo.done(&["settings", "set", "ui.theme", "light", "--everybody"]);
    assert!(answer.contains("for everybody; yours is dark"), "{answer}");
    assert_eq!(get("ui.theme"), "dark");
    tomo.done(&["settings", "reset", "ui.theme"]);
    assert_eq!(get("ui.theme"), "light");
    assert_eq!(
        tomo.done(&["settings", "reset", "ui.theme", "--everybody"]),
        "1 setting is put back.\n"
    );
    assert_eq!(get("ui.theme"), "auto");
    assert_eq!(
        tomo.done(&["settings", "reset", "--category", "monitoring"]),
        "1 setting is put back.\n"
    );
    assert_eq!(tomo.done(&["settings", "reset", "--own"]), "2 settings are put back.\n");
    assert_eq!(tomo.done(&["settings", "reset", "--own"]), "Nothing was to be put back.\n");

    let error = tomo.refused(1, &["settings", "set", "ui.items_per_page", "-5"]);
    assert!(
        error.contains("ui.items_per_page takes a whole number from 10 to 200, not -5."),
        "{error}"
    );
    let error = tomo.refused(1, &["settings", "set", "ui.sound", "on"]);
    assert!(error.contains("There is no setting 'ui.sound'."), "{error}");
    tomo.refused(2, &["settings", "reset"]);
    tomo.refused(2, &["settings", "reset", "--own", "--category", "ui"]);
    tomo.refused(2, &["--tray", "settings", "list"]);
}

/// Holds because the trail is read where there is no window, in the hours of whoever reads it.
#[test]
fn the_trail_is_listed_proven_and_exported() {
    let tomo = Tomo::signed_in();
    tomo.done(&["settings", "set", "ui.date_format", "iso"]);
    tomo.done(&["settings", "set", "ui.timezone", "Asia/Tokyo", "--reason", "we \u{1b}[2J moved"]);
    let listed = tomo.done(&["audit", "list", "--limit", "2"]);
    let newest = listed.lines().nth(1).expect("a line");
    assert!(newest.contains("ui.timezone") && newest.contains("command line"), "{newest}");
    assert!(newest.contains("we \u{fffd}[2J moved"), "no escape reaches the terminal: {newest}");
    let page = tomo.json(&["audit", "list", "--limit", "2", "--json"]);
    let at: chrono::DateTime<chrono::Utc> =
        serde_json::from_value(page["entries"][0]["created_at"].clone()).expect("a moment");
    let tokyo = (at + chrono::TimeDelta::hours(9)).format("%Y-%m-%d %H:%M").to_string();
    assert!(newest.contains(&tokyo), "{tokyo} in {newest}");
    assert_eq!(tomo.done(&["audit", "list", "--since", "2999-01-01"]), "There is no such entry.\n");
    tomo.refused(2, &["audit", "list", "--since", "yesterday"]);

    let verified = tomo.done(&["audit", "verify"]);
    assert!(verified.starts_with("All ") && verified.contains(" entries hold"), "{verified}");
    assert_eq!(tomo.json(&["audit", "verify", "--json"])["first_broken"], serde_json::Value::Null);
    let (csv, jsonl) = (tomo.path("audit.csv"), tomo.path("audit.jsonl"));
    tomo.done(&["audit", "export", &csv]);
    tomo.done(&["audit", "export", &jsonl, "--text", "timezone"]);
    assert!(fs::read_to_string(csv).expect("a table").starts_with("id,created_at,"));
    assert_eq!(fs::read_to_string(jsonl).expect("lines").lines().count(), 2);
    tomo.refused(2, &["audit", "export", &tomo.path("audit.txt")]);

    let database = tomo.folder.path().join("data").join(tomo::store::FILE_NAME);
    let tampered = std::process::Command::new("sqlite3")
        .arg(database)
        .arg("drop trigger settings_audit_guard_update; update settings_audit set new_value = '1' where id = 3")
        .status();
    let Ok(status) = tampered else { return super::skip("sqlite3") };
    assert!(status.success());
    let error = tomo.refused(1, &["audit", "verify"]);
    assert!(error.contains("does not hold from entry 3 on. 2 of "), "{error}");
    assert_eq!(tomo.json_of_failure(&["audit", "verify", "--json"])["first_broken"], 3);
}
