//! Which containers of an engine are to be asked about, and in what order.

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use std::{
    collections::{HashMap, HashSet, VecDeque},
    time::Duration,
};

/// The longest that a container is left alone that could not be asked about.
const LONGEST: Duration = Duration::from_secs(30);
/// How soon it is asked about again.
const AGAIN: ExponentialBuilder = ExponentialBuilder::new()
    .with_min_delay(Duration::from_millis(500))
    .with_max_delay(LONGEST)
    .without_max_times();

/// Containers that are to be asked about, each once at a time.
#[derive(Default)]
pub(super) struct Waiting {
    /// In this order.
    order: VecDeque<String>,
    waiting: HashSet<String>,
    asked: HashSet<String>,
    /// Something happened to them while they were asked about.
    again: HashSet<String>,
    /// They went while they were asked about: the answer is older than that.
    gone: HashSet<String>,
    /// They could not be answered about, and how long each is left alone next.
    failed: HashMap<String, ExponentialBackoff>,
}

impl Waiting {
    /// Behind all others.
    pub(super) fn later(&mut self, id: &str) {
        if self.waiting.insert(id.to_owned()) {
            self.order.push_back(id.to_owned());
        }
    }

    /// Before all others: somebody may be looking at it.
    pub(super) fn soon(&mut self, id: &str) {
        if self.asked.contains(id) {
            self.again.insert(id.to_owned());
            return;
        }
        if !self.waiting.insert(id.to_owned()) {
            self.order.retain(|other| other != id);
        }
        self.order.push_front(id.to_owned());
    }

    pub(super) fn next(&mut self) -> Option<String> {
        let id = self.order.pop_front()?;
        self.waiting.remove(&id);
        self.asked.insert(id.clone());
        Some(id)
    }

    /// One was answered about; whether the answer still counts.
    pub(super) fn done(&mut self, id: &str) -> bool {
        self.asked.remove(id);
        if self.again.remove(id) {
            self.soon(id);
        }
        !self.gone.remove(id)
    }

    pub(super) fn forget(&mut self, id: &str) {
        self.again.remove(id);
        self.failed.remove(id);
        if self.asked.contains(id) {
            self.gone.insert(id.to_owned());
        }
        if self.waiting.remove(id) {
            self.order.retain(|other| other != id);
        }
    }

    /// How many are waiting.
    pub(super) fn len(&self) -> usize {
        self.order.len()
    }

    /// One could not be answered about; how long to leave it alone, unless it is to be asked about
    /// anyway.
    pub(super) fn failed(&mut self, id: &str) -> Option<Duration> {
        if self.waiting.contains(id) {
            return None;
        }
        let delays = self.failed.entry(id.to_owned()).or_insert_with(|| AGAIN.build());
        Some(delays.next().unwrap_or(LONGEST))
    }

    /// One that failed has rested.
    pub(super) fn rested(&mut self, id: &str) {
        if self.failed.contains_key(id) && !self.asked.contains(id) {
            self.later(id);
        }
    }

    /// One needs no more to be asked about: it was answered about, or is gone.
    pub(super) fn settled(&mut self, id: &str) {
        self.failed.remove(id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What changes while it is asked about has to be asked about again, and nothing is asked about
    /// twice at a time.
    #[test]
    fn each_container_is_asked_about_once_at_a_time() {
        let mut waiting = Waiting::default();
        waiting.later("a");
        waiting.later("b");
        waiting.later("a");
        waiting.soon("b");
        assert_eq!(waiting.next().as_deref(), Some("b"));
        waiting.soon("b");
        assert_eq!(waiting.next().as_deref(), Some("a"));
        assert_eq!(waiting.next(), None);
        waiting.done("b");
        assert_eq!(waiting.next().as_deref(), Some("b"), "it changed meanwhile");
        waiting.done("b");
        waiting.later("c");
        waiting.forget("c");
        assert_eq!(waiting.next(), None);
    }

    /// A container that lived for a moment is removed before it was answered about: the answer must
    /// not bring it back.
    #[test]
    fn an_answer_about_what_went_meanwhile_does_not_count() {
        let mut waiting = Waiting::default();
        waiting.soon("a");
        waiting.soon("b");
        while waiting.next().is_some() {}
        waiting.soon("a");
        waiting.forget("a");
        assert!(!waiting.done("a") && waiting.done("b"));
        assert_eq!(waiting.next(), None);
        assert!(waiting.asked.is_empty() && waiting.gone.is_empty());
    }

    /// One that could not be looked at is asked about again and again, each time later, until it was
    /// answered about; one that went meanwhile is not.
    #[test]
    fn what_failed_is_asked_about_again() {
        let mut waiting = Waiting::default();
        waiting.later("a");
        let mut last = Duration::ZERO;
        for _ in 0..12 {
            assert_eq!(waiting.next().as_deref(), Some("a"));
            waiting.done("a");
            let rest = waiting.failed("a").expect("a rest");
            assert!(rest >= last && rest <= LONGEST, "{last:?}, then {rest:?}");
            last = rest;
            assert_eq!(waiting.next(), None, "it rests");
            waiting.rested("a");
        }
        assert_eq!(last, LONGEST);
        assert_eq!(waiting.next().as_deref(), Some("a"));
        waiting.done("a");
        waiting.settled("a");
        waiting.rested("a");
        assert_eq!(waiting.next(), None);
        waiting.failed("b");
        waiting.forget("b");
        waiting.rested("b");
        assert_eq!(waiting.next(), None);
    }
}
