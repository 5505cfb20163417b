//! What is held of each server: its engines, its containers, and when each of these changed.

use super::super::trouble;
use crate::{
    docker::Engine,
    domain::{
        container::{Container, ContainerFigures, ContainerRef, ContainerRow},
        engine::EngineStatus,
        id::ServerId,
    },
};
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, HashMap, VecDeque};

/// Containers that went, which are remembered for windows that have not heard of it.
pub(super) const GONE_KEPT: usize = 1_000;

/// A container, and when it changed.
pub(super) struct Kept {
    pub(super) container: Container,
    pub(super) figures: Option<ContainerFigures>,
    /// What was wrong with it when that was last looked at: some troubles pass with time.
    pub(super) trouble: Option<String>,
    pub(super) changed: u64,
}

/// One engine of a server.
pub(super) struct Place {
    pub(super) socket: String,
    pub(super) status: EngineStatus,
    pub(super) engine: Option<Engine>,
    /// Since when it does not answer, although it did.
    pub(super) lost: Option<DateTime<Utc>>,
}

/// One server.
pub(super) struct Entry {
    /// Where it stands while no engine of it is known.
    pub(super) status: EngineStatus,
    /// In the order of their preference.
    pub(super) engines: Vec<Place>,
    /// Of all its engines.
    pub(super) containers: BTreeMap<String, Kept>,
}

impl Entry {
    pub(super) fn place(&self, socket: &str) -> Option<&Place> {
        self.engines.iter().find(|place| place.socket == socket)
    }

    pub(super) fn place_mut(&mut self, socket: &str) -> &mut Place {
        let known = self.engines.iter().position(|place| place.socket == socket);
        let at = known.unwrap_or_else(|| {
            self.engines.push(Place {
                socket: socket.to_owned(),
                status: EngineStatus::Looking,
                engine: None,
                lost: None,
            });
            self.engines.len() - 1
        });
        &mut self.engines[at]
    }

    /// The engine that stands for the server: the first that answers.
    pub(super) fn main(&self) -> Option<&Place> {
        self.engines.iter().find(|place| place.engine.is_some()).or(self.engines.first())
    }

    pub(super) fn lost(&self, container: &Container) -> Option<DateTime<Utc>> {
        self.place(&container.engine).and_then(|place| place.lost)
    }

    pub(super) fn row(&self, kept: &Kept, now: DateTime<Utc>) -> ContainerRow {
        ContainerRow {
            container: kept.container.clone(),
            figures: kept.figures.clone(),
            trouble: trouble::words(&kept.container, now),
            old_since: self.lost(&kept.container),
        }
    }

    pub(super) fn is_live(&self, socket: &str) -> bool {
        self.place(socket).is_some_and(|place| place.engine.is_some())
    }
}

#[derive(Default)]
pub(super) struct Inner {
    pub(super) entries: HashMap<ServerId, Entry>,
    /// Grows with each change.
    pub(super) revision: u64,
    pub(super) gone: VecDeque<(u64, ContainerRef)>,
    /// The last revision whose departures are not all remembered.
    pub(super) forgotten: u64,
}

impl Inner {
    pub(super) fn entry(&mut self, server: ServerId) -> &mut Entry {
        self.entries.entry(server).or_insert_with(|| Entry {
            status: EngineStatus::Unknown,
            engines: Vec::new(),
            containers: BTreeMap::new(),
        })
    }

    pub(super) fn next(&mut self) -> u64 {
        self.revision += 1;
        self.revision
    }

    pub(super) fn put(&mut self, container: Container) -> bool {
        let revision = self.revision + 1;
        let trouble = trouble::words(&container, Utc::now());
        let entry = self.entry(container.server_id);
        if let Some(known) = entry.containers.get(&container.id)
            && known.container.engine != container.engine
            && entry.is_live(&known.container.engine)
        {
            // No two engines have a container of the same id, whatever one of them says.
            return false;
        }
        match entry.containers.get_mut(&container.id) {
            Some(kept) if kept.container == container => return false,
            Some(kept) => {
                if !container.is_up() {
                    kept.figures = None;
                }
                kept.container = container;
                kept.trouble = trouble;
                kept.changed = revision;
            }
            None => {
                let id = container.id.clone();
                let kept = Kept { container, figures: None, trouble, changed: revision };
                entry.containers.insert(id, kept);
            }
        }
        self.revision = revision;
        true
    }

    pub(super) fn take_away(&mut self, which: ContainerRef) -> bool {
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

impl Inner {
    /// Forgets the containers of one engine of a server, or of all.
    pub(super) fn clear(&mut self, server: ServerId, socket: Option<&str>) {
        let is_its = |kept: &Kept| socket.is_none_or(|socket| kept.container.engine == socket);
        let containers = self.entry(server).containers.iter();
        let ids: Vec<_> =
            containers.filter(|(_, kept)| is_its(kept)).map(|(id, _)| id.clone()).collect();
        for container_id in ids {
            self.take_away(ContainerRef { server_id: server, container_id });
        }
    }
}

impl Place {
    /// Takes where it stands while it does not answer; whether that is anything new.
    pub(super) fn set(&mut self, status: EngineStatus) -> bool {
        if !matches!(status, EngineStatus::Looking) && self.engine.take().is_some() {
            self.lost = Some(Utc::now());
        }
        let changed = self.status != status;
        self.status = status;
        changed
    }
}
