//! Moments as whoever is signed in wants to read them: `ui.date_format` and `ui.timezone`.

use super::{Cli, error::CliError};
use crate::domain::setting::SettingView;
use chrono::{
    DateTime, Datelike, Local, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeZone, Utc,
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
    /// As the settings say.
    pub(super) async fn of(cli: &Cli) -> Result<Self, CliError> {
        let settings: Vec<SettingView> = cli.call("setting.list", json!({})).await?;
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
    /// or a moment with its own zone as RFC 3339 writes it.
    ///
    /// # Errors
    /// When it is none of these, or the zone's clock skips it.
    pub fn read(self, text: &str) -> Result<DateTime<Utc>, CliError> {
        let bad = || {
            CliError::usage(
                format!("'{text}' is no date."),
                "Write it as 2026-11-22, '2026-11-22 14:31' or 2026-11-22T14:31:00Z.",
            )
        };
        if let Ok(at) = DateTime::parse_from_rfc3339(text) {
            return Ok(at.to_utc());
        }
        let naive = NaiveDate::parse_from_str(text, "%Y-%m-%d")
            .map(|day| day.and_time(NaiveTime::MIN))
            .or_else(|_| NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M"))
            .or_else(|_| NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M"))
            .map_err(|_| bad())?;
        let at = match self.zone {
            Zone::Local => Local.from_local_datetime(&naive).earliest().map(|at| at.to_utc()),
            Zone::Named(zone) => zone.from_local_datetime(&naive).earliest().map(|at| at.to_utc()),
        };
        at.ok_or_else(bad)
    }
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
}
