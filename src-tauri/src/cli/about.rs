//! Commands about Tomo itself: versions, licences, and the file for a bug report.

use super::{Cli, account, args::Listing, error::CliError, format, output};
use crate::domain::{
    about::{About, Licence},
    file::Exported,
};
use clap::Args as Group;
use serde_json::json;
use std::path::PathBuf;

/// Which licences to show.
#[derive(Debug, Group)]
pub struct Licences {
    /// Only this library, with its licence's whole text
    #[arg(value_name = "LIBRARY")]
    library: Option<String>,
    /// Write JSON, with every text
    #[arg(long)]
    json: bool,
}

/// Where to write to.
#[derive(Debug, Group)]
pub struct Diagnostics {
    /// File to write; one that exists is replaced
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Write what was written as JSON
    #[arg(long)]
    json: bool,
}

/// `tomo about`.
pub async fn about(cli: &Cli, listing: Listing) -> Result<(), CliError> {
    account::unlock(cli).await?;
    let about: About = cli.call("about.get", json!({})).await?;
    if listing.json {
        return output::json(&about);
    }
    #[expect(clippy::cast_precision_loss, reason = "shown with three digits")]
    let size = format::bytes(Some(about.database_bytes as f64));
    let schema = about.schema_version.to_string();
    let mut rows: Vec<_> = about
        .components
        .iter()
        .map(|component| [component.component.as_str(), component.version.as_str()])
        .collect();
    rows.extend([
        ["system", about.os.as_str()],
        ["data folder", about.data_dir.as_str()],
        ["log folder", about.log_dir.as_deref().unwrap_or(format::ABSENT)],
        ["database", size.as_str()],
        ["schema", schema.as_str()],
        ["SQLite", about.sqlite_version.as_str()],
        ["installation", about.installation_id.as_str()],
        ["licence", about.licence.as_str()],
    ]);
    output::rows(&rows)
}

/// `tomo licences`.
pub async fn licences(cli: &Cli, wanted: Licences) -> Result<(), CliError> {
    let mut licences: Vec<Licence> = cli.call("about.licences", json!({})).await?;
    if let Some(library) = &wanted.library {
        licences.retain(|licence| licence.name.eq_ignore_ascii_case(library));
        if licences.is_empty() {
            return Err(CliError::usage(
                format!("There is no library '{library}' in Tomo."),
                "`tomo licences` lists them.",
            ));
        }
    }
    if wanted.json {
        return output::json(&licences);
    }
    if wanted.library.is_some() {
        return licences.iter().try_for_each(|licence| {
            output::text(&format!("{} {}, {}", licence.name, licence.version, licence.licence))?;
            output::text(&format!("{}\n\n{}", licence.repository, licence.text))
        });
    }
    let mut table = output::new_table(&["Library", "Version", "Licence", "Source"], None);
    for licence in &licences {
        table.add_row(
            [&licence.name, &licence.version, &licence.licence, &licence.repository]
                .map(|text| output::clean_line(text)),
        );
    }
    output::table(&table)
}

/// `tomo diagnostics`.
pub async fn diagnostics(cli: &Cli, wanted: Diagnostics) -> Result<(), CliError> {
    account::unlock(cli).await?;
    let path = std::path::absolute(&wanted.file)
        .map_err(|error| CliError::io(format!("finding {}", wanted.file.display()), error))?;
    let arguments = json!({ "path": path.display().to_string() });
    let written: Exported = cli.call("diagnostics.save", arguments).await?;
    if wanted.json {
        return output::json(&written);
    }
    output::text(&format!(
        "{} is written. It holds no secret, name or address; read it before you post it.",
        written.path
    ))
}
