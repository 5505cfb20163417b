//! Moments as whoever is signed in wants to read and type them: `ui.date_format` and `ui.timezone`.

use super::{Cli, error::CliError};
use crate::{api::error::Code, domain::setting::SettingView};
use chrono::{
    DateTime, Datelike, Local, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeDelta, TimeZone,
    Utc,
};
use serde_json::json;

/// How moments are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dates {
    style: Style,
    zone: Zone,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Style {
    Locale,
    Iso,
    Relative,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Zone {
    Local,
    Named(chrono_tz::Tz),
}

impl Dates {
    /// As the settings say; nobody's are the defaults, for what can be asked before signing in.
    pub(super) async fn of(cli: &Cli) -> Result<Self, CliError> {
        let settings: Vec<SettingView> = match cli.call("setting.list", json!({})).await {
            Err(CliError::Api(error)) if is_nobody(error.code) => Vec::new(),
            settings => settings?,
        };
        let word = |key| {
            let found = settings.iter().find(|setting| setting.key == key);
            found.and_then(|setting| setting.value.as_str()).unwrap_or_default()
        };
        Ok(Self::new(word("ui.date_format"), word("ui.timezone")))
    }

    fn new(style: &str, zone: &str) -> Self {
        Self {
            style: match style {
                "iso" => Style::Iso,
                "relative" => Style::Relative,
                _ => Style::Locale,
            },
            zone: zone.parse().map_or(Zone::Local, Zone::Named),
        }
    }

    /// A moment whole: `22 Nov 2026, 14:31`, `2026-11-22 14:31` or `3 min ago`.
    #[must_use]
    pub fn moment(self, at: DateTime<Utc>) -> String {
        self.moment_at(at, Utc::now())
    }

    fn moment_at(self, at: DateTime<Utc>, now: DateTime<Utc>) -> String {
        match self.style {
            Style::Locale => self.write(at, "%-d %b %Y, %H:%M"),
            Style::Iso => self.write(at, "%Y-%m-%d %H:%M"),
            Style::Relative => age(at, now),
        }
    }

    /// A moment in short: today by the clock, earlier by the date, with the year only if it is not
    /// this one.
    #[must_use]
    pub fn when(self, at: DateTime<Utc>) -> String {
        let (day, today) = (self.naive(at), self.naive(Utc::now()));
        match self.style {
            Style::Locale if day.date() == today.date() => self.write(at, "%H:%M"),
            Style::Locale if day.year() == today.year() => self.write(at, "%-d %b"),
            Style::Locale => self.write(at, "%-d %b %Y"),
            Style::Iso | Style::Relative => self.moment(at),
        }
    }

    /// The day of a moment, as it goes on after 'since': `22 Nov 2026` or `2026-11-22`.
    #[must_use]
    pub fn day(self, at: DateTime<Utc>) -> String {
        match self.style {
            Style::Locale | Style::Relative => self.write(at, "%-d %b %Y"),
            Style::Iso => self.write(at, "%Y-%m-%d"),
        }
    }

    /// A moment in a form of its own, in the zone that is set.
    #[must_use]
    pub fn write(self, at: DateTime<Utc>, form: &str) -> String {
        self.naive(at).format(form).to_string()
    }

    fn naive(self, at: DateTime<Utc>) -> NaiveDateTime {
        match self.zone {
            Zone::Local => at.with_timezone(&Local).naive_local(),
            Zone::Named(zone) => at.with_timezone(&zone).naive_local(),
        }
    }

    /// How far the zone is ahead of UTC at a moment, in seconds.
    #[must_use]
    pub fn offset_seconds(self, at: DateTime<Utc>) -> i64 {
        let offset = match self.zone {
            Zone::Local => Local.offset_from_utc_datetime(&at.naive_utc()).fix(),
            Zone::Named(zone) => zone.offset_from_utc_datetime(&at.naive_utc()).fix(),
        };
        offset.local_minus_utc().into()
    }

    /// Reads a moment that was typed: `2026-11-22`, `2026-11-22 14:31`, both in the zone that is set,
    /// a moment with its own zone as RFC 3339 writes it, or how long ago: `90m`, `24h`, `7d`.
    ///
    /// # Errors
    /// When it is none of these, or the zone's clock skips it.
    pub fn read(self, text: &str) -> Result<DateTime<Utc>, CliError> {
        self.read_at(text.trim(), Utc::now()).ok_or_else(|| {
            CliError::usage(
                format!("'{text}' is no date."),
                "Write it as 2026-11-22, '2026-11-22 14:31' or 2026-11-22T14:31:00Z, or how long \
                 ago it is: 90m, 24h, 7d.",
            )
        })
    }

    fn read_at(self, text: &str, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        if let Ok(at) = DateTime::parse_from_rfc3339(text) {
            return Some(at.to_utc());
        }
        let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
        let Some(naive) = day.map(|day| day.and_time(NaiveTime::MIN)).or_else(|| {
            MOMENTS.iter().find_map(|form| NaiveDateTime::parse_from_str(text, form).ok())
        }) else {
            return now.checked_sub_signed(span(text)?);
        };
        match self.zone {
            Zone::Local => Local.from_local_datetime(&naive).earliest().map(|at| at.to_utc()),
            Zone::Named(zone) => zone.from_local_datetime(&naive).earliest().map(|at| at.to_utc()),
        }
    }
}

/// Forms in which a day and a time are read.
const MOMENTS: [&str; 4] =
    ["%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M"];

/// A length of time as it is typed: `90m`.
fn span(text: &str) -> Option<TimeDelta> {
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
    TimeDelta::try_seconds(i64::from(number) * seconds)
}

fn is_nobody(code: Code) -> bool {
    matches!(code, Code::NotSignedIn | Code::NotSetUp | Code::SessionLocked)
}

fn age(at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let seconds = (now - at).num_seconds();
    match seconds {
        ..-60 => format!("in {}", length(-seconds)),
        -60..60 => "just now".into(),
        _ => format!("{} ago", length(seconds)),
    }
}

fn length(seconds: i64) -> String {
    match seconds {
        ..3_600 => format!("{} min", seconds / 60),
        3_600..172_800 => format!("{} h", seconds / 3_600),
        _ => format!("{} d", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("a moment")
    }

    /// A server's night is not its owner's: the zone that is set decides, with its summer time.
    #[test]
    fn moments_are_written_as_the_settings_say() {
        let (winter, summer) = (at("2026-11-22T23:30:00Z"), at("2026-07-01T23:30:00Z"));
        let berlin = Dates::new("iso", "Europe/Berlin");
        assert_eq!(berlin.moment(winter), "2026-11-23 00:30");
        assert_eq!(berlin.moment(summer), "2026-07-02 01:30");
        assert_eq!(berlin.offset_seconds(summer), 7_200);
        assert_eq!(Dates::new("locale", "UTC").moment(winter), "22 Nov 2026, 23:30");
        let relative = Dates::new("relative", "local");
        for (now, expected) in [
            ("2026-11-22T23:30:30Z", "just now"),
            ("2026-11-22T23:33:00Z", "3 min ago"),
            ("2026-11-24T00:00:00Z", "24 h ago"),
            ("2026-12-02T23:30:00Z", "10 d ago"),
            ("2026-11-22T22:00:00Z", "in 1 h"),
        ] {
            assert_eq!(relative.moment_at(winter, at(now)), expected);
        }
    }

    #[test]
    fn what_is_typed_is_read_in_the_zone_that_is_set() {
        let berlin = Dates::new("iso", "Europe/Berlin");
        let read = |text| berlin.read(text).ok();
        assert_eq!(read("2026-07-02"), Some(at("2026-07-01T22:00:00Z")));
        assert_eq!(read("2026-07-02 01:30"), Some(at("2026-07-01T23:30:00Z")));
        assert_eq!(read("2026-07-02T01:30:00Z"), Some(at("2026-07-02T01:30:00Z")));
        assert_eq!(read("2026-03-29 02:30"), None, "the clock skips it");
        assert_eq!(read("yesterday"), None);
    }

    /// People say how long ago they mean; what is no length of time must not pass for one.
    #[test]
    fn how_long_ago_is_read_too() {
        let now = at("2026-11-22T12:00:00Z");
        let read = |text| Dates::new("locale", "UTC").read_at(text, now);
        for (text, expected) in [
            ("2026-11-20T14:00:05", "2026-11-20T14:00:05Z"),
            ("90m", "2026-11-22T10:30:00Z"),
            ("7d", "2026-11-15T12:00:00Z"),
        ] {
            assert_eq!(read(text), Some(at(expected)), "{text}");
        }
        for text in
            ["", "d", "7", "-1d", "7 years", "2026-13-01", "99999999999d", "4294967295w", "é"]
        {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
