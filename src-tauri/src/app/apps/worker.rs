//! Working on one app: its row, its engine, and steps that are tried again when the server was lost.

use super::{secrets, trouble::Trouble, works::Doing};
use crate::{
    app::{Tomo, error::AppError},
    catalog::env_file,
    docker::{ComposeProject, Engine},
    domain::{
        app_project::ProjectName,
        container::Container,
        credential::AppSecrets,
        installed_app::{AppFailure, AppStatus},
    },
    store::StoredInstall,
};
use chrono::Utc;
use secrecy::ExposeSecret;
use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};
use zeroize::Zeroizing;

/// How long a server that was lost is waited for.
const PATIENCE: Duration = Duration::from_secs(10 * 60);
/// An attempt that went on for so long before the server was lost began anew: it is not the same trouble.
const WENT_ON: Duration = Duration::from_secs(60);
/// Between attempts.
const PAUSE: Duration = Duration::from_secs(1);
/// After the server was lost, what it was asked for before may still go on there, and be in the way so often.
const IN_THE_WAY: u32 = 8;

/// One app, and what is being done to it.
pub(super) struct Worker {
    pub(super) tomo: Tomo,
    pub(super) doing: Doing,
    pub(super) app: StoredInstall,
    pub(super) name: ProjectName,
    pub(super) secrets: AppSecrets,
}

/// A step on an engine.
pub(super) trait Step: Copy {
    /// The key of its duration.
    fn name(self) -> &'static str;

    /// Whether it looks by itself whether somebody wants it to end; else it is broken off at once.
    fn ends_itself(self) -> bool {
        false
    }

    /// Does it. Done twice it has to come to the same: the server may have been lost in the midst of it.
    fn run(
        self,
        worker: &mut Worker,
        engine: Engine,
    ) -> impl Future<Output = Result<(), Trouble>> + Send;
}

impl Worker {
    /// Does a step, and notes how long it took.
    pub(super) async fn step(&mut self, step: impl Step + Send) -> Result<(), Trouble> {
        let name = step.name();
        self.app.step_started_at = Some(Utc::now());
        self.save().await?;
        self.doing.begin(name);
        let begun = Instant::now();
        let done = self.again_and_again(step).await;
        self.doing.end(name, done.is_ok());
        done?;
        self.app.step_durations.insert(name.to_owned(), begun.elapsed().as_secs_f64());
        self.app.step_started_at = None;
        Ok(())
    }

    async fn again_and_again(&mut self, step: impl Step + Send) -> Result<(), Trouble> {
        let mut lost_at: Option<Instant> = None;
        let mut in_the_way = 0;
        let cancel = self.doing.cancel.clone();
        loop {
            if cancel.is_cancelled() {
                return Err(Trouble::Cancelled);
            }
            let engine = match cancel.run_until_cancelled(self.engine()).await {
                Some(engine) => engine?,
                None => return Err(Trouble::Cancelled),
            };
            let begun = Instant::now();
            let doing = step.run(self, engine);
            let done = if step.ends_itself() {
                doing.await
            } else {
                cancel.run_until_cancelled(doing).await.unwrap_or(Err(Trouble::Cancelled))
            };
            let why = match done {
                Err(Trouble::Lost(why)) => why,
                Err(Trouble::Failed(why)) if lost_at.is_some() && in_the_way < IN_THE_WAY => {
                    in_the_way += 1;
                    why
                }
                done => return done,
            };
            if begun.elapsed() > WENT_ON {
                lost_at = None;
                in_the_way = 0;
            }
            if lost_at.get_or_insert_with(Instant::now).elapsed() > PATIENCE {
                return Err(Trouble::Failed(why));
            }
            let why = self.without_secrets(&why);
            self.doing.tell(|step| {
                step.detail = Some(format!("The server was lost ({why}); trying again."));
            });
            cancel.run_until_cancelled(tokio::time::sleep(PAUSE)).await;
        }
    }

    /// The engine of the app, once it answers.
    pub(super) async fn engine(&self) -> Result<Engine, Trouble> {
        let mut changes = self.tomo.inner.hub.changes();
        let (server, socket) = (self.app.server_id, &self.app.config.engine);
        let waiting = async {
            loop {
                if let Some(engine) = self.tomo.engine_at(server, socket) {
                    return engine;
                }
                // Whoever misses some of them looks again all the same.
                let _ = changes.recv().await;
            }
        };
        tokio::time::timeout(PATIENCE, waiting).await.map_err(|_| {
            let minutes = PATIENCE.as_secs() / 60;
            Trouble::Failed(format!("the engine did not answer for {minutes} minutes"))
        })
    }

    /// The compose project of the app.
    pub(super) async fn project(&self, engine: &Engine) -> Result<ComposeProject, Trouble> {
        match &self.app.config.adopted {
            Some(files) => Ok(engine.adopted_project(&self.name, files)),
            None => Ok(engine.compose_project(&self.name).await?),
        }
    }

    /// The containers of the app, as the engine has them now.
    pub(super) async fn containers(&self, engine: &Engine) -> Result<Vec<Container>, Trouble> {
        let all = engine.list(self.app.server_id).await?;
        let own = |one: &Container| one.project.as_deref() == Some(self.name.as_str());
        Ok(all.into_iter().filter(own).collect())
    }

    /// The file of variables: all values, and the secrets that it runs with.
    pub(super) fn variables(&self) -> Zeroizing<String> {
        let secrets = secrets::present(&self.secrets);
        let mut all: BTreeMap<&str, &str> = BTreeMap::new();
        for (name, value) in &self.app.config.values {
            all.insert(name, value);
        }
        for (name, secret) in &secrets {
            all.insert(name, secret.expose_secret());
        }
        Zeroizing::new(env_file::write(all))
    }

    /// Where it stands now.
    pub(super) async fn stands_at(&mut self, status: AppStatus) -> Result<(), Trouble> {
        self.app.status = status;
        self.save().await
    }

    /// Writes the row.
    pub(super) async fn save(&mut self) -> Result<(), Trouble> {
        if self.tomo.inner.store.update_installed_app(&self.app).await? {
            return Ok(());
        }
        Err(gone())
    }

    /// Writes the row, and its secrets with it.
    pub(super) async fn save_with_secrets(&mut self) -> Result<(), Trouble> {
        let sealed = self.tomo.inner.vault.seal_app(self.app.id, &self.secrets);
        let sealed = sealed.map_err(AppError::from)?;
        if self.tomo.inner.store.update_installed_app_with(&self.app, &sealed).await? {
            return Ok(());
        }
        Err(gone())
    }

    /// A text of the app without its secrets: programs print what they were given.
    pub(super) fn without_secrets(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for secret in self.secrets.values().map(ExposeSecret::expose_secret) {
            // Programs print line by line; a short one stands in too many words that are none.
            for line in secret.lines().filter(|line| line.len() >= 4) {
                text = text.replace(line, "••••");
            }
        }
        text
    }

    /// What failed, to be kept with the app.
    pub(super) async fn failure(&self, trouble: &Trouble) -> AppFailure {
        let kind = self.tomo.inner.apps.works.get(self.app.id).map(|work| work.kind);
        AppFailure {
            kind: kind.unwrap_or(crate::domain::installed_app::AppWorkKind::Install),
            step: self.doing.present().unwrap_or_default(),
            message: self.without_secrets(&trouble.words()),
            log: self.last_lines().await,
            left: Vec::new(),
            at: Utc::now(),
        }
    }
}

fn gone() -> Trouble {
    Trouble::Failed("the app or its server was removed from Tomo meanwhile".to_owned())
}
