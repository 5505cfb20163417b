//! Making a compose file of another catalog one that asks: ports and folders become settings, and
//! secrets that everybody knows become ones that nobody does.

use crate::{
    catalog::{
        problem::{Problems, quoted},
        setting::{self, is_variable},
        variables,
        yaml::{Kind, Node},
    },
    domain::app::{AppSetting, AppSettingKind, PortProtocol, SecretAlphabet},
};

/// What there is nothing for where a catalog brings one file.
const LEFT_OUT: [(&str, &str); 4] = [
    ("container_name", "names of containers come from the project"),
    ("env_file", "the file did not come with the app"),
    ("profiles", "nobody would be asked which"),
    ("develop", "it is for developing the app"),
];

/// Words in the name of a variable that holds a secret.
const SECRETS: [&str; 7] =
    ["PASSWORD", "PASSWD", "SECRET", "TOKEN", "API_KEY", "APIKEY", "PASSPHRASE"];
/// Endings of such names.
const SECRET_ENDINGS: [&str; 3] = ["_PASS", "_KEY", "_PWD"];

/// Makes a tree ask, and gives what it asks for.
pub(super) fn adapt(tree: &mut Node, id: &str, notes: &mut Problems) -> Vec<AppSetting> {
    let mut settings = Vec::new();
    tree.remove("name");
    tree.remove("version");
    tree.change_texts(&mut |text| {
        for form in ["${AppID}", "$AppID"] {
            *text = text.replace(form, id);
        }
    });
    let mut known_secrets = Vec::new();
    let Some(Kind::Map(services)) = tree.get_mut("services").map(|node| &mut node.kind) else {
        return settings;
    };
    for (_, service) in services.iter_mut() {
        for (name, why) in LEFT_OUT {
            if let Some((key, _)) = service.remove(name) {
                notes.add(key.line, format!("'{name}' was left out: {why}"));
            }
        }
        for key in foreign_keys(service) {
            service.remove(&key);
        }
        if let Some(Kind::List(ports)) = service.get_mut("ports").map(|node| &mut node.kind) {
            ports.iter_mut().for_each(|port| ask_for_port(port, &mut settings));
        }
        if let Some(Kind::List(mounts)) = service.get_mut("volumes").map(|node| &mut node.kind) {
            mounts.iter_mut().for_each(|mount| ask_for_path(mount, &mut settings));
        }
        if let Some(environment) = service.get_mut("environment") {
            ask_for_secrets(environment, &mut settings, &mut known_secrets, notes);
        }
    }
    // The same word is often told to the database and to whoever signs in there, also within an address.
    tree.change_texts(&mut |text| {
        for (word, name) in &known_secrets {
            let is_whole = text == word;
            if is_whole || (word.len() >= 6 && text.contains("://") && text.contains(word.as_str()))
            {
                *text = text.replace(word.as_str(), &format!("${{{name}}}"));
            }
        }
    });
    ask_for_the_rest(tree, &mut settings);
    settings
}

/// Keys that only the other program understands.
fn foreign_keys(service: &Node) -> Vec<String> {
    let keys = service.entries().iter().map(|(key, _)| key.name.clone());
    keys.filter(|name| name.starts_with("x-")).collect()
}

/// A setting with this name that means the same, or a new one.
fn port_setting(settings: &mut Vec<AppSetting>, default: &str, protocol: PortProtocol) -> String {
    let word = if protocol == PortProtocol::Udp { "_UDP" } else { "" };
    let name = format!("PORT_{default}{word}");
    if !settings.iter().any(|setting| setting.name == name) {
        settings.push(AppSetting {
            name: name.clone(),
            kind: AppSettingKind::Port { protocol },
            label: format!("Port {default}"),
            description: None,
            default: Some(default.to_owned()),
            is_required: true,
            is_advanced: false,
        });
    }
    name
}

fn is_port(text: &str) -> bool {
    text.parse::<u16>().is_ok_and(|port| port > 0)
}

fn ask_for_port(node: &mut Node, settings: &mut Vec<AppSetting>) {
    let protocol = |word: &str| if word == "udp" { PortProtocol::Udp } else { PortProtocol::Tcp };
    match &mut node.kind {
        Kind::Text(text) => {
            let whole = text.clone();
            let (ports, word) = whole.split_once('/').unwrap_or((&whole, "tcp"));
            let parts: Vec<&str> = ports.split(':').collect();
            let (before, published, target) = match parts[..] {
                [published, target] => ("", published, target),
                [address, published, target] => (address, published, target),
                _ => return,
            };
            if is_port(published) && is_port(target) {
                let name = port_setting(settings, published, protocol(word));
                let before = if before.is_empty() { String::new() } else { format!("{before}:") };
                let ending =
                    whole.split_once('/').map_or(String::new(), |(_, word)| format!("/{word}"));
                *text = format!("{before}${{{name}}}:{target}{ending}");
            }
        }
        Kind::Map(_) => {
            let word = node.get("protocol").and_then(Node::scalar).unwrap_or_default();
            let Some(published) = node.get_mut("published") else { return };
            if let Some(port) = published.scalar().filter(|port| is_port(port)) {
                let name = port_setting(settings, &port, protocol(&word));
                published.kind = Kind::Text(format!("${{{name}}}"));
            }
        }
        _ => {}
    }
}

/// Whether a path is of the server's system, so that asking where it is would be strange.
fn is_of_the_system(path: &str) -> bool {
    ["/var/run", "/run", "/etc", "/dev", "/proc", "/sys", "/lib", "/boot"].iter().any(|folder| {
        path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }) || path == "/"
}

