//! `tomo audit`: the trail of changed settings.

use super::{
    Cli,
    error::{CliError, Exit},
    format, output,
};
use crate::domain::{
    audit::{AuditEntry, AuditFilter, AuditPage, AuditReport, ChangeType},
    file::Exported,
};
use chrono::{DateTime, Utc};
use clap::{Args as Group, Subcommand, ValueEnum};
use serde_json::{Value, json};

/// What to do with the audit trail.
#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// List changes of settings, newest first
    #[command(after_help = "\
Examples:
  tomo audit list
  tomo audit list --text monitoring --since 2026-11-01
  tomo audit list --before 812            the page that follows entry 812")]
    List(List),
    /// Prove the trail, or name the first entry that does not hold
    #[command(after_help = "\
Ends with exit code 1 when the trail does not hold.")]
    Verify(super::args::Listing),
    /// Write the trail to a file
    #[command(after_help = "\
Examples:
  tomo audit export audit.csv
  tomo audit export audit.jsonl --since 2026-01-01")]
    Export(Export),
}

/// Which entries.
#[derive(Debug, Group)]
pub struct Filter {
    /// Part of a setting's key, or of a user's name
    #[arg(long, value_name = "TEXT")]
    text: Option<String>,
    /// What was done
    #[arg(long, value_name = "CHANGE")]
    change: Option<Change>,
    /// Not before this moment, by the time zone that is set
    #[arg(long, value_name = "DATE")]
    since: Option<String>,
    /// Before this moment
    #[arg(long, value_name = "DATE")]
    until: Option<String>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Change {
    Create,
    Update,
    Delete,
}

impl Filter {
    async fn read(self, cli: &Cli) -> Result<AuditFilter, CliError> {
        let dates = cli.dates().await?;
        let moment = |text: Option<String>| -> Result<Option<DateTime<Utc>>, CliError> {
            text.map(|text| dates.read(&text)).transpose()
        };
        Ok(AuditFilter {
            text: self.text,
            change_type: self.change.map(|change| match change {
                Change::Create => ChangeType::Create,
                Change::Update => ChangeType::Update,
                Change::Delete => ChangeType::Delete,
            }),
            since: moment(self.since)?,
            until: moment(self.until)?,
        })
    }
}

/// Entries to list.
#[derive(Debug, Group)]
pub struct List {
    #[command(flatten)]
    filter: Filter,
    /// Only entries before this one
    #[arg(long, value_name = "ID")]
    before: Option<i64>,
    /// How many, 1 to 200; otherwise as ui.items_per_page says
    #[arg(long, value_name = "COUNT")]
    limit: Option<u32>,
    /// Write JSON
    #[arg(long)]
    json: bool,
}

/// Where the trail goes.
#[derive(Debug, Group)]
pub struct Export {
    /// The file
    #[arg(value_name = "FILE")]
    file: std::path::PathBuf,
    /// How; otherwise as the file's name ends
    #[arg(long, value_name = "FORMAT")]
    format: Option<Format>,
    #[command(flatten)]
    filter: Filter,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    Csv,
    Jsonl,
}

/// `tomo audit`.
pub async fn audit(cli: &Cli, command: AuditCommand) -> Result<(), CliError> {
    match command {
        AuditCommand::List(wanted) => list(cli, wanted).await,
        AuditCommand::Verify(listing) => verify(cli, listing.json).await,
        AuditCommand::Export(wanted) => export(cli, wanted).await,
    }
}

async fn list(cli: &Cli, wanted: List) -> Result<(), CliError> {
    let filter = wanted.filter.read(cli).await?;
    let arguments = json!({ "filter": filter, "before": wanted.before, "limit": wanted.limit });
    let page: AuditPage = cli.call("audit.list", arguments).await?;
    if wanted.json {
        return output::json(&page);
    }
    let Some(last) = page.entries.last() else {
        return output::text("There is no such entry.");
    };
    let dates = cli.dates().await?;
    let heads = [">Id", "When", "Who", "Where", "Setting", "Whose", "From", "To", "Why"];
    let mut table = output::new_table(&heads, None);
    for entry in &page.entries {
        table.add_row([
            entry.id.to_string(),
            dates.moment(entry.created_at),
            who(entry),
            entry.door.as_deref().map_or_else(|| format::ABSENT.into(), output::clean_line),
            entry.setting_key.clone(),
            entry.override_of.as_deref().map_or_else(|| "everybody".into(), output::clean_line),
            entry.old_value.as_ref().map_or_else(|| format::ABSENT.into(), value),
            match entry.change_type {
                ChangeType::Delete => format::ABSENT.into(),
                ChangeType::Create | ChangeType::Update => value(&entry.new_value),
            },
            entry.change_reason.as_deref().map_or_else(String::new, output::clean_line),
        ]);
    }
    output::table(&table)?;
    if page.more > 0 {
        output::note(&format!("{} more: tomo audit list --before {}", page.more, last.id));
    }
    Ok(())
}

fn who(entry: &AuditEntry) -> String {
    match (&entry.username, entry.user_id) {
        (Some(name), _) => output::clean_line(name),
        (None, Some(_)) => "a deleted account".into(),
        (None, None) => "Tomo".into(),
    }
}

fn value(value: &Value) -> String {
    output::clean_line(&value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned))
}

