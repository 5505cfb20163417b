//! Several logs as one, by time. A line waits until no other log can still have an older one; a log
//! that is quiet holds up the others for a moment only.

use crate::docker::logs::Line;
use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

/// How long a log that could still have an older line is waited for after its last one.
const WINDOW: Duration = Duration::from_millis(400);
/// How long one is waited for that is still being opened.
const OPENING: Duration = Duration::from_secs(5);
/// The most lines that wait; beyond that they go on as they are.
const MOST: usize = 200_000;
/// The most text that waits, bytes.
const MOST_BYTES: usize = 32 << 20;

/// Where a source stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Standing {
    Opening(Instant),
    /// Since its last line.
    Open(Instant),
    /// Nothing comes.
    Closed,
}

struct Queue {
    /// Lines and the newest time that stands before or at them: the order of one log stays.
    lines: VecDeque<(i64, Line)>,
    newest_ns: i64,
    standing: Standing,
}

/// See the module.
pub(super) struct Merge {
    queues: Vec<Queue>,
    waiting: usize,
    bytes: usize,
}

impl Merge {
    pub(super) fn new(sources: usize, now: Instant) -> Self {
        let queue = |_| Queue {
            lines: VecDeque::new(),
            newest_ns: i64::MIN,
            standing: Standing::Opening(now),
        };
        Self { queues: (0..sources).map(queue).collect(), waiting: 0, bytes: 0 }
    }

    /// The log of a source was opened.
    pub(super) fn opened(&mut self, source: u16, now: Instant) {
        self.queues[usize::from(source)].standing = Standing::Open(now);
    }

    /// The log of a source has ended, or cannot be read.
    pub(super) fn closed(&mut self, source: u16) {
        self.queues[usize::from(source)].standing = Standing::Closed;
    }

    /// Lines of a source came.
    pub(super) fn push(&mut self, source: u16, lines: Vec<Line>, now: Instant) {
        let queue = &mut self.queues[usize::from(source)];
        queue.standing = Standing::Open(now);
        self.waiting += lines.len();
        for line in lines {
            self.bytes += line.text.len();
            queue.newest_ns = queue.newest_ns.max(line.at_ns);
            queue.lines.push_back((queue.newest_ns, line));
        }
    }

    /// The lines whose turn it is.
    pub(super) fn release(&mut self, now: Instant) -> Vec<(u16, Line)> {
        let mut released = Vec::new();
        loop {
            let heads = self.queues.iter().enumerate();
            let heads = heads.filter_map(|(at, queue)| Some((queue.lines.front()?.0, at)));
            let Some((at_ns, source)) = heads.min() else { return released };
            let is_held = self.waiting <= MOST
                && self.bytes <= MOST_BYTES
                && self.queues.iter().any(|queue| queue.may_have_older(at_ns, now));
            if is_held {
                return released;
            }
            let Some((_, line)) = self.queues[source].lines.pop_front() else { return released };
            self.waiting -= 1;
            self.bytes -= line.text.len();
            released.push((u16::try_from(source).unwrap_or(u16::MAX), line));
        }
    }
}

impl Queue {
    fn may_have_older(&self, at_ns: i64, now: Instant) -> bool {
        self.lines.is_empty()
            && self.newest_ns < at_ns
            && match self.standing {
                Standing::Opening(since) => now.duration_since(since) < OPENING,
                Standing::Open(since) => now.duration_since(since) < WINDOW,
                Standing::Closed => false,
            }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::container_log::LogStream;
    use proptest::prelude::*;

    fn line(at_ns: i64) -> Line {
        Line { at_ns, stream: LogStream::Stdout, text: String::new(), cut_bytes: 0 }
    }

    fn times(released: &[(u16, Line)]) -> Vec<i64> {
        released.iter().map(|(_, line)| line.at_ns).collect()
    }

    /// A log whose beginning is still on its way is waited for; a quiet one only for a moment.
    #[test]
    fn a_late_log_is_waited_for_and_a_quiet_one_is_not() {
        let start = Instant::now();
        let mut merge = Merge::new(2, start);
        merge.push(0, vec![line(5), line(9)], start);
        assert!(merge.release(start + WINDOW * 2).is_empty(), "the other is still being opened");
        merge.push(1, vec![line(3), line(7)], start + WINDOW * 2);
        assert_eq!(times(&merge.release(start + WINDOW * 2)), [3, 5, 7]);
        assert_eq!(times(&merge.release(start + WINDOW * 3)), [9], "the other is quiet");
        merge.push(0, vec![line(11)], start + WINDOW * 3);
        merge.push(1, vec![line(12)], start + WINDOW * 3);
        merge.closed(0);
        assert_eq!(times(&merge.release(start + WINDOW * 3)), [11, 12]);
    }

    /// What waits is bounded even where one log never answers.
    #[test]
    fn what_waits_is_bounded() {
        let start = Instant::now();
        let mut merge = Merge::new(2, start);
        merge.push(0, (0..300_000).map(line).collect(), start);
        assert_eq!(merge.release(start).len(), 100_000);
        let mut merge = Merge::new(2, start);
        let long = |at| Line { text: "x".repeat(16 << 10), ..line(at) };
        merge.push(0, (0..3_000).map(long).collect(), start);
        assert_eq!(merge.release(start).len(), 3_000 - (MOST_BYTES >> 14), "long lines count more");
    }

    proptest! {
        /// Logs that are in order give one that is, with every line in it.
        #[test]
        fn the_whole_is_in_order(mut logs in proptest::collection::vec(
            proptest::collection::vec(0_i64..1_000, 0..50), 1..6,
        ), step in 1_usize..20) {
            let start = Instant::now();
            let mut merge = Merge::new(logs.len(), start);
            let mut expected: Vec<i64> = logs.concat();
            expected.sort_unstable();
            for log in &mut logs {
                log.sort_unstable();
            }
            let mut seen = Vec::new();
            for round in 0..50_usize.div_ceil(step) {
                for (source, log) in (0_u16..).zip(&logs) {
                    let lines: Vec<_> =
                        log.iter().skip(round * step).take(step).copied().map(line).collect();
                    if lines.is_empty() {
                        merge.closed(source);
                    } else {
                        merge.push(source, lines, start);
                    }
                }
                seen.extend(times(&merge.release(start)));
            }
            seen.extend(times(&merge.release(start + OPENING)));
            prop_assert_eq!(seen, expected);
        }
    }
}
