//! Compose files: what they make of a server, and what of them Tomo does not take.

use super::{
    fields::Fields,
    image,
    problem::{Problem, Problems, quoted},
    variables::{self, Variable},
    yaml::{self, Key, Kind, Node},
};
use crate::domain::app::{AppFlag, AppManifest, AppService};

/// The most containers of one app.
const SERVICES: usize = 50;

/// Where a compose file is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum From {
    /// A catalog: it has to be whole, and the same tomorrow.
    Catalog,
    /// A catalog of another form, whose authors never promised that.
    Imported,
    /// Somebody's own: what compose takes, they may have.
    Own,
}

/// What a compose file says.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Compose {
    pub services: Vec<AppService>,
    /// Every variable, with the line of one of its uses.
    pub variables: Vec<(u32, Variable)>,
}

/// Powers that containers have anyway.
const USUAL_CAPABILITIES: [&str; 14] = [
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "NET_RAW",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
];

/// Folders of the system: who writes there may change what runs on the server.
const SYSTEM: [&str; 14] = [
    "/bin",
    "/boot",
    "/dev",
    "/etc",
    "/lib",
    "/proc",
    "/root",
    "/run",
    "/sbin",
    "/sys",
    "/usr",
    "/var/lib/containers",
    "/var/lib/docker",
    "/var/run",
];
/// Which of these many apps are given, and change nothing with.
const HARMLESS: [&str; 4] = ["/etc/localtime", "/etc/timezone", "/dev/shm", "/dev/dri"];
/// Folders that hold some of these: all of it is given with them.
const ABOVE_SYSTEM: [&str; 3] = ["/", "/var", "/var/lib"];

/// An app whose containers are told anew from its compose file: what a file says of them may be anything.
///
/// # Errors
/// What cannot be taken of its compose file, line by line.
pub fn reread(manifest: AppManifest) -> Result<AppManifest, Vec<Problem>> {
    let tree = yaml::read(&manifest.compose).map_err(|problem| vec![problem])?;
    let mut problems = Problems::default();
    let compose = read(&tree, From::Own, &mut problems);
    if problems.is_empty() {
        return Ok(AppManifest { services: compose.services, ..manifest });
    }
    Err(problems.sorted())
}

/// Reads a compose file.
pub(super) fn read(node: &Node, from: From, problems: &mut Problems) -> Compose {
    let mut compose = Compose::default();
    find_variables(node, &mut compose.variables, problems);
    let Some(mut fields) = Fields::new(node, "a compose file", problems) else { return compose };
    if let Some(include) = fields.node("include") {
        fields.wrong(include, "'include' names files that do not come with the app");
    }
    for known in ["version", "name", "networks"] {
        fields.node(known);
    }
    for section in ["configs", "secrets"] {
        for (key, node) in fields.node(section).map_or(&[][..], Node::entries) {
            if let Some(file) = node.get("file").filter(|_| from != From::Own) {
                let message =
                    format!("{} names a file that does not come with the app", quoted(&key.name));
                fields.wrong(file, message);
            }
        }
    }
    let volumes: &[(Key, Node)] = fields.node("volumes").map_or(&[], Node::entries);
    let services = fields.needed("services");
    fields.end();
    let Some(services) = services else { return compose };
    let entries = services.entries();
    if entries.is_empty() || entries.len() > SERVICES {
        problems.add(services.line, format!("'services' is a mapping of 1 to {SERVICES}"));
        return compose;
    }
    for (key, node) in entries {
        if let Some(service) = service(key, node, from, volumes, problems) {
            compose.services.push(service);
        }
    }
    compose
}

/// All texts of a tree, also the keys.
pub(super) fn find_variables(
    node: &Node,
    found: &mut Vec<(u32, Variable)>,
    problems: &mut Problems,
) {
    let mut in_text = |line: u32, text: &str| match variables::used(text) {
        Ok(all) => found.extend(all.into_iter().map(|variable| (line, variable))),
        Err(why) => problems.add(line, format!("{}: {why}", quoted(text))),
    };
    match &node.kind {
        Kind::Text(text) => in_text(node.line, text),
        Kind::List(nodes) => nodes.iter().for_each(|node| find_variables(node, found, problems)),
        Kind::Map(entries) => {
            for (_, node) in entries {
                find_variables(node, found, problems);
            }
        }
        Kind::Null | Kind::Bool(_) | Kind::Int(_) | Kind::Float(_) => {}
    }
}

/// Whether compose takes it as the name of a service, a volume or a network.
fn is_name(name: &str) -> bool {
    (1..=100).contains(&name.len())
        && name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'))
}

