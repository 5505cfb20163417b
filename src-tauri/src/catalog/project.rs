//! From an app and everybody's values to what it makes of a server.

use super::{
    setting, variables,
    yaml::{self, Key, Kind, Node},
};
use crate::domain::{
    app::{AppManifest, AppSettingKind, PortProtocol},
    app_project::{
        AppProject, MountSource, ProjectMount, ProjectNetwork, ProjectPort, ProjectService,
        ValueProblem,
    },
};
use std::collections::BTreeMap;

/// Values by the names of their settings.
pub type Values = BTreeMap<String, String>;

/// The values of all settings: what somebody typed, else what the manifest says. Secrets that nobody typed
/// are missing: they are made when the app is installed.
///
/// # Errors
/// Each value that its setting does not take, and each that has to be said and is not.
pub fn values(manifest: &AppManifest, typed: &Values) -> Result<Values, Vec<ValueProblem>> {
    let mut all = Values::new();
    let mut problems = Vec::new();
    for name in typed.keys() {
        if !manifest.settings.iter().any(|setting| setting.name == *name) {
            problems.push(ValueProblem {
                setting: Some(name.clone()),
                message: "The app has no such setting.".to_owned(),
            });
        }
    }
    for setting in &manifest.settings {
        if matches!(setting.kind, AppSettingKind::Secret { .. }) {
            // Values are shown and kept as they are; a secret is neither.
            if typed.contains_key(&setting.name) {
                problems.push(ValueProblem {
                    setting: Some(setting.name.clone()),
                    message: "It is a secret, which is not given as a value.".to_owned(),
                });
            }
            continue;
        }
        if setting::is_reserved(&setting.name) {
            problems.push(ValueProblem {
                setting: Some(setting.name.clone()),
                message: "A variable of this name would change compose itself.".to_owned(),
            });
        }
        let value = typed.get(&setting.name).filter(|value| !value.is_empty());
        let value = value.or(setting.default.as_ref()).filter(|value| !value.is_empty());
        let message = match value {
            Some(value) => match setting::check(&setting.kind, value) {
                Ok(()) => {
                    all.insert(setting.name.clone(), value.clone());
                    continue;
                }
                Err(why) => crate::domain::text::sentence(&why),
            },
            None if setting.is_required => "It has to be said.".to_owned(),
            None => {
                all.insert(setting.name.clone(), String::new());
                continue;
            }
        };
        problems.push(ValueProblem { setting: Some(setting.name.clone()), message });
    }
    if problems.is_empty() { Ok(all) } else { Err(problems) }
}

/// What an app makes of a server with these values.
///
/// # Errors
/// What of the compose file cannot be understood with them.
pub fn project(
    manifest: &AppManifest,
    name: impl AsRef<str>,
    values: &Values,
) -> Result<AppProject, Vec<ValueProblem>> {
    let tree = yaml::read(&manifest.compose)
        .map_err(|problem| vec![ValueProblem { setting: None, message: problem.to_string() }])?;
    let mut project = AppProject { name: name.as_ref().to_owned(), ..AppProject::default() };
    let reader = Reader { project: name.as_ref(), values, tree: &tree };
    let mut problems = Vec::new();
    let services = tree.get("services").map_or(&[][..], Node::entries);
    for (key, node) in services {
        reader.service(key, node, &mut project, &mut problems);
    }
    project.networks = reader.networks(services);
    if problems.is_empty() { Ok(project) } else { Err(problems) }
}

struct Reader<'a> {
    project: &'a str,
    values: &'a Values,
    tree: &'a Node,
}

