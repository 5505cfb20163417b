//! OpenSSH servers on free loopback ports, with accounts and keys to sign in by.
//!
//! Each [`Sshd`] is the system's own `sshd` with its own folder, host keys and configuration. As
//! root it signs in real accounts that exist for the test only; otherwise only the current user
//! can sign in, by key.
#![cfg(unix)]

mod account;
mod key;

pub use account::{Account, account};
pub use key::{Agent, ClientKey, client_key, fingerprint};

use std::{
    collections::HashMap,
    fs,
    io::{BufRead, BufReader, Write},
    net::{Ipv4Addr, TcpListener},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};
use tempfile::TempDir;

/// How long anything in here may take before it counts as broken.
const PATIENCE: Duration = Duration::from_secs(20);

/// How a server is set up.
#[derive(Clone, Debug)]
pub struct Options {
    /// Types of host keys, as `ssh-keygen -t` names them.
    pub host_keys: Vec<&'static str>,
    /// Whether the method `password` is offered.
    pub password: bool,
    /// Whether the method `keyboard-interactive` is offered, which asks PAM and so needs root.
    pub keyboard_interactive: bool,
    /// Whether keys are accepted.
    pub public_key: bool,
    /// Further lines of `sshd_config`.
    pub config: Vec<String>,
    /// Words before those that start it: a program that runs it elsewhere.
    pub inside: Vec<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            host_keys: vec!["ed25519"],
            password: true,
            keyboard_interactive: false,
            public_key: true,
            config: Vec::new(),
            inside: Vec::new(),
        }
    }
}

/// A running server. Dropping it ends it and every connection to it.
pub struct Sshd {
    folder: TempDir,
    options: Options,
    port: u16,
    child: Option<Child>,
    log: Arc<Log>,
}

/// What the server writes to its standard error, line by line.
#[derive(Default)]
struct Log {
    lines: Mutex<Vec<String>>,
    grown: Condvar,
}

impl Sshd {
    /// Starts a server.
    pub fn start(options: Options) -> Self {
        let folder = tempfile::Builder::new().prefix("tomo-sshd-").tempdir().expect("a folder");
        // Accounts read their authorized keys in here by themselves.
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("a mode");
        fs::write(folder.path().join("authorized_keys"), "").expect("a file");
        let mut sshd =
            Self { folder, options, port: 0, child: None, log: Arc::new(Log::default()) };
        sshd.replace_host_keys();
        for attempt in 1.. {
            sshd.port = free_port();
            match sshd.try_run() {
                Ok(()) => break,
                // Somebody else took the port in between.
                Err(_) if attempt < 5 => {}
                Err(log) => panic!("sshd does not start:\n{log}"),
            }
        }
        sshd
    }

    /// The port on `127.0.0.1`.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Lets everybody sign in who has the private half of this key.
    pub fn authorize(&self, public_key: &str) {
        let path = self.folder.path().join("authorized_keys");
        let mut file = fs::OpenOptions::new().append(true).open(path).expect("authorized_keys");
        writeln!(file, "{}", public_key.trim()).expect("authorized_keys");
    }

    /// The public host key of a type, in OpenSSH's one-line form.
    pub fn host_key(&self, kind: &str) -> String {
        let path = self.folder.path().join(format!("host_{kind}.pub"));
        fs::read_to_string(path).expect("a host key").trim().to_owned()
    }

    /// Gives the server new host keys; a running one shows them after its next start.
    pub fn replace_host_keys(&mut self) {
        for kind in &self.options.host_keys {
            let path = self.folder.path().join(format!("host_{kind}"));
            let _ = fs::remove_file(&path);
            ssh_keygen(&["-q", "-t", kind, "-N", "", "-C", "", "-f", text(&path)]);
        }
    }

