//! YAML as a tree that knows its lines.

use super::problem::Problem;
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{MapAccess, SeqAccess, Visitor},
    ser::SerializeMap,
};
use serde_saphyr::{Spanned, options::DuplicateKeyPolicy};
use std::fmt;

/// A file is no longer than this, bytes.
pub(super) const MOST_BYTES: usize = 1 << 20;
/// So many values may be in one file, and come out of its aliases.
const MOST_NODES: usize = 50_000;

/// A value, and the line where it stands.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Node {
    /// From 1.
    pub line: u32,
    pub kind: Kind,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    List(Vec<Node>),
    Map(Vec<(Key, Node)>),
}

/// A key of a mapping, and the line where it stands.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Key {
    pub line: u32,
    pub name: String,
}

impl Node {
    /// A value that stands nowhere.
    pub(super) fn of(kind: Kind) -> Self {
        Self { line: 0, kind }
    }

    /// What it is, for people.
    pub(super) fn what(&self) -> &'static str {
        match self.kind {
            Kind::Null => "nothing",
            Kind::Bool(_) => "true or false",
            Kind::Int(_) | Kind::Float(_) => "a number",
            Kind::Text(_) => "a text",
            Kind::List(_) => "a list",
            Kind::Map(_) => "a mapping",
        }
    }

    pub(super) fn get(&self, name: &str) -> Option<&Self> {
        match &self.kind {
            Kind::Map(entries) => {
                entries.iter().find(|(key, _)| key.name == name).map(|(_, value)| value)
            }
            _ => None,
        }
    }

    /// The text, or the number or truth as one would write it.
    pub(super) fn scalar(&self) -> Option<String> {
        match &self.kind {
            Kind::Bool(truth) => Some(truth.to_string()),
            Kind::Int(number) => Some(number.to_string()),
            Kind::Float(number) => Some(number.to_string()),
            Kind::Text(text) => Some(text.clone()),
            Kind::Null | Kind::List(_) | Kind::Map(_) => None,
        }
    }

    pub(super) fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn list(&self) -> &[Self] {
        match &self.kind {
            Kind::List(nodes) => nodes,
            _ => &[],
        }
    }

    /// Changes every text of the tree, but for keys.
    pub(super) fn change_texts(&mut self, change: &mut dyn FnMut(&mut String)) {
        match &mut self.kind {
            Kind::Text(text) => change(text),
            Kind::List(nodes) => nodes.iter_mut().for_each(|node| node.change_texts(change)),
            Kind::Map(entries) => {
                entries.iter_mut().for_each(|(_, node)| node.change_texts(change));
            }
            Kind::Null | Kind::Bool(_) | Kind::Int(_) | Kind::Float(_) => {}
        }
    }

    pub(super) fn get_mut(&mut self, name: &str) -> Option<&mut Self> {
        match &mut self.kind {
            Kind::Map(entries) => {
                entries.iter_mut().find(|(key, _)| key.name == name).map(|(_, value)| value)
            }
            _ => None,
        }
    }

    /// Takes an entry out of a mapping.
    pub(super) fn remove(&mut self, name: &str) -> Option<(Key, Self)> {
        let Kind::Map(entries) = &mut self.kind else { return None };
        let at = entries.iter().position(|(key, _)| key.name == name)?;
        Some(entries.remove(at))
    }

    pub(super) fn entries(&self) -> &[(Key, Self)] {
        match &self.kind {
            Kind::Map(entries) => entries,
            _ => &[],
        }
    }
}

/// Reads a file of one document.
pub(super) fn read(text: &str) -> Result<Node, Problem> {
    if text.len() > MOST_BYTES {
        let message = format!("it has {} bytes, and {MOST_BYTES} are the most", text.len());
        return Err(Problem { line: None, message });
    }
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! { max_nodes: MOST_NODES, max_depth: 64 },
        duplicate_keys: DuplicateKeyPolicy::Error,
        alias_limits: serde_saphyr::alias_limits! { max_total_replayed_events: MOST_NODES },
        strict_booleans: true,
        with_snippet: false,
    };
    let node = serde_saphyr::from_str_with_options::<Spanned<Loose>>(text, options)
        .map_err(|error| problem(&error))?;
    Ok(node_of(node, text))
}

/// Writes a tree as a file.
pub(super) fn write(node: &Node) -> String {
    // A tree of texts, numbers, lists and mappings always has a form.
    serde_saphyr::to_string(node).unwrap_or_default()
}

fn problem(error: &serde_saphyr::Error) -> Problem {
    let line = error.location().and_then(|at| u32::try_from(at.line()).ok());
    let words = error.without_snippet().to_string();
    // The place is told by itself.
    let message = words.rsplit_once(" at line ").map_or(words.as_str(), |(message, _)| message);
    Problem { line, message: message.to_owned() }
}

/// What the reader gives: it knows places only of what stands inside of something.
#[derive(Debug)]
enum Loose {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    List(Vec<Spanned<Self>>),
    Map(Vec<(Spanned<String>, Spanned<Self>)>),
}

impl<'de> Deserialize<'de> for Loose {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(LooseVisitor)
    }
}

struct LooseVisitor;

