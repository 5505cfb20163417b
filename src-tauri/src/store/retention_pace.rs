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

pub(super) struct Pace<'a> {
    most: u32,
    size: u32,
    longest: Duration,
    cancel: &'a CancellationToken,
}

impl<'a> Pace<'a> {
    pub(super) fn new(most: u32, cancel: &'a CancellationToken) -> Self {
        let most = most.max(1);
        Self { most, size: FIRST.min(most), longest: Duration::ZERO, cancel }
    }

    pub(super) fn is_cancelled(&self) -> bool {
        self.cancel.is_cancelled()
    }

    /// How much to do in the next transaction.
    pub(super) fn size(&self) -> u32 {
        self.size
    }

    /// The longest that a transaction took.
    pub(super) fn longest(&self) -> Duration {
        self.longest
    }

    /// Learns from how long the last transaction took, and rests as long as it did while `meanwhile`
    /// is done, so that the lock is free at least half of the time.
    pub(super) async fn rest(&mut self, took: Duration, meanwhile: impl Future<Output = ()>) {
        self.learn(took);
        let rest = sleep(took.clamp(SHORTEST_REST, LONGEST_REST));
        let both = async { tokio::join!(rest, meanwhile) };
        self.cancel.run_until_cancelled(both).await;
    }

    fn learn(&mut self, took: Duration) {
        self.longest = self.longest.max(took);
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
