//! The checks of a plan, each on what the server itself says. What could not be found out says so.

use super::place::{self, size};
use crate::{
    docker::{Holdings, HostFacts, ListeningPort, PathKind},
    domain::{
        app::{AppManifest, PortProtocol},
        app_plan::{CheckKind, CheckOutcome, PlanCheck, PlanFix},
        app_project::{AppProject, MountSource, ProjectName, ProjectPort},
        app_source::AppId,
        container::ContainerRow,
        engine::EngineInfo,
        id::ServerId,
        own_app::OWN,
    },
    store::StoredInstall,
};
use std::{collections::BTreeSet, net::IpAddr};

/// What was seen of a server.
pub(super) struct Seen<'a> {
    pub(super) manifest: &'a AppManifest,
    pub(super) name: &'a ProjectName,
    pub(super) facts: &'a HostFacts,
    pub(super) holdings: Option<&'a Holdings>,
    pub(super) engine: &'a EngineInfo,
    pub(super) containers: &'a [ContainerRow],
    pub(super) installed: &'a [StoredInstall],
    pub(super) server: ServerId,
    pub(super) app: &'a AppId,
}

/// All checks, problems first.
pub(super) fn all(seen: &Seen<'_>, makes: &AppProject) -> Vec<PlanCheck> {
    let mut checks = seen.ports(makes);
    checks.extend([seen.compose(), seen.architecture(), seen.memory(), seen.disk()]);
    checks.extend(seen.names(makes));
    checks.extend(seen.paths(makes));
    in_order(&mut checks);
    checks
}

/// Problems first.
pub(super) fn in_order(checks: &mut [PlanCheck]) {
    checks.sort_by_key(|check| match check.outcome {
        CheckOutcome::Problem => 0,
        CheckOutcome::Warning => 1,
        CheckOutcome::Good => 2,
        CheckOutcome::Unknown => 3,
    });
}

pub(super) fn check(
    kind: CheckKind,
    outcome: CheckOutcome,
    title: impl Into<String>,
    detail: impl Into<String>,
) -> PlanCheck {
    let (title, detail) = (title.into(), detail.into());
    PlanCheck { kind, outcome, title, detail, setting: None, fix: None }
}

