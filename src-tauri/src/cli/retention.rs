//! `tomo retention`: what would be dropped, dropping it, and what was dropped last.

use super::{Cli, account, args::Listing, error::CliError, format, output, prompt};
use crate::domain::{
    figure,
    retention::{RetentionPreview, RetentionRun, RetentionStatus},
};
use clap::{Args as Group, Subcommand};
use serde_json::json;

/// What to do with what is old.
#[derive(Debug, Subcommand)]
pub enum RetentionCommand {
    /// Say what a run would drop now, and how much space returns
    Preview(Listing),
    /// Drop what is older than the settings allow
    Run(Run),
    /// Say what the last run did, and when the next is due
    Status(Listing),
}

/// How to run it.
#[derive(Debug, Group)]
pub struct Run {
    /// Do not ask first
    #[arg(long)]
    yes: bool,
    /// Write what was done as JSON
    #[arg(long)]
    json: bool,
}

/// `tomo retention`.
pub async fn retention(cli: &Cli, command: RetentionCommand) -> Result<(), CliError> {
    match command {
        RetentionCommand::Preview(listing) => preview(cli, listing).await,
        RetentionCommand::Run(run) => self::run(cli, run).await,
        RetentionCommand::Status(listing) => status(cli, listing).await,
    }
}

async fn read_preview(cli: &Cli) -> Result<RetentionPreview, CliError> {
    cli.call("retention.preview", json!({})).await
}

#[expect(clippy::cast_precision_loss, reason = "sizes in three digits")]
fn size(bytes: u64) -> String {
    figure::size(bytes as f64)
}

async fn preview(cli: &Cli, listing: Listing) -> Result<(), CliError> {
    let preview = read_preview(cli).await?;
    if listing.json {
        return output::json(&preview);
    }
    let heads = ["Table", ">Kept", ">Rows", ">Expired", ">Size", "Oldest"];
    let mut table = output::new_table(&heads, output::width());
    let dates = cli.dates().await?;
    for share in &preview.tables {
        table.add_row([
            share.table.as_str().to_owned(),
            format!("{} d", share.days),
            share.rows.to_string(),
            share.expired.to_string(),
            size(share.bytes),
            share.oldest.map_or_else(|| format::ABSENT.into(), |at| dates.when(at)),
        ]);
    }
    output::table(&table)?;
    output::text(&format!(
        "The database has {}; about {} would return.",
        size(preview.file_bytes),
        size(preview.returned_bytes)
    ))
}

async fn run(cli: &Cli, run: Run) -> Result<(), CliError> {
    // The audit trail is signed anew where it begins.
    account::unlock(cli).await?;
    if !run.yes {
        let expired: u64 = read_preview(cli).await?.tables.iter().map(|table| table.expired).sum();
        let rows = figure::count(expired, "row");
        if !prompt::possible() {
            return Err(CliError::usage(
                format!("This removes {rows} for good."),
                "Say --yes where nobody can be asked.",
            ));
        }
        if !prompt::confirm(&format!("Remove {rows} for good?")).await? {
            return output::text("Nothing was removed.");
        }
    }
    let done: RetentionRun = cli.call("retention.run", json!({})).await?;
    if run.json {
        return output::json(&done);
    }
    output::text(done.summary().trim_end_matches('.')).and_then(|()| dropped(&done))
}

fn dropped(run: &RetentionRun) -> Result<(), CliError> {
    let rows: Vec<_> = run.tables.iter().map(|table| table.rows.to_string()).collect();
    let named: Vec<_> = run.tables.iter().map(|table| table.table.as_str()).collect();
    let lines: Vec<_> = named.iter().zip(&rows).map(|(table, rows)| [*table, rows]).collect();
    output::rows(&lines)
}

async fn status(cli: &Cli, listing: Listing) -> Result<(), CliError> {
    let status: RetentionStatus = cli.call("retention.status", json!({})).await?;
    if listing.json {
        return output::json(&status);
    }
    let dates = cli.dates().await?;
    let clock = |at| dates.moment(at);
    let last = match &status.last {
        None => "never".to_owned(),
        Some(run) if status.is_running => format!("{}, under way", clock(run.started_at)),
        Some(run) if run.finished_at.is_none() => {
            format!("{}, cut off", clock(run.started_at))
        }
        Some(run) => format!("{}: {}", clock(run.started_at), run.summary()),
    };
    let asked_by = status.last.as_ref().map(|run| run.asked_by.as_deref().unwrap_or("Tomo"));
    let next = status.next_at.map_or_else(|| "switched off".into(), clock);
    output::rows(&[
        ["Last run", &last],
        ["Asked for by", asked_by.unwrap_or(format::ABSENT)],
        ["Next run", &next],
    ])
}
