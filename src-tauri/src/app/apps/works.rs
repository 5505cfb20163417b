//! What this process does to apps: one thing at a time to each, step by step, seen by every page and ended by
//! whoever may.
//!
//! A file with a lock on it says which process is at it, so that two never do something to one app at once,
//! and one that was killed is known to be.

use crate::{
    app::{Tomo, error::AppError},
    collect::hub::Change,
    domain::{
        fleet::Topic,
        id::InstalledAppId,
        installed_app::{AppStep, AppWork, AppWorkKind, StepState},
    },
};
use chrono::Utc;
use std::{
    collections::HashMap,
    fs::{self, File, TryLockError},
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};
use tokio_util::sync::CancellationToken;

/// How often pages hear of the bytes of a pull.
const TELL_EVERY: Duration = Duration::from_millis(250);

/// Everything that is being done to apps.
#[derive(Default)]
pub(in crate::app) struct Works {
    all: Mutex<HashMap<InstalledAppId, Seen>>,
}

/// Something that is being done, from outside.
#[derive(Clone)]
struct Seen {
    work: Arc<Mutex<AppWork>>,
    cancel: CancellationToken,
    over: CancellationToken,
}

/// Something that is being done, from inside. Dropping it says that it is over.
pub(super) struct Doing {
    tomo: Tomo,
    pub(super) id: InstalledAppId,
    work: Arc<Mutex<AppWork>>,
    pub(super) cancel: CancellationToken,
    over: CancellationToken,
    told: Mutex<Instant>,
    _lock: File,
}

impl Drop for Doing {
    fn drop(&mut self) {
        self.tomo.inner.apps.works.all().remove(&self.id);
        self.over.cancel();
        self.tomo.inner.hub.announce(Change::Topic(Topic::Apps));
    }
}

/// A step that is to be done: its name and its words.
pub(super) type Planned = (&'static str, String);

impl Works {
    fn all(&self) -> MutexGuard<'_, HashMap<InstalledAppId, Seen>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is being done to an app.
    pub(super) fn get(&self, id: InstalledAppId) -> Option<AppWork> {
        let work = self.all().get(&id)?.work.clone();
        Some(locked(&work).clone())
    }

    /// All that is being done.
    pub(super) fn snapshot(&self) -> HashMap<InstalledAppId, AppWork> {
        let all: Vec<_> = self.all().iter().map(|(id, seen)| (*id, seen.work.clone())).collect();
        all.into_iter().map(|(id, work)| (id, locked(&work).clone())).collect()
    }

    fn seen(&self, id: InstalledAppId) -> Option<Seen> {
        self.all().get(&id).cloned()
    }
}

fn locked(work: &Mutex<AppWork>) -> MutexGuard<'_, AppWork> {
    work.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Tomo {
    /// Begins to do something to an app.
    ///
    /// # Errors
    /// When something is being done to it already, here or by another process.
    pub(super) fn begin_work(
        &self,
        id: InstalledAppId,
        kind: AppWorkKind,
        steps: &[Planned],
    ) -> Result<Doing, AppError> {
        let busy = || AppError::Changed("Something is being done to this app already.".into());
        let mut all = self.inner.apps.works.all();
        if all.contains_key(&id) {
            return Err(busy());
        }
        let lock = self.work_lock(id)?.ok_or_else(busy)?;
        let work = AppWork {
            kind,
            started_at: Utc::now(),
            steps: steps.iter().map(|(name, label)| waiting(name, label)).collect(),
            is_cancelled: false,
            can_cancel: kind.can_be_cancelled(),
        };
        let (work, cancel) = (Arc::new(Mutex::new(work)), self.inner.cancel.child_token());
        let over = CancellationToken::new();
        let seen = Seen { work: work.clone(), cancel: cancel.clone(), over: over.clone() };
        all.insert(id, seen);
        drop(all);
        self.inner.hub.announce(Change::Topic(Topic::Apps));
        let told = Mutex::new(Instant::now());
        Ok(Doing { tomo: self.clone(), id, work, cancel, over, told, _lock: lock })
    }

    /// The lock of an app; nothing where another process has it.
    fn work_lock(&self, id: InstalledAppId) -> Result<Option<File>, AppError> {
        let path = self.work_lock_path(id);
        let open = || -> std::io::Result<File> {
            fs::create_dir_all(self.inner.data_dir.join("locks"))?;
            File::options().create(true).truncate(false).write(true).open(&path)
        };
        let file = open().map_err(|error| AppError::internal("locking an app", &error))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(AppError::internal("locking an app", &error)),
        }
    }

    fn work_lock_path(&self, id: InstalledAppId) -> PathBuf {
        self.inner.data_dir.join("locks").join(format!("app-{id}.lock"))
    }

    /// Whether another process, or this one, is at an app.
    pub(super) fn is_worked_at(&self, id: InstalledAppId) -> bool {
        self.inner.apps.works.seen(id).is_some() || matches!(self.work_lock(id), Ok(None))
    }

    /// Ends what is being done to an app, and has what it made removed.
    ///
    /// # Errors
    /// When nothing is, or it cannot be ended.
    pub fn cancel_app_work(&self, id: InstalledAppId) -> Result<(), AppError> {
        let seen = self.inner.apps.works.seen(id);
        let seen = seen.ok_or_else(|| AppError::Changed("Nothing is being done to it.".into()))?;
        let mut work = locked(&seen.work);
        if !work.can_cancel {
            return Err(AppError::Invalid("This cannot be cancelled any more.".into()));
        }
        work.is_cancelled = true;
        work.can_cancel = false;
        drop(work);
        seen.cancel.cancel();
        self.inner.hub.announce(Change::Topic(Topic::Apps));
        Ok(())
    }

    /// Waits until nothing is being done to an app here.
    pub async fn app_work_over(&self, id: InstalledAppId) {
        if let Some(seen) = self.inner.apps.works.seen(id) {
            seen.over.cancelled().await;
        }
    }
}

