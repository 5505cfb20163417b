//! What the program says of itself, and the file for a bug report.

use super::{ADMIN, Code, House, PASSPHRASE, PASSWORD, PATIENCE, local, server, unreachable};
use serde_json::{Value, json};
use std::fs;
use tomo::{
    app::{Options, Tomo},
    domain::{about::API_VERSION, session::Door},
    vault::Keychain,
};

/// Holds because a bug report begins with these.
#[tokio::test(flavor = "multi_thread")]
async fn about_tells_versions_and_places() {
    let house = House::quiet().await;
    let about = house.ask("about.get", json!({})).await;
    let version = |name: &str| -> Value {
        let all = about["components"].as_array().expect("components");
        let found = all.iter().find(|component| component["component"] == name);
        found.unwrap_or_else(|| panic!("no {name}"))["version"].clone()
    };
    assert_eq!(version("backend"), env!("CARGO_PKG_VERSION"));
    assert_eq!(version("api"), API_VERSION);
    let page = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/ui/package.json"));
    let page: Value = serde_json::from_str(&page.expect("the page's package")).expect("JSON");
    assert_eq!(version("frontend"), page["version"]);
    assert_eq!(about["data_dir"], house.folder.path().display().to_string());
    assert_eq!(about["log_dir"], Value::Null, "no log was written here");
    assert!(about["database_bytes"].as_u64() > Some(50_000), "{about}");
    assert!(about["schema_version"].as_i64() > Some(20_261_122_090_000), "{about}");
    assert!(about["sqlite_version"].as_str().is_some_and(|text| text.starts_with("3.")));
    assert!(about["os"].as_str().is_some_and(|text| !text.is_empty()));
}

/// Holds because 'since when is it broken' is answered by when the version changed, and an entry at
/// every start would hide it.
#[tokio::test(flavor = "multi_thread")]
async fn another_version_is_noted_once() {
    let house = House::quiet().await;
    let entries = "select count(*) from activity_logs where activity_type = 'version.changed'";
    let count = async |house: &House| -> i64 {
        sqlx::query_scalar(entries).fetch_one(&mut house.stranger().await).await.expect("a count")
    };
    assert_eq!(count(&house).await, 0, "a new database has no version before");
    let older = "update component_versions set version = '0.0.9' where component = 'backend'";
    sqlx::query(older).execute(&mut house.stranger().await).await.expect("an older version");
    let house = house.reopened().await;
    assert_eq!(count(&house).await, 1);
    let house = house.reopened().await;
    assert_eq!(count(&house).await, 1);
    let about = "select message from activity_logs where activity_type = 'version.changed'";
    let message: String =
        sqlx::query_scalar(about).fetch_one(&mut house.stranger().await).await.expect("an entry");
    assert!(message.contains("0.0.9") && message.contains(env!("CARGO_PKG_VERSION")), "{message}");
}

/// Holds because whoever was given the program is owed the authors' licences, signed in or not.
#[tokio::test(flavor = "multi_thread")]
async fn licences_are_there_before_anybody_has_an_account() {
    let house = House::empty().await;
    let licences = house.ask("about.licences", json!({})).await;
    let licences = licences.as_array().expect("licences");
    assert!(licences.len() > 200, "{}", licences.len());
    let with_text = licences.iter().filter(|one| one["text"] != "").count();
    assert!(with_text * 100 > licences.len() * 95, "{with_text} of {}", licences.len());
    assert!(licences.iter().all(|one| one["licence"] != ""), "each names its licence");
}

/// The command line's Tomo on the house's folder: it may name files.
async fn command_line(house: &House) -> House {
    let options = Options {
        data_dir: house.folder.path().to_owned(),
        door: Door::CommandLine,
        keychain: Keychain::disabled(),
        passphrase: Some(PASSPHRASE.to_owned().into()),
        choose_file: None,
        login_entry: None,
    };
    let tomo = Tomo::open(options).await.expect("Tomo opens");
    let house = House { tomo, folder: house.folder.clone(), answers: std::sync::Mutex::default() };
    house.sign_in(ADMIN).await;
    house
}

