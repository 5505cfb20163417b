//! What listens at a socket may be anything, and one server's must not take the memory of all.

use super::{Lab, skip};
use crate::lab::proxy::EndlessEngine;
use futures::StreamExt;
use std::{pin::pin, time::Duration};
use tomo::{
    docker::{EngineError, find},
    domain::{engine::EngineObstacle, id::ServerId},
};

const MIB: usize = 1 << 20;
/// What lies between the two ends: buffers of sockets and of HTTP.
const BETWEEN: usize = 8 * MIB;
const PATIENCE: Duration = Duration::from_secs(60);

/// Holds because every stream counts what comes between two questions, also under the library that
/// would hold all of it.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_without_end_is_broken_off() {
    // A list is read by Tomo itself, the answer to a change by the library.
    for part in ["/containers/json", "/start"] {
        let endless = EndlessEngine::start(part);
        let met = tokio::time::timeout(PATIENCE, find::at(&endless.socket())).await;
        let error = met.expect("it ends").expect_err("that is no answer");
        assert_eq!(error, EngineError::Endless, "{part}");
        assert!(error.to_string().contains("does not end"), "{error}");
        assert!(endless.said() <= 65 * MIB + BETWEEN, "{part}: {} bytes", endless.said());
    }
}

/// Holds because an event is a line, and a line without end is given up long before it fills anything.
#[tokio::test(flavor = "multi_thread")]
async fn an_event_without_end_is_broken_off() {
    let endless = EndlessEngine::start("/events");
    let engine = find::at(&endless.socket()).await.expect("it answers");
    let mut events = pin!(engine.events(0));
    let event = tokio::time::timeout(PATIENCE, events.next()).await.expect("it ends");
    let error = event.expect("an answer").expect_err("that is no event");
    assert!(matches!(&error, EngineError::NotUnderstood(why) if why.contains("end")), "{error}");
    assert!(endless.said() <= MIB + BETWEEN, "{} bytes", endless.said());
    assert!(engine.list(ServerId::LOCAL).await.expect("it goes on").is_empty());
}

/// Holds because the question is taken back as soon as it is known not to be wanted: what nobody reads
/// would hold up everything else on the connection.
#[tokio::test(flavor = "multi_thread")]
async fn a_guess_that_is_not_wanted_holds_up_nothing() {
    if crate::lab::sshd::find("sshd").is_none() {
        return skip("sshd");
    }
    // Many small pieces fill what is kept for a channel long before the other engine answers.
    let guess = EndlessEngine::speaking("/", 64, Duration::from_millis(1));
    let good = EndlessEngine::speaking("nothing", 1, Duration::from_secs(3));
    let lab = Lab::start(&good.socket(), &[]);
    let connection = lab.connect().await;
    let socket = guess.socket();
    let looking = find::guessing(&connection, socket.to_str().expect("text"));
    let found = tokio::time::timeout(PATIENCE, looking).await.expect("nothing holds it up");
    let (engine, _) = found.first().expect("an engine");
    assert_eq!(engine.info().socket, good.socket().display().to_string());
    assert!(guess.said() > 0, "it was asked");
    let listed = tokio::time::timeout(PATIENCE, engine.list(ServerId::LOCAL)).await;
    assert!(listed.expect("nothing holds it up").is_ok());
}

/// What answers and is no engine is not said to be nobody.
#[tokio::test(flavor = "multi_thread")]
async fn what_answers_without_end_is_said_to() {
    if crate::lab::sshd::find("sshd").is_none() {
        return skip("sshd");
    }
    let endless = EndlessEngine::start("/version");
    let lab = Lab::start(&endless.socket(), &[]);
    let connection = lab.connect().await;
    let found = find::on_server(&connection).await;
    let trouble = found.first().map(|_| ()).expect_err("no engine");
    assert_eq!(trouble.obstacle, EngineObstacle::Down);
    assert!(trouble.message.contains("does not come to an end"), "{}", trouble.message);
}
