//! One command on a server, from its start to its end, and the end of what is abandoned.

use super::{connection::Connection, error::RemoteError};
use futures::FutureExt;
use russh::{Channel, ChannelMsg, Sig, client};
use std::pin::Pin;
use tokio::io::AsyncWrite;

/// The number of the standard error's stream.
const STDERR: u32 = 1;

/// What a running command tells.
pub(super) enum Event {
    Out(Vec<u8>),
    Err(Vec<u8>),
    Status(u32),
    Signal(String),
}

/// A running command. Dropped before its end, it is killed there.
pub(super) struct Running {
    /// Gone once it was killed: what still comes for a channel that nobody reads fills its buffer,
    /// and then holds up every other channel of the connection.
    channel: Option<Channel<client::Msg>>,
    connection: Connection,
    ended: bool,
}

impl Running {
    /// Has the account's login shell run `command`.
    pub(super) async fn start(connection: &Connection, command: &str) -> Result<Self, RemoteError> {
        let channel = connection.open_channel().await?;
        let mut running =
            Self { channel: Some(channel), connection: connection.clone(), ended: false };
        let Some(channel) = &mut running.channel else { return Err(connection.lost()) };
        if channel.exec(true, command).await.is_err() {
            return Err(connection.lost());
        }
        loop {
            match channel.wait().await {
                Some(ChannelMsg::Success) => return Ok(running),
                Some(ChannelMsg::Failure) => return Err(RemoteError::Refused),
                Some(ChannelMsg::Close) | None => {
                    running.ended = true;
                    return Err(match connection.is_closed() {
                        true => connection.lost(),
                        false => RemoteError::Refused,
                    });
                }
                Some(_) => {}
            }
        }
    }

    /// What it tells next; nothing after its end.
    ///
    /// # Errors
    /// When the connection ended before the command.
    pub(super) async fn next(&mut self) -> Result<Option<Event>, RemoteError> {
        while !self.ended {
            let Some(channel) = &mut self.channel else { break };
            match channel.wait().await {
                Some(ChannelMsg::Data { data }) => return Ok(Some(Event::Out(data.into()))),
                Some(ChannelMsg::ExtendedData { data, ext: STDERR }) => {
                    return Ok(Some(Event::Err(data.into())));
                }
                Some(ChannelMsg::ExitStatus { exit_status }) => {
                    return Ok(Some(Event::Status(exit_status)));
                }
                Some(ChannelMsg::ExitSignal { signal_name, .. }) => {
                    return Ok(Some(Event::Signal(name(signal_name))));
                }
                Some(ChannelMsg::Close) => self.ended = true,
                Some(_) => {}
                None => {
                    self.ended = true;
                    if self.connection.is_closed() {
                        return Err(self.connection.lost());
                    }
                }
            }
        }
        Ok(None)
    }

    /// Writes to its standard input.
    pub(super) async fn write(&self, bytes: Vec<u8>) -> Result<(), RemoteError> {
        let Some(channel) = &self.channel else { return Err(self.connection.lost()) };
        channel.data_bytes(bytes).await.map_err(|_| self.connection.lost())
    }

    /// Its standard input, to be written beside [`Running::next`]; shutting it down ends the input.
    pub(super) fn writer(&self) -> Option<Pin<Box<dyn AsyncWrite + Send>>> {
        let channel = self.channel.as_ref()?;
        Some(Box::pin(channel.make_writer()))
    }

    /// Kills it and everything it started, as far as the server helps.
    pub(super) fn kill(&mut self) {
        let Some(channel) = self.channel.take().filter(|_| !self.ended) else { return };
        self.ended = true;
        // Closing alone leaves a command running that neither reads nor writes. Both messages go
        // out at once or, when the connection is stuck, not at all: then it is lost anyway.
        let _ = channel.signal(Sig::KILL).now_or_never();
        let _ = channel.close().now_or_never();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.kill();
    }
}

fn name(signal: Sig) -> String {
    match signal {
        Sig::Custom(name) => name,
        known => format!("{known:?}"),
    }
}
