//! One request on a stream of its own, whose answer is read as bytes: what an HTTP client that
//! understands the answer would hold in memory whole, or take for something else.

use super::{ask, client::Engine, error::EngineError};
use bollard::errors::Error;
use chrono::DateTime;
use hyper::{
    Method, Request, Response, StatusCode,
    body::{Body, Bytes, Incoming},
    client::conn::http1,
    header,
};
use hyper_util::rt::TokioIo;
use std::{future::poll_fn, pin::Pin, time::Duration};
use tokio_util::task::AbortOnDropHandle;

/// How long the engine may take to answer at all.
const ANSWER: Duration = Duration::from_secs(60);
/// The longest refusal that is read, bytes.
const REFUSAL: usize = 16 << 10;
const JSON: &str = "application/json";

/// An answer. Its stream ends when this is dropped.
pub(super) struct Answer {
    pub(super) response: Response<Incoming>,
    stream: AbortOnDropHandle<()>,
}

impl Engine {
    /// Sends a request; `path` begins behind the version of the API.
    ///
    /// # Errors
    /// When the engine cannot be reached or refuses.
    pub(super) async fn raw(
        &self,
        method: Method,
        path: &str,
        body: Option<String>,
        upgrade: bool,
    ) -> Result<Answer, EngineError> {
        let asking = self.send(method, path, JSON, body.unwrap_or_default(), upgrade);
        tokio::time::timeout(ANSWER, asking).await.map_err(|_| EngineError::Timeout)?
    }

    /// Sends a request with a body of any length, and waits as long as that takes.
    ///
    /// # Errors
    /// When the engine cannot be reached or refuses.
    pub(super) async fn send<B>(
        &self,
        method: Method,
        path: &str,
        content_type: &str,
        body: B,
        upgrade: bool,
    ) -> Result<Answer, EngineError>
    where
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let unreachable = |error: &dyn std::fmt::Display| {
            EngineError::Unreachable(super::error::one_line(&error.to_string()))
        };
        let stream = self.route.clone().open().await.map_err(|error| unreachable(&error))?;
        let (mut sender, connection) =
            http1::handshake(TokioIo::new(stream)).await.map_err(|error| unreachable(&error))?;
        let stream = AbortOnDropHandle::new(tokio::spawn(async move {
            // What ends it is told to whoever reads the answer.
            let _ = connection.with_upgrades().await;
        }));
        let (major, minor) = ask::version(&self.info().api_version);
        let path = format!("/v{major}.{minor}{path}");
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "engine")
            .header(header::CONTENT_TYPE, content_type);
        if upgrade {
            request = request.header(header::CONNECTION, "Upgrade").header(header::UPGRADE, "tcp");
        }
        let request = request.body(body).map_err(|error| {
            EngineError::NotUnderstood(super::error::one_line(&error.to_string()))
        })?;
        let response = sender.send_request(request).await.map_err(|error| unreachable(&error))?;
        let mut answer = Answer { response, stream };
        let status = answer.response.status();
        if status.is_success() || status == StatusCode::SWITCHING_PROTOCOLS {
            return Ok(answer);
        }
        let message = answer.refusal().await;
        Err(Error::DockerResponseServerError { status_code: status.as_u16(), message }.into())
    }
}

impl Answer {
    /// The engine's clock when it answered, to the second, nanoseconds since 1970.
    pub(super) fn at_ns(&self) -> Option<i64> {
        let date = self.response.headers().get(header::DATE)?.to_str().ok()?;
        DateTime::parse_from_rfc2822(date).ok()?.timestamp_nanos_opt()
    }

    /// The next piece of the body.
    ///
    /// # Errors
    /// When it breaks off.
    pub(super) async fn piece(&mut self) -> Result<Option<Bytes>, EngineError> {
        let body = self.response.body_mut();
        loop {
            match poll_fn(|cx| Pin::new(&mut *body).poll_frame(cx)).await {
                None => return Ok(None),
                Some(Ok(frame)) => {
                    if let Ok(bytes) = frame.into_data() {
                        return Ok(Some(bytes));
                    }
                }
                Some(Err(error)) => {
                    return Err(EngineError::Unreachable(super::error::one_line(
                        &error.to_string(),
                    )));
                }
            }
        }
    }

    /// The stream behind an answer that switched protocols, with the task that carries it until
    /// then.
    pub(super) fn into_parts(self) -> (Response<Incoming>, AbortOnDropHandle<()>) {
        (self.response, self.stream)
    }

    /// The engine's words for a refusal.
    async fn refusal(&mut self) -> String {
        let mut said = Vec::new();
        while let Ok(Some(piece)) = self.piece().await {
            said.extend_from_slice(&piece);
            if said.len() > REFUSAL {
                said.truncate(REFUSAL);
                break;
            }
        }
        let message = serde_json::from_slice::<serde_json::Value>(&said)
            .ok()
            .and_then(|said| Some(said.get("message")?.as_str()?.to_owned()));
        message.unwrap_or_else(|| String::from_utf8_lossy(&said).into_owned())
    }
}
