//! `tomo server export` and `tomo server import`: the list of servers as a file, without secrets.

use super::{Cli, error::CliError, format, output, prompt};
use crate::domain::{
    file::Exported,
    server::{AuthType, ServerInput},
    server_list::{ImportAction, ImportPreview, ImportResult},
};
use clap::Args as Group;
use serde_json::json;
use std::path::{Path, PathBuf};

/// Where the list goes.
#[derive(Debug, Group)]
pub struct Export {
    /// File to write
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Write what was written as JSON
    #[arg(long)]
    json: bool,
}

/// A list to import.
#[derive(Debug, Group)]
pub struct Import {
    /// Its file
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Only show what it would do
    #[arg(long)]
    dry_run: bool,
    /// Do not ask first
    #[arg(long)]
    yes: bool,
    /// Write the preview, or with --yes the result, as JSON
    #[arg(long)]
    json: bool,
}

/// `tomo server export`.
pub async fn export(cli: &Cli, export: Export) -> Result<(), CliError> {
    let path = path_text(&export.file)?;
    let written: Exported = cli.call("server_list.export", json!({ "path": path })).await?;
    if export.json {
        return output::json(&written);
    }
    let servers = format::counted(written.rows, "server is", "servers are");
    output::text(&format!("{servers} in {}, without secrets.", written.path))
}

/// `tomo server import`.
pub async fn import(cli: &Cli, import: Import) -> Result<(), CliError> {
    let path = path_text(&import.file)?;
    let preview: ImportPreview = cli.call("server_list.preview", json!({ "path": path })).await?;
    if import.json && !import.yes {
        return output::json(&preview);
    }
    if !import.json {
        show(&preview)?;
    }
    if import.dry_run {
        return Ok(());
    }
    if !import.yes {
        if !prompt::possible() {
            return Err(CliError::usage(
                "Nothing is imported before somebody has agreed.",
                "Say --yes where nobody can be asked.",
            ));
        }
        if !prompt::confirm("Import this?").await? {
            return output::text("Nothing is changed.");
        }
    }
    let arguments = json!({ "path": path, "digest": preview.digest });
    let result: ImportResult = cli.call("server_list.import", arguments).await?;
    if import.json {
        return output::json(&result);
    }
    let ImportResult { added, changed, left } = result;
    output::text(&format!("Added {added}, changed {changed}, left as they are {left}."))?;
    let waits = preview.entries.iter().filter(|entry| match &entry.action {
        ImportAction::Add => entry.server.auth_type != AuthType::Agent,
        ImportAction::Change { current } => {
            entry.server.auth_type != AuthType::Agent && entry.server.auth_type != current.auth_type
        }
        ImportAction::Same | ImportAction::Conflict { .. } => false,
    });
    match waits.count() {
        0 => {}
        count => output::note(&format!(
            "{count} of them have no credential here and wait for one: tomo server edit NAME --key FILE"
        )),
    }
    Ok(())
}

fn show(preview: &ImportPreview) -> Result<(), CliError> {
    let mut table = output::new_table(&["", "Name", "Address", "Sign-in", "Why"], None);
    for entry in &preview.entries {
        let (what, why) = match &entry.action {
            ImportAction::Add => ("add", String::new()),
            ImportAction::Change { current } => ("change", differences(current, &entry.server)),
            ImportAction::Same => ("same", String::new()),
            ImportAction::Conflict { reason } => ("conflict", reason.clone()),
        };
        let ServerInput { name, host, port, username, auth_type } = &entry.server;
        table.add_row([
            what.to_owned(),
            cut(name),
            cut(&format!("{username}@{host}:{port}")),
            auth_type.as_str().to_owned(),
            cut(&why),
        ]);
    }
    output::table(&table)
}

fn differences(current: &ServerInput, server: &ServerInput) -> String {
    let mut found = Vec::new();
    if current.name != server.name {
        found.push(format!("is called {} here", current.name));
    }
    if current.auth_type != server.auth_type {
        found.push(format!("signs in by {} here", current.auth_type.as_str()));
    }
    if current.host != server.host {
        found.push(format!("is at {} here", current.host));
    }
    found.join(", ")
}

/// What a file says may be as long as the file.
fn cut(text: &str) -> String {
    let line = output::clean_line(text);
    match line.char_indices().nth(120) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

fn path_text(path: &Path) -> Result<&str, CliError> {
    path.to_str().ok_or_else(|| {
        CliError::usage(
            format!("The path {} is not text.", path.display()),
            "Give the file a name in UTF-8.",
        )
    })
}
