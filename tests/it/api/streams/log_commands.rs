//! What a window does with logs.

use super::{Follow, Setting, chosen, texts};
use serde_json::json;
use std::fs;
use tomo::api::error::Code;

/// Holds because these are all the things that a person does with a log: seeing it grow, telling
/// errors from output, standing still while it grows, looking for something, going to a moment, and
/// taking it away as a file.
#[tokio::test(flavor = "multi_thread")]
async fn a_log_is_followed_filtered_searched_and_saved() {
    let Some(setting) = Setting::start().await else { return };
    let (docker, house) = (&setting.docker, &setting.house);
    let script = "i=0; while [ $i -lt 2500 ]; do echo line $i; i=$((i+1)); done; \
        echo Broken >&2; printf '\\033[31mred\\033[0m\\n'; sleep 1000";
    let web = setting.run("web", script).await;
    let follow = setting.follow(&[&web]).await;
    // The two outputs are two pipes: which of them the engine reads first is its own affair.
    until_count(&follow, 2_502).await;
    let errors = follow.page(None, 10, json!({ "stream": "stderr" })).await;
    assert_eq!(texts(errors["lines"].as_array().expect("lines")), ["Broken"]);
    let out: Vec<_> = follow.lines().await;
    let out: Vec<_> = out.into_iter().filter(|line| line["stream"] == "stdout").collect();
    let expected = (0..2_500).map(|at| format!("line {at}"));
    let expected: Vec<_> = expected.chain(["\u{1b}[31mred\u{1b}[0m".to_owned()]).collect();
    assert_eq!(texts(&out), expected);

    // A page that stands still shows the same lines while others come.
    let still = follow.page(Some(100), 50, json!({})).await["lines"].clone();
    docker.docker(&["exec", "web", "sh", "-c", "echo later > /proc/1/fd/1"]);
    follow.until_last("later").await;
    assert_eq!(follow.page(Some(100), 50, json!({})).await["lines"], still);

    let search = |text: &str| json!({ "log_id": follow.id, "filter": { "text": text } });
    let found = house.ask("log.search", search("LINE 24")).await;
    let numbers = found["numbers"].as_array().expect("numbers");
    assert_eq!(
        (&found["total"], numbers.len()),
        (&json!(111), 111),
        "24, 240 to 249, 2400 to 2499"
    );
    let first = follow.page(numbers[0].as_u64(), 1, json!({})).await;
    assert_eq!(first["lines"][0]["text"], "line 24");
    assert_eq!(house.ask("log.search", search("[31m")).await["total"], 0, "colours are no text");

    let later = &follow.page(None, 1, json!({})).await["lines"][0];
    let seek = json!({ "log_id": follow.id, "at_ms": later["at_ms"] });
    assert_eq!(house.ask("log.seek", seek).await, later["number"]);

    let path = chosen(house.folder.path());
    let save = json!({ "log_id": follow.id, "path": path, "filter": { "text": "line 24" } });
    house.refused("log.save", save.clone(), Code::Invalid).await;
    assert!(!path.exists(), "nobody has chosen it");
    assert_eq!(house.ask("file.choose", json!({ "purpose": "save_log" })).await, json!(path));
    assert_eq!(house.ask("log.save", save).await["rows"], 111);
    let saved = fs::read_to_string(&path).expect("the file");
    assert_eq!(saved.lines().count(), 111);
    assert!(saved.lines().next().is_some_and(|line| line.ends_with("Z out line 24")), "{saved}");
    let logged = house.logged("log.save").await;
    let [(message, details)] = &logged[..] else { panic!("{logged:?}") };
    assert_eq!(
        (message.as_str(), &details["containers"]),
        ("Log saved to a file", &json!(["web"]))
    );

    // Without a follow: the last errors, however much output stands behind them.
    let read = json!({ "container": web, "tail": 1, "stream": "stderr" });
    docker.docker(&["exec", "web", "sh", "-c", "seq 1 300 > /proc/1/fd/1"]);
    follow.until_last("300").await;
    let last = house.ask("container.log", read).await;
    assert_eq!(texts(last.as_array().expect("lines")), ["Broken"]);
    let since = json!({ "container": web, "tail": 1_000, "since_ms": later["at_ms"] });
    let since = texts(house.ask("container.log", since).await.as_array().expect("lines"));
    assert_eq!((since[0].as_str(), since.len()), ("later", 301));
}

async fn until_count(follow: &Follow<'_>, count: usize) {
    super::until(follow.house, "lines", async || {
        (follow.status().await["end"] == count).then_some(())
    })
    .await;
}

/// Holds because what happened between two containers is read off the order of their lines.
#[tokio::test(flavor = "multi_thread")]
async fn logs_of_several_containers_are_one_by_time() {
    let Some(setting) = Setting::start().await else { return };
    let script = |name: &str| {
        format!("i=0; while [ $i -lt 150 ]; do echo {name} $i; i=$((i+1)); usleep 15000; done")
    };
    let one = setting.run("one", &script("one")).await;
    let two = setting.run("two", &script("two")).await;
    let quiet = setting.run("quiet", "sleep 1000").await;
    let follow = setting.follow(&[&one, &quiet, &two, &one]).await;
    super::until(&setting.house, "all lines", async || {
        let status = follow.status().await;
        assert_eq!(status["sources"].as_array().map(Vec::len), Some(3), "each once");
        (status["end"] == 300).then_some(())
    })
    .await;
    let lines = follow.lines().await;
    let at: Vec<_> = lines.iter().map(|line| line["at_ms"].as_i64()).collect();
    assert!(at.is_sorted(), "{at:?}");
    for (source, name) in [(0, "one"), (2, "two")] {
        let own: Vec<_> = lines.iter().filter(|line| line["source"] == source).cloned().collect();
        let expected: Vec<_> = (0..150).map(|at| format!("{name} {at}")).collect();
        assert_eq!(texts(&own), expected);
    }
    let turns = lines.windows(2).filter(|pair| pair[0]["source"] != pair[1]["source"]).count();
    assert!(turns > 4, "they ran at the same time, and change {turns} times");
}
