//! A log as long as one gets.

use super::{Setting, until};
use serde_json::json;
use std::{
    fs,
    time::{Duration, Instant},
};

const LINES: u64 = 1_050_000;
const KEPT: u64 = 1_000_000;
/// How long it may take until all lines are there, without optimisation and beside much else.
const PATIENCE: Duration = Duration::from_secs(900);

/// Memory of this process that is its own, bytes.
fn memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("a status");
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).expect("RssAnon");
    let kib: u64 = line.trim_end_matches("kB").trim().parse().expect("a number");
    kib * 1024
}

/// Holds because a busy service writes a million lines in an hour, and neither the window nor the
/// memory may notice: the numbers stay, the oldest go, every page is there at once.
#[tokio::test(flavor = "multi_thread")]
async fn a_million_lines_are_kept_paged_and_searched() {
    let Some(setting) = Setting::start().await else { return };
    let house = &setting.house;
    let before = memory();
    let options = ["--log-opt", "max-size=1g"];
    // Nothing is written before somebody follows it, and it is there until all is taken down.
    let script = format!(
        "echo 0; while [ ! -e /go ]; do usleep 10000; done; seq 1 {}; exec sleep 1000",
        LINES - 1
    );
    let web = setting.run_with("busy", &options, &["sh", "-c", &script]).await;
    let follow = setting.follow(&[&web]).await;
    follow.until_last("0").await;
    setting.docker.docker(&["exec", "busy", "touch", "/go"]);
    let start = Instant::now();
    while follow.status().await["end"].as_u64() < Some(LINES) {
        assert!(start.elapsed() < PATIENCE, "{}", follow.status().await);
        until(house, "more", async || Some(follow.page(None, 200, json!({})).await)).await;
        setting.house.local_samples(1).await;
    }
    let status = follow.status().await;
    assert_eq!((&status["first"], &status["end"]), (&json!(LINES - KEPT), &json!(LINES)));
    let page = follow.page(Some(0), 2, json!({})).await;
    assert_eq!(page["lines"][0]["text"], (LINES - KEPT).to_string());
    assert_eq!(page["lines"][1]["number"], LINES - KEPT + 1);
    let last = follow.page(None, 1, json!({})).await;
    assert_eq!(last["lines"][0]["text"], (LINES - 1).to_string());

    let wanted = json!({ "log_id": follow.id, "filter": { "text": "99999" } });
    let found = house.ask("log.search", wanted).await;
    // 99999 and 199999 to 999999 as well as 999990 to 999998, of which the first was let go or not.
    let expected = (LINES - KEPT..LINES).filter(|line| line.to_string().contains("99999"));
    assert_eq!(found["total"], expected.count());
    let all = json!({ "log_id": follow.id, "filter": { "text": "1" } });
    let all = house.ask("log.search", all).await;
    assert_eq!(all["numbers"].as_array().map(Vec::len), Some(10_000), "the newest of many");
    let sparse = follow.page(Some(0), 5, json!({ "text": "1049999" })).await;
    assert_eq!(sparse["lines"].as_array().map(Vec::len), Some(1));
    let grown = memory().saturating_sub(before) >> 20;
    assert!(grown < 400, "{grown} MiB");
}
