//! Copies of the volumes of an app, made before something is done to it that may go wrong: of data that nobody
//! writes, and only where there is room for them.

use super::{place::size, planning::images, trouble::Trouble, worker::Worker};
use crate::{
    docker::{Engine, EngineError},
    domain::{app_update::VolumeCopy, container::RestartPolicy},
};

impl Worker {
    /// What another container has cannot be put back under it.
    pub(super) async fn refuse_strangers(
        &self,
        engine: &Engine,
        volumes: &[String],
    ) -> Result<(), Trouble> {
        let strangers = engine.strangers(volumes, self.name.as_str()).await?;
        match strangers.first() {
            None => Ok(()),
            Some(other) => Err(Trouble::Failed(format!(
                "the container {other} uses a volume of this app, which could not be put back under \
                 it; remove it first"
            ))),
        }
    }

    pub(super) async fn copy_volumes(&mut self, engine: &Engine) -> Result<(), Trouble> {
        let copies = self.under_way()?.before.copies.clone();
        if copies.is_empty() {
            return Ok(());
        }
        // Whatever made it run again meanwhile: a copy of data that is being written is none.
        for container in self.containers(engine).await? {
            self.set_policy(engine, &container.id, RestartPolicy::No).await?;
        }
        self.project(engine).await?.stop().await?;
        self.refuse_strangers(engine, &names(&copies)).await?;
        let image = self.some_image(engine).await?;
        let (mut made, mut left) = (Vec::new(), Vec::new());
        for (at, copy) in copies.iter().enumerate() {
            self.doing.tell(|step| {
                step.detail = Some(format!("{} ({} of {})", copy.told(), at + 1, copies.len()));
            });
            match engine.can_copy_volume(&copy.volume).await {
                Ok(true) => {
                    let cancel = self.doing.cancel.clone();
                    let done = engine.copy_volume(&copy.volume, &copy.copy, &image, &cancel).await;
                    let done = done.map_err(Trouble::from);
                    done.map_err(|why| why.while_doing(&format!("copying {}", copy.told())))?;
                    made.push(copy.clone());
                }
                Ok(false) => left.push(copy.told()),
                // It is made by the new version, or somebody removed it: there is nothing to copy.
                Err(EngineError::NotFound(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        let before = &mut self.under_way()?.before;
        before.copies = made;
        left.retain(|volume| !before.not_copied.contains(volume));
        before.not_copied.extend(left);
        self.save().await
    }

    /// Copies that fill the disk would end more than this app.
    pub(super) async fn refuse_without_room(&mut self, engine: &Engine) -> Result<(), Trouble> {
        let copies = self.under_way()?.before.copies.clone();
        let mut wanted = Vec::new();
        for copy in &copies {
            if engine.can_copy_volume(&copy.volume).await.unwrap_or(false) {
                wanted.push(copy.volume.as_str());
            }
        }
        if wanted.is_empty() {
            return Ok(());
        }
        // What nobody knows stands in nobody's way.
        match futures::join!(engine.bytes_of_volumes(&wanted), engine.free_bytes()) {
            (Some(bytes), Some(free)) if bytes > free => {
                let place = engine.info().root_dir.as_deref().unwrap_or_default();
                let (bytes, free) = (size(bytes), size(free));
                Err(Trouble::Failed(format!(
                    "a copy of its data takes {bytes}, and {free} are free in {place} on the server; \
                     nothing was stopped. Make room there, and update again"
                )))
            }
            _ => Ok(()),
        }
    }

    /// An image that is there, whatever is in it.
    pub(super) async fn some_image(&self, engine: &Engine) -> Result<String, Trouble> {
        let containers = self.containers(engine).await?;
        if let Some(container) = containers.first() {
            return Ok(container.image_id.clone());
        }
        let config = &self.app.config;
        let mut known = images(&config.project);
        if let Some(update) = &config.update {
            known.extend(images(&update.project));
            known.extend(images(&update.before.project));
        }
        let there = engine.images_there(&known).await?;
        there
            .into_keys()
            .next()
            .ok_or_else(|| Trouble::Failed("none of its images is there any more".to_owned()))
    }
}

/// The volumes that copies are of.
pub(super) fn names(copies: &[VolumeCopy]) -> Vec<String> {
    copies.iter().map(|copy| copy.volume.clone()).collect()
}
