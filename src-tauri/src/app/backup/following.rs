//! A file that is read while it is being written: the reader waits for what is not there yet, and ends
//! where the writer did.

use std::{
    fs::File,
    io::{self, Read, Write},
    sync::{Arc, Condvar, Mutex, PoisonError},
};

/// How far the writer is.
#[derive(Default)]
struct Progress {
    state: Mutex<State>,
    moved: Condvar,
}

#[derive(Clone, Copy, Default)]
struct State {
    /// Bytes that are in the file.
    written: u64,
    /// Whether the writer is gone, with or without an error.
    ended: bool,
}

impl Progress {
    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner));
        self.moved.notify_one();
    }

    /// Waits until more than `at` bytes are written, or no more will be.
    fn wait(&self, at: u64) -> State {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let waits = |state: &mut State| !state.ended && state.written <= at;
        *self.moved.wait_while(state, waits).unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes into a file that is followed. Dropping it is its end.
pub(super) struct Followed<'a> {
    file: &'a mut File,
    progress: Arc<Progress>,
}

/// Reads a file behind its writer.
pub(super) struct Follower {
    file: File,
    at: u64,
    progress: Arc<Progress>,
}

/// Writes into `write`, an empty file, and reads from `read`, the same file opened a second time.
pub(super) fn follow(write: &mut File, read: File) -> (Followed<'_>, Follower) {
    let progress = Arc::<Progress>::default();
    let follower = Follower { file: read, at: 0, progress: progress.clone() };
    (Followed { file: write, progress }, follower)
}

impl Write for Followed<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.progress.change(|state| state.written += written as u64);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for Followed<'_> {
    fn drop(&mut self) {
        self.progress.change(|state| state.ended = true);
    }
}

impl Read for Follower {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let state = self.progress.wait(self.at);
        // Behind the end the file itself says what is there.
        let ready = if state.ended { u64::MAX } else { state.written - self.at };
        let most = usize::try_from(ready).unwrap_or(usize::MAX).min(bytes.len());
        let read = self.file.read(&mut bytes[..most])?;
        self.at += read as u64;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{fs, thread};

    /// A reader that is faster than the writer must neither end early nor lose a byte, and one that
    /// waits must not wait for a writer that has given up.
    #[test]
    fn a_follower_reads_exactly_what_is_written_and_ends_with_the_writer() {
        let folder = tempfile::tempdir().expect("a folder");
        for pieces in [0_u8, 1, 200] {
            let path = folder.path().join(pieces.to_string());
            let mut file = File::create_new(&path).expect("a file");
            let read = File::open(&path).expect("the same file");
            let (mut followed, mut follower) = follow(&mut file, read);
            let read = thread::scope(|scope| {
                let reading = scope.spawn(move || {
                    let mut all = Vec::new();
                    follower.read_to_end(&mut all).map(|_| all)
                });
                for piece in 0..pieces {
                    followed.write_all(&vec![piece; 1 + usize::from(piece) * 7]).expect("written");
                    thread::yield_now();
                }
                drop(followed);
                reading.join().expect("it ends").expect("read")
            });
            assert!(read == fs::read(&path).expect("the file"), "{pieces} pieces");
        }
    }
}
