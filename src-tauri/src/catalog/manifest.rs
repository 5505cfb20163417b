//! `app.yaml`: what an app is, what people are asked, and what runs.

use super::{
    compose,
    fields::Fields,
    one_container,
    problem::{Problem, Problems, quoted},
    setting,
    yaml::{self, Node},
};
use crate::domain::app::{
    AppCategory, AppFlag, AppHealth, AppManifest, AppName, AppRequirements, AppSetting,
    AppSettingKind, AppWeb,
};
use url::Url;

/// Variables that every app may use without asking for them.
const GIVEN: [&str; 4] = ["APP_ID", "PGID", "PUID", "TZ"];

/// Names of Tomo's own drawings.
pub const DRAWINGS: [&str; 45] = [
    "archive",
    "bell",
    "book",
    "bookmark",
    "calendar",
    "camera",
    "chart",
    "chat",
    "clock",
    "cloud",
    "code",
    "database",
    "document",
    "download",
    "feed",
    "film",
    "flow",
    "folder",
    "gamepad",
    "globe",
    "heart",
    "home",
    "key",
    "leaf",
    "link",
    "list",
    "lock",
    "mail",
    "map",
    "microphone",
    "money",
    "music",
    "network",
    "note",
    "person",
    "photo",
    "pulse",
    "search",
    "server",
    "shield",
    "sync",
    "terminal",
    "ticket",
    "tool",
    "video",
];

/// What an app's icon is, before the file that it may name is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IconName {
    /// One of Tomo's own drawings.
    Drawing(String),
    /// A file beside `app.yaml`.
    File(String),
}

/// What a file says, and which icon goes with it.
#[derive(Clone, Debug, PartialEq)]
pub struct Read {
    /// The app, without its picture.
    pub manifest: AppManifest,
    /// Its icon.
    pub icon: Option<IconName>,
}

/// Reads an `app.yaml`.
///
/// # Errors
/// Every rule that does not hold, with its line.
pub fn read(text: &str) -> Result<Read, Vec<Problem>> {
    let root = yaml::read(text).map_err(|problem| vec![problem])?;
    let mut problems = Problems::default();
    let read = read_root(&root, &mut problems);
    match read {
        Some(read) if problems.is_empty() => Ok(read),
        _ => Err(problems.sorted()),
    }
}

fn read_root(root: &Node, problems: &mut Problems) -> Option<Read> {
    let mut fields = Fields::new(root, "an app", problems)?;
    let id = fields.needed_line("id", 1..=100).and_then(|id| match id.parse::<AppName>() {
        Ok(id) => Some(id),
        Err(rule) => {
            let node = root.get("id").unwrap_or(root);
            fields.wrong(node, format!("'id' is {rule}; {} is not", quoted(&id)));
            None
        }
    });
    let name = fields.needed_line("name", 1..=60);
    let description = fields.needed_line("description", 20..=200);
    let version = fields.needed_line("version", 1..=40);
    let category = fields.needed_one_of("category", &AppCategory::ALL.map(|c| (c.as_str(), c)));
    let tags = tags(&mut fields);
    let icon = icon(&mut fields);
    let licence = fields.line_of("licence", 1..=60);
    let repository = address(&mut fields, "repository");
    let documentation = address(&mut fields, "documentation");
    let is_featured = fields.truth("featured").unwrap_or(false);
    let is_deprecated = fields.truth("deprecated").unwrap_or(false);
    let notes = fields.lines_of("notes", 2_000);
    let requirements_node = fields.node("requirements");
    let settings_nodes = fields.list("settings", 100);
    let web_node = fields.node("web");
    let health_node = fields.node("health");
    let compose_node = fields.node("compose");
    let docker_node = fields.node("docker");
    fields.end();

    let requirements =
        requirements_node.and_then(|node| requirements(node, problems)).unwrap_or_default();
    let mut settings = setting::read_all(settings_nodes, problems);
    let asked: Vec<(u32, String)> =
        settings.iter().map(|(line, setting)| (*line, setting.name.clone())).collect();
    let mut settings: Vec<AppSetting> = settings.drain(..).map(|(_, setting)| setting).collect();
    let mut web = web_node.and_then(|node| web(node, problems));
    let tree = match (compose_node, docker_node) {
        (Some(_), Some(docker)) => {
            problems.add(docker.line, "'compose' says what runs already; remove 'docker'");
            return None;
        }
        (None, None) => {
            problems.add(root.line, "an app needs 'compose' or 'docker', which says what runs");
            return None;
        }
        (Some(compose), None) => compose.clone(),
        (None, Some(docker)) => {
            let made = one_container::read(docker, problems)?;
            settings.extend(made.settings);
            web = web.or(made.web);
            made.compose
        }
    };
    let compose = compose::read(&tree, compose::From::Catalog, problems);
    check_variables(&compose.variables, &settings, problems);
    for (line, name) in asked {
        if !compose.variables.iter().any(|(_, variable)| variable.name == name) {
            problems.add(line, format!("the setting {name} is used nowhere"));
        }
    }
    if let (Some(web), Some(node)) = (&web, web_node) {
        let is_port = |setting: &AppSetting| {
            setting.name == web.port && matches!(setting.kind, AppSettingKind::Port { .. })
        };
        if !settings.iter().any(is_port) {
            problems.add(
                node.line,
                format!("'web' names {}, which is no setting of a port", quoted(&web.port)),
            );
        }
    }
    let health = health_node.and_then(|node| {
        let health = health(node, problems)?;
        if !compose.services.iter().any(|service| service.name == health.service) {
            problems.add(node.line, format!("there is no service {}", quoted(&health.service)));
        }
        Some(health)
    });
    let manifest = AppManifest {
        id: id?,
        name: name?,
        description: description?,
        version: version?,
        category: category?,
        tags,
        icon: None,
        licence,
        repository,
        documentation,
        requirements,
        is_featured,
        is_deprecated,
        settings,
        web,
        health,
        compose: yaml::write(&tree),
        services: compose.services,
        notes,
    };
    Some(Read { manifest, icon })
}

