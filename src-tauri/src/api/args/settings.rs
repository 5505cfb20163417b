//! Arguments about settings and their audit trail.

pub use crate::domain::file::FileFormat;

use crate::domain::audit::AuditFilter;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;
use ts_rs::TS;

/// A setting to change.
#[derive(Debug, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetSetting {
    /// Key.
    pub key: String,
    /// New value.
    #[ts(type = "unknown")]
    pub value: Value,
    /// Version that the change starts from.
    #[ts(type = "number")]
    pub version: i64,
    /// Why, for the audit; up to 500 characters.
    #[ts(optional = nullable)]
    pub reason: Option<String>,
    /// Change everybody's value of a setting that each user may have another value of (admins only).
    #[serde(default)]
    #[ts(optional, as = "Option<bool>")]
    pub for_everybody: bool,
}

/// One of several settings to change.
#[derive(Debug, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SettingChange {
    /// Key.
    pub key: String,
    /// New value.
    #[ts(type = "unknown")]
    pub value: Value,
    /// Version that the change starts from.
    #[ts(type = "number")]
    pub version: i64,
    /// Change everybody's value of a setting that each user may have another value of (admins only).
    #[serde(default)]
    #[ts(optional, as = "Option<bool>")]
    pub for_everybody: bool,
}

/// Settings to change together: all of them, or none.
#[derive(Debug, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SaveSettings {
    /// The changes.
    pub changes: Vec<SettingChange>,
    /// Why, for the audit; up to 500 characters.
    #[ts(optional = nullable)]
    pub reason: Option<String>,
}

/// What to put back.
#[derive(Debug, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "snake_case", tag = "what", deny_unknown_fields)]
pub enum ResetSettings {
    /// One setting.
    Key {
        /// Key.
        key: String,
        /// Everybody's value instead of the own (admins only).
        #[serde(default)]
        #[ts(optional, as = "Option<bool>")]
        for_everybody: bool,
        /// Why, for the audit.
        #[ts(optional = nullable)]
        reason: Option<String>,
    },
    /// Every setting of a category: the caller's own values, and for admins everybody's.
    Category {
        /// The beginning of the keys: `monitoring`.
        category: String,
        /// Why, for the audit.
        #[ts(optional = nullable)]
        reason: Option<String>,
    },
    /// The caller's own values of all settings.
    Own {
        /// Why, for the audit.
        #[ts(optional = nullable)]
        reason: Option<String>,
    },
}

/// Entries of the audit trail to list.
#[derive(Debug, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListAudit {
    /// Which.
    #[serde(default)]
    #[ts(optional, as = "Option<AuditFilter>")]
    pub filter: AuditFilter,
    /// Only entries before this one.
    #[ts(optional = nullable, type = "number | null")]
    pub before: Option<i64>,
    /// How many, 1–200; absent: as `ui.items_per_page` says.
    #[ts(optional = nullable)]
    pub limit: Option<u32>,
}

/// The audit trail, or part of it, to write to a file.
#[derive(Debug, Deserialize, TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExportAudit {
    /// File to write; in the window one that `file.choose` gave.
    pub path: String,
    /// How.
    pub format: FileFormat,
    /// Which entries.
    #[serde(default)]
    #[ts(optional, as = "Option<AuditFilter>")]
    pub filter: AuditFilter,
}
