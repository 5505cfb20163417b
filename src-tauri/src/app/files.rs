//! Files that a person names: by the system's dialog in the window, by typing at the command line.
//!
//! The window may name only paths that a dialog of this process gave. So a web view that was taken
//! over can neither write over a file nor read one that nobody chose.

use super::{Tomo, error::AppError};
use crate::domain::{file::FilePurpose, session::Door};
use chrono::Local;
use futures::future::BoxFuture;
use std::{
    path::{Path, PathBuf},
    sync::PoisonError,
};

/// What a dialog for a file is to look like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileWish {
    /// What is asked for.
    pub kind: FileKind,
    /// The dialog's title.
    pub title: &'static str,
    /// A name to begin with, for a file to write.
    pub name: Option<String>,
    /// What the file's type is called, and its endings without dots; none for any file.
    pub filter: Option<(&'static str, &'static [&'static str])>,
    /// Whether it is looked for where SSH keeps its keys.
    pub among_keys: bool,
}

/// What a dialog asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// A file that is there.
    Open,
    /// A file to write.
    Save,
    /// A folder.
    Folder,
}

/// Asks a person for a file, with the system's own dialog.
pub trait ChooseFile: Send + Sync + 'static {
    /// The path; nothing when the person cancels.
    fn choose(&self, wish: FileWish) -> BoxFuture<'_, Option<PathBuf>>;
}

const BACKUP: (&str, &[&str]) = ("Tomo backup", &["tomobackup"]);
const APP_BACKUP: (&str, &[&str]) = ("Backup of an app", &["tomoapp"]);
const JSON: (&str, &[&str]) = ("JSON", &["json"]);
const TEXT: (&str, &[&str]) = ("Text", &["log", "txt"]);
const TABLE: (&str, &[&str]) = ("CSV or JSON lines", &["csv", "jsonl"]);

fn wish(purpose: FilePurpose) -> FileWish {
    let today = Local::now().format("%Y-%m-%d");
    let open = |title, filter| FileWish {
        kind: FileKind::Open,
        title,
        name: None,
        filter,
        among_keys: false,
    };
    let save = |title, name: String, filter| FileWish {
        kind: FileKind::Save,
        name: Some(name),
        ..open(title, Some(filter))
    };
    match purpose {
        FilePurpose::OpenKey => FileWish { among_keys: true, ..open("Choose a private key", None) },
        FilePurpose::OpenBackup => open("Choose a backup", Some(BACKUP)),
        FilePurpose::SaveBackup => save("Back up to", format!("tomo-{today}.tomobackup"), BACKUP),
        FilePurpose::BackupFolder => {
            FileWish { kind: FileKind::Folder, ..open("Folder of automatic backups", None) }
        }
        FilePurpose::OpenServerList => open("Choose a list of servers", Some(JSON)),
        FilePurpose::SaveServerList => {
            save("Export the list of servers", format!("tomo-servers-{today}.json"), JSON)
        }
        FilePurpose::SaveActivity => {
            save("Export the activity log", format!("tomo-activity-{today}.csv"), TABLE)
        }
        FilePurpose::SaveAudit => {
            save("Export the audit trail", format!("tomo-audit-{today}.csv"), TABLE)
        }
        FilePurpose::SaveDiagnostics => {
            save("Save diagnostics", format!("tomo-diagnostics-{today}.json"), JSON)
        }
        FilePurpose::SaveLog => save("Save the log", format!("tomo-log-{today}.log"), TEXT),
        FilePurpose::SaveAppBackup => {
            save("Back the app up to", format!("app-{today}.tomoapp"), APP_BACKUP)
        }
        FilePurpose::OpenAppBackup => open("Choose the backup of an app", Some(APP_BACKUP)),
    }
}

impl Tomo {
    /// Asks for a file with the system's dialog, and lets this process use what was chosen.
    ///
    /// # Errors
    /// When this front door has no dialog.
    pub async fn choose_file(&self, purpose: FilePurpose) -> Result<Option<String>, AppError> {
        let Some(dialog) = &self.inner.choose_file else {
            return Err(AppError::Invalid("There is no window to choose a file in.".into()));
        };
        let Some(path) = dialog.choose(wish(purpose)).await else { return Ok(None) };
        let shown = path.display().to_string();
        self.inner.chosen.lock().unwrap_or_else(PoisonError::into_inner).insert(path);
        Ok(Some(shown))
    }

    /// The path that a command names, where this process may use it.
    ///
    /// # Errors
    /// When it names nothing, or the window names a file that nobody chose.
    pub(super) fn named_file(&self, path: &str) -> Result<PathBuf, AppError> {
        let path = Path::new(path);
        let chosen = || self.inner.chosen.lock().unwrap_or_else(PoisonError::into_inner);
        let allowed = match self.inner.door {
            Door::Window => chosen().contains(path),
            Door::CommandLine => path.file_name().is_some(),
            Door::Mcp => false,
        };
        if allowed {
            Ok(path.to_owned())
        } else {
            Err(AppError::Invalid("Nobody has chosen this file. Choose it in the dialog.".into()))
        }
    }
}
