//! A folder of this computer, or a file in one.

use super::{
    archive,
    tree::{DEEPEST, MOST_FILES, SourceError, Tree},
};
use std::{fs, path::Path};

/// Reads what is at a path.
pub(super) fn read(path: &Path) -> Result<Tree, SourceError> {
    let shown = path.display().to_string();
    let about = fs::metadata(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => SourceError::Missing(shown.clone()),
        _ => SourceError::Unreadable(shown.clone(), error.to_string()),
    })?;
    let mut tree = Tree::default();
    if about.is_dir() {
        walk(path, "", &mut 0, &mut tree)?;
        return Ok(tree);
    }
    let mut file = fs::File::open(path)
        .map_err(|error| SourceError::Unreadable(shown.clone(), error.to_string()))?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let mut whole = Tree::default();
    whole.add(&name, &mut file)?;
    match whole.files.pop() {
        Some(file) => archive::read(&name, file.bytes),
        None => Ok(tree),
    }
}

/// Reads what is wanted in a folder; `seen` counts everything that is looked at, for somebody may name
/// a whole disk.
fn walk(folder: &Path, below: &str, seen: &mut usize, tree: &mut Tree) -> Result<(), SourceError> {
    let unreadable = |path: &Path, error: std::io::Error| {
        SourceError::Unreadable(path.display().to_string(), error.to_string())
    };
    for entry in fs::read_dir(folder).map_err(|error| unreadable(folder, error))? {
        let entry = entry.map_err(|error| unreadable(folder, error))?;
        *seen += 1;
        if *seen > MOST_FILES {
            return Err(SourceError::TooLarge);
        }
        let name = entry.file_name();
        // A name that is no text is none of a catalog's.
        let Some(name) = name.to_str() else { continue };
        let path = if below.is_empty() { name.to_owned() } else { format!("{below}/{name}") };
        let kind = entry.file_type().map_err(|error| unreadable(&entry.path(), error))?;
        // Links may lead anywhere: a catalog has none.
        if kind.is_dir() && path.split('/').count() < DEEPEST && !name.starts_with('.') {
            walk(&entry.path(), &path, seen, tree)?;
        } else if kind.is_file() && Tree::wants(&path) {
            let mut file =
                fs::File::open(entry.path()).map_err(|error| unreadable(&entry.path(), error))?;
            tree.add(&path, &mut file)?;
        }
    }
    Ok(())
}
