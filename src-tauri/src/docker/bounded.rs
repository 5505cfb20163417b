//! Lists of which only so much is kept: an answer within its bytes may still list millions of things
//! that say nothing, each of which would take a hundred times its length in memory.

use serde::{
    Deserialize, Deserializer,
    de::{SeqAccess, Visitor},
};
use std::{fmt, marker::PhantomData};

/// The most images, volumes or networks of an engine that are known.
pub(super) const MOST: usize = 10_000;

/// The first `MOST` of a list; `null` is none.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Few<T, const MOST: usize> {
    pub(super) kept: Vec<T>,
    /// How many more there were.
    pub(super) left_out: usize,
}

impl<T, const MOST: usize> Few<T, MOST> {
    /// What is kept. That more was left out is written down.
    pub(super) fn of(self, socket: &str, what: &str) -> Vec<T> {
        if self.left_out > 0 {
            tracing::warn!(socket, what, kept = MOST, left_out = self.left_out, "a list is cut");
        }
        self.kept
    }
}

impl<T, const MOST: usize> Default for Few<T, MOST> {
    fn default() -> Self {
        Self { kept: Vec::new(), left_out: 0 }
    }
}

impl<'de, T: Deserialize<'de>, const MOST: usize> Deserialize<'de> for Few<T, MOST> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let mut few = Self::default();
        each(from, |item| {
            if few.kept.len() < MOST {
                few.kept.push(item);
            } else {
                few.left_out += 1;
            }
        })?;
        Ok(few)
    }
}

/// Reads a list one by one, without keeping any of it; `null` is none.
///
/// # Errors
/// When it is no list, or one of it is something else.
pub(super) fn each<'de, D, T>(from: D, take: impl FnMut(T)) -> Result<(), D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    struct Each<T, F>(F, PhantomData<T>);

    impl<'de, T: Deserialize<'de>, F: FnMut(T)> Visitor<'de> for Each<T, F> {
        type Value = ();

        fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
            to.write_str("a list")
        }

        fn visit_unit<E>(self) -> Result<(), E> {
            Ok(())
        }

        fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<(), A::Error> {
            while let Some(item) = list.next_element()? {
                (self.0)(item);
            }
            Ok(())
        }
    }

    from.deserialize_any(Each(take, PhantomData))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Engines write `null` for an empty list, and a list is read to its end also where it is cut.
    #[test]
    fn what_is_more_is_counted_and_not_kept() {
        let of = |text: &str| serde_json::from_str::<Few<u32, 2>>(text);
        let few = |kept: &[u32], left_out| Few { kept: kept.to_vec(), left_out };
        assert_eq!(of("null").expect("nothing"), few(&[], 0));
        assert_eq!(of("[1, 2]").expect("a list"), few(&[1, 2], 0));
        assert_eq!(of("[1, 2, 3, 4]").expect("a list"), few(&[1, 2], 2));
        assert!(of("[1, 2, 3, {}]").is_err() && of("7").is_err());
    }
}
