//! Running the commands of a plan, one after the other, whatever happens to the connection meanwhile.
//!
//! Each of them comes to the same when it is run twice, and goes on on the server when nobody hears it: after a lost
//! connection the one that was at work is run again, and waits for what its first run still does.

use super::{
    carry::{self, Way, Word},
    check,
    doing::{CHECK, Doing},
    plan::{Command, JOIN, Plan},
};
use crate::{
    app::{Tomo, activity::Entry},
    domain::{activity::ActivityKind, id::UserId, installed_app::StepState},
    ssh::Connection,
};
use serde_json::json;
use std::time::{Duration, Instant};

/// How long a server that was lost is waited for, and another package manager.
const PATIENCE: Duration = Duration::from_secs(10 * 60);
/// How long one command may take.
const LONGEST: Duration = Duration::from_secs(45 * 60);
/// How long a command that was told to end may take to do so.
const ENDING: Duration = Duration::from_secs(5 * 60);
/// Between attempts.
const PAUSE: Duration = Duration::from_secs(3);
/// Lines of a command that say why it failed are among its last ones.
const KEPT: usize = 40;

/// Everything that a run needs.
pub(super) struct Setup {
    pub doing: Doing,
    pub way: Way,
    pub plan: Plan,
    pub by: UserId,
}

/// Why it ended before everything was done, as a sentence.
pub(super) enum Trouble {
    Cancelled,
    Failed(String),
}

/// What came of running a command once.
enum Attempt {
    Ended(u32),
    /// The server did not run it.
    Refused(String),
    /// The server was lost.
    Lost,
    /// It does not end.
    Slow,
}

impl Plan {
    /// Leaves out what a person may leave out.
    pub(super) fn without_joining(mut self) -> Self {
        self.commands.retain(|command| command.name != JOIN);
        self.shown.steps.retain(|step| step.name != JOIN);
        self.shown.joins_group = false;
        self
    }

    /// Whether `docker compose` has to be there at the end.
    pub(super) fn brings_compose(&self) -> bool {
        let mut words = self.commands.iter().flat_map(|command| &command.words);
        self.shown.has_compose
            || words.any(|word| word.starts_with("docker-c") && word.contains("compose"))
    }
}

impl Tomo {
    /// Runs the commands, in a task of Tomo's.
    pub(super) fn run_setup(&self, setup: Setup) {
        let ended = self.inner.cancel.clone();
        self.inner.tasks.spawn_on(
            async move {
                // What runs on the server goes on there.
                ended.run_until_cancelled(setup.run()).await;
            },
            &self.inner.runtime,
        );
    }
}

impl Setup {
    async fn run(self) {
        self.record(ActivityKind::DockerSetup, "is being set up").await;
        let done = match self.commands().await {
            Ok(()) => {
                self.doing.cannot_cancel();
                self.step(CHECK, check::look(&self)).await.map_err(Trouble::Failed)
            }
            Err(trouble) => Err(trouble),
        };
        match done {
            Ok(notes) => {
                self.record(ActivityKind::DockerSetupDone, "was set up").await;
                self.doing.end(notes, None);
            }
            Err(Trouble::Cancelled) => {
                self.record(
                    ActivityKind::DockerSetupFailed,
                    "was not set up whole: it was cancelled",
                )
                .await;
                let why = "It was cancelled. What was installed until then stays on the server.";
                self.doing.end(Vec::new(), Some(why.to_owned()));
            }
            Err(Trouble::Failed(why)) => {
                self.record(ActivityKind::DockerSetupFailed, "could not be set up").await;
                self.doing.end(Vec::new(), Some(why));
            }
        }
    }

