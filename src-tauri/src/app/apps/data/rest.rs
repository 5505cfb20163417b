//! Keeping an app from writing while its data is read, and waking it afterwards.
//!
//! The row says that it is at rest before it is, so that a Tomo that comes after one that was killed wakes it.

use crate::{
    app::{
        Tomo,
        activity::Entry,
        apps::{
            trouble::Trouble,
            worker::{Step, Worker},
        },
        error::AppError,
    },
    docker::{Engine, EngineError},
    domain::{
        activity::ActivityKind,
        app_backup::{AppRest, AppRestMode},
        container::{ContainerAction, ContainerState, RestartPolicy},
        id::{InstalledAppId, ServerId, UserId},
        installed_app::{AppFailure, AppStatus, AppWorkKind},
    },
    store::StoredInstall,
};
use backon::{ConstantBuilder, Retryable};
use serde_json::json;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How often freezing a container is tried.
const FREEZING: ConstantBuilder =
    ConstantBuilder::new().with_delay(Duration::from_millis(500)).with_max_times(6);

/// Keeps an app from writing.
#[derive(Clone, Copy)]
pub(super) struct Rest {
    pub(super) mode: AppRestMode,
    /// The app that it becomes elsewhere.
    pub(super) becomes: Option<(ServerId, InstalledAppId)>,
    /// Who wants it removed once it is there.
    pub(super) removes_for: Option<UserId>,
}

impl Rest {
    pub(super) fn label(mode: AppRestMode) -> &'static str {
        match mode {
            AppRestMode::Stop => "Stop the app",
            AppRestMode::Pause => "Pause the app",
        }
    }
}

impl Step for Rest {
    fn name(self) -> &'static str {
        "rest"
    }

    fn ends_itself(self) -> bool {
        // A container that was told to stop ends later, when everybody takes it for running again.
        true
    }

    async fn run(self, worker: &mut Worker, engine: Engine) -> Result<(), Trouble> {
        if worker.app.config.rest.is_none() {
            let before = worker.app.status;
            let Self { mode, becomes, removes_for } = self;
            worker.app.config.rest = Some(AppRest { mode, before, becomes, removes_for });
            worker.stands_at(AppStatus::Starting).await?;
        }
        match self.mode {
            AppRestMode::Stop => {
                if self.becomes.is_some() {
                    // It must not come alive again with its engine, also when it is another app by then.
                    for container in worker.containers(&engine).await? {
                        worker.set_policy(&engine, &container.id, RestartPolicy::No).await?;
                    }
                }
                worker.rewrite_if_missing(&engine).await?;
                worker.project(&engine).await?.stop().await?;
            }
            AppRestMode::Pause => {
                for container in worker.containers(&engine).await? {
                    if container.state == ContainerState::Running {
                        pause(&engine, &container.id).await?;
                    }
                }
            }
        }
        worker.refuse_running(&engine).await
    }
}

/// Pauses a container. A kernel that is to freeze processes while they start others gives up now and then.
async fn pause(engine: &Engine, id: &str) -> Result<(), EngineError> {
    let pause = || engine.act(id, ContainerAction::Pause);
    let can_help = |error: &EngineError| matches!(error, EngineError::Refused { .. });
    pause.retry(FREEZING).sleep(tokio::time::sleep).when(can_help).await
}

/// Wakes an app that is at rest.
#[derive(Clone, Copy)]
pub(super) struct Wake;

impl Wake {
    pub(super) fn label(mode: AppRestMode) -> &'static str {
        match mode {
            AppRestMode::Stop => "Start the app again",
            AppRestMode::Pause => "Let the app go on",
        }
    }
}

impl Step for Wake {
    fn name(self) -> &'static str {
        "wake"
    }

    async fn run(self, worker: &mut Worker, engine: Engine) -> Result<(), Trouble> {
        let Some(rest) = worker.app.config.rest.clone() else { return Ok(()) };
        worker.let_go_of_data(&engine).await?;
        match rest.mode {
            // It did not run before either.
            _ if rest.before == AppStatus::Stopped => {
                worker.app.config.rest = None;
                return worker.stands_at(rest.before).await;
            }
            AppRestMode::Stop => {
                worker.rewrite_if_missing(&engine).await?;
                worker.project(&engine).await?.start().await?;
                if rest.becomes.is_some() {
                    worker.set_policies(&engine).await?;
                }
            }
            AppRestMode::Pause => {
                for container in worker.containers(&engine).await? {
                    if container.state == ContainerState::Paused {
                        engine.act(&container.id, ContainerAction::Unpause).await?;
                    }
                }
            }
        }
        worker.app.config.rest = None;
        worker.stands_at(rest.before).await?;
        match rest.mode {
            AppRestMode::Stop => worker.wait_until_well(&engine).await,
            // It goes on where it was; checks that were frozen with it may still be counted as failed.
            AppRestMode::Pause => Ok(()),
        }
    }
}

