//! `tomo app source`: where the catalog of apps comes from.

use super::{
    Cli,
    app::{left_out, whole},
    args::Listing,
    error::{CliError, Exit},
    format, output, prompt,
};
use crate::domain::{
    app_source::{AppSource, AppSourceKind, SyncReport},
    figure,
};
use clap::{Args as Group, Subcommand};
use serde_json::json;
use std::path::Path;

/// What to do with sources.
#[derive(Debug, Subcommand)]
pub enum SourceCommand {
    /// List them
    List(Listing),
    /// Add one
    #[command(after_help = "\
Examples:
  tomo app source add https://github.com/someone/apps
  tomo app source add https://example.org/templates.json --name Templates
  tomo app source add my-apps --id mine   a folder of this computer")]
    Add(Add),
    /// Read one anew, or all of them
    Sync(Sync),
    /// Show the apps of one in the catalog
    Enable(Named),
    /// Leave the apps of one out of the catalog
    Disable(Named),
    /// Forget one; what is installed stays
    Remove(Remove),
}

/// A source to add.
#[derive(Debug, Group)]
pub struct Add {
    /// Address of a git repository, an archive or a file of templates; or a path
    #[arg(value_name = "LOCATION")]
    location: String,
    /// What its apps' ids begin with
    #[arg(long, value_name = "ID")]
    id: Option<String>,
    /// Name for people
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    #[command(flatten)]
    listing: Listing,
}

/// Which to read.
#[derive(Debug, Group)]
pub struct Sync {
    /// Source; all that are shown where none is named
    #[arg(value_name = "SOURCE")]
    source: Option<String>,
    #[command(flatten)]
    listing: Listing,
}

/// A source.
#[derive(Debug, Group)]
pub struct Named {
    /// Source
    #[arg(value_name = "SOURCE")]
    source: String,
    #[command(flatten)]
    listing: Listing,
}

/// A source to forget.
#[derive(Debug, Group)]
pub struct Remove {
    /// Source
    #[arg(value_name = "SOURCE")]
    source: String,
    /// Do not ask first
    #[arg(long)]
    yes: bool,
}

/// `tomo app source`.
pub async fn run(cli: &Cli, command: SourceCommand) -> Result<(), CliError> {
    match command {
        SourceCommand::List(listing) => list(cli, listing).await,
        SourceCommand::Add(add) => self::add(cli, add).await,
        SourceCommand::Sync(sync) => self::sync(cli, sync).await,
        SourceCommand::Enable(named) => enable(cli, named, true).await,
        SourceCommand::Disable(named) => enable(cli, named, false).await,
        SourceCommand::Remove(remove) => self::remove(cli, remove).await,
    }
}

async fn all(cli: &Cli) -> Result<Vec<AppSource>, CliError> {
    cli.call("app_source.list", json!({})).await
}

async fn list(cli: &Cli, listing: Listing) -> Result<(), CliError> {
    let sources = all(cli).await?;
    if listing.json {
        return output::json(&sources);
    }
    let dates = cli.dates().await?;
    let heads = ["Source", "Name", "What", ">Apps", ">Left out", "Read", "Location"];
    let mut table = output::new_table(&heads, output::width());
    for source in &sources {
        let read = match (&source.error, source.synced_at) {
            (Some(_), _) => "failed".to_owned(),
            (None, Some(at)) => dates.when(at),
            (None, None) => format::ABSENT.to_owned(),
        };
        let hidden = if source.is_enabled { "" } else { " (hidden)" };
        table.add_row([
            source.id.to_string(),
            format!("{}{hidden}", output::clean_line(&source.name)),
            kind(source.kind).to_owned(),
            source.apps.to_string(),
            source.left_out.len().to_string(),
            read,
            output::clean_line(source.location.as_deref().unwrap_or(format::ABSENT)),
        ]);
    }
    output::table(&table)?;
    for source in &sources {
        if let Some(error) = &source.error {
            output::text(&format!("{}: {error}", source.id))?;
        }
    }
    Ok(())
}

