//! One row per minute out of samples: means weighted by the time that each sample stands for.
//!
//! A minute that was observed in part says how much of it; a minute without CPU, memory or `/`
//! gives no row, and stays a gap.

use crate::domain::{
    history::MetricRow,
    sample::{Load, Sample},
};

pub(super) const MINUTE_MS: i64 = 60_000;
/// A sample that stands for more than this says nothing about a minute: something slept.
const LONGEST_SPAN_SECONDS: f64 = 300.0;

/// Gathers one server's samples into rows.
#[derive(Clone, Debug, Default)]
pub struct MinuteAggregator {
    open: Option<Minute>,
}

impl MinuteAggregator {
    /// Takes a sample. Gives the row of the minute that it closes, which is the one that was open
    /// when the sample belongs to another: a later one, or an earlier one after the clock was set.
    pub fn push(&mut self, sample: &Sample) -> Option<MetricRow> {
        let at_ms = sample.at.timestamp_millis();
        let start_ms = at_ms.div_euclid(MINUTE_MS) * MINUTE_MS;
        let mut closed = None;
        if self.open.as_ref().is_some_and(|minute| minute.cover.start_ms != start_ms) {
            closed = self.open.take().and_then(|mut minute| {
                // The end of that minute lies within this sample's span.
                minute.add(sample, at_ms, false);
                minute.row()
            });
        }
        self.open.get_or_insert_with(|| Minute::new(start_ms)).add(sample, at_ms, true);
        closed
    }

    /// Closes the open minute: on quitting, or when a server is disconnected.
    pub fn flush(&mut self) -> Option<MetricRow> {
        self.open.take()?.row()
    }
}

/// A mean by observed milliseconds, and the highest value.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Mean {
    sum: f64,
    weight_ms: f64,
    pub(super) peak: f64,
}

impl Mean {
    pub(super) fn add(&mut self, value: Option<f64>, weight_ms: f64) {
        let Some(value) = value.filter(|value| value.is_finite()) else { return };
        if weight_ms > 0.0 {
            self.sum += value * weight_ms;
            self.weight_ms += weight_ms;
            self.peak = self.peak.max(value);
        }
    }

    pub(super) fn get(&self) -> Option<f64> {
        (self.weight_ms > 0.0).then(|| self.sum / self.weight_ms)
    }
}

/// The part of a minute that has been observed.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Cover {
    pub(super) start_ms: i64,
    /// Up to where the minute has been observed: no moment counts twice.
    covered_ms: i64,
    pub(super) observed_ms: f64,
}

impl Cover {
    /// Nothing of the minute that starts then.
    pub(super) fn new(start_ms: i64) -> Self {
        Self { start_ms, covered_ms: start_ms, observed_ms: 0.0 }
    }

    /// How many milliseconds of this minute a span that ends at `at_ms` observes anew.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        reason = "spans of minutes in milliseconds"
    )]
    pub(super) fn add(&mut self, span_seconds: Option<f64>, at_ms: i64) -> f64 {
        let end = at_ms.clamp(self.start_ms, self.start_ms + MINUTE_MS);
        let believed = |span: &f64| *span > 0.0 && *span <= LONGEST_SPAN_SECONDS;
        let Some(span) = span_seconds.filter(believed) else { return 0.0 };
        let span_ms = (span * 1000.0).round() as i64;
        let begin = at_ms.saturating_sub(span_ms).max(self.covered_ms);
        if end <= begin {
            return 0.0;
        }
        self.covered_ms = end;
        let weight_ms = (end - begin) as f64;
        self.observed_ms += weight_ms;
        weight_ms
    }
}

#[derive(Clone, Debug, Default)]
struct Minute {
    cover: Cover,
    cpu: Mean,
    memory_percent: Mean,
    memory_used: Mean,
    memory_cached: Mean,
    swap_used: Mean,
    network: [Mean; 2],
    disk_io: [Mean; 2],
    load: [Mean; 3],
    temperature: Mean,
    memory_total: Option<f64>,
    root: Option<Root>,
    uptime_seconds: Option<f64>,
}

