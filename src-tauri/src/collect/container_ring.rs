//! The last hour of one container in memory, in 24 bytes a point.

use crate::domain::{container_history::ContainerPoint, sample::ContainerUsage};
use std::collections::VecDeque;

/// How far back the ring reaches, milliseconds.
const LENGTH_MS: i64 = 3_600_000;
/// One hour at the fastest pace of 2 s, with room for unevenness. Never more is kept.
const LIMIT: usize = 2_000;

/// One reading; what is absent is no number.
#[derive(Clone, Copy, Debug)]
struct Slot {
    at_ms: i64,
    figures: [f32; 4],
}

/// An hour of points, oldest first, always in the order of time.
#[derive(Clone, Debug, Default)]
pub struct ContainerRing(VecDeque<Slot>);

impl ContainerRing {
    /// Adds the newest reading. When the clock was set back, the points that are now in the future
    /// go.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        reason = "finer than a pixel"
    )]
    pub fn push(&mut self, at_ms: i64, usage: &ContainerUsage) {
        while self.0.back().is_some_and(|last| last.at_ms >= at_ms) {
            self.0.pop_back();
        }
        let oldest = at_ms.saturating_sub(LENGTH_MS);
        while self.0.len() >= LIMIT || self.0.front().is_some_and(|first| first.at_ms < oldest) {
            self.0.pop_front();
        }
        let figure = |value: Option<f64>| value.map_or(f32::NAN, |value| value as f32);
        let figures = [
            figure(usage.cpu_percent),
            usage.memory_bytes.map_or(f32::NAN, |bytes| bytes as f32),
            figure(usage.network_rx),
            figure(usage.network_tx),
        ];
        self.0.push_back(Slot { at_ms, figures });
    }

    /// When the newest was read, milliseconds since 1970.
    #[must_use]
    pub fn newest_ms(&self) -> Option<i64> {
        self.0.back().map(|slot| slot.at_ms)
    }

    /// All points, oldest first.
    #[must_use]
    pub fn points(&self) -> Vec<ContainerPoint> {
        let point = |slot: &Slot| {
            let [cpu_percent, memory_bytes, network_rx, network_tx] =
                slot.figures.map(|figure| Some(figure).filter(|figure| !figure.is_nan()));
            ContainerPoint { at_ms: slot.at_ms, cpu_percent, memory_bytes, network_rx, network_tx }
        };
        self.0.iter().map(point).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usage(cpu: Option<f64>) -> ContainerUsage {
        ContainerUsage { cpu_percent: cpu, memory_bytes: Some(7), ..ContainerUsage::default() }
    }

    /// An hour at the fastest pace, no more, in the order of time, with what is absent absent.
    #[test]
    fn an_hour_is_kept() {
        let mut ring = ContainerRing::default();
        for n in 0..5_000 {
            ring.push(n * 2_000, &usage((n % 2 == 0).then_some(5.0)));
        }
        let points = ring.points();
        assert_eq!(points.len(), 1_801);
        assert_eq!(ring.newest_ms(), Some(9_998_000));
        assert_eq!((points[0].at_ms, points[0].cpu_percent), (6_398_000, None));
        assert_eq!((points[1].cpu_percent, points[1].network_rx), (Some(5.0), None));
        ring.push(6_400_000, &usage(None));
        assert_eq!(ring.points().len(), 2, "a clock that was set back");
    }
}