fn kind(kind: AppSourceKind) -> &'static str {
    match kind {
        AppSourceKind::BuiltIn => "built in",
        AppSourceKind::Path => "folder or file",
        AppSourceKind::Address => "file",
        AppSourceKind::Repository => "git",
    }
}

async fn add(cli: &Cli, add: Add) -> Result<(), CliError> {
    let is_address = add.location.contains("://");
    let location = if is_address {
        add.location
    } else {
        whole(Path::new(&add.location))?.display().to_string()
    };
    let source: AppSource = cli
        .call("app_source.add", json!({ "id": add.id, "name": add.name, "location": location }))
        .await?;
    if add.listing.json {
        return output::json(&source);
    }
    left_out(&source.left_out)?;
    let apps = figure::count(u64::from(source.apps), "app");
    output::text(&format!(
        "Source {} added, with {apps}; {} left out.",
        source.id,
        source.left_out.len()
    ))
}

async fn sync(cli: &Cli, sync: Sync) -> Result<(), CliError> {
    let wanted = |source: &&AppSource| match &sync.source {
        Some(id) => source.id.as_str() == id,
        None => source.is_enabled && source.kind != AppSourceKind::BuiltIn,
    };
    let sources = all(cli).await?;
    let wanted: Vec<&AppSource> = sources.iter().filter(wanted).collect();
    if let (Some(id), true) = (&sync.source, wanted.is_empty()) {
        return Err(no_source(id));
    }
    let mut failed = 0;
    let mut reports = Vec::new();
    for source in wanted {
        match cli.call::<SyncReport>("app_source.sync", json!({ "id": source.id })).await {
            Ok(report) => reports.push((source.id.clone(), report)),
            Err(error) if sync.source.is_some() => return Err(error),
            Err(error) => {
                output::note(&format!("{}: {error}", source.id));
                failed += 1;
            }
        }
    }
    if sync.listing.json {
        let all: serde_json::Map<_, _> =
            reports.iter().map(|(id, report)| (id.to_string(), json!(report))).collect();
        output::json(&all)?;
    } else {
        for (id, report) in &reports {
            output::text(&format!(
                "{id}: {} new, {} changed, {} gone, {} left out",
                report.added.len(),
                report.changed.len(),
                report.removed.len(),
                report.left_out
            ))?;
        }
    }
    if failed == 0 {
        return Ok(());
    }
    let failed = figure::count(failed, "source");
    Err(CliError::stopped(
        Exit::Failed,
        format!("{failed} could not be read."),
        "What was read before stays.",
    ))
}

fn no_source(id: &str) -> CliError {
    CliError::usage(
        format!("There is no source '{}'.", output::clean_line(id)),
        "'tomo app source list' lists them.",
    )
}

async fn enable(cli: &Cli, named: Named, is_enabled: bool) -> Result<(), CliError> {
    let source: AppSource = cli
        .call("app_source.enable", json!({ "id": named.source, "is_enabled": is_enabled }))
        .await?;
    if named.listing.json {
        return output::json(&source);
    }
    let done = if is_enabled { "are in the catalog" } else { "are left out of the catalog" };
    output::text(&format!("The apps of {} {done}.", source.id))
}

async fn remove(cli: &Cli, remove: Remove) -> Result<(), CliError> {
    let sources = all(cli).await?;
    let source = sources.iter().find(|source| source.id.as_str() == remove.source);
    let source = source.ok_or_else(|| no_source(&remove.source))?;
    if !remove.yes {
        let apps = figure::count(u64::from(source.apps), "app");
        if !prompt::possible() {
            return Err(CliError::usage(
                format!("This forgets '{}' and its {apps}.", source.name),
                "Say --yes where nobody can be asked.",
            ));
        }
        if !prompt::confirm(&format!("Forget '{}' and its {apps}?", source.name)).await? {
            return output::text("Nothing was removed.");
        }
    }
    let () = cli.call("app_source.remove", json!({ "id": source.id })).await?;
    output::text(&format!("Source {} removed.", source.id))
}
