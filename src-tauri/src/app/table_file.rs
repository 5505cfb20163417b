//! A table that is written to a file that a person named: whole under its name, or not at all.

use super::error::AppError;
use crate::{domain::file::Exported, store::private_file};
use serde::Serialize;
use std::{
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};
use uuid::Uuid;

/// How a table is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TableFormat {
    /// Comma-separated values with a head.
    Csv,
    /// One JSON object a line.
    JsonLines,
}

enum Lines {
    Csv(Box<csv::Writer<BufWriter<File>>>),
    Json(BufWriter<File>),
}

/// A file in the making, beside the one that it becomes.
pub(super) struct TableFile {
    path: PathBuf,
    partial: PathBuf,
    /// Nothing once it has been handed over.
    lines: Option<Lines>,
    rows: u64,
}

impl TableFile {
    /// Begins a file for this account alone. `head` names the columns of a CSV file.
    pub(super) fn create(
        path: PathBuf,
        format: TableFormat,
        head: &[&str],
    ) -> Result<Self, AppError> {
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{}.partial", Uuid::new_v4().simple()));
        let partial = path.with_file_name(name);
        let begin = || -> io::Result<Lines> {
            let file = BufWriter::new(private_file(&partial)?);
            Ok(match format {
                TableFormat::JsonLines => Lines::Json(file),
                TableFormat::Csv => {
                    let mut csv = csv::Writer::from_writer(file);
                    csv.write_record(head)?;
                    Lines::Csv(Box::new(csv))
                }
            })
        };
        match begin() {
            Ok(lines) => Ok(Self { path, partial, lines: Some(lines), rows: 0 }),
            Err(error) => Err(not_written(&path, &error)),
        }
    }

    /// Writes a row: `cells` into CSV, `line` as JSON.
    pub(super) fn row(
        &mut self,
        cells: impl FnOnce() -> Vec<String>,
        line: &impl Serialize,
    ) -> Result<(), AppError> {
        let written = match &mut self.lines {
            Some(Lines::Csv(csv)) => {
                csv.write_record(cells().into_iter().map(harmless)).map_err(io::Error::from)
            }
            Some(Lines::Json(file)) => serde_json::to_writer(&mut *file, line)
                .map_err(io::Error::from)
                .and_then(|()| file.write_all(b"\n")),
            None => Ok(()),
        };
        self.rows += 1;
        written.map_err(|error| not_written(&self.path, &error))
    }

    /// Puts the whole file under its name.
    pub(super) async fn finish(mut self) -> Result<Exported, AppError> {
        let Some(lines) = self.lines.take() else {
            return Err(AppError::Internal("writing a file"));
        };
        let (path, partial) = (self.path.clone(), self.partial.clone());
        let put = move || -> io::Result<u64> {
            let file = match lines {
                Lines::Csv(csv) => csv.into_inner().map_err(csv::IntoInnerError::into_error)?,
                Lines::Json(file) => file,
            };
            let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
            file.sync_all()?;
            let bytes = file.metadata()?.len();
            drop(file);
            fs::rename(partial, path)?;
            Ok(bytes)
        };
        let bytes = tokio::task::spawn_blocking(put)
            .await
            .map_err(|error| AppError::internal("writing a file", &error))?
            .map_err(|error| not_written(&self.path, &error))?;
        Ok(Exported { path: self.path.display().to_string(), rows: self.rows, bytes })
    }
}

impl Drop for TableFile {
    fn drop(&mut self) {
        // Under its final name it is not here any more.
        let _ = fs::remove_file(&self.partial);
    }
}

fn not_written(path: &Path, error: &io::Error) -> AppError {
    AppError::Invalid(format!("{} cannot be written: {error}.", path.display()))
}

/// A cell that no spreadsheet takes for a formula.
fn harmless(cell: String) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whoever opens an export in a spreadsheet must not run what a server was named.
    #[tokio::test]
    async fn no_cell_is_a_formula_and_no_half_file_is_left() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("log.csv");
        let mut file =
            TableFile::create(path.clone(), TableFormat::Csv, &["a", "b"]).expect("a file");
        let cells = || vec!["=HYPERLINK(\"x\")".into(), "two\nlines, \"quoted\"".into()];
        file.row(cells, &()).expect("written");
        assert!(!path.exists(), "not before it is whole");
        let done = file.finish().await.expect("finished");
        assert_eq!(done.rows, 1);
        let text = fs::read_to_string(&path).expect("read");
        assert_eq!(text, "a,b\n\"'=HYPERLINK(\"\"x\"\")\",\"two\nlines, \"\"quoted\"\"\"\n");
        assert_eq!(done.bytes, text.len() as u64);
        drop(TableFile::create(path, TableFormat::JsonLines, &[]).expect("a file"));
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1);
        TableFile::create(folder.path().join("no/such.csv"), TableFormat::Csv, &[])
            .err()
            .expect("no folder");
    }
}