impl Reader<'_> {
    /// A text with its variables filled in; a secret that is not made yet stands as itself.
    fn filled(&self, text: &str) -> String {
        let value = |name: &str| {
            let value = self.values.get(name).cloned().filter(|value| !value.is_empty());
            value.or_else(|| (name == "APP_ID").then(|| self.project.to_owned()))
        };
        variables::filled(text, &value).unwrap_or_else(|| text.to_owned())
    }

    fn text(&self, node: Option<&Node>) -> Option<String> {
        node.and_then(Node::scalar).map(|text| self.filled(&text))
    }

    fn service(
        &self,
        key: &Key,
        node: &Node,
        project: &mut AppProject,
        problems: &mut Vec<ValueProblem>,
    ) {
        let service = key.name.clone();
        let container = self.text(node.get("container_name"));
        project.services.push(ProjectService {
            container: container.unwrap_or_else(|| format!("{}-{service}-1", self.project)),
            image: self.text(node.get("image")).unwrap_or_default(),
            restart: self.text(node.get("restart")).unwrap_or_else(|| "no".to_owned()),
            service: service.clone(),
        });
        for port in node.get("ports").map_or(&[][..], Node::list) {
            match self.ports(&service, port) {
                Some(ports) => project.ports.extend(ports),
                None => problems.push(ValueProblem {
                    setting: None,
                    message: format!(
                        "The ports of {service}, line {}, cannot be understood.",
                        port.line
                    ),
                }),
            }
        }
        for mount in node.get("volumes").map_or(&[][..], Node::list) {
            project.mounts.extend(self.mount(&service, mount));
        }
    }

    /// The ports of one entry: several where it names a range.
    fn ports(&self, service: &str, node: &Node) -> Option<Vec<ProjectPort>> {
        let (host_ip, published, target, protocol) = match &node.kind {
            Kind::Map(_) => (
                self.text(node.get("host_ip")),
                node.get("published").and_then(Node::scalar),
                self.text(node.get("target"))?,
                self.text(node.get("protocol")).unwrap_or_else(|| "tcp".to_owned()),
            ),
            _ => {
                let text = node.scalar()?;
                let (ports, protocol) = text.rsplit_once('/').unwrap_or((&text, "tcp"));
                let mut parts = split(ports).into_iter().rev();
                let target = self.filled(parts.next()?);
                let published = parts.next().map(str::to_owned).filter(|port| !port.is_empty());
                let host_ip: Vec<&str> = parts.rev().collect();
                let host_ip = (!host_ip.is_empty()).then(|| self.filled(&host_ip.join(":")));
                (host_ip, published, target, self.filled(protocol))
            }
        };
        let protocol = match protocol.as_str() {
            "tcp" => PortProtocol::Tcp,
            "udp" => PortProtocol::Udp,
            _ => return None,
        };
        let setting = published.as_deref().and_then(variables::only);
        let published = published.map(|port| self.filled(&port));
        let targets = range(&target)?;
        let hosts: Vec<Option<u16>> = match published {
            Some(published) => range(&published)?.into_iter().map(Some).collect(),
            None => vec![None; targets.len()],
        };
        if hosts.len() != targets.len() {
            return None;
        }
        let host_ip = host_ip.filter(|ip| !matches!(ip.as_str(), "" | "0.0.0.0" | "::" | "[::]"));
        let port = |(host_port, container_port): (Option<u16>, u16)| ProjectPort {
            service: service.to_owned(),
            host_ip: host_ip.clone(),
            host_port,
            container_port,
            protocol,
            setting: setting.clone(),
        };
        Some(hosts.into_iter().zip(targets).map(port).collect())
    }

    fn mount(&self, service: &str, node: &Node) -> Option<ProjectMount> {
        let (source, target, is_read_only) = match &node.kind {
            Kind::Map(_) => {
                let kind = self.text(node.get("type")).unwrap_or_else(|| "volume".to_owned());
                if matches!(kind.as_str(), "tmpfs" | "npipe" | "cluster") {
                    return None;
                }
                let is_read_only =
                    node.get("read_only").is_some_and(|node| node.kind == Kind::Bool(true));
                (
                    node.get("source").and_then(Node::scalar),
                    self.text(node.get("target"))?,
                    is_read_only,
                )
            }
            _ => {
                let text = node.scalar()?;
                match split(&text)[..] {
                    [target] => (None, self.filled(target), false),
                    [source, target] => (Some(source.to_owned()), self.filled(target), false),
                    [source, target, mode, ..] => {
                        let is_read_only = mode.split(',').any(|word| word == "ro");
                        (Some(source.to_owned()), self.filled(target), is_read_only)
                    }
                    [] => return None,
                }
            }
        };
        let source = match source {
            None => MountSource::Anonymous,
            Some(source) => self.source(&source),
        };
        Some(ProjectMount { service: service.to_owned(), source, target, is_read_only })
    }

    fn source(&self, source: &str) -> MountSource {
        let setting = variables::only(source);
        let filled = self.filled(source);
        if filled.starts_with(['/', '.', '~']) {
            return MountSource::Path { path: filled, setting };
        }
        let (name, is_external) = self.named("volumes", &filled);
        MountSource::Volume { name, is_external }
    }

    /// What a volume or a network of the file is called on the server, and whether it is somebody else's.
    fn named(&self, section: &str, key: &str) -> (String, bool) {
        let about = self.tree.get(section).and_then(|all| all.get(key));
        let is_external = about
            .and_then(|node| node.get("external"))
            .is_some_and(|node| node.kind == Kind::Bool(true));
        let named = about.and_then(|node| self.text(node.get("name")));
        match named {
            Some(name) => (name, is_external),
            None if is_external => (key.to_owned(), true),
            None => (format!("{}_{key}", self.project), false),
        }
    }

    fn networks(&self, services: &[(Key, Node)]) -> Vec<ProjectNetwork> {
        let mut keys: Vec<String> = Vec::new();
        let mut add = |key: &str| {
            if !keys.iter().any(|known| known == key) {
                keys.push(key.to_owned());
            }
        };
        for (_, service) in services {
            if service.get("network_mode").is_some() {
                continue;
            }
            match service.get("networks").map(|node| &node.kind) {
                Some(Kind::List(nodes)) => nodes.iter().filter_map(Node::text).for_each(&mut add),
                Some(Kind::Map(entries)) => entries.iter().for_each(|(key, _)| add(&key.name)),
                _ => add("default"),
            }
        }
        keys.iter()
            .map(|key| {
                let (name, is_external) = self.named("networks", key);
                ProjectNetwork { name, is_external }
            })
            .collect()
    }
}

/// The parts between colons that stand in no variable and no brackets of an address.
fn split(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut depth, mut start) = (0_usize, 0);
    for (at, character) in text.char_indices() {
        match character {
            '{' | '[' => depth += 1,
            '}' | ']' => depth = depth.saturating_sub(1),
            ':' if depth == 0 => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

/// `8000` or `8000-8010`.
fn range(text: &str) -> Option<Vec<u16>> {
    let port = |text: &str| text.trim().parse::<u16>().ok().filter(|port| *port > 0);
    match text.split_once('-') {
        None => Some(vec![port(text)?]),
        Some((first, last)) => {
            let (first, last) = (port(first)?, port(last)?);
            (first <= last && last - first < 1_000).then(|| (first..=last).collect())
        }
    }
}

#[cfg(test)]
#[path = "project_tests.rs"]
mod tests;