impl<'de> Visitor<'de> for LooseVisitor {
    type Value = Loose;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("YAML")
    }

    fn visit_unit<E>(self) -> Result<Loose, E> {
        Ok(Loose::Null)
    }

    fn visit_none<E>(self) -> Result<Loose, E> {
        Ok(Loose::Null)
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Loose, E> {
        Ok(Loose::Bool(truth))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Loose, E> {
        Ok(Loose::Int(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Loose, E> {
        Ok(i64::try_from(number).map_or_else(|_| Loose::Text(number.to_string()), Loose::Int))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Loose, E> {
        Ok(Loose::Float(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Loose, E> {
        Ok(Loose::Text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Loose, E> {
        Ok(Loose::Text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Loose, A::Error> {
        let mut nodes = Vec::new();
        while let Some(node) = access.next_element()? {
            nodes.push(node);
        }
        Ok(Loose::List(nodes))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Loose, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = access.next_entry()? {
            entries.push(entry);
        }
        Ok(Loose::Map(entries))
    }
}

fn node_of(spanned: Spanned<Loose>, source: &str) -> Node {
    let line = u32::try_from(spanned.referenced.line()).unwrap_or(u32::MAX);
    let raw = raw(&spanned.defined, source);
    // `1.10`, `0440` and `1_000` mean what is written: as numbers they would come out as others.
    let kept = |written: String| raw.filter(|raw| *raw != written).map(str::to_owned);
    let kind = match spanned.value {
        Loose::Null => Kind::Null,
        Loose::Bool(truth) => Kind::Bool(truth),
        Loose::Int(number) => kept(number.to_string()).map_or(Kind::Int(number), Kind::Text),
        Loose::Float(number) => kept(number.to_string()).map_or(Kind::Float(number), Kind::Text),
        Loose::Text(text) => Kind::Text(text),
        Loose::List(nodes) => {
            Kind::List(nodes.into_iter().map(|node| node_of(node, source)).collect())
        }
        Loose::Map(entries) => {
            let entry = |(key, value): (Spanned<String>, Spanned<Loose>)| {
                let line = u32::try_from(key.referenced.line()).unwrap_or(u32::MAX);
                (Key { line, name: key.value }, node_of(value, source))
            };
            Kind::Map(entries.into_iter().map(entry).collect())
        }
    };
    Node { line, kind }
}

/// How a value is written.
fn raw<'s>(at: &serde_saphyr::Location, source: &'s str) -> Option<&'s str> {
    let start = usize::try_from(at.span().byte_offset()?).ok()?;
    let length = usize::try_from(at.span().byte_len()?).ok()?;
    source.get(start..start.checked_add(length)?)
}

impl Serialize for Node {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.kind {
            Kind::Null => serializer.serialize_unit(),
            Kind::Bool(truth) => serializer.serialize_bool(*truth),
            Kind::Int(number) => serializer.serialize_i64(*number),
            Kind::Float(number) => serializer.serialize_f64(*number),
            Kind::Text(text) => serializer.serialize_str(text),
            Kind::List(nodes) => nodes.serialize(serializer),
            Kind::Map(entries) => {
                let mut map = serializer.serialize_map(Some(entries.len()))?;
                for (key, value) in entries {
                    map.serialize_entry(&key.name, value)?;
                }
                map.end()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Holds because an error without its place sends people through a whole file.
    #[test]
    fn each_value_knows_its_line() {
        let node = read("a: 1\nb:\n  - x\n  - c: true\n").expect("a tree");
        assert_eq!(node.get("a").expect("a").line, 1);
        let list = node.get("b").expect("b").list();
        assert_eq!((list[0].line, list[1].get("c").expect("c").line), (3, 4));
    }

    /// Holds because a version `1.10` is not `1.1`, a mode `0440` not 440, and `no` a country.
    #[test]
    fn values_stay_as_they_are_written() {
        let node =
            read("v: 1.10\nmode: 0440\nn: 12\nf: 1.5\ncountry: no\nq: \"12\"\n").expect("a tree");
        let text = |name: &str| node.get(name).and_then(Node::text).map(str::to_owned);
        assert_eq!(text("v").as_deref(), Some("1.10"));
        assert_eq!(text("mode").as_deref(), Some("0440"));
        assert_eq!(node.get("n").map(|n| &n.kind), Some(&Kind::Int(12)));
        assert_eq!(node.get("f").map(|n| &n.kind), Some(&Kind::Float(1.5)));
        assert_eq!(text("country").as_deref(), Some("no"));
        assert_eq!(text("q").as_deref(), Some("12"));
    }

    /// Holds because a few lines of aliases can stand for more than any memory holds.
    #[test]
    fn bombs_are_refused_with_their_line() {
        let mut bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n".to_owned();
        let names: Vec<char> = ('a'..='z').collect();
        for pair in names.windows(2) {
            let nine = vec![format!("*{}", pair[0]); 9].join(",");
            bomb.push_str(&format!("{0}: &{0} [{nine}]\n", pair[1]));
        }
        let problem = read(&bomb).expect_err("too much");
        assert!(problem.line.is_some(), "{problem}");
        assert!(read(&"[".repeat(100_000)).is_err());
        assert!(read(&format!("a: {}", "x".repeat(MOST_BYTES))).is_err());
        assert_eq!(read("a: 1\na: 2\n").expect_err("twice").line, Some(2));
    }

    /// Holds because what is written down must be read again as the same.
    #[test]
    fn what_is_written_is_read_as_the_same() {
        let text = "a: '1.10'\nb: \"yes\"\nc: ['80:80', '0440', 'null', '', ' x ', '~', 'a: b', '#']\n\
            d:\n  e: |\n    one $x\n    two\n  f: 3\n  g: null\n  h: {}\n  i: []\n";
        let node = read(text).expect("a tree");
        let again = read(&write(&node)).expect("a tree");
        fn plain(node: &Node) -> Node {
            let kind = match &node.kind {
                Kind::List(nodes) => Kind::List(nodes.iter().map(plain).collect()),
                Kind::Map(entries) => Kind::Map(
                    entries
                        .iter()
                        .map(|(key, value)| (Key { line: 0, name: key.name.clone() }, plain(value)))
                        .collect(),
                ),
                kind => kind.clone(),
            };
            Node::of(kind)
        }
        assert_eq!(plain(&again), plain(&node), "{}", write(&node));
    }
}
