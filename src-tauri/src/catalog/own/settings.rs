//! What is asked of whoever installs an app of their own: every variable that it uses, with the value that they
//! gave it already.

use super::{
    super::{
        compose,
        dotenv::{self, Entry},
        imported::{adapt, within},
        problem::{Problem, Problems, quoted},
        setting,
        variables::{self, Variable},
        yaml::{Kind, Node},
    },
    Pasted, is_mask, of_variables, rules,
    secrets::{PLAIN, is_secret, tells},
};
use crate::domain::{
    app::{AppSetting, AppSettingKind, AppWeb, PortProtocol},
    credential::AppSecrets,
};
use secrecy::{ExposeSecret, SecretString};
use std::collections::{BTreeMap, BTreeSet};

/// Variables that the server itself gives a value.
const GIVEN: [&str; 4] = ["TZ", "PUID", "PGID", "APP_ID"];

/// What is known while an app is being read.
pub(super) struct Asking<'a> {
    pasted: &'a Pasted<'a>,
    entries: Vec<Entry>,
    pub(super) notes: &'a mut Problems,
    /// Variables that hold secrets, whatever they are called.
    secret_names: BTreeSet<String>,
    /// Values of secrets that stood in the compose file.
    secrets: BTreeMap<String, SecretString>,
    /// Ports that became variables.
    ports: BTreeMap<String, (String, PortProtocol)>,
    /// Names of variables that are used.
    names: BTreeSet<String>,
    pub(super) web: Option<AppWeb>,
}

impl<'a> Asking<'a> {
    pub(super) fn new(
        pasted: &'a Pasted<'a>,
        entries: Vec<Entry>,
        notes: &'a mut Problems,
        tree: &Node,
    ) -> Self {
        let kept = pasted.kept.into_iter().flat_map(BTreeMap::keys);
        let mut used = Vec::new();
        compose::find_variables(tree, &mut used, &mut Problems::default());
        let mut names: BTreeSet<String> =
            used.into_iter().map(|(_, variable)| variable.name).collect();
        // Where the file of variables reaches containers whole, each of its names is used.
        if pasted.is_adopted || names_file(tree) {
            names.extend(entries.iter().map(|entry| entry.name.clone()));
        }
        Self {
            pasted,
            notes,
            secret_names: kept.cloned().collect(),
            secrets: BTreeMap::new(),
            ports: BTreeMap::new(),
            names,
            web: None,
            entries,
        }
    }

    /// The value that the file of variables gives.
    fn value(&self, name: &str) -> Option<&str> {
        let entry = self.entries.iter().find(|entry| entry.name == name);
        entry.map(|entry| entry.value.as_str())
    }

    /// This variable holds a secret.
    pub(super) fn is_secret(&mut self, name: &str) {
        self.secret_names.insert(name.to_owned());
    }

    pub(super) fn holds_secret(&self, name: &str) -> bool {
        is_secret(name) || self.secret_names.contains(name)
    }

    /// A secret has this value where nobody gives another.
    pub(super) fn default_secret(&mut self, name: &str, default: &str) {
        self.is_secret(name);
        let default = variables::filled(default, &|name| self.value(name).map(str::to_owned));
        if let Some(default) = default {
            self.secrets.entry(name.to_owned()).or_insert_with(|| default.into());
        }
    }

    /// A secret that stood in the compose file; gives the name of the variable that has it now.
    pub(super) fn literal_secret(&mut self, like: &str, value: &str) -> String {
        let name = self.free_name(like);
        self.secret_names.insert(name.clone());
        self.secrets.insert(name.clone(), value.into());
        name
    }

    /// A port of the server; gives the name of its variable.
    pub(super) fn port(&mut self, like: &str, port: &str, protocol: PortProtocol) -> String {
        let name = self.free_name(like);
        self.ports.insert(name.clone(), (port.to_owned(), protocol));
        name
    }

    /// A variable that is a port of the server.
    pub(super) fn is_port(&mut self, name: &str, protocol: PortProtocol) {
        self.ports.entry(name.to_owned()).or_insert_with(|| (String::new(), protocol));
    }

