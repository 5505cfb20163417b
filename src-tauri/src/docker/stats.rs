//! What one container uses, as its engine counts it: for hosts whose control groups cannot be read.
//!
//! The engine is asked for one reading and does not wait for a second one to compare with; two
//! readings are compared here, on the engine's own clock. Limits of the processor are not in them.

use super::{ask::checked, client::Engine, error::EngineError};
use crate::domain::sample::ContainerUsage;
use bollard::models::{ContainerMemoryStats, ContainerStatsResponse};
use chrono::{DateTime, Utc};
use std::time::Duration;

/// How long an engine may take for one reading.
const PATIENCE: Duration = Duration::from_secs(15);
/// Windows counts processor time in steps of this many nanoseconds.
const WINDOWS_STEP_NS: u64 = 100;
/// The shortest span that a rate may be taken over, seconds.
const SHORTEST_SPAN_SECONDS: f64 = 0.1;

/// One reading of the counters of one container.
#[derive(Clone, Debug, PartialEq)]
pub struct ContainerStats {
    /// The container.
    pub id: String,
    /// When the engine read them.
    pub at: Option<DateTime<Utc>>,
    /// Processor time since it was started, nanoseconds.
    pub cpu_ns: Option<u64>,
    /// Memory without the page cache that can be dropped, bytes.
    pub memory_bytes: Option<u64>,
    /// What it may use at most, bytes; the host's memory where it has no limit.
    pub memory_limit_bytes: Option<u64>,
    /// Received and sent, bytes; absent in the host's network.
    pub network: Option<(u64, u64)>,
}

impl Engine {
    /// Reads the counters of one container.
    ///
    /// # Errors
    /// When the engine does not answer, or knows no such container.
    pub async fn stats(&self, id: &str) -> Result<ContainerStats, EngineError> {
        let path = format!("/containers/{}/stats", checked(id)?);
        let once = [("stream", "false"), ("one-shot", "true")];
        Ok(ContainerStats::of(id, self.ask(&path, &once, PATIENCE).await?))
    }
}

impl ContainerStats {
    fn of(id: &str, answer: ContainerStatsResponse) -> Self {
        let is_windows = answer.os_type.as_deref() == Some("windows");
        let step_ns = if is_windows { WINDOWS_STEP_NS } else { 1 };
        let steps = answer.cpu_stats.and_then(|cpu| cpu.cpu_usage?.total_usage);
        let memory = answer.memory_stats.unwrap_or_default();
        let network = answer.networks.and_then(|networks| {
            let pairs = networks
                .into_iter()
                .filter(|(name, _)| name != "lo")
                .filter_map(|(_, counted)| Some((counted.rx_bytes?, counted.tx_bytes?)));
            pairs.reduce(|all, one| (all.0.saturating_add(one.0), all.1.saturating_add(one.1)))
        });
        Self {
            id: id.to_owned(),
            // The engine gives the beginning of its calendar for a container that does not run.
            at: answer.read.filter(|at| at.timestamp() > 0),
            // A container that does not run has counted nothing.
            cpu_ns: steps.filter(|steps| *steps > 0).and_then(|steps| steps.checked_mul(step_ns)),
            memory_bytes: used(&memory),
            memory_limit_bytes: memory.limit.filter(|limit| *limit > 0),
            network,
        }
    }

