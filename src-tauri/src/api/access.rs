//! Who may call what: an effect for each command, and the effects of each role.

use crate::domain::user::Role;
use serde::Serialize;

/// What calling a command does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Needs nobody signed in: set-up, sign-in, status.
    Public,
    /// Reads, or changes only what is the caller's own.
    Read,
    /// Acts on servers and apps.
    Operate,
    /// Changes users, system settings, credentials, host keys, retention; restores.
    Administer,
}

impl Effect {
    /// Whether a role may do this.
    #[must_use]
    pub fn allowed_to(self, role: Role) -> bool {
        role.reaches(self.least_role())
    }

    /// The least role that may do this.
    #[must_use]
    pub fn least_role(self) -> Role {
        match self {
            Self::Public | Self::Read => Role::Readonly,
            Self::Operate => Role::User,
            Self::Administer => Role::Admin,
        }
    }
}
