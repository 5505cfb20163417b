//! Why an image could not be pulled, and what to do: engines repeat what their libraries say, which few people
//! understand.

use super::{place::size, trouble::Trouble};
use crate::docker::{
    Engine, EngineError, SILENCE,
    registry::{HasLogin, host_of},
};

/// What an engine means by what it says of a pull.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meaning {
    Login,
    Missing,
    Later,
    Full,
    Wrong,
    BrokeOff,
    Untrusted,
    Unreachable,
    Platform,
}

/// What engines say, in small letters. The first that is found counts.
const SAID: [(&str, Meaning); 28] = [
    ("no space left on device", Meaning::Full),
    ("disk quota exceeded", Meaning::Full),
    ("toomanyrequests", Meaning::Later),
    ("too many requests", Meaning::Later),
    ("filesystem layer verification failed", Meaning::Wrong),
    ("verification failed for digest", Meaning::Wrong),
    ("manifest verification failed", Meaning::Wrong),
    ("does not match digest", Meaning::Wrong),
    ("unexpected commit digest", Meaning::Wrong),
    ("no matching manifest", Meaning::Platform),
    ("x509:", Meaning::Untrusted),
    ("http response to https client", Meaning::Untrusted),
    ("tls:", Meaning::Untrusted),
    ("no basic auth credentials", Meaning::Login),
    ("unauthorized", Meaning::Login),
    ("authentication required", Meaning::Login),
    ("incorrect username or password", Meaning::Login),
    ("access denied", Meaning::Login),
    ("denied", Meaning::Login),
    ("manifest unknown", Meaning::Missing),
    ("name unknown", Meaning::Missing),
    ("not found", Meaning::Missing),
    ("unexpected eof", Meaning::BrokeOff),
    ("connection reset", Meaning::BrokeOff),
    ("connection refused", Meaning::Unreachable),
    ("no such host", Meaning::Unreachable),
    ("timeout", Meaning::Unreachable),
    ("deadline exceeded", Meaning::Unreachable),
];

/// Why an image could not be pulled.
pub(super) async fn trouble(
    engine: &Engine,
    image: &str,
    login: HasLogin<'_>,
    error: EngineError,
) -> Trouble {
    let registry = host_of(image).unwrap_or_else(|| "the registry".to_owned());
    let said = match error {
        EngineError::Unreachable(_) | EngineError::Unknown(_) => return error.into(),
        // The server was lost sooner than that: it is the registry that says nothing.
        EngineError::Timeout => {
            let minutes = SILENCE.as_secs() / 60;
            return Trouble::Failed(format!(
                "nothing came from {registry} for {minutes} minutes; try again when it answers"
            ));
        }
        // Registries forbid with the same number as what stands before an engine.
        EngineError::ReadOnly => "denied".to_owned(),
        error => error.to_string(),
    };
    let room = engine.free_bytes().await.map(|free| format!(" ({} are free)", size(free)));
    let place = engine.info().root_dir.as_deref().unwrap_or("the engine's folder");
    let disk = format!("{place}{}", room.unwrap_or_default());
    Trouble::Failed(words(&registry, &disk, login, &said))
}

fn words(registry: &str, disk: &str, login: HasLogin<'_>, said: &str) -> String {
    let small = said.to_lowercase();
    let meaning = SAID.iter().find(|(words, _)| small.contains(words)).map(|(_, meaning)| *meaning);
    let said = said.trim_end_matches('.');
    match meaning {
        None => said.to_owned(),
        Some(Meaning::Login) => {
            let sign_in = format!("'docker login {registry}'");
            match login {
                HasLogin::Plain(_) => format!(
                    "{registry} does not take the login that the server has for it, or has no such image \
                     ({said}). Sign in there again as the account that Tomo uses, {sign_in}, and try again"
                ),
                HasLogin::Kept => format!(
                    "{registry} asks for a login, or has no such image ({said}). The server keeps its login \
                     in a credential helper, and Tomo runs none: sign in there without one, {sign_in}, and \
                     try again"
                ),
                HasLogin::No => format!(
                    "{registry} asks for a login, or has no such image ({said}). Sign in on the server as \
                     the account that Tomo uses, {sign_in}, and try again"
                ),
            }
        }
        Some(Meaning::Missing) => format!(
            "the image was not found: {registry} has none of this name, or not any more ({said}). Look \
             whether it has moved, or has another tag"
        ),
        Some(Meaning::Later) => format!(
            "{registry} lets nobody pull so much in so short a time ({said}). Try again later; those that \
             are signed in may pull more"
        ),
        Some(Meaning::Full) => format!(
            "the server's disk is full: the image does not fit into {disk} ({said}). Make room there, and \
             try again"
        ),
        Some(Meaning::Wrong) => format!(
            "{registry} sent something else than it promised, and it was thrown away ({said}). Try again; \
             where it stays so, the registry or something on the way to it is broken"
        ),
        Some(Meaning::BrokeOff) => format!(
            "{registry} broke off in the middle of it ({said}). Try again; what has come is not fetched twice"
        ),
        Some(Meaning::Untrusted) => format!(
            "the server does not trust {registry} ({said}). Where it is yours, put its CA into \
             /etc/docker/certs.d/{registry}/ca.crt there"
        ),
        Some(Meaning::Unreachable) => format!(
            "the server does not reach {registry} ({said}). See whether it runs, and try again"
        ),
        Some(Meaning::Platform) => {
            format!("the image is not built for the processor of this server ({said})")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Holds because each of these was said by an engine, and none of them says what to do.
    #[test]
    fn what_engines_say_is_understood() {
        let of = |said: &str| words("nas:5000", "/var/lib/docker", HasLogin::No, said);
        for (said, expected) in [
            (
                "Head \"http://nas:5000/v2/web/manifests/1\": no basic auth credentials",
                "docker login nas:5000",
            ),
            (
                "pull access denied for web, repository does not exist or may require 'docker login': denied",
                "docker login nas:5000",
            ),
            (
                "manifest for nas:5000/web:9 not found: manifest unknown: manifest unknown",
                "another tag",
            ),
            ("toomanyrequests: You have reached your pull rate limit.", "Try again later"),
            ("write /var/lib/docker/vfs/dir/x/big: no space left on device", "/var/lib/docker"),
            ("filesystem layer verification failed for digest sha256:00", "thrown away"),
            ("unexpected EOF", "broke off"),
            (
                "Get \"https://nas:5000/v2/\": x509: certificate signed by unknown authority",
                "certs.d/nas:5000/ca.crt",
            ),
            ("Get \"https://nas:5000/v2/\": dial tcp: lookup nas: no such host", "does not reach"),
        ] {
            let words = of(said);
            assert!(words.contains(expected), "{words}");
            assert!(words.contains(said.trim_end_matches('.')), "{words}");
        }
        assert_eq!(of("something else."), "something else");
        let kept = words("nas:5000", "", HasLogin::Kept, "unauthorized");
        assert!(kept.contains("credential helper"), "{kept}");
    }
}
