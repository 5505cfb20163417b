//! Changing single values of a file that somebody wrote, and leaving the rest of it as it is written: order,
//! comments, quotes.

use super::super::yaml::{self, Key, Kind, Node};

/// A value that changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Edit {
    pub line: u32,
    pub old: String,
    pub new: String,
}

/// The text with these changes, and whether it could be kept. It has to mean the same as the tree: where it does
/// not, the tree is written down anew.
pub(super) fn rewrite(text: &str, edits: &[Edit], tree: &Node) -> (String, bool) {
    if edits.is_empty() {
        return (text.to_owned(), true);
    }
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for edit in edits {
        let line = (edit.line as usize).checked_sub(1).and_then(|at| lines.get_mut(at));
        // The value stands behind its name, which may be the same word.
        if let Some(line) = line
            && let Some(at) = line.rfind(&edit.old)
        {
            line.replace_range(at..at + edit.old.len(), &edit.new);
        }
    }
    let mut changed = lines.join("\n");
    changed.push('\n');
    match yaml::read(&changed) {
        Ok(read) if plain(&read) == plain(tree) && !is_left(&changed, edits) => (changed, true),
        _ => (yaml::write(tree), false),
    }
}

/// Whether something that was to be replaced still stands somewhere, in a comment for example.
fn is_left(text: &str, edits: &[Edit]) -> bool {
    edits.iter().any(|edit| {
        // A port stands in other numbers; nobody minds that.
        edit.old.len() >= 8 && !edit.new.contains(&edit.old) && text.contains(&edit.old)
    })
}

/// A tree without its lines.
fn plain(node: &Node) -> Node {
    let kind = match &node.kind {
        Kind::List(nodes) => Kind::List(nodes.iter().map(plain).collect()),
        Kind::Map(entries) => Kind::Map(
            entries
                .iter()
                .map(|(key, node)| (Key { line: 0, name: key.name.clone() }, plain(node)))
                .collect(),
        ),
        Kind::Int(number) => Kind::Text(number.to_string()),
        kind => kind.clone(),
    };
    Node::of(kind)
}
