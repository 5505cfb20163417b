//! The way back to the version before the last update: walked, given up, or over when its time is up; and what
//! nobody needs any more, removed from the server.

use super::{
    pins::{by_digest, left},
    planning::images,
    putting_back::{pinned_images, planned},
    secrets::Kept,
    trouble::Trouble,
    worker::Worker,
    works::Doing,
};
use crate::{
    app::{Tomo, activity::Entry, error::AppError},
    docker::EngineError,
    domain::{
        activity::ActivityKind,
        app_update::{AppUpdate, EarlierApp, UpdateStage, WayBack},
        id::{InstalledAppId, UserId},
        installed_app::AppWorkKind,
        installed_app::{AppMade, AppStatus},
    },
    store::StoredInstall,
};
use chrono::Utc;
use serde_json::json;
use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

/// How long passes before what could not be removed is tried again.
const AGAIN: Duration = Duration::from_secs(10 * 60);

/// The way back, for people.
pub(super) fn way_back(app: &StoredInstall) -> Option<WayBack> {
    let earlier = app.config.earlier.as_ref()?;
    Some(WayBack {
        version: earlier.manifest.version.clone(),
        at: earlier.at,
        until: earlier.until,
        volumes: earlier.copies.iter().map(|copy| copy.told()).collect(),
        not_copied: earlier.not_copied.clone(),
    })
}

/// What is left when somebody wants the version of before.
fn way_back_of(app: &StoredInstall, before: EarlierApp) -> AppUpdate {
    let config = &app.config;
    // Where they came with the update, nobody needs them afterwards.
    let images = images(&config.project);
    let old = super::planning::images(&before.project);
    let new = |image: &String| config.made.images.contains(image) && !old.contains(image);
    let older: Vec<String> = super::installed::volumes_of(&before.project).collect();
    let volumes = super::installed::volumes_of(&config.project);
    let made = |name: &String| config.made.volumes.contains(name) && !older.contains(name);
    AppUpdate {
        is_way_back: true,
        restores: false,
        stage: UpdateStage::Back,
        started_at: None,
        was_stopped: app.status == AppStatus::Stopped,
        manifest: config.manifest.clone(),
        project: config.project.clone(),
        values: config.values.clone(),
        images: images.into_iter().filter(new).collect(),
        volumes: volumes.filter(made).collect(),
        digests: BTreeMap::new(),
        before: EarlierApp { replaced: left(config, &before), ..before },
    }
}

impl Tomo {
    /// Begins to put an app back to the version before its last update, with the data of then; one that stands
    /// between two versions to the one that it had.
    ///
    /// # Errors
    /// When there is no such app, no way back is kept, or something is being done to it.
    pub async fn roll_back_app(&self, by: UserId, id: InstalledAppId) -> Result<(), AppError> {
        self.stored_app(id).await?;
        let doing = self.begin_work(id, AppWorkKind::RollBack, &[])?;
        let mut app = self.stored_app(id).await?;
        // What somebody wrote into their files since is not written over.
        if app.config.adopted.is_some()
            && app.config.update.is_none()
            && let Some(why) = self.cannot_edit(&app).await
        {
            return Err(AppError::Invalid(why));
        }
        let mut secrets = self.secrets_of(id).await?;
        let from = app.version().to_owned();
        let update = match (app.config.update.take(), app.config.earlier.take()) {
            (Some(update), earlier) => {
                app.config.earlier = earlier;
                *update
            }
            (None, Some(earlier)) => {
                let earlier_secrets = Kept::Earlier.of(&secrets);
                Kept::Before.keep(&mut secrets, earlier_secrets);
                Kept::Earlier.forget(&mut secrets);
                app.config.failure = None;
                way_back_of(&app, *earlier)
            }
            (None, None) => {
                return Err(AppError::Changed("No way back is kept for this app.".into()));
            }
        };
        let to = update.before.manifest.version.clone();
        doing.add(&planned(&update));
        app.config.update = Some(Box::new(update));
        let name = app.project_name()?;
        let mut worker = Worker { tomo: self.clone(), doing, app, name, secrets };
        let saved = worker.save_with_secrets().await;
        saved.map_err(|trouble| AppError::Invalid(trouble.words()))?;
        let app = &worker.app;
        let place = self.place([app.server_id]);
        let message = format!("{} is being rolled back to {to}{place}", app.title());
        let entry = Entry::by(by, ActivityKind::AppUpdate, message).to_app(app);
        self.record(entry.with(json!({ "app": app.app, "from": from, "to": to }))).await;
        let work = async move { worker.put_back(None).await };
        self.inner.tasks.spawn_on(work, &self.inner.runtime);
        Ok(())
    }

