//! Finding the engine of a server: which sockets there are, which one answers, and what stands in
//! the way when none does.

use super::{client::Engine, error::EngineError, list::Listed, transport::Route};
use crate::{
    domain::engine::{EngineObstacle, EngineTrouble, EngineVia},
    ssh::{Connection, Limits, RemoteError},
};
use std::{
    pin::{Pin, pin},
    time::Duration,
};

const SCRIPT: &str = include_str!("find.sh");
/// Where the engine of nearly every server is.
const USUAL: &str = "/var/run/docker.sock";
const LIMITS: Limits = Limits { time: Duration::from_secs(15), bytes: 64 << 10 };

/// An engine and its first list, or why there is none.
type Met = Result<(Engine, Listed), EngineError>;

/// What something is that could be an engine's socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Socket,
    Other,
    Missing,
}

/// Whether the way to a socket is known to be open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Open,
    Shut,
    Unclear,
}

/// A place where an engine's socket could be.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Place {
    path: String,
    kind: Kind,
    /// Whether the account may use it.
    may: bool,
    /// The group that owns it.
    group: Option<String>,
}

/// What an account sees of engines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Found {
    user: String,
    programs: Vec<String>,
    /// The socket that `DOCKER_HOST` names.
    named: Option<String>,
    places: Vec<Place>,
}

impl Found {
    fn of(text: &str) -> Self {
        let mut found = Self::default();
        for line in text.lines() {
            match line.split_once(' ') {
                Some(("user", name)) => name.clone_into(&mut found.user),
                Some(("program", name)) => found.programs.push(name.to_owned()),
                Some(("named", path)) => found.named = Some(path.to_owned()),
                Some(("socket", rest)) => found.places.extend(place(rest)),
                _ => {}
            }
        }
        found
    }
}

/// Reads `socket yes docker /var/run/docker.sock`.
fn place(text: &str) -> Option<Place> {
    let mut words = text.splitn(4, ' ');
    let kind = match words.next()? {
        "socket" => Kind::Socket,
        "other" => Kind::Other,
        _ => Kind::Missing,
    };
    let may = words.next()? == "yes";
    let group = words.next().filter(|group| *group != "-").map(str::to_owned);
    Some(Place { path: words.next()?.to_owned(), kind, may, group })
}

/// Finds the engine of a server, asks it what it is, and lists its containers.
///
/// # Errors
/// What stands in the way, with the command that would help.
pub async fn on_server(connection: &Connection) -> Result<(Engine, Listed), EngineTrouble> {
    let mut looking = pin!(connection.exec(&["sh", "-c", SCRIPT, "sh"], LIMITS));
    // Nearly every engine is there: while the script looks around, it is asked already, which is two
    // ways and back less until the list. The answer counts only if the script finds it usable.
    let mut usual = Early::new(meet_at(connection, USUAL));
    let output = loop {
        tokio::select! {
            output = &mut looking => break output.map_err(|error| lost(&error))?,
            () = usual.go_on() => {}
        }
    };
    let found = Found::of(&String::from_utf8_lossy(&output.stdout));
    let usable: Vec<&Place> =
        found.places.iter().filter(|place| place.kind == Kind::Socket && place.may).collect();
    // What nobody reads holds up the whole connection: where another place comes first, the question is
    // taken back.
    let mut early = match usable.first() {
        Some(first) if first.path == USUAL => usual.answer().await,
        _ => {
            drop(usual);
            None
        }
    };
    let mut silent = None;
    for place in usable {
        let mut answer = match early.take() {
            Some(answer) => answer,
            None => meet_at(connection, &place.path).await,
        };
        let said = |error: &RemoteError| matches!(&answer, Err(EngineError::Unreachable(why)) if *why == error.to_string());
        // OpenSSH says the same of a socket that it may not forward and of one that nobody answers at.
        let forbidden = said(&RemoteError::Forbidden);
        let unclear = forbidden || said(&RemoteError::NotConnected);
        let has_program = found.programs.iter().any(|program| program == "docker");
        if unclear && has_program {
            let stdio = Route::DialStdio(connection.clone(), place.path.clone());
            match Engine::meet(stdio, &place.path, EngineVia::DialStdio).await {
                // Then nobody answers there either way, which the first error says better.
                Err(EngineError::Unreachable(_)) => {}
                other => answer = other,
            }
        }
        let way = match (has_program, forbidden, unclear) {
            (true, ..) | (_, _, false) => Way::Open,
            (false, true, _) => Way::Shut,
            (false, false, true) => Way::Unclear,
        };
        match answer {
            Ok(met) => return Ok(met),
            Err(error) => silent = silent.or(Some((place, error, way))),
        }
    }
    Err(match silent {
        Some((place, error, way)) => no_answer(place, &error, way),
        None => nothing_usable(&found),
    })
}

