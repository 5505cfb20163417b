//! Container engines: Docker's API, spoken over whatever reaches it.
//!
//! Owns everything that is said to an engine: finding its socket, versions, lists, events, actions,
//! logs, terminals. It refuses to run a shell with anything that a container chose in it, and to
//! know which user asked.

mod actions;
mod adopted;
mod archive;
mod ask;
mod bounded;
pub mod client;
pub mod compose;
pub mod error;
mod event_lines;
pub mod events;
mod exec;
mod facts;
pub mod find;
mod holdings;
pub mod host;
mod images;
mod inspect;
pub mod list;
mod log_lines;
mod log_text;
pub mod logs;
mod networks;
mod prune;
mod pull;
mod raw;
pub mod registry;
mod room;
mod secrets;
pub mod stats;
mod transport;
mod uses;
mod volume_copy;
mod volumes;

pub use adopted::{FileObstacle, Labelled, ServerFile, is_whole_path};
pub use archive::{DataPlace, DataSink, DataStream, PathIs, Writing};
pub use client::Engine;
pub use compose::{ComposeError, ComposeProject};
pub use error::EngineError;
pub use exec::{ExecControl, ExecInput, ExecOutput, ExecPipe, ExecTerminal, PipeOutput};
pub use facts::{HostFacts, ListeningPort, PathKind};
pub use holdings::{Holdings, KeptImage};
pub use inspect::{Inspected, Overlay};
pub use prune::Unused;
pub use pull::{Layer, LayerState, Layers, SILENCE};
pub use stats::ContainerStats;
pub use transport::Route;
pub use volume_copy::CopyError;

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
