//! `tomo container exec` and `tomo server shell`: a program elsewhere, at this terminal or with this
//! process's pipes.

use super::{
    Cli, account,
    args::Named,
    container_names::{Depth, resolve},
    engines::not_connected,
    error::{CliError, Exit},
    monitor,
    remote::{self, until_told},
    servers,
};
use crate::{
    api::error::{ApiError, Code},
    app::Errand,
    domain::{
        connection::ConnectionStatus, fleet::ServerRow, id::ServerId, terminal::TerminalTarget,
    },
};
use clap::Args as Group;
use futures::StreamExt;
use std::{
    collections::HashSet,
    io::{self, IsTerminal},
    pin::pin,
    time::Duration,
};

/// How long a server has to answer.
const PATIENCE: Duration = Duration::from_secs(30);
/// What runs when no command is named and there is no terminal.
const SHELL: &str = "sh";

/// Examples for the help.
pub const EXAMPLES: &str = "\
Examples:
  tomo container exec nas/web             the first of bash, ash and sh that is there
  tomo container exec nas/web -- ls -l /etc
  tomo container exec nas/db -- pg_dump shop > shop.sql
  echo 'select 1' | tomo container exec nas/db -- psql shop

With standard input and output at a terminal, the program gets one too; otherwise bytes go through as
they are. The exit code is the program's, 127 when it is not in the container. Words are handed over as
they are: no shell reads them.";

/// What to run, and where.
#[derive(Debug, Group)]
pub struct Exec {
    /// Container: server/name, or the name alone where no other has it
    #[arg(value_name = "CONTAINER")]
    container: String,
    /// The program and its arguments; a shell when left out
    #[arg(value_name = "COMMAND", trailing_var_arg = true, allow_hyphen_values = true)]
    command: Vec<String>,
    /// Account in the container, or its number
    #[arg(long, short = 'u', value_name = "USER")]
    user: Option<String>,
    /// Use pipes although this is a terminal
    #[arg(long, short = 'T')]
    no_terminal: bool,
}

/// `tomo container exec`.
pub async fn exec(cli: &Cli, exec: Exec) -> Result<(), CliError> {
    until_told(cli.ensure_may("terminal.open")).await?;
    let row = until_told(resolve(cli, &exec.container, Depth::Names)).await?;
    let container = row.container.reference();
    let is_terminal = io::stdin().is_terminal() && io::stdout().is_terminal() && !exec.no_terminal;
    let pipes_shell = !is_terminal && exec.command.is_empty();
    let ended = if is_terminal {
        let (command, user) = (exec.command, exec.user);
        remote::terminal(cli, TerminalTarget::Container { container, command, user }).await
    } else {
        let command = if pipes_shell { vec![SHELL.to_owned()] } else { exec.command };
        remote::pipes(cli, &container, &command, exec.user.as_deref()).await
    };
    ended.map_err(|error| match error {
        CliError::Api(error) if error.code == Code::NotFound && pipes_shell => CliError::stopped(
            Exit::NoProgram,
            "This container has no shell: there is no sh in it.",
            "Name a program that is in it: `tomo container exec SERVER/NAME -- PROGRAM`.",
        ),
        CliError::Api(error) if error.code == Code::NotFound => {
            CliError::stopped(Exit::NoProgram, error.message, "")
        }
        error => error,
    })
}

/// `tomo server shell`.
pub async fn shell(cli: &Cli, named: Named) -> Result<(), CliError> {
    if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
        return Err(CliError::usage(
            "A shell needs a terminal for its input and its output.",
            "`ssh` runs commands in scripts.",
        ));
    }
    account::ensure_signed_in(cli).await?;
    let server = servers::find(cli, &named.server).await?.server;
    if !server.is_local() {
        until_told(connect(cli, server.id)).await?;
    }
    remote::terminal(cli, TerminalTarget::Server { server_id: server.id }).await
}

/// Connects to a server, and waits until that is done.
pub(super) async fn connect(cli: &Cli, id: ServerId) -> Result<(), CliError> {
    let mut pushes = pin!(cli.tomo.pushes());
    let errand = Errand { servers: Some(HashSet::from([id])), samples: false };
    cli.tomo.run_errand(errand).await.map_err(ApiError::from)?;
    let connecting = async {
        loop {
            let row = row(cli, id).await?;
            let is_over = row.as_ref().is_none_or(|row| match row.connection {
                ConnectionStatus::Connecting => false,
                ConnectionStatus::Disconnected => !row.server.enabled,
                _ => true,
            });
            if is_over || pushes.next().await.is_none() {
                return Ok::<_, CliError>(row);
            }
        }
    };
    let row = match tokio::time::timeout(PATIENCE, connecting).await {
        Ok(row) => row?,
        Err(_) => row(cli, id).await?,
    };
    match row.as_ref().map(|row| &row.connection) {
        Some(ConnectionStatus::Connected { .. }) => Ok(()),
        _ => Err(not_connected(row.as_ref())),
    }
}

async fn row(cli: &Cli, id: ServerId) -> Result<Option<ServerRow>, CliError> {
    Ok(monitor::read(cli).await?.into_iter().find(|row| row.server.id == id))
}
