//! `tomo container`: this process connects by itself, looks at the engines, and does one thing.

use super::{
    Cli,
    args::Listing,
    container_actions::{self, Inspect, Limit, Remove, Rename, Several, act},
    container_exec::{self, Exec},
    container_logs::{self, Logs},
    container_names::{Depth, look, names, resolve, troubles},
    container_stats::{self, Stats},
    error::CliError,
    format, output, servers,
};
use crate::domain::{
    container::{
        Container, ContainerAction, ContainerHealth, ContainerRow, ContainerState, Containers,
    },
    id::ServerId,
};
use chrono::Utc;
use clap::{Args as Group, Subcommand};
use comfy_table::Table;
use std::collections::{HashMap, HashSet};

/// The longest cell, characters.
const CELL: usize = 48;

/// What to do with containers.
#[derive(Debug, Subcommand)]
pub enum ContainerCommand {
    /// List the containers of all servers
    #[command(after_help = "\
Examples:
  tomo container list
  tomo container list --server nas
  tomo container list nas/web
  tomo container list --json | jq -r '.containers[].container.name'")]
    List(List),
    /// Show what containers use
    #[command(after_help = "\
Examples:
  tomo container stats                    until q, Esc or Ctrl-C
  tomo container stats nas/web nas/db
  tomo container stats --once --json      one answer, for scripts

CPU is in percent of one core; memory is without the page cache. What was not measured is absent.")]
    Stats(Stats),
    /// Show the logs of containers, together in the order of time
    #[command(after_help = container_logs::EXAMPLES)]
    Logs(Logs),
    /// Run a program in a container, or a shell with a terminal
    #[command(after_help = container_exec::EXAMPLES)]
    Exec(Exec),
    /// Start containers
    Start(Several),
    /// Stop containers; each has the time to end that it was given
    Stop(Several),
    /// Stop and start containers
    Restart(Several),
    /// Freeze containers
    Pause(Several),
    /// Thaw containers
    Unpause(Several),
    /// Kill containers at once
    Kill(Several),
    /// Remove containers
    #[command(after_help = "\
Examples:
  tomo container remove nas/old
  tomo container remove nas/old --force --volumes")]
    Remove(Remove),
    /// Give a container another name
    Rename(Rename),
    /// Change what a container may use, and when it is started again
    #[command(after_help = "\
Examples:
  tomo container limit nas/web --cpus 1.5 --memory 512
  tomo container limit nas/web --memory 0 --restart unless-stopped")]
    Limit(Limit),
    /// Show a container whole, without secrets
    Inspect(Inspect),
}

impl ContainerCommand {
    /// Whether it goes on until somebody ends it.
    #[must_use]
    pub fn lasts(&self) -> bool {
        match self {
            Self::Logs(logs) => logs.lasts(),
            Self::Stats(stats) => stats.lasts(),
            _ => false,
        }
    }

    /// Whether it ends by itself, in its own way, when the process is told to end.
    #[must_use]
    pub fn ends_itself(&self) -> bool {
        matches!(self, Self::Exec(_))
    }
}

/// Which containers to list.
#[derive(Debug, Group)]
pub struct List {
    /// Only this one: server/name, or the name alone where no other is called so
    #[arg(value_name = "CONTAINER", conflicts_with = "server")]
    container: Option<String>,
    /// Only those of this server
    #[arg(long, value_name = "SERVER")]
    server: Option<String>,
    #[command(flatten)]
    listing: Listing,
}

/// `tomo container …`.
pub async fn run(cli: &Cli, command: ContainerCommand) -> Result<(), CliError> {
    match command {
        ContainerCommand::List(list) => self::list(cli, list).await,
        ContainerCommand::Stats(stats) => container_stats::stats(cli, stats).await,
        ContainerCommand::Logs(logs) => container_logs::logs(cli, logs).await,
        ContainerCommand::Exec(exec) => container_exec::exec(cli, exec).await,
        ContainerCommand::Start(several) => act(cli, several, ContainerAction::Start).await,
        ContainerCommand::Stop(several) => act(cli, several, ContainerAction::Stop).await,
        ContainerCommand::Restart(several) => act(cli, several, ContainerAction::Restart).await,
        ContainerCommand::Pause(several) => act(cli, several, ContainerAction::Pause).await,
        ContainerCommand::Unpause(several) => act(cli, several, ContainerAction::Unpause).await,
        ContainerCommand::Kill(several) => act(cli, several, ContainerAction::Kill).await,
        ContainerCommand::Remove(remove) => container_actions::remove(cli, remove).await,
        ContainerCommand::Rename(rename) => container_actions::rename(cli, rename).await,
        ContainerCommand::Limit(limit) => container_actions::limit(cli, limit).await,
        ContainerCommand::Inspect(inspect) => container_actions::inspect(cli, inspect).await,
    }
}

