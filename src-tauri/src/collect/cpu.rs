//! `/proc/stat`: what the processors did, in ticks since the start.
//!
//! Busy = total − idle − iowait. Steal counts as busy: the guest wanted it and did not get it. Guest
//! time is left out of the sum because `user` and `nice` already hold it.

use crate::domain::sample::Cpu;

/// Ticks of one processor, or of all together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticks {
    /// All of them.
    pub total: u64,
    /// Those in which the processor worked, or was kept from it by the hypervisor.
    pub busy: u64,
}

/// The counters of one sample.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CpuCounters {
    /// All processors together.
    pub all: Ticks,
    /// Each processor by its number, which has holes where one is offline.
    pub cores: Vec<(u32, Ticks)>,
}

/// The counters; `None` without a whole line for all processors together.
#[must_use]
pub fn parse(text: &str) -> Option<CpuCounters> {
    let mut all = None;
    let mut cores = Vec::new();
    // A last line without its line feed was cut short, and its last number with it.
    for line in text.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n')) {
        let Some(rest) = line.strip_prefix("cpu") else { continue };
        let Some((number, values)) = rest.split_once(' ') else { continue };
        let Some(ticks) = ticks(values) else { continue };
        if number.is_empty() {
            all = Some(ticks);
        } else if let Ok(number) = number.parse() {
            cores.push((number, ticks));
        }
    }
    Some(CpuCounters { all: all?, cores })
}

/// `user nice system idle iowait irq softirq steal guest guest_nice`; kernels before 2.6.11 end
/// earlier.
fn ticks(values: &str) -> Option<Ticks> {
    let mut fields = [0_u64; 8];
    let mut words = values.split_ascii_whitespace();
    for (index, field) in fields.iter_mut().enumerate() {
        match words.next() {
            Some(word) => *field = word.parse().ok()?,
            None if index >= 4 => break,
            None => return None,
        }
    }
    let total = fields.iter().try_fold(0_u64, |sum, &field| sum.checked_add(field))?;
    let [_, _, _, idle, iowait, ..] = fields;
    Some(Ticks { total, busy: total - idle - iowait })
}

impl CpuCounters {
    /// Busy shares since `before`; `None` when a counter went backwards or no tick has passed.
    #[must_use]
    pub fn since(&self, before: &Self) -> Option<Cpu> {
        let total_percent = self.all.busy_percent_since(before.all)?;
        let earlier = |number: u32, index: usize| {
            let same_place = before.cores.get(index).filter(|(core, _)| *core == number);
            same_place.or_else(|| before.cores.iter().find(|(core, _)| *core == number))
        };
        let core_percents = self
            .cores
            .iter()
            .enumerate()
            .map(|(index, (number, now))| {
                earlier(*number, index).and_then(|(_, before)| now.busy_percent_since(*before))
            })
            .collect();
        Some(Cpu { total_percent, core_percents })
    }
}

