//! Putting an app back to what it was: images, configuration and data.

use super::{
    planning::images,
    trouble::Trouble,
    worker::{Step, Worker},
    works::Planned,
};
use crate::{
    app::{Tomo, activity::Entry, error::AppError},
    docker::Engine,
    domain::{
        activity::ActivityKind,
        id::{InstalledAppId, UserId},
        installed_app::{AppStatus, AppVersion, AppWorkKind, EarlierApp, VolumeCopy, WayBack},
    },
    store::StoredInstall,
};
use chrono::{DateTime, Utc};
use serde_json::json;

/// What is done, one after another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Remove,
    Data,
    Write,
    Create,
    Start,
    Health,
    Policy,
    Look,
}

impl Stage {
    const ALL: [Self; 8] = [
        Self::Remove,
        Self::Data,
        Self::Write,
        Self::Create,
        Self::Start,
        Self::Health,
        Self::Policy,
        Self::Look,
    ];

    fn label(self) -> &'static str {
        match self {
            Self::Remove => "Stop and remove what runs",
            Self::Data => "Put the data back",
            Self::Write => "Put the configuration back",
            Self::Create => "Make the containers of before",
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
            Self::Remove => "back_remove",
            Self::Data => "back_data",
            Self::Write => "back_write",
            Self::Create => "back_create",
            Self::Start => "back_start",
            Self::Health => "health",
            Self::Policy => "back_policy",
            Self::Look => "back_look",
        }
    }

    async fn run(self, worker: &mut Worker, engine: Engine) -> Result<(), Trouble> {
        match self {
            // What is in volumes without a name stays on the server: somebody may look for it.
            Self::Remove => worker.remove_containers(&engine, false).await,
            Self::Data => worker.restore_volumes(&engine).await,
            Self::Write => worker.unapply(&engine).await,
            Self::Create => worker.create(&engine).await,
            Self::Start => Ok(worker.project(&engine).await?.start().await?),
            Self::Health => worker.wait_until_well(&engine).await,
            Self::Policy => worker.set_policies(&engine).await,
            Self::Look => worker.look(&engine).await,
        }
    }
}

fn planned() -> Vec<Planned> {
    Stage::ALL.into_iter().map(|stage| (stage.name(), stage.label().to_owned())).collect()
}

/// An app as it is, to be made so again.
pub(super) fn before_of(
    app: &StoredInstall,
    (copies, not_copied): (Vec<VolumeCopy>, Vec<String>),
    until: DateTime<Utc>,
) -> EarlierApp {
    let config = &app.config;
    EarlierApp {
        manifest: config.manifest.clone(),
        project: config.project.clone(),
        values: config.values.clone(),
        compose: config.compose.clone(),
        copies,
        not_copied,
        at: Utc::now(),
        until,
    }
}

/// The way back, for people.
pub(super) fn way_back(app: &StoredInstall) -> Option<WayBack> {
    let earlier = app.config.earlier.as_ref()?;
    Some(WayBack {
        version: earlier.manifest.version.clone(),
        at: earlier.at,
        until: earlier.until,
        volumes: earlier.copies.iter().map(|copy| copy.volume.clone()).collect(),
        not_copied: earlier.not_copied.clone(),
    })
}

impl Tomo {
    /// Begins to put an app back to the version before its last update, with the data of then.
    ///
    /// # Errors
    /// When there is no such app, no way back is kept, or something is being done to it.
    pub async fn roll_back_app(&self, by: UserId, id: InstalledAppId) -> Result<(), AppError> {
        let app = self.stored_app(id).await?;
        let Some(earlier) = &app.config.earlier else {
            return Err(AppError::Changed("No way back is kept for this app.".into()));
        };
        let to = earlier.manifest.version.clone();
        let doing = self.begin_work(id, AppWorkKind::RollBack, &planned())?;
        let place = self.place([app.server_id]);
        let message = format!("{} is being rolled back to {to}{place}", app.title());
        let entry = Entry::by(by, ActivityKind::AppUpdate, message).to(app.server_id);
        self.record(entry.with(json!({ "app": app.app, "from": app.version(), "to": to }))).await;
        let (name, secrets) = (app.project_name()?, self.secrets_of(id).await?);
        let worker = Worker { tomo: self.clone(), doing, app, name, secrets };
        self.inner.tasks.spawn_on(
            async move {
                let mut worker = worker;
                worker.put_back(AppWorkKind::RollBack, None).await;
            },
            &self.inner.runtime,
        );
        Ok(())
    }

