//! History: minute rows, charts, and ageing against a naive reference.

use super::{Home, NAME, now};
use proptest::prelude::*;
use std::collections::BTreeMap;
use tomo::domain::{
    history::{History, MetricRow, Range},
    id::ServerId,
    sample::Load,
};

const MIB: f64 = 1_048_576.0;

fn row(at: i64) -> MetricRow {
    MetricRow {
        at,
        span_seconds: 60,
        cpu_percent: 12.5,
        cpu_peak_percent: 40.0,
        memory_percent: 50.0,
        memory_peak_percent: 60.0,
        memory_used_bytes: 512.0 * MIB,
        memory_total_bytes: 1024.0 * MIB,
        memory_cached_bytes: Some(100.0 * MIB),
        swap_used_bytes: None,
        disk_percent: 77.0,
        disk_used_bytes: 77.0 * 1024.0 * MIB,
        disk_total_bytes: 100.0 * 1024.0 * MIB,
        network_rx_bytes: Some(6_000.0),
        network_tx_bytes: Some(600.0),
        disk_read_bytes: None,
        disk_written_bytes: Some(60.0),
        load: Some(Load { one: 0.5, five: 0.4, fifteen: 0.3 }),
        uptime_seconds: Some(1_000.0),
        temperature_celsius: Some(41.5),
        observed_seconds: 60.0,
    }
}

async fn month(home: &Home, server: ServerId) -> History {
    home.store.history(server, Range::Month, now()).await.expect("a history")
}

/// What a chart draws is what was measured: absent stays absent, rates are per observed second.
#[tokio::test]
async fn history_gives_back_what_was_measured() {
    let home = Home::new().await;
    let (server, other) = (home.server(NAME).await, home.server("other").await);
    let minute = now().timestamp() / 60 * 60;
    let gone = ServerId::new();
    let half = MetricRow { observed_seconds: 30.0, ..row(minute - 60) };
    let nonsense = MetricRow { cpu_percent: f64::NAN, ..row(minute - 180) };
    let unobserved = MetricRow { observed_seconds: 0.0, ..row(minute - 240) };
    let rows = [
        (server, half),
        (server, row(minute - 3_600)),
        (server, row(minute - 86_000)),
        (other, row(minute - 120)),
        (gone, row(minute - 120)),
        (server, nonsense),
        (server, unobserved),
    ];
    home.store.write_metrics(&rows).await.expect("written");
    let hour = home.store.history(server, Range::Hour, now()).await.expect("a history");
    // The older one began before the range, and reaches into it.
    assert_eq!(hour.at, [minute - 3_600, minute - 60]);
    assert_eq!(hour.network_rx, [Some(100.0), Some(200.0)]);
    assert_eq!(hour.disk_read, [None, None]);
    assert_eq!(hour.swap_used_bytes, [None, None]);
    assert_eq!(hour.memory_used_bytes, [512.0 * MIB, 512.0 * MIB]);
    assert_eq!(hour.cpu_peak_percent, [Some(40.0), Some(40.0)]);
    assert_eq!((hour.from, hour.to), (now().timestamp() - 3_600, now().timestamp()));
    let day = home.store.history(server, Range::Day, now()).await.expect("a history");
    assert_eq!(day.at.len(), 3);
    // A minute that is written again, e.g. after an unclear commit, replaces itself.
    let again = MetricRow { cpu_percent: 99.0, ..row(minute - 60) };
    home.store.write_metrics(&[(server, again)]).await.expect("written");
    let hour = home.store.history(server, Range::Hour, now()).await.expect("a history");
    assert_eq!(hour.cpu_percent, [12.5, 99.0]);
}

/// The promise of the chart: thirty days of minutes, aged, are under 3,000 rows, read in order.
#[tokio::test]
async fn thirty_days_are_under_three_thousand_rows() {
    let home = Home::new().await;
    let server = home.server(NAME).await;
    let end = now().timestamp() / 60 * 60;
    let rows: Vec<_> =
        (1..=30 * 1_440).rev().map(|minute| (server, row(end - minute * 60))).collect();
    home.store.write_metrics(&rows).await.expect("written");
    home.store.compact_metrics(now()).await.expect("aged");
    let history = month(&home, server).await;
    assert!((2_800..3_000).contains(&history.at.len()), "{}", history.at.len());
    assert!(history.at.is_sorted());
    // Every minute is covered once: a row ends where the next one begins.
    for index in 1..history.at.len() {
        assert_eq!(history.at[index - 1] + history.span_seconds[index - 1], history.at[index]);
    }
    assert!(
        history.network_rx.iter().all(|rate| rate.is_some_and(|rate| (rate - 100.0).abs() < 1e-6))
    );
    // A late minute does not take the place of ten.
    let first_aged =
        history.at[history.span_seconds.iter().position(|span| *span == 600).expect("some")];
    home.store.write_metrics(&[(server, row(first_aged))]).await.expect("written");
    assert_eq!(month(&home, server).await, history);
}

