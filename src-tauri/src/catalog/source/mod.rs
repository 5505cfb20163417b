//! Where catalogs come from: a folder or an archive of this computer, an address, a git repository.

mod address;
mod archive;
mod folder;
mod git;
mod picture;
mod reading;
mod tree;

pub use reading::{Reading, Taken};
pub use tree::SourceError;

use std::path::Path;

/// Where a catalog is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    /// A folder of this computer, or an archive or a file of templates in one.
    Path(std::path::PathBuf),
    /// A file that is fetched: an archive, or templates.
    Address(url::Url),
    /// A git repository.
    Repository(url::Url),
}

impl Location {
    /// Understands what a person writes.
    ///
    /// # Errors
    /// When it is neither an absolute path nor an address of the web.
    pub fn parse(text: &str) -> Result<Self, SourceError> {
        let text = text.trim();
        if Path::new(text).is_absolute() {
            return Ok(Self::Path(text.into()));
        }
        let none = || SourceError::NoLocation(super::problem::quoted(text));
        let url = url::Url::parse(text).map_err(|_| none())?;
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
            return Err(none());
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(SourceError::Password);
        }
        let path = url.path().to_ascii_lowercase();
        let is_file =
            [".zip", ".tar", ".tar.gz", ".tgz", ".json"].iter().any(|end| path.ends_with(end));
        Ok(if is_file { Self::Address(url) } else { Self::Repository(url) })
    }
}

/// What a source has now.
#[derive(Clone, Debug, PartialEq)]
pub enum Fetched {
    /// The same as before.
    Same,
    /// This, with a mark by which the same is known again.
    New(Box<Reading>, Option<String>),
}

/// Fetches and reads a source. `known` is the mark of what is there already.
///
/// # Errors
/// When it cannot be reached, is too large, or is no catalog. What is wrong with single apps is in the reading.
pub async fn fetch(location: &Location, known: Option<&str>) -> Result<Fetched, SourceError> {
    let (tree, mark) = match location {
        Location::Path(path) => {
            let path = path.clone();
            let read = tokio::task::spawn_blocking(move || folder::read(&path)).await;
            let tree =
                read.map_err(|_| SourceError::Broken("reading it ended early".to_owned()))??;
            let mark = tree.mark();
            (tree, Some(mark))
        }
        Location::Address(url) => match address::fetch(url, known).await? {
            None => return Ok(Fetched::Same),
            Some(found) => found,
        },
        Location::Repository(url) => match git::fetch(url, known).await? {
            None => return Ok(Fetched::Same),
            Some((tree, mark)) => (tree, Some(mark)),
        },
    };
    if known.is_some() && known == mark.as_deref() {
        return Ok(Fetched::Same);
    }
    let (mut reading, elsewhere) = tokio::task::spawn_blocking(move || reading::read(&tree))
        .await
        .map_err(|_| SourceError::Broken("reading it ended early".to_owned()))?;
    for (repository, templates) in elsewhere {
        let files = match Location::parse(&repository) {
            Ok(Location::Repository(url)) => git::fetch(&url, None).await,
            Ok(_) => Err(SourceError::NoLocation(super::problem::quoted(&repository))),
            Err(error) => Err(error),
        };
        let files = files.map(|found| found.map(|(tree, _)| tree).unwrap_or_default());
        reading.go_on(templates, files);
    }
    if reading.is_empty() {
        return Err(SourceError::Empty);
    }
    reading.sort();
    Ok(Fetched::New(Box::new(reading), mark))
}
