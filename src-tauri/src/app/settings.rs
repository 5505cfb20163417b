//! Settings: reading them for a user, and changing them. `obey` puts them into force.

use super::{Tomo, activity::Entry, error::AppError};
use crate::{
    domain::{
        activity::ActivityKind,
        session::Session,
        setting::{self, REGISTRY, Scope, Setting, SettingView},
        user::Role,
    },
    store::{Actor, SettingWrite, SettingWritten},
};
use chrono::Utc;
use serde_json::{Value, json};

/// How long a reason may be, in characters.
const REASON: usize = 500;

/// A change that somebody asks for.
#[derive(Clone, Copy, Debug)]
pub struct SettingWish<'a> {
    /// Key.
    pub key: &'a str,
    /// New value.
    pub value: &'a Value,
    /// Version that the change starts from.
    pub version: i64,
    /// Whether everybody's value is meant where there may be an own one.
    pub for_everybody: bool,
}

/// What somebody wants to put back.
#[derive(Clone, Copy, Debug)]
pub enum ResetWish<'a> {
    /// One setting.
    Key {
        /// Key.
        key: &'a str,
        /// Whether everybody's value is meant where there may be an own one.
        for_everybody: bool,
    },
    /// Every setting whose key begins with this and a dot: own values, and for admins everybody's.
    Category(&'a str),
    /// All own values.
    Own,
}

