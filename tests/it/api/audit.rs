//! The audit trail through the command table, and somebody with the `sqlite3` program against it.

use super::{ADMIN, Code, House};
use chrono::Utc;
use serde_json::{Value, json};
use std::{fs, process::Command};
use tomo::domain::user::Role;

const KEY: &str = "monitoring.live_interval_seconds";

async fn set(house: &House, key: &str, value: Value, reason: &str) {
    let all = house.ask("setting.list", json!({})).await;
    let mut all = all.as_array().expect("settings").iter();
    let version = all.find(|setting| setting["key"] == key).expect(key)["version"].clone();
    let arguments = json!({ "key": key, "value": value, "version": version, "reason": reason });
    house.ask("setting.set", arguments).await;
}

/// A house with eight changes, the last of them entry `last`.
async fn changed() -> (House, i64) {
    let house = House::quiet().await;
    for value in 3..=10 {
        set(&house, KEY, json!(value), "a test").await;
    }
    let page = house.ask("audit.list", json!({ "limit": 1 })).await;
    let last = page["entries"][0]["id"].as_i64().expect("an id");
    (house, last)
}

async fn first_broken(house: &House) -> Option<i64> {
    house.ask("audit.verify", json!({})).await["first_broken"].as_i64()
}

/// Runs the program that anybody has, on the closed database.
fn sqlite3(house: &House, sql: &str) -> bool {
    let output = Command::new("sqlite3").arg("-bail").arg(house.file()).arg(sql).output();
    output.expect("sqlite3 runs").status.success()
}

const NO_GUARDS: &str = "drop trigger settings_audit_guard_insert; \
    drop trigger settings_audit_guard_update; drop trigger settings_audit_guard_delete; ";

/// Signs in again after the database was in somebody else's hands.
async fn back(house: House) -> House {
    let house = house.reopened().await;
    house.sign_in(ADMIN).await;
    house
}

/// Who, what, from what to what, when, why, through which door; and the page that follows.
#[tokio::test(flavor = "multi_thread")]
async fn the_trail_says_who_what_why_and_where() {
    let (house, last) = changed().await;
    house.person(Role::User).await;
    house.sign_in("user").await;
    set(&house, "ui.theme", json!("dark"), "  at night  ").await;
    house.refused("audit.list", json!({}), Code::Forbidden).await;
    house.sign_in(ADMIN).await;
    let page = house.ask("audit.list", json!({ "limit": 3 })).await;
    let entries = page["entries"].as_array().expect("entries");
    let newest = &entries[0];
    assert_eq!(newest["username"], "user");
    assert_eq!(newest["override_of"], "user");
    assert_eq!(newest["change_type"], "create");
    assert_eq!((&newest["old_value"], &newest["new_value"]), (&Value::Null, &json!("dark")));
    assert_eq!((&newest["change_reason"], &newest["door"]), (&json!("at night"), &json!("window")));
    assert!((Utc::now() - super::moment(&newest["created_at"])).num_minutes() < 5);
    let second = &entries[1];
    assert_eq!(second["username"], ADMIN);
    assert_eq!(second["override_of"], Value::Null);
    assert_eq!((&second["old_value"], &second["new_value"]), (&json!(9), &json!(10)));
    assert_eq!(page["more"], last + 1 - 3);
    assert_eq!(page["anchored_id"], Value::Null);

    // The next page begins where this one ends, and the first entries are Tomo's own.
    let next = house.ask("audit.list", json!({ "limit": 200, "before": entries[2]["id"] })).await;
    let next = next["entries"].as_array().expect("entries");
    assert_eq!(next[0]["id"].as_i64(), entries[2]["id"].as_i64().map(|id| id - 1));
    let first = next.last().expect("one");
    assert_eq!((&first["id"], &first["user_id"]), (&json!(1), &Value::Null));
    assert_eq!(first["change_reason"], "first start");
    // Without a limit, as many as the setting says.
    set(&house, "ui.items_per_page", json!(11), "").await;
    let page = house.ask("audit.list", json!({})).await;
    assert_eq!(page["entries"].as_array().map(Vec::len), Some(11));
    assert_eq!(page["entries"][0]["change_reason"], Value::Null, "an empty reason is none");
}

