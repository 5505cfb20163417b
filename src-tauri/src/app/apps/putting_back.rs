//! Putting an app back to what it was before an update: images, configuration, secrets and data.
//!
//! The row says that it is being put back before anything is removed. Whoever takes it up begins anew: the
//! copies stay until all of it is done. Once the data is back, it is only started: what it writes then stays.

use super::{
    copying::names,
    planning::images,
    secrets::{self, Kept},
    trouble::Trouble,
    worker::{Step, Worker},
    works::Planned,
};
use crate::{
    app::activity::Entry,
    catalog::project,
    docker::{Engine, EngineError},
    domain::{
        activity::ActivityKind,
        app::{AppManifest, AppSetting, AppSettingKind},
        app_update::{AppUpdate, AppVersion, EarlierApp, UnnamedVolume, UpdateStage, VolumeCopy},
        installed_app::{AppFailure, AppStatus, AppWorkKind},
    },
};
use chrono::Utc;
use serde_json::json;

/// What is done, one after another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    LetGo,
    Remove,
    Data,
    Write,
    Create,
    Unnamed,
    Start,
    Health,
    Policy,
    Look,
}

impl Stage {
    /// What it takes, in order.
    fn of(update: &AppUpdate) -> Vec<Self> {
        let mut all = match update.stage {
            // Nothing was touched.
            UpdateStage::Pulling => return Vec::new(),
            // Its containers are there, and so is its data.
            UpdateStage::Copying => vec![Self::LetGo],
            UpdateStage::Applied
            | UpdateStage::Started
            | UpdateStage::Back
            | UpdateStage::Stuck => {
                vec![Self::Remove, Self::Data, Self::Write, Self::Create, Self::Unnamed]
            }
            // Nothing may be put over what it has written since.
            UpdateStage::Restored => Vec::new(),
        };
        if !update.was_stopped {
            all.extend([Self::Start, Self::Health]);
        }
        all.extend([Self::Policy, Self::Look]);
        all
    }

    fn label(self) -> &'static str {
        match self {
            Self::LetGo => "Remove what copied the data",
            Self::Remove => "Stop and remove what runs",
            Self::Data => "Put the data back",
            Self::Write => "Put the configuration back",
            Self::Create => "Make the containers of before",
            Self::Unnamed => "Put the data of volumes without a name back",
            Self::Start => "Start them",
            Self::Health => "Wait until it is well",
            Self::Policy => "Set when it is started again",
            Self::Look => "Look at what is there now",
        }
    }
}

impl Step for Stage {
    fn name(self) -> &'static str {
        match self {
            Self::LetGo => "back_let_go",
            Self::Remove => "back_remove",
            Self::Data => "back_data",
            Self::Write => "back_write",
            Self::Create => "back_create",
            Self::Unnamed => "back_unnamed",
            Self::Start => "back_start",
            Self::Health => "back_health",
            Self::Policy => "back_policy",
            Self::Look => "back_look",
        }
    }

    async fn run(self, worker: &mut Worker, engine: Engine) -> Result<(), Trouble> {
        match self {
            Self::LetGo => worker.let_go(&engine).await,
            Self::Remove => worker.remove_new(&engine).await,
            Self::Data => worker.restore_volumes(&engine).await,
            Self::Write => worker.unapply(&engine).await,
            Self::Create => worker.create(&engine).await,
            Self::Unnamed => worker.restore_unnamed(&engine).await,
            Self::Start => Ok(worker.project(&engine).await?.start().await?),
            Self::Health => worker.wait_until_well(&engine).await,
            Self::Policy => worker.set_policies(&engine).await,
            Self::Look => worker.look(&engine).await,
        }
    }
}

/// The steps that put an app back.
pub(super) fn planned(update: &AppUpdate) -> Vec<Planned> {
    Stage::of(update).into_iter().map(|stage| (stage.name(), stage.label().to_owned())).collect()
}

/// The images of a version, by their digests where they are known.
pub(super) fn pinned_images(
    earlier: &EarlierApp,
    name: &crate::domain::app_project::ProjectName,
) -> Vec<String> {
    let pinned = AppManifest { compose: earlier.compose.clone(), ..earlier.manifest.clone() };
    match project::project(&pinned, name, &earlier.values) {
        Ok(project) => images(&project),
        Err(_) => images(&earlier.project),
    }
}

