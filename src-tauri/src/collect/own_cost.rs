//! `/proc/self/stat` and `/proc/self/schedstat` of the script: what watching costs the host.

use std::collections::VecDeque;

/// The kernel reports to programs in ticks of 10 ms on every architecture that Tomo meets.
const MS_PER_TICK: f64 = 10.0;
/// Over how many samples the cost is averaged: the children's ticks are too coarse for one sample.
const WINDOW: usize = 60;

/// CPU time that the script and the children that it waited for have used, milliseconds. The
/// script's own is to the nanosecond where the kernel keeps `schedstat`.
#[must_use]
pub fn parse(stat: &str, schedstat: Option<&str>) -> Option<f64> {
    // The name stands in parentheses and may hold anything, parentheses too.
    let (_, rest) = stat.rsplit_once(')')?;
    let mut words = rest.split_ascii_whitespace().skip(11);
    let mut ticks = || words.next()?.parse::<u32>().ok().map(f64::from);
    let (user, system, child_user, child_system) = (ticks()?, ticks()?, ticks()?, ticks()?);
    let precise = schedstat.and_then(nanoseconds).map(|ns| ns / 1e6);
    let own = precise.unwrap_or((user + system) * MS_PER_TICK);
    Some(own + (child_user + child_system) * MS_PER_TICK)
}

#[expect(clippy::cast_precision_loss, reason = "53 bits hold 104 days to the nanosecond")]
fn nanoseconds(schedstat: &str) -> Option<f64> {
    let ns: u64 = schedstat.split_ascii_whitespace().next()?.parse().ok()?;
    Some(ns as f64)
}

/// The cost of the last samples of one connection.
#[derive(Clone, Debug, Default)]
pub struct CostWindow(VecDeque<f64>);

impl CostWindow {
    /// Takes the CPU time used so far; gives the mean per sample, milliseconds, from the second
    /// sample of a connection on.
    pub fn push(&mut self, total_ms: f64) -> Option<f64> {
        if self.0.back().is_some_and(|&last| total_ms < last) {
            self.0.clear();
        }
        self.0.push_back(total_ms);
        if self.0.len() > WINDOW + 1 {
            self.0.pop_front();
        }
        let (first, last) = (self.0.front()?, self.0.back()?);
        let samples = u32::try_from(self.0.len() - 1).ok().filter(|&samples| samples > 0)?;
        Some((last - first) / f64::from(samples))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const STAT: &str =
        "1195 (a) b)) R 1187 1187 16615 0 -1 4194304 316 284 1 5 3 4 5 6 20 0 1 0 2\n";

    /// The name may hold spaces and parentheses; children count.
    #[test]
    fn own_and_childrens_time() {
        assert_eq!(parse(STAT, None), Some(180.0));
        assert_eq!(parse(STAT, Some("4375498 3912130 8\n")), Some(4.375_498 + 110.0));
        assert_eq!(parse("1195 (awk", None), None);
        assert_eq!(parse("1195 (awk) R 1 2", None), None);
    }

    /// A new connection starts a new process, whose time is small again.
    #[test]
    fn the_mean_starts_over_with_a_new_process() {
        let mut window = CostWindow::default();
        assert_eq!(window.push(10.0), None);
        assert_eq!(window.push(12.0), Some(2.0));
        assert_eq!(window.push(13.0), Some(1.5));
        assert_eq!(window.push(1.0), None);
        assert_eq!(window.push(1.5), Some(0.5));
    }

    proptest! {
        /// Any texts in any order: the cost is never negative or infinite.
        #[test]
        fn never_nonsense(stats in prop::collection::vec(
            ("[0-9]{1,3} \\([a-z) ]{0,5}\\) R( [0-9]{1,12}){0,20}", "[0-9]{0,25} 1"), 0..8)) {
            let mut window = CostWindow::default();
            for (stat, sched) in &stats {
                if let Some(ms) = parse(stat, Some(sched)).and_then(|total| window.push(total)) {
                    prop_assert!(ms.is_finite() && ms >= 0.0);
                }
            }
        }
    }
}
