//! What the name of an image says of where it is.

use super::{super::text, RegistryError};
use oci_spec::distribution::Reference;
use url::Url;

/// What people call Docker's own registry.
const HUB: &str = "docker.io";
/// Where it is.
const HUB_HOST: &str = "registry-1.docker.io";

/// An image in its registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Name {
    /// As people call it: `docker.io`, `nas:5000`.
    pub(super) registry: String,
    /// Its host without a port.
    pub(super) host: String,
    /// Its port, where it has one of its own.
    port: Option<u16>,
    pub(super) repository: String,
    tag: String,
}

impl Name {
    pub(super) fn of(image: &str) -> Result<Self, RegistryError> {
        let none = || RegistryError::NoName(text(image, 200));
        let reference: Reference = image.parse().map_err(|_| none())?;
        let registry = reference.registry().to_owned();
        let place = if registry == HUB { HUB_HOST } else { &registry };
        let (host, port) = match place.rsplit_once(':') {
            Some((host, port)) => (host, Some(port.parse().map_err(|_| none())?)),
            None => (place, None),
        };
        Ok(Self {
            host: host.to_owned(),
            port,
            repository: reference.repository().to_owned(),
            tag: reference.digest().or(reference.tag()).unwrap_or("latest").to_owned(),
            registry,
        })
    }

    /// The address of its manifest.
    pub(super) fn url(&self, scheme: &str) -> Result<Url, RegistryError> {
        let port = self.port.map(|port| format!(":{port}")).unwrap_or_default();
        let Self { host, repository, tag, .. } = self;
        let url = format!("{scheme}://{host}{port}/v2/{repository}/manifests/{tag}");
        Url::parse(&url).map_err(|_| RegistryError::NoName(text(&self.registry, 200)))
    }
}

/// The registry of an image as `docker login` names it; none where that is no name.
#[must_use]
pub fn host_of(image: &str) -> Option<String> {
    Some(image.parse::<Reference>().ok()?.registry().to_owned())
}

/// The name of an image without its tag and digest: `lab:5000/web` of `lab:5000/web:1`.
#[must_use]
pub fn repository_of(image: &str) -> &str {
    let name = image.split('@').next().unwrap_or(image);
    match name.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => name,
        _ => name,
    }
}

/// Whether this is a digest.
pub(in super::super) fn is_digest(text: &str) -> bool {
    let is_hex = |hex: &str, length| {
        hex.len() == length && hex.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    };
    match text.split_once(':') {
        Some(("sha256", hex)) => is_hex(hex, 64),
        Some(("sha512", hex)) => is_hex(hex, 128),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Holds because the same image has several names, and Docker's own registry is not where it says.
    #[test]
    fn names_lead_to_their_registries() {
        let url =
            |image: &str| Name::of(image).and_then(|name| name.url("https")).map(String::from);
        for (image, expected) in [
            ("nginx", "https://registry-1.docker.io/v2/library/nginx/manifests/latest"),
            ("a/b:2", "https://registry-1.docker.io/v2/a/b/manifests/2"),
            (
                "docker.io/library/nginx:1",
                "https://registry-1.docker.io/v2/library/nginx/manifests/1",
            ),
            ("ghcr.io/a/b:1.2", "https://ghcr.io/v2/a/b/manifests/1.2"),
            ("nas:5000/web", "https://nas:5000/v2/web/manifests/latest"),
        ] {
            assert_eq!(url(image).as_deref(), Ok(expected), "{image}");
        }
        for bad in ["", "a b", "nas:99999/web", "../x", "https://a/b"] {
            assert!(url(bad).is_err(), "{bad}");
        }
        assert_eq!(host_of("nginx:1").as_deref(), Some("docker.io"));
        assert_eq!(repository_of("nas:5000/web:1@sha256:00"), "nas:5000/web");
        assert_eq!(repository_of("nas:5000/web"), "nas:5000/web");
    }

    /// Holds because what is no digest must not be taken for another image.
    #[test]
    fn digests_are_known() {
        let hex = "0123456789abcdef".repeat(4);
        assert!(is_digest(&format!("sha256:{hex}")) && is_digest(&format!("sha512:{hex}{hex}")));
        for bad in [
            "",
            "sha256:",
            "sha256:00",
            &format!("md5:{hex}"),
            &format!("sha256:{}", hex.to_uppercase()),
        ] {
            assert!(!is_digest(bad), "{bad}");
        }
    }
}
