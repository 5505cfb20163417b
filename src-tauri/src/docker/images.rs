//! Images of an engine: what uses them, what they take, and removing them.

use super::{
    ask::{USUAL, checked, checked_image},
    client::Engine,
    error::EngineError,
    uses::{or_default, short, used_by},
};
use crate::domain::{engine_store::Image, id::ServerId};
use bollard::query_parameters::RemoveImageOptions;
use chrono::DateTime;
use futures::TryFutureExt;
use serde::Deserialize;
use std::{collections::HashMap, time::Duration};

/// How long measuring may take: the list is worth more than the sizes in it.
pub(super) const MEASURING: Duration = Duration::from_secs(20);
/// What engines call an image without a name.
const NAMELESS: &str = "<none>";

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Listed {
    id: String,
    #[serde(deserialize_with = "or_default")]
    repo_tags: Vec<String>,
    #[serde(deserialize_with = "or_default")]
    repo_digests: Vec<String>,
    created: i64,
    size: i64,
}

/// What an engine says of space; bytes, -1 where it did not measure.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Usage {
    #[serde(deserialize_with = "or_default")]
    images: Vec<Measured>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Measured {
    id: String,
    shared_size: Option<i64>,
}

impl Engine {
    /// All images, without those that are only steps of others; the largest first.
    ///
    /// # Errors
    /// When the engine does not answer.
    pub async fn images(&self, server: ServerId) -> Result<Vec<Image>, EngineError> {
        let (listed, users, shared) = futures::join!(
            self.ask::<Vec<Listed>>("/images/json", &[], USUAL),
            self.users(false),
            self.shared_sizes().unwrap_or_else(|_| HashMap::new()),
        );
        let users = users?;
        let named = |names: Vec<String>| -> Vec<String> {
            names.iter().filter(|name| !name.contains(NAMELESS)).map(|name| short(name)).collect()
        };
        let image = |listed: Listed| Image {
            server_id: server,
            engine: self.info().socket.clone(),
            tags: named(listed.repo_tags),
            digests: named(listed.repo_digests),
            created_at: DateTime::from_timestamp(listed.created, 0).filter(|at| at.timestamp() > 0),
            size_bytes: u64::try_from(listed.size).unwrap_or_default(),
            shared_bytes: shared.get(&listed.id).copied(),
            used_by: used_by(&users, server, |user| user.is_of(&listed.id)),
            id: listed.id,
        };
        let mut images: Vec<Image> = listed?.into_iter().map(image).collect();
        images.sort_by(|a, b| b.size_bytes.cmp(&a.size_bytes).then_with(|| a.tags.cmp(&b.tags)));
        Ok(images)
    }

    /// What each image has in common with others, bytes, where the engine says so.
    async fn shared_sizes(&self) -> Result<HashMap<String, u64>, EngineError> {
        let usage: Usage = self.ask("/system/df", &[("type", "image")], MEASURING).await?;
        let measured = usage.images.into_iter().filter_map(|image| {
            let shared = u64::try_from(image.shared_size?).ok()?;
            Some((image.id, shared))
        });
        Ok(measured.collect())
    }

    /// Removes an image that no container uses, with all its names. The engine refuses when one does.
    ///
    /// # Errors
    /// When the engine refuses, or cannot be reached.
    pub async fn remove_image(&self, image: &Image) -> Result<(), EngineError> {
        let docker = self.for_changes()?;
        let by_id =
            docker.remove_image(checked(&image.id)?, None::<RemoveImageOptions>, None).await;
        let several = image.tags.len() + image.digests.len() > 1;
        match by_id.map_err(|error| self.refusal(error)) {
            Ok(_) => return Ok(()),
            Err(EngineError::Refused { status: 409, .. }) if several => {}
            Err(error) => return Err(error),
        }
        // By its id an image of several names is only removed by force, which would also take it from
        // under a container that is stopped. The last name takes the image along, a tag its digests.
        for name in image.tags.iter().chain(&image.digests) {
            let name = checked_image(name)?;
            let done = docker.remove_image(name, None::<RemoveImageOptions>, None).await;
            match done.map_err(|error| self.refusal(error)) {
                Ok(_) | Err(EngineError::NotFound(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}
