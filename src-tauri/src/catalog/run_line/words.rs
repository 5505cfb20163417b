//! The words of a line, as a shell would take them, without a shell.

use super::super::problem::{Problem, Problems};

/// Stands for a `$` that is meant as itself, until the line is split.
const SIGN: char = '\u{f8ff}';

/// Where a character of a line stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Quotes {
    None,
    Single,
    Double,
}

/// Splits a line. A `$` that a shell would have read stays one, and is a variable of the compose file; one that
/// is meant as itself is written `$$`.
pub(super) fn split(text: &str) -> Result<Vec<String>, Vec<Problem>> {
    let marked = mark(text.trim())?;
    let words = shlex::split(&marked).ok_or_else(|| {
        vec![Problem { line: None, message: "a quote or a backslash has no end".to_owned() }]
    })?;
    Ok(words.into_iter().map(|word| word.replace(SIGN, "$$")).collect())
}

/// The line in which a word stands first.
pub(super) fn line_of(text: &str, word: &str) -> u32 {
    let at = text.find(word).filter(|_| !word.is_empty()).unwrap_or_default();
    u32::try_from(text[..at].matches('\n').count() + 1).unwrap_or(u32::MAX)
}

fn mark(text: &str) -> Result<String, Vec<Problem>> {
    let mut problems = Problems::default();
    let mut marked = String::new();
    let mut quotes = Quotes::None;
    let mut line = 1;
    let text = ["$(pwd)", "\"$PWD\"", "${PWD}", "`pwd`"]
        .into_iter()
        .fold(text.to_owned(), |text, here| text.replace(here, "."))
        .replace("$PWD/", "./");
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        line += u32::from(character == '\n');
        match (quotes, character) {
            (Quotes::Single, '\'') => quotes = Quotes::None,
            (Quotes::Single, '$') => {
                marked.push(SIGN);
                continue;
            }
            (Quotes::Single, _) => {}
            (_, '\\') => {
                match characters.next() {
                    Some('$') => marked.push(SIGN),
                    // The line goes on.
                    Some('\n') => line += 1,
                    Some(other) => {
                        marked.push('\\');
                        marked.push(other);
                    }
                    None => marked.push('\\'),
                }
                continue;
            }
            (Quotes::Double, '"') => quotes = Quotes::None,
            (Quotes::None, '\'') => quotes = Quotes::Single,
            (Quotes::None, '"') => quotes = Quotes::Double,
            (_, '`') => problems.add(line, "it runs another program; write what that says"),
            (_, '$') if characters.peek() == Some(&'(') => {
                problems.add(line, "it runs another program; write what that says");
            }
            (Quotes::None, ';' | '|' | '&' | '<' | '>') => {
                problems.add(
                    line,
                    format!("'{character}' is for a shell; paste one line of docker run alone"),
                );
            }
            (Quotes::None, '\n') => {
                problems.add(line, "there is another line; end the one before it with a backslash");
            }
            _ => {}
        }
        marked.push(character);
    }
    if problems.is_empty() { Ok(marked) } else { Err(problems.sorted()) }
}
