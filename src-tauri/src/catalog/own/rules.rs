//! What a pasted compose file may not have: there are no files beside it.

use super::super::{
    problem::{Problems, quoted},
    yaml::Node,
};

/// The file of variables that Tomo writes beside the compose file.
const VARIABLES: [&str; 2] = [".env", "./.env"];

/// Names what needs files that did not come along.
pub(super) fn check(tree: &Node, problems: &mut Problems, notes: &mut Problems) {
    for section in ["configs", "secrets"] {
        for (key, about) in tree.get(section).map_or(&[][..], Node::entries) {
            if let Some(file) = about.get("file") {
                let message = format!(
                    "{} names a file that does not come along; write 'content' or 'environment'",
                    quoted(&key.name)
                );
                problems.add(file.line, message);
            }
        }
    }
    for (key, service) in tree.get("services").map_or(&[][..], Node::entries) {
        let has_image = service.get("image").is_some();
        if service.get("build").is_some() && !has_image {
            let name = quoted(&key.name);
            problems.add(
                key.line,
                format!(
                    "{name} is to be built, and nothing to build it from comes along; name an image"
                ),
            );
        }
        if let Some(file) = service.get("extends").and_then(|extends| extends.get("file")) {
            problems.add(file.line, "'extends' names a file that does not come along");
        }
        for file in env_files(service) {
            let path = file.text().or_else(|| file.get("path").and_then(Node::text));
            if path.is_none_or(|path| !VARIABLES.contains(&path)) {
                problems.add(
                    file.line,
                    "'env_file' names a file that does not come along; paste it as the file of variables, and \
                     write '.env'",
                );
            }
        }
        for mount in service.get("volumes").map_or(&[][..], Node::list) {
            let source = mount.text().map(|text| text.split(':').next().unwrap_or(text));
            let source = source.or_else(|| mount.get("source").and_then(Node::text));
            if let Some(source) = source.filter(|path| path.starts_with('.')) {
                let message = format!(
                    "{} is beside the compose file on the server, in ~/tomo; what is in it does not come along",
                    quoted(source)
                );
                notes.add(mount.line, message);
            } else if let Some(source) = source.filter(|path| path.starts_with('~')) {
                let message =
                    format!("{} is of the account that Tomo signs in with", quoted(source));
                notes.add(mount.line, message);
            }
        }
    }
}

/// The files of variables that a service names.
pub(super) fn env_files(service: &Node) -> Vec<&Node> {
    match service.get("env_file") {
        Some(node) if node.list().is_empty() => vec![node],
        Some(node) => node.list().iter().collect(),
        None => Vec::new(),
    }
}
