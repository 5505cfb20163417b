//! Puts the system in order: names the parts that are missing, and installs them when the person agrees.

use std::process::Command;

use crate::part::{PARTS, Part, Use, find_program};
use crate::say::{self, Failure, heading, note};

/// Installs Docker Compose where apt is the package manager.
const COMPOSE: &str = include_str!("compose.sh");

/// A package manager that this program knows how to call.
struct Packages {
    /// Fetches the list of packages, where installing does not do that by itself.
    refresh: Option<&'static [&'static str]>,
    program: &'static str,
    install: &'static [&'static str],
    package: fn(&Part) -> &'static str,
}

const MANAGERS: &[Packages] = &[
    Packages {
        refresh: Some(&["update", "--quiet"]),
        program: "apt-get",
        install: &["install", "--yes", "--quiet", "--no-install-recommends"],
        package: |part| part.apt,
    },
    Packages {
        refresh: None,
        program: "dnf",
        install: &["install", "--assumeyes"],
        package: |part| part.dnf,
    },
    Packages {
        refresh: None,
        program: "pacman",
        install: &["-S", "--needed", "--noconfirm"],
        package: |part| part.pacman,
    },
];

/// The parts for these uses that this machine lacks, after offering to install them.
///
/// # Errors
/// When installing was wanted and did not work, or the system lacks something this program cannot install.
pub fn provide(uses: &[Use], yes: bool) -> Result<Vec<&'static Part>, Failure> {
    if cfg!(target_os = "macos") {
        return check_macos().map(|()| Vec::new());
    }
    if cfg!(windows) {
        return check_windows().map(|()| Vec::new());
    }
    let missing = missing(uses);
    if missing.is_empty() {
        return Ok(missing);
    }
    heading("System packages");
    note(&format!("This machine lacks: {}.", names(&missing)));
    let Some(manager) = MANAGERS.iter().find(|one| find_program(one.program).is_some()) else {
        note("There is no apt, dnf or pacman here: install them the way your system does.");
        return Ok(missing);
    };
    // What is called differently by each of apt's distributions, or is not there, has a recipe of its own.
    let has_own = |part: &&&Part| manager.program == "apt-get" && part.has_recipe();
    let has_recipe = missing.iter().any(|part| has_own(&part));
    let mut packages: Vec<_> =
        missing.iter().filter(|part| !has_own(part)).map(|part| (manager.package)(part)).collect();
    packages.dedup();
    let extra = if has_recipe { " and the compose plugin of docker" } else { "" };
    note(&format!("Packages: {}{extra}", packages.join(" ")));
    if !yes && !say::confirm(&format!("Install them with {}?", manager.program)) {
        return Ok(missing);
    }
    if let Some(words) = manager.refresh {
        say::run(as_root(manager.program)?.args(words))?;
    }
    if !packages.is_empty() {
        say::run(as_root(manager.program)?.args(manager.install).args(&packages))?;
    }
    if has_recipe {
        say::run(as_root("sh")?.args(["-c", COMPOSE]))?;
    }
    Ok(self::missing(uses))
}

/// As [`provide`], but nothing may be missing afterwards.
pub fn require(uses: &[Use], yes: bool) -> Result<(), Failure> {
    let missing = provide(uses, yes)?;
    if missing.is_empty() {
        return Ok(());
    }
    Err(Failure::new(format!("Without {} this cannot go on.", names(&missing)))
        .hint("Install them, or run this again and agree."))
}

/// The names of parts, for a sentence.
pub fn names(parts: &[&Part]) -> String {
    parts.iter().map(|part| part.name).collect::<Vec<_>>().join(", ")
}

/// The parts for these uses that this machine lacks; none where nothing comes by package.
pub fn missing(uses: &[Use]) -> Vec<&'static Part> {
    if !cfg!(target_os = "linux") {
        return Vec::new();
    }
    PARTS.iter().filter(|part| uses.contains(&part.used_for) && !part.is_here()).collect()
}

/// The program, run as root: directly when this is root, else by sudo.
fn as_root(program: &str) -> Result<Command, Failure> {
    let mut command = if say::output_of("id", &["-u"]).as_deref() == Some("0") {
        Command::new(program)
    } else if find_program("sudo").is_some() {
        let mut sudo = Command::new("sudo");
        // sudo drops the environment, so what apt must know is said behind it.
        sudo.args(["env", "DEBIAN_FRONTEND=noninteractive", program]);
        sudo
    } else {
        return Err(Failure::new("Installing packages needs root, and there is no sudo here.")
            .hint("Install the packages named above as root, then run this again."));
    };
    command.env("DEBIAN_FRONTEND", "noninteractive");
    Ok(command)
}

fn check_macos() -> Result<(), Failure> {
    match say::output_of("xcode-select", &["--print-path"]) {
        Some(_) => Ok(()),
        None => Err(Failure::new("The command line tools of Xcode are missing.")
            .hint("`xcode-select --install` brings them; then run this again.")),
    }
}

/// Windows 11 has the WebView2 runtime; older ones may lack it. The compiler's own tools are known to
/// be there, since they built this program.
fn check_windows() -> Result<(), Failure> {
    const RUNTIME: &str = r"Microsoft\EdgeUpdate\Clients\{F3017226-FE2A-4295-8BDF-00C3A9A7E4C5}";
    let places = [r"HKLM\SOFTWARE\WOW6432Node", r"HKLM\SOFTWARE", r"HKCU\Software"]
        .map(|place| format!(r"{place}\{RUNTIME}"));
    if places.iter().any(|key| say::output_of("reg", &["query", key, "/v", "pv"]).is_some()) {
        return Ok(());
    }
    Err(Failure::new("The WebView2 runtime, which shows the window, is missing.")
        .hint("`winget install Microsoft.EdgeWebView2Runtime` brings it; then run this again."))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A part that a package manager does not know by name could never be installed.
    #[test]
    fn every_part_has_a_package_everywhere() {
        for manager in MANAGERS {
            for part in PARTS {
                let package = (manager.package)(part);
                assert!(!package.is_empty(), "{} has none for {}", part.name, manager.program);
            }
        }
    }

    /// `sh` is on every machine where these tests run, and no machine has a program of the other name.
    #[test]
    #[cfg(unix)]
    fn programs_are_found_by_name() {
        assert!(find_program("sh").is_some());
        assert!(find_program("tomo-no-such-program").is_none());
    }
}