impl Worker {
    /// Puts the app back: after an update that failed, for this reason, or because somebody wants it.
    pub(super) async fn put_back(&mut self, why: Option<Trouble>) {
        let is_cancelled = self.doing.is_cancelled();
        self.doing.cannot_cancel();
        self.doing.cancel = self.tomo.inner.cancel.child_token();
        if let Some(trouble) = &why {
            let failure = self.failure(trouble).await;
            let restores = self.app.config.update.as_ref().is_some_and(|update| update.restores);
            let kind = if restores { AppWorkKind::Restore } else { AppWorkKind::Update };
            self.app.config.failure = Some(AppFailure { kind, ..failure });
        }
        let Some(update) = self.app.config.update.as_deref_mut() else { return };
        if matches!(update.stage, UpdateStage::Applied | UpdateStage::Started | UpdateStage::Stuck)
        {
            update.stage = UpdateStage::Back;
        }
        let stages = Stage::of(update);
        let steps = planned(update);
        let mut done = self.save().await;
        if done.is_ok() {
            self.doing.add(&steps);
            for stage in stages {
                done = self.step(stage).await;
                if done.is_err() {
                    break;
                }
            }
        }
        match done {
            // A Tomo that ends leaves it as it is: the next one goes on.
            Err(Trouble::Cancelled) => {}
            Ok(()) => self.is_back(is_cancelled).await,
            Err(trouble) => self.is_not_back(&trouble).await,
        }
    }

    async fn is_back(&mut self, is_cancelled: bool) {
        let Some(update) = self.end_update() else { return };
        let place = self.tomo.place([self.app.server_id]);
        let (title, version) = (self.app.title().to_owned(), self.app.version().to_owned());
        let failure = self.app.config.failure.take().filter(|_| !update.is_way_back);
        let (kind, message) = match &failure {
            None => (ActivityKind::AppUpdated, format!("{title} rolled back to {version}{place}")),
            Some(_) if is_cancelled => {
                (ActivityKind::AppUpdated, format!("{title} stays at {version}{place}: cancelled"))
            }
            Some(failure) => {
                let why = failure.message.trim_end_matches('.');
                let words = match update.stage {
                    UpdateStage::Pulling => "and stays at",
                    _ => "and was put back to",
                };
                let done = failure.kind.done();
                let message =
                    format!("{title} could not be {done}{place} {words} {version}: {why}");
                (ActivityKind::AppFailed, message)
            }
        };
        self.app.config.failure =
            failure.filter(|_| !is_cancelled).map(|it| AppFailure { left: Vec::new(), ..it });
        self.app.error = None;
        let status = match update.was_stopped {
            true => AppStatus::Stopped,
            false => AppStatus::Running,
        };
        if update.stage != UpdateStage::Pulling && !update.was_stopped {
            self.app.started_at = Some(Utc::now());
        }
        let is_stored = self.end_with_secrets(status).await;
        let entry = Entry::by_tomo(kind, message).to_app(&self.app);
        self.tomo.record(entry.with(json!({ "app": self.app.app }))).await;
        if is_stored {
            self.clear_away().await;
        }
    }

    /// The way back is walked: what was kept for it, and what came with the other version, is thrown away.
    fn end_update(&mut self) -> Option<AppUpdate> {
        let update = *self.app.config.update.take()?;
        self.give_names_back(&update);
        let config = &mut self.app.config;
        let copies = &update.before.copies;
        config.rubbish.volumes.extend(copies.iter().map(|copy| copy.copy.clone()));
        if !matches!(update.stage, UpdateStage::Pulling | UpdateStage::Copying) {
            config.rubbish.volumes.extend(update.volumes.iter().cloned());
            // Their data went into volumes that the engine made anew.
            let unnamed = copies.iter().filter(|copy| copy.unnamed.is_some());
            config.rubbish.volumes.extend(unnamed.map(|copy| copy.volume.clone()));
        }
        config.rubbish.images.extend(update.images.iter().cloned());
        config.made.images.retain(|image| !update.images.contains(image));
        config.made.volumes.retain(|volume| !update.volumes.contains(volume));
        if update.is_way_back && update.manifest.version != config.manifest.version {
            let version = config.manifest.version.clone();
            config.versions.insert(0, AppVersion { version, since: Utc::now() });
        }
        Kept::Next.forget(&mut self.secrets);
        Kept::Before.forget(&mut self.secrets);
        Some(update)
    }

