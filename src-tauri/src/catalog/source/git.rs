//! A git repository that is served over HTTP: its newest state, without its history.

use super::tree::{MOST_BYTES, SourceError, Tree};
use gix::remote::fetch::Shallow;
use std::{
    num::NonZeroU32,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use url::Url;

/// The longest that fetching may take.
const WHOLE: Duration = Duration::from_secs(120);
/// The most that is fetched, bytes: pictures and old files come along, too.
const MOST_FETCHED: u64 = 8 * MOST_BYTES;
/// How often it is looked at how much has come.
const LOOK: Duration = Duration::from_millis(250);

/// Fetches a repository; none if its newest commit is the known one.
pub(super) async fn fetch(
    url: &Url,
    known: Option<&str>,
) -> Result<Option<(Tree, String)>, SourceError> {
    super::super::tls();
    let folder = tempfile::tempdir().map_err(|error| {
        SourceError::Unreadable("a temporary folder".to_owned(), error.to_string())
    })?;
    let interrupt = Arc::new(AtomicBool::new(false));
    let path = folder.path().to_owned();
    let work = {
        let (url, interrupt) = (url.to_string(), interrupt.clone());
        let known = known.map(str::to_owned);
        // The folder goes with the work: whoever gives up earlier must not leave half of it behind.
        tokio::task::spawn_blocking(move || {
            clone(&url, folder.path(), known.as_deref(), &interrupt)
        })
    };
    // Whoever gives up on this, or closes Tomo, ends the work as well.
    let _ends = EndsWith(interrupt.clone());
    let watch = async {
        let begun = tokio::time::Instant::now();
        loop {
            tokio::time::sleep(LOOK).await;
            if begun.elapsed() > WHOLE {
                return SourceError::Slow(WHOLE.as_secs());
            }
            if size(&path) > MOST_FETCHED {
                return SourceError::TooLarge;
            }
        }
    };
    tokio::select! {
        done = work => done.map_err(|_| SourceError::Broken("reading it ended early".to_owned()))?,
        why = watch => {
            interrupt.store(true, Ordering::SeqCst);
            Err(why)
        }
    }
}

struct EndsWith(Arc<AtomicBool>);

impl Drop for EndsWith {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

fn size(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let of = |entry: std::fs::DirEntry| match entry.metadata() {
        Ok(about) if about.is_dir() => size(&entry.path()),
        Ok(about) => about.len(),
        Err(_) => 0,
    };
    entries.map(of).sum()
}

fn unreachable(error: impl std::error::Error) -> SourceError {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        words = next.to_string();
        cause = next.source();
    }
    SourceError::Unreachable(words)
}

fn broken(error: impl std::fmt::Display) -> SourceError {
    SourceError::Broken(error.to_string())
}

fn clone(
    url: &str,
    path: &Path,
    known: Option<&str>,
    interrupt: &AtomicBool,
) -> Result<Option<(Tree, String)>, SourceError> {
    let shallow = Shallow::DepthAtRemote(NonZeroU32::MIN);
    // Isolated: nothing of this computer's git settings, and no programs that they name.
    let mut fetch = gix::clone::PrepareFetch::new(
        url,
        path,
        gix::create::Kind::Bare,
        gix::create::Options::default(),
        gix::open::Options::isolated(),
    )
    .map_err(unreachable)?
    .with_shallow(shallow);
    let (repository, _) =
        fetch.fetch_only(gix::progress::Discard, interrupt).map_err(unreachable)?;
    let commit = repository.head_commit().map_err(broken)?;
    let mark = commit.id().to_string();
    if known == Some(mark.as_str()) {
        return Ok(None);
    }
    let files = commit.tree().map_err(broken)?.traverse().breadthfirst.files().map_err(broken)?;
    let mut tree = Tree::default();
    for file in files {
        let path = file.filepath.to_string();
        if !file.mode.is_blob() || !Tree::wants(&path) {
            continue;
        }
        let header = repository.find_header(file.oid).map_err(broken)?;
        if header.size() > MOST_BYTES {
            return Err(SourceError::TooLarge);
        }
        let mut blob = repository.find_blob(file.oid).map_err(broken)?;
        tree.add_bytes(&path, blob.take_data())?;
    }
    Ok(Some((tree, mark)))
}
