//! The life of an app that is there: started, stopped, restarted, and removed with or without its data.

use super::{
    trouble::Trouble,
    worker::{Step, Worker},
    works::Planned,
};
use crate::{
    app::{Tomo, activity::Entry, error::AppError},
    collect::hub::Change,
    docker::{ComposeError, Engine},
    domain::{
        activity::ActivityKind,
        container::ContainerAction,
        credential::AppSecrets,
        fleet::Topic,
        id::{InstalledAppId, UserId},
        installed_app::{AppConfig, AppStatus, AppWorkKind, UninstallPreview},
    },
    store::StoredInstall,
};
use chrono::Utc;
use serde_json::json;

/// What is done to an app that is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Start,
    Stop,
    Restart,
    Health,
    Policy,
    Look,
    Remove,
    Data,
    Files,
}

impl Stage {
    /// What belongs to a kind of work, in order.
    fn of(kind: AppWorkKind, removes_data: bool) -> &'static [Self] {
        match kind {
            AppWorkKind::Install
            | AppWorkKind::Update
            | AppWorkKind::RollBack
            | AppWorkKind::CleanUp
            | AppWorkKind::Backup
            | AppWorkKind::Restore
            | AppWorkKind::Move => &[],
            AppWorkKind::Start => &[Self::Start, Self::Health, Self::Policy, Self::Look],
            AppWorkKind::Restart => &[Self::Restart, Self::Health, Self::Look],
            AppWorkKind::Stop => &[Self::Stop, Self::Look],
            AppWorkKind::Uninstall if removes_data => &[Self::Remove, Self::Data, Self::Files],
            AppWorkKind::Uninstall => &[Self::Remove, Self::Files],
        }
    }

    fn label(self) -> &'static str {
        match self {
            Self::Start => "Start its containers",
            Self::Stop => "Stop its containers",
            Self::Restart => "Restart its containers",
            Self::Health => "Wait until it is well",
            Self::Policy => "Set when it is started again",
            Self::Look => "Look at what is there now",
            Self::Remove => "Remove its containers and networks",
            Self::Data => "Remove its data",
            Self::Files => "Remove its files and images",
        }
    }
}

impl Step for Stage {
    fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Stop => "stop",
            Self::Restart => "restart",
            Self::Health => "health",
            Self::Policy => "policy",
            Self::Look => "look",
            Self::Remove => "remove",
            Self::Data => "data",
            Self::Files => "files",
        }
    }

    async fn run(self, worker: &mut Worker, engine: Engine) -> Result<(), Trouble> {
        match self {
            Self::Start => {
                worker.rewrite_if_missing(&engine).await?;
                Ok(worker.project(&engine).await?.start().await?)
            }
            Self::Stop => {
                worker.rewrite_if_missing(&engine).await?;
                Ok(worker.project(&engine).await?.stop().await?)
            }
            Self::Restart => {
                worker.rewrite_if_missing(&engine).await?;
                Ok(worker.project(&engine).await?.restart().await?)
            }
            Self::Health => worker.wait_until_well(&engine).await,
            Self::Policy => worker.set_policies(&engine).await,
            Self::Look => worker.look(&engine).await,
            Self::Remove => {
                // Who keeps the data wants it whole.
                worker.stop_if_there(&engine).await?;
                let with_anonymous = worker.app.config.removes_data;
                worker.remove_containers(&engine, with_anonymous).await?;
                // Copies are of no use to anybody without the app.
                worker.remove_copies(&engine).await
            }
            Self::Data => worker.remove_volumes(&engine, &worker.app.own_volumes()).await,
            Self::Files => {
                worker.remove_images(&engine).await;
                Ok(worker.project(&engine).await?.forget().await?)
            }
        }
    }
}

fn planned(kind: AppWorkKind, removes_data: bool) -> Vec<Planned> {
    let stages = Stage::of(kind, removes_data).iter();
    stages.map(|stage| (stage.name(), stage.label().to_owned())).collect()
}

impl Tomo {
    /// Begins to start, stop or restart an app; it goes on by itself.
    ///
    /// # Errors
    /// When there is no such app, it was never installed, or something is being done to it.
    pub async fn act_on_app(
        &self,
        by: UserId,
        id: InstalledAppId,
        kind: AppWorkKind,
    ) -> Result<(), AppError> {
        let app = self.stored_app(id).await?;
        if app.installed_at.is_none() {
            return Err(AppError::Invalid(
                "This app was never installed to its end. Install it again, or remove it.".into(),
            ));
        }
        self.begin(Some(by), app, kind, false).await
    }

