//! The commands that set Docker up on a server: made from what is known of it, and from nothing else.

use super::{
    facts::{Elevation, Facts, Init, clean},
    packages,
    system::{self, Family, Known},
};
use crate::domain::{
    docker_setup::{DockerSetup, SetupPrivilege, SetupStep},
    text::is_hidden,
};
use sha2::{Digest, Sha256};

/// The step that a person may leave out.
pub(super) const JOIN: &str = "join";

/// A command, word for word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Command {
    pub name: &'static str,
    pub label: String,
    pub words: Vec<String>,
}

/// What is to be done, and how.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub shown: DockerSetup,
    pub commands: Vec<Command>,
    pub elevation: Elevation,
}

impl Plan {
    pub(super) fn of(facts: &Facts) -> Self {
        let mut notes = Vec::new();
        let made = commands(facts, &mut notes);
        let privilege = facts.privilege.unwrap_or(SetupPrivilege::None);
        let (commands, mut why_not) = match made {
            Ok(commands) => (commands, None),
            Err(why) => (Vec::new(), Some(why)),
        };
        if privilege == SetupPrivilege::None && !commands.is_empty() {
            why_not = Some(format!(
                "The account {} cannot become root there, which these commands need. Let it use sudo (or doas \
                 without a password), sign in as root, or run them on the server yourself.",
                clean(&facts.user, 60)
            ));
        }
        let elevation = facts.elevation;
        let steps: Vec<_> = commands.iter().map(|command| command.shown(elevation)).collect();
        let mut shown = DockerSetup {
            system: system::name(facts),
            is_supported: why_not.is_none(),
            why_not,
            has_engine: packages::has_engine(facts),
            has_compose: facts.compose.is_some(),
            privilege,
            joins_group: commands.iter().any(|command| command.name == JOIN),
            steps,
            user: clean(&facts.user, 60),
            notes,
            digest: String::new(),
        };
        shown.digest = digest(&shown);
        Self { shown, commands, elevation }
    }
}

impl Command {
    fn new(name: &'static str, label: impl Into<String>, words: &[&str]) -> Self {
        let words = words.iter().map(|word| (*word).to_owned()).collect();
        Self { name, label: label.into(), words }
    }

    fn shown(&self, elevation: Elevation) -> SetupStep {
        let before: &[&str] = match elevation {
            Elevation::Nothing => &[],
            Elevation::Sudo => &["sudo"],
            Elevation::Doas => &["doas"],
        };
        let words = before.iter().copied().chain(self.words.iter().map(String::as_str));
        let command = words.map(typed).collect::<Vec<_>>().join(" ");
        SetupStep { name: self.name.to_owned(), label: self.label.clone(), command }
    }
}

/// A word as somebody would type it: in quotes only where a shell would read something else.
fn typed(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.,:=+/@".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    // Only a NUL cannot be quoted, and no word has one: they were read from lines.
    shlex::try_quote(word).unwrap_or_default().into_owned()
}

/// The commands.
fn commands(facts: &Facts, notes: &mut Vec<String>) -> Result<Vec<Command>, String> {
    let known = system::known(facts)?;
    if known.is_derived {
        notes.push(format!(
            "{} is made from {}, and is treated like it.",
            system::name(facts),
            known.family.name()
        ));
    }
    let packages = packages::missing(facts, &known)?;
    let mut commands = Vec::new();
    if !packages.names.is_empty() {
        commands.extend(install(&known, &packages.names));
    }
    notes.extend(packages.notes);
    commands.extend(service(facts, &known)?);
    commands.extend(join(facts, &known, notes));
    if facts.privilege == Some(SetupPrivilege::SudoPassword) && !commands.is_empty() {
        notes.push(
            "sudo asks for the account's password. It is given to sudo for each of these commands, and kept \
             nowhere."
                .to_owned(),
        );
        if !["sudo", "wheel", "admin", "root"].iter().any(|group| facts.member.contains(*group)) {
            notes.push(
                "The account is in none of the groups that usually may use sudo; sudo may refuse it."
                    .to_owned(),
            );
        }
    }
    if commands.is_empty() {
        notes.push("There is nothing to be done: what Docker needs is there.".to_owned());
    }
    Ok(commands)
}

