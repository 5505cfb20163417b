//! The list of servers as a file: names and addresses to share, or to begin with on another computer.
//!
//! It holds no secret and not this computer. What is imported is what somebody looked at: the preview
//! has a digest, of the file and of what it would do, and importing does that or nothing.

use super::{Tomo, activity::Entry, error::AppError, export};
use crate::{
    domain::{
        activity::ActivityKind,
        file::Exported,
        id::{ServerId, UserId},
        server::{AuthType, Server, ServerInput},
        server_list::{ImportAction, ImportEntry, ImportPreview, ImportResult},
    },
    store::ServerChange,
};
use chrono::Utc;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::{
    collections::{HashMap, HashSet},
    io::Read,
    path::Path,
};

const FORMAT: &str = "tomo-servers";
const VERSION: u32 = 1;
/// No list of a home is larger.
const MOST_BYTES: u64 = 1024 * 1024;
const MOST_SERVERS: usize = 1000;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    format: String,
    version: u32,
    servers: Vec<Listed>,
}

/// As [`ServerInput`], but another field is refused: whoever writes a password into the list has to
/// learn that it is not taken.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Listed {
    name: String,
    host: String,
    #[serde(default = "usual_port")]
    port: u16,
    username: String,
    auth_type: AuthType,
}

fn usual_port() -> u16 {
    22
}

/// What a preview was made of, besides what it shows.
struct Looked {
    preview: ImportPreview,
    /// The server that each entry would change.
    targets: Vec<Option<ServerId>>,
}

impl Tomo {
    /// Writes the list of servers to a file, without secrets and without this computer.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub async fn export_servers(&self, by: UserId, path: &str) -> Result<Exported, AppError> {
        let file = self.file_to_write(path)?;
        let servers = self.inner.store.servers().await?;
        let listed: Vec<_> =
            servers.iter().filter(|server| !server.is_local()).map(listed).collect();
        let rows = listed.len() as u64;
        let list = List { format: FORMAT.into(), version: VERSION, servers: listed };
        let text = serde_json::to_string_pretty(&list)
            .map_err(|error| AppError::internal("writing the list of servers", &error))?;
        let shown = file.path.display().to_string();
        let bytes = export::write_text(file, text + "\n").await?;
        let entry = Entry::by(by, ActivityKind::ServerExport, "List of servers exported");
        self.record(entry.with(json!({ "file": shown, "servers": rows, "bytes": bytes }))).await;
        Ok(Exported { path: shown, rows, bytes })
    }

    /// Says what importing a list would do.
    ///
    /// # Errors
    /// When the file is no list of servers, with the place.
    pub async fn preview_servers(&self, path: &str) -> Result<ImportPreview, AppError> {
        Ok(self.read_list(path).await?.preview)
    }

    /// Imports a list that somebody looked at: all of it but what is left out and what could not be
    /// taken over anyway, or nothing. A server that has no credential here waits until it gets one.
    ///
    /// # Errors
    /// When the file or the servers have changed since `digest` was made.
    pub async fn import_servers(
        &self,
        by: UserId,
        path: &str,
        digest: &str,
        leave_out: &[u32],
    ) -> Result<ImportResult, AppError> {
        let Looked { preview, targets } = self.read_list(path).await?;
        if preview.digest != digest {
            return Err(AppError::Changed(
                "The file or the servers have changed since you looked at them.".into(),
            ));
        }
        let count = preview.entries.len();
        if let Some(place) = leave_out.iter().find(|place| **place as usize >= count) {
            return Err(AppError::Invalid(format!("The list has no place {place}.")));
        }
        let left_out: HashSet<usize> = leave_out.iter().map(|place| *place as usize).collect();
        let mut result = ImportResult { added: 0, changed: 0, left: 0 };
        let mut changes = Vec::new();
        for (place, (entry, target)) in preview.entries.into_iter().zip(targets).enumerate() {
            let server = entry.server;
            match (entry.action, target) {
                _ if left_out.contains(&place) => result.left += 1,
                (ImportAction::Add, _) => {
                    result.added += 1;
                    changes.push(ServerChange::Add { id: ServerId::new(), server });
                }
                (ImportAction::Change { current }, Some(id)) => {
                    result.changed += 1;
                    changes.push(ServerChange::Edit { id, current, server });
                }
                _ => result.left += 1,
            }
        }
        self.inner.store.change_servers(&changes, Utc::now()).await?;
        self.follow_now().await?;
        for change in &changes {
            // The connection that used a secret which has gone ends here.
            if let ServerChange::Edit { id, current, server } = change
                && current.auth_type != server.auth_type
            {
                self.inner.supervisor.restart(*id);
            }
        }
        let entry = Entry::by(by, ActivityKind::ServerImport, "List of servers imported");
        let details = json!({
            "file": path, "added": result.added, "changed": result.changed, "left": result.left,
        });
        self.record(entry.with(details)).await;
        Ok(result)
    }

    async fn read_list(&self, path: &str) -> Result<Looked, AppError> {
        let path = self.named_file(path)?;
        let bytes = tokio::task::spawn_blocking(move || read(&path))
            .await
            .map_err(|error| AppError::internal("reading a list of servers", &error))??;
        let listed = parse(&bytes)?;
        let servers = self.inner.store.servers().await?;
        let (entries, targets) = compare(listed, &servers);
        let shown = serde_json::to_vec(&entries)
            .map_err(|error| AppError::internal("reading a list of servers", &error))?;
        let digest = Sha256::new().chain_update(Sha256::digest(&bytes)).chain_update(shown);
        let preview = ImportPreview { entries, digest: hex::encode(digest.finalize()) };
        Ok(Looked { preview, targets })
    }
}

