//! What `server/name` means: which servers have to be asked, and which of their containers is meant.

use super::{
    Cli, account,
    engines::{not_watched, troubles, unusable},
    error::CliError,
    output, servers,
};
use crate::{
    api::error::{ApiError, Code},
    app::Errand,
    domain::{
        connection::ConnectionStatus,
        container::{Container, ContainerRow, Containers},
        engine::{EngineStatus, ServerEngine},
        fleet::{Push, ServerRow},
        id::ServerId,
    },
};
use futures::{Stream, StreamExt};
use serde::Serialize;
use serde_json::json;
use std::{
    collections::{HashMap, HashSet},
    io::{self, IsTerminal},
    pin::pin,
    time::Duration,
};

/// How long servers and their engines have to answer.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long what the engine has to be asked for one by one is waited for, once there is a list.
const DETAILS: Duration = Duration::from_secs(5);
/// From when on a person at a terminal is told what is waited for.
const SILENCE: Duration = Duration::from_secs(1);
/// The shortest beginning of an id that is taken for one.
const SHORT_ID: usize = 4;
/// Digits of an id that are shown: as many as engines' own tools show.
const SHOWN_ID: usize = 12;

/// How well the containers have to be known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// That they are there.
    Names,
    /// With what engines tell of each one only when they are asked.
    Details,
}

/// A name as it was typed, and where it leads.
struct Wanted<'a> {
    typed: &'a str,
    server: Option<ServerId>,
    name: &'a str,
}

/// Connects, and waits until the engines that are wanted have answered or failed to: those of some
/// servers, or of all.
///
/// # Errors
/// When nobody is signed in, or the session may not look.
pub async fn look(
    cli: &Cli,
    servers: Option<HashSet<ServerId>>,
    depth: Depth,
) -> Result<Containers, CliError> {
    look_because(cli, servers, depth, "").await
}

/// The same, with what is said of why those that are late are waited for.
async fn look_because(
    cli: &Cli,
    servers: Option<HashSet<ServerId>>,
    depth: Depth,
    why: &str,
) -> Result<Containers, CliError> {
    account::ensure_signed_in(cli).await?;
    // Before anything is connected: whether the caller may look at all.
    read(cli, servers.as_ref()).await?;
    let mut pushes = pin!(cli.tomo.pushes());
    let errand = Errand { servers: servers.clone(), samples: depth == Depth::Details };
    cli.tomo.run_errand(errand).await.map_err(ApiError::from)?;
    let looking = wait(cli, servers.as_ref(), &mut pushes, PATIENCE, |containers, rows| {
        containers.engines.iter().all(|engine| has_settled(engine, rows))
    });
    let telling = async {
        if io::stderr().is_terminal() {
            tokio::time::sleep(SILENCE).await;
            tell_late(cli, servers.as_ref(), why).await?;
        }
        std::future::pending().await
    };
    let found = tokio::select! {
        found = looking => found?,
        error = telling => return error,
    };
    if depth == Depth::Names {
        return Ok(found);
    }
    wait(cli, servers.as_ref(), &mut pushes, DETAILS, |containers, _| {
        containers.containers.iter().all(|row| is_asked(&row.container))
    })
    .await
}

/// Says which servers are late.
async fn tell_late(
    cli: &Cli,
    servers: Option<&HashSet<ServerId>>,
    why: &str,
) -> Result<(), CliError> {
    let found = read(cli, servers).await?;
    let rows = super::monitor::read(cli).await?;
    let names = names_of(&rows);
    let late = found.engines.iter().filter(|engine| !has_settled(engine, &rows));
    let late: Vec<_> = late.map(|engine| name_of(&names, engine.server_id)).collect();
    if !late.is_empty() {
        output::note(&format!("Waiting for {}{why}…", output::clean_line(&late.join(", "))));
    }
    Ok(())
}

