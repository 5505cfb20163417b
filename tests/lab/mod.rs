//! The lab: the real parts that Tomo talks to, started on loopback and stopped when dropped.
//!
//! It uses nothing but `std` (and `tempfile`), because `cargo xtask lab` includes it as well.

#![allow(dead_code, unused_imports, reason = "each binary that includes the lab uses a part of it")]

pub mod app;
pub mod display;
pub mod docker;
pub mod gate;
pub mod podman;
pub mod proxy;
pub mod registry;
pub mod root;
pub mod secret_service;
pub mod sshd;
pub mod telling;
