//! Changing settings: who does it and why goes into the audit trail with the change itself, and
//! several changes are one transaction.
//!
//! `settings_change_context` is filled and emptied here alone. A change that names nobody is refused
//! by the triggers of the settings tables, so there is no other way to make one.

use super::{Store, StoreError, settings};
use crate::domain::{
    id::UserId,
    setting::{self, Scope, Setting},
    time,
};
use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::{Sqlite, SqliteConnection, Transaction};
use std::collections::BTreeMap;

/// Who changes settings, why, and through which door: what the audit trail says of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Actor<'a> {
    /// Who; nobody when Tomo itself does it.
    pub user: Option<UserId>,
    /// Why, in their words; up to 500 characters.
    pub reason: Option<&'a str>,
    /// Through which front door.
    pub door: Option<&'a str>,
}

impl Actor<'_> {
    /// Somebody, without a reason or a door.
    #[must_use]
    pub fn user(user: UserId) -> Self {
        Self { user: Some(user), ..Self::default() }
    }
}

/// A change to make.
#[derive(Clone, Copy, Debug)]
pub struct SettingWrite<'a> {
    /// Key.
    pub key: &'a str,
    /// Whose own value; nobody's for the one of everybody.
    pub owner: Option<UserId>,
    /// The new value; none to put it back: an own value goes, everybody's becomes the default.
    pub value: Option<&'a Value>,
    /// The version that the change starts from, of the own value if there is one, else of
    /// everybody's; none for whatever is there.
    pub version: Option<i64>,
}

/// A change that was made.
#[derive(Clone, Debug, PartialEq)]
pub struct SettingWritten {
    /// The setting.
    pub key: &'static str,
    /// Whose own value it is; nobody's for the one of everybody.
    pub owner: Option<UserId>,
    /// What was in force before.
    pub from: Value,
    /// What is in force now.
    pub to: Value,
    /// The version now, of what is in force.
    pub version: i64,
}

impl Store {
    /// Makes all of these changes, or none. What is to be put back and is already as it would be
    /// stays untouched, and is not among those returned.
    ///
    /// # Errors
    /// [`StoreError::InvalidSetting`], [`StoreError::Stale`] with what is there now, or
    /// [`StoreError::AuditKeyMissing`] while the vault is locked.
    pub async fn write_settings(
        &self,
        actor: &Actor<'_>,
        writes: &[SettingWrite<'_>],
        now: DateTime<Utc>,
    ) -> Result<Vec<SettingWritten>, StoreError> {
        let mut transaction = self.write_as(actor).await?;
        let mut done = Vec::new();
        for write in writes {
            let one = Write { setting: allowed(write)?, write, actor, now };
            done.extend(one.make(&mut transaction).await?);
        }
        check_marks(&mut transaction, &done).await?;
        finish(transaction).await?;
        Ok(done)
    }

    /// A transaction that may change settings, or remove an account with its own ones, on behalf of
    /// `actor`. It has to end by [`finish`].
    pub(super) async fn write_as(
        &self,
        actor: &Actor<'_>,
    ) -> Result<Transaction<'static, Sqlite>, StoreError> {
        let mut transaction = self.write().await?;
        name(&mut transaction, actor).await?;
        Ok(transaction)
    }
}

/// Says on whose behalf a transaction changes settings from here on. It has to end by [`finish`].
pub(super) async fn name(
    transaction: &mut SqliteConnection,
    actor: &Actor<'_>,
) -> Result<(), StoreError> {
    sqlx::query(
        "insert or replace into settings_change_context (id, user_id, reason, door)
         values (1, ?1, ?2, ?3)",
    )
    .bind(actor.user.map(|id| id.to_string()))
    .bind(actor.reason)
    .bind(actor.door)
    .execute(transaction)
    .await?;
    Ok(())
}

/// Commits what [`Store::write_as`] began.
pub(super) async fn finish(
    mut transaction: Transaction<'static, Sqlite>,
) -> Result<(), StoreError> {
    sqlx::query("delete from settings_change_context").execute(&mut *transaction).await?;
    Ok(transaction.commit().await?)
}

fn allowed(write: &SettingWrite<'_>) -> Result<&'static Setting, StoreError> {
    let setting = settings::registered(write.key)?;
    if let Some(value) = write.value {
        setting.check(value).map_err(StoreError::InvalidSetting)?;
        if write.owner.is_some() && setting.scope != Scope::UserOverridable {
            let text = format!("{} is the same for everybody.", setting.key);
            return Err(StoreError::InvalidSetting(text));
        }
    }
    Ok(setting)
}

/// One change, within its transaction.
struct Write<'a> {
    setting: &'static Setting,
    write: &'a SettingWrite<'a>,
    actor: &'a Actor<'a>,
    now: DateTime<Utc>,
}

