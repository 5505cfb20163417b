//! `tomo container start`, `stop`, `restart`, `pause`, `unpause`, `kill`, `remove`, `rename` and `limit`.

use super::{
    Cli,
    args::Listing,
    container_names::{Depth, OnServer, name_of, names, resolve, resolve_all},
    error::{CliError, Exit},
    output, prompt,
};
use crate::domain::container::{
    ContainerAction, ContainerLimits, ContainerRef, ContainerResult, ContainerRow, RestartPolicy,
};
use clap::{Args as Group, ValueEnum};
use serde_json::json;
use std::str::FromStr;

/// What shows the end of a change that nobody waited for.
const SHOWN_BY: &str = "tomo container list";

/// Containers to act on.
#[derive(Debug, Group)]
pub struct Several {
    /// Containers: server/name, or the name alone where no other has it
    #[arg(value_name = "CONTAINER", required = true)]
    containers: Vec<String>,
    #[command(flatten)]
    listing: Listing,
}

/// Containers to remove.
#[derive(Debug, Group)]
pub struct Remove {
    #[command(flatten)]
    several: Several,
    /// Remove their anonymous volumes too, with what is in them
    #[arg(long)]
    volumes: bool,
    /// Kill those that run
    #[arg(long)]
    force: bool,
    /// Do not ask first
    #[arg(long)]
    yes: bool,
}

/// A container and its new name.
#[derive(Debug, Group)]
pub struct Rename {
    /// Container: server/name, or the name alone where no other has it
    #[arg(value_name = "CONTAINER")]
    container: String,
    /// New name
    #[arg(value_name = "NAME")]
    name: String,
    #[command(flatten)]
    listing: Listing,
}

/// A container and what it may use.
#[derive(Debug, Group)]
pub struct Limit {
    /// Container: server/name, or the name alone where no other has it
    #[arg(value_name = "CONTAINER")]
    container: String,
    /// Cores at most, like 1.5, or 'none'
    #[arg(long, value_name = "CORES", value_parser = limit_of::<f64>)]
    cpus: Option<f64>,
    /// Memory at most, in MB of 1,048,576 bytes, or 'none'
    #[arg(long, value_name = "MB", value_parser = limit_of::<u64>)]
    memory: Option<u64>,
    /// When the engine starts it again by itself
    #[arg(long, value_name = "WHEN")]
    restart: Option<Restart>,
    #[command(flatten)]
    listing: Listing,
}

/// A limit as it is typed; that there is none is a word, as 0 of anything is what nobody can run with.
fn limit_of<T: FromStr + Default + PartialEq>(typed: &str) -> Result<T, String> {
    if typed == "none" {
        return Ok(T::default());
    }
    match typed.parse() {
        Ok(limit) if limit == T::default() => Err("say 'none' to lift the limit".into()),
        Ok(limit) => Ok(limit),
        Err(_) => Err("this is no number, nor 'none'".into()),
    }
}

/// When a container is started again.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Restart {
    No,
    OnFailure,
    Always,
    UnlessStopped,
}

/// `tomo container start` and its like.
pub async fn act(cli: &Cli, several: Several, action: ContainerAction) -> Result<(), CliError> {
    cli.ensure_may("container.act").await?;
    let containers = references(cli, &several.containers).await?;
    let arguments = json!({ "containers": containers, "action": action });
    let results: Vec<ContainerResult> = cli.change("container.act", arguments, SHOWN_BY).await?;
    tell(cli, &results, action.done(), several.listing).await
}

/// `tomo container remove`.
pub async fn remove(cli: &Cli, remove: Remove) -> Result<(), CliError> {
    cli.ensure_may("container.remove").await?;
    let rows = resolve_all(cli, &remove.several.containers, Depth::Names).await?;
    if !remove.yes && !agreed(&remove, &rows).await? {
        output::note("Nothing is removed.");
        return if remove.several.listing.json {
            output::json(&Vec::<ContainerResult>::new())
        } else {
            Ok(())
        };
    }
    let containers: Vec<_> = rows.iter().map(|row| row.container.reference()).collect();
    let (with_volumes, force) = (remove.volumes, remove.force);
    let arguments =
        json!({ "containers": containers, "with_volumes": with_volumes, "force": force });
    let results: Vec<ContainerResult> = cli.change("container.remove", arguments, SHOWN_BY).await?;
    tell(cli, &results, "removed", remove.several.listing).await
}

