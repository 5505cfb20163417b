//! The command line. It parses what was typed, calls commands of the table, and prints what they
//! answer; it decides nothing that the window would have to decide as well.

mod about;
mod access;
mod account;
mod activity;
mod add;
mod app;
mod app_data;
mod app_install;
mod app_installed;
mod app_newer;
mod app_own;
mod app_source;
mod app_update;
mod app_work;
mod args;
mod audit;
mod backup;
mod container;
mod container_actions;
mod container_exec;
mod container_inspect;
mod container_log_lines;
mod container_logs;
mod container_metrics;
mod container_names;
mod container_stats;
mod credential;
mod dates;
mod engine_rows;
mod engine_store;
mod engines;
mod error;
mod format;
mod going_on;
#[cfg(test)]
mod guides;
mod host_key;
mod live;
mod lock;
mod metrics;
mod monitor;
mod output;
mod overview;
mod own_account;
mod plans;
mod prompt;
mod remote;
mod retention;
mod screen;
mod second_screen;
mod server_docker;
mod server_list;
mod servers;
mod session;
mod settings;
mod terminal;
mod test;
mod user;

pub use args::Args;
pub use error::{CliError, Exit};

use crate::{
    api::{
        self,
        access::Effect,
        error::{ApiError, Code},
        table::COMMANDS,
    },
    app::{Opening, Options, Tomo, error::AppError},
    domain::{refusal, session::Door, status::Status},
    vault::Keychain,
};
use args::{Command, ServerCommand};
use dates::Dates;
use engine_store::{Noun, StoreCommand};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::{path::PathBuf, process::ExitCode, time::Duration};

/// How long ending may take before it is forced.
const END_WITHIN: Duration = Duration::from_secs(5);

/// The other front doors, which are opened from here but not known here.
pub struct Doors {
    /// Opens the window, or the tray alone.
    pub window: fn(Options, Opening) -> ExitCode,
    /// Serves an assistant that may go as far as this.
    pub assistant: fn(Options, Effect) -> Result<(), ApiError>,
}

/// Does what was typed; without a command, opens the window.
#[must_use]
pub fn run(args: Args, data_dir: PathBuf, doors: &Doors) -> ExitCode {
    begin(args, data_dir, doors).unwrap_or_else(|error| error.report())
}

fn begin(args: Args, data_dir: PathBuf, doors: &Doors) -> Result<ExitCode, CliError> {
    if let Some(Command::Access(listing)) = args.command {
        return access::access(listing).map(|()| ExitCode::SUCCESS);
    }
    if args.tray && args.command.is_some() {
        return Err(CliError::usage("--tray is for a Tomo without a command.", "Leave it out."));
    }
    let file = args.vault_passphrase_file.as_deref();
    let door = match &args.command {
        None => Door::Window,
        Some(Command::Mcp(_)) => Door::Mcp,
        Some(_) => Door::CommandLine,
    };
    let options = Options {
        data_dir,
        door,
        keychain: Keychain::system(),
        passphrase: file.map(prompt::secret_file).transpose()?,
        choose_file: None,
        login_entry: None,
    };
    let command = match args.command {
        None => {
            let opening = if args.tray { Opening::Tray } else { Opening::Window };
            return Ok((doors.window)(options, opening));
        }
        Some(Command::Mcp(mcp)) => {
            (doors.assistant)(options, mcp.effect())?;
            return Ok(ExitCode::SUCCESS);
        }
        Some(command) => command,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| CliError::io("starting the runtime", error))?;
    let result = runtime.block_on(execute(command, options));
    // A prompt that was left waits for a key in a thread of its own; it must not hold up the end.
    runtime.shutdown_background();
    result.map(|()| ExitCode::SUCCESS)
}

async fn execute(command: Command, options: Options) -> Result<(), CliError> {
    // Ending it is the way to leave a live view, and so no interruption.
    let lasts = match &command {
        Command::Monitor(monitor) => !monitor.once,
        Command::Activity(activity) => activity.lasts(),
        Command::Container(container) => container.lasts(),
        _ => false,
    };
    // What runs elsewhere has to be ended there first.
    let ends_itself = match &command {
        Command::Container(container) => container.ends_itself(),
        Command::Server(command) => matches!(command, ServerCommand::Shell(_)),
        _ => false,
    };
    let tomo = Tomo::open(options).await.map_err(not_opened)?;
    let cli = Cli { tomo };
    let result = tokio::select! {
        result = dispatch(&cli, command) => result,
        () = terminal::told_to_end(), if !ends_itself => if lasts { Ok(()) } else { Err(CliError::Interrupted) },
    };
    if tokio::time::timeout(END_WITHIN, cli.tomo.shutdown()).await.is_err() {
        tracing::error!("ending took too long; what was left was dropped");
    }
    result
}

/// A passphrase file that does not open the vault leaves it locked.
fn not_opened(error: AppError) -> CliError {
    match error {
        AppError::Vault(error) => {
            CliError::stopped(Exit::VaultLocked, error.to_string(), error.hint())
        }
        error => ApiError::from(error).into(),
    }
}

