//! `tomo lock`: names and origins with failed sign-ins, and lifting a lock.

use super::{Cli, args::Listing, error::CliError, format, output};
use crate::{
    api::error::{ApiError, Code},
    domain::lock::{AccountLock, LockSubject},
};
use clap::{Args as Group, Subcommand};
use serde_json::json;

/// What to do with locks.
#[derive(Debug, Subcommand)]
pub enum LockCommand {
    /// List user names and origins with failed sign-ins
    List(Listing),
    /// Let a user name or an origin sign in again
    #[command(after_help = "\
Examples:
  tomo lock unlock anna
  tomo lock unlock 'window@nas' --note 'the cat on the keyboard'")]
    Unlock(Unlock),
}

/// A lock to lift.
#[derive(Debug, Group)]
pub struct Unlock {
    /// The user name or origin as it is listed, or its id
    #[arg(value_name = "NAME")]
    name: String,
    /// Why; kept with the lock and in the log
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
}

/// Does what was typed.
pub async fn run(cli: &Cli, command: LockCommand) -> Result<(), CliError> {
    match command {
        LockCommand::List(listing) => list(cli, listing).await,
        LockCommand::Unlock(unlock) => self::unlock(cli, unlock).await,
    }
}

async fn locks(cli: &Cli) -> Result<Vec<AccountLock>, CliError> {
    cli.call("lock.list", json!({})).await
}

async fn list(cli: &Cli, listing: Listing) -> Result<(), CliError> {
    let locks = locks(cli).await?;
    if listing.json {
        return output::json(&locks);
    }
    if locks.is_empty() {
        return output::text("There were no failed sign-ins.");
    }
    let heads = ["Name or origin", ">Failed", "Last", "Locked until", "Unlocked", "Note"];
    let mut table = output::new_table(&heads, None);
    let dates = cli.dates().await?;
    for lock in &locks {
        let until = lock.lock_expires_at.filter(|_| lock.is_locked);
        let by = lock.unlocked_by.as_deref().unwrap_or("an admin");
        let unlocked = lock.unlocked_at.map(|at| format!("{} by {by}", dates.when(at)));
        let absent = || format::ABSENT.to_owned();
        table.add_row([
            output::clean_line(&lock.identifier),
            lock.attempt_count.to_string(),
            dates.when(lock.last_attempt_at),
            until.map_or_else(absent, |at| dates.when(at)),
            unlocked.map_or_else(absent, |text| output::clean_line(&text)),
            lock.notes.as_deref().map_or_else(absent, output::clean_line),
        ]);
    }
    output::table(&table)
}

async fn unlock(cli: &Cli, unlock: Unlock) -> Result<(), CliError> {
    let name = unlock.name.trim();
    let folded = name.to_lowercase();
    let matches = |lock: &&AccountLock| {
        lock.identifier.to_lowercase() == folded || lock.id.to_string() == folded
    };
    let locks = locks(cli).await?;
    // A user may be called as an origin is: the name counts first.
    let lock = locks
        .iter()
        .filter(matches)
        .min_by_key(|lock| lock.subject == LockSubject::Origin)
        .ok_or_else(|| {
            ApiError::new(
                Code::NotFound,
                format!("There were no failed sign-ins of '{name}'."),
                "`tomo lock list` shows who has some.",
            )
        })?;
    let given = json!({ "id": lock.id, "note": unlock.note });
    let lifted: AccountLock = cli.call("lock.unlock", given).await?;
    output::text(&format!("{} may sign in again.", lifted.identifier))
}