fn tags(fields: &mut Fields<'_, '_>) -> Vec<String> {
    let nodes = fields.list("tags", 10);
    if nodes.is_empty() {
        let line = fields.line();
        fields.problems().add(line, "an app needs 'tags', 1 to 10 words that people search for");
    }
    let mut tags: Vec<String> = Vec::new();
    for node in nodes {
        match node.scalar() {
            Some(tag) if (1..=30).contains(&tag.chars().count()) => tags.push(tag),
            _ => fields.wrong(node, "a tag is a word of 1 to 30 characters"),
        }
    }
    tags
}

fn icon(fields: &mut Fields<'_, '_>) -> Option<IconName> {
    let name = fields.line_of("icon", 1..=100)?;
    if DRAWINGS.contains(&name.as_str()) {
        return Some(IconName::Drawing(name));
    }
    let is_file = [".svg", ".png", ".webp", ".jpg", ".jpeg"].iter().any(|end| name.ends_with(end));
    if is_file && !name.contains(['/', '\\']) {
        return Some(IconName::File(name));
    }
    let line = fields.line_at("icon");
    let message = format!(
        "'icon' is a drawing of Tomo's or a file beside this one; {} is neither",
        quoted(&name)
    );
    fields.problems().add(line, message);
    None
}

fn address(fields: &mut Fields<'_, '_>, name: &'static str) -> Option<String> {
    let text = fields.line_of(name, 1..=500)?;
    match Url::parse(&text) {
        Ok(url)
            if url.scheme() == "https" && url.username().is_empty() && url.password().is_none() =>
        {
            Some(url.to_string())
        }
        _ => {
            let line = fields.line_at(name);
            fields
                .problems()
                .add(line, format!("'{name}' is an https address; {} is not", quoted(&text)));
            None
        }
    }
}

fn requirements(node: &Node, problems: &mut Problems) -> Option<AppRequirements> {
    let mut fields = Fields::new(node, "'requirements'", problems)?;
    let memory_bytes = bytes(&mut fields, "memory");
    let storage_bytes = bytes(&mut fields, "storage");
    let cpu_cores = fields.node("cpu").and_then(|node| {
        let cores = node.scalar().and_then(|text| text.parse::<f64>().ok());
        let cores = cores.filter(|cores| *cores > 0.0 && *cores <= 1_024.0);
        if cores.is_none() {
            fields.wrong(node, "'cpu' is a number of cores");
        }
        cores
    });
    let mut architectures = Vec::new();
    for name in ["architectures", "arch"] {
        for node in fields.list(name, 10) {
            match node.text().and_then(architecture) {
                Some(architecture) => architectures.push(architecture.to_owned()),
                None => fields
                    .wrong(node, "an architecture is amd64, arm64, arm/v7, arm/v6, 386 or riscv64"),
            }
        }
    }
    fields.end();
    Some(AppRequirements { memory_bytes, storage_bytes, cpu_cores, architectures })
}

