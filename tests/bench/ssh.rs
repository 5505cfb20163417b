//! One sample over SSH: Tomo's long-lived channel against what one would do by hand, an `ssh` for
//! each sample over a shared connection (ControlMaster) that prints the same files.

use crate::{
    lab::sshd::{self, Account, ClientKey, Options, Sshd},
    process,
    report::{Done, Report, Target, Unit},
};
use chrono::Utc;
use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::PathBuf,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};
use tomo::{
    collect::{script::Request, source::Source},
    domain::{
        credential::Credential,
        failure::Failure,
        host_key::{HostKey, KnownHost},
    },
    ssh::{ConnectError, Target as Place, Timeouts, connect},
};

/// Pairs that are measured.
const PAIRS: usize = 5;
/// Samples of one measurement: enough for the 10 ms in which the system counts processor time.
const OURS: u32 = 1_000;
const THEIRS: u32 = 100;

/// What a sample reads.
const FILES: &str =
    "cat /proc/uptime /proc/stat /proc/meminfo /proc/loadavg /proc/net/dev /proc/diskstats";

/// What one sample costs, milliseconds.
#[derive(Clone, Copy)]
struct Cost {
    client: f64,
    wall: f64,
    remote: f64,
}

pub fn measure(report: &mut Report) -> Done {
    if sshd::find("sshd").is_none() {
        return Err("sshd is not installed".into());
    }
    let lab = Lab::start()?;
    let runtime = tokio::runtime::Runtime::new()?;
    let mut source = runtime.block_on(lab.connect())?;
    let master = Master::start(&lab)?;
    let server = process::Process::child("sshd")?;
    let mut pairs = Vec::new();
    for _ in 0..PAIRS {
        pairs.push((runtime.block_on(ours(&mut source, server))?, theirs(&master, server)?));
    }
    runtime.block_on(source.close());
    let of = |pick: fn(&Cost) -> f64| -> Vec<(f64, f64)> {
        pairs.iter().map(|(ours, theirs)| (pick(ours), pick(theirs))).collect()
    };
    let (ms, most) = (Unit::Milliseconds, Target::Ratio);
    report.compare("ssh: this computer's CPU a sample", ms, &of(|cost| cost.client), most(0.1));
    report.compare("ssh: time a sample", ms, &of(|cost| cost.wall), most(1.0 / 3.0));
    report.compare("ssh: the server's CPU a sample", ms, &of(|cost| cost.remote), most(1.0));
    Ok(())
}

async fn ours(source: &mut Source, server: u32) -> Done<Cost> {
    let (client, remote) = (process::own_ms()?, process::ms_below(server));
    let started = Instant::now();
    for _ in 0..OURS {
        let taken = source.take(Request::default()).await.map_err(said)?;
        if taken.sample.memory.is_none() {
            return Err("a sample came without figures".into());
        }
    }
    let wall = started.elapsed().as_secs_f64() * 1_000.0;
    let each = |total: f64| total / f64::from(OURS);
    Ok(Cost {
        client: each(process::own_ms()? - client),
        wall: each(wall),
        remote: each(process::ms_below(server) - remote),
    })
}

fn theirs(master: &Master, server: u32) -> Done<Cost> {
    let pid = master.child.id();
    let client = process::reaped_ms()? + process::ms_of(pid)?;
    let remote = process::ms_below(server);
    let started = Instant::now();
    for _ in 0..THEIRS {
        let output = master.ssh().arg(FILES).output()?;
        if !output.status.success() || output.stdout.len() < 1_000 {
            return Err("ssh did not print the files".into());
        }
    }
    let wall = started.elapsed().as_secs_f64() * 1_000.0;
    let each = |total: f64| total / f64::from(THEIRS);
    Ok(Cost {
        client: each(process::reaped_ms()? + process::ms_of(pid)? - client),
        wall: each(wall),
        remote: each(process::ms_below(server) - remote),
    })
}

/// A server and an account with a key.
struct Lab {
    sshd: Sshd,
    account: Account,
    key: ClientKey,
}

