//! Writing to the terminal: tables, lines, JSON. Nothing that a server or a file supplied reaches
//! the terminal with its control characters.

use super::error::CliError;
use crate::domain::text::is_hidden;
use comfy_table::{Cell, CellAlignment, ContentArrangement, Table, presets};
use serde::Serialize;
use std::{
    borrow::Cow,
    io::{self, IsTerminal, Write},
};

/// Whether a character may move the cursor, start an escape sequence, turn the direction of what
/// follows or hide it. The two joiners stay, which Persian and families of emoji are written with.
fn is_hostile(character: char) -> bool {
    is_hidden(character) && !matches!(character, '\u{200c}' | '\u{200d}')
}

/// A text from elsewhere, safe to show: line feeds stay, other control characters become `�`.
#[must_use]
pub fn clean(text: &str) -> Cow<'_, str> {
    let replace = |c: char| (c != '\n' && is_hostile(c)) || c == '\u{a0}';
    if !text.contains(replace) {
        return Cow::Borrowed(text);
    }
    let shown = text.chars().map(|c| match c {
        '\u{a0}' | '\t' => ' ',
        c if replace(c) => char::REPLACEMENT_CHARACTER,
        c => c,
    });
    Cow::Owned(shown.collect())
}

/// The same on one line.
#[must_use]
pub fn clean_line(text: &str) -> String {
    clean(text).replace('\n', " ")
}

/// JSON text with those characters escaped that serde leaves as they are and terminals obey.
fn escape_hostile(json: &str) -> Cow<'_, str> {
    let replace = |c: char| c != '\n' && is_hostile(c);
    if !json.contains(replace) {
        return Cow::Borrowed(json);
    }
    // They can only stand inside strings: JSON's own syntax is ASCII without control characters.
    let mut escaped = String::with_capacity(json.len() + 16);
    for character in json.chars() {
        if replace(character) {
            for unit in character.encode_utf16(&mut [0; 2]) {
                escaped.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            escaped.push(character);
        }
    }
    Cow::Owned(escaped)
}

/// Writes bytes to standard output at once.
///
/// # Errors
/// `OutputClosed` when whoever read it is gone.
pub fn write(bytes: &[u8]) -> Result<(), CliError> {
    let mut out = io::stdout().lock();
    out.write_all(bytes).and_then(|()| out.flush()).map_err(|error| match error.kind() {
        io::ErrorKind::BrokenPipe => CliError::OutputClosed,
        _ => CliError::io("writing the output", error),
    })
}

/// Writes lines of text.
///
/// # Errors
/// As [`write`].
pub fn text(text: &str) -> Result<(), CliError> {
    write(format!("{}\n", clean(text)).as_bytes())
}

/// Writes a table.
///
/// # Errors
/// As [`write`].
pub fn table(table: &Table) -> Result<(), CliError> {
    write(format!("{}\n", table.trim_fmt()).as_bytes())
}

/// Writes what is what in two columns, without heads.
///
/// # Errors
/// As [`write`].
pub fn rows(rows: &[[&str; 2]]) -> Result<(), CliError> {
    let mut plain = bare_table(width());
    plain.add_rows(rows.iter().map(|row| row.map(clean_line)));
    for column in plain.column_iter_mut() {
        column.set_padding(PADDING);
    }
    table(&plain)
}

/// Writes a JSON document for people and scripts.
///
/// # Errors
/// As [`write`].
pub fn json(value: &impl Serialize) -> Result<(), CliError> {
    let text = serde_json::to_string_pretty(value)
        .map_err(|error| CliError::io("writing JSON", error.into()))?;
    write(format!("{}\n", escape_hostile(&text)).as_bytes())
}

/// Writes JSON on one line.
///
/// # Errors
/// As [`write`].
pub fn json_line(value: &impl Serialize) -> Result<(), CliError> {
    write(&json_text(value)?)
}

