//! Byte streams to commands.

use super::Lab;
use crate::lab::sshd::Options;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// More than the buffer between here and a command holds, and less than the connection itself takes up
/// of what nobody reads.
const MUCH: usize = 768 << 10;

/// Holds because neither direction waits for the other: who writes much before reading anything, to a
/// command that says much before it listens, would else wait for ever.
#[tokio::test(flavor = "multi_thread")]
async fn two_full_directions_do_not_hold_each_other_up() {
    let Some(lab) = Lab::start(Options::default()) else { return };
    let connection = lab.connect().await;
    let script = format!("head -c {MUCH} /dev/zero; wc -c");
    let command = ["sh", "-c", script.as_str()];
    let opening = connection.open_command(&command, Duration::from_secs(30));
    let mut stream = opening.await.expect("it starts");
    let talk = async {
        stream.write_all(&vec![b'x'; 1 << 20]).await.expect("it takes it");
        stream.shutdown().await.expect("it takes the end");
        let mut said = Vec::new();
        stream.read_to_end(&mut said).await.expect("it ends");
        said
    };
    let said = tokio::time::timeout(Duration::from_secs(60), talk).await.expect("in time");
    assert_eq!(String::from_utf8_lossy(&said[MUCH..]).trim(), (1 << 20).to_string());
}
