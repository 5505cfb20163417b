//! One question to a registry, on a stream of its own: from the server's network where its connection forwards
//! ports, else from this computer.

use super::{
    super::{Engine, error::one_line, host::Host},
    RegistryError,
    trust::{self, Tls},
};
use crate::ssh::{Connection, RemoteError};
use chrono::{DateTime, Utc};
use hyper::{
    Method, Request, StatusCode,
    body::{Body, Incoming},
    client::conn::http1,
    header::{self, HeaderMap, HeaderValue},
};
use hyper_util::rt::TokioIo;
use std::{future::poll_fn, pin::Pin, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};
use tokio_util::task::AbortOnDropHandle;
use url::Url;
use zeroize::Zeroizing;

/// How long opening a stream may take.
const OPENING: Duration = Duration::from_secs(10);
/// The longest head of an answer, bytes, and the most lines in it.
const HEAD: usize = 64 << 10;
const LINES: usize = 100;
/// The longest that a registry may want to be left alone.
const LATEST: Duration = Duration::from_secs(7 * 24 * 3_600);
/// What a name may stand for: an index of several platforms, or the image of one.
const KINDS: &str = "application/vnd.oci.image.index.v1+json, \
     application/vnd.docker.distribution.manifest.list.v2+json, \
     application/vnd.oci.image.manifest.v1+json, \
     application/vnd.docker.distribution.manifest.v2+json";

/// The way to registries.
pub(super) enum Way {
    /// From this computer.
    Here,
    /// From a server.
    Server(Connection),
}

pub(super) trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

/// What is asked.
pub(super) struct Question<'a> {
    pub(super) method: Method,
    pub(super) url: &'a Url,
    /// What lets one in.
    pub(super) pass: Option<HeaderValue>,
    /// Fields of a form that is sent.
    pub(super) form: Option<Zeroizing<String>>,
}

/// What is answered.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

impl Way {
    pub(super) fn of(engine: &Engine) -> Self {
        match engine.host() {
            Host::Local => Self::Here,
            Host::Remote(connection) => Self::Server(connection),
        }
    }

    async fn open(&self, host: &str, port: u16) -> Result<Box<dyn Duplex>, String> {
        if let Self::Server(connection) = self {
            match connection.open_port(host, port, OPENING).await {
                Ok(stream) => return Ok(Box::new(stream)),
                Err(RemoteError::PortForbidden) if !trust::is_loopback(host) => {}
                // What is at the server's own address is not what is at this computer's.
                Err(RemoteError::PortForbidden) => {
                    return Err("it is on the server itself, which forwards no ports".to_owned());
                }
                Err(RemoteError::NothingListens) => {
                    return Err(format!("nobody answers the server at {host}:{port}"));
                }
                Err(error) => return Err(error.to_string()),
            }
        }
        let opening = tokio::time::timeout(OPENING, TcpStream::connect((host, port))).await;
        let opened = opening.map_err(|_| format!("nobody answers at {host}:{port}"))?;
        Ok(Box::new(opened.map_err(|error| one_line(&error.to_string()))?))
    }
}

/// Asks, and reads at most so much of the answer. What comes beyond its head is not waited for where nothing is
/// wanted of it.
pub(super) async fn ask(
    way: &Way,
    tls: &Tls,
    registry: &str,
    question: Question<'_>,
    most: usize,
) -> Result<Answer, RegistryError> {
    let unreachable =
        |why: String| RegistryError::Unreachable { registry: registry.to_owned(), why };
    let odd = |why: &str| RegistryError::odd(registry, why);
    let url = question.url;
    let host = url.host_str().ok_or_else(|| odd("it has no host"))?;
    let port = url.port_or_known_default().ok_or_else(|| odd("it has no port"))?;
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let stream = way.open(bare, port).await.map_err(unreachable)?;
    let stream: Box<dyn Duplex> = match url.scheme() {
        "https" => {
            // Who speaks no TLS may well wait for more.
            let begun = tokio::time::timeout(OPENING, tls.over(stream, bare, registry)).await;
            Box::new(begun.map_err(|_| unreachable("it does not speak TLS".to_owned()))??)
        }
        _ => stream,
    };
    let broken = |error: hyper::Error| {
        if error.is_parse() {
            return odd(&one_line(&error.to_string()));
        }
        unreachable(one_line(&error.to_string()))
    };
    let (mut sender, connection) = http1::Builder::new()
        .max_buf_size(HEAD)
        .max_headers(LINES)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(broken)?;
    let _stream = AbortOnDropHandle::new(tokio::spawn(async move {
        // What ends it is told to whoever reads the answer.
        let _ = connection.await;
    }));
    let path = match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    };
    let place = match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    };
    let mut request = Request::builder()
        .method(question.method)
        .uri(path)
        .header(header::HOST, place)
        .header(header::USER_AGENT, concat!("Tomo/", env!("CARGO_PKG_VERSION")))
        .header(header::ACCEPT, if most == 0 { KINDS } else { "application/json" });
    if let Some(pass) = question.pass {
        request = request.header(header::AUTHORIZATION, pass);
    }
    if question.form.is_some() {
        request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    }
    let body = question.form.map(|form| form.as_str().to_owned()).unwrap_or_default();
    let request = request.body(body).map_err(|_| odd("its address is none"))?;
    let (parts, body) = sender.send_request(request).await.map_err(broken)?.into_parts();
    let body = match most {
        0 => Vec::new(),
        most => read(body, most)
            .await
            .map_err(|why| why.map_or_else(|| odd("it does not end"), broken))?,
    };
    Ok(Answer { status: parts.status, headers: parts.headers, body })
}

/// Reads a body; none as the reason where it is longer than it may be.
async fn read(mut body: Incoming, most: usize) -> Result<Vec<u8>, Option<hyper::Error>> {
    let mut bytes = Vec::new();
    while let Some(frame) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
        if let Ok(data) = frame.map_err(Some)?.into_data() {
            bytes.extend_from_slice(&data);
        }
        if bytes.len() > most {
            return Err(None);
        }
    }
    Ok(bytes)
}

/// How long somebody wants to be left alone: seconds, or a moment.
pub(super) fn after(headers: &HeaderMap) -> Option<Duration> {
    let said = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    let wait = match said.parse() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => (DateTime::parse_from_rfc2822(said).ok()?.to_utc() - Utc::now()).to_std().ok()?,
    };
    Some(wait.min(LATEST))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Holds because a registry that is asked too soon asks for more patience, and one that lies must not be
    /// left alone for ever.
    #[test]
    fn patience_is_read() {
        let of = |said: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::RETRY_AFTER, said.parse().expect("a header"));
            after(&headers)
        };
        assert_eq!(of("120"), Some(Duration::from_secs(120)));
        assert_eq!(of("99999999999"), Some(LATEST));
        assert_eq!(of("soon"), None);
        assert_eq!(of("Fri, 31 Dec 1999 23:59:59 GMT"), None);
        let later = (Utc::now() + chrono::TimeDelta::hours(2)).to_rfc2822();
        assert!(of(&later).is_some_and(|wait| wait > Duration::from_secs(7_000)));
        assert_eq!(after(&HeaderMap::new()), None);
    }
}
