//! `tomo container stats`: what containers use, once, as lines of JSON, or live.

use super::{
    Cli, account,
    container::cut,
    container_names::{self, Depth, OnServer, look, names, names_of, resolve_all},
    engines::troubles,
    error::CliError,
    format, live, monitor, output,
    screen::Screen,
    servers,
};
use crate::domain::{
    container::{ContainerRef, ContainerRow, Containers},
    fleet::Push,
    id::ServerId,
};
use clap::Args as Group;
use comfy_table::Table;
use crossterm::event::{Event, EventStream};
use futures::{Stream, StreamExt};
use std::{
    collections::{HashMap, HashSet},
    io::{self, IsTerminal},
    pin::pin,
    time::Duration,
};

/// How often everything is read anew.
const READ_EVERY: Duration = Duration::from_secs(5);
/// The table's head, an empty line and the foot.
const FRAME_LINES: usize = 3;

/// Whose figures to show.
#[derive(Debug, Group)]
pub struct Stats {
    /// Only these: server/name, or the name alone where no other has it
    #[arg(value_name = "CONTAINER", conflicts_with = "server")]
    containers: Vec<String>,
    /// Only those of this server
    #[arg(long, value_name = "SERVER")]
    server: Option<String>,
    /// Write one table when there are figures of all, and end
    #[arg(long)]
    once: bool,
    /// With --once: how long to wait for figures that do not come, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 15, requires = "once")]
    wait: u64,
    /// Write JSON: with --once an array of containers, otherwise a line for each that changed
    #[arg(long)]
    json: bool,
}

impl Stats {
    /// Whether it goes on until somebody ends it.
    #[must_use]
    pub fn lasts(&self) -> bool {
        !self.once
    }
}

/// Which containers are shown.
struct Chosen {
    servers: Option<HashSet<ServerId>>,
    /// All that run when absent.
    containers: Option<HashSet<ContainerRef>>,
}

impl Chosen {
    fn has(&self, row: &ContainerRow) -> bool {
        match &self.containers {
            Some(chosen) => chosen.contains(&row.container.reference()),
            None => {
                row.container.is_up()
                    && self.servers.as_ref().is_none_or(|it| it.contains(&row.container.server_id))
            }
        }
    }

    async fn read(&self, cli: &Cli) -> Result<Vec<ContainerRow>, CliError> {
        let found = container_names::read(cli, self.servers.as_ref()).await?;
        Ok(found.containers.into_iter().filter(|row| self.has(row)).collect())
    }
}

/// `tomo container stats`.
pub async fn stats(cli: &Cli, stats: Stats) -> Result<(), CliError> {
    let is_live = !stats.once && !stats.json;
    if is_live && !io::stdout().is_terminal() {
        return Err(CliError::usage(
            "The output is not a terminal, so there is nowhere to redraw.",
            "Say --once or --json.",
        ));
    }
    account::ensure_signed_in(cli).await?;
    // It listens before the first figures come, so that none are missed.
    let mut pushes = pin!(cli.tomo.pushes());
    let chosen = if stats.containers.is_empty() {
        let servers = match &stats.server {
            Some(name) => Some(HashSet::from([servers::find(cli, name).await?.server.id])),
            None => None,
        };
        look(cli, servers.clone(), Depth::Details).await?;
        Chosen { servers, containers: None }
    } else {
        let rows = resolve_all(cli, &stats.containers, Depth::Details).await?;
        Chosen {
            servers: Some(rows.iter().map(|row| row.container.server_id).collect()),
            containers: Some(rows.iter().map(|row| row.container.reference()).collect()),
        }
    };
    if stats.once {
        return once(cli, &chosen, &mut pushes, &stats).await;
    }
    if stats.json {
        return lines(cli, &chosen, &mut pushes).await;
    }
    watch(cli, &chosen, &mut pushes).await
}

async fn once(
    cli: &Cli,
    chosen: &Chosen,
    pushes: &mut (impl Stream<Item = Push> + Unpin),
    stats: &Stats,
) -> Result<(), CliError> {
    let patience = Duration::from_secs(stats.wait);
    let servers = chosen.servers.as_ref();
    let found = container_names::wait(cli, servers, pushes, patience, |found, _| {
        found.containers.iter().filter(|row| chosen.has(row)).all(is_measured)
    })
    .await?;
    let Containers { engines, containers } = found;
    let rows: Vec<_> = containers.into_iter().filter(|row| chosen.has(row)).collect();
    let servers = monitor::read(cli).await?;
    let names = names_of(&servers);
    if stats.json {
        let rows: Vec<_> = rows.iter().map(|row| OnServer::row(row, &names)).collect();
        return output::json(&rows);
    }
    output::table(&table(&rows, &names, output::width()))?;
    for line in troubles(&engines, &servers) {
        output::note(&line);
    }
    Ok(())
}

/// Whether there are figures that compare two samples; what does not run has none.
fn is_measured(row: &ContainerRow) -> bool {
    let figures = row.figures.as_ref();
    !row.container.is_up() || figures.is_some_and(|figures| figures.cpu_percent.is_some())
}

/// A line for each container that changed, until nobody reads on.
async fn lines(
    cli: &Cli,
    chosen: &Chosen,
    pushes: &mut (impl Stream<Item = Push> + Unpin),
) -> Result<(), CliError> {
    let mut names = names(cli).await?;
    write_lines(&chosen.read(cli).await?, &names)?;
    while let Some(push) = pushes.next().await {
        match push {
            Push::Containers { rows, .. } => {
                let rows: Vec<_> = rows.into_iter().filter(|row| chosen.has(row)).collect();
                write_lines(&rows, &names)?;
            }
            Push::ContainersChanged => write_lines(&chosen.read(cli).await?, &names)?,
            Push::FleetChanged => names = container_names::names(cli).await?,
            // Whoever is signed out reads no more.
            Push::SessionChanged => drop(chosen.read(cli).await?),
            _ => {}
        }
    }
    Ok(())
}

