//! Containers: what the host's control groups count of them, one line each, and what that comes to.
//!
//! A line is `version id cpu memory droppable limit quota period`, then received and sent of each
//! interface. CPU is microseconds in version 2 and nanoseconds in version 1; the rest are bytes and
//! microseconds. `-` was not readable. The engine is not asked for anything of this.

use super::rate::per_second;
use crate::domain::sample::ContainerUsage;
use std::collections::HashMap;

/// Digits of an id.
const ID_LENGTH: usize = 64;
/// Version 1 says that there is no limit by the greatest number of pages, which depends on the
/// kernel; no machine has this much memory.
const NO_LIMIT_BYTES: u64 = 1 << 60;
/// More containers than this are not kept; the script finds no more.
const MOST: usize = 1_000;

/// The counters of one container.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ContainerCounters {
    /// The engine's id.
    pub id: String,
    /// Processor time since it was started, nanoseconds.
    pub cpu_ns: Option<u64>,
    /// How many cores it may use.
    pub cpu_limit_cores: Option<f64>,
    /// Memory without the page cache that can be dropped, bytes.
    pub memory_bytes: Option<u64>,
    /// What it may use at most, bytes.
    pub memory_limit_bytes: Option<u64>,
    /// Received and sent by its own network, bytes.
    pub network: Option<(u64, u64)>,
}

/// Every container of the section. Lines that are cut short or hold no id are left out, and so is
/// an id that comes a second time.
#[must_use]
pub fn parse(text: &str) -> Vec<ContainerCounters> {
    let mut containers: Vec<_> = text.lines().filter_map(container).take(MOST).collect();
    containers.sort_by(|a, b| a.id.cmp(&b.id));
    containers.dedup_by(|a, b| a.id == b.id);
    containers
}

/// Whether this is an engine's whole id.
#[must_use]
pub fn is_id(text: &str) -> bool {
    text.len() == ID_LENGTH && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn container(line: &str) -> Option<ContainerCounters> {
    let mut words = line.split_ascii_whitespace();
    let ns_per_step = match words.next()? {
        "1" => 1,
        "2" => 1_000,
        _ => return None,
    };
    let id = words.next().filter(|id| is_id(id))?.to_owned();
    let mut number = || words.next().map(|word| word.parse::<u64>().ok());
    let cpu_ns = number()?.and_then(|steps| steps.checked_mul(ns_per_step));
    let memory = number()?;
    let droppable = number()?;
    let limit = number()?.filter(|limit| *limit < NO_LIMIT_BYTES);
    let (quota, period) = (number()?, number()?);
    let mut network = None;
    while let Some(received) = words.next() {
        // Without its other half the line was cut, and the number may have been too.
        let pair = received.parse::<u64>().ok().zip(words.next()?.parse::<u64>().ok());
        let (rx, tx) = network.unwrap_or((0_u64, 0_u64));
        let (more_rx, more_tx) = pair?;
        network = Some((rx.saturating_add(more_rx), tx.saturating_add(more_tx)));
    }
    Some(ContainerCounters {
        id,
        cpu_ns,
        cpu_limit_cores: quota.zip(period).and_then(|(quota, period)| cores(quota, period)),
        memory_bytes: memory.map(|memory| memory.saturating_sub(droppable.unwrap_or(0))),
        memory_limit_bytes: limit,
        network,
    })
}

#[expect(clippy::cast_precision_loss, reason = "microseconds of a second or so")]
fn cores(quota: u64, period: u64) -> Option<f64> {
    (quota > 0 && period > 0).then(|| quota as f64 / period as f64)
}

/// What containers use, compared with what they had counted `span_seconds` before. A counter that
/// went backwards belongs to a container that was started again, and gives no rate once.
#[must_use]
pub fn rates(
    now: &[ContainerCounters],
    previous: Option<(&[ContainerCounters], f64)>,
) -> Vec<ContainerUsage> {
    let (previous, span) = previous.unwrap_or((&[], 0.0));
    let previous: HashMap<&str, &ContainerCounters> =
        previous.iter().map(|before| (before.id.as_str(), before)).collect();
    now.iter().map(|now| usage(now, previous.get(now.id.as_str()).copied(), span)).collect()
}

/// What one container uses.
#[must_use]
pub fn usage(
    now: &ContainerCounters,
    before: Option<&ContainerCounters>,
    span_seconds: f64,
) -> ContainerUsage {
    let rate = |count: fn(&ContainerCounters) -> Option<u64>| {
        per_second(count(before?)?, count(now)?, span_seconds)
    };
    ContainerUsage {
        id: now.id.clone(),
        // Nanoseconds a second are ten-millionths of a percent.
        cpu_percent: rate(|counters| counters.cpu_ns).map(|ns| ns / 1e7),
        cpu_limit_cores: now.cpu_limit_cores,
        memory_bytes: now.memory_bytes,
        memory_limit_bytes: now.memory_limit_bytes,
        network_rx: rate(|counters| counters.network.map(|network| network.0)),
        network_tx: rate(|counters| counters.network.map(|network| network.1)),
    }
}

#[cfg(test)]
#[path = "containers_tests.rs"]
mod tests;
