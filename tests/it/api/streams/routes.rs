//! The same streams where the way to the engine is another one.

use super::{
    Follow, Setting, listed, podman::Podman, terminals::Terminal, texts, until, until_ready, window,
};
use crate::{
    api::lab::{Lab, skip},
    lab::proxy::ReadOnlyProxy,
};
use serde_json::{Value, json};
use tomo::api::error::Code;

fn shell(container: &Value) -> Value {
    json!({ "kind": "container", "container": container, "command": [], "user": null })
}

/// Holds because many servers forbid forwarding, and each stream is then one of the ten sessions that
/// a server allows: logs must leave some for everything else.
#[tokio::test(flavor = "multi_thread")]
async fn through_the_docker_program_logs_share_few_places() {
    let config = ["AllowStreamLocalForwarding no"];
    let Some(setting) = Setting::with(&config, |docker| docker.socket()).await else { return };
    let house = &setting.house;
    let mut containers = Vec::new();
    for name in ["one", "two", "three", "four", "five"] {
        containers.push(setting.run(name, "echo hello; exec sleep 1000").await);
    }
    let four: Vec<_> = containers[..4].iter().collect();
    let all = setting.follow(&four).await;
    until(house, "four logs", async || (all.status().await["end"] == 4).then_some(())).await;
    let fifth = setting.follow(&[&containers[4]]).await;
    let source = fifth.until_source("reason", |source| !source["error"].is_null()).await;
    let why = source["error"].as_str().expect("words");
    assert!(why.contains("only 4 of its logs") && source["is_following"] == true, "{why}");

    // A terminal, an answer without a follow and the figures have their places all the same.
    let mut terminal = Terminal::open(house, shell(&containers[4])).await;
    terminal.write(b"stty size\n").await;
    terminal.until("31 97").await;
    let read = json!({ "container": containers[4], "tail": 5 });
    let once = house.ask("container.log", read).await;
    assert_eq!(texts(once.as_array().expect("lines")), ["hello"]);
    house.until_cpu(&setting.id).await;
    terminal.write(b"exit 3\n").await;
    assert_eq!(terminal.ended().await, (Some(3), None));

    house.ask("log.close", json!({ "log_id": all.id })).await;
    fifth.until_last("hello").await;
    fifth.until_source("log", |source| source["error"].is_null()).await;

    // It goes on after the connection was cut, as on every other way.
    setting.lab.sshd.cut();
    setting.docker.docker(&["exec", "five", "sh", "-c", "echo later > /proc/1/fd/1"]);
    let lines = fifth.until_last("later").await;
    assert_eq!(texts(&lines), ["hello", "later"]);
}

/// Holds because whoever puts a proxy before the engine wants it looked at and not touched: logs are
/// looking, a terminal is not.
#[tokio::test(flavor = "multi_thread")]
async fn through_a_proxy_that_only_answers_logs_are_read_and_nothing_is_run() {
    let mut proxy = None;
    let setting = Setting::with(&[], |docker| {
        let started = proxy.insert(ReadOnlyProxy::start(docker.socket()));
        started.socket()
    });
    let Some(setting) = setting.await else { return };
    let web = setting.run("web", "echo hello; exec sleep 1000").await;
    let follow = setting.follow(&[&web]).await;
    follow.until_last("hello").await;
    setting.docker.docker(&["exec", "web", "sh", "-c", "echo later > /proc/1/fd/1"]);
    follow.until_last("later").await;
    let wanted = json!({ "target": shell(&web), "size": { "columns": 80, "rows": 24 } });
    let error = setting.house.refused("terminal.open", wanted, Code::Forbidden).await;
    assert_eq!(error.message, "The socket lets through questions only.");
    assert!(!error.hint.is_empty());
    assert!(setting.house.logged("terminal.open").await.is_empty());
    drop(setting);
    drop(proxy);
}

/// Holds because Podman says the same things in slightly other ways: times with an offset, other ends
/// of streams, other refusals.
#[tokio::test(flavor = "multi_thread")]
async fn podman_has_logs_and_terminals_as_well() {
    let podman = match Podman::start() {
        Ok(podman) => podman,
        Err(missing) => return skip(missing),
    };
    let script = "echo out; echo err >&2; i=0; while [ $i -lt 400 ]; do echo $i; i=$((i+1)); \
        usleep 20000; done; echo end; exec sleep 1000";
    let Some(lab) = Lab::with_engine(&podman.socket()) else { return };
    let house = window().await;
    house.tomo.start_collecting().await.expect("it collects");
    let id = lab.watched_by(&house).await;
    until_ready(&house, &id).await;
    let container_id = match podman.run("web", script) {
        Ok(id) => id,
        Err(_) => return skip("a container of podman that runs here"),
    };
    let web = json!({ "server_id": id, "container_id": container_id });
    listed(&house, &id, &web, |_| true).await;
    let follow = Follow::open(&house, &[&web], 1_000).await;
    until(&house, "the middle", async || {
        let wanted = json!({ "log_id": follow.id, "filter": { "text": "50" } });
        (house.ask("log.search", wanted).await["total"] != 0).then_some(())
    })
    .await;
    lab.sshd.cut();
    let lines = follow.until_last("end").await;
    let errors = follow.page(None, 10, json!({ "stream": "stderr" })).await;
    assert_eq!(texts(errors["lines"].as_array().expect("lines")), ["err"], "{lines:?}");
    let counted = texts(&lines).into_iter().filter(|text| text.parse::<u32>().is_ok());
    let counted: Vec<_> = counted.collect();
    let expected: Vec<_> = (0..400).map(|number| number.to_string()).collect();
    assert_eq!(counted, expected, "each once");

    let mut terminal = Terminal::open(&house, shell(&web)).await;
    terminal.write(b"stty size; tty\n").await;
    terminal.until("31 97").await;
    terminal.until("/dev/pts/").await;
    terminal.resize(120, 40).await;
    terminal.write(b"stty size\n").await;
    terminal.until("40 120").await;
    terminal.write("echo '<é日🏠>' | cat\n".as_bytes()).await;
    terminal.until("\n<é日🏠>").await;
    terminal.write(b"exit 7\n").await;
    assert_eq!(terminal.ended().await, (Some(7), None));

    let mut missing = shell(&web);
    missing["command"] = json!(["no-such-shell"]);
    let wanted = json!({ "target": missing, "size": { "columns": 80, "rows": 24 } });
    let error = house.refused("terminal.open", wanted, Code::NotFound).await;
    assert!(error.message.contains("no-such-shell"), "{error:?}");

    podman.podman(&["rm", "-f", "-t", "0", "web"]);
    // While it is being removed it may be asked once more.
    let is_over =
        |source: &Value| !source["error"].is_null() && source["is_following"] == json!(false);
    let source = follow.until_source("reason", is_over).await;
    assert_eq!(source["error"], "The container was removed.");
}
