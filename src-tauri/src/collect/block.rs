//! One answer of the script: named sections between a begin and an end marker, and the reader that
//! finds them in a stream that may start with banners and be cut anywhere.

use super::{error::Error, script::Nonce};
use std::ops::Range;

/// No real block comes near this: 1,024 processors and 500 mounts give 150 kB.
const LIMIT_BYTES: usize = 4 * 1024 * 1024;
/// How much may be said before the first marker: banners and messages of the day.
const NOISE_LIMIT_BYTES: usize = 1024 * 1024;
/// How much of it is kept to show.
const NOISE_KEPT_BYTES: usize = 400;

/// Named sections of text. Bytes that are no UTF-8 have become U+FFFD.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Block {
    text: String,
    sections: Vec<(String, Range<usize>)>,
    bytes: u64,
}

impl Block {
    /// The text of a section; `None` when the host could not read it.
    #[must_use]
    pub fn section(&self, name: &str) -> Option<&str> {
        let (_, range) = self.sections.iter().find(|(section, _)| section == name)?;
        self.text.get(range.clone())
    }

    /// Size as it came over the wire, bytes.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Whether this is the script's first block, after which it takes requests.
    ///
    /// # Errors
    /// [`Error::NotLinux`] when the script found no `/proc`.
    pub fn ready(&self) -> Result<bool, Error> {
        if let Some(system) = self.section("unsupported") {
            let system = system.trim();
            let system = if system.is_empty() { "unknown" } else { system };
            return Err(Error::NotLinux { system: printable(system.as_bytes()) });
        }
        Ok(self.section("ready").is_some())
    }

    /// Adds a section, as if it had come over the wire.
    pub(super) fn add(&mut self, name: &str, content: &[u8]) {
        let start = self.text.len();
        self.text.push_str(&String::from_utf8_lossy(content));
        self.sections.push((name.to_owned(), start..self.text.len()));
    }
}

/// Finds blocks in the bytes that a channel delivers.
#[derive(Debug)]
pub struct BlockReader {
    mark: Vec<u8>,
    line: Vec<u8>,
    noise: Vec<u8>,
    noise_bytes: usize,
    open: Option<Open>,
}

/// A block whose end has not come yet.
#[derive(Debug, Default)]
struct Open {
    block: Block,
    section: Option<String>,
    content: Vec<u8>,
}

impl Open {
    fn close_section(&mut self) {
        if let Some(name) = self.section.take() {
            self.block.add(&name, &self.content);
        }
        self.content.clear();
    }
}

impl BlockReader {
    /// A reader of the blocks whose markers carry `nonce`.
    #[must_use]
    pub fn new(nonce: &Nonce) -> Self {
        Self {
            mark: format!("@@{} ", nonce.as_str()).into_bytes(),
            line: Vec::new(),
            noise: Vec::new(),
            noise_bytes: 0,
            open: None,
        }
    }

    /// Takes the next bytes of the stream; gives the block that they complete, if they do. A host
    /// is asked for one block at a time, so there is never a second one behind it.
    ///
    /// # Errors
    /// When the block is too long, or the stream goes on without a marker.
    pub fn push(&mut self, bytes: &[u8]) -> Result<Option<Block>, Error> {
        let mut done = None;
        for piece in bytes.split_inclusive(|&byte| byte == b'\n') {
            self.line.extend_from_slice(piece);
            if piece.ends_with(b"\n") {
                let line = std::mem::take(&mut self.line);
                if let Some(block) = self.take_line(&line)? {
                    done = Some(block);
                }
                self.line = line;
                self.line.clear();
            } else if self.line.len() > LIMIT_BYTES {
                return Err(self.too_long());
            }
        }
        Ok(done)
    }

    /// The beginning of what was said outside of blocks, fit for a message; `None` when nothing was.
    #[must_use]
    pub fn noise(&self) -> Option<String> {
        let mut said = self.noise.clone();
        if self.open.is_none() {
            said.extend_from_slice(&self.line);
        }
        said.truncate(NOISE_KEPT_BYTES);
        let said = printable(&said);
        (!said.is_empty()).then_some(said)
    }

    fn take_line(&mut self, line: &[u8]) -> Result<Option<Block>, Error> {
        let marker = line
            .strip_prefix(self.mark.as_slice())
            .map(|name| String::from_utf8_lossy(name.trim_ascii()).into_owned());
        let Some(open) = &mut self.open else {
            if marker.as_deref() == Some("begin") {
                let mut open = Open::default();
                open.block.bytes = line.len() as u64;
                self.open = Some(open);
            } else {
                self.hear_noise(line)?;
            }
            return Ok(None);
        };
        open.block.bytes += line.len() as u64;
        match marker.as_deref() {
            Some("begin") => *open = Open::default(),
            Some("end") => {
                open.close_section();
                return Ok(self.open.take().map(|open| open.block));
            }
            Some(name) => {
                open.close_section();
                open.section = Some(name.to_owned());
            }
            None => open.content.extend_from_slice(line),
        }
        if open.block.bytes > LIMIT_BYTES as u64 {
            return Err(self.too_long());
        }
        Ok(None)
    }

