//! What can be typed after `tomo`, and the help that teaches it.

use super::{
    activity::ActivityArgs,
    app::AppCommand,
    audit::AuditCommand,
    backup::BackupCommand,
    container::ContainerCommand,
    engine_store::{Prune, StoreCommand},
    error::CliError,
    lock::LockCommand,
    own_account::AccountCommand,
    retention::RetentionCommand,
    server_list,
    session::SessionCommand,
    settings::SettingsCommand,
    user::{Password, UserCommand},
};
use crate::{api::access::Effect, app::usual_data_dir, domain::history::Range};
use clap::{
    Args as Group, Parser, Subcommand, ValueEnum, builder::PossibleValuesParser,
    builder::TypedValueParser,
};
use std::path::PathBuf;

const AFTER_HELP: &str = "\
First steps:
  tomo                                    open the window
  tomo setup                              create the first account here instead
  tomo server add admin@nas               add a server; its host key is shown and asked about
  tomo monitor                            watch all servers in this terminal
  tomo container list                     and their containers

Exit codes:
  0 done                    3 not set up, or nobody is signed in
  1 failed                  4 the vault is locked
  2 wrong usage             5 the server cannot be reached, or its test failed
                            6 a host key is unknown, changed or not the one expected
  130 interrupted           `container exec` and `server shell`: what the program ended with
Ctrl-C is the way out of what goes on by itself (`monitor`, `container stats`, follows): that is 0.

Secrets are never arguments: they are asked for, or read from files that you name.";

const MCP_HELP: &str = "\
An assistant's program starts this; docs/mcp.md says how to connect the common ones. It acts as
whoever is signed in here (`tomo login`), and only reads unless more is allowed. What destroys or
administers waits for `tomo approve` or the window, whatever is allowed.

Examples:
  claude mcp add tomo -- tomo mcp
  tomo mcp --allow operate";

/// Watch and run the machines you keep at home, over plain SSH.
///
/// Without a command, the window opens.
#[derive(Debug, Parser)]
#[command(name = "tomo", version, after_help = AFTER_HELP, subcommand_required = false)]
pub struct Args {
    /// Folder of the database, instead of the system's place for it
    #[arg(long, global = true, env = "TOMO_DATA_DIR", hide_env_values = true, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// File with the passphrase of a vault that has no keychain ('-' reads standard input)
    #[arg(
        long,
        global = true,
        env = "TOMO_PASSPHRASE_FILE",
        hide_env_values = true,
        value_name = "FILE"
    )]
    pub(super) vault_passphrase_file: Option<PathBuf>,
    /// Start in the tray, without opening the window
    #[arg(long)]
    pub(super) tray: bool,
    /// What to do; nothing opens the window
    #[command(subcommand)]
    pub(super) command: Option<Command>,
}

