//! Taking over compose projects that somebody made elsewhere: known by the labels of their containers, and read
//! from their files on the server. Nothing there is written, restarted or made anew.

use super::{
    own::{digest, keep_built, told},
    worker::Worker,
};
use crate::{
    app::{Tomo, activity::Entry, error::AppError},
    catalog::{
        self,
        own::{self, Pasted},
        project,
    },
    collect::hub::Change,
    docker::{Engine, FileObstacle, Labelled, is_whole_path},
    domain::{
        activity::ActivityKind,
        app::{AppManifest, AppName, AppSettingKind},
        app_project::{AppProject, ProjectName},
        app_source::AppId,
        app_update::AppVersion,
        container::ContainerRow,
        credential::AppSecrets,
        engine::EngineAccess,
        fleet::Topic,
        id::{InstalledAppId, ServerId, UserId},
        installed_app::{AppConfig, AppMade, AppStatus, AppWorkKind},
        own_app::{AdoptPlan, AdoptedFiles, AppOrigin, MASK, OWN},
    },
    store::StoredInstall,
};
use chrono::Utc;
use secrecy::ExposeSecret;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// The most files of a project.
const FILES: usize = 10;

/// A project that was looked at.
struct Found {
    plan: AdoptPlan,
    name: ProjectName,
    files: AdoptedFiles,
    engine: Engine,
    rows: Vec<ContainerRow>,
    labelled: Vec<Labelled>,
    /// What its files say, where they could be read.
    app: Option<(AppManifest, AppSecrets)>,
    id: Option<AppName>,
    makes: Option<(AppProject, BTreeMap<String, String>)>,
}

impl Tomo {
    /// Says what taking over a compose project would come to. Changes nothing.
    ///
    /// # Errors
    /// When there is no such project, Tomo has it already, or its engine does not answer.
    pub async fn plan_adoption(
        &self,
        server: ServerId,
        project: &str,
    ) -> Result<AdoptPlan, AppError> {
        Ok(self.look_at_project(server, project).await?.plan)
    }

    async fn look_at_project(&self, server: ServerId, project: &str) -> Result<Found, AppError> {
        let name: ProjectName = project.parse().map_err(|rule| {
            AppError::Invalid(format!("The name of a compose project is {rule}."))
        })?;
        let stored = self.inner.store.installed_apps().await?;
        let is_it =
            |app: &StoredInstall| app.server_id == server && app.config.project.name == project;
        if stored.iter().any(|app| is_it(app) && !app.is_only_a_memory()) {
            return Err(AppError::Changed("Tomo has this project already.".into()));
        }
        let rows = self.inner.board.rows(server).into_iter();
        let rows: Vec<ContainerRow> =
            rows.filter(|row| row.container.project.as_deref() == Some(project)).collect();
        let sockets: BTreeSet<String> =
            rows.iter().map(|row| row.container.engine.clone()).collect();
        let socket = sockets.first().ok_or(AppError::NotFound("compose project"))?.clone();
        let engine = self.engine_at(server, &socket).ok_or_else(|| {
            AppError::Invalid("The engine that this project runs in does not answer now.".into())
        })?;
        let mut found = Found {
            plan: AdoptPlan {
                server_id: server,
                project: project.to_owned(),
                engine: socket,
                containers: rows.iter().map(|row| row.container.name.clone()).collect(),
                folder: None,
                files: Vec::new(),
                services: Vec::new(),
                volumes: Vec::new(),
                binds: Vec::new(),
                networks: Vec::new(),
                compose: None,
                variables: Vec::new(),
                secrets: Vec::new(),
                flags: Vec::new(),
                notes: Vec::new(),
                problems: Vec::new(),
                is_ready: false,
            },
            labelled: engine.labelled(&name).await?,
            files: AdoptedFiles::default(),
            name,
            engine,
            rows,
            app: None,
            id: None,
            makes: None,
        };
        if sockets.len() > 1 {
            let message =
                "Several engines have containers of it. Rename the project in one of them.";
            found.plan.problems.push(message.to_owned());
        }
        if found.engine.info().access != EngineAccess::Full {
            let message = "The engine lets nothing be changed: its socket takes questions only.";
            found.plan.problems.push(message.to_owned());
        }
        found.look_at_data().await?;
        if found.know_files() && found.read_files().await? {
            found.read_app().await;
        }
        found.plan.is_ready = found.plan.problems.is_empty() && found.makes.is_some();
        Ok(found)
    }

