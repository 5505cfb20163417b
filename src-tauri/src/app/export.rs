//! Writing a table or a text to a file that a person named: beside it first, then in its place, so
//! that there is a whole file or none. What is written is for its owner alone.

use super::{
    Tomo,
    backup::{error::BackupError, place::NewFile},
    error::AppError,
};
use crate::domain::{
    file::{Exported, FileFormat},
    session::Door,
};
use serde::Serialize;
use std::{
    fs::File,
    io::{self, BufWriter, Write},
    path::PathBuf,
};

/// A row of a table.
pub(super) trait Row: Serialize + Send + 'static {
    /// Heads of the columns.
    const HEAD: &[&str];

    /// What stands under them.
    fn cells(&self) -> Vec<String>;
}

/// A file that is being written. Dropped before [`TableFile::finish`], it leaves nothing behind.
pub(super) struct TableFile {
    out: Out,
    file: NewFile,
    named: Named,
    rows: u64,
}

/// The name that a file gets.
#[derive(Clone)]
pub(super) struct Named {
    /// As a person named it.
    pub(super) path: PathBuf,
    /// Whether a file of this name goes for it.
    pub(super) replace: bool,
}

impl Tomo {
    /// The name of a file that a command wants written.
    ///
    /// # Errors
    /// When it names nothing, or the window names a file that nobody chose.
    pub(super) fn file_to_write(&self, path: &str) -> Result<Named, AppError> {
        // The dialog of the window has asked already whether a file may be replaced.
        let replace = self.inner.door == Door::Window;
        Ok(Named { path: self.named_file(path)?, replace })
    }
}

enum Out {
    Csv(Box<csv::Writer<File>>),
    Jsonl(BufWriter<File>),
}

/// Begins a file.
///
/// # Errors
/// When there is one that must stay, or its folder cannot be written.
pub(super) async fn begin(
    named: Named,
    format: FileFormat,
    head: &'static [&'static str],
) -> Result<TableFile, AppError> {
    blocking(named.clone(), move || {
        let mut file = new_file(&named)?;
        let write = |error| BackupError::write(&named.path, error);
        let into = file.file().try_clone().map_err(write)?;
        let out = match format {
            FileFormat::Csv => {
                let mut out = csv::Writer::from_writer(into);
                out.write_record(head).map_err(|error| write(error.into()))?;
                Out::Csv(Box::new(out))
            }
            FileFormat::Jsonl => Out::Jsonl(BufWriter::new(into)),
        };
        Ok(TableFile { out, file, named, rows: 0 })
    })
    .await
}

/// Writes a text as a file, whole; gives its size in bytes.
///
/// # Errors
/// When there is one that must stay, or the disk does not take it; what was there before stays.
pub(super) async fn write_text(named: Named, text: String) -> Result<u64, AppError> {
    blocking(named.clone(), move || {
        let mut file = new_file(&named)?;
        let written = file.file().write_all(text.as_bytes());
        written.map_err(|error| BackupError::write(&named.path, error))?;
        file.finish(named.replace)?;
        Ok(text.len() as u64)
    })
    .await
}

/// Writes a file as `work` says, which gives the number of its rows.
///
/// # Errors
/// When there is one that must stay, or the disk does not take it; what was there before stays.
pub(super) async fn write_with(
    named: Named,
    work: impl FnOnce(&mut dyn Write) -> io::Result<u64> + Send + 'static,
) -> Result<Exported, AppError> {
    blocking(named.clone(), move || {
        let mut file = new_file(&named)?;
        let write = |error| BackupError::write(&named.path, error);
        let mut out = BufWriter::new(file.file());
        let rows = work(&mut out).and_then(|rows| out.flush().map(|()| rows)).map_err(write)?;
        drop(out);
        let bytes = file.file().metadata().map_err(write)?.len();
        file.finish(named.replace)?;
        Ok(Exported { path: named.path.display().to_string(), rows, bytes })
    })
    .await
}

/// Finds out before the work whether the file may be made.
fn new_file(named: &Named) -> Result<NewFile, BackupError> {
    if !named.replace && named.path.exists() {
        return Err(BackupError::Exists(named.path.clone()));
    }
    NewFile::begin(&named.path)
}

impl TableFile {
    /// Writes further rows.
    ///
    /// # Errors
    /// When the disk does not take them.
    pub(super) async fn write<T: Row>(mut self, rows: Vec<T>) -> Result<Self, AppError> {
        blocking(self.named.clone(), move || {
            let written = self.add(&rows);
            written.map_err(|error| BackupError::write(&self.named.path, error))?;
            Ok(self)
        })
        .await
    }

    fn add<T: Row>(&mut self, rows: &[T]) -> io::Result<()> {
        for row in rows {
            match &mut self.out {
                Out::Csv(out) => out.write_record(row.cells().into_iter().map(harmless))?,
                Out::Jsonl(out) => {
                    serde_json::to_writer(&mut *out, row)?;
                    out.write_all(b"\n")?;
                }
            }
        }
        self.rows += rows.len() as u64;
        Ok(())
    }

    /// Puts the file in its place.
    ///
    /// # Errors
    /// When the disk does not take it; what was there before stays.
    pub(super) async fn finish(mut self) -> Result<Exported, AppError> {
        blocking(self.named.clone(), move || {
            let flushed = match &mut self.out {
                Out::Csv(out) => out.flush(),
                Out::Jsonl(out) => out.flush(),
            };
            let length = flushed.and_then(|()| self.file.file().metadata());
            let bytes = length.map_err(|error| BackupError::write(&self.named.path, error))?.len();
            let path = self.named.path.display().to_string();
            self.file.finish(self.named.replace)?;
            Ok(Exported { path, rows: self.rows, bytes })
        })
        .await
    }
}

async fn blocking<T: Send + 'static>(
    named: Named,
    work: impl FnOnce() -> Result<T, BackupError> + Send + 'static,
) -> Result<T, AppError> {
    let done = tokio::task::spawn_blocking(work).await;
    let done =
        done.unwrap_or_else(|error| Err(BackupError::write(&named.path, io::Error::other(error))));
    Ok(done?)
}

/// A cell that a spreadsheet shows as it is. One that begins like a formula would be computed, with
/// whatever it says to fetch or to start, when the file is opened.
fn harmless(cell: String) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What OWASP lists as beginnings of a formula.
    #[test]
    fn no_cell_is_computed() {
        for cell in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"] {
            assert_eq!(harmless(cell.into()), format!("'{cell}"));
        }
        assert_eq!(harmless("a=1".into()), "a=1");
    }
}