async fn list(cli: &Cli, list: List) -> Result<(), CliError> {
    let containers = match (&list.container, &list.server) {
        (Some(name), _) => {
            let found = resolve(cli, name, Depth::Details).await?;
            Containers { engines: Vec::new(), containers: vec![found] }
        }
        (None, Some(name)) => {
            let server = servers::find(cli, name).await?.server.id;
            look(cli, Some(HashSet::from([server])), Depth::Details).await?
        }
        (None, None) => look(cli, None, Depth::Details).await?,
    };
    if list.listing.json {
        return output::json(&containers);
    }
    let names = names(cli).await?;
    output::table(&table(&containers.containers, &names, output::width()))?;
    for line in troubles(&containers.engines, &names) {
        output::note(&line);
    }
    Ok(())
}

fn table(rows: &[ContainerRow], names: &HashMap<ServerId, String>, width: Option<u16>) -> Table {
    let heads = [
        "State",
        "Server",
        "Project",
        "Name",
        "Image",
        ">CPU",
        ">Memory",
        ">Uptime",
        ">Restarts",
        "Ports",
        "",
    ];
    let mut table = output::new_table(&heads, width);
    for row in rows {
        let container = &row.container;
        let figures = row.figures.as_ref();
        let uptime = container
            .started_at
            .filter(|_| container.is_up())
            .map(|at| (Utc::now() - at).as_seconds_f64().max(0.0));
        #[expect(clippy::cast_precision_loss, reason = "a size for a person")]
        let memory = figures.and_then(|figures| figures.memory_bytes).map(|bytes| bytes as f64);
        let mut cells = comfy_table::Row::from([
            state(container),
            names.get(&container.server_id).map_or_else(String::new, |name| cut(name)),
            container.project.as_deref().map(cut).unwrap_or_default(),
            cut(&container.name),
            cut(&container.image),
            format::percent(figures.and_then(|figures| figures.cpu_percent)),
            format::bytes(memory),
            format::duration(uptime),
            container
                .restart_count
                .map_or_else(|| format::ABSENT.into(), |count| count.to_string()),
            cut(&ports(container)),
            row.trouble.as_deref().map(cut).unwrap_or_default(),
        ]);
        cells.max_height(1);
        table.add_row(cells);
    }
    table
}

/// A text from a container, of a length that leaves room for others.
pub fn cut(text: &str) -> String {
    let clean = output::clean_line(text);
    match clean.char_indices().nth(CELL) {
        Some((end, _)) => format!("{}…", &clean[..end]),
        None => clean,
    }
}

/// Shape and word, as for servers.
fn state(container: &Container) -> String {
    let (shape, word) = match (container.state, container.health) {
        (ContainerState::Running, Some(ContainerHealth::Unhealthy)) => ('◆', "unhealthy"),
        (ContainerState::Running, Some(ContainerHealth::Starting)) => ('◌', "starting"),
        (ContainerState::Running, _) => ('●', "running"),
        (ContainerState::Paused, _) => ('‖', "paused"),
        (ContainerState::Restarting, _) => ('▲', "restarting"),
        (ContainerState::Created, _) => ('○', "created"),
        (ContainerState::Removing, _) => ('◌', "removing"),
        (ContainerState::Exited, _) => ('○', "exited"),
        (ContainerState::Dead, _) => ('✕', "dead"),
        (ContainerState::Unknown, _) => ('○', "unknown"),
    };
    format!("{shape} {word}")
}

/// Published ports, as `docker ps` orders them: `8080→80, 53/udp→53`.
fn ports(container: &Container) -> String {
    let published = container.ports.iter().filter_map(|port| {
        let host = port.host_port?;
        let protocol = if port.protocol == "tcp" { "" } else { &port.protocol };
        let slash = if protocol.is_empty() { "" } else { "/" };
        Some(format!("{host}→{}{slash}{protocol}", port.container_port))
    });
    published.collect::<Vec<_>>().join(", ")
}