impl Worker {
    /// Data that is being written is no data to copy.
    pub(super) async fn refuse_running(&self, engine: &Engine) -> Result<(), Trouble> {
        let writes = [ContainerState::Running, ContainerState::Restarting];
        let containers = self.containers(engine).await?;
        match containers.iter().find(|one| writes.contains(&one.state)) {
            None => Ok(()),
            Some(one) => Err(Trouble::Failed(format!("the container {} goes on", one.name))),
        }
    }

    /// Wakes the app whatever ended the rest; nothing but the end of Tomo itself keeps it from that.
    pub(super) async fn wake(&mut self) -> Result<(), Trouble> {
        let Some(rest) = &self.app.config.rest else { return Ok(()) };
        let label = Wake::label(rest.mode).to_owned();
        self.doing.cannot_cancel();
        self.doing.add(&[("wake", label)]);
        self.doing.cancel = CancellationToken::new();
        let tomo = self.tomo.clone();
        let waking = tomo.inner.cancel.run_until_cancelled(self.step(Wake)).await;
        // The next Tomo wakes it.
        waking.unwrap_or(Err(Trouble::Cancelled))
    }
}

impl Tomo {
    /// Wakes an app whose rest another Tomo, or an earlier run, has left; one that has become another app
    /// elsewhere stays stopped.
    pub(in crate::app::apps) async fn resume_rest(
        &self,
        app: &StoredInstall,
    ) -> Result<(), AppError> {
        // One that cannot be asked now is woken later.
        if self.engine_at(app.server_id, &app.config.engine).is_none() {
            return Ok(());
        }
        let becomes = app.config.rest.as_ref().and_then(|rest| rest.becomes);
        let (mut kind, mut has_moved) = (AppWorkKind::Backup, false);
        if let Some((_, id)) = becomes {
            kind = AppWorkKind::Move;
            let other = self.inner.store.installed_app(id).await?;
            has_moved = other.as_ref().is_some_and(|other| other.installed_at.is_some());
            // What was brought there so far is removed first: only one of the two may run.
            if other.is_some_and(|it| it.installed_at.is_none() && it.status.is_passing()) {
                return Ok(());
            }
        }
        let doing = self.begin_work(app.id, kind, &[])?;
        doing.cannot_cancel();
        // Another may have ended it until now.
        let app = self.stored_app(app.id).await?;
        if app.config.rest.is_none() {
            return Ok(());
        }
        let (name, secrets) = (app.project_name()?, self.secrets_of(app.id).await?);
        let mut worker = Worker { tomo: self.clone(), doing, app, name, secrets };
        let work = async move {
            if has_moved {
                return worker.has_moved().await;
            }
            // Where it is woken only now because its server was away, what failed is known.
            let failure = match worker.app.config.failure.clone() {
                Some(known) => known,
                None => {
                    let broken = Trouble::Failed("Tomo was ended in the midst of it".to_owned());
                    worker.failure(&broken).await
                }
            };
            let woken = worker.wake().await;
            worker.did_not_rest(AppFailure { kind, ..failure }, woken).await;
        };
        self.inner.tasks.spawn_on(work, &self.inner.runtime);
        Ok(())
    }
}

impl Worker {
    /// What needed the app at rest came to nothing: it says why, and goes on as before.
    pub(super) async fn did_not_rest(
        &mut self,
        mut failure: AppFailure,
        woken: Result<(), Trouble>,
    ) {
        match woken {
            // A Tomo that ends leaves it as it is: the next one wakes it.
            Err(Trouble::Cancelled) => return,
            Err(trouble) => {
                let words = self.without_secrets(&trouble.words());
                failure.left = vec![format!("It could not be started again: {words}")];
            }
            Ok(()) => failure.left.clear(),
        }
        let place = self.tomo.place([self.app.server_id]);
        let (title, is_cancelled) = (self.app.title().to_owned(), self.doing.is_cancelled());
        let done = failure.kind.done();
        let (kind, message) = if is_cancelled && failure.left.is_empty() {
            let kind = match failure.kind {
                AppWorkKind::Move => ActivityKind::AppMove,
                _ => ActivityKind::AppBackup,
            };
            (kind, format!("{title} is not {done}{place}: cancelled"))
        } else {
            let why = failure.message.trim_end_matches('.');
            (ActivityKind::AppFailed, format!("{title} could not be {done}{place}: {why}"))
        };
        let entry = Entry::by_tomo(kind, message).to_app(&self.app);
        let details = json!({ "app": self.app.app, "step": failure.step, "left": failure.left });
        self.tomo.record(entry.with(details)).await;
        let is_quiet = is_cancelled && failure.left.is_empty();
        self.app.config.failure = Some(failure).filter(|_| !is_quiet);
        let socket = &self.app.config.engine;
        let answers = self.tomo.engine_at(self.app.server_id, socket).is_some();
        let status = match self.app.config.rest.take() {
            // It is woken when its server answers again.
            Some(rest) if !answers => {
                self.app.config.rest = Some(rest);
                self.app.status
            }
            Some(_) => AppStatus::Error,
            None => self.app.status,
        };
        self.app.error = match status {
            AppStatus::Error => self.app.config.failure.as_ref().map(|it| it.message.clone()),
            _ => None,
        };
        self.store_end(status).await;
    }
}