    async fn is_not_back(&mut self, trouble: &Trouble) {
        let words = self.without_secrets(&trouble.words());
        let failure = self.failure(trouble).await;
        let config = &mut self.app.config;
        let mut known = config.failure.take().unwrap_or(failure);
        let is_touched = config
            .update
            .as_ref()
            .is_some_and(|it| !matches!(it.stage, UpdateStage::Copying | UpdateStage::Restored));
        known.left = match is_touched {
            true => vec![format!("It could not be put back: {words}")],
            false => vec![format!("It is as it was before, and does not run well: {words}")],
        };
        self.app.error = Some(known.message.clone());
        self.app.config.failure = Some(known);
        let mut is_stored = false;
        if is_touched {
            if let Some(update) = self.app.config.update.as_deref_mut() {
                update.stage = UpdateStage::Stuck;
            }
            self.store_end(AppStatus::Error).await;
        } else {
            // All that it was is there; it is not well.
            self.end_update();
            is_stored = self.end_with_secrets(AppStatus::Error).await;
        }
        let place = self.tomo.place([self.app.server_id]);
        let message = format!(
            "{} could not be put back{place}: {}",
            self.app.title(),
            words.trim_end_matches('.')
        );
        let entry = Entry::by_tomo(ActivityKind::AppFailed, message).to_app(&self.app);
        self.tomo.record(entry.with(json!({ "app": self.app.app }))).await;
        if is_stored {
            self.clear_away().await;
        }
    }

    /// An update whose new version does not become well, and that people may have used since it was started, is
    /// not put back by itself.
    pub(super) async fn wait_for_a_person(&mut self, trouble: Trouble) {
        let mut failure = self.failure(&trouble).await;
        failure.kind = AppWorkKind::Update;
        failure.left = vec![
            "It was not put back by itself: what was written since the new version was started would be \
             lost."
                .to_owned(),
        ];
        let why = failure.message.trim_end_matches('.').to_owned();
        self.app.error = Some(failure.message.clone());
        self.app.config.failure = Some(failure);
        if let Some(update) = self.app.config.update.as_deref_mut() {
            update.stage = UpdateStage::Stuck;
        }
        self.store_end(AppStatus::Error).await;
        let place = self.tomo.place([self.app.server_id]);
        let message = format!("{} is not well after its update{place}: {why}", self.app.title());
        let entry = Entry::by_tomo(ActivityKind::AppFailed, message).to_app(&self.app);
        self.tomo.record(entry.with(json!({ "app": self.app.app }))).await;
    }

    /// What copied the data may still be at it.
    async fn let_go(&mut self, engine: &Engine) -> Result<(), Trouble> {
        for copy in self.under_way()?.before.copies.clone() {
            engine.let_go(&copy.volume).await?;
            engine.let_go(&copy.copy).await?;
        }
        Ok(())
    }

    /// Removes the containers of the other version, once it is certain that all can be put back.
    async fn remove_new(&mut self, engine: &Engine) -> Result<(), Trouble> {
        self.let_go(engine).await?;
        let before = self.under_way()?.before.clone();
        let wanted = pinned_images(&before, &self.name);
        self.pull_all(engine, &wanted).await?;
        let copies = before.copies;
        self.refuse_strangers(engine, &names(&copies)).await?;
        for copy in &copies {
            if !engine.has_volume(&copy.copy).await? {
                let what = copy.told();
                return Err(Trouble::Failed(format!(
                    "the copy of {what}, the volume {}, was removed from the server",
                    copy.copy
                )));
            }
        }
        self.stop_if_there(engine).await?;
        let unnamed = self.unnamed_now(engine, &copies).await?;
        let rubbish = &mut self.app.config.rubbish.volumes;
        rubbish.extend(
            unnamed.into_iter().filter(|volume| !rubbish.contains(volume)).collect::<Vec<_>>(),
        );
        self.save().await?;
        // Volumes without a name go when all is put back, and not before.
        self.remove_containers(engine, false).await?;
        for network in self.under_way()?.project.networks.clone() {
            if !network.is_external {
                engine.forget_network(&network.name, self.name.as_str()).await?;
            }
        }
        Ok(())
    }

