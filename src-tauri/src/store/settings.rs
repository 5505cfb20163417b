//! `system_settings`, `user_settings` and the view that says what is in force.
//!
//! The registry decides what exists and what a value may be; the tables hold what people chose. The
//! audit trail is written by triggers, and so every write here needs the vault to be open.

use super::{Store, StoreError, row};
use crate::domain::{
    id::UserId,
    setting::{REGISTRY, Scope, Setting, SettingView, find},
    time,
};
use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};

fn scope_text(scope: Scope) -> &'static str {
    match scope {
        Scope::System => "system",
        Scope::UserOverridable => "user_overridable",
    }
}

fn registered(key: &str) -> Result<&'static Setting, StoreError> {
    find(key).ok_or_else(|| StoreError::InvalidSetting(format!("There is no setting {key}.")))
}

fn json(row: &SqliteRow, column: &str) -> Result<Value, sqlx::Error> {
    row::parsed(row, column, |text| serde_json::from_str(text).ok())
}

impl Store {
    /// Writes the settings of the registry that are missing, and brings defaults, rules and
    /// descriptions up to date. A value that somebody has changed stays; one that is still the old
    /// default follows the new one. When all is as it should be, nothing is written, and no audit
    /// key is needed.
    ///
    /// # Errors
    /// [`StoreError::AuditKeyMissing`] when something has to be written while the vault is locked.
    pub async fn sync_settings(&self, now: DateTime<Utc>) -> Result<(), StoreError> {
        let mut transaction = self.write().await?;
        for setting in REGISTRY {
            // The program makes this change, not the person who made the last one.
            sqlx::query(
                "insert into system_settings
                     (setting_key, setting_value, default_value, category, scope, data_type,
                      is_admin_only, description, validation_rules, created_at, updated_at)
                 values (?1, ?2, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9)
                 on conflict (setting_key) do update set
                     setting_value = iif(setting_value = default_value,
                                         excluded.default_value, setting_value),
                     default_value = excluded.default_value,
                     category = excluded.category,
                     scope = excluded.scope,
                     data_type = excluded.data_type,
                     is_admin_only = excluded.is_admin_only,
                     description = excluded.description,
                     validation_rules = excluded.validation_rules,
                     updated_at = excluded.updated_at,
                     updated_by = null,
                     version = version + 1
                 where (default_value, category, scope, data_type, is_admin_only, description,
                        validation_rules)
                     is not (excluded.default_value, excluded.category, excluded.scope,
                             excluded.data_type, excluded.is_admin_only, excluded.description,
                             excluded.validation_rules)",
            )
            .bind(setting.key)
            .bind(setting.default)
            .bind(setting.category)
            .bind(scope_text(setting.scope))
            .bind(setting.data_type())
            .bind(setting.scope == Scope::System)
            .bind(setting.description)
            .bind(setting.json_schema().to_string())
            .bind(time::to_text(now))
            .execute(&mut *transaction)
            .await?;
        }
        Ok(transaction.commit().await?)
    }