    fn free_name(&mut self, like: &str) -> String {
        let letters =
            |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
        let stem: String = like.chars().map(letters).take(58).collect();
        let stem = match stem.starts_with(|c: char| c.is_ascii_uppercase()) {
            true => stem,
            false => format!("V_{stem}"),
        };
        let numbered = |number: u32| match number {
            1 => stem.clone(),
            number => format!("{stem}_{number}"),
        };
        let is_free = |name: &String| !self.names.contains(name) && !setting::is_reserved(name);
        let name = (1..1_000).map(numbered).find(is_free).unwrap_or(stem.clone());
        // What the file of variables says of it was used nowhere.
        self.entries.retain(|entry| entry.name != name);
        self.names.insert(name.clone());
        name
    }

    /// Variables whose values have the value of a secret in them hold secrets as well.
    fn find_secrets(&mut self, tree: &Node) {
        let plain = used_plainly(tree);
        let is_known = |entry: &&Entry| self.holds_secret(&entry.name) && !is_mask(&entry.value);
        let written = self.entries.iter().filter(is_known).map(|entry| entry.value.as_str());
        let taken = self.secrets.values().map(ExposeSecret::expose_secret);
        let kept = self.pasted.kept.into_iter().flat_map(BTreeMap::values);
        let kept = kept.map(ExposeSecret::expose_secret);
        let words: Vec<&str> = written.chain(taken).chain(kept).collect();
        let telling = self.entries.iter().filter(|entry| {
            !is_path(&entry.value) && !plain.contains(&entry.name) && tells(&entry.value, &words)
        });
        let names: Vec<String> = telling.map(|entry| entry.name.clone()).collect();
        self.secret_names.extend(names);
    }

    /// All settings, and the values of those that are secrets.
    pub(super) fn finish(
        mut self,
        tree: &Node,
    ) -> Result<(Vec<AppSetting>, AppSecrets), Vec<Problem>> {
        self.find_secrets(tree);
        let mut problems = Problems::default();
        let mut used: Vec<(u32, Variable)> = Vec::new();
        compose::find_variables(tree, &mut used, &mut problems);
        used.extend(passed_on(tree).into_iter().filter(|(_, it)| self.value(&it.name).is_some()));
        used.extend(self.of_file(tree));
        let (mut settings, mut secrets) = (Vec::<AppSetting>::new(), AppSecrets::new());
        for (line, variable) in used {
            let name = &variable.name;
            let value = self.value(name).map(str::to_owned);
            let is_given = GIVEN.contains(&name.as_str()) && value.is_none();
            if is_given || settings.iter().any(|setting| setting.name == *name) {
                continue;
            }
            if setting::is_reserved(name) {
                if !self.pasted.is_adopted {
                    problems.add(
                        line,
                        format!("{} would change compose itself; write its value", quoted(name)),
                    );
                }
                continue;
            }
            if !dotenv::is_name(name) {
                problems.add(line, format!("{} is no name of a variable", quoted(name)));
                continue;
            }
            match self.setting(&variable, value) {
                Ok((setting, secret)) => {
                    secrets.extend(secret.map(|secret| (name.clone(), secret)));
                    settings.push(setting);
                }
                Err(message) => problems.add(line, message),
            }
        }
        for entry in &self.entries {
            if !settings.iter().any(|setting| setting.name == entry.name) && !self.pasted.is_adopted
            {
                let why = if setting::is_reserved(&entry.name) {
                    "it would change compose itself"
                } else {
                    "it is used nowhere"
                };
                let message = format!("{} was left out: {why}", quoted(&entry.name));
                self.notes.add(
                    entry.line,
                    of_variables(Problem { line: Some(entry.line), message }).message,
                );
            }
        }
        if problems.is_empty() { Ok((settings, secrets)) } else { Err(problems.sorted()) }
    }

    /// Variables that reach containers whole, because a service names the file itself; and all of a project that
    /// was there before, which must not lose any.
    fn of_file(&self, tree: &Node) -> Vec<(u32, Variable)> {
        if !names_file(tree) && !self.pasted.is_adopted {
            return Vec::new();
        }
        let all = self.entries.iter();
        all.map(|entry| (entry.line, Variable { name: entry.name.clone(), default: None }))
            .collect()
    }