/// A filter finds what it names and nothing else, also where it reads like a pattern.
#[tokio::test(flavor = "multi_thread")]
async fn a_filter_is_taken_by_its_letters() {
    let (house, _) = changed().await;
    let count = async |filter: Value| {
        let page = house.ask("audit.list", json!({ "filter": filter, "limit": 200 })).await;
        page["entries"].as_array().expect("entries").len()
    };
    let all = count(json!({})).await;
    assert_eq!(count(json!({ "text": "LIVE_interval" })).await, 9);
    assert_eq!(count(json!({ "text": "日本" })).await, 8, "a user's name");
    for pattern in ["%", "live%seconds", "livexinterval", "\\", "'"] {
        assert_eq!(count(json!({ "text": pattern })).await, 0, "{pattern:?}");
    }
    assert_eq!(count(json!({ "change_type": "update" })).await, 8);
    assert_eq!(count(json!({ "change_type": "create", "text": KEY })).await, 1);
    let hour = |hours| Utc::now() + chrono::TimeDelta::hours(hours);
    assert_eq!(count(json!({ "since": hour(-1), "until": hour(1) })).await, all);
    assert_eq!(count(json!({ "since": hour(1) })).await, 0);
    assert_eq!(count(json!({ "until": hour(-1) })).await, 0);
    for bad in [
        json!({ "limit": 0 }),
        json!({ "limit": 201 }),
        json!({ "filter": { "text": "x".repeat(1_000_000) } }),
        json!({ "filter": { "text": "live\u{0}" } }),
        json!({ "filter": { "change_type": "CREATE" } }),
        json!({ "filter": { "who": "me" } }),
        json!({ "before": "1" }),
    ] {
        house.refused("audit.list", bad, Code::Invalid).await;
    }
}

/// What somebody with the file and the `sqlite3` program can do, and where `verify` says it begins.
/// The guards have to be dropped first; a change of a setting itself needs Tomo's key.
#[tokio::test(flavor = "multi_thread")]
async fn tampering_with_the_sqlite3_program_is_named_by_its_first_entry() {
    if Command::new("sqlite3").arg("--version").output().is_err() {
        return skip("sqlite3");
    }
    let forged = "insert into settings_audit select (select max(id) + 1 from settings_audit), \
        table_name, record_id, user_id, setting_key, old_value, new_value, change_type, \
        'forged', client_ip, user_agent, created_at, checksum from settings_audit \
        order by id desc limit 1;";
    let swap = |a: i64, b: i64| {
        format!(
            "update settings_audit set id = -1 where id = {a}; \
             update settings_audit set id = {a} where id = {b}; \
             update settings_audit set id = {b} where id = -1;"
        )
    };
    let (_, last) = changed().await;
    let cut = format!("delete from settings_audit where id > {};", last - 2);
    let quiet_cut = format!(
        "{cut} update sqlite_sequence set seq = {} where name = 'settings_audit';",
        last - 2
    );
    for (what, sql, expected) in [
        ("a value", "update settings_audit set new_value = '9' where id = 5;".to_owned(), 5),
        (
            "a reason",
            format!("update settings_audit set change_reason = 'x' where id = {last};"),
            last,
        ),
        (
            "a door",
            format!("update settings_audit set user_agent = 'MCP' where id = {last};"),
            last,
        ),
        ("a row in the middle", "delete from settings_audit where id = 7;".into(), 7),
        ("the tail", cut, last - 1),
        ("the tail, with its count set back", quiet_cut, last - 1),
        ("two rows in another order", swap(10, 11), 10),
        ("a forged row", forged.to_owned(), last + 1),
    ] {
        let (house, _) = changed().await;
        assert_eq!(first_broken(&house).await, None);
        house.tomo.shutdown().await;
        assert!(!sqlite3(&house, &sql), "{what}: the guards let it through");
        assert!(sqlite3(&house, &format!("{NO_GUARDS}{sql}")), "{what}: sqlite3 failed");
        let house = back(house).await;
        let report = house.ask("audit.verify", json!({})).await;
        assert_eq!(report["first_broken"], expected, "{what}: {report}");
        assert_eq!(report["proven"], expected - 1, "{what}: {report}");
        assert!(report["proven_until"].is_string(), "{what}");
        // Nor does going on cover it up.
        for value in [3, 4, 5] {
            // The guard that was dropped would refuse it; the attacker would be found out by that.
            set(&house, KEY, json!(value), "later").await;
        }
        // Where rows were replaced, the remembered end is the first that is known to be another.
        let later = if what.contains("count") { last } else { expected };
        assert_eq!(first_broken(&house).await, Some(later), "{what}, later");
        let recorded: i64 = sqlx::query_scalar(
            "select count(*) from activity_logs where activity_type = 'audit.broken'",
        )
        .fetch_one(&mut house.stranger().await)
        .await
        .expect("a count");
        assert_eq!(recorded, 2, "{what}");
    }
}

