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
    query_parameters::{RemoveImageOptions, RemoveVolumeOptions, TagImageOptionsBuilder},
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

/// An image that an engine has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeptImage {
    /// Its id.
    pub id: String,
    /// Its names with tags.
    pub tags: Vec<String>,
    /// Its names with digests.
    pub digests: Vec<String>,
}

impl KeptImage {
    /// The digests under which it came from where this name leads to: registries that give the same image anew
    /// may give it another.
    #[must_use]
    pub fn digests_of(&self, image: &str) -> Vec<String> {
        let Ok(wanted) = image.parse::<Reference>() else { return Vec::new() };
        let of = |known: &String| {
            let known: Reference = known.parse().ok()?;
            let is_same =
                known.registry() == wanted.registry() && known.repository() == wanted.repository();
            known.digest().filter(|_| is_same).map(|digest| text(digest, 140))
        };
        self.digests.iter().filter_map(of).collect()
    }
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

    /// The digest of an image that is there, under its own repository: it may be known under several.
    async fn image_there(&self, image: &str) -> Result<Option<String>, EngineError> {
        let kept = self.kept_image(image).await?;
        let kept = kept.ok_or_else(|| EngineError::NotFound("there is no such image".into()))?;
        Ok(kept.digests_of(image).into_iter().next())
    }

    /// An image as the engine has it, by any of its names; none where it is not there.
    ///
    /// # Errors
    /// When the engine does not answer.
    pub async fn kept_image(&self, image: &str) -> Result<Option<KeptImage>, EngineError> {
        let path = format!("/images/{}/json", checked_image(image)?);
        let found: ImageInspect = match self.ask(&path, &[], USUAL).await {
            Ok(found) => found,
            Err(EngineError::NotFound(_)) => return Ok(None),
            Err(error) => return Err(error),
        };
        Ok(Some(KeptImage {
            id: text(&found.id.unwrap_or_default(), 80),
            tags: found.repo_tags.unwrap_or_default(),
            digests: found.repo_digests.unwrap_or_default(),
        }))
    }

    /// Gives an image that is there another name; an image that had it loses it.
    ///
    /// # Errors
    /// When the image is not there, the name is none, or the engine refuses.
    pub async fn name_image(&self, image: &str, name: &str) -> Result<(), EngineError> {
        let wanted: Reference = name.parse().map_err(|_| {
            EngineError::NotFound(format!("'{}' is no name of an image", text(name, 200)))
        })?;
        let repository = format!("{}/{}", wanted.registry(), wanted.repository());
        let tag = wanted.tag().unwrap_or("latest");
        let options = TagImageOptionsBuilder::new().repo(&repository).tag(tag).build();
        let done = self.for_changes()?.tag_image(checked_image(image)?, Some(options)).await;
        done.map_err(|error| self.refusal(error))
    }

    /// Removes an image that is named by its digest, unless it has another name by now.
    ///
    /// # Errors
    /// When a container uses it, the engine refuses, or cannot be reached.
    pub async fn forget_digest(&self, image: &str) -> Result<(), EngineError> {
        match self.kept_image(image).await? {
            Some(kept) if kept.tags.is_empty() => self.forget_image(image).await,
            _ => Ok(()),
        }
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