    fn hear_noise(&mut self, line: &[u8]) -> Result<(), Error> {
        let room = NOISE_KEPT_BYTES.saturating_sub(self.noise.len());
        self.noise.extend_from_slice(&line[..line.len().min(room)]);
        self.noise_bytes += line.len();
        if self.noise_bytes > NOISE_LIMIT_BYTES {
            return Err(Error::NotUnderstood { said: printable(&self.noise) });
        }
        Ok(())
    }

    fn too_long(&self) -> Error {
        if self.open.is_some() {
            Error::AnswerTooLong { limit_bytes: LIMIT_BYTES }
        } else {
            Error::NotUnderstood { said: self.noise().unwrap_or_default() }
        }
    }
}

/// Text that can be shown on one line: what is not printable becomes a space, runs of them one.
fn printable(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let clean: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    clean.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn reader() -> (BlockReader, String) {
        let nonce = Nonce::random();
        let mark = format!("@@{} ", nonce.as_str());
        (BlockReader::new(&nonce), mark)
    }

    /// A channel may deliver a block in any pieces, after any banner.
    #[test]
    fn a_block_is_found_behind_a_banner_and_in_single_bytes() {
        let (mut reader, m) = reader();
        let banner = "Welcome to the machine\n\x1b[1mbold\x1b[0m\n";
        let answer = format!("{m}begin\n{m}load\n0.1\n{m}end\n");
        let stream = format!("{banner}{answer}");
        let mut found = None;
        for byte in stream.as_bytes() {
            found = reader.push(&[*byte]).expect("understood").or(found);
        }
        let block = found.expect("a block");
        assert_eq!(block.section("load"), Some("0.1\n"));
        assert_eq!(block.section("cpu"), None);
        assert_eq!(reader.noise().as_deref(), Some("Welcome to the machine [1mbold [0m"));
        assert_eq!(block.bytes(), answer.len() as u64);
    }

    /// Content that looks like a marker of somebody else's must stay content.
    #[test]
    fn a_file_cannot_forge_a_marker() {
        let (mut reader, m) = reader();
        let stream =
            format!("{m}begin\n{m}load\n@@0000 end\n@@ end\n x{m}end\n{m}memory\nb\n{m}end\n");
        let block = reader.push(stream.as_bytes()).expect("understood").expect("a block");
        assert_eq!(block.section("load"), Some(format!("@@0000 end\n@@ end\n x{m}end\n").as_str()));
        assert_eq!(block.section("memory"), Some("b\n"));
    }

    /// 10 MB of output must end in an error, not in memory.
    #[test]
    fn endless_output_is_refused() {
        let flood = vec![b'y'; 64 * 1024];
        let (mut silent, _) = reader();
        let refused = (0..160).find_map(|_| silent.push(&flood).err());
        assert!(matches!(refused, Some(Error::NotUnderstood { said }) if said.starts_with("yyy")));

        let (mut lines, _) = reader();
        let refused = (0..1_000_000).find_map(|_| lines.push(b"hello\n").err());
        assert!(
            matches!(refused, Some(Error::NotUnderstood { said }) if said.starts_with("hello"))
        );

        let (mut begun, m) = reader();
        begun.push(format!("{m}begin\n{m}cpu\n").as_bytes()).expect("understood");
        let refused = (0..1_000_000).find_map(|_| begun.push(b"cpu 1 2 3 4\n").err());
        assert!(matches!(refused, Some(Error::AnswerTooLong { .. })));
    }

    /// A host without `/proc` is named, so that the person reads what it is.
    #[test]
    fn another_system_is_named() {
        let (mut reader, m) = reader();
        let stream = format!("{m}begin\n{m}unsupported\nFreeBSD 14.1-RELEASE\n{m}end\n");
        let block = reader.push(stream.as_bytes()).expect("understood").expect("a block");
        assert_eq!(block.ready(), Err(Error::NotLinux { system: "FreeBSD 14.1-RELEASE".into() }));
    }

    proptest! {
        /// Whatever comes, in whatever pieces, the reader does not panic, and a block sent after
        /// it is found.
        #[test]
        fn nonsense_does_not_lose_the_next_block(
            pieces in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..80), 0..20)
        ) {
            let (mut reader, m) = reader();
            for piece in &pieces {
                prop_assert_eq!(reader.push(piece).expect("short"), None);
            }
            let stream = format!("\n{m}begin\n{m}load\nx\n{m}end\n");
            let block = reader.push(stream.as_bytes()).expect("short").expect("a block");
            prop_assert_eq!(block.section("load"), Some("x\n"));
        }
    }
}
