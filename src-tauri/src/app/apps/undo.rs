//! Taking back what an installation has made, and nothing else.

use super::{
    trouble::Trouble,
    worker::{Step, Worker},
};
use crate::{
    app::activity::Entry,
    docker::{ComposeError, Engine},
    domain::{
        activity::ActivityKind,
        installed_app::{AppFailure, AppStatus},
    },
};
use serde_json::json;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How often is looked whether anything of it has come back: what was asked for earlier may still go on.
const LOOKS: u32 = 10;
const PAUSE: Duration = Duration::from_millis(500);

#[derive(Clone, Copy)]
struct CleanUp;

impl Step for CleanUp {
    fn name(self) -> &'static str {
        "clean_up"
    }

    async fn run(self, worker: &mut Worker, engine: Engine) -> Result<(), Trouble> {
        let volumes = worker.app.config.made.volumes.clone();
        worker.remove_containers(&engine, true).await?;
        worker.remove_volumes(&engine, &volumes).await?;
        worker.remove_images(&engine).await;
        if worker.app.config.folder.is_some() {
            worker.project(&engine).await?.forget().await?;
        }
        Ok(())
    }
}

impl Worker {
    /// Removes what was made so far, and says why.
    pub(super) async fn undo_install(&mut self, trouble: &Trouble) {
        let failure = self.failure(trouble).await;
        let is_cancelled = self.doing.is_cancelled();
        self.clean_up(failure, is_cancelled).await;
    }

    /// Removes what was made so far.
    pub(super) async fn clean_up(&mut self, mut failure: AppFailure, is_cancelled: bool) {
        // A Tomo that is ended meanwhile goes on with this, and not with the installation.
        self.app.config.failure = Some(failure.clone());
        if let Err(trouble) = self.save().await {
            tracing::warn!(why = trouble.words(), "what is done to an app could not be stored");
        }
        self.doing.cannot_cancel();
        self.doing.add(&[("clean_up", "Remove what was made".to_owned())]);
        // What ended the rest must not end this.
        self.doing.cancel = CancellationToken::new();
        let tomo = self.tomo.clone();
        let cleaned = tomo.inner.cancel.run_until_cancelled(self.step(CleanUp)).await;
        let Some(cleaned) = cleaned else { return };
        if let Err(trouble) = &cleaned {
            failure.left.push(self.without_secrets(&trouble.words()));
        }
        let place = self.tomo.place([self.app.server_id]);
        let (title, version) = (self.app.title(), self.app.version());
        let (kind, message) = if is_cancelled {
            (
                ActivityKind::AppInstall,
                format!("{title} {version} is not installed{place}: cancelled"),
            )
        } else {
            let why = failure.message.trim_end_matches('.');
            (
                ActivityKind::AppFailed,
                format!("{title} {version} could not be installed{place}: {why}"),
            )
        };
        let entry = Entry::by_tomo(kind, message).to_app(&self.app);
        let details = json!({ "app": self.app.app, "step": failure.step, "left": failure.left });
        self.tomo.record(entry.with(details)).await;
        if is_cancelled && cleaned.is_ok() {
            if let Err(error) = self.tomo.inner.store.delete_installed_app(self.app.id).await {
                tracing::error!(%error, "an app that is gone could not be forgotten");
            }
            return;
        }
        self.app.error = Some(failure.message.clone());
        self.app.config.failure = Some(failure);
        self.app.config.steps = self.doing.steps();
        self.app.step_started_at = None;
        if let Err(trouble) = self.stands_at(AppStatus::Error).await {
            tracing::warn!(why = trouble.words(), "what became of an app could not be stored");
        }
    }

    /// Removes the images that came with the app. Somebody else may use one by now, and then it stays.
    pub(super) async fn remove_images(&self, engine: &Engine) {
        let config = &self.app.config;
        for image in config.made.images.iter().chain(&config.rubbish.images) {
            let done = match image.contains('@') {
                true => engine.forget_digest(image).await,
                false => engine.forget_image(image).await,
            };
            if let Err(error) = done {
                tracing::info!(image, %error, "an image stays");
            }
        }
    }

    /// Removes the containers of the app and its networks; `with_anonymous` also the volumes that only they have.
    pub(super) async fn remove_containers(
        &mut self,
        engine: &Engine,
        with_anonymous: bool,
    ) -> Result<(), Trouble> {
        let mut quiet = 0;
        for _ in 0..LOOKS {
            let containers = self.containers(engine).await?;
            if containers.is_empty() {
                quiet += 1;
            } else {
                quiet = 0;
            }
            for container in containers {
                match engine.remove_container(&container.id, with_anonymous, true).await {
                    Ok(()) | Err(crate::docker::EngineError::NotFound(_)) => {}
                    // It is being removed already.
                    Err(crate::docker::EngineError::Refused { status: 409, .. }) => {}
                    Err(error) => return Err(error.into()),
                }
            }
            if quiet == 2 {
                break;
            }
            tokio::time::sleep(PAUSE).await;
        }
        if self.app.config.folder.is_some() {
            let project = self.project(engine).await?;
            // Without its files there is nothing that compose knows of.
            if project.is_there().await? {
                match project.down(false).await {
                    // What compose cannot read is removed through the engine all the same.
                    Ok(()) | Err(ComposeError::Failed(_)) => {}
                    Err(error) => return Err(error.into()),
                }
            }
        }
        for network in &self.app.config.project.networks {
            if !network.is_external {
                engine.forget_network(&network.name, self.name.as_str()).await?;
            }
        }
        Ok(())
    }

    /// Removes volumes, with what is in them.
    pub(super) async fn remove_volumes(
        &self,
        engine: &Engine,
        volumes: &[String],
    ) -> Result<(), Trouble> {
        for volume in volumes {
            engine.forget_copy(volume).await?;
        }
        Ok(())
    }
}
