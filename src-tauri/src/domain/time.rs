//! Timestamps as the database keeps them: UTC text exactly as SQLite's `datetime('now')` prints it.
//!
//! The schema's own queries compare columns with `datetime('now')` as text. A `T` between date and
//! time would sort after the space, and an expired session would look alive.

use chrono::{DateTime, NaiveDateTime, Utc};

const FORMAT: &str = "%Y-%m-%d %H:%M:%S";

/// The text that a timestamp column holds for `at`. Fractions of a second are cut.
#[must_use]
pub fn to_text(at: DateTime<Utc>) -> String {
    at.format(FORMAT).to_string()
}

/// Reads a timestamp column.
///
/// # Errors
/// When the text is not `YYYY-MM-DD HH:MM:SS`.
pub fn from_text(text: &str) -> Result<DateTime<Utc>, chrono::ParseError> {
    NaiveDateTime::parse_from_str(text, FORMAT).map(|naive| naive.and_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timestamp_survives_the_round_trip() {
        let text = "2026-11-22 14:31:07";
        assert_eq!(to_text(from_text(text).expect("valid")), text);
        assert!(from_text("2026-11-22T14:31:07Z").is_err());
    }
}
