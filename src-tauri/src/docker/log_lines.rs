//! From the bytes of an engine's log to lines: frames taken apart, times read, pieces of lines put
//! together, and what is too long cut, in bounded memory whatever comes.

use super::{error::one_line, log_text};
use crate::domain::container_log::LogStream;
use chrono::{DateTime, NaiveDate};

/// The longest line that is kept, bytes.
pub const LONGEST: usize = 16 << 10;
/// Docker hands out longer lines in pieces of this size, each with a time of its own.
const PIECE: usize = 16 << 10;
/// The longest time, with its space: `2026-11-23T00:00:00.123456789+02:00 `.
const STAMP: usize = 36;
/// The longest complaint of the engine that is kept, bytes.
const COMPLAINT: usize = 2_000;

/// A line as the engine took it down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Nanoseconds since 1970, UTC.
    pub at_ns: i64,
    /// Which output.
    pub stream: LogStream,
    /// The text, with the escape sequences of colours and no others.
    pub text: String,
    /// How many bytes were cut off its end.
    pub cut_bytes: u64,
}

/// Takes a log's bytes in pieces of any size.
pub(super) struct Lines {
    frames: Option<Frames>,
    stdout: Assembler,
    stderr: Assembler,
    complaint: Vec<u8>,
}

impl Lines {
    /// `tty`: whether the container writes to a terminal, so that its log has no frames.
    pub(super) fn new(tty: bool) -> Self {
        Self {
            frames: (!tty).then(Frames::default),
            stdout: Assembler::new(LogStream::Stdout, tty),
            stderr: Assembler::new(LogStream::Stderr, false),
            complaint: Vec::new(),
        }
    }

    /// Takes a piece and appends the lines that it completes.
    pub(super) fn push(&mut self, mut bytes: &[u8], lines: &mut Vec<Line>) {
        let Some(frames) = &mut self.frames else {
            self.stdout.push(bytes, lines);
            return;
        };
        while !bytes.is_empty() {
            let Some((kind, is_first, payload)) = frames.next(&mut bytes) else { return };
            let to = match kind {
                2 => &mut self.stderr,
                // The engine itself has something to say.
                3 => {
                    let room = COMPLAINT.saturating_sub(self.complaint.len());
                    self.complaint.extend(payload.iter().take(room));
                    continue;
                }
                _ => &mut self.stdout,
            };
            if is_first {
                to.begin();
            }
            to.push(payload, lines);
        }
    }

    /// The log has ended: what has no line break yet is a line as well.
    pub(super) fn finish(&mut self, lines: &mut Vec<Line>) {
        self.stdout.finish(lines);
        self.stderr.finish(lines);
    }

    /// What the engine complained of in the midst of the log.
    pub(super) fn complaint(&self) -> Option<String> {
        (!self.complaint.is_empty()).then(|| one_line(&String::from_utf8_lossy(&self.complaint)))
    }
}

/// Frames of eight bytes' head and a payload.
#[derive(Default)]
pub(super) struct Frames {
    head: [u8; 8],
    filled: usize,
    left: usize,
    is_first: bool,
}

impl Frames {
    /// The next part of a payload: its kind, and whether it is the payload's beginning.
    pub(super) fn next<'a>(&mut self, bytes: &mut &'a [u8]) -> Option<(u8, bool, &'a [u8])> {
        if self.left == 0 {
            let take = bytes.len().min(8 - self.filled);
            let (head, rest) = bytes.split_at(take);
            self.head[self.filled..self.filled + take].copy_from_slice(head);
            self.filled += take;
            *bytes = rest;
            if self.filled < 8 {
                return None;
            }
            self.filled = 0;
            let [kind, _, _, _, a, b, c, d] = self.head;
            self.left = u32::from_be_bytes([a, b, c, d]) as usize;
            self.is_first = true;
            if self.left == 0 {
                return Some((kind, false, &[]));
            }
        }
        let take = bytes.len().min(self.left);
        let (payload, rest) = bytes.split_at(take);
        *bytes = rest;
        self.left -= take;
        Some((self.head[0], std::mem::take(&mut self.is_first), payload))
    }
}

/// Puts one output's lines together.
struct Assembler {
    stream: LogStream,
    /// Whether times stand at places that have to be counted to, as there are no frames.
    counts: bool,
    /// A time may begin here; what has come of it so far.
    stamp: Option<Vec<u8>>,
    at_ns: i64,
    /// The time of the line's beginning was read.
    begun: bool,
    text: Vec<u8>,
    cut: u64,
    /// The newest byte, kept or cut.
    last: u8,
    /// Bytes since the last time.
    since_stamp: usize,
}

impl Assembler {
    fn new(stream: LogStream, counts: bool) -> Self {
        Self {
            stream,
            counts,
            stamp: Some(Vec::new()),
            at_ns: 0,
            begun: false,
            text: Vec::new(),
            cut: 0,
            last: 0,
            since_stamp: 0,
        }
    }

    /// A frame begins, so a time does.
    fn begin(&mut self) {
        if let Some(unfinished) = self.stamp.take() {
            self.add(&unfinished);
        }
        self.stamp = Some(Vec::new());
    }

