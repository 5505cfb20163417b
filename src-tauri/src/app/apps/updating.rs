//! Guarded updates: the data is copied first, and what does not become well is put back, images,
//! configuration and data.
//!
//! Each step comes to the same when it is done twice. How far it is stands in the row before it is done, so that
//! whoever takes it up knows what may have changed.

use super::{
    copying::names,
    installed::volumes_of,
    pins::wanted,
    planning::{images, refusal},
    secrets::{self, Kept},
    trouble::Trouble,
    update_plan::{newer_images, to_copy},
    worker::{Step, Worker},
    works::{Doing, Planned},
};
use crate::{
    app::{Tomo, activity::Entry, error::AppError},
    catalog::{self, project::Values},
    docker::{Engine, EngineError},
    domain::{
        activity::ActivityKind,
        app::AppManifest,
        app_newer::NewerImage,
        app_project::AppProject,
        app_update::{AppUpdate, AppVersion, EarlierApp, UpdateStage},
        credential::AppSecrets,
        figure,
        id::{InstalledAppId, UserId},
        installed_app::{AppStatus, AppWorkKind},
        own_app::OwnFiles,
    },
    store::StoredInstall,
};
use chrono::{TimeDelta, Utc};
use serde_json::json;
use std::collections::BTreeMap;

/// How long the way back is kept.
const KEPT: TimeDelta = TimeDelta::days(7);

/// How long after a new version was started nobody has used it, if it never became well.
const UNUSED: TimeDelta = TimeDelta::minutes(30);

/// What is done, one after another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Pull,
    Stop,
    Copy,
    Write,
    Fill,
    Create,
    Unnamed,
    Start,
    Health,
    Policy,
    Rest,
    Look,
}

impl Stage {
    /// What belongs to an update, in order.
    fn of(update: &AppUpdate) -> Vec<Self> {
        let mut all = vec![
            Self::Pull,
            Self::Stop,
            Self::Copy,
            Self::Write,
            Self::Fill,
            Self::Create,
            Self::Unnamed,
            Self::Start,
            Self::Health,
            Self::Policy,
        ];
        if !update.restores {
            all.retain(|stage| !matches!(stage, Self::Fill | Self::Unnamed));
        }
        if update.was_stopped {
            all.push(Self::Rest);
        }
        all.push(Self::Look);
        all
    }

    fn label(self, update: &AppUpdate) -> String {
        let containers = figure::count(update.project.services.len() as u64, "container");
        match self {
            Self::Pull => {
                let count = images(&update.project).len();
                format!("Pull {}", figure::count(count as u64, "image"))
            }
            Self::Stop => "Stop the app".to_owned(),
            Self::Copy => {
                let volumes = figure::count(update.before.copies.len() as u64, "volume");
                format!("Keep a copy of {volumes}")
            }
            Self::Write => "Write the new configuration".to_owned(),
            Self::Fill => "Bring the data of the backup".to_owned(),
            Self::Unnamed => "Bring the data of volumes without a name".to_owned(),
            Self::Create => format!("Make {containers}"),
            Self::Start => format!("Start {containers}"),
            Self::Health => "Wait until it is well".to_owned(),
            Self::Policy => "Set when it is started again".to_owned(),
            Self::Rest => "Stop it again, as it was".to_owned(),
            Self::Look => "Look at what is there now".to_owned(),
        }
    }
}

impl Step for Stage {
    fn name(self) -> &'static str {
        match self {
            Self::Pull => "pull",
            Self::Stop => "stop",
            Self::Copy => "copy",
            Self::Write => "write",
            Self::Fill => "fill",
            Self::Unnamed => "unnamed",
            Self::Create => "create",
            Self::Start => "start",
            Self::Health => "health",
            Self::Policy => "policy",
            Self::Rest => "rest",
            Self::Look => "look",
        }
    }

    fn ends_itself(self) -> bool {
        // What is asked of the engine half-way would still be done, and stay.
        matches!(self, Self::Pull | Self::Copy | Self::Fill | Self::Unnamed)
    }

    async fn run(self, worker: &mut Worker, engine: Engine) -> Result<(), Trouble> {
        match self {
            Self::Pull => {
                worker.check_incoming(&engine).await?;
                worker.pull_for_update(&engine).await
            }
            Self::Stop => worker.stop_for_update(&engine).await,
            Self::Copy => worker.copy_volumes(&engine).await,
            Self::Write => {
                worker.apply(&engine).await?;
                worker.check_files(&engine).await
            }
            Self::Fill => {
                // Nothing is brought into a volume that a container has.
                worker.remove_containers(&engine, false).await?;
                worker.bring_named(&engine).await
            }
            Self::Unnamed => worker.bring_unnamed(&engine).await,
            Self::Create => {
                worker.remove_vanished(&engine).await?;
                worker.create(&engine).await
            }
            Self::Start => worker.start_new(&engine).await,
            Self::Health => worker.wait_until_well(&engine).await,
            Self::Policy => worker.set_policies(&engine).await,
            Self::Rest => Ok(worker.project(&engine).await?.stop().await?),
            Self::Look => worker.look(&engine).await,
        }
    }
}