/// Holds because the file is posted where everybody reads it: what somebody calls a server, a user or
/// a host is nobody's business, and neither is what the log quotes.
#[tokio::test(flavor = "multi_thread")]
async fn diagnostics_hold_nothing_that_tells_whose_they_are() {
    let window = House::quiet().await;
    let house = command_line(&window).await;
    house.tomo.start_collecting().await.expect("it collects");
    let known = [
        ("attic-nas", "attic-host.zebra.example", "zebrauser"),
        ("Zürich Backup", "203.0.113.77", "backupzebra"),
    ];
    for (name, host, user) in known {
        let mut add = unreachable(name, host);
        add["server"] = server(name, host, 22, user, "password");
        add["credential"]["password"] = json!("zebra-secret-word");
        add["connect"] = json!(false);
        house.ask("server.add", add).await;
    }
    let zone = house.ask("setting.list", json!({})).await;
    let version = |key: &str| {
        let all = zone.as_array().expect("settings").iter();
        all.clone().find(|setting| setting["key"] == key).expect(key)["version"].clone()
    };
    for (key, value) in [
        ("ui.timezone", json!("Antarctica/Troll")),
        ("ui.theme", json!("dark")),
        ("monitoring.cpu_warning_percent", json!(77)),
    ] {
        let set = json!({ "key": key, "value": value, "version": version(key) });
        house.ask("setting.set", set).await;
    }
    let logs = house.folder.path().join("logs");
    fs::create_dir(&logs).expect("a folder");
    let mut log = String::from("2026-11-20T00:00:00Z  INFO tomo: too old to be in\n");
    for _ in 0..190 {
        log.push_str("2026-11-22T10:00:00.5Z  INFO tomo: kept\n");
    }
    fs::write(logs.join("tomo.2026-11-21.log"), &log).expect("a log");
    let folder = house.folder.path().display();
    let said = [
        "WARN tomo::ssh: connecting to ATTIC-NAS failed error=refused by 203.0.113.77:22",
        "WARN tomo::ssh: gone host=attic-host.zebra.example user=zebrauser",
        "ERROR tomo::app: Zürich Backup said 'zebra-secret-word'",
        "WARN russh: zebra-secret-word",
        &format!("ERROR tomo::store: {folder}/tomo.db: permission denied"),
        "WARN tomo::app: forgotten-zebra.lan at fe80::abcd%eth0 and root@zebra",
        "a broken line about zebra",
        "WARN tomo::app: the database could not be followed error=The disk is full",
        "INFO tomo: kept",
        "INFO tomo: kept",
    ];
    let lines: Vec<_> = said
        .iter()
        .map(|line| match line.split_once(' ') {
            Some((level, rest)) if level.chars().all(char::is_uppercase) => {
                format!("2026-11-22T11:00:00.5Z  {level} {rest}\n")
            }
            _ => format!("{line}\n"),
        })
        .collect();
    fs::write(logs.join("tomo.2026-11-22.log"), lines.concat()).expect("a log");
    tokio::time::timeout(PATIENCE, house.until_cpu(&local())).await.expect("figures");

    let path = house.folder.path().join("report.json");
    fs::write(&path, "the report of last year").expect("a file");
    house.refused("diagnostics.save", json!({ "path": path }), Code::Duplicate).await;
    fs::remove_file(&path).expect("removed");
    let saved = house.ask("diagnostics.save", json!({ "path": path })).await;
    let text = fs::read_to_string(&path).expect("the file");
    assert_eq!(saved["bytes"].as_u64(), Some(text.len() as u64));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(&path).expect("the file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "what Tomo writes is for its owner alone");
    }
    let report: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(report["versions"]["backend"], env!("CARGO_PKG_VERSION"));
    assert_eq!(report["servers"]["by_sign_in"]["password"], 2);
    assert_eq!(report["servers"]["by_connection"]["connected"], 1);
    assert_eq!(report["database"]["rows"]["servers"], 3);
    assert_eq!(report["keychain"]["vault"]["place"], "passphrase_file");
    let settings = json!({
        "ui.theme": "dark", "ui.timezone": "(changed)", "monitoring.cpu_warning_percent": 77,
    });
    assert_eq!(report["settings_changed"], settings);
    assert!(report["costs"][0]["samples"].as_u64() > Some(0), "{report:#}");
    let log = report["log"].as_array().expect("lines");
    assert_eq!(log.len(), 200);
    assert!(log.iter().any(|line| {
        line.as_str()
            .is_some_and(|line| line.ends_with("could not be followed error=The disk is full"))
    }));
    let lower = text.to_lowercase();
    for private in [
        "attic",
        "zebra",
        "zürich",
        "203.0.113",
        "fe80",
        "root@",
        "troll",
        "antarctica",
        PASSWORD,
        PASSPHRASE,
        ADMIN,
        &folder.to_string(),
        "too old",
    ] {
        assert!(!lower.contains(&private.to_lowercase()), "{private} is in {text}");
    }
    if let Some(name) = sysinfo_name() {
        assert!(!lower.contains(&name.to_lowercase()), "the computer's name");
    }
    let window_path = json!({ "path": window.folder.path().join("other.json") });
    window.refused("diagnostics.save", window_path, Code::Invalid).await;
    house.tomo.shutdown().await;
}

/// This computer's name, where it is no word that stands in any report.
fn sysinfo_name() -> Option<String> {
    let name = fs::read_to_string("/proc/sys/kernel/hostname").ok()?.trim().to_owned();
    (name.len() > 5 && name != "localhost").then_some(name)
}
