//! History of containers: minute rows by series, charts, and ageing against a naive reference.

use super::{Home, NAME, now};
use proptest::prelude::*;
use std::collections::BTreeMap;
use tomo::domain::{
    container::ContainerState,
    container_history::{ContainerHistory, ContainerMetricRow},
    history::Range,
    id::ServerId,
};

const MIB: f64 = 1_048_576.0;

fn row(server_id: ServerId, series: &str, at: i64) -> ContainerMetricRow {
    ContainerMetricRow {
        server_id,
        series: series.into(),
        container_id: "c".repeat(64),
        container_name: "shop-web-1".into(),
        at,
        span_seconds: 60,
        cpu_percent: 150.0,
        cpu_peak_percent: 200.0,
        memory_bytes: 0.5 * MIB,
        memory_peak_bytes: 2.0 * MIB,
        memory_limit_bytes: 64.0 * MIB,
        network_rx_bytes: Some(6_000.0),
        network_tx_bytes: None,
        state: ContainerState::Running,
        observed_seconds: 60.0,
    }
}

async fn chart(home: &Home, server: ServerId, series: &str, range: Range) -> ContainerHistory {
    home.store.container_history(server, series, range, now()).await.expect("a history")
}

/// Holds because a chart draws what was measured: half a mebibyte is no zero, absent stays absent,
/// rates are per observed second, and no other series gets in.
#[tokio::test]
async fn a_chart_gives_back_what_was_measured() {
    let home = Home::new().await;
    let (server, other) = (home.server(NAME).await, home.server("other").await);
    let minute = now().timestamp() / 60 * 60;
    let web = |at| row(server, "shop/web", at);
    let rows = [
        ContainerMetricRow { observed_seconds: 30.0, ..web(minute - 60) },
        web(minute - 3_600),
        web(minute - 86_000),
        row(server, "shop/web#2", minute - 120),
        row(other, "shop/web", minute - 120),
        row(ServerId::new(), "shop/web", minute - 120),
        ContainerMetricRow { cpu_percent: f64::NAN, ..web(minute - 180) },
        ContainerMetricRow { observed_seconds: 0.0, ..web(minute - 240) },
    ];
    home.store.write_container_metrics(&rows).await.expect("written");
    let hour = chart(&home, server, "shop/web", Range::Hour).await;
    assert_eq!(hour.at, [minute - 3_600, minute - 60]);
    assert_eq!(hour.cpu_percent, [150.0, 150.0]);
    assert_eq!(hour.cpu_peak_percent, [Some(200.0), Some(200.0)]);
    assert_eq!(hour.memory_bytes, [0.5 * MIB, 0.5 * MIB]);
    assert_eq!(hour.memory_limit_bytes, [64.0 * MIB, 64.0 * MIB]);
    assert_eq!(hour.network_rx, [Some(100.0), Some(200.0)]);
    assert_eq!(hour.network_tx, [None, None]);
    assert_eq!((hour.from, hour.to), (now().timestamp() - 3_600, now().timestamp()));
    assert_eq!(chart(&home, server, "shop/web", Range::Day).await.at.len(), 3);
    assert_eq!(chart(&home, server, "shop", Range::Month).await.at, [0; 0]);
    // A minute that is written again replaces itself, unless it saw less.
    let again = ContainerMetricRow { cpu_percent: 9.0, ..web(minute - 60) };
    let less = ContainerMetricRow { cpu_percent: 1.0, observed_seconds: 5.0, ..web(minute - 60) };
    home.store.write_container_metrics(&[again, less]).await.expect("written");
    assert_eq!(chart(&home, server, "shop/web", Range::Hour).await.cpu_percent, [150.0, 9.0]);
}

/// Holds because a container that is made anew under the same service has another id and the same
/// chart, also after both have grown into one row.
#[tokio::test]
async fn the_chart_of_a_service_goes_on() {
    let home = Home::new().await;
    let server = home.server(NAME).await;
    let start = (now().timestamp() - 2 * 86_400) / 600 * 600;
    let of = |minute: i64, id: &str, state| ContainerMetricRow {
        container_id: id.repeat(64),
        container_name: format!("web-{id}"),
        state,
        ..row(server, "shop/web", start + minute * 60)
    };
    let rows = [
        of(0, "a", ContainerState::Running),
        of(1, "a", ContainerState::Exited),
        of(3, "b", ContainerState::Paused),
    ];
    home.store.write_container_metrics(&rows).await.expect("written");
    assert_eq!(chart(&home, server, "shop/web", Range::Week).await.at.len(), 3);
    assert_eq!(home.store.compact_container_metrics(now()).await.expect("aged"), 1);
    let week = chart(&home, server, "shop/web", Range::Week).await;
    assert_eq!((week.at, week.span_seconds), (vec![start], vec![600]));
    assert_eq!(week.network_rx, [Some(100.0)], "18,000 bytes in 180 observed seconds");
    let last: (String, String, String) =
        sqlx::query_as("select container_id, container_name, status from container_metrics")
            .fetch_one(&mut home.stranger().await)
            .await
            .expect("one row");
    assert_eq!(last, ("b".repeat(64), "web-b".into(), "paused".into()));
}