async fn meet_at(connection: &Connection, path: &str) -> Met {
    let streamlocal = Route::Streamlocal(connection.clone(), path.to_owned());
    Engine::meet(streamlocal, path, EngineVia::Streamlocal).await
}

/// What comes of asking at the usual place before anybody said that it is one.
struct Early<F> {
    asking: Option<Pin<Box<F>>>,
    answer: Option<Met>,
}

impl<F: Future<Output = Met>> Early<F> {
    fn new(asking: F) -> Self {
        Self { asking: Some(Box::pin(asking)), answer: None }
    }

    /// Returns when there is an answer, once; then never.
    async fn go_on(&mut self) {
        let Some(asking) = &mut self.asking else { return std::future::pending().await };
        self.answer = Some(asking.await);
        self.asking = None;
    }

    /// The answer.
    async fn answer(self) -> Option<Met> {
        match self.asking {
            Some(asking) => Some(asking.await),
            None => self.answer,
        }
    }
}

/// The engine behind a socket or named pipe of this computer.
///
/// # Errors
/// When none answers there.
pub async fn at(path: &std::path::Path) -> Result<Engine, EngineError> {
    Ok(meet(path).await?.0)
}

async fn meet(path: &std::path::Path) -> Result<(Engine, Listed), EngineError> {
    let name = path.to_string_lossy().into_owned();
    Engine::meet(Route::Local(path.to_owned()), &name, EngineVia::Local).await
}

/// Finds the engine of this computer, asks it what it is, and lists its containers.
///
/// # Errors
/// What stands in the way.
pub async fn here() -> Result<(Engine, Listed), EngineTrouble> {
    let mut trouble = None;
    for path in local_places() {
        if !path.exists() {
            continue;
        }
        match meet(&path).await {
            Ok(met) => return Ok(met),
            Err(error) => {
                trouble = trouble.or(Some(local_trouble(&path.to_string_lossy(), &error)))
            }
        }
    }
    Err(trouble.unwrap_or_else(|| nothing_usable(&Found::default())))
}

