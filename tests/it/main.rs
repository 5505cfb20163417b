//! One integration binary: every test drives real parts. See each module for what it is about.

#[path = "../lab/mod.rs"]
mod lab;

mod architecture;
mod cli;
mod ssh;
mod store;
mod vault;