async fn verify(cli: &Cli, as_json: bool) -> Result<(), CliError> {
    let report: AuditReport = cli.call("audit.verify", json!({})).await?;
    if as_json {
        output::json(&report)?;
    }
    let Some(id) = report.first_broken else {
        if !report.unrecorded.is_empty() {
            return Err(CliError::stopped(
                Exit::Failed,
                format!(
                    "The audit trail holds, but was passed by: no entry says why the value is what \
                     it is of {}.",
                    report.unrecorded.join(", ")
                ),
                "Somebody has changed the database without Tomo. Set them anew.",
            ));
        }
        if as_json {
            return Ok(());
        }
        let since = match report.since {
            Some(since) => format!(", back to {}", cli.dates().await?.moment(since)),
            None => String::new(),
        };
        let end = if report.rows > 0 && !report.end_compared {
            " The end could not be compared with the one remembered outside the database, so this \
             may be an older copy."
        } else {
            ""
        };
        return output::text(&format!(
            "All {} entries hold{since}. It took {} ms.{end}",
            report.rows, report.milliseconds
        ));
    };
    let proven = match report.proven_until {
        Some(until) => format!(
            "{} of {} entries are proven, up to {}.",
            report.proven,
            report.rows,
            cli.dates().await?.moment(until)
        ),
        None => format!("None of {} entries is proven.", report.rows),
    };
    Err(CliError::stopped(
        Exit::Failed,
        format!("The audit trail does not hold from entry {id} on. {proven}"),
        "Somebody has changed the database without Tomo. Compare it with a backup.",
    ))
}

async fn export(cli: &Cli, wanted: Export) -> Result<(), CliError> {
    let ending = wanted.file.extension().and_then(|ending| ending.to_str());
    let format = match (wanted.format, ending) {
        (Some(Format::Csv), _) | (None, Some("csv")) => "csv",
        (Some(Format::Jsonl), _) | (None, Some("jsonl")) => "jsonl",
        (None, _) => {
            return Err(CliError::usage(
                "The file's name ends neither in .csv nor in .jsonl.",
                "Say how with --format.",
            ));
        }
    };
    let filter = wanted.filter.read(cli).await?;
    let arguments = json!({
        "path": wanted.file.display().to_string(), "format": format, "filter": filter,
    });
    let exported: Exported = cli.call("audit.export", arguments).await?;
    let entries = format::counted(exported.rows, "entry is", "entries are");
    output::text(&format!("{entries} in {}.", exported.path))
}
