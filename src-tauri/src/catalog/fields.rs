//! Reading a mapping key by key, with what is wrong in it told by its line.

use super::{
    problem::{Problems, quoted},
    yaml::{Kind, Node},
};
use crate::domain::text::is_hidden;
use std::ops::RangeInclusive;

/// A mapping that is being read.
pub(super) struct Fields<'n, 'p> {
    node: &'n Node,
    /// What it is, for people: `a port`.
    what: &'static str,
    known: Vec<&'static str>,
    problems: &'p mut Problems,
}

impl<'n, 'p> Fields<'n, 'p> {
    /// Begins to read a mapping; none if it is something else, which is told.
    pub(super) fn new(
        node: &'n Node,
        what: &'static str,
        problems: &'p mut Problems,
    ) -> Option<Self> {
        if !matches!(node.kind, Kind::Map(_)) {
            problems.add(node.line, format!("{what} is a mapping, and this is {}", node.what()));
            return None;
        }
        Some(Self { node, what, known: Vec::new(), problems })
    }

    pub(super) fn problems(&mut self) -> &mut Problems {
        self.problems
    }

    pub(super) fn line(&self) -> u32 {
        self.node.line
    }

    /// The line of a key's value, or else of the whole mapping.
    pub(super) fn line_at(&self, name: &str) -> u32 {
        self.node.get(name).unwrap_or(self.node).line
    }

    /// What stands under a key; none where nothing does, or nothing is meant.
    pub(super) fn node(&mut self, name: &'static str) -> Option<&'n Node> {
        self.known.push(name);
        self.node.get(name).filter(|node| node.kind != Kind::Null)
    }

    /// What must stand under a key.
    pub(super) fn needed(&mut self, name: &'static str) -> Option<&'n Node> {
        let node = self.node(name);
        if node.is_none() {
            self.problems.add(self.node.line, format!("{} needs '{name}'", self.what));
        }
        node
    }

    /// Says what is wrong with a key's value.
    pub(super) fn wrong(&mut self, node: &Node, message: impl Into<String>) {
        self.problems.add(node.line, message);
    }

    /// A line of text of some length, characters.
    pub(super) fn line_of(
        &mut self,
        name: &'static str,
        lengths: RangeInclusive<usize>,
    ) -> Option<String> {
        let node = self.node(name)?;
        self.checked_line(name, node, lengths)
    }

    /// A line of text that must be there.
    pub(super) fn needed_line(
        &mut self,
        name: &'static str,
        lengths: RangeInclusive<usize>,
    ) -> Option<String> {
        let node = self.needed(name)?;
        self.checked_line(name, node, lengths)
    }

    fn checked_line(
        &mut self,
        name: &str,
        node: &Node,
        lengths: RangeInclusive<usize>,
    ) -> Option<String> {
        let Some(text) = node.text() else {
            let quote = if node.scalar().is_some() { "; put it in quotes" } else { "" };
            self.wrong(node, format!("'{name}' is a text, and this is {}{quote}", node.what()));
            return None;
        };
        let text = text.trim();
        if let Some(hidden) = text.chars().find(|c| is_hidden(*c)) {
            let code = u32::from(hidden);
            self.wrong(
                node,
                format!("'{name}' is one line of what can be seen, and has U+{code:04X}"),
            );
            return None;
        }
        let length = text.chars().count();
        if !lengths.contains(&length) {
            let (least, most) = (lengths.start(), lengths.end());
            self.wrong(
                node,
                format!("'{name}' has {least} to {most} characters, and this has {length}"),
            );
            return None;
        }
        Some(text.to_owned())
    }

    /// Several lines of text.
    pub(super) fn lines_of(&mut self, name: &'static str, most: usize) -> Option<String> {
        let node = self.node(name)?;
        let Some(text) = node.text() else {
            self.wrong(node, format!("'{name}' is a text, and this is {}", node.what()));
            return None;
        };
        if let Some(hidden) = text.chars().find(|c| is_hidden(*c) && !matches!(c, '\n' | '\t')) {
            let code = u32::from(hidden);
            self.wrong(node, format!("'{name}' is of what can be seen, and has U+{code:04X}"));
            return None;
        }
        let length = text.chars().count();
        if length > most {
            self.wrong(
                node,
                format!("'{name}' has at most {most} characters, and this has {length}"),
            );
            return None;
        }
        Some(text.trim_end().to_owned())
    }

    /// Yes or no.
    pub(super) fn truth(&mut self, name: &'static str) -> Option<bool> {
        let node = self.node(name)?;
        match node.kind {
            Kind::Bool(truth) => Some(truth),
            _ => {
                self.wrong(node, format!("'{name}' is true or false, and this is {}", node.what()));
                None
            }
        }
    }

    /// A whole number within a range.
    pub(super) fn number(&mut self, name: &'static str, range: RangeInclusive<i64>) -> Option<i64> {
        let node = self.node(name)?;
        self.checked_number(name, node, range)
    }

    pub(super) fn checked_number(
        &mut self,
        name: &str,
        node: &Node,
        range: RangeInclusive<i64>,
    ) -> Option<i64> {
        match node.kind {
            Kind::Int(number) if range.contains(&number) => Some(number),
            Kind::Int(number) => {
                let (least, most) = (range.start(), range.end());
                self.wrong(node, format!("'{name}' is {least} to {most}, and this is {number}"));
                None
            }
            _ => {
                self.wrong(
                    node,
                    format!("'{name}' is a whole number, and this is {}", node.what()),
                );
                None
            }
        }
    }

    /// One of a few words.
    pub(super) fn one_of<T: Copy>(&mut self, name: &'static str, words: &[(&str, T)]) -> Option<T> {
        let node = self.node(name)?;
        self.checked_word(name, node, words)
    }

    /// One of a few words, which must be there.
    pub(super) fn needed_one_of<T: Copy>(
        &mut self,
        name: &'static str,
        words: &[(&str, T)],
    ) -> Option<T> {
        let node = self.needed(name)?;
        self.checked_word(name, node, words)
    }

    fn checked_word<T: Copy>(&mut self, name: &str, node: &Node, words: &[(&str, T)]) -> Option<T> {
        let given = node.scalar().unwrap_or_default();
        let found = words.iter().find(|(word, _)| *word == given).map(|(_, value)| *value);
        if found.is_none() {
            let all: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            let all = all.join(", ");
            self.wrong(node, format!("'{name}' is one of {all}, and this is {}", quoted(&given)));
        }
        found
    }

    /// A list; a single value where a list is meant is told.
    pub(super) fn list(&mut self, name: &'static str, most: usize) -> &'n [Node] {
        let Some(node) = self.node(name) else { return &[] };
        let Kind::List(nodes) = &node.kind else {
            self.wrong(node, format!("'{name}' is a list, and this is {}", node.what()));
            return &[];
        };
        if nodes.len() > most {
            self.wrong(
                node,
                format!("'{name}' has at most {most} entries, and this has {}", nodes.len()),
            );
            return &[];
        }
        nodes
    }

    /// Ends the reading: keys that nobody asked for are told, for most of them are misspelled.
    pub(super) fn end(self) {
        for (key, _) in self.node.entries() {
            if !self.known.contains(&key.name.as_str()) && !key.name.starts_with("x-") {
                let message = format!("{} has no {}", self.what, quoted(&key.name));
                self.problems.add(key.line, message);
            }
        }
    }
}
