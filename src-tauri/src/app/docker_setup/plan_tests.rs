//! Plans for servers as they describe themselves, from the `os-release` files that their distributions ship.

use super::{
    facts::Facts,
    plan::{JOIN, Plan},
};
use crate::domain::docker_setup::SetupPrivilege;

const DEBIAN_13: &str = r#"PRETTY_NAME="Debian GNU/Linux 13 (trixie)"
NAME="Debian GNU/Linux"
VERSION_ID="13"
VERSION="13 (trixie)"
VERSION_CODENAME=trixie
ID=debian
HOME_URL="https://www.debian.org/""#;
const DEBIAN_12: &str = r#"PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
NAME="Debian GNU/Linux"
VERSION_ID="12"
ID=debian"#;
const UBUNTU: &str = r#"PRETTY_NAME="Ubuntu 24.04.3 LTS"
NAME="Ubuntu"
VERSION_ID="24.04"
ID=ubuntu
ID_LIKE=debian"#;
const FEDORA: &str = r#"NAME="Fedora Linux"
VERSION="42 (Server Edition)"
ID=fedora
VERSION_ID=42
PRETTY_NAME="Fedora Linux 42 (Server Edition)"
VARIANT_ID=server"#;
const ALPINE: &str =
    "NAME=\"Alpine Linux\"\nID=alpine\nVERSION_ID=3.22.1\nPRETTY_NAME=\"Alpine Linux v3.22\"";
const ARCH: &str = "NAME=\"Arch Linux\"\nPRETTY_NAME=\"Arch Linux\"\nID=arch\nBUILD_ID=rolling";

const APT_13: &str = "program apt-get\nasked\noffers docker.io 26.1.5+dfsg1-9+b9\noffers docker-cli 26.1.5+dfsg1-9+b9\n\
    offers docker-compose 2.26.1-4";
const APT_12: &str = "program apt-get\nasked\noffers docker.io 20.10.24+dfsg1-1+deb12u1\noffers docker-compose 1.29.2-3";
const APT_UBUNTU: &str = "program apt-get\nasked\noffers docker.io 28.2.2-0ubuntu1~24.04.1\n\
    offers docker-compose 1.29.2-6ubuntu1\noffers docker-compose-v2 2.37.1+ds1-0ubuntu2~24.04.1";
const SUDO: &str = "uid 1000\nsudo no sudo: a password is required";

/// What a server says: its system, its packages, and how its account becomes root.
fn facts(os_release: &str, packages: &str, more: &str) -> Facts {
    let system: String = os_release.lines().map(|line| format!("os {line}\n")).collect();
    let init = if packages.contains("program apk") { "openrc" } else { "systemd" };
    Facts::of(&format!("{system}user dana\nmember dana users\ninit {init}\n{packages}\n{more}\n"))
}

fn plan(os_release: &str, packages: &str, more: &str) -> Plan {
    Plan::of(&facts(os_release, packages, more))
}

fn commands(plan: &Plan) -> Vec<&str> {
    plan.shown.steps.iter().map(|step| step.command.as_str()).collect()
}

const APT_INSTALL: &str = "sudo env DEBIAN_FRONTEND=noninteractive apt-get install --yes -o DPkg::Lock::Timeout=600 -o \
     Dpkg::Options::=--force-confold";

/// Holds because what is run on a server has to be right for it, word for word.
#[test]
fn each_distribution_has_its_own_commands() {
    let debian = plan(DEBIAN_13, APT_13, SUDO);
    assert_eq!(
        commands(&debian),
        [
            "sudo apt-get update",
            &format!("{APT_INSTALL} docker.io docker-cli docker-compose"),
            "sudo systemctl enable --now docker.service",
            "sudo usermod --append --groups docker dana",
        ]
    );
    assert_eq!(debian.shown.system, "Debian GNU/Linux 13 (trixie)");
    assert_eq!(debian.shown.privilege, SetupPrivilege::SudoPassword);
    assert!(debian.shown.is_supported && debian.shown.joins_group && debian.brings_compose());
    assert!(!debian.shown.has_engine && !debian.shown.has_compose);

    let ubuntu = plan(UBUNTU, APT_UBUNTU, SUDO);
    assert_eq!(commands(&ubuntu)[1], format!("{APT_INSTALL} docker.io docker-compose-v2"));

    let fedora = plan(FEDORA, "program dnf", "uid 1000\nsudo yes");
    assert_eq!(
        commands(&fedora)[0],
        "sudo dnf install --assumeyes moby-engine docker-cli docker-compose"
    );
    assert!(
        fedora.shown.notes[0].contains("could not say what it has"),
        "{:?}",
        fedora.shown.notes
    );

    let alpine = plan(ALPINE, "program apk\nasked\noffers docker 28.3.3-r4", "uid 0");
    assert_eq!(
        commands(&alpine),
        [
            "apk update",
            "apk add --wait 600 docker docker-cli-compose",
            "rc-update add docker default",
            "rc-service docker start",
        ]
    );
    assert_eq!(alpine.shown.privilege, SetupPrivilege::Root);

    let arch = plan(ARCH, "program pacman\nasked\noffers docker 1:28.3.3-1", "uid 1000\ndoas yes");
    assert_eq!(
        commands(&arch)[..2],
        [
            "doas pacman -S --needed --noconfirm docker docker-compose",
            "doas systemctl enable --now docker.service",
        ]
    );
    assert!(arch.shown.notes.iter().any(|note| note.contains("partial update")));
}

