//! `tomo backup`: making, listing, looking into and restoring backups.

use super::{
    Cli, account,
    args::Listing,
    dates::Dates,
    error::{CliError, Exit},
    format, output, prompt,
};
use crate::{
    api::error::Code,
    domain::{
        backup::{BackupContents, BackupEntry, BackupList},
        status::Status,
    },
};
use clap::{Args as Group, Subcommand};
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// What to do with backups.
#[derive(Debug, Subcommand)]
pub enum BackupCommand {
    /// Make a backup, and read it back
    #[command(after_help = "\
Examples:
  tomo backup create                      in the folder of backups
  tomo backup create /mnt/usb/home.tomobackup --note 'before the move'
  TOMO_BACKUP_PASSPHRASE_FILE=backup.txt tomo backup create --without-history

Without --passphrase-file the passphrase that Tomo remembers is used; if it remembers none, or with
--ask, it is asked for, twice. Without it nobody can open the backup, not even you.")]
    Create(Create),
    /// List the backups that are kept
    List(Listing),
    /// Verify a backup whole, and say what it holds
    Inspect(Inspect),
    /// Replace everything by what a backup holds; everybody is signed out
    #[command(after_help = "\
Examples:
  tomo backup restore tomo-desk-2026-11-22-023000.tomobackup
  TOMO_BACKUP_PASSPHRASE_FILE=backup.txt tomo backup restore home.tomobackup --yes

The backup is verified whole first. What was there before is kept in the data folder as
tomo.db.before-restore-<time>. On a computer where Tomo has no account yet, restoring takes the place
of `tomo setup`.")]
    Restore(Restore),
    /// Set or forget the passphrase of automatic backups
    SetPassphrase(SetPassphrase),
}

/// A backup's passphrase.
#[derive(Debug, Group)]
pub struct Passphrase {
    /// File with the passphrase of the backup ('-' reads standard input)
    #[arg(long, env = "TOMO_BACKUP_PASSPHRASE_FILE", hide_env_values = true, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
}

impl Passphrase {
    /// The file that somebody named for it.
    pub(super) fn file(&self) -> Option<&Path> {
        self.passphrase_file.as_deref()
    }
}

/// A backup to make.
#[derive(Debug, Group)]
pub struct Create {
    /// File to write; a new one in the folder of backups when left out
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// Leave out the history of servers
    #[arg(long)]
    without_history: bool,
    /// Why, up to 200 characters
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    #[command(flatten)]
    passphrase: Passphrase,
    /// Ask for a passphrase, also when Tomo remembers one
    #[arg(long)]
    ask: bool,
    /// Write the new backup as JSON
    #[arg(long)]
    json: bool,
}

/// A backup to look into.
#[derive(Debug, Group)]
pub struct Inspect {
    /// Its file
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    passphrase: Passphrase,
    /// Write JSON
    #[arg(long)]
    json: bool,
}

/// A backup to restore.
#[derive(Debug, Group)]
pub struct Restore {
    /// Its file
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    passphrase: Passphrase,
    /// Do not ask first
    #[arg(long)]
    yes: bool,
}

/// The passphrase of automatic backups.
#[derive(Debug, Group)]
pub struct SetPassphrase {
    #[command(flatten)]
    passphrase: Passphrase,
    /// Remember none any more; no backup is made by itself then
    #[arg(long)]
    forget: bool,
}

/// `tomo backup …`.
pub async fn run(cli: &Cli, command: BackupCommand) -> Result<(), CliError> {
    account::unlock(cli).await?;
    match command {
        BackupCommand::Create(wish) => create(cli, wish).await,
        BackupCommand::List(listing) => list(cli, listing).await,
        BackupCommand::Inspect(inspect) => look_into(cli, inspect).await,
        BackupCommand::Restore(wish) => restore(cli, wish).await,
        BackupCommand::SetPassphrase(wish) => set_passphrase(cli, wish).await,
    }
}