fn planned(update: &AppUpdate) -> Vec<Planned> {
    Stage::of(update).into_iter().map(|stage| (stage.name(), stage.label(update))).collect()
}

/// What somebody wants of an update.
#[derive(Clone, Debug)]
pub struct UpdateWish {
    /// The app.
    pub id: InstalledAppId,
    /// Values of settings that are to be others than they are, without secrets.
    pub values: Values,
    /// Whether it stays at its version, and only its settings change.
    pub keeps_version: bool,
    /// The files of an app of one's own, edited.
    pub own: Option<OwnFiles>,
}

impl Tomo {
    /// Begins to update an app; it goes on by itself, and what does not become well is put back.
    ///
    /// # Errors
    /// When there is no such app, a value cannot be taken, nothing would change, or something is being done
    /// to it.
    pub async fn update_app(
        &self,
        by: UserId,
        wish: &UpdateWish,
        typed: AppSecrets,
    ) -> Result<(), AppError> {
        // What cannot be done anyway holds nobody up.
        self.stored_app(wish.id).await?;
        let doing = self.begin_work(wish.id, AppWorkKind::Update, &[])?;
        let app = self.stored_app(wish.id).await?;
        if app.config.update.is_some() {
            return Err(AppError::Invalid(
                "An earlier update of this app has not been put back yet. Roll it back first."
                    .into(),
            ));
        }
        let target = self.target(&app, wish).await?;
        if let Err(problems) = &target.values {
            return Err(refusal(problems));
        }
        let mut given = target.secrets.clone();
        given.extend(typed);
        let typed = given;
        let newer = newer_images(&app.config, &target, wish);
        if newer.is_empty() && self.is_same(&app, &target, &typed).await? {
            return Err(AppError::Changed("Nothing would change: it is like this already.".into()));
        }
        let Some((project, values)) = target.project.zip(target.values.ok()) else {
            return Err(AppError::Internal("planning an update"));
        };
        let next = secrets_after(&self.secrets_of(app.id).await?, typed, &target.manifest)?;
        let next = NextApp { manifest: target.manifest, project, values, secrets: next, newer };
        let worker = self.begin_update(doing, app, next, false).await?;
        let to = worker.app.config.update.as_deref().map(told).unwrap_or_default();
        let app = &worker.app;
        let place = self.place([app.server_id]);
        let message = format!("{} is being updated to {to}{place}", app.title());
        let entry = Entry::by(by, ActivityKind::AppUpdate, message).to_app(app);
        self.record(entry.with(json!({ "app": app.app, "from": app.version(), "to": to }))).await;
        self.inner.tasks.spawn_on(worker.update(), &self.inner.runtime);
        Ok(())
    }

    /// Puts down what an app is to become; whoever asked for it has it done.
    ///
    /// # Errors
    /// When its engine does not answer, or it cannot be stored.
    pub(super) async fn begin_update(
        &self,
        doing: Doing,
        mut app: StoredInstall,
        next: NextApp,
        restores: bool,
    ) -> Result<Worker, AppError> {
        let engine = self.engine_at(app.server_id, &app.config.engine);
        let engine = engine.ok_or_else(|| {
            AppError::Invalid("The engine that this app runs in does not answer now.".into())
        })?;
        let needed = images(&next.project);
        let holdings = engine.holdings(&needed).await?;
        let replaced = wanted(&engine, next.newer).await?;
        let mut secrets = self.secrets_of(app.id).await?;
        let before = secrets::present(&secrets);
        Kept::Before.keep(&mut secrets, before);
        Kept::Next.keep(&mut secrets, next.secrets);
        let update = AppUpdate {
            is_way_back: false,
            restores,
            stage: UpdateStage::Pulling,
            started_at: None,
            was_stopped: app.status == AppStatus::Stopped,
            images: needed
                .into_iter()
                .filter(|image| !holdings.images.contains_key(image))
                .collect(),
            volumes: volumes_of(&next.project)
                .filter(|name| !holdings.volumes.contains(name))
                .collect(),
            digests: BTreeMap::new(),
            before: EarlierApp { replaced, ..before_of(&app) },
            manifest: next.manifest,
            project: next.project,
            values: next.values,
        };
        doing.add(&planned(&update));
        // What an earlier attempt has left is wanted again.
        let again: Vec<String> = volumes_of(&update.project).collect();
        app.config.rubbish.volumes.retain(|volume| !again.contains(volume));
        let replaced = &update.before.replaced;
        app.config.names_back.retain(|back| replaced.iter().all(|it| it.image != back.image));
        app.config.update = Some(Box::new(update));
        app.config.failure = None;
        app.error = None;
        let name = app.project_name()?;
        let mut worker = Worker { tomo: self.clone(), doing, app, name, secrets };
        let saved = worker.save_with_secrets().await;
        saved.map_err(|trouble| AppError::Invalid(trouble.words()))?;
        Ok(worker)
    }
}

