//! Secrets that stand in a compose file: each becomes a variable, and its value is kept elsewhere.

use super::{
    super::{
        imported::adapt::is_secret as is_secret_of_catalogs,
        problem::quoted,
        variables,
        yaml::{Kind, Node},
    },
    rewriting::Edit,
    settings::Asking,
};

/// Keys of a service whose texts say nothing secret.
pub(super) const PLAIN: [&str; 8] = [
    "image",
    "ports",
    "volumes",
    "networks",
    "container_name",
    "depends_on",
    "restart",
    "environment",
];
/// A word that is shorter stands in too many texts that are not about it.
const SHORT: usize = 8;

/// Whether a variable of this name holds a secret.
pub(super) fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    let is_file = ["_FILE", "_PATH", "_DIR"].iter().any(|end| name.ends_with(end));
    let is_word = matches!(name.as_str(), "KEY" | "PASS" | "PWD" | "PW") || name.ends_with("_PW");
    !is_file && (is_secret_of_catalogs(&name) || is_word || name.contains("SECRET"))
}

/// Takes the secrets out of a tree, and says what changed where.
pub(super) fn take(tree: &mut Node, asking: &mut Asking<'_>) -> Vec<Edit> {
    let mut edits = Vec::new();
    // What the values of secrets are made of is secret, whatever it is called.
    each_environment(tree, &mut |_, name, value| {
        if is_secret(name)
            && let Some(variable) = value.scalar().and_then(|value| variables::only(&value))
        {
            asking.is_secret(&variable);
        }
        None
    });
    name_secrets(tree, asking);
    change_texts(tree, &mut |line, text| {
        let (without, taken) = {
            let is_meant = |name: &str| asking.holds_secret(name);
            variables::without_defaults(text, &is_meant)
        };
        for (name, default) in taken {
            asking.default_secret(&name, &default);
        }
        if without != *text {
            edits.push(Edit { line, old: text.clone(), new: without.clone() });
            *text = without;
        }
    });
    let mut found: Vec<(String, String)> = Vec::new();
    each_environment(tree, &mut |line, name, value| {
        let written = value.scalar()?;
        let literal = literal(&written)?;
        let is_meant = is_secret(name) && !is_switch(&literal) && !literal.starts_with('/');
        if !is_meant {
            return None;
        }
        let known = found.iter().find(|(word, _)| *word == literal).map(|(_, name)| name.clone());
        let variable = known.unwrap_or_else(|| {
            let variable = asking.literal_secret(name, &literal);
            found.push((literal.clone(), variable.clone()));
            let message = format!("the value of {} is kept as a secret", quoted(name));
            asking.notes.add(line, message);
            variable
        });
        let new = format!("${{{variable}}}");
        edits.push(Edit { line, old: written, new: new.clone() });
        Some(new)
    });
    replace_known(tree, &found, &mut edits);
    // Addresses with a password that stands nowhere else.
    each_environment(tree, &mut |line, name, value| {
        let written = value.scalar()?;
        let literal = literal(&written).filter(|literal| has_password(literal))?;
        let variable = asking.literal_secret(name, &literal);
        asking
            .notes
            .add(line, format!("{} has a password in it, and is kept as a secret", quoted(name)));
        let new = format!("${{{variable}}}");
        edits.push(Edit { line, old: written, new: new.clone() });
        Some(new)
    });
    edits
}

/// Variables whose default is an address with a password in it, and those that compose makes secrets of, hold
/// secrets, whatever they are called.
fn name_secrets(tree: &mut Node, asking: &mut Asking<'_>) {
    change_texts(tree, &mut |_, text| {
        for used in variables::used(text).unwrap_or_default() {
            // One that is made of other variables has their values, which are kept by themselves.
            let default = used.default.as_deref().and_then(literal);
            if default.is_some_and(|default| has_password(&default)) {
                asking.is_secret(&used.name);
            }
        }
    });
    for (_, secret) in tree.get("secrets").map_or(&[][..], Node::entries) {
        if let Some(name) = secret.get("environment").and_then(Node::text) {
            asking.is_secret(name);
        }
    }
}

/// Whether a value has one of these words in it, as a password is found in an address or in a text.
pub(super) fn tells(value: &str, words: &[&str]) -> bool {
    has_password(value) || words.iter().any(|word| is_within(value, word))
}

/// Whether a word that is a secret stands in a text, and not another that is like it by chance.
fn is_within(text: &str, word: &str) -> bool {
    let is_in_address = word.len() >= 4
        && text.contains("://")
        && [format!(":{word}@"), format!("={word}")].iter().any(|it| text.contains(it));
    is_in_address || (word.len() >= SHORT && text.contains(word))
}

