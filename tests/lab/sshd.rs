//! OpenSSH servers on free loopback ports, with accounts and keys to sign in by.
//!
//! Each [`Sshd`] is the system's own `sshd` with its own folder, host keys and configuration. As
//! root it signs in real accounts that exist for the test only; otherwise only the current user
//! can sign in, by key.
#![cfg(unix)]

use std::{
    collections::HashMap,
    fs, io,
    io::{BufRead, BufReader, Write},
    net::{Ipv4Addr, TcpListener},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    thread,
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// How long anything in here may take before it counts as broken.
const PATIENCE: Duration = Duration::from_secs(20);

/// Accounts of the lab begin with this, so that left-over ones are known as such.
const ACCOUNT_PREFIX: &str = "tomolab";

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
}

impl Default for Options {
    fn default() -> Self {
        Self {
            host_keys: vec!["ed25519"],
            password: true,
            keyboard_interactive: false,
            public_key: true,
            config: Vec::new(),
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
            let mut doomed = descendants(child.id());
            doomed.push(child.id());
            signal("KILL", &doomed);
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
        signal("KILL", &descendants(self.id()));
    }

    /// Freezes the server and every connection to it: it is there, and does not answer.
    pub fn pause(&self) {
        let mut frozen = descendants(self.id());
        frozen.push(self.id());
        signal("STOP", &frozen);
    }

    /// Lets it go on.
    pub fn resume(&self) {
        let mut frozen = descendants(self.id());
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
        let mut child = Command::new(find("sshd").expect("sshd"))
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

/// An account to sign in as. One that was made for the test is removed when dropped.
pub struct Account {
    /// Its name.
    pub name: String,
    /// Its password; absent when it is the current user, whose password nobody knows here.
    pub password: Option<String>,
    /// Its home folder.
    pub home: PathBuf,
    made: bool,
}

/// An account with this password and login shell: a new one as root, otherwise the current user.
///
/// `name` becomes a part of the account's name and need not be unique.
pub fn account(name: &str, password: &str, shell: &str) -> Account {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    if !is_root() {
        let user = run(Command::new("id").arg("-un"));
        let name = String::from_utf8_lossy(&user.stdout).trim().to_owned();
        let home = std::env::var_os("HOME").map(PathBuf::from).expect("a home folder");
        return Account { name, password: None, home, made: false };
    }
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    if count == 0 {
        remove_left_over();
    }
    let name = format!("{ACCOUNT_PREFIX}-{}-{count}-{name}", std::process::id());
    let home = PathBuf::from("/home").join(&name);
    with_accounts(Command::new("useradd").args(["-m", "-d", text(&home), "-s", shell, &name]));
    let mut chpasswd = Command::new("chpasswd");
    chpasswd.stdin(Stdio::piped()).stderr(Stdio::piped());
    retry(|| {
        let mut child = chpasswd.spawn()?;
        let line = format!("{name}:{password}\n");
        child.stdin.take().expect("a pipe").write_all(line.as_bytes())?;
        child.wait_with_output()
    });
    Account { name, password: Some(password.to_owned()), home, made: true }
}

impl Account {
    /// Writes a file into its home folder.
    pub fn write(&self, name: &str, content: &str) {
        let path = self.home.join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, content).expect("a file");
        if self.made {
            run(Command::new("chown").args(["-R", &format!("{0}:{0}", self.name)]).arg(&self.home));
        }
    }
}

impl Drop for Account {
    fn drop(&mut self) {
        if self.made {
            let _ = Command::new("pkill").args(["-KILL", "-u", &self.name]).output();
            with_accounts(Command::new("userdel").args(["-r", "-f", &self.name]));
        }
    }
}

/// Removes accounts of earlier runs that were killed before they could.
fn remove_left_over() {
    for line in fs::read_to_string("/etc/passwd").unwrap_or_default().lines() {
        let name = line.split(':').next().unwrap_or_default();
        let mut parts = name.split('-');
        let owner = (parts.next() == Some(ACCOUNT_PREFIX)).then(|| parts.next()).flatten();
        if owner.is_some_and(|pid| !Path::new("/proc").join(pid).exists()) {
            let _ = Command::new("pkill").args(["-KILL", "-u", name]).output();
            with_accounts(Command::new("userdel").args(["-r", "-f", name]));
        }
    }
}

/// Runs a command that changes the accounts of the system, which only one may do at a time.
fn with_accounts(command: &mut Command) {
    retry(|| command.output());
}

fn retry(mut attempt: impl FnMut() -> io::Result<Output>) {
    /// One at a time in this process; others, in other processes, are waited for.
    static TURN: Mutex<()> = Mutex::new(());
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let deadline = Instant::now() + PATIENCE;
    loop {
        let output = attempt().expect("the command exists");
        let words = String::from_utf8_lossy(&output.stderr).into_owned();
        if output.status.success() || !words.contains("lock") || Instant::now() > deadline {
            // userdel grumbles about a missing mail folder, and has done its work.
            let done = output.status.success() || words.contains("mail spool");
            assert!(done || words.contains("does not exist"), "{words}");
            return;
        }
        thread::sleep(Duration::from_millis(50));
    }
}

/// A key to sign in with.
pub struct ClientKey {
    /// The private half, in the format that was asked for.
    pub private: String,
    /// The public half, in OpenSSH's one-line form.
    pub public: String,
    /// `SHA256:…`, as `ssh-keygen -l` prints it.
    pub fingerprint: String,
}

/// Makes a key.
///
/// `kind` is e.g. `ed25519`, `rsa`, `ecdsa-384`; `format` is `openssh`, `pem` (PKCS#1 or SEC1) or
/// `pkcs8`. `ssh-keygen` writes Ed25519 keys only as `openssh`.
pub fn client_key(kind: &str, format: &str, passphrase: &str) -> ClientKey {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("key");
    let (kind, bits) = match kind.split_once('-') {
        Some((kind, bits)) => (kind, Some(bits)),
        None => (kind, (kind == "rsa").then_some("2048")),
    };
    let mut arguments = vec!["-q", "-t", kind, "-N", passphrase, "-C", "lab", "-f", text(&path)];
    if let Some(bits) = bits {
        arguments.extend(["-b", bits]);
    }
    ssh_keygen(&arguments);
    if format != "openssh" {
        let format = if format == "pem" { "PEM" } else { "PKCS8" };
        let change = ["-q", "-p", "-P", passphrase, "-N", passphrase, "-m", format, "-f"];
        ssh_keygen(&[&change[..], &[text(&path)]].concat());
    }
    let public = fs::read_to_string(path.with_extension("pub")).expect("a key");
    ClientKey {
        private: fs::read_to_string(&path).expect("a key"),
        fingerprint: fingerprint(&public),
        public,
    }
}

/// The fingerprint of a public key, as `ssh-keygen` sees it.
pub fn fingerprint(public_key: &str) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("key.pub");
    fs::write(&path, public_key).expect("a key");
    let listing = ssh_keygen(&["-l", "-f", text(&path)]);
    listing.split(' ').nth(1).expect("a fingerprint").to_owned()
}

/// An `ssh-agent` that holds keys. Dropping it ends it.
pub struct Agent {
    folder: TempDir,
    child: Child,
}

impl Agent {
    /// Starts an agent that holds these keys.
    pub fn start(keys: &[&ClientKey]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut child = Command::new("ssh-agent")
            .args(["-D", "-a", text(&folder.path().join("socket"))])
            .stdout(Stdio::piped())
            .spawn()
            .expect("ssh-agent");
        // It prints where it listens once it does.
        let mut line = String::new();
        let stdout = child.stdout.take().expect("a pipe");
        BufReader::new(stdout).read_line(&mut line).expect("a line");
        let agent = Self { folder, child };
        for key in keys {
            let path = agent.folder.path().join("key");
            fs::write(&path, &key.private).expect("a key");
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("a mode");
            let socket = agent.socket();
            run(Command::new("ssh-add").arg(&path).env("SSH_AUTH_SOCK", socket));
        }
        agent
    }

    /// The path for `SSH_AUTH_SOCK`.
    pub fn socket(&self) -> PathBuf {
        self.folder.path().join("socket")
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
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

/// Every process below this one.
fn descendants(root: u32) -> Vec<u32> {
    let listing = run(Command::new("ps").args(["-A", "-o", "pid=,ppid="]));
    let mut children: HashMap<u32, Vec<u32>> = HashMap::new();
    for line in String::from_utf8_lossy(&listing.stdout).lines() {
        let mut numbers = line.split_whitespace().map(str::parse::<u32>);
        if let (Some(Ok(pid)), Some(Ok(parent))) = (numbers.next(), numbers.next()) {
            children.entry(parent).or_default().push(pid);
        }
    }
    let mut found = Vec::new();
    let mut open = vec![root];
    while let Some(parent) = open.pop() {
        let below = children.remove(&parent).unwrap_or_default();
        found.extend(&below);
        open.extend(below);
    }
    found
}

fn signal(name: &str, processes: &[u32]) {
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
