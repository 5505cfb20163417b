//! Events that cannot be read.

use crate::lab::telling::{TellingEngine, WEB};
use futures::StreamExt;
use serde_json::json;
use std::{pin::pin, time::Duration};
use tomo::docker::{
    events::{EventKind, Told},
    find,
};

const PATIENCE: Duration = Duration::from_secs(60);

/// Holds because one event that cannot be read costs only itself: the same stream goes on with the next,
/// where a new one would begin with the same again, for ever.
#[tokio::test(flavor = "multi_thread")]
async fn what_follows_an_event_that_cannot_be_read_is_heard() {
    let event = json!({
        "Type": "container", "Action": "start", "timeNano": 7,
        "Actor": { "ID": WEB, "Attributes": { "name": "web", "label": "x".repeat(2 << 20) } },
    });
    let mut short = event.clone();
    short["Actor"]["Attributes"]["label"] = json!("x");
    let engine = TellingEngine::start(format!("{event}\nno event\n{short}\n").into_bytes());
    let engine = find::at(&engine.socket()).await.expect("it answers");
    let mut events = pin!(engine.events(0));
    let mut next = async || {
        let told = tokio::time::timeout(PATIENCE, events.next()).await.expect("in time");
        told.expect("it goes on").expect("it goes on")
    };
    assert_eq!((next().await, next().await), (Told::Lost, Told::Lost));
    let Told::Event(heard) = next().await else { panic!("an event") };
    assert_eq!((heard.id.as_str(), heard.kind), (WEB, EventKind::Start));
}
