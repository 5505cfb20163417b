//! An hour of points, with holes, changes of pace and clocks that are set.

use super::*;
use proptest::prelude::*;

const START: i64 = 1_800_000_000_000;
const PACE: Duration = Duration::from_secs(2);

fn point(at_ms: i64, cpu_percent: Option<f32>) -> LivePoint {
    LivePoint {
        at_ms,
        cpu_percent,
        core_percents: Box::default(),
        memory_used_bytes: None,
        memory_cached_bytes: None,
        swap_used_bytes: None,
        network_rx: None,
        network_tx: None,
        disk_read: None,
        disk_written: None,
    }
}

fn ring(points: impl IntoIterator<Item = (i64, f32)>) -> Ring {
    let mut ring = Ring::new();
    for (second, percent) in points {
        ring.push(point(START + second * 1000, Some(percent)), PACE);
    }
    ring
}

/// Days of collecting must not take more memory than an hour.
#[test]
fn an_hour_is_kept_and_no_more() {
    let mut long = ring((0..10_000).map(|n| (n * 2, 1.0)));
    assert_eq!(long.len(), 1_801);
    let quick = ring((0..10_000).map(|n| (n, 1.0)));
    assert_eq!(quick.len(), LIMIT);
    assert_eq!(long.since(START + 19_990_000).count(), 4);
    long.push(point(START + 100_000_000, None), PACE);
    assert_eq!(long.len(), 1);
}

/// A clock set back by an hour must not leave points out of order.
#[test]
fn a_clock_set_back_drops_the_future() {
    let mut ring = ring((0..100).map(|n| (n * 2, 1.0)));
    ring.push(point(START + 100_500, Some(7.0)), PACE);
    assert_eq!(ring.last().map(|point| point.at_ms), Some(START + 100_500));
    let times: Vec<i64> = ring.since(0).map(|point| point.at_ms).collect();
    assert!(times.is_sorted_by(|a, b| a < b));
    assert_eq!(times.len(), 52);
}

/// Equal steps, their means, and nothing that was not measured.
#[test]
fn a_sparkline_is_the_mean_of_each_step() {
    let ring = ring((0..60).map(|n| (n * 2, if n < 30 { 10.0 } else { 30.0 })));
    assert_eq!(ring.sparkline(60), [(START, Some(10.0)), (START + 60_000, Some(30.0))]);
    assert_eq!(ring.sparkline(0), []);
    assert_eq!(Ring::new().sparkline(60), []);
}

/// Ten minutes without samples are a hole, however many steps they span.
#[test]
fn a_gap_is_one_none() {
    let ring = ring((0..30).map(|n| (n * 2, 10.0)).chain((330..360).map(|n| (n * 2, 20.0))));
    assert_eq!(
        ring.sparkline(60),
        [(START, Some(10.0)), (START + 60_000, None), (START + 660_000, Some(20.0))]
    );
}

/// At ten seconds a sample, steps of two seconds are empty in between and yet no gap.
#[test]
fn a_slower_pace_is_no_gap() {
    let mut ring = Ring::new();
    for n in 0..10 {
        ring.push(point(START + n * 10_000, Some(5.0)), Duration::from_secs(10));
    }
    // The window opens: the pace changes to 2 s.
    for n in 46..50 {
        ring.push(point(START + n * 2_000, Some(5.0)), PACE);
    }
    assert!(ring.sparkline(1_800).iter().all(|(_, value)| value.is_some()));
}

/// One busy second in a minute is not a busy minute, and ten seconds are no minute at all.
#[test]
fn sustained_cpu_is_weighted_by_time() {
    let minute = Duration::from_secs(60);
    let short = ring((0..6).map(|n| (n * 2, 100.0)));
    assert_eq!(short.sustained_cpu(minute), None);
    let one_spike = ring((0..60).map(|n| (n * 2, if n == 45 { 100.0 } else { 0.0 })));
    let mean = one_spike.sustained_cpu(minute).expect("a minute");
    assert!((mean - 100.0 / 30.0).abs() < 1e-6, "{mean}");

    let mut mixed = Ring::new();
    for n in 0..=6 {
        mixed.push(point(START + n * 10_000, Some(90.0)), Duration::from_secs(10));
    }
    for n in 1..=15 {
        mixed.push(point(START + 60_000 + n * 2_000, Some(30.0)), PACE);
    }
    let mean = mixed.sustained_cpu(minute).expect("a minute");
    assert!((mean - 60.0).abs() < 1e-6, "{mean}");
}

/// A gap was not observed: it counts neither as idle nor as busy.
#[test]
fn a_gap_is_not_sustained() {
    let ring = ring((0..10).map(|n| (n * 2, 100.0)).chain((25..30).map(|n| (n * 2, 100.0))));
    assert_eq!(ring.sustained_cpu(Duration::from_secs(60)), None);
}

proptest! {
    /// Any times: never more points than asked for, in order, within 0–100.
    #[test]
    fn a_sparkline_is_bounded(
        times in prop::collection::vec((-4_000_000i64..8_000_000, prop::option::of(0f32..100.0)), 0..200),
        max in 0usize..400,
    ) {
        let mut ring = Ring::new();
        for (at, value) in times {
            ring.push(point(at, value), PACE);
        }
        let line = ring.sparkline(max);
        prop_assert!(line.len() <= max);
        prop_assert!(line.is_sorted_by(|a, b| a.0 < b.0));
        prop_assert!(line.iter().all(|(_, v)| v.is_none_or(|v| (0.0..=100.0).contains(&v))));
        if let Some(mean) = ring.sustained_cpu(Duration::from_secs(60)) {
            prop_assert!((-0.001..=100.001).contains(&mean));
        }
    }
}
