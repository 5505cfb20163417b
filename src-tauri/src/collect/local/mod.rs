//! This computer, without SSH: the same samples and the same facts as any other server.
//!
//! On Linux `/proc` is read through the parsers that read servers; elsewhere sysinfo asks the
//! system. Each of them is one file, and only this one knows which is in use.

use super::{
    sampler::{Reading, Sampler},
    script::Request,
};
use crate::domain::{sample::Sample, system_info::SystemInfo};
use chrono::{DateTime, Utc};
use std::time::{Duration, Instant};

#[cfg(target_os = "linux")]
pub(super) mod containers;
#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "linux")]
use linux as system;

#[cfg(any(not(target_os = "linux"), test))]
mod portable;
#[cfg(not(target_os = "linux"))]
use portable as system;

/// What a system's own reading holds beside the counters that rates are made of.
struct LocalReading {
    reading: Reading,
    /// The processors' shares, where the system gives them instead of ticks.
    cpu: Option<crate::domain::sample::Cpu>,
    /// The uptime to show, where the one in the reading is only a time base.
    uptime_seconds: Option<f64>,
}

/// This computer as a server.
#[derive(Debug, Default)]
pub struct LocalHost {
    sampler: Sampler,
    /// CPU time that the samples so far took.
    spent: Duration,
    source: system::Source,
}

impl LocalHost {
    /// A host that has not been read yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes the next sample have no rates, as [`Sampler::forget_rates`].
    pub fn forget_rates(&mut self) {
        self.sampler.forget_rates();
    }

    /// Reads what `request` asks for. The counters take well under a millisecond; sensors and file
    /// systems may take longer, so call it where blocking is allowed. On Linux a network file
    /// system never holds it up: those are read on a thread of their own, for a later sample.
    pub fn sample(&mut self, request: Request, at: DateTime<Utc>) -> Sample {
        let began = Instant::now();
        let cpu_began = thread_cpu_time();
        let mut local = self.source.read(request);
        local.reading.own_cpu_ms = cpu_began.map(|_| self.spent.as_secs_f64() * 1000.0);
        let mut sample = self.sampler.sample_of(local.reading, at, began.elapsed(), 0);
        if sample.span_seconds.is_some() {
            sample.cpu = sample.cpu.or(local.cpu);
        }
        sample.uptime_seconds = local.uptime_seconds.or(sample.uptime_seconds);
        if let Some((began, ended)) = cpu_began.zip(thread_cpu_time()) {
            self.spent += ended.saturating_sub(began);
        }
        sample
    }
}

/// CPU time of this thread, where the system tells it.
#[cfg(unix)]
fn thread_cpu_time() -> Option<Duration> {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::try_from(now).ok()
}

#[cfg(not(unix))]
fn thread_cpu_time() -> Option<Duration> {
    None
}

/// What this computer is. Takes up to some seconds, for it asks other programs.
pub async fn system_info() -> SystemInfo {
    system::system_info().await
}

#[cfg(test)]
mod tests;
