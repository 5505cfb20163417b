//! The docker layer against real engines.
#![cfg(target_os = "linux")]

mod actions;
mod inspect;
mod resources;
