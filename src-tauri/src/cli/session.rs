//! `tomo session`: who is signed in where, and ending it.

use super::{Cli, args::Listing, error::CliError, format, output};
use crate::{
    api::error::{ApiError, Code},
    domain::{
        session::{SessionEntry, SessionStatus},
        status::Status,
        user::Role,
    },
};
use clap::{Args as Group, Subcommand};
use serde_json::json;

/// Characters of an id that are shown; they tell sessions apart.
const SHOWN: usize = 12;

/// What to do with sessions.
#[derive(Debug, Subcommand)]
pub enum SessionCommand {
    /// List your sessions, or everybody's
    #[command(after_help = "\
Examples:
  tomo session list
  tomo session list --all                 everybody's (admins)
  tomo session list --json | jq '.[] | select(.status == \"active\")'")]
    List(List),
    /// End a session: one of yours, or as an admin anybody's
    #[command(after_help = "\
Examples:
  tomo session end 3f9a1c                 the beginning of an id is enough")]
    End(End),
    /// End all your sessions but this one
    EndOthers,
}

/// Which sessions to list.
#[derive(Debug, Group)]
pub struct List {
    /// Everybody's, for admins
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    listing: Listing,
}

/// A session to end.
#[derive(Debug, Group)]
pub struct End {
    /// Its id, or the beginning of it
    #[arg(value_name = "ID")]
    session: String,
}

/// Does what was typed.
pub async fn run(cli: &Cli, command: SessionCommand) -> Result<(), CliError> {
    match command {
        SessionCommand::List(list) => self::list(cli, list).await,
        SessionCommand::End(end) => self::end(cli, end).await,
        SessionCommand::EndOthers => end_others(cli).await,
    }
}

async fn list(cli: &Cli, list: List) -> Result<(), CliError> {
    let sessions = sessions(cli, list.all).await?;
    if list.listing.json {
        return output::json(&sessions);
    }
    let heads = ["User", "Where", "System", "Status", "Since", "Last used", "Until", "Id"];
    let mut table = output::new_table(&heads, None);
    let dates = cli.dates().await?;
    for session in &sessions {
        let client = session.client.as_ref();
        let absent = || format::ABSENT.to_owned();
        table.add_row([
            output::clean_line(&session.username),
            client.map_or_else(absent, |client| output::clean_line(&client.in_words())),
            client.map_or_else(absent, |client| output::clean_line(&client.os)),
            status(session),
            dates.when(session.created_at),
            dates.when(session.last_activity),
            dates.when(session.terminated_at.unwrap_or(session.expires_at)),
            session.id.chars().take(SHOWN).collect(),
        ]);
    }
    output::table(&table)
}

fn status(session: &SessionEntry) -> String {
    match (session.status, &session.terminated_by) {
        (SessionStatus::Terminated, Some(name)) => {
            format!("ended by {}", output::clean_line(name))
        }
        (SessionStatus::Terminated, None) => "ended".into(),
        (status, _) if session.is_own => format!("{}, this one", status.as_str()),
        (status, _) => status.as_str().into(),
    }
}

async fn sessions(cli: &Cli, all: bool) -> Result<Vec<SessionEntry>, CliError> {
    cli.call("session.list", json!({ "all": all })).await
}

async fn end(cli: &Cli, end: End) -> Result<(), CliError> {
    let now: Status = cli.call("status.get", json!({})).await?;
    let is_admin = now.session.is_some_and(|session| session.user.role == Role::Admin);
    let session = pick(sessions(cli, is_admin).await?, &end.session)?;
    let () = cli.call("session.end", json!({ "id": session.id })).await?;
    let place =
        session.client.map_or_else(String::new, |client| format!(", {},", client.in_words()));
    output::text(&format!("The session of {}{place} is ended.", session.username))
}

fn pick(sessions: Vec<SessionEntry>, wanted: &str) -> Result<SessionEntry, CliError> {
    let wanted = wanted.trim().to_lowercase();
    let mut found: Vec<_> =
        sessions.into_iter().filter(|session| session.id.starts_with(&wanted)).collect();
    match found.len() {
        1 if !wanted.is_empty() => Ok(found.remove(0)),
        0 => Err(ApiError::new(
            Code::NotFound,
            format!("There is no session '{wanted}'."),
            "`tomo session list` shows them.",
        )
        .into()),
        count => Err(CliError::usage(
            format!("{count} sessions begin with '{wanted}'."),
            "Type more of the id.",
        )),
    }
}

async fn end_others(cli: &Cli) -> Result<(), CliError> {
    let ended: u32 = cli.call("session.end_others", json!({})).await?;
    output::text(&match ended {
        0 => "There are no other sessions.".into(),
        1 => "1 other session is ended.".into(),
        ended => format!("{ended} other sessions are ended."),
    })
}
