//! Lines of containers' logs as a terminal and as scripts read them.

use super::{dates::Dates, error::CliError, output};
use crate::{
    docker::logs::plain,
    domain::container_log::{LogLine, LogStream},
};
use chrono::{DateTime, Utc};
use serde::Serialize;
use std::io::{self, IsTerminal, Write};

/// A line as scripts read it.
#[derive(Serialize)]
struct JsonLine<'a> {
    server: &'a str,
    container: &'a str,
    at: Option<DateTime<Utc>>,
    stream: LogStream,
    text: &'a str,
    cut_bytes: u64,
}

/// How lines are written.
pub struct Writer {
    /// `(server, container)` of each place.
    names: Vec<(String, String)>,
    /// Width of the longest `server/container`.
    width: usize,
    dates: Option<Dates>,
    is_json: bool,
    /// Whether colours reach standard output, and standard error.
    colours: [bool; 2],
}

impl Writer {
    /// For containers of these servers, in this order; with times where there are dates.
    pub fn new(
        names: impl Iterator<Item = (String, String)>,
        dates: Option<Dates>,
        is_json: bool,
    ) -> Self {
        let clean = |(server, name): (String, String)| {
            (output::clean_line(&server), output::clean_line(&name))
        };
        let names: Vec<_> = names.map(clean).collect();
        let widths = names.iter().map(|(a, b)| a.chars().count() + b.chars().count() + 1);
        let colour = |is_terminal: bool| !is_terminal || output::colour_wanted();
        Self {
            width: widths.max().unwrap_or_default(),
            names,
            dates,
            is_json,
            colours: [colour(io::stdout().is_terminal()), colour(io::stderr().is_terminal())],
        }
    }

    /// `nas/web`.
    #[must_use]
    pub fn full_name(&self, place: usize) -> String {
        let name = self.names.get(place);
        name.map(|(server, container)| format!("{server}/{container}")).unwrap_or_default()
    }

    /// Writes lines: what one container wrote to its standard error goes there.
    ///
    /// # Errors
    /// `OutputClosed` when whoever read them is gone.
    pub fn write(&self, lines: &[LogLine]) -> Result<(), CliError> {
        let mut out: Vec<u8> = Vec::new();
        for line in lines {
            if self.is_json {
                let Some((server, container)) = self.names.get(line.source as usize) else {
                    continue;
                };
                out.extend(output::json_text(&JsonLine {
                    server,
                    container,
                    at: DateTime::from_timestamp_millis(line.at_ms),
                    stream: line.stream,
                    text: &line.text,
                    cut_bytes: line.cut_bytes,
                })?);
                continue;
            }
            if line.stream == LogStream::Stderr && self.names.len() == 1 {
                // What came before on the other output comes before here too.
                output::write(&std::mem::take(&mut out))?;
                let mut text = self.shown(line, self.colours[1]).into_bytes();
                text.push(b'\n');
                // With standard error gone there is nobody left to tell.
                let _ = io::stderr().write_all(&text);
                continue;
            }
            out.extend(self.shown(line, self.colours[0]).into_bytes());
            out.push(b'\n');
        }
        if out.is_empty() { Ok(()) } else { output::write(&out) }
    }

    /// A line without its line feed.
    fn shown(&self, line: &LogLine, colour: bool) -> String {
        let mut shown = String::new();
        if let Some(dates) = self.dates {
            let at = DateTime::from_timestamp_millis(line.at_ms).unwrap_or_default();
            shown += &dates.write(at, "%Y-%m-%d %H:%M:%S%.3f ");
        }
        if self.names.len() > 1 {
            let mark = if line.stream == LogStream::Stderr { '!' } else { '|' };
            let name = self.full_name(line.source as usize);
            shown += &format!("{name:width$} {mark} ", width = self.width);
        }
        if !colour {
            shown += &plain(&line.text);
        } else {
            shown += &line.text;
            if line.text.contains('\u{1b}') {
                // A colour that a line leaves on would go on into what follows.
                shown += "\u{1b}[0m";
            }
        }
        if line.cut_bytes > 0 {
            shown += &format!(" … {} bytes cut", line.cut_bytes);
        }
        shown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(source: u32, stream: LogStream, text: &str) -> LogLine {
        LogLine { number: 0, at_ms: 0, source, stream, text: text.to_owned(), cut_bytes: 0 }
    }

    fn writer(names: &[&str]) -> Writer {
        let names = names.iter().map(|name| ("nas".to_owned(), (*name).to_owned()));
        Writer::new(names, None, false)
    }

    /// A container must not paint what others write, nor be taken for another one.
    #[test]
    fn each_line_stands_by_itself() {
        let one = writer(&["web"]);
        let red = line(0, LogStream::Stdout, "\u{1b}[31mred");
        assert_eq!(one.shown(&red, true), "\u{1b}[31mred\u{1b}[0m");
        assert_eq!(one.shown(&red, false), "red");
        let two = writer(&["web", "database"]);
        assert_eq!(two.shown(&line(0, LogStream::Stdout, "a"), true), "nas/web      | a");
        assert_eq!(two.shown(&line(1, LogStream::Stderr, "b"), true), "nas/database ! b");
        let cut = LogLine { cut_bytes: 9, ..line(0, LogStream::Stdout, "long") };
        assert_eq!(one.shown(&cut, true), "long … 9 bytes cut");
    }
}