/// The container that `server/name` means. The name is the container's, its service's or the beginning
/// of its id; without a server it has to be the only one.
///
/// # Errors
/// When there is none, or more than one.
pub async fn resolve(cli: &Cli, wanted: &str, depth: Depth) -> Result<ContainerRow, CliError> {
    let mut found = resolve_all(cli, &[wanted.to_owned()], depth).await?;
    found.pop().ok_or_else(|| CliError::usage("No container is named.", "Name one."))
}

/// The containers that these mean, each once. Only the servers that are named are connected; all are
/// when one name stands without its server.
///
/// # Errors
/// When one of them is not there, or could be more than one.
pub async fn resolve_all(
    cli: &Cli,
    typed: &[String],
    depth: Depth,
) -> Result<Vec<ContainerRow>, CliError> {
    account::ensure_signed_in(cli).await?;
    let mut wanted = Vec::with_capacity(typed.len());
    for typed in typed {
        wanted.push(match typed.rsplit_once('/') {
            Some((server, name)) => {
                let server = servers::find(cli, server).await?.server;
                if !server.enabled {
                    return Err(not_watched(&server));
                }
                Wanted { typed, server: Some(server.id), name }
            }
            None => Wanted { typed, server: None, name: typed },
        });
    }
    let servers: Option<HashSet<ServerId>> = wanted.iter().map(|wanted| wanted.server).collect();
    let why = if servers.is_none() { ": it may have one of that name too" } else { "" };
    let containers = look_because(cli, servers, depth, why).await?;
    let rows = super::monitor::read(cli).await?;
    let mut found: Vec<ContainerRow> = Vec::with_capacity(wanted.len());
    for wanted in &wanted {
        let row = pick(&containers, wanted, &rows)?;
        if !found.iter().any(|old| old.container.reference() == row.container.reference()) {
            found.push(row);
        }
    }
    Ok(found)
}

fn pick(
    containers: &Containers,
    wanted: &Wanted<'_>,
    rows: &[ServerRow],
) -> Result<ContainerRow, CliError> {
    let name = wanted.name;
    let is_there =
        |row: &&ContainerRow| wanted.server.is_none_or(|server| row.container.server_id == server);
    let in_full = |row: &&ContainerRow| row.container.name == name || row.container.id == name;
    let in_part = |row: &&ContainerRow| {
        row.container.service.as_deref() == Some(name)
            || (name.len() >= SHORT_ID && row.container.id.starts_with(name))
    };
    let there = || containers.containers.iter().filter(is_there);
    let mut found: Vec<_> = there().filter(in_full).collect();
    if found.is_empty() {
        found = there().filter(in_part).collect();
    }
    match found[..] {
        [row] => Ok(row.clone()),
        [] => Err(missing(containers, wanted, rows)),
        ref several => {
            let all: Vec<_> = several
                .iter()
                .map(|row| {
                    let container = &row.container;
                    let server = server_name(row, rows);
                    [server, container.name.clone(), container.id.clone(), container.engine.clone()]
                })
                .collect();
            Err(CliError::usage(
                format!("{} containers are called '{}'.", several.len(), wanted.typed),
                format!("Name one of them: {}.", told_apart(&all).join(", ")),
            ))
        }
    }
}

/// Names for containers, each by its server, name, id and engine: those of one name go by the beginnings
/// of their ids, and it is said which engine has them.
fn told_apart(all: &[[String; 4]]) -> Vec<String> {
    let told = |[server, name, id, engine]: &[String; 4]| {
        let same = all.iter().filter(|other| other[..2] == [server.clone(), name.clone()]).count();
        match same {
            1 => format!("{server}/{name}"),
            _ => {
                let id: String = id.chars().take(SHOWN_ID).collect();
                format!("{server}/{id} ({})", output::clean_line(engine))
            }
        }
    };
    all.iter().map(told).collect()
}

