//! Running one command of a plan on its server as root: how the words get there, how a password gets to sudo and
//! nowhere else, and how the end of the command is told from the end of the connection.

use super::{
    facts::{Elevation, clean},
    plan::Plan,
};
use crate::{
    domain::docker_setup::SetupPrivilege,
    ssh::{Connection, RemoteStream},
};
use secrecy::{ExposeSecret, SecretString};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use uuid::Uuid;
use zeroize::Zeroizing;

const CARRY: &str = include_str!("carry.sh");
/// Runs what follows, with both outputs in one. It is not replaced by it, so that `setsid` need not leave its own
/// process, whose end would be taken for the command's.
const OUTER: &str = r#""$@" 2>&1; exit "$?""#;
/// The same in a session of its own, where there is `setsid`: a server that ends ours must not end the package
/// manager with it.
const APART: &str = r#"command -v setsid >/dev/null 2>&1 && set -- setsid "$@"
"$@" 2>&1; exit "$?""#;

/// How long the server may take to begin.
const OPENING: Duration = Duration::from_secs(30);
/// Characters of a line that are kept.
const LONGEST_LINE: usize = 400;

/// How the account becomes root for a command.
#[derive(Clone, Debug)]
pub(super) struct Way {
    elevation: Elevation,
    password: Option<SecretString>,
}

/// A command at work.
pub(super) struct Carried {
    stream: RemoteStream,
    mark: String,
    buffer: Vec<u8>,
    /// The rest of a line that is longer than what is kept is not.
    is_long: bool,
}

/// What a command tells.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Word {
    /// It runs, as this process.
    Begun(u32),
    /// A line that it says; before it runs, one of sudo's.
    Line(String),
    /// It has ended with this status.
    Ended(u32),
    /// Nothing more comes: sudo did not run it, or the connection ended.
    Silence,
}

impl Way {
    pub(super) fn of(plan: &Plan, password: Option<SecretString>) -> Self {
        let asks = plan.shown.privilege == SetupPrivilege::SudoPassword;
        Self { elevation: plan.elevation, password: password.filter(|_| asks) }
    }

    /// Begins to run a command.
    ///
    /// # Errors
    /// When the server was lost, in words.
    pub(super) async fn begin(
        &self,
        connection: &Connection,
        words: &[&str],
    ) -> Result<Carried, String> {
        let mark = format!("tomo-{}", Uuid::new_v4().simple());
        let before: &[&str] = match (self.elevation, &self.password) {
            (Elevation::Nothing, _) => &[],
            (Elevation::Doas, _) => &["doas", "-n"],
            (Elevation::Sudo, None) => &["env", "LC_ALL=C", "sudo", "-n", "--"],
            // Also where sudo remembers an earlier one: then it would not read this one, and the next program
            // would find it on its input.
            (Elevation::Sudo, Some(_)) => &["env", "LC_ALL=C", "sudo", "-k", "-S", "-p", "", "--"],
        };
        let outer = if self.elevation == Elevation::Nothing { APART } else { OUTER };
        let argv =
            [&["sh", "-c", outer, "sh"], before, &["sh", "-c", CARRY, "sh", mark.as_str()], words]
                .concat();
        let opened = connection.open_command(&argv, OPENING).await;
        let mut stream = opened.map_err(|error| error.failure().message)?;
        if let Some(password) = &self.password {
            let line = Zeroizing::new(format!("{}\n", password.expose_secret()));
            // sudo may have refused already, and then reads nothing: its words say so.
            let _ = stream.write_all(line.as_bytes()).await;
        }
        let _ = stream.shutdown().await;
        Ok(Carried { stream, mark, buffer: Vec::new(), is_long: false })
    }
}

impl Carried {
    /// What it tells next.
    pub(super) async fn next(&mut self) -> Word {
        loop {
            if let Some(line) = self.line() {
                if let Some(word) = self.word(&line) {
                    return word;
                }
                continue;
            }
            let mut part = [0; 4_096];
            match self.stream.read(&mut part).await {
                Ok(0) | Err(_) if self.buffer.is_empty() => return Word::Silence,
                Ok(0) | Err(_) => self.buffer.push(b'\n'),
                Ok(length) => self.buffer.extend_from_slice(&part[..length]),
            }
        }
    }

    /// The next whole line, or the beginning of one that is too long.
    fn line(&mut self) -> Option<String> {
        loop {
            // Progress that is written over itself is as many lines.
            let end = self.buffer.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
            let is_whole = end.is_some();
            let end = end
                .or_else(|| (self.buffer.len() > 4 * LONGEST_LINE).then_some(self.buffer.len()))?;
            let line = String::from_utf8_lossy(&self.buffer[..end]).into_owned();
            self.buffer.drain(..(end + usize::from(is_whole)).min(self.buffer.len()));
            let was_long = std::mem::replace(&mut self.is_long, !is_whole);
            if !was_long {
                return Some(line);
            }
        }
    }

    fn word(&self, line: &str) -> Option<Word> {
        if let Some(told) = line.strip_prefix(&self.mark) {
            let (word, number) = told.trim().split_once(' ')?;
            return match (word, number.parse()) {
                ("begun", Ok(process)) => Some(Word::Begun(process)),
                ("ended", Ok(status)) => Some(Word::Ended(status)),
                _ => None,
            };
        }
        let line = clean(line.trim_end(), LONGEST_LINE);
        (!line.trim().is_empty()).then_some(Word::Line(line))
    }
}

/// Why sudo did not run a command, from what it said.
pub(super) fn refusal(said: &[String]) -> String {
    let says = |words: &[&str]| {
        said.iter().any(|line| words.iter().any(|word| line.to_lowercase().contains(word)))
    };
    if says(&[
        "incorrect password",
        "sorry, try again",
        "no password was provided",
        "authentication fail",
    ]) {
        return "sudo did not take the password. Nothing was changed by it; try again with the password of \
                the account on the server."
            .to_owned();
    }
    if says(&["not in the sudoers", "not allowed", "may not run"]) {
        return "sudo does not let this account run commands as root. Allow it there, or sign in with another \
                account."
            .to_owned();
    }
    if says(&["must have a tty", "a terminal is required"]) {
        return "sudo there runs nothing without a terminal (requiretty). Take that out of its settings, or run \
                the commands yourself."
            .to_owned();
    }
    match said.iter().rfind(|line| !line.is_empty()) {
        Some(line) => format!("The command was not run; the server says '{line}'."),
        None => "The command was not run, and the server does not say why.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Holds because each kind of refusal needs another thing to be done.
    #[test]
    fn what_sudo_says_becomes_what_helps() {
        let said = |line: &str| refusal(&[line.to_owned()]);
        assert!(said("Sorry, try again.").contains("did not take the password"));
        assert!(said("dana is not in the sudoers file.").contains("does not let this account"));
        assert!(said("sudo: sorry, you must have a tty to run sudo").contains("terminal"));
        assert!(said("sudo: boom").contains("'sudo: boom'"));
        assert!(refusal(&[]).contains("does not say why"));
    }
}
