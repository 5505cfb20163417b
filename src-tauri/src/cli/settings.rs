//! `tomo settings`: what can be set, what it is set to, and changing it.

use super::{Cli, error::CliError, format, output};
use crate::{
    api::error::{ApiError, Code},
    domain::setting::{self, Scope, SettingView},
};
use clap::{Args as Group, Subcommand};
use serde_json::{Value, json};

/// What to do with settings.
#[derive(Debug, Subcommand)]
pub enum SettingsCommand {
    /// List settings with their values for you
    #[command(after_help = "\
Examples:
  tomo settings list
  tomo settings list --changed            what differs from what resetting would give
  tomo settings list --json | jq '.[] | {key, value, rule}'")]
    List(List),
    /// Show one setting
    Get(Get),
    /// Change a setting
    #[command(after_help = "\
Examples:
  tomo settings set ui.theme dark
  tomo settings set monitoring.background_interval_seconds 30 --reason 'the NAS is slow'
  tomo settings set ui.timezone Europe/Berlin --everybody

A setting that each user may have another value of is changed for you alone, unless --everybody says
otherwise. What is the same for everybody is changed by admins.")]
    Set(Set),
    /// Put settings back
    #[command(after_help = "\
Examples:
  tomo settings reset ui.theme            your own value goes
  tomo settings reset --category monitoring
  tomo settings reset --own               all your own values go")]
    Reset(Reset),
}

/// Which settings to list.
#[derive(Debug, Group)]
pub struct List {
    /// Only those that are changed
    #[arg(long)]
    changed: bool,
    /// Write JSON
    #[arg(long)]
    json: bool,
}

/// A setting to show.
#[derive(Debug, Group)]
pub struct Get {
    /// Its key
    #[arg(value_name = "KEY")]
    key: String,
    /// Write everything that is known of it as JSON, not only its value
    #[arg(long)]
    json: bool,
}

/// A setting to change.
#[derive(Debug, Group)]
pub struct Set {
    /// Its key
    #[arg(value_name = "KEY")]
    key: String,
    /// The new value as JSON; a text needs no quotes
    #[arg(value_name = "VALUE", allow_hyphen_values = true)]
    value: String,
    /// Why, for the audit trail
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// Change everybody's value instead of your own
    #[arg(long)]
    everybody: bool,
}

/// What to put back.
#[derive(Debug, Group)]
#[command(group = clap::ArgGroup::new("what").required(true))]
pub struct Reset {
    /// One setting
    #[arg(value_name = "KEY", group = "what")]
    key: Option<String>,
    /// Every setting whose key begins with this: `monitoring`
    #[arg(long, value_name = "NAME", group = "what")]
    category: Option<String>,
    /// All your own values
    #[arg(long, group = "what")]
    own: bool,
    /// With KEY: everybody's value instead of your own
    #[arg(long, requires = "key")]
    everybody: bool,
    /// Why, for the audit trail
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

/// `tomo settings`.
pub async fn settings(cli: &Cli, command: SettingsCommand) -> Result<(), CliError> {
    match command {
        SettingsCommand::List(wanted) => list(cli, wanted).await,
        SettingsCommand::Get(wanted) => get(cli, wanted).await,
        SettingsCommand::Set(wanted) => set(cli, wanted).await,
        SettingsCommand::Reset(wanted) => reset(cli, wanted).await,
    }
}

async fn all(cli: &Cli) -> Result<Vec<SettingView>, CliError> {
    cli.call("setting.list", json!({})).await
}

async fn find(cli: &Cli, key: &str) -> Result<SettingView, CliError> {
    let found = all(cli).await?.into_iter().find(|setting| setting.key == key);
    found.ok_or_else(|| {
        let hint = "Run `tomo settings list` to see what there is.";
        ApiError::new(Code::NotFound, setting::unknown(key), hint).into()
    })
}

async fn list(cli: &Cli, wanted: List) -> Result<(), CliError> {
    let mut settings = all(cli).await?;
    settings.retain(|setting| setting.is_changed || setting.is_user_override || !wanted.changed);
    if wanted.json {
        return output::json(&settings);
    }
    if settings.is_empty() {
        return output::text("Every setting is as it came.");
    }
    let mut table = output::new_table(&["Setting", "Value", "Whose", "Reset gives", "About"], None);
    for setting in &settings {
        let reset = match setting.is_changed || setting.is_user_override {
            true => shown(&setting.reset_value),
            false => format::ABSENT.into(),
        };
        table.add_row([
            setting.key.clone(),
            shown(&setting.value),
            if setting.is_user_override { "yours" } else { "everybody's" }.into(),
            reset,
            setting.title.clone(),
        ]);
    }
    output::table(&table)
}

/// A value as it can be typed after `set`.
fn shown(value: &Value) -> String {
    match value {
        Value::String(text) if !text.is_empty() && as_typed(text) == *value => {
            output::clean_line(text)
        }
        other => output::clean_line(&other.to_string()),
    }
}

/// What was typed: JSON, or a text that is none.
fn as_typed(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned()))
}

async fn get(cli: &Cli, wanted: Get) -> Result<(), CliError> {
    let setting = find(cli, &wanted.key).await?;
    if wanted.json { output::json(&setting) } else { output::text(&shown(&setting.value)) }
}

async fn set(cli: &Cli, wanted: Set) -> Result<(), CliError> {
    let before = find(cli, &wanted.key).await?;
    let everybody = wanted.everybody || before.scope == Scope::System;
    let version = if everybody { before.system_version } else { before.version };
    let arguments = json!({
        "key": wanted.key,
        "value": as_typed(&wanted.value),
        "version": version,
        "reason": wanted.reason,
        "for_everybody": wanted.everybody,
    });
    let now: SettingView = cli.call("setting.set", arguments).await?;
    let hidden = everybody && now.is_user_override;
    output::text(&format!(
        "{} is set{}{}.",
        now.key,
        if everybody { " for everybody" } else { " for you" },
        if hidden { format!("; yours is {}", shown(&now.value)) } else { String::new() },
    ))
}

async fn reset(cli: &Cli, wanted: Reset) -> Result<(), CliError> {
    let Reset { key, category, everybody, reason, .. } = wanted;
    let arguments = match (key, category) {
        (Some(key), _) => {
            json!({ "what": "key", "key": key, "for_everybody": everybody, "reason": reason })
        }
        (None, Some(category)) => {
            json!({ "what": "category", "category": category, "reason": reason })
        }
        (None, None) => json!({ "what": "own", "reason": reason }),
    };
    let before = all(cli).await?;
    let after: Vec<SettingView> = cli.call("setting.reset", arguments).await?;
    let changed = before.iter().filter(|setting| {
        let same = |other: &&SettingView| other.key == setting.key;
        after.iter().find(same).is_some_and(|now| {
            (now.version, now.system_version) != (setting.version, setting.system_version)
        })
    });
    match changed.count() {
        0 => output::text("Nothing was to be put back."),
        1 => output::text("1 setting is put back."),
        count => output::text(&format!("{count} settings are put back.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `get` prints can be given to `set` as it is.
    #[test]
    fn a_value_reads_back_as_what_it_is() {
        for value in [json!("dark"), json!(30), json!(true), json!(""), json!("30"), json!("true")]
        {
            assert_eq!(as_typed(&shown(&value)), value);
        }
    }
}
