//! Registries: which digest the name of an image stands for now.
//!
//! Owns the questions to registries, the logins that the account has stored for them, and whom is trusted. It
//! asks by `HEAD`, which is no pull; it refuses to fetch a manifest, to run a credential helper, and to hand a
//! token to anybody but the one that it is for.

mod challenge;
mod http;
mod login;
mod name;
mod trust;

pub use login::{HasLogin, Login, Logins};
pub(super) use name::is_digest;
pub use name::{host_of, repository_of};

use super::client::Engine;
use challenge::Challenge;
use http::{Answer, Question, Way};
use hyper::{
    Method, StatusCode,
    header::{self, HeaderMap, HeaderValue},
};
use name::Name;
use secrecy::ExposeSecret;
use std::time::Duration;
use trust::{Insecure, Tls};
use url::Url;
use zeroize::Zeroizing;

/// How long a registry may take for all of it.
const WHOLE: Duration = Duration::from_secs(30);
/// Questions until the answer: one, a token, the same again, and a few addresses further.
const QUESTIONS: usize = 8;
/// The longest answer with a token in it, bytes.
const TOKEN: usize = 256 << 10;
/// Where a digest stands.
const DIGEST: &str = "docker-content-digest";

/// Why a registry did not say which digest a name stands for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RegistryError {
    /// It is no name.
    #[error("'{0}' is no name of an image")]
    NoName(String),
    /// It answers only to those that it knows.
    #[error("{0} asks for a login, or has no such image")]
    NeedsLogin(String),
    /// The login that is stored is not taken.
    #[error("{0} does not take the login that is stored on the server, or has no such image")]
    LoginRefused(String),
    /// Its login is where Tomo does not look.
    #[error("{0} asks for a login, which a credential helper keeps")]
    LoginKept(String),
    /// It has nothing of that name.
    #[error("{0} has no such image, or not any more")]
    NotThere(String),
    /// It wants to be left alone.
    #[error("{registry} asks to come back later")]
    Later {
        /// Which.
        registry: String,
        /// When, as far as it says.
        after: Option<Duration>,
    },
    /// It cannot be reached.
    #[error("{registry} cannot be reached: {why}")]
    Unreachable {
        /// Which.
        registry: String,
        /// Why.
        why: String,
    },
    /// It is not who it says, as far as anybody knows.
    #[error("the certificate of {registry} is not trusted: {why}")]
    Untrusted {
        /// Which.
        registry: String,
        /// Why.
        why: String,
    },
    /// It did not answer in time.
    #[error("{0} did not answer within {seconds} s", seconds = WHOLE.as_secs())]
    Slow(String),
    /// It answered what no registry answers.
    #[error("the answer of {registry} is not that of a registry: {why}")]
    Odd {
        /// Which.
        registry: String,
        /// What.
        why: String,
    },
}

impl RegistryError {
    /// What to do.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::NoName(_) => "Correct it in the compose file.".to_owned(),
            Self::NeedsLogin(registry) | Self::LoginRefused(registry) => {
                format!(
                    "Sign in on the server, as the account that Tomo uses: docker login {registry}"
                )
            }
            Self::LoginKept(registry) => format!(
                "Tomo runs no helpers: sign in on the server without one, docker login {registry}"
            ),
            Self::NotThere(_) => "Look whether it has moved or has another tag.".to_owned(),
            Self::Later { .. } => "Tomo asks again later.".to_owned(),
            Self::Unreachable { .. } | Self::Slow(_) => {
                "See whether it runs, and whether the server reaches it.".to_owned()
            }
            Self::Untrusted { registry, .. } => {
                format!(
                    "Where it is yours, put its CA into /etc/docker/certs.d/{registry}/ca.crt on the server."
                )
            }
            Self::Odd { .. } => "See what listens there.".to_owned(),
        }
    }

    fn odd(registry: &str, why: impl Into<String>) -> Self {
        Self::Odd { registry: registry.to_owned(), why: why.into() }
    }

    /// Whether nobody was met who could have answered, and another way there may lead to somebody.
    fn is_nobody(&self) -> bool {
        matches!(self, Self::Unreachable { .. } | Self::Untrusted { .. })
    }
}

/// The registries as an engine sees them: in its network, with its trust and its account's logins.
pub struct Registries<'a> {
    engine: &'a Engine,
    way: Way,
    insecure: Insecure,
    logins: Logins,
}

impl Engine {
    /// The registries, as this engine sees them.
    pub async fn registries(&self) -> Registries<'_> {
        let (insecure, logins) = futures::join!(Insecure::of(self), self.logins());
        Registries { engine: self, way: Way::of(self), insecure, logins }
    }
}

