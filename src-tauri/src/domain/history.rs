//! History as charts read it: columns of equal length, one row per stored span.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How far back a chart looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub enum Range {
    /// One hour.
    #[serde(rename = "1h")]
    Hour,
    /// 24 hours.
    #[serde(rename = "24h")]
    Day,
    /// 7 days.
    #[serde(rename = "7d")]
    Week,
    /// 30 days.
    #[serde(rename = "30d")]
    Month,
}

impl Range {
    /// Length in seconds.
    #[must_use]
    pub fn seconds(self) -> i64 {
        match self {
            Self::Hour => 3_600,
            Self::Day => 86_400,
            Self::Week => 7 * 86_400,
            Self::Month => 30 * 86_400,
        }
    }

    /// Reads `1h`, `24h`, `7d` or `30d`.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        match text {
            "1h" => Some(Self::Hour),
            "24h" => Some(Self::Day),
            "7d" => Some(Self::Week),
            "30d" => Some(Self::Month),
            _ => None,
        }
    }
}

/// Rows of `server_metrics` in the order of time, column by column.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
pub struct History {
    /// Start of the range, seconds since 1970, UTC.
    #[ts(type = "number")]
    pub from: i64,
    /// End of the range, seconds since 1970, UTC.
    #[ts(type = "number")]
    pub to: i64,
    /// Start of each row's span, seconds since 1970, UTC. Two rows further apart than the first
    /// one's span have a gap between them.
    #[ts(type = "Array<number>")]
    pub at: Vec<i64>,
    /// Length of each row's span, seconds.
    #[ts(type = "Array<number>")]
    pub span_seconds: Vec<i64>,
    /// CPU busy, mean of the span, percent.
    pub cpu_percent: Vec<f64>,
    /// CPU busy, highest sample of the span, percent.
    pub cpu_peak_percent: Vec<Option<f64>>,
    /// Memory used, mean, bytes.
    pub memory_used_bytes: Vec<f64>,
    /// Memory, bytes.
    pub memory_total_bytes: Vec<f64>,
    /// Page cache, mean, bytes.
    pub memory_cached_bytes: Vec<Option<f64>>,
    /// Swap in use, mean, bytes.
    pub swap_used_bytes: Vec<Option<f64>>,
    /// Disk `/` used, percent.
    pub disk_percent: Vec<f64>,
    /// Received, mean, bytes per second.
    pub network_rx: Vec<Option<f64>>,
    /// Sent, mean, bytes per second.
    pub network_tx: Vec<Option<f64>>,
    /// Read, mean, bytes per second.
    pub disk_read: Vec<Option<f64>>,
    /// Written, mean, bytes per second.
    pub disk_written: Vec<Option<f64>>,
    /// Load over one minute, mean.
    pub load_one: Vec<Option<f64>>,
}

/// One row of `server_metrics`: a span of time, averaged. `None` was not measured.
#[derive(Clone, Debug, PartialEq)]
pub struct MetricRow {
    /// Start of the span, seconds since 1970, UTC; a multiple of `span_seconds`.
    pub at: i64,
    /// Length of the span, seconds.
    pub span_seconds: i64,
    /// CPU busy, mean, percent.
    pub cpu_percent: f64,
    /// CPU busy, highest sample, percent.
    pub cpu_peak_percent: f64,
    /// Memory used, mean, percent.
    pub memory_percent: f64,
    /// Memory used, highest sample, percent.
    pub memory_peak_percent: f64,
    /// Memory used, mean, bytes.
    pub memory_used_bytes: f64,
    /// Memory, bytes.
    pub memory_total_bytes: f64,
    /// Page cache, mean, bytes.
    pub memory_cached_bytes: Option<f64>,
    /// Swap in use, mean, bytes.
    pub swap_used_bytes: Option<f64>,
    /// `/` used, percent.
    pub disk_percent: f64,
    /// `/` used, bytes.
    pub disk_used_bytes: f64,
    /// `/`, bytes.
    pub disk_total_bytes: f64,
    /// Received in the span, bytes.
    pub network_rx_bytes: Option<f64>,
    /// Sent in the span, bytes.
    pub network_tx_bytes: Option<f64>,
    /// Read in the span, bytes.
    pub disk_read_bytes: Option<f64>,
    /// Written in the span, bytes.
    pub disk_written_bytes: Option<f64>,
    /// Load averages, means.
    pub load: Option<super::sample::Load>,
    /// Uptime at the end of the span, seconds.
    pub uptime_seconds: Option<f64>,
    /// Hottest sensor, mean, degrees Celsius.
    pub temperature_celsius: Option<f64>,
    /// Seconds of the span that were really observed; rates are bytes divided by this.
    pub observed_seconds: f64,
}
