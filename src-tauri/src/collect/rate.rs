//! A counter's growth per second: the one rule for interfaces and disks.

/// The shortest span that a rate may be taken over, seconds. `/proc/uptime` moves in steps of
/// 10 ms, so that below this the step would be more than a tenth of the rate.
const SHORTEST_SPAN_SECONDS: f64 = 0.1;

/// Growth per second; `None` when the counter went backwards (it was reset) or the span is too
/// short to divide by.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "53 bits hold 9 petabytes to the byte")]
pub fn per_second(before: u64, after: u64, span_seconds: f64) -> Option<f64> {
    let growth = after.checked_sub(before)?;
    (span_seconds >= SHORTEST_SPAN_SECONDS).then(|| growth as f64 / span_seconds)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A reset counter and an empty span have no rate; zero growth has one.
    #[test]
    fn a_reset_or_an_empty_span_has_no_rate() {
        assert_eq!(per_second(100, 300, 2.0), Some(100.0));
        assert_eq!(per_second(100, 100, 2.0), Some(0.0));
        assert_eq!(per_second(300, 100, 2.0), None);
        assert_eq!(per_second(100, 300, 0.0), None);
        assert_eq!(per_second(100, 300, -2.0), None);
        assert_eq!(per_second(100, 300, f64::NAN), None);
    }

    proptest! {
        /// Any counters, any span: absent, or a plain non-negative number.
        #[test]
        fn never_nonsense(before: u64, after: u64, span: f64) {
            if let Some(rate) = per_second(before, after, span) {
                prop_assert!(rate.is_finite() && rate >= 0.0);
            }
        }
    }
}