/// Holds because an old database has millions of rows: the chart is one stretch of the primary key,
/// and ageing looks only at what is not aged.
#[tokio::test]
async fn charts_and_ageing_are_served_by_an_index() {
    let home = Home::new().await;
    let db = &mut home.stranger().await;
    for (sql, expected) in [
        (
            "explain query plan select cpu_percent from container_metrics
             where id >= 'a' and id < 'b' and +server_id = 'c' and series = 'd' order by id",
            "PRIMARY KEY",
        ),
        (
            "explain query plan select distinct server_id, series, unixepoch(timestamp) / ?1 * ?1
             from container_metrics
             where span_seconds < 3600 and span_seconds < ?1 and timestamp < ?2 limit 3",
            "idx_container_metrics_unaged",
        ),
    ] {
        let plan: Vec<(i64, i64, i64, String)> =
            sqlx::query_as(sql).fetch_all(&mut *db).await.expect("a plan");
        let plan: String = plan.into_iter().map(|step| step.3 + "\n").collect();
        assert!(plan.contains(expected) && !plan.contains("SCAN"), "{plan}");
    }
}

/// A minute of a random history: of which series, when, and what was counted.
#[derive(Clone, Debug)]
struct Minute {
    series: bool,
    minute: i64,
    observed: u32,
    moved: Option<u32>,
    cpu: u32,
    memory: u32,
}

fn minutes() -> impl Strategy<Value = Vec<Minute>> {
    let when = prop_oneof![0i64..90, 1_380i64..1_500, 10_020i64..10_200];
    let one = (
        any::<bool>(),
        when,
        1u32..=60,
        proptest::option::of(0u32..1_000_000),
        0u32..1_000,
        0u32..4_000,
    );
    let one = one.prop_map(|(series, minute, observed, moved, cpu, memory)| Minute {
        series,
        minute,
        observed,
        moved,
        cpu,
        memory,
    });
    proptest::collection::vec(one, 1..80)
}

/// What the table should hold, written the plainest way.
#[derive(Debug, Default, PartialEq)]
struct Expected {
    span: i64,
    observed: f64,
    moved: Option<i64>,
    busy: f64,
    cpu_peak: f64,
    memory_peak_bytes: f64,
}

fn series_of(second: bool) -> &'static str {
    if second { "/b" } else { "/a" }
}

fn reference(rows: &BTreeMap<(String, i64), Minute>) -> BTreeMap<(String, i64), Expected> {
    let now = now().timestamp();
    let mut merged: BTreeMap<_, Expected> = BTreeMap::new();
    for ((series, at), minute) in rows {
        let is_whole_before = |span: i64, age: i64| (at / span + 1) * span <= now - age;
        let span = if is_whole_before(3_600, 7 * 86_400) {
            3_600
        } else if is_whole_before(600, 86_400) {
            600
        } else {
            60
        };
        let into = merged.entry((series.clone(), at / span * span)).or_default();
        into.span = span;
        into.observed += f64::from(minute.observed);
        into.busy += f64::from(minute.cpu) * f64::from(minute.observed);
        into.cpu_peak = into.cpu_peak.max(f64::from(minute.cpu));
        into.memory_peak_bytes = into.memory_peak_bytes.max(f64::from(minute.memory));
        if let Some(moved) = minute.moved {
            *into.moved.get_or_insert(0) += i64::from(moved);
        }
    }
    merged.values_mut().for_each(|row| row.busy = (row.busy * 1e6).round() / 1e6);
    merged
}

/// Series, start, span, observed seconds, bytes received, CPU, its peak, and the peak of memory.
type Stored = (String, i64, i64, f64, Option<i64>, f64, f64, f64);

async fn stored(home: &Home) -> BTreeMap<(String, i64), Expected> {
    let rows: Vec<Stored> = sqlx::query_as(
        "select series, unixepoch(timestamp), span_seconds, observed_seconds, network_rx_bytes,
             cpu_percent, cpu_peak_percent, memory_peak_mb * 1.0 from container_metrics",
    )
    .fetch_all(&mut home.stranger().await)
    .await
    .expect("rows");
    let row = |(series, at, span, observed, moved, cpu, cpu_peak, memory): Stored| {
        let busy = (cpu * observed * 1e6).round() / 1e6;
        let memory_peak_bytes = memory * MIB;
        ((series, at), Expected { span, observed, moved, busy, cpu_peak, memory_peak_bytes })
    };
    rows.into_iter().map(row).collect()
}

/// Holds because bytes and observed time are neither lost nor made, peaks stay, gaps stay and series
/// stay apart, in one go or in many.
#[test]
fn ageing_agrees_with_a_naive_reference() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let home = runtime.block_on(Home::new());
    let server = runtime.block_on(home.server(NAME));
    let config =
        ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(minutes in minutes(), step in 0i64..12_000)| {
        let end = now().timestamp();
        let rows: BTreeMap<(String, i64), Minute> = minutes
            .into_iter()
            .map(|minute| {
                let at = end / 60 * 60 - (minute.minute + 1) * 60;
                ((series_of(minute.series).to_owned(), at), minute)
            })
            .collect();
        let held = runtime.block_on(async {
            sqlx::query("delete from container_metrics")
                .execute(&mut home.stranger().await)
                .await
                .expect("emptied");
            let batch: Vec<_> = rows.iter().map(|((series, at), minute)| ContainerMetricRow {
                cpu_percent: f64::from(minute.cpu),
                cpu_peak_percent: f64::from(minute.cpu),
                memory_bytes: f64::from(minute.memory),
                memory_peak_bytes: f64::from(minute.memory),
                network_rx_bytes: minute.moved.map(f64::from),
                observed_seconds: f64::from(minute.observed),
                ..row(server, series, *at)
            }).collect();
            home.store.write_container_metrics(&batch).await.expect("written");
            let then = now() - chrono::Duration::minutes(step);
            home.store.compact_container_metrics(then).await.expect("aged");
            home.store.compact_container_metrics(now()).await.expect("aged");
            let again = home.store.compact_container_metrics(now()).await.expect("aged");
            assert_eq!(again, 0, "idempotent");
            stored(&home).await
        });
        prop_assert_eq!(held, reference(&rows));
    });
}
