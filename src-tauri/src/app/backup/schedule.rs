//! When an automatic backup is due.

use chrono::{DateTime, Days, Local, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};

/// When a day's backup is due, local time.
const DUE: NaiveTime = match NaiveTime::from_hms_opt(2, 30, 0) {
    Some(time) => time,
    None => NaiveTime::MIN,
};

/// How long after a failure it is tried again.
const AGAIN: TimeDelta = TimeDelta::hours(1);

/// When the next one is due: not after `now` when that is at once. `made` and `failed` are the last
/// automatic ones.
pub(super) fn next<Zone: TimeZone>(
    zone: &Zone,
    now: DateTime<Utc>,
    made: Option<DateTime<Utc>>,
    failed: Option<DateTime<Utc>>,
) -> DateTime<Utc> {
    let today = now.with_timezone(zone).date_naive();
    let last = match due_on(zone, today) {
        due if due <= now => due,
        _ => due_on(zone, today.checked_sub_days(Days::new(1)).unwrap_or(today)),
    };
    // A clock that was wrong for a while must not keep backups away until it is right again.
    let since = |at: Option<DateTime<Utc>>| at.filter(|at| *at >= last && *at <= now);
    if since(made).is_some() {
        return due_on(zone, due_day(zone, last));
    }
    since(failed).map_or(last, |failed| failed + AGAIN)
}

/// The day after the one that `due` is on.
fn due_day<Zone: TimeZone>(zone: &Zone, due: DateTime<Utc>) -> NaiveDate {
    let day = due.with_timezone(zone).date_naive();
    day.checked_add_days(Days::new(1)).unwrap_or(day)
}

/// The moment on a day. Where clocks are put forward over it there is none, and the first hour after
/// serves; where they are put back there are two, and the first serves.
fn due_on<Zone: TimeZone>(zone: &Zone, day: NaiveDate) -> DateTime<Utc> {
    let due = day.and_time(DUE);
    (0..=3)
        .find_map(|hours| zone.from_local_datetime(&(due + TimeDelta::hours(hours))).earliest())
        .map_or_else(|| due.and_utc(), |at| at.with_timezone(&Utc))
}

/// [`next`] on this computer's clock.
pub(super) fn next_here(
    now: DateTime<Utc>,
    made: Option<DateTime<Utc>>,
    failed: Option<DateTime<Utc>>,
) -> DateTime<Utc> {
    next(&Local, now, made, failed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono_tz::Europe::Berlin;

    fn at(text: &str) -> DateTime<Utc> {
        let naive = chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").expect("a time");
        Berlin.from_local_datetime(&naive).earliest().expect("it exists").with_timezone(&Utc)
    }

    fn next_in_berlin(now: &str, made: Option<&str>, failed: Option<&str>) -> DateTime<Utc> {
        next(&Berlin, at(now), made.map(at), failed.map(at))
    }

    /// A computer that sleeps at night must back up when it wakes, and only once.
    #[test]
    fn a_missed_one_is_due_at_once_and_a_made_one_tomorrow() {
        assert!(next_in_berlin("2026-11-22 09:00", None, None) <= at("2026-11-22 09:00"));
        let yesterday = Some("2026-11-21 02:31");
        assert!(next_in_berlin("2026-11-22 09:00", yesterday, None) <= at("2026-11-22 09:00"));
        let made = next_in_berlin("2026-11-22 09:00", Some("2026-11-22 02:31"), None);
        assert_eq!(made, at("2026-11-23 02:30"));
        let late = next_in_berlin("2026-11-23 01:00", Some("2026-11-22 23:50"), None);
        assert_eq!(late, at("2026-11-23 02:30"), "made up for late in the day, due again at night");
    }

    /// A full disk at night may have room in the morning, but trying each minute fills the log.
    #[test]
    fn a_failed_one_is_tried_again_after_an_hour() {
        let failed = Some("2026-11-22 02:30");
        assert_eq!(next_in_berlin("2026-11-22 02:40", None, failed), at("2026-11-22 03:30"));
        assert!(next_in_berlin("2026-11-22 04:00", None, failed) <= at("2026-11-22 04:00"));
    }

    /// In Berlin 02:30 does not exist on 29 March 2026, and exists twice on 25 October.
    #[test]
    fn nights_on_which_clocks_change_have_one_backup() {
        let spring = next_in_berlin("2026-03-28 12:00", Some("2026-03-28 02:31"), None);
        assert_eq!(spring, at("2026-03-29 03:30"));
        let autumn = next_in_berlin("2026-10-24 12:00", Some("2026-10-24 02:31"), None);
        assert_eq!(autumn, at("2026-10-25 02:30"));
        let after = next(&Berlin, autumn + TimeDelta::hours(1), Some(autumn), None);
        assert_eq!(after, at("2026-10-26 02:30"), "not a second time that night");
    }

    /// A backup from the future, by a clock that was wrong, must not stop all others.
    #[test]
    fn one_from_the_future_does_not_count() {
        let now = "2026-11-22 09:00";
        assert!(next_in_berlin(now, Some("2030-01-01 00:00"), None) <= at(now));
    }
}
