//! The registry of settings: the only source of what can be set, its default and its rule.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use ts_rs::TS;

/// Who may change a setting, and for whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// One value for everybody, changed by admins.
    System,
    /// Each user may have another value.
    UserOverridable,
}

/// What values a setting takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Rule {
    /// `true` or `false`.
    Boolean,
    /// A whole number within bounds.
    Whole {
        /// Least.
        min: i64,
        /// Most.
        max: i64,
    },
    /// One of these words.
    OneOf(&'static [&'static str]),
}

/// A setting as the registry declares it.
#[derive(Clone, Copy, Debug)]
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
    /// One sentence.
    pub description: &'static str,
}

macro_rules! registry {
    ($($key:literal, $default:literal, $rule:expr, $scope:ident, $category:literal, $description:literal;)*) => {
        /// Every setting that something obeys.
        pub const REGISTRY: &[Setting] = &[$(Setting {
            key: $key, default: $default, rule: $rule, scope: Scope::$scope,
            category: $category, description: $description,
        },)*];
    };
}

const PERCENT: Rule = Rule::Whole { min: 1, max: 100 };

registry! {
    "ui.theme", "\"auto\"", Rule::OneOf(&["auto", "light", "dark"]), UserOverridable, "ui",
        "Light, dark, or as the system says.";
    "ui.sidebar_collapsed", "false", Rule::Boolean, UserOverridable, "ui",
        "Show only icons in the left rail.";
    "ui.close_to_tray", "true", Rule::Boolean, UserOverridable, "ui",
        "Closing the window leaves Tomo in the tray, collecting.";
    "monitoring.live_interval_seconds", "2", Rule::Whole { min: 1, max: 10 }, System, "system",
        "Seconds between samples while the window is open.";
    "monitoring.background_interval_seconds", "10", Rule::Whole { min: 5, max: 300 }, System, "system",
        "Seconds between samples while nobody looks.";
    "monitoring.cpu_warning_percent", "85", PERCENT, System, "system",
        "CPU at or above this for a minute is a warning.";
    "monitoring.cpu_critical_percent", "95", PERCENT, System, "system",
        "CPU at or above this for a minute is critical.";
    "monitoring.memory_warning_percent", "80", PERCENT, System, "system",
        "Memory at or above this is a warning.";
    "monitoring.memory_critical_percent", "90", PERCENT, System, "system",
        "Memory at or above this is critical.";
    "monitoring.disk_warning_percent", "85", PERCENT, System, "system",
        "A file system at or above this is a warning.";
    "monitoring.disk_critical_percent", "95", PERCENT, System, "system",
        "A file system at or above this is critical.";
    "security.session_timeout_seconds", "604800", Rule::Whole { min: 300, max: 7_776_000 }, System, "security",
        "Seconds after which a session ends.";
    "retention.server_metrics_days", "30", Rule::Whole { min: 1, max: 1825 }, System, "retention",
        "Days that the history of servers is kept.";
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
            Rule::OneOf(_) => "string",
        }
    }

    /// The rule as JSON Schema, for the `validation_rules` column.
    #[must_use]
    pub fn json_schema(&self) -> Value {
        match self.rule {
            Rule::Boolean => json!({ "type": "boolean" }),
            Rule::Whole { min, max } => {
                json!({ "type": "integer", "minimum": min, "maximum": max })
            }
            Rule::OneOf(words) => json!({ "type": "string", "enum": words }),
        }
    }

    /// Checks a value.
    ///
    /// # Errors
    /// The sentence that names the key, the rule and the value.
    pub fn check(&self, value: &Value) -> Result<(), String> {
        let (holds, rule) = match self.rule {
            Rule::Boolean => (value.is_boolean(), "true or false".to_owned()),
            Rule::Whole { min, max } => (
                value.as_i64().is_some_and(|number| (min..=max).contains(&number)),
                format!("a whole number from {min} to {max}"),
            ),
            Rule::OneOf(words) => (
                value.as_str().is_some_and(|word| words.contains(&word)),
                format!("one of {}", words.join(", ")),
            ),
        };
        if holds { Ok(()) } else { Err(format!("{} takes {rule}, not {value}.", self.key)) }
    }
}

/// A setting with its value for one user.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct SettingView {
    /// Key.
    pub key: String,
    /// Value in force for the user.
    #[ts(type = "unknown")]
    pub value: Value,
    /// Default.
    #[ts(type = "unknown")]
    pub default_value: Value,
    /// Whether the value is the user's own.
    pub is_user_override: bool,
    /// Scope.
    pub scope: Scope,
    /// Category.
    pub category: String,
    /// One sentence.
    pub description: String,
    /// For optimistic writing: of the override if there is one, else of the system's value.
    #[ts(type = "number")]
    pub version: i64,
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
