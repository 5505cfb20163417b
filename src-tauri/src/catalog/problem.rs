//! What is wrong with a file, line by line.

pub use crate::domain::app_source::AppProblem as Problem;

/// So many are told of one file; more would not help anybody.
const MOST: usize = 50;
/// The longest that a file's own words are repeated, characters.
const WORDS: usize = 120;

/// All that is wrong with a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// One more.
    pub fn add(&mut self, line: u32, message: impl Into<String>) {
        if self.0.len() < MOST {
            self.0.push(Problem { line: Some(line), message: message.into() });
        }
    }

    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of them, in the order of their lines.
    #[must_use]
    pub fn sorted(mut self) -> Vec<Problem> {
        self.0.sort_by_key(|problem| problem.line);
        self.0.dedup();
        self.0
    }
}

/// A file's own words, fit to stand in a sentence.
pub(super) fn quoted(text: &str) -> String {
    let clean = |character: char| {
        if crate::domain::text::is_hidden(character) { '\u{fffd}' } else { character }
    };
    let mut short: String = text.chars().take(WORDS).map(clean).collect();
    if text.chars().nth(WORDS).is_some() {
        short.push('…');
    }
    format!("'{short}'")
}
