//! Turns answers into samples: keeps the counters that rates compare with, and carries what is read
//! on a slower beat until the next reading or until it is too old to be called current.

use super::{
    block::Block,
    cadence::{MOUNT_BEAT, TEMPERATURE_BEAT},
    containers::{self, ContainerCounters},
    cpu::{self, CpuCounters},
    disk::{self, DiskCounters},
    load, memory, mounts,
    network::{self, InterfaceCounters, InterfaceKinds},
    own_cost::{self, CostWindow},
    temperature, uptime,
};
use crate::domain::sample::{Cost, Load, Memory, Mount, Sample, Temperature};
use chrono::{DateTime, Utc};
use std::time::Duration;

/// A slow figure is carried for this many of its own beats.
const CARRIED_BEATS: u32 = 3;

/// Everything that one answer held, parsed. What it did not hold is `None` or empty.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// Seconds since the host started.
    pub uptime_seconds: Option<f64>,
    /// Processor ticks.
    pub cpu: Option<CpuCounters>,
    /// Memory and swap.
    pub memory: Option<Memory>,
    /// Load averages.
    pub load: Option<Load>,
    /// Interface counters.
    pub network: Vec<InterfaceCounters>,
    /// Disk counters.
    pub disks: Vec<DiskCounters>,
    /// CPU time that the script has used so far, milliseconds.
    pub own_cpu_ms: Option<f64>,
    /// Sensors, when they were asked for.
    pub temperatures: Option<Vec<Temperature>>,
    /// Which interfaces are hardware, when that was asked for.
    pub interface_kinds: Option<InterfaceKinds>,
    /// File systems on the host itself, when they were asked for.
    pub mounts: Option<Vec<Mount>>,
    /// File systems that another machine answers for, when they were asked for and it answered.
    pub network_mounts: Option<Vec<Mount>>,
    /// Counters of the containers that were found.
    pub containers: Vec<ContainerCounters>,
}

impl Reading {
    /// Parses a block section by section.
    #[must_use]
    pub fn of(block: &Block) -> Self {
        let entries = block.section("mounts").unwrap_or_default();
        let late = block.section("network_mounts_late").is_some();
        Self {
            uptime_seconds: block.section("uptime").and_then(uptime::parse),
            cpu: block.section("cpu").and_then(cpu::parse),
            memory: block.section("memory").and_then(memory::parse),
            load: block.section("load").and_then(load::parse),
            network: block.section("network").map(network::parse).unwrap_or_default(),
            disks: block.section("disks").map(disk::parse).unwrap_or_default(),
            own_cpu_ms: block
                .section("self")
                .and_then(|stat| own_cost::parse(stat, block.section("sched"))),
            temperatures: block.section("temperatures").map(temperature::parse),
            interface_kinds: block.section("interfaces").map(InterfaceKinds::parse),
            mounts: block.section("free_space").map(|df| mounts::parse(entries, df)),
            network_mounts: block
                .section("network_free_space")
                .filter(|_| !late)
                .map(|df| mounts::parse(entries, df)),
            containers: block.section("containers").map(containers::parse).unwrap_or_default(),
        }
    }
}

/// The counters that the next sample's rates compare with.
#[derive(Clone, Debug)]
struct Counters {
    uptime_seconds: f64,
    cpu: Option<CpuCounters>,
    network: Vec<InterfaceCounters>,
    disks: Vec<DiskCounters>,
    containers: Vec<ContainerCounters>,
}

/// A slow figure and when it was read.
#[derive(Clone, Debug)]
struct Carried<T> {
    value: T,
    at: DateTime<Utc>,
}

impl<T> Carried<T> {
    fn renew(kept: &mut Option<Self>, fresh: Option<T>, at: DateTime<Utc>, beat: Duration) {
        if let Some(value) = fresh {
            *kept = Some(Self { value, at });
        } else if kept.as_ref().is_some_and(|kept| {
            let age = at - kept.at;
            age.to_std().is_ok_and(|age| age > beat * CARRIED_BEATS)
        }) {
            *kept = None;
        }
    }
}

