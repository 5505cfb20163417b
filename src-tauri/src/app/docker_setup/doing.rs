//! What this process sets up: one thing at a time on each server, seen by every page.
//!
//! A file with a lock on it keeps other processes from the same server.

use crate::{
    app::{Tomo, error::AppError},
    collect::hub::Change,
    domain::{
        docker_setup::{DockerSetupRun, SetupRunStep, SetupStep},
        fleet::Topic,
        id::ServerId,
        installed_app::StepState,
    },
};
use chrono::Utc;
use std::{
    collections::HashMap,
    fs::{self, File, TryLockError},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};
use tokio_util::sync::CancellationToken;

/// The step that looks at the end whether all is there.
pub(super) const CHECK: &str = "check";
/// Lines that are kept.
const LINES: usize = 200;
/// How often pages hear of new lines.
const TELL_EVERY: Duration = Duration::from_millis(250);

/// Everything that is set up or was, by server.
#[derive(Default)]
pub(in crate::app) struct Setups {
    all: Mutex<HashMap<ServerId, Seen>>,
}

/// One of them, from outside.
#[derive(Clone)]
struct Seen {
    run: Arc<Mutex<DockerSetupRun>>,
    cancel: CancellationToken,
}

/// One of them, from inside. Dropping it says that it is over.
pub(super) struct Doing {
    pub(super) tomo: Tomo,
    pub(super) server: ServerId,
    run: Arc<Mutex<DockerSetupRun>>,
    pub(super) cancel: CancellationToken,
    told: Mutex<Instant>,
    _lock: File,
}

fn locked(run: &Mutex<DockerSetupRun>) -> MutexGuard<'_, DockerSetupRun> {
    run.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Setups {
    fn all(&self) -> MutexGuard<'_, HashMap<ServerId, Seen>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn get(&self, server: ServerId) -> Option<DockerSetupRun> {
        let run = self.all().get(&server)?.run.clone();
        let seen = locked(&run).clone();
        Some(seen)
    }

    pub(super) fn cancel(&self, server: ServerId) -> Result<(), AppError> {
        let seen = self.all().get(&server).cloned();
        let seen = seen.filter(|seen| !locked(&seen.run).is_over);
        let seen =
            seen.ok_or_else(|| AppError::Changed("Nothing is being set up there.".into()))?;
        let mut run = locked(&seen.run);
        if !run.can_cancel {
            return Err(AppError::Invalid("This cannot be cancelled any more.".into()));
        }
        run.can_cancel = false;
        drop(run);
        seen.cancel.cancel();
        Ok(())
    }
}

impl Tomo {
    /// Begins to set a server up.
    ///
    /// # Errors
    /// When somebody is at it already, here or in another process.
    pub(super) fn begin_setup(
        &self,
        server: ServerId,
        steps: &[SetupStep],
    ) -> Result<Doing, AppError> {
        let busy = || AppError::Changed("Docker is being set up on this server already.".into());
        let mut all = self.inner.setups.all();
        if all.get(&server).is_some_and(|seen| !locked(&seen.run).is_over) {
            return Err(busy());
        }
        let path = self.inner.data_dir.join("locks").join(format!("setup-{server}.lock"));
        let open = || -> std::io::Result<File> {
            fs::create_dir_all(self.inner.data_dir.join("locks"))?;
            File::options().create(true).truncate(false).write(true).open(&path)
        };
        let lock = open().map_err(|error| AppError::internal("locking a server", &error))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(busy()),
            Err(TryLockError::Error(error)) => {
                return Err(AppError::internal("locking a server", &error));
            }
        }
        let check = SetupStep {
            name: CHECK.to_owned(),
            label: "Sign in anew, and ask the engine".to_owned(),
            command: String::new(),
        };
        let step = |step: SetupStep| SetupRunStep {
            name: step.name,
            label: step.label,
            command: step.command,
            state: StepState::Waiting,
            seconds: None,
        };
        let run = DockerSetupRun {
            server_id: server,
            started_at: Utc::now(),
            steps: steps.iter().cloned().chain([check]).map(step).collect(),
            output: Vec::new(),
            notes: Vec::new(),
            is_over: false,
            error: None,
            can_cancel: true,
        };
        let (run, cancel) = (Arc::new(Mutex::new(run)), CancellationToken::new());
        all.insert(server, Seen { run: run.clone(), cancel: cancel.clone() });
        drop(all);
        let told = Mutex::new(Instant::now());
        let doing = Doing { tomo: self.clone(), server, run, cancel, told, _lock: lock };
        doing.announce();
        Ok(doing)
    }
}

impl Doing {
    fn announce(&self) {
        *self.told.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
        self.tomo.inner.hub.announce(Change::Topic(Topic::Apps));
    }

    fn change<T>(&self, change: impl FnOnce(&mut DockerSetupRun) -> T) -> T {
        let changed = change(&mut locked(&self.run));
        self.announce();
        changed
    }

    /// It as it is.
    pub(super) fn seen(&self) -> DockerSetupRun {
        locked(&self.run).clone()
    }

    /// It was never begun: what the commands were refused for is the answer to whoever asked.
    pub(super) fn forget(self) {
        self.tomo.inner.setups.all().remove(&self.server);
    }

    /// A step stands there now; how long it took, where it has ended.
    pub(super) fn step(&self, name: &str, state: StepState, took: Option<Duration>) {
        self.change(|run| {
            if let Some(step) = run.steps.iter_mut().find(|step| step.name == name) {
                step.state = state;
                step.seconds = took.map(|took| took.as_secs_f64());
            }
        });
    }

    /// A line of what is said.
    pub(super) fn say(&self, line: String) {
        let mut run = locked(&self.run);
        run.output.push(line);
        let surplus = run.output.len().saturating_sub(LINES);
        run.output.drain(..surplus);
        drop(run);
        let last = *self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if last.elapsed() >= TELL_EVERY {
            self.announce();
        }
    }

    /// From here on nothing is ended any more.
    pub(super) fn cannot_cancel(&self) {
        self.change(|run| run.can_cancel = false);
    }

    /// It has ended.
    pub(super) fn end(&self, notes: Vec<String>, error: Option<String>) {
        self.change(|run| {
            run.notes = notes;
            run.error = error;
            run.can_cancel = false;
            run.is_over = true;
        });
    }
}

impl Drop for Doing {
    fn drop(&mut self) {
        let mut run = locked(&self.run);
        if !run.is_over {
            run.is_over = true;
            run.can_cancel = false;
            run.error = run.error.take().or_else(|| Some("Tomo was ended meanwhile.".to_owned()));
        }
        drop(run);
        self.announce();
    }
}