    /// Every setting of the registry as it is for `user`, in the registry's order.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn settings(&self, user: UserId) -> Result<Vec<SettingView>, StoreError> {
        let rows = sqlx::query(
            "select effective.setting_key, effective.effective_value, effective.is_user_override,
                 coalesce(own.version, system.version) as version,
                 coalesce(own.updated_at, system.updated_at) as updated_at,
                 system.setting_value as system_value, users.username as updated_by
             from v_user_effective_settings as effective
             join system_settings as system on system.setting_key = effective.setting_key
             left join user_settings as own
                 on effective.is_user_override and own.user_id = effective.user_id
                 and own.setting_key = effective.setting_key
             left join users on users.id = coalesce(own.user_id, system.updated_by)
             where effective.user_id = ?1",
        )
        .bind(user.to_string())
        .fetch_all(&self.readers)
        .await?;
        let mut views: Vec<SettingView> = REGISTRY.iter().map(untouched).collect();
        for row in &rows {
            let key: &str = row.try_get("setting_key")?;
            // A setting that an older Tomo had is kept, and obeyed by nothing.
            let Some(view) = views.iter_mut().find(|view| view.key == key) else { continue };
            view.value = json(row, "effective_value")?;
            view.is_user_override = row.try_get("is_user_override")?;
            view.version = row.try_get("version")?;
            view.updated_at = Some(row::moment(row, "updated_at")?);
            view.updated_by = row.try_get("updated_by")?;
            if view.is_user_override {
                view.reset_value = json(row, "system_value")?;
            }
            view.is_changed = view.value != view.reset_value;
        }
        Ok(views)
    }

    /// The value in force for `user`, or for nobody in particular: the default while the setting has
    /// not been written yet.
    ///
    /// # Errors
    /// [`StoreError::InvalidSetting`] when there is no such setting.
    pub async fn setting(&self, user: Option<UserId>, key: &str) -> Result<Value, StoreError> {
        let setting = registered(key)?;
        let row = sqlx::query(
            "select coalesce(
                 (select effective_value from v_user_effective_settings
                  where user_id = ?1 and setting_key = ?2),
                 (select setting_value from system_settings where setting_key = ?2)
             ) as value",
        )
        .bind(user.map(|id| id.to_string()))
        .bind(key)
        .fetch_one(&self.readers)
        .await?;
        let value = row::parsed_or_null(&row, "value", |text| serde_json::from_str(text).ok())?;
        Ok(value.unwrap_or_else(|| setting.default_value()))
    }

    /// Changes a setting for everybody, starting from `version`; gives the new version.
    ///
    /// # Errors
    /// [`StoreError::InvalidSetting`], [`StoreError::Stale`] with what is there now, or
    /// [`StoreError::AuditKeyMissing`].
    pub async fn set_system_setting(
        &self,
        key: &str,
        value: &Value,
        version: i64,
        by: UserId,
        now: DateTime<Utc>,
    ) -> Result<i64, StoreError> {
        registered(key)?.check(value).map_err(StoreError::InvalidSetting)?;
        let mut transaction = self.write().await?;
        refuse_stale(system_value(&mut transaction, key).await?, key, version)?;
        let version = sqlx::query_scalar(
            "update system_settings
             set setting_value = ?2, updated_by = ?3, updated_at = ?4, version = version + 1
             where setting_key = ?1 returning version",
        )
        .bind(key)
        .bind(value.to_string())
        .bind(by.to_string())
        .bind(time::to_text(now))
        .fetch_one(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(version)
    }

    /// Changes a setting for `user` alone, starting from `version` (of the override if there is one,
    /// else of the system's value); gives the version of the override.
    ///
    /// # Errors
    /// As [`Store::set_system_setting`], and [`StoreError::InvalidSetting`] when the setting is the
    /// same for everybody.
    pub async fn set_user_setting(
        &self,
        user: UserId,
        key: &str,
        value: &Value,
        version: i64,
        now: DateTime<Utc>,
    ) -> Result<i64, StoreError> {
        let setting = registered(key)?;
        setting.check(value).map_err(StoreError::InvalidSetting)?;
        if setting.scope != Scope::UserOverridable {
            return Err(StoreError::InvalidSetting(format!("{key} is the same for everybody.")));
        }
        let mut transaction = self.write().await?;
        let own = versioned(
            sqlx::query(
                "select setting_value, version from user_settings
                 where user_id = ?1 and setting_key = ?2",
            )
            .bind(user.to_string())
            .bind(key)
            .fetch_optional(&mut *transaction)
            .await?,
        )?;
        let current = match own {
            Some(own) => Some(own),
            None => system_value(&mut transaction, key).await?,
        };
        refuse_stale(current, key, version)?;
        let version = sqlx::query_scalar(
            "insert into user_settings
                 (user_id, setting_key, setting_value, category, created_at, updated_at)
             values (?1, ?2, ?3, ?4, ?5, ?5)
             on conflict (user_id, setting_key) do update set
                 setting_value = excluded.setting_value, is_override = 1,
                 updated_at = excluded.updated_at, version = version + 1
             returning version",
        )
        .bind(user.to_string())
        .bind(key)
        .bind(value.to_string())
        .bind(setting.category)
        .bind(time::to_text(now))
        .fetch_one(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(version)
    }

    /// Puts a setting back to its default, for everybody. Users' own values stay.
    ///
    /// # Errors
    /// [`StoreError::InvalidSetting`] when there is no such setting, or
    /// [`StoreError::AuditKeyMissing`].
    pub async fn reset_system_setting(
        &self,
        key: &str,
        by: UserId,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        registered(key)?;
        sqlx::query(
            "update system_settings
             set setting_value = default_value, updated_by = ?2, updated_at = ?3,
                 version = version + 1
             where setting_key = ?1 and setting_value <> default_value",
        )
        .bind(key)
        .bind(by.to_string())
        .bind(time::to_text(now))
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    /// Removes what `user` has set for themselves, so that the system's value is in force again.
    ///
    /// # Errors
    /// [`StoreError::InvalidSetting`] when there is no such setting, or
    /// [`StoreError::AuditKeyMissing`].
    pub async fn reset_user_setting(&self, user: UserId, key: &str) -> Result<(), StoreError> {
        registered(key)?;
        sqlx::query("delete from user_settings where user_id = ?1 and setting_key = ?2")
            .bind(user.to_string())
            .bind(key)
            .execute(&self.writer)
            .await?;
        Ok(())
    }
}

/// A setting that has no row yet.
fn untouched(setting: &Setting) -> SettingView {
    SettingView {
        key: setting.key.to_owned(),
        value: setting.default_value(),
        default_value: setting.default_value(),
        is_user_override: false,
        scope: setting.scope,
        category: setting.category.to_owned(),
        title: setting.title.to_owned(),
        description: setting.description.to_owned(),
        rule: setting.rule.clone(),
        reset_value: setting.default_value(),
        is_changed: false,
        locked: None,
        updated_at: None,
        updated_by: None,
        version: 0,
    }
}

fn versioned(row: Option<SqliteRow>) -> Result<Option<(Value, i64)>, StoreError> {
    row.map(|row| Ok((json(&row, "setting_value")?, row.try_get("version")?))).transpose()
}

async fn system_value(
    connection: &mut SqliteConnection,
    key: &str,
) -> Result<Option<(Value, i64)>, StoreError> {
    versioned(
        sqlx::query("select setting_value, version from system_settings where setting_key = ?1")
            .bind(key)
            .fetch_optional(connection)
            .await?,
    )
}

fn refuse_stale(current: Option<(Value, i64)>, key: &str, expected: i64) -> Result<(), StoreError> {
    match current {
        Some((_, version)) if version == expected => Ok(()),
        Some((value, version)) => Err(StoreError::Stale { key: key.to_owned(), value, version }),
        None => Err(StoreError::Missing { what: "setting" }),
    }
}