async fn create(cli: &Cli, wish: Create) -> Result<(), CliError> {
    let list: BackupList = cli.call("backup.list", json!({})).await?;
    let passphrase = match &wish.passphrase.passphrase_file {
        Some(file) if !wish.ask => Some(prompt::secret_file(file)?),
        _ if list.has_passphrase && !wish.ask => None,
        _ if prompt::possible() => {
            output::note("Without its passphrase nobody can open the backup.");
            Some(prompt::new_secret("Passphrase of the backup").await?)
        }
        _ => return Err(no_passphrase()),
    };
    let path = wish.file.as_deref().map(path_text).transpose()?;
    let arguments = json!({
        "path": path,
        "with_history": !wish.without_history,
        "passphrase": passphrase.as_ref().map(ExposeSecret::expose_secret),
        "note": wish.note,
    });
    let made: BackupEntry = cli.call("backup.create", arguments).await?;
    if wish.json {
        return output::json(&made);
    }
    let size = size(made.bytes);
    output::text(&format!("{} is made and was read back ({size}).", made.path))
}

async fn list(cli: &Cli, listing: Listing) -> Result<(), CliError> {
    let list: BackupList = cli.call("backup.list", json!({})).await?;
    if listing.json {
        return output::json(&list);
    }
    let dates = cli.dates().await?;
    if !list.entries.is_empty() {
        let heads = ["Made", ">Size", "Servers", "By", "State", "File"];
        let mut table = output::new_table(&heads, None);
        for entry in &list.entries {
            let servers = entry.contents.as_ref().map(|contents| contents.servers.to_string());
            table.add_row([
                dates.moment(entry.made_at),
                size(entry.bytes),
                servers.unwrap_or_else(|| format::ABSENT.into()),
                match (&entry.made_by, entry.is_automatic) {
                    (Some(name), _) => output::clean_line(name),
                    (None, true) => "itself".into(),
                    (None, false) => format::ABSENT.into(),
                },
                match (&entry.error, entry.read_back_at) {
                    (Some(error), _) => output::clean_line(error),
                    (None, Some(_)) => "read back".into(),
                    (None, None) => "not made here".into(),
                },
                output::clean_line(&entry.path),
            ]);
        }
        output::table(&table)?;
    }
    output::note(&match (list.next_at, &list.blocked) {
        (Some(at), _) => format!("The next is due {}.", dates.moment(at)),
        (None, Some(why)) => format!("None is made by itself: {why}"),
        (None, None) => "None is made by itself.".into(),
    });
    Ok(())
}

async fn look_into(cli: &Cli, wish: Inspect) -> Result<(), CliError> {
    let contents: BackupContents =
        open(cli, "backup.inspect", &wish.file, &wish.passphrase).await?.0;
    if wish.json {
        return output::json(&contents);
    }
    show(&contents, cli.dates().await?)
}

fn show(contents: &BackupContents, dates: Dates) -> Result<(), CliError> {
    let moment = dates.moment(contents.made_at);
    let made = format!("{moment} on {} by Tomo {}", contents.host, contents.tomo_version);
    let history = match (contents.metric_rows, contents.history_since) {
        (None, _) => "left out".into(),
        (Some(rows), None) => format::counted(rows, "row", "rows"),
        (Some(rows), Some(since)) => {
            format!("{} since {}", format::counted(rows, "row", "rows"), dates.day(since))
        }
    };
    output::rows(&[
        ["Made", &made],
        ["Servers", &contents.servers.to_string()],
        ["Credentials", &contents.credentials.to_string()],
        ["Accounts", &contents.users.to_string()],
        ["Changed settings", &contents.changed_settings.to_string()],
        ["Activity", &format::counted(contents.activities, "entry", "entries")],
        ["Audit trail", &format::counted(contents.audit_entries, "entry", "entries")],
        ["History", &history],
        ["Unpacked", &size(Some(contents.database_bytes))],
    ])
}

