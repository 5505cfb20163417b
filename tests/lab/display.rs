//! A display without a screen: Xvfb with a window manager, on a number of its own.

use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};
use tempfile::TempDir;

/// A running Xvfb.
pub struct Display {
    /// `:99`, for DISPLAY.
    pub name: String,
    server: Child,
    manager: Child,
    /// Where Xvfb keeps its picture.
    folder: TempDir,
}

impl Display {
    /// Starts Xvfb with a screen of this size, and openbox on it.
    ///
    /// # Panics
    /// When either cannot be started.
    pub fn start(width: u32, height: u32) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-nolisten", "tcp", "-screen", "0"])
            .arg(format!("{width}x{height}x24"))
            .arg("-fbdir")
            .arg(folder.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Xvfb starts");
        // The server writes its number when it is ready.
        let mut number = String::new();
        BufReader::new(server.stdout.take().expect("a pipe"))
            .read_line(&mut number)
            .expect("Xvfb tells its number");
        let name = format!(":{}", number.trim());
        let manager = Command::new("openbox")
            .env("DISPLAY", &name)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("openbox starts");
        Self { name, server, manager, folder }
    }

    /// The file in which Xvfb keeps what the screen shows, in the format of `xwd`. It changes with
    /// the screen.
    pub fn picture(&self) -> PathBuf {
        self.folder.path().join("Xvfb_screen0")
    }

    /// Writes what the screen shows as a PNG file.
    ///
    /// # Panics
    /// When ImageMagick's `import` cannot be run.
    pub fn screenshot(&self, file: &Path) {
        let status = Command::new("import")
            .args(["-display", &self.name, "-window", "root"])
            .arg(file)
            .status()
            .expect("import runs");
        assert!(status.success(), "no screenshot");
    }

    /// Closes the window of this title as a person would.
    ///
    /// # Panics
    /// When there is no such window.
    pub fn close_window(&self, title: &str) {
        let status = Command::new("wmctrl")
            .env("DISPLAY", &self.name)
            .args(["-F", "-c", title])
            .status()
            .expect("wmctrl runs");
        assert!(status.success(), "there is no window '{title}'");
    }

    /// Whether there is a window of this title.
    ///
    /// # Panics
    /// When wmctrl cannot be run.
    pub fn has_window(&self, title: &str) -> bool {
        let list = Command::new("wmctrl")
            .env("DISPLAY", &self.name)
            .arg("-l")
            .output()
            .expect("wmctrl runs");
        String::from_utf8_lossy(&list.stdout)
            .lines()
            .any(|line| line.split_whitespace().skip(3).collect::<Vec<_>>().join(" ") == title)
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        for child in [&mut self.manager, &mut self.server] {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
