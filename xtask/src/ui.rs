//! The window's code: packages and the built page, each made again only when its sources changed.
//!
//! A stamp in `target/` holds a hash of what the last run read; times of files are not trusted, because
//! a checkout sets them all anew.

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};

use crate::project::Project;
use crate::say::{self, Failure};

/// Folders of `ui/` that are made, not written.
const MADE: [&str; 3] = ["node_modules", "dist", "coverage"];

/// Runs `npm ci` unless the packages are those of the lock file already.
pub fn install(project: &Project) -> Result<(), Failure> {
    crate::toolchain::check_node()?;
    let lock = project.ui().join("package-lock.json");
    let node = say::output_of("node", &["--version"]);
    let hash = hash_of(&[lock])? ^ hash(&node);
    let stamp = stamp(project, "npm-ci");
    let installed = project.ui().join("node_modules").join(".package-lock.json").is_file();
    if installed && is_current(&stamp, hash) {
        say::note("The packages in ui/node_modules are those of package-lock.json.");
        return Ok(());
    }
    say::run(project.npm().args(["ci", "--no-audit", "--no-fund"]))?;
    write(&stamp, hash)
}

/// Builds `ui/dist` unless it was built from these sources already.
pub fn build(project: &Project) -> Result<(), Failure> {
    let mut files = Vec::new();
    sources(&project.ui(), &mut files)?;
    files.sort();
    let hash = hash_of(&files)?;
    let stamp = stamp(project, "ui-build");
    if has_page(project) && is_current(&stamp, hash) {
        say::note("ui/dist is built from the present sources.");
        return Ok(());
    }
    say::run(project.npm().args(["run", "build"]))?;
    write(&stamp, hash)
}

/// Whether there is any built page; without one the Rust code does not compile.
pub fn has_page(project: &Project) -> bool {
    project.ui().join("dist").join("index.html").is_file()
}

fn sources(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), Failure> {
    for entry in fs::read_dir(folder).map_err(|error| unreadable(folder, &error))? {
        let path = entry.map_err(|error| unreadable(folder, &error))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() {
            if !MADE.contains(&name.as_str()) && !name.starts_with('.') {
                sources(&path, files)?;
            }
        } else {
            files.push(path);
        }
    }
    Ok(())
}

fn hash_of(files: &[PathBuf]) -> Result<u64, Failure> {
    let mut hasher = DefaultHasher::new();
    for path in files {
        path.hash(&mut hasher);
        fs::read(path).map_err(|error| unreadable(path, &error))?.hash(&mut hasher);
    }
    Ok(hasher.finish())
}

fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

fn stamp(project: &Project, name: &str) -> PathBuf {
    project.target().join("xtask").join("stamps").join(name)
}

fn is_current(stamp: &Path, hash: u64) -> bool {
    fs::read_to_string(stamp).is_ok_and(|text| text == format!("{hash:016x}"))
}

fn write(stamp: &Path, hash: u64) -> Result<(), Failure> {
    let folder = stamp.parent().unwrap_or(stamp);
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(stamp, format!("{hash:016x}")))
        .map_err(|error| Failure::new(format!("{} cannot be written: {error}.", stamp.display())))
}

fn unreadable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(format!("{} cannot be read: {error}.", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The page is built again for any change of a source, and for nothing that is made from sources.
    #[test]
    fn the_hash_follows_sources_only() -> Result<(), Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        let ui = folder.path();
        for made in ["node_modules/a", "dist", "src", ".cache"] {
            fs::create_dir_all(ui.join(made))?;
        }
        fs::write(ui.join("src/a.ts"), "1")?;
        let now = || -> Result<u64, Failure> {
            let mut files = Vec::new();
            sources(ui, &mut files)?;
            files.sort();
            hash_of(&files)
        };
        let first = now().map_err(|failure| failure.to_string())?;
        for made in ["node_modules/a/index.js", "dist/index.html", ".cache/x"] {
            fs::write(ui.join(made), "made")?;
        }
        assert_eq!(now().map_err(|failure| failure.to_string())?, first);
        fs::write(ui.join("src/a.ts"), "2")?;
        let changed = now().map_err(|failure| failure.to_string())?;
        assert_ne!(changed, first);
        fs::rename(ui.join("src/a.ts"), ui.join("src/b.ts"))?;
        assert_ne!(now().map_err(|failure| failure.to_string())?, changed);
        Ok(())
    }
}
