//! What containers use: newest figures, the last hour, and the minutes that are being filled.
//!
//! Figures come with each sample of a server, out of its control groups. Containers that run and are
//! not among them, and networks that the account may not see, are asked of the engine, on a slower beat. This knows which container a figure
//! belongs to, and not what is done with it.

use crate::{
    collect::{
        container_minute::{ContainerMinutes, ContainerReading, Subject},
        container_ring::ContainerRing,
    },
    docker::ContainerStats,
    domain::{
        container::{ContainerFigures, ContainerRef, FiguresSource},
        container_history::{ContainerMetricRow, ContainerPoint},
        id::ServerId,
        sample::{ContainerUsage, Sample},
    },
};
use chrono::{DateTime, TimeDelta, Utc};
use std::{
    collections::{HashMap, HashSet},
    sync::{Mutex, MutexGuard, PoisonError},
};

/// The last hour is forgotten with its last point.
const RING_MS: i64 = 3_600_000;
/// A minute that nobody added to for this long is complete.
const MINUTE_LEFT_MS: i64 = 120_000;
/// Figures of the engine are shown for this long.
const STATS_SHOWN: TimeDelta = TimeDelta::seconds(60);

/// One server.
#[derive(Default)]
struct OfServer {
    figures: HashMap<String, ContainerFigures>,
    rings: HashMap<String, ContainerRing>,
    /// By series, so that a container that is made anew goes on with the minute.
    minutes: HashMap<String, ContainerMinutes>,
    /// The engine's last readings, that the next ones compare with.
    stats: HashMap<String, ContainerStats>,
    /// What the engine says of networks that the host does not show.
    networks: HashMap<String, Network>,
    /// Containers that have no network of their own, as the engine says.
    without_network: HashSet<String>,
    /// Containers of which something was missing when last looked at.
    missing: HashSet<String>,
    cores: Option<u32>,
    memory_bytes: Option<u64>,
}

/// What a container's network moved, bytes per second.
#[derive(Clone, Copy)]
struct Network {
    at: DateTime<Utc>,
    rx: Option<f64>,
    tx: Option<f64>,
}

/// See the module.
#[derive(Default)]
pub(in crate::app) struct Usage {
    servers: Mutex<HashMap<ServerId, OfServer>>,
}

impl Usage {
    fn servers(&self) -> MutexGuard<'_, HashMap<ServerId, OfServer>> {
        // A panic elsewhere leaves figures that are at worst one sample old.
        self.servers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The newest figures of a server's containers, by their ids.
    pub(super) fn figures(&self, server: ServerId) -> Vec<(String, ContainerFigures)> {
        let servers = self.servers();
        let figures = servers.get(&server).into_iter().flat_map(|of| &of.figures);
        figures.map(|(id, figures)| (id.clone(), figures.clone())).collect()
    }

    /// The last hour of a container, oldest first.
    pub(in crate::app) fn points(&self, which: &ContainerRef) -> Vec<ContainerPoint> {
        let servers = self.servers();
        let ring = servers.get(&which.server_id).and_then(|of| of.rings.get(&which.container_id));
        ring.map(ContainerRing::points).unwrap_or_default()
    }

    /// Takes over a sample; `subject` says whose the figures of an id are. Gives the minutes that are
    /// complete.
    pub(super) fn take_sample(
        &self,
        server: ServerId,
        sample: &Sample,
        subject: impl Fn(&str) -> Option<Subject>,
    ) -> Vec<ContainerMetricRow> {
        let mut servers = self.servers();
        let of = servers.entry(server).or_default();
        let cores = sample.cpu.as_ref().and_then(|cpu| u32::try_from(cpu.core_percents.len()).ok());
        of.cores = cores.filter(|cores| *cores > 0).or(of.cores);
        of.memory_bytes =
            sample.memory.as_ref().map(|memory| memory.total_bytes).or(of.memory_bytes);
        let listed: HashSet<&str> = sample.containers.iter().map(|one| one.id.as_str()).collect();
        of.figures.retain(|id, figures| match figures.source {
            FiguresSource::Cgroup => listed.contains(id.as_str()),
            FiguresSource::Stats => sample.at - figures.at < STATS_SHOWN,
        });
        of.networks.retain(|_, network| sample.at - network.at < STATS_SHOWN);
        let mut rows = Vec::new();
        for usage in &sample.containers {
            let subject = subject(&usage.id);
            let usage = &of.with_network(usage);
            let taken = Taken { at: sample.at, span_seconds: sample.span_seconds, usage };
            rows.extend(of.take(&taken, FiguresSource::Cgroup, subject));
        }
        rows.extend(of.complete(sample.at.timestamp_millis()));
        rows
    }

    /// Which of the containers that run have to be asked of the engine: those that were not among the
    /// control groups, or showed no network, now and when this was asked last, for a new one is found
    /// a moment later. Those that have no network of their own are asked about once.
    pub(super) fn missing(
        &self,
        server: ServerId,
        sample: &Sample,
        running: impl Iterator<Item = String>,
    ) -> Vec<String> {
        let mut servers = self.servers();
        let of = servers.entry(server).or_default();
        let running: HashSet<String> = running.collect();
        of.without_network.retain(|id| running.contains(id));
        let shown: HashSet<&str> = sample
            .containers
            .iter()
            .filter(|one| one.network_rx.is_some() || of.without_network.contains(&one.id))
            .map(|one| one.id.as_str())
            .collect();
        let now: HashSet<String> =
            running.into_iter().filter(|id| !shown.contains(id.as_str())).collect();
        let before = std::mem::replace(&mut of.missing, now.clone());
        of.stats.retain(|id, _| now.contains(id));
        let mut missing: Vec<String> = now.intersection(&before).cloned().collect();
        missing.sort();
        missing
    }