async fn dispatch(cli: &Cli, command: Command) -> Result<(), CliError> {
    match command {
        Command::Setup(account) => account::set_up(cli, account).await,
        Command::Login(account) => account::sign_in(cli, account).await,
        Command::Logout => account::sign_out(cli).await,
        Command::Status(listing) => account::status(cli, listing).await,
        Command::Monitor(monitor) => monitor::monitor(cli, monitor).await,
        Command::Metrics(metrics) => metrics::metrics(cli, metrics).await,
        Command::Session(command) => {
            account::unlock(cli).await?;
            session::run(cli, command).await
        }
        Command::Lock(command) => {
            account::unlock(cli).await?;
            lock::run(cli, command).await
        }
        Command::Access(listing) => access::access(listing),
        Command::User(command) => {
            account::unlock(cli).await?;
            user::user(cli, command).await
        }
        Command::Account(command) => {
            account::unlock(cli).await?;
            own_account::run(cli, command).await
        }
        Command::Password(password) => {
            account::unlock(cli).await?;
            user::password(cli, password).await
        }
        Command::Activity(activity) => activity::activity(cli, activity).await,
        Command::Retention(command) => retention::retention(cli, command).await,
        Command::Backup(command) => backup::run(cli, command).await,
        Command::Approve(approve) => plans::approve(cli, approve).await,
        Command::About(listing) => about::about(cli, listing).await,
        Command::Licences(licences) => about::licences(cli, licences).await,
        Command::Diagnostics(diagnostics) => about::diagnostics(cli, diagnostics).await,
        // Another front door, which does not come here.
        Command::Mcp(_) => Ok(()),
        Command::Settings(command) => {
            account::unlock(cli).await?;
            settings::settings(cli, command).await
        }
        Command::Audit(command) => {
            account::unlock(cli).await?;
            audit::audit(cli, command).await
        }
        Command::Container(command) => {
            account::unlock(cli).await?;
            container::run(cli, command).await
        }
        Command::App(command) => {
            account::unlock(cli).await?;
            app::run(cli, command).await
        }
        Command::Image(command) => store(cli, Noun::Image, command).await,
        Command::Volume(command) => store(cli, Noun::Volume, command).await,
        Command::Network(command) => store(cli, Noun::Network, command).await,
        Command::Prune(prune) => {
            account::unlock(cli).await?;
            engine_store::prune(cli, prune).await
        }
        Command::Server(command) => {
            account::unlock(cli).await?;
            match command {
                ServerCommand::List(listing) => servers::list(cli, listing).await,
                ServerCommand::Add(add) => add::add(cli, add).await,
                ServerCommand::Test(test) => test::test(cli, test).await,
                ServerCommand::Edit(edit) => add::edit(cli, edit).await,
                ServerCommand::Remove(remove) => servers::remove(cli, remove).await,
                ServerCommand::Connect(named) => servers::connect(cli, named).await,
                ServerCommand::SetUpDocker(wish) => server_docker::set_up(cli, wish).await,
                ServerCommand::Shell(named) => container_exec::shell(cli, named).await,
                ServerCommand::Disconnect(named) => servers::disconnect(cli, named).await,
                ServerCommand::Export(export) => server_list::export(cli, export).await,
                ServerCommand::Import(import) => server_list::import(cli, import).await,
            }
        }
    }
}

async fn store(cli: &Cli, noun: Noun, command: StoreCommand) -> Result<(), CliError> {
    account::unlock(cli).await?;
    engine_store::run(cli, noun, command).await
}

/// The program behind the command line.
struct Cli {
    tomo: Tomo,
}

impl Cli {
    /// How moments are written and read for whoever is signed in.
    async fn dates(&self) -> Result<Dates, CliError> {
        Dates::of(self).await
    }

    /// Makes sure that whoever is signed in may call a command of the table, before anything is
    /// connected or asked.
    async fn ensure_may(&self, name: &str) -> Result<(), CliError> {
        account::ensure_signed_in(self).await?;
        let status: Status = self.call("status.get", json!({})).await?;
        let effect = COMMANDS.iter().find(|command| command.name == name).map(|it| it.effect);
        match (status.session.map(|session| session.user.role), effect) {
            (Some(role), Some(effect)) if !effect.allowed_to(role) => {
                let message = format!("{}.", refusal::may_not(role, name));
                Err(ApiError::new(Code::Forbidden, message, refusal::HINT).into())
            }
            _ => Ok(()),
        }
    }

    /// Calls a command of the table.
    async fn call<T: DeserializeOwned>(&self, name: &str, arguments: Value) -> Result<T, CliError> {
        let answer = api::call(&self.tomo, name, arguments).await?;
        serde_json::from_value(answer)
            .map_err(|error| CliError::io(format!("reading the answer of {name}"), error.into()))
    }
}
