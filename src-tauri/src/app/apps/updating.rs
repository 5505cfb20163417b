//! Guarded updates: the data is copied first, and what does not become well is put back, images,
//! configuration and data.

use super::{
    planning::{images, refusal},
    putting_back::before_of,
    secrets,
    trouble::Trouble,
    worker::{Step, Worker},
    works::Planned,
};
use crate::{
    app::{Tomo, activity::Entry, error::AppError},
    catalog::{
        self,
        project::{self, Values},
    },
    docker::Engine,
    domain::{
        activity::ActivityKind,
        app::AppManifest,
        app_project::{AppProject, MountSource, ValueProblem},
        credential::AppSecrets,
        figure,
        id::{InstalledAppId, UserId},
        installed_app::{
            AppStatus, AppUpdate, AppVersion, AppWorkKind, DiffLine, LineChange, UpdatePlan,
            VolumeCopy,
        },
    },
    store::StoredInstall,
};
use chrono::{TimeDelta, Utc};
use serde_json::json;
use similar::{ChangeTag, TextDiff};

/// How long the way back is kept.
const KEPT: TimeDelta = TimeDelta::days(7);
/// Lines that are shown around those that change.
const AROUND: usize = 3;

/// What is done, one after another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Pull,
    Stop,
    Copy,
    Write,
    Create,
    Start,
    Health,
    Policy,
    Look,
}

impl Stage {
    const ALL: [Self; 9] = [
        Self::Pull,
        Self::Stop,
        Self::Copy,
        Self::Write,
        Self::Create,
        Self::Start,
        Self::Health,
        Self::Policy,
        Self::Look,
    ];

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
            Self::Create => format!("Make {containers}"),
            Self::Start => format!("Start {containers}"),
            Self::Health => "Wait until it is well".to_owned(),
            Self::Policy => "Set when it is started again".to_owned(),
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
            Self::Create => "create",
            Self::Start => "start",
            Self::Health => "health",
            Self::Policy => "policy",
            Self::Look => "look",
        }
    }

    fn ends_itself(self) -> bool {
        self == Self::Pull
    }

    async fn run(self, worker: &mut Worker, engine: Engine) -> Result<(), Trouble> {
        match self {
            Self::Pull => {
                let update = worker.app.config.update.as_ref();
                let wanted = update.map(|update| images(&update.project)).unwrap_or_default();
                worker.pull_all(&engine, &wanted).await.map(drop)
            }
            Self::Stop => worker.stop_for_update(&engine).await,
            Self::Copy => worker.copy_volumes(&engine).await,
            Self::Write => worker.apply(&engine).await,
            Self::Create => worker.create(&engine).await,
            Self::Start => Ok(worker.project(&engine).await?.start().await?),
            Self::Health => worker.wait_until_well(&engine).await,
            Self::Policy => worker.set_policies(&engine).await,
            Self::Look => worker.look(&engine).await,
        }
    }
}

fn planned(update: &AppUpdate) -> Vec<Planned> {
    Stage::ALL.into_iter().map(|stage| (stage.name(), stage.label(update))).collect()
}

/// What somebody wants of an update.
#[derive(Clone, Debug)]
pub struct UpdateWish {
    /// The app.
    pub id: InstalledAppId,
    /// Values of settings that are to be others than they are, without secrets.
    pub values: Values,
}

/// What comes, as far as it can be said before anything is asked of a server.
struct Target {
    manifest: AppManifest,
    values: Result<Values, Vec<ValueProblem>>,
    project: Option<AppProject>,
}