    /// Volumes without a name that the containers of now have where those of before had some: what was in these
    /// goes into others.
    async fn unnamed_now(
        &self,
        engine: &Engine,
        copies: &[VolumeCopy],
    ) -> Result<Vec<String>, Trouble> {
        let mut found = Vec::new();
        if copies.iter().all(|copy| copy.unnamed.is_none()) {
            return Ok(found);
        }
        for container in self.containers(engine).await? {
            for mount in engine.inspect(&container.id).await?.mounts() {
                let is_there = |place: &UnnamedVolume| {
                    Some(&place.service) == container.service.as_ref()
                        && place.target == mount.destination
                };
                let mut unnamed = copies.iter().filter_map(|copy| copy.unnamed.as_ref());
                if mount.kind == "volume" && unnamed.any(is_there) {
                    found.extend(mount.name);
                }
            }
        }
        Ok(found)
    }

    async fn restore_volumes(&mut self, engine: &Engine) -> Result<(), Trouble> {
        let copies = self.under_way()?.before.copies.clone();
        if copies.is_empty() {
            return Ok(());
        }
        let image = self.some_image(engine).await?;
        for copy in copies.iter().filter(|copy| copy.unnamed.is_none()) {
            let done = engine.restore_volume(&copy.copy, &copy.volume, &image).await;
            let done = done.map_err(Trouble::from);
            done.map_err(|why| why.while_doing(&format!("putting {} back", copy.volume)))?;
        }
        Ok(())
    }

    async fn unapply(&mut self, engine: &Engine) -> Result<(), Trouble> {
        let before = self.under_way()?.before.clone();
        let wanted = pinned_images(&before, &self.name);
        let secrets = Kept::Before.of(&self.secrets);
        let settings = before.manifest.settings.iter();
        let is_secret =
            |setting: &&AppSetting| matches!(setting.kind, AppSettingKind::Secret { .. });
        if settings.filter(is_secret).any(|it| !secrets.contains_key(&it.name)) {
            let why = "a secret of the version before is not kept any more";
            return Err(Trouble::Failed(why.to_owned()));
        }
        let config = &mut self.app.config;
        config.manifest = before.manifest;
        config.project = before.project;
        config.values = before.values;
        config.compose = before.compose;
        secrets::replace(&mut self.secrets, secrets);
        self.app.status = AppStatus::Starting;
        self.save_with_secrets().await?;
        // They may have been removed meanwhile.
        self.pull_all(engine, &wanted).await?;
        self.write(engine).await
    }

    /// Fills the volumes that the engine made anew for containers with what was in those of before.
    async fn restore_unnamed(&mut self, engine: &Engine) -> Result<(), Trouble> {
        let copies = self.under_way()?.before.copies.clone();
        let containers = self.containers(engine).await?;
        for copy in &copies {
            let Some(place) = &copy.unnamed else { continue };
            let its = |one: &&crate::domain::container::Container| {
                one.service.as_ref() == Some(&place.service)
            };
            let container = containers.iter().find(its).ok_or_else(|| {
                Trouble::Failed(format!("the service {} has no container", place.service))
            })?;
            let target = (container.id.as_str(), place.target.as_str());
            let done = engine.restore_into(&copy.copy, target, &container.image_id).await;
            let done = done.map_err(Trouble::from);
            done.map_err(|why| why.while_doing(&format!("putting {} back", copy.told())))?;
        }
        self.under_way()?.stage = UpdateStage::Restored;
        self.save().await
    }

    /// Removes all copies that are kept, whatever for. Those that alone have the data of an app that stands
    /// between two versions go only with its data.
    pub(super) async fn remove_copies(&mut self, engine: &Engine) -> Result<(), Trouble> {
        let config = &self.app.config;
        let update = config.update.as_ref().filter(|update| {
            let is_whole = matches!(
                update.stage,
                UpdateStage::Pulling | UpdateStage::Copying | UpdateStage::Restored
            );
            is_whole || config.removes_data
        });
        for copy in config.update.iter().flat_map(|update| &update.before.copies) {
            engine.let_go(&copy.volume).await?;
        }
        let kept = update.map(|update| &update.before).into_iter();
        let kept = kept.chain(config.earlier.as_deref());
        let copies = kept.flat_map(|one| one.copies.iter().map(|copy| copy.copy.clone()));
        let all: Vec<String> = copies.chain(config.rubbish.volumes.iter().cloned()).collect();
        for volume in &all {
            match engine.forget_copy(volume).await {
                Ok(()) | Err(EngineError::NotFound(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }
}
