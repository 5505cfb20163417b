//! The digests that the images of an app are pinned to: which an update keeps, and which it takes anew.

use super::{planning::images, trouble::Trouble, worker::Worker};
use crate::{
    catalog::project,
    docker::{Engine, EngineError, registry::repository_of},
    domain::{
        app::{AppManifest, AppName},
        app_newer::{NameBack, NewerImage, WantedImage},
        app_update::{AppUpdate, EarlierApp},
        installed_app::AppConfig,
    },
};
use std::collections::BTreeMap;

/// The digests of an app's images by their names, as its compose file is pinned to them.
pub(super) fn pins(
    manifest: &AppManifest,
    compose: &str,
    config: &AppConfig,
) -> BTreeMap<String, String> {
    pins_of(manifest, compose, &config.project.name, &config.values)
}

/// The same of a version that was left.
pub(super) fn earlier_pins(earlier: &EarlierApp) -> BTreeMap<String, String> {
    pins_of(&earlier.manifest, &earlier.compose, &earlier.project.name, &earlier.values)
}

fn pins_of(
    manifest: &AppManifest,
    compose: &str,
    name: &str,
    values: &BTreeMap<String, String>,
) -> BTreeMap<String, String> {
    let Ok(name) = name.parse::<AppName>() else { return BTreeMap::new() };
    let pinned = AppManifest { compose: compose.to_owned(), ..manifest.clone() };
    let Ok(project) = project::project(&pinned, &name, values) else { return BTreeMap::new() };
    let pin = |image: String| {
        let (name, digest) = image.split_once('@')?;
        Some((name.to_owned(), digest.to_owned()))
    };
    images(&project).into_iter().filter_map(pin).collect()
}

/// An image by its digest alone.
pub(super) fn by_digest(image: &str, digest: &str) -> String {
    format!("{}@{digest}", repository_of(image))
}

/// What an update that takes these images anew finds on the server, so that it can be put back.
pub(super) async fn wanted(
    engine: &Engine,
    newer: Vec<NewerImage>,
) -> Result<Vec<WantedImage>, EngineError> {
    let mut all = Vec::new();
    for NewerImage { image, to, .. } in newer {
        all.push(WantedImage {
            was_there: engine.kept_image(&by_digest(&image, &to)).await?.is_some(),
            had_name: engine.kept_image(&image).await?.map(|kept| kept.id),
            image,
            to,
        });
    }
    Ok(all)
}

/// The images that the version that is left had taken anew, for the way back from it.
pub(super) fn left(config: &AppConfig, earlier: &EarlierApp) -> Vec<WantedImage> {
    let pins = pins(&config.manifest, &config.compose, config);
    let mut all = earlier.replaced.clone();
    for wanted in &mut all {
        if let Some(now) = pins.get(&wanted.image) {
            wanted.was_there &= wanted.to == *now;
            wanted.to.clone_from(now);
        }
    }
    all
}

impl Worker {
    /// Pulls what an update needs: images whose names stand for others by now anew, those that stay by the digest
    /// that they have, and all others by their names.
    pub(super) async fn pull_for_update(&mut self, engine: &Engine) -> Result<(), Trouble> {
        let update = self.under_way()?.clone();
        let kept = earlier_pins(&update.before);
        let replaced = &update.before.replaced;
        for image in images(&update.project) {
            if image.contains('@') {
                // Its author names one image for ever.
                self.pull_all(engine, &[image]).await?;
                continue;
            }
            let is_wanted = replaced.iter().any(|wanted| wanted.image == image);
            let digest = match (update.digests.get(&image), kept.get(&image)) {
                // An earlier attempt got as far as this.
                (Some(known), _) => self.pull_digest(engine, &image, known).await?,
                (None, _) if is_wanted => self.pull_anew(engine, &image).await?,
                (None, Some(known)) => self.pull_digest(engine, &image, known).await?,
                (None, None) => {
                    self.pull_all(engine, std::slice::from_ref(&image)).await?.remove(&image)
                }
            };
            if let Some(digest) = digest
                && self.under_way()?.digests.insert(image, digest.clone()).as_ref() != Some(&digest)
            {
                self.save().await?;
            }
        }
        Ok(())
    }

    async fn pull_digest(
        &self,
        engine: &Engine,
        image: &str,
        digest: &str,
    ) -> Result<Option<String>, Trouble> {
        self.pull_all(engine, &[format!("{image}@{digest}")]).await?;
        Ok(Some(digest.to_owned()))
    }

    async fn pull_anew(&self, engine: &Engine, image: &str) -> Result<Option<String>, Trouble> {
        let logins = engine.logins().await;
        let said = self.pull_one(engine, image, &logins).await?;
        match said {
            Some(digest) => Ok(Some(digest)),
            // Podman does not say.
            None => Ok(engine.images_there(&[image.to_owned()]).await?.remove(image).flatten()),
        }
    }

    /// An update that took images anew went well: what came with it is the app's own, and so is what it had.
    pub(super) fn keep_replaced(&mut self, update: &AppUpdate) {
        let kept = earlier_pins(&update.before);
        let config = &mut self.app.config;
        for wanted in &update.before.replaced {
            let digest = update.digests.get(&wanted.image).unwrap_or(&wanted.to);
            let mut made = Vec::new();
            if !(wanted.was_there && *digest == wanted.to) {
                made.push(by_digest(&wanted.image, digest));
            }
            if config.made.images.contains(&wanted.image)
                && let Some(old) = kept.get(&wanted.image)
            {
                made.push(by_digest(&wanted.image, old));
            }
            made.retain(|image| !config.made.images.contains(image));
            config.made.images.extend(made);
            // The name may have moved on between looking and pulling.
            let looked = config.looked.iter_mut().flat_map(|look| &mut look.images);
            for known in looked.filter(|known| known.image == wanted.image) {
                known.newest = Some(digest.clone());
            }
        }
    }

    /// An app is back at what it was: images that came anew go, and those of before get their names back.
    pub(super) fn give_names_back(&mut self, update: &AppUpdate) {
        let kept = earlier_pins(&update.before);
        let config = &mut self.app.config;
        for wanted in &update.before.replaced {
            let digest = update.digests.get(&wanted.image).unwrap_or(&wanted.to);
            if kept.get(&wanted.image) == Some(digest) {
                continue;
            }
            if let Some(id) = &wanted.had_name {
                config.names_back.push(NameBack {
                    image: wanted.image.clone(),
                    id: id.clone(),
                    from: digest.clone(),
                });
            }
            if !(wanted.was_there && *digest == wanted.to) {
                let image = by_digest(&wanted.image, digest);
                config.made.images.retain(|made| *made != image);
                config.rubbish.images.push(image);
            }
        }
    }

    /// Gives names back to the images that had them, unless somebody else has given them away since.
    pub(super) async fn names_back(&mut self, engine: &Engine) -> Result<(), EngineError> {
        while let Some(back) = self.app.config.names_back.first() {
            let now = engine.kept_image(&back.image).await?;
            let is_ours =
                now.as_ref().is_none_or(|it| it.digests_of(&back.image).contains(&back.from));
            let is_there = engine.kept_image(&back.id).await?.is_some();
            if is_ours && is_there && now.is_none_or(|now| now.id != back.id) {
                match engine.name_image(&back.id, &back.image).await {
                    Err(error @ (EngineError::Unreachable(_) | EngineError::Timeout)) => {
                        return Err(error);
                    }
                    Err(error) => {
                        tracing::info!(image = back.image, %error, "a name is not given back");
                    }
                    Ok(()) => {}
                }
            }
            self.app.config.names_back.remove(0);
        }
        Ok(())
    }
}