impl Lab {
    fn start() -> Done<Self> {
        let options = Options {
            // The lab's server tells its tests everything; here that would be a cost.
            config: vec!["Match all".to_owned(), "LogLevel ERROR".to_owned()],
            ..Options::default()
        };
        let sshd = Sshd::start(options);
        let account = sshd::account("bench", "right horse", "/bin/sh");
        let key = sshd::client_key("ed25519", "openssh", "");
        sshd.authorize(&key.public);
        Ok(Self { sshd, account, key })
    }

    async fn connect(&self) -> Done<Source> {
        let target = Place {
            host: "127.0.0.1".to_owned(),
            port: self.sshd.port(),
            username: self.account.name.clone(),
        };
        let credential =
            Credential::Key { private_key: self.key.private.clone().into(), passphrase: None };
        let known = known_host(self.sshd.port(), &self.sshd.host_key("ed25519"));
        let timeouts = Timeouts::default();
        let connection = connect(&target, &credential, Some(&known), timeouts, &mut |_, _| {})
            .await
            .map_err(refused)?;
        let mut source = Source::remote(connection).await.map_err(said)?;
        // Once with everything, so that the shell is warm and the account is fit for it.
        source.take(Request::ALL).await.map_err(said)?;
        Ok(source)
    }
}

/// A host key that somebody has trusted.
pub fn known_host(port: u16, public_key: &str) -> KnownHost {
    let key = HostKey {
        algorithm: public_key.split(' ').next().unwrap_or_default().to_owned(),
        fingerprint: sshd::fingerprint(public_key),
        public_key: public_key.to_owned(),
    };
    KnownHost {
        host: "127.0.0.1".to_owned(),
        port,
        key,
        trusted_by: None,
        trusted_at: Utc::now(),
        last_seen_at: None,
    }
}

/// An error's words.
pub fn said(failure: Failure) -> String {
    failure.message
}

/// The same for a connection that was not made.
pub fn refused(error: ConnectError) -> String {
    match error {
        ConnectError::Failed(failure) => failure.message,
        ConnectError::HostKey(_) => "the host key is not the known one".to_owned(),
    }
}

/// OpenSSH's shared connection.
struct Master {
    child: Child,
    folder: tempfile::TempDir,
    place: [String; 3],
}

impl Master {
    fn start(lab: &Lab) -> Done<Self> {
        let folder = tempfile::tempdir()?;
        let key = folder.path().join("key");
        fs::write(&key, &lab.key.private)?;
        fs::set_permissions(&key, fs::Permissions::from_mode(0o600))?;
        let port = lab.sshd.port();
        let known_hosts = folder.path().join("known_hosts");
        fs::write(&known_hosts, format!("[127.0.0.1]:{port} {}\n", lab.sshd.host_key("ed25519")))?;
        let place = ["-p".to_owned(), port.to_string(), format!("{}@127.0.0.1", lab.account.name)];
        let child = Command::new("ssh")
            .args(["-F", "none", "-N", "-M", "-o", "BatchMode=yes"])
            .arg("-S")
            .arg(folder.path().join("socket"))
            .arg("-i")
            .arg(&key)
            .arg("-o")
            .arg(format!("UserKnownHostsFile={}", known_hosts.display()))
            .args(&place)
            .stdin(Stdio::null())
            .spawn()?;
        let master = Self { child, folder, place };
        master.wait()?;
        Ok(master)
    }

    fn socket(&self) -> PathBuf {
        self.folder.path().join("socket")
    }

    /// The master makes its socket when it has signed in, and tells nobody.
    fn wait(&self) -> Done {
        let deadline = Instant::now() + Duration::from_secs(20);
        while !self.socket().exists() {
            if Instant::now() > deadline {
                return Err("ssh did not sign in".into());
            }
            thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    fn ssh(&self) -> Command {
        let mut command = Command::new("ssh");
        command.args(["-F", "none", "-S"]).arg(self.socket()).args(&self.place);
        command.stdin(Stdio::null());
        command
    }
}

impl Drop for Master {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
