//! The list of servers as a file: what is written, what importing would do, and that it does that.

use super::{Code, House, backups::tables, id_of, server, unreachable};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

fn list(servers: Value) -> Value {
    json!({ "format": "tomo-servers", "version": 1, "servers": servers })
}

fn file(house: &House, content: impl AsRef<[u8]>) -> PathBuf {
    let path = house.folder.path().join("list.json");
    std::fs::write(&path, content).expect("a file");
    path
}

async fn preview(house: &House, path: &Path) -> Value {
    house.ask("server_list.preview", json!({ "path": path })).await
}

/// Holds because the list is made to be given away: no secret, and not the computer it came from.
#[tokio::test(flavor = "multi_thread")]
async fn a_list_has_addresses_and_nothing_else_and_comes_back_the_same() {
    let house = House::terminal().await;
    house.ask("server.add", unreachable("Ünïcödé 日本 🏠", "nas.invalid")).await;
    house
        .ask(
            "server.add",
            json!({
                "server": server("agent", "a.invalid", 2222, "me", "agent"),
                "credential": { "kind": "agent" },
            }),
        )
        .await;
    let path = house.folder.path().join("list.json");
    let written = house.ask("server_list.export", json!({ "path": path })).await;
    assert_eq!(written["rows"], 2);
    let text = std::fs::read_to_string(&path).expect("text");
    assert_eq!(written["bytes"], text.len());
    assert!(!text.contains("never sent"), "no secret");
    let read: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(
        read,
        list(json!([
            server("agent", "a.invalid", 2222, "me", "agent"),
            server("Ünïcödé 日本 🏠", "nas.invalid", 22, "anna", "password"),
        ]))
    );
    house.refused("server_list.export", json!({ "path": path }), Code::Duplicate).await;

    let same = preview(&house, &path).await;
    assert!(same["entries"].as_array().expect("entries").iter().all(|e| e["action"] == "same"));
    let other = House::terminal().await;
    let shown = preview(&other, &path).await;
    assert!(shown["entries"].as_array().expect("entries").iter().all(|e| e["action"] == "add"));
    let given = json!({ "path": path, "digest": shown["digest"] });
    let result = other.ask("server_list.import", given).await;
    assert_eq!(result, json!({ "added": 2, "changed": 0, "left": 0 }));
    let fleet = other.ask("fleet.get", json!({})).await;
    let row = |name: &str| {
        let rows = fleet["servers"].as_array().expect("rows");
        rows.iter().find(|row| row["server"]["name"] == name).cloned().expect("a row")
    };
    assert_eq!(row("agent")["server"]["enabled"], true, "an agent needs nothing of Tomo");
    let waits = row("Ünïcödé 日本 🏠");
    assert_eq!(waits["server"]["enabled"], false);
    let details = other.ask("server.details", json!({ "id": id_of(&waits) })).await;
    assert_eq!(details["has_credential"], false);
    let edited = other
        .ask(
            "server.edit",
            json!({
                "id": id_of(&waits),
                "server": server("nas", "nas.invalid", 22, "anna", "password"),
                "credential": { "kind": "password", "password": "given now" },
            }),
        )
        .await;
    assert_eq!(edited["server"]["enabled"], true, "it waits no longer");
}

/// Holds because importing over a list in use must not surprise: each of its cases is shown first.
#[tokio::test(flavor = "multi_thread")]
async fn a_preview_says_what_importing_does() {
    let house = House::terminal().await;
    let nas = id_of(&house.ask("server.add", unreachable("nas", "nas.invalid")).await);
    house.ask("server.add", unreachable("pi", "pi.invalid")).await;
    let path = file(
        &house,
        list(json!([
            server("nas", "nas.invalid", 22, "anna", "password"),
            server("box", "pi.invalid", 22, "anna", "key"),
            server("new", "new.invalid", 22, "anna", "agent"),
            server("again", "new.invalid", 22, "anna", "agent"),
            server("NEW", "third.invalid", 22, "anna", "agent"),
            server("nas", "fourth.invalid", 22, "anna", "agent"),
            server("me", "localhost", 0, "me", "local"),
            server("", "fifth.invalid", 22, "anna", "agent"),
            server("bell\u{7}", "sixth.invalid", 22, "anna", "agent"),
            server("quote", "a'; rm -rf /", 22, "anna", "agent"),
        ]))
        .to_string(),
    );
    let shown = preview(&house, &path).await;
    let actions: Vec<_> = shown["entries"]
        .as_array()
        .expect("entries")
        .iter()
        .map(|entry| entry["action"].as_str().expect("an action"))
        .collect();
    assert_eq!(
        actions,
        [
            "same", "change", "add", "conflict", "conflict", "conflict", "conflict", "conflict",
            "conflict", "conflict"
        ],
        "{shown:#}"
    );
    assert_eq!(shown["entries"][1]["current"]["name"], "pi");
    let reasons: Vec<_> = (3..10).map(|at| shown["entries"][at]["reason"].as_str()).collect();
    assert_eq!(reasons[0], Some("It is the same as number 3 here."));
    assert_eq!(reasons[1], Some("Number 3 here has the same name."));
    assert!(reasons.iter().all(|reason| reason.is_some_and(|reason| reason.ends_with('.'))));

    let digest = shown["digest"].clone();
    let given = json!({ "path": path, "digest": digest, "leave_out": [2] });
    let result = house.ask("server_list.import", given).await;
    assert_eq!(result, json!({ "added": 0, "changed": 1, "left": 9 }));
    let rows = house.ask("fleet.get", json!({})).await["servers"].clone();
    let named = |name: &str| {
        rows.as_array().expect("rows").iter().find(|row| row["server"]["name"] == name).cloned()
    };
    let changed = named("box").expect("it is called box now");
    // Its password is of no use for signing in by key.
    assert_eq!(changed["server"]["enabled"], false);
    let details = house.ask("server.details", json!({ "id": id_of(&changed) })).await;
    assert_eq!(details["has_credential"], false);
    assert!(named("new").is_none() && named("nas").is_some_and(|row| id_of(&row) == nas));
    let entry: String = rusqlite::Connection::open(house.file())
        .expect("a database")
        .query_row(
            "select details from activity_logs where activity_type = 'server_list.import'",
            [],
            |row| row.get(0),
        )
        .expect("an entry");
    assert!(entry.contains("\"changed\":1"), "{entry}");
}

