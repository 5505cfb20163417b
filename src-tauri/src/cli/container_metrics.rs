//! `tomo metrics server/container`: the stored history of a container, summed up as a server's is.

use super::{
    Cli,
    container_names::{Depth, resolve},
    dates::Dates,
    error::CliError,
    format,
    metrics::{from, grouped, mean, step},
    output, servers,
};
use crate::domain::{container_history::ContainerHistory, history::Range, server::Server};
use chrono::Utc;
use serde_json::json;

/// `tomo metrics server/container`.
///
/// # Errors
/// When there is neither a history of that name nor a container.
pub async fn metrics(
    cli: &Cli,
    server: &str,
    name: &str,
    range: Range,
    is_json: bool,
) -> Result<(), CliError> {
    let server = servers::find(cli, server).await?.server;
    let history = found(cli, &server, name, range).await?;
    if is_json {
        return output::json(&history);
    }
    if history.at.is_empty() {
        output::note(&format!(
            "No history of {}/{name} in this range. A row is written each minute while Tomo runs.",
            server.name
        ));
        return Ok(());
    }
    show(&history, range, cli.dates().await?)
}

/// The history that is kept under this name. What is stored needs no engine, and is there also when the
/// container is not any more; the engine is only asked what else the name could mean.
async fn found(
    cli: &Cli,
    server: &Server,
    name: &str,
    range: Range,
) -> Result<ContainerHistory, CliError> {
    let kept = |series: String| {
        cli.call::<ContainerHistory>(
            "container.history",
            json!({ "server_id": server.id, "series": series, "range": range }),
        )
    };
    let is_service = name.contains('/');
    let history = kept(if is_service { name.to_owned() } else { format!("/{name}") }).await?;
    if is_service || !history.at.is_empty() {
        return Ok(history);
    }
    let row = resolve(cli, &format!("{}/{name}", server.name), Depth::Names).await?;
    kept(row.container.series).await
}

fn show(history: &ContainerHistory, range: Range, dates: Dates) -> Result<(), CliError> {
    let heads = ["From", ">CPU", ">peak", ">Memory", ">Limit", ">↓", ">↑"];
    let mut table = output::new_table(&heads, None);
    let offset = dates.offset_seconds(Utc::now());
    for (at, rows) in grouped(&history.at, step(range), offset) {
        let spans = &history.span_seconds;
        let always = |column: &[f64]| mean(spans, &rows, |row| column.get(row).copied());
        let maybe = |column: &[Option<f64>]| mean(spans, &rows, |row| *column.get(row)?);
        let peaks = rows.iter().filter_map(|row| *history.cpu_peak_percent.get(*row)?);
        table.add_row([
            from(at, range, dates),
            format::percent(always(&history.cpu_percent)),
            format::percent(peaks.reduce(f64::max)),
            format::bytes(always(&history.memory_bytes)),
            format::bytes(always(&history.memory_limit_bytes)),
            format::rate(maybe(&history.network_rx)),
            format::rate(maybe(&history.network_tx)),
        ]);
    }
    output::table(&table)
}
