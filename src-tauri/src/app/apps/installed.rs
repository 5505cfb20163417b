//! Apps on servers, as they stand: what is stored of each, and what its containers do now.

use super::{catalog::Catalog, newer, page::page, update_plan::last_update, way_back::way_back};
use crate::{
    app::{Tomo, error::AppError},
    catalog,
    domain::{
        app::AppSettingKind,
        app_project::{AppProject, MountSource, ProjectName},
        app_update::UpdateStage,
        container::{ContainerHealth, ContainerRow, ContainerState},
        id::{InstalledAppId, ServerId},
        installed_app::{
            AppContainers, AppPage, AppStatus, AppWork, FoundProject, InstalledApp,
            InstalledAppDetails, InstalledApps,
        },
    },
    store::StoredInstall,
};
use std::collections::{BTreeMap, HashSet};

/// Names of the volumes that a project makes.
pub(super) fn volumes_of(project: &AppProject) -> impl Iterator<Item = String> + '_ {
    project.mounts.iter().filter_map(|mount| match &mount.source {
        MountSource::Volume { name, is_external: false } => Some(name.clone()),
        _ => None,
    })
}

impl StoredInstall {
    /// Name for people.
    pub(super) fn title(&self) -> &str {
        &self.config.manifest.name
    }

    /// Its version.
    pub(super) fn version(&self) -> &str {
        &self.config.manifest.version
    }

    /// Name of its compose project.
    pub(super) fn project_name(&self) -> Result<ProjectName, AppError> {
        let name = self.config.project.name.parse();
        name.map_err(|_| AppError::Internal("reading the name of an app"))
    }

    /// Whether it failed to be installed, and nothing of it is on its server.
    pub(super) fn is_only_a_memory(&self) -> bool {
        let is_clean = self.config.failure.as_ref().is_some_and(|failure| failure.left.is_empty());
        self.installed_at.is_none() && self.status == AppStatus::Error && is_clean
    }

    /// Whether it stands between two versions, and waits for a person.
    pub(super) fn is_stuck(&self) -> bool {
        self.config.update.as_ref().is_some_and(|update| update.stage == UpdateStage::Stuck)
    }

    /// Volumes whose data is the app's own.
    pub(super) fn own_volumes(&self) -> Vec<String> {
        if self.installed_at.is_none() {
            return self.config.made.volumes.clone();
        }
        let update = self.config.update.as_deref();
        let projects = update.into_iter().flat_map(|it| [&it.project, &it.before.project]);
        let planned = std::iter::once(&self.config.project).chain(projects).flat_map(volumes_of);
        let found = self.volumes.iter().filter(|volume| volume.is_own).map(|it| it.name.clone());
        let mut all: Vec<String> = planned.chain(found).collect();
        all.sort();
        all.dedup();
        all
    }
}

