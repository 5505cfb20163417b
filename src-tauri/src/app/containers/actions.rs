//! What people do to containers. Each call is one entry in the activity log, with what came of each
//! container.

use super::outcome::{self, Outcome, settled};
use crate::{
    app::{Tomo, activity::Entry, error::AppError},
    collect::hub::Change,
    docker::{Engine, EngineError},
    domain::{
        activity::ActivityKind,
        container::{
            ContainerAction, ContainerLimits, ContainerRef, ContainerResult, ContainerRow,
        },
        id::{ServerId, UserId},
        text::is_hidden,
    },
};
use futures::{StreamExt, future::join_all, stream};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// How many containers one call may name.
const MOST: usize = 500;
/// The longest name of a container, with its first character.
const LONGEST_NAME: usize = 128;
/// The smallest limit of CPU that engines take, cores.
const LEAST_CORES: f64 = 0.01;

/// Something to be done to one container after another.
#[derive(Clone, Copy, Debug)]
pub(super) enum Deed {
    Act(ContainerAction),
    Remove { with_volumes: bool, force: bool },
}

impl Deed {
    pub(super) async fn done(self, engine: &Engine, id: &str) -> Result<(), EngineError> {
        match self {
            Self::Act(action) => engine.act(id, action).await,
            Self::Remove { with_volumes, force } => {
                engine.remove_container(id, with_volumes, force).await
            }
        }
    }

    /// What was done to one, and what was done to several.
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Act(action) => (action.done(), action.done()),
            Self::Remove { with_volumes: true, .. } => {
                ("removed with its volumes", "removed with their volumes")
            }
            Self::Remove { with_volumes: false, .. } => ("removed", "removed"),
        }
    }

    fn kind(self) -> ActivityKind {
        match self {
            Self::Act(_) => ActivityKind::ContainerAct,
            Self::Remove { .. } => ActivityKind::ContainerRemove,
        }
    }

    fn details(self) -> Value {
        match self {
            Self::Act(action) => json!({ "action": action }),
            Self::Remove { with_volumes, force } => {
                json!({ "with_volumes": with_volumes, "force": force })
            }
        }
    }
}

impl Tomo {
    /// Starts, stops, restarts, pauses, unpauses or kills containers, those of different servers at
    /// the same time. Gives a result for each, in the order in which they were named.
    ///
    /// # Errors
    /// When none or too many are named.
    pub async fn act_on_containers(
        &self,
        by: UserId,
        containers: Vec<ContainerRef>,
        action: ContainerAction,
    ) -> Result<Vec<ContainerResult>, AppError> {
        self.to_each(by, containers, Deed::Act(action)).await
    }

    /// Removes containers: with `force` also those that run, with `with_volumes` also their anonymous
    /// volumes. Gives a result for each, in the order in which they were named.
    ///
    /// # Errors
    /// When none or too many are named.
    pub async fn remove_containers(
        &self,
        by: UserId,
        containers: Vec<ContainerRef>,
        with_volumes: bool,
        force: bool,
    ) -> Result<Vec<ContainerResult>, AppError> {
        self.to_each(by, containers, Deed::Remove { with_volumes, force }).await
    }

    async fn to_each(
        &self,
        by: UserId,
        containers: Vec<ContainerRef>,
        deed: Deed,
    ) -> Result<Vec<ContainerResult>, AppError> {
        let mut seen = HashSet::new();
        let containers: Vec<_> =
            containers.into_iter().filter(|which| seen.insert(which.clone())).collect();
        check_count(containers.len(), "container")?;
        let tomo = self.clone();
        self.to_its_end(async move { Ok(tomo.do_to_each(by, containers, deed).await) }).await
    }