    /// Takes over a compose project. Nothing of it is changed on the server.
    ///
    /// # Errors
    /// When something stands in the way.
    pub async fn adopt_app(
        &self,
        by: UserId,
        server: ServerId,
        project: &str,
    ) -> Result<InstalledAppId, AppError> {
        // Whoever takes over the same at the same moment finds it taken.
        let _turn = self.inner.apps.adopting.lock().await;
        let found = self.look_at_project(server, project).await?;
        let Found { plan, name, files, engine, rows, labelled, app, id, makes } = found;
        let (Some((manifest, secrets)), Some((makes, values))) = (app, makes) else {
            return Err(AppError::Invalid(plan.problems.join(" ")));
        };
        if !plan.is_ready {
            return Err(AppError::Invalid(plan.problems.join(" ")));
        }
        let digests = running(&engine, &makes, &labelled).await;
        let now = Utc::now();
        let is_up = rows.iter().any(|row| row.container.is_up());
        let app = StoredInstall {
            id: InstalledAppId::new(),
            server_id: server,
            app: self.free_app_id(server, id).await?,
            container_id: None,
            container_name: None,
            status: if is_up { AppStatus::Running } else { AppStatus::Stopped },
            installed_at: Some(now),
            started_at: rows.iter().filter_map(|row| row.container.started_at).max(),
            config: AppConfig {
                compose: catalog::pin(&manifest.compose, &values, &digests),
                versions: vec![AppVersion { version: manifest.version.clone(), since: now }],
                manifest,
                project: makes,
                values,
                engine: plan.engine,
                folder: Some(files.folder.clone()),
                adopted: Some(files),
                made: AppMade::default(),
                failure: None,
                removes_data: false,
                steps: Vec::new(),
                update: None,
                earlier: None,
                rubbish: AppMade::default(),
                rest: None,
                awaits_data: false,
                backups: Vec::new(),
                names_back: Vec::new(),
                looked: None,
            },
            error: None,
            step_durations: BTreeMap::new(),
            step_started_at: None,
            networks: Vec::new(),
            volumes: Vec::new(),
            binds: Vec::new(),
        };
        let id = app.id;
        let sealed = self.inner.vault.seal_app(id, &secrets)?;
        // Before there is a row, so that nobody else does anything to it.
        let doing = self.begin_work(id, AppWorkKind::CleanUp, &[])?;
        if !self.inner.store.insert_installed_app(&app, &sealed).await? {
            return Err(AppError::Changed("Tomo has this project already.".into()));
        }
        let mut worker = Worker { tomo: self.clone(), doing, app, name, secrets };
        if let Err(trouble) = worker.look(&engine).await {
            self.inner.store.delete_installed_app(id).await?;
            return Err(AppError::Invalid(trouble.words()));
        }
        let app = &worker.app;
        let place = self.place([server]);
        let message = format!("{} taken over{place}; nothing was changed there", app.title());
        let entry = Entry::by(by, ActivityKind::AppAdopt, message).to_app(app);
        let files = app.config.adopted.as_ref().map(|it| it.compose.clone());
        self.record(entry.with(json!({ "app": app.app, "project": project, "files": files })))
            .await;
        drop(worker);
        Ok(id)
    }

    /// An id that no other app of the server has.
    async fn free_app_id(
        &self,
        server: ServerId,
        like: Option<AppName>,
    ) -> Result<AppId, AppError> {
        let none = || AppError::Internal("naming an app");
        let source: AppName = OWN.parse().map_err(|_| none())?;
        let stored = self.inner.store.installed_apps().await?;
        let stem = like.map_or_else(|| "app".to_owned(), |name| name.to_string());
        let stem: String = stem.chars().take(45).collect();
        let candidates = std::iter::once(stem.clone())
            .chain((2..1_000).map(|number| format!("{stem}-{number}")));
        let mut ids = candidates
            .filter_map(|name| name.parse::<AppName>().ok())
            .map(|app| AppId { source: source.clone(), app });
        let is_taken = |id: &AppId| {
            stored
                .iter()
                .any(|app| app.server_id == server && app.app == *id && !app.is_only_a_memory())
        };
        ids.find(|id| !is_taken(id)).ok_or_else(none)
    }

