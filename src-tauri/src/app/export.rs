//! Writing a table or a text to a file that a person named: beside it first, then in its place, so that there
//! is a whole file or none. What is written is for its owner alone.

use super::error::AppError;
use crate::domain::file::{Exported, FileFormat};
use serde::Serialize;
use std::{
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};
use tempfile::NamedTempFile;

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
    path: PathBuf,
    rows: u64,
}

enum Out {
    Csv(Box<csv::Writer<NamedTempFile>>),
    Jsonl(BufWriter<NamedTempFile>),
}

/// Begins a file.
///
/// # Errors
/// When its folder cannot be written.
pub(super) async fn begin(
    path: PathBuf,
    format: FileFormat,
    head: &'static [&'static str],
) -> Result<TableFile, AppError> {
    let named = path.clone();
    blocking(&named, move || {
        let file = beside(&path)?;
        let out = match format {
            FileFormat::Csv => {
                let mut out = csv::Writer::from_writer(file);
                out.write_record(head)?;
                Out::Csv(Box::new(out))
            }
            FileFormat::Jsonl => Out::Jsonl(BufWriter::new(file)),
        };
        Ok(TableFile { out, path, rows: 0 })
    })
    .await
}

/// Writes a text as a file, whole; gives its size in bytes.
///
/// # Errors
/// When the disk does not take it; what was there before stays.
pub(super) async fn write_text(path: PathBuf, text: String) -> Result<u64, AppError> {
    let named = path.clone();
    blocking(&named, move || {
        let mut file = beside(&path)?;
        file.write_all(text.as_bytes())?;
        file.as_file().sync_all()?;
        file.persist(&path)?;
        Ok(text.len() as u64)
    })
    .await
}

/// Writes a file as `work` says, which gives the number of its rows.
///
/// # Errors
/// When the disk does not take it; what was there before stays.
pub(super) async fn write_with(
    path: PathBuf,
    work: impl FnOnce(&mut dyn Write) -> io::Result<u64> + Send + 'static,
) -> Result<Exported, AppError> {
    let named = path.clone();
    blocking(&named, move || {
        let mut out = BufWriter::new(beside(&path)?);
        let rows = work(&mut out)?;
        let file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.as_file().sync_all()?;
        let bytes = file.as_file().metadata()?.len();
        file.persist(&path)?;
        Ok(Exported { path: path.display().to_string(), rows, bytes })
    })
    .await
}

/// A new file in the same folder, for its owner alone.
fn beside(path: &Path) -> io::Result<NamedTempFile> {
    if path.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    // A bare name is one in the folder that Tomo was started in.
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))
}

impl TableFile {
    /// Writes further rows.
    ///
    /// # Errors
    /// When the disk does not take them.
    pub(super) async fn write<T: Row>(mut self, rows: Vec<T>) -> Result<Self, AppError> {
        let named = self.path.clone();
        blocking(&named, move || {
            for row in &rows {
                match &mut self.out {
                    Out::Csv(out) => out.write_record(row.cells().into_iter().map(harmless))?,
                    Out::Jsonl(out) => {
                        serde_json::to_writer(&mut *out, row)?;
                        out.write_all(b"\n")?;
                    }
                }
            }
            self.rows += rows.len() as u64;
            Ok(self)
        })
        .await
    }

    /// Puts the file in its place.
    ///
    /// # Errors
    /// When the disk does not take it; what was there before stays.
    pub(super) async fn finish(self) -> Result<Exported, AppError> {
        let named = self.path.clone();
        blocking(&named, move || {
            let file = match self.out {
                Out::Csv(out) => out.into_inner().map_err(|error| error.into_error())?,
                Out::Jsonl(out) => out.into_inner().map_err(io::IntoInnerError::into_error)?,
            };
            file.as_file().sync_all()?;
            let bytes = file.as_file().metadata()?.len();
            file.persist(&self.path)?;
            Ok(Exported { path: self.path.display().to_string(), rows: self.rows, bytes })
        })
        .await
    }
}

async fn blocking<T: Send + 'static>(
    path: &Path,
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, AppError> {
    let done = tokio::task::spawn_blocking(work).await.map_err(io::Error::other);
    done.flatten().map_err(|error| {
        AppError::Invalid(format!("{} could not be written: {error}.", path.display()))
    })
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