    /// Begins to remove an app from its server, with the data in its volumes or without; it goes on by itself.
    ///
    /// # Errors
    /// When there is no such app, or something is being done to it.
    pub async fn uninstall_app(
        &self,
        by: UserId,
        id: InstalledAppId,
        with_data: bool,
    ) -> Result<(), AppError> {
        let mut app = self.stored_app(id).await?;
        if app.is_only_a_memory() {
            return self.forget_app(by, &app).await;
        }
        app.config.removes_data = with_data;
        self.begin(Some(by), app, AppWorkKind::Uninstall, with_data).await
    }

    /// Forgets an app that failed to be installed, and of which nothing is left on its server: what has its name
    /// there by now is somebody else's.
    async fn forget_app(&self, by: UserId, app: &StoredInstall) -> Result<(), AppError> {
        if self.is_worked_at(app.id) {
            return Err(AppError::Changed("Something is being done to this app already.".into()));
        }
        self.inner.store.delete_installed_app(app.id).await?;
        let message = format!("{} taken from the list{}", app.title(), self.place([app.server_id]));
        let entry = Entry::by(by, ActivityKind::AppUninstall, message).to_app(app);
        self.record(entry.with(json!({ "app": app.app }))).await;
        self.inner.hub.announce(Change::Topic(Topic::Apps));
        Ok(())
    }

    /// Takes up a removal that another Tomo, or an earlier run, has left.
    pub(super) async fn resume_uninstall(&self, app: StoredInstall) -> Result<(), AppError> {
        let with_data = app.config.removes_data;
        self.begin(None, app, AppWorkKind::Uninstall, with_data).await
    }

    async fn begin(
        &self,
        by: Option<UserId>,
        mut app: StoredInstall,
        kind: AppWorkKind,
        removes_data: bool,
    ) -> Result<(), AppError> {
        let doing = self.begin_work(app.id, kind, &planned(kind, removes_data))?;
        // What was done to it until now is over.
        let now = self.stored_app(app.id).await?;
        if now.config.update.is_some() && kind != AppWorkKind::Uninstall {
            return Err(AppError::Invalid(
                "This app stands between two versions. Roll it back, or uninstall it.".into(),
            ));
        }
        app = StoredInstall { config: AppConfig { removes_data, ..now.config.clone() }, ..now };
        let name = app.project_name()?;
        let secrets = match kind {
            // What goes needs none, and must go also where the vault lost its key.
            AppWorkKind::Uninstall => AppSecrets::new(),
            _ => self.secrets_of(app.id).await?,
        };
        let before = app.status;
        app.status = match kind {
            AppWorkKind::Uninstall => AppStatus::Removing,
            AppWorkKind::Start | AppWorkKind::Restart => AppStatus::Starting,
            _ => app.status,
        };
        if !self.inner.store.update_installed_app(&app).await? {
            return Err(AppError::NotFound("app on a server"));
        }
        let worker = Worker { tomo: self.clone(), doing, app, name, secrets };
        self.inner.tasks.spawn_on(worker.live(by, kind, before), &self.inner.runtime);
        Ok(())
    }

    /// Says what uninstalling an app takes, by name.
    ///
    /// # Errors
    /// When there is no such app.
    pub async fn uninstall_preview(
        &self,
        id: InstalledAppId,
    ) -> Result<UninstallPreview, AppError> {
        let app = self.stored_app(id).await?;
        if app.is_only_a_memory() {
            return Ok(UninstallPreview::default());
        }
        let rows = self.rows_of(&app);
        // What somebody else wrote stays.
        let folder = app.config.folder.iter().filter(|_| app.config.adopted.is_none());
        let adopted = app.config.adopted.iter();
        let theirs = adopted.flat_map(|it| it.compose.iter().chain(&it.variables)).cloned();
        Ok(UninstallPreview {
            containers: rows.into_iter().map(|row| row.container.name).collect(),
            networks: app
                .config
                .project
                .networks
                .iter()
                .filter(|network| !network.is_external)
                .cloned()
                .collect(),
            volumes: app.own_volumes(),
            images: app.config.made.images.clone(),
            binds: app.binds.iter().map(|bind| bind.path.clone()).chain(theirs).collect(),
            files: folder
                .flat_map(|it| [format!("{it}/compose.yaml"), format!("{it}/.env")])
                .collect(),
        })
    }
}

