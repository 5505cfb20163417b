//! `/proc/uptime`: seconds since the host started, the time base of every rate. Its 10 ms steps
//! are the host's own, so that neither network delay nor a clock being set bends a rate.

/// Seconds since the host started.
#[must_use]
pub fn parse(text: &str) -> Option<f64> {
    let seconds: f64 = text.split_ascii_whitespace().next()?.parse().ok()?;
    (seconds.is_finite() && seconds >= 0.0).then_some(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The first number is the uptime, the second the idle time of all processors.
    #[test]
    fn the_first_number_counts() {
        assert_eq!(parse("1817.88 2883.49\n"), Some(1817.88));
        assert_eq!(parse("5.00"), Some(5.0));
    }

    /// `NaN`, `inf` and negative numbers parse as floats but are no uptime.
    #[test]
    fn nonsense_is_absent() {
        for text in ["", "\n", "abc 1", "NaN 1", "inf", "-3 1", "1e999"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    proptest! {
        /// No text makes an uptime that is not a plain non-negative number.
        #[test]
        fn never_nonsense(text in ".{0,40}") {
            if let Some(seconds) = parse(&text) {
                prop_assert!(seconds.is_finite() && seconds >= 0.0);
            }
        }
    }
}
