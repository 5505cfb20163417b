//! What came of each container that something was done to, also where the engine's answer never came:
//! a connection was cut, or Tomo was ended. Then it is looked at, or said not to be known.

use super::actions::{Deed, shown};
use crate::{
    app::{Tomo, error::AppError},
    docker::{Engine, EngineError},
    domain::container::{
        Container, ContainerAction, ContainerRef, ContainerResult, ContainerState,
    },
};
use std::time::Duration;

/// How long a container is looked at whose engine's answer was cut off: a link comes back within it,
/// and most containers end within it.
const SETTLING: Duration = Duration::from_secs(20);
/// How often it is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How long one look may take.
const LOOK: Duration = Duration::from_secs(5);
/// How many names stand in a sentence.
const MOST_NAMES: usize = 3;

/// What came of one container.
pub(super) struct Outcome {
    pub(super) result: ContainerResult,
    /// Whether it is known: an error may also say that it is not.
    pub(super) is_known: bool,
}

impl Outcome {
    pub(super) fn of(container: ContainerRef, name: String, done: Result<(), AppError>) -> Self {
        let is_known = !matches!(done, Err(AppError::Engine(EngineError::Unknown(_))));
        let error = done.err().map(|error| error.to_string());
        Self { result: ContainerResult { container, name, error }, is_known }
    }

    fn is_done(&self) -> bool {
        self.result.error.is_none()
    }
}

/// What came of all of them, for the activity log; `place` is ` on nas`.
pub(super) fn sentence(outcomes: &[Outcome], word: &str, place: &str) -> String {
    if let [one] = outcomes {
        let (name, word) = (shown(&one.result.name), word.replace("their", "its"));
        return match (one.is_done(), one.is_known) {
            (true, _) => format!("{name} {word}{place}"),
            (false, true) => format!("{name} not {word}{place}"),
            (false, false) => format!("It is not known whether {name} was {word}{place}"),
        };
    }
    let done: Vec<&str> = outcomes
        .iter()
        .filter(|outcome| outcome.is_done())
        .map(|outcome| outcome.result.name.as_str())
        .collect();
    let all = outcomes.len();
    let count =
        if done.len() == all { all.to_string() } else { format!("{} of {all}", done.len()) };
    let names = if done.is_empty() { String::new() } else { format!(": {}", names(&done)) };
    let unknown = match outcomes.iter().filter(|outcome| !outcome.is_known).count() {
        0 => String::new(),
        unknown => format!("; of {unknown} it is not known"),
    };
    format!("{count} containers {word}{place}{names}{unknown}")
}

/// `web, db and 2 more`.
fn names(all: &[&str]) -> String {
    let mut named: Vec<String> = all.iter().take(MOST_NAMES).map(|name| shown(name)).collect();
    let last = match all.len() - named.len() {
        0 => named.pop().unwrap_or_default(),
        more => format!("{more} more"),
    };
    if named.is_empty() { last } else { format!("{} and {last}", named.join(", ")) }
}

impl Deed {
    /// Whether a container is as it has to be after this, which it was before.
    fn is_done_to(self, now: &Container, before: Option<&Container>) -> bool {
        let is_newer = || {
            let before = before.and_then(|before| before.started_at);
            now.started_at.zip(before).is_some_and(|(now, before)| now > before)
        };
        match self {
            Self::Act(ContainerAction::Start) => now.is_up(),
            Self::Act(ContainerAction::Stop | ContainerAction::Kill) => !now.is_up(),
            Self::Act(ContainerAction::Restart) => now.is_up() && is_newer(),
            Self::Act(ContainerAction::Pause) => now.state == ContainerState::Paused,
            Self::Act(ContainerAction::Unpause) => now.state == ContainerState::Running,
            // It is done to none that is still there.
            Self::Remove { .. } => false,
        }
    }
}

