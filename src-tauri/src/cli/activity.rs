//! `tomo activity`: what was done, once or as it happens, and a file of it.

use super::{Cli, dates::Dates, error::CliError, format, output, servers};
use crate::collect::hub::Change;
use crate::domain::{
    account::Account,
    activity::{Activity, ActivityFilter, ActivityGroup, ActivityKind, ActivityPage},
    file::Exported,
    fleet::Topic,
    id::UserId,
    status::Status,
};
use chrono::{DateTime, TimeDelta, Utc};
use clap::{Args as Group, Subcommand};
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    time::Duration,
};
use tokio::sync::broadcast::error::RecvError;
use uuid::Uuid;

/// Entries that are asked for at once.
const PAGE: u32 = 200;
/// Entries that are shown when nobody says how many.
const SHOWN: u32 = 50;
/// How soon what another process wrote is shown.
const FOLLOW_EVERY: Duration = Duration::from_secs(1);
/// An entry may be written so much later than its own time says: behind a lock, or by a clock that
/// was set back.
const LATE: TimeDelta = TimeDelta::minutes(10);

/// What to do with the activity log.
#[derive(Debug, Group)]
#[command(args_conflicts_with_subcommands = true)]
pub struct ActivityArgs {
    #[command(subcommand)]
    command: Option<ActivityCommand>,
    #[command(flatten)]
    which: Which,
    /// Write new entries as they come, until Ctrl-C; with --limit, so many older ones first
    #[arg(long)]
    follow: bool,
    /// How many entries to show
    #[arg(long, value_name = "N")]
    limit: Option<u32>,
    /// Write JSON: an array, with --follow a line for each entry
    #[arg(long)]
    json: bool,
}

impl ActivityArgs {
    /// Whether it goes on until somebody ends it.
    #[must_use]
    pub fn lasts(&self) -> bool {
        self.follow && self.command.is_none()
    }
}

#[derive(Debug, Subcommand)]
enum ActivityCommand {
    /// Write the log, or part of it, to a file
    #[command(after_help = "\
Examples:
  tomo activity export log.csv
  tomo activity export connections.jsonl --type connections --since 30d")]
    Export(Export),
}

#[derive(Debug, Group)]
struct Export {
    /// File to write, as CSV or, when its name ends in .jsonl, as lines of JSON
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    which: Which,
}

/// Which entries.
#[derive(Debug, Group)]
struct Which {
    /// Kind (server.add) or group of kinds (access, users, servers, connections, settings, data,
    /// containers, assistants); may be given again
    #[arg(long = "type", value_name = "TYPE")]
    types: Vec<String>,
    /// By whom: a user name, or 'tomo' for what Tomo did by itself
    #[arg(long, value_name = "NAME")]
    user: Option<String>,
    /// About which server
    #[arg(long, value_name = "SERVER")]
    server: Option<String>,
    /// Not before: 2026-11-20, '2026-11-20 14:00', 90m, 24h or 7d
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Before
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// Words that an entry holds; each may be the beginning of one
    #[arg(long, value_name = "WORDS")]
    search: Option<String>,
}

/// `tomo activity`.
pub async fn activity(cli: &Cli, args: ActivityArgs) -> Result<(), CliError> {
    if let Some(ActivityCommand::Export(export)) = args.command {
        return self::export(cli, export).await;
    }
    let filter = filter(cli, &args.which).await?;
    if args.follow {
        return follow(cli, filter, args.limit.unwrap_or(0), args.json).await;
    }
    let entries = newest(cli, &filter, args.limit.unwrap_or(SHOWN)).await?;
    if args.json {
        return output::json(&entries);
    }
    let dates = cli.dates().await?;
    let mut table = output::new_table(&["Time", "Who", "What"], output::width());
    for entry in &entries {
        table.add_row([time(entry, dates), who(entry), output::clean_line(&entry.message)]);
    }
    output::table(&table)
}

async fn page(
    cli: &Cli,
    filter: &ActivityFilter,
    after: Option<&str>,
    limit: u32,
) -> Result<ActivityPage, CliError> {
    let arguments = json!({ "filter": filter, "after": after, "limit": limit });
    cli.call("activity.list", arguments).await
}

/// The newest entries, newest first.
async fn newest(cli: &Cli, filter: &ActivityFilter, limit: u32) -> Result<Vec<Activity>, CliError> {
    let (mut entries, mut after) = (Vec::new(), None);
    loop {
        let left = usize::try_from(limit).unwrap_or(usize::MAX).saturating_sub(entries.len());
        if left == 0 {
            return Ok(entries);
        }
        let size = u32::try_from(left).unwrap_or(PAGE).min(PAGE);
        let page = page(cli, filter, after.as_deref(), size).await?;
        entries.extend(page.entries);
        after = page.next;
        if after.is_none() {
            return Ok(entries);
        }
    }
}

/// The log as it grows. Entries are known by their ids, because the time of a new one may lie before
/// that of one that was shown already.
struct Follow {
    filter: ActivityFilter,
    /// Entries that were shown, or there before, with their times.
    seen: HashMap<Uuid, DateTime<Utc>>,
    /// No entry with an earlier time can come.
    from: DateTime<Utc>,
}

