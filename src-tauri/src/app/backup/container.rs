//! The file of a backup: one age file under a passphrase, and in it a mark, a manifest and the
//! database, compressed.
//!
//! ```text
//! age (scrypt, ChaCha20-Poly1305 in chunks of 64 KiB)
//!   "tomo-backup\n"     12 bytes
//!   format version       4 bytes, big endian
//!   length of manifest   4 bytes, big endian
//!   manifest             JSON
//!   database             one zstd frame with a checksum, to the end
//! ```
//!
//! age authenticates every byte and its place, so nothing that is read here was changed since it was
//! written. What was written may still come from somebody else: sizes are limited all the same.

use super::{error::BackupError, lock};
use crate::{domain::backup::BackupContents, vault::BackupKey};
use age::{
    DecryptError, Decryptor, Identity,
    stream::{StreamReader, StreamWriter},
};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use std::{
    fs::File,
    io::{self, BufRead, BufReader, ErrorKind, Read, Write},
    path::Path,
};
use zeroize::Zeroizing;

const MARK: &[u8; 12] = b"tomo-backup\n";
/// What the backup of an app begins with.
pub(in crate::app) const APP_MARK: &[u8; 12] = b"tomo-app-bk\n";
/// What every age file begins with, up to its version.
const AGE: &[u8] = b"age-encryption.org/";
const FORMAT: u32 = 1;
const MOST_MANIFEST: u32 = 64 * 1024;
/// On a database of minutes, which is what a large one is, zstd's default of 3 takes nearly twice as
/// long as this, for a file that is no smaller.
pub(in crate::app) const LEVEL: i32 = 1;
/// 16 MiB of window is more than this level ever uses.
pub(in crate::app) const MOST_WINDOW: u32 = 24;
pub(in crate::app) const BUFFER: usize = 256 * 1024;

#[derive(Serialize, Deserialize)]
struct Manifest<'a> {
    contents: BackupContents,
    /// The key that the credentials inside are sealed with, and the audit trail is chained with.
    key: &'a str,
}

/// Compresses the database at `database`, of `bytes` bytes, into a new file. Blocks.
///
/// # Errors
/// When the database cannot be read, or the file not be written: an error of the file system.
pub(super) fn pack(database: &Path, bytes: u64, to: &Path) -> io::Result<()> {
    let mut packed = zstd::Encoder::new(File::create_new(to)?, LEVEL)?;
    packed.include_checksum(true)?;
    packed.set_pledged_src_size(Some(bytes))?;
    packed.multithread(workers())?;
    let mut source = BufReader::with_capacity(BUFFER, File::open(database)?);
    if io::copy(&mut source, &mut packed)? != bytes {
        return Err(io::Error::other("the copy of the database changed its size"));
    }
    packed.finish().map(drop)
}

/// Writes a backup that says `contents` of itself, holds what was packed at `packed`, and whose
/// credentials are under `key`. Blocks.
///
/// # Errors
/// When what was packed cannot be read, or the file not be written: an error of the file system.
pub(super) fn fill(
    mut sealed: StreamWriter<&mut File>,
    contents: &BackupContents,
    key: &BackupKey,
    packed: &Path,
) -> io::Result<()> {
    let text = key.to_text();
    let manifest = Manifest { contents: contents.clone(), key: &text };
    // Room for everything from the start: a vector that grows leaves copies of the key behind.
    let mut json = Zeroizing::new(Vec::with_capacity(4096));
    serde_json::to_writer(&mut *json, &manifest)?;
    let length = u32::try_from(json.len()).map_err(io::Error::other)?;
    sealed.write_all(MARK)?;
    sealed.write_all(&FORMAT.to_be_bytes())?;
    sealed.write_all(&length.to_be_bytes())?;
    sealed.write_all(&json)?;
    io::copy(&mut BufReader::with_capacity(BUFFER, File::open(packed)?), &mut sealed)?;
    sealed.finish()?.flush()
}

/// Threads that compress.
pub(in crate::app) fn workers() -> u32 {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    u32::try_from(cores.min(2)).unwrap_or(1)
}

/// A backup that the passphrase opens.
pub(super) struct Opened {
    pub(super) contents: BackupContents,
    pub(super) key: BackupKey,
    payload: Payload,
}

/// What is in a file whose lock has opened.
pub(in crate::app) type Payload = StreamReader<BufReader<File>>;

