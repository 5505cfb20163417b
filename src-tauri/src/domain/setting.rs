//! The registry of settings: the only source of what can be set, its default and its rule.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::{borrow::Cow, path::Path};
use ts_rs::TS;

/// Who may change a setting, and for whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// One value for everybody, changed by admins.
    System,
    /// Each user may have another value.
    UserOverridable,
}

/// What values a setting takes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Rule {
    /// `true` or `false`.
    Boolean,
    /// A whole number within bounds.
    Whole {
        /// Least.
        #[ts(type = "number")]
        min: i64,
        /// Most.
        #[ts(type = "number")]
        max: i64,
        /// What is counted: `s`, `%`, `days`; may be empty.
        unit: Cow<'static, str>,
    },
    /// One of these words.
    OneOf {
        /// The words.
        #[ts(type = "string[]")]
        words: Cow<'static, [Cow<'static, str>]>,
    },
    /// `local`, or the name of a time zone as IANA lists them.
    TimeZone,
    /// The absolute path of a folder, or an empty text for Tomo's own.
    Folder,
}

/// A setting as the registry declares it.
#[derive(Clone, Debug)]
pub struct Setting {
    /// Key, e.g. `ui.theme`.
    pub key: &'static str,
    /// Default as JSON text.
    pub default: &'static str,
    /// Rule.
    pub rule: Rule,
    /// Scope.
    pub scope: Scope,
    /// `ui`, `security`, `system` or `retention`.
    pub category: &'static str,
    /// A few words.
    pub title: &'static str,
    /// One sentence.
    pub description: &'static str,
}

macro_rules! registry {
    ($($key:literal $default:literal, $rule:expr, $scope:ident $category:ident, $title:literal: $description:literal;)*) => {
        /// Every setting that something obeys.
        pub const REGISTRY: &[Setting] = &[$(Setting {
            key: $key, default: $default, rule: $rule, scope: Scope::$scope,
            category: stringify!($category), title: $title, description: $description,
        },)*];
    };
}

const PERCENT: Rule = whole(1, 100, "%");

const fn whole(min: i64, max: i64, unit: &'static str) -> Rule {
    Rule::Whole { min, max, unit: Cow::Borrowed(unit) }
}

const fn one_of(words: &'static [Cow<'static, str>]) -> Rule {
    Rule::OneOf { words: Cow::Borrowed(words) }
}

