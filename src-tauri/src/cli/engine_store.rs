//! `tomo image`, `tomo volume`, `tomo network` and `tomo prune`: what engines keep besides containers.

use super::{
    Cli, account,
    args::Listing,
    container_names::{Depth, look, name_of, names, read},
    engine_rows::{in_full, pick, rows},
    engines::{not_watched, troubles, unusable},
    error::{CliError, Exit},
    format, monitor, output, prompt, servers,
};
use crate::domain::{
    engine::{EngineObstacle, EngineStatus},
    engine_store::{PruneKind, PrunePreview, RemovalResult},
    id::ServerId,
};
use clap::{Args as Group, Subcommand, ValueEnum};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap, HashSet};

/// Digits of an id in a list: as many as engines' own tools show.
const SHORT_ID: usize = 12;

/// How many things one call names at most.
const MOST_AT_ONCE: usize = 500;

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
    /// The engine that has them, where a server has several: its socket, as the list shows it
    #[arg(long, value_name = "SOCKET")]
    engine: Option<String>,
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
    let rows = rows(cli, noun, server).await?;
    let engines: HashSet<_> = rows.iter().map(|row| (row.server, &row.engine)).collect();
    let servers: HashSet<_> = rows.iter().map(|row| row.server).collect();
    let has_several = engines.len() > servers.len();
    if has_several {
        heads.push("Engine");
    }
    // The one that was named needs no column.
    let left_out = usize::from(server.is_some());
    let mut table = output::new_table(&heads[left_out..], output::width());
    for row in &rows {
        let name = match row.names[..] {
            [] => format::ABSENT.into(),
            _ => output::clean_line(&row.names.join(", ")),
        };
        let size = format::bytes(row.size.map(|bytes| bytes as f64));
        let (kind, users) = (output::clean_line(&row.more), output::clean_line(&row.users));
        let id = output::clean_line(row.id.trim_start_matches("sha256:"));
        let id = id.chars().take(SHORT_ID).collect();
        let on = output::clean_line(name_of(&names, row.server));
        let mut cells = Vec::from(match noun {
            Noun::Image => [on, name, size, users, id],
            Noun::Volume => [on, name, size, kind, users],
            Noun::Network => [on, name, kind, users, id],
        });
        if has_several {
            cells.push(output::clean_line(&row.engine));
        }
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
    let mut rows = rows(cli, noun, Some(server)).await?;
    match &remove.engine {
        Some(engine) => rows.retain(|row| row.engine == *engine),
        None => ensure_all_answer(cli, server).await?,
    }
    let mut by_engine = BTreeMap::<_, Vec<_>>::new();
    let mut others = Vec::new();
    for wanted in &remove.names {
        let row = pick(&rows, noun, wanted)?;
        let ids = by_engine.entry(row.engine.clone()).or_default();
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
    let arguments = json!({ "server_id": server });
    let shown_by = format!("tomo {} list --server '{on}'", word(noun));
    remove_from_each(cli, (&command, arguments, &shown_by), by_engine, remove.listing).await
}

/// A name is only clear where every engine that could have it was asked. One that the account may not
/// use is none that it could mean.
async fn ensure_all_answer(cli: &Cli, server: ServerId) -> Result<(), CliError> {
    let found = read(cli, Some(&HashSet::from([server]))).await?;
    let mut others = found.engines.iter().flat_map(|engine| &engine.others);
    let silent = others.find(|other| match &other.status {
        EngineStatus::Ready { .. } => false,
        EngineStatus::Trouble { trouble, .. } => trouble.obstacle != EngineObstacle::Forbidden,
        _ => true,
    });
    match silent {
        None => Ok(()),
        Some(other) => Err(CliError::usage(
            format!(
                "The engine at {} does not answer, and may have something of the same name.",
                output::clean_line(&other.socket)
            ),
            "Say with --engine which is meant; the list shows the sockets.",
        )),
    }
}

/// Removes things, each from its engine, and tells what came of all that were asked for: where one
/// engine fails, what another did is told before the failure.
async fn remove_from_each(
    cli: &Cli,
    (command, arguments, shown_by): (&str, Value, &str),
    by_engine: BTreeMap<String, Vec<String>>,
    listing: Listing,
) -> Result<(), CliError> {
    let mut results: Vec<RemovalResult> = Vec::new();
    let mut failed = None;
    for (engine, ids) in &by_engine {
        for some in ids.chunks(MOST_AT_ONCE) {
            let mut arguments = arguments.clone();
            arguments["engine"] = engine.as_str().into();
            arguments["ids"] = json!(some);
            match cli.change::<Vec<RemovalResult>>(command, arguments, shown_by).await {
                Ok(removed) => results.extend(removed),
                // The others are asked all the same, as things of one engine are.
                Err(CliError::Api(error)) if failed.is_none() => failed = Some(error),
                Err(CliError::Api(_)) => {}
                Err(error) => return Err(error),
            }
        }
    }
    match failed {
        None => tell(&results, listing),
        Some(error) => {
            if !results.is_empty() {
                // What the engines did says more than how many of them there are.
                let _ = tell(&results, listing);
            }
            Err(error.into())
        }
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
        let engines: HashSet<_> = preview.items.iter().map(|item| &item.engine).collect();
        let mut heads = vec!["Would go", ">Size"];
        if engines.len() > 1 {
            heads.push("Engine");
        }
        let mut table = output::new_table(&heads, output::width());
        for item in &preview.items {
            let size = format::bytes(item.bytes.map(|bytes| bytes as f64));
            let cells = [output::clean_line(&item.name), size, output::clean_line(&item.engine)];
            table.add_row(&cells[..heads.len()]);
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
    let arguments = json!({ "server_id": server, "kind": kind });
    remove_from_each(cli, ("prune.run", arguments, &shown_by), by_engine, prune.listing).await
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
    let (mut stayed, mut unknown) = (0, 0);
    for result in results {
        let name = output::clean_line(&result.name);
        match &result.error {
            None if !listing.json => output::text(&format!("{name} is removed."))?,
            None => {}
            Some(error) if result.is_known => {
                stayed += 1;
                output::note(&format!("{name} stays: {error}"));
            }
            Some(error) => {
                unknown += 1;
                output::note(&format!("{name}: {error}"));
            }
        }
    }
    ended(results.len(), "removed", stayed, unknown)
}

/// How a command ends of which not all was done, or is known to be.
pub(super) fn ended(
    all: usize,
    done: &str,
    refused: usize,
    unknown: usize,
) -> Result<(), CliError> {
    let message = match (refused, unknown) {
        (0, 0) => return Ok(()),
        (_, 0) => format!("{refused} of {all} could not be {done}."),
        (0, _) => format!("Of {unknown} of {all} it is not known."),
        _ => format!("{refused} of {all} could not be {done}; of {unknown} it is not known."),
    };
    Err(CliError::stopped(Exit::Failed, message, ""))
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

pub(super) fn word(noun: Noun) -> &'static str {
    match noun {
        Noun::Image => "image",
        Noun::Volume => "volume",
        Noun::Network => "network",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Holds because what may be gone is not among what could not be removed.
    #[test]
    fn what_is_not_known_is_counted_apart() {
        let said = |refused, unknown| match ended(3, "removed", refused, unknown) {
            Err(error) => error.to_string(),
            Ok(()) => String::new(),
        };
        assert_eq!(said(0, 0), "");
        assert_eq!(said(2, 0), "2 of 3 could not be removed.");
        assert_eq!(said(0, 1), "Of 1 of 3 it is not known.");
        assert_eq!(said(1, 2), "1 of 3 could not be removed; of 2 it is not known.");
    }
}
