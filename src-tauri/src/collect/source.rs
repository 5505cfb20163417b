//! Where the samples of one server come from: the script on its SSH connection, or this computer.

use super::{
    block::{Block, BlockReader},
    error::Error,
    local::{self, LocalHost},
    sampler::Sampler,
    script::{self, Nonce, Reader, Request},
    system,
};
use crate::{
    domain::{
        failure::{Failure, Step},
        sample::Sample,
        system_info::SystemInfo,
    },
    ssh::{Connection, Limits, RemoteError, ScriptChannel},
};
use chrono::Utc;
use std::{
    future::pending,
    time::{Duration, Instant},
};

/// What one answer may take and hold. A host that needs longer is as good as down.
const ANSWER: Limits = Limits { time: Duration::from_secs(15), bytes: 1 << 20 };
/// The trial of awk, which a host may need a moment for.
const READY: Limits = Limits { time: Duration::from_secs(10), bytes: 64 << 10 };

/// What came of one request.
pub struct Taken {
    /// The sample.
    pub sample: Sample,
    /// What the host is, when that was asked for.
    pub system_info: Option<SystemInfo>,
    /// A network file system did not answer.
    pub network_mounts_late: bool,
}

/// See the module.
pub enum Source {
    /// A server over SSH.
    Remote(Box<Remote>),
    /// This computer.
    Local(Box<LocalHost>),
}

/// The script on a connection.
pub struct Remote {
    connection: Connection,
    channel: ScriptChannel,
    end_marker: String,
    nonce: Nonce,
    reader: Reader,
    sampler: Sampler,
    answered: bool,
}

impl Source {
    /// This computer.
    #[must_use]
    pub fn local() -> Self {
        Self::Local(Box::default())
    }

    /// Starts the script on a connection.
    ///
    /// # Errors
    /// When the account runs no commands, or the host is not a Linux.
    pub async fn remote(connection: Connection) -> Result<Self, Failure> {
        let (channel, nonce) = start(&connection, Reader::Awk).await?;
        Ok(Self::Remote(Box::new(Remote {
            connection,
            channel,
            end_marker: end_marker(&nonce),
            nonce,
            reader: Reader::Awk,
            sampler: Sampler::new(),
            answered: false,
        })))
    }

    /// Asks once.
    ///
    /// # Errors
    /// When the server does not answer in time, or not with what the script says.
    pub async fn take(&mut self, request: Request) -> Result<Taken, Failure> {
        match self {
            Self::Remote(remote) => remote.take(request).await,
            Self::Local(local) => Ok(Taken {
                sample: local.sample(request, Utc::now()),
                system_info: if request.system { Some(local::system_info().await) } else { None },
                network_mounts_late: false,
            }),
        }
    }

    /// Makes the next sample have no rates: the time since the last one was slept through.
    pub fn forget_rates(&mut self) {
        match self {
            Self::Remote(remote) => remote.sampler.forget_rates(),
            Self::Local(local) => local.forget_rates(),
        }
    }

    /// The connection that it goes over; none for this computer.
    #[must_use]
    pub fn connection(&self) -> Option<&Connection> {
        match self {
            Self::Remote(remote) => Some(&remote.connection),
            Self::Local(_) => None,
        }
    }

    /// Waits until the connection has ended, and says why; this computer's never does.
    pub async fn closed(&self) -> Failure {
        match self {
            Self::Remote(remote) => remote.connection.closed().await,
            Self::Local(_) => pending().await,
        }
    }

    /// Says good-bye.
    pub async fn close(self) {
        if let Self::Remote(remote) = self {
            remote.connection.disconnect().await;
        }
    }
}

impl Remote {
    async fn take(&mut self, request: Request) -> Result<Taken, Failure> {
        let asked = Instant::now();
        let line = request.line();
        let answer = self.channel.ask(line.trim_end(), &self.end_marker, ANSWER).await;
        let bytes = match answer {
            // An awk that keeps its answers in a buffer never gives a first one.
            Err(RemoteError::Timeout(_)) if !self.answered && self.reader == Reader::Awk => {
                self.reader = Reader::Shell;
                (self.channel, self.nonce) = start(&self.connection, Reader::Shell).await?;
                self.end_marker = end_marker(&self.nonce);
                self.channel.ask(line.trim_end(), &self.end_marker, ANSWER).await
            }
            answer => answer,
        }
        .map_err(|error| error.failure())?;
        self.answered = true;
        let round_trip = asked.elapsed();
        let block = read(&self.nonce, &bytes, &self.end_marker)?;
        Ok(Taken {
            sample: self.sampler.sample(&block, Utc::now(), round_trip),
            system_info: request.system.then(|| system::parse(&block)),
            network_mounts_late: block.section("network_mounts_late").is_some(),
        })
    }
}

async fn start(connection: &Connection, reader: Reader) -> Result<(ScriptChannel, Nonce), Failure> {
    let nonce = Nonce::random();
    let text = script::script(&nonce, reader);
    let mut channel =
        connection.script(&text, Limits::DEFAULT).await.map_err(|error| error.failure())?;
    let marker = end_marker(&nonce);
    let bytes = channel.listen(&marker, READY).await.map_err(|error| error.failure())?;
    let ready = read(&nonce, &bytes, &marker)?.ready().map_err(Failure::from)?;
    if ready { Ok((channel, nonce)) } else { Err(not_understood("it began with another answer")) }
}

fn end_marker(nonce: &Nonce) -> String {
    format!("@@{} end", nonce.as_str())
}

/// Reads the block that ends with the marker.
fn read(nonce: &Nonce, bytes: &[u8], end_marker: &str) -> Result<Block, Failure> {
    let mut reader = BlockReader::new(nonce);
    reader.push(bytes).map_err(Failure::from)?;
    reader
        .push(format!("{end_marker}\n").as_bytes())
        .map_err(Failure::from)?
        .ok_or_else(|| not_understood("the answer has no beginning"))
}

fn not_understood(why: &str) -> Failure {
    Failure::new(
        Step::Command,
        format!("the server's answer was not understood: {why}"),
        "Connect again; if it stays, report it with the server's system and shell.",
    )
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let hint = match &error {
            Error::NotLinux { .. } => "Tomo reads Linux servers; this computer may be any system.",
            Error::AnswerTooLong { .. } | Error::NotUnderstood { .. } => {
                "See what the account's login shell prints (its .profile, a forced command)."
            }
        };
        Self::new(Step::Command, error.to_string(), hint)
    }
}
