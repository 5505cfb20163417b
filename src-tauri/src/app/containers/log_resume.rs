//! Going on with a log that broke off: from a little before its newest line, leaving out what was
//! read already, so that nothing is lost and nothing comes twice.

use crate::docker::logs::Line;
use std::{
    collections::{HashMap, VecDeque},
    hash::{DefaultHasher, Hash, Hasher},
};

/// The two outputs of a container are taken down beside each other; a line may stand behind one that
/// is so much newer, nanoseconds.
const OUT_OF_ORDER: i64 = 1_000_000_000;
/// The most lines that are remembered.
const MOST: usize = 100_000;

/// Time and hash of a line.
type Print = (i64, u64);

/// See the module.
#[derive(Default)]
pub(super) struct Resume {
    recent: VecDeque<Print>,
    newest_ns: i64,
    /// All lines that were read from here on are remembered.
    floor_ns: Option<i64>,
    /// Lines that will come again, and how often.
    again: HashMap<Print, u32>,
    /// Lines before this were read or are not wanted, whether the engine leaves them out or not.
    from_ns: Option<i64>,
    /// When a log that is read from now on was first opened, by the engine's clock.
    begun_ns: Option<i64>,
}

impl Resume {
    /// From when on the log has to be read again; nothing before its first line.
    pub(super) fn since_ns(&self) -> Option<i64> {
        self.floor_ns
            .or_else(|| self.recent.iter().map(|(at_ns, _)| *at_ns).min())
            .or(self.begun_ns)
    }

    /// A log of which nothing older is wanted was opened: what is written before its first line is
    /// read has to be there after it broke off.
    pub(super) fn begun(&mut self, at_ns: Option<i64>) {
        self.begun_ns = self.begun_ns.or(at_ns);
    }

    /// The log is read again from [`Resume::since_ns`].
    pub(super) fn reopened(&mut self) {
        self.from_ns = self.since_ns();
        self.again.clear();
        for print in &self.recent {
            *self.again.entry(*print).or_default() += 1;
        }
    }

    /// Leaves out lines that were read before, and remembers the others.
    pub(super) fn keep_new(&mut self, lines: &mut Vec<Line>) {
        lines.retain(|line| {
            if self.from_ns.is_some_and(|from_ns| line.at_ns < from_ns) {
                return false;
            }
            let print = print(line);
            if let Some(left) = self.again.get_mut(&print) {
                *left -= 1;
                if *left == 0 {
                    self.again.remove(&print);
                }
                return false;
            }
            self.remember(print);
            true
        });
    }

    fn remember(&mut self, print: Print) {
        self.newest_ns = self.newest_ns.max(print.0);
        self.recent.push_back(print);
        let least = self.newest_ns - OUT_OF_ORDER;
        while let Some(&(at_ns, _)) = self.recent.front() {
            if at_ns >= least && self.recent.len() <= MOST {
                break;
            }
            self.recent.pop_front();
            self.floor_ns = Some(self.floor_ns.unwrap_or(i64::MIN).max(at_ns + 1));
        }
    }
}

fn print(line: &Line) -> Print {
    let mut hasher = DefaultHasher::new();
    (line.stream, &line.text, line.cut_bytes).hash(&mut hasher);
    (line.at_ns, hasher.finish())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::container_log::LogStream;
    use proptest::prelude::*;

    fn line(at_ns: i64, text: &str) -> Line {
        Line { at_ns, stream: LogStream::Stdout, text: text.into(), cut_bytes: 0 }
    }

    proptest! {
        /// Wherever a log breaks off, and however often, each of its lines comes once and in order;
        /// also where many have the same time and the same text, and some stand behind newer ones.
        #[test]
        fn nothing_is_lost_and_nothing_comes_twice(
            steps in proptest::collection::vec((0_i64..400_000_000, 0_i64..900_000_000, 0_u8..3), 1..300),
            cuts in proptest::collection::vec(0_usize..300, 0..6),
            // Podman gives some older ones as well.
            gives_all in proptest::bool::ANY,
        ) {
            // What is older than the first line that was read is none of it.
            let mut now = 2_000_000_000;
            let first = line(1, "first");
            let log: Vec<Line> = std::iter::once(first).chain(steps.iter().map(|(step, behind, text)| {
                now += step / 7;
                let behind = if *text == 2 { *behind } else { 0 };
                line(now - behind, &text.to_string())
            })).collect();
            let mut cuts = cuts.clone();
            cuts.sort_unstable();
            cuts.push(log.len());
            let (mut resume, mut read) = (Resume::default(), Vec::new());
            for cut in cuts {
                let since = resume.since_ns().unwrap_or(i64::MIN);
                resume.reopened();
                let mut lines: Vec<Line> = log[..cut.min(log.len())]
                    .iter().filter(|line| gives_all || line.at_ns >= since).cloned().collect();
                resume.keep_new(&mut lines);
                read.extend(lines);
            }
            prop_assert_eq!(read, log);
        }
    }

    /// A log that is followed from now on and breaks off before its first line goes on from there.
    #[test]
    fn what_came_before_the_first_line_was_read_is_not_lost() {
        let mut resume = Resume::default();
        assert_eq!(resume.since_ns(), None);
        resume.begun(Some(5));
        resume.begun(Some(9));
        assert_eq!(resume.since_ns(), Some(5), "the first opening counts");
        resume.keep_new(&mut vec![line(7, "x")]);
        assert_eq!(resume.since_ns(), Some(7));
    }

    /// What is remembered is bounded, however fast lines come.
    #[test]
    fn memory_is_bounded() {
        let mut resume = Resume::default();
        resume.keep_new(&mut (0..250_000).map(|at| line(at, "x")).collect());
        assert_eq!(resume.recent.len(), MOST);
        assert_eq!(resume.since_ns(), Some(150_000));
    }
}