impl Tomo {
    /// Says what updating an app would do: to the version of the catalog, with these values. Changes nothing.
    ///
    /// # Errors
    /// When there is no such app, or it was never installed.
    pub async fn plan_update(&self, wish: &UpdateWish) -> Result<UpdatePlan, AppError> {
        let app = self.stored_app(wish.id).await?;
        let target = self.target(&app, &wish.values).await?;
        let config = &app.config;
        let problems = target.values.as_ref().err().cloned().unwrap_or_default();
        let (copies, not_copied) = to_copy(&app);
        Ok(UpdatePlan {
            from: app.version().to_owned(),
            to: target.manifest.version.clone(),
            new_settings: target
                .manifest
                .settings
                .iter()
                .filter(|new| !config.manifest.settings.iter().any(|old| old.name == new.name))
                .cloned()
                .collect(),
            compose: diff(&config.manifest.compose, &target.manifest.compose),
            images: target.project.as_ref().map(images).unwrap_or_default(),
            values: target.values.unwrap_or_default(),
            problems,
            copied: copies.into_iter().map(|copy| copy.volume).collect(),
            not_copied,
        })
    }

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
        let mut app = self.stored_app(wish.id).await?;
        let target = self.target(&app, &wish.values).await?;
        let values = target.values.map_err(|problems| refusal(&problems))?;
        let project = target.project.ok_or(AppError::Internal("planning an update"))?;
        let mut known = self.secrets_of(app.id).await?;
        known.extend(typed);
        known.retain(|name, _| target.manifest.settings.iter().any(|one| one.name == *name));
        let secrets = secrets::all(&target.manifest, known)?;
        let config = &app.config;
        let is_same = target.manifest == config.manifest && values == shared(&values, config);
        let before_secrets = self.secrets_of(app.id).await?;
        if is_same && secrets::are_same(&before_secrets, &secrets) {
            return Err(AppError::Changed("Nothing would change: it is like this already.".into()));
        }
        let engine = self.usable_engine(app.server_id)?;
        let holdings = engine.holdings(&images(&project)).await?;
        let volumes = volumes_of(&project);
        let update = AppUpdate {
            images: images(&project)
                .into_iter()
                .filter(|image| !holdings.images.contains_key(image))
                .collect(),
            volumes: volumes.filter(|name| !holdings.volumes.contains(name)).collect(),
            before: before_of(&app, to_copy(&app), Utc::now() + KEPT),
            manifest: target.manifest,
            project,
            values: given(values, config),
            is_stopped: false,
            is_applied: false,
        };
        let doing = self.begin_work(app.id, AppWorkKind::Update, &planned(&update))?;
        let sealed = self.inner.vault.seal_app(app.id, &secrets)?;
        let to = update.manifest.version.clone();
        app.config.update = Some(Box::new(update));
        if !self.inner.store.update_installed_app(&app).await? {
            return Err(AppError::NotFound("app on a server"));
        }
        // More of them than before harms neither the new version nor the old one.
        self.inner.store.put_app_secrets(app.id, &sealed).await?;
        let place = self.place([app.server_id]);
        let message = format!("{} is being updated to {to}{place}", app.title());
        let entry = Entry::by(by, ActivityKind::AppUpdate, message).to(app.server_id);
        self.record(entry.with(json!({ "app": app.app, "from": app.version(), "to": to }))).await;
        let name = app.project_name()?;
        let worker = Worker { tomo: self.clone(), doing, app, name, secrets };
        self.inner.tasks.spawn_on(worker.update(), &self.inner.runtime);
        Ok(())
    }

    async fn target(&self, app: &StoredInstall, typed: &Values) -> Result<Target, AppError> {
        if app.installed_at.is_none() {
            return Err(AppError::Invalid("This app was never installed to its end.".into()));
        }
        // What vanished from the catalog can still be configured anew.
        let manifest = match self.catalog_app(&app.app).await {
            Ok(app) => app.manifest,
            Err(AppError::NotFound(_)) => app.config.manifest.clone(),
            Err(error) => return Err(error),
        };
        let mut wanted: Values = app.config.values.clone();
        wanted.retain(|name, _| manifest.settings.iter().any(|setting| setting.name == *name));
        wanted.extend(typed.clone());
        let name = app.project_name()?;
        let values = project::values(&manifest, &wanted);
        let made = values.as_ref().ok().map(|values| project::project(&manifest, &name, values));
        Ok(match made {
            Some(Err(problems)) => Target { manifest, values: Err(problems), project: None },
            Some(Ok(project)) => Target { manifest, values, project: Some(project) },
            None => Target { manifest, values, project: None },
        })
    }
}