impl Worker {
    async fn live(mut self, by: Option<UserId>, kind: AppWorkKind, before: AppStatus) {
        let mut done = Ok(());
        for stage in Stage::of(kind, self.app.config.removes_data) {
            done = self.step(*stage).await;
            if done.is_err() {
                break;
            }
        }
        let server = self.app.server_id;
        let place = self.tomo.place([server]);
        let title = self.app.title().to_owned();
        let about = self.app.clone();
        let entry = |kind, message| match by {
            Some(by) => Entry::by(by, kind, message).to_app(&about),
            None => Entry::by_tomo(kind, message).to_app(&about),
        };
        let details = json!({ "app": self.app.app, "with_data": self.app.config.removes_data });
        match done {
            Ok(()) if kind == AppWorkKind::Uninstall => {
                if let Err(error) = self.tomo.inner.store.delete_installed_app(self.app.id).await {
                    tracing::error!(%error, "an app that is gone could not be forgotten");
                }
                let with = if self.app.config.removes_data { " with its data" } else { "" };
                let message = format!("{title} uninstalled{with}{place}");
                let entry = entry(ActivityKind::AppUninstall, message).with(details);
                self.tomo.record(entry).await;
            }
            Ok(()) => {
                self.app.error = None;
                self.app.config.failure = None;
                let status = match kind {
                    AppWorkKind::Stop => AppStatus::Stopped,
                    _ => {
                        self.app.started_at = Some(Utc::now());
                        AppStatus::Running
                    }
                };
                self.store_end(status).await;
                let message = format!("{title} {}{place}", kind.done());
                self.tomo.record(entry(ActivityKind::AppAct, message).with(details)).await;
            }
            // A Tomo that ends leaves it as it is.
            Err(Trouble::Cancelled) => {}
            Err(trouble) => {
                let failure = self.failure(&trouble).await;
                let why = failure.message.trim_end_matches('.').to_owned();
                self.app.error = Some(failure.message.clone());
                self.app.config.failure = Some(failure);
                // What is there may well run; what failed stands beside it.
                let status = match kind {
                    AppWorkKind::Uninstall => AppStatus::Error,
                    _ => before,
                };
                self.store_end(status).await;
                let message = format!("{title} not {}{place}: {why}", kind.done());
                self.tomo.record(entry(ActivityKind::AppFailed, message).with(details)).await;
            }
        }
    }

    pub(super) async fn store_end(&mut self, status: AppStatus) {
        self.app.step_started_at = None;
        self.app.config.steps = self.doing.steps();
        if let Err(trouble) = self.stands_at(status).await {
            tracing::warn!(why = trouble.words(), "what became of an app could not be stored");
        }
    }

    /// Stops the app where its files are there to say how.
    pub(super) async fn stop_if_there(&mut self, engine: &Engine) -> Result<(), Trouble> {
        let project = self.project(engine).await?;
        if !project.is_there().await? {
            return Ok(());
        }
        match project.stop().await {
            // Files that compose cannot read must not keep it running.
            Err(ComposeError::Failed(why)) => {
                tracing::info!(app = %self.app.id, why, "compose does not stop an app");
                for container in self.containers(engine).await? {
                    if container.is_up() {
                        engine.act(&container.id, ContainerAction::Stop).await?;
                    }
                }
                Ok(())
            }
            done => Ok(done?),
        }
    }

    /// Somebody may have removed the files by hand: what compose needs is written again.
    pub(super) async fn rewrite_if_missing(&mut self, engine: &Engine) -> Result<(), Trouble> {
        let project = self.project(engine).await?;
        if project.is_there().await? {
            return Ok(());
        }
        if let Some(files) = &self.app.config.adopted {
            let files = files.compose.join(", ");
            return Err(Trouble::Failed(format!("{files}: not on the server any more")));
        }
        project.write(&self.app.config.compose, &self.variables()).await?;
        Ok(())
    }
}