    /// Forgets an app that was taken over. It goes on as it is, and so do its files.
    ///
    /// # Errors
    /// When there is no such app, it was not taken over, or something is being done to it.
    pub async fn release_app(&self, by: UserId, id: InstalledAppId) -> Result<(), AppError> {
        let app = self.stored_app(id).await?;
        if app.origin() != AppOrigin::Adopted {
            return Err(AppError::Invalid(
                "Only an app that was taken over can be released. Uninstall this one.".into(),
            ));
        }
        let _doing = self.begin_work(id, AppWorkKind::CleanUp, &[])?;
        let app = self.stored_app(id).await?;
        if app.config.update.is_some() {
            return Err(AppError::Invalid(
                "This app stands between two versions. Roll it back first.".into(),
            ));
        }
        let rubbish = &app.config.rubbish;
        if app.config.earlier.is_some() || !rubbish.volumes.is_empty() {
            return Err(AppError::Invalid(
                "Copies of its data are kept on the server for the way back. Give up the way back first.".into(),
            ));
        }
        self.inner.store.delete_installed_app(id).await?;
        let message =
            format!("{} released{}; it goes on as it is", app.title(), self.place([app.server_id]));
        let entry = Entry::by(by, ActivityKind::AppRelease, message).to_app(&app);
        self.record(entry.with(json!({ "app": app.app }))).await;
        self.inner.hub.announce(Change::Topic(Topic::Apps));
        Ok(())
    }
}

/// The digests of the images that its containers run: a name may stand for another image by now.
async fn running(
    engine: &Engine,
    makes: &AppProject,
    labelled: &[Labelled],
) -> BTreeMap<String, String> {
    let mut digests = BTreeMap::new();
    for service in &makes.services {
        let Some(one) = labelled.iter().find(|one| one.service == service.service) else {
            continue;
        };
        // One that was built there has none.
        if let Ok(Some(digest)) = engine.digest(&one.image_id, &service.image).await {
            digests.insert(service.image.clone(), digest);
        }
    }
    digests
}

