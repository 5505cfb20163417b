//! Keys that a running ssh-agent holds: it signs, and no key is ever seen here.

#[cfg(unix)]
#[path = "unix.rs"]
mod system;
#[cfg(windows)]
#[path = "windows.rs"]
mod system;

use super::guard::Guard;
use crate::domain::failure::{Failure, Step};
use russh::{
    AgentAuthError,
    client::{AuthResult, Handle},
    keys::{
        self, HashAlg, PublicKey,
        agent::{AgentIdentity, client::AgentClient},
    },
};

/// Servers count each key that is tried; OpenSSH closes the connection at the seventh.
const MOST_KEYS: usize = 6;

/// A connection to the agent.
pub(super) struct Agent {
    client: AgentClient<system::Stream>,
}

impl Agent {
    /// Connects to the agent of this session.
    pub(super) async fn open() -> Result<Self, Failure> {
        match system::connect().await {
            Ok(client) => Ok(Self { client }),
            Err(error) => Err(Failure::new(
                Step::Authenticate,
                format!("no ssh-agent answers: {error}"),
                system::HINT,
            )),
        }
    }

    /// Tells the agent which server it signs for, which keys with a destination need.
    pub(super) async fn bind(&mut self, handle: &Handle<Guard>) {
        if let Some(binding) = handle.agent_session_binding()
            && let Err(error) = self.client.bind_session(binding, false).await
        {
            tracing::debug!(%error, "the agent knows no session binding");
        }
    }

    /// The keys it holds, at most as many as a server lets one try.
    pub(super) async fn keys(&mut self) -> Result<Vec<PublicKey>, Failure> {
        let held = self.client.request_identities().await.map_err(|error| {
            Failure::new(
                Step::Authenticate,
                format!("the ssh-agent does not show its keys: {error}"),
                "Unlock it, or start it again.",
            )
        })?;
        let keys: Vec<_> = held
            .into_iter()
            .filter_map(|identity| match identity {
                AgentIdentity::PublicKey { key, .. } => Some(key),
                AgentIdentity::Certificate { .. } => None,
            })
            .take(MOST_KEYS)
            .collect();
        if keys.is_empty() {
            return Err(Failure::new(
                Step::Authenticate,
                "the ssh-agent holds no keys",
                "Add one with ssh-add.",
            ));
        }
        Ok(keys)
    }

    /// Signs in with one of its keys.
    pub(super) async fn sign_in(
        &mut self,
        handle: &mut Handle<Guard>,
        username: &str,
        key: PublicKey,
        hash: Option<HashAlg>,
    ) -> Result<AuthResult, AgentAuthError> {
        handle.authenticate_publickey_with(username, key, hash, &mut self.client).await
    }
}

/// What opening an agent ends with.
type Opened = Result<AgentClient<system::Stream>, keys::Error>;
