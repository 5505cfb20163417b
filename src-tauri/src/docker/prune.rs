//! What clearing out would take. It never uses the engine's own way of clearing out, which decides
//! anew what goes, after somebody agreed to something else.

use super::{client::Engine, error::EngineError, uses::User};
use crate::domain::{
    engine_store::{Image, Network, PruneItem, PruneKind, Volume},
    id::ServerId,
};

/// One thing that nobody uses.
#[derive(Clone, Debug, PartialEq)]
pub struct Unused {
    /// How people see it.
    pub item: PruneItem,
    /// What returns when it alone goes, bytes; absent where the engine does not say.
    pub own_bytes: Option<u64>,
    /// The image itself, whose names have to be removed as well.
    image: Option<Image>,
}

impl Engine {
    /// What of a kind nobody uses at this moment; with sizes where they are wanted, which takes the
    /// engine longer.
    ///
    /// # Errors
    /// When the engine does not answer.
    pub async fn unused(
        &self,
        server: ServerId,
        kind: PruneKind,
        with_sizes: bool,
    ) -> Result<Vec<Unused>, EngineError> {
        Ok(match kind {
            PruneKind::Containers => {
                let users = self.users(with_sizes).await?;
                users.iter().filter(|user| has_ended(user)).map(|user| self.ended(user)).collect()
            }
            PruneKind::DanglingImages | PruneKind::UnusedImages => {
                let is_wanted = |image: &Image| {
                    image.used_by.is_empty()
                        && (kind == PruneKind::UnusedImages || image.tags.is_empty())
                };
                let images = self.images(server).await?;
                images.into_iter().filter(is_wanted).map(unused_image).collect()
            }
            PruneKind::AnonymousVolumes | PruneKind::UnusedVolumes => {
                let copies = self.kept_copies().await?;
                let is_wanted = |volume: &Volume| {
                    volume.used_by.is_empty()
                        && !copies.contains(&volume.name)
                        && (kind == PruneKind::UnusedVolumes || volume.is_anonymous)
                };
                let volumes = self.volumes(server, with_sizes).await?;
                volumes.into_iter().filter(is_wanted).map(unused_volume).collect()
            }
            PruneKind::UnusedNetworks => {
                let is_wanted =
                    |network: &Network| network.used_by.is_empty() && !network.is_builtin;
                let networks = self.networks(server).await?;
                networks.into_iter().filter(is_wanted).map(unused_network).collect()
            }
        })
    }

    fn ended(&self, container: &User) -> Unused {
        let bytes = container.size_rw.and_then(|bytes| u64::try_from(bytes).ok());
        let engine = self.info().socket.clone();
        let item = PruneItem { engine, id: container.id.clone(), name: container.name(), bytes };
        Unused { item, own_bytes: bytes, image: None }
    }

    /// Removes one of them. The engine refuses when somebody uses it by now.
    ///
    /// # Errors
    /// When the engine refuses, or cannot be reached.
    pub async fn remove_unused(&self, kind: PruneKind, thing: &Unused) -> Result<(), EngineError> {
        let id = &thing.item.id;
        match (kind, &thing.image) {
            (_, Some(image)) => self.remove_image(image).await,
            (PruneKind::Containers, None) => self.remove_container(id, false, false).await,
            (PruneKind::UnusedNetworks, None) => self.remove_network(id).await,
            (_, None) => self.remove_volume(id).await,
        }
    }
}

fn has_ended(container: &User) -> bool {
    matches!(container.state.as_str(), "created" | "exited" | "dead" | "stopped" | "configured")
}

fn unused_image(image: Image) -> Unused {
    let name = image.tags.first().or(image.digests.first()).cloned();
    let name =
        name.unwrap_or_else(|| image.id.trim_start_matches("sha256:").chars().take(12).collect());
    let (engine, id) = (image.engine.clone(), image.id.clone());
    let item = PruneItem { engine, id, name, bytes: Some(image.size_bytes) };
    let own_bytes = image.shared_bytes.map(|shared| image.size_bytes.saturating_sub(shared));
    Unused { item, own_bytes, image: Some(image) }
}

fn unused_volume(volume: Volume) -> Unused {
    let Volume { engine, name, size_bytes: bytes, .. } = volume;
    let item = PruneItem { engine, id: name.clone(), name, bytes };
    Unused { own_bytes: item.bytes, item, image: None }
}

fn unused_network(network: Network) -> Unused {
    let Network { engine, id, name, .. } = network;
    let item = PruneItem { engine, id, name, bytes: None };
    Unused { item, own_bytes: None, image: None }
}