    async fn do_to_each(
        &self,
        by: UserId,
        containers: Vec<ContainerRef>,
        deed: Deed,
    ) -> Vec<ContainerResult> {
        let mut engines = BTreeMap::<_, (Option<Engine>, Vec<_>)>::new();
        for (place, which) in containers.into_iter().enumerate() {
            let engine = self.engine_of(&which).ok();
            let socket = engine.as_ref().map(|engine| engine.info().socket.clone());
            let key = (which.server_id, socket);
            engines.entry(key).or_insert((engine, Vec::new())).1.push((place, which));
        }
        let ids: BTreeSet<ServerId> = engines.keys().map(|(server, _)| *server).collect();
        let on_each =
            engines.into_values().map(|(engine, named)| self.on_engine(engine, named, deed));
        let mut outcomes: Vec<_> = join_all(on_each).await.into_iter().flatten().collect();
        outcomes.sort_by_key(|(place, _)| *place);
        let outcomes: Vec<_> = outcomes.into_iter().map(|(_, outcome)| outcome).collect();
        self.record_deed(by, deed, &outcomes).await;
        for server in ids {
            self.inner.hub.set_containers(server, self.inner.board.counts(server));
            self.inner.hub.announce(Change::Containers(server));
        }
        outcomes.into_iter().map(|outcome| outcome.result).collect()
    }

    async fn on_engine(
        &self,
        engine: Option<Engine>,
        named: Vec<(usize, ContainerRef)>,
        deed: Deed,
    ) -> Vec<(usize, Outcome)> {
        let engine = &engine;
        let each = named.into_iter().map(|(place, which)| async move {
            // Before it is done: a container that is removed has no name any more.
            let name = self.container_name(&which);
            let engine = match engine {
                Some(engine) => Ok(engine.clone()),
                None => self.engine_of(&which),
            };
            let done = match engine {
                Ok(engine) => {
                    self.do_unless_ended(&engine, &which, deed).await.map_err(AppError::from)
                }
                Err(error) => Err(error),
            };
            (place, Outcome::of(which, name, done))
        });
        let at_once = engine.as_ref().map_or(1, Engine::at_once);
        stream::iter(each).buffer_unordered(at_once).collect().await
    }

    async fn record_deed(&self, by: UserId, deed: Deed, outcomes: &[Outcome]) {
        let servers = || outcomes.iter().map(|outcome| outcome.result.container.server_id);
        let message = outcome::sentence(outcomes, deed.words(), &self.place(servers()));
        let mut details = deed.details();
        details["containers"] = outcomes.iter().map(|it| self.told(&it.result)).collect();
        let entry = Entry::by(by, deed.kind(), message).with(details);
        self.record(on_one_server(entry, servers())).await;
    }

    fn told(&self, result: &ContainerResult) -> Value {
        let mut told = json!({
            "name": shown(&result.name),
            "server": self.server_name(result.container.server_id),
        });
        if let Some(error) = &result.error {
            told["error"] = error.as_str().into();
        }
        told
    }

    /// Gives a container another name.
    ///
    /// # Errors
    /// When the name cannot be taken, or the engine refuses.
    pub async fn rename_container(
        &self,
        by: UserId,
        which: &ContainerRef,
        name: &str,
    ) -> Result<ContainerRow, AppError> {
        let (tomo, which, name) = (self.clone(), which.clone(), checked_name(name)?.to_owned());
        self.to_its_end(async move { tomo.do_rename(by, &which, &name).await }).await
    }

    async fn do_rename(
        &self,
        by: UserId,
        which: &ContainerRef,
        name: &str,
    ) -> Result<ContainerRow, AppError> {
        let before = self.container_name(which);
        let engine = self.engine_of(which)?;
        let renaming = engine.rename_container(&which.container_id, name);
        let socket = &engine.info().socket;
        let is_renamed = || async {
            let engine = self.engine_at(which.server_id, socket)?;
            let now = engine.look(which.server_id, &which.container_id).await.ok()?;
            (now.name == name).then_some(Ok(()))
        };
        let done = self.unless_ended(settled(renaming, is_renamed)).await;
        let details = json!({ "before": shown(&before), "name": name });
        let outcome = Outcome::of(which.clone(), before, done.clone().map_err(AppError::from));
        let place = self.place([which.server_id]);
        let word = format!("renamed to {name}");
        let message = outcome::sentence(&[outcome], (&word, &word), &place);
        let entry = Entry::by(by, ActivityKind::ContainerRename, message);
        self.record_of_one(entry, which, details, done).await?;
        // The connection may be a new one by now.
        let engine = self.engine_at(which.server_id, socket).unwrap_or_else(|| engine.clone());
        self.container_row(&engine, which).await
    }

