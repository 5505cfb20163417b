//! What is known of every engine and its containers right now, in memory. It decides nothing: the
//! watches of the engines write it, front doors read it.

use crate::{
    docker::Engine,
    domain::{
        container::{Container, ContainerRef},
        engine::EngineStatus,
        id::ServerId,
    },
};
use std::{
    collections::{BTreeMap, HashMap},
    sync::{Mutex, MutexGuard, PoisonError},
};

/// One server.
struct Entry {
    status: EngineStatus,
    engine: Option<Engine>,
    containers: BTreeMap<String, Container>,
}

/// See the module.
#[derive(Default)]
pub(in crate::app) struct Board {
    entries: Mutex<HashMap<ServerId, Entry>>,
}

impl Board {
    fn entries(&self) -> MutexGuard<'_, HashMap<ServerId, Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The engine of a server, when it answers.
    pub(in crate::app) fn engine(&self, server: ServerId) -> Option<Engine> {
        self.entries().get(&server).and_then(|entry| entry.engine.clone())
    }

    /// Where the engine of a server stands.
    pub(in crate::app) fn status(&self, server: ServerId) -> Option<EngineStatus> {
        self.entries().get(&server).map(|entry| entry.status.clone())
    }

    /// The containers of a server whose processes exist.
    pub(in crate::app) fn up(&self, server: ServerId) -> Vec<Container> {
        let entries = self.entries();
        let containers =
            entries.get(&server).into_iter().flat_map(|entry| entry.containers.values());
        containers.filter(|container| container.is_up()).cloned().collect()
    }

    /// A container that is listed.
    pub(in crate::app) fn container(&self, which: &ContainerRef) -> Option<Container> {
        let entries = self.entries();
        entries.get(&which.server_id)?.containers.get(&which.container_id).cloned()
    }
}