    /// Takes up an update that was broken off: it is put back.
    pub(super) async fn resume_update(&self, app: StoredInstall) -> Result<(), AppError> {
        let doing = self.begin_work(app.id, AppWorkKind::Update, &planned())?;
        let (name, secrets) = (app.project_name()?, self.secrets_of(app.id).await?);
        let worker = Worker { tomo: self.clone(), doing, app, name, secrets };
        self.inner.tasks.spawn_on(
            async move {
                let mut worker = worker;
                let why = Trouble::Failed("Tomo was ended in the midst of it".to_owned());
                worker.put_back(AppWorkKind::Update, Some(why)).await;
            },
            &self.inner.runtime,
        );
        Ok(())
    }

    /// Gives up the way back of an app, and removes the copies of its data.
    ///
    /// # Errors
    /// When there is no such app, no way back is kept, its server cannot be reached, or something is being
    /// done to it.
    pub async fn forget_way_back(&self, by: UserId, id: InstalledAppId) -> Result<(), AppError> {
        let app = self.stored_app(id).await?;
        let Some(earlier) = app.config.earlier.clone() else {
            return Err(AppError::Changed("No way back is kept for this app.".into()));
        };
        self.usable_engine(app.server_id)?;
        let doing = self.begin_work(id, AppWorkKind::Update, &[])?;
        let name = app.project_name()?;
        let mut worker =
            Worker { tomo: self.clone(), doing, app, name, secrets: Default::default() };
        worker.app.config.earlier = None;
        worker.give_up(&earlier).await;
        worker.save().await.map_err(|trouble| AppError::Invalid(trouble.words()))?;
        let app = &worker.app;
        let place = self.place([app.server_id]);
        let message = format!("Way back of {} given up{place}", app.title());
        let entry = Entry::by(by, ActivityKind::AppUpdate, message).to(app.server_id);
        self.record(entry.with(json!({ "app": app.app }))).await;
        Ok(())
    }
}

impl Worker {
    /// What it is put back to.
    fn before(&self) -> Option<&EarlierApp> {
        let config = &self.app.config;
        let update = config.update.as_ref().map(|update| &update.before);
        update.or(config.earlier.as_deref())
    }

    /// Puts the app back: after an update that failed, for this reason, or because somebody wants it.
    pub(super) async fn put_back(&mut self, kind: AppWorkKind, why: Option<Trouble>) {
        let mut failure = match &why {
            Some(trouble) => Some(self.failure(trouble).await),
            None => None,
        };
        if let Some(failure) = &mut failure {
            failure.kind = kind;
        }
        let is_cancelled = self.doing.is_cancelled();
        self.doing.cannot_cancel();
        self.doing.cancel = self.tomo.inner.cancel.child_token();
        let is_untouched = self.app.config.update.as_ref().is_some_and(|it| !it.is_stopped);
        let mut done = Ok(());
        if !is_untouched {
            self.doing.add(&planned());
            for stage in Stage::ALL {
                done = self.step(stage).await;
                if done.is_err() {
                    break;
                }
            }
        }
        if matches!(done, Err(Trouble::Cancelled)) {
            return;
        }
        self.say_put_back(kind, failure, is_cancelled, done).await;
    }

    async fn say_put_back(
        &mut self,
        kind: AppWorkKind,
        mut failure: Option<crate::domain::installed_app::AppFailure>,
        is_cancelled: bool,
        done: Result<(), Trouble>,
    ) {
        let place = self.tomo.place([self.app.server_id]);
        let title = self.app.title().to_owned();
        let version = self.app.version().to_owned();
        let (status, entry_kind, message) = match (&done, &mut failure) {
            (Ok(()), None) => (
                AppStatus::Running,
                ActivityKind::AppUpdated,
                format!("{title} rolled back to {version}{place}"),
            ),
            (Ok(()), Some(_)) if is_cancelled => (
                AppStatus::Running,
                ActivityKind::AppUpdated,
                format!("{title} stays at {version}{place}: cancelled"),
            ),
            (Ok(()), Some(failure)) => {
                let why = failure.message.trim_end_matches('.');
                let message = format!(
                    "{title} could not be updated{place} and was put back to {version}: {why}"
                );
                (AppStatus::Running, ActivityKind::AppFailed, message)
            }
            (Err(trouble), _) => {
                let mut known = match failure.take() {
                    Some(failure) => failure,
                    None => self.failure(trouble).await,
                };
                let words = self.without_secrets(&trouble.words());
                known.left.push(format!("It could not be put back: {words}"));
                let message = format!(
                    "{title} could not be put back{place}: {}",
                    words.trim_end_matches('.')
                );
                failure = Some(known);
                (AppStatus::Error, ActivityKind::AppFailed, message)
            }
        };
        let entry = Entry::by_tomo(entry_kind, message).to(self.app.server_id);
        self.tomo.record(entry.with(json!({ "app": self.app.app }))).await;
        if done.is_ok() {
            self.end_way_back(kind).await;
            self.app.started_at = Some(Utc::now());
        }
        let kept = failure.filter(|_| !is_cancelled);
        self.app.error = kept.as_ref().filter(|_| done.is_err()).map(|it| it.message.clone());
        self.app.config.failure = kept;
        self.store_end(status).await;
    }

