//! When a server is asked next, and for what. Pure: it is told the time and answers with a wait.
//!
//! Never more than one request is out. A host that answers slowly is asked less often, so that it is
//! busy with Tomo at most half of the time; what changes slowly is asked for on slower beats.

use super::script::Request;
use chrono::{DateTime, Utc};
use std::time::{Duration, Instant};

/// How often sensors are read, at most.
pub const TEMPERATURE_BEAT: Duration = Duration::from_secs(10);
/// How often containers are looked for, at most.
pub const CONTAINER_BEAT: Duration = Duration::from_secs(10);
/// How often free space and the kinds of interfaces are read, at most.
pub const MOUNT_BEAT: Duration = Duration::from_secs(60);
/// How long network file systems are left alone after one did not answer.
pub const LATE_MOUNT_PAUSE: Duration = Duration::from_secs(900);

/// Clocks that disagree by more than this have been through a sleep, or one of them was set.
const CLOCK_TOLERANCE: Duration = Duration::from_secs(5);
/// Being this late means that the computer slept, on systems whose monotonic clock runs on.
const OVERSLEPT: Duration = Duration::from_secs(60);

/// One moment on both clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The clock that never goes back, and that stands still in a sleep on Linux and macOS.
    pub monotonic: Instant,
    /// The clock on the wall, which may be set.
    pub wall: DateTime<Utc>,
}

impl Moment {
    /// Now.
    #[must_use]
    pub fn now() -> Self {
        Self { monotonic: Instant::now(), wall: Utc::now() }
    }
}

/// The pace of one server.
#[derive(Clone, Debug)]
pub struct Cadence {
    interval: Duration,
    due: Instant,
    asked: Option<Moment>,
    seen: Moment,
    temperatures: Option<Instant>,
    containers: Option<Instant>,
    mounts: Option<Instant>,
    system: bool,
    late_until: Option<Instant>,
}

impl Cadence {
    /// A pace that begins at once.
    #[must_use]
    pub fn new(interval: Duration, now: Moment) -> Self {
        Self {
            interval,
            due: now.monotonic,
            asked: None,
            seen: now,
            temperatures: None,
            containers: None,
            mounts: None,
            system: false,
            late_until: None,
        }
    }

    /// The interval that is aimed at.
    #[must_use]
    pub fn interval(&self) -> Duration {
        self.interval
    }

    /// Changes the interval, from the last request on: going faster takes effect at once.
    pub fn set_interval(&mut self, interval: Duration, now: Moment) {
        let change = interval != self.interval;
        if change && self.asked.is_none() {
            let last = self.due.checked_sub(self.interval).unwrap_or(now.monotonic);
            self.due = (last + interval).max(now.monotonic);
        }
        self.interval = interval;
    }

    /// How long to wait until the next request; `None` while one is out.
    #[must_use]
    pub fn wait(&self, now: Moment) -> Option<Duration> {
        self.asked.is_none().then(|| self.due.saturating_duration_since(now.monotonic))
    }

    /// Whether the computer slept, or a clock was set, since the last call. Then no span since the
    /// last sample can be trusted, and the next request is due at once.
    pub fn woke(&mut self, now: Moment) -> bool {
        let before = std::mem::replace(&mut self.seen, now);
        let monotonic = now.monotonic.saturating_duration_since(before.monotonic);
        let wall = now.wall.signed_duration_since(before.wall);
        let apart = match wall.to_std() {
            Ok(forward) => forward.abs_diff(monotonic),
            Err(_) => wall.abs().to_std().unwrap_or(Duration::MAX).saturating_add(monotonic),
        };
        let overslept =
            self.asked.is_none() && now.monotonic.saturating_duration_since(self.due) > OVERSLEPT;
        let woke = apart > CLOCK_TOLERANCE || overslept;
        if woke {
            self.due = now.monotonic;
        }
        woke
    }

    /// A request goes out now; says what to ask for. The first one leaves out what is slow, so that
    /// figures appear at once; the second asks what the host is.
    pub fn ask(&mut self, now: Moment) -> Request {
        let at = now.monotonic;
        let due = |last: Option<Instant>, beat: Duration| {
            // A little early is on time: a beat is a whole number of intervals.
            last.is_none_or(|last| at.saturating_duration_since(last) + self.interval / 2 >= beat)
        };
        let first = self.temperatures.is_none();
        let mounts = due(self.mounts, MOUNT_BEAT);
        let late = self.late_until.is_some_and(|until| at < until);
        let request = Request {
            temperatures: due(self.temperatures, TEMPERATURE_BEAT),
            interfaces: mounts,
            mounts,
            network_mounts: mounts && !late,
            system: !self.system && !first,
            containers: due(self.containers, CONTAINER_BEAT),
        };
        if request.temperatures {
            self.temperatures = Some(at);
        }
        if request.mounts {
            self.mounts = Some(at);
        }
        if request.containers {
            self.containers = Some(at);
        }
        self.system |= request.system;
        self.asked = Some(now);
        request
    }

    /// The answer came: sets the next time.
    pub fn answered(&mut self, now: Moment) {
        let Some(asked) = self.asked.take() else { return };
        let took = now.monotonic.saturating_duration_since(asked.monotonic);
        // On the grid of the interval, so that small delays do not add up …
        let mut next = self.due + self.interval;
        if next + self.interval < now.monotonic {
            next = asked.monotonic + self.interval;
        }
        // … but never before the host has rested as long as it worked.
        self.due = next.max(now.monotonic + took);
    }

    /// A network file system did not answer in time: those are left alone for a while.
    pub fn network_mounts_were_late(&mut self, now: Moment) {
        self.late_until = Some(now.monotonic + LATE_MOUNT_PAUSE);
    }

