//! `tomo image`, `tomo volume`, `tomo network` and `tomo prune`: what engines keep besides containers.

use super::{
    Cli, account,
    args::Listing,
    container_names::{Depth, look, name_of, names, read},
    engines::{not_watched, troubles, unusable},
    error::{CliError, Exit},
    format, monitor, output, prompt, servers,
};
use crate::domain::{
    engine_store::{Image, Network, PruneKind, PrunePreview, RemovalResult, UsedBy, Volume},
    id::ServerId,
};
use clap::{Args as Group, Subcommand, ValueEnum};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap, HashSet};

/// Digits of an id in a list: as many as engines' own tools show.
const SHORT_ID: usize = 12;

/// What to do with images, volumes or networks.
#[derive(Debug, Subcommand)]
pub enum StoreCommand {
    /// List them, with what uses them
    List(List),
    /// Remove those that no container uses
    Remove(Remove),
}

/// Of which kind.
#[derive(Clone, Copy, Debug)]
pub enum Noun {
    /// Images.
    Image,
    /// Volumes.
    Volume,
    /// Networks.
    Network,
}

/// Which to list.
#[derive(Debug, Group)]
pub struct List {
    /// Only those of this server
    #[arg(long = "server", value_name = "SERVER")]
    on: Option<String>,
    /// The same without --server
    #[arg(value_name = "SERVER", conflicts_with = "on")]
    server: Option<String>,
    #[command(flatten)]
    listing: Listing,
}

/// Which to remove.
#[derive(Debug, Group)]
pub struct Remove {
    /// The server that they are on
    #[arg(long, value_name = "SERVER")]
    server: Option<String>,
    /// Names, or ids as the list shows them; without --server, the first is the server's
    #[arg(value_name = "NAME", required = true)]
    names: Vec<String>,
    /// Do not ask first
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    listing: Listing,
}

/// What to clear out.
#[derive(Debug, Group)]
#[command(allow_missing_positional = true)]
pub struct Prune {
    /// The server to clear out
    #[arg(long = "server", value_name = "SERVER")]
    on: Option<String>,
    /// The same without --server
    #[arg(value_name = "SERVER", conflicts_with = "on", required_unless_present = "on")]
    server: Option<String>,
    /// What
    #[arg(value_name = "WHAT")]
    kind: Kind,
    /// Only show what would go
    #[arg(long, conflicts_with = "yes")]
    dry_run: bool,
    /// Do not ask first
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    listing: Listing,
}

/// What clearing out looks at.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Kind {
    /// Containers that ended or were never started
    Containers,
    /// Images without a name that no container uses
    DanglingImages,
    /// Images that no container uses
    UnusedImages,
    /// Volumes that no container mounts and nobody named
    AnonymousVolumes,
    /// Volumes that no container mounts
    UnusedVolumes,
    /// Networks that no container is in
    UnusedNetworks,
}

/// One row of a list, of whatever kind.
struct Row {
    server: ServerId,
    id: String,
    /// What it is called; only an image has several names, or none.
    names: Vec<String>,
    /// Other names that it answers to.
    aliases: Vec<String>,
    size: Option<u64>,
    more: String,
    users: String,
}

/// `tomo image`, `tomo volume` and `tomo network`.
pub async fn run(cli: &Cli, noun: Noun, command: StoreCommand) -> Result<(), CliError> {
    match command {
        StoreCommand::List(list) => self::list(cli, noun, list).await,
        StoreCommand::Remove(remove) => self::remove(cli, noun, remove).await,
    }
}

async fn list(cli: &Cli, noun: Noun, list: List) -> Result<(), CliError> {
    let server = match list.on.or(list.server) {
        Some(name) => Some(server(cli, &name).await?),
        None => {
            look(cli, None, Depth::Names).await?;
            None
        }
    };
    let names = names(cli).await?;
    if list.listing.json {
        return output::json(&listed(cli, noun, server, &names).await?);
    }
    let mut heads = vec!["Server"];
    heads.extend(match noun {
        Noun::Image => ["Name", ">Size", "Used by", "Id"],
        Noun::Volume => ["Name", ">Size", "Kind", "Used by"],
        Noun::Network => ["Name", "Kind", "Used by", "Id"],
    });
    // The one that was named needs no column.
    let left_out = usize::from(server.is_some());
    let mut table = output::new_table(&heads[left_out..], output::width());
    for row in rows(cli, noun, server).await? {
        let name = match row.names[..] {
            [] => format::ABSENT.into(),
            _ => output::clean_line(&row.names.join(", ")),
        };
        let size = format::bytes(row.size.map(|bytes| bytes as f64));
        let (kind, users) = (output::clean_line(&row.more), output::clean_line(&row.users));
        let id = output::clean_line(row.id.trim_start_matches("sha256:"));
        let id = id.chars().take(SHORT_ID).collect();
        let on = output::clean_line(name_of(&names, row.server));
        let cells = match noun {
            Noun::Image => [on, name, size, users, id],
            Noun::Volume => [on, name, size, kind, users],
            Noun::Network => [on, name, kind, users, id],
        };
        table.add_row(&cells[left_out..]);
    }
    output::table(&table)?;
    if server.is_none() {
        let found = read(cli, None).await?;
        let servers = monitor::read(cli).await?;
        troubles(&found.engines, &servers).iter().for_each(|line| output::note(line));
    }
    Ok(())
}

