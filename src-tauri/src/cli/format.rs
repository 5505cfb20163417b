//! How figures read in a terminal: as in the window, three digits and a unit, and `–`
//! for what was not measured.

pub use crate::domain::figure::{counted, three_digits};

use crate::domain::figure::{length, scaled, size};

/// What was not measured.
pub const ABSENT: &str = "–";

const RATES: [&str; 5] = ["B/s", "kB/s", "MB/s", "GB/s", "TB/s"];

fn measured(value: Option<f64>, write: impl FnOnce(f64) -> String) -> String {
    value.filter(|value| value.is_finite()).map_or_else(|| ABSENT.into(), write)
}

/// A share in whole percent; what is above nothing never reads 0.
#[must_use]
pub fn percent(value: Option<f64>) -> String {
    measured(value, |value| {
        if value > 0.0 && value < 0.5 { "< 1 %".into() } else { format!("{value:.0} %") }
    })
}

/// A size; counts in 1024s, as the systems' own tools do.
#[must_use]
pub fn bytes(value: Option<f64>) -> String {
    measured(value, size)
}

/// Bytes per second; counts in thousands.
#[must_use]
pub fn rate(value: Option<f64>) -> String {
    measured(value, |value| scaled(value, 1000.0, &RATES))
}

/// `39 °C`.
#[must_use]
pub fn celsius(value: Option<f64>) -> String {
    measured(value, |value| format!("{value:.0} °C"))
}

/// A load average.
#[must_use]
pub fn load(value: Option<f64>) -> String {
    measured(value, three_digits)
}

/// A length of time, in two units below two days: `2 h 12 min`, `41 d`.
#[must_use]
#[expect(clippy::cast_possible_truncation, reason = "seconds of an uptime")]
pub fn duration(seconds: Option<f64>) -> String {
    measured(seconds, |seconds| length(seconds as i64))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The window and the terminal must say the same of one figure; these are the window's cases.
    #[test]
    fn figures_read_as_in_the_window() {
        assert_eq!(three_digits(9.996), "10.0");
        assert_eq!(rate(Some(999_700.0)), "1.00 MB/s");
        assert_eq!(rate(Some(3_420_000.0)), "3.42 MB/s");
        assert_eq!(bytes(Some(1000.0)), "0.98 kB");
        assert_eq!(bytes(Some(512.0)), "512 B");
        assert_eq!(percent(Some(0.2)), "< 1 %");
        assert_eq!(percent(Some(0.0)), "0 %");
        assert_eq!(duration(Some(7_920.0)), "2 h 12 min");
        assert_eq!(duration(Some(3_542_400.0)), "41 d");
    }

    /// 'True or absent': what was not measured never reads as a zero.
    #[test]
    fn what_was_not_measured_is_a_dash() {
        for write in [percent, bytes, rate, celsius, load, duration] {
            assert_eq!(write(None), ABSENT);
            assert_eq!(write(Some(f64::NAN)), ABSENT);
        }
    }
}