    /// What was kept for the way back, or came with what was put back, is of no use any more.
    async fn end_way_back(&mut self, kind: AppWorkKind) {
        let config = &mut self.app.config;
        let (images, volumes, before) = match config.update.take() {
            Some(update) => (update.images, update.volumes, Some(update.before)),
            None => (Vec::new(), Vec::new(), config.earlier.take().map(|earlier| *earlier)),
        };
        if kind == AppWorkKind::RollBack {
            let version = config.manifest.version.clone();
            config.versions.insert(0, AppVersion { version, since: Utc::now() });
        }
        let socket = self.app.config.engine.clone();
        let Some(engine) = self.tomo.engine_at(self.app.server_id, &socket) else { return };
        for copy in before.iter().flat_map(|before| &before.copies) {
            self.note(engine.forget_volume(&copy.copy).await, &copy.copy);
        }
        for volume in &volumes {
            self.note(engine.forget_volume(volume).await, volume);
        }
        for image in &images {
            self.note(engine.forget_image(image).await, image);
        }
    }

    /// Removes the copies of an earlier version, and its images where nothing uses them.
    pub(super) async fn give_up(&mut self, earlier: &EarlierApp) {
        let socket = self.app.config.engine.clone();
        let Some(engine) = self.tomo.engine_at(self.app.server_id, &socket) else { return };
        for copy in &earlier.copies {
            self.note(engine.forget_volume(&copy.copy).await, &copy.copy);
        }
        let now = images(&self.app.config.project);
        for image in images(&earlier.project).iter().filter(|image| !now.contains(image)) {
            self.note(engine.forget_image(image).await, image);
        }
    }

    fn note(&self, done: Result<(), crate::docker::EngineError>, what: &str) {
        if let Err(error) = done {
            tracing::info!(app = %self.app.id, what, %error, "something of an earlier version stays");
        }
    }

    /// Removes all copies that are kept, whatever for.
    pub(super) async fn remove_copies(&mut self, engine: &Engine) -> Result<(), Trouble> {
        let config = &self.app.config;
        let update = config.update.as_ref().map(|update| &update.before);
        let kept = update.into_iter().chain(config.earlier.as_deref());
        let copies: Vec<String> =
            kept.flat_map(|one| one.copies.iter().map(|copy| copy.copy.clone())).collect();
        self.remove_volumes(engine, &copies).await?;
        let older = config.earlier.as_ref().map(|earlier| images(&earlier.project));
        for image in older.unwrap_or_default() {
            self.note(engine.forget_image(&image).await, &image);
        }
        Ok(())
    }

    async fn restore_volumes(&mut self, engine: &Engine) -> Result<(), Trouble> {
        // As long as the new version has not run, the data is what it was.
        if self.app.config.update.as_ref().is_some_and(|update| !update.is_applied) {
            return Ok(());
        }
        let copies = self.before().map(|before| before.copies.clone()).unwrap_or_default();
        if copies.is_empty() {
            return Ok(());
        }
        let image = self.image_of_before(engine).await?;
        for copy in &copies {
            let done = engine.restore_volume(&copy.copy, &copy.volume, &image).await;
            let done = done.map_err(Trouble::from);
            done.map_err(|why| why.while_doing(&format!("putting {} back", copy.volume)))?;
        }
        Ok(())
    }

    /// An image that is there: the containers are gone by now.
    async fn image_of_before(&self, engine: &Engine) -> Result<String, Trouble> {
        let mut known = images(&self.app.config.project);
        known.extend(self.before().map(|before| images(&before.project)).unwrap_or_default());
        let there = engine.images_there(&known).await?;
        there
            .into_keys()
            .next()
            .ok_or_else(|| Trouble::Failed("none of its images is there any more".to_owned()))
    }

    async fn unapply(&mut self, engine: &Engine) -> Result<(), Trouble> {
        let Some(before) = self.before().cloned() else { return Ok(()) };
        let config = &mut self.app.config;
        config.manifest = before.manifest;
        config.project = before.project;
        config.values = before.values;
        config.compose = before.compose;
        self.stands_at(AppStatus::Starting).await?;
        // They may have been removed meanwhile.
        let wanted = images(&self.app.config.project);
        self.pull_all(engine, &wanted).await?;
        self.write(engine).await
    }
}