#[cfg(unix)]
fn local_places() -> Vec<std::path::PathBuf> {
    let from = |name: &str| std::env::var_os(name).map(std::path::PathBuf::from);
    let host = std::env::var("DOCKER_HOST").ok();
    let host = host.as_deref().and_then(|host| host.strip_prefix("unix://")).map(Into::into);
    let runtime = from("XDG_RUNTIME_DIR");
    let home = from("HOME");
    let below = |folder: &Option<std::path::PathBuf>, path: &str| {
        folder.as_ref().map(|folder| folder.join(path))
    };
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
fn local_places() -> Vec<std::path::PathBuf> {
    vec![r"\\.\pipe\docker_engine".into(), r"\\.\pipe\podman-machine-default".into()]
}

fn local_trouble(path: &str, error: &EngineError) -> EngineTrouble {
    let is_denied = matches!(error, EngineError::Unreachable(why) if why.contains("denied"));
    let kind = if std::path::Path::new(path).is_dir() { Kind::Other } else { Kind::Socket };
    let group = group_of(std::path::Path::new(path)).filter(|_| is_denied);
    let place = Place { path: path.to_owned(), kind, may: !is_denied, group };
    if kind == Kind::Other || is_denied {
        let user = std::env::var("USER").or_else(|_| std::env::var("LOGNAME")).unwrap_or_default();
        let trouble =
            nothing_usable(&Found { user, places: vec![place.clone()], ..Found::default() });
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
fn group_of(path: &std::path::Path) -> Option<String> {
    let id = std::os::unix::fs::MetadataExt::gid(&std::fs::metadata(path).ok()?).to_string();
    let groups = std::fs::read_to_string("/etc/group").ok()?;
    groups.lines().find_map(|line| {
        let mut words = line.split(':');
        let name = words.next()?;
        (words.nth(1)? == id).then(|| name.to_owned())
    })
}

#[cfg(not(unix))]
fn group_of(_: &std::path::Path) -> Option<String> {
    None
}

fn lost(error: &RemoteError) -> EngineTrouble {
    let failure = error.failure();
    EngineTrouble {
        obstacle: EngineObstacle::Lost,
        socket: None,
        message: format!("Looking for Docker failed: {}.", failure.message),
        hint: failure.hint,
        command: None,
        grants: None,
    }
}

/// There is a socket that the account may use, and nothing came of it.
fn no_answer(place: &Place, error: &EngineError, way: Way) -> EngineTrouble {
    let path = &place.path;
    let trouble = |obstacle, message: String, hint: &str, command: Option<&str>| EngineTrouble {
        obstacle,
        socket: Some(path.clone()),
        message,
        hint: hint.to_owned(),
        command: command.map(str::to_owned),
        grants: None,
    };
    if way == Way::Shut {
        return trouble(
            EngineObstacle::Forbidden,
            format!("The SSH server does not forward {path}, and the docker program is not there."),
            "Allow it in the server's sshd_config (AllowStreamLocalForwarding yes), or install the \
             docker command-line program there.",
            None,
        );
    }
    match error {
        EngineError::TooOld { .. } => trouble(
            EngineObstacle::TooOld,
            format!("The engine at {path} is too old: {error}."),
            "Update Docker on that server.",
            None,
        ),
        _ => trouble(
            EngineObstacle::Down,
            format!("Nobody answers at {path}: {error}."),
            if way == Way::Unclear {
                "Start the engine on that server. If it runs, the SSH server may not forward \
                 sockets: allow it in its sshd_config (AllowStreamLocalForwarding yes), or install \
                 the docker command-line program there."
            } else {
                "Start the engine on that server."
            },
            Some(if path.contains("podman") {
                "sudo systemctl start podman.socket"
            } else {
                "sudo systemctl start docker"
            }),
        ),
    }
}

/// There is no socket that the account may use.
fn nothing_usable(found: &Found) -> EngineTrouble {
    let of_kind = |kind| found.places.iter().find(move |place| place.kind == kind);
    if let Some(place) = of_kind(Kind::Socket) {
        return forbidden(&found.user, place);
    }
    if let Some(place) = of_kind(Kind::Other) {
        return EngineTrouble {
            obstacle: EngineObstacle::NotASocket,
            socket: Some(place.path.clone()),
            message: format!("{} is there, and is no socket.", place.path),
            hint: "A container that mounted it before Docker ran may have made a folder of it. \
                   Remove it, then restart Docker."
                .into(),
            command: Some(format!(
                "sudo rmdir {} && sudo systemctl restart docker",
                shlex::try_quote(&place.path).unwrap_or_default()
            )),
            grants: None,
        };
    }
    absent(found)
}

/// There is no socket at all. Whoever has the program, or names a socket, has installed the engine: it
/// does not run.
fn absent(found: &Found) -> EngineTrouble {
    let has = |wanted: &str| found.programs.iter().any(|program| program == wanted);
    let trouble = |message: String, hint: &str, command: Option<&str>| EngineTrouble {
        obstacle: EngineObstacle::Absent,
        socket: None,
        message,
        hint: hint.to_owned(),
        command: command.map(str::to_owned),
        grants: None,
    };
    let start = Some("sudo systemctl start docker");
    if let Some(path) = &found.named {
        let message = format!("DOCKER_HOST names {path}, and nothing is there.");
        let start = start.filter(|_| !path.contains("podman"));
        return trouble(message, "Start the engine on that server, then look again.", start);
    }
    if has("podman") {
        return trouble(
            "Podman is there, and its socket is not.".into(),
            "Enable Podman's socket, then look again.",
            Some("systemctl --user enable --now podman.socket"),
        );
    }
    if has("docker") {
        return trouble(
            "The docker program is there, and no engine's socket is.".into(),
            "Start Docker on that server, then look again.",
            start,
        );
    }
    trouble(
        "Neither Docker nor Podman was found.".into(),
        "Install Docker there, or enable Podman's socket, then look again.",
        None,
    )
}

fn forbidden(user: &str, place: &Place) -> EngineTrouble {
    let group = place.group.as_deref().filter(|group| *group != "root" && *group != user);
    let account = if user.is_empty() { "This account" } else { user };
    let quoted = |text: &str| shlex::try_quote(text).unwrap_or_default().into_owned();
    EngineTrouble {
        obstacle: EngineObstacle::Forbidden,
        socket: Some(place.path.clone()),
        message: format!("{account} may not use {}.", place.path),
        hint: match group {
            Some(group) => {
                format!("Add it to the group {group} there, then connect the server again.")
            }
            None => "Let the account use the socket, or sign in as one that may.".into(),
        },
        command: group
            .filter(|_| !user.is_empty())
            .map(|group| format!("sudo usermod -aG {} {}", quoted(group), quoted(user))),
        grants: group.map(|group| {
            format!(
                "Whoever is in {group} can become root on that server: a container can mount its \
                 whole disk."
            )
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trouble(text: &str) -> EngineTrouble {
        nothing_usable(&Found::of(text))
    }

    /// The command must be the one that helps, and what it grants must be said with it.
    #[test]
    fn a_forbidden_socket_names_the_group_and_what_it_grants() {
        let trouble = trouble("user dana\nsocket socket no docker /var/run/docker.sock");
        assert_eq!(trouble.obstacle, EngineObstacle::Forbidden);
        assert_eq!(trouble.command.as_deref(), Some("sudo usermod -aG docker dana"));
        assert!(trouble.grants.is_some_and(|grants| grants.contains("root")));
    }

    /// Being put into the group root is no advice to give.
    #[test]
    fn nobody_is_told_to_join_root() {
        let trouble = trouble("user dana\nsocket socket no root /var/run/docker.sock");
        assert_eq!((trouble.command, trouble.grants), (None, None));
    }

    /// A folder in the socket's place is a known accident, and not 'no Docker'.
    #[test]
    fn a_folder_is_told_from_nothing() {
        let place = "socket other yes root /var/run/docker.sock";
        assert_eq!(trouble(place).obstacle, EngineObstacle::NotASocket);
        let missing = "socket missing no - /var/run/docker.sock";
        assert_eq!(trouble(missing).obstacle, EngineObstacle::Absent);
    }

    /// Who has Docker is not told to install it.
    #[test]
    fn an_engine_that_does_not_run_is_to_be_started() {
        for seen in ["program docker", "named /srv/docker.sock"] {
            let trouble = trouble(seen);
            assert_eq!(trouble.command.as_deref(), Some("sudo systemctl start docker"), "{seen}");
            assert!(trouble.hint.starts_with("Start "), "{}", trouble.hint);
        }
        let podman = trouble("program docker\nprogram podman");
        assert!(podman.command.is_some_and(|command| command.contains("podman.socket")));
        assert!(trouble("user dana").hint.starts_with("Install "));
    }
}