    fn setting(
        &self,
        variable: &Variable,
        value: Option<String>,
    ) -> Result<(AppSetting, Option<SecretString>), String> {
        let name = &variable.name;
        let setting = |kind, default: Option<String>, is_required| AppSetting {
            name: name.clone(),
            kind,
            label: within(name, 60),
            description: None,
            is_advanced: false,
            default,
            is_required,
        };
        let text = AppSettingKind::Text { pattern: None, max: 2_000 };
        // What does not fit on a line is kept whole, like a secret.
        let is_line = value.as_deref().is_none_or(|value| setting::check(&text, value).is_ok());
        if self.holds_secret(name) || !is_line {
            let kept = self.pasted.kept.and_then(|kept| kept.get(name));
            let given = match value {
                Some(value) if is_mask(&value) => match kept {
                    Some(kept) => Some(kept.clone()),
                    None => {
                        return Err(format!("no secret {} is kept; write its value", quoted(name)));
                    }
                },
                Some(value) if !value.is_empty() => Some(value.into()),
                _ => self.secrets.get(name).cloned().or_else(|| kept.cloned()),
            };
            let secret = AppSetting { is_advanced: false, ..adapt::secret(name, name) };
            if let Some(given) = &given {
                setting::check(&secret.kind, given.expose_secret()).map_err(|rule| {
                    format!("the value of {} cannot be taken: {rule}", quoted(name))
                })?;
            }
            return Ok((secret, given));
        }
        if let Some((port, protocol)) = self.ports.get(name) {
            let default = value.clone().or_else(|| variable.default.clone());
            let default = default.or_else(|| Some(port.clone())).filter(|port| !port.is_empty());
            let kind = AppSettingKind::Port { protocol: *protocol };
            if default.as_deref().is_none_or(|port| setting::check(&kind, port).is_ok()) {
                return Ok((setting(kind, default, true), None));
            }
        }
        // A default that is made of other variables stays where it is written.
        let written = variable.default.clone().filter(|default| !default.contains('$'));
        let is_required = value.is_none() && variable.default.is_none() && !self.pasted.is_adopted;
        Ok((setting(text, value.or(written), is_required), None))
    }
}

/// Names of variables that stand where nothing is secret: what an image, a port or a mount is, has to be known.
fn used_plainly(tree: &Node) -> BTreeSet<String> {
    let mut used = Vec::new();
    for (_, service) in tree.get("services").map_or(&[][..], Node::entries) {
        let is_plain = |name: &str| PLAIN.contains(&name) && name != "environment";
        for (_, node) in service.entries().iter().filter(|(key, _)| is_plain(&key.name)) {
            compose::find_variables(node, &mut used, &mut Problems::default());
        }
    }
    used.into_iter().map(|(_, variable)| variable.name).collect()
}

fn is_path(value: &str) -> bool {
    ["/", "./", "../", "~"].iter().any(|begin| value.starts_with(begin))
}

/// Whether a service names the file of variables itself.
fn names_file(tree: &Node) -> bool {
    let mut services = tree.get("services").map_or(&[][..], Node::entries).iter();
    services.any(|(_, service)| !rules::env_files(service).is_empty())
}

/// Variables that a service takes as they are: `environment: [NAME]`.
fn passed_on(tree: &Node) -> Vec<(u32, Variable)> {
    let mut found = Vec::new();
    let mut add = |line: u32, name: &str| {
        found.push((line, Variable { name: name.to_owned(), default: None }));
    };
    for (_, service) in tree.get("services").map_or(&[][..], Node::entries) {
        match service.get("environment").map(|node| &node.kind) {
            Some(Kind::Map(entries)) => entries
                .iter()
                .filter(|(_, node)| node.kind == Kind::Null)
                .for_each(|(key, _)| add(key.line, &key.name)),
            Some(Kind::List(nodes)) => nodes
                .iter()
                .filter_map(|node| Some((node.line, node.text()?)))
                .filter(|(_, text)| !text.contains('='))
                .for_each(|(line, name)| add(line, name)),
            _ => {}
        }
    }
    for (_, secret) in tree.get("secrets").map_or(&[][..], Node::entries) {
        if let Some(name) = secret.get("environment").and_then(Node::text) {
            add(secret.line, name);
        }
    }
    found
}