    /// Writes down what came of one container, and gives that back.
    async fn record_of_one(
        &self,
        entry: Entry,
        which: &ContainerRef,
        mut details: Value,
        done: Result<(), EngineError>,
    ) -> Result<(), AppError> {
        let done = done.map_err(AppError::from);
        if let Err(error) = &done {
            details["error"] = error.to_string().into();
        }
        self.record(entry.with(details).to(which.server_id)).await;
        self.inner.hub.announce(Change::Containers(which.server_id));
        done
    }

    /// Changes what a container may use, and when it is started again.
    ///
    /// # Errors
    /// When a limit cannot be taken, or the engine refuses.
    pub async fn limit_container(
        &self,
        by: UserId,
        which: &ContainerRef,
        limits: &ContainerLimits,
    ) -> Result<ContainerRow, AppError> {
        check_limits(limits)?;
        let (tomo, which, limits) = (self.clone(), which.clone(), limits.clone());
        self.to_its_end(async move { tomo.do_limit(by, &which, &limits).await }).await
    }

    async fn do_limit(
        &self,
        by: UserId,
        which: &ContainerRef,
        limits: &ContainerLimits,
    ) -> Result<ContainerRow, AppError> {
        let engine = self.engine_of(which)?;
        let name = shown(&self.container_name(which));
        let limiting = engine.limit_container(&which.container_id, limits);
        let socket = &engine.info().socket;
        let is_limited = || async {
            let engine = self.engine_at(which.server_id, socket)?;
            let now = engine.inspect(&which.container_id).await.ok()?.limits();
            are_in_force(limits, &now).then_some(Ok(()))
        };
        let done = self.unless_ended(settled(limiting, is_limited)).await;
        let place = self.place([which.server_id]);
        let message = match &done {
            Ok(()) => format!("Limits of {name} changed{place}"),
            Err(EngineError::Unknown(_)) => {
                format!("It is not known whether the limits of {name} were changed{place}")
            }
            Err(_) => format!("Limits of {name} not changed{place}"),
        };
        let details = json!({ "name": name, "limits": limits });
        let entry = Entry::by(by, ActivityKind::ContainerLimit, message);
        self.record_of_one(entry, which, details, done).await?;
        // The connection may be a new one by now.
        let engine = self.engine_at(which.server_id, socket).unwrap_or_else(|| engine.clone());
        self.container_row(&engine, which).await
    }

    /// A container's name; the beginning of its id where it is not listed.
    pub(super) fn container_name(&self, which: &ContainerRef) -> String {
        let listed = self.container(which).map(|container| container.name);
        listed.unwrap_or_else(|_| which.container_id.chars().take(12).collect())
    }

    /// A server's name; its id where it is not watched.
    pub(in crate::app) fn server_name(&self, server: ServerId) -> String {
        self.inner.hub.server(server).map_or_else(|| server.to_string(), |server| server.name)
    }

    /// ` on nas`, or ` on 3 servers`.
    pub(in crate::app) fn place(&self, servers: impl IntoIterator<Item = ServerId>) -> String {
        let servers: HashSet<_> = servers.into_iter().collect();
        match servers.iter().next() {
            Some(server) if servers.len() == 1 => format!(" on {}", self.server_name(*server)),
            _ => format!(" on {} servers", servers.len()),
        }
    }
}

/// The entry with its server, where everything is on one.
fn on_one_server(entry: Entry, servers: impl Iterator<Item = ServerId>) -> Entry {
    let servers: HashSet<_> = servers.collect();
    match servers.into_iter().collect::<Vec<_>>()[..] {
        [server] => entry.to(server),
        _ => entry,
    }
}

/// A name from an engine, fit to stand in a sentence.
pub(in crate::app) fn shown(name: &str) -> String {
    let seen = |char: char| if is_hidden(char) { char::REPLACEMENT_CHARACTER } else { char };
    name.chars().take(LONGEST_NAME).map(seen).collect()
}

