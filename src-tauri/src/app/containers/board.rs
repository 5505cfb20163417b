//! What is known of every engine and its containers right now, in memory. It decides nothing: the
//! watches of the engines write it, front doors read it.

mod entry;

use super::trouble;
use crate::{
    docker::Engine,
    domain::{
        container::{
            Container, ContainerCounts, ContainerFigures, ContainerRef, ContainerRow,
            ContainerState,
        },
        engine::{EngineStatus, OtherEngine, ServerEngine},
        id::ServerId,
    },
};
use chrono::{DateTime, Utc};
use std::{
    collections::{HashMap, HashSet},
    sync::{Mutex, MutexGuard, PoisonError},
};

use entry::{Inner, Kept, Place};

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

impl Board {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The engines of a server that answer, in the order of their preference.
    pub(in crate::app) fn engines(&self, server: ServerId) -> Vec<Engine> {
        let inner = self.inner();
        let places = inner.entries.get(&server).into_iter().flat_map(|entry| &entry.engines);
        places.filter_map(|place| place.engine.clone()).collect()
    }

    /// The engine that has a container, or the first of its server where the container is not known;
    /// what stands in the way where it does not answer.
    pub(super) fn engine_of(
        &self,
        which: &ContainerRef,
    ) -> Result<Engine, Option<Box<EngineStatus>>> {
        let inner = self.inner();
        let entry = inner.entries.get(&which.server_id).ok_or(None)?;
        let known = entry.containers.get(&which.container_id);
        let place = known.and_then(|kept| entry.place(&kept.container.engine)).or(entry.main());
        let Some(place) = place else { return Err(Some(Box::new(entry.status.clone()))) };
        place.engine.clone().ok_or_else(|| Some(Box::new(place.status.clone())))
    }

    /// Where the engines of a server stand.
    pub(in crate::app) fn server_engine(&self, server_id: ServerId) -> Option<ServerEngine> {
        let inner = self.inner();
        let entry = inner.entries.get(&server_id)?;
        let Some(main) = entry.main() else {
            let status = entry.status.clone();
            return Some(ServerEngine { server_id, status, others: Vec::new() });
        };
        let others = entry.engines.iter().filter(|place| place.socket != main.socket);
        let other =
            |it: &Place| OtherEngine { socket: it.socket.clone(), status: it.status.clone() };
        let (status, others) = (main.status.clone(), others.map(other).collect());
        Some(ServerEngine { server_id, status, others })
    }

    /// Where an engine stands.
    pub(super) fn status(&self, server: ServerId, socket: &str) -> Option<EngineStatus> {
        Some(self.inner().entries.get(&server)?.place(socket)?.status.clone())
    }

    /// The sockets of a server's engines, also of those that do not answer (any more).
    pub(super) fn sockets(&self, server: ServerId) -> Vec<String> {
        let inner = self.inner();
        let places = inner.entries.get(&server).into_iter().flat_map(|entry| &entry.engines);
        places.map(|place| place.socket.clone()).collect()
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
        Some(entry.row(entry.containers.get(&which.container_id)?, Utc::now()))
    }

    /// The containers of a server, by project, service and name; those without a project last.
    pub(in crate::app) fn rows(&self, server: ServerId) -> Vec<ContainerRow> {
        let now = Utc::now();
        let inner = self.inner();
        let Some(entry) = inner.entries.get(&server) else { return Vec::new() };
        let mut rows: Vec<_> = entry.containers.values().map(|kept| entry.row(kept, now)).collect();
        drop(inner);
        rows.sort_by(|a, b| order(&a.container).cmp(&order(&b.container)));
        rows
    }

    /// How many containers the engines of a server have that answer; nothing where none does.
    pub(super) fn counts(&self, server: ServerId) -> Option<ContainerCounts> {
        let now = Utc::now();
        let inner = self.inner();
        let entry = inner.entries.get(&server)?;
        entry.engines.iter().find(|place| place.engine.is_some())?;
        let mut counts = ContainerCounts::default();
        let live = entry.containers.values().filter(|kept| entry.is_live(&kept.container.engine));
        for kept in live {
            counts.all += 1;
            counts.running += u32::from(kept.container.state == ContainerState::Running);
            counts.troubled += u32::from(trouble::words(&kept.container, now).is_some());
        }
        Some(counts)
    }

