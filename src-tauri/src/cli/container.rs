//! `tomo container`: this process connects by itself, looks at the engines, and does one thing.

use super::{
    Cli,
    args::Listing,
    container_actions::{self, Limit, Remove, Rename, Several, act},
    container_exec::{self, Exec},
    container_inspect::{self, Inspect},
    container_logs::{self, Logs},
    container_names::{Depth, OnServer, look, name_of, names_of, resolve},
    container_stats::{self, Stats},
    engines::{troubles, unusable},
    error::CliError,
    format, monitor, output, servers,
};
use crate::domain::{
    container::{
        Container, ContainerAction, ContainerHealth, ContainerRow, ContainerState, Containers,
    },
    engine::{EngineStatus, ServerEngine},
    id::ServerId,
};
use chrono::Utc;
use clap::{Args as Group, Subcommand};
use comfy_table::{ColumnConstraint, Table};
use serde::Serialize;
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
  tomo container limit nas/web --memory none --restart unless-stopped

Engines cannot take a limit away: with 'none' the container may use all that its host has.")]
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
        ContainerCommand::Inspect(inspect) => container_inspect::inspect(cli, inspect).await,
    }
}

/// What a list answers a script.
#[derive(Serialize)]
struct Listed<'a> {
    engines: Vec<OnServer<'a, ServerEngine>>,
    containers: Vec<OnServer<'a, ContainerRow>>,
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
    let servers = monitor::read(cli).await?;
    let names = names_of(&servers);
    let Containers { engines, containers } = &containers;
    if list.listing.json {
        output::json(&Listed {
            engines: engines
                .iter()
                .map(|what| OnServer { server: name_of(&names, what.server_id), what })
                .collect(),
            containers: containers.iter().map(|row| OnServer::row(row, &names)).collect(),
        })?;
    } else if !containers.is_empty() || engines.iter().any(is_ready) {
        output::table(&table(containers, &names, output::width()))?;
    }
    // Whoever asked for one server has to be told by the exit code that it did not answer.
    if list.server.is_some()
        && let Some(error) = engines.iter().find_map(|engine| unusable(engine, &servers))
    {
        return Err(error);
    }
    if !list.listing.json {
        troubles(engines, &servers).iter().for_each(|line| output::note(line));
    }
    Ok(())
}

fn is_ready(engine: &ServerEngine) -> bool {
    matches!(engine.status, EngineStatus::Ready { .. })
}

/// One column of the list.
struct Column {
    head: &'static str,
    cells: Vec<String>,
    /// Whether it never gives way to others.
    is_whole: bool,
}

fn table(rows: &[ContainerRow], names: &HashMap<ServerId, String>, width: Option<u16>) -> Table {
    let column = |head, write: &dyn Fn(&ContainerRow) -> String| Column {
        head,
        cells: rows.iter().map(write).collect(),
        is_whole: matches!(head, "State" | "Name"),
    };
    let mut columns = vec![
        column("State", &|row| state(&row.container)),
        column("Server", &|row| cut(name_of(names, row.container.server_id))),
        column("Project", &|row| row.container.project.as_deref().map(cut).unwrap_or_default()),
        column("Name", &|row| cut(&row.container.name)),
        column("Trouble", &|row| cut(&trouble(row))),
        column("Image", &|row| cut(&row.container.image)),
        column(">Uptime", &|row| uptime(&row.container)),
        column(">Restarts", &|row| match row.container.restart_count {
            Some(0) | None => String::new(),
            Some(count) => count.to_string(),
        }),
        column("Ports", &|row| cut(&ports(&row.container))),
    ];
    columns.retain(|column| rows.is_empty() || column.cells.iter().any(|cell| !cell.is_empty()));
    let heads: Vec<_> = columns.iter().map(|column| column.head).collect();
    let mut table = output::new_table(&heads, width);
    for place in 0..rows.len() {
        let cells = columns.iter().map(|column| column.cells[place].as_str());
        let mut cells = comfy_table::Row::from(cells.collect::<Vec<_>>());
        cells.max_height(1);
        table.add_row(cells);
    }
    for (of_table, column) in table.column_iter_mut().zip(&columns) {
        if column.is_whole {
            of_table.set_constraint(ColumnConstraint::ContentWidth);
        }
    }
    table
}

/// How long a container has run; nothing for one that does not.
pub fn uptime(container: &Container) -> String {
    let since = container.started_at.filter(|_| container.is_up());
    since.map_or_else(String::new, |at| {
        format::duration(Some((Utc::now() - at).as_seconds_f64().max(0.0)))
    })
}

/// What is wrong with it beyond what its state says.
fn trouble(row: &ContainerRow) -> String {
    let ended = row.container.exit_code.map(|code| format!("Exited {code}"));
    row.trouble.clone().filter(|trouble| Some(trouble) != ended.as_ref()).unwrap_or_default()
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
pub fn state(container: &Container) -> String {
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
    match container.exit_code {
        Some(code) if code != 0 && container.state == ContainerState::Exited => {
            format!("{shape} {word} {code}")
        }
        _ => format!("{shape} {word}"),
    }
}

/// Published ports, as `docker ps` orders them: `8080→80, 127.0.0.1:53→53/udp`. The address is left
/// out where it is every one.
pub fn ports(container: &Container) -> String {
    let published = container.ports.iter().filter_map(|port| {
        let host = port.host_port?;
        let protocol = if port.protocol == "tcp" { "" } else { &port.protocol };
        let slash = if protocol.is_empty() { "" } else { "/" };
        let address = match port.host_ip.as_deref() {
            None | Some("" | "0.0.0.0" | "::") => String::new(),
            Some(address) if address.contains(':') => format!("[{address}]:"),
            Some(address) => format!("{address}:"),
        };
        Some(format!("{address}{host}→{}{slash}{protocol}", port.container_port))
    });
    // Every address of IPv4 and every one of IPv6 read the same.
    let mut published: Vec<_> = published.collect();
    published.dedup();
    published.join(", ")
}
