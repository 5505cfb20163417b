//! Pulling the images of an app, layer by layer.

use super::{planning::images, trouble::Trouble, worker::Worker};
use crate::{
    catalog,
    docker::{Engine, LayerState, Layers},
    domain::installed_app::PulledLayer,
};
use std::{
    collections::BTreeMap,
    pin::pin,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

/// How long a pull may still take that is ended when all its layers have come. An engine whose pull is broken
/// off between the layers and the name keeps an image that nobody can name.
const LAST_MOMENT: Duration = Duration::from_secs(10);
/// The same where some of it has yet to come: small layers come faster than they are told of.
const MOMENT: Duration = Duration::from_secs(1);

impl Worker {
    /// Pulls the images that are not there, and pins the compose file to what was pulled.
    pub(super) async fn pull(&mut self, engine: &Engine) -> Result<(), Trouble> {
        let config = &self.app.config;
        let wanted = images(&config.project);
        let (manifest, values) = (config.manifest.clone(), config.values.clone());
        let digests = self.pull_all(engine, &wanted).await?;
        self.app.config.compose = catalog::pin(&manifest.compose, &values, &digests);
        self.save().await
    }

    /// Pulls those of these images that are not there; gives the digests of all that have one.
    pub(super) async fn pull_all(
        &self,
        engine: &Engine,
        images: &[String],
    ) -> Result<BTreeMap<String, String>, Trouble> {
        let there = engine.images_there(images).await?;
        for image in images.iter().filter(|image| !there.contains_key(*image)) {
            let pulled = self.pull_one(engine, image).await;
            pulled.map_err(|trouble| trouble.while_doing(&format!("pulling {image}")))?;
        }
        let there = engine.images_there(images).await?;
        Ok(there.into_iter().filter_map(|(image, digest)| Some((image, digest?))).collect())
    }

    async fn pull_one(&self, engine: &Engine, image: &str) -> Result<(), Trouble> {
        let is_nearly_there = AtomicBool::new(false);
        let mut tell = |layers: &Layers| {
            let is_to_come = |state| matches!(state, LayerState::Waiting | LayerState::Downloading);
            let has_come = !layers.all().iter().any(|layer| is_to_come(layer.state));
            is_nearly_there.store(has_come, Ordering::Relaxed);
            self.doing.tell(|step| {
                step.detail = Some(image.to_owned());
                step.layers = layers.all().iter().map(told).collect();
            });
        };
        let mut pulling = pin!(engine.pull(image, &mut tell));
        tokio::select! {
            pulled = &mut pulling => return Ok(pulled?),
            () = self.doing.cancel.cancelled() => {}
        }
        let wait = if is_nearly_there.load(Ordering::Relaxed) { LAST_MOMENT } else { MOMENT };
        // Whatever comes of it is removed with the rest.
        let _ = tokio::time::timeout(wait, pulling).await;
        Err(Trouble::Cancelled)
    }
}

fn told(layer: &crate::docker::Layer) -> PulledLayer {
    PulledLayer {
        id: layer.id.clone(),
        current_bytes: layer.current_bytes,
        total_bytes: layer.total_bytes,
        is_done: layer.state == LayerState::Done,
    }
}
