//! The one function that puts a text into a shell command.
//!
//! The login shell of an account may be any: sh, dash, bash, BusyBox ash, zsh or fish. They agree
//! on less than one thinks: fish reads a backslash within single quotes as an escape, and has no
//! escaped backtick within double quotes, so the usual quoting of POSIX shells (also shlex's) gives
//! another text there. All of them agree on single quotes around anything but backslashes and
//! single quotes, and on a backslash before those two outside of quotes.

use super::error::RemoteError;

/// Quotes one word.
///
/// # Errors
/// When the word holds a NUL character, which no command line can carry.
pub(super) fn word(word: &str) -> Result<String, RemoteError> {
    if word.contains('\0') {
        return Err(RemoteError::Unsendable);
    }
    if word.is_empty() {
        return Ok("''".to_owned());
    }
    let mut quoted = String::with_capacity(word.len() + 2);
    let mut inside = false;
    for char in word.chars() {
        let special = matches!(char, '\'' | '\\');
        if special == inside {
            quoted.push('\'');
            inside = !inside;
        }
        if special {
            quoted.push('\\');
        }
        quoted.push(char);
    }
    if inside {
        quoted.push('\'');
    }
    Ok(quoted)
}

/// Quotes the words of a command and joins them.
///
/// # Errors
/// When a word holds a NUL character.
pub(super) fn words(words: &[&str]) -> Result<String, RemoteError> {
    Ok(words.iter().map(|each| word(each)).collect::<Result<Vec<_>, _>>()?.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Holds because these are the texts that shells disagree on; the real shells are asked in the
    /// integration tests.
    #[test]
    fn words_are_quoted_piece_by_piece() {
        for (text, quoted) in [
            ("", "''"),
            ("uname", "'uname'"),
            ("a b", "'a b'"),
            ("it's", r"'it'\''s'"),
            (r"a\b", r"'a'\\'b'"),
            (r"\'", r"\\\'"),
            ("$(touch x)", "'$(touch x)'"),
        ] {
            assert_eq!(word(text).expect("sendable"), quoted);
        }
        assert_eq!(word("a\0b"), Err(RemoteError::Unsendable));
    }

    proptest! {
        /// Holds because a POSIX reader must get back every text exactly as it was.
        #[test]
        fn a_posix_reader_gets_the_words_back(texts in prop::collection::vec("[^\0]*", 1..4)) {
            let words: Vec<&str> = texts.iter().map(String::as_str).collect();
            prop_assert_eq!(shlex::split(&super::words(&words).expect("sendable")), Some(texts));
        }
    }
}
