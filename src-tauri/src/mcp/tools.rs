//! The tools: every command that an assistant may be offered, and the two that run a plan.

use super::{
    level, pages, schema,
    told::{Ran, Told},
};
use crate::api::{
    access::Effect,
    args::PlanRef,
    table::{COMMANDS, Command},
};
use rmcp::model::{Tool as Description, ToolAnnotations};
use schemars::{Schema, schema_for};
use std::{fmt::Write, sync::Arc};

/// Commands whose answers come from samples, so that Tomo connects to the servers for them.
pub const FIGURES: &[&str] = &["fleet.get", "server.details", "server.live"];

/// What the commands are about whose answers come from container engines, so that Tomo connects to the
/// servers for them and waits until their engines were found.
const ON_ENGINES: &[&str] = &["container.", "image.", "volume.", "network.", "prune."];

/// Whether a command speaks with container engines.
#[must_use]
pub fn needs_engines(command: &str) -> bool {
    // What is stored is there without an engine.
    command != "container.history" && ON_ENGINES.iter().any(|noun| command.starts_with(noun))
}

/// A tool.
#[derive(Clone, Copy)]
pub enum Tool {
    /// A command of the table, and what it needs at least.
    Command(&'static Command, Effect),
    /// Runs a plan that was approved.
    PlanRun,
    /// Says where a plan stands.
    PlanStatus,
}

/// Every tool.
pub fn all() -> impl Iterator<Item = Tool> {
    COMMANDS
        .iter()
        .filter_map(|command| Some(Tool::Command(command, level::of_command(command)?)))
        .chain([Tool::PlanStatus, Tool::PlanRun])
}

/// The tool of this name.
#[must_use]
pub fn find(name: &str) -> Option<Tool> {
    all().find(|tool| tool.name() == name)
}

impl Tool {
    /// Name: the command's, with underscores.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Command(command, _) => command.name.replace('.', "_"),
            Self::PlanRun => "plan_run".into(),
            Self::PlanStatus => "plan_status".into(),
        }
    }

    /// What it needs at least.
    #[must_use]
    pub fn level(&self) -> Effect {
        match self {
            Self::Command(_, level) => *level,
            // Without these there are no plans.
            Self::PlanRun | Self::PlanStatus => Effect::Operate,
        }
    }

    /// What a role has to be allowed.
    #[must_use]
    pub fn effect(&self) -> Effect {
        match self {
            Self::Command(command, _) => command.effect,
            Self::PlanRun | Self::PlanStatus => Effect::Read,
        }
    }

    fn doc(&self) -> &'static str {
        match self {
            Self::Command(command, _) => command.doc.trim(),
            Self::PlanRun => {
                "Runs a plan that a person has approved: once, within ten minutes of asking for it."
            }
            Self::PlanStatus => {
                "Says where a plan stands: waiting, approved, refused, expired, done or failed."
            }
        }
    }

    /// What a client is told besides, with the names of other commands as those of tools.
    fn details(&self) -> String {
        let Self::Command(command, _) = self else {
            return " The id is the plan_id of the answer that came instead of a result.".into();
        };
        let mut text = command.details.to_owned();
        for other in COMMANDS {
            let quoted = format!("`{}`", other.name);
            text = text.replace(&quoted, &other.name.replace('.', "_"));
        }
        text
    }

    /// What it may answer.
    fn results(&self) -> Vec<Schema> {
        match self {
            Self::PlanRun => vec![schema_for!(Ran)],
            Self::PlanStatus => vec![schema_for!(Told)],
            Self::Command(..) if self.is_planned() => vec![schema_for!(Told)],
            Self::Command(command, _) => {
                let own = command.result_schema.map(|schema| schema());
                let plan = self.may_be_planned().then(|| schema_for!(Told));
                own.into_iter().chain(plan).collect()
            }
        }
    }

    fn is_planned(&self) -> bool {
        matches!(self, Self::Command(command, level) if level::is_planned(command, *level))
    }

    /// Whether it becomes a plan with some arguments and runs at once with others.
    fn may_be_planned(&self) -> bool {
        self.name().starts_with("setting_") && !self.only_reads()
    }

    fn only_reads(&self) -> bool {
        match self {
            Self::Command(command, _) => !level::changes(command),
            Self::PlanStatus => true,
            Self::PlanRun => false,
        }
    }

    /// How a client is told of it.
    #[must_use]
    pub fn describe(&self) -> Description {
        let mut text = format!("{}{}", self.doc(), self.details());
        if self.is_planned() {
            text.push_str(
                " Does not run at once: it returns a plan. Ask the person to approve it, then call plan_run.",
            );
        } else if self.may_be_planned() {
            text.push_str(
                " For settings that are the same for everybody it returns a plan that a person has to approve.",
            );
        }
        let (arguments, destroys, reaches_out) = match self {
            Self::Command(command, _) => {
                let connects = command.effect == Effect::Operate
                    || FIGURES.contains(&command.name)
                    || needs_engines(command.name);
                ((command.schema)(), command.destroys, connects)
            }
            Self::PlanRun => (schema_for!(PlanRef), true, true),
            Self::PlanStatus => (schema_for!(PlanRef), false, false),
        };
        let hints = ToolAnnotations::new()
            .read_only(self.only_reads())
            .destructive(destroys)
            // A second call finds the same; of what is planned it would make a second plan.
            .idempotent(self.only_reads())
            .open_world(reaches_out);
        let command = match self {
            Self::Command(command, _) => command.name,
            Self::PlanRun | Self::PlanStatus => "",
        };
        let output = schema::of_results(command, self.results());
        let mut input = schema::of(arguments);
        pages::describe(command, &mut input);
        Description::new(self.name(), text, Arc::new(input))
            .with_raw_output_schema(Arc::new(output))
            .with_annotations(hints)
    }
}

