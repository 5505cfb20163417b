//! A Secret Service (gnome-keyring) under its own D-Bus session: two programs of the system, in a
//! folder of their own, that end with the value that started them.

use std::{
    ffi::OsString,
    fs,
    io::{self, BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// How long a part may take to start.
const PATIENCE: Duration = Duration::from_secs(20);

/// Names the lab's folder for a child process: see [`Bus::inherited`].
const FOLDER: &str = "TOMO_LAB_SESSION";

/// What programs must be installed for it.
pub const PROGRAMS: [&str; 3] = ["dbus-daemon", "dbus-send", "gnome-keyring-daemon"];

/// A session bus on which nothing answers but what is started on it: no service is activated, so
/// neither the keychain of the person who runs the tests nor a prompt on their screen is touched.
pub struct Bus {
    daemon: Child,
    folder: TempDir,
    address: String,
}

impl Bus {
    /// Starts the bus.
    ///
    /// # Errors
    /// When `dbus-daemon` is not installed or does not start.
    pub fn start() -> io::Result<Self> {
        let folder = tempfile::Builder::new().prefix("tomo-lab-").tempdir()?;
        for name in ["home", "run", "data"] {
            fs::create_dir(folder.path().join(name))?;
        }
        only_for_owner(folder.path())?;
        only_for_owner(&folder.path().join("run"))?;
        let config = folder.path().join("bus.conf");
        fs::write(&config, bus_config(&folder.path().join("bus")))?;
        let mut daemon = Command::new("dbus-daemon")
            .args(["--nofork", "--nopidfile", "--nosyslog", "--print-address"])
            .arg(format!("--config-file={}", config.display()))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|e| said(&e, "dbus-daemon"))?;
        let mut address = String::new();
        if let Some(out) = daemon.stdout.take() {
            // The address is printed when the bus listens; an early end closes the pipe.
            BufReader::new(out).read_line(&mut address)?;
        }
        let bus = Self { daemon, folder, address: address.trim().to_owned() };
        if bus.address.is_empty() {
            return Err(io::Error::other("dbus-daemon ended without an address"));
        }
        Ok(bus)
    }

    /// The environment of programs that are to use this bus and the folders beside it.
    pub fn env(&self) -> Vec<(&'static str, OsString)> {
        let folder = self.folder.path();
        vec![
            ("DBUS_SESSION_BUS_ADDRESS", self.address.clone().into()),
            ("HOME", folder.join("home").into()),
            ("XDG_RUNTIME_DIR", folder.join("run").into()),
            ("XDG_DATA_HOME", folder.join("data").into()),
            (FOLDER, folder.into()),
        ]
    }

    /// Whether this process was started with [`Self::env`].
    pub fn inherited() -> bool {
        std::env::var_os(FOLDER).is_some()
    }
}

impl Drop for Bus {
    fn drop(&mut self) {
        stop(&mut self.daemon);
    }
}

/// gnome-keyring on a [`Bus`]. What it keeps outlives it, in the bus's folder.
pub struct Keyring {
    daemon: Child,
}

impl Keyring {
    /// Starts it on `bus`, unlocked by `password`: the first one makes the keyring.
    ///
    /// # Errors
    /// When `gnome-keyring-daemon` is not installed or does not start.
    pub fn unlocked(bus: &Bus, password: &str) -> io::Result<Self> {
        Self::start(bus.env(), Some(password))
    }

    /// Starts it on the bus that this process inherited.
    ///
    /// # Errors
    /// As [`Self::unlocked`].
    pub fn unlocked_here(password: &str) -> io::Result<Self> {
        Self::start(Vec::new(), Some(password))
    }

    /// Starts it on the bus that this process inherited, without the password: what it keeps stays
    /// shut.
    ///
    /// # Errors
    /// As [`Self::unlocked`].
    pub fn locked_here() -> io::Result<Self> {
        Self::start(Vec::new(), None)
    }

    fn start(env: Vec<(&'static str, OsString)>, password: Option<&str>) -> io::Result<Self> {
        let mut command = Command::new("gnome-keyring-daemon");
        command
            .args(["--foreground", "--components=secrets"])
            .args(password.map(|_| "--unlock"))
            .envs(env.iter().cloned())
            // A display would let it ask the person who runs the tests.
            .env_remove("DISPLAY")
            .env_remove("WAYLAND_DISPLAY")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let mut daemon = command.spawn().map_err(|e| said(&e, "gnome-keyring-daemon"))?;
        if let (Some(mut stdin), Some(password)) = (daemon.stdin.take(), password) {
            stdin.write_all(password.as_bytes())?;
        }
        let mut keyring = Self { daemon };
        keyring.wait_for_name(&env)?;
        Ok(keyring)
    }

    /// Waits until the service has taken its name on the bus: it tells nobody else that it is up.
    fn wait_for_name(&mut self, env: &[(&'static str, OsString)]) -> io::Result<()> {
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            if let Some(status) = self.daemon.try_wait()? {
                return Err(io::Error::other(format!("gnome-keyring-daemon ended: {status}")));
            }
            let mut ask = Command::new("dbus-send");
            ask.args(["--session", "--print-reply=literal", "--dest=org.freedesktop.DBus", "/"])
                .args(["org.freedesktop.DBus.NameHasOwner", "string:org.freedesktop.secrets"])
                .envs(env.iter().cloned())
                .stdin(Stdio::null());
            let answer = ask.output().map_err(|e| said(&e, "dbus-send"))?;
            if String::from_utf8_lossy(&answer.stdout).contains("true") {
                return Ok(());
            }
            thread::sleep(Duration::from_millis(20));
        }
        Err(io::Error::other("gnome-keyring-daemon did not take its name on the bus"))
    }
}

impl Drop for Keyring {
    fn drop(&mut self) {
        stop(&mut self.daemon);
    }
}

/// No service directories: a name that nobody has taken is answered with an error at once.
fn bus_config(socket: &Path) -> String {
    format!(
        r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path={}</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"#,
        socket.display()
    )
}

/// The programs of [`PROGRAMS`] that are not installed.
pub fn missing_programs() -> Vec<&'static str> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let installed = |name: &&str| folders.iter().any(|folder| folder.join(name).is_file());
    PROGRAMS.into_iter().filter(|name| !installed(name)).collect()
}

fn only_for_owner(folder: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(folder, fs::Permissions::from_mode(0o700))?;
    }
    #[cfg(not(unix))]
    let _ = folder;
    Ok(())
}

fn stop(daemon: &mut Child) {
    let _ = daemon.kill();
    let _ = daemon.wait();
}

fn said(error: &io::Error, program: &str) -> io::Error {
    io::Error::new(error.kind(), format!("{program}: {error}"))
}
