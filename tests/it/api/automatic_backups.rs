//! Backups that are made by themselves: when they are due, which ones go, and what stands in the way.

use super::{
    ADMIN, Code, House,
    backups::{OPENS, sql, wish},
    moment,
};
use rusqlite::Connection;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Waits until the list of backups is as wanted.
async fn until_listed(house: &House, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
    use futures::StreamExt;
    let mut last = Value::Null;
    let waiting = async {
        let mut pushes = Box::pin(house.tomo.pushes());
        loop {
            last = house.ask("backup.list", json!({})).await;
            if wanted(&last) {
                return;
            }
            pushes.next().await.expect("Tomo lives");
        }
    };
    if tokio::time::timeout(super::PATIENCE, waiting).await.is_err() {
        panic!("no {what}: {last:#}");
    }
    last
}

fn made(list: &Value) -> usize {
    let entries = list["entries"].as_array().expect("entries");
    entries.iter().filter(|entry| entry["contents"].is_object()).count()
}

/// Makes what was made automatically a day older, so that another one is due.
fn a_day_later(house: &House) {
    sql(&house.file(), "update backups set made_at = datetime(made_at, '-1 day')");
}

/// Holds because nobody makes backups by hand for long; and because rotation deletes files.
#[tokio::test(flavor = "multi_thread")]
async fn backups_are_made_by_themselves_and_only_own_old_ones_go() {
    let house = House::terminal().await;
    house.tomo.start_collecting().await.expect("it collects");
    let list = house.ask("backup.list", json!({})).await;
    assert_eq!((&list["blocked"], &list["next_at"]), (&json!("No passphrase yet."), &Value::Null));
    house
        .refused("backup.set_passphrase", json!({ "passphrase": "password1234" }), Code::Invalid)
        .await;
    let keep = json!({ "key": "system.backup_keep", "value": 1, "version": 1 });
    house.ask("setting.set", keep).await;
    let set = json!({ "passphrase": OPENS });
    house.ask("backup.set_passphrase", set.clone()).await;
    let list = until_listed(&house, "first backup", |list| made(list) == 1).await;
    let first = list["entries"][0].clone();
    assert_eq!((&first["is_automatic"], &first["error"]), (&json!(true), &Value::Null));
    assert!(moment(&list["next_at"]) > chrono::Utc::now(), "the next is due tomorrow");
    let first = PathBuf::from(first["path"].as_str().expect("a path"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &Path| path.metadata().expect("there").permissions().mode() & 0o777;
        assert_eq!(mode(&first), 0o600);
        assert_eq!(mode(first.parent().expect("a folder")), 0o700);
    }
    // It opens with what is remembered.
    house.ask("backup.inspect", json!({ "path": first })).await;

    let stranger = first.with_file_name("of-another.tomobackup");
    std::fs::write(&stranger, "of another program").expect("a file");
    a_day_later(&house);
    house.ask("backup.set_passphrase", set.clone()).await;
    let second = |list: &Value| {
        made(list) == 1
            && list["entries"]
                .as_array()
                .expect("entries")
                .iter()
                .all(|entry| entry["path"].as_str() != first.to_str())
    };
    let list = until_listed(&house, "second backup alone", second).await;
    assert!(!first.exists() && stranger.exists());
    let strangers: Vec<_> = list["entries"]
        .as_array()
        .expect("entries")
        .iter()
        .filter(|entry| entry["contents"].is_null())
        .collect();
    assert_eq!(strangers.len(), 1, "{list:#}");

    // Somebody puts another file in the place of the old one: it is not Tomo's to delete.
    let second =
        list["entries"].as_array().expect("entries").iter().find(|e| e["contents"].is_object());
    let second = PathBuf::from(second.expect("it")["path"].as_str().expect("a path"));
    std::fs::write(&second, "somebody's letters").expect("a file");
    let list = house.ask("backup.list", json!({})).await;
    let entry =
        list["entries"].as_array().expect("entries").iter().find(|e| e["contents"].is_object());
    assert_eq!(entry.expect("it")["error"], "Another file is there now.");
    a_day_later(&house);
    house.ask("backup.set_passphrase", set).await;
    until_listed(&house, "third backup alone", |list| {
        made(list) == 1
            && list["entries"].as_array().expect("entries").iter().all(|entry| {
                entry["contents"].is_null() || entry["path"].as_str() != second.to_str()
            })
    })
    .await;
    assert_eq!(std::fs::read_to_string(&second).expect("there"), "somebody's letters");

    let list = house.ask("backup.set_passphrase", json!({})).await;
    assert_eq!(list["has_passphrase"], false);
}

/// Holds because a disk that is not connected must be noticed before the day it is needed.
#[tokio::test(flavor = "multi_thread")]
async fn a_backup_that_could_not_be_made_is_in_the_list_and_no_folder_is_made_up() {
    let house = House::terminal().await;
    house.tomo.start_collecting().await.expect("it collects");
    let away = house.folder.path().join("not connected");
    let folder = json!({ "key": "system.backup_folder", "value": away, "version": 1 });
    house.ask("setting.set", folder).await;
    house.ask("backup.set_passphrase", json!({ "passphrase": OPENS })).await;
    let list =
        until_listed(&house, "failure", |list| list["entries"][0]["error"].is_string()).await;
    let error = list["entries"][0]["error"].as_str().expect("a reason");
    assert!(error.contains("not connected") && !away.exists(), "{error}");
    assert!(list["blocked"].as_str().expect("why").contains("not connected"));
    let db = Connection::open(house.file()).expect("a database");
    let noted: i64 = db
        .query_row(
            "select count(*) from activity_logs where activity_type = 'backup.failed'",
            [],
            |row| row.get(0),
        )
        .expect("a count");
    assert_eq!(noted, 1);
}

/// Holds because two processes are due at the same moment, and one backup is enough.
#[tokio::test(flavor = "multi_thread")]
async fn two_processes_make_one_automatic_backup() {
    let house = House::terminal().await;
    let other = house.at_command_line().await;
    other.sign_in(ADMIN).await;
    house.tomo.start_collecting().await.expect("it collects");
    other.tomo.start_collecting().await.expect("it collects");
    let set = json!({ "passphrase": OPENS });
    tokio::join!(
        house.ask("backup.set_passphrase", set.clone()),
        other.ask("backup.set_passphrase", set.clone()),
    );
    until_listed(&house, "backup", |list| made(list) >= 1).await;
    // The second one has its turn after the first: a backup by hand waits behind both.
    let path = house.folder.path().join("by-hand.tomobackup");
    house.ask("backup.create", wish(&path)).await;
    let list = house.ask("backup.list", json!({})).await;
    let automatic = |entry: &&Value| entry["is_automatic"] == true;
    assert_eq!(list["entries"].as_array().expect("entries").iter().filter(automatic).count(), 1);
}