/// JSON on one line, with its line feed.
///
/// # Errors
/// When the value has no JSON.
pub fn json_text(value: &impl Serialize) -> Result<Vec<u8>, CliError> {
    let text =
        serde_json::to_string(value).map_err(|error| CliError::io("writing JSON", error.into()))?;
    Ok(format!("{}\n", escape_hostile(&text)).into_bytes())
}

/// Tells the person something that is not the output.
pub fn note(text: &str) {
    // With standard error gone there is nobody left to tell.
    let _ = io::stderr().write_all(format!("{}\n", clean(text)).as_bytes());
}

/// Whether colours may be used on standard output.
#[must_use]
pub fn colour() -> bool {
    io::stdout().is_terminal() && colour_wanted()
}

/// Whether whoever runs this wants colours on a terminal.
#[must_use]
pub fn colour_wanted() -> bool {
    std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
        && std::env::var_os("TERM").is_none_or(|value| value != "dumb")
}

/// Columns of the terminal; nothing when the output goes elsewhere.
#[must_use]
pub fn width() -> Option<u16> {
    if !io::stdout().is_terminal() {
        return None;
    }
    crossterm::terminal::size().ok().map(|(columns, _)| columns).filter(|columns| *columns > 0)
}

/// Lines no wider than `width` columns.
#[must_use]
pub fn cut_lines(lines: impl IntoIterator<Item = [String; 1]>, width: u16) -> Vec<String> {
    let mut table = bare_table(Some(width));
    for line in lines {
        let mut row = comfy_table::Row::from(line);
        row.max_height(1);
        table.add_row(row);
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 0));
    }
    table.lines().map(|line| line.trim_end().to_owned()).collect()
}

/// Between columns; the text itself begins at the edge.
const PADDING: (u16, u16) = (0, 2);

fn bare_table(width: Option<u16>) -> Table {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_truncation_indicator("…");
    if !colour() {
        table.force_no_tty();
    }
    match width {
        Some(width) => {
            table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
        }
        None => {
            table.set_content_arrangement(ContentArrangement::Disabled);
        }
    }
    table
}

/// A table without lines. Columns whose head is marked with a leading `>` align right.
#[must_use]
pub fn new_table(heads: &[&str], width: Option<u16>) -> Table {
    let mut table = bare_table(width);
    table.set_header(heads.iter().map(|head| {
        let cell = Cell::new(head.trim_start_matches('>'));
        if colour() { cell.add_attribute(comfy_table::Attribute::Bold) } else { cell }
    }));
    for (column, head) in table.column_iter_mut().zip(heads) {
        column.set_padding(PADDING);
        if head.starts_with('>') {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A server's name must not clear the screen, colour the terminal or hide what follows.
    #[test]
    fn control_characters_do_not_reach_the_terminal() {
        let hostile = "a\u{1b}[2Jb\u{9b}31mc\u{202e}d\u{7}e\rf";
        let shown = clean(hostile);
        assert_eq!(shown, "a\u{fffd}[2Jb\u{fffd}31mc\u{fffd}d\u{fffd}e\u{fffd}f");
        assert_eq!(clean_line("a\nb"), "a b");
        assert_eq!(clean("Ünïcödé 日本 🏠"), "Ünïcödé 日本 🏠");
        assert_eq!(clean("می‌خواهم 👩‍👧"), "می‌خواهم 👩‍👧", "joiners that are part of writing");
        assert_eq!(clean("a\u{200b}\u{61c}\u{e0041}"), "a\u{fffd}\u{fffd}\u{fffd}");
    }

    /// serde leaves DEL and the C1 controls as they are; terminals obey them.
    #[test]
    fn json_escapes_what_a_terminal_would_obey_and_stays_the_same_document() {
        let value = serde_json::json!({ "name": "a\u{9b}31m\u{7f}\u{1b}[2J\u{e0041}" });
        let text = serde_json::to_string(&value).expect("writes");
        let escaped = escape_hostile(&text);
        assert!(!escaped.chars().any(char::is_control));
        assert_eq!(serde_json::from_str::<serde_json::Value>(&escaped).expect("reads"), value);
    }
}
