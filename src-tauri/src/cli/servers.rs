//! Listing, finding, removing, connecting and disconnecting servers.

use super::{
    Cli,
    args::{Listing, Named, Remove},
    error::CliError,
    format, output, prompt,
};
use crate::{
    api::error::{ApiError, Code},
    domain::{
        fleet::{Fleet, ServerRow},
        server::{AuthType, Server},
    },
};
use serde_json::json;

/// `tomo server list`. It reads the database and connects to nothing, so it says nothing of how the
/// servers are.
pub async fn list(cli: &Cli, listing: Listing) -> Result<(), CliError> {
    let fleet: Fleet = cli.call("fleet.get", json!({})).await?;
    let servers: Vec<Server> = fleet.servers.into_iter().map(|row| row.server).collect();
    if listing.json {
        return output::json(&servers);
    }
    let dates = cli.dates().await?;
    let heads = ["Name", "Address", "Sign-in", "System", "Last connected", "Watched", "Id"];
    let mut table = output::new_table(&heads, None);
    for server in &servers {
        let address = match server.auth_type {
            AuthType::Local => "this computer".into(),
            _ => address(server),
        };
        let system = server.system_info.as_ref().and_then(|info| info.os_name.clone());
        table.add_row([
            output::clean_line(&server.name),
            output::clean_line(&address),
            match server.auth_type {
                AuthType::Local => "without SSH".into(),
                other => other.as_str().to_owned(),
            },
            system.map_or_else(|| format::ABSENT.into(), |name| output::clean_line(&name)),
            server.last_connected.map_or_else(|| "never".into(), |at| dates.when(at)),
            if server.enabled { "yes" } else { "no" }.into(),
            server.id.to_string(),
        ]);
    }
    output::table(&table)
}

/// `admin@nas`, with the port when it is not the usual one.
fn address(server: &Server) -> String {
    let host =
        if server.host.contains(':') { format!("[{}]", server.host) } else { server.host.clone() };
    let port = if server.port == 22 { String::new() } else { format!(":{}", server.port) };
    format!("{}@{host}{port}", server.username)
}

/// The server with this id or name.
pub async fn find(cli: &Cli, wanted: &str) -> Result<ServerRow, CliError> {
    let fleet: Fleet = cli.call("fleet.get", json!({})).await?;
    pick(fleet.servers, wanted)
}

fn pick(rows: Vec<ServerRow>, wanted: &str) -> Result<ServerRow, CliError> {
    let name = wanted.trim().to_lowercase();
    let (mut matches, others): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| {
        row.server.id.to_string() == name || row.server.name.to_lowercase() == name
    });
    match matches.len() {
        1 => Ok(matches.remove(0)),
        0 => {
            let names: Vec<_> = others.into_iter().map(|row| row.server.name).collect();
            Err(ApiError::new(
                Code::NotFound,
                format!("There is no server '{wanted}'."),
                format!("The servers are: {}.", names.join(", ")),
            )
            .into())
        }
        count => {
            let ids: Vec<_> = matches.iter().map(|row| row.server.id.to_string()).collect();
            Err(CliError::usage(
                format!("{count} servers are called '{wanted}'."),
                format!("Name one by its id: {}.", ids.join(", ")),
            ))
        }
    }
}

/// `tomo server remove`.
pub async fn remove(cli: &Cli, remove: Remove) -> Result<(), CliError> {
    let server = find(cli, &remove.named.server).await?.server;
    let name = output::clean_line(&server.name);
    if !remove.yes {
        if !prompt::possible() {
            return Err(CliError::usage(
                format!("Removing {name} also removes its credential and its history."),
                "Say --yes where nobody can be asked.",
            ));
        }
        let question = format!("Remove {name}? Its credential and its history are removed too.");
        if !prompt::confirm(&question).await? {
            return output::text(&format!("{name} is kept."));
        }
    }
    let () = cli.call("server.remove", json!({ "id": server.id })).await?;
    output::text(&format!("{name} is removed."))
}

/// `tomo server connect`.
pub async fn connect(cli: &Cli, named: Named) -> Result<(), CliError> {
    let server = find(cli, &named.server).await?.server;
    let () = cli.call("server.connect", json!({ "id": server.id })).await?;
    output::text(&format!("{} is watched wherever Tomo runs.", server.name))
}

/// `tomo server disconnect`.
pub async fn disconnect(cli: &Cli, named: Named) -> Result<(), CliError> {
    let server = find(cli, &named.server).await?.server;
    let () = cli.call("server.disconnect", json!({ "id": server.id })).await?;
    output::text(&format!("{} is left alone until it is connected again.", server.name))
}