    /// Takes up an update, or a way back, that was broken off: the app is put back.
    pub(super) async fn resume_update(&self, app: &StoredInstall) -> Result<(), AppError> {
        let id = app.id;
        let is_way_back = app.config.update.as_ref().is_some_and(|update| update.is_way_back);
        let restores = app.config.update.as_ref().is_some_and(|update| update.restores);
        let kind = match (is_way_back, restores) {
            (true, _) => AppWorkKind::RollBack,
            (false, true) => AppWorkKind::Restore,
            (false, false) => AppWorkKind::Update,
        };
        let doing: Doing = self.begin_work(id, kind, &[])?;
        doing.cannot_cancel();
        // Another may have ended it until now.
        let app = self.stored_app(id).await?;
        let Some(update) = &app.config.update else { return Ok(()) };
        let is_first = app.config.failure.is_none() && !update.is_way_back;
        let has_run = update.stage == UpdateStage::Started;
        let why = is_first.then(|| Trouble::Failed("Tomo was ended in the midst of it".to_owned()));
        let (name, secrets) = (app.project_name()?, self.secrets_of(id).await?);
        let mut worker = Worker { tomo: self.clone(), doing, app, name, secrets };
        let work = async move {
            if has_run {
                worker.go_on_with_update().await;
            } else {
                worker.put_back(why).await;
            }
        };
        self.inner.tasks.spawn_on(work, &self.inner.runtime);
        Ok(())
    }

    /// Gives up the way back of an app, and removes the copies of its data, at the latest when its server
    /// answers again.
    ///
    /// # Errors
    /// When there is no such app, no way back is kept, or something is being done to it.
    pub async fn forget_way_back(&self, by: UserId, id: InstalledAppId) -> Result<(), AppError> {
        self.stored_app(id).await?;
        let doing = self.begin_work(id, AppWorkKind::CleanUp, &[])?;
        let app = self.stored_app(id).await?;
        if app.config.earlier.is_none() {
            return Err(AppError::Changed("No way back is kept for this app.".into()));
        }
        let mut worker = self.cleaner(doing, app).await?;
        let given_up = worker.give_up_way_back().await;
        given_up.map_err(|trouble| AppError::Invalid(trouble.words()))?;
        let app = &worker.app;
        let place = self.place([app.server_id]);
        let message = format!("Way back of {} given up{place}", app.title());
        let entry = Entry::by(by, ActivityKind::AppUpdate, message).to_app(app);
        self.record(entry.with(json!({ "app": app.app }))).await;
        worker.clear_away().await;
        Ok(())
    }

    /// Ends a way back whose time is up, and removes what could not be removed so far.
    pub(super) async fn clear_away_when_due(&self, app: StoredInstall) {
        let config = &app.config;
        let is_over = config.earlier.as_ref().is_some_and(|it| it.until <= Utc::now());
        let is_clean = config.rubbish == AppMade::default() && config.names_back.is_empty();
        if !is_over && is_clean {
            return;
        }
        // One that cannot be asked now is asked later.
        if self.engine_at(app.server_id, &config.engine).is_none() || !self.is_time_again(app.id) {
            return;
        }
        let Ok(doing) = self.begin_work(app.id, AppWorkKind::CleanUp, &[]) else { return };
        if let Err(error) = self.clear_away_now(doing, app.id).await {
            tracing::warn!(id = %app.id, %error, "what an app needs no more could not be removed");
        }
    }

    async fn clear_away_now(&self, doing: Doing, id: InstalledAppId) -> Result<(), AppError> {
        let app = self.stored_app(id).await?;
        if app.config.update.is_some() {
            return Ok(());
        }
        let mut worker = self.cleaner(doing, app).await?;
        let is_over = |it: &EarlierApp| it.until <= Utc::now();
        if worker.app.config.earlier.as_deref().is_some_and(is_over) {
            let given_up = worker.give_up_way_back().await;
            given_up.map_err(|trouble| AppError::Invalid(trouble.words()))?;
        }
        worker.clear_away().await;
        Ok(())
    }

