//! What is known of every engine and its containers right now, in memory. It decides nothing: the
//! watches of the engines write it, front doors read it.

use super::trouble;
use crate::{
    docker::Engine,
    domain::{
        container::{
            Container, ContainerCounts, ContainerFigures, ContainerRef, ContainerRow,
            ContainerState,
        },
        engine::EngineStatus,
        id::ServerId,
    },
};
use chrono::{DateTime, Utc};
use std::{
    collections::{BTreeMap, HashMap, HashSet, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Containers that went, which are remembered for windows that have not heard of it.
const GONE_KEPT: usize = 1_000;

/// A container, and when it changed.
struct Kept {
    container: Container,
    figures: Option<ContainerFigures>,
    changed: u64,
}

/// One server.
struct Entry {
    status: EngineStatus,
    engine: Option<Engine>,
    /// Since when an engine does not answer that did.
    lost: Option<DateTime<Utc>>,
    containers: BTreeMap<String, Kept>,
}

#[derive(Default)]
struct Inner {
    entries: HashMap<ServerId, Entry>,
    /// Grows with each change.
    revision: u64,
    gone: VecDeque<(u64, ContainerRef)>,
    /// The last revision whose departures are not all remembered.
    forgotten: u64,
}

/// See the module.
#[derive(Default)]
pub(in crate::app) struct Board {
    inner: Mutex<Inner>,
}

/// What changed since somebody last looked.
pub(in crate::app) struct Changed {
    pub(in crate::app) rows: Vec<ContainerRow>,
    pub(in crate::app) gone: Vec<ContainerRef>,
    /// Whether more went than is remembered.
    pub(in crate::app) is_partial: bool,
    /// From when on to ask next time.
    pub(in crate::app) revision: u64,
}

impl Inner {
    fn entry(&mut self, server: ServerId) -> &mut Entry {
        self.entries.entry(server).or_insert_with(|| Entry {
            status: EngineStatus::Unknown,
            engine: None,
            lost: None,
            containers: BTreeMap::new(),
        })
    }

    fn next(&mut self) -> u64 {
        self.revision += 1;
        self.revision
    }

    fn put(&mut self, container: Container) -> bool {
        let revision = self.revision + 1;
        let containers = &mut self.entry(container.server_id).containers;
        match containers.get_mut(&container.id) {
            Some(kept) if kept.container == container => return false,
            Some(kept) => {
                if !container.is_up() {
                    kept.figures = None;
                }
                kept.container = container;
                kept.changed = revision;
            }
            None => {
                let id = container.id.clone();
                containers.insert(id, Kept { container, figures: None, changed: revision });
            }
        }
        self.revision = revision;
        true
    }

    fn take_away(&mut self, which: ContainerRef) -> bool {
        let containers = &mut self.entry(which.server_id).containers;
        if containers.remove(&which.container_id).is_none() {
            return false;
        }
        let revision = self.next();
        self.gone.push_back((revision, which));
        if self.gone.len() > GONE_KEPT
            && let Some((revision, _)) = self.gone.pop_front()
        {
            self.forgotten = revision;
        }
        true
    }
}

impl Kept {
    fn row(&self, lost: Option<DateTime<Utc>>, now: DateTime<Utc>) -> ContainerRow {
        ContainerRow {
            container: self.container.clone(),
            figures: self.figures.clone(),
            trouble: trouble::words(&self.container, now),
            old_since: lost,
        }
    }
}

impl Board {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The engine of a server, when it answers.
    pub(in crate::app) fn engine(&self, server: ServerId) -> Option<Engine> {
        self.inner().entries.get(&server).and_then(|entry| entry.engine.clone())
    }

    /// Where the engine of a server stands.
    pub(in crate::app) fn status(&self, server: ServerId) -> Option<EngineStatus> {
        self.inner().entries.get(&server).map(|entry| entry.status.clone())
    }

    /// The containers of a server whose processes exist.
    pub(in crate::app) fn up(&self, server: ServerId) -> Vec<Container> {
        let inner = self.inner();
        let entry = inner.entries.get(&server);
        let containers = entry.into_iter().flat_map(|entry| entry.containers.values());
        let containers = containers.map(|kept| &kept.container);
        containers.filter(|container| container.is_up()).cloned().collect()
    }

    /// A container that is listed.
    pub(in crate::app) fn container(&self, which: &ContainerRef) -> Option<Container> {
        let inner = self.inner();
        let kept = inner.entries.get(&which.server_id)?.containers.get(&which.container_id)?;
        Some(kept.container.clone())
    }

    /// A container that is listed, as a row.
    pub(in crate::app) fn row(&self, which: &ContainerRef) -> Option<ContainerRow> {
        let inner = self.inner();
        let entry = inner.entries.get(&which.server_id)?;
        Some(entry.containers.get(&which.container_id)?.row(entry.lost, Utc::now()))
    }

    /// The containers of a server, by project, service and name; those without a project last.
    pub(in crate::app) fn rows(&self, server: ServerId) -> Vec<ContainerRow> {
        let now = Utc::now();
        let inner = self.inner();
        let Some(entry) = inner.entries.get(&server) else { return Vec::new() };
        let mut rows: Vec<_> =
            entry.containers.values().map(|kept| kept.row(entry.lost, now)).collect();
        drop(inner);
        rows.sort_by(|a, b| order(&a.container).cmp(&order(&b.container)));
        rows
    }

    /// How many containers a server has.
    pub(super) fn counts(&self, server: ServerId) -> Option<ContainerCounts> {
        let now = Utc::now();
        let inner = self.inner();
        let entry = inner.entries.get(&server)?;
        entry.engine.as_ref()?;
        let mut counts = ContainerCounts::default();
        for kept in entry.containers.values() {
            counts.all += 1;
            counts.running += u32::from(kept.container.state == ContainerState::Running);
            counts.troubled += u32::from(trouble::words(&kept.container, now).is_some());
        }
        Some(counts)
    }

    /// Says where an engine stands that does not answer (any more). What it had stays known, unless
    /// nothing of it is there.
    pub(super) fn set_status(&self, server: ServerId, status: EngineStatus, is_gone: bool) -> bool {
        let mut inner = self.inner();
        let entry = inner.entry(server);
        if !matches!(status, EngineStatus::Looking) && entry.engine.take().is_some() {
            entry.lost = Some(Utc::now());
        }
        let changed = entry.status != status;
        entry.status = status;
        if is_gone {
            inner.clear(server);
        }
        changed
    }

    /// Takes an engine that answers, with all its containers. What was asked of each before stays until
    /// it is asked again.
    pub(super) fn set_ready(
        &self,
        server: ServerId,
        engine: Engine,
        listed: Vec<Container>,
    ) -> bool {
        let mut inner = self.inner();
        let entry = inner.entry(server);
        let info = engine.info().clone();
        let is_new =
            !matches!(&entry.status, EngineStatus::Ready { info: old, .. } if *old == info);
        if is_new {
            entry.status = EngineStatus::Ready { info, since: Utc::now() };
        }
        entry.engine = Some(engine);
        entry.lost = None;
        let there: HashSet<&str> = listed.iter().map(|container| container.id.as_str()).collect();
        let gone: Vec<_> = entry
            .containers
            .keys()
            .filter(|id| !there.contains(id.as_str()))
            .map(|id| ContainerRef { server_id: server, container_id: id.clone() })
            .collect();
        for which in gone {
            inner.take_away(which);
        }
        for mut container in listed {
            let known = inner.entry(server).containers.get(&container.id);
            if let Some(known) = known.filter(|known| known.container.state == container.state) {
                let known = known.container.clone();
                container = Container {
                    digest: known.digest,
                    health: container.health.or(known.health),
                    exit_code: known.exit_code,
                    out_of_memory: known.out_of_memory,
                    error: known.error,
                    started_at: known.started_at,
                    finished_at: known.finished_at,
                    restart_count: known.restart_count,
                    ..container
                };
            }
            inner.put(container);
        }
        is_new
    }

    /// Takes what the engine says of one container; whether that is anything new.
    pub(super) fn put(&self, container: Container) -> bool {
        self.inner().put(container)
    }

    /// Forgets a container; whether it was known.
    pub(super) fn remove(&self, server: ServerId, id: &str) -> bool {
        self.inner().take_away(ContainerRef { server_id: server, container_id: id.to_owned() })
    }

    /// Forgets a server.
    pub(super) fn forget(&self, server: ServerId) {
        let mut inner = self.inner();
        inner.clear(server);
        inner.entries.remove(&server);
    }

    /// Takes what the containers of a server use now; of those that are not named nothing is known.
    pub(super) fn figures(&self, server: ServerId, new: &[(String, ContainerFigures)]) -> bool {
        let mut inner = self.inner();
        let revision = inner.revision + 1;
        let Some(entry) = inner.entries.get_mut(&server) else { return false };
        let new: HashMap<_, _> = new.iter().map(|(id, figures)| (id.as_str(), figures)).collect();
        let mut changed = false;
        for (id, kept) in &mut entry.containers {
            let figures = new.get(id.as_str()).copied();
            if kept.figures.as_ref() != figures {
                kept.figures = figures.cloned();
                kept.changed = revision;
                changed = true;
            }
        }
        if changed {
            inner.revision = revision;
        }
        changed
    }

    /// The present revision.
    pub(in crate::app) fn revision(&self) -> u64 {
        self.inner().revision
    }

    /// What changed after a revision.
    pub(in crate::app) fn changed_since(&self, revision: u64) -> Changed {
        let now = Utc::now();
        let inner = self.inner();
        let rows = inner.entries.values().flat_map(|entry| {
            let changed = entry.containers.values().filter(|kept| kept.changed > revision);
            changed.map(|kept| kept.row(entry.lost, now))
        });
        Changed {
            rows: rows.collect(),
            gone: inner
                .gone
                .iter()
                .filter(|(at, _)| *at > revision)
                .map(|(_, which)| which.clone())
                .collect(),
            is_partial: inner.forgotten > revision,
            revision: inner.revision,
        }
    }
}

impl Inner {
    fn clear(&mut self, server: ServerId) {
        let ids: Vec<_> = self.entry(server).containers.keys().cloned().collect();
        for container_id in ids {
            self.take_away(ContainerRef { server_id: server, container_id });
        }
    }
}

fn order(container: &Container) -> (bool, Option<&str>, Option<&str>, &str) {
    let project = container.project.as_deref();
    (project.is_none(), project, container.service.as_deref(), &container.name)
}

#[cfg(test)]
mod tests {
    use super::{super::trouble::tests::container, *};
    use crate::domain::container::FiguresSource;

    fn figures(cpu: f64) -> ContainerFigures {
        ContainerFigures {
            at: Utc::now(),
            source: FiguresSource::Cgroup,
            cpu_percent: Some(cpu),
            cpu_host_percent: None,
            cpu_limit_cores: None,
            memory_bytes: None,
            memory_limit_bytes: None,
            network_rx: None,
            network_tx: None,
        }
    }

    /// A window that looks again gets what changed, and nothing twice.
    #[test]
    fn changes_are_told_once_and_departures_too() {
        let board = Board::default();
        let web = container(ContainerState::Running);
        assert!(board.put(web.clone()) && !board.put(web.clone()), "nothing new");
        let first = board.changed_since(0);
        assert_eq!((first.rows.len(), first.gone.len()), (1, 0));
        assert!(board.figures(web.server_id, &[(web.id.clone(), figures(1.0))]));
        let second = board.changed_since(first.revision);
        assert_eq!(second.rows.len(), 1);
        assert!(board.remove(web.server_id, &web.id) && !board.remove(web.server_id, &web.id));
        let third = board.changed_since(second.revision);
        assert_eq!((third.rows.len(), third.gone), (0, vec![web.reference()]));
        assert!(board.changed_since(third.revision).gone.is_empty());
    }

    /// A container that does not run uses nothing, and must not keep its last figures.
    #[test]
    fn figures_end_with_the_run() {
        let board = Board::default();
        let web = container(ContainerState::Running);
        board.put(web.clone());
        board.figures(web.server_id, &[(web.id.clone(), figures(1.0))]);
        board.put(container(ContainerState::Exited));
        assert_eq!(board.row(&web.reference()).and_then(|row| row.figures), None);
    }

    /// More departures than are remembered make a window read everything anew.
    #[test]
    fn a_window_that_fell_behind_is_told_so() {
        let board = Board::default();
        for number in 0..=GONE_KEPT {
            let one = Container { id: format!("{number}"), ..container(ContainerState::Running) };
            board.put(one.clone());
            board.remove(one.server_id, &one.id);
        }
        assert!(board.changed_since(0).is_partial);
        assert!(!board.changed_since(board.revision()).is_partial);
    }
}
