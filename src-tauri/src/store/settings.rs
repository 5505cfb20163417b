//! `system_settings`, `user_settings` and the view that says what is in force.
//!
//! The registry decides what exists and what a value may be; the tables hold what people chose, and
//! `settings_change` is how they choose it. The audit trail is written by triggers, and so every
//! write needs the vault to be open.

use super::{Actor, Store, StoreError, row, settings_change};
use crate::domain::{
    id::UserId,
    setting::{self, REGISTRY, Scope, Setting, SettingView, find},
    time,
};
use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};
use std::collections::BTreeMap;

fn scope_text(scope: Scope) -> &'static str {
    match scope {
        Scope::System => "system",
        Scope::UserOverridable => "user_overridable",
    }
}

pub(super) fn registered(key: &str) -> Result<&'static Setting, StoreError> {
    find(key).ok_or_else(|| StoreError::InvalidSetting(setting::unknown(key)))
}

pub(super) fn json(row: &SqliteRow, column: &str) -> Result<Value, sqlx::Error> {
    row::parsed(row, column, |text| serde_json::from_str(text).ok())
}

impl Store {
    /// Writes the settings of the registry that are missing, and brings defaults, rules and
    /// descriptions up to date. A value that somebody has changed stays as long as its rule allows
    /// it; one that is still the old default follows the new one. When all is as it should be,
    /// nothing is written, and no audit key is needed.
    ///
    /// # Errors
    /// [`StoreError::AuditKeyMissing`] when something has to be written while the vault is locked.
    pub async fn sync_settings(&self, now: DateTime<Utc>) -> Result<(), StoreError> {
        let mut transaction = self.write().await?;
        let rows = sqlx::query(
            "select setting_key, setting_value, default_value, category, scope, data_type,
                 is_admin_only, description, validation_rules
             from system_settings",
        )
        .fetch_all(&mut *transaction)
        .await?;
        let mut stored = BTreeMap::new();
        for row in &rows {
            stored.insert(row.try_get::<String, _>("setting_key")?, row);
        }
        let mut due = Vec::new();
        for setting in REGISTRY {
            match stored.get(setting.key) {
                Some(row) => {
                    let value = kept_value(setting, row)?;
                    if !is_current(setting, row, &value)? {
                        due.push((setting, value));
                    }
                }
                None => due.push((setting, setting.default.to_owned())),
            }
        }
        let broken = broken_overrides(&mut transaction).await?;
        if due.is_empty() && broken.is_empty() {
            return Ok(());
        }
        let reason = match stored.is_empty() {
            true => "first start".to_owned(),
            false => format!("upgrade to {}", env!("CARGO_PKG_VERSION")),
        };
        // The program makes these changes, not the person who made the last one.
        let actor = Actor { user: None, reason: Some(&reason), door: None };
        settings_change::name(&mut transaction, &actor).await?;
        for (setting, value) in due {
            write_registered(&mut transaction, setting, &value, now).await?;
        }
        for id in broken {
            sqlx::query("delete from user_settings where id = ?1")
                .bind(id)
                .execute(&mut *transaction)
                .await?;
        }
        settings_change::finish(transaction).await
    }

    /// The number of the last change of any setting: while it stays, so do all of them.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn last_setting_change(&self) -> Result<i64, StoreError> {
        Ok(sqlx::query_scalar("select last_id from settings_audit_head")
            .fetch_one(&self.readers)
            .await?)
    }

    /// Every setting of the registry as it is for `user`, in the registry's order.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn settings(&self, user: UserId) -> Result<Vec<SettingView>, StoreError> {
        let rows = sqlx::query(
            "select effective.setting_key, effective.effective_value, effective.is_user_override,
                 coalesce(own.version, system.version) as version,
                 system.version as system_version,
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
        let mut views: Vec<SettingView> = REGISTRY.iter().map(SettingView::untouched).collect();
        for row in &rows {
            let key: &str = row.try_get("setting_key")?;
            // A setting that an older Tomo had is kept, and obeyed by nothing.
            let Some(view) = views.iter_mut().find(|view| view.key == key) else { continue };
            view.value = json(row, "effective_value")?;
            view.is_user_override = row.try_get("is_user_override")?;
            view.version = row.try_get("version")?;
            view.system_version = row.try_get("system_version")?;
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
}

/// What the value of a stored setting becomes, as JSON text.
fn kept_value(setting: &Setting, row: &SqliteRow) -> Result<String, StoreError> {
    let stored: String = row.try_get("setting_value")?;
    let followed_default = stored == row.try_get::<String, _>("default_value")?;
    let holds = serde_json::from_str(&stored).is_ok_and(|value| setting.check(&value).is_ok());
    Ok(if followed_default || !holds { setting.default.to_owned() } else { stored })
}

fn is_current(setting: &Setting, row: &SqliteRow, value: &str) -> Result<bool, StoreError> {
    let text = |column| row.try_get::<Option<String>, _>(column);
    Ok(text("setting_value")?.as_deref() == Some(value)
        && text("default_value")?.as_deref() == Some(setting.default)
        && text("category")?.as_deref() == Some(setting.category)
        && text("scope")?.as_deref() == Some(scope_text(setting.scope))
        && text("data_type")?.as_deref() == Some(setting.data_type())
        && row.try_get::<bool, _>("is_admin_only")? == (setting.scope == Scope::System)
        && text("description")?.as_deref() == Some(setting.description)
        && text("validation_rules")? == Some(setting.json_schema().to_string()))
}

async fn write_registered(
    db: &mut SqliteConnection,
    setting: &Setting,
    value: &str,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query(
        "insert into system_settings
             (setting_key, setting_value, default_value, category, scope, data_type,
              is_admin_only, description, validation_rules, created_at, updated_at)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?10)
         on conflict (setting_key) do update set
             setting_value = excluded.setting_value,
             default_value = excluded.default_value,
             category = excluded.category,
             scope = excluded.scope,
             data_type = excluded.data_type,
             is_admin_only = excluded.is_admin_only,
             description = excluded.description,
             validation_rules = excluded.validation_rules,
             updated_at = excluded.updated_at,
             updated_by = null,
             version = version + 1",
    )
    .bind(setting.key)
    .bind(value)
    .bind(setting.default)
    .bind(setting.category)
    .bind(scope_text(setting.scope))
    .bind(setting.data_type())
    .bind(setting.scope == Scope::System)
    .bind(setting.description)
    .bind(setting.json_schema().to_string())
    .bind(time::to_text(now))
    .execute(db)
    .await?;
    Ok(())
}

/// Own values that the rule of their setting does not allow (any more). Those of settings that this
/// Tomo does not know are kept, and obeyed by nothing.
async fn broken_overrides(db: &mut SqliteConnection) -> Result<Vec<i64>, StoreError> {
    let rows = sqlx::query("select id, setting_key, setting_value from user_settings")
        .fetch_all(db)
        .await?;
    let mut broken = Vec::new();
    for row in &rows {
        let Some(setting) = find(row.try_get("setting_key")?) else { continue };
        let value = serde_json::from_str::<Value>(row.try_get("setting_value")?);
        if value.is_ok_and(|value| setting.check(&value).is_err()) {
            broken.push(row.try_get("id")?);
        }
    }
    Ok(broken)
}