impl Ticks {
    #[expect(clippy::cast_precision_loss, reason = "a percentage needs no 53 bits")]
    fn busy_percent_since(self, before: Self) -> Option<f64> {
        let total = self.total.checked_sub(before.total).filter(|&total| total > 0)?;
        let busy = self.busy.checked_sub(before.busy)?;
        // The kernel lets idle and iowait step back a little, which makes busy exceed the total.
        Some((busy as f64 / total as f64 * 100.0).min(100.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::fmt::Write;

    const VM: &str = include_str!("../../../tests/fixtures/proc/vm-with-steal/stat");
    const VM_LATER: &str = include_str!("../../../tests/fixtures/proc/vm-with-steal/stat-later");
    const OLD: &str = include_str!("../../../tests/fixtures/proc/old-kernel/stat");
    const BIG: &str = include_str!("../../../tests/fixtures/proc/256-cores/stat");

    fn percent(before: &str, after: &str) -> Option<f64> {
        parse(after)?.since(&parse(before)?).map(|cpu| cpu.total_percent)
    }

    /// Each column on its own: which of them make the processor busy is the definition.
    #[test]
    fn iowait_is_idle_steal_is_busy_guest_is_inside_user() {
        let zero = "cpu  0 0 0 0 0 0 0 0 0 0\n";
        for (after, busy) in [
            ("cpu  50 0 0 50 0 0 0 0 0 0\n", 50.0),
            ("cpu  0 50 0 50 0 0 0 0 0 0\n", 50.0),
            ("cpu  0 0 50 50 0 0 0 0 0 0\n", 50.0),
            ("cpu  0 0 0 50 50 0 0 0 0 0\n", 0.0),
            ("cpu  0 0 0 50 0 25 25 0 0 0\n", 50.0),
            ("cpu  0 0 0 50 0 0 0 50 0 0\n", 50.0),
            ("cpu  50 0 0 50 0 0 0 0 50 0\n", 50.0),
            ("cpu  0 50 0 50 0 0 0 0 0 50\n", 50.0),
        ] {
            assert_eq!(percent(zero, after), Some(busy), "{after}");
        }
    }

    /// Worked out by hand from the two captures, with steal and guest time in both.
    #[test]
    fn a_vm_with_steal() {
        let cpu = parse(VM_LATER).expect("vm").since(&parse(VM).expect("vm")).expect("a span");
        // user 40, system 20, softirq 2, steal 38 of 400 ticks; guest 10 is inside user.
        assert!((cpu.total_percent - 25.0).abs() < 1e-9, "{cpu:?}");
        assert_eq!(cpu.core_percents, [Some(30.0), Some(20.0)]);
    }

    /// A kernel that knows fewer columns is read all the same.
    #[test]
    fn an_old_kernel_has_fewer_columns() {
        let counters = parse(OLD).expect("an old kernel");
        assert_eq!(counters.all, Ticks { total: 10_278_454, busy: 278_454 });
        assert_eq!(counters.cores.len(), 1);
    }

    /// All processors of a large machine, in the kernel's order.
    #[test]
    fn two_hundred_and_fifty_six_cores() {
        let counters = parse(BIG).expect("a large machine");
        assert_eq!(counters.cores.len(), 256);
        assert_eq!(counters.cores.last().map(|(number, _)| *number), Some(255));
    }

    /// After a restart the counters are small again: no rate, not a negative one.
    #[test]
    fn a_counter_reset_is_absent() {
        assert_eq!(percent("cpu  900 0 0 900\n", "cpu  10 0 0 10\n"), None);
        assert_eq!(percent("cpu  10 0 0 10\n", "cpu  10 0 0 10\n"), None);
        assert_eq!(percent("cpu  20 0 0 10\n", "cpu  10 0 0 100\n"), None);
    }

    /// A processor taken offline leaves a hole; the others must not move into it.
    #[test]
    fn a_core_that_came_has_no_share_yet() {
        let before = parse("cpu  0 0 0 0\ncpu0 0 0 0 0\ncpu2 0 0 0 0\n").expect("stat");
        let after =
            parse("cpu  30 0 0 30\ncpu0 5 0 0 5\ncpu1 9 0 0 1\ncpu2 0 0 0 10\n").expect("stat");
        let cpu = after.since(&before).expect("a span");
        assert_eq!(cpu.core_percents, [Some(50.0), None, Some(0.0)]);
    }

    /// A file cut in the middle of a number must not look like a counter reset.
    #[test]
    fn a_cut_line_is_left_out() {
        assert_eq!(parse("cpu  46580 0 14296 21"), None);
        assert_eq!(parse("cpu  1 2 3 x\n"), None);
        let counters = parse("cpu  1 2 3 4\ncpu0 1 2 3 4\ncpu1 1 2").expect("one core");
        assert_eq!(counters.cores.len(), 1);
    }

    proptest! {
        /// Any two sets of counters: absent, or between 0 and 100.
        #[test]
        fn shares_stay_between_0_and_100(
            before in prop::collection::vec(prop::collection::vec(any::<u64>(), 0..11), 1..4),
            after in prop::collection::vec(prop::collection::vec(0u64..1_000_000, 0..11), 1..4),
            small in any::<bool>(),
        ) {
            let stat = |rows: &[Vec<u64>], shift: u32| {
                let mut text = String::new();
                for (index, row) in rows.iter().enumerate() {
                    let name = if index == 0 { String::new() } else { (index - 1).to_string() };
                    write!(text, "cpu{name} ").expect("writing to text");
                    for value in row {
                        write!(text, " {}", value >> shift).expect("writing to text");
                    }
                    text.push('\n');
                }
                text
            };
            let (before, after) = (stat(&before, if small { 50 } else { 0 }), stat(&after, 0));
            if let (Some(before), Some(after)) = (parse(&before), parse(&after))
                && let Some(cpu) = after.since(&before)
            {
                for percent in cpu.core_percents.into_iter().flatten().chain([cpu.total_percent]) {
                    prop_assert!((0.0..=100.0).contains(&percent));
                }
            }
        }

        /// Text that is nothing at all.
        #[test]
        fn never_panics(text in "(cpu[0-9 ]{0,30}\n|.{0,30}|\n){0,6}") {
            let _ = parse(&text);
        }
    }
}
