//! Taking out of a log what tells whose computer it is from.
//!
//! A line keeps when it was written, how serious it is and who wrote it. The words of libraries are
//! dropped whole, since nobody can say what they quote; of Tomo's own, names that the database knows
//! and everything that looks like a name, an address or a path are replaced.

use std::net::IpAddr;

/// No line is longer.
const LINE_CHARACTERS: usize = 500;

/// Replaces what is private.
pub struct Redactor {
    /// In lower case, the longest first, so that no part of a name is left.
    words: Vec<String>,
}

impl Redactor {
    /// Knows these words as private.
    pub fn new(words: &[String]) -> Self {
        let mut words: Vec<String> = words
            .iter()
            .map(|word| word.trim().to_lowercase())
            .filter(|word| !word.is_empty())
            .collect();
        words.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        words.dedup();
        Self { words }
    }

    /// A line without what is private.
    pub fn line(&self, line: &str) -> String {
        let Some((head, said)) = split(line) else {
            // The rest of a line that was broken, or of something else: nobody knows what it is.
            return "(left out)".into();
        };
        if !head.target.starts_with("tomo::") && head.target != "tomo" {
            return format!("{} {} {}: (left out)", head.at, head.level, head.target);
        }
        let said = unquoted(said);
        let said = self.without_words(&said);
        let said: Vec<_> = said.split_whitespace().map(without_addresses).collect();
        let text = format!("{} {} {}: {}", head.at, head.level, head.target, said.join(" "));
        text.chars().filter(|c| !c.is_control()).take(LINE_CHARACTERS).collect()
    }

    /// Without the known words, where they stand as words: somebody called `a` must not turn every
    /// `a` into a hole.
    fn without_words(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for word in &self.words {
            text = replace_word(&text, word);
        }
        text
    }
}

struct Head<'a> {
    at: &'a str,
    level: &'a str,
    target: &'a str,
}

/// `2026-11-22T14:31:07Z  WARN tomo::app: what was said`.
fn split(line: &str) -> Option<(Head<'_>, &str)> {
    let (at, rest) = line.trim_start().split_once(char::is_whitespace)?;
    chrono::DateTime::parse_from_rfc3339(at).ok()?;
    let (level, rest) = rest.trim_start().split_once(char::is_whitespace)?;
    if !["ERROR", "WARN", "INFO", "DEBUG", "TRACE"].contains(&level) {
        return None;
    }
    let (target, said) = rest.trim_start().split_once(": ")?;
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
    target.chars().all(plain).then_some((Head { at, level, target }, said))
}

/// Without what stands in quotation marks: it is somebody's text.
fn unquoted(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut closing = None;
    let mut before = ' ';
    for character in text.chars() {
        match closing {
            Some(end) if character == end => {
                closing = None;
                shown.push(character);
            }
            Some(_) => {}
            None => {
                shown.push(character);
                // The apostrophe in a word opens nothing.
                closing = match character {
                    '\'' if before.is_alphanumeric() => None,
                    '\'' | '"' | '`' => Some(character),
                    '“' => Some('”'),
                    '‘' => Some('’'),
                    _ => None,
                };
                if closing.is_some() {
                    shown.push('…');
                }
            }
        }
        before = character;
    }
    shown
}

fn replace_word(text: &str, word: &str) -> String {
    let folded: Vec<(usize, char)> =
        text.char_indices().flat_map(|(at, c)| c.to_lowercase().map(move |c| (at, c))).collect();
    let wanted: Vec<char> = word.chars().collect();
    let mut shown = String::with_capacity(text.len());
    let (mut at, mut kept) = (0, 0);
    while at + wanted.len() <= folded.len() {
        let end = at + wanted.len();
        let same = folded[at..end].iter().map(|(_, c)| c).eq(&wanted);
        let inside = |c: Option<&(usize, char)>| c.is_some_and(|(_, c)| c.is_alphanumeric());
        let before = at > 0 && inside(folded.get(at - 1));
        // A short word counts only alone; a longer one wherever it stands.
        if same && (wanted.len() >= 4 || !(before || inside(folded.get(end)))) {
            shown.push_str(&text[kept..folded[at].0]);
            shown.push_str("<name>");
            kept = folded.get(end).map_or(text.len(), |(at, _)| *at);
            at = end;
        } else {
            at += 1;
        }
    }
    shown.push_str(&text[kept..]);
    shown
}