async fn restore(cli: &Cli, wish: Restore) -> Result<(), CliError> {
    let status: Status = cli.call("status.get", json!({})).await?;
    if status.is_setup && !wish.yes && !prompt::possible() {
        return Err(CliError::usage(
            "Restoring replaces everything that is here.",
            "Say --yes where nobody can be asked.",
        ));
    }
    let (look, command, question) = if status.is_setup {
        let question = "Replace everything here by this? Everybody is signed out.";
        ("backup.inspect", "backup.restore", question)
    } else {
        account::prepare_vault(cli).await?;
        ("setup.inspect", "setup.restore", "Begin with this?")
    };
    let mut passphrase = None;
    if !wish.yes && prompt::possible() {
        let opened = open(cli, look, &wish.file, &wish.passphrase).await?;
        show(&opened.0, cli.dates().await?)?;
        passphrase = opened.1;
        if !prompt::confirm(question).await? {
            return output::text("Nothing is changed.");
        }
    }
    let _: Status = match passphrase {
        Some(given) => cli.call(command, arguments(&wish.file, Some(&given))?).await?,
        None => open(cli, command, &wish.file, &wish.passphrase).await?.0,
    };
    output::text("The backup is restored. Everybody is signed out; run `tomo login`.")
}

async fn set_passphrase(cli: &Cli, wish: SetPassphrase) -> Result<(), CliError> {
    if wish.forget {
        let _: BackupList = cli.call("backup.set_passphrase", json!({})).await?;
        return output::text("Tomo remembers no passphrase; no backup is made by itself.");
    }
    let passphrase = match &wish.passphrase.passphrase_file {
        Some(file) => prompt::secret_file(file)?,
        None if prompt::possible() => prompt::new_secret("Passphrase of automatic backups").await?,
        None => return Err(no_passphrase()),
    };
    let given = json!({ "passphrase": passphrase.expose_secret() });
    let list: BackupList = cli.call("backup.set_passphrase", given).await?;
    output::text(&match (list.next_at, list.blocked) {
        (Some(_), _) => "Tomo backs up every night while it runs, or when it runs again.".into(),
        (None, why) => format!("The passphrase is set. {}", why.unwrap_or_default()),
    })
}

/// Calls a command that opens a backup: with the passphrase of the file that is named, with the one
/// that Tomo remembers, or with one that is asked for, which comes back with the answer.
async fn open<T: DeserializeOwned>(
    cli: &Cli,
    command: &str,
    file: &Path,
    options: &Passphrase,
) -> Result<(T, Option<SecretString>), CliError> {
    if let Some(named) = &options.passphrase_file {
        let passphrase = prompt::secret_file(named)?;
        let answer = cli.call(command, arguments(file, Some(&passphrase))?).await?;
        return Ok((answer, Some(passphrase)));
    }
    match cli.call(command, arguments(file, None)?).await {
        Ok(answer) => Ok((answer, None)),
        // No passphrase is remembered, or another one.
        Err(CliError::Api(error)) if error.code == Code::Invalid && prompt::possible() => {
            let passphrase = prompt::secret("Passphrase of the backup").await?;
            let answer = cli.call(command, arguments(file, Some(&passphrase))?).await?;
            Ok((answer, Some(passphrase)))
        }
        Err(error) => Err(error),
    }
}

fn arguments(file: &Path, passphrase: Option<&SecretString>) -> Result<Value, CliError> {
    Ok(json!({
        "path": path_text(file)?,
        "passphrase": passphrase.map(ExposeSecret::expose_secret),
    }))
}

pub(super) fn path_text(path: &Path) -> Result<&str, CliError> {
    path.to_str().ok_or_else(|| {
        CliError::usage(
            format!("The path {} is not text.", path.display()),
            "Give the file a name in UTF-8.",
        )
    })
}

#[expect(clippy::cast_precision_loss, reason = "three digits of it are shown")]
pub(super) fn size(bytes: Option<u64>) -> String {
    format::bytes(bytes.map(|bytes| bytes as f64))
}

pub(super) fn no_passphrase() -> CliError {
    CliError::stopped(
        Exit::Usage,
        "There is no terminal to ask for the backup's passphrase.",
        "Name a file that holds it with --passphrase-file, or in TOMO_BACKUP_PASSPHRASE_FILE.",
    )
}