impl Args {
    /// The folder of the database: the one named, or the system's place for it.
    ///
    /// # Errors
    /// When none is named and the system has no home folder for this user.
    pub fn data_dir(&self) -> Result<PathBuf, CliError> {
        self.data_dir.clone().or_else(usual_data_dir).ok_or_else(|| {
            CliError::usage("This user has no home folder.", "Name a folder with --data-dir.")
        })
    }
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Create the first account, an admin, and sign in
    #[command(after_help = "\
Examples:
  tomo setup
  TOMO_PASSPHRASE_FILE=vault.txt tomo setup --username me --password-file password.txt

Where the system has no keychain, a passphrase for the vault is asked for as well.")]
    Setup(Account),
    /// Sign in on the command line
    Login(Account),
    /// End the command line's session
    Logout,
    /// Say who is signed in, where the data is and whether the vault is open
    Status(Listing),
    /// Watch all servers in this terminal
    #[command(after_help = "\
Examples:
  tomo monitor                            until q, Esc or Ctrl-C
  tomo monitor --once                     one table, when every server has answered
  tomo monitor --once --json              the same for scripts
  tomo monitor --json | jq '[.server.name, .figures.cpu_percent]'

Rates and CPU compare two samples, so one look takes a few seconds.")]
    Monitor(Monitor),
    /// List, add, test, change and remove servers, and open terminals on them
    #[command(subcommand)]
    Server(ServerCommand),
    /// List and measure containers, read their logs, run programs in them, and act on them
    #[command(subcommand)]
    Container(ContainerCommand),
    /// List and remove images of a server
    #[command(subcommand)]
    Image(StoreCommand),
    /// List and remove volumes of a server
    #[command(subcommand)]
    Volume(StoreCommand),
    /// List and remove networks of a server
    #[command(subcommand)]
    Network(StoreCommand),
    /// Clear out what no container uses, after showing exactly what goes
    #[command(after_help = "\
Examples:
  tomo prune nas dangling-images --dry-run
  tomo prune anonymous-volumes --server nas")]
    Prune(Prune),
    /// Find apps in the catalog, and say where it comes from
    #[command(subcommand)]
    App(AppCommand),
    /// Make, list, verify and restore backups
    #[command(subcommand)]
    Backup(BackupCommand),
    /// Show the stored history of a server, or of a container
    #[command(after_help = "\
Examples:
  tomo metrics nas
  tomo metrics nas --range 30d
  tomo metrics nas/web --range 7d
  tomo metrics nas --range 24h --json     every stored row")]
    Metrics(Metrics),
    /// List and change settings
    #[command(subcommand)]
    Settings(SettingsCommand),
    /// List, prove and export the trail of changed settings
    #[command(subcommand)]
    Audit(AuditCommand),
    /// List and end sessions
    #[command(subcommand)]
    Session(SessionCommand),
    /// List failed sign-ins, and lift the locks they led to
    #[command(subcommand)]
    Lock(LockCommand),
    /// List, create, change and delete accounts
    #[command(subcommand)]
    User(UserCommand),
    /// Show and change your own account: e-mail address, picture
    #[command(subcommand)]
    Account(AccountCommand),
    /// Change your own password
    #[command(after_help = "\
Examples:
  tomo password
  tomo password --present-password-file old.txt --password-file new.txt

All your other sessions end.")]
    Password(Password),
    /// Show who may do what: every command and every role
    Access(Listing),
    /// Show what was done, by whom, to what
    #[command(after_help = "\
Examples:
  tomo activity                           the newest entries
  tomo activity --type connections --server nas --since 7d
  tomo activity --search 'host key'
  tomo activity --follow --json | jq .message
  tomo activity export log.csv --since 2026-11-01")]
    Activity(ActivityArgs),
    /// Drop what is older than the retention settings allow
    #[command(subcommand)]
    Retention(RetentionCommand),
    /// Decide about what AI assistants want to do
    #[command(after_help = super::plans::EXAMPLES)]
    Approve(super::plans::Approve),
    /// Say which version this is, and where its data is
    About(Listing),
    /// Show the licences of the libraries in Tomo
    Licences(super::about::Licences),
    /// Write a file for a bug report: no secret, no name, no address
    Diagnostics(super::about::Diagnostics),
    /// Serve an AI assistant on standard input and output (Model Context Protocol)
    #[command(after_help = MCP_HELP)]
    Mcp(Mcp),
}

/// What an assistant may do.
#[derive(Debug, Group)]
pub struct Mcp {
    /// Allow more than reading
    #[arg(long, value_name = "WHAT")]
    allow: Option<Allow>,
}

/// What an assistant may do besides reading.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Allow {
    /// Connect and disconnect servers, and change the person's own settings
    Operate,
    /// The same, read what only admins see, and ask for what only admins may change: each time a
    /// person has to approve it
    Administer,
}

impl Mcp {
    /// How far the assistant may go.
    pub(super) fn effect(&self) -> Effect {
        match self.allow {
            None => Effect::Read,
            Some(Allow::Operate) => Effect::Operate,
            Some(Allow::Administer) => Effect::Administer,
        }
    }
}

/// Who signs in.
#[derive(Debug, Group)]
pub struct Account {
    /// User name; asked for when left out
    #[arg(long, value_name = "NAME")]
    pub(super) username: Option<String>,
    /// File with the password ('-' reads standard input); asked for when left out
    #[arg(long, value_name = "FILE")]
    pub(super) password_file: Option<PathBuf>,
}

/// How a list is written.
#[derive(Clone, Copy, Debug, Group)]
pub struct Listing {
    /// Write JSON
    #[arg(long)]
    pub(super) json: bool,
}

/// How to watch.
#[derive(Debug, Group)]
pub struct Monitor {
    /// Write one table when every server has answered, and end
    #[arg(long)]
    pub(super) once: bool,
    /// With --once: how long to wait for servers that do not answer, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 15, requires = "once")]
    pub(super) wait: u64,
    /// Write JSON: with --once an array of servers, otherwise a line for each new sample
    #[arg(long)]
    pub(super) json: bool,
}

/// What to do with servers.
#[derive(Debug, Subcommand)]
pub enum ServerCommand {
    /// List the servers
    List(Listing),
    /// Add a server
    #[command(after_help = "\
Examples:
  tomo server add admin@nas
  tomo server add 'ssh -p 2222 admin@nas' --name NAS --key ~/.ssh/id_ed25519
  tomo server add admin@nas --password-file nas.txt --accept-host-key SHA256:…

The server is tested first. A host key that is not known yet is shown with its algorithm and
fingerprint; compare it on the server with: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub
Without a terminal, --accept-host-key has to name that fingerprint.")]
    Add(Add),
    /// Go through every step to a server, and say which one failed
    Test(Test),
    /// Change a server's name, address or way to sign in
    Edit(Edit),
    /// Forget a server, its credential and its history
    Remove(Remove),
    /// Watch a server again, or try it again at once
    Connect(Named),
    /// Open a terminal on a server: the login shell of its account
    Shell(Named),
    /// Set Docker up on a server that has none, from its distribution's packages
    #[command(after_help = super::server_docker::EXAMPLES)]
    SetUpDocker(super::server_docker::SetUpDocker),
    /// Leave a server alone until it is connected again
    Disconnect(Named),
    /// Write the list of servers to a file, without secrets
    Export(server_list::Export),
    /// Import a list of servers, after showing what that would do
    #[command(after_help = "\
Examples:
  tomo server import servers.json --dry-run
  tomo server import servers.json --yes

A server that signs in by password or key waits, switched off, until it gets its credential:
  tomo server edit NAME --key FILE")]
    Import(server_list::Import),
}