/// Why there is no such container: an engine that did not answer may have it.
fn missing(containers: &Containers, wanted: &Wanted<'_>, rows: &[ServerRow]) -> CliError {
    let is_asked =
        |engine: &&ServerEngine| wanted.server.is_none_or(|server| engine.server_id == server);
    let engines: Vec<_> = containers.engines.iter().filter(is_asked).cloned().collect();
    if wanted.server.is_some()
        && let [engine] = &engines[..]
        && let Some(error) = unusable(engine, rows)
    {
        return error;
    }
    let hint = troubles(&engines, rows).join("\n");
    let hint = if hint.is_empty() { "`tomo container list` shows them.".into() } else { hint };
    let message = format!("There is no container '{}'.", wanted.typed);
    ApiError::new(Code::NotFound, message, hint).into()
}

/// The name of a container's server.
#[must_use]
pub fn server_name(row: &ContainerRow, servers: &[ServerRow]) -> String {
    let server = servers.iter().find(|server| server.server.id == row.container.server_id);
    server.map_or_else(|| "?".to_owned(), |server| server.server.name.clone())
}

/// The containers as they stand, of some servers or of all.
///
/// # Errors
/// When the session may not look.
pub async fn read(cli: &Cli, servers: Option<&HashSet<ServerId>>) -> Result<Containers, CliError> {
    // One server is asked for by itself, so that one that is not there any more is told.
    let only = servers.filter(|servers| servers.len() == 1).and_then(|it| it.iter().next());
    let mut found: Containers = cli.call("container.list", json!({ "server_id": only })).await?;
    if let Some(servers) = servers {
        found.engines.retain(|engine| servers.contains(&engine.server_id));
        found.containers.retain(|row| servers.contains(&row.container.server_id));
    }
    Ok(found)
}

/// Names of all servers.
pub async fn names(cli: &Cli) -> Result<HashMap<ServerId, String>, CliError> {
    Ok(names_of(&super::monitor::read(cli).await?))
}

/// Names of these servers.
#[must_use]
pub fn names_of(rows: &[ServerRow]) -> HashMap<ServerId, String> {
    rows.iter().map(|row| (row.server.id, row.server.name.clone())).collect()
}

/// The name of a server; `?` of one that is gone.
#[must_use]
pub fn name_of(names: &HashMap<ServerId, String>, id: ServerId) -> &str {
    names.get(&id).map_or("?", |name| name)
}

/// Something of a server, for scripts that know servers by their names.
#[derive(Serialize)]
pub struct OnServer<'a, T> {
    /// The server's name.
    pub server: &'a str,
    /// What it is.
    #[serde(flatten)]
    pub what: &'a T,
}

impl<'a> OnServer<'a, ContainerRow> {
    /// A row with its server's name.
    #[must_use]
    pub fn row(what: &'a ContainerRow, names: &'a HashMap<ServerId, String>) -> Self {
        Self { server: name_of(names, what.container.server_id), what }
    }
}

/// Waits until containers are as they have to be, or long enough.
///
/// # Errors
/// When they cannot be read any more.
pub async fn wait(
    cli: &Cli,
    servers: Option<&HashSet<ServerId>>,
    pushes: &mut (impl Stream<Item = Push> + Unpin),
    patience: Duration,
    is_there: impl Fn(&Containers, &[ServerRow]) -> bool,
) -> Result<Containers, CliError> {
    let waiting = async {
        loop {
            let containers = read(cli, servers).await?;
            let rows = super::monitor::read(cli).await?;
            if is_there(&containers, &rows) || pushes.next().await.is_none() {
                return Ok(containers);
            }
        }
    };
    match tokio::time::timeout(patience, waiting).await {
        Ok(containers) => containers,
        Err(_) => read(cli, servers).await,
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Holds because whoever is asked to name one of several must be able to: two engines of a server may
    /// each have one of the same name.
    #[test]
    fn containers_of_one_name_go_by_their_ids() {
        let one = |server: &str, id: &str, engine: &str| {
            [server.to_owned(), "web".to_owned(), id.repeat(64), engine.to_owned()]
        };
        let all =
            [one("lab", "a", "/docker"), one("lab", "b", "/podman"), one("nas", "c", "/docker")];
        let wanted = ["lab/aaaaaaaaaaaa (/docker)", "lab/bbbbbbbbbbbb (/podman)", "nas/web"];
        assert_eq!(told_apart(&all), wanted);
    }
}
