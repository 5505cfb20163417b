//! The lines of a follow in memory: the newest million, in few large pieces, so that a line costs its
//! text and 24 bytes. Whoever reads takes a view and works on that; the writer never waits for a search.

use crate::{
    docker::logs::{Line, plain},
    domain::container_log::{LogFilter, LogLine, LogStream},
};
use std::{
    collections::VecDeque,
    sync::Arc,
    time::{Duration, Instant},
};

/// The most lines that are kept.
pub(in crate::app) const MOST_LINES: usize = 1_000_000;
/// The most text that is kept, bytes.
const MOST_BYTES: usize = 192 << 20;
/// When a piece is full.
const PIECE_BYTES: usize = 256 << 10;
const PIECE_LINES: usize = 4_096;
/// The rate is taken over this long.
const RATE_OVER: Duration = Duration::from_secs(4);

/// What is kept of a line besides its text.
#[derive(Clone, Copy)]
struct Head {
    at_ms: i64,
    cut_bytes: u64,
    /// Where its text ends in the piece's.
    end: u32,
    source: u16,
    stream: LogStream,
}

/// Lines one after the other.
#[derive(Clone, Default)]
struct Piece {
    /// Number of its first line.
    first: u64,
    text: String,
    heads: Vec<Head>,
    newest_ms: i64,
}

impl Piece {
    fn end(&self) -> u64 {
        self.first + self.heads.len() as u64
    }

    fn is_full(&self) -> bool {
        self.text.len() >= PIECE_BYTES || self.heads.len() >= PIECE_LINES
    }

    fn text(&self, at: usize) -> &str {
        let start = at.checked_sub(1).map_or(0, |before| self.heads[before].end as usize);
        &self.text[start..self.heads[at].end as usize]
    }

    fn line(&self, at: usize) -> LogLine {
        let head = self.heads[at];
        LogLine {
            number: self.first + at as u64,
            at_ms: head.at_ms,
            source: head.source.into(),
            stream: head.stream,
            text: self.text(at).to_owned(),
            cut_bytes: head.cut_bytes,
        }
    }
}

/// See the module.
pub(in crate::app) struct LogBuffer {
    pieces: VecDeque<Arc<Piece>>,
    open: Piece,
    /// Number of the first line that is kept; the piece that it is in may begin earlier.
    first: u64,
    most_lines: usize,
    bytes: usize,
    /// How many lines came, by when.
    came: VecDeque<(Instant, u64)>,
}

impl Default for LogBuffer {
    fn default() -> Self {
        Self::keeping(MOST_LINES)
    }
}

impl LogBuffer {
    fn keeping(most_lines: usize) -> Self {
        Self {
            pieces: VecDeque::new(),
            open: Piece::default(),
            first: 0,
            most_lines,
            bytes: 0,
            came: VecDeque::new(),
        }
    }

    /// Appends lines of sources.
    pub(in crate::app) fn push(&mut self, lines: impl IntoIterator<Item = (u16, Line)>) {
        let mut count = 0;
        for (source, line) in lines {
            count += 1;
            let at_ms = line.at_ns.div_euclid(1_000_000);
            self.open.text.push_str(&line.text);
            self.bytes += line.text.len();
            let newest = if self.open.heads.is_empty() { at_ms } else { self.open.newest_ms };
            self.open.newest_ms = newest.max(at_ms);
            self.open.heads.push(Head {
                at_ms,
                cut_bytes: line.cut_bytes,
                end: u32::try_from(self.open.text.len()).unwrap_or(u32::MAX),
                source,
                stream: line.stream,
            });
            if self.open.is_full() {
                let first = self.open.end();
                let mut full =
                    std::mem::replace(&mut self.open, Piece { first, ..Piece::default() });
                full.text.shrink_to_fit();
                full.heads.shrink_to_fit();
                self.pieces.push_back(Arc::new(full));
                self.let_go();
            }
        }
        self.let_go();
        self.note(Instant::now(), count);
    }

    /// Drops what is too much, oldest first.
    fn let_go(&mut self) {
        let least = self.end().saturating_sub(self.most_lines as u64);
        self.first = self.first.max(least);
        while let Some(oldest) = self.pieces.front() {
            if oldest.end() > self.first && self.bytes <= MOST_BYTES {
                break;
            }
            self.bytes -= oldest.text.len();
            self.first = self.first.max(oldest.end());
            self.pieces.pop_front();
        }
    }

    /// Number of the first line that is kept.
    pub(in crate::app) fn first(&self) -> u64 {
        self.first
    }

    /// Number after the last line.
    pub(in crate::app) fn end(&self) -> u64 {
        self.open.end()
    }

    fn note(&mut self, now: Instant, count: u64) {
        if count > 0 {
            self.came.push_back((now, count));
        }
        while self.came.front().is_some_and(|(at, _)| now.duration_since(*at) > RATE_OVER) {
            self.came.pop_front();
        }
    }

    /// Lines a second, over the last seconds.
    #[expect(clippy::cast_precision_loss, reason = "a rate needs no 53 bits")]
    pub(in crate::app) fn rate(&mut self) -> f64 {
        self.note(Instant::now(), 0);
        let count: u64 = self.came.iter().map(|(_, count)| count).sum();
        count as f64 / RATE_OVER.as_secs_f64()
    }