    /// What the container uses, compared with an earlier reading. A limit that is not below the
    /// host's memory is none. What went backwards was reset, and gives no rate.
    #[must_use]
    pub fn since(&self, before: Option<&Self>, host_memory_bytes: Option<u64>) -> ContainerUsage {
        let span_seconds = before.and_then(|before| {
            let span = (self.at? - before.at?).to_std().ok()?.as_secs_f64();
            (span >= SHORTEST_SPAN_SECONDS).then_some(span)
        });
        let rate = |count: fn(&Self) -> Option<u64>| {
            let growth = count(self)?.checked_sub(count(before?)?)?;
            Some(per_second(growth, span_seconds?))
        };
        let limit = self.memory_limit_bytes;
        ContainerUsage {
            id: self.id.clone(),
            cpu_percent: rate(|stats| stats.cpu_ns).map(|ns| ns / 1e7),
            cpu_limit_cores: None,
            memory_bytes: self.memory_bytes,
            memory_limit_bytes: limit
                .filter(|limit| host_memory_bytes.is_none_or(|memory| *limit < memory)),
            network_rx: rate(|stats| stats.network.map(|network| network.0)),
            network_tx: rate(|stats| stats.network.map(|network| network.1)),
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "53 bits hold 9 petabytes to the byte")]
fn per_second(growth: u64, span_seconds: f64) -> f64 {
    growth as f64 / span_seconds
}

/// Version 1 counts the whole tree as `total_inactive_file`, version 2 always does; Windows has no
/// page cache in its figure.
fn used(memory: &ContainerMemoryStats) -> Option<u64> {
    let Some(usage) = memory.usage.filter(|usage| *usage > 0) else {
        return memory.privateworkingset;
    };
    let stats = memory.stats.as_ref();
    let counted = |name: &str| stats.and_then(|stats| stats.get(name)).copied();
    let droppable = counted("total_inactive_file").or_else(|| counted("inactive_file"));
    Some(usage.saturating_sub(droppable.unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(answer: serde_json::Value) -> ContainerStats {
        ContainerStats::of("c", serde_json::from_value(answer).expect("an answer"))
    }

    fn answer(second: u32, cpu_ns: u64, rx: u64) -> serde_json::Value {
        json!({
            "read": format!("2026-11-22T12:00:{second:02}.5Z"),
            "cpu_stats": { "cpu_usage": { "total_usage": cpu_ns }, "online_cpus": 2 },
            "memory_stats": {
                "usage": 10_000, "limit": 50_000,
                "stats": { "inactive_file": 1, "total_inactive_file": 2_000 },
            },
            "networks": {
                "eth0": { "rx_bytes": rx, "tx_bytes": 5 },
                "eth1": { "rx_bytes": 1, "tx_bytes": 6 },
            },
        })
    }

    /// The same figures, in the same units, as the control groups give.
    #[test]
    fn two_readings_make_rates() {
        let (before, now) =
            (read(answer(1, 1_000_000_000, 100)), read(answer(11, 6_000_000_000, 600)));
        let usage = now.since(Some(&before), Some(100_000));
        assert_eq!(usage.cpu_percent, Some(50.0));
        assert_eq!((usage.memory_bytes, usage.memory_limit_bytes), (Some(8_000), Some(50_000)));
        assert_eq!((usage.network_rx, usage.network_tx), (Some(50.0), Some(0.0)));
        assert_eq!(now.since(None, Some(50_000)).memory_limit_bytes, None, "the host's own memory");
        assert_eq!(now.since(None, None).cpu_percent, None);
        assert_eq!(before.since(Some(&now), None).cpu_percent, None, "never backwards");
    }

    /// In the host's network there are no networks, and what does not run has no figures.
    #[test]
    fn what_is_not_there_is_absent() {
        let stopped = read(json!({
            "read": "0001-01-01T00:00:00Z",
            "cpu_stats": { "cpu_usage": { "total_usage": 0 } },
            "memory_stats": {},
        }));
        assert_eq!((stopped.at, stopped.cpu_ns, stopped.network), (None, None, None));
        assert_eq!((stopped.memory_bytes, stopped.memory_limit_bytes), (None, None));
    }

    /// Windows counts in other steps and says its memory elsewhere.
    #[test]
    fn windows_has_its_own_units() {
        let stats = read(json!({
            "os_type": "windows",
            "cpu_stats": { "cpu_usage": { "total_usage": 50 } },
            "memory_stats": { "privateworkingset": 4096, "commitbytes": 9999 },
        }));
        assert_eq!((stats.cpu_ns, stats.memory_bytes), (Some(5_000), Some(4_096)));
    }
}
