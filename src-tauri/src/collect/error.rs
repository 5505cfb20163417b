//! What can go wrong between asking a host for figures and understanding its answer.

/// Errors of the collect layer. Figures that a host does not have are no errors: they are absent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The answer grew past every sensible size.
    #[error("the answer is longer than {limit_bytes} bytes")]
    AnswerTooLong {
        /// Where reading stopped.
        limit_bytes: usize,
    },
    /// Something talks, but not the script: a banner without end, or another program.
    #[error("the host's shell answers with something else: {said}")]
    NotUnderstood {
        /// The beginning of what it said, without control characters.
        said: String,
    },
    /// The host has no `/proc` as Linux has it.
    #[error("this host is not Linux: {system}")]
    NotLinux {
        /// What `uname -sr` prints, e.g. `FreeBSD 14.1-RELEASE`.
        system: String,
    },
}
