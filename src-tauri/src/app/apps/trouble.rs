//! Why something could not be done to an app, and whether trying again may help.

use crate::{
    app::{backup::error::BackupError, error::AppError},
    docker::{ComposeError, CopyError, EngineError, host::HostError},
    domain::text::sentence,
    ssh::RemoteError,
    store::StoreError,
};

/// Why something did not come to its end.
#[derive(Debug)]
pub(super) enum Trouble {
    /// Somebody ended it, or Tomo itself is ending.
    Cancelled,
    /// The server was lost in the midst of it: the same may be tried again.
    Lost(String),
    /// It cannot be done.
    Failed(String),
}

impl Trouble {
    /// Why, as a sentence.
    pub(super) fn words(&self) -> String {
        match self {
            Self::Cancelled => "It was cancelled.".to_owned(),
            Self::Lost(why) | Self::Failed(why) => sentence(why),
        }
    }

    /// The same, with what was being done before it.
    pub(super) fn while_doing(self, doing: &str) -> Self {
        match self {
            Self::Failed(why) => Self::Failed(format!("{doing}: {why}")),
            other => other,
        }
    }
}

impl From<EngineError> for Trouble {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::Unreachable(_) | EngineError::Timeout | EngineError::Unknown(_) => {
                Self::Lost(error.to_string())
            }
            error => Self::Failed(error.to_string()),
        }
    }
}

impl From<HostError> for Trouble {
    fn from(error: HostError) -> Self {
        match &error {
            // The same words would get the same answer.
            HostError::Remote(
                RemoteError::Forbidden
                | RemoteError::PortForbidden
                | RemoteError::NoShell { .. }
                | RemoteError::TooLarge(_)
                | RemoteError::Unsendable,
            ) => Self::Failed(error.to_string()),
            HostError::Remote(_) => Self::Lost(error.to_string()),
            _ => Self::Failed(error.to_string()),
        }
    }
}

impl From<CopyError> for Trouble {
    fn from(error: CopyError) -> Self {
        match error {
            CopyError::Engine(error) => error.into(),
            CopyError::Host(error) => error.into(),
            CopyError::Failed(why) => Self::Failed(why),
            CopyError::Cancelled => Self::Cancelled,
        }
    }
}

impl From<ComposeError> for Trouble {
    fn from(error: ComposeError) -> Self {
        match error {
            ComposeError::Host(error) => error.into(),
            error => Self::Failed(error.to_string()),
        }
    }
}

impl From<AppError> for Trouble {
    fn from(error: AppError) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<BackupError> for Trouble {
    fn from(error: BackupError) -> Self {
        Self::Failed(format!("{error} {}", error.hint()))
    }
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        AppError::from(error).into()
    }
}
