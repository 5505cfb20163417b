//! Accounts to sign in as, which exist for a test only.

use super::{PATIENCE, is_root, run, text};
use std::{
    fs, io,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

/// Accounts of the lab begin with this, so that left-over ones are known as such.
const ACCOUNT_PREFIX: &str = "tomolab";

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
    let account = Account { name, password: Some(password.to_owned()), home, made: true };
    account.remove_runtime_folder();
    account
}

impl Account {
    /// Writes a file into its home folder, which must not be a real one.
    pub fn write(&self, name: &str, content: &str) {
        assert!(self.made, "this account is somebody's");
        let path = self.home.join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, content).expect("a file");
        run(Command::new("chown").args(["-R", &format!("{0}:{0}", self.name)]).arg(&self.home));
    }

    /// The folder in which its own programs have their sockets, new and empty; nothing where the account
    /// is somebody's. It goes with the account.
    pub fn runtime_folder(&self) -> Option<PathBuf> {
        let folder = self.runtime_path().filter(|_| self.made)?;
        fs::create_dir_all(&folder).expect("a folder");
        Some(folder)
    }

    fn runtime_path(&self) -> Option<PathBuf> {
        let output = Command::new("id").args(["-u", &self.name]).output().expect("id runs");
        let uid = String::from_utf8_lossy(&output.stdout).trim().parse::<u32>().ok()?;
        Some(PathBuf::from(format!("/run/user/{uid}")))
    }

    /// Before the account goes and after it comes: the next one may have its number, and would find there
    /// what was this one's.
    fn remove_runtime_folder(&self) {
        if let Some(folder) = self.runtime_path() {
            let _ = fs::remove_dir_all(folder);
        }
    }
}

impl Drop for Account {
    fn drop(&mut self) {
        if self.made {
            let _ = Command::new("pkill").args(["-KILL", "-u", &self.name]).output();
            self.remove_runtime_folder();
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