impl Write<'_> {
    async fn make(&self, db: &mut SqliteConnection) -> Result<Option<SettingWritten>, StoreError> {
        let own = match self.write.owner {
            Some(owner) => own_value(db, owner, self.setting.key).await?,
            None => None,
        };
        let system = system_value(db, self.setting.key).await?;
        let before = own.clone().unwrap_or_else(|| system.clone());
        if let Some(expected) = self.write.version
            && expected != before.version
        {
            let Versioned { value, version } = before;
            return Err(StoreError::Stale { key: self.setting.key.to_owned(), value, version });
        }
        let after = match (self.write.owner, self.write.value) {
            (Some(owner), Some(value)) => Some(self.set_own(db, owner, value).await?),
            (Some(_), None) if own.is_none() => None,
            (Some(owner), None) => {
                self.remove_own(db, owner).await?;
                Some(system)
            }
            (None, Some(value)) => Some(self.set_system(db, value).await?),
            (None, None) if system.value == self.setting.default_value() => None,
            (None, None) => Some(self.set_system(db, &self.setting.default_value()).await?),
        };
        Ok(after.map(|after| SettingWritten {
            key: self.setting.key,
            owner: self.write.owner,
            from: before.value,
            to: after.value,
            version: after.version,
        }))
    }

    async fn set_system(
        &self,
        db: &mut SqliteConnection,
        value: &Value,
    ) -> Result<Versioned, StoreError> {
        let version = sqlx::query_scalar(
            "update system_settings
             set setting_value = ?2, updated_by = ?3, updated_at = ?4, version = version + 1
             where setting_key = ?1 returning version",
        )
        .bind(self.setting.key)
        .bind(value.to_string())
        .bind(self.actor.user.map(|id| id.to_string()))
        .bind(time::to_text(self.now))
        .fetch_one(db)
        .await?;
        Ok(Versioned { value: value.clone(), version })
    }

    /// An own value begins with a version that nobody has seen of this setting before: the number of
    /// its row in the audit trail. So whoever has looked at everybody's value, or at an own one that
    /// was put back since, is told.
    async fn set_own(
        &self,
        db: &mut SqliteConnection,
        owner: UserId,
        value: &Value,
    ) -> Result<Versioned, StoreError> {
        let version = sqlx::query_scalar(
            "insert into user_settings
                 (user_id, setting_key, setting_value, category, created_at, updated_at, version)
             values (?1, ?2, ?3, ?4, ?5, ?5, (select last_id + 1 from settings_audit_head))
             on conflict (user_id, setting_key) do update set
                 setting_value = excluded.setting_value, is_override = 1,
                 updated_at = excluded.updated_at, version = version + 1
             returning version",
        )
        .bind(owner.to_string())
        .bind(self.setting.key)
        .bind(value.to_string())
        .bind(self.setting.category)
        .bind(time::to_text(self.now))
        .fetch_one(db)
        .await?;
        Ok(Versioned { value: value.clone(), version })
    }

    async fn remove_own(&self, db: &mut SqliteConnection, owner: UserId) -> Result<(), StoreError> {
        sqlx::query("delete from user_settings where user_id = ?1 and setting_key = ?2")
            .bind(owner.to_string())
            .bind(self.setting.key)
            .execute(db)
            .await?;
        Ok(())
    }
}

#[derive(Clone)]
struct Versioned {
    value: Value,
    version: i64,
}

async fn own_value(
    db: &mut SqliteConnection,
    owner: UserId,
    key: &str,
) -> Result<Option<Versioned>, StoreError> {
    let row = sqlx::query(
        "select setting_value, version from user_settings where user_id = ?1 and setting_key = ?2",
    )
    .bind(owner.to_string())
    .bind(key)
    .fetch_optional(db)
    .await?;
    row.as_ref().map(versioned).transpose()
}

async fn system_value(db: &mut SqliteConnection, key: &str) -> Result<Versioned, StoreError> {
    let row =
        sqlx::query("select setting_value, version from system_settings where setting_key = ?1")
            .bind(key)
            .fetch_optional(db)
            .await?;
    // The rows are written when the vault opens for the first time.
    versioned(row.as_ref().ok_or(StoreError::AuditKeyMissing)?)
}

fn versioned(row: &sqlx::sqlite::SqliteRow) -> Result<Versioned, StoreError> {
    use sqlx::Row;
    Ok(Versioned { value: settings::json(row, "setting_value")?, version: row.try_get("version")? })
}

/// Marks are compared when all changes are made, so that two of them can move past where the other
/// one was.
async fn check_marks(db: &mut SqliteConnection, done: &[SettingWritten]) -> Result<(), StoreError> {
    let touched: Vec<&str> = done.iter().map(|written| written.key).collect();
    if !touched.iter().any(|key| setting::is_mark(key)) {
        return Ok(());
    }
    let rows =
        sqlx::query("select setting_key, setting_value from system_settings").fetch_all(db).await?;
    let mut values = BTreeMap::new();
    for row in &rows {
        use sqlx::Row;
        values.insert(
            row.try_get::<String, _>("setting_key")?,
            settings::json(row, "setting_value")?,
        );
    }
    setting::check_marks(&touched, |key| values.get(key).and_then(Value::as_i64))
        .map_err(StoreError::InvalidSetting)
}