/// A value that is not made of variables.
fn literal(text: &str) -> Option<String> {
    let is_plain = variables::used(text).is_ok_and(|used| used.is_empty());
    let value = if is_plain { variables::filled(text, &|_| None) } else { None };
    value.filter(|value| !value.is_empty())
}

fn is_switch(value: &str) -> bool {
    matches!(value, "true" | "false" | "0" | "1" | "yes" | "no")
}

/// `postgres://someone:password@host`
fn has_password(value: &str) -> bool {
    value.split_once("://").is_some_and(|(_, rest)| {
        let host = rest.split('/').next().unwrap_or(rest);
        host.rsplit_once('@')
            .and_then(|(user, _)| user.split_once(':'))
            .is_some_and(|(_, password)| !password.is_empty())
    })
}

/// Gives each variable of each environment its chance to become another text: those of services, and of what is
/// written once for several of them (`x-…`).
fn each_environment(tree: &mut Node, change: &mut dyn FnMut(u32, &str, &Node) -> Option<String>) {
    let Kind::Map(root) = &mut tree.kind else { return };
    for (key, node) in root {
        if key.name.starts_with("x-") {
            in_shared(node, change);
        } else if key.name == "services"
            && let Kind::Map(services) = &mut node.kind
        {
            for (_, service) in services {
                if let Some(environment) = service.get_mut("environment") {
                    in_environment(environment, change);
                }
            }
        }
    }
}

fn in_shared(node: &mut Node, change: &mut dyn FnMut(u32, &str, &Node) -> Option<String>) {
    in_environment(node, change);
    match &mut node.kind {
        Kind::Map(entries) => entries.iter_mut().for_each(|(_, node)| in_shared(node, change)),
        Kind::List(nodes) => nodes.iter_mut().for_each(|node| in_shared(node, change)),
        _ => {}
    }
}

fn in_environment(
    environment: &mut Node,
    change: &mut dyn FnMut(u32, &str, &Node) -> Option<String>,
) {
    match &mut environment.kind {
        Kind::Map(entries) => {
            for (key, node) in entries {
                if let Some(text) = change(node.line, &key.name, node) {
                    node.kind = Kind::Text(text);
                }
            }
        }
        Kind::List(nodes) => {
            for node in nodes {
                let Kind::Text(text) = &mut node.kind else { continue };
                let Some((name, value)) = text.split_once('=') else { continue };
                let value = Node { line: node.line, kind: Kind::Text(value.to_owned()) };
                if let Some(value) = change(node.line, name, &value) {
                    *text = format!("{name}={value}");
                }
            }
        }
        _ => {}
    }
}

/// Every text of the tree, with its line.
fn change_texts(node: &mut Node, change: &mut dyn FnMut(u32, &mut String)) {
    let line = node.line;
    match &mut node.kind {
        Kind::Text(text) => change(line, text),
        Kind::List(nodes) => nodes.iter_mut().for_each(|node| change_texts(node, change)),
        Kind::Map(entries) => {
            entries.iter_mut().for_each(|(_, node)| change_texts(node, change));
        }
        Kind::Null | Kind::Bool(_) | Kind::Int(_) | Kind::Float(_) => {}
    }
}

/// The same word is often told to the database and to whoever signs in there: within an address, or in a command.
fn replace_known(tree: &mut Node, found: &[(String, String)], edits: &mut Vec<Edit>) {
    let mut replace = |line: u32, text: &mut String| {
        for (word, name) in found {
            if is_within(text, word) {
                let new = text.replace(word.as_str(), &format!("${{{name}}}"));
                edits.push(Edit { line, old: text.clone(), new: new.clone() });
                *text = new;
            }
        }
    };
    if let Some(Kind::Map(configs)) = tree.get_mut("configs").map(|node| &mut node.kind) {
        let contents = configs.iter_mut().filter_map(|(_, config)| config.get_mut("content"));
        contents.for_each(|content| change_texts(content, &mut replace));
    }
    let Some(Kind::Map(services)) = tree.get_mut("services").map(|node| &mut node.kind) else {
        return;
    };
    for (_, service) in services.iter_mut() {
        let Kind::Map(entries) = &mut service.kind else { continue };
        for (key, node) in entries {
            if key.name == "environment" || !PLAIN.contains(&key.name.as_str()) {
                change_texts(node, &mut replace);
            }
        }
    }
}
