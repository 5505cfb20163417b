//! The logins that the account of the server has stored for registries: what `docker login` writes into
//! `~/.docker/config.json`. They are held in memory as long as something is asked, and stored nowhere.

use super::super::{Engine, text};
use crate::ssh::Limits;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use std::{collections::HashMap, time::Duration};
use zeroize::Zeroizing;

/// Prints the file, as far as there is one.
const READ: &str = r#"
file="${DOCKER_CONFIG:-$HOME/.docker}/config.json"
[ -r "$file" ] && exec head -c 524288 -- "$file"
exit 0
"#;
const LIMITS: Limits = Limits { time: Duration::from_secs(15), bytes: 512 << 10 };
/// What people call Docker's own registry, and how its login is filed.
const HUB: &str = "docker.io";
const HUB_FILED: &str = "index.docker.io";
/// The user of a login that is a token.
const TOKEN_USER: &str = "<token>";

/// A login.
#[derive(Clone, Debug)]
pub struct Login {
    /// The user.
    pub user: String,
    /// The password, or the token.
    pub secret: SecretString,
    /// Whether it is a token that others are fetched with, and no password.
    pub is_identity: bool,
}

/// What is known of the login for a registry.
#[derive(Clone, Copy, Debug)]
pub enum HasLogin<'a> {
    /// It is this.
    Plain(&'a Login),
    /// A program keeps it, which Tomo does not run.
    Kept,
    /// There is none.
    No,
}

/// All logins of an account.
#[derive(Clone, Debug, Default)]
pub struct Logins {
    plain: HashMap<String, Login>,
    /// Registries whose logins a program keeps.
    kept: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct File {
    auths: HashMap<String, Filed>,
    #[serde(rename = "credsStore")]
    store: Option<String>,
    #[serde(rename = "credHelpers")]
    helpers: HashMap<String, String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Filed {
    auth: Option<SecretString>,
    #[serde(rename = "identitytoken")]
    identity: Option<SecretString>,
}

impl Engine {
    /// The logins of the account that this engine is used by; none where they cannot be read.
    pub async fn logins(&self) -> Logins {
        match self.host().run(&["sh", "-c", READ], &[], LIMITS).await {
            Ok(output) => Logins::read(&Zeroizing::new(output.stdout)),
            Err(_) => Logins::default(),
        }
    }
}

impl Logins {
    fn read(said: &[u8]) -> Self {
        let file: File = serde_json::from_slice(said).unwrap_or_default();
        let mut logins = Self::default();
        for (place, filed) in file.auths {
            let registry = registry_of(&place);
            match login(&filed) {
                Some(login) => {
                    logins.plain.insert(registry, login);
                }
                // What is kept elsewhere stands here without its secret.
                None if file.store.is_some() => logins.kept.push(registry),
                None => {}
            }
        }
        logins.kept.extend(file.helpers.keys().map(|place| registry_of(place)));
        logins
    }

    /// The login for a registry.
    #[must_use]
    pub fn of_image(&self, image: &str) -> HasLogin<'_> {
        super::host_of(image).map_or(HasLogin::No, |registry| self.of(&registry))
    }

    pub(super) fn of(&self, registry: &str) -> HasLogin<'_> {
        match self.plain.get(registry) {
            // A helper of its own comes before what is filed.
            _ if self.kept.iter().any(|kept| kept == registry) => HasLogin::Kept,
            Some(login) => HasLogin::Plain(login),
            None => HasLogin::No,
        }
    }
}

/// The registry that a login is filed under: a host, or an address with one in it.
fn registry_of(place: &str) -> String {
    let bare = place.strip_prefix("https://").or_else(|| place.strip_prefix("http://"));
    let bare = bare.unwrap_or(place);
    let host = bare.split('/').next().unwrap_or(bare);
    if host == HUB_FILED { HUB.to_owned() } else { host.to_owned() }
}

fn login(filed: &Filed) -> Option<Login> {
    let token = |secret| Login { user: TOKEN_USER.to_owned(), secret, is_identity: true };
    let identity = filed.identity.as_ref().filter(|token| !token.expose_secret().is_empty());
    if let Some(identity) = identity {
        return Some(token(identity.clone()));
    }
    let filed = filed.auth.as_ref()?.expose_secret().trim();
    let decoded = Zeroizing::new(BASE64_STANDARD.decode(filed).ok()?);
    let (user, password) = std::str::from_utf8(&decoded).ok()?.split_once(':')?;
    let password = password.trim_end_matches('\0');
    if user.is_empty() || password.is_empty() {
        return None;
    }
    let secret = SecretString::from(password);
    if user == TOKEN_USER {
        return Some(token(secret));
    }
    Some(Login { user: text(user, 256), secret, is_identity: false })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Holds because the same registry is filed under several names, and what another program keeps is not
    /// here.
    #[test]
    fn logins_are_found_where_docker_files_them() {
        let pair = BASE64_STANDARD.encode("ann:pass:word");
        let file = format!(
            r#"{{"auths": {{"https://index.docker.io/v1/": {{"auth": "{pair}"}}, "nas:5000": {{"auth": "{pair}"}},
                "http://old.example/v2/": {{"auth": "{pair}"}}, "empty.example": {{}},
                "acr.example": {{"auth": "{pair}", "identitytoken": "token"}}, "bad.example": {{"auth": "%"}}}},
                "credsStore": "desktop", "credHelpers": {{"gcr.example": "gcloud"}}, "psFormat": 7}}"#
        );
        let logins = Logins::read(file.as_bytes());
        for registry in ["docker.io", "nas:5000", "old.example"] {
            let HasLogin::Plain(login) = logins.of(registry) else { panic!("{registry}") };
            assert_eq!((login.user.as_str(), login.secret.expose_secret()), ("ann", "pass:word"));
            assert!(!login.is_identity);
        }
        let HasLogin::Plain(login) = logins.of("acr.example") else { panic!("a token") };
        assert!(login.is_identity && login.secret.expose_secret() == "token");
        assert!(matches!(logins.of("empty.example"), HasLogin::Kept));
        assert!(matches!(logins.of("gcr.example"), HasLogin::Kept));
        assert!(matches!(logins.of("ghcr.io"), HasLogin::No));
        assert!(matches!(logins.of_image("nginx:1"), HasLogin::Plain(_)));
        assert!(!format!("{logins:?}").contains("pass:word"));
        for nothing in ["", "[]", "{\"auths\": 7}", "\0\0"] {
            assert!(matches!(Logins::read(nothing.as_bytes()).of("docker.io"), HasLogin::No));
        }
    }
}
