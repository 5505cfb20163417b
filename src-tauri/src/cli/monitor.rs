//! `tomo monitor`: this process collects by itself, and shows what it finds once, as lines of JSON,
//! or live.

use super::{Cli, account, args::Monitor, error::CliError, live, output, overview};
use crate::domain::fleet::{Fleet, Push, ServerRow};
use futures::{Stream, StreamExt};
use serde_json::json;
use std::{
    io::{self, IsTerminal},
    pin::pin,
    time::Duration,
};

/// `tomo monitor`.
pub async fn monitor(cli: &Cli, monitor: Monitor) -> Result<(), CliError> {
    let live = !monitor.once && !monitor.json;
    if live && !io::stdout().is_terminal() {
        return Err(CliError::usage(
            "The output is not a terminal, so there is nowhere to redraw.",
            "Say --once or --json.",
        ));
    }
    account::ensure_signed_in(cli).await?;
    // Before anything is collected: whether the caller may look at all.
    read(cli).await?;
    // It listens before the first sample comes, so that none is missed.
    let pushes = pin!(cli.tomo.pushes());
    cli.tomo.start_collecting().await.map_err(crate::api::error::ApiError::from)?;
    if monitor.once {
        let rows = settled(cli, pushes, Duration::from_secs(monitor.wait)).await?;
        return if monitor.json { output::json(&rows) } else { show(&rows) };
    }
    if monitor.json { lines(pushes).await } else { live::run(cli, pushes).await }
}

/// All servers, as far as the session allows.
pub async fn read(cli: &Cli) -> Result<Vec<ServerRow>, CliError> {
    let fleet: Fleet = cli.call("fleet.get", json!({})).await?;
    Ok(fleet.servers)
}

fn show(rows: &[ServerRow]) -> Result<(), CliError> {
    let width = output::width();
    output::table(&overview::table(rows, width))?;
    overview::notes(rows, width).iter().try_for_each(|note| output::text(note))
}

/// Waits until every server has figures that compare two samples, or has failed to give any.
async fn settled(
    cli: &Cli,
    mut pushes: impl Stream<Item = Push> + Unpin,
    patience: Duration,
) -> Result<Vec<ServerRow>, CliError> {
    let wait = async {
        loop {
            let rows = read(cli).await?;
            if rows.iter().all(ServerRow::has_settled) {
                return Ok(rows);
            }
            if pushes.next().await.is_none() {
                return read(cli).await;
            }
        }
    };
    match tokio::time::timeout(patience, wait).await {
        Ok(rows) => rows,
        Err(_) => read(cli).await,
    }
}

/// A line for each server that changed, until nobody reads on.
async fn lines(mut pushes: impl Stream<Item = Push> + Unpin) -> Result<(), CliError> {
    while let Some(push) = pushes.next().await {
        if let Push::Rows { rows } = push {
            rows.iter().try_for_each(output::json_line)?;
        }
    }
    Ok(())
}
