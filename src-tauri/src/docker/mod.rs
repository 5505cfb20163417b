//! Container engines: Docker's API, spoken over whatever reaches it.
//!
//! Owns everything that is said to an engine: finding its socket, versions, lists, events, actions,
//! logs, terminals. It refuses to run a shell with anything that a container chose in it, and to
//! know which user asked.

pub mod client;
pub mod error;
mod exec;
pub mod find;
mod log_lines;
mod log_text;
pub mod logs;
mod raw;
mod transport;

pub use client::Engine;
pub use error::EngineError;
pub use exec::{ExecControl, ExecInput, ExecOutput, ExecTerminal};
pub use transport::Route;
