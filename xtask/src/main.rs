//! `cargo xtask`: everything that is done with this repository besides editing it.
//!
//! It owns set-up, checks and generated files, and refuses to be needed for anything else: plain
//! `cargo` and `npm` commands work without it once the machine is set up.

mod bench;
mod bindings;
mod fmt;
mod icons;
mod lab;
mod part;
mod project;
mod run;
mod say;
mod system;
mod test;
mod toolchain;
mod ui;

use std::ffi::OsString;
use std::process::ExitCode;

use pico_args::Arguments;

use crate::project::Project;
use crate::say::Failure;

const HELP: &str = "\
Usage: cargo xtask COMMAND

To use Tomo:
  run          Set this machine up if needed, build Tomo and start it
  lab          Start three SSH accounts on this machine to try Tomo with

To work on Tomo:
  test         Set this machine up if needed and run every check
  bench        Measure Tomo against what one would do by hand
  fmt          Format Rust, TypeScript and Svelte
  bindings     Write the TypeScript and the lists in docs/ that are made from Rust
  icons        Render icons/ from icons/src/

  cargo xtask COMMAND --help says more. Run it at the root of the repository.
";

fn main() -> ExitCode {
    match dispatch(std::env::args_os().skip(1).collect()) {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(mut args: Vec<OsString>) -> Result<ExitCode, Failure> {
    // What follows `--` is for the program that is started, and is not looked at here.
    let passed_on = match args.iter().position(|arg| arg == "--") {
        Some(at) => {
            let rest = args.split_off(at + 1);
            args.truncate(at);
            rest
        }
        None => Vec::new(),
    };
    let mut args = Arguments::from_vec(args);
    let wants_help = args.contains(["-h", "--help"]);
    let command = args.subcommand().map_err(|error| Failure::new(error.to_string()))?;
    let Some(command) = command else {
        print!("{HELP}");
        return Ok(if wants_help { ExitCode::SUCCESS } else { ExitCode::from(2) });
    };
    let help = match command.as_str() {
        "run" => run::HELP,
        "test" => test::HELP,
        "bench" => bench::HELP,
        "lab" => lab::HELP,
        "bindings" => bindings::HELP,
        "icons" => icons::HELP,
        "fmt" => fmt::HELP,
        "help" => HELP,
        other => {
            return Err(Failure::new(format!("There is no command '{other}'."))
                .hint("cargo xtask --help lists them."));
        }
    };
    if wants_help || command == "help" {
        print!("{help}");
        return Ok(ExitCode::SUCCESS);
    }
    let project = Project::find()?;
    let yes = args.contains(["-y", "--yes"]) || say::in_ci();
    match command.as_str() {
        "run" => run::run(&project, yes, finish(args)?, passed_on),
        "test" => {
            let keep_going = args.contains("--keep-going");
            test::run(&project, yes, keep_going, finish(args)?)
        }
        "bench" => done(bench::run(&project, yes, finish(args)?, passed_on)),
        "lab" => done(nothing_more(args).and_then(|()| lab::run(yes))),
        "bindings" => done(nothing_more(args).and_then(|()| bindings::run(&project, yes))),
        "icons" => done(nothing_more(args).and_then(|()| icons::run(&project, yes))),
        _ => done(nothing_more(args).and_then(|()| fmt::run(&project))),
    }
}

fn done(outcome: Result<(), Failure>) -> Result<ExitCode, Failure> {
    outcome.map(|()| ExitCode::SUCCESS)
}

/// The plain words that are left; an option that nobody has taken is a mistake.
fn finish(args: Arguments) -> Result<Vec<String>, Failure> {
    let mut words = Vec::new();
    for arg in args.finish() {
        let word = arg.to_string_lossy().into_owned();
        if word.starts_with('-') {
            return Err(Failure::new(format!("The option {word} is not known here."))
                .hint("What is meant for Tomo itself goes behind `--`; --help lists the rest."));
        }
        words.push(word);
    }
    Ok(words)
}

fn nothing_more(args: Arguments) -> Result<(), Failure> {
    match finish(args)?.first() {
        Some(word) => Err(Failure::new(format!("The word '{word}' is not expected here."))
            .hint("--help says what is.")),
        None => Ok(()),
    }
}
