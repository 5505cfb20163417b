//! One integration binary: every test drives real parts. See each module for what it is about.

#[path = "../lab/mod.rs"]
mod lab;

mod api;
mod architecture;
mod cli;
mod container_streams;
mod docker;
mod mcp;
mod ssh;
mod store;
mod vault;
