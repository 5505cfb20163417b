//! What an image is called, and whether that name stays with one version.

use super::problem::quoted;
use oci_spec::distribution::Reference;

/// Tags that stand for another image tomorrow.
const MOVING: [&str; 10] = [
    "latest", "dev", "develop", "nightly", "edge", "main", "master", "beta", "unstable", "testing",
];

/// Reads the name of an image.
///
/// # Errors
/// What is wrong with it.
pub(super) fn parse(text: &str) -> Result<Reference, String> {
    text.parse().map_err(|_| format!("{} is not the name of an image", quoted(text)))
}

/// Why a name may stand for another version tomorrow; none if it does not.
pub(super) fn moves(text: &str, image: &Reference) -> Option<String> {
    if image.digest().is_some() {
        return None;
    }
    let last = text.rsplit('/').next().unwrap_or(text);
    if !last.contains(':') {
        return Some(format!("{} has no tag; name a version or a digest", quoted(text)));
    }
    let tag = image.tag().unwrap_or_default();
    MOVING
        .contains(&tag)
        .then(|| format!("the tag {} moves; name a version or a digest", quoted(tag)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Holds because what is installed today must be what is installed again tomorrow.
    #[test]
    fn names_that_move_are_known() {
        let moves = |text: &str| moves(text, &parse(text).expect("a name")).is_some();
        assert!(moves("nginx") && moves("nginx:latest") && moves("ghcr.io/a/b:nightly"));
        assert!(moves("localhost:5000/nginx"));
        assert!(!moves("nginx:1.27") && !moves("localhost:5000/nginx:1.27"));
        let digest = "0123456789abcdef".repeat(4);
        assert!(!moves(&format!("nginx:latest@sha256:{digest}")));
        assert!(
            parse("nginx; rm -rf /").is_err() && parse("").is_err() && parse("a/UPPER").is_err()
        );
    }
}
