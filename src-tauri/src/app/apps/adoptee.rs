//! Looking at a compose project that somebody made elsewhere: what its containers use, where its files are, and
//! what these say. Whatever stands in the way of taking it over is told as a sentence.

use super::own::{digest, keep_built, told};
use crate::{
    app::{Tomo, error::AppError},
    catalog::{
        self,
        own::{self, Pasted},
        project,
    },
    docker::{Engine, FileObstacle, Labelled, ServerFile, is_whole_path},
    domain::{
        app::{AppManifest, AppName, AppSettingKind},
        app_project::{AppProject, ProjectName},
        container::ContainerRow,
        credential::AppSecrets,
        engine::EngineAccess,
        id::ServerId,
        own_app::{AdoptPlan, AdoptedFiles, MASK},
    },
    store::StoredInstall,
};
use secrecy::ExposeSecret;
use std::collections::{BTreeMap, BTreeSet};

/// The most files of a project.
const FILES: usize = 10;

/// A project that was looked at.
pub(super) struct Found {
    pub(super) plan: AdoptPlan,
    pub(super) name: ProjectName,
    pub(super) files: AdoptedFiles,
    pub(super) engine: Engine,
    pub(super) rows: Vec<ContainerRow>,
    pub(super) labelled: Vec<Labelled>,
    /// What its files say, where they could be read.
    pub(super) app: Option<(AppManifest, AppSecrets)>,
    pub(super) id: Option<AppName>,
    pub(super) makes: Option<(AppProject, BTreeMap<String, String>)>,
}

impl Tomo {
    /// Looks at a project of a server.
    pub(super) async fn look_at_project(
        &self,
        server: ServerId,
        project: &str,
    ) -> Result<Found, AppError> {
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

    async fn read(&self, path: &str) -> Result<Result<ServerFile, FileObstacle>, AppError> {
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
