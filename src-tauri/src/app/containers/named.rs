//! What the arguments of a command on engines name, in words: a person who has to say yes to an
//! assistant's plan reads names, not ids.

use super::{actions::shown, resources::image_name};
use crate::{
    app::{Tomo, error::AppError},
    domain::{container::ContainerRef, engine_store::PruneKind, id::ServerId},
};
use serde::Deserialize;
use serde_json::Value;

/// Which fields of the arguments are said in words.
pub(in crate::app) const SAID: [&str; 3] = ["containers", "ids", "server_id"];

/// What is named.
pub(in crate::app) struct NamedThings {
    /// `web on nas`, one for each.
    pub(in crate::app) names: Vec<String>,
    /// The server, where everything is on one.
    pub(in crate::app) server: Option<ServerId>,
}

/// The part of the arguments that names things.
#[derive(Deserialize)]
struct Arguments {
    #[serde(default)]
    containers: Vec<ContainerRef>,
    server_id: Option<ServerId>,
    #[serde(default)]
    ids: Vec<String>,
    kind: Option<PruneKind>,
    engine: Option<String>,
}

impl Tomo {
    /// What a command on containers or on what engines keep would be done to; nothing for other
    /// commands.
    ///
    /// # Errors
    /// When something is named that is not there, or its engine does not answer.
    pub(in crate::app) async fn named_on_engines(
        &self,
        command: &str,
        arguments: &Value,
    ) -> Result<Option<NamedThings>, AppError> {
        let Ok(arguments) = serde_json::from_value::<Arguments>(arguments.clone()) else {
            return Ok(None);
        };
        let servers: Vec<_> = match arguments.server_id {
            Some(server) => vec![server],
            None => arguments.containers.iter().map(|which| which.server_id).collect(),
        };
        let names = match (command, arguments.server_id) {
            ("container.remove", _) => self.named_containers(&arguments.containers)?,
            ("prune.run", Some(server)) if arguments.kind == Some(PruneKind::Containers) => {
                let ids = arguments.ids.into_iter();
                let which = ids.map(|id| ContainerRef { server_id: server, container_id: id });
                self.named_containers(&which.collect::<Vec<_>>())?
            }
            ("image.remove" | "volume.remove" | "network.remove" | "prune.run", Some(server)) => {
                let known = self.kept_on_engines(command, &arguments, server).await?;
                let place = self.server_name(server);
                let name = |id: String| {
                    let found = known.iter().find(|(known, _)| *known == id);
                    found.map(|(_, name)| format!("{} on {place}", shown(name)))
                };
                let names: Option<Vec<_>> = arguments.ids.iter().cloned().map(name).collect();
                names.ok_or(AppError::NotFound("image, volume or network"))?
            }
            _ => return Ok(None),
        };
        let one = servers.first().filter(|first| servers.iter().all(|server| server == *first));
        Ok(Some(NamedThings { names, server: one.copied() }))
    }

    fn named_containers(&self, which: &[ContainerRef]) -> Result<Vec<String>, AppError> {
        let name = |which: &ContainerRef| {
            let container = self.container(which)?;
            let runs = if container.is_up() { " (runs)" } else { "" };
            let server = self.server_name(which.server_id);
            Ok(format!("{} on {server}{runs}", shown(&container.name)))
        };
        which.iter().map(name).collect()
    }

    /// The ids and names of everything of one kind that the engines of a server keep, or the one engine
    /// that is named.
    async fn kept_on_engines(
        &self,
        command: &str,
        arguments: &Arguments,
        server: ServerId,
    ) -> Result<Vec<(String, String)>, AppError> {
        let (images, volumes) = match arguments.kind {
            Some(PruneKind::DanglingImages | PruneKind::UnusedImages) => (true, false),
            Some(PruneKind::AnonymousVolumes | PruneKind::UnusedVolumes) => (false, true),
            _ => (command == "image.remove", command == "volume.remove"),
        };
        let mut kept = Vec::new();
        for engine in self.engines(server)? {
            if arguments.engine.as_ref().is_some_and(|wanted| *wanted != engine.info().socket) {
                continue;
            }
            if images {
                let images = engine.images(server).await?.into_iter();
                kept.extend(images.map(|image| (image.id.clone(), image_name(&image))));
            } else if volumes {
                let volumes = engine.volumes(server, false).await?.into_iter();
                kept.extend(volumes.map(|volume| (volume.name.clone(), volume.name)));
            } else {
                let networks = engine.networks(server).await?.into_iter();
                kept.extend(networks.map(|network| (network.id, network.name)));
            }
        }
        Ok(kept)
    }
}
