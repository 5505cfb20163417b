//! The files of a catalog, read into memory within limits.

use sha2::{Digest, Sha256};
use std::io::Read;

/// The most bytes of all files together.
pub(super) const MOST_BYTES: u64 = 50 << 20;
/// The most files that are looked at.
pub(super) const MOST_FILES: usize = 100_000;
/// The deepest that folders are looked into.
pub(super) const DEEPEST: usize = 8;

/// Why a source cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// It is nowhere that Tomo knows.
    #[error("{0} is neither an absolute path nor an http or https address")]
    NoLocation(String),
    /// An address with a password in it.
    #[error("an address with a user or a password in it would be kept readable; leave them out")]
    Password,
    /// There is nothing at that path.
    #[error("there is nothing at {0}")]
    Missing(String),
    /// A file cannot be read.
    #[error("{0} cannot be read: {1}")]
    Unreadable(String, String),
    /// It is larger than a catalog may be.
    #[error("it is larger than {} MB, or has more than {MOST_FILES} files", MOST_BYTES >> 20)]
    TooLarge,
    /// It was not reached.
    #[error("it was not reached: {0}")]
    Unreachable(String),
    /// It refused.
    #[error("it answered {0}")]
    Refused(String),
    /// It took too long.
    #[error("it took longer than {0} s")]
    Slow(u64),
    /// It is broken.
    #[error("it is broken: {0}")]
    Broken(String),
    /// There is no app in it.
    #[error("there is no app in it: no app.yaml, no compose file with x-casaos, no templates")]
    Empty,
}

/// A file of a catalog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct File {
    /// Its path, with '/' between the parts and without one at the beginning.
    pub path: String,
    pub bytes: Vec<u8>,
}

impl File {
    /// The name without the folders.
    pub(super) fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    /// The folders without the name.
    pub(super) fn folder(&self) -> &str {
        self.path.rsplit_once('/').map_or("", |(folder, _)| folder)
    }

    pub(super) fn text(&self) -> Option<&str> {
        std::str::from_utf8(&self.bytes).ok()
    }
}

/// Files that may belong to a catalog.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Tree {
    pub files: Vec<File>,
    bytes: u64,
}

impl Tree {
    /// Whether a file of this path is kept: manifests, compose files, templates, pictures beside them,
    /// and what says whose work it is.
    pub(super) fn wants(path: &str) -> bool {
        let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
        let is_hidden = path.split('/').any(|part| part.starts_with('.'));
        let ends = [".yaml", ".yml", ".json", ".svg", ".png", ".webp", ".jpg", ".jpeg"];
        let is_licence = name.starts_with("licen") || name.starts_with("copying");
        !is_hidden
            && (is_licence || ends.iter().any(|end| name.ends_with(end)))
            && path.split('/').count() <= DEEPEST
            && !path.split('/').any(|part| part == "..")
    }

    /// Adds a file, as much of it as may be.
    pub(super) fn add(&mut self, path: &str, from: &mut dyn Read) -> Result<(), SourceError> {
        let left = MOST_BYTES - self.bytes;
        let mut bytes = Vec::new();
        from.take(left + 1)
            .read_to_end(&mut bytes)
            .map_err(|error| SourceError::Unreadable(path.to_owned(), error.to_string()))?;
        self.add_bytes(path, bytes)
    }

    pub(super) fn add_bytes(&mut self, path: &str, bytes: Vec<u8>) -> Result<(), SourceError> {
        self.bytes += bytes.len() as u64;
        if self.bytes > MOST_BYTES || self.files.len() >= MOST_FILES {
            return Err(SourceError::TooLarge);
        }
        self.files.push(File { path: path.to_owned(), bytes });
        Ok(())
    }

    /// A mark by which the same files are known again.
    pub(super) fn mark(&self) -> String {
        let mut files: Vec<&File> = self.files.iter().collect();
        files.sort_by(|one, other| one.path.cmp(&other.path));
        let mut hash = Sha256::new();
        for file in files {
            for part in [file.path.as_bytes(), &file.bytes] {
                hash.update((part.len() as u64).to_le_bytes());
                hash.update(part);
            }
        }
        hex::encode(hash.finalize())
    }

    /// The file of this path.
    pub(super) fn get(&self, path: &str) -> Option<&File> {
        self.files.iter().find(|file| file.path == path)
    }
}
