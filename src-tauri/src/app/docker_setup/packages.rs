//! What Docker's packages are called on a system, and what to say where one is missing.

use super::{
    facts::{Facts, is_compose_two},
    system::{Family, Known, version},
};

/// The oldest Debian with compose 2, for a server whose package lists were never read.
const DEBIAN_WITH_COMPOSE: u32 = 13;
/// The oldest Fedora with compose 2 and a package of its own for the `docker` program.
const FEDORA_WITH_COMPOSE: u32 = 41;

/// What is to be installed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Packages {
    pub names: Vec<&'static str>,
    /// What somebody should know of them, as sentences.
    pub notes: Vec<String>,
}

/// The packages that are missing.
///
/// # Errors
/// Why they cannot be had, and what helps, as sentences.
pub(super) fn missing(facts: &Facts, known: &Known) -> Result<Packages, String> {
    let mut packages = Packages::default();
    let has_engine = has_engine(facts);
    let has_compose = facts.compose.is_some();
    if has_engine && facts.is_there("docker") && has_compose {
        return Ok(packages);
    }
    if facts.has.contains_key("podman-docker") || facts.docker.starts_with("podman") {
        return Err("The package podman-docker stands in Docker's place there, and the two cannot be \
                    installed together. Use Podman with Tomo as it is, or remove podman-docker on the \
                    server and look again."
            .to_owned());
    }
    if has_engine && !facts.is_there("dockerd") {
        packages.notes.push(
            "An engine is there that did not come with the system's packages (a snap, or one of your own); \
             Tomo adds nothing to it."
                .to_owned(),
        );
        return Ok(packages);
    }
    if facts.has.contains_key("docker-ce") {
        return Ok(of_docker(facts, packages));
    }
    match known.family {
        Family::Debian | Family::Ubuntu => apt(facts, known, &mut packages)?,
        Family::Fedora => fedora(facts, &mut packages)?,
        Family::Alpine => alpine(facts, &mut packages)?,
        Family::Arch => arch(facts, &mut packages)?,
    }
    if !facts.asked {
        packages.notes.push(format!(
            "{} could not say what it has, since its lists are not there yet: the names of the packages are \
             those that {} is known to have.",
            known.family.program(),
            known.family.name()
        ));
    }
    Ok(packages)
}

/// Whether there is an engine, whoever installed it.
pub(super) fn has_engine(facts: &Facts) -> bool {
    facts.is_there("dockerd") || facts.has_socket
}

/// Docker's own packages are there: theirs do not mix with the distribution's.
fn of_docker(facts: &Facts, mut packages: Packages) -> Packages {
    let name = "docker-compose-plugin";
    if facts.compose.is_none() && (facts.offers.contains_key(name) || !facts.asked) {
        packages.names.push(name);
    }
    packages
        .notes
        .push("Docker's own packages are there, and are not mixed with the system's.".to_owned());
    packages
}

fn apt(facts: &Facts, known: &Known, packages: &mut Packages) -> Result<(), String> {
    let number = version(facts).filter(|_| !known.is_derived);
    let is_ubuntu = known.family == Family::Ubuntu;
    if !facts.is_there("dockerd") {
        if facts.asked && !facts.may_have("docker.io") {
            let helps = if is_ubuntu {
                "It is in Ubuntu's part 'universe': have it with `sudo add-apt-repository universe`"
            } else {
                "See that the server's package sources have Debian's part 'main', run `sudo apt-get update`"
            };
            return Err(format!("apt has no package docker.io there. {helps}, and look again."));
        }
        packages.names.push("docker.io");
    }
    let has_cli = facts.offers.contains_key("docker-cli")
        || (!facts.asked && !is_ubuntu && number.is_some_and(|it| it >= DEBIAN_WITH_COMPOSE));
    if !facts.is_there("docker") && has_cli {
        packages.names.push("docker-cli");
    }
    if facts.compose.is_some() {
        return Ok(());
    }
    let old = facts.offers.get("docker-compose");
    let assumed = !facts.asked && (is_ubuntu || number.is_some_and(|it| it >= DEBIAN_WITH_COMPOSE));
    if facts.offers.contains_key("docker-compose-v2") || (assumed && is_ubuntu) {
        packages.names.push("docker-compose-v2");
    } else if old.is_some_and(|version| is_compose_two(version)) || assumed {
        packages.names.push("docker-compose");
    } else {
        let old =
            old.map(|version| format!(" (docker-compose there is {version})")).unwrap_or_default();
        packages.notes.push(format!(
            "The packages of this system have no `docker compose` 2{old}. The engine is set up, and containers \
             can be looked at and managed; apps need compose 2. What helps is a newer version of the system \
             (Debian 13 has it), or docker-compose-plugin from Docker's package source, by hand."
        ));
    }
    Ok(())
}

fn fedora(facts: &Facts, packages: &mut Packages) -> Result<(), String> {
    let is_new = version(facts).is_none_or(|number| number >= FEDORA_WITH_COMPOSE);
    let can_have = |name: &str| if facts.asked { facts.may_have(name) } else { is_new };
    if !facts.is_there("dockerd") {
        if facts.asked && !facts.may_have("moby-engine") {
            return Err(
                "dnf has no package moby-engine there. See that the server's package sources are \
                        Fedora's, and look again."
                    .to_owned(),
            );
        }
        packages.names.push("moby-engine");
    }
    if !facts.is_there("docker") && can_have("docker-cli") {
        packages.names.push("docker-cli");
    }
    if facts.compose.is_none() {
        if can_have("docker-compose") {
            packages.names.push("docker-compose");
        } else {
            packages.notes.push(
                "This version has no `docker compose` 2 in its packages, which apps need: a newer Fedora has \
                 it."
                    .to_owned(),
            );
        }
    }
    Ok(())
}

fn alpine(facts: &Facts, packages: &mut Packages) -> Result<(), String> {
    if facts.asked && !facts.may_have("docker") && !facts.is_there("dockerd") {
        return Err("apk has no package docker there: it is in Alpine's part 'community'. Take the # before its \
                    line in /etc/apk/repositories away, run `apk update`, and look again."
            .to_owned());
    }
    if !facts.is_there("dockerd") || !facts.is_there("docker") {
        packages.names.push("docker");
    }
    if facts.compose.is_none() {
        packages.names.push("docker-cli-compose");
    }
    Ok(())
}

fn arch(facts: &Facts, packages: &mut Packages) -> Result<(), String> {
    if !facts.asked {
        return Err("pacman has no package lists there. Reading them (`pacman -Sy`) and installing from them \
                    without updating all the rest may break programs that are there. Run `sudo pacman -Syu` on \
                    the server, which updates everything, and look again."
            .to_owned());
    }
    if !facts.is_there("dockerd") || !facts.is_there("docker") {
        packages.names.push("docker");
    }
    if facts.compose.is_none() {
        packages.names.push("docker-compose");
    }
    packages.notes.push(
        "The packages are taken from the lists as the server has them. Reading newer lists first (`pacman -Sy`) \
         would make it a partial update, which Arch does not support. Where the mirrors no longer have these \
         versions, run `sudo pacman -Syu` on the server, which updates everything, and look again."
            .to_owned(),
    );
    Ok(())
}
