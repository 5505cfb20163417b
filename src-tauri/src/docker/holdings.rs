//! What an engine holds that an app would make or use: volumes, networks, images, and who has its name.

use super::{
    actions::is_gone,
    ask::{USUAL, checked_image},
    bounded::{Few, MOST},
    client::Engine,
    error::EngineError,
    text,
    uses::{PROJECT, or_default},
};
use bollard::{
    models::ImageInspect,
    query_parameters::{RemoveImageOptions, RemoveVolumeOptions},
};
use futures::{StreamExt, stream};
use oci_spec::distribution::Reference;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// How many images are asked about at a time.
const AT_ONCE: usize = 4;

/// What an engine holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holdings {
    /// Names of volumes.
    pub volumes: BTreeSet<String>,
    /// Names of networks.
    pub networks: BTreeSet<String>,
    /// Of the images that were asked about, those that are there, each with its digest where it has one.
    pub images: BTreeMap<String, Option<String>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Named {
    name: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Volumes {
    #[serde(deserialize_with = "or_default")]
    volumes: Vec<Named>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Labelled {
    #[serde(deserialize_with = "or_default")]
    labels: BTreeMap<String, String>,
}

impl Engine {
    /// Volumes, networks, and which of these images are there.
    ///
    /// # Errors
    /// When the engine does not answer.
    pub async fn holdings(&self, images: &[String]) -> Result<Holdings, EngineError> {
        let (volumes, networks, images) = futures::join!(
            self.ask::<Volumes>("/volumes", &[], USUAL),
            self.ask::<Few<Named, MOST>>("/networks", &[], USUAL),
            self.images_there(images),
        );
        let names = |all: Vec<Named>| all.into_iter().map(|one| one.name).collect();
        Ok(Holdings {
            volumes: names(volumes?.volumes),
            networks: names(networks?.of(&self.info().socket, "networks")),
            images: images?,
        })
    }

    /// Which of these images are there, each with its digest where it has one.
    ///
    /// # Errors
    /// When the engine does not answer.
    pub async fn images_there(
        &self,
        images: &[String],
    ) -> Result<BTreeMap<String, Option<String>>, EngineError> {
        let asked: Vec<_> = stream::iter(images.to_vec())
            .map(|image| async move {
                let found = self.image_there(&image).await;
                (image, found)
            })
            .buffer_unordered(AT_ONCE.min(self.at_once()))
            .collect()
            .await;
        let mut there = BTreeMap::new();
        for (image, found) in asked {
            match found {
                Ok(digest) => {
                    there.insert(image, digest);
                }
                Err(EngineError::NotFound(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(there)
    }

    /// The digest of an image that is there.
    async fn image_there(&self, image: &str) -> Result<Option<String>, EngineError> {
        let path = format!("/images/{}/json", checked_image(image)?);
        let found: ImageInspect = self.ask(&path, &[], USUAL).await?;
        // The digest under its own repository: an image may be known under several.
        let Ok(wanted) = image.parse::<Reference>() else { return Ok(None) };
        let digests = found.repo_digests.unwrap_or_default();
        let own = digests.iter().find_map(|digest| {
            let known: Reference = digest.parse().ok()?;
            let is_same =
                known.registry() == wanted.registry() && known.repository() == wanted.repository();
            known.digest().filter(|_| is_same).map(|digest| text(digest, 80))
        });
        Ok(own)
    }

    /// Removes a volume; one that is not there is removed already.
    ///
    /// # Errors
    /// When the engine refuses, or cannot be reached.
    pub async fn forget_volume(&self, name: &str) -> Result<(), EngineError> {
        let name = super::ask::checked(name)?;
        let done = self.for_changes()?.remove_volume(name, None::<RemoveVolumeOptions>).await;
        is_gone(done.map_err(|error| self.refusal(error)))
    }

    /// Removes a network that compose made for this project; one that is not there, or is somebody else's, is
    /// left alone.
    ///
    /// # Errors
    /// When the engine refuses, or cannot be reached.
    pub async fn forget_network(&self, name: &str, project: &str) -> Result<(), EngineError> {
        let name = super::ask::checked(name)?;
        let found = self.ask::<Labelled>(&format!("/networks/{name}"), &[], USUAL).await;
        match found {
            Ok(found) if found.labels.get(PROJECT).is_some_and(|own| own == project) => {
                let done = self.for_changes()?.remove_network(name).await;
                is_gone(done.map_err(|error| self.refusal(error)))
            }
            Ok(_) | Err(EngineError::NotFound(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Takes a name from an image, and the image with its last one; one that is not there is removed
    /// already.
    ///
    /// # Errors
    /// When a container uses it, the engine refuses, or cannot be reached.
    pub async fn forget_image(&self, image: &str) -> Result<(), EngineError> {
        let image = checked_image(image)?;
        let done = self.for_changes()?.remove_image(image, None::<RemoveImageOptions>, None).await;
        is_gone(done.map(drop).map_err(|error| self.refusal(error)))
    }
}
