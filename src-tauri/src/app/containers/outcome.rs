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
}

impl Outcome {
    pub(super) fn of(container: ContainerRef, name: String, done: Result<(), AppError>) -> Self {
        let is_known = !matches!(done, Err(AppError::Engine(EngineError::Unknown(_))));
        let error = done.err().map(|error| error.to_string());
        Self { result: ContainerResult { container, name, error, is_known } }
    }

    fn is_done(&self) -> bool {
        self.result.error.is_none()
    }
}

/// What came of all of them, for the activity log; `place` is ` on nas`.
/// `word` is what was done to one, and what was done to several.
pub(super) fn sentence(outcomes: &[Outcome], (to_one, word): (&str, &str), place: &str) -> String {
    if let [one] = outcomes {
        let (name, word) = (shown(&one.result.name), to_one);
        return match (one.is_done(), one.result.is_known) {
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
    let unknown = match outcomes.iter().filter(|outcome| !outcome.result.is_known).count() {
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
    /// The same without force where the container is not known to run: force is for those that were
    /// seen to, and one that somebody starts meanwhile is not killed with them.
    fn as_needed(self, before: Option<&Container>) -> Self {
        let needs_force = before.is_some_and(|before| {
            !matches!(before.state, ContainerState::Created | ContainerState::Exited)
        });
        match self {
            Self::Remove { with_volumes, force } => {
                Self::Remove { with_volumes, force: force && needs_force }
            }
            act @ Self::Act(_) => act,
        }
    }

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
    /// Does what belongs to Tomo and not to whoever asked for it: it goes on to its entry in the log also
    /// when nobody waits for it any more.
    pub(in crate::app) async fn to_its_end<T: Send + 'static>(
        &self,
        doing: impl Future<Output = Result<T, AppError>> + Send + 'static,
    ) -> Result<T, AppError> {
        let doing = self.inner.tasks.spawn_on(doing, &self.inner.runtime);
        doing.await.map_err(|error| AppError::internal("changing containers", &error))?
    }

    /// Does it, unless Tomo is ended first: what the engine was asked for by then goes on there.
    pub(super) async fn unless_ended(
        &self,
        doing: impl Future<Output = Result<(), EngineError>>,
    ) -> Result<(), EngineError> {
        if self.inner.cancel.is_cancelled() {
            return Err(EngineError::Refused {
                status: 0,
                message: "Tomo was ended before it asked for this".into(),
            });
        }
        let done = self.inner.cancel.run_until_cancelled(doing).await;
        done.unwrap_or(Err(EngineError::Unknown("Tomo was ended before the engine answered")))
    }

    pub(super) async fn do_unless_ended(
        &self,
        engine: &Engine,
        which: &ContainerRef,
        deed: Deed,
    ) -> Result<(), EngineError> {
        self.unless_ended(self.do_to(engine, which, deed)).await
    }

    async fn do_to(
        &self,
        engine: &Engine,
        which: &ContainerRef,
        deed: Deed,
    ) -> Result<(), EngineError> {
        let before = self.inner.board.container(which);
        let deed = deed.as_needed(before.as_ref());
        let asking = deed.done(engine, &which.container_id);
        let socket = &engine.info().socket;
        let done = settled(asking, || self.is_done(which, socket, deed, before.as_ref())).await;
        if matches!(&done, Err(error) if !matches!(error, EngineError::Unknown(_))) {
            self.look_again(engine, which).await;
        }
        done
    }

    /// Whether a container is as it has to be, or gone; nothing while it is neither. Only the engine at
    /// the socket that was asked can tell: to another one, it was never there.
    async fn is_done(
        &self,
        which: &ContainerRef,
        socket: &str,
        deed: Deed,
        before: Option<&Container>,
    ) -> Option<Result<(), EngineError>> {
        let engine = self.engine_at(which.server_id, socket)?;
        match self.look_again(&engine, which).await? {
            Ok(now) => deed.is_done_to(&now, before).then_some(Ok(())),
            Err(_) if matches!(deed, Deed::Remove { .. }) => Some(Ok(())),
            Err(gone) => Some(Err(gone)),
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

/// What came of a change. Where its answer was cut off, it is looked at for a while whether it was made;
/// `look` gives nothing while that is not to be seen.
pub(super) async fn settled<L>(
    asking: impl Future<Output = Result<(), EngineError>>,
    look: impl Fn() -> L,
) -> Result<(), EngineError>
where
    L: Future<Output = Option<Result<(), EngineError>>>,
{
    let done = asking.await;
    let Err(EngineError::Unknown(_)) = done else { return done };
    let looking = async {
        loop {
            if let Ok(Some(seen)) = tokio::time::timeout(LOOK, look()).await {
                return seen;
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    };
    tokio::time::timeout(SETTLING, looking).await.unwrap_or(done)
}

#[cfg(test)]
mod tests {
    use super::{super::trouble::tests::container, *};
    use crate::domain::id::ServerId;

    /// Holds because force kills: what was not seen to run is not killed, also where nothing is known of
    /// it.
    #[test]
    fn force_is_for_what_was_seen_to_run() {
        let forced = |before: Option<Container>| {
            let deed = Deed::Remove { with_volumes: false, force: true };
            matches!(deed.as_needed(before.as_ref()), Deed::Remove { force: true, .. })
        };
        assert!(forced(Some(container(ContainerState::Running))));
        assert!(forced(Some(container(ContainerState::Paused))));
        assert!(!forced(Some(container(ContainerState::Exited))));
        assert!(!forced(None));
    }

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
        let said = |outcomes: &[Outcome]| sentence(outcomes, ("stopped", "stopped"), " on nas");
        assert_eq!(said(&[done("a")]), "a stopped on nas");
        assert_eq!(said(&[refused("a")]), "a not stopped on nas");
        assert_eq!(said(&[unknown("a")]), "It is not known whether a was stopped on nas");
        assert_eq!(said(&[done("a"), done("b")]), "2 containers stopped on nas: a and b");
        let five = ["a", "b", "c", "d", "e"].map(done);
        assert_eq!(said(&five), "5 containers stopped on nas: a, b, c and 2 more");
        let mixed = [done("a"), refused("b"), unknown("c")];
        assert_eq!(said(&mixed), "1 of 3 containers stopped on nas: a; of 1 it is not known");
        assert_eq!(said(&[refused("a"), refused("b")]), "0 of 2 containers stopped on nas");
        let words = ("removed with its volumes", "removed with their volumes");
        let said = |outcomes: &[Outcome]| sentence(outcomes, words, " on nas");
        assert_eq!(said(&[done("their")]), "their removed with its volumes on nas");
        let two = "2 containers removed with their volumes on nas: a and b";
        assert_eq!(said(&[done("a"), done("b")]), two);
    }
}