fn service(
    key: &Key,
    node: &Node,
    from: From,
    volumes: &[(Key, Node)],
    problems: &mut Problems,
) -> Option<AppService> {
    if !is_name(&key.name) {
        let rule = "of letters, digits, '.', '_' and '-'";
        problems.add(
            key.line,
            format!("the name of a service is {rule}; {} is not", quoted(&key.name)),
        );
        return None;
    }
    if !matches!(node.kind, Kind::Map(_)) {
        problems.add(node.line, format!("a service is a mapping, and this is {}", node.what()));
        return None;
    }
    if from != From::Own {
        refuse_what_is_not_beside(node, problems);
    }
    let mut flags = Vec::new();
    let image = image_of(key, node, from, &mut flags, problems);
    // What a variable may turn into one of these counts as one: compose takes "true" for true as well.
    let may_be = |name: &str, values: &[&str]| {
        node.get(name).and_then(Node::scalar).is_some_and(|text| {
            let text = variables::filled(&text, &|_| None);
            text.is_none_or(|text| values.contains(&text.trim().to_ascii_lowercase().as_str()))
        })
    };
    if may_be("privileged", &["true", "1", "t", "yes", "y", "on"]) {
        flags.push(AppFlag::Privileged);
    }
    if may_be("network_mode", &["host"]) {
        flags.push(AppFlag::HostNetwork);
    }
    if may_be("pid", &["host"]) {
        flags.push(AppFlag::HostPid);
    }
    if may_be("use_api_socket", &["true", "1", "t", "yes", "y", "on"]) {
        flags.push(AppFlag::EngineSocket);
    }
    for hook in ["post_start", "pre_stop"] {
        let hooks = node.get(hook).map_or(&[][..], Node::list).iter();
        let is_harmless =
            |one: &Node| one.get("privileged").is_none_or(|node| node.kind == Kind::Bool(false));
        if !hooks.into_iter().all(is_harmless) {
            flags.push(AppFlag::Privileged);
        }
    }
    if let Some((key, _)) = node.entries().iter().find(|(key, _)| key.name == "provider") {
        problems
            .add(key.line, "'provider' is not taken: it runs a program on the server".to_owned());
    }
    for capability in node.get("cap_add").map_or(&[][..], Node::list).iter().filter_map(Node::text)
    {
        let name = capability.to_ascii_uppercase();
        let name = name.strip_prefix("CAP_").unwrap_or(&name);
        if !USUAL_CAPABILITIES.contains(&name) {
            flags.push(AppFlag::Capability { name: name.to_owned() });
        }
    }
    for device in node.get("devices").map_or(&[][..], Node::list) {
        let path = device.text().map(|text| text.split(':').next().unwrap_or(text));
        let path = path.or_else(|| device.get("source").and_then(Node::text));
        flags.extend(path.map(|path| AppFlag::Device { path: path.to_owned() }));
    }
    for mount in node.get("volumes").map_or(&[][..], Node::list) {
        if let Some(source) = mount_source(mount, from, volumes, problems) {
            // A volume may be a folder of the server under another name.
            let behind = volumes.iter().find(|(key, _)| key.name == source);
            let behind = behind
                .and_then(|(_, about)| about.get("driver_opts"))
                .and_then(|options| options.get("device"))
                .and_then(Node::scalar);
            let path = behind.unwrap_or(source);
            flags.extend(flag_of(&variables::filled(&path, &|_| None).unwrap_or(path)));
        }
    }
    for port in node.get("ports").map_or(&[][..], Node::list) {
        if let Err(why) = check_port(port) {
            problems.add(port.line, why);
        }
    }
    flags.dedup();
    Some(AppService {
        name: key.name.clone(),
        image: image?,
        flags,
        has_healthcheck: node.get("healthcheck").is_some_and(|check| {
            check.get("disable").is_none_or(|node| node.kind != Kind::Bool(true))
        }),
    })
}

/// What would need files that a catalog does not bring, or makes names that are not the project's.
fn refuse_what_is_not_beside(node: &Node, problems: &mut Problems) {
    let reasons = [
        ("build", "there is nothing to build from; name an image"),
        ("extends", "there is no other file; write the whole service"),
        ("env_file", "there is no other file; write 'environment'"),
        ("develop", "it is for developing the app"),
        ("profiles", "nobody would be asked which"),
        (
            "container_name",
            "names of containers come from the project, so that two apps never want the same",
        ),
    ];
    for (name, reason) in reasons {
        if let Some((key, _)) = node.entries().iter().find(|(key, _)| key.name == name) {
            problems.add(key.line, format!("'{name}' is not taken: {reason}"));
        }
    }
}

fn image_of(
    key: &Key,
    node: &Node,
    from: From,
    flags: &mut Vec<AppFlag>,
    problems: &mut Problems,
) -> Option<String> {
    let Some(found) = node.get("image") else {
        if from == From::Own && node.get("build").is_some() {
            return Some(String::new());
        }
        problems.add(key.line, format!("the service {} needs 'image'", quoted(&key.name)));
        return None;
    };
    let Some(text) = found.text() else {
        problems.add(found.line, format!("'image' is a text, and this is {}", found.what()));
        return None;
    };
    // What a person may set is checked when they have set it.
    let filled = variables::filled(text, &|_| None).unwrap_or_default();
    if filled.is_empty() {
        return Some(text.to_owned());
    }
    match image::parse(&filled) {
        Ok(image) => {
            match image::moves(&filled, &image) {
                Some(why) if from == From::Catalog => problems.add(found.line, why),
                Some(_) => flags.push(AppFlag::MovingImage { image: filled }),
                None => {}
            }
            Some(text.to_owned())
        }
        Err(why) => {
            problems.add(found.line, why);
            None
        }
    }
}

