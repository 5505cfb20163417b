//! Putting into force what settings say, at the start and whenever one changes, here or in another
//! process.

use super::{Tomo, error::AppError, login::LoginEntry};
use crate::{
    collect::hub::{Change, Policy},
    domain::{
        health::{Marks, Thresholds},
        session::Session,
        setting::{self, Setting},
    },
    store::SettingWrite,
};
use serde_json::Value;
use std::{
    io,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
    time::Duration,
};

const START_AT_LOGIN: &str = "ui.start_at_login";

/// What was last put into force.
pub(super) struct InForce {
    /// Whether closing the window leaves Tomo in the tray, for whoever is signed in.
    stays_in_tray: AtomicBool,
    /// The number of the last change of any setting that is obeyed.
    change: AtomicI64,
    /// Whether the system starts Tomo at login, as far as this process has told it.
    starts_at_login: Mutex<Option<bool>>,
}

impl Default for InForce {
    fn default() -> Self {
        Self {
            stays_in_tray: AtomicBool::new(true),
            change: AtomicI64::new(UNKNOWN),
            starts_at_login: Mutex::default(),
        }
    }
}

/// Before anything is obeyed.
const UNKNOWN: i64 = -1;

impl Tomo {
    /// Whether closing the window leaves Tomo in the tray.
    #[must_use]
    pub fn stays_in_tray(&self) -> bool {
        self.inner.in_force.stays_in_tray.load(Ordering::SeqCst)
    }

    /// A word as it stands for whoever is signed in; the default while the database cannot say.
    pub async fn word(&self, key: &'static str) -> String {
        self.own_value(key).await.as_str().unwrap_or_default().to_owned()
    }

    pub(super) async fn own_value(&self, key: &'static str) -> Value {
        let user = self.holder().await.map(|user| user.id);
        let stored = self.inner.store.setting(user, key).await.ok();
        stored.or(setting::find(key).map(Setting::default_value)).unwrap_or_default()
    }

    /// A whole number that is the same for everybody.
    pub(super) async fn whole_setting(&self, key: &'static str) -> Result<i64, AppError> {
        let value = self.inner.store.setting(None, key).await?;
        value.as_i64().ok_or(AppError::NotFound("setting"))
    }

    /// Puts what the settings say into force, and tells the front doors when they have changed.
    pub(super) async fn obey_settings(&self) -> Result<(), AppError> {
        // What was read before a change must not be put into force after it.
        let _turn = self.inner.following.lock().await;
        self.obey_in_turn().await
    }

    /// As [`Tomo::obey_settings`], for whoever holds the turn.
    pub(super) async fn obey_in_turn(&self) -> Result<(), AppError> {
        // Read first: a change in between is obeyed now, and announced the next time.
        let change = self.inner.store.last_setting_change().await?;
        let seconds = |seconds: i64| Duration::from_secs(seconds.unsigned_abs());
        let policy = Policy {
            thresholds: Thresholds {
                cpu: self.marks("monitoring.cpu").await?,
                memory: self.marks("monitoring.memory").await?,
                disk: self.marks("monitoring.disk").await?,
            },
            live_interval: seconds(self.whole_setting("monitoring.live_interval_seconds").await?),
            background_interval: seconds(
                self.whole_setting("monitoring.background_interval_seconds").await?,
            ),
        };
        self.inner.hub.set_policy(policy);
        let stays = self.own_value("ui.close_to_tray").await.as_bool().unwrap_or(true);
        self.inner.in_force.stays_in_tray.store(stays, Ordering::SeqCst);
        self.apply_pace();
        self.obey_start_at_login().await;
        let before = self.inner.in_force.change.swap(change, Ordering::SeqCst);
        if before != UNKNOWN && before != change {
            self.inner.hub.announce(Change::Settings);
        }
        Ok(())
    }

    #[expect(clippy::cast_precision_loss, reason = "percentages")]
    async fn marks(&self, of: &str) -> Result<Marks, AppError> {
        let mark = async |end: &str| -> Result<f64, AppError> {
            let value = self.inner.store.setting(None, &format!("{of}_{end}_percent")).await?;
            Ok(value.as_i64().ok_or(AppError::NotFound("setting"))? as f64)
        };
        Ok(Marks { warning: mark("warning").await?, critical: mark("critical").await? })
    }

    /// Has the system start Tomo at login, or not, before that is written down: where it refuses,
    /// whoever asked for it is told, and nothing is changed.
    pub(super) async fn try_login_entry(
        &self,
        session: &Session,
        writes: &[SettingWrite<'_>],
    ) -> Result<(), AppError> {
        let own = |write: &&SettingWrite<'_>| {
            write.key == START_AT_LOGIN && write.owner == Some(session.user.id)
        };
        let wanted = writes.iter().rfind(own).and_then(|write| write.value?.as_bool());
        let (Some(entry), Some(wanted)) = (&self.inner.login_entry, wanted) else { return Ok(()) };
        put(entry, wanted).await.map_err(|error| {
            let done = if wanted { "added to" } else { "taken from" };
            AppError::Invalid(format!(
                "Tomo could not be {done} what this computer starts at login: {error}."
            ))
        })?;
        *self.starts_at_login() = Some(wanted);
        Ok(())
    }

    /// The setting is a person's own, so it is obeyed for whoever is signed in; while nobody is, the
    /// system's entry stays as it is.
    async fn obey_start_at_login(&self) {
        let Some(entry) = &self.inner.login_entry else { return };
        if self.session().await.is_err() {
            return;
        }
        let wanted = self.own_value(START_AT_LOGIN).await.as_bool().unwrap_or_default();
        if self.starts_at_login().replace(wanted) == Some(wanted) {
            return;
        }
        // Put anew at each start: the program may have been moved since.
        if let Err(error) = put(entry, wanted).await {
            tracing::warn!(%error, wanted, "starting at login could not be changed");
        }
    }

    fn starts_at_login(&self) -> std::sync::MutexGuard<'_, Option<bool>> {
        self.inner.in_force.starts_at_login.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn put(entry: &Arc<dyn LoginEntry>, wanted: bool) -> io::Result<()> {
    let entry = entry.clone();
    tokio::task::spawn_blocking(move || entry.put(wanted)).await.map_err(io::Error::other)?
}
