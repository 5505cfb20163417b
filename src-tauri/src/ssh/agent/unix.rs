//! The agent behind the socket that `SSH_AUTH_SOCK` names.

use russh::keys::agent::client::AgentClient;

/// How one talks to it.
pub(super) type Stream = tokio::net::UnixStream;

/// What to do when there is none.
pub(super) const HINT: &str = "Start one (eval $(ssh-agent); ssh-add), and start Tomo from there.";

pub(super) async fn connect() -> super::Opened {
    AgentClient::connect_env().await
}
