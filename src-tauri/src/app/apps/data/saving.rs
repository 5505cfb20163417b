//! Backing an app up: it is brought to rest, its data streams into a file of this computer, it goes on, and the
//! file is read back before it counts.

use super::{
    file::{Saved, Saving, Written},
    parts::Data,
    rest::{Rest, Wake},
};
use crate::{
    app::{
        Tomo,
        activity::Entry,
        apps::{
            place::size,
            secrets,
            trouble::Trouble,
            worker::{Step, Worker},
            works::Planned,
        },
        backup::{check_passphrase, error::BackupError},
        error::AppError,
    },
    docker::{DataStream, Engine},
    domain::{
        activity::ActivityKind,
        app_backup::{AppBackupContents, AppBackupEntry, AppRestMode},
        container::Container,
        credential::AppSecrets,
        id::{InstalledAppId, UserId},
        installed_app::{AppFailure, AppWorkKind},
    },
    store::StoredInstall,
};
use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use std::{
    path::PathBuf,
    sync::{Mutex, PoisonError},
};

/// So many backups of an app are remembered.
const REMEMBERED: usize = 50;

/// A backup that somebody wants of an app.
#[derive(Debug)]
pub struct AppBackupWish {
    /// Which app.
    pub id: InstalledAppId,
    /// File to write.
    pub path: String,
    /// What it is encrypted under.
    pub passphrase: SecretString,
    /// How the app is kept from writing.
    pub mode: AppRestMode,
    /// Whether a file of this name goes for it.
    pub replace: bool,
    /// Volumes and paths that are left out.
    pub leave_out: Vec<String>,
}

/// What is to be done, and how far it is.
struct Job {
    path: PathBuf,
    passphrase: SecretString,
    replace: bool,
    /// Absent where it does not run anyway.
    mode: Option<AppRestMode>,
    leave_out: Vec<String>,
    server: String,
    at: Mutex<Option<DateTime<Utc>>>,
    written: Mutex<Option<Written>>,
    bytes: Mutex<u64>,
}

fn locked<T>(held: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    held.lock().unwrap_or_else(PoisonError::into_inner)
}

/// An app that is not whole has nothing to be backed up or moved.
pub(super) fn refuse_unfinished(app: &StoredInstall) -> Result<(), AppError> {
    if app.installed_at.is_none() {
        return Err(AppError::Invalid("This app was never installed to its end.".into()));
    }
    if app.config.update.is_some() {
        return Err(AppError::Invalid(
            "This app stands between two versions. Roll it back first.".into(),
        ));
    }
    Ok(())
}

/// Writes the file.
#[derive(Clone, Copy)]
struct Save<'a>(&'a Job);

impl Step for Save<'_> {
    fn name(self) -> &'static str {
        "save"
    }

    fn ends_itself(self) -> bool {
        // What is asked of the engine half-way would still be done, and stay.
        true
    }

    async fn run(self, worker: &mut Worker, engine: Engine) -> Result<(), Trouble> {
        worker.save_data(&engine, self.0).await
    }
}

/// Reads the file back.
#[derive(Clone, Copy)]
struct Check<'a>(&'a Job);

impl Step for Check<'_> {
    fn name(self) -> &'static str {
        "check"
    }

    async fn run(self, _: &mut Worker, _: Engine) -> Result<(), Trouble> {
        let job = self.0;
        let Some(written) = locked(&job.written).take() else {
            return Err(Trouble::Failed("nothing was written".to_owned()));
        };
        let replace = job.replace;
        let checked = tokio::task::spawn_blocking(move || written.check_and_finish(replace)).await;
        *locked(&job.bytes) = checked.map_err(|_| BackupError::NotTheSame)??;
        Ok(())
    }
}

fn planned(job: &Job) -> Vec<Planned> {
    let mut steps = Vec::new();
    if let Some(mode) = job.mode {
        steps.push(("rest", Rest::label(mode).to_owned()));
    }
    steps.push(("save", "Write its data to the backup".to_owned()));
    if let Some(mode) = job.mode {
        steps.push(("wake", Wake::label(mode).to_owned()));
    }
    steps.push(("check", "Read the backup back".to_owned()));
    steps
}

impl Tomo {
    /// Begins to back an app up to a file of this computer; it goes on by itself.
    ///
    /// # Errors
    /// When there is no such app, the passphrase is easy to guess, there is such a file, or something is being
    /// done to the app.
    pub async fn back_up_app(&self, by: UserId, wish: AppBackupWish) -> Result<(), AppError> {
        refuse_unfinished(&self.stored_app(wish.id).await?)?;
        check_passphrase(&wish.passphrase)?;
        let path = self.named_file(&wish.path)?;
        if !wish.replace && path.exists() {
            return Err(BackupError::Exists(path).into());
        }
        let doing = self.begin_work(wish.id, AppWorkKind::Backup, &[])?;
        let mut app = self.stored_app(wish.id).await?;
        refuse_unfinished(&app)?;
        app.config.failure = None;
        let secrets = self.secrets_of(app.id).await?;
        let engine = self.engine_at(app.server_id, &app.config.engine).ok_or_else(|| {
            AppError::Invalid("The engine that this app runs in does not answer now.".into())
        })?;
        // As the engine says at this moment, and not as somebody last left it.
        let name = app.project_name()?;
        let containers = engine.list(app.server_id).await?;
        let own = |one: &&Container| one.project.as_deref() == Some(name.as_str());
        let runs = containers.iter().filter(own).any(Container::is_up);
        let server = self.inner.hub.server(app.server_id).map(|server| server.name);
        let job = Job {
            path,
            passphrase: wish.passphrase,
            replace: wish.replace,
            mode: Some(wish.mode).filter(|_| runs),
            leave_out: wish.leave_out,
            server: server.unwrap_or_default(),
            at: Mutex::new(None),
            written: Mutex::new(None),
            bytes: Mutex::new(0),
        };
        doing.add(&planned(&job));
        let place = self.place([app.server_id]);
        let message = format!("{} is being backed up{place}", app.title());
        let entry = Entry::by(by, ActivityKind::AppBackup, message).to_app(&app);
        let path = job.path.display().to_string();
        self.record(entry.with(json!({ "app": app.app, "path": path }))).await;
        let worker = Worker { tomo: self.clone(), doing, app, name, secrets };
        self.inner.tasks.spawn_on(worker.back_up(job), &self.inner.runtime);
        Ok(())
    }
}

