//! Newer images: whether the names of an app's images stand for others in their registries by now. Looked at
//! when somebody asks, and once a day by itself.

use super::{pins::pins, planning::images};
use crate::{
    app::{Tomo, error::AppError},
    collect::hub::Change,
    docker::{
        Engine, EngineError, KeptImage,
        registry::{Registries, RegistryError},
    },
    domain::{
        app_newer::{AppImage, ImagesLook, NewerImage},
        app_project::AppProject,
        fleet::Topic,
        id::InstalledAppId,
        installed_app::AppConfig,
        text::sentence,
    },
    store::StoredInstall,
};
use chrono::{DateTime, TimeDelta, Utc};
use futures::{StreamExt, stream};
use std::{
    collections::{HashMap, hash_map::DefaultHasher},
    hash::{Hash, Hasher},
    sync::atomic::Ordering,
};

/// The setting that switches it off that Tomo looks by itself.
const SETTING: &str = "system.look_for_newer_images";
/// How often it looks by itself.
const EVERY: TimeDelta = TimeDelta::hours(24);
/// How far the looks of several apps are spread, seconds.
const SPREAD: u64 = 3_600;
/// How many images are asked for at a time.
const AT_ONCE: usize = 4;

/// What is known of the image of an app; nothing where nobody looked at it yet.
pub(super) fn known(config: &AppConfig, image: &str) -> Option<AppImage> {
    config.looked.as_ref()?.of(image, &config.compose)
}

/// Whether a registry has something newer for an app.
pub(super) fn has_newer(app: &StoredInstall) -> bool {
    app.installed_at.is_some() && !newer_of(&app.config, &app.config.project).is_empty()
}

/// Images of this project whose names stand for others by now.
pub(super) fn newer_of(config: &AppConfig, project: &AppProject) -> Vec<NewerImage> {
    let known = images(project).into_iter().filter_map(|image| known(config, &image));
    let newer = known.filter(|image| image.is_newer == Some(true));
    newer
        .filter_map(|it| Some(NewerImage { image: it.image, from: it.digest, to: it.newest? }))
        .collect()
}

/// All images of an app, with what is known of them.
pub(super) fn told(app: &StoredInstall) -> Vec<AppImage> {
    let pins = pins(&app.config.manifest, &app.config.compose, &app.config);
    let image = |image: String| {
        let digest = pins.get(&image).cloned();
        match known(&app.config, &image) {
            // What it runs may have changed since somebody looked.
            Some(known) => AppImage { digest: digest.or(known.digest.clone()), ..known },
            None => AppImage { image, digest, newest: None, is_newer: None, error: None },
        }
    };
    images(&app.config.project).into_iter().map(image).collect()
}

impl Tomo {
    /// Asks the registries whether they have newer images for an app. Each is asked by `HEAD`, which is no pull.
    ///
    /// # Errors
    /// When there is no such app, it was never installed, or its engine does not answer.
    pub async fn look_for_newer(&self, id: InstalledAppId) -> Result<(), AppError> {
        let app = self.stored_app(id).await?;
        if app.installed_at.is_none() {
            return Err(AppError::Invalid("This app was never installed to its end.".into()));
        }
        let engine = self.engine_at(app.server_id, &app.config.engine).ok_or_else(|| {
            AppError::Invalid("The engine that this app runs in does not answer now.".into())
        })?;
        let look = look(&engine, &app).await?;
        if !self.inner.store.write_images_look(id, &look).await? {
            return Err(AppError::NotFound("app on a server"));
        }
        self.inner.hub.announce(Change::Topic(Topic::Apps));
        Ok(())
    }

    /// Looks for newer images of an app whose time has come; of one at a time.
    pub(super) async fn look_when_due(&self, stored: &[StoredInstall]) {
        let (now, apps) = (Utc::now(), &self.inner.apps);
        let is_due = |app: &&StoredInstall| {
            due_at(app).is_some_and(|at| at <= now)
                && self.engine_at(app.server_id, &app.config.engine).is_some()
                && !self.is_worked_at(app.id)
        };
        let Some(app) = stored.iter().find(is_due) else { return };
        let setting = self.inner.store.setting(None, SETTING).await;
        if !setting.is_ok_and(|value| value == true) {
            return;
        }
        if apps.is_looking.swap(true, Ordering::SeqCst) {
            return;
        }
        let (tomo, id) = (self.clone(), app.id);
        self.inner.tasks.spawn_on(
            async move {
                let looking = tomo.inner.cancel.run_until_cancelled(tomo.look_for_newer(id));
                if let Some(Err(error)) = looking.await {
                    tracing::info!(%id, %error, "newer images could not be looked for");
                }
                tomo.inner.apps.is_looking.store(false, Ordering::SeqCst);
            },
            &self.inner.runtime,
        );
    }
}