/// The list for a script, each with the name of its server.
async fn listed(
    cli: &Cli,
    noun: Noun,
    server: Option<ServerId>,
    names: &HashMap<ServerId, String>,
) -> Result<Vec<Value>, CliError> {
    let arguments = json!({ "server_id": server });
    let mut rows: Vec<Value> = cli.call(&format!("{}.list", word(noun)), arguments).await?;
    for row in &mut rows {
        let id = serde_json::from_value(row["server_id"].clone()).ok();
        row["server"] = id.map_or("?", |id| name_of(names, id)).into();
    }
    Ok(rows)
}

async fn rows(cli: &Cli, noun: Noun, server: Option<ServerId>) -> Result<Vec<Row>, CliError> {
    let name = format!("{}.list", word(noun));
    let arguments = json!({ "server_id": server });
    Ok(match noun {
        Noun::Image => {
            let images: Vec<Image> = cli.call(&name, arguments).await?;
            let row = |image: Image| Row {
                server: image.server_id,
                names: image.tags,
                aliases: image.digests,
                size: Some(image.size_bytes),
                more: String::new(),
                users: users(&image.used_by),
                id: image.id,
            };
            images.into_iter().map(row).collect()
        }
        Noun::Volume => {
            let volumes: Vec<Volume> = cli.call(&name, arguments).await?;
            let row = |volume: Volume| Row {
                server: volume.server_id,
                id: volume.name.clone(),
                names: vec![volume.name],
                aliases: Vec::new(),
                size: volume.size_bytes,
                more: match volume.is_anonymous {
                    true => format!("{}, anonymous", volume.driver),
                    false => volume.driver,
                },
                users: users(&volume.used_by),
            };
            volumes.into_iter().map(row).collect()
        }
        Noun::Network => {
            let networks: Vec<Network> = cli.call(&name, arguments).await?;
            let row = |network: Network| Row {
                server: network.server_id,
                names: vec![network.name],
                aliases: Vec::new(),
                size: None,
                more: network.driver,
                users: users(&network.used_by),
                id: network.id,
            };
            networks.into_iter().map(row).collect()
        }
    })
}

async fn remove(cli: &Cli, noun: Noun, remove: Remove) -> Result<(), CliError> {
    let command = format!("{}.remove", word(noun));
    cli.ensure_may(&command).await?;
    let mut remove = remove;
    let on = match remove.server.take() {
        Some(server) => server,
        None if remove.names.len() > 1 => remove.names.remove(0),
        None => {
            return Err(CliError::usage(
                format!("On which server '{}' is, is not said.", remove.names[0]),
                "Name it with --server.",
            ));
        }
    };
    let server = server(cli, &on).await?;
    let rows = rows(cli, noun, Some(server)).await?;
    let mut ids = Vec::with_capacity(remove.names.len());
    let mut others = Vec::new();
    for wanted in &remove.names {
        let row = pick(&rows, noun, wanted)?;
        if !ids.contains(&row.id) {
            ids.push(row.id.clone());
            let is_said = |name: &String| {
                remove.names.iter().any(|said| *name == in_full(noun, said) || said == name)
            };
            others.extend(row.names.iter().filter(|name| !is_said(name)).cloned());
        }
    }
    let names = output::clean_line(&remove.names.join(", "));
    let also = match (&others[..], remove.names.len()) {
        ([], _) => String::new(),
        (others, 1) => format!(", also called {}", output::clean_line(&others.join(", "))),
        (others, _) => format!(", some also called {}", output::clean_line(&others.join(", "))),
    };
    if !agreed(&format!("Remove {names}{also}, from {on}"), remove.yes).await? {
        return output::text("Nothing is removed.");
    }
    let arguments = json!({ "server_id": server, "ids": ids });
    let shown_by = format!("tomo {} list --server '{on}'", word(noun));
    let results: Vec<RemovalResult> = cli.change(&command, arguments, &shown_by).await?;
    tell(&results, remove.listing)
}

/// A name as engines write it: an image without a tag is the latest.
fn in_full(noun: Noun, wanted: &str) -> String {
    let last = wanted.rsplit('/').next().unwrap_or(wanted);
    match noun {
        Noun::Image if !last.contains([':', '@']) => format!("{wanted}:latest"),
        _ => wanted.to_owned(),
    }
}

