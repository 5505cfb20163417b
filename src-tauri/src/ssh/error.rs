//! What can go wrong, and the words for it.

use crate::domain::{
    failure::{Failure, Step},
    host_key::HostKeyVerdict,
};
use std::time::Duration;

/// Why no connection came to be.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// A step failed.
    #[error(transparent)]
    Failed(#[from] Failure),
    /// The host key is unknown or changed: somebody has to decide. Nothing secret was sent.
    #[error("the host key is not a trusted one")]
    HostKey(HostKeyVerdict),
}

/// Why something on a connected server did not work.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RemoteError {
    /// The connection has ended.
    #[error("{0}")]
    Closed(Failure),
    /// No complete answer within this time. What ran was killed.
    #[error("no answer within {} s", .0.as_secs_f32())]
    Timeout(Duration),
    /// The server opens no further session, or runs no commands.
    #[error("the server opens no session for commands")]
    Refused,
    /// The server forwards no sockets.
    #[error("the server forwards no sockets")]
    Forbidden,
    /// The server forwards no ports.
    #[error("the server forwards no ports")]
    PortForbidden,
    /// Nothing listens at the port.
    #[error("nothing listens at the port")]
    NothingListens,
    /// Nobody answers at the socket, or the account may not use it.
    #[error("nobody answers at the socket")]
    NotConnected,
    /// What started on the server is not a shell that runs commands.
    #[error("the login shell runs no commands")]
    NoShell {
        /// The last line it said, when it said one.
        said: Option<String>,
    },
    /// The answer is longer than this many bytes.
    #[error("the answer is longer than {0} bytes")]
    TooLarge(usize),
    /// The long-lived shell ended.
    #[error("the shell on the server ended")]
    Ended {
        /// Its exit status, when it was told.
        status: Option<u32>,
        /// The last line of its standard error.
        said: Option<String>,
    },
    /// An earlier question was not answered to its end, so the next answer could be a wrong one.
    #[error("an earlier question was not answered")]
    OutOfStep,
    /// The text holds a character that cannot be sent: NUL, or a line break within a line.
    #[error("the text holds a character that cannot be sent")]
    Unsendable,
}

impl RemoteError {
    /// The error in words for a person.
    #[must_use]
    pub fn failure(&self) -> Failure {
        let (message, hint) = match self {
            Self::Closed(failure) => return failure.clone(),
            Self::Timeout(time) => (
                format!("the server did not answer within {}", seconds(*time)),
                "See whether it is overloaded, or whether a disk of it hangs.".to_owned(),
            ),
            Self::Refused => (
                "the server lets this account run no commands".to_owned(),
                "Allow sessions in its sshd_config (MaxSessions), or use another account."
                    .to_owned(),
            ),
            Self::Forbidden => (
                "the server forwards no sockets".to_owned(),
                "Allow it in its sshd_config (AllowStreamLocalForwarding yes).".to_owned(),
            ),
            Self::PortForbidden => (
                "the server forwards no ports".to_owned(),
                "Allow it in its sshd_config (AllowTcpForwarding yes).".to_owned(),
            ),
            Self::NothingListens => (
                "nothing listens at the port".to_owned(),
                "See whether the app runs, and what its log says.".to_owned(),
            ),
            Self::NotConnected => (
                "nobody answers at the socket".to_owned(),
                "See whether the service behind it runs, and whether the account may use it."
                    .to_owned(),
            ),
            Self::NoShell { said } => (
                match said {
                    Some(said) => format!("the login shell runs no commands; it says {said}"),
                    None => "the login shell runs no commands".to_owned(),
                },
                "Give the account an ordinary shell there (chsh -s /bin/sh), without a forced \
                 command, or use another account."
                    .to_owned(),
            ),
            Self::TooLarge(limit) => (
                format!("the answer is longer than {limit} bytes"),
                "See what the account's shell prints by itself.".to_owned(),
            ),
            Self::Ended { status, said } => {
                let status = status.map(|status| format!(" with status {status}"));
                let said = said.as_ref().map(|said| format!("; it says {said}"));
                (
                    format!(
                        "the shell on the server ended{}{}",
                        status.unwrap_or_default(),
                        said.unwrap_or_default()
                    ),
                    "Connect again; if it happens again, see that server's log.".to_owned(),
                )
            }
            Self::OutOfStep => (
                "an earlier question to the server was not answered".to_owned(),
                "Connect again.".to_owned(),
            ),
            Self::Unsendable => (
                "the command holds a character that cannot be sent".to_owned(),
                "Take line breaks and NUL characters out of it.".to_owned(),
            ),
        };
        Failure::new(Step::Command, message, hint)
    }
}

impl From<RemoteError> for Failure {
    fn from(error: RemoteError) -> Self {
        error.failure()
    }
}

/// A time as people write it: `15 s`, `0.3 s`.
pub(super) fn seconds(time: Duration) -> String {
    format!("{} s", (time.as_secs_f64() * 10.0).round() / 10.0)
}

/// The last line with words in it, in quotes, fit to stand in a sentence.
pub(super) fn quoted(bytes: &[u8]) -> Option<String> {
    /// A line that goes on longer than this says nothing more to a person.
    const LONGEST: usize = 160;
    let text = String::from_utf8_lossy(bytes);
    let line = text
        .lines()
        .map(|line| line.chars().filter(|char| !char.is_control()).collect::<String>())
        .rfind(|line| !line.trim().is_empty())?;
    let line = line.trim();
    Some(match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("'{}…'", &line[..end]),
        None => format!("'{line}'"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Holds because what a server prints must not bring colours, bells or pages into a sentence.
    #[test]
    fn remote_words_are_one_short_clean_line() {
        assert_eq!(quoted(b"noise\n\x1b[31mno shell\x07\r\n\n"), Some("'[31mno shell'".to_owned()));
        assert_eq!(quoted(b"\n \n"), None);
        let long = "ü".repeat(500);
        assert_eq!(quoted(long.as_bytes()).map(|line| line.chars().count()), Some(163));
    }

    /// Holds because a time limit below a second must not read as '0 s'.
    #[test]
    fn times_read_as_people_write_them() {
        assert_eq!(seconds(Duration::from_secs(15)), "15 s");
        assert_eq!(seconds(Duration::from_millis(300)), "0.3 s");
    }
}
