//! `tomo account`: one's own account. The password has a command of its own.

use super::{Cli, args::Listing, error::CliError, format, output};
use crate::domain::account::Account;
use base64::{Engine, engine::general_purpose::STANDARD};
use clap::{Args as Group, Subcommand};
use serde_json::{Map, Value, json};
use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

/// Nothing that is taken from a file is nearly as large, in bytes.
const MOST_BYTES: u64 = 1024 * 1024;

/// What to do with one's own account.
#[derive(Debug, Subcommand)]
pub enum AccountCommand {
    /// Show it
    Show(Listing),
    /// Change the e-mail address, or what the window remembers
    #[command(after_help = "\
Examples:
  tomo account edit --email ana@example.org
  tomo account edit --email ''             none
  tomo account edit --preferences prefs.json")]
    Edit(Edit),
    /// Set or remove the picture
    #[command(after_help = "\
Examples:
  tomo account picture me.jpg
  tomo account picture --url https://example.org/me.png
  tomo account picture --remove")]
    Picture(Picture),
}

/// What to change.
#[derive(Debug, Group)]
#[group(required = true, multiple = true)]
pub struct Edit {
    /// E-mail address; an empty one is none
    #[arg(long, value_name = "ADDRESS")]
    email: Option<String>,
    /// File with a JSON object, up to 16 KB ('-' reads standard input)
    #[arg(long, value_name = "FILE")]
    preferences: Option<PathBuf>,
}

/// A picture.
#[derive(Debug, Group)]
#[group(required = true, multiple = false)]
pub struct Picture {
    /// A PNG, JPEG or WebP file of up to 500 KB
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// An https address
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// Remove it
    #[arg(long)]
    remove: bool,
}

/// `tomo account …`.
pub async fn run(cli: &Cli, command: AccountCommand) -> Result<(), CliError> {
    match command {
        AccountCommand::Show(listing) => show(cli, listing).await,
        AccountCommand::Edit(edit) => self::edit(cli, edit).await,
        AccountCommand::Picture(picture) => self::picture(cli, picture).await,
    }
}

async fn show(cli: &Cli, listing: Listing) -> Result<(), CliError> {
    let account: Account = cli.call("account.get", json!({})).await?;
    if listing.json {
        return output::json(&account);
    }
    let dates = cli.dates().await?;
    let absent = || format::ABSENT.to_owned();
    let email = Some(account.user.email.as_str()).filter(|email| !email.is_empty());
    let picture = account.avatar.as_deref().map(|avatar| match avatar.starts_with("data:") {
        true => "a file".to_owned(),
        false => output::clean_line(avatar),
    });
    output::rows(&[
        ["User name", &output::clean_line(&account.user.username)],
        ["Role", account.user.role.as_str()],
        ["E-mail", &email.map_or_else(absent, output::clean_line)],
        ["Picture", &picture.unwrap_or_else(absent)],
        ["Created", &dates.moment(account.created_at)],
        ["Last sign-in", &account.last_login.map_or_else(absent, |at| dates.moment(at))],
        [
            "Password changed",
            &account.password_changed_at.map_or_else(absent, |at| dates.moment(at)),
        ],
        ["Sessions", &account.live_sessions.to_string()],
    ])
}

async fn edit(cli: &Cli, edit: Edit) -> Result<(), CliError> {
    let mut arguments = Map::new();
    if let Some(email) = edit.email {
        arguments.insert("email".into(), email.into());
    }
    if let Some(file) = edit.preferences {
        let preferences: Value = serde_json::from_slice(&contents(&file)?).map_err(|error| {
            let problem = format!("{} holds no JSON: {error}.", file.display());
            CliError::usage(problem, "It takes one JSON object.")
        })?;
        arguments.insert("preferences".into(), preferences);
    }
    let _: Account = cli.call("account.edit", arguments.into()).await?;
    output::text("The account is changed.")
}

async fn picture(cli: &Cli, picture: Picture) -> Result<(), CliError> {
    let (arguments, said) = match (picture.file, picture.url) {
        (Some(file), _) => {
            let data = STANDARD.encode(contents(&file)?);
            (json!({ "kind": "image", "data": data }), "The picture is set.")
        }
        (None, Some(url)) => (json!({ "kind": "url", "url": url }), "The picture is set."),
        (None, None) => (json!({ "kind": "remove" }), "The picture is removed."),
    };
    let _: Account = cli.call("account.set_avatar", arguments).await?;
    output::text(said)
}

fn contents(path: &Path) -> Result<Vec<u8>, CliError> {
    let mut bytes = Vec::new();
    let read = match path == Path::new("-") {
        true => io::stdin().take(MOST_BYTES).read_to_end(&mut bytes),
        false => File::open(path).and_then(|file| file.take(MOST_BYTES).read_to_end(&mut bytes)),
    };
    let length =
        read.map_err(|error| CliError::io(format!("reading {}", path.display()), error))?;
    if u64::try_from(length).is_ok_and(|length| length >= MOST_BYTES) {
        let problem = format!("{} is larger than 1 MB.", path.display());
        return Err(CliError::usage(problem, "Choose a smaller file."));
    }
    Ok(bytes)
}
