//! Engines of this computer.

use super::{
    Found, Met,
    places::{Kind, Place, Seen},
    words::{Way, gone, no_answer, nothing_usable},
};
use crate::{
    docker::{client::Engine, error::EngineError, list::Listed, transport::Route},
    domain::engine::{EngineTrouble, EngineVia},
};
use futures::future::join_all;
use std::{
    collections::HashSet,
    path::{Path, PathBuf},
    time::Duration,
};
use tokio::time::timeout;

/// How long an engine of this computer may take to answer, while others may have answered.
const PATIENCE: Duration = Duration::from_secs(30);

/// The engine behind a socket or named pipe of this computer.
///
/// # Errors
/// When none answers there.
pub async fn at(path: &Path) -> Result<Engine, EngineError> {
    Ok(meet(path).await?.0)
}

async fn meet(path: &Path) -> Met {
    let name = path.to_string_lossy().into_owned();
    Engine::meet(Route::Local(path.to_owned()), &name, EngineVia::Local).await
}

/// Finds the engines of this computer, asks each what it is, and lists its containers.
pub async fn here() -> Found {
    let mut seen = HashSet::new();
    let mut places = local_places();
    // Several paths may lead to one socket.
    places.retain(|path| {
        path.exists() && seen.insert(path.canonicalize().unwrap_or_else(|_| path.clone()))
    });
    let meeting = places.iter().map(async |path| match timeout(PATIENCE, meet(path)).await {
        Ok(Ok(met)) => Ok(met),
        Ok(Err(error)) => Err(Box::new(local_trouble(&path.to_string_lossy(), &error))),
        Err(_) => Err(Box::new(local_trouble(&path.to_string_lossy(), &EngineError::Timeout))),
    });
    Found::of(join_all(meeting).await, &Seen::default())
}

/// Looks for the engine at one socket of this computer again.
///
/// # Errors
/// What stands in the way.
pub async fn again_here(socket: &str) -> Result<(Engine, Listed), EngineTrouble> {
    let path = Path::new(socket);
    if !path.exists() {
        return Err(gone(socket));
    }
    meet(path).await.map_err(|error| local_trouble(socket, &error))
}

#[cfg(unix)]
fn local_places() -> Vec<PathBuf> {
    let from = |name: &str| std::env::var_os(name).map(PathBuf::from);
    let host = std::env::var("DOCKER_HOST").ok();
    let host = host.as_deref().and_then(|host| host.strip_prefix("unix://")).map(Into::into);
    let runtime = from("XDG_RUNTIME_DIR");
    let home = from("HOME");
    let below =
        |folder: &Option<PathBuf>, path: &str| folder.as_ref().map(|folder| folder.join(path));
    [
        host,
        Some("/var/run/docker.sock".into()),
        below(&runtime, "docker.sock"),
        below(&home, ".docker/run/docker.sock"),
        below(&home, ".docker/desktop/docker.sock"),
        Some("/run/podman/podman.sock".into()),
        below(&runtime, "podman/podman.sock"),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[cfg(windows)]
fn local_places() -> Vec<PathBuf> {
    vec![r"\\.\pipe\docker_engine".into(), r"\\.\pipe\podman-machine-default".into()]
}

fn local_trouble(path: &str, error: &EngineError) -> EngineTrouble {
    let is_denied = matches!(error, EngineError::Unreachable(why) if why.contains("denied"));
    let kind = if Path::new(path).is_dir() { Kind::Other } else { Kind::Socket };
    let group = group_of(Path::new(path)).filter(|_| is_denied);
    let place = Place { path: path.to_owned(), kind, may: !is_denied, group };
    if kind == Kind::Other || is_denied {
        let user = std::env::var("USER").or_else(|_| std::env::var("LOGNAME")).unwrap_or_default();
        let trouble =
            nothing_usable(&Seen { user, places: vec![place.clone()], ..Seen::default() });
        match place.group.filter(|_| trouble.grants.is_some()) {
            Some(group) => EngineTrouble {
                hint: format!("Add it to the group {group}, then sign in to this computer again."),
                ..trouble
            },
            None => trouble,
        }
    } else {
        no_answer(&place, error, Way::Open)
    }
}

/// The group that owns a file of this computer.
#[cfg(unix)]
fn group_of(path: &Path) -> Option<String> {
    let id = std::os::unix::fs::MetadataExt::gid(&std::fs::metadata(path).ok()?).to_string();
    let groups = std::fs::read_to_string("/etc/group").ok()?;
    groups.lines().find_map(|line| {
        let mut words = line.split(':');
        let name = words.next()?;
        (words.nth(1)? == id).then(|| name.to_owned())
    })
}

#[cfg(not(unix))]
fn group_of(_: &Path) -> Option<String> {
    None
}
