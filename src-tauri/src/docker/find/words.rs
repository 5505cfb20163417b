//! What stands in the way of an engine, in words for people, with the command that would help.

use super::{
    super::error::EngineError,
    places::{Kind, Place, Seen},
};
use crate::{
    domain::engine::{EngineObstacle, EngineTrouble},
    ssh::RemoteError,
};

/// Whether the way to a socket is known to be open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    Open,
    Shut,
    Unclear,
}

pub(super) fn lost(error: &RemoteError) -> EngineTrouble {
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
pub(super) fn no_answer(place: &Place, error: &EngineError, way: Way) -> EngineTrouble {
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
        EngineError::Unreachable(why) => trouble(
            EngineObstacle::Down,
            format!("Nobody answers at {path}: {why}."),
            if way == Way::Unclear {
                "Start the engine on that server. If it runs, the SSH server may not forward \
                 sockets: allow it in its sshd_config (AllowStreamLocalForwarding yes), or install \
                 the docker command-line program there."
            } else {
                "Start the engine on that server."
            },
            Some(start(path)),
        ),
        EngineError::Timeout => trouble(
            EngineObstacle::Down,
            format!("The engine at {path} did not answer in time."),
            "It may be busy, or hang. Tomo goes on asking it.",
            None,
        ),
        EngineError::Endless => trouble(
            EngineObstacle::Down,
            format!("What answers at {path} does not come to an end."),
            "See what listens there: an engine answers shorter.",
            None,
        ),
        EngineError::NotUnderstood(why) => trouble(
            EngineObstacle::Down,
            format!("What answers at {path} was not understood: {why}."),
            "See what listens there: it may be no engine, or one that is too old or too new for this \
             Tomo.",
            None,
        ),
        _ => trouble(
            EngineObstacle::Down,
            format!("The engine at {path} answers, and refuses to say what it has: {error}."),
            "See what listens there: a proxy may keep back what Tomo has to ask.",
            None,
        ),
    }
}

/// The command that starts an engine whose socket is here.
fn start(path: &str) -> &'static str {
    match (path.contains("podman"), path.starts_with("/run/user/")) {
        (true, true) => "systemctl --user start podman.socket",
        (false, true) => "systemctl --user start docker",
        (true, false) => "sudo systemctl start podman.socket",
        (false, false) => "sudo systemctl start docker",
    }
}

/// There was an engine, and its socket went with it.
#[must_use]
pub fn gone(path: &str) -> EngineTrouble {
    EngineTrouble {
        obstacle: EngineObstacle::Down,
        socket: Some(path.to_owned()),
        message: format!("The engine at {path} was stopped: its socket is not there any more."),
        hint: "Start it on that server.".into(),
        command: Some(start(path).to_owned()),
        grants: None,
    }
}

/// There is no socket that the account may use.
pub(super) fn nothing_usable(found: &Seen) -> EngineTrouble {
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
fn absent(found: &Seen) -> EngineTrouble {
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
    if found.has("podman") {
        return trouble(
            "Podman is there, and its socket is not.".into(),
            "Enable Podman's socket, then look again.",
            Some("systemctl --user enable --now podman.socket"),
        );
    }
    if found.has("docker") {
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
        nothing_usable(&Seen::of(text))
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