    /// The record says what was run, and nothing of what was said: that may be anything.
    async fn record(&self, kind: ActivityKind, what: &str) {
        let server = self.doing.server;
        let name = self.doing.tomo.inner.hub.server(server).map(|server| server.name);
        let message = format!("Docker {what} on {}", name.unwrap_or_else(|| server.to_string()));
        let commands: Vec<_> = self.plan.shown.steps.iter().map(|step| &step.command).collect();
        let details = json!({ "system": self.plan.shown.system, "commands": commands });
        self.doing.tomo.record(Entry::by(self.by, kind, message).to(server).with(details)).await;
    }

    async fn step<T, E>(
        &self,
        name: &str,
        work: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        self.doing.step(name, StepState::Running, None);
        let begun = Instant::now();
        let done = work.await;
        let state = if done.is_ok() { StepState::Done } else { StepState::Failed };
        self.doing.step(name, state, Some(begun.elapsed()));
        done
    }

    async fn commands(&self) -> Result<(), Trouble> {
        for command in &self.plan.commands {
            self.step(command.name, self.again_and_again(command)).await?;
        }
        Ok(())
    }

    async fn again_and_again(&self, command: &Command) -> Result<(), Trouble> {
        let begun = Instant::now();
        let mut waits = false;
        loop {
            let connection = self.connection().await?;
            let mut last = Vec::new();
            match self.attempt(&connection, command, &mut last).await {
                Attempt::Ended(0) if !self.doing.cancel.is_cancelled() => return Ok(()),
                _ if self.doing.cancel.is_cancelled() => return Err(Trouble::Cancelled),
                Attempt::Ended(_) if is_locked(&last) && begun.elapsed() < PATIENCE => {
                    if !waits {
                        self.doing.say(
                            "Another package manager is at work there; waiting for it.".into(),
                        );
                    }
                    waits = true;
                }
                Attempt::Ended(status) => {
                    return Err(Trouble::Failed(failure(command, status, &last)));
                }
                Attempt::Refused(why) => return Err(Trouble::Failed(why)),
                Attempt::Lost => {
                    self.doing.say("The server was lost; trying again when it is back.".into());
                }
                Attempt::Slow => {
                    return Err(Trouble::Failed(format!(
                        "{} did not end within {} minutes; it may go on on the server. Look again later.",
                        command.label,
                        LONGEST.as_secs() / 60
                    )));
                }
            }
            self.doing.cancel.run_until_cancelled(tokio::time::sleep(PAUSE)).await;
        }
    }

    /// The connection of the server, once there is one.
    async fn connection(&self) -> Result<Connection, Trouble> {
        let mut links = self.doing.tomo.inner.hub.links();
        let server = self.doing.server;
        let linked = links
            .wait_for(|links| links.get(&server).is_some_and(|connection| !connection.is_closed()));
        let waiting = tokio::time::timeout(PATIENCE, linked);
        match self.doing.cancel.run_until_cancelled(waiting).await {
            None => Err(Trouble::Cancelled),
            Some(Ok(Ok(links))) => {
                let connection = links.get(&server).cloned();
                connection.ok_or_else(|| Trouble::Failed("The server was lost.".into()))
            }
            Some(_) => Err(Trouble::Failed(format!(
                "The server was lost for {} minutes. What was begun may go on there: look again when it is \
                 connected.",
                PATIENCE.as_secs() / 60
            ))),
        }
    }

    /// Runs a command once; `last` gets the last lines of what it says.
    async fn attempt(
        &self,
        connection: &Connection,
        command: &Command,
        last: &mut Vec<String>,
    ) -> Attempt {
        let words: Vec<&str> = command.words.iter().map(String::as_str).collect();
        let running = self.attend(connection, &words, last);
        tokio::time::timeout(LONGEST, running).await.unwrap_or(Attempt::Slow)
    }