/// An architecture as Docker writes it.
pub(super) fn architecture(text: &str) -> Option<&'static str> {
    Some(match text {
        "amd64" | "x86_64" | "x86-64" => "amd64",
        "arm64" | "aarch64" | "arm64/v8" => "arm64",
        "arm" | "armv7" | "arm/v7" | "armhf" => "arm/v7",
        "armv6" | "arm/v6" => "arm/v6",
        "386" | "i386" => "386",
        "riscv64" => "riscv64",
        _ => return None,
    })
}

/// `300 MB`, in the units in which Tomo shows sizes: a kilobyte is 1,024 bytes.
fn bytes(fields: &mut Fields<'_, '_>, name: &'static str) -> Option<u64> {
    let node = fields.node(name)?;
    let size = node.scalar().and_then(|text| size(&text));
    if size.is_none() {
        fields.wrong(node, format!("'{name}' is a size: 300 MB, 1.5 GB"));
    }
    size
}

fn size(text: &str) -> Option<u64> {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let number: f64 = text[..end].parse().ok()?;
    let unit = text[end..].trim().to_ascii_lowercase();
    let power = match unit.trim_end_matches('b').trim_end_matches('i') {
        "" => 0,
        "k" => 1,
        "m" => 2,
        "g" => 3,
        "t" => 4,
        _ => return None,
    };
    let factor = 1_024_f64.powi(power);
    let bytes = (number * factor).round();
    // A petabyte is a slip.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked: 1 to 10^15"
    )]
    (1.0..=1e15).contains(&bytes).then_some(bytes as u64)
}

fn web(node: &Node, problems: &mut Problems) -> Option<AppWeb> {
    let mut fields = Fields::new(node, "'web'", problems)?;
    let port = fields.needed_line("port", 1..=64);
    let path = fields.line_of("path", 1..=200).unwrap_or_else(|| "/".to_owned());
    if !path.starts_with('/') {
        fields.wrong(node, "'path' begins with '/'");
    }
    let is_https = fields.one_of("scheme", &[("http", false), ("https", true)]).unwrap_or(false);
    fields.end();
    Some(AppWeb { port: port?, path, is_https })
}

fn health(node: &Node, problems: &mut Problems) -> Option<AppHealth> {
    let mut fields = Fields::new(node, "'health'", problems)?;
    let service = fields.needed_line("service", 1..=100);
    fields.needed("port");
    let port = fields.number("port", 1..=65_535).and_then(|port| u16::try_from(port).ok());
    let path = fields.line_of("path", 1..=200);
    if path.as_deref().is_some_and(|path| !path.starts_with('/')) {
        fields.wrong(node, "'path' begins with '/'");
    }
    let wait = fields.number("wait", 1..=3_600).and_then(|wait| u32::try_from(wait).ok());
    fields.end();
    Some(AppHealth { service: service?, port: port?, path, wait_seconds: wait.unwrap_or(180) })
}

fn check_variables(
    used: &[(u32, super::variables::Variable)],
    settings: &[AppSetting],
    problems: &mut Problems,
) {
    let is_known =
        |name: &str| GIVEN.contains(&name) || settings.iter().any(|setting| setting.name == name);
    for (line, variable) in used {
        if variable.default.is_none() && !is_known(&variable.name) {
            problems.add(
                *line,
                format!("nobody is asked for {}; add a setting", quoted(&variable.name)),
            );
        }
    }
}

/// What an app may do that people should know of, each said once.
#[must_use]
pub fn flags(manifest: &AppManifest) -> Vec<AppFlag> {
    let mut flags: Vec<AppFlag> = Vec::new();
    for flag in manifest.services.iter().flat_map(|service| &service.flags) {
        if !flags.contains(flag) {
            flags.push(flag.clone());
        }
    }
    flags
}

#[cfg(test)]
#[path = "manifest_tests.rs"]
mod tests;
