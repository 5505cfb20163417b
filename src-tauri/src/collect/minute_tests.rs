//! Minutes as they really come: in the middle, across the edge, with a sleep in them.

use super::*;
use crate::domain::sample::{Cost, Cpu, Disk, Interface, Memory, Mount, Temperature};
use chrono::DateTime;
use proptest::prelude::*;

/// The start of a minute, milliseconds.
const START: i64 = 1_800_000_000_000;

fn sample(at_ms: i64, span: Option<f64>, cpu: f64, rx: f64) -> Sample {
    Sample {
        at: DateTime::from_timestamp_millis(START + at_ms).expect("a time"),
        span_seconds: span,
        cpu: span.map(|_| Cpu { total_percent: cpu, core_percents: Vec::new() }),
        memory: Some(Memory {
            total_bytes: 1_000,
            used_bytes: 400,
            cached_bytes: Some(100),
            swap_total_bytes: 0,
            swap_used_bytes: 0,
        }),
        load: Some(Load { one: 1.0, five: 2.0, fifteen: 3.0 }),
        uptime_seconds: Some(at_ms as f64 / 1000.0 + 500.0),
        mounts: vec![Mount {
            path: "/".into(),
            device: "/dev/sda1".into(),
            fs_type: None,
            total_bytes: 100,
            used_bytes: 40,
            available_bytes: 40,
        }],
        interfaces: vec![Interface {
            name: "eth0".into(),
            counted: true,
            rx_bytes_per_second: span.map(|_| rx),
            tx_bytes_per_second: span.map(|_| 2.0 * rx),
            rx_total_bytes: 0,
            tx_total_bytes: 0,
        }],
        disks: vec![Disk {
            name: "sda".into(),
            read_bytes_per_second: span.map(|_| 1.0),
            written_bytes_per_second: span.map(|_| 3.0),
        }],
        temperatures: vec![Temperature { label: "cpu".into(), celsius: 50.0 }],
        containers: Vec::new(),
        cost: Cost::default(),
    }
}

fn rows(samples: impl IntoIterator<Item = Sample>) -> Vec<MetricRow> {
    let mut minutes = MinuteAggregator::default();
    let mut rows: Vec<MetricRow> =
        samples.into_iter().filter_map(|sample| minutes.push(&sample)).collect();
    rows.extend(minutes.flush());
    rows
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-6
}

/// A whole minute at 2 s: 60 s observed, the mean, the peak, and the bytes that really moved.
#[test]
fn a_full_minute() {
    let samples = (0..=30).map(|n| {
        let busy = if n == 10 { 90.0 } else { 30.0 };
        sample(n * 2_000, Some(2.0), busy, 1_000.0)
    });
    let rows = rows(samples);
    let row = &rows[0];
    assert_eq!((rows.len(), row.at, row.span_seconds), (1, START / 1000, 60));
    assert!(close(row.observed_seconds, 60.0), "{}", row.observed_seconds);
    assert!(close(row.cpu_percent, 30.0 + 60.0 / 30.0), "{}", row.cpu_percent);
    assert!(close(row.cpu_peak_percent, 90.0));
    assert_eq!(row.network_rx_bytes.map(f64::round), Some(60_000.0));
    assert_eq!(row.network_tx_bytes.map(f64::round), Some(120_000.0));
    assert_eq!(row.disk_written_bytes.map(f64::round), Some(180.0));
    assert!(close(row.memory_percent, 40.0) && close(row.disk_percent, 50.0));
    assert_eq!(row.load, Some(Load { one: 1.0, five: 2.0, fifteen: 3.0 }));
    assert_eq!(row.temperature_celsius, Some(50.0));
}

/// Ten seconds that straddle the edge of a minute belong to both, by their shares.
#[test]
fn a_span_across_the_edge_is_shared() {
    let rows = rows([
        sample(55_000, Some(10.0), 10.0, 100.0),
        sample(65_000, Some(10.0), 70.0, 100.0),
        sample(75_000, Some(10.0), 70.0, 100.0),
    ]);
    assert_eq!(rows.len(), 2);
    assert!(close(rows[0].observed_seconds, 15.0), "{rows:?}");
    assert!(close(rows[0].cpu_percent, (10.0 * 10.0 + 70.0 * 5.0) / 15.0));
    assert!(close(rows[0].network_rx_bytes.unwrap_or_default(), 1_500.0));
    assert!(close(rows[1].observed_seconds, 15.0));
}

