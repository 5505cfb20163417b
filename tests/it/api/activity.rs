//! The activity log as people read it: who may see what, pages, searches, files, and what Tomo itself
//! writes into it.

use super::{ADMIN, Code, House, PATIENCE, id_of, unreachable};
use futures::StreamExt;
use serde_json::{Value, json};
use tomo::{
    app::activity::Entry,
    domain::{
        activity::{Activity, ActivityKind, ActivityPage, Audience},
        fleet::{Push, Topic},
        user::Role,
    },
};

impl House {
    async fn activity(&self, filter: Value) -> ActivityPage {
        let page = self.ask("activity.list", json!({ "filter": filter, "limit": 200 })).await;
        serde_json::from_value(page).expect("a page")
    }

    async fn messages(&self, filter: Value) -> Vec<String> {
        self.activity(filter).await.entries.into_iter().map(|entry| entry.message).collect()
    }

    /// Waits until the log has an entry like this.
    async fn until_entry(&self, kind: &str, count: usize) -> Vec<Activity> {
        let mut pushes = Box::pin(self.tomo.pushes());
        let waiting = async {
            loop {
                let entries = self.activity(json!({ "activity_types": [kind] })).await.entries;
                if entries.len() >= count {
                    return entries;
                }
                pushes.next().await.expect("Tomo lives");
            }
        };
        match tokio::time::timeout(PATIENCE, waiting).await {
            Ok(entries) => entries,
            Err(_) => panic!("no {count} × {kind}: {:?}", self.messages(json!({})).await),
        }
    }
}

/// Holds because the log says who signed in when and what assistants did: whoever may not see that
/// must not learn it from a search, a total or a file either.
#[tokio::test(flavor = "multi_thread")]
async fn others_see_what_is_for_everybody_and_what_they_did() {
    let house = House::quiet().await.at_command_line().await;
    house.sign_in(ADMIN).await;
    let admin = house.tomo.session().await.expect("signed in").user.id;
    for kind in ActivityKind::ALL {
        house.tomo.record(Entry::by(admin, *kind, format!("secretive {}", kind.as_str()))).await;
    }
    house.person(Role::Readonly).await;
    house.sign_in(Role::Readonly.as_str()).await;
    let own = house.tomo.session().await.expect("signed in").user.id;
    house.tomo.record(Entry::by(own, ActivityKind::McpCall, "secretive, but mine")).await;

    let everybody: Vec<_> =
        ActivityKind::ALL.iter().filter(|kind| kind.audience() == Audience::Everybody).collect();
    for filter in [json!({}), json!({ "text": "secretive" })] {
        let page = house.activity(filter).await;
        assert_eq!(page.total, Some(page.entries.len() as u64));
        for entry in &page.entries {
            let kind = ActivityKind::from_text(&entry.activity_type).expect("a kind");
            let allowed = kind.audience() == Audience::Everybody || entry.user_id == Some(own);
            assert!(allowed, "{entry:?}");
        }
        let shown = page.entries.iter().filter(|entry| entry.message.starts_with("secretive"));
        assert_eq!(shown.count(), everybody.len() + 1);
    }
    assert_eq!(
        house.messages(json!({ "activity_types": ["mcp.call"] })).await,
        ["secretive, but mine"]
    );
    assert_eq!(house.messages(json!({ "user_id": admin, "group": "users" })).await.len(), 0);

    let path = house.folder.path().join("log.jsonl");
    let export = json!({ "path": path, "format": "jsonl" });
    let done = house.ask("activity.export", export.clone()).await;
    let text = std::fs::read_to_string(&path).expect("a file");
    let entries: Vec<Activity> =
        text.lines().map(|line| serde_json::from_str(line).expect("an entry")).collect();
    assert_eq!(done["rows"], entries.len());
    assert!(entries.iter().all(|entry| {
        entry.user_id == Some(own)
            || ActivityKind::from_text(&entry.activity_type)
                .is_some_and(|kind| kind.audience() == Audience::Everybody)
    }));
    // The admin sees all of it, with who wrote the file.
    house.sign_in(ADMIN).await;
    house.refused("activity.export", export.clone(), Code::Duplicate).await;
    std::fs::remove_file(&path).expect("removed");
    house.ask("activity.export", export).await;
    let text = std::fs::read_to_string(&path).expect("a file");
    assert!(text.contains("secretive session.sign_in_failed"));
    let exports = house.activity(json!({ "activity_types": ["activity.export"] })).await.entries;
    assert_eq!(exports[1].username.as_deref(), Some("readonly"));
    assert_eq!(exports[1].details.as_ref().expect("details")["rows"], entries.len());
}