/// Asks whether these shall go. Those that the engine would refuse to remove are not asked about.
async fn agreed(remove: &Remove, rows: &[ContainerRow]) -> Result<bool, CliError> {
    let names = remove.several.containers.join(", ");
    let whose = if rows.len() == 1 { "its" } else { "their" };
    let volumes = match remove.volumes {
        true => format!(" with {whose} anonymous volumes and what is in them"),
        false => String::new(),
    };
    let up: Vec<_> = rows.iter().filter(|row| row.container.is_up()).collect();
    let list = up.iter().map(|row| output::clean_line(&row.container.name));
    let list = list.collect::<Vec<_>>().join(", ");
    let (verb, them) = if up.len() == 1 { ("runs", "it") } else { ("run", "them") };
    let killed = match remove.force && !up.is_empty() {
        true => format!(" {list} still {verb}, and --force kills {them}."),
        false => String::new(),
    };
    if !prompt::possible() {
        return Err(CliError::usage(
            format!("Removing {names}{volumes} cannot be undone.{killed}"),
            "Say --yes where nobody can be asked.",
        ));
    }
    if !remove.force && !up.is_empty() {
        return Err(CliError::usage(
            format!("{list} still {verb}."),
            format!("Stop {them} first, or say --force, which kills {them}."),
        ));
    }
    if !killed.is_empty() {
        output::note(killed.trim_start());
    }
    // What is in a volume is in no image and no file: it is asked about by itself.
    let questions = [
        Some(format!("Remove {names}{volumes}?")),
        remove.volumes.then(|| {
            format!("What is in the anonymous volumes of {names} is gone for ever. Remove it too?")
        }),
    ];
    for question in questions.into_iter().flatten() {
        if !prompt::confirm(&question).await? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// `tomo container rename`.
pub async fn rename(cli: &Cli, rename: Rename) -> Result<(), CliError> {
    cli.ensure_may("container.rename").await?;
    let row = resolve(cli, &rename.container, Depth::Names).await?;
    let arguments = json!({ "container": row.container.reference(), "name": rename.name });
    let after: ContainerRow = cli.change("container.rename", arguments, SHOWN_BY).await?;
    if rename.listing.json {
        return output::json(&OnServer::row(&after, &names(cli).await?));
    }
    output::text(&format!(
        "{} is called {} now.",
        output::clean_line(&row.container.name),
        output::clean_line(&after.container.name)
    ))
}

/// `tomo container limit`.
pub async fn limit(cli: &Cli, limit: Limit) -> Result<(), CliError> {
    cli.ensure_may("container.limit").await?;
    let row = resolve(cli, &limit.container, Depth::Names).await?;
    let limits = ContainerLimits {
        cpu_cores: limit.cpus,
        memory_bytes: limit.memory.map(|megabytes| megabytes.saturating_mul(1 << 20)),
        restart_policy: limit.restart.map(|restart| match restart {
            Restart::No => RestartPolicy::No,
            Restart::OnFailure => RestartPolicy::OnFailure,
            Restart::Always => RestartPolicy::Always,
            Restart::UnlessStopped => RestartPolicy::UnlessStopped,
        }),
    };
    let arguments = json!({ "container": row.container.reference(), "limits": limits });
    let shown_by = format!("tomo container inspect {}", limit.container);
    let row: ContainerRow = cli.change("container.limit", arguments, &shown_by).await?;
    if limit.listing.json {
        return output::json(&OnServer::row(&row, &names(cli).await?));
    }
    output::text(&format!("The limits of {} are changed.", output::clean_line(&row.container.name)))
}

async fn references(cli: &Cli, names: &[String]) -> Result<Vec<ContainerRef>, CliError> {
    let found = resolve_all(cli, names, Depth::Names).await?;
    Ok(found.iter().map(|row| row.container.reference()).collect())
}

async fn tell(
    cli: &Cli,
    results: &[ContainerResult],
    done: &str,
    listing: Listing,
) -> Result<(), CliError> {
    if listing.json {
        let names = names(cli).await?;
        let name = |what: &ContainerResult| name_of(&names, what.container.server_id);
        let results = results.iter().map(|what| OnServer { server: name(what), what });
        output::json(&results.collect::<Vec<_>>())?;
    }
    let mut refused = 0;
    for result in results {
        let name = output::clean_line(&result.name);
        match &result.error {
            None if !listing.json => output::text(&format!("{name} is {done}."))?,
            None => {}
            Some(error) => {
                refused += 1;
                // Engines name what they refuse by 64 digits.
                let error = error.replace(&result.container.container_id, &name);
                output::note(&match error.starts_with("It is not known") {
                    true => format!("{name}: {error}"),
                    false => format!("{name} is not {done}: {error}"),
                });
            }
        }
    }
    match refused {
        0 => Ok(()),
        count => Err(CliError::stopped(
            Exit::Failed,
            format!("{count} of {} could not be {done}.", results.len()),
            "",
        )),
    }
}
