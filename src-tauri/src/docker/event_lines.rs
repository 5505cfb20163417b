//! The lines of an answer that does not end, out of the pieces in which it comes. What is too long to be
//! an event is left out up to its end, so that the next one is heard.

use super::{ask, error::EngineError, raw::Answer};
use hyper::body::Bytes;

/// The longest line that is read, bytes: an event bears all labels of its container.
const LONGEST: usize = 1 << 20;

/// One line.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// All of it, with its end.
    Whole(Vec<u8>),
    /// One that was too long.
    LeftOut,
}

/// The lines of an answer.
pub(super) struct Lines {
    answer: Answer,
    reading: Reading,
}

impl Lines {
    pub(super) fn of(answer: Answer) -> Self {
        Self { answer, reading: Reading::default() }
    }

    /// The next line that is not empty; nothing at the end.
    ///
    /// # Errors
    /// When the answer breaks off, or one of its lines does not end.
    pub(super) async fn next(&mut self) -> Result<Option<Line>, EngineError> {
        loop {
            // Whoever talks without a pause leaves the others their turn.
            tokio::task::consume_budget().await;
            if let Some(line) = self.reading.next()? {
                return Ok(Some(line));
            }
            match self.answer.piece().await? {
                Some(piece) => self.reading.piece = piece,
                None => return Ok(None),
            }
        }
    }
}

/// What has come and is not read yet. Each byte is copied once at most.
#[derive(Default)]
struct Reading {
    piece: Bytes,
    /// The beginning of a line whose end has not come.
    begun: Vec<u8>,
    /// How much of a line has been left out already, bytes; 0 where none is.
    left_out: usize,
}

impl Reading {
    /// The next line that ends in what has come.
    fn next(&mut self) -> Result<Option<Line>, EngineError> {
        while let Some(end) = self.piece.iter().position(|byte| *byte == b'\n') {
            let part = self.piece.split_to(end + 1);
            if self.left_out > 0 || self.begun.len() + part.len() > LONGEST {
                self.left_out = 0;
                self.begun = Vec::new();
                return Ok(Some(Line::LeftOut));
            }
            if self.begun.trim_ascii().is_empty() && part.trim_ascii().is_empty() {
                self.begun.clear();
                continue;
            }
            self.begun.extend_from_slice(&part);
            return Ok(Some(Line::Whole(std::mem::take(&mut self.begun))));
        }
        let rest = std::mem::take(&mut self.piece);
        if self.left_out > 0 || self.begun.len() + rest.len() > LONGEST {
            self.left_out += self.begun.len() + rest.len();
            self.begun = Vec::new();
        } else {
            self.begun.extend_from_slice(&rest);
        }
        if self.left_out > ask::LONGEST {
            return Err(EngineError::NotUnderstood("one of its events does not end".into()));
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, Instant};

    /// All lines of what comes in these pieces.
    fn lines(pieces: impl IntoIterator<Item = Vec<u8>>) -> Result<Vec<Line>, EngineError> {
        let (mut reading, mut lines) = (Reading::default(), Vec::new());
        for piece in pieces {
            reading.piece = piece.into();
            while let Some(line) = reading.next()? {
                lines.push(line);
            }
        }
        Ok(lines)
    }

    fn whole(text: &str) -> Line {
        Line::Whole(text.as_bytes().to_vec())
    }

    /// Holds because pieces end anywhere, and a line is what stands between two ends.
    #[test]
    fn lines_are_put_together_from_pieces() {
        let pieces = ["\n {\"a\"", ":1}", "\n\r\n", "  ", "\n{}\n{\"b\":", "2}\nrest"];
        let read = lines(pieces.map(|piece| piece.as_bytes().to_vec())).expect("lines");
        assert_eq!(read, [whole(" {\"a\":1}\n"), whole("{}\n"), whole("{\"b\":2}\n")]);
    }

    /// Holds because a line that is too long is one line, wherever its pieces end, and costs only itself.
    #[test]
    fn what_is_too_long_is_left_out_up_to_its_end() {
        let long = || vec![b'x'; LONGEST];
        // Compared without being shown: each is a million characters.
        let is = |pieces: Vec<Vec<u8>>, wanted: &[Line]| lines(pieces).expect("lines") == wanted;
        let at_once = [&long()[..], b"\n{}\n"].concat();
        assert!(is(vec![at_once], &[Line::LeftOut, whole("{}\n")]));
        let in_parts = vec![b"a\nb".to_vec(), long(), long(), b"\n{}\n".to_vec()];
        assert!(is(in_parts, &[whole("a\n"), Line::LeftOut, whole("{}\n")]));
        let just = [&vec![b'x'; LONGEST - 1][..], b"\n"].concat();
        assert!(is(vec![just.clone()], &[Line::Whole(just)]));
        let endless = std::iter::repeat_with(long).take(ask::LONGEST / LONGEST + 1);
        assert!(lines(endless).is_err());
    }

    /// Holds because what is left of a piece is not copied for each of its lines: for a million of them
    /// that would be 500 GB.
    #[test]
    fn a_piece_of_a_million_lines_is_read_at_once() {
        let begun = Instant::now();
        let mut reading = Reading { piece: vec![b'\n'; LONGEST].into(), ..Reading::default() };
        assert_eq!(reading.next(), Ok(None));
        assert_eq!((reading.begun.capacity(), reading.piece.len()), (0, 0), "nothing is kept");
        let read = lines(["{}\n".repeat(LONGEST).into_bytes()]).expect("lines");
        assert_eq!(read.len(), LONGEST);
        assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
    }
}