    /// Takes over what the engine said of one container. Gives the minutes that are complete.
    pub(super) fn take_stats(
        &self,
        server: ServerId,
        stats: ContainerStats,
        now: DateTime<Utc>,
        subject: Option<Subject>,
    ) -> Vec<ContainerMetricRow> {
        let mut servers = self.servers();
        let of = servers.entry(server).or_default();
        let before = of.stats.get(&stats.id);
        let usage = stats.since(before, of.memory_bytes);
        let listed = of.figures.get(&stats.id).map(|figures| figures.source);
        if listed == Some(FiguresSource::Cgroup) {
            // Everything else comes with the samples, and sooner.
            if stats.network.is_none() {
                of.without_network.insert(stats.id.clone());
            }
            let network = Network { at: now, rx: usage.network_rx, tx: usage.network_tx };
            of.networks.insert(stats.id.clone(), network);
            of.stats.insert(stats.id.clone(), stats);
            return Vec::new();
        }
        let span = before.and_then(|before| (stats.at? - before.at?).to_std().ok());
        of.stats.insert(stats.id.clone(), stats);
        let span_seconds = span.map(|span| span.as_secs_f64());
        let taken = Taken { at: now, span_seconds, usage: &usage };
        of.take(&taken, FiguresSource::Stats, subject).into_iter().collect()
    }

    /// Ends the minutes of a server that is not watched any more, and forgets what it uses now.
    pub(super) fn end(&self, server: ServerId) -> Vec<ContainerMetricRow> {
        let mut servers = self.servers();
        let Some(of) = servers.get_mut(&server) else { return Vec::new() };
        of.stats.clear();
        of.networks.clear();
        of.missing.clear();
        of.minutes.drain().filter_map(|(_, mut minutes)| minutes.flush()).collect()
    }

    /// Ends all minutes.
    pub(super) fn end_all(&self) -> Vec<ContainerMetricRow> {
        let servers: Vec<ServerId> = self.servers().keys().copied().collect();
        servers.into_iter().flat_map(|server| self.end(server)).collect()
    }

    /// Forgets the servers that are gone.
    pub(super) fn keep_only(&self, is_there: impl Fn(ServerId) -> bool) {
        self.servers().retain(|server, _| is_there(*server));
    }
}

/// The figures of one container at one moment.
struct Taken<'a> {
    at: DateTime<Utc>,
    span_seconds: Option<f64>,
    usage: &'a ContainerUsage,
}

impl OfServer {
    /// The usage with the engine's word for the network, where the host shows none.
    fn with_network(&self, usage: &ContainerUsage) -> ContainerUsage {
        let mut usage = usage.clone();
        if usage.network_rx.is_none()
            && let Some(network) = self.networks.get(&usage.id)
        {
            (usage.network_rx, usage.network_tx) = (network.rx, network.tx);
        }
        usage
    }

    /// The usage without limits that limit nothing: a limit is lifted by setting it to what the host
    /// has.
    fn with_real_limits(&self, usage: &ContainerUsage) -> ContainerUsage {
        let mut usage = usage.clone();
        let cores = self.cores.map(f64::from);
        let (cpu, memory) = (&mut usage.cpu_limit_cores, &mut usage.memory_limit_bytes);
        *cpu = cpu.filter(|limit| cores.is_none_or(|all| *limit < all));
        *memory = memory.filter(|limit| self.memory_bytes.is_none_or(|all| *limit < all));
        usage
    }

    fn take(
        &mut self,
        taken: &Taken<'_>,
        source: FiguresSource,
        subject: Option<Subject>,
    ) -> Option<ContainerMetricRow> {
        let usage = &self.with_real_limits(taken.usage);
        let at_ms = taken.at.timestamp_millis();
        let cores = self.cores.map(f64::from);
        let figures = ContainerFigures {
            at: taken.at,
            source,
            cpu_percent: usage.cpu_percent,
            cpu_host_percent: usage.cpu_percent.zip(cores).map(|(cpu, cores)| cpu / cores),
            cpu_limit_cores: usage.cpu_limit_cores,
            memory_bytes: usage.memory_bytes,
            memory_limit_bytes: usage.memory_limit_bytes,
            network_rx: usage.network_rx,
            network_tx: usage.network_tx,
        };
        self.figures.insert(usage.id.clone(), figures);
        self.rings.entry(usage.id.clone()).or_default().push(at_ms, usage);
        let subject = subject?;
        let reading = ContainerReading {
            at_ms,
            span_seconds: taken.span_seconds,
            usage,
            host_memory_bytes: self.memory_bytes,
        };
        let minutes = self
            .minutes
            .entry(subject.series.clone())
            .or_insert_with(|| ContainerMinutes::new(subject.clone()));
        minutes.push(subject, &reading)
    }

    /// The minutes of containers that are gone, and an end to hours that are over.
    fn complete(&mut self, now_ms: i64) -> Vec<ContainerMetricRow> {
        self.rings.retain(|_, ring| ring.newest_ms().is_some_and(|at| now_ms - at < RING_MS));
        let mut rows = Vec::new();
        self.minutes.retain(|_, minutes| {
            let is_left = minutes.open_since().is_none_or(|at| now_ms - at >= MINUTE_LEFT_MS);
            if is_left {
                rows.extend(minutes.flush());
            }
            !is_left
        });
        rows
    }
}

#[cfg(test)]
#[path = "usage_tests.rs"]
mod tests;
