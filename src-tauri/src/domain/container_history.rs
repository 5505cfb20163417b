//! History of containers as charts read it: columns of equal length, one row per stored span.

use super::{container::ContainerState, id::ServerId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Rows of `container_metrics` of one series in the order of time, column by column.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
pub struct ContainerHistory {
    /// Start of the range, seconds since 1970, UTC.
    #[ts(type = "number")]
    pub from: i64,
    /// End of the range, seconds since 1970, UTC.
    #[ts(type = "number")]
    pub to: i64,
    /// Start of each row's span, seconds since 1970, UTC.
    #[ts(type = "Array<number>")]
    pub at: Vec<i64>,
    /// Length of each row's span, seconds.
    #[ts(type = "Array<number>")]
    pub span_seconds: Vec<i64>,
    /// CPU, mean, percent of one core.
    pub cpu_percent: Vec<f64>,
    /// CPU, highest reading, percent of one core.
    pub cpu_peak_percent: Vec<Option<f64>>,
    /// Memory without the page cache, mean, bytes.
    pub memory_bytes: Vec<f64>,
    /// Memory that it might use, bytes: its limit, or the host's memory.
    pub memory_limit_bytes: Vec<f64>,
    /// Received, mean, bytes per second.
    pub network_rx: Vec<Option<f64>>,
    /// Sent, mean, bytes per second.
    pub network_tx: Vec<Option<f64>>,
}

/// One point of the last hour of a container. Percentages are of one core.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
pub struct ContainerPoint {
    /// Milliseconds since 1970, UTC.
    #[ts(type = "number")]
    pub at_ms: i64,
    /// CPU.
    pub cpu_percent: Option<f32>,
    /// Memory without the page cache, bytes.
    pub memory_bytes: Option<f32>,
    /// Received, bytes per second.
    pub network_rx: Option<f32>,
    /// Sent, bytes per second.
    pub network_tx: Option<f32>,
}

/// One row of `container_metrics`: a span of time, averaged. `None` was not measured.
#[derive(Clone, Debug, PartialEq)]
pub struct ContainerMetricRow {
    /// The server.
    pub server_id: ServerId,
    /// What the history is kept under.
    pub series: String,
    /// The container of that time.
    pub container_id: String,
    /// Its name.
    pub container_name: String,
    /// Start of the span, seconds since 1970, UTC; a multiple of `span_seconds`.
    pub at: i64,
    /// Length of the span, seconds.
    pub span_seconds: i64,
    /// CPU, mean, percent of one core.
    pub cpu_percent: f64,
    /// CPU, highest reading, percent of one core.
    pub cpu_peak_percent: f64,
    /// Memory without the page cache, mean, bytes.
    pub memory_bytes: f64,
    /// Highest reading, bytes.
    pub memory_peak_bytes: f64,
    /// Memory that it might use, bytes: its limit, or the host's memory.
    pub memory_limit_bytes: f64,
    /// Received in the span, bytes.
    pub network_rx_bytes: Option<f64>,
    /// Sent in the span, bytes.
    pub network_tx_bytes: Option<f64>,
    /// What it did at the end of the span.
    pub state: ContainerState,
    /// Seconds of the span that were really observed; rates are bytes divided by this.
    pub observed_seconds: f64,
}
