//! A signed-in connection: a handle that is cheap to clone and knows when its connection ended.

use super::{
    Limits,
    connect::Target,
    error::RemoteError,
    exec::{self, Output},
    guard::{Guard, Life},
    script::ScriptChannel,
    stream::RemoteStream,
    wire::Traffic,
};
use crate::domain::failure::{Failure, Step};
use russh::{Channel, ChannelOpenFailure, Disconnect, client, client::Handle};
use std::{sync::Arc, time::Duration};
use tokio_util::sync::DropGuard;

/// How long a server gets to read the good-bye.
const GOODBYE: Duration = Duration::from_secs(2);

/// A connection to one server. Its clones are the same connection, which ends with the last of
/// them.
#[derive(Clone)]
pub struct Connection {
    inner: Arc<Inner>,
}

struct Inner {
    handle: Handle<Guard>,
    target: Target,
    life: Arc<Life>,
    /// Ends the connection's own task with the last handle.
    _cut: DropGuard,
}

impl Connection {
    pub(super) fn new(
        handle: Handle<Guard>,
        target: Target,
        life: Arc<Life>,
        cut: DropGuard,
    ) -> Self {
        Self { inner: Arc::new(Inner { handle, target, life, _cut: cut }) }
    }

    /// Where it leads, and as whom.
    #[must_use]
    pub fn target(&self) -> &Target {
        &self.inner.target
    }

    /// Runs a command and collects what it says.
    ///
    /// The words reach the command exactly as they are, whatever the account's login shell is,
    /// and what that shell prints by itself is no part of the output. The command's standard input
    /// is empty. Output beyond `limits.bytes` is dropped and marked; a command that takes longer
    /// than `limits.time` is killed.
    ///
    /// # Errors
    /// When the command could not be run or did not end in time. A command that fails is no error:
    /// its status says so.
    pub async fn exec(&self, argv: &[&str], limits: Limits) -> Result<Output, RemoteError> {
        exec::exec(self, argv, &[], limits).await
    }

    /// The same with something on the command's standard input, which ends behind it.
    ///
    /// # Errors
    /// As [`Connection::exec`].
    pub async fn exec_with(
        &self,
        argv: &[&str],
        input: &[u8],
        limits: Limits,
    ) -> Result<Output, RemoteError> {
        exec::exec(self, argv, input, limits).await
    }

    /// Starts a long-lived `sh` that runs `script`, which reads its questions from standard input.
    ///
    /// The script is sent on standard input and never written to the remote disk. It is read to
    /// its end before it starts, so it may go on to `read` its questions; what it starts must not
    /// read standard input.
    ///
    /// # Errors
    /// When no shell starts within `limits.time`, as with a restricted or missing one.
    pub async fn script(&self, script: &str, limits: Limits) -> Result<ScriptChannel, RemoteError> {
        ScriptChannel::open(self, script, limits).await
    }

    /// Opens a stream to a Unix socket of the server.
    ///
    /// # Errors
    /// [`RemoteError::Forbidden`] when the server forwards no sockets, [`RemoteError::NotConnected`]
    /// when nobody answers at this one or the account may not use it.
    pub async fn open_socket(
        &self,
        path: &str,
        time: Duration,
    ) -> Result<RemoteStream, RemoteError> {
        RemoteStream::socket(self, path, time).await
    }

    /// Opens a stream to a port that the server reaches: its own, at `127.0.0.1`, or another's.
    ///
    /// # Errors
    /// [`RemoteError::PortForbidden`] when the server forwards no ports, [`RemoteError::NothingListens`]
    /// when nobody answers there.
    pub async fn open_port(
        &self,
        host: &str,
        port: u16,
        time: Duration,
    ) -> Result<RemoteStream, RemoteError> {
        RemoteStream::port(self, host, port, time).await
    }

    /// Starts a command and opens a stream to its input and output. The words reach it as they are.
    ///
    /// # Errors
    /// When it does not start within `time`.
    pub async fn open_command(
        &self,
        argv: &[&str],
        time: Duration,
    ) -> Result<RemoteStream, RemoteError> {
        RemoteStream::command(self, argv, time).await
    }

    /// What passed over the wire so far.
    #[must_use]
    pub fn traffic(&self) -> Traffic {
        self.inner.life.meter.traffic()
    }

    /// Whether the connection has ended.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.inner.life.closed.is_cancelled()
    }

    /// Waits until the connection has ended, and says why. A server that falls silent is noticed
    /// after 30 s.
    pub async fn closed(&self) -> Failure {
        self.inner.life.closed.cancelled().await;
        self.end()
    }

    /// Ends the connection, for all its clones and whatever runs over it.
    pub async fn disconnect(&self) {
        let life = &self.inner.life;
        // The reason is set first, so that waiting tasks do not take this for a failure.
        let _ = life.reason.set("Tomo closed it".to_owned());
        let goodbye = async {
            if self.inner.handle.disconnect(Disconnect::ByApplication, "", "").await.is_ok() {
                life.closed.cancelled().await;
            }
        };
        let _ = tokio::time::timeout(GOODBYE, goodbye).await;
        life.cut.cancel();
    }

    /// Ends the connection at once, for all its clones, without a good-bye.
    pub fn cut(&self) {
        let _ = self.inner.life.reason.set("Tomo closed it".to_owned());
        self.inner.life.cut.cancel();
    }

    pub(super) async fn open_channel(&self) -> Result<Channel<client::Msg>, RemoteError> {
        match self.inner.handle.channel_open_session().await {
            Ok(channel) => Ok(channel),
            Err(russh::Error::ChannelOpenFailure(_)) => Err(RemoteError::Refused),
            Err(_) => Err(self.lost()),
        }
    }

    pub(super) async fn open_socket_channel(
        &self,
        path: &str,
    ) -> Result<Channel<client::Msg>, RemoteError> {
        match self.inner.handle.channel_open_direct_streamlocal(path).await {
            Ok(channel) => Ok(channel),
            Err(russh::Error::ChannelOpenFailure(ChannelOpenFailure::ConnectFailed)) => {
                Err(RemoteError::NotConnected)
            }
            Err(russh::Error::ChannelOpenFailure(_)) => Err(RemoteError::Forbidden),
            Err(_) => Err(self.lost()),
        }
    }

    pub(super) async fn open_port_channel(
        &self,
        host: &str,
        port: u16,
    ) -> Result<Channel<client::Msg>, RemoteError> {
        // Who asks stands in the server's log, and is this computer.
        let opened =
            self.inner.handle.channel_open_direct_tcpip(host, port.into(), "127.0.0.1", 0).await;
        match opened {
            Ok(channel) => Ok(channel),
            Err(russh::Error::ChannelOpenFailure(ChannelOpenFailure::ConnectFailed)) => {
                Err(RemoteError::NothingListens)
            }
            Err(russh::Error::ChannelOpenFailure(_)) => Err(RemoteError::PortForbidden),
            Err(_) => Err(self.lost()),
        }
    }

    /// The error for a conversation that broke off.
    pub(super) fn lost(&self) -> RemoteError {
        RemoteError::Closed(self.end())
    }

    fn end(&self) -> Failure {
        let reason = self.inner.life.reason.get().map_or("it was cut", String::as_str);
        Failure::new(
            Step::Connect,
            format!("the connection to {} ended: {reason}", self.inner.target.host),
            "Check that it is switched on and in the network, then connect again.",
        )
    }
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connection")
            .field("target", &self.inner.target)
            .field("closed", &self.is_closed())
            .finish_non_exhaustive()
    }
}
