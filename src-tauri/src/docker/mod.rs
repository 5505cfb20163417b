//! Container engines: Docker's API, spoken over whatever reaches it.
//!
//! Owns everything that is said to an engine: finding its socket, versions, lists, events, actions,
//! logs, terminals. It refuses to run a shell with anything that a container chose in it, and to
//! know which user asked.

pub mod client;
pub mod error;
pub mod find;
pub mod stats;
mod transport;

pub use client::Engine;
pub use error::EngineError;
pub use stats::ContainerStats;
pub use transport::Route;
