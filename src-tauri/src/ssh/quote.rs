//! The one function that puts texts into a shell command.
//!
//! The login shell of an account may be any: sh, dash, bash, BusyBox ash, zsh or fish, which reads
//! quotes in a way of its own. shlex writes only what all of them read alike; the integration
//! tests ask the real ones.

use super::error::RemoteError;

/// Quotes the words of a command and joins them.
///
/// # Errors
/// When a word holds a NUL character, which no command line can carry.
pub(super) fn words(words: &[&str]) -> Result<String, RemoteError> {
    shlex::try_join(words.iter().copied()).map_err(|_| RemoteError::Unsendable)
}