/// A backup whose lock has opened; what is in it is not read yet.
pub(in crate::app) struct Unlocked(Payload);

/// Opens the lock of a backup, by the passphrase or the key that was kept. Blocks, for as long as
/// deriving the key from a passphrase takes.
///
/// # Errors
/// Why it is no backup, or not one that opens so.
pub(in crate::app) fn unlock(path: &Path, by: &dyn Identity) -> Result<Unlocked, BackupError> {
    let file = open_file(path)?;
    let mut file = BufReader::with_capacity(BUFFER, file);
    let begins = file.fill_buf().map_err(|error| BackupError::read(path, error))?;
    let common = begins.len().min(AGE.len());
    if begins.is_empty() {
        return Err(BackupError::Empty(path.into()));
    }
    if begins[..common] != AGE[..common] {
        return Err(BackupError::NotABackup(path.into()));
    }
    if begins.len() < AGE.len() {
        return Err(BackupError::Damaged);
    }
    let unread = |error| of_age(path, error);
    let decryptor = Decryptor::new_buffered(file).map_err(unread)?;
    if !decryptor.is_scrypt() {
        return Err(BackupError::NotABackup(path.into()));
    }
    decryptor.decrypt(std::iter::once(by)).map_err(unread).map(Unlocked)
}

/// Opens a backup: its passphrase is right, and it says what it holds. The rest of it is not proven
/// before it is read. Blocks.
///
/// # Errors
/// Why it is no backup, or not one that can be read.
pub(super) fn open(path: &Path, passphrase: SecretString) -> Result<Opened, BackupError> {
    unlock(path, &lock::by_passphrase(passphrase))?.open(path)
}

impl Unlocked {
    /// Reads what the backup says of itself.
    ///
    /// # Errors
    /// Why it is no backup, or not one that can be read.
    pub(super) fn open(self, path: &Path) -> Result<Opened, BackupError> {
        let (json, payload) = self.head(path, MARK, FORMAT, MOST_MANIFEST)?;
        // serde's own errors may quote what they read.
        let manifest: Manifest<'_> =
            serde_json::from_slice(&json).map_err(|_| BackupError::Damaged)?;
        let key = BackupKey::from_text(manifest.key).ok_or(BackupError::Damaged)?;
        Ok(Opened { contents: manifest.contents, key, payload })
    }

    /// Reads a file's mark, its format's number, and the manifest behind them: at most so many bytes. The rest
    /// of the file follows.
    ///
    /// # Errors
    /// Why it is not a file of this kind, or not one that can be read.
    pub(in crate::app) fn head(
        self,
        path: &Path,
        wanted: &[u8; 12],
        newest: u32,
        most: u32,
    ) -> Result<(Zeroizing<Vec<u8>>, Payload), BackupError> {
        let mut payload = self.0;
        let unread = |error| of_reading(path, error);
        let mut mark = [0; MARK.len()];
        if let Err(error) = payload.read_exact(&mut mark) {
            // An age file with a shorter text in it is whole, and none of Tomo's.
            let mut rest = Vec::new();
            return Err(match payload.read_to_end(&mut rest) {
                Ok(_) if error.kind() == ErrorKind::UnexpectedEof => {
                    BackupError::NotABackup(path.into())
                }
                _ => unread(error),
            });
        }
        if &mark != wanted {
            let other = |is| BackupError::OtherKind { path: path.into(), is };
            return Err(match &mark {
                MARK => other("a backup of Tomo itself"),
                APP_MARK => other("the backup of an app"),
                _ => BackupError::NotABackup(path.into()),
            });
        }
        let format = number(&mut payload).map_err(unread)?;
        if format > newest {
            return Err(BackupError::Newer(format!("format {format}; this one knows {newest}")));
        }
        let length = number(&mut payload).map_err(unread)?;
        if length > most {
            return Err(BackupError::Damaged);
        }
        let mut json = Zeroizing::new(vec![0; length as usize]);
        payload.read_exact(&mut json).map_err(unread)?;
        Ok((json, payload))
    }
}

/// Opens what must be a file: a pipe may never say anything, and a device never end.
fn open_file(path: &Path) -> Result<File, BackupError> {
    let metadata = std::fs::metadata(path).map_err(|error| BackupError::read(path, error))?;
    if !metadata.is_file() {
        return Err(BackupError::NotAFile(path.into()));
    }
    File::open(path).map_err(|error| BackupError::read(path, error))
}

