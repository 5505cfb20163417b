//! `cargo xtask test`: every check there is, in one order, with its outcome.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use crate::part::Use;
use crate::project::Project;
use crate::say::{self, Failure, heading, note, paint};
use crate::{system, toolchain, ui};

pub const HELP: &str = "\
Usage: cargo xtask test [--yes] [--keep-going] [AREA…]

Runs every check and stops at the first that fails. Areas narrow it:

  lint         rustfmt, clippy, svelte-check, ESLint, Prettier
  ui           svelte-check, ESLint, Prettier, vitest, the build of the window
  rust         Every Rust test but the window's
  window       The real window, driven on a display of its own (Linux)

  --keep-going Run the rest after a failure too
  --yes        Install what is missing without asking

Where a system part is missing, checks that need it are skipped by name. With CI=true everything is
installed without asking, and a missing part is a failure.

One Rust test by name: cargo test --test it NAME. One of the window's code: cd ui && npx vitest NAME.
";

/// Names under which checks are chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Area {
    Lint,
    Ui,
    Rust,
    Window,
}

struct Check {
    name: &'static str,
    areas: &'static [Area],
    /// What it needs installed. Rust tests that need the lab skip themselves by name.
    uses: &'static [Use],
    work: fn(&Project) -> Result<(), Failure>,
}

enum Outcome {
    Passed,
    Failed,
    Skipped(String),
}

/// The integration binaries that an ordinary run includes; `e2e` has a check of its own.
const RUST_TESTS: &[&str] = &["it"];

/// In the order in which they run: what is quick comes first, and the page is built before any Rust
/// code is compiled, since the program takes it in.
const CHECKS: &[Check] = &[
    Check {
        name: "rustfmt",
        areas: &[Area::Lint],
        uses: &[],
        work: |project| {
            say::run(project.cargo().args(["fmt", "--all", "--check"]))?;
            let xtask = ["fmt", "--manifest-path", "xtask/Cargo.toml", "--check"];
            say::run(project.cargo().args(xtask))
        },
    },
    Check {
        name: "xtask",
        areas: &[Area::Lint, Area::Rust],
        uses: &[],
        work: |project| {
            let package = ["--manifest-path", "xtask/Cargo.toml", "--target-dir"];
            let target = project.target().join("xtask");
            let mut clippy = project.cargo();
            clippy.arg("clippy").args(package).arg(&target);
            say::run(clippy.args(["--all-targets", "--", "-D", "warnings"]))?;
            say::run(project.cargo().arg("test").args(package).arg(&target))
        },
    },
    Check {
        name: "npm packages",
        areas: &[Area::Lint, Area::Ui, Area::Rust, Area::Window],
        uses: &[],
        work: ui::install,
    },
    Check {
        name: "svelte-check",
        areas: &[Area::Lint, Area::Ui],
        uses: &[],
        work: |project| say::run(project.npm().args(["run", "check"])),
    },
    Check {
        name: "ESLint, Prettier",
        areas: &[Area::Lint, Area::Ui],
        uses: &[],
        work: |project| say::run(project.npm().args(["run", "lint"])),
    },
    Check {
        name: "vitest",
        areas: &[Area::Ui],
        uses: &[],
        work: |project| say::run(project.npm().args(["run", "test"])),
    },
    Check {
        name: "window build",
        areas: &[Area::Lint, Area::Ui, Area::Rust, Area::Window],
        uses: &[],
        work: ui::build,
    },
    Check {
        name: "clippy",
        areas: &[Area::Lint],
        uses: &[Use::Build],
        work: |project| {
            let mut clippy = project.cargo();
            clippy.args(["clippy", "--locked", "--all-targets", "--", "-D", "warnings"]);
            say::run(&mut clippy)
        },
    },
    Check {
        name: "cargo test",
        areas: &[Area::Rust],
        uses: &[Use::Build],
        work: |project| {
            let mut test = project.cargo();
            test.args(["test", "--locked", "--no-fail-fast", "--lib", "--bins"]);
            for name in RUST_TESTS {
                test.args(["--test", name]);
            }
            say::run(&mut test)
        },
    },
    Check {
        name: "real window",
        areas: &[Area::Window],
        uses: &[Use::Build, Use::Lab, Use::Window],
        work: |project| say::run(project.cargo().args(["test", "--locked", "--test", "e2e"])),
    },
];

pub fn run(
    project: &Project,
    yes: bool,
    keep_going: bool,
    words: Vec<String>,
) -> Result<ExitCode, Failure> {
    let areas = words.iter().map(|word| area(word)).collect::<Result<Vec<_>, _>>()?;
    let checks: Vec<_> = CHECKS.iter().filter(|check| is_chosen(check, &areas)).collect();
    toolchain::check_rust()?;
    toolchain::check_node()?;
    let missing = system::provide(&uses(&checks, &areas), yes)?;
    if say::in_ci() && !missing.is_empty() {
        return Err(Failure::new(format!("Missing here: {}.", system::names(&missing)))
            .hint("With CI=true every part has to be there, and nothing is skipped."));
    }

    let mut outcomes = Vec::new();
    for check in checks {
        heading(check.name);
        let started = Instant::now();
        let outcome = attempt(check, project);
        let failed = matches!(outcome, Outcome::Failed);
        outcomes.push((check.name, outcome, started.elapsed()));
        if failed && !keep_going {
            break;
        }
    }
    Ok(report(&outcomes))
}