fn write_lines(rows: &[ContainerRow], names: &HashMap<ServerId, String>) -> Result<(), CliError> {
    rows.iter().try_for_each(|row| output::json_line(&OnServer::row(row, names)))
}

/// Shows figures until a person leaves.
async fn watch(
    cli: &Cli,
    chosen: &Chosen,
    pushes: &mut (impl Stream<Item = Push> + Unpin),
) -> Result<(), CliError> {
    let mut names = names(cli).await?;
    let mut rows = chosen.read(cli).await?;
    let mut keys = EventStream::new();
    let mut again = live::tick(READ_EVERY);
    let mut first: usize = 0;
    let screen = Screen::enter()?;
    loop {
        let (width, height) = screen.size()?;
        let room = usize::from(height).saturating_sub(FRAME_LINES).max(1);
        first = first.min(rows.len().saturating_sub(room));
        screen.draw(&page(&rows, &names, first, room, width))?;
        tokio::select! {
            push = pushes.next() => match push {
                Some(Push::Containers { .. } | Push::ContainersChanged | Push::SessionChanged) => {
                    rows = chosen.read(cli).await?;
                }
                Some(Push::FleetChanged) => names = container_names::names(cli).await?,
                Some(_) => {}
                None => return Ok(()),
            },
            _ = again.tick() => rows = chosen.read(cli).await?,
            event = keys.next() => match event {
                Some(Ok(Event::Key(key))) => match live::wish(key, room) {
                    Some(live::Wish::Leave) => return Ok(()),
                    Some(live::Wish::Scroll(by)) => first = first.saturating_add_signed(by),
                    None => {}
                },
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(CliError::io("reading keys", error)),
                None => return Ok(()),
            },
        }
    }
}

/// The whole screen: containers, and what leads out.
fn page(
    rows: &[ContainerRow],
    names: &HashMap<ServerId, String>,
    first: usize,
    room: usize,
    width: u16,
) -> Vec<String> {
    let mut all = table(rows, names, Some(width)).lines().collect::<Vec<_>>().into_iter();
    let mut lines: Vec<String> = all.by_ref().take(1).collect();
    lines.extend(all.skip(first).take(room));
    lines.push(String::new());
    let below = rows.len().saturating_sub(first + room);
    let foot = match (first, below) {
        (0, 0) => "q leaves".to_owned(),
        (above, below) => format!("↑ {above} above, ↓ {below} below   q leaves"),
    };
    lines.extend(output::cut_lines([[foot]], width));
    lines
}

fn table(rows: &[ContainerRow], names: &HashMap<ServerId, String>, width: Option<u16>) -> Table {
    let heads = ["Server", "Name", ">CPU", ">of host", ">Memory", ">Limit", ">Received", ">Sent"];
    let mut table = output::new_table(&heads, width);
    for row in rows {
        let container = &row.container;
        let figures = row.figures.as_ref();
        #[expect(clippy::cast_precision_loss, reason = "a size for a person")]
        let bytes = |bytes: Option<u64>| format::bytes(bytes.map(|bytes| bytes as f64));
        let mut cells = comfy_table::Row::from([
            names.get(&container.server_id).map_or_else(String::new, |name| cut(name)),
            cut(&container.name),
            format::percent(figures.and_then(|figures| figures.cpu_percent)),
            format::percent(figures.and_then(|figures| figures.cpu_host_percent)),
            bytes(figures.and_then(|figures| figures.memory_bytes)),
            bytes(figures.and_then(|figures| figures.memory_limit_bytes)),
            format::rate(figures.and_then(|figures| figures.network_rx)),
            format::rate(figures.and_then(|figures| figures.network_tx)),
        ]);
        cells.max_height(1);
        table.add_row(cells);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::container::{Container, ContainerState};

    fn row(name: &str) -> ContainerRow {
        let container = Container {
            server_id: ServerId::LOCAL,
            engine: "/run/docker.sock".to_owned(),
            id: name.repeat(8),
            name: name.to_owned(),
            image: "busybox".to_owned(),
            image_id: String::new(),
            digest: None,
            project: None,
            service: None,
            state: ContainerState::Running,
            health: None,
            exit_code: None,
            out_of_memory: false,
            error: None,
            ports: Vec::new(),
            created_at: None,
            started_at: None,
            finished_at: None,
            restart_count: None,
            series: name.to_owned(),
        };
        ContainerRow { container, figures: None, trouble: None, old_since: None }
    }

    /// 'True or absent': a container that was not measured yet uses an unknown amount, not nothing.
    #[test]
    fn what_was_not_measured_is_absent() {
        let lines: Vec<_> = table(&[row("web")], &HashMap::new(), None).lines().collect();
        assert_eq!(lines[1].matches(format::ABSENT).count(), 6, "{lines:?}");
        assert!(!lines[1].contains('0'), "{lines:?}");
    }

    /// What does not fit the screen is counted, and the foot stays in it.
    #[test]
    fn a_page_fits_its_screen() {
        let rows: Vec<_> = ('a'..='j').map(|name| row(&name.to_string())).collect();
        let lines = page(&rows, &HashMap::new(), 2, 3, 60);
        assert_eq!(lines.len(), 6, "{lines:?}");
        assert!(lines[1].contains('c') && lines[5].contains("2 above, ↓ 5 below"), "{lines:?}");
    }
}
