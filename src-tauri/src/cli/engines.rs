//! Engines that cannot be used: of which servers they are, why, and how a command ends for that.

use super::error::{CliError, Exit};
use crate::domain::{
    connection::ConnectionStatus,
    engine::{EngineObstacle, EngineStatus, EngineTrouble, ServerEngine},
    fleet::ServerRow,
    server::Server,
};

/// Why the engine of a server cannot be used; nothing when it can.
#[must_use]
pub fn unusable(engine: &ServerEngine, rows: &[ServerRow]) -> Option<CliError> {
    let row = row_of(engine, rows);
    let name = row.map_or("The server", |row| &row.server.name);
    match &engine.status {
        EngineStatus::Ready { .. } => None,
        EngineStatus::Trouble { trouble, .. } => Some(CliError::stopped(
            Exit::Failed,
            format!("{name}: {}", trouble.message),
            instructions(trouble),
        )),
        EngineStatus::Looking => Some(CliError::stopped(
            Exit::Unreachable,
            format!("{name} is connected, but its engine did not answer in time."),
            "",
        )),
        EngineStatus::Unknown => Some(not_connected(row)),
    }
}

/// A server that is left alone by a person's wish.
#[must_use]
pub fn not_watched(server: &Server) -> CliError {
    CliError::stopped(
        Exit::Unreachable,
        format!("{} is not watched.", server.name),
        format!("Run `tomo server connect '{}'`.", server.name),
    )
}

/// Why a server cannot be reached.
#[must_use]
pub fn not_connected(row: Option<&ServerRow>) -> CliError {
    if let Some(row) = row
        && !row.server.enabled
    {
        return not_watched(&row.server);
    }
    let name = row.map_or("The server", |row| &row.server.name);
    let late = "It did not answer in time.";
    let (exit, why) = match row.map(|row| &row.connection) {
        Some(
            ConnectionStatus::Retrying { failure, .. } | ConnectionStatus::Failed { failure, .. },
        ) => (Exit::Unreachable, failure.message.as_str()),
        Some(ConnectionStatus::HostKeyUnknown { .. }) => {
            (Exit::HostKey, "Its host key is not trusted yet.")
        }
        Some(ConnectionStatus::HostKeyChanged { .. }) => {
            (Exit::HostKey, "It presents another host key than before.")
        }
        Some(ConnectionStatus::Paused) => (Exit::Unreachable, "Watching servers is paused."),
        _ => (Exit::Unreachable, late),
    };
    CliError::stopped(
        exit,
        format!("{name} is not connected: {why}"),
        format!("`tomo server test '{name}'` goes through every step."),
    )
}

/// What to do about an engine that cannot be used, and what that grants, a line each.
fn instructions(trouble: &EngineTrouble) -> String {
    let command = trouble.command.as_ref().map(|it| format!("Run there: {it}"));
    let parts = [Some(trouble.hint.clone()), command, trouble.grants.clone()];
    let parts = parts.into_iter().flatten().filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join("\n  ")
}

/// What is wrong with engines that cannot be used. A server without one is no trouble where another
/// has one, unless something there says where its engine should be.
#[must_use]
pub fn troubles(engines: &[ServerEngine], rows: &[ServerRow]) -> Vec<String> {
    let is_ready = |engine: &ServerEngine| matches!(engine.status, EngineStatus::Ready { .. });
    let one_is_ready = engines.iter().any(is_ready);
    // Each engine of a server by itself.
    let alone = |server_id, status: &EngineStatus| ServerEngine {
        server_id,
        status: status.clone(),
        others: Vec::new(),
    };
    let engines: Vec<_> = engines
        .iter()
        .flat_map(|engine| engine.all().map(|status| alone(engine.server_id, status)))
        .collect();
    let told = engines.iter().filter(|engine| match &engine.status {
        EngineStatus::Trouble { trouble, .. } => {
            let is_plain = trouble.obstacle == EngineObstacle::Absent && trouble.socket.is_none();
            !(is_plain && one_is_ready)
        }
        _ => true,
    });
    let told = told.filter_map(|engine| unusable(engine, rows));
    told.map(|error| match &error {
        CliError::Stopped { message, hint, .. } if !hint.is_empty() => {
            format!("{message}\n  {hint}")
        }
        error => error.to_string(),
    })
    .collect()
}

fn row_of<'a>(engine: &ServerEngine, rows: &'a [ServerRow]) -> Option<&'a ServerRow> {
    rows.iter().find(|row| row.server.id == engine.server_id)
}
