//! A link with a long way: TCP on loopback, where every byte is on its way for a while, and where as
//! many as are sent may be on it.

use crate::report::Done;
use std::time::Duration;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::mpsc,
    task::JoinHandle,
    time::Instant,
};

/// The link; it ends when it is dropped.
pub struct Link {
    /// Where it begins.
    pub port: u16,
    accepting: JoinHandle<()>,
}

impl Link {
    /// A link to a port of this computer, `way` long in each direction.
    pub async fn to(port: u16, way: Duration) -> Done<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let own = listener.local_addr()?.port();
        let accepting = tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let Ok(far) = TcpStream::connect(("127.0.0.1", port)).await else { continue };
                let _ = (near.set_nodelay(true), far.set_nodelay(true));
                let ((from, back), (answers, to)) = (near.into_split(), far.into_split());
                tokio::spawn(carry(from, to, way));
                tokio::spawn(carry(answers, back, way));
            }
        });
        Ok(Self { port: own, accepting })
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn carry(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, way: Duration) {
    let (sender, mut on_the_way) = mpsc::unbounded_channel::<(Instant, Vec<u8>)>();
    let sending = async move {
        let mut buffer = vec![0; 64 << 10];
        while let Ok(length @ 1..) = from.read(&mut buffer).await {
            if sender.send((Instant::now() + way, buffer[..length].to_owned())).is_err() {
                return;
            }
        }
    };
    let arriving = async move {
        while let Some((at, bytes)) = on_the_way.recv().await {
            tokio::time::sleep_until(at).await;
            if to.write_all(&bytes).await.is_err() {
                return;
            }
        }
    };
    tokio::join!(sending, arriving);
}
