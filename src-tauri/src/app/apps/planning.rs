//! Plans: what installing an app would do to a server, and what stands in the way, before anything is done.

use super::{
    checks::{self, Seen},
    place::{self, Place},
};
use crate::{
    app::{Tomo, error::AppError},
    catalog::{
        self,
        project::{self, Values},
    },
    docker::{Engine, Holdings, HostFacts},
    domain::{
        app::{AppManifest, AppName},
        app_plan::{AppPlan, CheckOutcome, PlanImage, PlanVolume},
        app_project::{AppProject, MountSource, ProjectName, ValueProblem},
        app_source::AppId,
        credential::AppSecrets,
        engine::EngineAccess,
        id::ServerId,
        own_app::OwnFiles,
    },
};

/// What somebody wants to install.
#[derive(Clone, Debug)]
pub struct AppWish {
    /// The app.
    pub app: AppId,
    /// Where; the server that suits best where nothing is said.
    pub server: Option<ServerId>,
    /// Name of the compose project; that of the app where nothing is said.
    pub project: Option<String>,
    /// Values of settings, without secrets.
    pub values: Values,
    /// The files of an app of one's own, which is in no catalog.
    pub own: Option<OwnFiles>,
    /// Whether paths of the server may be looked at: they are whatever somebody typed.
    pub looks_at_paths: bool,
}

/// A wish that was looked at.
pub(super) struct Looked {
    pub(super) plan: AppPlan,
    pub(super) manifest: AppManifest,
    pub(super) project: ProjectName,
    /// Secrets that stood in its files.
    pub(super) secrets: AppSecrets,
    pub(super) engine: Engine,
    /// All values that are no secrets, those included that the server itself gives.
    pub(super) values: Values,
    /// What the engine holds; absent where it could not be asked.
    pub(super) holdings: Option<Holdings>,
    /// What the server says of itself.
    pub(super) facts: HostFacts,
}

impl Tomo {
    /// Says what installing an app would do, and what stands in the way. Changes nothing.
    ///
    /// # Errors
    /// When there is no such app, or no server that has an engine.
    pub async fn plan_app(&self, wish: &AppWish) -> Result<AppPlan, AppError> {
        Ok(self.look_before(wish).await?.plan)
    }

    /// Looks at a server before an app is installed there.
    pub(super) async fn look_before(&self, wish: &AppWish) -> Result<Looked, AppError> {
        let (manifest, secrets) = match self.own_app(wish)? {
            Some(own) => own,
            None => (self.catalog_app(&wish.app).await?.manifest, AppSecrets::new()),
        };
        let looked = self.look_for(manifest, wish).await?;
        Ok(Looked { secrets, ..looked })
    }

    /// The same for an app whose manifest is known.
    pub(super) async fn look_for(
        &self,
        manifest: AppManifest,
        wish: &AppWish,
    ) -> Result<Looked, AppError> {
        let servers = self.server_fits(&manifest);
        let server = match wish.server {
            Some(server) => server,
            None => {
                let first = servers.iter().find(|fit| fit.is_possible).or(servers.first());
                first.map(|fit| fit.server_id).ok_or_else(no_engine)?
            }
        };
        let name = wish.project.as_deref().map(str::trim).filter(|name| !name.is_empty());
        let name = name.unwrap_or(manifest.id.as_str());
        let name: AppName = name.parse().map_err(|rule| {
            AppError::Invalid(format!("The name of an app on a server is {rule}."))
        })?;
        // Nobody else says what an app of one's own is called.
        let app = match &wish.own {
            Some(_) => AppId { source: wish.app.source.clone(), app: name.clone() },
            None => wish.app.clone(),
        };
        let project = ProjectName::from(name);
        let engine = self.usable_engine(server)?;
        let (values, mut problems) = match project::values(&manifest, &wish.values) {
            Ok(values) => (values, Vec::new()),
            Err(problems) => (wish.values.clone(), problems),
        };
        // What becomes of values that cannot be taken is nobody's question.
        let makes = if problems.is_empty() {
            let makes = project::project(&manifest, &project, &values);
            makes.map_err(|more| problems.extend(more)).ok()
        } else {
            None
        };
        let images = makes.as_ref().map(images).unwrap_or_default();
        let paths = makes.as_ref().filter(|_| wish.looks_at_paths).map(paths).unwrap_or_default();
        let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
        let (facts, holdings) =
            futures::join!(engine.facts(&project, &paths), engine.holdings(&images));
        let facts = facts.unwrap_or_else(|error| {
            tracing::warn!(%server, %error, "a server could not be looked at");
            HostFacts::default()
        });
        let holdings = holdings.ok();
        let installed = self.inner.store.installed_apps().await?;
        let values = place::filled(&project, &facts, values);
        let seen = Seen {
            manifest: &manifest,
            name: &project,
            facts: &facts,
            holdings: holdings.as_ref(),
            engine: engine.info(),
            containers: &self.inner.board.rows(server),
            installed: &installed,
            server,
            app: &app,
        };
        let checks = makes.as_ref().map(|makes| checks::all(&seen, makes)).unwrap_or_default();
        let plan = AppPlan {
            app: app.clone(),
            version: manifest.version.clone(),
            server_id: server,
            project: project.to_string(),
            servers,
            is_ready: problems.is_empty()
                && facts.ids.is_some()
                && holdings.is_some()
                && checks.iter().all(|check| check.outcome != CheckOutcome::Problem),
            problems,
            images: planned_images(&images, holdings.as_ref()),
            volumes: makes
                .as_ref()
                .map(|makes| planned_volumes(makes, holdings.as_ref()))
                .unwrap_or_default(),
            makes,
            checks,
            values: shown(&manifest, &values),
            compose: manifest.compose.clone(),
            folder: format!("~/tomo/{project}"),
            flags: catalog::flags(&manifest),
        };
        let secrets = AppSecrets::new();
        Ok(Looked { plan, manifest, project, secrets, engine, values, holdings, facts })
    }