/// Whether so many may be named at once.
pub(super) fn check_count(count: usize, what: &str) -> Result<(), AppError> {
    match count {
        0 => Err(AppError::Invalid(format!("No {what} is named."))),
        1..=MOST => Ok(()),
        _ => Err(AppError::Invalid(format!("{count} {what}s are too many; {MOST} at most."))),
    }
}

/// A name as engines take it.
fn checked_name(name: &str) -> Result<&str, AppError> {
    let name = name.trim();
    let begins = name.starts_with(|char: char| char.is_ascii_alphanumeric());
    let goes_on = name.chars().all(|char| char.is_ascii_alphanumeric() || "_.-".contains(char));
    if begins && goes_on && (2..=LONGEST_NAME).contains(&name.len()) {
        return Ok(name);
    }
    Err(AppError::Invalid(format!(
        "A container's name has 2 to {LONGEST_NAME} letters without accents, digits, '_', '.' and \
         '-', and begins with a letter or a digit."
    )))
}

fn check_limits(limits: &ContainerLimits) -> Result<(), AppError> {
    if *limits == ContainerLimits::default() {
        return Err(AppError::Invalid("Nothing is to be changed.".into()));
    }
    match limits.cpu_cores {
        Some(cores) if cores != 0.0 && !(LEAST_CORES..=10_000.0).contains(&cores) => {
            Err(AppError::Invalid(format!(
                "A limit of CPU is a number of cores from {LEAST_CORES} on; 0 lifts it."
            )))
        }
        _ => Ok(()),
    }
}

/// Whether a container has these limits: what an engine counts in is a little coarser than cores.
fn are_in_force(wanted: &ContainerLimits, now: &ContainerLimits) -> bool {
    let cores = wanted.cpu_cores.is_none_or(|wanted| {
        let now = now.cpu_cores.unwrap_or_default();
        (now - wanted).abs() < LEAST_CORES / 2.0
    });
    let memory =
        wanted.memory_bytes.is_none_or(|wanted| now.memory_bytes.unwrap_or_default() == wanted);
    cores && memory && wanted.restart_policy.is_none_or(|wanted| now.restart_policy == Some(wanted))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::container::RestartPolicy;

    /// The engine's own rule, said before it is asked, in words.
    #[test]
    fn names_are_what_engines_take() {
        for name in ["ab", "a_b.c-1", "0x", &"a".repeat(128)] {
            assert!(checked_name(name).is_ok(), "{name}");
        }
        for name in ["", "a", ".ab", "-ab", "a b", "a/b", "ä1", "a\u{1b}b", &"a".repeat(129)] {
            assert!(checked_name(name).is_err(), "{name}");
        }
    }

    /// Whether a change whose answer was cut off was made is read from this: what was not to be changed
    /// says nothing, and a limit that is lifted is none.
    #[test]
    fn limits_are_compared_as_far_as_they_were_to_be_changed() {
        let now = ContainerLimits {
            cpu_cores: Some(0.333_33),
            memory_bytes: None,
            restart_policy: Some(RestartPolicy::Always),
        };
        let wanted = |cpu_cores, memory_bytes, restart_policy| {
            are_in_force(&ContainerLimits { cpu_cores, memory_bytes, restart_policy }, &now)
        };
        assert!(wanted(Some(1.0 / 3.0), Some(0), Some(RestartPolicy::Always)));
        assert!(wanted(None, Some(0), None));
        assert!(!wanted(Some(0.0), None, None) && !wanted(Some(0.34), None, None));
        assert!(!wanted(None, Some(1 << 20), None));
        assert!(!wanted(None, None, Some(RestartPolicy::No)));
    }

    /// A limit that is no number is not sent.
    #[test]
    fn limits_are_numbers_of_cores() {
        let cores = |cores| ContainerLimits { cpu_cores: Some(cores), ..Default::default() };
        for good in [0.0, 0.01, 1.5, 128.0] {
            assert!(check_limits(&cores(good)).is_ok(), "{good}");
        }
        for bad in [-1.0, 0.001, f64::NAN, f64::INFINITY] {
            assert!(check_limits(&cores(bad)).is_err(), "{bad}");
        }
        assert!(check_limits(&ContainerLimits::default()).is_err());
    }
}
