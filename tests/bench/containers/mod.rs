//! Containers: a hundred of them sampled, five hundred listed over a long link, and a log that is
//! followed while it grows fast. One real engine and one real SSH server for all of it.

mod first_list;
pub mod link;
mod log;
mod sampling;

use crate::{
    lab::{
        docker::{Docker, IMAGE},
        sshd::{self, Account, ClientKey, Options, Sshd},
    },
    report::{Done, Report, say},
    ssh::{known_host, refused},
};
use std::{path::PathBuf, thread};
use tomo::{
    domain::credential::Credential,
    ssh::{Connection, Target as Place, Timeouts, connect},
};

/// Containers that run.
const RUNNING: usize = 100;
/// All of them, those that never started included.
const ALL: usize = 500;
/// Programs that make containers at a time.
const MAKERS: usize = 3;

pub fn measure(report: &mut Report) -> Done {
    let lab = Lab::ready()?;
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(log::measure(report, &lab))?;
    say("Making containers");
    // The pools of the lab are small: many engines of it run beside one another.
    let network = ["network", "create", "--subnet", "10.214.0.0/20", "bench"];
    lab.docker.docker(&network);
    let running = ["run", "-d", "--network", "bench", "--memory", "64m", IMAGE, "sleep", "1000000"];
    lab.make(RUNNING, &running);
    runtime.block_on(sampling::measure(report, &lab))?;
    lab.make(ALL - RUNNING, &["create", IMAGE, "sleep", "1000000"]);
    runtime.block_on(first_list::measure(report, &lab))
}

/// Leads from the usual place to an engine, and is removed again.
struct Usual(Option<PathBuf>);

impl Usual {
    fn of(docker: &Docker) -> Self {
        let path = PathBuf::from("/var/run/docker.sock");
        if path.symlink_metadata().is_ok() {
            say("This computer has an engine of its own: the lab's is found by DOCKER_HOST.");
            return Self(None);
        }
        docker.link_at(&path);
        Self(Some(path))
    }
}

impl Drop for Usual {
    fn drop(&mut self) {
        if let Some(path) = &self.0 {
            let _ = std::fs::remove_file(path);
        }
    }
}

/// A server with an engine, and an account with a key that may use it.
pub struct Lab {
    /// The engine is where nearly every engine is, as long as this computer has none of its own.
    _usual: Usual,
    pub docker: Docker,
    pub sshd: Sshd,
    pub account: Account,
    pub key: ClientKey,
}

impl Lab {
    /// Starts one, where this computer has what it takes.
    pub fn ready() -> Done<Self> {
        if let Some(why) = Docker::missing() {
            return Err(why.into());
        }
        if sshd::find("sshd").is_none() {
            return Err("sshd is not installed".into());
        }
        Ok(Self::start())
    }

    fn start() -> Self {
        let docker = Docker::start();
        docker.open_to_all();
        let usual = Usual::of(&docker);
        let mut config = vec!["Match all".to_owned(), "LogLevel ERROR".to_owned()];
        if usual.0.is_none() {
            config.insert(0, format!("SetEnv DOCKER_HOST=unix://{}", docker.socket().display()));
        }
        let options = Options { config, ..Options::default() };
        let sshd = Sshd::start(options);
        let account = sshd::account("bench", "right horse", "/bin/sh");
        let key = sshd::client_key("ed25519", "openssh", "");
        sshd.authorize(&key.public);
        Self { _usual: usual, docker, sshd, account, key }
    }

    /// Runs a command of Docker's so many times.
    fn make(&self, count: usize, command: &[&str]) {
        thread::scope(|scope| {
            for maker in 0..MAKERS {
                let docker = &self.docker;
                scope.spawn(move || {
                    for _ in (maker..count).step_by(MAKERS) {
                        docker.docker(command);
                    }
                });
            }
        });
    }

    fn credential(&self) -> Credential {
        Credential::Key { private_key: self.key.private.clone().into(), passphrase: None }
    }

    /// Connects to its server, which is reached at this port.
    async fn connect(&self, port: u16) -> Done<Connection> {
        let target =
            Place { host: "127.0.0.1".to_owned(), port, username: self.account.name.clone() };
        let known = known_host(port, &self.sshd.host_key("ed25519"));
        let timeouts = Timeouts::default();
        let connection =
            connect(&target, &self.credential(), Some(&known), timeouts, &mut |_, _| {}).await;
        Ok(connection.map_err(refused)?)
    }
}
