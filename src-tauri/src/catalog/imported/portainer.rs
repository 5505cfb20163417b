//! Portainer's app templates, versions 2 and 3: containers, and compose files of other repositories.

use super::{
    About, Imported,
    adapt::{adapt, is_secret, secret, unused_name},
    category_of, finish, id_of, within,
};
use crate::{
    catalog::{
        one_container::{entry, text},
        problem::{Problem, Problems},
        variables,
        yaml::{self, Kind, Node},
    },
    domain::app::{AppChoice, AppName, AppSetting, AppSettingKind},
};
use serde::Deserialize;
use serde_json::Value;
use std::collections::HashSet;

/// The most templates of one file.
const TEMPLATES: usize = 20_000;

/// What is read of a file of templates.
#[derive(Debug)]
pub(in crate::catalog) enum Template {
    /// A container, ready.
    Ready(Box<Imported>),
    /// What runs stands in a compose file of another repository.
    Elsewhere(Elsewhere),
}

/// An app whose compose file is in another repository.
#[derive(Debug)]
pub(in crate::catalog) struct Elsewhere {
    /// Address of the repository.
    pub repository: String,
    /// Path of the compose file in it.
    pub file: String,
    template: Box<Entry>,
    id: AppName,
}

/// A template that could not be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::catalog) struct Refused {
    /// What it is called.
    pub name: String,
    /// Why.
    pub problems: Vec<Problem>,
}

#[derive(Debug, Deserialize)]
struct File {
    version: Value,
    templates: Vec<Value>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Entry {
    r#type: u8,
    title: String,
    name: String,
    description: String,
    note: Option<String>,
    categories: Option<Vec<String>>,
    platform: Option<String>,
    image: Option<String>,
    registry: Option<String>,
    command: Option<String>,
    hostname: Option<String>,
    network: Option<String>,
    restart_policy: Option<String>,
    privileged: bool,
    interactive: bool,
    ports: Option<Vec<String>>,
    volumes: Option<Vec<Volume>>,
    env: Option<Vec<Env>>,
    labels: Option<Vec<Label>>,
    repository: Option<Repository>,
}

#[derive(Clone, Debug, Deserialize)]
struct Volume {
    container: String,
    bind: Option<String>,
    #[serde(default)]
    readonly: bool,
}

#[derive(Clone, Debug, Deserialize)]
struct Env {
    name: String,
    label: Option<String>,
    description: Option<String>,
    default: Option<Value>,
    /// Version 1 said so instead of `default` and `preset`.
    set: Option<Value>,
    #[serde(default)]
    preset: bool,
    select: Option<Vec<Choice>>,
}

#[derive(Clone, Debug, Deserialize)]
struct Choice {
    text: String,
    value: Value,
    #[serde(default)]
    default: bool,
}

#[derive(Clone, Debug, Deserialize)]
struct Label {
    name: String,
    value: Value,
}

#[derive(Clone, Debug, Deserialize)]
struct Repository {
    url: String,
    stackfile: String,
}

/// Whether a text is such a file.
pub(in crate::catalog) fn is_one(text: &str) -> bool {
    text.trim_start().starts_with('{') && text.contains("\"templates\"")
}

/// Reads a file of templates.
///
/// # Errors
/// When the file as a whole is none.
pub(in crate::catalog) fn read(file: &str) -> Result<(Vec<Template>, Vec<Refused>), Problem> {
    let wrong = |line: Option<u32>, message: String| Problem { line, message };
    let file: File = serde_json::from_str(file)
        .map_err(|error| wrong(u32::try_from(error.line()).ok(), error.to_string()))?;
    let version = file.version.as_str().map_or_else(|| file.version.to_string(), str::to_owned);
    if !matches!(version.as_str(), "2" | "3") {
        return Err(wrong(
            None,
            format!("version {version} of templates is not known; 2 and 3 are"),
        ));
    }
    if file.templates.len() > TEMPLATES {
        let count = file.templates.len();
        return Err(wrong(None, format!("it has {count} templates, and {TEMPLATES} are the most")));
    }
    let (mut taken, mut refused) = (Vec::new(), Vec::new());
    let mut ids: HashSet<AppName> = HashSet::new();
    for value in file.templates {
        let name = value.get("title").and_then(Value::as_str).unwrap_or("without a title");
        let name = within(name, 60);
        match template(value, &mut ids) {
            Ok(template) => taken.push(template),
            Err(problems) => refused.push(Refused { name, problems }),
        }
    }
    Ok((taken, refused))
}

fn problem(message: impl Into<String>) -> Vec<Problem> {
    vec![Problem { line: None, message: message.into() }]
}

fn template(value: Value, ids: &mut HashSet<AppName>) -> Result<Template, Vec<Problem>> {
    let entry: Entry = serde_json::from_value(value).map_err(|error| problem(error.to_string()))?;
    if entry.platform.as_deref().is_some_and(|platform| platform != "linux") {
        return Err(problem("it is not for Linux"));
    }
    let id = id_of(&entry.name)
        .or_else(|| id_of(&entry.title))
        .ok_or_else(|| problem("neither 'name' nor 'title' makes an id"))?;
    if !ids.insert(id.clone()) {
        return Err(problem(format!("there is another app '{id}' in this file")));
    }
    match entry.r#type {
        1 => container(&entry, id).map(|app| Template::Ready(Box::new(app))),
        3 => {
            let repository =
                entry.repository.clone().ok_or_else(|| problem("it needs 'repository'"))?;
            Ok(Template::Elsewhere(Elsewhere {
                repository: repository.url,
                file: repository.stackfile,
                template: Box::new(entry),
                id,
            }))
        }
        2 => Err(problem("it is for Docker Swarm")),
        other => Err(problem(format!("templates of type {other} are not known"))),
    }
}