/// Holds because an engine without compose is half of what apps need, and nobody may learn that afterwards.
#[test]
fn a_system_without_compose_says_so_before() {
    let old = plan(DEBIAN_12, APT_12, SUDO);
    assert_eq!(commands(&old)[1], format!("{APT_INSTALL} docker.io"));
    assert!(!old.brings_compose());
    let note = &old.shown.notes[0];
    assert!(note.contains("no `docker compose` 2 (docker-compose there is 1.29.2-3)"), "{note}");

    let unread = plan(DEBIAN_13, "program apt-get", SUDO);
    assert_eq!(commands(&unread)[1], format!("{APT_INSTALL} docker.io docker-cli docker-compose"));
    assert!(unread.shown.notes[0].starts_with("apt-get could not say what it has"));
    let unread = plan(DEBIAN_12, "program apt-get", SUDO);
    assert_eq!(commands(&unread)[1], format!("{APT_INSTALL} docker.io"));
}

/// Holds because most home servers run something that is made from one of the five.
#[test]
fn what_is_made_from_a_distribution_is_treated_like_it() {
    let like = |id: &str, like: &str, packages: &str| {
        plan(&format!("ID={id}\nID_LIKE=\"{like}\"\nNAME={id}\nVERSION_ID=22"), packages, SUDO)
    };
    for (plan, name, word) in [
        (like("raspbian", "debian", APT_13), "Debian", "docker-compose"),
        (like("linuxmint", "ubuntu debian", APT_UBUNTU), "Ubuntu", "docker-compose-v2"),
        (like("pop", "ubuntu debian", APT_UBUNTU), "Ubuntu", "docker-compose-v2"),
        (like("nobara", "rhel centos fedora", "program dnf"), "Fedora", "moby-engine"),
        (like("manjaro", "arch", "program pacman\nasked"), "Arch", "pacman"),
        (like("endeavouros", "arch", "program pacman\nasked"), "Arch", "pacman"),
    ] {
        assert!(plan.shown.is_supported, "{:?}", plan.shown);
        let note = &plan.shown.notes[0];
        assert!(note.contains(&format!("is made from {name}, and is treated like it")), "{note}");
        assert!(
            commands(&plan).iter().any(|command| command.contains(word)),
            "{:?}",
            commands(&plan)
        );
    }
}

/// Holds because a command that does not fit a system can break it.
#[test]
fn what_is_not_known_is_refused_in_words() {
    let refused = |system: &str, packages: &str, words: &str| {
        let plan = plan(system, packages, SUDO);
        assert!(!plan.shown.is_supported && plan.shown.steps.is_empty(), "{:?}", plan.shown);
        let why = plan.shown.why_not.expect("a reason");
        assert!(why.contains(words), "{why}");
    };
    refused(
        "ID=opensuse-leap\nID_LIKE=\"suse opensuse\"\nNAME=openSUSE",
        "",
        "openSUSE is none of these",
    );
    refused(
        "ID=rocky\nID_LIKE=\"rhel centos fedora\"\nNAME=Rocky",
        "program dnf",
        "Docker's package source",
    );
    refused("ID=amzn\nID_LIKE=fedora\nNAME=Amazon", "program dnf", "Docker's package source");
    refused(FEDORA, "program dnf\nfixed ostree", "one picture");
    refused("ID=steamos\nID_LIKE=arch\nNAME=SteamOS", "program pacman\nasked", "one picture");
    refused("", "program apt-get", "does not say which system");
    refused(DEBIAN_13, "", "should have apt-get");
    refused(ARCH, "program pacman", "pacman -Syu");
    refused(ALPINE, "program apk\nasked", "/etc/apk/repositories");
    refused(UBUNTU, "program apt-get\nasked", "universe");
    refused(FEDORA, "program dnf\nhas podman-docker 5.5.2", "podman-docker");
    refused(DEBIAN_13, &format!("{APT_13}\ninit sysv"), "systemd or OpenRC");
}