impl Worker {
    async fn back_up(mut self, job: Job) {
        let mut done = Ok(());
        if let Some(mode) = job.mode {
            done = self.step(Rest { mode, becomes: None, removes_for: None }).await;
        }
        if done.is_ok() {
            done = self.step(Save(&job)).await;
        }
        let failure = match &done {
            Ok(()) => None,
            // A Tomo that ends leaves it as it is: the next one wakes it.
            Err(Trouble::Cancelled) if !self.doing.is_cancelled() => return,
            Err(trouble) => Some(self.failure(trouble).await),
        };
        let woken = self.wake().await;
        if let Some(failure) = failure {
            return self.did_not_rest(failure, woken).await;
        }
        self.doing.cannot_cancel();
        match (self.step(Check(&job)).await, woken) {
            (Ok(()), woken) => self.is_backed_up(&job, woken).await,
            (Err(trouble), woken) => {
                let failure = self.failure(&trouble).await;
                self.did_not_rest(failure, woken).await;
            }
        }
    }

    async fn is_backed_up(&mut self, job: &Job, woken: Result<(), Trouble>) {
        let path = job.path.display().to_string();
        let entry = AppBackupEntry {
            path: path.clone(),
            at: locked(&job.at).unwrap_or_else(Utc::now),
            bytes: *locked(&job.bytes),
            mode: job.mode,
        };
        let bytes = entry.bytes;
        let backups = &mut self.app.config.backups;
        backups.retain(|older| older.path != path);
        backups.insert(0, entry);
        backups.truncate(REMEMBERED);
        self.app.config.failure = None;
        let place = self.tomo.place([self.app.server_id]);
        let message = format!("{} backed up{place} ({})", self.app.title(), size(bytes));
        let entry = Entry::by_tomo(ActivityKind::AppBackedUp, message).to_app(&self.app);
        let details = json!({ "app": self.app.app, "path": path, "bytes": bytes });
        self.tomo.record(entry.with(details)).await;
        match woken {
            Ok(()) => self.store_end(self.app.status).await,
            Err(Trouble::Cancelled) => {}
            Err(trouble) => {
                let failure = self.failure(&trouble).await;
                let kind = AppWorkKind::Backup;
                self.did_not_rest(AppFailure { kind, ..failure }, Err(trouble)).await;
            }
        }
    }

    async fn save_data(&mut self, engine: &Engine, job: &Job) -> Result<(), Trouble> {
        let data = self.whole_data(engine, &job.leave_out).await?;
        let image = self.some_image(engine).await?;
        let at = Utc::now();
        *locked(&job.at) = Some(at);
        let json = self.saved(job, at, &data)?;
        let mut saving = Saving::begin(job.path.clone(), job.passphrase.clone(), json);
        let count = data.parts.len();
        for (index, part) in data.parts.iter().enumerate() {
            let place = part.place();
            let words = format!("{} ({} of {count})", part.name, index + 1);
            let stream = engine.read_data(&place, &image).await;
            let read = match stream {
                Ok(stream) => self.save_part(stream, &mut saving, &words).await,
                Err(error) => Err(error.into()),
            };
            let ended = engine.end_reading(&place).await;
            read.map_err(|why| why.while_doing(&format!("reading {}", part.name)))?;
            ended?;
            saving.end_part().await?;
        }
        // What somebody started meanwhile has written while it was read.
        self.refuse_running(engine).await?;
        *locked(&job.written) = Some(saving.end().await?);
        Ok(())
    }

    async fn save_part(
        &self,
        mut stream: DataStream,
        saving: &mut Saving,
        words: &str,
    ) -> Result<(), Trouble> {
        let mut bytes = 0_u64;
        loop {
            let next = self.doing.cancel.run_until_cancelled(stream.next()).await;
            let Some(piece) = next.ok_or(Trouble::Cancelled)?? else { return Ok(()) };
            bytes += piece.len() as u64;
            saving.push(piece).await?;
            self.doing.tell(|step| step.detail = Some(format!("{words}: {}", size(bytes))));
        }
    }

    /// What it takes to make the app again.
    fn saved(
        &self,
        job: &Job,
        at: DateTime<Utc>,
        data: &Data,
    ) -> Result<zeroize::Zeroizing<Vec<u8>>, Trouble> {
        let config = &self.app.config;
        let present: AppSecrets = secrets::present(&self.secrets);
        let saved = Saved {
            contents: AppBackupContents {
                app: self.app.app.clone(),
                name: self.app.title().to_owned(),
                version: self.app.version().to_owned(),
                project: config.project.name.clone(),
                server: job.server.clone(),
                at,
                mode: job.mode,
                parts: data.parts.clone(),
                left_out: data.left_out.clone(),
                bytes: 0,
            },
            manifest: config.manifest.clone(),
            values: config.values.clone(),
            secrets: present.iter().map(|(k, v)| (k.clone(), v.expose_secret())).collect(),
        };
        let json = saved.to_json();
        json.map_err(|error| Trouble::Failed(format!("it could not be written down: {error}")))
    }
}