impl Registries<'_> {
    /// The digest that the name of an image stands for now.
    ///
    /// # Errors
    /// When its registry does not say so.
    pub async fn newest(&self, image: &str) -> Result<String, RegistryError> {
        let name = Name::of(image)?;
        let asking = self.ask(&name);
        let asked = tokio::time::timeout(WHOLE, asking).await;
        asked.map_err(|_| RegistryError::Slow(name.registry.clone()))?
    }

    async fn ask(&self, name: &Name) -> Result<String, RegistryError> {
        if !self.insecure.has(&name.registry, &name.host) {
            let roots = trust::roots(self.engine, &name.registry).await;
            return self.head(name, "https", &Tls::trusting(roots).await?).await;
        }
        // As the engine itself does: whoever answers there is believed, and need not speak TLS.
        match self.head(name, "https", &Tls::believing()).await {
            Err(error) if error.is_nobody() => self.head(name, "http", &Tls::believing()).await,
            answer => answer,
        }
    }

    async fn head(&self, name: &Name, scheme: &str, tls: &Tls) -> Result<String, RegistryError> {
        let registry = &name.registry;
        let mut at = name.url(scheme)?;
        let mut pass: Option<(url::Origin, HeaderValue)> = None;
        for _ in 0..QUESTIONS {
            let mine = pass.as_ref().filter(|(origin, _)| *origin == at.origin());
            let question = Question {
                method: Method::HEAD,
                url: &at,
                pass: mine.map(|(_, pass)| pass.clone()),
                form: None,
            };
            let answer = http::ask(&self.way, tls, registry, question, 0).await?;
            match answer.status {
                StatusCode::OK => return digest(registry, &answer.headers),
                StatusCode::UNAUTHORIZED if mine.is_none() => {
                    let value = self.let_in(name, &at, &answer.headers, tls).await?;
                    pass = Some((at.origin(), value));
                }
                StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                    return Err(self.refused(&asked_of(&at, name)));
                }
                status if status.is_redirection() => at = moved(registry, &at, &answer.headers)?,
                _ => return Err(refusal(registry, &answer)),
            }
        }
        Err(RegistryError::odd(registry, "it sends from one address to the next"))
    }

    /// Why somebody is not let in, by what is known of their login.
    fn refused(&self, registry: &str) -> RegistryError {
        match self.logins.of(registry) {
            HasLogin::Plain(_) => RegistryError::LoginRefused(registry.to_owned()),
            HasLogin::Kept => RegistryError::LoginKept(registry.to_owned()),
            HasLogin::No => RegistryError::NeedsLogin(registry.to_owned()),
        }
    }

    /// What is shown to somebody who asks who is there.
    async fn let_in(
        &self,
        name: &Name,
        at: &Url,
        headers: &HeaderMap,
        tls: &Tls,
    ) -> Result<HeaderValue, RegistryError> {
        let registry = asked_of(at, name);
        let login = match self.logins.of(&registry) {
            HasLogin::Plain(login) => Some(login),
            HasLogin::Kept | HasLogin::No => None,
        };
        match challenge::best(headers) {
            Some(Challenge::Bearer { realm, service, scope }) => {
                let realm = self.realm(&registry, at, &realm)?;
                let scope = scope.unwrap_or_else(|| format!("repository:{}:pull", name.repository));
                let asked = [("service", service.as_deref()), ("scope", Some(&scope))];
                self.token(&registry, realm, &asked, login, tls).await
            }
            Some(Challenge::Basic) => match login.filter(|login| !login.is_identity) {
                Some(login) => Ok(basic(login)),
                None => Err(self.refused(&registry)),
            },
            None => Err(RegistryError::odd(&registry, "it asks for a login of a kind of its own")),
        }
    }

    /// Who gives tokens: nobody in the clear, unless the registry itself speaks so, and nobody on the server
    /// itself for a registry that is elsewhere.
    fn realm(&self, registry: &str, at: &Url, realm: &str) -> Result<Url, RegistryError> {
        let odd = |why: &str| RegistryError::odd(registry, why);
        let url = Url::parse(realm).map_err(|_| odd("who gives its tokens has no address"))?;
        let is_plain = url.scheme() == "http" && at.scheme() == "http";
        if url.scheme() != "https" && !is_plain {
            return Err(odd("its tokens would be fetched without encryption"));
        }
        let host = |url: &Url| url.host_str().unwrap_or_default().to_owned();
        if trust::is_itself(&host(&url)) && !trust::is_loopback(&host(at)) {
            return Err(odd("its tokens would come from the server itself"));
        }
        Ok(url)
    }

    async fn token(
        &self,
        registry: &str,
        mut realm: Url,
        asked: &[(&str, Option<&str>)],
        login: Option<&Login>,
        tls: &Tls,
    ) -> Result<HeaderValue, RegistryError> {
        let pairs = asked.iter().filter_map(|(name, value)| Some((*name, (*value)?)));
        let identity = login.filter(|login| login.is_identity);
        let question = match identity {
            Some(login) => {
                let form = url::form_urlencoded::Serializer::new(String::new())
                    .extend_pairs(pairs)
                    .append_pair("grant_type", "refresh_token")
                    .append_pair("client_id", "tomo")
                    .append_pair("refresh_token", login.secret.expose_secret())
                    .finish();
                let form = Some(Zeroizing::new(form));
                Question { method: Method::POST, url: &realm, pass: None, form }
            }
            None => {
                realm.query_pairs_mut().extend_pairs(pairs);
                let pass = login.map(basic);
                Question { method: Method::GET, url: &realm, pass, form: None }
            }
        };
        let answer = http::ask(&self.way, tls, registry, question, TOKEN).await?;
        match answer.status {
            StatusCode::OK => {}
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => return Err(self.refused(registry)),
            _ => return Err(refusal(registry, &answer)),
        }
        let odd = || RegistryError::odd(registry, "its token is none");
        let said: serde_json::Value = serde_json::from_slice(&answer.body).map_err(|_| odd())?;
        let token = ["token", "access_token"].iter().find_map(|name| said[*name].as_str());
        let token = Zeroizing::new(format!("Bearer {}", token.ok_or_else(odd)?));
        let mut value = HeaderValue::from_str(&token).map_err(|_| odd())?;
        value.set_sensitive(true);
        Ok(value)
    }
}

