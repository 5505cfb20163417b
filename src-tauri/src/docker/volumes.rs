//! Volumes of an engine: what mounts them, what is in them, and removing them.

use super::{
    ask::{USUAL, checked},
    bounded::{Few, MOST},
    client::Engine,
    error::EngineError,
    images::MEASURING,
    uses::{PROJECT, moment, or_default, short, used_by},
    volume_copy::COPY_OF,
};
use crate::domain::{engine_store::Volume, id::ServerId};
use bollard::query_parameters::RemoveVolumeOptions;
use serde::Deserialize;
use std::collections::{HashMap, HashSet};

/// A label of Docker, on volumes that it named itself.
const ANONYMOUS: &str = "com.docker.volume.anonymous";

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Volumes {
    volumes: Few<Listed, MOST>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Listed {
    name: String,
    driver: String,
    mountpoint: String,
    created_at: Option<String>,
    #[serde(deserialize_with = "or_default")]
    labels: HashMap<String, String>,
    usage_data: Option<Usage>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Usage {
    size: Option<i64>,
}

impl Engine {
    /// All volumes, by name; with what is in them where that is wanted, which the engine has to
    /// count file by file.
    ///
    /// # Errors
    /// When the engine does not answer.
    pub async fn volumes(
        &self,
        server: ServerId,
        with_sizes: bool,
    ) -> Result<Vec<Volume>, EngineError> {
        let sizes = async {
            if with_sizes { self.volume_sizes().await.unwrap_or_default() } else { HashMap::new() }
        };
        let (listed, users, sizes) =
            futures::join!(self.ask::<Volumes>("/volumes", &[], USUAL), self.users(false), sizes,);
        let users = users?;
        let volume = |listed: Listed| Volume {
            server_id: server,
            engine: self.info().socket.clone(),
            driver: short(&listed.driver),
            mountpoint: short(&listed.mountpoint),
            project: listed.labels.get(PROJECT).map(|project| short(project)),
            is_anonymous: is_anonymous(&listed),
            created_at: listed.created_at.as_deref().and_then(moment),
            size_bytes: sizes.get(&listed.name).copied(),
            used_by: used_by(&users, server, |user| user.mounts(&listed.name)),
            name: listed.name,
        };
        let listed = listed?.volumes.of(&self.info().socket, "volumes");
        let mut volumes: Vec<Volume> = listed.into_iter().map(volume).collect();
        volumes.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(volumes)
    }

    /// Names of the volumes with the data that apps are put back to: nobody uses them, and nobody wants them
    /// cleared out.
    pub(super) async fn kept_copies(&self) -> Result<HashSet<String>, EngineError> {
        let filters = format!(r#"{{"label":["{COPY_OF}"]}}"#);
        let listed: Volumes = self.ask("/volumes", &[("filters", &filters)], USUAL).await?;
        Ok(listed.volumes.kept.into_iter().map(|volume| volume.name).collect())
    }

    pub(super) async fn volume_sizes(&self) -> Result<HashMap<String, u64>, EngineError> {
        let usage: Volumes = self.ask("/system/df", &[("type", "volume")], MEASURING).await?;
        let measured = usage.volumes.kept.into_iter().filter_map(|volume| {
            let size = u64::try_from(volume.usage_data?.size?).ok()?;
            Some((volume.name, size))
        });
        Ok(measured.collect())
    }

    /// Removes a volume and what is in it. The engine refuses when a container mounts it.
    ///
    /// # Errors
    /// When the engine refuses, or cannot be reached.
    pub async fn remove_volume(&self, name: &str) -> Result<(), EngineError> {
        let (name, docker) = (checked(name)?, self.for_changes()?);
        let done = docker.remove_volume(name, None::<RemoveVolumeOptions>).await;
        done.map_err(|error| self.refusal(error))
    }
}

/// Whether the engine named it: Docker says so since version 24, and always by 64 random digits.
fn is_anonymous(volume: &Listed) -> bool {
    let is_random = volume.name.len() == 64
        && volume.name.chars().all(|char| matches!(char, '0'..='9' | 'a'..='f'));
    volume.labels.contains_key(ANONYMOUS) || is_random
}
