//! The file of an app's backup: one age file under a passphrase, and in it what the app was made with and its
//! data, part by part.
//!
//! ```text
//! age (scrypt, ChaCha20-Poly1305 in chunks of 64 KiB)
//!   "tomo-app-bk\n"     12 bytes
//!   format version       4 bytes, big endian
//!   length of manifest   4 bytes, big endian
//!   manifest             JSON
//!   one zstd frame with a checksum, to the end; in it for each part of the manifest, in that order
//!     pieces             length (4 bytes, big endian, not 0) and bytes: a tar archive, cut anywhere
//!     0                  4 bytes
//!     SHA-256            of the pieces, 32 bytes
//! ```
//!
//! age authenticates every byte and its place. Whoever knows a passphrase may still have written anything: sizes
//! are limited, and what is in the manifest is checked like a text from a stranger.

use crate::{
    app::backup::{
        container::{
            APP_MARK, BUFFER, LEVEL, MOST_WINDOW, Payload, number, of_reading, unlock, workers,
        },
        error::BackupError,
        lock::{self, KeptKey},
        place::NewFile,
    },
    domain::{app::AppManifest, app_backup::AppBackupContents},
};
use age::{Identity, stream::StreamWriter};
use hyper::body::Bytes;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, BufReader, Read, Write},
    path::{Path, PathBuf},
};
use tokio::{sync::mpsc, task::JoinHandle};
use zeroize::Zeroizing;

const FORMAT: u32 = 1;
/// Pictures are in it, and a compose file.
const MOST_MANIFEST: u32 = 16 << 20;
/// The longest piece that is read, bytes.
const MOST_PIECE: usize = 4 << 20;
/// Pieces that wait between the network and the disk.
const AHEAD: usize = 16;

/// What an app was made with. `S` is how secrets are held.
#[derive(Serialize, Deserialize)]
pub(super) struct Saved<S> {
    pub(super) contents: AppBackupContents,
    pub(super) manifest: AppManifest,
    /// Values of settings, without secrets.
    pub(super) values: BTreeMap<String, String>,
    pub(super) secrets: BTreeMap<String, S>,
}

impl Saved<&str> {
    /// As it stands in the file.
    pub(super) fn to_json(&self) -> io::Result<Zeroizing<Vec<u8>>> {
        // Counted first: a vector that grows leaves copies of the secrets behind.
        let mut length = Length(0);
        serde_json::to_writer(&mut length, self)?;
        let mut json = Zeroizing::new(Vec::with_capacity(length.0));
        serde_json::to_writer(&mut *json, self)?;
        Ok(json)
    }
}

/// Counts what is written.
struct Length(usize);

impl Write for Length {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

enum Record {
    Piece(Bytes),
    EndOfPart,
    EndOfAll,
}

/// A backup that is being written, by a thread of its own.
pub(super) struct Saving {
    records: mpsc::Sender<Record>,
    writing: JoinHandle<Result<Written, BackupError>>,
}

/// A backup that was written, and has no name yet.
pub(super) struct Written {
    path: PathBuf,
    file: NewFile,
    key: KeptKey,
    digests: Vec<[u8; 32]>,
}

impl Saving {
    /// Begins to write what is to become `path`.
    pub(super) fn begin(path: PathBuf, passphrase: SecretString, json: Zeroizing<Vec<u8>>) -> Self {
        let (records, received) = mpsc::channel(AHEAD);
        let writing = tokio::task::spawn_blocking(move || write(path, passphrase, &json, received));
        Self { records, writing }
    }

    /// Takes the next piece of a part.
    ///
    /// # Errors
    /// Why nothing more can be written.
    pub(super) async fn push(&mut self, piece: Bytes) -> Result<(), BackupError> {
        self.send(Record::Piece(piece)).await
    }

    /// The part that was given is whole.
    ///
    /// # Errors
    /// Why nothing more can be written.
    pub(super) async fn end_part(&mut self) -> Result<(), BackupError> {
        self.send(Record::EndOfPart).await
    }

