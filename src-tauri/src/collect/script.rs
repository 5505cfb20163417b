//! The script that runs on a server, and the one-line requests that it answers.
//!
//! It is written to the stdin of one long-lived `sh` and never to a disk. Where the host has an awk,
//! the shell becomes that awk, which reads the counters of a sample without starting a process; where
//! it has none, the shell's own builtins do the same, slower. What changes slowly starts a process on
//! its own, slower beat. Nothing that a host or a person chose is put into the script.

const MAIN: &str = include_str!("script/main.sh");
const FAST: &str = include_str!("script/fast.awk");
const SLOW: &str = include_str!("script/slow.sh");
const FIND: &str = include_str!("script/containers.sh");

/// The command that the script is written to. Plain enough for every login shell, fish and
/// restricted ones included.
pub const COMMAND: &str = "sh";

/// What reads the counters on the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    /// awk, when it is there and answers a trial request; else the shell.
    Awk,
    /// The shell: for a host whose awk passed the trial and then kept its answers in a buffer.
    Shell,
}

/// The text to write to [`COMMAND`]'s stdin. Its first block says that it is ready; only then may a
/// request be written, because some shells read ahead.
#[must_use]
pub fn script(nonce: &Nonce, reader: Reader) -> String {
    let reader = match reader {
        Reader::Awk => "awk",
        Reader::Shell => "shell",
    };
    let (nonce, fast, slow, find) = (nonce.as_str(), quoted(FAST), quoted(SLOW), quoted(FIND));
    // In braces, so that the shell has read all of it before anything runs.
    format!(
        "TOMO_NONCE={nonce}\nTOMO_READER={reader}\nTOMO_FAST={fast}\nTOMO_SLOW={slow}\n\
         TOMO_FIND={find}\n\
         {{\n{MAIN}}}\n"
    )
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// The word in every marker of one connection. The host learns it with the script, the files that
/// it reads do not, so that no file can forge a marker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nonce(String);

impl Nonce {
    /// A new random one.
    #[must_use]
    pub fn random() -> Self {
        Self(uuid::Uuid::new_v4().simple().to_string())
    }

    /// The word.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What one block shall hold besides the counters, which are always there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// Temperature sensors.
    pub temperatures: bool,
    /// Which interfaces are physical or wireless.
    pub interfaces: bool,
    /// Free space of file systems on the host itself.
    pub mounts: bool,
    /// Free space of file systems that another machine answers for.
    pub network_mounts: bool,
    /// What the host is.
    pub system: bool,
    /// Which control groups are containers. Those that were found are read with every sample.
    pub containers: bool,
}

impl Request {
    /// Everything.
    pub const ALL: Self = Self {
        temperatures: true,
        interfaces: true,
        mounts: true,
        network_mounts: true,
        system: true,
        containers: true,
    };

    /// The line to write, with its line feed.
    #[must_use]
    pub fn line(self) -> String {
        let letters = [
            (self.temperatures, 't'),
            (self.interfaces, 'n'),
            (self.mounts, 'm'),
            (self.network_mounts, 'r'),
            (self.system, 'i'),
            (self.containers, 'c'),
        ];
        let wanted = letters.into_iter().filter_map(|(wanted, letter)| wanted.then_some(letter));
        std::iter::once('f').chain(wanted).chain(['\n']).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The request line is the protocol: awk and the shell look for these letters.
    #[test]
    fn a_request_is_one_line_of_letters() {
        assert_eq!(Request::default().line(), "f\n");
        assert_eq!(Request::ALL.line(), "ftnmric\n");
    }

    /// A quote inside the embedded scripts must not end the quoting.
    #[test]
    fn quoting_survives_quotes() {
        assert_eq!(quoted("it's"), r"'it'\''s'");
    }
}