#[derive(Clone, Copy, Debug)]
struct Root {
    percent: f64,
    used: f64,
    total: f64,
}

impl Minute {
    fn new(start_ms: i64) -> Self {
        Self { cover: Cover::new(start_ms), ..Self::default() }
    }

    /// Adds the part of the sample's span that lies in this minute. `inside` says whether the
    /// sample itself does too, so that its last-known values are this minute's.
    #[expect(clippy::cast_precision_loss, reason = "sizes: 53 bits hold 9 petabytes to the byte")]
    fn add(&mut self, sample: &Sample, at_ms: i64, inside: bool) {
        let weight_ms = self.cover.add(sample.span_seconds, at_ms);
        self.cpu.add(sample.cpu.as_ref().map(|cpu| cpu.total_percent), weight_ms);
        let rates = [(&mut self.network, sample.network()), (&mut self.disk_io, sample.disk_io())];
        for ([one, other], rate) in rates {
            one.add(rate.map(|rate| rate.0), weight_ms);
            other.add(rate.map(|rate| rate.1), weight_ms);
        }
        if !inside {
            return;
        }
        let memory = sample.memory.as_ref().filter(|memory| memory.total_bytes > 0);
        let used = memory.map(|memory| memory.used_bytes as f64);
        let total = memory.map(|memory| memory.total_bytes as f64);
        let percent = used.zip(total).map(|(used, total)| used / total * 100.0);
        self.memory_percent.add(percent, weight_ms);
        self.memory_used.add(used, weight_ms);
        let cached = memory.and_then(|memory| memory.cached_bytes).map(|bytes| bytes as f64);
        self.memory_cached.add(cached, weight_ms);
        self.swap_used.add(memory.map(|memory| memory.swap_used_bytes as f64), weight_ms);
        self.memory_total = total.or(self.memory_total);
        for (mean, value) in self.load.iter_mut().zip(averages(sample.load)) {
            mean.add(value, weight_ms);
        }
        self.temperature.add(sample.hottest(), weight_ms);
        let root = sample.root_mount().and_then(|mount| {
            Some(Root {
                percent: mount.used_percent()?,
                used: mount.used_bytes as f64,
                total: mount.total_bytes as f64,
            })
        });
        self.root = root.or(self.root);
        self.uptime_seconds = sample.uptime_seconds.or(self.uptime_seconds);
    }

    fn row(&self) -> Option<MetricRow> {
        let observed_seconds = self.cover.observed_ms / 1000.0;
        let root = self.root?;
        let moved = |mean: &Mean| mean.get().map(|rate| rate * observed_seconds);
        let [one, five, fifteen] = self.load.map(|mean| mean.get());
        Some(MetricRow {
            at: self.cover.start_ms / 1000,
            span_seconds: MINUTE_MS / 1000,
            cpu_percent: self.cpu.get()?,
            cpu_peak_percent: self.cpu.peak,
            memory_percent: self.memory_percent.get()?,
            memory_peak_percent: self.memory_percent.peak,
            memory_used_bytes: self.memory_used.get()?,
            memory_total_bytes: self.memory_total?,
            memory_cached_bytes: self.memory_cached.get(),
            swap_used_bytes: self.swap_used.get(),
            disk_percent: root.percent,
            disk_used_bytes: root.used,
            disk_total_bytes: root.total,
            network_rx_bytes: moved(&self.network[0]),
            network_tx_bytes: moved(&self.network[1]),
            disk_read_bytes: moved(&self.disk_io[0]),
            disk_written_bytes: moved(&self.disk_io[1]),
            load: one.zip(five).zip(fifteen).map(|((one, five), fifteen)| Load {
                one,
                five,
                fifteen,
            }),
            uptime_seconds: self.uptime_seconds,
            temperature_celsius: self.temperature.get(),
            observed_seconds,
        })
    }
}

fn averages(load: Option<Load>) -> [Option<f64>; 3] {
    let load = load.map(|load| [load.one, load.five, load.fifteen]);
    load.map_or([None; 3], |averages| averages.map(Some))
}

#[cfg(test)]
#[path = "minute_tests.rs"]
mod tests;
