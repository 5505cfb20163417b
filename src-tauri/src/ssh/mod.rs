//! SSH: opens connections to servers and runs commands on them.
//!
//! Owns everything that is said over the wire: host keys, signing in, quoting, time limits and
//! sizes. It refuses to go on with a host key that nobody trusted, to keep a secret longer than
//! the sign-in takes, to write to the remote disk, and to know where servers and keys are stored.

mod agent;
mod auth;
mod channel;
pub mod config;
mod connect;
mod connection;
mod error;
mod exec;
mod guard;
pub mod key;
mod quote;
mod script;
mod shell;
mod stream;
mod wire;

pub use connect::{Target, Timeouts, connect};
pub use connection::Connection;
pub use error::{ConnectError, RemoteError};
pub use exec::Output;
pub use script::ScriptChannel;
pub use shell::{ShellEvent, ShellInput, ShellOutput};
pub use stream::RemoteStream;
pub use wire::Traffic;

use std::time::Duration;

/// How long something on a server may take, and how much it may say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// From the request to its last byte.
    pub time: Duration,
    /// Bytes of each of the two outputs.
    pub bytes: usize,
}

impl Limits {
    /// What a question to a healthy server needs: 15 s and 1 MiB.
    pub const DEFAULT: Self = Self { time: Duration::from_secs(15), bytes: 1 << 20 };
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}
