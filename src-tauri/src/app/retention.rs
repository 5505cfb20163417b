//! Retention: previewing it, running it, and running it every day.
//!
//! One process at a time runs it: whoever holds the file `retention.lock`, which the system lets go
//! when a process ends in whatever way.

use super::{Tomo, activity::Entry, error::AppError};
use crate::{
    collect::hub::Change,
    domain::{
        activity::ActivityKind,
        fleet::Topic,
        retention::{self, RetainedTable, RetentionPreview, RetentionRun, RetentionStatus},
        session::Session,
    },
    store::{Kept, RetentionOutcome, StoreError, private_file},
};
use chrono::{DateTime, Local, Utc};
use serde_json::{Value, json};
use std::{
    fs::{File, TryLockError},
    time::Duration,
};
use tokio::time::{Instant, sleep};

/// The file that whoever runs retention holds.
const LOCK_FILE: &str = "retention.lock";
/// How long somebody who only looks whether it is held may hold it.
const LOOKING: Duration = Duration::from_millis(200);
/// When a missed run is made up: after what a start has to do.
const FIRST_LOOK: Duration = Duration::from_secs(45);
/// How often it is looked whether a run is due.
const LOOK_EVERY: Duration = Duration::from_secs(60);

impl Tomo {
    /// What a run would do now.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn retention_preview(&self) -> Result<RetentionPreview, AppError> {
        Ok(self.inner.store.retention_preview(&self.kept().await?, Utc::now()).await?)
    }

    /// Drops what is older than the settings allow. What could not be dropped is in the run's
    /// `error`.
    ///
    /// # Errors
    /// When a run is under way, or the database cannot be read or written at all.
    pub async fn run_retention(&self, session: &Session) -> Result<RetentionRun, AppError> {
        let run = self.retain(Some(&session.user.username)).await?;
        self.record_run(&run, |kind, message| Entry::by(session.user.id, kind, message)).await;
        Ok(run)
    }

    /// Where retention stands.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn retention_status(&self) -> Result<RetentionStatus, AppError> {
        let last = self.inner.store.last_retention_run().await?;
        let is_open = last.as_ref().is_some_and(|run| run.finished_at.is_none());
        let next_at = if self.is_retention_on().await? {
            let (due, next) = self.retention_due().await?;
            // One that was missed is made up as soon as a process collects.
            Some(if is_missed(last.as_ref(), due) { Utc::now() } else { next })
        } else {
            None
        };
        Ok(RetentionStatus { is_running: is_open && self.hold()?.is_none(), last, next_at })
    }

    /// Runs retention once a day, and soon after the start when that was missed.
    pub(super) fn keep_retaining(&self) {
        let tomo = self.clone();
        self.every(FIRST_LOOK, LOOK_EVERY, move || {
            let tomo = tomo.clone();
            async move {
                if let Err(error) = tomo.retain_when_due().await {
                    tracing::warn!(%error, "retention could not run");
                }
            }
        });
    }

    /// Runs retention when it is due; gives what it did.
    ///
    /// # Errors
    /// As [`Tomo::run_retention`]; that another process runs it is none.
    pub async fn retain_when_due(&self) -> Result<Option<RetentionRun>, AppError> {
        if !self.is_retention_on().await? {
            return Ok(None);
        }
        let (due, _) = self.retention_due().await?;
        if !is_missed(self.inner.store.last_retention_run().await?.as_ref(), due) {
            return Ok(None);
        }
        match self.retain(None).await {
            Ok(run) => {
                // A day on which nothing was old enough is nothing to tell.
                if run.has_dropped() || run.error.is_some() {
                    self.record_run(&run, Entry::by_tomo).await;
                }
                Ok(Some(run))
            }
            Err(AppError::Invalid(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn is_retention_on(&self) -> Result<bool, AppError> {
        let is_on = self.inner.store.setting(None, "retention.cleanup_enabled").await?;
        Ok(is_on.as_bool().unwrap_or(true))
    }

    async fn retention_due(&self) -> Result<(DateTime<Utc>, DateTime<Utc>), AppError> {
        let hour = self.whole_setting("retention.cleanup_hour").await?;
        let hour = u32::try_from(hour).unwrap_or_default();
        Ok(retention::due(&Local::now(), hour))
    }

    async fn kept(&self) -> Result<Vec<Kept>, AppError> {
        let mut kept = Vec::new();
        for table in RetainedTable::ALL {
            let days = self.whole_setting(table.setting_key()).await?;
            kept.push(Kept { table, days: u32::try_from(days).unwrap_or(u32::MAX) });
        }
        Ok(kept)
    }

    /// The file that says that this process runs retention; nothing when another does.
    fn hold(&self) -> Result<Option<File>, AppError> {
        let failed = |error: std::io::Error| AppError::internal("locking retention.lock", &error);
        let file = private_file(&self.inner.data_dir.join(LOCK_FILE)).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(failed(error)),
        }
    }

    async fn hold_to_run(&self) -> Result<File, AppError> {
        let give_up = Instant::now() + LOOKING;
        loop {
            if let Some(held) = self.hold()? {
                return Ok(held);
            }
            if Instant::now() >= give_up {
                return Err(AppError::Invalid(
                    "Retention is running already. Wait until it has ended.".into(),
                ));
            }
            sleep(Duration::from_millis(20)).await;
        }
    }

    async fn retain(&self, asked_by: Option<&str>) -> Result<RetentionRun, AppError> {
        let _held = self.hold_to_run().await?;
        let kept = self.kept().await?;
        let batch = self.whole_setting("retention.cleanup_batch_size").await?;
        let batch = u32::try_from(batch).unwrap_or(1_000);
        let (store, started_at) = (&self.inner.store, Utc::now());
        let id = store.begin_retention_run(asked_by, started_at).await?;
        self.inner.hub.announce(Change::Topic(Topic::Retention));
        let outcome = store.retain(&kept, batch, started_at, &self.inner.cancel).await;
        let (outcome, error) = match outcome {
            Ok(outcome) if outcome.is_cut_off => {
                // Without an end it is due again at the next start.
                return Err(AppError::Internal("retention, which quitting has cut off"));
            }
            Ok(outcome) => {
                let error = what_failed(&outcome);
                (outcome, error)
            }
            Err(error) => (RetentionOutcome::default(), Some(error.to_string())),
        };
        let run = RetentionRun {
            started_at,
            finished_at: Some(Utc::now()),
            asked_by: asked_by.map(Into::into),
            tables: outcome.tables,
            returned_bytes: outcome.returned_bytes,
            error,
        };
        if let Err(error) = store.end_retention_run(id, &run).await {
            tracing::error!(%error, "what retention did could not be stored");
        }
        self.inner.hub.announce(Change::Topic(Topic::Retention));
        Ok(run)
    }

    async fn record_run(
        &self,
        run: &RetentionRun,
        entry: impl FnOnce(ActivityKind, String) -> Entry,
    ) {
        let kind = match run.error {
            None => ActivityKind::RetentionRun,
            Some(_) => ActivityKind::RetentionFailed,
        };
        let rows = run.tables.iter().map(|dropped| (dropped.table.as_str(), dropped.rows));
        let rows: serde_json::Map<String, Value> =
            rows.map(|(table, rows)| (table.to_owned(), rows.into())).collect();
        let details =
            json!({ "rows": rows, "returned_bytes": run.returned_bytes, "error": run.error });
        self.record(entry(kind, run.summary()).with(details)).await;
    }
}

/// Whether the run that was due at `due` has not been made.
fn is_missed(last: Option<&RetentionRun>, due: DateTime<Utc>) -> bool {
    last.is_none_or(|run| run.finished_at.is_none() || run.started_at < due)
}

/// What could not be done, in words.
fn what_failed(outcome: &RetentionOutcome) -> Option<String> {
    let unreturned = outcome
        .unreturned
        .as_ref()
        .map(|error| format!("What was dropped did not make the file smaller: {error}"));
    let sentences: Vec<_> = outcome
        .errors
        .iter()
        .map(|(table, error)| match error {
            StoreError::AuditKeyMissing => {
                "The audit trail was left alone, because the vault is locked.".to_owned()
            }
            error => format!("Not everything went from {}: {error}", table.as_str()),
        })
        .chain(unreturned)
        .collect();
    (!sentences.is_empty()).then(|| sentences.join(" "))
}