const fn word(word: &'static str) -> Cow<'static, str> {
    Cow::Borrowed(word)
}

const THEMES: &[Cow<'static, str>] = &[word("auto"), word("light"), word("dark")];
const DATE_FORMATS: &[Cow<'static, str>] = &[word("locale"), word("iso"), word("relative")];
const FIRST_ROLES: &[Cow<'static, str>] = &[word("user"), word("readonly")];

registry! {
    "ui.theme" "\"auto\"", one_of(THEMES), UserOverridable ui,
        "Theme": "Light, dark, or as the system says.";
    "ui.sidebar_collapsed" "false", Rule::Boolean, UserOverridable ui,
        "Narrow rail": "Show only icons in the left rail.";
    "ui.items_per_page" "25", whole(10, 200, "rows"), UserOverridable ui,
        "Rows per page": "How many rows a long list brings at a time, here and on the command line.";
    "ui.date_format" "\"locale\"", one_of(DATE_FORMATS), UserOverridable ui,
        "Dates": "As the system writes them, as 2026-11-22 14:31, or as an age.";
    "ui.timezone" "\"local\"", Rule::TimeZone, UserOverridable ui,
        "Time zone": "The time zone that times are shown in.";
    "ui.close_to_tray" "true", Rule::Boolean, UserOverridable ui,
        "Stay in the tray": "Closing the window leaves Tomo in the tray, collecting.";
    "ui.start_at_login" "false", Rule::Boolean, UserOverridable ui,
        "Start at login": "Start Tomo in the tray when you sign in to this computer.";
    "monitoring.live_interval_seconds" "2", whole(1, 10, "s"), System system,
        "Interval while you look": "How often a server is asked while the window is open. A slow server is asked less often, never in a queue.";
    "monitoring.background_interval_seconds" "10", whole(5, 300, "s"), System system,
        "Interval in the background": "How often a server is asked with the window closed. History is kept by the minute either way.";
    "monitoring.cpu_warning_percent" "85", PERCENT, System system,
        "CPU, warning": "Busy time without waiting for disks, averaged over a minute: a warning from here on.";
    "monitoring.cpu_critical_percent" "95", PERCENT, System system,
        "CPU, critical": "Busy time without waiting for disks, averaged over a minute: critical from here on.";
    "monitoring.memory_warning_percent" "80", PERCENT, System system,
        "Memory, warning": "What cannot be given back at once, total less available: a warning from here on.";
    "monitoring.memory_critical_percent" "90", PERCENT, System system,
        "Memory, critical": "What cannot be given back at once, total less available: critical from here on.";
    "monitoring.disk_warning_percent" "85", PERCENT, System system,
        "Disk, warning": "Any file system this full is a warning.";
    "monitoring.disk_critical_percent" "95", PERCENT, System system,
        "Disk, critical": "Any file system this full is critical.";
    "system.default_user_role" "\"user\"", one_of(FIRST_ROLES), System system,
        "Role of new accounts": "What a new account may do unless an admin chooses otherwise.";
    "system.backup_enabled" "true", Rule::Boolean, System system,
        "Every night": "Back up at 02:30, or at the next start when missed, as soon as a passphrase is set.";
    "system.backup_keep" "7", whole(1, 90, "backups"), System system,
        "Keep": "The oldest goes when a newer one has been written and read back.";
    "system.backup_with_history" "true", Rule::Boolean, System system,
        "With history": "Automatic backups hold the history of servers, too.";
    "system.backup_folder" "\"\"", Rule::Folder, System system,
        "Folder": "A folder on another disk or machine survives the loss of this computer.";
    "system.look_for_newer_images" "true", Rule::Boolean, System system,
        "Look for newer images": "Once a day the registries of installed apps are asked whether they have newer images. It costs no pulls.";
    "security.session_timeout_seconds" "604800", whole(300, 7_776_000, "s"), System security,
        "Session ends after": "How long after signing in the password is asked for again.";
    "security.session_idle_timeout_seconds" "900", whole(60, 86_400, "s"), System security,
        "Idle after": "How long a session is not used before it counts as idle.";
    "security.lock_when_idle" "false", Rule::Boolean, UserOverridable security,
        "Lock when idle": "An idle window asks for the password.";
    "security.max_sessions_per_user" "5", whole(1, 50, "sessions"), System security,
        "Sessions per user": "When one more is begun, the oldest ends. Assistants have as many of their own.";
    "security.max_login_attempts" "5", whole(3, 20, "attempts"), System security,
        "Failed sign-ins": "After so many in a row a user name is locked for a while, and an origin after four times as many.";
    "security.account_lockout_seconds" "900", whole(60, 86_400, "s"), System security,
        "Lock lasts": "How long a locked user name or origin is refused.";
    "security.password_min_length" "12", whole(8, 64, "characters"), System security,
        "Password length": "The least number of characters of a new password.";
    "security.password_blocklist" "true", Rule::Boolean, System security,
        "Refuse common passwords": "A new password may not be one of the best known.";
    "retention.server_metrics_days" "30", whole(1, 1825, "days"), System retention,
        "History of servers": "How long figures of servers are kept; older than a week they are hourly.";
    "retention.container_metrics_days" "30", whole(1, 1825, "days"), System retention,
        "History of containers": "How long figures of containers are kept.";
    "retention.activity_logs_days" "90", whole(7, 3650, "days"), System retention,
        "Activity": "How long the activity log reaches back.";
    "retention.sessions_days" "7", whole(1, 90, "days"), System retention,
        "Ended sessions": "How long sessions that have ended, and failed sign-ins, are listed.";
    "retention.settings_audit_days" "365", whole(90, 3650, "days"), System retention,
        "Audit trail": "How long changes of settings can be proven. What is kept stays provable.";
    "retention.cleanup_enabled" "true", Rule::Boolean, System retention,
        "Clean up every day": "Drop what is older than these limits once a day.";
    "retention.cleanup_hour" "3", whole(0, 23, "h"), System retention,
        "Hour": "When the clean-up runs, by this computer's clock; a missed one is made up at the next start.";
    "retention.cleanup_batch_size" "1000", whole(100, 10_000, "rows"), System retention,
        "Rows at a time": "How many rows go in one transaction; fewer hold up the collectors less.";
}

/// Finds a setting by its key.
#[must_use]
pub fn find(key: &str) -> Option<&'static Setting> {
    REGISTRY.iter().find(|setting| setting.key == key)
}

impl Setting {
    /// The default.
    ///
    /// # Panics
    /// Never: a test parses every default.
    #[must_use]
    pub fn default_value(&self) -> Value {
        serde_json::from_str(self.default).unwrap_or(Value::Null)
    }

    /// The text of the `data_type` column.
    #[must_use]
    pub fn data_type(&self) -> &'static str {
        match self.rule {
            Rule::Boolean => "boolean",
            Rule::Whole { .. } => "number",
            Rule::OneOf { .. } | Rule::TimeZone | Rule::Folder => "string",
        }
    }

    /// The rule as JSON Schema, for the `validation_rules` column.
    #[must_use]
    pub fn json_schema(&self) -> Value {
        match &self.rule {
            Rule::Boolean => json!({ "type": "boolean" }),
            Rule::Whole { min, max, .. } => {
                json!({ "type": "integer", "minimum": min, "maximum": max })
            }
            Rule::OneOf { words } => json!({ "type": "string", "enum": words }),
            Rule::TimeZone => json!({ "type": "string", "pattern": "^[A-Za-z0-9+_/-]{1,64}$" }),
            Rule::Folder => json!({ "type": "string", "maxLength": 4096 }),
        }
    }

    /// The rule in words, as it goes on after 'takes'.
    #[must_use]
    pub fn rule_in_words(&self) -> String {
        match &self.rule {
            Rule::Boolean => "true or false".into(),
            Rule::Whole { min, max, .. } => format!("a whole number from {min} to {max}"),
            Rule::OneOf { words } => format!("one of {}", words.join(", ")),
            Rule::TimeZone => "'local' or the name of a time zone, as Europe/Berlin".into(),
            Rule::Folder => "the full path of a folder, or nothing for Tomo's own".into(),
        }
    }

    /// Checks a value.
    ///
    /// # Errors
    /// The sentence that names the key, the rule and the value.
    pub fn check(&self, value: &Value) -> Result<(), String> {
        let holds = match &self.rule {
            Rule::Boolean => value.is_boolean(),
            Rule::Whole { min, max, .. } => {
                value.as_i64().is_some_and(|number| (*min..=*max).contains(&number))
            }
            Rule::OneOf { words } => {
                value.as_str().is_some_and(|word| words.contains(&word.into()))
            }
            Rule::TimeZone => value
                .as_str()
                .is_some_and(|name| name == "local" || name.parse::<chrono_tz::Tz>().is_ok()),
            Rule::Folder => value.as_str().is_some_and(is_folder),
        };
        if holds {
            return Ok(());
        }
        let shown = beginning(&value.to_string());
        Err(format!("{} takes {}, not {shown}.", self.key, self.rule_in_words()))
    }

    /// A value as it reads in a sentence: `30 s`, `on`, `dark`.
    #[must_use]
    pub fn in_words(&self, value: &Value) -> String {
        match (&self.rule, value) {
            (_, Value::Bool(true)) => "on".into(),
            (_, Value::Bool(false)) => "off".into(),
            (Rule::Whole { unit, .. }, Value::Number(number)) => {
                format!("{number} {unit}").trim_end().to_owned()
            }
            (Rule::Folder, Value::String(path)) if path.is_empty() => "Tomo's own folder".into(),
            (_, Value::String(text)) => beginning(text),
            _ => beginning(&value.to_string()),
        }
    }
}

/// What was sent may be a megabyte of anything: its beginning names it well enough.
fn beginning(text: &str) -> String {
    match text.char_indices().nth(100) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// The sentence about a key that no setting has.
#[must_use]
pub fn unknown(key: &str) -> String {
    format!("There is no setting '{}'.", beginning(key))
}

const WARNING: &str = "_warning_percent";
const CRITICAL: &str = "_critical_percent";

/// Whether a setting is one of a pair of marks, of which the warning stays below the critical one.
#[must_use]
pub fn is_mark(key: &str) -> bool {
    key.ends_with(WARNING) || key.ends_with(CRITICAL)
}

/// Checks the pairs of marks that `touched` keys belong to, as `value_of` says they are after the
/// change.
///
/// # Errors
/// The sentence that names the key, its value and the two marks.
pub fn check_marks(touched: &[&str], value_of: impl Fn(&str) -> Option<i64>) -> Result<(), String> {
    for key in touched {
        let Some(stem) = key.strip_suffix(WARNING).or_else(|| key.strip_suffix(CRITICAL)) else {
            continue;
        };
        let marks = [WARNING, CRITICAL].map(|end| value_of(&format!("{stem}{end}")));
        if let [Some(warning), Some(critical)] = marks
            && warning >= critical
        {
            let value = if key.ends_with(WARNING) { warning } else { critical };
            return Err(format!(
                "{key} does not take {value}: the warning mark ({warning}) has to be below the \
                 critical mark ({critical})."
            ));
        }
    }
    Ok(())
}

fn is_folder(path: &str) -> bool {
    let sound = path.len() <= 4096 && !path.chars().any(char::is_control);
    path.is_empty() || (sound && Path::new(path).is_absolute())
}

/// A setting with its value for one user.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
pub struct SettingView {
    /// Key.
    pub key: String,
    /// A few words.
    pub title: String,
    /// One sentence.
    pub description: String,
    /// Category.
    pub category: String,
    /// What values it takes.
    pub rule: Rule,
    /// Scope.
    pub scope: Scope,
    /// Value in force for the user.
    #[ts(type = "unknown")]
    pub value: Value,
    /// What resetting would put in force: for an override everybody's value, else the default.
    #[ts(type = "unknown")]
    pub reset_value: Value,
    /// Default.
    #[ts(type = "unknown")]
    pub default_value: Value,
    /// Whether the value is the user's own.
    pub is_user_override: bool,
    /// Whether it differs from what resetting would put in force.
    pub is_changed: bool,
    /// Why the caller cannot change it; absent when they can.
    pub locked: Option<String>,
    /// For optimistic writing: of the override if there is one, else of the system's value.
    #[ts(type = "number")]
    pub version: i64,
    /// Of everybody's value, for an admin who changes that and has another one.
    #[ts(type = "number")]
    pub system_version: i64,
    /// When the value was last changed.
    pub updated_at: Option<DateTime<Utc>>,
    /// By whom, by name.
    pub updated_by: Option<String>,
}

impl SettingView {
    /// A setting that nobody has touched: as it is delivered, with no version yet.
    #[must_use]
    pub fn untouched(setting: &Setting) -> Self {
        Self {
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
            system_version: 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_obeys_its_own_rule() {
        for setting in REGISTRY {
            assert_eq!(setting.check(&setting.default_value()), Ok(()));
            assert!(
                setting.key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.' || b == b'_')
            );
        }
    }

    #[test]
    fn a_value_out_of_range_is_refused_with_key_rule_and_value() {
        let setting = find("monitoring.live_interval_seconds").expect("registered");
        assert_eq!(
            setting.check(&json!(-5)),
            Err("monitoring.live_interval_seconds takes a whole number from 1 to 10, not -5."
                .into())
        );
        assert!(setting.check(&json!("2")).is_err());
        assert!(setting.check(&json!(2.5)).is_err());
    }
}