/// When the registries of an app are asked again.
fn due_at(app: &StoredInstall) -> Option<DateTime<Utc>> {
    let mut hasher = DefaultHasher::new();
    app.id.hash(&mut hasher);
    let spread = TimeDelta::seconds(i64::try_from(hasher.finish() % SPREAD).unwrap_or_default());
    let installed = app.installed_at?;
    Some(match &app.config.looked {
        None => installed + spread,
        Some(look) => (look.at + EVERY + spread).max(look.not_before.unwrap_or(look.at)),
    })
}

async fn look(engine: &Engine, app: &StoredInstall) -> Result<ImagesLook, EngineError> {
    let (registries, running) = futures::join!(engine.registries(), running(engine, app));
    let running = running?;
    let pins = pins(&app.config.manifest, &app.config.compose, &app.config);
    let asked = stream::iter(images(&app.config.project)).map(|image| {
        let (registries, running, pins) = (&registries, &running, &pins);
        async move {
            let pin = pins.get(&image);
            look_at(engine, registries, image, running, pin).await
        }
    });
    let asked: Vec<_> = asked.buffered(AT_ONCE.min(engine.at_once())).collect().await;
    let later = asked.iter().filter_map(|(_, later)| *later).max();
    Ok(ImagesLook {
        at: Utc::now(),
        not_before: later,
        images: asked.into_iter().map(|(image, _)| image).collect(),
    })
}

/// The ids of the images that the containers of an app run, by the names of the images.
async fn running(
    engine: &Engine,
    app: &StoredInstall,
) -> Result<HashMap<String, String>, EngineError> {
    let mut services = HashMap::new();
    for container in engine.list(app.server_id).await? {
        if container.project.as_ref() == Some(&app.config.project.name)
            && let Some(service) = container.service
        {
            services.insert(service, container.image_id);
        }
    }
    let all = app.config.project.services.iter();
    Ok(all.filter_map(|it| Some((it.image.clone(), services.get(&it.service)?.clone()))).collect())
}

async fn look_at(
    engine: &Engine,
    registries: &Registries<'_>,
    image: String,
    running: &HashMap<String, String>,
    pin: Option<&String>,
) -> (AppImage, Option<DateTime<Utc>>) {
    let mut told =
        AppImage { image, digest: pin.cloned(), newest: None, is_newer: None, error: None };
    if let Some((_, digest)) = told.image.split_once('@') {
        // Its author names one image for ever.
        (told.digest, told.is_newer) = (Some(digest.to_owned()), Some(false));
        return (told, None);
    }
    let digests = match kept(engine, &told.image, running, pin).await {
        Ok(kept) => kept.map(|kept| kept.digests_of(&told.image)).unwrap_or_default(),
        Err(error) => {
            told.error = Some(sentence(&error.to_string()));
            return (told, None);
        }
    };
    if told.digest.as_ref().is_none_or(|pin| !digests.contains(pin))
        && let Some(first) = digests.first()
    {
        told.digest = Some(first.clone());
    }
    if told.digest.is_none() {
        let why = "it was not pulled from a registry, so that there is nothing to compare";
        told.error = Some(sentence(why));
        return (told, None);
    }
    match registries.newest(&told.image).await {
        Ok(newest) => {
            told.is_newer =
                Some(told.digest.as_ref() != Some(&newest) && !digests.contains(&newest));
            told.newest = Some(newest);
            (told, None)
        }
        Err(error) => {
            told.error = Some(format!("{} {}", sentence(&error.to_string()), error.hint()));
            let later = match error {
                RegistryError::Later { after: Some(after), .. } => TimeDelta::from_std(after).ok(),
                _ => None,
            };
            (told, later.map(|later| Utc::now() + later))
        }
    }
}

/// The image that an app runs under this name: that of its container, or what its compose file says.
async fn kept(
    engine: &Engine,
    image: &str,
    running: &HashMap<String, String>,
    pin: Option<&String>,
) -> Result<Option<KeptImage>, EngineError> {
    let pinned = pin.map(|digest| format!("{image}@{digest}"));
    let ways = [running.get(image).cloned(), pinned, Some(image.to_owned())];
    for way in ways.into_iter().flatten() {
        if let Some(kept) = engine.kept_image(&way).await? {
            return Ok(Some(kept));
        }
    }
    Ok(None)
}
