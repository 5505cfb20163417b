//! Tomo: watch and run the machines you keep at home, over plain SSH.
//!
//! The layers, each using only those to its right; names joined by `|` never use each other:
//!
//! ```text
//! main → shell | cli | mcp → api → app → collect | docker | catalog → ssh | vault | store → domain
//! ```
//!
//! `tests/it/architecture.rs` reads the `use crate::…` edges and fails on an upward one.

pub mod shell;

pub mod cli;

pub mod mcp;

pub mod api;

pub mod app;

pub mod catalog;
pub mod collect;
pub mod docker;

pub mod ssh;
pub mod store;
pub mod vault;

pub mod domain;

#[cfg(all(test, target_os = "linux"))]
mod test_programs;
