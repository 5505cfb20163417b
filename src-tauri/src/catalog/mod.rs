//! Catalogs of apps: reading what others wrote, refusing what is wrong in it line by line, and
//! searching through it.
//!
//! Everything here is text from strangers. It is read within limits, nothing of it is run, and a file
//! that a text names is looked for only beside it.

pub mod builtin;
mod compose;
mod dotenv;
pub mod env_file;
mod fields;
mod image;
mod imported;
mod manifest;
mod one_container;
pub mod own;
mod pinned;
mod problem;
pub mod project;
mod run_line;
pub mod search;
mod setting;
pub mod source;
mod variables;
mod yaml;

pub use compose::{is_system_path, reread};
pub use imported::Imported;
pub use manifest::{flags, read as read_manifest};
pub use pinned::pin;
pub use problem::Problems;
pub use setting::check as check_setting;
pub use variables::filled_or_kept;

/// Says once which library does the cryptography of TLS: the same one that SSH uses.
fn tls() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        // Somebody else's choice is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
}
