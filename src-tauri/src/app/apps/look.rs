//! What an app is made of on its server, as the engine says and not as somebody asked for it.

use super::{page, trouble::Trouble, worker::Worker};
use crate::{
    docker::Engine,
    domain::{
        app_project::MountSource,
        installed_app::{AppBind, AppNetwork, AppVolume},
    },
};

impl Worker {
    /// Looks at each of its containers, and notes what is there.
    pub(super) async fn look(&mut self, engine: &Engine) -> Result<(), Trouble> {
        let containers = self.containers(engine).await?;
        let page = page::service(&self.app);
        let main = containers
            .iter()
            .find(|one| page.is_some() && one.service == page)
            .or_else(|| containers.first());
        let main = main.map(|one| (one.id.clone(), one.name.clone()));
        (self.app.container_id, self.app.container_name) = main.unzip();
        let (mut networks, mut volumes, mut binds) = (Vec::new(), Vec::new(), Vec::new());
        for container in &containers {
            let found = engine.inspect(&container.id).await?;
            let service = container.service.clone().unwrap_or_else(|| container.name.clone());
            for network in found.networks() {
                let is_own = self.is_own_network(&network.name);
                let network = AppNetwork { name: network.name, is_own };
                if !networks.contains(&network) {
                    networks.push(network);
                }
            }
            for mount in found.mounts() {
                match (mount.kind.as_str(), mount.name) {
                    ("volume", Some(name)) => volumes.push(AppVolume {
                        is_own: !self.is_external_volume(&name),
                        name,
                        service: service.clone(),
                        target: mount.destination,
                    }),
                    ("bind", _) => binds.push(AppBind {
                        path: mount.source,
                        service: service.clone(),
                        target: mount.destination,
                        is_read_only: !mount.is_writable,
                    }),
                    _ => {}
                }
            }
        }
        (self.app.networks, self.app.volumes, self.app.binds) = (networks, volumes, binds);
        self.save().await
    }

    fn is_own_network(&self, name: &str) -> bool {
        self.app.config.project.networks.iter().any(|one| one.name == name && !one.is_external)
    }

    fn is_external_volume(&self, wanted: &str) -> bool {
        self.app.config.project.mounts.iter().any(|mount| {
            matches!(&mount.source, MountSource::Volume { name, is_external: true } if name == wanted)
        })
    }
}
