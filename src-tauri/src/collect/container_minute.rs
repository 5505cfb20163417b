//! One row per minute of one series of containers, out of readings: means weighted by the time that
//! each reading stands for.
//!
//! A minute without CPU or memory gives no row and stays a gap: a host without the memory controller
//! has no history of its containers.

use super::minute::{Cover, MINUTE_MS, Mean};
use crate::domain::{
    container::ContainerState, container_history::ContainerMetricRow, id::ServerId,
    sample::ContainerUsage,
};

/// Whose figures they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// The server.
    pub server_id: ServerId,
    /// What the history is kept under.
    pub series: String,
    /// The container of now.
    pub container_id: String,
    /// Its name.
    pub container_name: String,
    /// What it does.
    pub state: ContainerState,
}

/// One reading of one container.
#[derive(Clone, Copy, Debug)]
pub struct ContainerReading<'a> {
    /// When, milliseconds since 1970.
    pub at_ms: i64,
    /// Seconds since the reading that its rates compare with.
    pub span_seconds: Option<f64>,
    /// The figures.
    pub usage: &'a ContainerUsage,
    /// The host's memory, bytes: the limit of a container that has none.
    pub host_memory_bytes: Option<u64>,
}

/// Gathers the readings of one series into rows.
#[derive(Clone, Debug)]
pub struct ContainerMinutes {
    subject: Subject,
    open: Option<Minute>,
}

#[derive(Clone, Debug, Default)]
struct Minute {
    cover: Cover,
    cpu: Mean,
    memory: Mean,
    limit_bytes: Option<f64>,
    network: [Mean; 2],
}

impl ContainerMinutes {
    /// Nothing of a series yet.
    #[must_use]
    pub fn new(subject: Subject) -> Self {
        Self { subject, open: None }
    }

    /// The moment of the minute that is open, milliseconds since 1970.
    #[must_use]
    pub fn open_since(&self) -> Option<i64> {
        self.open.as_ref().map(|minute| minute.cover.start_ms)
    }

    /// Takes a reading. Gives the row of the minute that it closes.
    pub fn push(
        &mut self,
        subject: Subject,
        reading: &ContainerReading<'_>,
    ) -> Option<ContainerMetricRow> {
        let start_ms = reading.at_ms.div_euclid(MINUTE_MS) * MINUTE_MS;
        let mut closed = None;
        if self.open_since().is_some_and(|open| open != start_ms) {
            if let Some(minute) = &mut self.open
                && subject.container_id == self.subject.container_id
            {
                // The end of that minute lies within this reading's span.
                minute.add(reading, false);
            }
            closed = self.flush();
        }
        self.subject = subject;
        let minute = || Minute { cover: Cover::new(start_ms), ..Minute::default() };
        self.open.get_or_insert_with(minute).add(reading, true);
        closed
    }

    /// Closes the open minute.
    pub fn flush(&mut self) -> Option<ContainerMetricRow> {
        let minute = self.open.take()?;
        let observed_seconds = minute.cover.observed_ms / 1000.0;
        let [rx, tx] = minute.network.map(|mean| mean.get().map(|rate| rate * observed_seconds));
        Some(ContainerMetricRow {
            server_id: self.subject.server_id,
            series: self.subject.series.clone(),
            container_id: self.subject.container_id.clone(),
            container_name: self.subject.container_name.clone(),
            at: minute.cover.start_ms / 1000,
            span_seconds: MINUTE_MS / 1000,
            cpu_percent: minute.cpu.get()?,
            cpu_peak_percent: minute.cpu.peak,
            memory_bytes: minute.memory.get()?,
            memory_peak_bytes: minute.memory.peak,
            memory_limit_bytes: minute.limit_bytes?,
            network_rx_bytes: rx,
            network_tx_bytes: tx,
            state: self.subject.state,
            observed_seconds,
        })
    }
}

