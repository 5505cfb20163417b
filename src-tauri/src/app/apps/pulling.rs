//! Pulling the images of an app, layer by layer.

use super::{planning::images, pull_words, trouble::Trouble, worker::Worker};
use crate::{
    catalog,
    docker::{
        Engine, LayerState, Layers,
        registry::{HasLogin, Logins},
    },
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
        let mut there = engine.images_there(images).await?;
        if images.iter().any(|image| !there.contains_key(image)) {
            let logins = engine.logins().await;
            for image in images.iter().filter(|image| !there.contains_key(*image)) {
                self.pull_one(engine, image, &logins).await?;
            }
            there = engine.images_there(images).await?;
        }
        Ok(there.into_iter().filter_map(|(image, digest)| Some((image, digest?))).collect())
    }

    /// Pulls an image, whatever of its name is there; gives its digest, as far as the engine says.
    pub(super) async fn pull_one(
        &self,
        engine: &Engine,
        image: &str,
        logins: &Logins,
    ) -> Result<Option<String>, Trouble> {
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
        let has_login = logins.of_image(image);
        let login = match has_login {
            HasLogin::Plain(login) => Some(login),
            HasLogin::Kept | HasLogin::No => None,
        };
        let mut pulling = pin!(engine.pull(image, login, &mut tell));
        let pulled = tokio::select! {
            pulled = &mut pulling => Some(pulled),
            () = self.doing.cancel.cancelled() => None,
        };
        match pulled {
            Some(Ok(digest)) => return Ok(digest),
            Some(Err(error)) => {
                let trouble = pull_words::trouble(engine, image, has_login, error).await;
                return Err(trouble.while_doing(&format!("pulling {image}")));
            }
            None => {}
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
