//! `.env` as compose reads it: quotes, comments, `export`, and variables of earlier lines.

use super::{
    problem::{Problem, Problems, quoted},
    variables,
};
use std::collections::BTreeMap;

/// So many variables may be in a file.
const MOST: usize = 1_000;

/// A variable of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub line: u32,
    pub name: String,
    pub value: String,
}

/// Reads a file of variables; of two with one name the later counts.
///
/// # Errors
/// Each line that is none.
pub(super) fn read(text: &str) -> Result<Vec<Entry>, Vec<Problem>> {
    let (mut entries, mut problems) = (Vec::<Entry>::new(), Problems::default());
    let mut known: BTreeMap<String, String> = BTreeMap::new();
    let mut rest = text;
    let mut line = 1_u32;
    while !rest.is_empty() {
        let (entry, used) = one(rest, line, &known);
        match entry {
            Ok(Some(entry)) => {
                known.insert(entry.name.clone(), entry.value.clone());
                entries.retain(|other| other.name != entry.name);
                entries.push(entry);
            }
            Ok(None) => {}
            Err(why) => problems.add(line, why),
        }
        let lines = rest[..used].matches('\n').count();
        line = line.saturating_add(u32::try_from(lines).unwrap_or(u32::MAX));
        rest = &rest[used..];
    }
    if entries.len() > MOST {
        problems.add(1, format!("it has {} variables, and {MOST} are the most", entries.len()));
    }
    if problems.is_empty() { Ok(entries) } else { Err(problems.sorted()) }
}

/// Whether compose takes it as the name of a variable.
pub(super) fn is_name(name: &str) -> bool {
    (1..=100).contains(&name.len())
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// One entry, which may have several lines, and how much of the text it is.
fn one(
    text: &str,
    line: u32,
    known: &BTreeMap<String, String>,
) -> (Result<Option<Entry>, String>, usize) {
    let end = text.find('\n').map_or(text.len(), |at| at + 1);
    let whole = text[..end].trim();
    if whole.is_empty() || whole.starts_with('#') {
        return (Ok(None), end);
    }
    let begin = end - text[..end].trim_start().len();
    let begin = begin + if whole.starts_with("export ") { "export ".len() } else { 0 };
    let Some(equals) = text[begin..end].find('=') else {
        return (Err(format!("{} is written NAME=VALUE", quoted(name_of(whole)))), end);
    };
    let name = text[begin..begin + equals].trim();
    if !is_name(name) {
        let rule = "of letters, digits and '_'";
        return (Err(format!("the name of a variable is {rule}; {} is not", quoted(name))), end);
    }
    let after = begin + equals + 1;
    let value = text[after..].trim_start_matches([' ', '\t']);
    let after = text.len() - value.len();
    let (value, used) = match value.chars().next() {
        Some(quote @ ('"' | '\'')) => match closed(&value[1..], quote) {
            Some(length) => {
                let inside = &value[1..=length];
                let used = after + length + 2;
                let used = text[used..].find('\n').map_or(text.len(), |at| used + at + 1);
                let value = match quote {
                    '"' => filled(&unescaped(inside), known),
                    _ => Ok(inside.to_owned()),
                };
                (value, used)
            }
            None => (Err(format!("the value of {name} has no end: a quote is missing")), end),
        },
        _ => {
            let plain = text[after..end.max(after)].trim();
            let comment = plain.find(" #").or_else(|| plain.find("\t#"));
            let plain =
                if plain.starts_with('#') { "" } else { &plain[..comment.unwrap_or(plain.len())] };
            (filled(plain.trim_end(), known), end)
        }
    };
    (value.map(|value| Some(Entry { line, name: name.to_owned(), value })), used.max(end))
}

/// What may be said of a line that is none: what stands behind its first word may be a secret.
fn name_of(line: &str) -> &str {
    line.split_whitespace().next().unwrap_or_default()
}

/// Where a quoted text ends.
fn closed(text: &str, quote: char) -> Option<usize> {
    let mut is_escaped = false;
    for (at, character) in text.char_indices() {
        match character {
            _ if is_escaped => is_escaped = false,
            '\\' if quote == '"' => is_escaped = true,
            c if c == quote => return Some(at),
            _ => {}
        }
    }
    None
}

fn unescaped(text: &str) -> String {
    let mut whole = String::new();
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        if character != '\\' {
            whole.push(character);
            continue;
        }
        match characters.next() {
            Some('n') => whole.push('\n'),
            Some('r') => whole.push('\r'),
            Some('t') => whole.push('\t'),
            // `$` is the beginning of a variable for what comes next.
            Some('$') => whole.push_str("$$"),
            Some(other @ ('"' | '\\' | '\'')) => whole.push(other),
            Some(other) => {
                whole.push('\\');
                whole.push(other);
            }
            None => whole.push('\\'),
        }
    }
    whole
}

fn filled(text: &str, known: &BTreeMap<String, String>) -> Result<String, String> {
    let value = |name: &str| known.get(name).cloned();
    // What has no value is empty to compose.
    let text = variables::with_empty_defaults(text);
    variables::filled(&text, &value).ok_or_else(|| {
        "a '$' begins a variable; write '$$' or put the value in single quotes".to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::env_file;

    fn values(text: &str) -> Vec<(String, String)> {
        let entries = read(text).expect("variables").into_iter();
        entries.map(|entry| (entry.name, entry.value)).collect()
    }

    /// Holds because a value that is read as another reaches the app as that other.
    #[test]
    fn a_file_is_read_as_compose_reads_it() {
        let text = "# first\n\nexport A=1 # one\nB=\"a b\\n$A\\$A\"\nC='$A \"x\"'\nD=\nE=x#y\n F = ${A}2${N:-3}$N\n\
            G=\"two\nlines\"\nH=#no\nA=9\n";
        let expected = [
            ("B", "a b\n1$A"),
            ("C", "$A \"x\""),
            ("D", ""),
            ("E", "x#y"),
            ("F", "123"),
            ("G", "two\nlines"),
            ("H", ""),
            ("A", "9"),
        ];
        assert_eq!(values(text), expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }

    /// Holds because an error without its line sends people through a whole file, and one with the value in it
    /// would tell a secret.
    #[test]
    fn what_is_none_is_told_with_its_line() {
        let problems = read("A=1\nB two\n1C=3\nD=\"open\nE=5$\n").expect_err("wrong");
        let lines: Vec<_> = problems.iter().map(|problem| problem.line).collect();
        assert_eq!(lines, [Some(2), Some(3), Some(4), Some(5)]);
        assert!(!format!("{problems:?}").contains("two"), "{problems:?}");
    }

    /// Holds because what Tomo writes is opened again in its editor.
    #[test]
    fn what_is_written_is_read_as_the_same() {
        let all = [("A", "$x'\"\n\\ #"), ("B", ""), ("C", "é b"), ("D", "${A}")];
        let again = values(&env_file::write(all));
        assert_eq!(again, all.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }
}
