//! `tomo container`: this process connects by itself, looks at the engines, and does one thing.

use super::{
    Cli, account,
    args::Listing,
    container_actions::{self, Inspect, Limit, Remove, Rename, Several, act},
    error::CliError,
    format, output, servers,
};
use crate::{
    api::error::{ApiError, Code},
    domain::{
        connection::ConnectionStatus,
        container::{
            Container, ContainerAction, ContainerHealth, ContainerRow, ContainerState, Containers,
        },
        engine::{EngineStatus, ServerEngine},
        fleet::{Push, ServerRow},
        id::ServerId,
    },
};
use chrono::Utc;
use clap::{Args as Group, Subcommand};
use comfy_table::Table;
use futures::{Stream, StreamExt};
use serde_json::json;
use std::{collections::HashMap, pin::pin, time::Duration};

/// How long servers and their engines have to answer.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long what the engine has to be asked for one by one is waited for, once there is a list.
const DETAILS: Duration = Duration::from_secs(5);
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
            Containers { engines: Vec::new(), containers: vec![resolve(cli, name).await?] }
        }
        (None, Some(name)) => look(cli, Some(servers::find(cli, name).await?.server.id)).await?,
        (None, None) => look(cli, None).await?,
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

/// Connects, and waits until the engines that are wanted have answered or failed to: of one server, or
/// of all.
///
/// # Errors
/// When nobody is signed in, or the session may not look.
pub async fn look(cli: &Cli, server: Option<ServerId>) -> Result<Containers, CliError> {
    account::ensure_signed_in(cli).await?;
    // Before anything is collected: whether the caller may look at all.
    read(cli, server).await?;
    let mut pushes = pin!(cli.tomo.pushes());
    cli.tomo.start_collecting().await.map_err(ApiError::from)?;
    let settled = wait(cli, server, &mut pushes, PATIENCE, |containers, rows| {
        containers.engines.iter().all(|engine| has_settled(engine, rows))
    });
    settled.await?;
    wait(cli, server, &mut pushes, DETAILS, |containers, _| {
        containers.containers.iter().all(|row| is_asked(&row.container))
    })
    .await
}

/// The container that `server/name` means. The name is the container's, its service's or the beginning
/// of its id; without a server it has to be the only one.
///
/// # Errors
/// When there is none, or more than one.
pub async fn resolve(cli: &Cli, wanted: &str) -> Result<ContainerRow, CliError> {
    let (server, name) = match wanted.rsplit_once('/') {
        Some((server, name)) => (Some(servers::find(cli, server).await?.server.id), name),
        None => (None, wanted),
    };
    let containers = look(cli, server).await?;
    let names = names(cli).await?;
    pick(containers, name, wanted, &names)
}

fn pick(
    containers: Containers,
    name: &str,
    wanted: &str,
    names: &HashMap<ServerId, String>,
) -> Result<ContainerRow, CliError> {
    let in_full = |row: &ContainerRow| row.container.name == name || row.container.id == name;
    let in_part = |row: &ContainerRow| {
        row.container.service.as_deref() == Some(name)
            || (name.len() >= 4 && row.container.id.starts_with(name))
    };
    let all = &containers.containers;
    let mut found: Vec<_> = all.iter().filter(|row| in_full(row)).collect();
    if found.is_empty() {
        found = all.iter().filter(|row| in_part(row)).collect();
    }
    match found[..] {
        [row] => Ok(row.clone()),
        [] => {
            let hint = troubles(&containers.engines, names).join(" ");
            let hint = if hint.is_empty() { "See 'tomo container list'.".into() } else { hint };
            Err(ApiError::new(Code::NotFound, format!("There is no container '{wanted}'."), hint)
                .into())
        }
        ref several => {
            let list = several.iter().map(|row| {
                let server = names.get(&row.container.server_id).map_or("?", String::as_str);
                format!("{server}/{}", row.container.name)
            });
            Err(CliError::usage(
                format!("{} containers are called '{wanted}'.", several.len()),
                format!("Name one of them: {}.", list.collect::<Vec<_>>().join(", ")),
            ))
        }
    }
}

async fn read(cli: &Cli, server: Option<ServerId>) -> Result<Containers, CliError> {
    cli.call("container.list", json!({ "server_id": server })).await
}

/// Names of all servers.
pub async fn names(cli: &Cli) -> Result<HashMap<ServerId, String>, CliError> {
    let rows = super::monitor::read(cli).await?;
    Ok(rows.into_iter().map(|row| (row.server.id, row.server.name)).collect())
}

async fn wait(
    cli: &Cli,
    server: Option<ServerId>,
    pushes: &mut (impl Stream<Item = Push> + Unpin),
    patience: Duration,
    is_there: impl Fn(&Containers, &[ServerRow]) -> bool,
) -> Result<Containers, CliError> {
    let waiting = async {
        loop {
            let containers = read(cli, server).await?;
            let rows = super::monitor::read(cli).await?;
            if is_there(&containers, &rows) || pushes.next().await.is_none() {
                return Ok(containers);
            }
        }
    };
    match tokio::time::timeout(patience, waiting).await {
        Ok(containers) => containers,
        Err(_) => read(cli, server).await,
    }
}

/// Whether waiting longer would tell more of an engine.
fn has_settled(engine: &ServerEngine, rows: &[ServerRow]) -> bool {
    match engine.status {
        EngineStatus::Ready { .. } | EngineStatus::Trouble { .. } => true,
        EngineStatus::Looking => false,
        EngineStatus::Unknown => rows
            .iter()
            .find(|row| row.server.id == engine.server_id)
            .is_none_or(|row| match row.connection {
                ConnectionStatus::Connected { .. } | ConnectionStatus::Connecting => false,
                ConnectionStatus::Disconnected => !row.server.enabled,
                _ => true,
            }),
    }
}

/// Whether what the list itself does not say was asked for.
fn is_asked(container: &Container) -> bool {
    container.restart_count.is_some()
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
fn cut(text: &str) -> String {
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

/// Engines that cannot be used, a line each. A server without one is no trouble.
fn troubles(engines: &[ServerEngine], names: &HashMap<ServerId, String>) -> Vec<String> {
    use crate::domain::engine::EngineObstacle;
    let line = |engine: &ServerEngine| {
        let name = names.get(&engine.server_id)?;
        match &engine.status {
            EngineStatus::Ready { .. } => None,
            EngineStatus::Unknown => Some(format!("{name} is not connected.")),
            EngineStatus::Looking => Some(format!("{name} did not answer in time.")),
            EngineStatus::Trouble { trouble, .. }
                if trouble.obstacle == EngineObstacle::Absent && engines.len() > 1 =>
            {
                None
            }
            EngineStatus::Trouble { trouble, .. } => {
                let command = trouble.command.as_ref().map(|it| format!(" Run there: {it}"));
                let grants = trouble.grants.as_ref().map(|it| format!(" {it}"));
                let (command, grants) = (command.unwrap_or_default(), grants.unwrap_or_default());
                Some(format!("{name}: {} {}{command}{grants}", trouble.message, trouble.hint))
            }
        }
    };
    engines.iter().filter_map(line).collect()
}
