//! `cargo xtask run`.

use std::ffi::OsString;
use std::process::{Command, ExitCode};

use crate::part::Use;
use crate::project::Project;
use crate::say::{self, Failure, heading, note};
use crate::{system, toolchain, ui};

pub const HELP: &str = "\
Usage: cargo xtask run [--yes] [-- ARGUMENTS]

Builds Tomo and starts it. System packages that are missing are named, and installed if you agree;
packages of the window and the window itself are made again only when something changed.

Without a display, Tomo goes on as `tomo monitor` in the terminal.

  --yes        Install what is missing without asking
  ARGUMENTS    Go to Tomo as they are: cargo xtask run -- server list
";

pub fn run(
    project: &Project,
    yes: bool,
    words: Vec<String>,
    mut passed_on: Vec<OsString>,
) -> Result<ExitCode, Failure> {
    if let Some(word) = words.first() {
        return Err(Failure::new(format!("The word '{word}' is not expected here."))
            .hint(format!("If it is for Tomo: cargo xtask run -- {}", words.join(" "))));
    }
    toolchain::check_rust()?;
    system::require(&[Use::Build], yes)?;
    heading("Window");
    ui::install(project)?;
    ui::build(project)?;
    heading("Tomo");
    say::run(project.cargo().args(["build", "--bin", "tomo"]))?;

    if !has_display() && !names_a_subcommand(&passed_on) {
        note("There is no display here, so Tomo goes on in the terminal.");
        passed_on.insert(0, "monitor".into());
    }
    let program =
        project.target().join("debug").join(format!("tomo{}", std::env::consts::EXE_SUFFIX));
    start(Command::new(program).args(passed_on))
}

fn has_display() -> bool {
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(target_os = "linux") || set("DISPLAY") || set("WAYLAND_DISPLAY")
}

/// Tomo's options that are followed by their value, before or without a subcommand.
const WITH_VALUE: [&str; 2] = ["--data-dir", "--vault-passphrase-file"];

/// Whether the arguments choose a subcommand themselves.
fn names_a_subcommand(args: &[OsString]) -> bool {
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        if WITH_VALUE.iter().any(|option| arg == option) {
            args.next();
        } else if arg == "--help" || arg == "--version" || !arg.to_string_lossy().starts_with('-') {
            return true;
        }
    }
    false
}

/// Becomes Tomo, so that Ctrl-C and signals reach it and the shell waits for its proper end.
#[cfg(unix)]
fn start(program: &mut Command) -> Result<ExitCode, Failure> {
    use std::os::unix::process::CommandExt;
    let error = program.exec();
    Err(say::not_started(program, &error))
}

#[cfg(not(unix))]
fn start(program: &mut Command) -> Result<ExitCode, Failure> {
    let status = program.status().map_err(|error| say::not_started(program, &error))?;
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(ExitCode::from(code.unwrap_or(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Without a display, options alone still mean the window's place is taken by `monitor`.
    #[test]
    fn only_a_word_is_a_subcommand() {
        let named = |args: &[&str]| {
            names_a_subcommand(&args.iter().map(OsString::from).collect::<Vec<_>>())
        };
        assert!(!named(&[]));
        assert!(!named(&["--data-dir", "somewhere"]));
        assert!(!named(&["--data-dir=somewhere", "--vault-passphrase-file", "file"]));
        assert!(named(&["--data-dir", "somewhere", "server", "list"]));
        assert!(named(&["monitor", "--once"]));
        assert!(named(&["--help"]));
    }
}