impl Tomo {
    /// All settings with their values for a user, in the registry's order.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn settings(&self, session: &Session) -> Result<Vec<SettingView>, AppError> {
        let mut views = self.inner.store.settings(session.user.id).await?;
        for view in &mut views {
            if view.scope == Scope::System && session.user.role != Role::Admin {
                view.locked = Some("Set by an admin, for everybody.".into());
            }
        }
        Ok(views)
    }

    /// Changes a setting: the user's own value where there may be one, unless everybody's is meant.
    ///
    /// # Errors
    /// When the key is unknown, the value breaks its rule, the role does not allow it, or the
    /// setting was changed since the version named.
    pub async fn set_setting(
        &self,
        session: &Session,
        wish: SettingWish<'_>,
        reason: Option<&str>,
    ) -> Result<SettingView, AppError> {
        let mut views = self.save_settings(session, &[wish], reason).await?;
        let place = views.iter().position(|view| view.key == wish.key);
        Ok(views.swap_remove(place.ok_or(AppError::NotFound("setting"))?))
    }

    /// Changes several settings: all of them, or none. Gives every setting.
    ///
    /// # Errors
    /// As [`Tomo::set_setting`], and when a setting is named twice.
    pub async fn save_settings(
        &self,
        session: &Session,
        wishes: &[SettingWish<'_>],
        reason: Option<&str>,
    ) -> Result<Vec<SettingView>, AppError> {
        if wishes.len() > REGISTRY.len() {
            return Err(AppError::Invalid(
                "These are more changes than there are settings.".into(),
            ));
        }
        let mut writes = Vec::with_capacity(wishes.len());
        for wish in wishes {
            let setting = find(wish.key)?;
            let owned = setting.scope == Scope::UserOverridable && !wish.for_everybody;
            if !owned {
                check_admin(setting, session)?;
            }
            setting.check(wish.value).map_err(AppError::Invalid)?;
            let owner = owned.then_some(session.user.id);
            if writes.iter().any(|it: &SettingWrite<'_>| it.key == wish.key && it.owner == owner) {
                return Err(AppError::Invalid(format!("{} is named twice.", wish.key)));
            }
            let (value, version) = (Some(wish.value), Some(wish.version));
            writes.push(SettingWrite { key: setting.key, owner, value, version });
        }
        self.write_settings(session, &writes, reason, ActivityKind::SettingSet).await
    }

    /// Puts settings back: an own value goes, or everybody's becomes the default. Gives every
    /// setting.
    ///
    /// # Errors
    /// When there is no such setting or category, the role does not allow it, or a default would put
    /// a warning mark above its critical one.
    pub async fn reset_settings(
        &self,
        session: &Session,
        wish: ResetWish<'_>,
        reason: Option<&str>,
    ) -> Result<Vec<SettingView>, AppError> {
        let put_back = |setting: &Setting, owned: bool| {
            let owner = owned.then_some(session.user.id);
            SettingWrite { key: setting.key, owner, value: None, version: None }
        };
        let overridable = |setting: &&Setting| setting.scope == Scope::UserOverridable;
        let writes: Vec<_> = match wish {
            ResetWish::Key { key, for_everybody } => {
                let setting = find(key)?;
                let owned = overridable(&setting) && !for_everybody;
                if !owned {
                    check_admin(setting, session)?;
                }
                vec![put_back(setting, owned)]
            }
            ResetWish::Category(category) => {
                let settings = in_category(category)?;
                let own = settings.iter().copied().filter(overridable);
                let mut writes: Vec<_> = own.map(|setting| put_back(setting, true)).collect();
                if session.user.role == Role::Admin {
                    writes.extend(settings.iter().map(|setting| put_back(setting, false)));
                }
                writes
            }
            ResetWish::Own => {
                REGISTRY.iter().filter(overridable).map(|it| put_back(it, true)).collect()
            }
        };
        self.write_settings(session, &writes, reason, ActivityKind::SettingReset).await
    }

    async fn write_settings(
        &self,
        session: &Session,
        writes: &[SettingWrite<'_>],
        reason: Option<&str>,
        kind: ActivityKind,
    ) -> Result<Vec<SettingView>, AppError> {
        let reason = checked_reason(reason)?;
        let user = Some(session.user.id);
        self.try_login_entry(session, writes).await?;
        let actor = Actor { user, reason, door: Some(self.inner.door.name()) };
        let written = self.inner.store.write_settings(&actor, writes, Utc::now()).await;
        // Also when nothing was written: what was tried above is to be as it was.
        self.obey_settings().await?;
        for change in &written? {
            self.record_change(session, change, reason, kind).await?;
        }
        self.keep_audit_head().await;
        self.settings(session).await
    }

    async fn record_change(
        &self,
        session: &Session,
        change: &SettingWritten,
        reason: Option<&str>,
        kind: ActivityKind,
    ) -> Result<(), AppError> {
        let setting = find(change.key)?;
        let done = if kind == ActivityKind::SettingReset { "put back" } else { "set" };
        let everybody = setting.scope == Scope::UserOverridable && change.owner.is_none();
        let message = format!(
            "{}{} {done} from {} to {}",
            setting.title,
            if everybody { " for everybody" } else { "" },
            setting.in_words(&change.from),
            setting.in_words(&change.to),
        );
        let details = json!({
            "key": change.key, "from": change.from, "to": change.to, "reason": reason,
            "own": change.owner.is_some(),
        });
        self.record(Entry::by(session.user.id, kind, message).with(details)).await;
        Ok(())
    }
}

fn find(key: &str) -> Result<&'static Setting, AppError> {
    setting::find(key).ok_or_else(|| AppError::Invalid(setting::unknown(key)))
}

fn in_category(category: &str) -> Result<Vec<&'static Setting>, AppError> {
    let among = |setting: &&Setting| {
        setting.key.strip_prefix(category).is_some_and(|rest| rest.starts_with('.'))
    };
    let found: Vec<_> = REGISTRY.iter().filter(among).collect();
    if found.is_empty() {
        return Err(AppError::Invalid(setting::unknown(&format!("{category}.…"))));
    }
    Ok(found)
}

fn check_admin(setting: &Setting, session: &Session) -> Result<(), AppError> {
    if session.user.role == Role::Admin {
        return Ok(());
    }
    let key = setting.key;
    Err(AppError::Forbidden(match setting.scope {
        Scope::System => format!("{key} is the same for everybody; only admins change it."),
        Scope::UserOverridable => format!("Only admins change {key} for everybody."),
    }))
}

/// A reason as it goes into the audit trail; an empty one is none.
fn checked_reason(reason: Option<&str>) -> Result<Option<&str>, AppError> {
    let Some(reason) = reason.map(str::trim).filter(|reason| !reason.is_empty()) else {
        return Ok(None);
    };
    match reason.chars().count() {
        ..=REASON => Ok(Some(reason)),
        length => Err(AppError::Invalid(format!(
            "The reason has {length} characters; the audit trail takes {REASON}."
        ))),
    }
}
