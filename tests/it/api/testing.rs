//! 'Test': each way to fail is named by its step, with something to do about it.

use super::{
    Code, House, id_of,
    lab::{Lab, key, password, skip},
};
use crate::lab::sshd;
use serde_json::{Value, json};
use std::{
    io::{Read, Write},
    net::{Ipv4Addr, TcpListener},
    thread,
};

const STEPS: [&str; 5] = ["resolve", "connect", "host_key", "authenticate", "command"];

async fn test(house: &House, server: &Value, credential: &Value) -> Value {
    house.ask("server.test", json!({ "server": server, "credential": credential })).await
}

/// Panics unless every step before `step` passed, it failed, and the rest was not reached.
#[track_caller]
fn assert_fails_at(report: &Value, step: &str, words: &str) {
    let reached = STEPS.iter().position(|name| *name == step).expect(step);
    for (index, name) in STEPS.iter().enumerate() {
        let outcome = match index.cmp(&reached) {
            std::cmp::Ordering::Less => "passed",
            std::cmp::Ordering::Equal => "failed",
            std::cmp::Ordering::Greater => "not_reached",
        };
        assert_eq!(report["steps"][index]["step"], *name, "{report:#}");
        assert_eq!(report["steps"][index]["outcome"], outcome, "{report:#}");
    }
    let failure = &report["failure"];
    assert_eq!(failure["step"], step, "{report:#}");
    assert!(failure["message"].as_str().is_some_and(|text| text.contains(words)), "{failure:#}");
    assert!(failure["hint"].as_str().is_some_and(|hint| hint.ends_with('.')), "{failure:#}");
    assert_eq!(report["system_info"], Value::Null);
}

/// A port that answers as a web server does.
fn web_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let port = listener.local_addr().expect("an address").port();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a connection");
        let _ = stream.read(&mut [0; 512]);
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
    });
    port
}

/// Holds because these are the mistakes that people make before they ever sign in.
#[tokio::test(flavor = "multi_thread")]
async fn the_way_to_the_server_fails_at_its_step() {
    let house = House::quiet().await;
    let at = |host: &str, port| super::server("lab", host, port, "anna", "password");
    let secret = password("never sent");
    let report = test(&house, &at("no-such-host.invalid", 22), &secret).await;
    assert_fails_at(&report, "resolve", "no-such-host.invalid");
    let port = sshd::free_port();
    let report = test(&house, &at("127.0.0.1", port), &secret).await;
    assert_fails_at(&report, "connect", &format!("nothing listens on port {port}"));
    let report = test(&house, &at("127.0.0.1", web_port()), &secret).await;
    assert_fails_at(&report, "connect", "is not SSH");
    assert_eq!(report["host_key"], Value::Null);
}

/// Holds because each of these needs other help: look, type, choose, or talk to the admin.
#[tokio::test(flavor = "multi_thread")]
async fn the_way_into_the_server_fails_at_its_step_and_passes_in_the_end() {
    let Some(lab) = Lab::start() else { return };
    let house = House::quiet().await;
    let server = lab.server("lab", "key");
    let report = test(&house, &server, &lab.key()).await;
    assert_fails_at(&report, "host_key", "not known");
    assert_eq!(report["host_key"]["verdict"], "unknown");
    assert_eq!(report["host_key"]["presented"]["fingerprint"], lab.fingerprint().as_str());
    assert!(!lab.sshd.log().contains("userauth-request"));
    house.ask("host_key.trust", lab.trust(&lab.fingerprint())).await;

    let locked = sshd::client_key("ed25519", "openssh", "sesame of the lab");
    lab.sshd.authorize(&locked.public);
    let report = test(&house, &server, &key(&locked, Some("open barley"))).await;
    assert_fails_at(&report, "authenticate", "passphrase");
    let report = test(&house, &server, &key(&locked, None)).await;
    assert_fails_at(&report, "authenticate", "passphrase");
    let public = json!({ "kind": "key", "private_key": locked.public, "passphrase": null });
    let report = test(&house, &server, &public).await;
    assert_fails_at(&report, "authenticate", "public half");
    let report = test(&house, &server, &password("wrong horse")).await;
    assert_fails_at(&report, "authenticate", "password is not accepted");

    for credential in [lab.key(), key(&locked, Some("sesame of the lab"))] {
        let report = test(&house, &server, &credential).await;
        for (index, name) in STEPS.iter().enumerate() {
            assert_eq!(report["steps"][index]["step"], *name);
            assert_eq!(report["steps"][index]["outcome"], "passed", "{report:#}");
        }
        assert_eq!(report["failure"], Value::Null);
        assert_eq!(report["host_key"]["verdict"], "matches");
        assert!(report["system_info"]["kernel"].is_string(), "{report:#}");
    }
    let fleet = house.ask("fleet.get", json!({})).await;
    assert_eq!(fleet["servers"].as_array().map(Vec::len), Some(1), "a test stores no server");
}

/// Holds because such an account signs in and still cannot be watched.
#[tokio::test(flavor = "multi_thread")]
async fn a_shell_that_runs_nothing_fails_at_the_command() {
    for (shell, words) in [("/bin/rbash", "restricted"), ("/usr/sbin/nologin", "not available")] {
        let Some(lab) = Lab::with_shell(shell) else { return };
        if lab.account.password.is_none() {
            return skip("an account with another shell (needs root)");
        }
        let house = House::quiet().await;
        let server = lab.server("lab", "key");
        test(&house, &server, &lab.key()).await;
        house.ask("host_key.trust", lab.trust(&lab.fingerprint())).await;
        let report = test(&house, &server, &lab.key()).await;
        assert_fails_at(&report, "command", words);
    }
}

/// Holds because an edit is tested with the secret that is stored, which the window never has.
#[tokio::test(flavor = "multi_thread")]
async fn the_stored_credential_is_tested_by_its_servers_id() {
    let Some(lab) = Lab::start() else { return };
    let house = House::quiet().await;
    let server = lab.server("lab", "key");
    let stored = json!({ "kind": "stored" });
    let nameless = json!({ "server": server, "credential": stored });
    house.refused("server.test", nameless.clone(), Code::Invalid).await;
    house.refused("server.add", nameless, Code::Invalid).await;
    let added = house.ask("server.add", json!({ "server": server, "credential": lab.key() })).await;
    let again = json!({ "id": id_of(&added), "server": server, "credential": stored });
    house.ask("server.test", again.clone()).await;
    house.ask("host_key.trust", lab.trust(&lab.fingerprint())).await;
    let report = house.ask("server.test", again).await;
    assert_eq!(report["failure"], Value::Null, "{report:#}");
}
