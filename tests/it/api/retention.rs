//! Retention as people ask for it, and as it comes every day.

use super::{ADMIN, Code, House};
use futures::StreamExt;
use serde_json::{Value, json};
use tomo::domain::{
    fleet::{Push, Topic},
    user::Role,
};

/// Activity entries of a year ago.
async fn old_entries(house: &House, count: i64) {
    sqlx::query(
        "with recursive n (n) as (select 1 union all select n + 1 from n where n < ?1)
         insert into activity_logs (id, activity_type, message, timestamp)
         select printf('00000000-0000-7000-8000-%012d', n), 'server.edit', 'long ago',
             datetime('now', '-1 year', -n || ' seconds')
         from n",
    )
    .bind(count)
    .execute(&mut house.stranger().await)
    .await
    .expect("entries");
}

fn share<'a>(preview: &'a Value, table: &str) -> &'a Value {
    let mut tables = preview["tables"].as_array().expect("tables").iter();
    tables.find(|share| share["table"] == table).expect(table)
}

/// Holds because whoever presses the button has seen a number, and that number is what must go.
#[tokio::test(flavor = "multi_thread")]
async fn a_run_does_what_the_preview_says_and_is_remembered() {
    let house = House::quiet().await;
    old_entries(&house, 3_000).await;
    let status = house.ask("retention.status", json!({})).await;
    assert_eq!((&status["last"], &status["is_running"]), (&Value::Null, &json!(false)));

    let preview = house.ask("retention.preview", json!({})).await;
    let logs = share(&preview, "activity_logs");
    assert_eq!((&logs["expired"], &logs["days"]), (&json!(3_000), &json!(90)));
    assert!(logs["bytes"].as_u64() > Some(100_000), "{logs}");
    assert!(preview["returned_bytes"].as_u64() > Some(100_000), "{preview}");

    // Everybody may look, only an admin may run it.
    house.person(Role::Readonly).await;
    house.sign_in(Role::Readonly.as_str()).await;
    assert_eq!(
        share(&house.ask("retention.preview", json!({})).await, "activity_logs")["expired"],
        3_000
    );
    house.refused("retention.run", json!({}), Code::Forbidden).await;
    house.sign_in(ADMIN).await;

    let mut pushes = Box::pin(house.tomo.pushes());
    let run = house.ask("retention.run", json!({})).await;
    assert_eq!((&run["error"], &run["asked_by"]), (&Value::Null, &json!(ADMIN)));
    assert_eq!(share(&run, "activity_logs")["rows"], 3_000);
    assert!(run["returned_bytes"].as_u64() > Some(100_000), "{run}");
    loop {
        if pushes.next().await.expect("Tomo lives") == (Push::Changed { topic: Topic::Retention }) {
            break;
        }
    }
    let status = house.ask("retention.status", json!({})).await;
    // The table keeps whole seconds.
    assert_eq!(status["last"]["tables"], run["tables"]);
    assert_eq!(status["last"]["returned_bytes"], run["returned_bytes"]);
    assert!(super::moment(&status["next_at"]) > chrono::Utc::now(), "{status}");
    let filter = json!({ "filter": { "activity_types": ["retention.run"] } });
    let entries = house.ask("activity.list", filter).await;
    let entry = &entries["entries"][0];
    let message = entry["message"].as_str().expect("a message");
    assert!(message.starts_with("Retention removed 3,000 rows and gave back "), "{message}");
    assert_eq!(entry["details"]["rows"]["activity_logs"], 3_000);
    assert_eq!(entry["username"], ADMIN);
}

/// Holds because two runs at once would count each other's rows, and fight for the lock.
#[tokio::test(flavor = "multi_thread")]
async fn a_second_run_at_the_same_time_is_refused() {
    let house = House::quiet().await;
    old_entries(&house, 10).await;
    // Another process: it holds the file, and has noted that it began.
    let held = std::fs::File::create(house.folder.path().join("retention.lock")).expect("a file");
    held.lock().expect("the lock");
    sqlx::query("insert into retention_runs (started_at) values (datetime('now'))")
        .execute(&mut house.stranger().await)
        .await
        .expect("a run");
    assert_eq!(house.ask("retention.status", json!({})).await["is_running"], true);
    let error = house.refused("retention.run", json!({}), Code::Invalid).await;
    assert_eq!(error.message, "Retention is running already. Wait until it has ended.");
    assert_eq!(house.tomo.retain_when_due().await.expect("no error").map(|run| run.tables), None);
    // It dies: what it began was cut off, and is made up.
    drop(held);
    let status = house.ask("retention.status", json!({})).await;
    assert_eq!(
        (&status["is_running"], &status["last"]["finished_at"]),
        (&json!(false), &Value::Null)
    );
    let run = house.tomo.retain_when_due().await.expect("it runs").expect("it is due");
    assert_eq!(run.asked_by, None);
    assert!(run.has_dropped());
}

/// Holds because a computer that is off at night would otherwise keep everything for ever, and one
/// that is on would drop it every minute.
#[tokio::test(flavor = "multi_thread")]
async fn it_comes_once_a_day_and_when_it_was_missed() {
    let house = House::quiet().await;
    assert!(house.tomo.retain_when_due().await.expect("it runs").is_some(), "never yet");
    assert!(house.tomo.retain_when_due().await.expect("it runs").is_none(), "once a day");
    let filter = json!({ "filter": { "activity_types": ["retention.run"] } });
    let entries = house.ask("activity.list", filter.clone()).await;
    assert_eq!(entries["total"], 0, "nothing was old, so there is nothing to tell");

    let db = &mut house.stranger().await;
    let past = "update retention_runs set started_at = datetime('now', '-25 hours')";
    sqlx::query(past).execute(&mut *db).await.expect("a day later");
    old_entries(&house, 5).await;
    assert!(house.tomo.retain_when_due().await.expect("it runs").is_some(), "the next day");
    let entries = house.ask("activity.list", filter).await;
    assert_eq!((&entries["total"], &entries["entries"][0]["user_id"]), (&json!(1), &Value::Null));

    // Switched off, it comes only when somebody asks for it.
    sqlx::query(past).execute(db).await.expect("a day later");
    let key = "retention.cleanup_enabled";
    let settings = house.ask("setting.list", json!({})).await;
    let mut settings = settings.as_array().expect("settings").iter();
    let version = settings.find(|setting| setting["key"] == key).expect(key)["version"].clone();
    house.ask("setting.set", json!({ "key": key, "value": false, "version": version })).await;
    assert!(house.tomo.retain_when_due().await.expect("no error").is_none());
    assert_eq!(house.ask("retention.status", json!({})).await["next_at"], Value::Null);
    old_entries(&house, 5).await;
    let run = house.ask("retention.run", json!({})).await;
    assert_eq!(share(&run, "activity_logs")["rows"], 5);
}
