//! The login shell of an account with a terminal.

use super::{connection::Connection, error::RemoteError};
use futures::FutureExt;
use russh::{ChannelMsg, ChannelReadHalf, ChannelWriteHalf, Sig, client};
use std::time::Duration;

/// What a terminal can show.
const TERM: &str = "xterm-256color";

/// What a shell writes. Whoever holds one reads it without waiting for anything else: what nobody
/// reads holds up everything else on the connection.
pub struct ShellOutput {
    read: ChannelReadHalf,
    connection: Connection,
    ended: bool,
}

/// What a shell reads, and its end: dropped, it is killed.
pub struct ShellInput {
    write: ChannelWriteHalf<client::Msg>,
    connection: Connection,
}

/// What comes from a shell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ShellEvent {
    /// Bytes for the screen.
    Data(Vec<u8>),
    /// It ended by itself, with this status.
    Status(u32),
    /// A signal ended it.
    Signal,
}

impl Connection {
    /// Starts the account's login shell with a terminal of this size, columns and rows.
    ///
    /// # Errors
    /// When the server opens no session, or no terminal, within `time`.
    pub async fn shell(
        &self,
        size: (u16, u16),
        time: Duration,
    ) -> Result<(ShellOutput, ShellInput), RemoteError> {
        tokio::time::timeout(time, open(self, size))
            .await
            .map_err(|_| RemoteError::Timeout(time))?
    }
}

async fn open(
    connection: &Connection,
    (columns, rows): (u16, u16),
) -> Result<(ShellOutput, ShellInput), RemoteError> {
    let (read, write) = connection.open_channel().await?.split();
    let mut output = ShellOutput { read, connection: connection.clone(), ended: false };
    let input = ShellInput { write, connection: connection.clone() };
    let lost = |_| connection.lost();
    let write = &input.write;
    write.request_pty(true, TERM, columns.into(), rows.into(), 0, 0, &[]).await.map_err(lost)?;
    output.granted().await?;
    write.request_shell(true).await.map_err(lost)?;
    output.granted().await?;
    Ok((output, input))
}

impl ShellOutput {
    /// Waits for the answer to a request.
    async fn granted(&mut self) -> Result<(), RemoteError> {
        loop {
            match self.read.wait().await {
                Some(ChannelMsg::Success) => return Ok(()),
                Some(ChannelMsg::Failure) => return Err(RemoteError::Refused),
                Some(ChannelMsg::Close) | None if self.connection.is_closed() => {
                    return Err(self.connection.lost());
                }
                Some(ChannelMsg::Close) | None => return Err(RemoteError::Refused),
                Some(_) => {}
            }
        }
    }

    /// What comes next; nothing after its end.
    ///
    /// # Errors
    /// When the connection ended before the shell.
    pub async fn next(&mut self) -> Result<Option<ShellEvent>, RemoteError> {
        while !self.ended {
            match self.read.wait().await {
                Some(ChannelMsg::Data { data } | ChannelMsg::ExtendedData { data, .. }) => {
                    return Ok(Some(ShellEvent::Data(data.into())));
                }
                Some(ChannelMsg::ExitStatus { exit_status }) => {
                    return Ok(Some(ShellEvent::Status(exit_status)));
                }
                Some(ChannelMsg::ExitSignal { .. }) => return Ok(Some(ShellEvent::Signal)),
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
}

impl ShellInput {
    /// Types into it. Waits for as long as nothing there reads.
    ///
    /// # Errors
    /// When it has ended.
    pub async fn write(&self, bytes: Vec<u8>) -> Result<(), RemoteError> {
        self.write.data_bytes(bytes).await.map_err(|_| self.connection.lost())
    }

    /// Tells it its size, columns and rows.
    ///
    /// # Errors
    /// When it has ended.
    pub async fn resize(&self, (columns, rows): (u16, u16)) -> Result<(), RemoteError> {
        let resized = self.write.window_change(columns.into(), rows.into(), 0, 0).await;
        resized.map_err(|_| self.connection.lost())
    }
}

impl Drop for ShellInput {
    fn drop(&mut self) {
        // Both go out at once or, when the connection is stuck, not at all: then it is lost anyway.
        let _ = self.write.signal(Sig::HUP).now_or_never();
        let _ = self.write.close().now_or_never();
    }
}
