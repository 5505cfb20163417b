//! How connections end, and that their end is noticed.

use super::{Lab, Options, Step, limits};
use std::time::{Duration, Instant};
use tomo::ssh::RemoteError;

/// Longer than anything here should take, on a busy machine too.
const PATIENCE: Duration = Duration::from_secs(60);

/// Holds because the collector waits for this to know when to connect again.
#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_is_cut_is_noticed_at_once() {
    let Some(lab) = Lab::start(Options::default()) else { return };
    let connection = lab.connect().await;
    assert!(!connection.is_closed());
    lab.sshd.cut();
    let failure = tokio::time::timeout(PATIENCE, connection.closed()).await.expect("noticed");
    assert_eq!(failure.step, Step::Connect);
    assert_eq!(failure.message, "the connection to 127.0.0.1 ended: it was cut");
    assert!(connection.is_closed());
    let result = connection.exec(&["true"], limits()).await;
    assert_eq!(result, Err(RemoteError::Closed(failure)));
}

/// Holds because a laptop that moves or a server that loses power says no good-bye.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_falls_silent_is_noticed_after_half_a_minute() {
    let Some(lab) = Lab::start(Options::default()) else { return };
    let connection = lab.connect().await;
    lab.sshd.pause();
    let started = Instant::now();
    let failure = tokio::time::timeout(PATIENCE, connection.closed()).await.expect("noticed");
    assert!(started.elapsed() < Duration::from_secs(45), "{:?}", started.elapsed());
    assert!(failure.message.contains("stopped answering"), "{failure}");
}

/// Holds because a changed credential closes what the old one opened, in every clone.
#[tokio::test(flavor = "multi_thread")]
async fn disconnecting_ends_every_clone_and_says_good_bye() {
    let Some(lab) = Lab::start(Options::default()) else { return };
    let connection = lab.connect().await;
    let clone = connection.clone();
    // A server that is still busy with the sign-in may not come to read the good-bye.
    clone.exec(&["true"], limits()).await.expect("an answer");
    let (_, result) = tokio::join!(connection.disconnect(), clone.exec(&["sleep", "9"], limits()));
    assert!(matches!(result, Err(RemoteError::Closed(_))), "{result:?}");
    assert!(clone.is_closed());
    assert!(clone.closed().await.message.ends_with("Tomo closed it"));
    lab.sshd.wait_for_log("Received disconnect from");
}

/// Holds because a frozen server must not hold up quitting.
#[tokio::test(flavor = "multi_thread")]
async fn disconnecting_from_a_frozen_server_does_not_wait_for_it() {
    let Some(lab) = Lab::start(Options::default()) else { return };
    let connection = lab.connect().await;
    lab.sshd.pause();
    tokio::time::timeout(PATIENCE, async {
        connection.disconnect().await;
        connection.closed().await;
    })
    .await
    .expect("it does not wait");
}

/// Holds because what nobody holds any more must not stay open on the server.
#[tokio::test(flavor = "multi_thread")]
async fn the_last_handle_takes_the_connection_with_it() {
    let Some(lab) = Lab::start(Options::default()) else { return };
    let connection = lab.connect().await;
    let clone = connection.clone();
    drop(connection);
    clone.exec(&["true"], limits()).await.expect("a clone is the same connection");
    drop(clone);
    lab.sshd.wait_for_log("Connection closed by");
}

/// Holds because Tomo shows what it costs a host.
#[tokio::test(flavor = "multi_thread")]
async fn what_passes_is_counted() {
    let Some(lab) = Lab::start(Options::default()) else { return };
    let connection = lab.connect().await;
    let before = connection.traffic();
    assert!(before.sent > 500 && before.received > 500, "{before:?}");
    let argv = ["head", "-c", "100000", "/dev/urandom"];
    connection.exec(&argv, limits()).await.expect("an answer");
    let after = connection.traffic();
    assert!((100_000..130_000).contains(&(after.received - before.received)), "{after:?}");
    assert!((1..5_000).contains(&(after.sent - before.sent)), "{after:?}");
}
