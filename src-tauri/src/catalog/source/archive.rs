//! Archives: `.zip`, `.tar`, `.tar.gz`; and a single file of templates.

use super::tree::{MOST_FILES, SourceError, Tree};
use flate2::read::MultiGzDecoder;
use std::io::{Cursor, Read};

/// The most that an archive may hold in all, bytes, also of what is not kept: reading over it takes time.
const MOST_UNPACKED: u64 = 1 << 30;

/// Reads an archive by what it begins with, whatever it is called.
pub(super) fn read(name: &str, bytes: Vec<u8>) -> Result<Tree, SourceError> {
    if bytes.starts_with(b"PK\x03\x04") {
        return zip(bytes);
    }
    if bytes.starts_with(&[0x1f, 0x8b]) {
        return tar(&mut MultiGzDecoder::new(Cursor::new(bytes)));
    }
    if bytes.get(257..262) == Some(b"ustar") {
        return tar(&mut Cursor::new(bytes));
    }
    let mut tree = Tree::default();
    tree.add_bytes(name, bytes)?;
    Ok(tree)
}

fn broken(error: impl std::fmt::Display) -> SourceError {
    SourceError::Broken(error.to_string())
}

fn zip(bytes: Vec<u8>) -> Result<Tree, SourceError> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(broken)?;
    if archive.len() > MOST_FILES {
        return Err(SourceError::TooLarge);
    }
    let mut tree = Tree::default();
    for at in 0..archive.len() {
        let mut file = archive.by_index(at).map_err(broken)?;
        let path = file.name().map_err(broken)?.trim_start_matches("./").to_owned();
        if file.is_file() && Tree::wants(&path) {
            tree.add(&path, &mut file)?;
        }
    }
    Ok(below_common_folder(tree))
}

fn tar(from: &mut dyn Read) -> Result<Tree, SourceError> {
    let mut archive = tar::Archive::new(from.take(MOST_UNPACKED));
    let mut tree = Tree::default();
    let mut seen = 0;
    for entry in archive.entries().map_err(broken)? {
        let mut entry = entry.map_err(broken)?;
        seen += 1;
        if seen > MOST_FILES {
            return Err(SourceError::TooLarge);
        }
        let path =
            entry.path().map_err(broken)?.to_string_lossy().trim_start_matches("./").to_owned();
        if entry.header().entry_type().is_file() && Tree::wants(&path) {
            tree.add(&path, &mut entry)?;
        }
    }
    Ok(below_common_folder(tree))
}

/// Archives of repositories have one folder around everything, whose name changes with each version.
fn below_common_folder(mut tree: Tree) -> Tree {
    let first = |path: &str| path.split_once('/').map(|(folder, _)| folder.to_owned());
    let Some(common) = tree.files.first().and_then(|file| first(&file.path)) else { return tree };
    if tree.files.len() > 1
        && tree.files.iter().all(|file| first(&file.path).as_ref() == Some(&common))
    {
        for file in &mut tree.files {
            file.path = file.path[common.len() + 1..].to_owned();
        }
    }
    tree
}