/// What an app is to become.
pub(super) struct NextApp {
    pub(super) manifest: AppManifest,
    pub(super) project: AppProject,
    /// Values of settings, without secrets.
    pub(super) values: Values,
    pub(super) secrets: AppSecrets,
    /// Images that are to be newer than those that it has.
    pub(super) newer: Vec<NewerImage>,
}

/// What an app is updated to, in words.
fn told(update: &AppUpdate) -> String {
    let version = &update.manifest.version;
    match update.before.replaced.len() as u64 {
        count if count > 0 && *version == update.before.manifest.version => {
            format!("{} of {version}", figure::count(count, "newer image"))
        }
        _ => version.clone(),
    }
}

/// The secrets that an app would run with, of those that it has, those that somebody typed, and new ones.
pub(super) fn secrets_after(
    all: &AppSecrets,
    typed: AppSecrets,
    manifest: &AppManifest,
) -> Result<AppSecrets, AppError> {
    let mut known = secrets::present(all);
    known.retain(|name, _| manifest.settings.iter().any(|one| one.name == *name));
    known.extend(typed);
    secrets::all(manifest, known)
}

/// An app as it is, to be made so again.
fn before_of(app: &StoredInstall) -> EarlierApp {
    let config = &app.config;
    let (copies, not_copied) = to_copy(app);
    EarlierApp {
        manifest: config.manifest.clone(),
        project: config.project.clone(),
        values: config.values.clone(),
        compose: config.compose.clone(),
        copies,
        not_copied,
        replaced: Vec::new(),
        at: Utc::now(),
        until: Utc::now() + KEPT,
    }
}

impl Worker {
    pub(super) async fn update(self) {
        let stages = self.app.config.update.as_deref().map(Stage::of).unwrap_or_default();
        self.go_through(stages, true).await;
    }

    /// Goes on with an update whose new version was started already: people may have used it since.
    pub(super) async fn go_on_with_update(self) {
        let all = self.app.config.update.as_deref().map(Stage::of).unwrap_or_default();
        if let Some(update) = self.app.config.update.as_deref() {
            self.doing.add(&planned(update));
        }
        let rest = all.into_iter().skip_while(|stage| *stage != Stage::Start).collect();
        let started_at = self.app.config.update.as_ref().and_then(|update| update.started_at);
        let is_fresh = started_at.is_some_and(|at| Utc::now() - at < UNUSED);
        self.go_through(rest, is_fresh).await;
    }

    /// What does not become well is put back, where that `can` be done without losing what came since.
    async fn go_through(mut self, stages: Vec<Stage>, can: bool) {
        let mut done = Ok(());
        for stage in stages {
            if stage == Stage::Write {
                // From here on there is only forward, or back by itself.
                self.doing.cannot_cancel();
            }
            done = self.step(stage).await;
            if done.is_err() {
                break;
            }
        }
        match done {
            Ok(()) => self.keep_way_back().await,
            // A Tomo that ends leaves it as it is: the next one puts it back.
            Err(Trouble::Cancelled) if !self.doing.is_cancelled() => {}
            Err(trouble) if can => self.put_back(Some(trouble)).await,
            Err(trouble) => self.wait_for_a_person(trouble).await,
        }
    }

    /// The update that is under way.
    pub(super) fn under_way(&mut self) -> Result<&mut AppUpdate, Trouble> {
        let update = self.app.config.update.as_deref_mut();
        update.ok_or_else(|| Trouble::Failed("no update is under way".to_owned()))
    }

