//! Waiting for what is being done to an app, and telling of its steps.

use super::{
    Cli,
    error::{CliError, Exit},
    output,
};
use crate::api::error::Code;
use crate::domain::installed_app::{
    AppStep, AppWorkKind, InstalledApp, InstalledAppDetails, StepState,
};
use futures::StreamExt;
use serde_json::json;
use std::{collections::HashSet, pin::pin};

/// Says, when it is dropped before the end, what becomes of it.
struct Left(bool);

impl Drop for Left {
    fn drop(&mut self) {
        if self.0 {
            output::note(
                "It was left half-way: a Tomo that stays (the window, or the tray) takes it up again; \
                 `tomo app list` shows how far it is.",
            );
        }
    }
}

/// Waits until nothing is being done to an app any more; none when it is gone by then. `tells` of each step.
///
/// # Errors
/// When it cannot be read.
pub async fn wait(
    cli: &Cli,
    app: &InstalledApp,
    tells: bool,
) -> Result<Option<InstalledAppDetails>, CliError> {
    let mut left = Left(true);
    let mut told = HashSet::new();
    let mut pushes = pin!(cli.tomo.pushes());
    loop {
        let now: InstalledAppDetails = match cli.call("app.get", json!({ "id": app.id })).await {
            Ok(now) => now,
            Err(CliError::Api(error)) if error.code == Code::NotFound => {
                left.0 = false;
                return Ok(None);
            }
            Err(error) => return Err(error),
        };
        let steps = now.app.work.as_ref().map_or(&now.last_steps, |work| &work.steps);
        for step in steps.iter().filter(|step| tells && is_over(step)) {
            if told.insert(step.name.clone()) {
                tell(step);
            }
        }
        if now.app.work.is_none() {
            left.0 = false;
            return Ok(Some(now));
        }
        if pushes.next().await.is_none() {
            return Err(CliError::Interrupted);
        }
    }
}

fn is_over(step: &AppStep) -> bool {
    matches!(step.state, StepState::Done | StepState::Failed)
}

fn tell(step: &AppStep) {
    let word = if step.state == StepState::Done { "done" } else { "failed" };
    let seconds = step.seconds.map(|seconds| format!("{seconds:.1} s")).unwrap_or_default();
    output::note(&format!("{word:<6} {:>8}  {}", seconds, output::clean_line(&step.label)));
}

/// The app as it stands when what was done to it went well.
///
/// # Errors
/// What failed, with the last lines of its log on standard error.
pub fn finished(app: Option<InstalledAppDetails>) -> Result<Option<InstalledAppDetails>, CliError> {
    let Some(app) = app else { return Ok(None) };
    let Some(failure) = &app.failure else { return Ok(Some(app)) };
    for line in &failure.log {
        output::note(&output::clean_line(line));
    }
    let hint = match (failure.kind, &failure.left[..]) {
        (AppWorkKind::Install, []) => "What was made was removed.".to_owned(),
        (AppWorkKind::Install, left) => {
            format!("Not everything could be removed: {}", left.join(" "))
        }
        (AppWorkKind::Update | AppWorkKind::Restore, []) => {
            format!("It runs as it was before, at {}.", app.app.version)
        }
        (_, []) => "Nothing else was changed.".to_owned(),
        (_, left) => left.join(" "),
    };
    let message = format!("{}: {}", failure.step, failure.message);
    Err(CliError::stopped(Exit::Failed, output::clean_line(&message), hint))
}
