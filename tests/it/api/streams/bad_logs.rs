//! What containers write that no person would, and what is no log at all.

use super::{Setting, texts};
use serde_json::{Value, json};
use tomo::api::error::Code;

/// Holds because one line must neither fill the memory nor steer the window, and what comes behind it
/// must be there.
#[tokio::test(flavor = "multi_thread")]
async fn long_and_binary_lines_are_shown_as_far_as_they_can_be() {
    let Some(setting) = Setting::start().await else { return };
    let script = "dd if=/dev/zero bs=1M count=10 2>/dev/null | tr '\\0' x; echo; \
        printf 'a\\000b\\377c\\033[2J\\033]0;title\\007d\\342\\200\\256e\\n'; \
        head -c 100000 /dev/urandom; echo; echo end; exec sleep 1000";
    let web = setting.run("hostile", script).await;
    let follow = setting.follow(&[&web]).await;
    let lines = follow.until_last("end").await;
    let long = lines[0]["text"].as_str().expect("text");
    assert_eq!((long.len(), &lines[0]["cut_bytes"]), (16 << 10, &json!((10 << 20) - (16 << 10))));
    assert!(lines[1]["text"].as_str().is_some_and(|text| text.starts_with("ab\u{fffd}c")));
    let hidden = |text: &str| {
        let text = text.replace("\u{1b}[", "");
        text.chars().any(|char| (char.is_control() && char != '\t') || char == '\u{202e}')
    };
    let shown = texts(&lines);
    assert!(!shown.iter().any(|text| hidden(text)), "{:?}", shown[1]);
    let read = json!({ "container": web, "tail": 10_000 });
    let once = setting.house.ask("container.log", read).await;
    assert_eq!(texts(once.as_array().expect("lines")), shown);
}

/// Holds because a log that stays empty and says nothing looks like a container that does nothing.
#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_says_why() {
    let Some(setting) = Setting::start().await else { return };
    let (docker, house) = (&setting.docker, &setting.house);
    let silent = setting.run_with("silent", &["--log-driver", "none"], &["sleep", "1000"]).await;
    let follow = setting.follow(&[&silent]).await;
    let source = follow.until_source("reason", |source| !source["error"].is_null()).await;
    assert!(source["error"].as_str().is_some_and(|why| why.contains("reading")), "{source}");
    assert_eq!(source["is_following"], false);
    let error =
        house.refused("container.log", json!({ "container": silent, "tail": 5 }), Code::Failed);
    assert!(error.await.message.contains("reading"));

    // One that goes in the midst of it says so, and what it wrote stays.
    let gone = setting.run("gone", "echo last words; exec sleep 1000").await;
    let follow = setting.follow(&[&gone]).await;
    follow.until_last("last words").await;
    docker.docker(&["rm", "-f", "gone"]);
    let over = |source: &Value| !source["error"].is_null() && source["is_following"] == false;
    let source = follow.until_source("reason", over).await;
    assert_eq!(source["error"], "The container was removed.");
    assert_eq!(follow.texts().await, ["last words"]);

    let dies = setting.run("dies", "echo one; exec sleep 1000").await;
    let follow = setting.follow(&[&dies]).await;
    follow.until_last("one").await;
    docker.docker(&["kill", "dies"]);
    let source = follow.until_source("end", |source| source["is_following"] == false).await;
    assert_eq!(source["error"], Value::Null, "that it ended is no error of its log");

    let open = |containers: Value, tail: u32| json!({ "containers": containers, "tail": tail });
    let of = |id: &str| json!({ "server_id": setting.id, "container_id": id });
    for id in ["nobody", "../../version", "", "a/b?x", "dies"] {
        house.refused("log.open", open(json!([of(id)]), 10), Code::NotFound).await;
        let read = json!({ "container": of(id), "tail": 10 });
        house.refused("container.log", read, Code::NotFound).await;
    }
    house.refused("log.open", open(json!([]), 10), Code::Invalid).await;
    house.refused("log.open", open(json!([dies]), 100_001), Code::Invalid).await;
    let page = json!({ "log_id": follow.id, "limit": 1_001 });
    house.refused("log.page", page, Code::Invalid).await;
    let long = json!({ "log_id": follow.id, "filter": { "text": "x".repeat(1_001) } });
    house.refused("log.search", long, Code::Invalid).await;
    let nobody = json!({ "log_id": "nobody", "limit": 1 });
    house.refused("log.page", nobody, Code::NotFound).await;
}