fn waiting(name: &str, label: &str) -> AppStep {
    AppStep {
        name: name.to_owned(),
        label: label.to_owned(),
        state: StepState::Waiting,
        started_at: None,
        seconds: None,
        detail: None,
        layers: Vec::new(),
    }
}

impl Doing {
    /// Changes what is known, and tells it at once.
    fn change<T>(&self, change: impl FnOnce(&mut AppWork) -> T) -> T {
        let changed = change(&mut locked(&self.work));
        *self.told.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
        self.tomo.inner.hub.announce(Change::Topic(Topic::Apps));
        changed
    }

    /// A step begins.
    pub(super) fn begin(&self, name: &str) {
        self.change(|work| {
            if let Some(step) = work.steps.iter_mut().find(|step| step.name == name) {
                step.state = StepState::Running;
                step.started_at = Some(step.started_at.unwrap_or_else(Utc::now));
            }
        });
    }

    /// A step has ended.
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of hours")]
    pub(super) fn end(&self, name: &str, is_done: bool) {
        self.change(|work| {
            if let Some(step) = work.steps.iter_mut().find(|step| step.name == name) {
                step.state = if is_done { StepState::Done } else { StepState::Failed };
                step.detail = step.detail.take().filter(|_| !is_done);
                step.seconds = step
                    .started_at
                    .map(|at| (Utc::now() - at).num_milliseconds().max(0) as f64 / 1000.0);
            }
        });
    }

    /// Adds steps that were not foreseen.
    pub(super) fn add(&self, steps: &[Planned]) {
        self.change(|work| {
            for (name, label) in steps {
                if !work.steps.iter().any(|step| step.name == *name) {
                    work.steps.push(waiting(name, label));
                }
            }
        });
    }

    /// From here on there is no way back by cancelling.
    pub(super) fn cannot_cancel(&self) {
        self.change(|work| work.can_cancel = false);
    }

    /// What is known of the step that is being done; not told more often than anybody can read.
    pub(super) fn tell(&self, tell: impl FnOnce(&mut AppStep)) {
        let mut work = locked(&self.work);
        let is_running = |step: &&mut AppStep| step.state == StepState::Running;
        if let Some(step) = work.steps.iter_mut().find(is_running) {
            tell(step);
        }
        drop(work);
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.elapsed() >= TELL_EVERY {
            *told = Instant::now();
            self.tomo.inner.hub.announce(Change::Topic(Topic::Apps));
        }
    }

    /// The words of the step that is being done.
    pub(super) fn present(&self) -> Option<String> {
        let work = locked(&self.work);
        let running = work.steps.iter().find(|step| step.state == StepState::Running);
        let failed = || work.steps.iter().find(|step| step.state == StepState::Failed);
        running.or_else(failed).map(|step| step.label.clone())
    }

    /// All steps as they are.
    pub(super) fn steps(&self) -> Vec<AppStep> {
        locked(&self.work).steps.clone()
    }

    /// Whether somebody wants it to end (and Tomo itself does not).
    pub(super) fn is_cancelled(&self) -> bool {
        locked(&self.work).is_cancelled
    }
}
