//! `tomo metrics server/container`: the stored history of containers, without asking any engine.

use super::Tomo;
use chrono::Utc;
use tomo::{
    domain::{container::ContainerState, container_history::ContainerMetricRow, id::ServerId},
    store::{AuditKeySlot, Store},
};

/// Writes a minute of a container's history, as Tomo itself would have.
async fn remember(tomo: &Tomo, series: &str, minutes_ago: i64, cpu_percent: f64) {
    let at = (Utc::now().timestamp() - minutes_ago * 60).div_euclid(60) * 60;
    let folder = tomo.folder.path().join("data");
    let store = Store::open(&folder, AuditKeySlot::default()).await.expect("a store");
    let row = ContainerMetricRow {
        server_id: ServerId::LOCAL,
        series: series.to_owned(),
        container_id: "0".repeat(64),
        container_name: series.trim_start_matches('/').to_owned(),
        at,
        span_seconds: 60,
        cpu_percent,
        cpu_peak_percent: 2.0 * cpu_percent,
        memory_bytes: 64.0 * 1_048_576.0,
        memory_peak_bytes: 64.0 * 1_048_576.0,
        memory_limit_bytes: 128.0 * 1_048_576.0,
        network_rx_bytes: Some(60_000.0),
        network_tx_bytes: None,
        state: ContainerState::Running,
        observed_seconds: 60.0,
    };
    store.write_container_metrics(&[row]).await.expect("a row");
    store.close().await;
}

/// Holds because a container that is gone is the one whose history is asked for afterwards, and no
/// engine knows it any more; what was not measured stays absent.
#[tokio::test(flavor = "multi_thread")]
async fn the_history_of_a_container_is_there_without_its_engine() {
    let tomo = tokio::task::block_in_place(Tomo::signed_in);
    remember(&tomo, "/web", 40, 10.0).await;
    remember(&tomo, "/web", 3, 30.0).await;
    remember(&tomo, "shop/db", 3, 50.0).await;
    tokio::task::block_in_place(|| {
        let table = tomo.done(&["metrics", "this computer/web", "--range", "1h"]);
        let lines: Vec<_> = table.lines().collect();
        assert!(lines[0].contains("Memory") && lines[0].contains("Limit"), "{table}");
        let first = lines[1];
        for words in [" 10 %", " 20 %", " 64.0 MB", " 128 MB", " 1.00 kB/s", "–"] {
            assert!(first.contains(words), "{words}: {table}");
        }
        assert!(lines.last().is_some_and(|line| line.contains(" 30 %")), "{table}");
        assert!(lines.len() > 4, "the gap is there: {table}");
        let history = tomo.json(&["metrics", "This computer/web", "--json"]);
        assert_eq!(history["cpu_percent"], serde_json::json!([10.0, 30.0]));
        assert_eq!(history["network_tx"], serde_json::json!([null, null]));
        let history = tomo.json(&["metrics", "This computer/shop/db", "--json"]);
        assert_eq!(history["cpu_percent"], serde_json::json!([50.0]), "a service of a project");
        let error = tomo.refused(1, &["metrics", "nowhere/web"]);
        assert!(error.contains("no server 'nowhere'"), "{error}");
    });
}