impl Seen<'_> {
    fn compose(&self) -> PlanCheck {
        let made = |outcome, detail: String| check(CheckKind::Compose, outcome, "Compose", detail);
        match self.facts.compose.as_deref() {
            Some(version) if version.trim_start_matches('v').starts_with("1.") => {
                made(CheckOutcome::Problem, format!("{version} is too old: 2.0 is needed"))
            }
            Some(version) => made(CheckOutcome::Good, version.to_owned()),
            // The account's numbers are told by every system: without them nothing was told at all.
            None if self.facts.ids.is_none() => {
                made(CheckOutcome::Unknown, "the server could not be asked".to_owned())
            }
            None => made(
                CheckOutcome::Problem,
                "docker compose is not installed on this server".to_owned(),
            ),
        }
    }

    fn architecture(&self) -> PlanCheck {
        let kernel = self.facts.architecture.as_deref().or(self.engine.architecture.as_deref());
        let here = kernel.map(|kernel| place::architecture(kernel).unwrap_or(kernel));
        let made =
            |outcome, detail| check(CheckKind::Architecture, outcome, "Architecture", detail);
        match (here, place::is_built_for(self.manifest, kernel)) {
            (Some(here), Some(true)) => made(CheckOutcome::Good, here.to_owned()),
            (Some(here), Some(false)) => {
                let wanted = self.manifest.requirements.architectures.join(", ");
                made(CheckOutcome::Problem, format!("{here}; the app is built for {wanted}"))
            }
            (Some(here), None) => made(
                CheckOutcome::Unknown,
                format!("{here}; the app does not say what it is built for"),
            ),
            (None, _) => made(CheckOutcome::Unknown, "the server does not say".to_owned()),
        }
    }

    fn memory(&self) -> PlanCheck {
        let made = |outcome, detail| check(CheckKind::Memory, outcome, "Memory", detail);
        match (self.manifest.requirements.memory_bytes, self.facts.memory_bytes) {
            (Some(wanted), Some(free)) => {
                let detail = format!("{} wanted, {} free", size(wanted), size(free));
                made(if free < wanted { CheckOutcome::Warning } else { CheckOutcome::Good }, detail)
            }
            (None, Some(free)) => made(CheckOutcome::Good, format!("{} free", size(free))),
            (_, None) => made(CheckOutcome::Unknown, "the server does not say".to_owned()),
        }
    }

    fn disk(&self) -> PlanCheck {
        let made = |outcome, detail| check(CheckKind::Disk, outcome, "Disk", detail);
        let root = self.engine.root_dir.as_deref();
        let free = root.and_then(|root| Some((root, *self.facts.room.get(root)?)));
        match (self.manifest.requirements.storage_bytes, free) {
            (Some(wanted), Some((root, free))) => {
                let detail = format!("{} wanted, {} free on {root}", size(wanted), size(free));
                made(if free < wanted { CheckOutcome::Problem } else { CheckOutcome::Good }, detail)
            }
            (None, Some((root, free))) => {
                made(CheckOutcome::Good, format!("{} free on {root}", size(free)))
            }
            (_, None) => made(CheckOutcome::Unknown, "the server does not say".to_owned()),
        }
    }

    /// A check for each port that is taken; one that all are free. Where the name is taken as well, whoever has
    /// the one will have the other.
    fn ports(&self, makes: &AppProject) -> Vec<PlanCheck> {
        if self.has_project(self.name.as_str()) {
            return Vec::new();
        }
        let wanted: Vec<&ProjectPort> =
            makes.ports.iter().filter(|port| port.host_port.is_some()).collect();
        if wanted.is_empty() {
            return Vec::new();
        }
        let mut taken: Vec<PlanCheck> = Vec::new();
        let mut given = BTreeSet::new();
        for port in &wanted {
            let Some(number) = port.host_port else { continue };
            let is_twice = makes.ports.iter().any(|other| {
                !std::ptr::eq(*port, other)
                    && other.host_port == Some(number)
                    && other.protocol == port.protocol
                    && meet(other.host_ip.as_deref(), port.host_ip.as_deref())
            });
            let owner = if is_twice {
                Some(("the app itself, twice".to_owned(), String::new()))
            } else {
                self.owner(port, number)
            };
            let Some((owner, about)) = owner else { continue };
            let free = self.free_port(makes, number, port.protocol, &mut given);
            let title = format!("Port {number} is taken by {owner}");
            taken.push(PlanCheck {
                setting: port.setting.clone(),
                fix: port.setting.clone().zip(free).map(|(setting, free)| PlanFix {
                    setting: Some(setting),
                    value: free.to_string(),
                    label: format!("Use {free}"),
                }),
                ..check(CheckKind::Ports, CheckOutcome::Problem, title, about)
            });
        }
        if !taken.is_empty() {
            return taken;
        }
        let numbers: Vec<String> =
            wanted.iter().filter_map(|port| Some(port.host_port?.to_string())).collect();
        let title = if numbers.len() == 1 { "Port" } else { "Ports" };
        vec![match self.facts.ports {
            Some(_) => check(
                CheckKind::Ports,
                CheckOutcome::Good,
                title,
                format!("{} free", numbers.join(", ")),
            ),
            None => check(
                CheckKind::Ports,
                CheckOutcome::Unknown,
                title,
                "the server does not say which are taken",
            ),
        }]
    }

    /// Who has a port, and what is known of them besides.
    fn owner(&self, wanted: &ProjectPort, number: u16) -> Option<(String, String)> {
        let word = match wanted.protocol {
            PortProtocol::Tcp => "tcp",
            PortProtocol::Udp => "udp",
        };
        let container = self.containers.iter().find(|row| {
            row.container.is_up()
                && row.container.ports.iter().any(|port| {
                    port.host_port == Some(number)
                        && port.protocol == word
                        && meet(port.host_ip.as_deref(), wanted.host_ip.as_deref())
                })
        });
        if let Some(row) = container {
            return Some((row.container.name.clone(), "a container".to_owned()));
        }
        let listening =
            self.facts.ports.iter().flatten().find(|port| self.is_at(port, wanted, number))?;
        Some(match &listening.process {
            Some((program, process)) => {
                (program.clone(), format!("process {process}, not in a container"))
            }
            None => ("another program".to_owned(), "which this account may not see".to_owned()),
        })
    }

    fn is_at(&self, listening: &ListeningPort, wanted: &ProjectPort, number: u16) -> bool {
        let at = listening.address.map(|ip| ip.to_string());
        listening.port == number
            && listening.protocol == wanted.protocol
            && meet(at.as_deref(), wanted.host_ip.as_deref())
    }

    /// The next port that nobody has.
    fn free_port(
        &self,
        makes: &AppProject,
        from: u16,
        protocol: PortProtocol,
        given: &mut BTreeSet<u16>,
    ) -> Option<u16> {
        let listening = self.facts.ports.as_ref()?;
        let is_taken = |port: u16| {
            listening.iter().any(|one| one.port == port && one.protocol == protocol)
                || makes.ports.iter().any(|one| one.host_port == Some(port))
                || self
                    .containers
                    .iter()
                    .any(|row| row.container.ports.iter().any(|one| one.host_port == Some(port)))
        };
        let free = (from.saturating_add(1)..=u16::MAX)
            .find(|port| !is_taken(*port) && !given.contains(port))?;
        given.insert(free);
        Some(free)
    }

    /// Whether somebody else has the name of the project or of one of its containers.
    fn names(&self, makes: &AppProject) -> Vec<PlanCheck> {
        let name = self.name.as_str();
        let problem = |title: String, detail: &str| PlanCheck {
            fix: self.free_name().map(|free| PlanFix {
                setting: None,
                label: format!("Call it {free}"),
                value: free,
            }),
            ..check(CheckKind::Names, CheckOutcome::Problem, title, detail)
        };
        let mut found = Vec::new();
        let same = |one: &&StoredInstall| one.server_id == self.server && one.app == *self.app;
        // One that failed before it was there makes way.
        let is_there = |one: &&StoredInstall| one.installed_at.is_some() || one.status.is_passing();
        if self.installed.iter().filter(same).any(|one| is_there(&one)) {
            let title = "The app is on this server already";
            let taken = problem(title.to_owned(), "once for each server");
            // An app of one's own is another one under another name.
            let fix = taken.fix.clone().filter(|_| self.app.source.as_str() == OWN);
            found.push(PlanCheck { fix, ..taken });
        } else if self.has_project(name) {
            found.push(problem(
                format!("There is a compose project called {name}"),
                "its containers are not this app's",
            ));
        } else if let Some(folder) = &self.facts.folder {
            found.push(problem(format!("There is a folder {folder}"), "Tomo would write there"));
        }
        let named: Vec<&str> = makes.services.iter().map(|one| one.container.as_str()).collect();
        let other =
            self.containers.iter().map(|row| &row.container).find(|one| {
                named.contains(&one.name.as_str()) && one.project.as_deref() != Some(name)
            });
        if let Some(other) = other {
            let title = format!("There is a container called {}", other.name);
            found.push(problem(title, "two cannot have one name"));
        }
        found.extend(self.kept_volumes(makes));
        if !found.is_empty() {
            return found;
        }
        // The account's numbers are told by every system: without them nobody looked for its folder.
        vec![match self.holdings.filter(|_| self.facts.ids.is_some()) {
            Some(_) => check(
                CheckKind::Names,
                CheckOutcome::Good,
                "Names",
                format!("no project, volume or network called {name}"),
            ),
            None => check(
                CheckKind::Names,
                CheckOutcome::Unknown,
                "Names",
                "the server does not say which folders, volumes and networks it has",
            ),
        }]
    }

    /// Volumes that are there already, and are taken as they are; those that somebody else has to make and
    /// has not.
    fn kept_volumes(&self, makes: &AppProject) -> Vec<PlanCheck> {
        let Some(holdings) = self.holdings else { return Vec::new() };
        let mut names = BTreeSet::new();
        let mut found = Vec::new();
        for mount in &makes.mounts {
            let MountSource::Volume { name, is_external } = &mount.source else { continue };
            if !names.insert(name) {
                continue;
            }
            match (holdings.volumes.contains(name), is_external) {
                (true, false) => found.push(check(
                    CheckKind::Names,
                    CheckOutcome::Warning,
                    format!("The volume {name} is there already"),
                    "the app goes on with what is in it",
                )),
                (false, true) => found.push(check(
                    CheckKind::Names,
                    CheckOutcome::Problem,
                    format!("There is no volume {name}"),
                    "the app does not make it itself",
                )),
                _ => {}
            }
        }
        for network in &makes.networks {
            if network.is_external && !holdings.networks.contains(&network.name) {
                found.push(check(
                    CheckKind::Names,
                    CheckOutcome::Problem,
                    format!("There is no network {}", network.name),
                    "the app does not make it itself",
                ));
            }
        }
        found
    }

    fn has_project(&self, name: &str) -> bool {
        self.containers.iter().any(|row| row.container.project.as_deref() == Some(name))
    }

    fn free_name(&self) -> Option<String> {
        let here = |name: &str| {
            self.has_project(name)
                || self
                    .installed
                    .iter()
                    .any(|one| one.server_id == self.server && one.config.project.name == name)
        };
        let stem: String = self.name.as_str().chars().take(45).collect();
        (2..100).map(|number| format!("{stem}-{number}")).find(|name| !here(name))
    }

    fn paths(&self, makes: &AppProject) -> Vec<PlanCheck> {
        let mut known = BTreeSet::new();
        let mut found = Vec::new();
        for mount in &makes.mounts {
            let MountSource::Path { path, setting } = &mount.source else { continue };
            if !path.starts_with('/') || !known.insert(path) {
                continue;
            }
            let (outcome, detail) = match self.facts.paths.get(path) {
                Some(PathKind::Folder) => {
                    let room = self.facts.room.get(path);
                    let room = room.map(|room| format!("a folder, {} free", size(*room)));
                    (CheckOutcome::Good, room.unwrap_or_else(|| "a folder".to_owned()))
                }
                Some(PathKind::Other) => (CheckOutcome::Good, "it is there".to_owned()),
                Some(PathKind::Missing) => (
                    CheckOutcome::Warning,
                    "it is not there, or this account may not see it: the engine makes it, as root's"
                        .to_owned(),
                ),
                None => (CheckOutcome::Unknown, "it was not looked at".to_owned()),
            };
            found.push(PlanCheck {
                setting: setting.clone(),
                ..check(CheckKind::Paths, outcome, path, detail)
            });
        }
        found
    }
}

/// Whether two addresses to listen at have one in common; absent is all of them.
fn meet(one: Option<&str>, other: Option<&str>) -> bool {
    let parsed = |text: Option<&str>| {
        let text = text?.trim_start_matches('[').trim_end_matches(']');
        text.parse::<IpAddr>().ok().filter(|ip| !ip.is_unspecified())
    };
    match (parsed(one), parsed(other)) {
        (Some(one), Some(other)) => one == other,
        _ => true,
    }
}