fn attempt(check: &Check, project: &Project) -> Outcome {
    if check.uses.contains(&Use::Window) && !cfg!(target_os = "linux") {
        return skipped("WebKitWebDriver exists on Linux only".to_owned());
    }
    let missing = system::missing(check.uses);
    if !missing.is_empty() {
        return skipped(format!("this machine lacks {}", system::names(&missing)));
    }
    match (check.work)(project) {
        Ok(()) => Outcome::Passed,
        Err(failure) => {
            eprintln!("{failure}");
            Outcome::Failed
        }
    }
}

fn skipped(reason: String) -> Outcome {
    note(&format!("Skipped: {reason}."));
    Outcome::Skipped(reason)
}

fn report(outcomes: &[(&str, Outcome, Duration)]) -> ExitCode {
    heading("Summary");
    let (mut passed, mut failed, mut left_out) = (0, 0, 0);
    for (name, outcome, duration) in outcomes {
        let (word, reason) = match outcome {
            Outcome::Passed => (paint("32", "passed "), String::new()),
            Outcome::Failed => (paint("1;31", "FAILED "), String::new()),
            Outcome::Skipped(reason) => (paint("33", "skipped"), format!("  {reason}")),
        };
        match outcome {
            Outcome::Passed => passed += 1,
            Outcome::Failed => failed += 1,
            Outcome::Skipped(_) => left_out += 1,
        }
        note(&format!("{word}  {name:<16} {:>7.1} s{reason}", duration.as_secs_f64()));
    }
    note(&format!("\nchecks: {passed} passed, {failed} failed, {left_out} skipped"));
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn area(word: &str) -> Result<Area, Failure> {
    match word {
        "lint" => Ok(Area::Lint),
        "ui" => Ok(Area::Ui),
        "rust" => Ok(Area::Rust),
        "window" => Ok(Area::Window),
        other => Err(Failure::new(format!("There is no area '{other}'."))
            .hint("The areas are lint, ui, rust and window.")),
    }
}

fn is_chosen(check: &Check, areas: &[Area]) -> bool {
    areas.is_empty() || check.areas.iter().any(|area| areas.contains(area))
}

/// What the chosen checks need installed. The Rust tests talk to the lab, so it comes with them.
fn uses(checks: &[&Check], areas: &[Area]) -> Vec<Use> {
    let mut uses: Vec<_> = checks.iter().flat_map(|check| check.uses).copied().collect();
    if areas.is_empty() || areas.contains(&Area::Rust) {
        uses.push(Use::Lab);
    }
    uses
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A test binary that is declared but never run would be a check that nobody makes.
    #[test]
    fn every_declared_test_binary_is_run() {
        let manifest = include_str!("../../Cargo.toml");
        let declared: Vec<_> = manifest
            .split("[[test]]")
            .skip(1)
            .filter_map(|table| table.split('"').nth(1))
            .filter(|name| *name != "e2e")
            .collect();
        assert_eq!(declared, RUST_TESTS);
    }

    /// The program takes the built page in, so no Rust code of it may be compiled before the page is there.
    #[test]
    fn the_page_is_built_before_anything_is_compiled_with_it() {
        for areas in [&[][..], &[Area::Lint], &[Area::Rust], &[Area::Window]] {
            let chosen: Vec<_> = CHECKS
                .iter()
                .filter(|check| is_chosen(check, areas))
                .map(|check| check.name)
                .collect();
            let page = chosen.iter().position(|name| *name == "window build");
            for name in ["clippy", "cargo test", "real window"] {
                let at = chosen.iter().position(|other| *other == name);
                assert!(at.is_none() || page < at, "{name} comes before the page: {chosen:?}");
            }
            assert!(page.is_some());
        }
    }

    /// A narrowed run makes the checks it names and not the long ones beside them.
    #[test]
    fn an_area_narrows_the_run() {
        let chosen = |areas: &[Area]| -> Vec<&str> {
            let checks = CHECKS.iter().filter(|check| is_chosen(check, areas));
            checks.map(|check| check.name).collect()
        };
        assert_eq!(chosen(&[]).len(), CHECKS.len());
        assert!(!chosen(&[Area::Ui]).contains(&"cargo test"));
        assert!(chosen(&[Area::Ui]).contains(&"vitest"));
        assert!(!chosen(&[Area::Lint]).contains(&"vitest"));
        assert!(area("everything").is_err());
    }
}
