//! Settings: reading them for a user, changing them, and obeying them.

use super::{Tomo, error::AppError};
use crate::{
    collect::hub::{Change, Policy},
    domain::{
        health::{Marks, Thresholds},
        session::Session,
        setting::{self, Scope, Setting, SettingView},
        user::Role,
    },
};
use chrono::Utc;
use serde_json::Value;
use std::{sync::atomic::Ordering, time::Duration};

impl Tomo {
    /// All settings with their values for a user.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn settings(&self, session: &Session) -> Result<Vec<SettingView>, AppError> {
        Ok(self.inner.store.settings(session.user.id).await?)
    }

    /// Changes a setting: the user's own value where there may be one, else everybody's.
    ///
    /// # Errors
    /// When the key is unknown, the value breaks its rule, the role does not allow it, or the
    /// setting was changed since `version`.
    pub async fn set_setting(
        &self,
        session: &Session,
        key: &str,
        value: &Value,
        version: i64,
    ) -> Result<SettingView, AppError> {
        let setting = find_for(key, session)?;
        setting.check(value).map_err(AppError::Invalid)?;
        self.check_pair(setting, value).await?;
        match setting.scope {
            Scope::UserOverridable => {
                self.inner
                    .store
                    .set_user_setting(session.user.id, key, value, version, Utc::now())
                    .await?;
            }
            Scope::System => {
                self.inner
                    .store
                    .set_system_setting(key, value, version, session.user.id, Utc::now())
                    .await?;
            }
        }
        self.setting_changed(session, key).await
    }

    /// Puts a setting back: the user's own value goes, or everybody's becomes the default.
    ///
    /// # Errors
    /// When the key is unknown, the role does not allow it, or the default would put a warning mark
    /// above its critical one.
    pub async fn reset_setting(
        &self,
        session: &Session,
        key: &str,
    ) -> Result<SettingView, AppError> {
        let setting = find_for(key, session)?;
        match setting.scope {
            Scope::UserOverridable => {
                self.inner.store.reset_user_setting(session.user.id, key).await?;
            }
            Scope::System => {
                self.check_pair(setting, &setting.default_value()).await?;
                self.inner.store.reset_system_setting(key, session.user.id, Utc::now()).await?;
            }
        }
        self.setting_changed(session, key).await
    }

    /// Whether closing the window leaves Tomo in the tray.
    #[must_use]
    pub fn stays_in_tray(&self) -> bool {
        self.inner.stays_in_tray.load(Ordering::SeqCst)
    }

    /// A word as it stands for whoever is signed in; the default while the database cannot say.
    pub async fn word(&self, key: &'static str) -> String {
        self.own_value(key).await.as_str().unwrap_or_default().to_owned()
    }

    async fn own_value(&self, key: &'static str) -> Value {
        let user = self.holder().await.map(|user| user.id);
        let stored = self.inner.store.setting(user, key).await.ok();
        stored.or(setting::find(key).map(Setting::default_value)).unwrap_or_default()
    }

    /// A whole number that is the same for everybody.
    pub(super) async fn whole_setting(&self, key: &'static str) -> Result<i64, AppError> {
        let value = self.inner.store.setting(None, key).await?;
        value.as_i64().ok_or(AppError::NotFound("setting"))
    }

    /// Puts what the settings say into force.
    pub(super) async fn obey_settings(&self) -> Result<(), AppError> {
        let seconds = |seconds: i64| Duration::from_secs(seconds.unsigned_abs());
        let policy = Policy {
            thresholds: Thresholds {
                cpu: self
                    .marks("monitoring.cpu_warning_percent", "monitoring.cpu_critical_percent")
                    .await?,
                memory: self
                    .marks(
                        "monitoring.memory_warning_percent",
                        "monitoring.memory_critical_percent",
                    )
                    .await?,
                disk: self
                    .marks("monitoring.disk_warning_percent", "monitoring.disk_critical_percent")
                    .await?,
            },
            live_interval: seconds(self.whole_setting("monitoring.live_interval_seconds").await?),
            background_interval: seconds(
                self.whole_setting("monitoring.background_interval_seconds").await?,
            ),
        };
        self.inner.hub.set_policy(policy);
        let stays = self.own_value("ui.close_to_tray").await.as_bool().unwrap_or(true);
        self.inner.stays_in_tray.store(stays, Ordering::SeqCst);
        self.apply_pace();
        Ok(())
    }

    #[expect(clippy::cast_precision_loss, reason = "percentages")]
    async fn marks(
        &self,
        warning: &'static str,
        critical: &'static str,
    ) -> Result<Marks, AppError> {
        Ok(Marks {
            warning: self.whole_setting(warning).await? as f64,
            critical: self.whole_setting(critical).await? as f64,
        })
    }

    async fn setting_changed(&self, session: &Session, key: &str) -> Result<SettingView, AppError> {
        self.obey_settings().await?;
        self.inner.hub.announce(Change::Settings);
        self.settings(session)
            .await?
            .into_iter()
            .find(|setting| setting.key == key)
            .ok_or(AppError::NotFound("setting"))
    }

    /// A warning mark stays below its critical mark.
    async fn check_pair(&self, setting: &Setting, value: &Value) -> Result<(), AppError> {
        let (warning, critical) = if let Some(stem) = setting.key.strip_suffix("_warning_percent") {
            let other = setting::find(&format!("{stem}_critical_percent"));
            (value.as_i64(), self.pair_value(other).await?)
        } else if let Some(stem) = setting.key.strip_suffix("_critical_percent") {
            let other = setting::find(&format!("{stem}_warning_percent"));
            (self.pair_value(other).await?, value.as_i64())
        } else {
            return Ok(());
        };
        match (warning, critical) {
            (Some(warning), Some(critical)) if warning >= critical => {
                Err(AppError::Invalid(format!(
                    "{} does not take {value}: the warning mark ({warning}) has to be below the critical mark ({critical}).",
                    setting.key
                )))
            }
            _ => Ok(()),
        }
    }

    async fn pair_value(&self, other: Option<&'static Setting>) -> Result<Option<i64>, AppError> {
        match other {
            Some(other) => Ok(Some(self.whole_setting(other.key).await?)),
            None => Ok(None),
        }
    }
}

fn find_for(key: &str, session: &Session) -> Result<&'static Setting, AppError> {
    let setting = setting::find(key)
        .ok_or_else(|| AppError::Invalid(format!("There is no setting '{key}'.")))?;
    if setting.scope == Scope::System && session.user.role != Role::Admin {
        return Err(AppError::Forbidden(format!(
            "{key} is the same for everybody; only admins change it."
        )));
    }
    Ok(setting)
}
