//! Moments as people type them: a day, a day and a time, or how long ago.

use chrono::{DateTime, Local, NaiveDate, NaiveDateTime, TimeDelta, TimeZone, Utc};

/// Reads `2026-11-20`, `2026-11-20 14:00`, `2026-11-20T14:00:00Z`, `90m`, `24h` or `7d`. What names no
/// zone is by this computer's clock.
///
/// # Errors
/// In words, when it is none of these.
pub fn read(text: &str) -> Result<DateTime<Utc>, String> {
    at(text.trim(), Utc::now(), &Local)
        .ok_or_else(|| "not a time: say 2026-11-20, '2026-11-20 14:00', 90m, 24h or 7d".into())
}

fn at<Z: TimeZone>(text: &str, now: DateTime<Utc>, zone: &Z) -> Option<DateTime<Utc>> {
    if let Ok(moment) = DateTime::parse_from_rfc3339(text) {
        return Some(moment.with_timezone(&Utc));
    }
    let naive = ["%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M"]
        .iter()
        .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())
        .or_else(|| {
            NaiveDate::parse_from_str(text, "%Y-%m-%d")
                .ok()
                .map(|day| day.and_time(Default::default()))
        });
    if let Some(naive) = naive {
        return Some(zone.from_local_datetime(&naive).earliest()?.with_timezone(&Utc));
    }
    let unit = text.chars().last()?;
    let number: u32 = text.strip_suffix(unit)?.trim().parse().ok()?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        'w' => 604_800,
        _ => return None,
    };
    now.checked_sub_signed(TimeDelta::seconds(i64::from(number) * seconds))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time;
    use chrono_tz::Europe::Berlin;

    /// A day begins at midnight where the person is.
    #[test]
    fn moments_are_read_by_the_clock_on_the_wall() {
        let now = time::from_text("2026-11-22 12:00:00").expect("a moment");
        let read = |text| at(text, now, &Berlin).map(time::to_text);
        for (text, expected) in [
            ("2026-11-20", "2026-11-19 23:00:00"),
            ("2026-11-20 14:00", "2026-11-20 13:00:00"),
            ("2026-11-20T14:00:00Z", "2026-11-20 14:00:00"),
            ("90m", "2026-11-22 10:30:00"),
            ("7d", "2026-11-15 12:00:00"),
        ] {
            assert_eq!(read(text).as_deref(), Some(expected), "{text}");
        }
        for text in ["", "d", "7", "-1d", "7 years", "2026-13-01", "99999999999d", "é"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