impl Follow {
    /// Entries that are new since the last time, oldest first.
    async fn new_entries(&mut self, cli: &Cli) -> Result<Vec<Activity>, CliError> {
        let asked_at = Utc::now();
        let since = self.filter.since.map_or(self.from, |since| since.max(self.from));
        let filter = ActivityFilter { since: Some(since), ..self.filter.clone() };
        let mut entries = newest(cli, &filter, u32::MAX).await?;
        entries.retain(|entry| self.seen.insert(entry.id, entry.timestamp).is_none());
        entries.reverse();
        self.from = asked_at - LATE;
        let from = self.from - TimeDelta::seconds(1);
        self.seen.retain(|_, at| *at >= from);
        Ok(entries)
    }
}

async fn follow(cli: &Cli, filter: ActivityFilter, limit: u32, json: bool) -> Result<(), CliError> {
    // Before the first look, so that no entry falls in between.
    let mut changes = cli.tomo.changes();
    let from = Utc::now() - LATE;
    let mut follow = Follow { filter, seen: HashMap::new(), from };
    follow.new_entries(cli).await?;
    let dates = cli.dates().await?;
    let mut before = newest(cli, &follow.filter, limit).await?;
    before.reverse();
    for entry in &before {
        // One that came between the two looks is shown here, and not again.
        follow.seen.insert(entry.id, entry.timestamp);
        line(entry, dates, json)?;
    }
    cli.tomo.keep_following_activity(FOLLOW_EVERY);
    loop {
        match changes.recv().await {
            Ok(Change::Topic(Topic::Activity)) | Err(RecvError::Lagged(_)) => {
                for entry in follow.new_entries(cli).await? {
                    line(&entry, dates, json)?;
                }
            }
            Ok(_) => {}
            Err(RecvError::Closed) => return Ok(()),
        }
    }
}

fn line(entry: &Activity, dates: Dates, json: bool) -> Result<(), CliError> {
    if json {
        return output::json_line(entry);
    }
    let message = output::clean_line(&entry.message);
    output::text(&format!("{}  {}  {message}", time(entry, dates), who(entry)))
}

/// Lines of a log stay on the screen and are compared: to the second, never as an age.
fn time(entry: &Activity, dates: Dates) -> String {
    dates.write(entry.timestamp, "%Y-%m-%d %H:%M:%S")
}

fn who(entry: &Activity) -> String {
    match (&entry.username, entry.user_id) {
        (Some(name), _) => output::clean_line(name),
        (None, Some(_)) => "a removed account".into(),
        (None, None) => "Tomo".into(),
    }
}

/// `tomo activity export`.
async fn export(cli: &Cli, export: Export) -> Result<(), CliError> {
    let filter = filter(cli, &export.which).await?;
    let format = if is_json(&export.file) { "jsonl" } else { "csv" };
    let path = std::path::absolute(&export.file)
        .map_err(|error| CliError::io(format!("finding {}", export.file.display()), error))?;
    let arguments = json!({ "path": path, "format": format, "filter": filter });
    let done: Exported = cli.call("activity.export", arguments).await?;
    let rows = format::counted(done.rows, "row is", "rows are");
    output::text(&format!("{rows} in {}.", done.path))
}

fn is_json(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("jsonl"))
}

async fn filter(cli: &Cli, which: &Which) -> Result<ActivityFilter, CliError> {
    let dates = cli.dates().await?;
    let moment = |text: &Option<String>| text.as_deref().map(|text| dates.read(text)).transpose();
    let mut filter = ActivityFilter {
        activity_types: kinds(&which.types)?,
        since: moment(&which.since)?,
        until: moment(&which.until)?,
        text: which.search.clone(),
        ..ActivityFilter::default()
    };
    match which.user.as_deref() {
        Some("tomo") => filter.by_tomo = true,
        Some(name) => filter.user_id = Some(user(cli, name).await?),
        None => {}
    }
    if let Some(server) = &which.server {
        filter.server_id = Some(servers::find(cli, server).await?.server.id);
    }
    Ok(filter)
}

/// Kinds by their own names and by those of their groups.
fn kinds(types: &[String]) -> Result<Vec<String>, CliError> {
    let mut kinds: Vec<String> = Vec::new();
    for name in types {
        let group: Option<ActivityGroup> =
            serde_json::from_value(Value::String(name.to_lowercase())).ok();
        let found: Vec<_> = ActivityKind::ALL
            .iter()
            .filter(|kind| Some(kind.group()) == group || kind.as_str() == name.as_str())
            .map(|kind| kind.as_str().to_owned())
            .collect();
        if found.is_empty() {
            let all: Vec<_> = ActivityKind::ALL.iter().map(|kind| kind.as_str()).collect();
            return Err(CliError::usage(
                format!("There is no kind of entry '{name}'."),
                format!("The kinds are: {}.", all.join(", ")),
            ));
        }
        kinds.extend(found.into_iter().filter(|kind| !kinds.contains(kind)).collect::<Vec<_>>());
    }
    Ok(kinds)
}

/// The account of this name: the own, or for admins any.
async fn user(cli: &Cli, name: &str) -> Result<UserId, CliError> {
    if let Ok(id) = name.parse() {
        return Ok(id);
    }
    let status: Status = cli.call("status.get", json!({})).await?;
    if let Some(session) = status.session.filter(|session| session.user.username == name) {
        return Ok(session.user.id);
    }
    let accounts: Vec<Account> = cli.call("user.list", json!({})).await?;
    let found = accounts.into_iter().find(|account| account.user.username == name);
    found.map(|account| account.user.id).ok_or_else(|| {
        CliError::usage(format!("There is no user '{name}'."), "Name one as the log shows it.")
    })
}