/// Holds because somebody may change the file, or the servers, between looking and agreeing.
#[tokio::test(flavor = "multi_thread")]
async fn only_what_was_looked_at_is_imported() {
    let house = House::terminal().await;
    let one = list(json!([server("one", "one.invalid", 22, "anna", "agent")])).to_string();
    let path = file(&house, &one);
    let digest = preview(&house, &path).await["digest"].clone();
    let before = tables(&house.file());
    let given = json!({ "path": path, "digest": digest });
    file(&house, one.replace("one.invalid", "evil.invalid"));
    house.refused("server_list.import", given.clone(), Code::Stale).await;
    file(&house, &one);
    let out = json!({ "path": path, "digest": digest, "leave_out": [1] });
    house.refused("server_list.import", out, Code::Invalid).await;
    assert_eq!(tables(&house.file()), before);
    house.ask("server.add", unreachable("one", "other.invalid")).await;
    house.refused("server_list.import", given, Code::Stale).await;
    let window = house.beside().await;
    window.sign_in(super::ADMIN).await;
    window.refused("server_list.preview", json!({ "path": path }), Code::Invalid).await;
}

/// Holds because the file comes from anywhere: what is wrong is named with its place, and nothing
/// is taken.
#[tokio::test(flavor = "multi_thread")]
async fn a_hostile_list_is_refused_with_the_place() {
    let house = House::terminal().await;
    let before = tables(&house.file());
    let good = server("a", "a.invalid", 22, "anna", "agent");
    let mut secret = good.clone();
    secret["password"] = json!("hunter2");
    let mut port = good.clone();
    port["port"] = json!(70_000);
    let cases: Vec<(Vec<u8>, &str)> = vec![
        (b"".to_vec(), "line 1, column 0"),
        (b"{\n  \"format\": }".to_vec(), "line 2"),
        (b"[1]".to_vec(), "not a list of servers"),
        (b"{\"format\":\"other\",\"version\":1}".to_vec(), "not a list of servers"),
        (json!({ "format": "tomo-servers", "version": 2 }).to_string().into(), "newer Tomo"),
        (list(json!([secret])).to_string().into(), "line 1"),
        (list(json!([port])).to_string().into(), "line 1"),
        (list(json!(vec![good; 1001])).to_string().into(), "up to 1000"),
        (vec![b' '; (1 << 20) + 1], "too large"),
        (vec![0xff; 100], "line 1"),
        ("[".repeat(100_000).into(), "not a list of servers"),
    ];
    for (content, words) in cases {
        let path = file(&house, content);
        let given = json!({ "path": path });
        let error = house.refused("server_list.preview", given, Code::Invalid).await;
        assert!(error.message.contains(words), "{words}: {error:?}");
        assert!(error.message.len() < 600 && !error.message.contains("hunter2"), "{error:?}");
    }
    let folder = json!({ "path": house.folder.path() });
    house.refused("server_list.preview", folder, Code::Invalid).await;
    let long = list(json!([server(&"x".repeat(500_000), "a.invalid", 22, "anna", "agent")]));
    let shown = preview(&house, &file(&house, long.to_string())).await;
    assert_eq!(shown["entries"][0]["action"], "conflict");
    assert_eq!(tables(&house.file()), before);
}