    async fn send(&mut self, record: Record) -> Result<(), BackupError> {
        if self.records.send(record).await.is_ok() {
            return Ok(());
        }
        match (&mut self.writing).await {
            Ok(Err(error)) => Err(error),
            Ok(Ok(_)) | Err(_) => Err(BackupError::NotTheSame),
        }
    }

    /// All parts were given.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub(super) async fn end(mut self) -> Result<Written, BackupError> {
        self.send(Record::EndOfAll).await?;
        self.writing.await.map_err(|_| BackupError::NotTheSame)?
    }
}

fn write(
    path: PathBuf,
    passphrase: SecretString,
    json: &[u8],
    mut records: mpsc::Receiver<Record>,
) -> Result<Written, BackupError> {
    let mut file = NewFile::begin(&path)?;
    let unwritten = |error| BackupError::write(&path, error);
    let (sealed, key) =
        lock::lock(passphrase).and_then(|lock| lock.begin(file.file())).map_err(unwritten)?;
    let digests = fill(sealed, json, &mut records).map_err(unwritten)?;
    Ok(Written { path, file, key, digests })
}

fn fill(
    mut sealed: StreamWriter<&mut File>,
    json: &[u8],
    records: &mut mpsc::Receiver<Record>,
) -> io::Result<Vec<[u8; 32]>> {
    let length = u32::try_from(json.len()).map_err(io::Error::other)?;
    sealed.write_all(APP_MARK)?;
    sealed.write_all(&FORMAT.to_be_bytes())?;
    sealed.write_all(&length.to_be_bytes())?;
    sealed.write_all(json)?;
    let mut packed = zstd::Encoder::new(sealed, LEVEL)?;
    packed.include_checksum(true)?;
    packed.multithread(workers())?;
    let (mut digests, mut digest) = (Vec::new(), Sha256::new());
    loop {
        match records.blocking_recv() {
            Some(Record::Piece(piece)) => {
                for piece in piece.chunks(MOST_PIECE) {
                    let length = u32::try_from(piece.len()).map_err(io::Error::other)?;
                    packed.write_all(&length.to_be_bytes())?;
                    packed.write_all(piece)?;
                }
                digest.update(&piece);
            }
            Some(Record::EndOfPart) => {
                let whole: [u8; 32] = std::mem::take(&mut digest).finalize().into();
                packed.write_all(&0_u32.to_be_bytes())?;
                packed.write_all(&whole)?;
                digests.push(whole);
            }
            Some(Record::EndOfAll) => break,
            None => return Err(io::Error::other("it was broken off")),
        }
    }
    packed.finish()?.finish()?.flush()?;
    Ok(digests)
}

impl Written {
    /// Reads it back to its last byte, and gives it its name. Blocks. Gives its size in bytes.
    ///
    /// # Errors
    /// When it is not what was written, or there is a file of this name that must stay.
    pub(super) fn check_and_finish(self, replace: bool) -> Result<u64, BackupError> {
        let unfinished = self.file.unfinished();
        let mut found = Vec::new();
        let (saved, mut parts) = open(unfinished, &self.key)?;
        for _ in &saved.contents.parts {
            while parts.next()?.is_some() {}
            found.push(parts.digest);
        }
        parts.end()?;
        if found != self.digests || found.len() != saved.contents.parts.len() {
            return Err(BackupError::NotTheSame);
        }
        let bytes = saved.contents.bytes;
        let path = self.path;
        self.file.finish(replace).map_err(|error| match error {
            BackupError::Exists(_) => BackupError::Exists(path),
            error => error,
        })?;
        Ok(bytes)
    }
}

/// The parts of a backup, one after another.
pub(super) struct Parts {
    path: PathBuf,
    packed: BufReader<zstd::Decoder<'static, BufReader<Payload>>>,
    hash: Sha256,
    /// Of the part that was read last.
    digest: [u8; 32],
}

