//! How far an assistant may go: only reading, unless the person who connected it said more.

use crate::{
    api::{
        access::Effect,
        table::{Command, Record},
    },
    domain::setting::{self, Scope},
};
use serde_json::Value;

/// What a command needs at least; nothing when no assistant may call it.
#[must_use]
pub fn of_command(command: &Command) -> Option<Effect> {
    if command.person || command.effect == Effect::Public {
        return None;
    }
    // Changing something of one's own is open to every role, and still no reading.
    let least = if changes(command) { Effect::Operate } else { Effect::Read };
    Some(command.effect.max(least))
}

/// Whether calling a command changes anything.
#[must_use]
pub fn changes(command: &Command) -> bool {
    command.record != Record::Nothing || command.destroys
}

/// What a call needs: with some arguments a command does more than with others.
#[must_use]
pub fn of_call(command: &Command, least: Effect, arguments: &Value) -> Effect {
    if concerns_everybody(command.name, arguments) { Effect::Administer } else { least }
}

/// Whether a call does not run, but becomes a plan. Reading is none: a person who is asked about every
/// page of a list soon says yes to everything.
#[must_use]
pub fn is_planned(command: &Command, level: Effect) -> bool {
    command.destroys || (level == Effect::Administer && changes(command))
}

/// Whether a call changes settings that are the same for everybody.
fn concerns_everybody(command: &str, arguments: &Value) -> bool {
    let system = |change: &Value| {
        let key = change["key"].as_str().unwrap_or_default();
        change["for_everybody"] == true
            || setting::find(key).is_some_and(|setting| setting.scope == Scope::System)
    };
    match command {
        "setting.set" => system(arguments),
        "setting.save" => arguments["changes"].as_array().is_some_and(|all| all.iter().any(system)),
        // A category may hold settings of everybody, which an admin resets with it.
        "setting.reset" => {
            arguments["what"] != "own" && (arguments["what"] != "key" || system(arguments))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::table::COMMANDS;
    use serde_json::json;

    fn level(name: &str, arguments: &Value) -> Option<Effect> {
        let command = COMMANDS.iter().find(|command| command.name == name).expect(name);
        of_command(command).map(|least| of_call(command, least, arguments))
    }

    /// A role that may read may also change what is its own; an assistant that may read may not.
    #[test]
    fn reading_changes_nothing() {
        for command in COMMANDS {
            if of_command(command) == Some(Effect::Read) {
                assert_eq!(command.effect, Effect::Read, "{}", command.name);
                assert_eq!(command.record, Record::Nothing, "{}", command.name);
                assert!(!command.destroys, "{}", command.name);
            }
        }
        assert_eq!(level("fleet.get", &json!({})), Some(Effect::Read));
        assert_eq!(level("server.connect", &json!({})), Some(Effect::Operate));
        assert_eq!(level("user.remove", &json!({})), Some(Effect::Administer));
        assert_eq!(level("user.set_password", &json!({})), None);
        assert_eq!(level("plan.approve", &json!({})), None);
    }

    /// One tool sets both kinds of settings; the kind decides whether a person is asked.
    #[test]
    fn a_setting_of_everybody_is_an_admins_business() {
        let theirs = "monitoring.cpu_warning_percent";
        for (name, arguments, wanted) in [
            ("setting.set", json!({ "key": "ui.theme" }), Effect::Operate),
            (
                "setting.set",
                json!({ "key": "ui.theme", "for_everybody": true }),
                Effect::Administer,
            ),
            ("setting.set", json!({ "key": theirs }), Effect::Administer),
            ("setting.save", json!({ "changes": [{ "key": "ui.theme" }] }), Effect::Operate),
            (
                "setting.save",
                json!({ "changes": [{ "key": "ui.theme" }, { "key": theirs }] }),
                Effect::Administer,
            ),
            ("setting.reset", json!({ "what": "own" }), Effect::Operate),
            ("setting.reset", json!({ "what": "key", "key": "ui.theme" }), Effect::Operate),
            ("setting.reset", json!({ "what": "key", "key": theirs }), Effect::Administer),
            ("setting.reset", json!({ "what": "category", "category": "ui" }), Effect::Administer),
            ("setting.reset", json!({}), Effect::Administer),
        ] {
            assert_eq!(level(name, &arguments), Some(wanted), "{name} {arguments}");
        }
    }

    /// What destroys needs a person, whatever else it is, and so does every change of an admin's.
    #[test]
    fn everything_that_destroys_or_changes_as_an_admin_is_planned() {
        let planned: Vec<_> = COMMANDS
            .iter()
            .filter(|command| of_command(command).is_some_and(|least| is_planned(command, least)))
            .map(|command| command.name)
            .collect();
        let destroying = [
            "user.edit",
            "user.remove",
            "server.remove",
            "container.remove",
            "image.remove",
            "volume.remove",
            "network.remove",
            "prune.run",
            "app.uninstall",
            "app.roll_back",
            "app.forget_way_back",
            "app.move",
            "app_source.enable",
            "app_source.remove",
            "retention.run",
        ];
        assert_eq!(planned, destroying);
        for command in COMMANDS {
            let Some(least) = of_command(command) else { continue };
            let only_reads = command.record == Record::Nothing;
            assert!(
                is_planned(command, least) || only_reads || command.effect < Effect::Administer,
                "{}",
                command.name
            );
        }
    }
}