impl Tomo {
    /// All apps on all servers, by their names, and the compose projects that Tomo did not make.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn installed_apps(&self) -> Result<InstalledApps, AppError> {
        // Before the rows: what has ended by then is in them.
        let works = self.inner.apps.works.snapshot();
        let stored = self.inner.store.installed_apps().await?;
        let own: HashSet<(ServerId, &str)> =
            stored.iter().map(|app| (app.server_id, app.config.project.name.as_str())).collect();
        let mut found: BTreeMap<(ServerId, String), u32> = BTreeMap::new();
        for row in self.inner.hub.rows(chrono::Utc::now()) {
            let server = row.server.id;
            for row in self.inner.board.rows(server) {
                if let Some(project) = row.container.project
                    && !own.contains(&(server, project.as_str()))
                {
                    *found.entry((server, project)).or_default() += 1;
                }
            }
        }
        let found = found
            .into_iter()
            .map(|((server_id, project), containers)| FoundProject {
                server_id,
                project,
                containers,
            })
            .collect();
        let catalog = self.catalog().await?;
        let mut apps: Vec<InstalledApp> = stored
            .iter()
            .map(|app| self.installed(app, works.get(&app.id).cloned(), &catalog))
            .collect();
        apps.sort_by_key(|app| (app.name.to_lowercase(), app.id));
        Ok(InstalledApps { apps, found })
    }

    /// An app on a server, with all that is known of it.
    ///
    /// # Errors
    /// When there is none.
    pub async fn installed_app(&self, id: InstalledAppId) -> Result<InstalledAppDetails, AppError> {
        // Before the row: what has ended by then is in it.
        let work = self.inner.apps.works.get(id);
        let stored = self.stored_app(id).await?;
        let manifest = &stored.config.manifest;
        let asked = |name: &str| manifest.settings.iter().any(|setting| setting.name == name);
        let values = stored.config.values.iter().filter(|(name, _)| asked(name));
        let secrets = manifest
            .settings
            .iter()
            .filter(|setting| matches!(setting.kind, AppSettingKind::Secret { .. }))
            .map(|setting| setting.name.clone());
        Ok(InstalledAppDetails {
            app: self.installed(&stored, work, &*self.catalog().await?),
            values: values.map(|(name, value)| (name.clone(), value.clone())).collect(),
            secrets: secrets.collect(),
            notes: manifest.notes.as_ref().map(|notes| {
                catalog::filled_or_kept(notes, &|name| stored.config.values.get(name).cloned())
            }),
            containers: self.rows_of(&stored),
            last_update: last_update(&stored.config),
            images: newer::told(&stored),
            // What somebody else wrote lies there as they wrote it, without digests.
            compose: match stored.config.adopted {
                Some(_) => stored.config.manifest.compose.clone(),
                None => stored.config.compose,
            },
            images_looked_at: stored.config.looked.as_ref().map(|look| look.at),
            manifest: stored.config.manifest,
            folder: stored.config.folder,
            networks: stored.networks,
            volumes: stored.volumes,
            binds: stored.binds,
            failure: stored.config.failure,
            last_steps: stored.config.steps,
            versions: stored.config.versions,
            backups: stored.config.backups,
        })
    }

    /// What a browser in the server's network opens.
    pub(super) fn page_of(&self, app: &StoredInstall) -> Option<AppPage> {
        page(app, &self.inner.hub.server(app.server_id)?)
    }

    /// What is wrong with an app, in words; nothing where it is well, or nobody knows.
    pub(super) fn trouble_of(&self, app: &StoredInstall) -> Option<String> {
        let rows = self.rows_of(app);
        let answers = self.engine_at(app.server_id, &app.config.engine).is_some();
        let judged = judge(app, answers.then_some(&rows[..]));
        judged.is_troubled.then(|| judged.words.unwrap_or_else(|| "failed".to_owned()))
    }

    /// Whoever forgets a server in the midst of that leaves something on it that nobody knows of any more.
    pub(in crate::app) async fn refuse_while_apps_change(
        &self,
        server: ServerId,
    ) -> Result<(), AppError> {
        let stored = self.inner.store.installed_apps().await?;
        let is_changing = |app: &&StoredInstall| {
            app.server_id == server && (app.config.update.is_some() || self.is_worked_at(app.id))
        };
        match stored.iter().find(is_changing) {
            None => Ok(()),
            Some(app) => Err(AppError::Invalid(format!(
                "{} is being changed on this server, or stands between two versions. End that first.",
                app.title()
            ))),
        }
    }

    pub(super) async fn stored_app(&self, id: InstalledAppId) -> Result<StoredInstall, AppError> {
        let app = self.inner.store.installed_app(id).await?;
        app.ok_or(AppError::NotFound("app on a server"))
    }

    /// The containers of an app as they are now.
    pub(super) fn rows_of(&self, app: &StoredInstall) -> Vec<ContainerRow> {
        let name = &app.config.project.name;
        let rows = self.inner.board.rows(app.server_id).into_iter();
        let is_its = |row: &ContainerRow| {
            row.container.project.as_ref() == Some(name)
                && row.container.engine == app.config.engine
        };
        rows.filter(is_its).collect()
    }

    fn installed(
        &self,
        app: &StoredInstall,
        work: Option<AppWork>,
        catalog: &Catalog,
    ) -> InstalledApp {
        let rows = self.rows_of(app);
        let server = self.inner.hub.server(app.server_id);
        let answers = self.engine_at(app.server_id, &app.config.engine).is_some();
        let judged = judge(app, answers.then_some(&rows[..]));
        let figures = || rows.iter().filter_map(|row| row.figures.as_ref());
        let cpu: Vec<f64> = figures().filter_map(|figures| figures.cpu_percent).collect();
        let memory: Vec<u64> = figures().filter_map(|figures| figures.memory_bytes).collect();
        InstalledApp {
            id: app.id,
            server_id: app.server_id,
            app: app.app.clone(),
            origin: app.origin(),
            project: app.config.project.name.clone(),
            name: app.title().to_owned(),
            version: app.version().to_owned(),
            icon: app.config.manifest.icon.clone(),
            status: app.status,
            state: judged.words,
            is_troubled: judged.is_troubled,
            error: app.error.clone(),
            containers: judged.counts,
            cpu_percent: (!cpu.is_empty()).then(|| cpu.iter().sum()),
            memory_bytes: (!memory.is_empty()).then(|| memory.iter().sum()),
            page: server.and_then(|server| page(app, &server)),
            installed_at: app.installed_at,
            started_at: app.started_at,
            newer: catalog
                .version(&app.app)
                .filter(|version| app.installed_at.is_some() && *version != app.version())
                .map(str::to_owned),
            has_newer_image: newer::has_newer(app),
            way_back: way_back(app),
            is_stuck: app.is_stuck(),
            work,
        }
    }
}

