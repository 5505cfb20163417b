//! Figures as they stand in sentences: three digits and a unit, lengths of time in two units.

/// Three digits: 3.42, 24.6, 812; zero is plain `0`.
#[must_use]
pub fn three_digits(value: f64) -> String {
    match value.abs() {
        0.0 => "0".into(),
        ..9.995 => format!("{value:.2}"),
        9.995..99.95 => format!("{value:.1}"),
        _ => format!("{value:.0}"),
    }
}

/// A value in the largest of `units` that it reaches, each `step` times the one before.
#[must_use]
pub fn scaled(value: f64, step: f64, units: &[&str]) -> String {
    let (mut value, mut unit) = (value, 0);
    while value.abs() >= 999.5 && unit + 1 < units.len() {
        value /= step;
        unit += 1;
    }
    let digits = if unit == 0 { format!("{value:.0}") } else { three_digits(value) };
    format!("{digits} {}", units[unit])
}

/// A size; counts in 1024s, as the systems' own tools do.
#[must_use]
pub fn size(bytes: f64) -> String {
    scaled(bytes, 1024.0, &["B", "kB", "MB", "GB", "TB", "PB"])
}

/// A length of time, in two units below two days: `2 h 12 min`, `41 d`.
#[must_use]
pub fn length(seconds: i64) -> String {
    match seconds.max(0) {
        seconds @ ..60 => format!("{seconds} s"),
        seconds @ 60..3_600 => format!("{} min", seconds / 60),
        seconds @ 3_600..172_800 => match (seconds / 3_600, seconds % 3_600 / 60) {
            (hours, 0) => format!("{hours} h"),
            (hours, minutes) => format!("{hours} h {minutes} min"),
        },
        seconds => format!("{} d", seconds / 86_400),
    }
}

/// A count of things, its thousands apart: `41,902 rows`, `1 row`.
#[must_use]
pub fn count(number: u64, thing: &str) -> String {
    counted(number, thing, &format!("{thing}s"))
}

/// A count of things whose plural is not made with an s: `1 entry`, `41,902 entries`.
#[must_use]
pub fn counted(number: u64, one: &str, many: &str) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    let things = if number == 1 { one } else { many };
    format!("{grouped} {things}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_grouped_and_agree_with_their_noun() {
        assert_eq!(count(41_902, "row"), "41,902 rows");
        assert_eq!(count(1, "row"), "1 row");
        assert_eq!(count(1_000_000, "row"), "1,000,000 rows");
        assert_eq!(count(0, "row"), "0 rows");
    }
}