fn install(known: &Known, names: &[&'static str]) -> Vec<Command> {
    let label = format!("Install {}", names.join(", "));
    let with =
        |head: &[&'static str]| Command::new("install", label.clone(), &[head, names].concat());
    match known.family {
        Family::Debian | Family::Ubuntu => {
            vec![
                Command::new("refresh", "Read the package lists", &["apt-get", "update"]),
                // A file of settings that is there stays as it is: nobody can be asked.
                with(&[
                    "env",
                    "DEBIAN_FRONTEND=noninteractive",
                    "apt-get",
                    "install",
                    "--yes",
                    "-o",
                    "DPkg::Lock::Timeout=600",
                    "-o",
                    "Dpkg::Options::=--force-confold",
                ]),
            ]
        }
        Family::Fedora => vec![with(&["dnf", "install", "--assumeyes"])],
        Family::Alpine => vec![
            Command::new("refresh", "Read the package lists", &["apk", "update"]),
            with(&["apk", "add", "--wait", "600"]),
        ],
        Family::Arch => vec![with(&["pacman", "-S", "--needed", "--noconfirm"])],
    }
}

fn service(facts: &Facts, known: &Known) -> Result<Vec<Command>, String> {
    if packages::has_engine(facts) && !facts.is_there("dockerd") {
        // Whoever brought that engine starts it as well.
        return Ok(Vec::new());
    }
    let mut commands = Vec::new();
    match facts.init {
        Some(Init::Systemd) if !(facts.is_active && facts.is_enabled) => {
            commands.push(Command::new(
                "start",
                "Start the engine, now and with the server",
                &["systemctl", "enable", "--now", "docker.service"],
            ));
        }
        Some(Init::OpenRc) => {
            if !facts.is_enabled {
                let words = ["rc-update", "add", "docker", "default"];
                commands.push(Command::new(
                    "enable",
                    "Have the engine start with the server",
                    &words,
                ));
            }
            if !facts.is_active {
                let words = ["rc-service", "docker", "start"];
                commands.push(Command::new("start", "Start the engine", &words));
            }
        }
        Some(Init::Systemd) => {}
        None if facts.has_socket => {}
        None => {
            return Err(format!(
                "Tomo starts the engine by systemd or OpenRC, and the server has neither at work. Install Docker \
                 with {} and start dockerd there yourself; Tomo finds it as soon as it runs.",
                known.family.program()
            ));
        }
    }
    Ok(commands)
}

fn join(facts: &Facts, known: &Known, notes: &mut Vec<String>) -> Option<Command> {
    let user = facts.user.as_str();
    let is_plain = !user.is_empty() && !user.starts_with('-') && !user.chars().any(is_hidden);
    if facts.is_root || facts.member.contains("docker") || !is_plain {
        return None;
    }
    if packages::has_engine(facts) && !facts.is_there("dockerd") {
        return None;
    }
    notes.push(format!(
        "Who is in the group docker may use the engine, and by it do on the server what root may. Tomo needs \
         that for {}, unless it signs in as root.",
        clean(user, 60)
    ));
    let words: &[&str] = match known.family {
        Family::Alpine => &["addgroup", user, "docker"],
        _ => &["usermod", "--append", "--groups", "docker", user],
    };
    Some(Command::new(JOIN, format!("Add {} to the group docker", clean(user, 60)), words))
}

/// What names exactly these commands on this system.
fn digest(shown: &DockerSetup) -> String {
    let mut hash = Sha256::new();
    let mut take = |text: &str| {
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text);
    };
    take(&shown.system);
    take(&shown.user);
    take(&format!("{:?}", shown.privilege));
    for step in &shown.steps {
        take(&step.name);
        take(&step.command);
    }
    hex::encode(hash.finalize())
}
