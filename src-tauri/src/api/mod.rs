//! The command table.
pub mod args;