/// A slow host's long sample weighs more than a short one.
#[test]
fn means_are_weighted_by_span() {
    let rows = rows([sample(2_000, Some(2.0), 100.0, 0.0), sample(32_000, Some(30.0), 0.0, 0.0)]);
    assert!(close(rows[0].cpu_percent, 200.0 / 32.0), "{}", rows[0].cpu_percent);
}

/// Without CPU, memory or `/` the minute is a gap: the table holds no made-up number.
#[test]
fn a_minute_without_figures_gives_no_row() {
    assert_eq!(rows([sample(2_000, None, 0.0, 0.0)]), []);
    let mut no_memory = sample(2_000, Some(2.0), 5.0, 0.0);
    no_memory.memory = None;
    assert_eq!(rows([no_memory]), []);
    let mut no_root = sample(2_000, Some(2.0), 5.0, 0.0);
    no_root.mounts.clear();
    assert_eq!(rows([no_root]), []);
}

/// What was not measured stays absent in a row that exists.
#[test]
fn absent_figures_stay_absent() {
    let mut bare = sample(2_000, Some(2.0), 5.0, 0.0);
    bare.interfaces.clear();
    bare.disks.clear();
    bare.load = None;
    bare.temperatures.clear();
    let row = &rows([bare])[0];
    assert_eq!((row.network_rx_bytes, row.disk_read_bytes), (None, None));
    assert_eq!((row.load, row.temperature_celsius), (None, None));
}

/// Hours without samples make no rows, and the first minute after them says what it saw.
#[test]
fn a_gap_stays_a_gap() {
    let rows = rows([
        sample(2_000, Some(2.0), 5.0, 0.0),
        sample(7_230_000, None, 0.0, 0.0),
        sample(7_232_000, Some(2.0), 9.0, 0.0),
    ]);
    let starts: Vec<i64> = rows.iter().map(|row| row.at - START / 1000).collect();
    assert_eq!(starts, [0, 7_200]);
    assert!(close(rows[1].observed_seconds, 2.0));
}

/// A span of an hour, over a sleep that nobody noticed, is no observation of any minute.
#[test]
fn a_giant_span_is_not_observed() {
    let rows =
        rows([sample(2_000, Some(2.0), 5.0, 10.0), sample(3_630_000, Some(3_628.0), 9.0, 10.0)]);
    assert_eq!(rows.len(), 1);
    assert!(close(rows[0].observed_seconds, 2.0));
}

/// The clock goes back: within the minute nothing counts twice, further back a row is closed.
#[test]
fn a_clock_set_back() {
    let back_a_little = rows([
        sample(40_000, Some(2.0), 5.0, 10.0),
        sample(20_000, Some(2.0), 95.0, 10.0),
        sample(42_000, Some(2.0), 5.0, 10.0),
    ]);
    assert!(close(back_a_little[0].observed_seconds, 4.0));
    assert!(close(back_a_little[0].cpu_percent, 5.0));

    let back_an_hour = rows([
        sample(40_000, Some(2.0), 5.0, 10.0),
        sample(-3_600_000 + 42_000, Some(2.0), 6.0, 10.0),
    ]);
    let starts: Vec<i64> = back_an_hour.iter().map(|row| row.at - START / 1000).collect();
    assert_eq!(starts, [0, -3_600]);
}

proptest! {
    /// Any times, spans and figures: what a row holds is within its bounds.
    #[test]
    fn rows_are_never_nonsense(
        samples in prop::collection::vec(
            (-400_000i64..400_000, prop::option::of(prop_oneof![any::<f64>(), 0.0..400.0]), 0f64..=100.0, 0f64..1e12), 0..60)
    ) {
        let samples = samples.into_iter().map(|(at, span, cpu, rx)| sample(at, span, cpu, rx));
        for row in rows(samples) {
            prop_assert!(row.at % 60 == 0);
            prop_assert!(row.observed_seconds > 0.0 && row.observed_seconds <= 60.0);
            prop_assert!((0.0..=100.0001).contains(&row.cpu_percent));
            prop_assert!(row.cpu_peak_percent <= 100.0);
            prop_assert!((0.0..=100.0001).contains(&row.memory_percent));
            let moved = row.network_rx_bytes.unwrap_or_default();
            prop_assert!(moved.is_finite() && moved >= 0.0);
        }
    }
}