/// An older copy of the database is a sound chain that ends too early: only an end that is remembered
/// beside the key tells. A backup that is restored on purpose has to be possible all the same.
#[tokio::test(flavor = "multi_thread")]
async fn an_older_copy_of_the_database_is_noticed() {
    let (house, last) = changed().await;
    house.tomo.shutdown().await;
    let older = house.folder.path().join("older");
    fs::copy(house.file(), &older).expect("a copy");
    let house = back(house).await;
    set(&house, KEY, json!(2), "after the copy").await;
    house.tomo.shutdown().await;
    fs::copy(&older, house.file()).expect("put back");
    let house = back(house).await;
    assert_eq!(first_broken(&house).await, Some(last + 1));
    // Another change takes the place of the one that is gone, with another content.
    set(&house, KEY, json!(4), "instead").await;
    set(&house, KEY, json!(5), "and on").await;
    assert_eq!(first_broken(&house).await, Some(last + 1));
    house.tomo.rebase_audit_head().await.expect("rebased");
    assert_eq!(first_broken(&house).await, None);
    set(&house, KEY, json!(6), "").await;
    let report = house.ask("audit.verify", json!({})).await;
    assert_eq!((&report["first_broken"], &report["end_compared"]), (&Value::Null, &json!(true)));
    // Whoever takes away what is remembered is not told that all is well.
    fs::remove_file(house.folder.path().join("remembered.json")).expect("removed");
    assert_eq!(house.ask("audit.verify", json!({})).await["end_compared"], false);
}

/// Whoever wants a weaker rule does not care for the trail: the trail has to be held against what is
/// in force.
#[tokio::test(flavor = "multi_thread")]
async fn a_setting_changed_around_the_trail_is_named() {
    if Command::new("sqlite3").arg("--version").output().is_err() {
        return skip("sqlite3");
    }
    let (house, _) = changed().await;
    set(&house, "ui.theme", json!("dark"), "").await;
    assert_eq!(house.ask("audit.verify", json!({})).await["unrecorded"], json!([]));
    house.tomo.shutdown().await;
    let around = "drop trigger system_settings_audit_update; drop trigger user_settings_audit_delete; \
        update system_settings set setting_value = '8' where setting_key = \
        'security.password_min_length'; delete from user_settings;";
    assert!(sqlite3(&house, around));
    let house = back(house).await;
    let report = house.ask("audit.verify", json!({})).await;
    assert_eq!(report["unrecorded"], json!(["security.password_min_length", "ui.theme"]));
    assert_eq!(report["first_broken"], Value::Null);
}

