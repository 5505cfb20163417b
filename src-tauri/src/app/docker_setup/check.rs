//! The last look: a new sign-in, since a new group counts only there, and the engine through Tomo's own way.

use super::run::Setup;
use crate::docker::ComposeError;
use crate::domain::engine::{
    EngineKind, EngineObstacle, EngineStatus, EngineTrouble, ServerEngine,
};
use std::time::{Duration, Instant};

/// How long the server may take to be signed in to again.
const SIGN_IN: Duration = Duration::from_secs(90);
/// How long an engine that was just started may take to answer.
const STARTING: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(500);

/// What stands at the end, as sentences.
///
/// # Errors
/// What is missing.
pub(super) async fn look(setup: &Setup) -> Result<Vec<String>, String> {
    sign_in_anew(setup).await?;
    let begun = Instant::now();
    let user = &setup.plan.shown.user;
    loop {
        let status = setup.doing.tomo.look_at_engine(setup.doing.server).await;
        match status.map(answer) {
            Ok(Answer::Ready) => return compose(setup).await,
            Ok(Answer::Silent(trouble)) if trouble.obstacle == EngineObstacle::Forbidden => {
                if setup.plan.shown.joins_group {
                    return Err(format!(
                        "Docker runs, and {user} may still not use it. {}",
                        trouble.hint
                    ));
                }
                return Ok(vec![format!(
                    "Docker runs, and {user} may not use it: Tomo sees nothing of it until {user} is in the \
                     group docker, or Tomo signs in as root."
                )]);
            }
            Ok(Answer::Silent(trouble)) if begun.elapsed() > STARTING => {
                return Err(format!("{} {}", trouble.message, trouble.hint));
            }
            // Nothing tells that the connection has settled, or that an engine listens now, but asking.
            Ok(Answer::Silent(_) | Answer::Nothing) | Err(_) if begun.elapsed() <= STARTING => {
                tokio::time::sleep(PAUSE).await;
            }
            Ok(_) => return Err("The engine was started, and does not answer.".to_owned()),
            Err(error) => return Err(error.to_string()),
        }
    }
}

/// Where Docker stands.
enum Answer {
    Ready,
    Silent(EngineTrouble),
    Nothing,
}

fn answer(engine: ServerEngine) -> Answer {
    let is_docker = |status: &&EngineStatus| matches!(status, EngineStatus::Ready { info, .. } if info.kind == EngineKind::Docker);
    if engine.all().any(|status| is_docker(&status)) {
        return Answer::Ready;
    }
    let trouble = engine.all().find_map(|status| match status {
        EngineStatus::Trouble { trouble, .. } => Some(trouble.clone()),
        _ => None,
    });
    trouble.map_or(Answer::Nothing, Answer::Silent)
}

async fn sign_in_anew(setup: &Setup) -> Result<(), String> {
    let (tomo, server) = (&setup.doing.tomo, setup.doing.server);
    let before = tomo.inner.hub.link(server);
    tomo.inner.supervisor.restart(server);
    let mut links = tomo.inner.hub.links();
    let signing_in = async {
        if let Some(before) = before {
            before.closed().await;
        }
        let linked = |connection: &crate::ssh::Connection| !connection.is_closed();
        links.wait_for(|links| links.get(&server).is_some_and(linked)).await.is_ok()
    };
    match tokio::time::timeout(SIGN_IN, signing_in).await {
        Ok(true) => Ok(()),
        _ => Err("The commands were run, and the server could not be signed in to again. Look at Docker \
                  there when it is connected."
            .to_owned()),
    }
}

async fn compose(setup: &Setup) -> Result<Vec<String>, String> {
    let engines = setup.doing.tomo.engines(setup.doing.server);
    let engines = engines.map_err(|error| error.to_string())?;
    let docker = engines.iter().find(|engine| engine.info().kind == EngineKind::Docker);
    let Some(engine) = docker else {
        return Err("The engine does not answer any more.".to_owned());
    };
    match engine.compose_version().await {
        Ok(version) => Ok(vec![format!(
            "Docker {} and docker compose {version} answer.",
            engine.info().version
        )]),
        Err(ComposeError::Missing | ComposeError::TooOld(_)) if !setup.plan.brings_compose() => {
            Ok(vec![format!(
                "Docker {} answers. Apps need docker compose 2 as well, which the system's packages do not have.",
                engine.info().version
            )])
        }
        Err(error) => Err(format!("Docker answers, and docker compose does not: {error}.")),
    }
}