/// Opens a backup, and reads what it says of itself. Blocks, for as long as deriving a key takes.
///
/// # Errors
/// Why it is no backup of an app, or not one that opens so.
pub(super) fn open(
    path: &Path,
    by: &dyn Identity,
) -> Result<(Saved<SecretString>, Parts), BackupError> {
    let (json, payload) = unlock(path, by)?.head(path, APP_MARK, FORMAT, MOST_MANIFEST)?;
    // serde's own errors may quote what they read.
    let mut saved: Saved<SecretString> =
        serde_json::from_slice(&json).map_err(|_| BackupError::Damaged)?;
    saved.contents.bytes = std::fs::metadata(path).map_or(0, |about| about.len());
    let unread = |error| of_reading(path, error);
    let payload = BufReader::with_capacity(BUFFER, payload);
    let mut packed = zstd::Decoder::with_buffer(payload).map_err(unread)?.single_frame();
    packed.window_log_max(MOST_WINDOW).map_err(unread)?;
    let packed = BufReader::with_capacity(BUFFER, packed);
    let parts = Parts { path: path.into(), packed, hash: Sha256::new(), digest: [0; 32] };
    Ok((saved, parts))
}

/// Opens a backup by its passphrase. Blocks.
///
/// # Errors
/// Why it is no backup of an app, or not one that opens so.
pub(super) fn open_by(
    path: &Path,
    passphrase: SecretString,
) -> Result<(Saved<SecretString>, Parts), BackupError> {
    open(path, &lock::by_passphrase(passphrase))
}

impl Parts {
    /// The next piece of the present part; nothing at its end, which proves it.
    ///
    /// # Errors
    /// When the file is damaged, or cannot be read.
    pub(super) fn next(&mut self) -> Result<Option<Bytes>, BackupError> {
        let unread = |error| of_reading(&self.path, error);
        let length = number(&mut self.packed).map_err(unread)? as usize;
        if length > MOST_PIECE {
            return Err(BackupError::Damaged);
        }
        if length == 0 {
            let mut digest = [0; 32];
            self.packed.read_exact(&mut digest).map_err(unread)?;
            let found: [u8; 32] = std::mem::take(&mut self.hash).finalize().into();
            self.digest = found;
            return if found == digest { Ok(None) } else { Err(BackupError::Damaged) };
        }
        let mut piece = vec![0; length];
        self.packed.read_exact(&mut piece).map_err(unread)?;
        self.hash.update(&piece);
        Ok(Some(piece.into()))
    }

    /// Proves that nothing follows the last part, to the end of the file.
    ///
    /// # Errors
    /// When something does, or the file is damaged.
    fn end(mut self) -> Result<(), BackupError> {
        let unread = |error| of_reading(&self.path, error);
        let is_over = self.packed.read(&mut [0]).map_err(unread)? == 0;
        let mut payload = self.packed.into_inner().finish();
        let at_end = payload.read(&mut [0]).map_err(unread)? == 0;
        if is_over && at_end { Ok(()) } else { Err(BackupError::Damaged) }
    }
}

/// A part that is read by a thread of its own.
pub(super) type Pieces = mpsc::Receiver<Result<Piece, BackupError>>;

/// What comes of the parts of a backup.
pub(super) enum Piece {
    /// Bytes of the present part.
    Data(Bytes),
    /// The present part is whole; the next one follows.
    End,
}

/// Reads all parts of a backup, as fast as somebody takes them.
pub(super) fn read_parts(path: PathBuf, passphrase: SecretString) -> Pieces {
    let (pieces, received) = mpsc::channel(AHEAD);
    // It ends when nobody takes what it reads.
    tokio::task::spawn_blocking(move || {
        let reading = open_by(&path, passphrase).and_then(|(saved, mut parts)| {
            for _ in &saved.contents.parts {
                while let Some(piece) = parts.next()? {
                    if pieces.blocking_send(Ok(Piece::Data(piece))).is_err() {
                        return Ok(());
                    }
                }
                if pieces.blocking_send(Ok(Piece::End)).is_err() {
                    return Ok(());
                }
            }
            parts.end()
        });
        if let Err(error) = reading {
            let _ = pieces.blocking_send(Err(error));
        }
    });
    received
}