impl Elsewhere {
    /// Goes on with the compose file that was found.
    ///
    /// # Errors
    /// What is wrong with it, line by line.
    pub(in crate::catalog) fn with(&self, compose: &str) -> Result<Imported, Vec<Problem>> {
        let mut tree = yaml::read(compose).map_err(|problem| vec![problem])?;
        let mut notes = Problems::default();
        let mut settings = self.template.settings();
        let more = adapt(&mut tree, self.id.as_str(), &mut notes);
        merge(&mut settings, more);
        // What the compose file does not use would be asked for nothing.
        let mut used = Vec::new();
        tree.change_texts(&mut |text| used.extend(variables::used(text).unwrap_or_default()));
        settings.retain(|setting| used.iter().any(|variable| variable.name == setting.name));
        finish(self.template.about(self.id.clone()), &tree, settings, None, notes)
    }
}

fn container(template: &Entry, id: AppName) -> Result<Imported, Vec<Problem>> {
    let image = template.image.as_deref().ok_or_else(|| problem("it needs 'image'"))?;
    let registry = template.registry.as_deref().filter(|registry| !registry.is_empty());
    let image = registry.map_or_else(|| image.to_owned(), |registry| format!("{registry}/{image}"));
    let mut settings = template.settings();
    let list = |nodes: Vec<Node>| Node::of(Kind::List(nodes));
    let map = |entries: Vec<(&str, Node)>| {
        Node::of(Kind::Map(entries.into_iter().map(|(name, node)| entry(name, node)).collect()))
    };
    let restart = template.restart_policy.as_deref().unwrap_or("unless-stopped");
    let mut service = vec![("image", text(&image)), ("restart", text(restart))];
    for (name, value) in [("command", &template.command), ("hostname", &template.hostname)] {
        if let Some(value) = value.as_deref().filter(|value| !value.is_empty()) {
            service.push((name, text(&value.replace('$', "$$"))));
        }
    }
    let network = template.network.as_deref();
    if let Some(mode @ ("host" | "none")) = network {
        service.push(("network_mode", text(mode)));
    }
    for (name, is_so) in [
        ("privileged", template.privileged),
        ("stdin_open", template.interactive),
        ("tty", template.interactive),
    ] {
        if is_so {
            service.push((name, Node::of(Kind::Bool(true))));
        }
    }
    let ports = template.ports.iter().flatten().map(|port| text(port)).collect::<Vec<_>>();
    if !ports.is_empty() {
        service.push(("ports", list(ports)));
    }
    let mut named = Vec::new();
    let mut mounts = Vec::new();
    for (at, volume) in template.volumes.iter().flatten().enumerate() {
        let source = volume.bind.clone().unwrap_or_else(|| {
            named.push(format!("data-{}", at + 1));
            format!("data-{}", at + 1)
        });
        let ending = if volume.readonly { ":ro" } else { "" };
        mounts.push(text(&format!("{source}:{}{ending}", volume.container)));
    }
    if !mounts.is_empty() {
        service.push(("volumes", list(mounts)));
    }
    let environment: Vec<(&str, Node)> = template
        .env
        .iter()
        .flatten()
        .zip(&settings)
        .map(|(env, setting)| (env.name.as_str(), text(&format!("${{{}}}", setting.name))))
        .collect();
    if !environment.is_empty() {
        service.push(("environment", map(environment)));
    }
    let labels: Vec<(&str, Node)> = template
        .labels
        .iter()
        .flatten()
        .map(|label| (label.name.as_str(), text(&plain(&label.value).replace('$', "$$"))))
        .collect();
    if !labels.is_empty() {
        service.push(("labels", map(labels)));
    }
    let mut root = vec![("services", map(vec![(id.as_str(), map(service))]))];
    if !named.is_empty() {
        let empty = named.iter().map(|name| (name.as_str(), Node::of(Kind::Null))).collect();
        root.push(("volumes", map(empty)));
    }
    let mut tree = map(root);
    let mut notes = Problems::default();
    if let Some(other) = network.filter(|name| !matches!(*name, "" | "host" | "none" | "bridge")) {
        notes.add(
            1,
            format!("the network '{other}' was left out: it is of another program's making"),
        );
    }
    merge(&mut settings, adapt(&mut tree, id.as_str(), &mut notes));
    finish(template.about(id), &tree, settings, None, notes)
}

