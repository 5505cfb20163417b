//! How `tomo mcp` ends while something is asked of it.

use super::Desk;
use serde_json::json;
use std::{
    io::Write,
    net::TcpListener,
    process::{Command, Stdio},
};
use tomo::{api, domain::session::Door};

/// Holds because a call that was cut off may have done something, and the log is where a person looks
/// for it; and because an assistant's program waits for seconds only before it kills what it started.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_is_cut_off_is_in_the_log() {
    let desk = Desk::new();
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    let person = desk.open(Door::CommandLine).await;
    let server = json!({
        "name": "silent", "host": "127.0.0.1", "port": silent.local_addr().expect("a port").port(),
        "username": "anna", "auth_type": "password",
    });
    let credential = json!({ "kind": "password", "password": "the server's own secret" });
    let add = json!({ "server": server, "credential": credential });
    api::call(&person, "server.add", add).await.expect("a server");
    person.shutdown().await;

    let mut command = Command::new(env!("CARGO_BIN_EXE_tomo"));
    let mut child = desk
        .dress(&mut command)
        .arg("mcp")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .expect("tomo runs");
    let mut to = child.stdin.take().expect("a pipe");
    for message in [
        json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
            "protocolVersion": "2025-06-18", "capabilities": {},
            "clientInfo": { "name": "impatient", "version": "1" },
        } }),
        json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }),
        json!({ "jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {
            "name": "fleet_get", "arguments": {},
        } }),
    ] {
        writeln!(to, "{message}").expect("a message");
    }
    // The call waits for a server that says nothing.
    let (_connection, _) = tokio::task::spawn_blocking(move || silent.accept())
        .await
        .expect("a thread")
        .expect("a connection");
    let told = Command::new("kill").arg(child.id().to_string()).status().expect("kill runs");
    assert!(told.success());
    let ended = child.wait().expect("it ends");
    assert!(ended.success(), "{ended}");
    drop(to);

    let calls = desk.entries("mcp.call").await;
    assert_eq!(calls.len(), 1, "{calls:?}");
    let outcome = calls[0]["outcome"].as_str().expect("words");
    assert!(outcome.contains("ended before this was done"), "{outcome}");
    let annas = "select count(*) from activity_logs a join users u on u.id = a.user_id
                 where activity_type = 'mcp.call' and username = 'anna'";
    assert_eq!(desk.count(annas).await, 1, "and whose it was");
    let live = "select count(*) from sessions
                where user_agent like '%, MCP, %' and status in ('active', 'idle')";
    assert_eq!(desk.count(live).await, 0);
}
