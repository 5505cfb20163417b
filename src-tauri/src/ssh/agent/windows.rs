//! The agent service of Windows, behind its named pipe.

use russh::keys::agent::client::AgentClient;

/// How one talks to it.
pub(super) type Stream = tokio::net::windows::named_pipe::NamedPipeClient;

/// What to do when there is none.
pub(super) const HINT: &str = "Start the service 'OpenSSH Authentication Agent', then ssh-add.";

pub(super) async fn connect() -> super::Opened {
    AgentClient::connect_named_pipe(r"\\.\pipe\openssh-ssh-agent").await
}