    /// The engine of a server that apps are installed in: the first that takes changes.
    pub(super) fn usable_engine(&self, server: ServerId) -> Result<Engine, AppError> {
        let engines = self.engines(server)?;
        let engine = engines.into_iter().find(|one| one.info().access == EngineAccess::Full);
        engine.ok_or_else(|| {
            AppError::Invalid(
                "The engine of this server lets nothing be changed: its socket takes questions only."
                    .into(),
            )
        })
    }

    /// How each server suits an app, the best first.
    fn server_fits(&self, manifest: &AppManifest) -> Vec<crate::domain::app_plan::ServerFit> {
        let rows = self.inner.hub.rows(chrono::Utc::now());
        let places = rows.into_iter().map(|row| {
            let id = row.server.id;
            Place { row, sample: self.inner.hub.sample(id), engine: self.usable_engine(id) }
        });
        place::fits(manifest, places.collect())
    }
}

fn no_engine() -> AppError {
    AppError::Invalid("No server has an engine that apps could be installed in.".into())
}

/// The images of a project, each once.
pub(super) fn images(makes: &AppProject) -> Vec<String> {
    let all = makes.services.iter().map(|one| one.image.clone());
    // What is built on the server has no name that could be pulled.
    let mut images: Vec<String> = all.filter(|image| !image.is_empty()).collect();
    images.sort();
    images.dedup();
    images
}

/// Paths of the server that a project uses, each once.
fn paths(makes: &AppProject) -> Vec<String> {
    let mut paths: Vec<String> = makes
        .mounts
        .iter()
        .filter_map(|mount| match &mount.source {
            MountSource::Path { path, .. } if path.starts_with('/') => Some(path.clone()),
            _ => None,
        })
        .collect();
    paths.sort();
    paths.dedup();
    paths
}

fn planned_images(images: &[String], holdings: Option<&Holdings>) -> Vec<PlanImage> {
    let is_there = |image: &String| holdings.map(|holdings| holdings.images.contains_key(image));
    images
        .iter()
        .map(|image| PlanImage { image: image.clone(), is_there: is_there(image) })
        .collect()
}

fn planned_volumes(makes: &AppProject, holdings: Option<&Holdings>) -> Vec<PlanVolume> {
    let mounts = makes.mounts.iter().filter_map(|mount| match &mount.source {
        MountSource::Volume { name, .. } => Some((mount, name)),
        _ => None,
    });
    mounts
        .map(|(mount, name)| PlanVolume {
            name: name.clone(),
            service: mount.service.clone(),
            target: mount.target.clone(),
            is_there: holdings.map(|holdings| holdings.volumes.contains(name)),
        })
        .collect()
}

/// Values that somebody is asked for.
fn shown(manifest: &AppManifest, values: &Values) -> Values {
    let is_asked = |name: &str| manifest.settings.iter().any(|setting| setting.name == name);
    values.iter().filter(|(name, _)| is_asked(name)).map(|(n, v)| (n.clone(), v.clone())).collect()
}

/// The first of several problems, as an error.
pub(super) fn refusal(problems: &[ValueProblem]) -> AppError {
    let words = problems.iter().map(|problem| match &problem.setting {
        Some(setting) => format!("{setting}: {}", problem.message),
        None => problem.message.clone(),
    });
    AppError::Invalid(words.collect::<Vec<_>>().join(" "))
}