/// How an app is.
struct Judged {
    words: Option<String>,
    is_troubled: bool,
    counts: Option<AppContainers>,
}

fn judge(app: &StoredInstall, rows: Option<&[ContainerRow]>) -> Judged {
    let Some(rows) = rows else {
        return Judged { words: None, is_troubled: app.status == AppStatus::Error, counts: None };
    };
    let count = |is: &dyn Fn(&ContainerRow) -> bool| {
        u32::try_from(rows.iter().filter(|row| is(row)).count()).unwrap_or(u32::MAX)
    };
    let counts = AppContainers {
        total: count(&|_| true),
        running: count(&|row| row.container.state == ContainerState::Running),
        unhealthy: count(&|row| row.container.health == Some(ContainerHealth::Unhealthy)),
    };
    let ended = count(&|row| {
        let has_done_its_part = row.container.exit_code == Some(0) && may_end(app, row);
        !row.container.is_up() && !has_done_its_part
    });
    let again = count(&|row| row.container.state == ContainerState::Restarting);
    let starting = count(&|row| row.container.health == Some(ContainerHealth::Starting));
    let total = counts.total;
    let (words, is_troubled) = match app.status {
        _ if app.is_stuck() => ("between two versions".to_owned(), true),
        AppStatus::Error => ("failed".to_owned(), true),
        AppStatus::Stopped if counts.running == 0 => ("stopped".to_owned(), false),
        status if status.is_passing() => (status.as_str().to_owned(), false),
        _ if total == 0 => ("its containers are gone".to_owned(), true),
        _ if ended == total => ("stopped outside Tomo".to_owned(), true),
        _ if ended > 0 => (format!("{ended} of {total} ended"), true),
        _ if again > 0 => (format!("{again} of {total} started again and again"), true),
        _ if counts.unhealthy > 0 => ("unhealthy".to_owned(), true),
        _ if starting > 0 => ("starting".to_owned(), false),
        _ if rows.iter().any(|row| row.container.health == Some(ContainerHealth::Healthy)) => {
            ("healthy".to_owned(), false)
        }
        _ => ("running".to_owned(), false),
    };
    Judged { words: Some(words), is_troubled, counts: Some(counts) }
}

/// Whether a container does one thing and ends.
fn may_end(app: &StoredInstall, row: &ContainerRow) -> bool {
    let mut services = app.config.project.services.iter();
    let service = services.find(|one| Some(&one.service) == row.container.service.as_ref());
    service.is_some_and(|one| matches!(one.restart.as_str(), "" | "no" | "on-failure"))
}