    /// Ends the server and every connection to it.
    pub fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            signal("KILL", &freeze(vec![child.id()]));
            child.wait().expect("sshd ends");
        }
    }

    /// Starts it again on the same port.
    pub fn restart(&mut self) {
        self.stop();
        if let Err(log) = self.try_run() {
            panic!("sshd does not start again:\n{log}");
        }
    }

    /// Cuts every connection; the server goes on listening.
    pub fn cut(&self) {
        signal("KILL", &freeze(descendants(&[self.id()])));
    }

    /// Cuts every connection, and leaves what was started over them alone: a network that went away.
    pub fn cut_off(&self) {
        let below = descendants(&[self.id()]);
        let named = run(Command::new("ps").args(["-A", "-o", "pid=,ppid=,comm="]));
        let named = String::from_utf8_lossy(&named.stdout).into_owned();
        let sessions = named.lines().filter_map(|line| {
            let mut words = line.split_whitespace();
            let pid = words.next()?.parse::<u32>().ok()?;
            let parent = words.next()?.parse::<u32>().ok()?;
            let is_session = words.next()?.starts_with("sshd") && below.contains(&pid);
            // Run elsewhere, the server itself is below the program that runs it.
            let is_server = !self.options.inside.is_empty() && parent == self.id();
            (is_session && !is_server).then_some(pid)
        });
        signal("KILL", &sessions.collect::<Vec<u32>>());
    }

    /// Freezes the server and every connection to it: it is there, and does not answer.
    pub fn pause(&self) {
        freeze(vec![self.id()]);
    }

    /// Lets it go on.
    pub fn resume(&self) {
        let mut frozen = descendants(&[self.id()]);
        frozen.push(self.id());
        signal("CONT", &frozen);
    }

    /// What the server wrote so far.
    pub fn log(&self) -> String {
        self.log.lock().join("\n")
    }

    /// Waits until the server has written a line with this in it, and returns the log up to it.
    pub fn wait_for_log(&self, part: &str) -> String {
        self.log.wait(part, PATIENCE).unwrap_or_else(|log| panic!("no '{part}' in:\n{log}"))
    }

    fn id(&self) -> u32 {
        self.child.as_ref().expect("a running sshd").id()
    }

    fn try_run(&mut self) -> Result<(), String> {
        let config = self.folder.path().join("sshd_config");
        fs::write(&config, self.config()).expect("sshd_config");
        if is_root() {
            fs::create_dir_all("/run/sshd").expect("the folder that sshd locks itself into");
        }
        let sshd = find("sshd").expect("sshd");
        let words = [&self.options.inside[..], &[text(&sshd).to_owned()]].concat();
        let mut child = Command::new(&words[0])
            .args(&words[1..])
            .args(["-f", text(&config), "-D", "-e"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("sshd starts");
        let stderr = child.stderr.take().expect("a pipe");
        let log = Arc::new(Log::default());
        self.log = Arc::clone(&log);
        // It ends by itself when the last process of the server has closed the pipe.
        thread::spawn(move || {
            for line in BufReader::new(stderr).split(b'\n').map_while(Result::ok) {
                log.push(String::from_utf8_lossy(&line).trim_end().to_owned());
            }
            log.push(Log::END.to_owned());
        });
        self.child = Some(child);
        let listening = self.log.wait("Server listening", PATIENCE);
        listening.map(drop).inspect_err(|_| self.stop())
    }

    fn config(&self) -> String {
        let yes = |on: bool| if on { "yes" } else { "no" };
        let folder = text(self.folder.path());
        let mut lines = vec![
            format!("Port {}", self.port),
            "ListenAddress 127.0.0.1".to_owned(),
            format!("PidFile {folder}/pid"),
            format!("AuthorizedKeysFile {folder}/authorized_keys"),
            // The folder is below a temporary one, which others may write to.
            "StrictModes no".to_owned(),
            "LogLevel DEBUG1".to_owned(),
            "PrintMotd no".to_owned(),
            "MaxStartups 100".to_owned(),
            "PermitRootLogin yes".to_owned(),
            format!("PubkeyAuthentication {}", yes(self.options.public_key)),
            format!("PasswordAuthentication {}", yes(self.options.password)),
            format!("KbdInteractiveAuthentication {}", yes(self.options.keyboard_interactive)),
            format!("UsePAM {}", yes(self.options.keyboard_interactive)),
        ];
        for kind in &self.options.host_keys {
            lines.push(format!("HostKey {folder}/host_{kind}"));
        }
        lines.extend(self.options.config.iter().cloned());
        lines.join("\n") + "\n"
    }
}

impl Drop for Sshd {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Log {
    /// Stands in the log when the server has ended.
    const END: &str = "(sshd ended)";

    fn lock(&self) -> MutexGuard<'_, Vec<String>> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, line: String) {
        self.lock().push(line);
        self.grown.notify_all();
    }

    fn wait(&self, part: &str, patience: Duration) -> Result<String, String> {
        let wanted = |lines: &[String]| lines.iter().any(|line| line.contains(part));
        let ended = |lines: &[String]| lines.iter().any(|line| line == Self::END);
        let (lines, _) = self
            .grown
            .wait_timeout_while(self.lock(), patience, |lines| !wanted(lines) && !ended(lines))
            .unwrap_or_else(PoisonError::into_inner);
        let log = lines.join("\n");
        if wanted(&lines) { Ok(log) } else { Err(log) }
    }
}

/// Whether this process may make accounts.
pub fn is_root() -> bool {
    static ROOT: std::sync::LazyLock<bool> =
        std::sync::LazyLock::new(|| run(Command::new("id").arg("-u")).stdout == b"0\n");
    *ROOT
}

/// Where a program is, also where only root looks.
pub fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let more = ["/usr/sbin", "/usr/local/sbin", "/opt/homebrew/sbin"].map(PathBuf::from);
    std::env::split_paths(&path)
        .chain(more)
        .map(|folder| folder.join(program))
        .find(|candidate| candidate.is_file())
}