/// The list of tools for `docs/mcp.md`.
#[must_use]
pub fn markdown() -> String {
    let mut text = String::from("| tool | what it does | needs | role |\n|---|---|---|---|\n");
    for tool in all() {
        let needs = match tool.level() {
            Effect::Administer => "`--allow administer`",
            Effect::Operate => "`--allow operate`",
            Effect::Read | Effect::Public => "",
        };
        let plan = if tool.is_planned() { ", a plan" } else { "" };
        let role = match tool.effect() {
            Effect::Administer => "admin",
            Effect::Operate => "user, admin",
            Effect::Read | Effect::Public => "every",
        };
        // Writing to a String cannot fail.
        let _ = writeln!(text, "| `{}` | {} | {needs}{plan} | {role} |", tool.name(), tool.doc());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::table::Record;

    const BEGIN: &str = "<!-- The list of tools: generated by `cargo xtask bindings`. -->\n";
    const END: &str = "<!-- The end of the list. -->";

    /// The documented tools are those of the table; `cargo xtask bindings` writes them anew.
    #[test]
    fn the_documented_tools_are_up_to_date() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/mcp.md");
        let text = std::fs::read_to_string(path).expect("the guide").replace("\r\n", "\n");
        let (before, rest) = text.split_once(BEGIN).expect("where the list begins");
        let (_, after) = rest.split_once(END).expect("where it ends");
        let expected = format!("{before}{BEGIN}\n{}\n{END}{after}", markdown());
        if std::env::var_os("TOMO_WRITE_BINDINGS").is_some() {
            std::fs::write(path, &expected).expect("the guide can be written");
        } else {
            assert!(text == expected, "run `cargo xtask bindings`, and commit what it writes");
        }
    }

    /// A tool whose hint says that it only reads is called without asking the person.
    #[test]
    fn hints_are_true() {
        for tool in all() {
            let hints = tool.describe().annotations.expect("hints");
            let Tool::Command(command, level) = tool else { continue };
            let reads = level == Effect::Read || command.record == Record::Nothing;
            assert_eq!(hints.read_only_hint, Some(reads), "{}", command.name);
            assert_eq!(hints.destructive_hint, Some(command.destroys), "{}", command.name);
        }
    }

    /// An assistant knows of other tools only by the names in its list: a sentence that sends it to
    /// something else sends it nowhere.
    #[test]
    fn descriptions_name_tools_that_there_are() {
        for tool in all() {
            let described = tool.describe();
            let text = described.description.expect("a description");
            assert!(text.len() > 40, "{}: {text}", tool.name());
            let quoted = text.split('`').skip(1).step_by(2);
            for name in quoted.filter(|name| !name.contains([' ', '@', ':'])) {
                assert!(!name.contains('.'), "{}: {name} is no tool's name", tool.name());
            }
        }
    }

    /// A program that checks results against a schema refuses all of a server whose schema is none.
    #[test]
    fn every_result_has_a_schema_whose_references_resolve() {
        fn references(value: &serde_json::Value, found: &mut Vec<String>) {
            match value {
                serde_json::Value::Object(fields) => {
                    for (name, field) in fields {
                        match field.as_str() {
                            Some(target) if name == "$ref" => found.push(target.to_owned()),
                            _ => references(field, found),
                        }
                    }
                }
                serde_json::Value::Array(values) => {
                    values.iter().for_each(|value| references(value, found));
                }
                _ => {}
            }
        }
        for tool in all() {
            let schema = tool.describe().output_schema.expect("a schema");
            assert_eq!(schema["type"], "object", "{}", tool.name());
            let schema = serde_json::Value::Object((*schema).clone());
            assert!(schema["properties"]["data"].is_object(), "{}: {schema}", tool.name());
            let mut found = Vec::new();
            references(&schema, &mut found);
            for target in found {
                let place = target.strip_prefix('#').expect("within the schema");
                assert!(schema.pointer(place).is_some(), "{}: {target}", tool.name());
            }
        }
    }

    /// Names reach programs that take only these characters, and two commands must not become one.
    #[test]
    fn names_are_plain_and_differ() {
        let mut names: Vec<_> = all().map(|tool| tool.name()).collect();
        assert!(names.iter().all(|name| {
            name.len() <= 64 && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
        }));
        let count = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), count);
        assert!(count > 15, "{names:?}");
    }
}