    async fn stop_for_update(&mut self, engine: &Engine) -> Result<(), Trouble> {
        if self.under_way()?.stage == UpdateStage::Pulling {
            // As it is now: somebody may have made its containers anew.
            self.look(engine).await?;
            let (copies, not_copied) = to_copy(&self.app);
            let before = &mut self.under_way()?.before;
            (before.copies, before.not_copied) = (copies, not_copied);
        }
        let volumes = names(&self.under_way()?.before.copies);
        self.refuse_strangers(engine, &volumes).await?;
        if self.under_way()?.stage == UpdateStage::Pulling {
            self.refuse_without_room(engine).await?;
        }
        self.under_way()?.stage = UpdateStage::Copying;
        self.stands_at(AppStatus::Starting).await?;
        self.rewrite_if_missing(engine).await?;
        Ok(self.project(engine).await?.stop().await?)
    }

    /// The new configuration takes the place of the old one.
    async fn apply(&mut self, engine: &Engine) -> Result<(), Trouble> {
        // What was pulled may have been removed meanwhile.
        self.pull_for_update(engine).await?;
        let update = self.under_way()?;
        let digests = update.digests.clone();
        if update.stage != UpdateStage::Applied {
            update.stage = UpdateStage::Applied;
            let (manifest, project) = (update.manifest.clone(), update.project.clone());
            let config = &mut self.app.config;
            config.values = config.update.as_ref().map(|it| it.values.clone()).unwrap_or_default();
            config.compose = catalog::pin(&manifest.compose, &config.values, &digests);
            (config.manifest, config.project) = (manifest, project);
            let next = Kept::Next.of(&self.secrets);
            secrets::replace(&mut self.secrets, next);
            Kept::Next.forget(&mut self.secrets);
            self.save_with_secrets().await?;
        }
        self.write(engine).await
    }

    async fn start_new(&mut self, engine: &Engine) -> Result<(), Trouble> {
        let update = self.under_way()?;
        update.stage = UpdateStage::Started;
        update.started_at.get_or_insert_with(Utc::now);
        self.save().await?;
        Ok(self.project(engine).await?.start().await?)
    }

    /// Removes the containers of services that the new version has no more; their data stays.
    async fn remove_vanished(&mut self, engine: &Engine) -> Result<(), Trouble> {
        for container in self.containers(engine).await? {
            let services = &self.app.config.project.services;
            if services.iter().any(|one| Some(&one.service) == container.service.as_ref()) {
                continue;
            }
            match engine.remove_container(&container.id, false, true).await {
                Ok(()) | Err(EngineError::NotFound(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    async fn keep_way_back(&mut self) {
        let config = &mut self.app.config;
        let Some(update) = config.update.take() else { return };
        let (from, what) = (update.before.manifest.version.clone(), told(&update));
        self.keep_replaced(&update);
        let config = &mut self.app.config;
        config.made.images.extend(update.images);
        config.made.volumes.extend(update.volumes);
        if update.restores {
            // The containers that had these are gone, and the new ones got others there.
            let unnamed = update.before.copies.iter().filter(|copy| copy.unnamed.is_some());
            config.rubbish.volumes.extend(unnamed.map(|copy| copy.volume.clone()));
        }
        config.failure = None;
        let older = config.earlier.replace(Box::new(update.before));
        let now = Utc::now();
        let version = config.manifest.version.clone();
        if version != from {
            config.versions.insert(0, AppVersion { version, since: now });
        }
        if let Some(older) = older {
            self.throw_away(&older);
        }
        let before = Kept::Before.of(&self.secrets);
        Kept::Earlier.keep(&mut self.secrets, before);
        Kept::Before.forget(&mut self.secrets);
        self.app.error = None;
        let status = match update.was_stopped {
            true => AppStatus::Stopped,
            false => {
                self.app.started_at = Some(now);
                AppStatus::Running
            }
        };
        let is_stored = self.end_with_secrets(status).await;
        let place = self.tomo.place([self.app.server_id]);
        let to = self.app.version().to_owned();
        let title = self.app.title();
        let message = match from == to {
            _ if update.restores => format!("{title} {to} has the data of a backup{place}"),
            true => format!("{title} updated to {what}{place}"),
            false => format!("{title} updated from {from} to {to}{place}"),
        };
        let entry = Entry::by_tomo(ActivityKind::AppUpdated, message).to_app(&self.app);
        let details = json!({ "app": self.app.app, "from": from, "to": to });
        self.tomo.record(entry.with(details)).await;
        if is_stored {
            self.clear_away().await;
        }
    }

    /// What is being done is over: the row says where the app stands now. Says whether that is stored: else
    /// nothing may be thrown away that the row still names.
    pub(super) async fn end_with_secrets(&mut self, status: AppStatus) -> bool {
        self.app.step_started_at = None;
        self.app.config.steps = self.doing.steps();
        self.app.status = status;
        let stored = self.save_with_secrets().await;
        if let Err(trouble) = &stored {
            tracing::warn!(why = trouble.words(), "what became of an app could not be stored");
        }
        stored.is_ok()
    }
}