/// Holds because pages are asked for by a cursor that a page gave, and by nothing else.
#[tokio::test(flavor = "multi_thread")]
async fn pages_follow_each_other_and_bad_questions_are_refused() {
    let house = House::quiet().await;
    for number in 0..30 {
        house
            .tomo
            .record(Entry::by_tomo(ActivityKind::ServerEdit, format!("entry {number}")))
            .await;
    }
    // Without a length a page is as long as the setting says.
    let page = house.ask("activity.list", json!({ "filter": { "text": "entry" } })).await;
    assert_eq!((page["entries"].as_array().map(Vec::len), &page["total"]), (Some(25), &json!(30)));
    let after = json!({ "filter": { "text": "entry" }, "after": page["next"] });
    let page = house.ask("activity.list", after).await;
    assert_eq!(page["entries"].as_array().map(Vec::len), Some(5));
    assert_eq!((&page["total"], &page["next"]), (&Value::Null, &Value::Null));

    let huge = "x".repeat(1 << 20);
    for wrong in [
        json!({ "limit": 0 }),
        json!({ "limit": 201 }),
        json!({ "limit": -1 }),
        json!({ "limit": "5" }),
        json!({ "after": "" }),
        json!({ "after": "1; drop table activity_logs" }),
        json!({ "after": huge }),
        json!({ "filter": { "activity_types": ["no.such"] } }),
        json!({ "filter": { "activity_types": vec!["server.add"; 1_000] } }),
        json!({ "filter": { "text": huge } }),
        json!({ "filter": { "text": "a ".repeat(20) } }),
        json!({ "filter": { "app_id": huge } }),
        json!({ "filter": { "user_id": "anna" } }),
        json!({ "filter": { "since": "yesterday" } }),
        json!({ "filter": { "no such": 1 } }),
        json!({ "filter": { "group": "secrets" } }),
    ] {
        let error = house.refused("activity.list", wrong, Code::Invalid).await;
        assert!(error.message.len() < 2_000, "a refusal repeats no megabyte");
    }
    for text in ["\u{0}", "\u{202e}", "\" OR 1", "*", "NEAR(", "🏠", "'; drop table x; --"] {
        house.activity(json!({ "text": text })).await;
    }
    // The window may name only a file that a dialog gave.
    let export = json!({ "path": house.folder.path().join("x.csv"), "format": "csv" });
    house.refused("activity.export", export, Code::Invalid).await;
}

/// Holds because a removed server's row is gone, and who removed which one is asked afterwards; and
/// because the same person acts in the window and through an assistant.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_person_does_is_recorded_with_who_what_and_how() {
    let house = House::quiet().await;
    let name = "<b>nas</b> \u{202e}'; drop table servers; --";
    let id = id_of(&house.ask("server.add", unreachable("nas", "nas.invalid")).await);
    let renamed = json!({
        "id": id,
        "server": super::server("another nas", "nas.invalid", 22, "anna", "password"),
        "credential": { "kind": "stored" },
    });
    house.ask("server.edit", renamed).await;
    // Another process may be the one that removes it.
    let other = house.at_command_line().await;
    other.sign_in(ADMIN).await;
    other.ask("server.remove", json!({ "id": id })).await;
    let entries = house.activity(json!({ "server_id": id })).await.entries;
    let found: Vec<_> = entries
        .iter()
        .map(|entry| {
            let details = entry.details.as_ref().expect("details");
            (entry.message.as_str(), details["via"].as_str().expect("via"))
        })
        .collect();
    assert_eq!(
        found,
        [
            ("Server removed: another nas", "command line"),
            ("Server changed: nas", "window"),
            ("Server added: nas", "window"),
        ]
    );
    assert!(entries.iter().all(|entry| entry.username.as_deref() == Some(ADMIN)));
    assert!(entries.iter().all(|entry| entry.server_name.is_none()), "the server is gone");
    // What was typed is shown as it was typed, and of a sensible length.
    house.tomo.record(Entry::by_tomo(ActivityKind::ServerEdit, name)).await;
    house.tomo.record(Entry::by_tomo(ActivityKind::ServerEdit, "y".repeat(1 << 20))).await;
    let messages = house.messages(json!({ "by_tomo": true, "group": "servers" })).await;
    assert_eq!(messages[1], name);
    assert!(messages[0].chars().count() <= 1_001);
}

