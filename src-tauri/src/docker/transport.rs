//! How HTTP reaches an engine: a socket of this computer, or one of a server through its SSH
//! connection.

use super::ask;
use crate::ssh::{Connection, RemoteError, RemoteStream};
use backon::{ConstantBuilder, Retryable};
use bollard::{BollardRequest, Docker, errors::Error};
use futures::{FutureExt, future::BoxFuture};
use hyper::Uri;
use hyper_util::{
    client::legacy::{
        Client,
        connect::{Connected, Connection as HttpConnection},
    },
    rt::{TokioExecutor, TokioIo, TokioTimer},
};
use std::{
    io,
    path::PathBuf,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tower_service::Service;

/// How long opening a stream to an engine may take.
const OPENING: Duration = Duration::from_secs(15);
/// How long a question may go unanswered.
const ANSWER_SECONDS: u64 = 60;
/// A stream that nobody used for this long is closed.
const IDLE: Duration = Duration::from_secs(20);
/// The same where each is one of the few commands that the server runs at a time.
const IDLE_COMMAND: Duration = Duration::from_secs(1);
/// Where all of these are taken, one of Tomo's own ends soon.
const PLACE: ConstantBuilder =
    ConstantBuilder::new().with_delay(Duration::from_millis(250)).with_max_times(20);
/// Requests at a time, and streams that are kept for the next ones.
const STREAMS: usize = 8;
/// The same where each is a command: sshd allows ten at a time, and others want some.
const COMMANDS: usize = 3;
/// The longest answer with its head, bytes.
const MOST: u64 = ask::LONGEST as u64 + (1 << 20);

/// What stands in requests where others have a host; the way there is the connector's.
pub(super) const HOST: &str = "http://engine";

/// HTTP to an engine.
pub(super) type Http = Client<Connector, <BollardRequest as HasBody>::Body>;

/// Names the type of a request's body, which bollard has no public name for.
pub(super) trait HasBody {
    /// The type.
    type Body;
}

impl<B> HasBody for hyper::Request<B> {
    type Body = B;
}

/// The way to an engine.
#[derive(Clone, Debug)]
pub enum Route {
    /// A socket or named pipe of this computer.
    Local(PathBuf),
    /// A socket of a server, through its connection.
    Streamlocal(Connection, String),
    /// `docker system dial-stdio` on a server that forwards no sockets.
    DialStdio(Connection, String),
}

impl Route {
    /// How many requests may take this way at a time.
    pub(super) fn at_once(&self) -> usize {
        match self {
            Self::Local(_) | Self::Streamlocal(..) => STREAMS,
            Self::DialStdio(..) => COMMANDS,
        }
    }

    fn idle(&self) -> Duration {
        match self {
            Self::Local(_) | Self::Streamlocal(..) => IDLE,
            Self::DialStdio(..) => IDLE_COMMAND,
        }
    }

    /// HTTP that takes this way. Nothing is sent yet; its clones share their streams.
    pub(super) fn http(&self) -> Http {
        Client::builder(TokioExecutor::new())
            .pool_idle_timeout(self.idle())
            .pool_max_idle_per_host(self.at_once())
            .pool_timer(TokioTimer::new())
            .build(Connector(self.clone()))
    }

    /// A client over this HTTP.
    ///
    /// # Errors
    /// When the client cannot be made.
    pub(super) fn client(http: Http) -> Result<Docker, Error> {
        let send = move |request: BollardRequest| {
            let http = http.clone();
            async move { http.request(request).await.map_err(Error::from) }
        };
        Docker::connect_with_custom_transport(
            send,
            Some(HOST),
            ANSWER_SECONDS,
            bollard::API_DEFAULT_VERSION,
        )
    }

    /// Opens a stream of its own.
    ///
    /// # Errors
    /// When nobody answers there.
    pub(super) async fn open(self) -> io::Result<Stream> {
        let remote =
            |stream: Result<RemoteStream, _>| stream.map(Stream::new).map_err(io::Error::other);
        match self {
            Self::Local(path) => local(path).await,
            Self::Streamlocal(connection, path) => {
                remote(connection.open_socket(&path, OPENING).await)
            }
            Self::DialStdio(connection, path) => {
                let host = format!("unix://{path}");
                let command = ["docker", "--host", &host, "system", "dial-stdio"];
                let open = || connection.open_command(&command, OPENING);
                let full = |error: &RemoteError| matches!(error, RemoteError::Refused);
                remote(open.retry(PLACE).sleep(tokio::time::sleep).when(full).await)
            }
        }
    }
}

#[cfg(unix)]
async fn local(path: PathBuf) -> io::Result<Stream> {
    Ok(Stream::new(tokio::net::UnixStream::connect(path).await?))
}

#[cfg(windows)]
async fn local(path: PathBuf) -> io::Result<Stream> {
    Ok(Stream::new(tokio::net::windows::named_pipe::ClientOptions::new().open(path)?))
}

trait Duplex: AsyncRead + AsyncWrite + Send {}

impl<T: AsyncRead + AsyncWrite + Send> Duplex for T {}

/// An engine says more in one answer than any engine has to say.
#[derive(Debug, thiserror::Error)]
#[error("its answer does not end")]
pub(super) struct Endless;

/// One stream to an engine.
pub(super) struct Stream {
    inner: Pin<Box<dyn Duplex>>,
    /// How much may still come before something is asked, bytes; absent where there is no end to it.
    left: Option<u64>,
}

impl Stream {
    fn new(inner: impl AsyncRead + AsyncWrite + Send + 'static) -> Self {
        Self { inner: Box::pin(inner), left: None }
    }

    /// One whose answers end: HTTP clients hold each in memory whole.
    fn with_answers(self) -> Self {
        Self { left: Some(MOST), ..self }
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let polled = self.inner.as_mut().poll_read(cx, buf);
        if let Some(left) = &mut self.left {
            let came = (buf.filled().len() - before) as u64;
            *left = match left.checked_sub(came) {
                Some(left) => left,
                None => return Poll::Ready(Err(io::Error::other(Endless))),
            };
        }
        polled
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        // The next question: answers to it begin anew.
        self.left = self.left.map(|_| MOST);
        self.inner.as_mut().poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.inner.as_mut().poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.inner.as_mut().poll_shutdown(cx)
    }
}

impl HttpConnection for Stream {
    fn connected(&self) -> Connected {
        Connected::new()
    }
}

/// Opens streams for the HTTP client.
#[derive(Clone)]
pub(super) struct Connector(Route);

impl Service<Uri> for Connector {
    type Response = TokioIo<Stream>;
    type Error = io::Error;
    type Future = BoxFuture<'static, io::Result<TokioIo<Stream>>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Uri) -> Self::Future {
        self.0.clone().open().map(|stream| Ok(TokioIo::new(stream?.with_answers()))).boxed()
    }
}
