//! Collection as a whole: its pauses, and the history it leaves behind.

use super::{ADMIN, Code, House, local, moment};
use chrono::{TimeDelta, Utc};
use serde_json::{Value, json};

/// Holds because a pause has to stop what it says it stops, and to end when told.
#[tokio::test(flavor = "multi_thread")]
async fn a_pause_lasts_until_somebody_resumes() {
    let house = House::collecting().await;
    let id = local();
    house.until_cpu(&id).await;
    let paused = house.ask("collection.pause", json!({})).await;
    assert_eq!((&paused["paused"], &paused["paused_until"]), (&json!(true), &Value::Null));
    let row = house.until_state(&id, "paused").await;
    assert_eq!(row["health"]["state"], "off");
    assert!(row["figures"]["at"].is_string(), "the last figures stay, with their time");
    assert_eq!(house.ask("fleet.get", json!({})).await["collection"], paused);

    let resumed = house.ask("collection.resume", json!({})).await;
    assert_eq!(resumed["paused"], false);
    house.until_state(&id, "connected").await;
    house.local_samples(1).await;
}

/// Holds because nobody is there at night to press 'Resume'.
#[tokio::test(flavor = "multi_thread")]
async fn a_pause_ends_by_itself() {
    let house = House::collecting().await;
    let id = local();
    let until = Utc::now() + TimeDelta::seconds(2);
    let paused = house.ask("collection.pause", json!({ "until": until })).await;
    assert_eq!(moment(&paused["paused_until"]), until);
    house.until_state(&id, "paused").await;
    house.until_state(&id, "connected").await;
    assert!(Utc::now() >= until, "not before its time");
    assert_eq!(house.ask("fleet.get", json!({})).await["collection"]["paused"], false);
}

/// Holds because a pause that is over before it begins is a mistake, not a wish.
#[tokio::test(flavor = "multi_thread")]
async fn a_pause_until_the_past_is_refused() {
    let house = House::quiet().await;
    let past = Utc::now() - TimeDelta::seconds(1);
    house.refused("collection.pause", json!({ "until": past }), Code::Invalid).await;
    house.refused("collection.pause", json!({ "until": "tomorrow" }), Code::Invalid).await;
    assert_eq!(house.ask("fleet.get", json!({})).await["collection"]["paused"], false);
}

/// Holds because the last minute before quitting is the one that people look for after a crash of
/// what they watch.
#[tokio::test(flavor = "multi_thread")]
async fn the_minute_that_was_begun_is_kept() {
    let house = House::collecting().await;
    let id = local();
    let begun = Utc::now().timestamp();
    house.until_cpu(&id).await;
    let house = house.reopened().await;
    let now = Utc::now().timestamp();
    house.sign_in(ADMIN).await;
    let history = house.ask("server.history", json!({ "id": id, "range": "1h" })).await;
    let at: Vec<i64> = serde_json::from_value(history["at"].clone()).expect("times");
    assert!(!at.is_empty(), "{history:#}");
    for (index, at) in at.iter().enumerate() {
        assert_eq!(at % 60, 0);
        assert!((begun - 60..=now).contains(at), "{at} is none of {begun}–{now}");
        assert!(history["memory_used_bytes"][index].as_f64().expect("a figure") > 0.0);
    }
    // A minute that ended in the meantime is followed by one of a single sample, which has no CPU yet.
    let cpu: Vec<Option<f64>> =
        serde_json::from_value(history["cpu_percent"].clone()).expect("CPU");
    let cpu = cpu.into_iter().flatten().next().expect("the figure that was there before it ended");
    assert!((0.0..=100.0).contains(&cpu), "{cpu}");
}

/// Holds because this computer is in the list from the start, and true figures are what Tomo is for.
#[tokio::test(flavor = "multi_thread")]
async fn this_computer_is_watched_without_being_added() {
    let house = House::collecting().await;
    let id = local();
    let row = house.until_cpu(&id).await;
    let cpu = row["figures"]["cpu_percent"].as_f64().expect("a figure");
    assert!((0.0..=100.0).contains(&cpu), "{cpu}");
    assert!(row["figures"]["memory_used_bytes"].as_f64().expect("a figure") > 0.0);
    house.refused("server.remove", json!({ "id": id }), Code::Invalid).await;
    let twice = json!({
        "server": super::server("me again", "localhost", 22, "me", "local"),
        "credential": { "kind": "agent" },
    });
    house.refused("server.add", twice, Code::Invalid).await;
    let moved = json!({
        "id": id,
        "server": super::server("me", "elsewhere", 22, "me", "password"),
        "credential": { "kind": "password", "password": "never sent" },
    });
    house.refused("server.edit", moved, Code::Invalid).await;
    assert_eq!(house.row(&id).await["server"]["auth_type"], "local");
}