/// Holds because the window is open all day while somebody works in a terminal.
#[tokio::test(flavor = "multi_thread")]
async fn what_another_process_writes_is_announced() {
    let house = House::collecting().await;
    let other = house.at_command_line().await;
    let mut pushes = Box::pin(house.tomo.pushes());
    other.tomo.record(Entry::by_tomo(ActivityKind::BackupCreate, "from elsewhere")).await;
    let waiting = async {
        loop {
            match pushes.next().await.expect("Tomo lives") {
                Push::Changed { topic: Topic::Activity }
                    if house.messages(json!({})).await.contains(&"from elsewhere".to_owned()) =>
                {
                    return;
                }
                _ => {}
            }
        }
    };
    tokio::time::timeout(PATIENCE, waiting).await.expect("an announcement");
}

/// Holds because a server that goes away at night is what the log is for: once, with the reason, and
/// how long it took; not for each attempt, and not by each process that watches.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_loss_and_a_return_are_one_entry_each() {
    let Some(mut lab) = super::lab::Lab::start() else { return };
    let house = House::collecting().await;
    let id = lab.watched_by(&house).await;
    let other = house.beside().await;
    other.sign_in(ADMIN).await;
    other.tomo.start_collecting().await.expect("it collects");
    other.until_cpu(&id).await;
    let of_it =
        json!({ "server_id": id, "activity_types": ["connection.lost", "connection.made"] });
    assert_eq!(house.messages(of_it.clone()).await.len(), 0, "a first connection is no news");

    lab.sshd.stop();
    let first = house.until_state(&id, "retrying").await;
    other.until_state(&id, "retrying").await;
    house
        .until(&id, "further attempt", |row| {
            row["connection"]["state"] == "retrying"
                && row["connection"]["retry_at"] != first["connection"]["retry_at"]
        })
        .await;
    let lost = house.messages(of_it.clone()).await;
    assert_eq!(lost.len(), 1, "{lost:?}");
    assert!(lost[0].starts_with("Connection to lab lost: "), "{lost:?}");

    lab.sshd.restart();
    house.until_state(&id, "connected").await;
    other.until_state(&id, "connected").await;
    house.until_entry("connection.made", 1).await;
    let both = house.activity(of_it).await.entries;
    assert_eq!(both.len(), 2, "{both:?}");
    assert!(both[0].message.starts_with("Connected again to lab after "), "{both:?}");
    assert!(both[0].details.as_ref().expect("details")["seconds"].is_u64());
    assert_eq!(both[0].user_id, None);
    assert_eq!(both[0].server_name.as_deref(), Some("lab"));

    // A pause is no loss, and its end is no return.
    house.ask("collection.pause", json!({})).await;
    house.until_state(&id, "paused").await;
    house.ask("collection.resume", json!({})).await;
    house.until_state(&id, "connected").await;
    let connections = json!({ "server_id": id, "group": "connections", "by_tomo": true });
    assert_eq!(house.messages(connections).await.len(), 2);

    lab.sshd.replace_host_keys();
    lab.sshd.restart();
    house.until_state(&id, "host_key_changed").await;
    other.until_state(&id, "host_key_changed").await;
    let changed = house.until_entry("connection.host_key_changed", 1).await;
    assert_eq!(changed.len(), 1, "{changed:?}");
    assert_eq!(changed[0].details.as_ref().expect("details")["presented"], lab.fingerprint());
}