/// Makes samples of one server out of the answers of one connection after another.
#[derive(Clone, Debug, Default)]
pub struct Sampler {
    previous: Option<Counters>,
    own_cost: CostWindow,
    interface_kinds: InterfaceKinds,
    temperatures: Option<Carried<Vec<Temperature>>>,
    mounts: Option<Carried<Vec<Mount>>>,
    network_mounts: Option<Carried<Vec<Mount>>>,
}

impl Sampler {
    /// A sampler that has seen nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes the next sample have no rates: after this computer slept, or on a new connection, the
    /// span since the last sample is not one that anybody watched.
    pub fn forget_rates(&mut self) {
        self.previous = None;
        self.own_cost = CostWindow::default();
    }

    /// The sample that a block, which arrived at `at`, amounts to.
    pub fn sample(&mut self, block: &Block, at: DateTime<Utc>, round_trip: Duration) -> Sample {
        self.sample_of(Reading::of(block), at, round_trip, block.bytes())
    }

    /// The same for figures that were read without a script.
    pub fn sample_of(
        &mut self,
        reading: Reading,
        at: DateTime<Utc>,
        round_trip: Duration,
        received_bytes: u64,
    ) -> Sample {
        Carried::renew(&mut self.temperatures, reading.temperatures, at, TEMPERATURE_BEAT);
        Carried::renew(&mut self.mounts, reading.mounts, at, MOUNT_BEAT);
        Carried::renew(&mut self.network_mounts, reading.network_mounts, at, MOUNT_BEAT);
        if let Some(kinds) = reading.interface_kinds {
            self.interface_kinds = kinds;
        }
        // An uptime that went back means a restart: every counter began again.
        let previous = self.previous.take().filter(|previous| {
            reading.uptime_seconds.is_some_and(|now| now > previous.uptime_seconds)
        });
        let span_seconds = previous
            .as_ref()
            .and_then(|previous| Some(reading.uptime_seconds? - previous.uptime_seconds));
        let since = |previous: &Counters| previous.cpu.clone();
        let cpu_before = previous.as_ref().and_then(since);
        let sample = Sample {
            at,
            span_seconds,
            cpu: reading
                .cpu
                .as_ref()
                .zip(cpu_before.as_ref())
                .and_then(|(now, before)| now.since(before)),
            memory: reading.memory,
            load: reading.load,
            uptime_seconds: reading.uptime_seconds,
            mounts: self.all_mounts(),
            interfaces: network::rates(
                &reading.network,
                previous.as_ref().zip(span_seconds).map(|(p, span)| (p.network.as_slice(), span)),
                &self.interface_kinds,
            ),
            disks: disk::rates(
                &reading.disks,
                previous.as_ref().zip(span_seconds).map(|(p, span)| (p.disks.as_slice(), span)),
            ),
            temperatures: self.temperatures.as_ref().map_or_else(Vec::new, |t| t.value.clone()),
            containers: containers::rates(
                &reading.containers,
                previous
                    .as_ref()
                    .zip(span_seconds)
                    .map(|(p, span)| (p.containers.as_slice(), span)),
            ),
            cost: Cost {
                round_trip_ms: round_trip.as_secs_f64() * 1000.0,
                remote_cpu_ms: reading.own_cpu_ms.and_then(|total| self.own_cost.push(total)),
                received_bytes,
            },
        };
        self.previous = reading.uptime_seconds.map(|uptime_seconds| Counters {
            uptime_seconds,
            cpu: reading.cpu,
            network: reading.network,
            disks: reading.disks,
            containers: reading.containers,
        });
        sample
    }

    fn all_mounts(&self) -> Vec<Mount> {
        let kept = [&self.mounts, &self.network_mounts];
        let mut mounts: Vec<Mount> =
            kept.into_iter().flatten().flat_map(|kept| kept.value.iter().cloned()).collect();
        mounts.sort_by(|a, b| a.path.cmp(&b.path));
        mounts.dedup_by(|a, b| a.path == b.path);
        mounts
    }
}

#[cfg(test)]
#[path = "sampler_tests.rs"]
mod tests;
