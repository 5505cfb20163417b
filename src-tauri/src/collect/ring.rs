//! The last hour of one server in memory: what live charts and sparklines are drawn from.

use crate::domain::live::LivePoint;
use std::{collections::VecDeque, time::Duration};

/// How far back the ring reaches, milliseconds.
const LENGTH_MS: i64 = 3_600_000;
/// One hour at the fastest pace of 2 s, with room for unevenness. Never more is kept.
const LIMIT: usize = 2_000;
/// Points further apart than this many intervals have a gap between them.
const GAP_INTERVALS: i64 = 3;
/// The part of a window that must have been observed before its mean is called the window's.
const ENOUGH: f64 = 0.75;

#[derive(Clone, Debug)]
struct Slot {
    point: LivePoint,
    /// The pace at which it was taken, milliseconds: the pace changes when a window opens.
    interval_ms: u32,
}

/// An hour of points, oldest first, always in the order of time.
#[derive(Clone, Debug, Default)]
pub struct Ring {
    slots: VecDeque<Slot>,
}

impl Ring {
    /// An empty ring. It takes memory as points come.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the newest point, taken at a pace of `interval`. When the clock was set back, the
    /// points that are now in the future go.
    pub fn push(&mut self, point: LivePoint, interval: Duration) {
        while self.slots.back().is_some_and(|last| last.point.at_ms >= point.at_ms) {
            self.slots.pop_back();
        }
        let oldest = point.at_ms.saturating_sub(LENGTH_MS);
        while self.slots.len() >= LIMIT
            || self.slots.front().is_some_and(|first| first.point.at_ms < oldest)
        {
            self.slots.pop_front();
        }
        let interval_ms = u32::try_from(interval.as_millis()).unwrap_or(u32::MAX);
        self.slots.push_back(Slot { point, interval_ms });
    }

    /// How many points there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// The newest point.
    #[must_use]
    pub fn last(&self) -> Option<&LivePoint> {
        self.slots.back().map(|slot| &slot.point)
    }

    /// The points after `at_ms` (milliseconds since 1970), oldest first.
    pub fn since(&self, at_ms: i64) -> impl Iterator<Item = &LivePoint> {
        let start = self.slots.partition_point(|slot| slot.point.at_ms <= at_ms);
        self.slots.range(start..).map(|slot| &slot.point)
    }

    /// CPU of the last hour in at most `max_points` steps of equal length, each the mean of its
    /// samples, at milliseconds since 1970. `None` stands where samples are missing for more than
    /// three intervals, or have no CPU figure.
    ///
    /// The steps begin at multiples of their length, so that a line only ever grows at its end.
    #[must_use]
    pub fn sparkline(&self, max_points: usize) -> Vec<(i64, Option<f32>)> {
        let (Some(newest), Ok(steps)) = (self.last(), i64::try_from(max_points)) else {
            return Vec::new();
        };
        if steps == 0 {
            return Vec::new();
        }
        let step_ms = (LENGTH_MS + steps - 1) / steps;
        let first_step = newest.at_ms.div_euclid(step_ms) - steps + 1;
        let mut line: Vec<(i64, Option<f32>)> = Vec::with_capacity(max_points.min(LIMIT));
        let mut mean = Mean::default();
        let mut before: Option<(&Slot, i64)> = None;
        let start = self.slots.partition_point(|s| s.point.at_ms.div_euclid(step_ms) < first_step);
        for slot in self.slots.range(start..) {
            let step = slot.point.at_ms.div_euclid(step_ms);
            if let Some((previous, previous_step)) = before
                && step != previous_step
            {
                line.push((previous_step * step_ms, mean.take()));
                if step - previous_step > 1 && is_gap(previous, slot) {
                    line.push(((previous_step + 1) * step_ms, None));
                }
            }
            mean.add(slot.point.cpu_percent);
            before = Some((slot, step));
        }
        if let Some((_, step)) = before {
            line.push((step * step_ms, mean.take()));
        }
        line
    }

    /// CPU over the last `window`, each sample weighted by the time it stands for; `None` until
    /// three quarters of the window were observed.
    #[must_use]
    pub fn sustained_cpu(&self, window: Duration) -> Option<f64> {
        let window_ms = i64::try_from(window.as_millis()).ok().filter(|&ms| ms > 0)?;
        let from = self.last()?.at_ms.saturating_sub(window_ms);
        let start = self.slots.partition_point(|slot| slot.point.at_ms <= from);
        let (mut sum, mut observed_ms) = (0.0, 0.0);
        for index in start.max(1)..self.slots.len() {
            let (before, slot) = (&self.slots[index - 1], &self.slots[index]);
            let Some(percent) = slot.point.cpu_percent.filter(|_| !is_gap(before, slot)) else {
                continue;
            };
            let stands_for = milliseconds(slot.point.at_ms - before.point.at_ms.max(from));
            sum += f64::from(percent) * stands_for;
            observed_ms += stands_for;
        }
        (observed_ms >= ENOUGH * milliseconds(window_ms)).then(|| sum / observed_ms)
    }
}

#[expect(clippy::cast_precision_loss, reason = "spans are at most an hour")]
fn milliseconds(ms: i64) -> f64 {
    ms as f64
}

fn is_gap(before: &Slot, after: &Slot) -> bool {
    let pace = i64::from(before.interval_ms.max(after.interval_ms));
    after.point.at_ms - before.point.at_ms > GAP_INTERVALS * pace
}

#[derive(Default)]
struct Mean {
    sum: f32,
    count: f32,
}

impl Mean {
    fn add(&mut self, value: Option<f32>) {
        if let Some(value) = value {
            self.sum += value;
            self.count += 1.0;
        }
    }

    fn take(&mut self) -> Option<f32> {
        let Self { sum, count } = std::mem::take(self);
        (count > 0.0).then(|| sum / count)
    }
}

#[cfg(test)]
#[path = "ring_tests.rs"]
mod tests;
