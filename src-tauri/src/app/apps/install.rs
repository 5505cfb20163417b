//! Installing an app: pulled, written, made, started, found well, and looked at.
//!
//! Each step comes to the same when it is done twice, so that a lost connection or a Tomo that was ended in the
//! midst of it takes it up again.

use super::{
    installed::volumes_of,
    planning::{AppWish, Looked, refusal},
    secrets,
    trouble::Trouble,
    worker::{Step, Worker},
    works::{Doing, Planned},
};
use crate::{
    app::{Tomo, activity::Entry, error::AppError},
    docker::Engine,
    domain::{
        activity::ActivityKind,
        app_plan::{AppPlan, CheckOutcome},
        app_update::AppVersion,
        container::{ContainerLimits, RestartPolicy},
        credential::AppSecrets,
        figure,
        id::{InstalledAppId, UserId},
        installed_app::{AppConfig, AppMade, AppStatus, AppWorkKind},
    },
    store::StoredInstall,
};
use chrono::Utc;
use serde_json::json;
use std::collections::BTreeMap;

/// What is done, one after another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    Pull,
    Write,
    Fill,
    Create,
    Unnamed,
    Start,
    Health,
    Policy,
    Look,
}

impl Stage {
    const ALL: [Self; 9] = [
        Self::Pull,
        Self::Write,
        Self::Fill,
        Self::Create,
        Self::Unnamed,
        Self::Start,
        Self::Health,
        Self::Policy,
        Self::Look,
    ];

    /// What belongs to the installation of an app, in order.
    pub(super) fn of(app: &StoredInstall) -> impl Iterator<Item = Self> + use<> {
        let awaits_data = app.config.awaits_data;
        let is_wanted =
            move |stage: &Self| awaits_data || !matches!(stage, Self::Fill | Self::Unnamed);
        Self::ALL.into_iter().filter(is_wanted)
    }

    fn label(self, app: &StoredInstall) -> String {
        let project = &app.config.project;
        let containers = figure::count(project.services.len() as u64, "container");
        match self {
            Self::Pull => {
                let images = super::planning::images(project).len();
                format!("Pull {}", figure::count(images as u64, "image"))
            }
            Self::Write => "Write compose.yaml and .env".to_owned(),
            Self::Fill => "Bring its data".to_owned(),
            Self::Unnamed => "Bring the data of volumes without a name".to_owned(),
            Self::Create => format!("Make {containers}"),
            Self::Start => format!("Start {containers}"),
            Self::Health => "Wait until it is well".to_owned(),
            Self::Policy => "Set when it is started again".to_owned(),
            Self::Look => "Look at what is there now".to_owned(),
        }
    }

    pub(super) fn status(self) -> AppStatus {
        match self {
            Self::Pull => AppStatus::Pulling,
            Self::Write | Self::Fill | Self::Create | Self::Unnamed => AppStatus::Creating,
            Self::Start | Self::Health | Self::Policy | Self::Look => AppStatus::Starting,
        }
    }
}

impl Step for Stage {
    fn name(self) -> &'static str {
        match self {
            Self::Pull => "pull",
            Self::Write => "write",
            Self::Fill => "fill",
            Self::Unnamed => "unnamed",
            Self::Create => "create",
            Self::Start => "start",
            Self::Health => "health",
            Self::Policy => "policy",
            Self::Look => "look",
        }
    }

    fn ends_itself(self) -> bool {
        // What compose makes goes on on the server, whoever listens.
        matches!(self, Self::Pull | Self::Write | Self::Fill | Self::Create | Self::Unnamed)
    }

    async fn run(self, worker: &mut Worker, engine: Engine) -> Result<(), Trouble> {
        match self {
            Self::Pull => {
                worker.check_incoming(&engine).await?;
                worker.pull(&engine).await
            }
            Self::Write => {
                worker.write(&engine).await?;
                // A new app has nothing to lose: what compose thinks of its files it says when it makes the
                // containers. Elsewhere an app is stopped for what follows.
                if worker.app.config.awaits_data {
                    worker.check_files(&engine).await
                } else {
                    Ok(())
                }
            }
            Self::Fill => worker.bring_named(&engine).await,
            Self::Unnamed => worker.bring_unnamed(&engine).await,
            Self::Create => worker.create(&engine).await,
            Self::Start => Ok(worker.project(&engine).await?.start().await?),
            Self::Health => worker.wait_until_well(&engine).await,
            Self::Policy => worker.set_policies(&engine).await,
            Self::Look => worker.look(&engine).await,
        }
    }
}

fn planned(app: &StoredInstall) -> Vec<Planned> {
    Stage::of(app).map(|stage| (stage.name(), stage.label(app))).collect()
}