/// Adds settings that are not there yet: what a template says of its variables counts.
fn merge(settings: &mut Vec<AppSetting>, more: Vec<AppSetting>) {
    for setting in more {
        if settings.iter().all(|known| known.name != setting.name) {
            settings.push(setting);
        }
    }
}

/// A value as one would write it.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

impl Entry {
    fn about(&self, id: AppName) -> About {
        let categories = self.categories.clone().unwrap_or_default();
        About {
            name: within(if self.title.is_empty() { id.as_str() } else { &self.title }, 60),
            description: if self.description.is_empty() {
                self.title.clone()
            } else {
                self.description.clone()
            },
            version: None,
            category: category_of(categories.first().map_or("", String::as_str)),
            tags: categories
                .iter()
                .map(|tag| within(tag, 30))
                .filter(|tag| !tag.is_empty())
                .collect(),
            architectures: Vec::new(),
            documentation: None,
            notes: self.note.as_deref().map(|note| within(&without_marks(note), 2_000)),
            id,
        }
    }

    /// One setting for each variable, in the same order.
    fn settings(&self) -> Vec<AppSetting> {
        let mut settings: Vec<AppSetting> = Vec::new();
        for env in self.env.iter().flatten() {
            let name = unused_name(&settings, &env.name);
            let label = env.label.as_deref().filter(|label| !label.is_empty()).unwrap_or(&env.name);
            let chosen = env.select.iter().flatten().find(|choice| choice.default);
            let default =
                chosen.map(|choice| &choice.value).or(env.default.as_ref()).or(env.set.as_ref());
            let default = default.map(plain).filter(|value| !value.is_empty());
            let setting = if is_secret(&env.name) && env.select.is_none() {
                AppSetting { is_advanced: false, ..secret(&name, label) }
            } else {
                let choices = env.select.iter().flatten().map(|choice| AppChoice {
                    value: plain(&choice.value),
                    label: within(&choice.text, 60),
                });
                let choices: Vec<AppChoice> = choices.collect();
                AppSetting {
                    name,
                    kind: if choices.is_empty() {
                        AppSettingKind::Text { pattern: None, max: 2_000 }
                    } else {
                        AppSettingKind::Choice { choices }
                    },
                    label: within(label, 60),
                    description: None,
                    is_required: false,
                    is_advanced: env.preset,
                    default,
                }
            };
            let description = env.description.as_deref().map(|text| within(text, 200));
            settings.push(AppSetting { description, ..setting });
        }
        settings
    }
}

/// A text without the marks of HTML, which notes of templates are written in.
fn without_marks(text: &str) -> String {
    let mut plain = String::new();
    let mut inside = false;
    for character in text.chars() {
        match character {
            '<' => inside = true,
            '>' if inside => {
                inside = false;
                plain.push(' ');
            }
            character if !inside => plain.push(character),
            _ => {}
        }
    }
    plain
}

#[cfg(test)]
#[path = "portainer_tests.rs"]
mod tests;
