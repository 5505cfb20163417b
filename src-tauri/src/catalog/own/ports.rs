//! Ports of the server that a compose file names: each becomes a variable, so that another one can be taken
//! where it is taken.

use super::{
    super::{
        variables,
        yaml::{Kind, Node},
    },
    rewriting::Edit,
    settings::Asking,
};
use crate::domain::app::{AppWeb, PortProtocol};

/// Ports of well-known services that no browser opens.
const NO_PAGES: [u16; 18] = [
    21, 22, 23, 25, 53, 143, 389, 465, 587, 993, 1_883, 3_306, 5_432, 5_672, 6_379, 8_883, 11_211,
    27_017,
];

/// Whether a browser asks this port of a container over TLS, as its number says; nothing where none opens it.
#[must_use]
pub fn speaks_https(inside: u16) -> Option<bool> {
    (!NO_PAGES.contains(&inside)).then_some(matches!(inside, 443 | 8_443 | 9_443))
}

/// Makes a tree ask for its ports, and says what changed where.
pub(super) fn ask(tree: &mut Node, asking: &mut Asking<'_>) -> Vec<Edit> {
    let mut edits = Vec::new();
    let Some(Kind::Map(services)) = tree.get_mut("services").map(|node| &mut node.kind) else {
        return edits;
    };
    for (key, service) in services.iter_mut() {
        let Some(Kind::List(ports)) = service.get_mut("ports").map(|node| &mut node.kind) else {
            continue;
        };
        let mut is_first = true;
        for port in ports {
            ask_for(port, &key.name, &mut is_first, asking, &mut edits);
        }
    }
    edits
}

fn ask_for(
    node: &mut Node,
    service: &str,
    is_first: &mut bool,
    asking: &mut Asking<'_>,
    edits: &mut Vec<Edit>,
) {
    let line = node.line;
    match &mut node.kind {
        Kind::Text(text) => {
            let whole = text.clone();
            let (ports, word) = whole.split_once('/').unwrap_or((&whole, "tcp"));
            // The last two are what matters: an address before them may have colons of its own.
            let Some((before, target)) = ports.rsplit_once(':') else { return };
            let (address, published) = match before.rsplit_once(':') {
                Some((address, published)) if !published.contains('}') => {
                    (Some(address), published)
                }
                _ => (None, before),
            };
            if let Some(name) = named(published, target, word, service, is_first, asking) {
                let address = address.map(|it| format!("{it}:")).unwrap_or_default();
                let ending = whole.split_once('/').map(|(_, it)| format!("/{it}"));
                let new = format!("{address}${{{name}}}:{target}{}", ending.unwrap_or_default());
                edits.push(Edit { line, old: whole.clone(), new: new.clone() });
                *text = new;
            }
        }
        Kind::Map(_) => {
            let word = node.get("protocol").and_then(Node::scalar);
            let word = word.unwrap_or_else(|| "tcp".to_owned());
            let target = node.get("target").and_then(Node::scalar).unwrap_or_default();
            let Some(published) = node.get_mut("published") else { return };
            let Some(port) = published.scalar() else { return };
            if let Some(name) = named(&port, &target, &word, service, is_first, asking) {
                let new = format!("${{{name}}}");
                edits.push(Edit { line: published.line, old: port, new: new.clone() });
                published.kind = Kind::Text(new);
            }
        }
        _ => {}
    }
}

/// The variable that a published port becomes; none where it is one already, or is no single port.
fn named(
    published: &str,
    target: &str,
    word: &str,
    service: &str,
    is_first: &mut bool,
    asking: &mut Asking<'_>,
) -> Option<String> {
    let protocol = match word {
        "tcp" => PortProtocol::Tcp,
        "udp" => PortProtocol::Udp,
        _ => return None,
    };
    let inside: u16 = target.parse().ok()?;
    let (name, is_new) = match variables::only(published) {
        Some(name) => {
            asking.is_port(&name, protocol);
            (name, false)
        }
        None => {
            published.parse::<u16>().ok().filter(|port| *port > 0)?;
            let like = if *is_first {
                format!("{service}_PORT")
            } else {
                format!("{service}_PORT_{inside}")
            };
            (asking.port(&like, published, protocol), true)
        }
    };
    *is_first = false;
    if asking.web.is_none()
        && protocol == PortProtocol::Tcp
        && let Some(is_https) = speaks_https(inside)
    {
        asking.web = Some(AppWeb { port: name.clone(), path: "/".to_owned(), is_https });
    }
    is_new.then_some(name)
}
