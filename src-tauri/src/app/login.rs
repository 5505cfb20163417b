//! Starting with the computer: what a front door has to offer for it, and for which data folder.

use sha2::{Digest, Sha256};
use std::{
    io,
    path::{Path, PathBuf},
};

/// The system's list of programs that start when a person signs in to the computer.
pub trait LoginEntry: Send + Sync + 'static {
    /// Puts Tomo on the list, or takes it off; what is so already stays so.
    ///
    /// # Errors
    /// When the system refuses.
    fn put(&self, wanted: bool) -> io::Result<()>;
}

/// The data folder where none is named; nothing when this user has no home folder.
#[must_use]
pub fn usual_data_dir() -> Option<PathBuf> {
    let project = directories::ProjectDirs::from("dev", "tomo", "Tomo")?;
    Some(project.data_local_dir().to_owned())
}

/// How the window's process begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opening {
    /// With the window open.
    Window,
    /// In the tray alone.
    Tray,
}

/// The argument that starts Tomo in the tray.
pub const TRAY: &str = "--tray";

/// What is started at login.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AtLogin {
    /// Name of the entry: another data folder has another one, so that two of them do not take each
    /// other's away.
    pub name: String,
    /// Arguments of the program.
    pub arguments: Vec<String>,
}

impl AtLogin {
    /// Tomo on this data folder, in the tray.
    #[must_use]
    pub fn on(data_dir: &Path) -> Self {
        let mut start = Self { name: "tomo".into(), arguments: vec![TRAY.into()] };
        if usual_data_dir().as_deref() != Some(data_dir) {
            let path = data_dir.display().to_string();
            let hash = Sha256::digest(&path);
            start.name = format!("tomo-{}", hex::encode(&hash[..4]));
            start.arguments.extend(["--data-dir".into(), path]);
        }
        start
    }
}