    /// What is kept now, to be read without holding up the writer.
    pub(in crate::app) fn view(&self) -> LogView {
        let mut pieces: Vec<_> = self.pieces.iter().cloned().collect();
        pieces.push(Arc::new(self.open.clone()));
        LogView { pieces, first: self.first }
    }
}

/// What was kept at a moment.
pub(in crate::app) struct LogView {
    pieces: Vec<Arc<Piece>>,
    first: u64,
}

impl LogView {
    /// Number of the first line that was kept.
    pub(in crate::app) fn first(&self) -> u64 {
        self.first
    }

    /// Number after the last line.
    pub(in crate::app) fn end(&self) -> u64 {
        self.pieces.last().map_or(self.first, |piece| piece.end())
    }

    /// Places of the lines from a number on.
    fn places(&self, from: u64) -> impl DoubleEndedIterator<Item = (&Piece, usize)> {
        let from = from.max(self.first);
        let begin = self.pieces.partition_point(|piece| piece.end() <= from);
        self.pieces[begin..].iter().flat_map(move |piece| {
            let skipped = usize::try_from(from.saturating_sub(piece.first)).unwrap_or(usize::MAX);
            (skipped.min(piece.heads.len())..piece.heads.len()).map(|at| (piece.as_ref(), at))
        })
    }

    /// Lines from a number on, or the newest; those that match.
    pub(in crate::app) fn page(
        &self,
        from: Option<u64>,
        limit: usize,
        filter: &LogFilter,
    ) -> Vec<LogLine> {
        let wanted = Wanted::of(filter);
        let matches = |(piece, at): &(&Piece, usize)| wanted.matches(piece, *at);
        let Some(from) = from else {
            let newest = self.places(0).rev().filter(matches).take(limit);
            let mut lines: Vec<_> = newest.map(|(piece, at)| piece.line(at)).collect();
            lines.reverse();
            return lines;
        };
        self.places(from).filter(matches).take(limit).map(|(piece, at)| piece.line(at)).collect()
    }

    /// How many lines match, and the numbers of the newest of them.
    pub(in crate::app) fn search(&self, filter: &LogFilter, most: usize) -> (u64, Vec<u64>) {
        let wanted = Wanted::of(filter);
        let mut numbers = VecDeque::new();
        let mut total = 0;
        for (piece, at) in self.places(0) {
            if wanted.matches(piece, at) {
                total += 1;
                if numbers.len() == most {
                    numbers.pop_front();
                }
                numbers.push_back(piece.first + at as u64);
            }
        }
        (total, numbers.into())
    }

    /// Number of the first line from a moment on; that after the last when there is none.
    pub(in crate::app) fn seek(&self, at_ms: i64) -> u64 {
        for piece in self.pieces.iter().filter(|piece| !piece.heads.is_empty()) {
            if piece.newest_ms < at_ms || piece.end() <= self.first {
                continue;
            }
            let begin = self.first.saturating_sub(piece.first);
            let found = (begin..piece.heads.len() as u64)
                .find(|at| usize::try_from(*at).is_ok_and(|at| piece.heads[at].at_ms >= at_ms));
            if let Some(at) = found {
                return piece.first + at;
            }
        }
        self.pieces.last().map_or(0, |piece| piece.end())
    }

    /// Everything that matches, line by line.
    pub(in crate::app) fn lines(&self, filter: &LogFilter) -> impl Iterator<Item = LogLine> {
        let wanted = Wanted::of(filter);
        self.places(0)
            .filter(move |(piece, at)| wanted.matches(piece, *at))
            .map(|(piece, at)| piece.line(at))
    }
}

/// A filter, made ready.
struct Wanted {
    stream: Option<LogStream>,
    text: Option<String>,
}

impl Wanted {
    fn of(filter: &LogFilter) -> Self {
        let text = filter.text.as_deref().filter(|text| !text.is_empty()).map(str::to_lowercase);
        Self { stream: filter.stream, text }
    }

    fn matches(&self, piece: &Piece, at: usize) -> bool {
        if self.stream.is_some_and(|stream| stream != piece.heads[at].stream) {
            return false;
        }
        let Some(wanted) = &self.text else { return true };
        let text = piece.text(at);
        if text.contains('\u{1b}') { holds(&plain(text), wanted) } else { holds(text, wanted) }
    }
}

/// Whether a text holds another, which is in lower case, whatever its own case.
fn holds(text: &str, wanted: &str) -> bool {
    if !text.is_ascii() {
        return text.to_lowercase().contains(wanted);
    }
    let (text, wanted) = (text.as_bytes(), wanted.as_bytes());
    let Some(first) = wanted.first() else { return true };
    let Some(last) = text.len().checked_sub(wanted.len()) else { return false };
    (0..=last).any(|at| {
        text[at].eq_ignore_ascii_case(first)
            && text[at..at + wanted.len()].eq_ignore_ascii_case(wanted)
    })
}

#[cfg(test)]
#[path = "log_buffer_tests.rs"]
mod tests;