    fn push(&mut self, mut bytes: &[u8], lines: &mut Vec<Line>) {
        while !bytes.is_empty() {
            if let Some(mut stamp) = self.stamp.take() {
                let wanted = STAMP - stamp.len();
                let window = &bytes[..bytes.len().min(wanted)];
                let space = window.iter().position(|byte| matches!(byte, b' ' | b'\n'));
                match space {
                    Some(at) if window[at] == b' ' => {
                        stamp.extend_from_slice(&window[..at]);
                        if let Some(at_ns) = time(&stamp) {
                            self.stamped(at_ns);
                            bytes = &bytes[at + 1..];
                            continue;
                        }
                        self.add(&stamp);
                        bytes = &bytes[at..];
                    }
                    None if window.len() < wanted => {
                        stamp.extend_from_slice(window);
                        self.stamp = Some(stamp);
                        return;
                    }
                    // No time after all.
                    _ => self.add(&stamp),
                }
            }
            let mut part = bytes;
            if self.counts {
                part = &part[..part.len().min(PIECE - self.since_stamp)];
            }
            match part.iter().position(|byte| *byte == b'\n') {
                Some(end) => {
                    self.add(&part[..end]);
                    bytes = &bytes[end + 1..];
                    self.end_line(lines);
                }
                None => {
                    self.add(part);
                    bytes = &bytes[part.len()..];
                    if self.counts && self.since_stamp >= PIECE {
                        self.since_stamp = 0;
                        self.stamp = Some(Vec::new());
                    }
                }
            }
        }
    }

    fn stamped(&mut self, at_ns: i64) {
        self.since_stamp = 0;
        if !std::mem::replace(&mut self.begun, true) {
            self.at_ns = at_ns;
        }
    }

    fn add(&mut self, bytes: &[u8]) {
        let kept = bytes.len().min(LONGEST - self.text.len());
        self.text.extend_from_slice(&bytes[..kept]);
        self.cut += (bytes.len() - kept) as u64;
        self.since_stamp += bytes.len();
        self.last = bytes.last().copied().unwrap_or(self.last);
    }

    fn end_line(&mut self, lines: &mut Vec<Line>) {
        let mut text = std::mem::take(&mut self.text);
        if self.cut == 0 {
            // Terminals end their lines with both.
            while text.last() == Some(&b'\r') {
                text.pop();
            }
        } else {
            let whole = whole_characters(&text);
            self.cut += (text.len() - whole) as u64;
            self.cut -= u64::from(self.last == b'\r');
            text.truncate(whole);
        }
        lines.push(Line {
            at_ns: self.at_ns,
            stream: self.stream,
            text: log_text::clean(&text),
            cut_bytes: std::mem::take(&mut self.cut),
        });
        text.clear();
        // The room is used again, unless one long line made it large.
        if text.capacity() <= 1_024 {
            self.text = text;
        }
        self.begun = false;
        self.last = 0;
        self.since_stamp = 0;
        self.stamp = Some(Vec::new());
    }

    fn finish(&mut self, lines: &mut Vec<Line>) {
        if let Some(unfinished) = self.stamp.take() {
            self.add(&unfinished);
        }
        if self.begun || !self.text.is_empty() {
            self.end_line(lines);
        }
    }
}

/// How many bytes stand before a character that was cut in two.
fn whole_characters(bytes: &[u8]) -> usize {
    let tail = bytes.len().saturating_sub(3);
    let lead = bytes.iter().skip(tail).rposition(|byte| *byte >= 0xc0).map(|at| at + tail);
    match lead {
        Some(lead) => match std::str::from_utf8(&bytes[lead..]) {
            Err(error) if error.error_len().is_none() => lead,
            _ => bytes.len(),
        },
        None => bytes.len(),
    }
}

/// Reads `2026-11-23T00:00:00.123456789Z`, nanoseconds since 1970.
fn time(text: &[u8]) -> Option<i64> {
    let digits = |from: usize, to: usize| {
        text.get(from..to)?.iter().try_fold(0_u32, |sum, byte| {
            byte.is_ascii_digit().then(|| sum * 10 + u32::from(byte - b'0'))
        })
    };
    let stands = |at: usize, byte: u8| text.get(at) == Some(&byte);
    let is_plain = text.len() >= 20
        && text.len() <= 30
        && stands(4, b'-')
        && stands(7, b'-')
        && stands(10, b'T')
        && stands(13, b':')
        && stands(16, b':')
        && text.last() == Some(&b'Z');
    if !is_plain {
        // With an offset from UTC, as Podman writes it.
        let text = std::str::from_utf8(text).ok().filter(|text| text.len() >= 20)?;
        return DateTime::parse_from_rfc3339(text).ok()?.timestamp_nanos_opt();
    }
    let year = i32::try_from(digits(0, 4)?).ok()?;
    let nanos = match text.len() {
        20 => 0,
        end if stands(19, b'.') && end > 21 => {
            let figures = u32::try_from(end - 21).ok()?;
            digits(20, end - 1)? * 10_u32.pow(9 - figures)
        }
        _ => return None,
    };
    let day = NaiveDate::from_ymd_opt(year, digits(5, 7)?, digits(8, 10)?)?;
    day.and_hms_nano_opt(digits(11, 13)?, digits(14, 16)?, digits(17, 19)?, nanos)?
        .and_utc()
        .timestamp_nanos_opt()
}

#[cfg(test)]
#[path = "log_lines_tests.rs"]
mod tests;
