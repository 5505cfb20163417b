//! What a container wrote, as text that can be shown: valid UTF-8, with the escape sequences of
//! colours and no others.

use crate::domain::text::is_hidden;

const ESC: char = '\u{1b}';

/// Cleans a line.
pub(super) fn clean(bytes: &[u8]) -> String {
    if bytes.iter().all(|byte| matches!(byte, b' '..=b'~' | b'\t')) {
        // All of it is ASCII.
        return String::from_utf8_lossy(bytes).into_owned();
    }
    let text = String::from_utf8_lossy(bytes);
    let mut clean = String::with_capacity(text.len());
    let mut rest = text.as_ref();
    while let Some(char) = rest.chars().next() {
        if char == ESC {
            let (sequence, after) = rest.split_at(escape_length(rest));
            if is_colour(sequence) {
                clean.push_str(sequence);
            }
            rest = after;
            continue;
        }
        rest = &rest[char.len_utf8()..];
        match char {
            '\t' => clean.push(char),
            // Progress bars write over themselves.
            '\r' => clean.push(' '),
            char if is_hidden(char) => {}
            char => clean.push(char),
        }
    }
    clean
}

/// The same without colours.
#[must_use]
pub fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(ESC) {
        plain.push_str(&rest[..at]);
        rest = &rest[at + escape_length(&rest[at..])..];
    }
    plain.push_str(rest);
    plain
}

/// Whether a sequence sets colours and the like (SGR), and nothing else.
fn is_colour(sequence: &str) -> bool {
    sequence
        .strip_prefix("\u{1b}[")
        .and_then(|rest| rest.strip_suffix('m'))
        .is_some_and(|values| values.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b';' | b':')))
}

/// The length of the escape sequence that a text begins with, bytes. One that does not end within
/// the text hides no more than its beginning.
fn escape_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let begin = |from: usize| bytes.get(from..).unwrap_or_default();
    match bytes.get(1) {
        Some(b'[') => {
            let body = begin(2).iter().take_while(|byte| matches!(byte, b' '..=b'?')).count();
            match bytes.get(2 + body) {
                Some(b'@'..=b'~') => 3 + body,
                _ => 2 + body,
            }
        }
        // Titles, links, pictures: up to their terminator.
        Some(b']' | b'P' | b'X' | b'^' | b'_') => {
            let bell = begin(2).iter().position(|byte| *byte == 7).map(|at| at + 3);
            let string = begin(2).windows(2).position(|pair| pair == b"\x1b\\").map(|at| at + 4);
            match (bell, string) {
                (Some(bell), Some(string)) => bell.min(string),
                (bell, string) => bell.or(string).unwrap_or(2),
            }
        }
        Some(b' '..=b'/') => {
            let body = begin(1).iter().take_while(|byte| matches!(byte, b' '..=b'/')).count();
            match bytes.get(1 + body) {
                Some(b'0'..=b'~') => 2 + body,
                _ => 1 + body,
            }
        }
        Some(b'0'..=b'~') => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Colours are meaning; cursor movements, titles and clears would write over other lines.
    #[test]
    fn colours_stay_and_everything_else_goes() {
        for (raw, shown) in [
            (&b"\x1b[1;31mred\x1b[0m"[..], "\u{1b}[1;31mred\u{1b}[0m"),
            (b"\x1b[2J\x1b[Hclear", "clear"),
            (b"\x1b]0;title\x07text", "text"),
            (b"\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
            (b"\x1b]0;never ended", "0;never ended"),
            (b"\x1b[?25lcursor\x1b(B", "cursor"),
            (b"10%\r20%", "10% 20%"),
            (b"a\tb\x00\x07\x08", "a\tb"),
            (b"\xff\xfe", "\u{fffd}\u{fffd}"),
            ("\u{202e}reversed\u{9b}2J".as_bytes(), "reversed2J"),
            ("日本 é".as_bytes(), "日本 é"),
            (b"\x1b", ""),
            (b"\x1b[31", ""),
        ] {
            assert_eq!(clean(raw), shown, "{raw:?}");
        }
        assert_eq!(plain("\u{1b}[1mbold\u{1b}[0m!"), "bold!");
    }

    proptest! {
        /// Whatever bytes come, nothing but colours can steer a terminal.
        #[test]
        fn nothing_hidden_is_left(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let text = plain(&clean(&bytes));
            prop_assert!(text.chars().all(|char| char == '\t' || !is_hidden(char)), "{text:?}");
        }
    }
}
