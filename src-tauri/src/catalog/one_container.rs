//! An app of one container, made into a compose file with settings.

use super::{
    fields::Fields,
    problem::Problems,
    setting::{self, is_variable},
    yaml::{Key, Kind, Node},
};
use crate::domain::app::{AppSetting, AppSettingKind, AppWeb, PortProtocol};

/// The one service of such an app.
const SERVICE: &str = "app";
/// Powers that such an app may ask for.
const CAPABILITIES: [&str; 6] =
    ["CHOWN", "NET_ADMIN", "NET_BIND_SERVICE", "NET_RAW", "SETGID", "SETUID"];

/// What comes out.
pub(super) struct Made {
    pub compose: Node,
    pub settings: Vec<AppSetting>,
    pub web: Option<AppWeb>,
}

pub(super) fn read(node: &Node, problems: &mut Problems) -> Option<Made> {
    let mut fields = Fields::new(node, "'docker'", problems)?;
    let image = fields.needed("image");
    let ports = fields.list("ports", 50);
    let volumes = fields.list("volumes", 50);
    let environment = fields.list("environment", 100);
    let capabilities = fields.list("capabilities", CAPABILITIES.len());
    let networks = fields.list("networks", 10);
    if let Some(true) = fields.truth("privileged") {
        fields.wrong(node, "'privileged' may only be false here");
    }
    let policies = ["no", "always", "on-failure", "unless-stopped"].map(|policy| (policy, policy));
    let restart = fields.one_of("restart", &policies).unwrap_or("unless-stopped");
    fields.end();
    for capability in capabilities {
        let known = capability.text().is_some_and(|name| CAPABILITIES.contains(&name));
        if !known {
            problems.add(
                capability.line,
                format!("a capability is one of {}", CAPABILITIES.join(", ")),
            );
        }
    }

    let mut settings = Vec::new();
    let mut web = None;
    let mut service = vec![entry("image", image?.clone()), entry("restart", text(restart))];
    let ports: Vec<Node> =
        ports.iter().filter_map(|node| port(node, &mut settings, &mut web, problems)).collect();
    push(&mut service, "ports", ports);
    let mut named = Vec::new();
    let volumes: Vec<Node> = volumes
        .iter()
        .filter_map(|node| volume(node, &mut settings, &mut named, problems))
        .collect();
    push(&mut service, "volumes", volumes);
    let environment: Vec<(Key, Node)> =
        environment.iter().filter_map(|node| variable(node, &mut settings, problems)).collect();
    if !environment.is_empty() {
        service.push(entry("environment", Node::of(Kind::Map(environment))));
    }
    push(&mut service, "cap_add", capabilities.to_vec());
    push(&mut service, "networks", networks.to_vec());

    let service = Node { line: node.line, kind: Kind::Map(service) };
    let mut root = vec![entry("services", Node::of(Kind::Map(vec![entry(SERVICE, service)])))];
    let empty = |names: &[String]| {
        Node::of(Kind::Map(names.iter().map(|name| entry(name, Node::of(Kind::Null))).collect()))
    };
    if !named.is_empty() {
        root.push(entry("volumes", empty(&named)));
    }
    let networks: Vec<String> = networks.iter().filter_map(Node::scalar).collect();
    if !networks.is_empty() {
        root.push(entry("networks", empty(&networks)));
    }
    Some(Made { compose: Node::of(Kind::Map(root)), settings, web })
}

pub(super) fn entry(name: &str, node: Node) -> (Key, Node) {
    (Key { line: node.line, name: name.to_owned() }, node)
}

pub(super) fn text(text: &str) -> Node {
    Node::of(Kind::Text(text.to_owned()))
}

fn push(service: &mut Vec<(Key, Node)>, name: &str, nodes: Vec<Node>) {
    if !nodes.is_empty() {
        service.push(entry(name, Node::of(Kind::List(nodes))));
    }
}