/// Two processes remember the end of one chain; whichever is late must not make it look broken.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_processes_remember_one_end() {
    let one = House::quiet().await;
    let two = one.beside().await;
    two.sign_in(ADMIN).await;
    let many = async |house: &House, key: &str| {
        for value in 3..=10 {
            set(house, key, json!(value), "").await;
        }
    };
    tokio::join!(many(&one, KEY), many(&two, "retention.sessions_days"));
    for house in [&one, &two] {
        assert_eq!(first_broken(house).await, None);
    }
}

/// A table that a spreadsheet opens must not run what somebody typed as a reason; half a table, or
/// one that others can read, is not to be left anywhere.
#[tokio::test(flavor = "multi_thread")]
async fn an_export_is_whole_private_and_harmless() {
    let house = House::quiet().await;
    let reason = "=cmd|' /C calc'!A0,\"\n<b>\u{202e}";
    set(&house, KEY, json!(3), reason).await;
    // As the command line: the window names only what its dialog gave.
    let path = house.folder.path().join("audit.csv");
    let arguments = |format: &str| json!({ "path": path, "format": format });
    house.refused("audit.export", arguments("csv"), Code::Invalid).await;
    let line = house.at_command_line().await;
    line.sign_in(ADMIN).await;
    // Nobody was asked whether this one may go.
    fs::write(&path, "before").expect("a file");
    line.refused("audit.export", arguments("csv"), Code::Duplicate).await;
    assert_eq!(fs::read(&path).expect("a file"), b"before");
    fs::remove_file(&path).expect("removed");
    let exported = line.ask("audit.export", arguments("csv")).await;
    let mut table = csv::Reader::from_path(&path).expect("a table");
    assert_eq!(table.headers().expect("a head").len(), 12);
    let rows: Vec<csv::StringRecord> = table.records().collect::<Result<_, _>>().expect("rows");
    assert_eq!(exported["rows"], rows.len());
    assert_eq!(exported["bytes"], path.metadata().expect("there").len());
    let last = rows.last().expect("one");
    assert_eq!(last.get(9), Some(format!("'{}", reason).as_str()));
    assert_eq!((last.get(3), last.get(7), last.get(8)), (Some(ADMIN), Some("2"), Some("3")));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(path.metadata().expect("there").permissions().mode() & 0o777, 0o600);
    }
    let path = house.folder.path().join("audit.jsonl");
    let filtered = json!({
        "path": path, "format": "jsonl", "filter": { "text": KEY, "change_type": "update" },
    });
    line.ask("audit.export", filtered).await;
    let text = fs::read_to_string(&path).expect("a file");
    let lines: Vec<Value> = text.lines().map(|line| line.parse().expect("JSON")).collect();
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0]["change_reason"], reason.trim());
    // What cannot be written leaves what is there, and nothing beside it.
    let names = || fs::read_dir(house.folder.path()).expect("a folder").count();
    let before = names();
    let nowhere = house.folder.path().join("no/such/folder.csv");
    for (bad, code) in [(house.folder.path(), Code::Duplicate), (&nowhere, Code::NotFound)] {
        let arguments = json!({ "path": bad, "format": "csv" });
        line.refused("audit.export", arguments, code).await;
    }
    assert_eq!(names(), before);
    let (kind, user): (String, Option<String>) =
        sqlx::query_as("select activity_type, user_id from activity_logs order by id desc limit 1")
            .fetch_one(&mut house.stranger().await)
            .await
            .expect("an entry");
    assert!(kind == "audit.export" && user.is_some(), "{kind}");
}

/// Says that a part is missing on this machine; where everything has to run, that is a failure.
#[expect(clippy::print_stderr, reason = "whoever runs the tests should see what was left out")]
fn skip(part: &str) {
    assert!(std::env::var_os("CI").is_none(), "{part} is missing");
    eprintln!("skipped: {part} is missing");
}
