//! `.env`: the values of an app's settings, written so that compose reads each as exactly what it is.

/// Writes a file of variables.
///
/// In double quotes compose takes a backslash and what follows it for one character, and `$` for the beginning
/// of a variable; both are written so that they stand for themselves.
pub fn write<'a>(values: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut file = String::new();
    for (name, value) in values {
        file.push_str(name);
        file.push('=');
        if is_plain(value) {
            file.push_str(value);
        } else {
            file.push('"');
            for character in value.chars() {
                match character {
                    '\\' => file.push_str("\\\\"),
                    '"' => file.push_str("\\\""),
                    '$' => file.push_str("\\$"),
                    '\n' => file.push_str("\\n"),
                    '\r' => file.push_str("\\r"),
                    other => file.push(other),
                }
            }
            file.push('"');
        }
        file.push('\n');
    }
    file
}

/// Whether a value means itself without quotes.
fn is_plain(value: &str) -> bool {
    !value.is_empty()
        && value.chars().all(|c| {
            c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '_' | '-' | ':' | '@' | '•')
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Holds because a password with any character in it has to reach the app as it is.
    #[test]
    fn every_value_is_written_as_what_it_is() {
        let values =
            [("A", "8080"), ("B", "a b"), ("C", "$x'\"\n\\"), ("D", ""), ("E", "#no"), ("F", "é")];
        let expected = "A=8080\nB=\"a b\"\nC=\"\\$x'\\\"\\n\\\\\"\nD=\"\"\nE=\"#no\"\nF=\"é\"\n";
        assert_eq!(write(values), expected);
    }
}
