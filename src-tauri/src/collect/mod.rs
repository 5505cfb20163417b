//! What a server is doing: read without anything installed on it, parsed, and turned into samples.
//!
//! A script runs in one long-lived shell on the server ([`script`]) and answers each request with a
//! block ([`block`]). Each metric has a file of its own with its counters, its pure parser and its
//! definition; [`sampler`] joins them into samples. [`ring`] keeps the last hour, [`minute`] makes
//! the rows that are stored, [`cadence`] says when to ask. [`watch`] is the life of one server,
//! [`supervisor`] of all; [`hub`] holds what is known now. Nothing here writes to a server.

pub mod block;
pub mod cadence;
pub mod container_minute;
pub mod container_ring;
pub mod error;
pub mod hub;
pub mod local;
pub mod minute;
pub mod ring;
pub mod sampler;
pub mod script;
pub mod source;
pub mod supervisor;
pub mod system;
pub mod watch;

pub mod containers;
pub mod cpu;
pub mod disk;
pub mod load;
pub mod memory;
pub mod mounts;
pub mod network;
pub mod own_cost;
pub mod rate;
pub mod temperature;
pub mod uptime;

pub use error::Error;

#[cfg(all(test, target_os = "linux"))]
mod container_tests;
#[cfg(all(test, target_os = "linux"))]
mod script_tests;
