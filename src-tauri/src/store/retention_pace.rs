//! How fast retention may go: how much it does in one transaction, and how long it rests then.

use std::time::Duration;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

/// How long one transaction should keep the write lock at most. Whoever writes meanwhile waits for it
/// once; SQLite looks for a lock of another process again after up to 25 ms.
const LOCK_TIME: Duration = Duration::from_millis(12);
/// Fewer rows than this are not worth a transaction.
const FEWEST: u32 = 10;
/// Rows of the first transaction: how long they take is not known yet.
const FIRST: u32 = 50;
/// The rest after a transaction, however short that was, and however long.
const SHORTEST_REST: Duration = Duration::from_millis(5);
const LONGEST_REST: Duration = Duration::from_millis(100);
/// Transactions after which the log is folded into the file; SQLite's own limit is 1,000 pages.
const FOLD_AFTER: u32 = 4;

pub(super) struct Pace<'a> {
    most: u32,
    size: u32,
    since_fold: u32,
    cancel: &'a CancellationToken,
}

impl<'a> Pace<'a> {
    pub(super) fn new(most: u32, cancel: &'a CancellationToken) -> Self {
        let most = most.max(1);
        Self { most, size: FIRST.min(most), since_fold: 0, cancel }
    }

    pub(super) fn is_cancelled(&self) -> bool {
        self.cancel.is_cancelled()
    }

    /// How much to do in the next transaction.
    pub(super) fn size(&self) -> u32 {
        self.size
    }

    /// Another kind of work begins, of which so much is a good first guess.
    pub(super) fn begin_with(&mut self, size: u32) {
        self.size = size.min(self.most);
    }

    /// Whether the log should be folded into the file now.
    pub(super) fn is_log_long(&mut self) -> bool {
        self.since_fold += 1;
        let is_long = self.since_fold >= FOLD_AFTER;
        if is_long {
            self.since_fold = 0;
        }
        is_long
    }

    /// Learns from how long the last transaction took, and rests as long as it did, so that the lock
    /// is free at least half of the time.
    pub(super) async fn rest(&mut self, took: Duration) {
        self.learn(took);
        let rest = took.clamp(SHORTEST_REST, LONGEST_REST);
        self.cancel.run_until_cancelled(sleep(rest)).await;
    }

    fn learn(&mut self, took: Duration) {
        if took > LOCK_TIME {
            self.size = (self.size / 2).max(FEWEST).min(self.most);
        } else if took < LOCK_TIME / 3 {
            self.size = self.size.saturating_mul(2).min(self.most);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A slow disk must not make the collectors wait, and the setting is never exceeded.
    #[test]
    fn transactions_shrink_when_they_take_long_and_grow_up_to_the_setting() {
        let cancel = CancellationToken::new();
        let mut pace = Pace::new(1_000, &cancel);
        for _ in 0..20 {
            pace.learn(Duration::from_millis(1));
        }
        assert_eq!(pace.size(), 1_000);
        pace.learn(Duration::from_millis(40));
        assert_eq!(pace.size(), 500);
        for _ in 0..20 {
            pace.learn(Duration::from_millis(40));
        }
        assert_eq!(pace.size(), FEWEST);
        assert_eq!(Pace::new(5, &cancel).size(), 5);
    }
}