/// Values with those that the server itself gave.
fn given(mut values: Values, config: &crate::domain::installed_app::AppConfig) -> Values {
    for name in ["APP_ID", "TZ", "PUID", "PGID"] {
        if values.get(name).is_none_or(String::is_empty)
            && let Some(value) = config.values.get(name)
        {
            values.insert(name.to_owned(), value.clone());
        }
    }
    values
}

/// The values that an app has of these settings.
fn shared(values: &Values, config: &crate::domain::installed_app::AppConfig) -> Values {
    config
        .values
        .iter()
        .filter(|(name, _)| values.contains_key(*name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

fn volumes_of(project: &AppProject) -> impl Iterator<Item = String> + '_ {
    project.mounts.iter().filter_map(|mount| match &mount.source {
        MountSource::Volume { name, is_external: false } => Some(name.clone()),
        _ => None,
    })
}

/// Volumes that are copied, each with the name of its copy, and data that is not.
fn to_copy(app: &StoredInstall) -> (Vec<VolumeCopy>, Vec<String>) {
    let own = app.own_volumes();
    let copies = own.iter().map(|volume| VolumeCopy {
        copy: format!("{volume}_before_{}", Utc::now().format("%Y%m%d%H%M%S")),
        volume: volume.clone(),
    });
    let others = app.volumes.iter().filter(|volume| !own.contains(&volume.name));
    let others = others.map(|volume| volume.name.clone());
    let paths = app.binds.iter().filter(|bind| !bind.is_read_only).map(|bind| bind.path.clone());
    (copies.collect(), others.chain(paths).collect())
}

/// Lines that change, with some around them.
fn diff(before: &str, after: &str) -> Vec<DiffLine> {
    let diff = TextDiff::from_lines(before, after);
    let groups = diff.grouped_ops(AROUND);
    let changes = groups.iter().flatten().flat_map(|operation| diff.iter_changes(operation));
    changes
        .map(|change| {
            let index = change.new_index().or(change.old_index()).unwrap_or_default();
            DiffLine {
                change: match change.tag() {
                    ChangeTag::Equal => LineChange::Same,
                    ChangeTag::Delete => LineChange::Removed,
                    ChangeTag::Insert => LineChange::Added,
                },
                line: u32::try_from(index + 1).unwrap_or(u32::MAX),
                text: change.value().trim_end_matches('\n').to_owned(),
            }
        })
        .collect()
}

impl Worker {
    async fn update(mut self) {
        let mut done = Ok(());
        for stage in Stage::ALL {
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
            Err(Trouble::Cancelled) if !self.doing.is_cancelled() => {}
            Err(trouble) => self.put_back(AppWorkKind::Update, Some(trouble)).await,
        }
    }

    async fn stop_for_update(&mut self, engine: &Engine) -> Result<(), Trouble> {
        if let Some(update) = &mut self.app.config.update {
            update.is_stopped = true;
        }
        self.stands_at(AppStatus::Starting).await?;
        self.rewrite_if_missing(engine).await?;
        Ok(self.project(engine).await?.stop().await?)
    }

    async fn copy_volumes(&mut self, engine: &Engine) -> Result<(), Trouble> {
        let Some(update) = &self.app.config.update else { return Ok(()) };
        let copies = update.before.copies.clone();
        let image = self.some_image(engine).await?;
        let (mut made, mut left) = (Vec::new(), Vec::new());
        for (at, copy) in copies.iter().enumerate() {
            self.doing.tell("copy", |step| {
                step.detail = Some(format!("{} ({} of {})", copy.volume, at + 1, copies.len()));
            });
            match engine.can_copy_volume(&copy.volume).await {
                Ok(true) => {
                    let done = engine.copy_volume(&copy.volume, &copy.copy, &image).await;
                    let done = done.map_err(Trouble::from);
                    done.map_err(|why| why.while_doing(&format!("copying {}", copy.volume)))?;
                    made.push(copy.clone());
                }
                Ok(false) => left.push(copy.volume.clone()),
                // It is made by the new version, or somebody removed it: there is nothing to copy.
                Err(crate::docker::EngineError::NotFound(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        if let Some(update) = &mut self.app.config.update {
            update.before.copies = made;
            for volume in left {
                if !update.before.not_copied.contains(&volume) {
                    update.before.not_copied.push(volume);
                }
            }
        }
        self.save().await
    }

    /// An image that is there, whatever is in it.
    pub(super) async fn some_image(&self, engine: &Engine) -> Result<String, Trouble> {
        let containers = self.containers(engine).await?;
        if let Some(container) = containers.first() {
            return Ok(container.image_id.clone());
        }
        let there = engine.images_there(&images(&self.app.config.project)).await?;
        there
            .into_keys()
            .next()
            .ok_or_else(|| Trouble::Failed("none of its images is there any more".to_owned()))
    }

    /// The new configuration takes the place of the old one.
    async fn apply(&mut self, engine: &Engine) -> Result<(), Trouble> {
        let wanted = self.app.config.update.as_ref().map(|update| images(&update.project));
        let digests = self.pull_all(engine, &wanted.unwrap_or_default()).await?;
        let config = &mut self.app.config;
        let Some(update) = &mut config.update else { return Ok(()) };
        update.is_applied = true;
        config.compose = catalog::pin(&update.manifest.compose, &update.values, &digests);
        config.manifest = update.manifest.clone();
        config.project = update.project.clone();
        config.values = update.values.clone();
        self.save().await?;
        self.write(engine).await
    }

    async fn keep_way_back(&mut self) {
        let config = &mut self.app.config;
        let Some(update) = config.update.take() else { return };
        let from = update.before.manifest.version.clone();
        let older = config.earlier.replace(Box::new(update.before));
        config.made.images.extend(update.images);
        config.made.volumes.extend(update.volumes);
        config.failure = None;
        let now = Utc::now();
        let version = config.manifest.version.clone();
        if version != from {
            config.versions.insert(0, AppVersion { version, since: now });
        }
        self.app.error = None;
        self.app.started_at = Some(now);
        if let Some(older) = older {
            self.give_up(&older).await;
        }
        self.store_end(AppStatus::Running).await;
        let place = self.tomo.place([self.app.server_id]);
        let to = self.app.version().to_owned();
        let message = format!("{} updated from {from} to {to}{place}", self.app.title());
        let entry = Entry::by_tomo(ActivityKind::AppUpdated, message).to(self.app.server_id);
        let details = json!({ "app": self.app.app, "from": from, "to": to });
        self.tomo.record(entry.with(details)).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Holds because whoever decides about an update reads what changes, and where.
    #[test]
    fn lines_that_change_are_told_with_their_numbers() {
        let before = "a\nb\nc\nd\ne\nf\ng\nh\n";
        let lines = diff(before, &before.replace("e\n", "E\nE2\n"));
        let told: Vec<_> =
            lines.iter().map(|line| (line.change, line.line, line.text.as_str())).collect();
        use LineChange::{Added, Removed, Same};
        let expected = [
            (Same, 2, "b"),
            (Same, 3, "c"),
            (Same, 4, "d"),
            (Removed, 5, "e"),
            (Added, 5, "E"),
            (Added, 6, "E2"),
            (Same, 7, "f"),
            (Same, 8, "g"),
            (Same, 9, "h"),
        ];
        assert_eq!(told, expected);
        assert_eq!(diff(before, before), []);
    }
}
