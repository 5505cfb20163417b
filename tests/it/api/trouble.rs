//! Servers that stop answering, and come back.

use super::{House, lab::Lab, moment};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

/// The live points of a server: when, and the CPU figure if there is one.
async fn points(house: &House, id: &str) -> Vec<(i64, Option<f64>)> {
    let live = house.ask("server.live", json!({ "id": id })).await;
    let points = live["points"].as_array().expect("points").iter();
    points
        .map(|point| (point["at_ms"].as_i64().expect("a time"), point["cpu_percent"].as_f64()))
        .collect()
}

/// Panics unless nothing was made up for the time without a connection.
async fn assert_gap(house: &House, id: &str, lost: DateTime<Utc>, back: DateTime<Utc>) {
    let points = points(house, id).await;
    let (lost, back) = (lost.timestamp_millis(), back.timestamp_millis());
    let first = points.iter().position(|(at, _)| *at > lost).expect("points after the gap");
    assert!(first > 0, "the points before the gap stay");
    assert!(points[first].0 >= back, "no point in the gap {lost}–{back}: {points:?}");
    assert_eq!(points[first].1, None, "a rate needs two samples of one connection: {points:?}");
}

/// The row, and when it was lost.
#[track_caller]
fn retrying(row: &Value) -> DateTime<Utc> {
    let connection = &row["connection"];
    let since = moment(&connection["since"]);
    assert!(moment(&connection["retry_at"]) > since, "{connection:#}");
    assert_eq!(connection["failure"]["step"], "connect", "{connection:#}");
    assert!(connection["failure"]["hint"].as_str().is_some_and(|hint| !hint.is_empty()));
    assert_eq!(row["health"]["state"], "down");
    assert!(row["figures"]["at"].is_string(), "the last figures stay, with their time");
    since
}

/// Holds because a server that restarts cuts its connections, and has to come back by itself.
#[tokio::test(flavor = "multi_thread")]
async fn a_cut_connection_comes_back_and_leaves_a_gap() {
    let Some(lab) = Lab::start() else { return };
    let house = House::collecting().await;
    let id = lab.watched_by(&house).await;
    lab.sshd.cut();
    let lost = retrying(&house.until_state(&id, "retrying").await);
    let row = house.until_state(&id, "connected").await;
    let back = moment(&row["connection"]["since"]);
    assert!(back > lost);
    house
        .until(&id, "figures after the gap", |row| {
            row["figures"]["cpu_percent"].is_number() && moment(&row["figures"]["at"]) > back
        })
        .await;
    assert_gap(&house, &id, lost, back).await;
    let details = house.ask("server.details", json!({ "id": id })).await;
    assert_eq!(details["cost"]["sign_ins"], 2);
}

/// Holds because a machine that hangs still accepts connections, and must not hang Tomo.
#[tokio::test(flavor = "multi_thread")]
async fn a_frozen_server_is_given_up_and_found_again() {
    let Some(lab) = Lab::start() else { return };
    let house = House::collecting().await;
    let id = lab.watched_by(&house).await;
    lab.sshd.pause();
    let row = house.until_state(&id, "retrying").await;
    let connection = &row["connection"];
    assert!(moment(&connection["retry_at"]) > moment(&connection["since"]), "{connection:#}");
    assert_eq!(row["health"]["state"], "down");
    let lost = moment(&connection["since"]);
    lab.sshd.resume();
    house.ask("server.connect", json!({ "id": id })).await;
    let row = house.until_state(&id, "connected").await;
    let back = moment(&row["connection"]["since"]);
    house
        .until(&id, "figures after the gap", |row| {
            row["figures"]["cpu_percent"].is_number() && moment(&row["figures"]["at"]) > back
        })
        .await;
    assert_gap(&house, &id, lost, back).await;
}

/// Holds because a server that was off when Tomo started is watched once it is on.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_off_is_tried_until_it_is_on() {
    let Some(mut lab) = Lab::start() else { return };
    let house = House::collecting().await;
    let id = lab.watched_by(&house).await;
    lab.sshd.stop();
    let first = house.until_state(&id, "retrying").await;
    let since = retrying(&first);
    let second = house
        .until(&id, "second attempt", |row| {
            row["connection"]["state"] == "retrying"
                && row["connection"]["retry_at"] != first["connection"]["retry_at"]
        })
        .await;
    assert_eq!(moment(&second["connection"]["since"]), since, "it is away since the first failure");
    let message = second["connection"]["failure"]["message"].as_str().expect("a message");
    assert!(message.contains("nothing listens"), "{message}");
    lab.sshd.restart();
    house.until_state(&id, "connected").await;
}
