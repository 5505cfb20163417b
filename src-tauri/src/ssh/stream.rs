//! Byte streams over a connection: to a socket of the server, and to a command's input and output.

use super::{
    channel::{Event, Running},
    connection::Connection,
    error::{RemoteError, quoted},
    exec::{Marked, mark},
    quote,
};
use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _, DuplexStream, ReadBuf};
use tokio_util::task::AbortOnDropHandle;

/// How much waits between a command and who reads it.
const BUFFER: usize = 256 << 10;

/// A stream to something on a server, which ends when this is dropped.
///
/// Whoever opens one reads it to its end or drops it: what nobody reads holds up everything else on
/// the connection.
pub struct RemoteStream {
    inner: Pin<Box<dyn Duplex>>,
    _pump: Option<AbortOnDropHandle<()>>,
}

trait Duplex: AsyncRead + AsyncWrite + Send + Sync {}

impl<T: AsyncRead + AsyncWrite + Send + Sync> Duplex for T {}

impl RemoteStream {
    /// Opens a Unix socket of the server.
    ///
    /// # Errors
    /// [`RemoteError::Forbidden`] when the server forwards no sockets, [`RemoteError::NotConnected`]
    /// when nobody answers at this one or the account may not use it.
    pub(super) async fn socket(
        connection: &Connection,
        path: &str,
        time: Duration,
    ) -> Result<Self, RemoteError> {
        if path.contains('\0') {
            return Err(RemoteError::Unsendable);
        }
        let opened = tokio::time::timeout(time, connection.open_socket_channel(path)).await;
        let channel = opened.map_err(|_| RemoteError::Timeout(time))??;
        Ok(Self { inner: Box::pin(channel.into_stream()), _pump: None })
    }

    /// Opens a port that the server reaches.
    ///
    /// # Errors
    /// [`RemoteError::PortForbidden`] when the server forwards no ports, [`RemoteError::NothingListens`]
    /// when nobody answers there.
    pub(super) async fn port(
        connection: &Connection,
        host: &str,
        port: u16,
        time: Duration,
    ) -> Result<Self, RemoteError> {
        let opened = tokio::time::timeout(time, connection.open_port_channel(host, port)).await;
        let channel = opened.map_err(|_| RemoteError::Timeout(time))??;
        Ok(Self { inner: Box::pin(channel.into_stream()), _pump: None })
    }

    /// Starts a command whose input and output the stream is.
    ///
    /// # Errors
    /// When it does not start in `time`.
    pub(super) async fn command(
        connection: &Connection,
        argv: &[&str],
        time: Duration,
    ) -> Result<Self, RemoteError> {
        let mark = mark();
        let start = format!("echo {mark}; exec \"$@\"");
        let line = quote::words(&[&["exec", "sh", "-c", &start, "sh"], argv].concat())?;
        let starting = async {
            let mut running = Running::start(connection, &line).await?;
            let (mut out, mut complaints) = (Marked::new(&mark), Vec::new());
            while !out.begun {
                match running.next().await? {
                    Some(Event::Out(bytes)) => {
                        out.push(&bytes, usize::MAX);
                    }
                    Some(Event::Err(bytes)) => {
                        let room = BUFFER.saturating_sub(complaints.len());
                        complaints.extend(bytes.into_iter().take(room));
                    }
                    Some(Event::Status(_) | Event::Signal(_)) => {}
                    None => return Err(RemoteError::NoShell { said: quoted(&complaints) }),
                }
            }
            Ok((running, out.bytes))
        };
        let (running, first) = tokio::time::timeout(time, starting)
            .await
            .map_err(|_| RemoteError::Timeout(time))??;
        let (near, far) = tokio::io::duplex(BUFFER);
        let pump = AbortOnDropHandle::new(tokio::spawn(pump(running, far, first)));
        Ok(Self { inner: Box::pin(near), _pump: Some(pump) })
    }
}

/// Carries bytes between a command and the far end of a stream until the command ends. The two
/// directions wait for nobody but themselves: a command that says more than is read must not keep what
/// is written to it from arriving.
async fn pump(mut running: Running, far: DuplexStream, first: Vec<u8>) {
    let Some(mut input) = running.writer() else { return };
    let (mut read, mut write) = tokio::io::split(far);
    let inward = async {
        // Either end may be gone; the command says so by its own end.
        let _ = tokio::io::copy(&mut read, &mut input).await;
        let _ = input.shutdown().await;
        std::future::pending::<()>().await;
    };
    let outward = async {
        if write.write_all(&first).await.is_err() {
            return;
        }
        while let Ok(Some(event)) = running.next().await {
            if let Event::Out(bytes) = event
                && write.write_all(&bytes).await.is_err()
            {
                return;
            }
        }
        let _ = write.shutdown().await;
    };
    tokio::select! {
        () = inward => {}
        () = outward => {}
    }
}

impl AsyncRead for RemoteStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.inner.as_mut().poll_read(cx, buf)
    }
}

impl AsyncWrite for RemoteStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.inner.as_mut().poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.inner.as_mut().poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.inner.as_mut().poll_shutdown(cx)
    }
}
