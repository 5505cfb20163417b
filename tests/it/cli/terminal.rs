//! The command line with a person at the keys: prompts, and the live view.

use super::{Tomo, address, fingerprint};
use crate::lab::sshd::{self, Sshd, client_key};
use std::{
    fs,
    io::{Read, Write},
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

impl Tomo {
    /// The same under a terminal of its own, 24 lines of 100 columns, with somebody at the keys.
    pub fn at_terminal(&self, arguments: &[&str]) -> Terminal {
        let typed = arguments.iter().map(|argument| format!("'{argument}'")).collect::<Vec<_>>();
        self.shell(&format!("exec '{}' {}", self.program().display(), typed.join(" ")))
    }

    /// A shell's line under a terminal, which is ended when it takes far too long.
    pub fn shell(&self, line: &str) -> Terminal {
        let name = self.folder.path().join("terminal");
        let _ = fs::remove_file(&name);
        let command = format!("stty rows 24 cols 100; tty > '{}'; {line}", name.display());
        let mut script = Command::new("timeout");
        let child = self
            .dress(&mut script)
            .args(["120", "script", "--quiet", "--return", "--flush", "--command", &command])
            .arg("/dev/null")
            .env("TERM", "xterm-256color")
            .env("SHELL", "/bin/sh")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("script");
        Terminal { child, name, unread: Vec::new() }
    }
}

/// A terminal in which Tomo runs.
pub struct Terminal {
    child: Child,
    /// The file that holds its name.
    name: PathBuf,
    /// What it showed behind the words that were last waited for: the next may have come with them.
    unread: Vec<u8>,
}

impl Terminal {
    /// Reads the terminal until it shows this, and gives all that was read.
    pub fn wait_for(&mut self, wanted: &str) -> String {
        let terminal = self.child.stdout.as_mut().expect("a pipe");
        let mut seen = std::mem::take(&mut self.unread);
        let mut buffer = [0; 4096];
        loop {
            let found = seen.windows(wanted.len()).position(|part| part == wanted.as_bytes());
            let text = String::from_utf8_lossy(&seen).into_owned();
            if let Some(at) = found {
                self.unread = seen.split_off(at + wanted.len());
                return text;
            }
            let read = terminal.read(&mut buffer).expect("the terminal");
            assert!(read > 0, "no {wanted:?} in {text:?}");
            seen.extend_from_slice(&buffer[..read]);
        }
    }

    /// Waits for the question and until what is typed is hidden: what was typed before is dropped.
    pub(super) fn wait_for_secret(&mut self, question: &str) {
        self.wait_for(question);
        let name = self.name();
        let hidden = || {
            let settings = Command::new("stty").args(["-F", &name, "-a"]).output();
            String::from_utf8_lossy(&settings.expect("stty").stdout).contains(" -echo ")
        };
        let deadline = Instant::now() + Duration::from_secs(60);
        while !hidden() {
            assert!(Instant::now() < deadline, "{question} is asked in the open");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Its name, as `/dev/pts/7`.
    pub fn name(&self) -> String {
        fs::read_to_string(&self.name).expect("a terminal's name").trim().to_owned()
    }

    /// Sends SIGTERM to the Tomo in it.
    pub fn terminate(&self) {
        let name = self.name();
        let terminal = name.trim_start_matches("/dev/");
        let found = Command::new("pgrep").args(["-t", terminal, "-x", "tomo"]).output();
        let found = String::from_utf8(found.expect("pgrep").stdout).expect("text");
        let killed = Command::new("kill").args(["-TERM", found.trim()]).status();
        assert!(killed.expect("kill").success(), "one process: {found:?}");
    }

    pub fn press(&mut self, keys: &str) {
        self.child.stdin.as_mut().expect("a pipe").write_all(keys.as_bytes()).expect("a key");
    }

    /// What it shows until Tomo ends, and the exit code.
    pub fn end(mut self) -> (String, Option<i32>) {
        let mut rest = std::mem::take(&mut self.unread);
        self.child.stdout.take().expect("a pipe").read_to_end(&mut rest).expect("the terminal");
        let status = self.child.wait().expect("it ends");
        (String::from_utf8_lossy(&rest).into_owned(), status.code())
    }
}

/// A person decides about a host key: only 'yes', or the fingerprint that was read on the server,
/// goes on; whatever else is typed does not.
#[test]
fn a_person_is_asked_about_an_unknown_host_key() {
    let sshd = Sshd::start(sshd::Options::default());
    let tomo = Tomo::signed_in();
    let account = sshd::account("cli", "unused in here", "/bin/sh");
    let key = client_key("ed25519", "openssh", "the key's passphrase");
    sshd.authorize(&key.public);
    tomo.write("key", &key);
    let address = address(&account, sshd.port());
    let add = ["server", "add", &address, "--name", "Lab", "--key", &tomo.path("key")];
    let right = fingerprint(&sshd);
    let pasted = format!("256 {right} root@lab (ED25519)");
    let wrong = "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    for (answer, code) in [("no", 6), ("y", 6), (wrong, 6), (pasted.as_str(), 0)] {
        let mut terminal = tomo.at_terminal(&add);
        terminal.wait_for_secret("Passphrase of");
        terminal.press("the key's passphrase\r");
        let shown = terminal.wait_for("'yes' if they are the same");
        assert!(shown.contains(&right) && shown.contains("ssh-ed25519"), "{shown:?}");
        terminal.press(&format!("{answer}\r"));
        let (rest, ended) = terminal.end();
        assert_eq!(ended, Some(code), "{answer}: {rest:?}");
    }
    assert_eq!(tomo.json(&["server", "list", "--json"]).as_array().map(Vec::len), Some(2));
}

/// A prompt for a password that is left by Ctrl-C must not leave the shell without echo.
#[test]
fn an_interrupted_prompt_gives_the_echo_back() {
    let tomo = Tomo::signed_in();
    let data = tomo.path("data");
    // The shell is interrupted together with Tomo: it has to live on to show what is left of it.
    let line = format!(
        "trap : INT; env -u TOMO_PASSPHRASE_FILE '{}' --data-dir '{data}' server list; echo \"code $?\"; stty -a",
        tomo.program().display(),
    );
    let mut terminal = tomo.shell(&line);
    terminal.wait_for_secret("Passphrase of the vault");
    terminal.press("\u{3}");
    let (rest, _) = terminal.end();
    assert!(rest.contains("code 130") && rest.contains(" echo "), "{rest:?}");
}

/// Whoever leaves the live view wants the own shell back: the first screen, the cursor, the echo;
/// however it is left.
#[test]
fn the_live_view_gives_the_terminal_back() {
    let tomo = Tomo::signed_in();
    for keys in ["q", "\u{3}"] {
        let mut view = tomo.at_terminal(&["monitor"]);
        let shown = view.wait_for("This computer");
        assert!(shown.contains("\u{1b}[?1049h"), "takes the second screen: {shown:?}");
        view.wait_for(" %");
        view.press(keys);
        let (rest, code) = view.end();
        assert!(rest.contains("\u{1b}[?1049l") && rest.contains("\u{1b}[?25h"), "{rest:?}");
        assert_eq!(code, Some(0), "{keys:?}");
    }
    let mut view = tomo.at_terminal(&["monitor"]);
    view.wait_for("This computer");
    view.terminate();
    let (rest, code) = view.end();
    assert!(rest.contains("\u{1b}[?1049l") && code == Some(0), "{rest:?}");
}