/// Where a mount is from: a path of the server, the name of a volume, or a variable for either.
fn mount_source(
    node: &Node,
    from: From,
    volumes: &[(Key, Node)],
    problems: &mut Problems,
) -> Option<String> {
    let source = match &node.kind {
        Kind::Text(text) => {
            let (source, target) = split_mount(text)?;
            if !target.starts_with('/') && !target.starts_with('$') {
                problems.add(
                    node.line,
                    format!("{} does not say where in the container", quoted(text)),
                );
            }
            source
        }
        Kind::Map(_) => {
            let kind = node.get("type").and_then(Node::text).unwrap_or("volume");
            if matches!(kind, "tmpfs" | "npipe" | "cluster") {
                return None;
            }
            node.get("source").and_then(Node::text)?
        }
        _ => {
            problems.add(
                node.line,
                format!("a mount is a text or a mapping, and this is {}", node.what()),
            );
            return None;
        }
    };
    let is_relative = source.starts_with('.') || source.starts_with('~');
    if from != From::Own && is_relative {
        let message = format!(
            "the path {} is relative to nothing; ask for a path, or use a volume",
            quoted(source)
        );
        problems.add(node.line, message);
    } else if source.split('/').any(|part| part == "..") {
        problems.add(node.line, format!("the path {} climbs out", quoted(source)));
    } else if !source.contains(['/', '$']) && !is_relative {
        if !is_name(source) {
            problems.add(node.line, format!("{} is no name of a volume", quoted(source)));
        } else if !volumes.iter().any(|(key, _)| key.name == source) {
            problems
                .add(node.line, format!("the volume {} is not under 'volumes'", quoted(source)));
        }
    }
    Some(source.to_owned())
}

/// `/srv/data:/data:ro` → `/srv/data` and `/data`; none for an anonymous volume, `/data`.
fn split_mount(text: &str) -> Option<(&str, &str)> {
    // A default within a variable may have a ':' of its own.
    let mut depth = 0_usize;
    let mut first = None;
    let mut second = text.len();
    for (at, character) in text.char_indices() {
        match character {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            ':' if depth == 0 && first.is_none() => first = Some(at),
            ':' if depth == 0 => {
                second = at;
                break;
            }
            _ => {}
        }
    }
    let first = first?;
    Some((&text[..first], &text[first + 1..second]))
}

/// Whether a path of a server belongs to its system, and not to an app.
#[must_use]
pub fn is_system_path(path: &str) -> bool {
    flag_of(path).is_some() || HARMLESS.contains(&path)
}

fn flag_of(source: &str) -> Option<AppFlag> {
    // `/etc/`, `//etc` and `/./etc` are `/etc`.
    let parts: Vec<&str> =
        source.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    let source = match source.strip_prefix('/') {
        Some(_) => &*format!("/{}", parts.join("/")),
        None => source,
    };
    let is_socket = ["docker.sock", "podman.sock", "containerd.sock"];
    if is_socket.iter().any(|name| source.ends_with(name)) {
        return Some(AppFlag::EngineSocket);
    }
    // Which time it is and who the accounts are, read by many, changes nothing.
    if HARMLESS.contains(&source) {
        return None;
    }
    let inside = |folder: &str| {
        source.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    (ABOVE_SYSTEM.contains(&source) || SYSTEM.iter().any(|folder| inside(folder)))
        .then(|| AppFlag::SystemPath { path: source.to_owned() })
}

/// Whether a port is one, as far as no variable stands in for it.
fn check_port(node: &Node) -> Result<(), String> {
    let number = |text: &str| match text.parse::<u16>() {
        Ok(1..) => Ok(()),
        _ => Err(format!("{} is not a port, 1 to 65535", quoted(text))),
    };
    let range = |text: &str| text.splitn(2, '-').try_for_each(number);
    match &node.kind {
        Kind::Int(port) => number(&port.to_string()),
        Kind::Text(text) => {
            let Some(filled) = variables::filled(text, &|_| Some("1".to_owned())) else {
                return Ok(());
            };
            let (rest, protocol) = filled.split_once('/').unwrap_or((&filled, "tcp"));
            if !matches!(protocol, "tcp" | "udp" | "sctp") {
                return Err(format!("{} is not a protocol of ports", quoted(protocol)));
            }
            let mut parts = rest.rsplitn(3, ':');
            range(parts.next().unwrap_or_default())?;
            match parts.next() {
                Some("") | None => Ok(()),
                Some(published) => range(published),
            }
        }
        Kind::Map(_) => {
            let target = node.get("target").and_then(Node::scalar);
            let target = target.ok_or("a port needs 'target', the port of the container")?;
            if target.contains('$') { Ok(()) } else { number(&target) }
        }
        _ => Err(format!("a port is a number, a text or a mapping, and this is {}", node.what())),
    }
}