    async fn attend(
        &self,
        connection: &Connection,
        words: &[&str],
        last: &mut Vec<String>,
    ) -> Attempt {
        let Ok(mut carried) = self.way.begin(connection, words).await else {
            return Attempt::Lost;
        };
        let mut process = None;
        let mut is_told = false;
        let mut give_up = Instant::now() + LONGEST;
        loop {
            let next = tokio::select! {
                next = carried.next() => next,
                () = self.doing.cancel.cancelled(), if !is_told && process.is_some() => {
                    is_told = true;
                    give_up = Instant::now() + ENDING;
                    if let Some(process) = process {
                        self.interrupt(connection, process).await;
                    }
                    continue;
                }
                () = tokio::time::sleep_until(give_up.into()) => return Attempt::Slow,
            };
            match next {
                Word::Begun(id) => process = Some(id),
                Word::Line(line) => {
                    last.push(line.clone());
                    let surplus = last.len().saturating_sub(KEPT);
                    last.drain(..surplus);
                    self.doing.say(line);
                }
                Word::Ended(status) => return Attempt::Ended(status),
                Word::Silence if process.is_none() && !connection.is_closed() => {
                    return Attempt::Refused(carry::refusal(last));
                }
                Word::Silence => return Attempt::Lost,
            }
        }
    }

    /// Tells a command to end, as Ctrl-C at its terminal would: package managers then stop where they may.
    async fn interrupt(&self, connection: &Connection, process: u32) {
        let process = process.to_string();
        let Ok(mut carried) = self.way.begin(connection, &["kill", "-INT", &process]).await else {
            return;
        };
        let end =
            async { while !matches!(carried.next().await, Word::Ended(_) | Word::Silence) {} };
        let _ = tokio::time::timeout(Duration::from_secs(30), end).await;
    }
}

/// Whether a package manager gave up because another has its lock.
fn is_locked(said: &[String]) -> bool {
    let words = ["could not get lock", "unable to lock", "is held by process", "unable to acquire"];
    said.iter().any(|line| words.iter().any(|word| line.to_lowercase().contains(word)))
}

/// A command that failed, as sentences.
fn failure(command: &Command, status: u32, said: &[String]) -> String {
    let begins = |line: &&String| {
        let line = line.to_lowercase();
        ["e:", "error", "fatal", "failed"].iter().any(|word| line.starts_with(word))
    };
    let why = said.iter().rfind(begins).or(said.last());
    let why = why.map(|line| format!(" It says '{line}'.")).unwrap_or_default();
    let says = |word: &str| said.iter().any(|line| line.contains(word));
    let helps = if says("dpkg --configure -a") {
        " Run `dpkg --configure -a` as root on the server, and look again."
    } else if command.words.first().is_some_and(|word| word == "pacman") && says("404") {
        " The mirrors no longer have what the server's lists name: run `sudo pacman -Syu` there, which updates \
         everything, and look again."
    } else {
        ""
    };
    format!("{}: the command ended with {status}.{why}{helps}", command.label)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command(program: &str) -> Command {
        Command { name: "install", label: "Install docker".into(), words: vec![program.into()] }
    }

    fn lines(text: &str) -> Vec<String> {
        text.lines().map(str::to_owned).collect()
    }

    /// Holds because the line that says why is not always the last.
    #[test]
    fn a_failure_names_the_line_that_says_why() {
        let said = lines("Reading…\nE: Unable to locate package docker.io\nbye");
        let words = failure(&command("apt-get"), 100, &said);
        assert!(words.contains("ended with 100. It says 'E: Unable to locate"), "{words}");
        let words = failure(&command("pacman"), 1, &lines("error: failed retrieving: 404"));
        assert!(words.contains("pacman -Syu"), "{words}");
        assert_eq!(failure(&command("true"), 1, &[]), "Install docker: the command ended with 1.");
    }

    /// Holds because unattended upgrades take the lock of a fresh server for its first minutes.
    #[test]
    fn a_lock_of_another_is_known_as_such() {
        assert!(is_locked(&lines(
            "E: Could not get lock /var/lib/apt/lists/lock. It is held by process 7"
        )));
        assert!(is_locked(&lines("error: failed to init transaction (unable to lock database)")));
        assert!(!is_locked(&lines("E: Unable to locate package")));
    }
}