fn listed(server: &Server) -> Listed {
    let ServerInput { name, host, port, username, auth_type } = input(server);
    Listed { name, host, port, username, auth_type }
}

fn input(server: &Server) -> ServerInput {
    ServerInput {
        name: server.name.clone(),
        host: server.host.clone(),
        port: server.port,
        username: server.username.clone(),
        auth_type: server.auth_type,
    }
}

fn read(path: &Path) -> Result<Vec<u8>, AppError> {
    let shown = path.display();
    let unread = |error| AppError::Invalid(format!("{shown} cannot be read: {error}."));
    // A folder is no list, and a pipe may never say anything.
    if !std::fs::metadata(path).map_err(unread)?.is_file() {
        return Err(AppError::Invalid(format!("{shown} is not a file.")));
    }
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(unread)?;
    file.take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(unread)?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(AppError::Invalid(format!("{shown} is too large for a list of servers.")));
    }
    Ok(bytes)
}

fn parse(bytes: &[u8]) -> Result<Vec<Listed>, AppError> {
    #[derive(Deserialize)]
    struct Kind {
        format: String,
        version: u32,
    }
    let no_list =
        || AppError::Invalid("This is not a list of servers that Tomo has written.".into());
    // Some editors put a mark at the beginning of a text, which is no JSON.
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let kind: Kind = serde_json::from_slice(bytes).map_err(|error| {
        if error.is_syntax() || error.is_eof() {
            // Where, and not what: the message of the parser may quote the file.
            let (line, column) = (error.line(), error.column());
            AppError::Invalid(format!("This is not JSON (line {line}, column {column})."))
        } else {
            no_list()
        }
    })?;
    if kind.format != FORMAT {
        return Err(no_list());
    }
    if kind.version > VERSION {
        return Err(AppError::Invalid(format!(
            "This list was written by a newer Tomo (version {}; this one knows {VERSION}).",
            kind.version
        )));
    }
    let list: List = serde_json::from_slice(bytes).map_err(|error| {
        let mut what = error.to_string();
        if let Some((end, _)) = what.char_indices().nth(200) {
            what.truncate(end);
            what.push('…');
        }
        AppError::Invalid(format!("The list cannot be taken: {what}."))
    })?;
    if list.servers.len() > MOST_SERVERS {
        return Err(AppError::Invalid(format!("A list has up to {MOST_SERVERS} servers.")));
    }
    Ok(list.servers)
}

/// What importing would do with each, and which server it would change.
fn compare(listed: Vec<Listed>, servers: &[Server]) -> (Vec<ImportEntry>, Vec<Option<ServerId>>) {
    let place =
        |server: &ServerInput| (server.host.to_lowercase(), server.port, server.username.clone());
    let there: HashMap<_, _> = servers
        .iter()
        .filter(|server| !server.is_local())
        .map(|server| (place(&input(server)), server))
        .collect();
    let names: HashMap<_, _> =
        servers.iter().map(|server| (server.name.to_lowercase(), server.id)).collect();
    let (mut places_seen, mut names_seen) = (HashMap::new(), HashMap::new());
    listed
        .into_iter()
        .enumerate()
        .map(|(number, Listed { name, host, port, username, auth_type })| {
            let as_written = ServerInput { name, host, port, username, auth_type };
            let conflict = |server, reason: String| {
                (ImportEntry { server, action: ImportAction::Conflict { reason } }, None)
            };
            if auth_type == AuthType::Local {
                let reason = "This computer is in every list of its own, and in no other.";
                return conflict(as_written, reason.into());
            }
            let server = match as_written.clone().checked() {
                Ok(server) => server,
                Err(invalid) => return conflict(as_written, invalid.message),
            };
            if let Some(first) = places_seen.insert(place(&server), number) {
                return conflict(server, format!("It is the same as number {} here.", first + 1));
            }
            let found = there.get(&place(&server)).copied();
            if let Some(first) = names_seen.insert(server.name.to_lowercase(), number) {
                let reason = format!("Number {} here has the same name.", first + 1);
                return conflict(server, reason);
            }
            let namesake = names.get(&server.name.to_lowercase()).copied();
            let has_own_name = found.is_some_and(|found| found.name == server.name);
            if namesake.is_some() && namesake != found.map(|found| found.id) && !has_own_name {
                let reason = format!("Another server is called {} already.", server.name);
                return conflict(server, reason);
            }
            match found {
                None => (ImportEntry { server, action: ImportAction::Add }, None),
                Some(found) if input(found) == server => {
                    (ImportEntry { server, action: ImportAction::Same }, Some(found.id))
                }
                Some(found) => {
                    let action = ImportAction::Change { current: input(found) };
                    (ImportEntry { server, action }, Some(found.id))
                }
            }
        })
        .unzip()
}