/// A word of a line, or what kind of thing it names.
fn without_addresses(word: &str) -> String {
    let edge = |c: char| {
        !c.is_alphanumeric() && !matches!(c, '/' | '~' | '\\' | '[' | ']' | '<' | '>' | ':')
    };
    let core = word.trim_matches(edge);
    let (key, value) = match core.split_once('=') {
        Some((key, value)) if key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') => {
            (key, value)
        }
        _ => ("", core),
    };
    let Some(kind) = private_kind(value.trim_matches(edge)) else { return word.to_owned() };
    if key.is_empty() { kind.into() } else { format!("{key}={kind}") }
}

fn private_kind(word: &str) -> Option<&'static str> {
    let bare = word.trim_end_matches(':');
    let inner = bare.trim_start_matches('[').split(']').next().unwrap_or_default();
    let inner = inner.split('%').next().unwrap_or_default();
    let host = bare.rsplit_once(':').map_or(bare, |(host, _)| host);
    if [bare, inner, host].iter().any(|text| text.parse::<IpAddr>().is_ok()) {
        return Some("<address>");
    }
    if bare.contains('@') || bare.starts_with("SHA256:") {
        return Some("<address>");
    }
    let drive = bare.as_bytes().get(1) == Some(&b':') && bare.contains('\\');
    if bare.contains('/') || bare.starts_with('~') || bare.contains('\\') || drive {
        return Some("<path>");
    }
    // A name with dots and no space: `nas.lan`, `backup.example.org:22`.
    let labels: Vec<_> = host.split('.').collect();
    let is_label = |label: &&str| {
        !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_')
    };
    let is_number = labels.iter().all(|label| label.chars().all(|c| c.is_ascii_digit()));
    (labels.len() > 1 && labels.iter().all(is_label) && !is_number).then_some("<host>")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redacted(line: &str) -> String {
        let words = ["nas", "Backup 日本", "anna", "pi", "/home/anna"].map(String::from);
        Redactor::new(&words).line(line)
    }

    const HEAD: &str = "2026-11-22T14:31:07.123456Z  WARN tomo::app::follow: ";

    /// A report is posted where everybody reads it.
    #[test]
    fn names_addresses_and_paths_are_taken_out() {
        for (said, wanted) in [
            ("the server NAS is gone", "the server <name> is gone"),
            ("backup 日本, pi: copied", "<name>, <name>: copied"),
            ("no pipe, no piping", "no pipe, no piping"),
            ("error=connect to 192.168.1.7:22 failed", "error=connect to <address> failed"),
            ("host=[fe80::1%eth0]:22 fe80::2", "host=<address> <address>"),
            ("who=root@box at box.example.org:22", "who=<address> at <host>"),
            ("path=/srv/x ~/y C:\\Users\\me", "path=<path> <path> <path>"),
            ("it said 'Welcome to Zurich' twice", "it said '…' twice"),
            ("took 1.5 s, 20 % of 3.51.3", "took 1.5 s, 20 % of 3.51.3"),
            ("joanna’s anna", "jo<name>’s <name>"),
        ] {
            let line = redacted(&format!("{HEAD}{said}"));
            let expected = format!("2026-11-22T14:31:07.123456Z WARN tomo::app::follow: {wanted}");
            assert_eq!(line, expected);
        }
    }

    /// What others write cannot be judged, and so is not shown.
    #[test]
    fn words_of_libraries_and_broken_lines_are_left_out() {
        let line = redacted("2026-11-22T14:31:07Z  WARN zbus::connection: hello from the attic");
        assert_eq!(line, "2026-11-22T14:31:07Z WARN zbus::connection: (left out)");
        for line in ["", "the attic", "2026-11-22T14:31:07Z", "x  WARN tomo: the attic"] {
            assert_eq!(redacted(line), "(left out)");
        }
        let forged = format!("{HEAD}a\u{1b}[2J{}", "x ".repeat(1_000));
        let line = redacted(&forged);
        assert!(line.chars().count() <= LINE_CHARACTERS && !line.contains('\u{1b}'));
    }
}
