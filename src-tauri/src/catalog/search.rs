//! Searching through apps as one types.

use nucleo_matcher::{
    Config, Matcher, Utf32Str, Utf32String,
    pattern::{Atom, AtomKind, CaseMatching, Normalization},
};

/// The longest text that is searched for, characters; what is behind them is left out.
const LONGEST: usize = 200;

/// How much a hit in a name, a tag and a description counts.
const WEIGHTS: [u32; 3] = [16, 4, 1];

/// What is searched of one app.
struct Entry {
    /// Its name and id; its tags and category; its description.
    texts: [Vec<Utf32String>; 3],
}

/// Texts of apps, made ready for searching.
#[derive(Default)]
pub struct Index {
    entries: Vec<Entry>,
}

/// What of an app people search for.
#[derive(Clone, Copy, Debug)]
pub struct Words<'a> {
    /// What it is called: its name, its id.
    pub names: &'a [&'a str],
    /// Words that belong to it.
    pub tags: &'a [&'a str],
    /// What it is, in a sentence.
    pub description: &'a str,
}

impl Index {
    /// Adds an app; apps are counted from 0.
    pub fn add(&mut self, words: Words<'_>) {
        let all = |texts: &[&str]| texts.iter().map(|text| Utf32String::from(*text)).collect();
        let description = vec![Utf32String::from(words.description)];
        self.entries.push(Entry { texts: [all(words.names), all(words.tags), description] });
    }

    /// The apps in which every word of a text is found, the best first. Where there are none, those
    /// whose name has the letters in this order. No text finds all, in the order in which they were added.
    #[must_use]
    pub fn find(&self, text: &str) -> Vec<usize> {
        let text: String = text.chars().take(LONGEST).collect();
        let words: Vec<&str> = text.split_whitespace().collect();
        if words.is_empty() {
            return (0..self.entries.len()).collect();
        }
        let found = self.scored(&words, AtomKind::Substring, 3);
        if found.is_empty() { self.scored(&words, AtomKind::Fuzzy, 1) } else { found }
    }

    fn scored(&self, words: &[&str], kind: AtomKind, reach: usize) -> Vec<usize> {
        let mut matcher = Matcher::new(Config::DEFAULT);
        let atom =
            |word: &&str| Atom::new(word, CaseMatching::Ignore, Normalization::Smart, kind, false);
        let atoms: Vec<Atom> = words.iter().map(atom).collect();
        let mut found: Vec<(u32, usize)> = Vec::new();
        for (at, entry) in self.entries.iter().enumerate() {
            let scores = atoms.iter().map(|atom| entry.score(atom, reach, &mut matcher));
            if let Some(score) = scores.sum::<Option<u32>>() {
                found.push((score, at));
            }
        }
        found.sort_by_key(|(score, at)| (std::cmp::Reverse(*score), *at));
        found.into_iter().map(|(_, at)| at).collect()
    }
}

impl Entry {
    /// The best hit of a word.
    fn score(&self, atom: &Atom, reach: usize, matcher: &mut Matcher) -> Option<u32> {
        let mut best = None;
        for (texts, weight) in self.texts.iter().zip(WEIGHTS).take(reach) {
            for text in texts {
                let text: Utf32Str<'_> = text.slice(..);
                let score = atom.score(text, matcher).map(|score| u32::from(score) * weight);
                best = best.max(score);
            }
        }
        best
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index() -> Index {
        let mut index = Index::default();
        let apps = [
            ("Miniflux", "miniflux", ["rss", "feeds"], "A feed reader made for the keyboard."),
            (
                "Transmission",
                "transmission",
                ["torrent", "download"],
                "Shares files with strangers.",
            ),
            ("FreshRSS", "freshrss", ["feeds", "reader"], "Reads news for several people."),
            ("Café Manager", "cafe", ["coffee", "shop"], "Minds the café, with a mini till."),
        ];
        for (name, id, tags, description) in apps {
            index.add(Words { names: &[name, id], tags: &tags, description });
        }
        index
    }

    /// Holds because whoever types a name wants that app before those that only speak of it.
    #[test]
    fn names_come_before_tags_and_descriptions() {
        let index = index();
        assert_eq!(index.find("rss"), [2, 0]);
        assert_eq!(index.find("MINI"), [0, 3]);
        assert_eq!(index.find("feeds reader"), [2, 0]);
        assert_eq!(index.find("cafe"), [3]);
        assert_eq!(index.find("reader café"), [0_usize; 0]);
    }

    /// Holds because few people type all letters of a name, and nobody every one right.
    #[test]
    fn letters_in_order_find_a_name_where_nothing_else_does() {
        let index = index();
        assert_eq!(index.find("mnflx"), [0]);
        assert_eq!(index.find(""), [0, 1, 2, 3]);
        assert_eq!(index.find("  "), [0, 1, 2, 3]);
        assert_eq!(index.find(&"x".repeat(10_000)), [0_usize; 0]);
    }
}