fn ask_for_path(node: &mut Node, settings: &mut Vec<AppSetting>) {
    let mut ask = |path: &str, inside: &str| {
        let can_be_asked = setting::check(&AppSettingKind::Path, path).is_ok();
        if !can_be_asked || path.contains('$') || is_of_the_system(path) {
            return None;
        }
        let same = |setting: &&AppSetting| {
            setting.kind == AppSettingKind::Path && setting.default.as_deref() == Some(path)
        };
        if let Some(setting) = settings.iter().find(same) {
            return Some(setting.name.clone());
        }
        let name = format!("PATH_{}", settings.len() + 1);
        settings.push(AppSetting {
            name: name.clone(),
            kind: AppSettingKind::Path,
            label: super::within(inside, 60),
            description: None,
            default: Some(path.to_owned()),
            is_required: true,
            is_advanced: false,
        });
        Some(name)
    };
    match &mut node.kind {
        Kind::Text(text) => {
            let Some((path, rest)) = text.split_once(':') else { return };
            let inside = rest.split(':').next().unwrap_or(rest);
            if let Some(name) = ask(path, inside) {
                *text = format!("${{{name}}}:{rest}");
            }
        }
        Kind::Map(_) => {
            let inside = node.get("target").and_then(Node::scalar).unwrap_or_default();
            let Some(source) = node.get_mut("source") else { return };
            if let Some(name) = source.text().and_then(|path| ask(path, &inside)) {
                source.kind = Kind::Text(format!("${{{name}}}"));
            }
        }
        _ => {}
    }
}

/// Whether a variable of this name holds a secret.
pub(in crate::catalog) fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    SECRETS.iter().any(|word| name.contains(word))
        || SECRET_ENDINGS.iter().any(|end| name.ends_with(end))
}

fn ask_for_secrets(
    environment: &mut Node,
    settings: &mut Vec<AppSetting>,
    known: &mut Vec<(String, String)>,
    notes: &mut Problems,
) {
    let mut replaced = |line: u32, variable: &str, value: &str| {
        let is_literal = !value.is_empty() && !value.contains('$') && !value.starts_with('/');
        let is_switch = matches!(value, "true" | "false" | "0" | "1" | "yes" | "no");
        if !is_secret(variable) || !is_literal || is_switch {
            return None;
        }
        let name = known.iter().find(|(word, _)| word == value).map(|(_, name)| name.clone());
        let name = name.unwrap_or_else(|| {
            let name = unused_name(settings, variable);
            settings.push(secret(&name, variable));
            known.push((value.to_owned(), name.clone()));
            notes.add(
                line,
                format!("{} had a value that everybody knows; Tomo makes one", quoted(variable)),
            );
            name
        });
        Some(format!("${{{name}}}"))
    };
    match &mut environment.kind {
        Kind::Map(entries) => {
            for (key, node) in entries {
                let value = node.scalar().and_then(|value| replaced(key.line, &key.name, &value));
                if let Some(value) = value {
                    node.kind = Kind::Text(value);
                }
            }
        }
        Kind::List(nodes) => {
            for node in nodes {
                let Kind::Text(text) = &mut node.kind else { continue };
                let Some((name, value)) = text.split_once('=') else { continue };
                if let Some(value) = replaced(node.line, name, value) {
                    *text = format!("{name}={value}");
                }
            }
        }
        _ => {}
    }
}

/// A secret of which nothing is known but its variable.
pub(in crate::catalog) fn secret(name: &str, label: &str) -> AppSetting {
    AppSetting {
        name: name.to_owned(),
        kind: AppSettingKind::Secret { length: 24, alphabet: SecretAlphabet::Letters },
        label: super::within(label, 60),
        description: None,
        default: None,
        is_required: true,
        is_advanced: true,
    }
}

/// A name for a setting that no other has.
pub(in crate::catalog) fn unused_name(settings: &[AppSetting], like: &str) -> String {
    let wanted = like.to_ascii_uppercase();
    let wanted = if is_variable(&wanted) { wanted } else { "SETTING".to_owned() };
    let is_free = |name: &str| !settings.iter().any(|setting| setting.name == name);
    if is_free(&wanted) {
        return wanted;
    }
    let numbered =
        |number: usize| format!("{}_{number}", wanted.chars().take(58).collect::<String>());
    (2..).map(numbered).find(|name| is_free(name)).unwrap_or(wanted)
}

/// Variables that nothing gives a value become settings.
fn ask_for_the_rest(tree: &Node, settings: &mut Vec<AppSetting>) {
    let mut names: Vec<variables::Variable> = Vec::new();
    let mut tree = tree.clone();
    tree.change_texts(&mut |text| names.extend(variables::used(text).unwrap_or_default()));
    for variable in names {
        let is_given = matches!(variable.name.as_str(), "TZ" | "PUID" | "PGID" | "APP_ID");
        let is_known = settings.iter().any(|setting| setting.name == variable.name);
        if is_given || is_known || !is_variable(&variable.name) {
            continue;
        }
        if is_secret(&variable.name) && variable.default.is_none() {
            settings.push(secret(&variable.name, &variable.name));
            continue;
        }
        let default = variable.default.filter(|default| !default.contains('$'));
        settings.push(AppSetting {
            label: super::within(&variable.name, 60),
            kind: AppSettingKind::Text { pattern: None, max: 2_000 },
            description: None,
            is_required: default.is_none(),
            is_advanced: default.is_some(),
            default,
            name: variable.name,
        });
    }
}