    /// Says where a server and all its engines stand that were not asked yet, or cannot be any more.
    pub(super) fn set_all(&self, server: ServerId, status: &EngineStatus) -> bool {
        let mut inner = self.inner();
        let entry = inner.entry(server);
        let mut changed = entry.status != *status;
        entry.status = status.clone();
        for place in &mut entry.engines {
            changed |= place.set(status.clone());
        }
        changed
    }

    /// Says where a server stands of which no engine is known.
    pub(super) fn set_server(&self, server: ServerId, status: EngineStatus) -> bool {
        let mut inner = self.inner();
        let entry = inner.entry(server);
        let changed = entry.status != status;
        entry.status = status;
        changed
    }

    /// Says where an engine stands that does not answer (any more). What it had stays known.
    pub(super) fn set_status(&self, server: ServerId, socket: &str, status: EngineStatus) -> bool {
        self.inner().entry(server).place_mut(socket).set(status)
    }

    /// Forgets an engine and what it had; whether it was known.
    pub(super) fn drop_engine(&self, server: ServerId, socket: &str) -> bool {
        let mut inner = self.inner();
        inner.clear(server, Some(socket));
        let engines = &mut inner.entry(server).engines;
        let before = engines.len();
        engines.retain(|place| place.socket != socket);
        engines.len() < before
    }

    /// Brings the engines of a server into this order; others come behind.
    pub(super) fn arrange(&self, server: ServerId, sockets: &[String]) {
        let rank = |place: &Place| sockets.iter().position(|socket| *socket == place.socket);
        let mut inner = self.inner();
        inner.entry(server).engines.sort_by_key(|place| rank(place).unwrap_or(usize::MAX));
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
        let socket = info.socket.clone();
        let place = entry.place_mut(&socket);
        let is_new =
            !matches!(&place.status, EngineStatus::Ready { info: old, .. } if *old == info);
        if is_new {
            place.status = EngineStatus::Ready { info, since: Utc::now() };
        }
        place.engine = Some(engine);
        place.lost = None;
        let there: HashSet<&str> = listed.iter().map(|container| container.id.as_str()).collect();
        let gone: Vec<_> = entry
            .containers
            .iter()
            .filter(|(id, kept)| kept.container.engine == socket && !there.contains(id.as_str()))
            .map(|(id, _)| ContainerRef { server_id: server, container_id: id.clone() })
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

    /// Forgets a container that an engine no longer has; whether it was known.
    pub(super) fn remove(&self, server: ServerId, socket: &str, id: &str) -> bool {
        let which = ContainerRef { server_id: server, container_id: id.to_owned() };
        let mut inner = self.inner();
        let is_its = |kept: &Kept| kept.container.engine == socket;
        let known = inner.entry(server).containers.get(id).is_some_and(is_its);
        known && inner.take_away(which)
    }

    /// Forgets a server.
    pub(super) fn forget(&self, server: ServerId) {
        let mut inner = self.inner();
        inner.clear(server, None);
        inner.entries.remove(&server);
    }

    /// Looks again at what is wrong with the containers of a server, some of which passes with time;
    /// whether that is anything new.
    pub(super) fn judge(&self, server: ServerId, now: DateTime<Utc>) -> bool {
        let mut inner = self.inner();
        let revision = inner.revision + 1;
        let Some(entry) = inner.entries.get_mut(&server) else { return false };
        let mut changed = false;
        for kept in entry.containers.values_mut() {
            let trouble = trouble::words(&kept.container, now);
            if kept.trouble != trouble {
                kept.trouble = trouble;
                kept.changed = revision;
                changed = true;
            }
        }
        if changed {
            inner.revision = revision;
        }
        changed
    }

    /// The images of the containers of an engine, by their ids and names.
    pub(super) fn images(&self, server: ServerId, socket: &str) -> HashSet<(String, String)> {
        let inner = self.inner();
        let kept = inner.entries.get(&server).into_iter().flat_map(|it| it.containers.values());
        let containers = kept.map(|kept| &kept.container).filter(|it| it.engine == socket);
        containers.map(|it| (it.image_id.clone(), it.image.clone())).collect()
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
            changed.map(|kept| entry.row(kept, now))
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

fn order(container: &Container) -> (bool, Option<&str>, Option<&str>, &str) {
    let project = container.project.as_deref();
    (project.is_none(), project, container.service.as_deref(), &container.name)
}

#[cfg(test)]
#[path = "board_tests.rs"]
mod tests;