fn port(
    node: &Node,
    settings: &mut Vec<AppSetting>,
    web: &mut Option<AppWeb>,
    problems: &mut Problems,
) -> Option<Node> {
    let mut fields = Fields::new(node, "a port", problems)?;
    fields.needed("container");
    let inside = fields.number("container", 1..=65_535);
    let outside = fields.number("host", 1..=65_535);
    let protocols = [("tcp", PortProtocol::Tcp), ("udp", PortProtocol::Udp)];
    let protocol = fields.one_of("protocol", &protocols).unwrap_or(PortProtocol::Tcp);
    let label = fields.line_of("description", 1..=200);
    fields.end();
    let inside = inside?;
    let (ending, word) = match protocol {
        PortProtocol::Tcp => ("", ""),
        PortProtocol::Udp => ("/udp", "_UDP"),
    };
    let name = format!("PORT_{inside}{word}");
    if web.is_none() && protocol == PortProtocol::Tcp {
        *web = Some(AppWeb { port: name.clone(), path: "/".to_owned(), is_https: inside == 443 });
    }
    let written = text(&format!("${{{name}}}:{inside}{ending}"));
    settings.push(AppSetting {
        label: short(label.as_deref().unwrap_or("Port")),
        kind: AppSettingKind::Port { protocol },
        description: None,
        default: outside.or(Some(inside)).map(|port| port.to_string()),
        is_required: true,
        is_advanced: false,
        name,
    });
    Some(Node { line: node.line, ..written })
}

fn volume(
    node: &Node,
    settings: &mut Vec<AppSetting>,
    named: &mut Vec<String>,
    problems: &mut Problems,
) -> Option<Node> {
    let mut fields = Fields::new(node, "a volume", problems)?;
    let inside = fields.needed_line("container", 1..=500);
    let host = fields.needed_line("host", 1..=500);
    let label = fields.line_of("description", 1..=200);
    let is_read_only = fields.one_of("mode", &[("rw", false), ("ro", true)]).unwrap_or(false);
    fields.end();
    let (inside, host) = (inside?, host?);
    let ending = if is_read_only { ":ro" } else { "" };
    let source = if host.starts_with('/') {
        let name = format!("PATH_{}", settings.len() + 1);
        if let Err(why) = setting::check(&AppSettingKind::Path, &host) {
            problems.add(node.line, why);
            return None;
        }
        settings.push(AppSetting {
            label: short(label.as_deref().unwrap_or(&inside)),
            kind: AppSettingKind::Path,
            description: Some(format!("Where {inside} is kept.")),
            default: Some(host),
            is_required: true,
            is_advanced: false,
            name: name.clone(),
        });
        format!("${{{name}}}")
    } else {
        if !named.contains(&host) {
            named.push(host.clone());
        }
        host
    };
    Some(Node { line: node.line, ..text(&format!("{source}:{inside}{ending}")) })
}

fn variable(
    node: &Node,
    settings: &mut Vec<AppSetting>,
    problems: &mut Problems,
) -> Option<(Key, Node)> {
    let mut fields = Fields::new(node, "a variable", problems)?;
    let name = fields.needed_line("name", 1..=100);
    let is_required = fields.truth("required").unwrap_or(false);
    let description = fields.line_of("description", 1..=200);
    let value = fields.node("value");
    let kind = if node.get("type").is_some() {
        setting::kind(&mut fields)?
    } else {
        AppSettingKind::Text { pattern: None, max: 2_000 }
    };
    fields.end();
    let name = name?;
    let of = if is_variable(&name) { name.clone() } else { format!("ENV_{}", settings.len() + 1) };
    let is_secret = matches!(kind, AppSettingKind::Secret { .. });
    if let Some(value) = value.filter(|_| is_secret) {
        problems.add(value.line, "a secret has no value: it would be everybody's");
    }
    let default = value.and_then(Node::scalar);
    if let Some(Err(why)) = default.as_deref().map(|value| setting::check(&kind, value)) {
        problems.add(node.line, why);
    }
    let has_default = default.as_deref().is_some_and(|value| !value.is_empty());
    settings.push(AppSetting {
        name: of.clone(),
        kind,
        label: short(&name),
        description,
        default,
        is_required: is_required || is_secret,
        is_advanced: !is_required && has_default,
    });
    Some(entry(&name, Node { line: node.line, ..text(&format!("${{{of}}}")) }))
}

/// A label is no longer than sixty characters.
fn short(text: &str) -> String {
    text.trim_end_matches('.').chars().take(60).collect()
}