/// Holds because what is there must neither be installed twice nor be mixed with what comes from elsewhere.
#[test]
fn what_is_there_is_left_out() {
    let there = "program docker\nprogram dockerd\nsocket\nactive active\nenabled enabled";
    let whole = plan(DEBIAN_13, APT_13, &format!("{there}\ncompose 2.26.1\nmember docker\n{SUDO}"));
    assert!(whole.shown.has_engine && whole.shown.has_compose && whole.shown.steps.is_empty());
    assert!(whole.shown.notes.iter().any(|note| note.contains("nothing to be done")));

    let half = plan(DEBIAN_13, APT_13, &format!("{there}\ncompose 1.29.2\n{SUDO}"));
    assert_eq!(commands(&half)[1], format!("{APT_INSTALL} docker-compose"));
    assert_eq!(half.shown.steps.last().map(|step| step.name.as_str()), Some(JOIN));

    let stopped = plan(
        ALPINE,
        "program apk\nasked\nhas docker -",
        "program docker\nprogram dockerd\ncompose 2.1\nuid 0",
    );
    assert_eq!(commands(&stopped), ["rc-update add docker default", "rc-service docker start"]);

    let own = plan(
        DEBIAN_13,
        &format!("{APT_13}\nhas docker-ce 28.4\noffers docker-compose-plugin 2.39"),
        &format!("{there}\n{SUDO}"),
    );
    assert_eq!(commands(&own)[1], format!("{APT_INSTALL} docker-compose-plugin"));

    let snap = plan(UBUNTU, APT_UBUNTU, &format!("program docker\nsocket\ncompose 2.29\n{SUDO}"));
    assert!(snap.shown.steps.is_empty(), "{:?}", snap.shown);
}

/// Holds because a plan that cannot be carried out must still say what a person could run.
#[test]
fn an_account_that_cannot_become_root_sees_what_would_be_run() {
    for way in ["uid 1000", "uid 1000\nsudo no dana is not in the sudoers file."] {
        let plan = plan(DEBIAN_13, APT_13, way);
        assert_eq!(plan.shown.privilege, SetupPrivilege::None);
        assert!(!plan.shown.is_supported && plan.shown.steps.len() == 4);
        assert!(plan.shown.why_not.is_some_and(|why| why.contains("dana cannot become root")));
    }
}

/// Holds because `os-release` is a file that anybody with a server writes as they like, and the account's name too.
#[test]
fn what_a_server_says_of_itself_gets_into_no_command() {
    let name = "\u{1b}[31mDebian\u{202e}$(reboot)`reboot`;reboot".to_owned() + &"x".repeat(500);
    let system = format!("ID=debian\nVERSION_ID=13\nPRETTY_NAME=\"{name}\"\nID_LIKE=\"$(reboot)\"");
    let plan = plan(&system, APT_13, SUDO);
    assert_eq!(commands(&plan)[0], "sudo apt-get update");
    assert!(plan.shown.steps.iter().all(|step| !step.command.contains("reboot")));
    assert_eq!(plan.shown.system.chars().count(), 80);
    assert!(
        !plan.shown.system.chars().any(char::is_control) && !plan.shown.system.contains('\u{202e}')
    );

    let facts = |user: &str| {
        let mut facts = facts(DEBIAN_13, APT_13, SUDO);
        user.clone_into(&mut facts.user);
        Plan::of(&facts)
    };
    let odd = facts("dana; reboot");
    let join = odd.commands.last().expect("a command");
    assert_eq!(join.words.last().map(String::as_str), Some("dana; reboot"), "one word");
    assert!(odd.shown.steps[3].command.ends_with("'dana; reboot'"), "{:?}", odd.shown.steps[3]);
    assert!(!facts("--root=/tmp").shown.joins_group);
    assert!(!facts("da\u{1b}na").shown.joins_group);
    // Nothing that stands in a line can be another answer.
    let forged = super::facts::Facts::of("os ID=debian\rsudo yes\nuser dana\n");
    assert_eq!(forged.privilege, None);
}

/// Holds because only what was looked at may be run: any other command is another digest.
#[test]
fn the_digest_names_the_commands_and_the_system() {
    let digest = |system: &str, more: &str| plan(system, APT_13, more).shown.digest;
    let one = digest(DEBIAN_13, SUDO);
    assert_eq!(one, digest(DEBIAN_13, SUDO));
    assert_ne!(one, digest(DEBIAN_12, SUDO));
    assert_ne!(one, digest(DEBIAN_13, "uid 1000\nsudo yes"));
    assert_ne!(one, digest(DEBIAN_13, &format!("{SUDO}\nactive active\nenabled enabled")));
}