/// An app that is to be installed.
pub(super) struct NewInstall {
    pub(super) looked: Looked,
    pub(super) secrets: AppSecrets,
    pub(super) kind: AppWorkKind,
    /// Whether its data comes from elsewhere.
    pub(super) awaits_data: bool,
}

/// What stands in the way of an installation, as an error.
pub(super) fn refuse_problems(plan: &AppPlan) -> Result<(), AppError> {
    if !plan.problems.is_empty() {
        return Err(refusal(&plan.problems));
    }
    let mut checks = plan.checks.iter();
    if let Some(check) = checks.find(|check| check.outcome == CheckOutcome::Problem) {
        return Err(AppError::Invalid(crate::app::error::sentence(&format!(
            "{}: {}",
            check.title, check.detail
        ))));
    }
    if !plan.is_ready {
        let message = "The server could not be looked at whole; try again.";
        return Err(AppError::Invalid(message.into()));
    }
    Ok(())
}

impl Tomo {
    /// Begins to install an app; it goes on by itself. What was looked at must hold still.
    ///
    /// # Errors
    /// When a value cannot be taken, something stands in the way on the server, or the app is there already.
    pub async fn install_app(
        &self,
        by: UserId,
        wish: &AppWish,
        typed: AppSecrets,
    ) -> Result<InstalledAppId, AppError> {
        let mut looked = self.look_before(wish).await?;
        refuse_problems(&looked.plan)?;
        let mut given = std::mem::take(&mut looked.secrets);
        given.extend(typed);
        let secrets = secrets::all(&looked.manifest, given)?;
        let new = NewInstall { looked, secrets, kind: AppWorkKind::Install, awaits_data: false };
        let worker = self.begin_install(InstalledAppId::new(), new).await?;
        let (id, app) = (worker.app.id, &worker.app);
        let place = self.place([app.server_id]);
        let message = format!("{} {} is being installed{place}", app.title(), app.version());
        let entry = Entry::by(by, ActivityKind::AppInstall, message).to_app(app);
        let name = worker.name.clone();
        self.record(entry.with(json!({ "app": app.app, "project": name.as_str() }))).await;
        self.inner.tasks.spawn_on(worker.install(), &self.inner.runtime);
        Ok(id)
    }

    /// Puts down an app that is to be installed; whoever asked for it has it done.
    ///
    /// # Errors
    /// When it is there already, or cannot be stored.
    pub(super) async fn begin_install(
        &self,
        id: InstalledAppId,
        new: NewInstall,
    ) -> Result<Worker, AppError> {
        let NewInstall { looked, secrets, kind, awaits_data } = new;
        let sealed = self.inner.vault.seal_app(id, &secrets)?;
        let name = looked.project.clone();
        let mut app = new_row(id, looked)?;
        app.config.awaits_data = awaits_data;
        // Before there is a row, so that nobody else takes it up.
        let doing = self.begin_work(id, kind, &planned(&app))?;
        if !self.inner.store.insert_installed_app(&app, &sealed).await? {
            let message = "This app is on this server already, or is being installed there.";
            return Err(AppError::Changed(message.into()));
        }
        Ok(Worker { tomo: self.clone(), doing, app, name, secrets })
    }

    /// Takes up an installation that another Tomo, or an earlier run, has left.
    pub(super) async fn resume_install(&self, app: StoredInstall) -> Result<(), AppError> {
        let doing: Doing = self.begin_work(app.id, AppWorkKind::Install, &planned(&app))?;
        // Another may have ended it until now.
        let app = self.stored_app(app.id).await?;
        if !app.status.is_passing() || app.installed_at.is_some() {
            return Ok(());
        }
        let secrets = self.secrets_of(app.id).await?;
        let name = app.project_name()?;
        let worker = Worker { tomo: self.clone(), doing, app, name, secrets };
        self.inner.tasks.spawn_on(worker.go_on(), &self.inner.runtime);
        Ok(())
    }
}

fn new_row(id: InstalledAppId, looked: Looked) -> Result<StoredInstall, AppError> {
    let project = looked.plan.makes.ok_or(AppError::Internal("planning an app"))?;
    let holdings = looked.holdings.ok_or_else(|| {
        AppError::Invalid("The engine did not say what it has; try again.".into())
    })?;
    let made = AppMade {
        volumes: volumes_of(&project).filter(|name| !holdings.volumes.contains(name)).collect(),
        images: super::planning::images(&project)
            .into_iter()
            .filter(|image| !holdings.images.contains_key(image))
            .collect(),
    };
    Ok(StoredInstall {
        id,
        server_id: looked.plan.server_id,
        app: looked.plan.app,
        container_id: None,
        container_name: None,
        status: AppStatus::Pending,
        config: AppConfig {
            compose: looked.manifest.compose.clone(),
            manifest: looked.manifest,
            project,
            values: looked.values,
            engine: looked.engine.info().socket.clone(),
            folder: None,
            adopted: None,
            made,
            failure: None,
            removes_data: false,
            steps: Vec::new(),
            update: None,
            earlier: None,
            versions: Vec::new(),
            rubbish: AppMade::default(),
            rest: None,
            awaits_data: false,
            backups: Vec::new(),
            names_back: Vec::new(),
            looked: None,
        },
        installed_at: None,
        started_at: None,
        error: None,
        step_durations: BTreeMap::new(),
        step_started_at: None,
        networks: Vec::new(),
        volumes: Vec::new(),
        binds: Vec::new(),
    })
}