    /// A new connection: nothing is out, and a new script knows nothing of the old one's beats.
    pub fn reconnected(&mut self, now: Moment) {
        let late_until = self.late_until;
        *self = Self { late_until, ..Self::new(self.interval, now) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const INTERVAL: Duration = Duration::from_secs(2);

    fn start() -> Moment {
        Moment::now()
    }

    fn later(start: Moment, ms: u64) -> Moment {
        let passed = Duration::from_millis(ms);
        Moment { monotonic: start.monotonic + passed, wall: start.wall + passed }
    }

    /// Asks and answers once; gives when it was due.
    fn round(cadence: &mut Cadence, start: Moment, at_ms: u64, took_ms: u64) -> Request {
        let request = cadence.ask(later(start, at_ms));
        assert_eq!(cadence.wait(later(start, at_ms)), None, "one request is out");
        cadence.answered(later(start, at_ms + took_ms));
        request
    }

    fn wait_ms(cadence: &Cadence, start: Moment, at_ms: u64) -> Option<u128> {
        cadence.wait(later(start, at_ms)).map(|wait| wait.as_millis())
    }

    /// Answers that take a little, and wake-ups that come a little late, must not shift the grid.
    #[test]
    fn small_delays_do_not_add_up() {
        let start = start();
        let mut cadence = Cadence::new(INTERVAL, start);
        assert_eq!(wait_ms(&cadence, start, 0), Some(0));
        round(&mut cadence, start, 0, 50);
        assert_eq!(wait_ms(&cadence, start, 50), Some(1_950));
        round(&mut cadence, start, 2_030, 50);
        assert_eq!(wait_ms(&cadence, start, 4_000), Some(0));
    }

    /// A host that takes 3 s gets 3 s of rest instead of a queue of requests.
    #[test]
    fn a_slow_host_is_asked_less_often() {
        let start = start();
        let mut cadence = Cadence::new(INTERVAL, start);
        round(&mut cadence, start, 0, 3_000);
        assert_eq!(wait_ms(&cadence, start, 3_000), Some(3_000));
        round(&mut cadence, start, 6_000, 10);
        let wait = wait_ms(&cadence, start, 6_010);
        assert!(
            wait.is_some_and(|wait| wait <= 2_000),
            "back to its pace, with nothing to catch up: {wait:?}"
        );
    }

    /// Each slow thing on its own beat; the first answer is quick, the second says what it is.
    #[test]
    fn slow_figures_are_asked_for_on_their_beats() {
        let start = start();
        let mut cadence = Cadence::new(INTERVAL, start);
        let requests: Vec<Request> =
            (0..62).map(|n| round(&mut cadence, start, n * 2_000 + n % 3, 20)).collect();
        let count = |of: fn(&Request) -> bool| requests.iter().filter(|r| of(r)).count();
        assert!(!requests[0].system && requests[1].system);
        assert_eq!(count(|r| r.system), 1);
        assert_eq!(count(|r| r.temperatures), 13);
        assert_eq!(count(|r| r.containers), 13);
        assert_eq!(count(|r| r.mounts), 3);
        assert_eq!(count(|r| r.network_mounts), 3);
    }

    /// Tomo does not pile up processes on a host whose NFS server is gone.
    #[test]
    fn late_network_mounts_are_left_alone() {
        let start = start();
        let mut cadence = Cadence::new(INTERVAL, start);
        round(&mut cadence, start, 0, 20);
        cadence.network_mounts_were_late(later(start, 20));
        cadence.reconnected(later(start, 1_000));
        let request = round(&mut cadence, start, 61_000, 20);
        assert!(request.mounts && !request.network_mounts);
        let request = round(&mut cadence, start, 1_000_000, 20);
        assert!(request.network_mounts);
    }

    /// Asleep, Linux and macOS stop the monotonic clock, Windows does not: both are noticed.
    #[test]
    fn a_sleep_is_noticed_on_every_system() {
        let start = start();
        let mut cadence = Cadence::new(INTERVAL, start);
        round(&mut cadence, start, 0, 20);
        assert!(!cadence.woke(later(start, 2_000)));

        let mut slept = later(start, 3_000);
        slept.wall += Duration::from_secs(3_600);
        assert!(cadence.woke(slept));
        assert_eq!(cadence.wait(slept), Some(Duration::ZERO));
        let mut after = later(start, 4_000);
        after.wall += Duration::from_secs(3_600);
        assert!(!cadence.woke(after), "once");

        let mut cadence = Cadence::new(INTERVAL, start);
        round(&mut cadence, start, 0, 20);
        assert!(cadence.woke(later(start, 3_600_000)));
    }

    /// A clock that is set back makes spans negative; it counts as a sleep.
    #[test]
    fn a_clock_set_back_is_noticed() {
        let start = start();
        let mut cadence = Cadence::new(INTERVAL, start);
        let mut back = later(start, 2_000);
        back.wall -= Duration::from_secs(7_200);
        assert!(cadence.woke(back));
    }

    /// Somebody opens the window: the 10 s pace must not be waited out first.
    #[test]
    fn a_faster_pace_takes_effect_at_once() {
        let start = start();
        let mut cadence = Cadence::new(Duration::from_secs(10), start);
        round(&mut cadence, start, 0, 20);
        cadence.set_interval(INTERVAL, later(start, 5_000));
        assert_eq!(wait_ms(&cadence, start, 5_000), Some(0));
        cadence.set_interval(Duration::from_secs(10), later(start, 5_000));
        assert!(wait_ms(&cadence, start, 5_000).is_some_and(|wait| wait >= 8_000));
    }
}