impl Minute {
    /// Adds the part of the reading's span that lies in this minute. `inside` says whether the
    /// reading itself does too, so that its memory is this minute's.
    #[expect(clippy::cast_precision_loss, reason = "sizes: 53 bits hold 9 petabytes to the byte")]
    fn add(&mut self, reading: &ContainerReading<'_>, inside: bool) {
        let usage = reading.usage;
        if usage.cpu_percent.is_none() {
            // Started a moment ago, or again: its counters stand for no span.
            return;
        }
        let weight_ms = self.cover.add(reading.span_seconds, reading.at_ms);
        self.cpu.add(usage.cpu_percent, weight_ms);
        for (mean, rate) in self.network.iter_mut().zip([usage.network_rx, usage.network_tx]) {
            mean.add(rate, weight_ms);
        }
        if inside {
            self.memory.add(usage.memory_bytes.map(|bytes| bytes as f64), weight_ms);
            let limit = usage.memory_limit_bytes.or(reading.host_memory_bytes);
            self.limit_bytes = limit.map(|bytes| bytes as f64).or(self.limit_bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The start of a minute, milliseconds.
    const START: i64 = 1_800_000_000_000;

    fn subject(container: &str) -> Subject {
        Subject {
            server_id: ServerId::LOCAL,
            series: "shop/web".into(),
            container_id: container.into(),
            container_name: "shop-web-1".into(),
            state: ContainerState::Running,
        }
    }

    /// Readings as second, span, CPU and bytes a second, of a container.
    fn rows(readings: &[(i64, f64, Option<f64>, f64, &str)]) -> Vec<ContainerMetricRow> {
        let mut minutes = ContainerMinutes::new(subject("a"));
        let mut rows = Vec::new();
        for &(second, span, cpu_percent, rate, container) in readings {
            let usage = ContainerUsage {
                cpu_percent,
                memory_bytes: Some(1_000),
                network_rx: Some(rate),
                ..ContainerUsage::default()
            };
            let reading = ContainerReading {
                at_ms: START + second * 1_000,
                span_seconds: Some(span),
                usage: &usage,
                host_memory_bytes: Some(8_000),
            };
            rows.extend(minutes.push(subject(container), &reading));
        }
        rows.extend(minutes.flush());
        rows
    }

    /// Mean by time, the peak, the bytes that moved, and the host's memory where there is no limit.
    #[test]
    fn a_minute_of_readings() {
        let rows = rows(&[
            (10, 10.0, Some(100.0), 50.0, "a"),
            (20, 10.0, Some(20.0), 50.0, "a"),
            (50, 30.0, Some(0.0), 0.0, "a"),
        ]);
        let row = &rows[0];
        assert_eq!((rows.len(), row.at, row.observed_seconds), (1, START / 1000, 50.0));
        assert_eq!((row.cpu_percent, row.cpu_peak_percent), (24.0, 100.0));
        assert_eq!(row.network_rx_bytes, Some(1_000.0));
        assert_eq!(row.network_tx_bytes, None, "what was not measured is absent");
        assert_eq!((row.memory_bytes, row.memory_limit_bytes), (1_000.0, 8_000.0));
    }

    /// A span across the edge of a minute belongs to both.
    #[test]
    fn the_edge_of_a_minute_is_shared() {
        let rows = rows(&[(55, 10.0, Some(10.0), 0.0, "a"), (65, 10.0, Some(30.0), 0.0, "a")]);
        assert_eq!(rows.len(), 2);
        assert_eq!((rows[0].observed_seconds, rows[1].observed_seconds), (15.0, 5.0));
        assert_eq!(rows[0].cpu_percent, (10.0 * 10.0 + 30.0 * 5.0) / 15.0);
    }

    /// Made anew under the same service, the chart goes on, and the row names the new container.
    #[test]
    fn a_container_made_anew_goes_on_with_the_row() {
        let rows = rows(&[
            (10, 10.0, Some(10.0), 0.0, "a"),
            (20, 10.0, None, 0.0, "b"),
            (30, 10.0, Some(30.0), 0.0, "b"),
        ]);
        assert_eq!(rows.len(), 1);
        assert_eq!((rows[0].cpu_percent, rows[0].observed_seconds), (20.0, 20.0));
        assert_eq!(rows[0].container_id, "b");
    }

    /// A first reading stands for no time, and alone makes no row.
    #[test]
    fn no_row_without_figures() {
        assert_eq!(rows(&[(10, 10.0, None, 0.0, "a")]), []);
    }
}
