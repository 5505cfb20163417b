//! Which distribution a server runs, as far as that says what its packages are called.

use super::facts::{Facts, clean, major};

/// A distribution whose packages are known, and all that is made from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    Debian,
    Ubuntu,
    Fedora,
    Alpine,
    Arch,
}

/// A system that is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Known {
    pub family: Family,
    /// Whether it is made from the distribution, and is not it.
    pub is_derived: bool,
}

/// Systems that call themselves like Fedora and have neither its packages nor its engine.
const LIKE_RED_HAT: [&str; 2] = ["rhel", "centos"];
/// Of these, those that are made from Fedora all the same; and those that only say that they are like it.
const FEDORA_ALL_THE_SAME: [&str; 1] = ["nobara"];
const NOT_FEDORA: [&str; 4] = ["rhel", "centos", "amzn", "ol"];
/// What takes no packages whatever it is made from.
const PICTURES: [&str; 3] = ["steamos", "nixos", "ubuntu-core"];

impl Family {
    const ALL: [Self; 5] = [Self::Debian, Self::Ubuntu, Self::Fedora, Self::Alpine, Self::Arch];

    fn id(self) -> &'static str {
        match self {
            Self::Debian => "debian",
            Self::Ubuntu => "ubuntu",
            Self::Fedora => "fedora",
            Self::Alpine => "alpine",
            Self::Arch => "arch",
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Debian => "Debian",
            Self::Ubuntu => "Ubuntu",
            Self::Fedora => "Fedora",
            Self::Alpine => "Alpine",
            Self::Arch => "Arch",
        }
    }

    /// Its package manager.
    pub(super) fn program(self) -> &'static str {
        match self {
            Self::Debian | Self::Ubuntu => "apt-get",
            Self::Fedora => "dnf",
            Self::Alpine => "apk",
            Self::Arch => "pacman",
        }
    }

    fn of(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|family| family.id() == id)
    }
}

/// The system's name for people.
pub(super) fn name(facts: &Facts) -> String {
    let names = ["PRETTY_NAME", "NAME", "ID"].map(|name| facts.os(name));
    let name = names.into_iter().find(|name| !name.is_empty());
    name.map_or_else(|| "an unknown system".to_owned(), |name| clean(name, 80))
}

/// The first number of its version.
pub(super) fn version(facts: &Facts) -> Option<u32> {
    major(facts.os("VERSION_ID"))
}

/// Which it is.
///
/// # Errors
/// Why its packages are none of Tomo's business, and what helps, as sentences.
pub(super) fn known(facts: &Facts) -> Result<Known, String> {
    let (id, like) = (facts.os("ID"), facts.os("ID_LIKE"));
    let alike: Vec<&str> = like.split(' ').collect();
    let by_hand = "Install Docker there as its own documentation says; Tomo finds the engine as soon \
                   as it runs.";
    if id.is_empty() {
        return Err(format!("The server does not say which system it runs. {by_hand}"));
    }
    if facts.is_fixed || PICTURES.contains(&id) {
        return Err(format!(
            "{} keeps its programs as one picture, which packages are not put into. {by_hand}",
            name(facts)
        ));
    }
    let is_red_hat = NOT_FEDORA.contains(&id) || alike.iter().any(|it| LIKE_RED_HAT.contains(it));
    if is_red_hat && !FEDORA_ALL_THE_SAME.contains(&id) {
        return Err(format!(
            "{} has no Docker in its own packages. Install it from Docker's package source, as its \
             documentation says; Tomo finds the engine as soon as it runs.",
            name(facts)
        ));
    }
    let own = Family::of(id);
    let family = own.or_else(|| alike.iter().find_map(|it| Family::of(it))).or_else(|| {
        // Images of Raspberry Pi OS for 32 bits once said nothing of what they are like.
        (id == "raspbian").then_some(Family::Debian)
    });
    let Some(family) = family else {
        return Err(format!(
            "Tomo knows the packages of Debian, Ubuntu, Fedora, Alpine and Arch, and of what is made from \
             them; {} is none of these. {by_hand}",
            name(facts)
        ));
    };
    if !facts.is_there(family.program()) {
        return Err(format!(
            "{} should have {}, and it is not there. {by_hand}",
            name(facts),
            family.program()
        ));
    }
    Ok(Known { family, is_derived: own.is_none() })
}
