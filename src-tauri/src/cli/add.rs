//! `tomo server add` and `tomo server edit`.

use super::{
    Cli, account,
    args::{Add, Edit},
    credential::{self, Way},
    error::CliError,
    host_key::Trust,
    output, prompt, servers, test,
};
use crate::domain::{address::Address, fleet::ServerRow, server::ServerInput};
use serde_json::json;

/// The port of an address that names none.
const SSH_PORT: u16 = 22;

/// `tomo server add`.
pub async fn add(cli: &Cli, add: Add) -> Result<(), CliError> {
    let address = read_address(cli, &add.address).await?;
    let username = match address.username {
        Some(username) => username,
        None if prompt::possible() => {
            let question = format!("User on {}", output::clean_line(&address.host));
            prompt::line(&question, account::user_of_this_computer()).await?
        }
        None => {
            return Err(CliError::usage(
                "The address names no user.",
                format!("Write it as USER@{}.", address.host),
            ));
        }
    };
    let way = credential::choose(cli, &add.credential, address.key_path.as_deref()).await?;
    let server = ServerInput {
        name: add.name.unwrap_or_else(|| address.host.clone()),
        host: address.host,
        port: address.port.unwrap_or(SSH_PORT),
        username,
        auth_type: way.auth_type,
    };
    if !add.no_test {
        let trust = Trust { accept: add.accept_host_key, replace: None };
        let report = test::run(cli, None, &server, &way, trust).await?;
        test::require_passed(&report, &server.name, !add.json)?;
    }
    let arguments = json!({ "server": &server, "credential": &way.input });
    let row: ServerRow = cli.call("server.add", arguments).await?;
    if add.json {
        return output::json(&row.server);
    }
    output::text(&format!("{} is added.", row.server.name))
}

/// `tomo server edit`.
pub async fn edit(cli: &Cli, edit: Edit) -> Result<(), CliError> {
    let row = servers::find(cli, &edit.named.server).await?;
    let address = match &edit.address {
        Some(text) => read_address(cli, text).await?,
        None => Address::default(),
    };
    let before = row.server;
    let way = credential::named(cli, &edit.credential)
        .await?
        // The stored credential stays, whichever it is.
        .unwrap_or(Way { auth_type: before.auth_type, input: json!({ "kind": "stored" }) });
    let server = ServerInput {
        name: edit.name.unwrap_or(before.name),
        host: if edit.address.is_some() { address.host } else { before.host },
        port: address.port.unwrap_or(before.port),
        username: address.username.unwrap_or(before.username),
        auth_type: way.auth_type,
    };
    let arguments = json!({ "id": before.id, "server": &server, "credential": &way.input });
    let row: ServerRow = cli.call("server.edit", arguments).await?;
    output::text(&format!("{} is changed.", row.server.name))
}

async fn read_address(cli: &Cli, text: &str) -> Result<Address, CliError> {
    cli.call("server.parse_address", json!({ "text": text })).await
}
