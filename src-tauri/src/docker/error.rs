//! What can go wrong with an engine, and the words for it.

use super::transport::Endless;
use bollard::errors::Error;

/// The longest that an engine's own words are repeated, characters.
const WORDS: usize = 500;

/// Why an engine did not do something.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EngineError {
    /// It refused, in its words.
    #[error("{message}")]
    Refused {
        /// The status of its answer.
        status: u16,
        /// Its words, shortened, on one line.
        message: String,
    },
    /// What was asked for is not there (any more), in its words.
    #[error("{0}")]
    NotFound(String),
    /// It is in the state already that was asked for.
    #[error("it is so already")]
    Already,
    /// Something in front of it refuses changes.
    #[error("the socket lets through questions only")]
    ReadOnly,
    /// It cannot be reached, or not any more.
    #[error("the engine cannot be reached: {0}")]
    Unreachable(String),
    /// It was asked for a change, and its answer never came: it may have been made.
    #[error("it is not known whether it was done: {0}")]
    Unknown(&'static str),
    /// A program to run is not in its container.
    #[error("{0}")]
    NoProgram(String),
    /// It did not answer in time.
    #[error("the engine did not answer in time")]
    Timeout,
    /// It speaks only versions of the API that Tomo does not.
    #[error("it speaks version {major}.{minor} of the API, and Tomo 1.40 and newer")]
    TooOld {
        /// Of the newest version that it speaks.
        major: u32,
        /// Of the newest version that it speaks.
        minor: u32,
    },
    /// It says more than any engine has to say.
    #[error("the engine's answer does not end")]
    Endless,
    /// Its answer was not understood.
    #[error("the engine's answer was not understood: {0}")]
    NotUnderstood(String),
}

impl EngineError {
    /// What to do.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Refused { .. } | Self::Already | Self::NoProgram(_) => "",
            Self::NotFound(_) => "It may have been removed meanwhile.",
            Self::Unknown(_) => "Look again when the engine can be reached.",
            Self::ReadOnly => "Change it where the engine can be reached without the proxy.",
            Self::Unreachable(_) | Self::Timeout => {
                "See whether the engine runs, and whether the server is connected."
            }
            Self::TooOld { .. } => "Update it.",
            Self::Endless => "See what listens there: an engine answers shorter.",
            Self::NotUnderstood(_) => "The engine may be too old or too new for this Tomo.",
        }
    }
}

impl From<Error> for EngineError {
    fn from(error: Error) -> Self {
        match error {
            Error::DockerResponseServerError { status_code, message } => {
                let message = one_line(&message);
                match status_code {
                    304 => Self::Already,
                    403 => Self::ReadOnly,
                    404 => Self::NotFound(message),
                    status => Self::Refused { status, message },
                }
            }
            Error::DockerStreamError { error } => {
                Self::Refused { status: 200, message: one_line(&error) }
            }
            Error::RequestTimeoutError => Self::Timeout,
            Error::JsonDataError { message, .. } => Self::NotUnderstood(one_line(&message)),
            Error::JsonSerdeError { err } => Self::NotUnderstood(one_line(&err.to_string())),
            error => Self::broken(&error),
        }
    }
}

impl EngineError {
    /// Why an answer broke off.
    pub(super) fn broken(error: &(dyn std::error::Error + 'static)) -> Self {
        if is_endless(error) { Self::Endless } else { Self::Unreachable(deepest(error)) }
    }
}

/// Whether Tomo itself broke off, because there was no end to it.
fn is_endless(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        let inner = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        if inner.is_some_and(|inner| inner.is::<Endless>()) {
            return true;
        }
        cause = error.source();
    }
    false
}

/// The cause under all others: HTTP libraries wrap 'connection refused' three times.
fn deepest(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    one_line(&cause.to_string())
}

/// What an engine said, fit to stand in a sentence.
pub(super) fn one_line(text: &str) -> String {
    super::text(text, WORDS).replace(char::REPLACEMENT_CHARACTER, " ").trim().to_owned()
}
