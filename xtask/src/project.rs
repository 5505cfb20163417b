//! Where things are in the repository, and how `cargo` and `npm` are called in it.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::say::Failure;

/// A checkout of the repository.
pub struct Project {
    root: PathBuf,
}

impl Project {
    /// The checkout that this program was built from.
    pub fn find() -> Result<Self, Failure> {
        // Set by `cargo run`; the value at build time would be wrong after the folder is moved.
        let manifest = std::env::var_os("CARGO_MANIFEST_DIR")
            .map(PathBuf::from)
            .ok_or_else(|| Failure::new("This program runs as `cargo xtask`."))?;
        match manifest.parent() {
            Some(root) => Ok(Self { root: root.to_owned() }),
            None => Err(Failure::new(format!("{} has no parent folder.", manifest.display()))),
        }
    }

    /// The root of the checkout.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The folder of the window's code.
    pub fn ui(&self) -> PathBuf {
        self.root.join("ui")
    }

    /// Where cargo puts what it builds.
    pub fn target(&self) -> PathBuf {
        match std::env::var_os("CARGO_TARGET_DIR") {
            Some(folder) => self.root.join(folder),
            None => self.root.join("target"),
        }
    }

    /// `cargo` at the root.
    pub fn cargo(&self) -> Command {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = Command::new(cargo);
        command.current_dir(&self.root);
        // `cargo run` describes this package in the environment. Build scripts watch some of that, and
        // libraries would be compiled again whenever `cargo xtask` and plain `cargo` take turns.
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
                command.env_remove(&name);
            }
        }
        command
    }

    /// `npm` in `ui/`.
    pub fn npm(&self) -> Command {
        let mut command = Command::new(crate::toolchain::NPM);
        command.current_dir(self.ui());
        command
    }
}