impl Tomo {
    /// Does it, unless Tomo is ended first: what the engine was asked for by then goes on there.
    pub(super) async fn do_unless_ended(
        &self,
        engine: &Engine,
        which: &ContainerRef,
        deed: Deed,
    ) -> Result<(), EngineError> {
        if self.inner.cancel.is_cancelled() {
            return Err(EngineError::Refused {
                status: 0,
                message: "Tomo was ended before it asked for this".into(),
            });
        }
        let doing = self.do_to(engine, which, deed);
        let done = self.inner.cancel.run_until_cancelled(doing).await;
        done.unwrap_or(Err(EngineError::Unknown("Tomo was ended before the engine answered")))
    }

    async fn do_to(
        &self,
        engine: &Engine,
        which: &ContainerRef,
        deed: Deed,
    ) -> Result<(), EngineError> {
        let before = self.inner.board.container(which);
        match deed.done(engine, &which.container_id).await {
            Err(EngineError::Unknown(why)) => {
                let looking = self.until_done(which, deed, before.as_ref());
                let settled = tokio::time::timeout(SETTLING, looking).await;
                settled.unwrap_or(Err(EngineError::Unknown(why)))
            }
            Err(error) => {
                self.look_again(engine, which).await;
                Err(error)
            }
            Ok(()) => Ok(()),
        }
    }

    /// Looks at a container until it is as it has to be, or gone.
    async fn until_done(
        &self,
        which: &ContainerRef,
        deed: Deed,
        before: Option<&Container>,
    ) -> Result<(), EngineError> {
        loop {
            if let Ok(engine) = self.engine_of(which) {
                let look = self.look_again(&engine, which);
                match tokio::time::timeout(LOOK, look).await {
                    Ok(Some(Ok(now))) if deed.is_done_to(&now, before) => return Ok(()),
                    Ok(Some(Err(_))) if matches!(deed, Deed::Remove { .. }) => return Ok(()),
                    Ok(Some(Err(gone))) => return Err(gone),
                    Ok(_) | Err(_) => {}
                }
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// Takes what an engine says of a container now: it tells of nothing that it failed to do, and still
    /// keeps its complaint. Gives that, or that the container is gone; nothing where nobody answers.
    async fn look_again(
        &self,
        engine: &Engine,
        which: &ContainerRef,
    ) -> Option<Result<Container, EngineError>> {
        let board = &self.inner.board;
        match engine.look(which.server_id, &which.container_id).await {
            Ok(looked) => {
                let digest = board.container(which).and_then(|known| known.digest);
                board.put(Container { digest, ..looked.clone() });
                Some(Ok(looked))
            }
            Err(gone @ EngineError::NotFound(_)) => {
                board.remove(which.server_id, &engine.info().socket, &which.container_id);
                Some(Err(gone))
            }
            Err(error) => {
                tracing::debug!(%error, "a container could not be looked at");
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::ServerId;

    fn outcome(name: &str, done: Result<(), EngineError>) -> Outcome {
        let container = ContainerRef { server_id: ServerId::LOCAL, container_id: name.into() };
        Outcome::of(container, name.into(), done.map_err(AppError::from))
    }

    /// Whoever reads the log wants to know which, and must not be told a guess.
    #[test]
    fn a_sentence_names_what_was_done_and_what_is_not_known() {
        let done = |name| outcome(name, Ok(()));
        let unknown = |name| outcome(name, Err(EngineError::Unknown("cut")));
        let refused = |name| outcome(name, Err(EngineError::ReadOnly));
        let said = |outcomes: &[Outcome]| sentence(outcomes, "stopped", " on nas");
        assert_eq!(said(&[done("a")]), "a stopped on nas");
        assert_eq!(said(&[refused("a")]), "a not stopped on nas");
        assert_eq!(said(&[unknown("a")]), "It is not known whether a was stopped on nas");
        assert_eq!(said(&[done("a"), done("b")]), "2 containers stopped on nas: a and b");
        let five = ["a", "b", "c", "d", "e"].map(done);
        assert_eq!(said(&five), "5 containers stopped on nas: a, b, c and 2 more");
        let mixed = [done("a"), refused("b"), unknown("c")];
        assert_eq!(said(&mixed), "1 of 3 containers stopped on nas: a; of 1 it is not known");
        assert_eq!(said(&[refused("a"), refused("b")]), "0 of 2 containers stopped on nas");
    }
}
