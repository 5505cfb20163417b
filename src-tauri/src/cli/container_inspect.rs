//! `tomo container inspect`: one container whole, without secrets.

use super::{
    Cli,
    args::Listing,
    container::{ports, state, uptime},
    container_names::{Depth, resolve},
    dates::Dates,
    error::CliError,
    format, output,
};
use crate::domain::{
    container::{ContainerLimits, ContainerRow, RestartPolicy},
    container_details::{ContainerDetails, HealthCheckRun},
};
use clap::Args as Group;
use serde_json::json;

/// A container to look into.
#[derive(Debug, Group)]
pub struct Inspect {
    /// Container: server/name, or the name alone where no other has it
    #[arg(value_name = "CONTAINER")]
    container: String,
    #[command(flatten)]
    listing: Listing,
    /// Write what the engine itself says, with secrets hidden
    #[arg(long, conflicts_with = "json")]
    raw: bool,
}

/// `tomo container inspect`.
pub async fn inspect(cli: &Cli, inspect: Inspect) -> Result<(), CliError> {
    let row = resolve(cli, &inspect.container, Depth::Names).await?;
    let arguments = json!({ "container": row.container.reference() });
    let details: ContainerDetails = cli.call("container.inspect", arguments).await?;
    if inspect.listing.json {
        return output::json(&details);
    }
    if inspect.raw {
        return output::text(&details.raw);
    }
    let rows = rows(&details, cli.dates().await?);
    let rows: Vec<[&str; 2]> = rows.iter().map(|[name, value]| [&**name, &**value]).collect();
    output::rows(&rows)
}

fn rows(details: &ContainerDetails, dates: Dates) -> Vec<[String; 2]> {
    let mut rows = Vec::new();
    let mut add = |name: &str, value: String| rows.push([name.to_owned(), value]);
    let container = &details.row.container;
    add("Name", container.name.clone());
    add("State", whole_state(&details.row));
    add("Image", container.image.clone());
    add("Command", details.command.join(" "));
    let ports = ports(container);
    add("Ports", if ports.is_empty() { format::ABSENT.into() } else { ports });
    limits(&details.limits).into_iter().for_each(|(name, value)| add(name, value));
    add("Privileged", if details.is_privileged { "yes" } else { "no" }.into());
    for variable in &details.environment {
        let value = variable.value.as_deref().unwrap_or("(hidden)");
        add("Environment", format!("{}={value}", variable.name));
    }
    for mount in &details.mounts {
        let source = mount.name.as_ref().unwrap_or(&mount.source);
        let mode = if mount.is_writable { "" } else { ", read-only" };
        add("Mount", format!("{} ← {} {source}{mode}", mount.destination, mount.kind));
    }
    for network in &details.networks {
        add("Network", format!("{} {}", network.name, network.addresses.join(" ")));
    }
    for label in &details.labels {
        add("Label", format!("{}={}", label.name, label.value));
    }
    for run in &details.health_log {
        add("Check", check(run, dates));
    }
    rows
}

/// `● running, 3 h`, with what is wrong with it.
fn whole_state(row: &ContainerRow) -> String {
    let words =
        [state(&row.container), uptime(&row.container), row.trouble.clone().unwrap_or_default()];
    words.into_iter().filter(|words| !words.is_empty()).collect::<Vec<_>>().join(", ")
}

#[expect(clippy::cast_precision_loss, reason = "a size for a person")]
fn limits(limits: &ContainerLimits) -> [(&'static str, String); 3] {
    let none = || "no limit".to_owned();
    [
        ("CPU", limits.cpu_cores.map_or_else(none, |cores| format!("at most {cores:.2} cores"))),
        (
            "Memory",
            limits.memory_bytes.map_or_else(none, |bytes| {
                format!("at most {}", format::bytes(Some(bytes as f64)))
            }),
        ),
        (
            "Restart",
            match limits.restart_policy {
                Some(RestartPolicy::No) => "no",
                Some(RestartPolicy::OnFailure) => "on-failure",
                Some(RestartPolicy::Always) => "always",
                Some(RestartPolicy::UnlessStopped) => "unless-stopped",
                None => format::ABSENT,
            }
            .into(),
        ),
    ]
}

/// When a check began, what it ended with and what it printed.
fn check(run: &HealthCheckRun, dates: Dates) -> String {
    let at = run.started_at.map_or_else(|| format::ABSENT.into(), |at| dates.when(at));
    let code = run.exit_code.map_or_else(|| format::ABSENT.into(), |code| code.to_string());
    format!("{at}: {code} {}", run.output.trim_end())
}
