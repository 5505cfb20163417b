//! Rows of history as ten servers would leave them: figures that wander, the same in every run.

use tomo::domain::{history::MetricRow, sample::Load};

pub const MINUTE: i64 = 60;
pub const HOUR: i64 = 3_600;
pub const DAY: i64 = 86_400;

const GIB: f64 = 1_073_741_824.0;

/// The row of a server (a small number) that starts at `at` and lasts `span`, both in seconds.
pub fn row(server: u64, at: i64, span: i64) -> MetricRow {
    let noise = |what: u64| {
        // A multiplication by an odd number and a shift are random enough for figures.
        let seed = (at as u64 ^ (server << 40) ^ (what << 52)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (seed >> 40) as f64 / f64::from(1 << 24)
    };
    let seconds = span as f64;
    let by_day = ((at % DAY) as f64 / DAY as f64 * std::f64::consts::TAU).sin();
    let cpu = 20.0 + 10.0 * by_day + 15.0 * noise(1);
    let total = 8.0 * GIB * (1 + server % 4) as f64;
    let used = total * (0.4 + 0.1 * by_day + 0.05 * noise(2));
    let bytes = |what| Some((noise(what) * 300_000.0 * seconds).round());
    let load = cpu / 25.0;
    MetricRow {
        at,
        span_seconds: span,
        cpu_percent: cpu,
        cpu_peak_percent: cpu + 30.0 * noise(3),
        memory_percent: used / total * 100.0,
        memory_peak_percent: used / total * 100.0 + noise(4),
        memory_used_bytes: used,
        memory_total_bytes: total,
        memory_cached_bytes: Some(total * 0.3),
        swap_used_bytes: Some(GIB * noise(5)),
        disk_percent: 41.0 + server as f64,
        disk_used_bytes: 200.0 * GIB,
        disk_total_bytes: 480.0 * GIB,
        network_rx_bytes: bytes(6),
        network_tx_bytes: bytes(7),
        disk_read_bytes: bytes(8),
        disk_written_bytes: bytes(9),
        load: Some(Load { one: load, five: load * 0.9, fifteen: load * 0.8 }),
        uptime_seconds: Some((at % (90 * DAY)) as f64),
        temperature_celsius: Some(42.0 + 10.0 * noise(10)),
        observed_seconds: seconds,
    }
}