/// Charts and ageing must go through an index; a scan of years would show only on old databases.
#[tokio::test]
async fn charts_and_ageing_are_served_by_an_index() {
    let home = Home::new().await;
    let db = &mut home.stranger().await;
    for (sql, expected) in [
        (
            "explain query plan select cpu_percent from server_metrics
             where id >= 'a' and id < 'b' and +server_id = 'c' order by id",
            "PRIMARY KEY",
        ),
        (
            "explain query plan select distinct server_id, unixepoch(timestamp) / ?1 * ?1
             from server_metrics
             where span_seconds < 3600 and span_seconds < ?1 and timestamp < ?2 limit 3",
            "idx_server_metrics_unaged",
        ),
    ] {
        let plan: Vec<(i64, i64, i64, String)> =
            sqlx::query_as(sql).fetch_all(&mut *db).await.expect("a plan");
        let plan: String = plan.into_iter().map(|step| step.3 + "\n").collect();
        assert!(plan.contains(expected) && !plan.contains("SCAN"), "{plan}");
    }
}

/// A minute of a random history: which one, how much of it was seen, and what was moved and peaked.
#[derive(Clone, Debug)]
struct Minute {
    minute: i64,
    observed: u32,
    moved: Option<u32>,
    cpu: u32,
    peak: u32,
}

fn minutes() -> impl Strategy<Value = Vec<Minute>> {
    // Clustered around both edges of age, with gaps between.
    let when = prop_oneof![0i64..90, 1_380i64..1_500, 10_020i64..10_200, 12_000i64..12_100];
    let one =
        (when, 1u32..=60, proptest::option::of(0u32..1_000_000), 0u32..100, 0u32..100).prop_map(
            |(minute, observed, moved, cpu, peak)| Minute { minute, observed, moved, cpu, peak },
        );
    proptest::collection::vec(one, 1..120)
}

/// What the table should hold, written the plainest way.
#[derive(Debug, Default, PartialEq)]
struct Expected {
    span: i64,
    observed: f64,
    moved: Option<i64>,
    busy: f64,
    peak: f64,
}

fn reference(rows: &BTreeMap<i64, Minute>, now: i64) -> BTreeMap<i64, Expected> {
    let mut merged: BTreeMap<i64, Expected> = BTreeMap::new();
    for (at, minute) in rows {
        let is_whole_before = |span: i64, age: i64| (at / span + 1) * span <= now - age;
        let span = if is_whole_before(3_600, 7 * 86_400) {
            3_600
        } else if is_whole_before(600, 86_400) {
            600
        } else {
            60
        };
        let into = merged.entry(at / span * span).or_default();
        into.span = span;
        into.observed += f64::from(minute.observed);
        into.busy += f64::from(minute.cpu) * f64::from(minute.observed);
        into.peak = into.peak.max(f64::from(minute.peak.max(minute.cpu)));
        if let Some(moved) = minute.moved {
            *into.moved.get_or_insert(0) += i64::from(moved);
        }
    }
    merged
}

async fn stored(home: &Home) -> BTreeMap<i64, Expected> {
    let rows: Vec<(i64, i64, f64, Option<i64>, f64, f64)> = sqlx::query_as(
        "select unixepoch(timestamp), span_seconds, observed_seconds, network_rx_bytes, cpu_percent,
             cpu_peak_percent from server_metrics",
    )
    .fetch_all(&mut home.stranger().await)
    .await
    .expect("rows");
    let expected = rows.into_iter().map(|(at, span, observed, moved, cpu, peak)| {
        (at, Expected { span, observed, moved, busy: (cpu * observed * 1e6).round() / 1e6, peak })
    });
    expected.collect()
}

/// Bytes and observed time are neither lost nor made, peaks stay, gaps stay, in one go or in many.
#[test]
fn ageing_agrees_with_a_naive_reference() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let home = runtime.block_on(Home::new());
    let server = runtime.block_on(home.server(NAME));
    let config =
        ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(minutes in minutes(), steps in proptest::collection::vec(0i64..12_000, 0..3))| {
        let end = now().timestamp();
        let rows: BTreeMap<i64, Minute> = minutes
            .into_iter()
            .map(|minute| (end / 60 * 60 - (minute.minute + 1) * 60, minute))
            .collect();
        let (held, again) = runtime.block_on(async {
            sqlx::query("delete from server_metrics")
                .execute(&mut home.stranger().await)
                .await
                .expect("emptied");
            let batch: Vec<_> = rows.iter().map(|(at, minute)| (server, MetricRow {
                cpu_percent: f64::from(minute.cpu),
                cpu_peak_percent: f64::from(minute.peak.max(minute.cpu)),
                network_rx_bytes: minute.moved.map(f64::from),
                observed_seconds: f64::from(minute.observed),
                ..row(*at)
            })).collect();
            home.store.write_metrics(&batch).await.expect("written");
            // Ageing as it goes on in life: at a few earlier moments, then now.
            let mut steps = steps;
            steps.sort_unstable();
            for step in steps.iter().rev() {
                let then = now() - chrono::Duration::minutes(*step);
                home.store.compact_metrics(then).await.expect("aged");
            }
            home.store.compact_metrics(now()).await.expect("aged");
            let held = stored(&home).await;
            assert_eq!(home.store.compact_metrics(now()).await.expect("aged"), 0, "idempotent");
            (held, stored(&home).await)
        });
        let mut expected = reference(&rows, end);
        expected.values_mut().for_each(|row| row.busy = (row.busy * 1e6).round() / 1e6);
        prop_assert_eq!(&held, &expected);
        prop_assert_eq!(held, again);
    });
}
