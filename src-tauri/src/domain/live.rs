//! What is kept of the last hour in memory, and what the overview shows of the newest sample.

use super::{
    health::{State, Thresholds},
    sample::Sample,
};
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// One point of the live ring: a sample reduced to what charts draw. Percentages are 0–100, rates
/// are bytes per second, sizes are bytes; single precision is finer than a pixel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
pub struct LivePoint {
    /// Milliseconds since 1970, UTC.
    #[ts(type = "number")]
    pub at_ms: i64,
    /// CPU busy, percent.
    pub cpu_percent: Option<f32>,
    /// Busy share of each processor, percent.
    pub core_percents: Box<[f32]>,
    /// Memory used, bytes.
    pub memory_used_bytes: Option<f32>,
    /// Page cache, bytes.
    pub memory_cached_bytes: Option<f32>,
    /// Swap in use, bytes.
    pub swap_used_bytes: Option<f32>,
    /// Received, bytes per second.
    pub network_rx: Option<f32>,
    /// Sent, bytes per second.
    pub network_tx: Option<f32>,
    /// Read from disks, bytes per second.
    pub disk_read: Option<f32>,
    /// Written to disks, bytes per second.
    pub disk_written: Option<f32>,
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "finer than a pixel"
)]
impl From<&Sample> for LivePoint {
    fn from(sample: &Sample) -> Self {
        let network = sample.network();
        let disk_io = sample.disk_io();
        let memory = sample.memory.as_ref();
        Self {
            at_ms: sample.at.timestamp_millis(),
            cpu_percent: sample.cpu.as_ref().map(|cpu| cpu.total_percent as f32),
            core_percents: sample
                .cpu
                .iter()
                .flat_map(|cpu| &cpu.core_percents)
                .map(|percent| percent.unwrap_or(f64::NAN) as f32)
                .collect(),
            memory_used_bytes: memory.map(|memory| memory.used_bytes as f32),
            memory_cached_bytes: memory.and_then(|memory| memory.cached_bytes).map(|b| b as f32),
            swap_used_bytes: memory.map(|memory| memory.swap_used_bytes as f32),
            network_rx: network.map(|(rx, _)| rx as f32),
            network_tx: network.map(|(_, tx)| tx as f32),
            disk_read: disk_io.map(|(read, _)| read as f32),
            disk_written: disk_io.map(|(_, written)| written as f32),
        }
    }
}

/// The newest figures of a server, as a row of the overview shows them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
pub struct Figures {
    /// When they were read.
    pub at: DateTime<Utc>,
    /// CPU busy, percent.
    pub cpu_percent: Option<f64>,
    /// Load over one minute.
    pub load_one: Option<f64>,
    /// Memory used, percent.
    pub memory_percent: Option<f64>,
    /// Memory used, bytes.
    pub memory_used_bytes: Option<u64>,
    /// Memory, bytes.
    pub memory_total_bytes: Option<u64>,
    /// `/`, or the fullest mount that is past its mark.
    pub disk: Option<DiskFigure>,
    /// Received, bytes per second.
    pub network_rx: Option<f64>,
    /// Sent, bytes per second.
    pub network_tx: Option<f64>,
    /// The hottest sensor, degrees Celsius.
    pub temperature_celsius: Option<f64>,
    /// Seconds since the host started.
    pub uptime_seconds: Option<f64>,
}

/// The mount that the overview shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
pub struct DiskFigure {
    /// Where it is mounted.
    pub path: String,
    /// Used, percent.
    pub percent: f64,
    /// Used, bytes.
    pub used_bytes: u64,
    /// What `percent` is a share of, bytes: used plus what an ordinary user can still use. The size
    /// of the file system is more where a part is reserved or shared.
    pub total_bytes: u64,
}

impl Figures {
    /// Picks what the overview shows out of a sample.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a percentage needs no 53 bits")]
    pub fn of(sample: &Sample, thresholds: &Thresholds) -> Self {
        let memory = sample.memory.as_ref();
        let network = sample.network();
        Self {
            at: sample.at,
            cpu_percent: sample.cpu.as_ref().map(|cpu| cpu.total_percent),
            load_one: sample.load.map(|load| load.one),
            memory_percent: memory
                .filter(|memory| memory.total_bytes > 0)
                .map(|memory| memory.used_bytes as f64 / memory.total_bytes as f64 * 100.0),
            memory_used_bytes: memory.map(|memory| memory.used_bytes),
            memory_total_bytes: memory.map(|memory| memory.total_bytes),
            disk: disk_figure(sample, thresholds),
            network_rx: network.map(|(rx, _)| rx),
            network_tx: network.map(|(_, tx)| tx),
            temperature_celsius: sample.hottest(),
            uptime_seconds: sample.uptime_seconds,
        }
    }
}

fn disk_figure(sample: &Sample, thresholds: &Thresholds) -> Option<DiskFigure> {
    let figure = |mount: &super::sample::Mount| {
        Some(DiskFigure {
            path: mount.path.clone(),
            percent: mount.used_percent()?,
            used_bytes: mount.used_bytes,
            total_bytes: mount.used_bytes.saturating_add(mount.available_bytes),
        })
    };
    let fullest = sample
        .mounts
        .iter()
        .filter_map(figure)
        .max_by(|a, b| a.percent.total_cmp(&b.percent))
        .filter(|disk| thresholds.disk.state(disk.percent) > State::Fine);
    fullest.or_else(|| sample.root_mount().and_then(figure))
}
