//! Container engines: Docker's API, spoken over whatever reaches it.
//!
//! Owns everything that is said to an engine: finding its socket, versions, lists, events, actions,
//! logs, terminals. It refuses to run a shell with anything that a container chose in it, and to
//! know which user asked.

mod actions;
mod ask;
pub mod client;
pub mod error;
pub mod events;
pub mod find;
mod images;
mod inspect;
pub mod list;
mod networks;
mod prune;
mod secrets;
mod transport;
mod uses;
mod volumes;

pub use client::Engine;
pub use error::EngineError;
pub use inspect::{Inspected, Overlay};
pub use transport::Route;

use crate::domain::text::is_hidden;

/// A text from an engine: at most so many characters, and none that nobody sees.
fn text(text: &str, longest: usize) -> String {
    let seen = |c: char| if is_hidden(c) { char::REPLACEMENT_CHARACTER } else { c };
    let mut kept: String = text.chars().take(longest).map(seen).collect();
    if text.chars().nth(longest).is_some() {
        kept.push('…');
    }
    kept
}