/// A port that is free right now.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    listener.local_addr().expect("an address").port()
}

/// Stops these processes and all below them, and returns them all. One that is stopped starts no
/// others, so none of them is missed.
fn freeze(roots: Vec<u32>) -> Vec<u32> {
    let mut frozen = Vec::new();
    let mut found = roots;
    while !found.is_empty() {
        signal("STOP", &found);
        frozen.extend(found);
        found = descendants(&frozen);
        found.retain(|process| !frozen.contains(process));
    }
    frozen
}

/// Every process below these.
fn descendants(roots: &[u32]) -> Vec<u32> {
    let listing = run(Command::new("ps").args(["-A", "-o", "pid=,ppid="]));
    let mut children: HashMap<u32, Vec<u32>> = HashMap::new();
    for line in String::from_utf8_lossy(&listing.stdout).lines() {
        let mut numbers = line.split_whitespace().map(str::parse::<u32>);
        if let (Some(Ok(pid)), Some(Ok(parent))) = (numbers.next(), numbers.next()) {
            children.entry(parent).or_default().push(pid);
        }
    }
    let mut found = Vec::new();
    let mut open = roots.to_vec();
    while let Some(parent) = open.pop() {
        let below = children.remove(&parent).unwrap_or_default();
        found.extend(&below);
        open.extend(below);
    }
    found
}

fn signal(name: &str, processes: &[u32]) {
    if processes.is_empty() {
        return;
    }
    let processes = processes.iter().map(u32::to_string);
    // One that has ended in the meantime is no error.
    let _ = Command::new("kill").arg(format!("-{name}")).args(processes).output();
}

fn ssh_keygen(arguments: &[&str]) -> String {
    let output = run(Command::new("ssh-keygen").args(arguments));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn run(command: &mut Command) -> Output {
    let output = command.stdin(Stdio::null()).output().expect("the command exists");
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {words}");
    output
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path that is text")
}