    async fn cleaner(&self, doing: Doing, app: StoredInstall) -> Result<Worker, AppError> {
        let (name, secrets) = (app.project_name()?, self.secrets_of(app.id).await?);
        Ok(Worker { tomo: self.clone(), doing, app, name, secrets })
    }

    /// Whether what is left of an app may be tried to be removed again.
    fn is_time_again(&self, id: InstalledAppId) -> bool {
        let mut tried = self.inner.apps.tried();
        let now = Instant::now();
        tried.retain(|_, at| now.duration_since(*at) < AGAIN);
        let is_time = !tried.contains_key(&id);
        tried.entry(id).or_insert(now);
        is_time
    }
}

impl Worker {
    async fn give_up_way_back(&mut self) -> Result<(), Trouble> {
        if let Some(earlier) = self.app.config.earlier.take() {
            self.throw_away(&earlier);
        }
        Kept::Earlier.forget(&mut self.secrets);
        self.save_with_secrets().await
    }

    /// The copies of an earlier version, and those of its images that came with the app and that it uses no
    /// more, are needed no more.
    pub(super) fn throw_away(&mut self, earlier: &EarlierApp) {
        let pinned = pinned_images(earlier, &self.name);
        let config = &mut self.app.config;
        config.rubbish.volumes.extend(earlier.copies.iter().map(|copy| copy.copy.clone()));
        // What it uses now, and what is kept to go back to.
        let kept = config.earlier.as_deref().into_iter();
        let kept: Vec<&EarlierApp> =
            kept.chain(config.update.as_deref().map(|update| &update.before)).collect();
        let mut used = images(&config.project);
        used.extend(kept.iter().flat_map(|one| images(&one.project)));
        let composes: Vec<&str> = std::iter::once(config.compose.as_str())
            .chain(kept.iter().map(|one| one.compose.as_str()))
            .collect();
        let mut rubbish = Vec::new();
        for image in pinned {
            let (name, digest) = match image.split_once('@') {
                Some((name, digest)) => (name, Some(digest)),
                None => (image.as_str(), None),
            };
            let own = digest.map(|digest| by_digest(name, digest));
            let is_own = |made: &String| made == name || Some(made) == own.as_ref();
            if !config.made.images.iter().any(is_own) {
                continue;
            }
            // A tag may stand for another image by now; the old one is known by its digest alone.
            if let Some(digest) = digest
                && !composes.iter().any(|compose| compose.contains(digest))
            {
                rubbish.push(by_digest(name, digest));
            }
            let is_named = config.made.images.iter().any(|made| made == name);
            if is_named && !used.iter().any(|one| one == name) {
                rubbish.push(name.to_owned());
            }
        }
        config.made.images.retain(|made| !rubbish.contains(made));
        config.rubbish.images.extend(rubbish);
    }

    /// Removes what is needed no more, as far as it can be removed now.
    pub(super) async fn clear_away(&mut self) {
        let socket = self.app.config.engine.clone();
        let Some(engine) = self.tomo.engine_at(self.app.server_id, &socket) else { return };
        if let Err(error) = self.names_back(&engine).await {
            tracing::info!(app = %self.app.id, %error, "names of images are given back later");
            return;
        }
        let rubbish = std::mem::take(&mut self.app.config.rubbish);
        let mut left = AppMade::default();
        for volume in rubbish.volumes {
            if let Err(error) = engine.forget_copy(&volume).await {
                tracing::info!(app = %self.app.id, volume, %error, "a volume stays");
                left.volumes.push(volume);
            }
        }
        for image in rubbish.images {
            // Somebody else may use it by now, and then it is theirs.
            let done = match image.contains('@') {
                true => engine.forget_digest(&image).await,
                false => engine.forget_image(&image).await,
            };
            if let Err(error @ (EngineError::Unreachable(_) | EngineError::Timeout)) = done {
                tracing::info!(app = %self.app.id, image, %error, "an image stays");
                left.images.push(image);
            }
        }
        self.app.config.rubbish = left;
        if let Err(trouble) = self.save().await {
            tracing::warn!(why = trouble.words(), "what stays of an app could not be stored");
        }
    }
}
