//! A file that is fetched from the web.

use super::{
    archive,
    tree::{MOST_BYTES, SourceError, Tree},
};
use futures::StreamExt;
use reqwest::{
    Client, StatusCode,
    header::{ETAG, IF_NONE_MATCH},
};
use std::time::Duration;
use url::Url;

const CONNECT: Duration = Duration::from_secs(15);
/// The longest that a whole file may take.
const WHOLE: Duration = Duration::from_secs(120);

/// A client for catalogs; it says no more of itself than that it is Tomo.
pub(super) fn client() -> Result<Client, SourceError> {
    super::super::tls();
    Client::builder()
        .user_agent(concat!("Tomo/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(CONNECT)
        .timeout(WHOLE)
        .build()
        .map_err(|error| SourceError::Unreachable(words(&error)))
}

/// Fetches a file; none if it is the one with this mark.
pub(super) async fn fetch(
    url: &Url,
    known: Option<&str>,
) -> Result<Option<(Tree, Option<String>)>, SourceError> {
    let mut request = client()?.get(url.clone());
    if let Some(known) = known {
        request = request.header(IF_NONE_MATCH, known);
    }
    let unreachable = |error: reqwest::Error| {
        if error.is_timeout() {
            SourceError::Slow(WHOLE.as_secs())
        } else {
            SourceError::Unreachable(words(&error))
        }
    };
    let response = request.send().await.map_err(unreachable)?;
    if response.status() == StatusCode::NOT_MODIFIED {
        return Ok(None);
    }
    if !response.status().is_success() {
        return Err(SourceError::Refused(response.status().to_string()));
    }
    if response.content_length().is_some_and(|length| length > MOST_BYTES) {
        return Err(SourceError::TooLarge);
    }
    let mark = response.headers().get(ETAG).and_then(|mark| mark.to_str().ok()).map(str::to_owned);
    let mut bytes = Vec::new();
    let mut stream = response.bytes_stream();
    while let Some(part) = stream.next().await {
        bytes.extend_from_slice(&part.map_err(unreachable)?);
        if bytes.len() as u64 > MOST_BYTES {
            return Err(SourceError::TooLarge);
        }
    }
    let name = url.path().rsplit('/').next().unwrap_or("catalog").to_owned();
    let tree = tokio::task::spawn_blocking(move || archive::read(&name, bytes))
        .await
        .map_err(|_| SourceError::Broken("reading it ended early".to_owned()))??;
    // Who sends no mark is known by what was sent.
    let mark = mark.unwrap_or_else(|| tree.mark());
    Ok(Some((tree, Some(mark))))
}

/// The cause under all others, without the address.
fn words(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}
