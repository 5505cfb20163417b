//! What a server is and has, told in one go. All of it is a stranger's text.

use crate::{
    domain::{docker_setup::SetupPrivilege, text::is_hidden},
    ssh::{Connection, Limits, RemoteError},
};
use std::{
    collections::{BTreeMap, HashSet},
    time::Duration,
};

const SCRIPT: &str = include_str!("facts.sh");
const LIMITS: Limits = Limits { time: Duration::from_secs(90), bytes: 128 << 10 };
/// No value of `os-release` that a person reads is longer.
const LONGEST: usize = 80;

/// What starts services.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Init {
    Systemd,
    OpenRc,
}

/// The program that makes the account root.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Elevation {
    /// None: the account is root, or cannot become it.
    #[default]
    Nothing,
    Sudo,
    /// It reads passwords from a terminal alone, so it is used only where it asks for none.
    Doas,
}

/// What is known of a server.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    /// `os-release`, by its names.
    pub os: BTreeMap<String, String>,
    /// Whether its programs are a picture that packages are not put into.
    pub is_fixed: bool,
    pub user: String,
    pub is_root: bool,
    /// Groups of the account, as the system has them.
    pub member: HashSet<String>,
    pub programs: HashSet<String>,
    pub init: Option<Init>,
    pub is_active: bool,
    pub is_enabled: bool,
    /// Whether somebody's engine has a socket at Docker's place.
    pub has_socket: bool,
    /// What `docker` says that it is.
    pub docker: String,
    /// The version of `docker compose`.
    pub compose: Option<String>,
    pub privilege: Option<SetupPrivilege>,
    pub elevation: Elevation,
    /// Packages that are there, with their versions.
    pub has: BTreeMap<String, String>,
    /// Packages that the package manager would install, with their versions.
    pub offers: BTreeMap<String, String>,
    /// Whether it could say what it would install.
    pub asked: bool,
}

impl Facts {
    /// Asks a server.
    pub(super) async fn of_server(connection: &Connection) -> Result<Self, RemoteError> {
        let output = connection.exec(&["sh", "-c", SCRIPT, "sh"], LIMITS).await?;
        Ok(Self::of(&String::from_utf8_lossy(&output.stdout)))
    }

    pub(super) fn of(said: &str) -> Self {
        let mut facts = Self::default();
        for line in said.lines() {
            let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
            facts.take(word, rest.trim());
        }
        if facts.is_root {
            facts.privilege = Some(SetupPrivilege::Root);
            facts.elevation = Elevation::Nothing;
        }
        facts
    }

    fn take(&mut self, word: &str, rest: &str) {
        match word {
            "os" => self.os.extend(assignment(rest)),
            "fixed" => self.is_fixed = true,
            "user" => self.user = rest.to_owned(),
            "uid" => self.is_root = rest == "0",
            "member" => self.member.extend(rest.split(' ').map(str::to_owned)),
            "program" => drop(self.programs.insert(rest.to_owned())),
            "init" => {
                self.init = match rest {
                    "systemd" => Some(Init::Systemd),
                    "openrc" => Some(Init::OpenRc),
                    _ => None,
                };
            }
            "active" => self.is_active = rest == "active",
            "enabled" => self.is_enabled = rest == "enabled",
            "socket" => self.has_socket = true,
            "docker" => self.docker = clean(rest, LONGEST),
            "compose" => self.compose = Some(clean(rest, 40)).filter(|it| is_compose_two(it)),
            "sudo" => {
                self.elevation = Elevation::Sudo;
                self.privilege = Some(sudo(rest));
            }
            "doas" if self.privilege != Some(SetupPrivilege::Sudo) => {
                self.elevation = Elevation::Doas;
                self.privilege = Some(SetupPrivilege::Sudo);
            }
            "has" => self.has.extend(package(rest)),
            "offers" => self.offers.extend(package(rest)),
            "asked" => self.asked = true,
            _ => {}
        }
    }

    pub(super) fn is_there(&self, program: &str) -> bool {
        self.programs.contains(program)
    }

    pub(super) fn may_have(&self, package: &str) -> bool {
        self.offers.contains_key(package) || self.has.contains_key(package)
    }

    pub(super) fn os(&self, name: &str) -> &str {
        self.os.get(name).map_or("", String::as_str)
    }
}

/// What sudo says when it may ask nobody: that it needs a password, or that the account may not use it at all.
fn sudo(said: &str) -> SetupPrivilege {
    if said == "yes" {
        return SetupPrivilege::Sudo;
    }
    let refused = ["not allowed", "may not run", "not in the sudoers", "must have a tty"];
    match refused.iter().any(|words| said.contains(words)) {
        true => SetupPrivilege::None,
        false => SetupPrivilege::SudoPassword,
    }
}

/// Whether this is a version of compose that Tomo uses.
pub(super) fn is_compose_two(version: &str) -> bool {
    major(version.trim_start_matches('v')).is_some_and(|major| major >= 2)
}

/// The first number of a version, behind the epoch of a package.
pub(super) fn major(version: &str) -> Option<u32> {
    let version = version.split_once(':').map_or(version, |(_, rest)| rest);
    let end = version.find(|c: char| !c.is_ascii_digit()).unwrap_or(version.len());
    version[..end].parse().ok()
}

/// Reads `NAME="value"`.
fn assignment(line: &str) -> Option<(String, String)> {
    let (name, value) = line.split_once('=')?;
    let known = ["ID", "ID_LIKE", "VERSION_ID", "NAME", "PRETTY_NAME", "VARIANT_ID"];
    let name = known.into_iter().find(|known| *known == name)?;
    let value = value.trim();
    let bare = ['"', '\'']
        .into_iter()
        .find_map(|quote| value.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote)));
    Some((name.to_owned(), clean(bare.unwrap_or(value), LONGEST)))
}

fn package(rest: &str) -> Option<(String, String)> {
    let (name, version) = rest.split_once(' ')?;
    Some((clean(name, 60), clean(version, 60)))
}

/// A text of the server without what nobody sees, cut to a length.
pub(super) fn clean(text: &str, longest: usize) -> String {
    let seen = text.chars().map(|c| if c == '\t' { ' ' } else { c }).filter(|c| !is_hidden(*c));
    seen.take(longest).collect()
}