/// The one that this means: any of its names, its id or the beginning of that.
fn pick<'a>(rows: &'a [Row], noun: Noun, wanted: &str) -> Result<&'a Row, CliError> {
    let full = in_full(noun, wanted);
    let is_it = |row: &&Row| {
        let mut names = row.names.iter().chain(&row.aliases);
        row.id == wanted || names.any(|name| name == wanted || *name == full)
    };
    let begins =
        |row: &&Row| wanted.len() >= 4 && row.id.trim_start_matches("sha256:").starts_with(wanted);
    let mut found: Vec<_> = rows.iter().filter(is_it).collect();
    if found.is_empty() {
        found = rows.iter().filter(begins).collect();
    }
    match found[..] {
        [row] => Ok(row),
        [] => Err(CliError::usage(format!("There is no '{wanted}'."), "The list has the names.")),
        _ => Err(CliError::usage(
            format!("{} are called '{wanted}'.", found.len()),
            "Name one by its id.",
        )),
    }
}

/// `tomo prune`: removes exactly what it has shown.
pub async fn prune(cli: &Cli, prune: Prune) -> Result<(), CliError> {
    if !prune.dry_run {
        cli.ensure_may("prune.run").await?;
    }
    let on = prune.on.or(prune.server).unwrap_or_default();
    let server = server(cli, &on).await?;
    let kind = match prune.kind {
        Kind::Containers => PruneKind::Containers,
        Kind::DanglingImages => PruneKind::DanglingImages,
        Kind::UnusedImages => PruneKind::UnusedImages,
        Kind::AnonymousVolumes => PruneKind::AnonymousVolumes,
        Kind::UnusedVolumes => PruneKind::UnusedVolumes,
        Kind::UnusedNetworks => PruneKind::UnusedNetworks,
    };
    let arguments = json!({ "server_id": server, "kind": kind });
    let preview: PrunePreview = cli.call("prune.preview", arguments).await?;
    if prune.dry_run && prune.listing.json {
        return output::json(&preview);
    }
    if preview.items.is_empty() {
        return if prune.listing.json {
            output::json(&preview.items)
        } else {
            output::text("There is nothing to clear out.")
        };
    }
    if !prune.listing.json {
        let mut table = output::new_table(&["Would go", ">Size"], output::width());
        for item in &preview.items {
            let size = format::bytes(item.bytes.map(|bytes| bytes as f64));
            table.add_row([output::clean_line(&item.name), size]);
        }
        output::table(&table)?;
        if let Some(bytes) = preview.bytes {
            output::note(&format!("{} return.", format::bytes(Some(bytes as f64))));
        }
    }
    if prune.dry_run {
        return Ok(());
    }
    let question = format!("Remove these {} from {on}", preview.items.len());
    if !agreed(&question, prune.yes).await? {
        return output::text("Nothing is removed.");
    }
    let word = prune.kind.to_possible_value();
    let word = word.as_ref().map_or("", |word| word.get_name());
    let shown_by = format!("tomo prune --server '{on}' {word} --dry-run");
    let mut by_engine = BTreeMap::<_, Vec<_>>::new();
    for item in preview.items {
        by_engine.entry(item.engine).or_default().push(item.id);
    }
    let mut results: Vec<RemovalResult> = Vec::new();
    for (engine, ids) in &by_engine {
        for some in ids.chunks(500) {
            let arguments =
                json!({ "server_id": server, "kind": kind, "engine": engine, "ids": some });
            let removed: Vec<RemovalResult> = cli.change("prune.run", arguments, &shown_by).await?;
            results.extend(removed);
        }
    }
    tell(&results, prune.listing)
}

async fn agreed(question: &str, yes: bool) -> Result<bool, CliError> {
    if yes {
        return Ok(true);
    }
    if !prompt::possible() {
        return Err(CliError::usage(
            format!("{question}: this cannot be undone."),
            "Say --yes where nobody can be asked.",
        ));
    }
    prompt::confirm(&format!("{question}?")).await
}

fn tell(results: &[RemovalResult], listing: Listing) -> Result<(), CliError> {
    if listing.json {
        output::json(&results)?;
    }
    let mut stayed = 0;
    for result in results {
        match &result.error {
            None if !listing.json => output::text(&format!("{} is removed.", result.name))?,
            None => {}
            Some(error) => {
                stayed += 1;
                output::note(&format!("{} stays: {error}", result.name));
            }
        }
    }
    match stayed {
        0 => Ok(()),
        count => Err(CliError::stopped(
            Exit::Failed,
            format!("{count} of {} could not be removed.", results.len()),
            "",
        )),
    }
}

/// The server of this name, with its engine found.
async fn server(cli: &Cli, name: &str) -> Result<ServerId, CliError> {
    account::ensure_signed_in(cli).await?;
    let server = servers::find(cli, name).await?.server;
    if !server.enabled {
        return Err(not_watched(&server));
    }
    let found = look(cli, Some(HashSet::from([server.id])), Depth::Names).await?;
    let rows = monitor::read(cli).await?;
    match found.engines.iter().find_map(|engine| unusable(engine, &rows)) {
        Some(error) => Err(error),
        None => Ok(server.id),
    }
}

fn users(uses: &[UsedBy]) -> String {
    uses.iter().map(|user| user.name.as_str()).collect::<Vec<_>>().join(", ")
}

fn word(noun: Noun) -> &'static str {
    match noun {
        Noun::Image => "image",
        Noun::Volume => "volume",
        Noun::Network => "network",
    }
}