pub(in crate::app) fn number(from: &mut impl Read) -> io::Result<u32> {
    let mut bytes = [0; 4];
    from.read_exact(&mut bytes)?;
    Ok(u32::from_be_bytes(bytes))
}

impl Opened {
    /// Gives the database piece by piece to `take`, exactly as much as the manifest says, and proves
    /// the file to its last byte.
    ///
    /// # Errors
    /// When the file is damaged, or what `take` gives.
    pub(super) fn unpack(
        self,
        path: &Path,
        take: impl FnMut(&[u8]) -> Result<(), BackupError>,
    ) -> Result<BackupContents, BackupError> {
        unpack(self.payload, self.contents.database_bytes, path, take)?;
        Ok(self.contents)
    }

    /// Whether this is what was packed at `packed`, to the last byte of the file.
    ///
    /// # Errors
    /// When the file is damaged, or one of the two cannot be read.
    pub(super) fn matches_packed(self, path: &Path, packed: &Path) -> Result<bool, BackupError> {
        let source = File::open(packed).map_err(|error| BackupError::read(packed, error))?;
        let mut source = BufReader::with_capacity(BUFFER, source);
        let mut payload = BufReader::with_capacity(BUFFER, self.payload);
        loop {
            let ours = payload.fill_buf().map_err(|error| of_reading(path, error))?;
            let theirs = source.fill_buf().map_err(|error| BackupError::read(packed, error))?;
            let both = ours.len().min(theirs.len());
            if ours[..both] != theirs[..both] {
                return Ok(false);
            }
            if both == 0 {
                return Ok(ours.len() == theirs.len());
            }
            payload.consume(both);
            source.consume(both);
        }
    }
}

/// Unpacks what [`pack`] wrote, and proves it by its checksum. Blocks.
///
/// # Errors
/// When it cannot be read, or does not give what went in.
pub(super) fn try_unpacking(packed: &Path, bytes: u64) -> Result<(), BackupError> {
    let source = File::open(packed).map_err(|error| BackupError::read(packed, error))?;
    unpack(source, bytes, packed, |_| Ok(()))
}

fn unpack(
    packed: impl Read,
    bytes: u64,
    path: &Path,
    mut take: impl FnMut(&[u8]) -> Result<(), BackupError>,
) -> Result<(), BackupError> {
    let unread = |error| of_reading(path, error);
    let mut packed = BufReader::with_capacity(BUFFER, packed);
    let mut unpacked = zstd::Decoder::with_buffer(&mut packed).map_err(unread)?.single_frame();
    unpacked.window_log_max(MOST_WINDOW).map_err(unread)?;
    let mut piece = vec![0; BUFFER];
    let mut left = bytes;
    loop {
        let read = match unpacked.read(&mut piece) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(unread(error)),
        };
        // More than it says of itself: however well it is sealed, it is not unpacked further.
        left = left.checked_sub(read as u64).ok_or(BackupError::Damaged)?;
        take(&piece[..read])?;
    }
    drop(unpacked);
    // The end of the file is proven only when it is reached.
    let at_end = packed.fill_buf().map_err(unread)?.is_empty();
    if left == 0 && at_end { Ok(()) } else { Err(BackupError::Damaged) }
}

fn of_age(path: &Path, error: DecryptError) -> BackupError {
    match error {
        // The tag of the wrapped key does not match. A flipped bit in it looks the same.
        DecryptError::DecryptionFailed
        | DecryptError::KeyDecryptionFailed
        | DecryptError::NoMatchingKeys => BackupError::WrongPassphrase,
        DecryptError::ExcessiveWork { .. } => BackupError::TooMuchWork,
        DecryptError::UnknownFormat => {
            BackupError::Newer("its encryption is not known to this one".into())
        }
        DecryptError::Io(error) => of_reading(path, error),
        DecryptError::InvalidHeader | DecryptError::InvalidMac => BackupError::Damaged,
    }
}

/// What the system said is an error of the disk; everything else was said by age or zstd.
pub(in crate::app) fn of_reading(path: &Path, error: io::Error) -> BackupError {
    if error.raw_os_error().is_some() {
        BackupError::read(path, error)
    } else {
        BackupError::Damaged
    }
}
