//! One sample: everything that was read from a host at one moment. What was not read is `None`.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// All figures of one moment. Bytes are bytes, rates are per second, percentages are 0–100.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
pub struct Sample {
    /// When the block arrived, by this computer's clock.
    pub at: DateTime<Utc>,
    /// Seconds between this sample and the one that its rates compare with, by the host's own
    /// `/proc/uptime`; `None` for the first sample.
    pub span_seconds: Option<f64>,
    /// CPU; `None` on the first sample and after a counter went backwards.
    pub cpu: Option<Cpu>,
    /// Memory and swap.
    pub memory: Option<Memory>,
    /// Load averages.
    pub load: Option<Load>,
    /// Seconds since the host started.
    pub uptime_seconds: Option<f64>,
    /// Mounted file systems with a size of their own.
    pub mounts: Vec<Mount>,
    /// Network interfaces.
    pub interfaces: Vec<Interface>,
    /// Block devices (whole disks, no partitions).
    pub disks: Vec<Disk>,
    /// Temperature sensors.
    pub temperatures: Vec<Temperature>,
    /// Containers whose control groups were read.
    pub containers: Vec<ContainerUsage>,
    /// What taking this sample cost.
    pub cost: Cost,
}

/// CPU busy = total − idle − iowait; steal counts as busy, guest time is not counted twice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
pub struct Cpu {
    /// Busy share of all processors together, percent.
    pub total_percent: f64,
    /// Busy share of each processor, percent, in the kernel's order; `None` where one came or went.
    pub core_percents: Vec<Option<f64>>,
}

/// Memory used = MemTotal − MemAvailable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct Memory {
    /// Physical memory, bytes.
    pub total_bytes: u64,
    /// MemTotal − MemAvailable, bytes.
    pub used_bytes: u64,
    /// Page cache, buffers and reclaimable slab, bytes; `None` where the system does not say.
    pub cached_bytes: Option<u64>,
    /// Swap, bytes.
    pub swap_total_bytes: u64,
    /// Swap in use, bytes.
    pub swap_used_bytes: u64,
}

/// Load averages: runnable and uninterruptible tasks.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
pub struct Load {
    /// Over 1 minute.
    pub one: f64,
    /// Over 5 minutes.
    pub five: f64,
    /// Over 15 minutes.
    pub fifteen: f64,
}

/// A mounted file system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct Mount {
    /// Where it is mounted.
    pub path: String,
    /// Device or share.
    pub device: String,
    /// File system type, when known.
    pub fs_type: Option<String>,
    /// Size, bytes.
    pub total_bytes: u64,
    /// In use, bytes.
    pub used_bytes: u64,
    /// Free for an ordinary user, bytes.
    pub available_bytes: u64,
}

impl Mount {
    /// Used share as `df` counts it: used / (used + available), percent.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a percentage needs no 53 bits")]
    pub fn used_percent(&self) -> Option<f64> {
        let whole = self.used_bytes.checked_add(self.available_bytes)?;
        (whole > 0).then(|| self.used_bytes as f64 / whole as f64 * 100.0)
    }
}

/// A network interface.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
pub struct Interface {
    /// Name, e.g. `enp3s0`.
    pub name: String,
    /// Whether it is physical or wireless and so part of the server's own sum.
    pub counted: bool,
    /// Received, bytes per second.
    pub rx_bytes_per_second: Option<f64>,
    /// Sent, bytes per second.
    pub tx_bytes_per_second: Option<f64>,
    /// Received since the host started, bytes.
    pub rx_total_bytes: u64,
    /// Sent since the host started, bytes.
    pub tx_total_bytes: u64,
}

/// A whole disk.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
pub struct Disk {
    /// Kernel name, e.g. `nvme0n1`.
    pub name: String,
    /// Read, bytes per second.
    pub read_bytes_per_second: Option<f64>,
    /// Written, bytes per second.
    pub written_bytes_per_second: Option<f64>,
}

/// A temperature sensor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
pub struct Temperature {
    /// Chip and label, e.g. `coretemp Package id 0`.
    pub label: String,
    /// Degrees Celsius.
    pub celsius: f64,
}

/// What a container uses, as the host's control groups count it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
pub struct ContainerUsage {
    /// The engine's id, 64 hexadecimal digits.
    pub id: String,
    /// CPU since the last reading, percent of one core: 200 is two cores busy. `None` on the first
    /// reading and after the container was started again.
    pub cpu_percent: Option<f64>,
    /// Cores that it may use at most; `None` without a limit.
    pub cpu_limit_cores: Option<f64>,
    /// Memory without the page cache that can be dropped (what `inactive_file` counts), bytes.
    #[ts(type = "number | null")]
    pub memory_bytes: Option<u64>,
    /// Memory that it may use at most, bytes; `None` without a limit.
    #[ts(type = "number | null")]
    pub memory_limit_bytes: Option<u64>,
    /// Received by all its interfaces but `lo`, bytes per second; `None` in the host's network.
    pub network_rx: Option<f64>,
    /// Sent, bytes per second.
    pub network_tx: Option<f64>,
}

/// What a sample cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
pub struct Cost {
    /// From asking to having the whole answer, milliseconds.
    pub round_trip_ms: f64,
    /// CPU time the host's shell and its children spent on the previous samples, milliseconds a
    /// sample; `None` while unknown.
    pub remote_cpu_ms: Option<f64>,
    /// Bytes of the answer.
    pub received_bytes: u64,
}

impl Sample {
    /// Bytes per second received and sent over all counted interfaces; `None` while no interface
    /// that counts has a rate.
    #[must_use]
    pub fn network(&self) -> Option<(f64, f64)> {
        sum_pairs(
            self.interfaces
                .iter()
                .filter(|interface| interface.counted)
                .map(|interface| (interface.rx_bytes_per_second, interface.tx_bytes_per_second)),
        )
    }

    /// Bytes per second read and written over all disks; `None` while no disk has a rate.
    #[must_use]
    pub fn disk_io(&self) -> Option<(f64, f64)> {
        sum_pairs(
            self.disks
                .iter()
                .map(|disk| (disk.read_bytes_per_second, disk.written_bytes_per_second)),
        )
    }

    /// The file system of `/` (of the system drive on Windows).
    #[must_use]
    pub fn root_mount(&self) -> Option<&Mount> {
        self.mounts
            .iter()
            .find(|mount| mount.path == "/")
            .or_else(|| self.mounts.iter().find(|mount| mount.path.eq_ignore_ascii_case("C:\\")))
    }

    /// The hottest sensor, degrees Celsius.
    #[must_use]
    pub fn hottest(&self) -> Option<f64> {
        self.temperatures.iter().map(|sensor| sensor.celsius).reduce(f64::max)
    }
}

fn sum_pairs(pairs: impl Iterator<Item = (Option<f64>, Option<f64>)>) -> Option<(f64, f64)> {
    pairs.filter_map(|(a, b)| Some((a?, b?))).reduce(|(a, b), (c, d)| (a + c, b + d))
}
