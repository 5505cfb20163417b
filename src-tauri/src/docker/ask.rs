//! Questions whose answers are kept as they came: bollard's types follow the newest API and drop what
//! older engines and Podman say differently. What is asked for here changes nothing.

use super::{
    client::Engine,
    error::{EngineError, one_line},
    transport::{HOST, Http},
};
use bollard::{BollardRequest, body_full, errors::Error, models::ContainerInspectResponse};
use futures::future::poll_fn;
use hyper::{
    Request,
    body::{Body, Bytes, Incoming},
};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::{pin::Pin, time::Duration};
use url::form_urlencoded;

/// The newest version of the API whose answers are read here: later ones say sizes in another way,
/// and every engine that speaks them speaks this one too.
const NEWEST: (u32, u32) = (1, 51);
/// The oldest version that Tomo speaks.
const OLDEST: (u32, u32) = (1, 40);
/// The longest answer, bytes: some thousand containers with long labels.
pub(super) const LONGEST: usize = 64 << 20;
/// How long an answer may take to begin and to end.
pub(super) const USUAL: Duration = Duration::from_secs(60);

impl Engine {
    /// Asks for something. `path` is made of fixed words and [checked](checked) names.
    ///
    /// # Errors
    /// When the engine does not answer, or with a refusal.
    pub(super) async fn ask<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, &str)],
        within: Duration,
    ) -> Result<T, EngineError> {
        let (major, minor) = version(&self.info().api_version);
        let mut path = format!("/v{major}.{minor}{path}");
        if !query.is_empty() {
            let pairs =
                form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
            path = format!("{path}?{pairs}");
        }
        ask(&self.http, &path, within).await
    }

    /// What the engine says of a container.
    ///
    /// # Errors
    /// When there is none, or the engine does not answer.
    pub(super) async fn inspected(
        &self,
        container: &str,
    ) -> Result<ContainerInspectResponse, EngineError> {
        self.ask(&format!("/containers/{}/json", checked(container)?), &[], USUAL).await
    }
}

/// Asks whoever is there, in any version or in none: bollard would hold an answer of any size.
///
/// # Errors
/// When nobody answers, or with a refusal.
pub(super) async fn ask<T: DeserializeOwned>(
    http: &Http,
    path: &str,
    within: Duration,
) -> Result<T, EngineError> {
    let request = Request::get(format!("{HOST}{path}")).body(body_full(Bytes::new()));
    let request = request.map_err(|error| EngineError::NotUnderstood(error.to_string()))?;
    let answer = tokio::time::timeout(within, read(http, request)).await;
    let (status, body) = answer.map_err(|_| EngineError::Timeout)??;
    if !(200..300).contains(&status) {
        return Err(refusal(status, &body));
    }
    serde_json::from_slice(&body)
        .map_err(|error| EngineError::NotUnderstood(one_line(&error.to_string())))
}

async fn read(http: &Http, request: BollardRequest) -> Result<(u16, Vec<u8>), EngineError> {
    let answer = http.request(request).await.map_err(Error::from)?;
    Ok((answer.status().as_u16(), whole(answer.into_body()).await?))
}

/// The version of the API to ask in, of an engine whose newest is this.
pub(super) fn version(newest: &str) -> (u32, u32) {
    let numbers = newest.split_once('.');
    let numbers = numbers.and_then(|(a, b)| Some((a.parse().ok()?, b.parse().ok()?)));
    numbers.unwrap_or(OLDEST).clamp(OLDEST, NEWEST)
}

/// A body, as far as it has a sensible size.
async fn whole(mut body: Incoming) -> Result<Vec<u8>, EngineError> {
    let mut bytes = Vec::new();
    while let Some(frame) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
        let frame = frame.map_err(|error| EngineError::broken(&error))?;
        if let Ok(data) = frame.into_data() {
            bytes.extend_from_slice(&data);
        }
        if bytes.len() > LONGEST {
            return Err(EngineError::Endless);
        }
    }
    Ok(bytes)
}

/// `{"message": "…"}`, as a status and these words.
fn refusal(status: u16, body: &[u8]) -> EngineError {
    let said: Option<Value> = serde_json::from_slice(body).ok();
    let message = said.and_then(|said| said["message"].as_str().map(str::to_owned));
    let message = message.unwrap_or_else(|| String::from_utf8_lossy(body).into_owned());
    Error::DockerResponseServerError { status_code: status, message }.into()
}

/// A name as it may stand in a path: an id, or the name of something. Others are refused before they
/// are sent, because `..` in a path would lead to another command of the engine.
///
/// # Errors
/// When it cannot be one.
pub(super) fn checked(name: &str) -> Result<&str, EngineError> {
    let is_plain = |char: char| char.is_ascii_alphanumeric() || "_.:@-".contains(char);
    let begins = name.starts_with(|char: char| char.is_ascii_alphanumeric());
    if begins && name.len() <= 255 && name.chars().all(is_plain) {
        return Ok(name);
    }
    Err(EngineError::NotFound("nothing can have this name".into()))
}

/// The same for the name of an image, which has slashes between its parts.
///
/// # Errors
/// When it cannot be one.
pub(super) fn checked_image(name: &str) -> Result<&str, EngineError> {
    name.split('/').try_for_each(|part| checked(part).map(drop))?;
    Ok(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An id is a part of a path: what leads elsewhere must not be sent at all.
    #[test]
    fn names_lead_nowhere_else() {
        for name in ["a", "shop-web-1", "sha256:0123", "a.b_c", &"f".repeat(64)] {
            assert!(checked(name).is_ok(), "{name}");
        }
        let long = "x".repeat(256);
        for name in
            ["", ".", "..", "../images", "a/b", "a?force=1", "a#", "%2e%2e", "ä", "a b", &long]
        {
            assert!(checked(name).is_err(), "{name}");
        }
        assert!(checked_image("ghcr.io/a/b:1.2").is_ok());
        assert!(checked_image("localhost:5000/a@sha256:00").is_ok());
        for name in ["a/../b", "a//b", "/a", "a/", "a/.hidden"] {
            assert!(checked_image(name).is_err(), "{name}");
        }
    }

    /// An engine refuses a version that it does not speak, and newer ones answer otherwise.
    #[test]
    fn the_version_is_one_that_both_speak() {
        assert_eq!(version("1.41"), (1, 41));
        assert_eq!(version("1.99"), NEWEST);
        assert_eq!(version("?"), OLDEST);
    }

    /// What an engine refuses with is told in its words, whatever form they have.
    #[test]
    fn a_refusal_keeps_its_words() {
        let said = refusal(409, br#"{"message":"volume is in use"}"#);
        assert_eq!(said.to_string(), "volume is in use");
        assert_eq!(refusal(500, b"Bad\nGateway").to_string(), "Bad Gateway");
    }
}
