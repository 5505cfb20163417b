//! `/proc/loadavg`: how many tasks ran or waited for a disk, averaged by the kernel itself.

use crate::domain::sample::Load;

/// The three averages; `None` unless all three are there.
#[must_use]
pub fn parse(text: &str) -> Option<Load> {
    let mut numbers = text.split_ascii_whitespace().map(|word| {
        let number: f64 = word.parse().ok()?;
        (number.is_finite() && number >= 0.0).then_some(number)
    });
    let mut next = || numbers.next().flatten();
    Some(Load { one: next()?, five: next()?, fifteen: next()? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The order is 1, 5, 15 minutes; the rest of the line is something else.
    #[test]
    fn three_averages() {
        let load = parse("0.39 0.27 1.33 1/97 29306\n");
        assert_eq!(load, Some(Load { one: 0.39, five: 0.27, fifteen: 1.33 }));
    }

    /// A line cut short must not give averages of another length.
    #[test]
    fn a_cut_line_is_absent() {
        for text in ["", "0.39", "0.39 0.27", "0.39 x 1.33", "NaN 0 0", "0 -1 0"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    proptest! {
        /// No text makes an average that is not a plain non-negative number.
        #[test]
        fn never_nonsense(text in "[0-9.eEinfNa \\-/]{0,40}") {
            if let Some(load) = parse(&text) {
                for number in [load.one, load.five, load.fifteen] {
                    prop_assert!(number.is_finite() && number >= 0.0);
                }
            }
        }
    }
}