/// The registry that is asked at an address: another one where the first has sent there.
fn asked_of(at: &Url, name: &Name) -> String {
    match (at.host_str(), at.port()) {
        (Some(host), _) if host == name.host => name.registry.clone(),
        (Some(host), Some(port)) => format!("{host}:{port}"),
        (host, _) => host.unwrap_or_default().to_owned(),
    }
}

fn basic(login: &Login) -> HeaderValue {
    use base64::Engine as _;
    let pair = Zeroizing::new(format!("{}:{}", login.user, login.secret.expose_secret()));
    let text = base64::prelude::BASE64_STANDARD.encode(pair.as_bytes());
    let text = Zeroizing::new(format!("Basic {text}"));
    // Base64 has nothing in it that a header could not have.
    let mut value =
        HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static("Basic"));
    value.set_sensitive(true);
    value
}

fn digest(registry: &str, headers: &HeaderMap) -> Result<String, RegistryError> {
    let Some(said) = headers.get(DIGEST) else {
        return Err(RegistryError::odd(
            registry,
            "it does not say which digest the name stands for",
        ));
    };
    let said = said.to_str().unwrap_or_default();
    match name::is_digest(said) {
        true => Ok(said.to_owned()),
        false => Err(RegistryError::odd(registry, "what it calls a digest is none")),
    }
}

/// Where a registry sends to: on to another of its kind, never out of the encryption.
fn moved(registry: &str, at: &Url, headers: &HeaderMap) -> Result<Url, RegistryError> {
    let odd = |why: &str| RegistryError::odd(registry, why);
    let to = headers.get(header::LOCATION).and_then(|to| to.to_str().ok());
    let to = to.and_then(|to| at.join(to).ok()).ok_or_else(|| odd("it sends to no address"))?;
    let is_plain = to.scheme() == "http" && at.scheme() == "http";
    if to.scheme() != "https" && !is_plain {
        return Err(odd("it sends to an address without encryption"));
    }
    let host = |url: &Url| url.host_str().unwrap_or_default().to_owned();
    if trust::is_itself(&host(&to)) && !trust::is_loopback(&host(at)) {
        return Err(odd("it sends to the server itself"));
    }
    Ok(to)
}

fn refusal(registry: &str, answer: &Answer) -> RegistryError {
    match answer.status {
        StatusCode::NOT_FOUND => RegistryError::NotThere(registry.to_owned()),
        StatusCode::TOO_MANY_REQUESTS => RegistryError::Later {
            registry: registry.to_owned(),
            after: http::after(&answer.headers),
        },
        status => RegistryError::odd(registry, format!("it answers {}", status.as_u16())),
    }
}