/// A server.
#[derive(Debug, Group)]
pub struct Named {
    /// Its name (upper and lower case are the same) or its id
    #[arg(value_name = "SERVER")]
    pub(super) server: String,
}

/// How Tomo signs in to a server.
#[derive(Debug, Group)]
pub struct Credential {
    /// Sign in with this private key
    #[arg(long, value_name = "FILE", group = "way")]
    pub(super) key: Option<PathBuf>,
    /// Sign in with the password in this file ('-' reads standard input)
    #[arg(long, value_name = "FILE", group = "way")]
    pub(super) password_file: Option<PathBuf>,
    /// Sign in with the running ssh-agent
    #[arg(long, group = "way")]
    pub(super) agent: bool,
    /// File with the private key's passphrase ('-' reads standard input)
    #[arg(long, value_name = "FILE", conflicts_with_all = ["password_file", "agent"])]
    pub(super) passphrase_file: Option<PathBuf>,
}

/// A server to add.
#[derive(Debug, Group)]
pub struct Add {
    /// user@host, user@host:port, or a whole ssh command in quotes
    #[arg(value_name = "ADDRESS")]
    pub(super) address: String,
    /// Name to show; the host when left out
    #[arg(long)]
    pub(super) name: Option<String>,
    #[command(flatten)]
    pub(super) credential: Credential,
    /// Trust the host key with this fingerprint, as read on the server itself
    #[arg(long, value_name = "FINGERPRINT")]
    pub(super) accept_host_key: Option<String>,
    /// Add it without connecting, for a server that is off
    #[arg(long, conflicts_with = "accept_host_key")]
    pub(super) no_test: bool,
    /// Write the new server as JSON
    #[arg(long)]
    pub(super) json: bool,
}

/// A server to test.
#[derive(Debug, Group)]
pub struct Test {
    #[command(flatten)]
    pub(super) named: Named,
    /// Trust the host key with this fingerprint, as read on the server itself
    #[arg(long, value_name = "FINGERPRINT")]
    pub(super) accept_host_key: Option<String>,
    /// Replace the known host key by the one with this fingerprint, as read on the server itself
    #[arg(long, value_name = "FINGERPRINT", conflicts_with = "accept_host_key")]
    pub(super) replace_host_key: Option<String>,
    /// Write the report as JSON
    #[arg(long)]
    pub(super) json: bool,
}

/// A server to change.
#[derive(Debug, Group)]
pub struct Edit {
    #[command(flatten)]
    pub(super) named: Named,
    /// New name
    #[arg(long)]
    pub(super) name: Option<String>,
    /// New address; parts that it leaves out stay
    #[arg(long)]
    pub(super) address: Option<String>,
    #[command(flatten)]
    pub(super) credential: Credential,
}

/// A server to remove.
#[derive(Debug, Group)]
pub struct Remove {
    #[command(flatten)]
    pub(super) named: Named,
    /// Do not ask first
    #[arg(long)]
    pub(super) yes: bool,
}

/// A history to show.
#[derive(Debug, Group)]
pub struct Metrics {
    /// A server, or a container: server/name, or server/project/service
    #[arg(value_name = "SERVER[/CONTAINER]")]
    pub(super) of: String,
    /// How far back
    #[arg(
        long,
        default_value = "24h",
        value_parser = PossibleValuesParser::new(["1h", "24h", "7d", "30d"])
            .try_map(|text| Range::from_text(&text).ok_or("not a range"))
    )]
    pub(super) range: Range,
    /// Write every stored row as JSON, column by column
    #[arg(long)]
    pub(super) json: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    /// clap finds wrong declarations (a flag twice, a group that is not there) only when it runs.
    #[test]
    fn the_declaration_is_sound() {
        Args::command().debug_assert();
    }

    /// Whoever types a secret as an argument has it in the shell's history and in `ps`.
    #[test]
    fn no_argument_takes_a_secret() {
        fn check(command: &clap::Command) {
            for argument in command.get_arguments() {
                let name = argument.get_id().as_str();
                let secret = name.contains("password") || name.contains("passphrase");
                assert!(!secret || name.ends_with("_file"), "{name}");
            }
            command.get_subcommands().for_each(check);
        }
        check(&Args::command());
    }
}