impl Found {
    /// What its containers use, as the engine says.
    async fn look_at_data(&mut self) -> Result<(), AppError> {
        let (mut volumes, mut binds, mut networks) =
            (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for row in &self.rows {
            let inspected = self.engine.inspect(&row.container.id).await?;
            networks.extend(inspected.networks().into_iter().map(|network| network.name));
            for mount in inspected.mounts() {
                match (mount.kind.as_str(), mount.name) {
                    ("volume", Some(name)) => drop(volumes.insert(name)),
                    ("bind", _) => drop(binds.insert(mount.source)),
                    _ => {}
                }
            }
        }
        self.plan.volumes = volumes.into_iter().collect();
        self.plan.binds = binds.into_iter().collect();
        self.plan.networks = networks.into_iter().collect();
        Ok(())
    }

    fn problem(&mut self, message: impl Into<String>) {
        self.plan.problems.push(message.into());
    }

    /// Where its files are; says whether that is known.
    fn know_files(&mut self) -> bool {
        let Some(first) = self.labelled.first() else {
            self.problem("None of its containers belongs to a service. It cannot be taken over.");
            return false;
        };
        let same = |one: &Labelled| {
            (&one.folder, &one.files, &one.variables)
                == (&first.folder, &first.files, &first.variables)
        };
        let is_one = self.labelled.iter().all(same);
        let (folder, files) = (first.folder.clone(), first.files.clone());
        let variables = first.variables.clone();
        self.plan.folder.clone_from(&folder);
        self.plan.files.clone_from(&files);
        if !is_one {
            self.problem(
                "Its containers were made from different files. Run 'docker compose up -d' with all of them \
                 once.",
            );
            return false;
        }
        let (Some(folder), false) = (folder, files.is_empty()) else {
            self.problem(
                "Its containers do not say which files they were made from. Another program manages it: use \
                 that, or make it anew from a compose file.",
            );
            return false;
        };
        if files.iter().any(|file| file == "-") {
            self.problem(
                "It was made from standard input: there is no compose file to go on with.",
            );
            return false;
        }
        let mut paths = files.iter().chain(&variables).chain(std::iter::once(&folder));
        let count = files.len() + variables.len();
        if !paths.all(|path| is_whole_path(path)) || count > FILES {
            self.problem("Its containers name files that cannot be asked for.");
            return false;
        }
        self.files = AdoptedFiles { folder, compose: files, variables, ..AdoptedFiles::default() };
        true
    }

    /// Reads its files; says whether all could be read.
    async fn read_files(&mut self) -> Result<bool, AppError> {
        let usual = format!("{}/.env", self.files.folder);
        if self.files.variables.is_empty() {
            match self.read(&usual).await? {
                Err(FileObstacle::Missing) => {}
                Err(obstacle) => self.problem(told(&usual, obstacle)),
                Ok(_) => self.files.variables.push(usual),
            }
        }
        let all: Vec<String> =
            self.files.compose.iter().chain(&self.files.variables).cloned().collect();
        self.plan.files.clone_from(&all);
        for path in all {
            match self.read(&path).await? {
                Err(obstacle) => self.problem(told(&path, obstacle)),
                Ok(file) => {
                    self.files.digests.insert(path.clone(), digest(&file.text));
                    if !file.is_writable {
                        self.plan.notes.push(format!(
                            "The account that Tomo signs in with may not write {path}: it can be read here, \
                             and edited on the server alone."
                        ));
                    }
                }
            }
        }
        Ok(self.plan.problems.is_empty())
    }

    async fn read(
        &self,
        path: &str,
    ) -> Result<Result<crate::docker::ServerFile, FileObstacle>, AppError> {
        let read = self.engine.read_file(path).await;
        read.map_err(|error| AppError::Invalid(format!("The server cannot be asked: {error}.")))
    }

    /// The texts of files, one after another.
    async fn text(&mut self, paths: &[String]) -> Option<String> {
        let mut whole = String::new();
        for path in paths {
            match self.read(path).await {
                Ok(Ok(file)) => {
                    whole.push_str(&file.text);
                    if !whole.ends_with('\n') {
                        whole.push('\n');
                    }
                }
                Ok(Err(obstacle)) => {
                    self.problem(told(path, obstacle));
                    return None;
                }
                Err(error) => {
                    self.problem(error.to_string());
                    return None;
                }
            }
        }
        Some(whole)
    }

    /// What its files say.
    async fn read_app(&mut self) {
        if let Err(error) = self.engine.compose_version().await {
            self.problem(crate::app::error::sentence(&error.to_string()));
            return;
        }
        let (compose, variables) = (self.files.compose.clone(), self.files.variables.clone());
        let Some(env) = self.text(&variables).await else { return };
        let text = if compose.len() > 1 {
            let files = compose.join(", ");
            self.plan.notes.push(format!(
                "It is made of several files ({files}): Tomo manages it with all of them, and does not edit them."
            ));
            match self.engine.merged(&self.name, &self.files).await {
                Ok(text) => Some(text),
                Err(error) => {
                    // Programs quote what they could not read.
                    let error = own::without_secrets(&error.to_string(), &env);
                    self.problem(format!("docker compose cannot read its files: {error}."));
                    None
                }
            }
        } else {
            self.text(&compose).await
        };
        let Some(text) = text else { return };
        let read = own::read(&Pasted {
            text: &text,
            env: Some(&env),
            name: Some(self.name.as_str()),
            kept: None,
            is_adopted: true,
        });
        let told = |problem: &crate::domain::app_source::AppProblem| {
            crate::app::error::sentence(&problem.to_string())
        };
        self.plan.notes.extend(read.notes.iter().map(told));
        let Some((mut manifest, secrets)) = read.app else {
            self.plan.problems.extend(read.problems.iter().map(told));
            return;
        };
        self.files.keeps = own::speaks_to_compose(&env);
        for service in manifest.services.iter_mut().filter(|one| one.image.is_empty()) {
            if let Some(one) = self.labelled.iter().find(|one| one.service == service.name) {
                service.image.clone_from(&one.image);
            }
        }
        let name = self.name.clone();
        let checked = self.engine.adopted_project(&name, &self.files).check().await;
        if let Err(error) = checked {
            let mut words = own::without_secrets(&error.to_string(), &env);
            for secret in secrets.values().map(ExposeSecret::expose_secret) {
                if secret.len() >= 4 {
                    words = words.replace(secret, MASK);
                }
            }
            self.problem(format!("docker compose cannot read its files: {words}."));
        }
        self.plan.compose = Some(manifest.compose.clone());
        self.plan.services.clone_from(&manifest.services);
        self.plan.flags = catalog::flags(&manifest);
        for setting in &manifest.settings {
            match setting.kind {
                AppSettingKind::Secret { .. } => self.plan.secrets.push(setting.name.clone()),
                _ => self.plan.variables.push(setting.name.clone()),
            }
        }
        let makes = project::values(&manifest, &BTreeMap::new())
            .and_then(|values| Ok((project::project(&manifest, &name, &values)?, values)));
        match makes {
            Ok((mut makes, values)) => {
                let mut before = makes.clone();
                for service in &mut before.services {
                    let one = self.labelled.iter().find(|one| one.service == service.service);
                    service.image = one.map(|one| one.image.clone()).unwrap_or_default();
                }
                keep_built(&mut makes, &before);
                self.makes = Some((makes, values));
            }
            Err(problems) => {
                self.plan.problems.extend(problems.into_iter().map(|problem| problem.message));
            }
        }
        self.id = read.name;
        self.app = Some((manifest, secrets));
    }
}
