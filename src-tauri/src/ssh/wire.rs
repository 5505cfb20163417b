//! The TCP stream under a connection: counts what passes, and can be cut at any moment.
//!
//! The SSH library runs each connection in a task of its own that nobody can abort; cutting the
//! stream under it is what ends that task, even one that waits for a server that went silent.

use std::{
    io,
    pin::Pin,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    task::{Context, Poll},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};
use tokio_util::sync::WaitForCancellationFutureOwned;

use super::guard::Life;
use std::sync::Arc;

/// How much of what the other side says first is remembered, to tell what it is if not SSH.
const GREETING: usize = 80;

/// Bytes that passed over a connection, SSH's own overhead included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// To the server.
    pub sent: u64,
    /// From the server.
    pub received: u64,
}

/// The counters behind [`Traffic`].
#[derive(Debug, Default)]
pub(super) struct Meter {
    sent: AtomicU64,
    received: AtomicU64,
    greeting: Mutex<Vec<u8>>,
}

impl Meter {
    pub(super) fn traffic(&self) -> Traffic {
        Traffic { sent: self.sent.load(Relaxed), received: self.received.load(Relaxed) }
    }

    /// The first bytes that the other side sent.
    pub(super) fn greeting(&self) -> Vec<u8> {
        self.greeting.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn read(&self, bytes: &[u8]) {
        let before = self.received.fetch_add(bytes.len() as u64, Relaxed);
        if before < GREETING as u64 {
            let mut greeting = self.greeting.lock().unwrap_or_else(PoisonError::into_inner);
            let room = GREETING.saturating_sub(greeting.len());
            greeting.extend(bytes.iter().take(room));
        }
    }
}

/// A TCP stream that is counted and can be cut.
pub(super) struct Wire {
    stream: TcpStream,
    cut: Pin<Box<WaitForCancellationFutureOwned>>,
    life: Arc<Life>,
}

impl Wire {
    pub(super) fn new(stream: TcpStream, life: Arc<Life>) -> Self {
        Self { stream, cut: Box::pin(life.cut.clone().cancelled_owned()), life }
    }

    fn poll_cut(&mut self, context: &mut Context<'_>) -> io::Result<()> {
        match self.cut.as_mut().poll(context) {
            Poll::Ready(()) => Err(io::ErrorKind::ConnectionAborted.into()),
            Poll::Pending => Ok(()),
        }
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.poll_cut(context)?;
        let before = buffer.filled().len();
        let result = Pin::new(&mut self.stream).poll_read(context, buffer);
        let new = buffer.filled().get(before..).unwrap_or_default();
        if !new.is_empty() {
            self.life.meter.read(new);
        }
        result
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.poll_cut(context)?;
        let result = Pin::new(&mut self.stream).poll_write(context, buffer);
        if let Poll::Ready(Ok(count)) = &result {
            self.life.meter.sent.fetch_add(*count as u64, Relaxed);
        }
        result
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