impl Worker {
    /// Goes on with an installation, or with taking it back.
    async fn go_on(mut self) {
        match self.app.config.failure.take() {
            Some(failure) => self.clean_up(failure, false).await,
            // Where its data comes from, nobody knows any more.
            None if self.app.config.awaits_data => {
                let why = "Tomo was ended before all of its data was there".to_owned();
                self.undo_install(&Trouble::Failed(why)).await;
            }
            None => self.install().await,
        }
    }

    pub(super) async fn install(mut self) {
        let done = self.do_install().await;
        // A Tomo that ends leaves it as it is: the next one takes it up.
        if matches!(done, Err(Trouble::Cancelled)) && !self.doing.is_cancelled() {
            return;
        }
        if let Err(trouble) = done {
            self.undo_install(&trouble).await;
        }
    }

    async fn do_install(&mut self) -> Result<(), Trouble> {
        for stage in Stage::of(&self.app) {
            self.stands_at(stage.status()).await?;
            self.step(stage).await?;
        }
        self.is_installed().await
    }

    /// All of it is done: from here on it is an app.
    pub(super) async fn is_installed(&mut self) -> Result<(), Trouble> {
        let now = Utc::now();
        self.doing.cannot_cancel();
        self.app.installed_at = Some(now);
        self.app.started_at = Some(now);
        self.app.error = None;
        self.app.config.failure = None;
        self.app.config.awaits_data = false;
        self.app.config.steps = self.doing.steps();
        let version = AppVersion { version: self.app.version().to_owned(), since: now };
        self.app.config.versions = vec![version];
        self.stands_at(AppStatus::Running).await?;
        let place = self.tomo.place([self.app.server_id]);
        let message = format!("{} {} is installed{place}", self.app.title(), self.app.version());
        let entry = Entry::by_tomo(ActivityKind::AppInstalled, message).to_app(&self.app);
        let details = json!({ "app": self.app.app, "steps": self.app.step_durations });
        self.tomo.record(entry.with(details)).await;
        Ok(())
    }

    pub(super) async fn write(&mut self, engine: &Engine) -> Result<(), Trouble> {
        let project = self.project(engine).await?;
        self.app.config.folder = Some(project.folder().to_owned());
        self.save().await?;
        let written = self.write_files(engine, &project).await;
        self.save().await?;
        written
    }

    /// Has compose read the files, before something is done that they have to be good for.
    pub(super) async fn check_files(&self, engine: &Engine) -> Result<(), Trouble> {
        Ok(self.project(engine).await?.check().await?)
    }

    /// Makes everything, and lets nothing be started again by itself as long as it is not well.
    pub(super) async fn create(&mut self, engine: &Engine) -> Result<(), Trouble> {
        self.project(engine).await?.create().await?;
        for container in self.containers(engine).await? {
            self.set_policy(engine, &container.id, RestartPolicy::No).await?;
        }
        Ok(())
    }

    pub(super) async fn set_policy(
        &self,
        engine: &Engine,
        id: &str,
        policy: RestartPolicy,
    ) -> Result<(), Trouble> {
        let limits = ContainerLimits { restart_policy: Some(policy), ..ContainerLimits::default() };
        Ok(engine.limit_container(id, &limits).await?)
    }

    /// From now on they are started again as the compose file says.
    pub(super) async fn set_policies(&mut self, engine: &Engine) -> Result<(), Trouble> {
        for container in self.containers(engine).await? {
            let services = &self.app.config.project.services;
            let service =
                services.iter().find(|one| Some(&one.service) == container.service.as_ref());
            let word = service.map(|one| one.restart.as_str()).unwrap_or_default();
            let policy = match word.split(':').next().unwrap_or_default() {
                "always" => RestartPolicy::Always,
                "unless-stopped" => RestartPolicy::UnlessStopped,
                "on-failure" => RestartPolicy::OnFailure,
                _ => continue,
            };
            self.set_policy(engine, &container.id, policy).await?;
        }
        Ok(())
    }
}
