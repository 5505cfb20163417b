//! A compose file whose images are named by their digests as well, so that it means tomorrow what it means
//! today.

use super::{
    variables,
    yaml::{self, Node},
};
use std::collections::BTreeMap;

/// Puts its digest behind the name of each image, where one is known; `values` fills in variables. Everything
/// else stays as it is written. An image that cannot be found again on its line stays as well.
#[must_use]
pub fn pin(
    compose: &str,
    values: &BTreeMap<String, String>,
    digests: &BTreeMap<String, String>,
) -> String {
    let Ok(tree) = yaml::read(compose) else { return compose.to_owned() };
    let mut lines: Vec<String> = compose.lines().map(str::to_owned).collect();
    for (_, service) in tree.get("services").map_or(&[][..], Node::entries) {
        let Some(image) = service.get("image") else { continue };
        let Some(written) = image.text().filter(|name| !name.contains('@')) else { continue };
        let meant = variables::filled(written, &|name| values.get(name).cloned());
        let digest = meant.as_ref().and_then(|meant| digests.get(meant));
        let line = (image.line as usize).checked_sub(1).and_then(|at| lines.get_mut(at));
        if let (Some(digest), Some(line)) = (digest, line) {
            *line = line.replacen(written, &format!("{written}@{digest}"), 1);
        }
    }
    let mut pinned = lines.join("\n");
    pinned.push('\n');
    pinned
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Holds because a tag may stand for something else tomorrow, and whoever wrote the file wants to know it
    /// again.
    #[test]
    fn images_get_their_digests_and_nothing_else_changes() {
        let compose = "services:\n  web: # the page\n    image: \"web:${V}\" # pinned\n  db:\n    \
            image: db:1\n  own:\n    image: own:1@sha256:1\n";
        let values = [("V".to_owned(), "2".to_owned())].into();
        let digests =
            [("web:2".to_owned(), "sha256:a".to_owned()), ("x".into(), "y".into())].into();
        let expected = "services:\n  web: # the page\n    image: \"web:${V}@sha256:a\" # pinned\n  db:\n    \
            image: db:1\n  own:\n    image: own:1@sha256:1\n";
        assert_eq!(pin(compose, &values, &digests), expected);
        assert_eq!(pin("[", &values, &digests), "[");
    }
}
