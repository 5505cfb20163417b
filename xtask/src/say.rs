//! What a person reads: headings, the command about to run, failures, and one yes-or-no question.

use std::fmt;
use std::io::{IsTerminal, Write};
use std::process::Command;

/// What went wrong, and what to do about it.
#[derive(Debug)]
pub struct Failure {
    message: String,
    hint: Option<String>,
}

impl Failure {
    /// A failure that says what happened.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), hint: None }
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", paint("1;31", "error:"), self.message)?;
        match &self.hint {
            Some(hint) => write!(f, "\n{} {hint}", paint("1", "hint:")),
            None => Ok(()),
        }
    }
}

/// Whether this is a build machine, where nobody answers and nothing may be left out.
pub fn in_ci() -> bool {
    std::env::var("CI").is_ok_and(|value| value == "true" || value == "1")
}

/// Text in a terminal style, or plain where nobody sees colours.
pub fn paint(style: &str, text: &str) -> String {
    let plain = std::env::var_os("NO_COLOR").is_some() || !std::io::stdout().is_terminal();
    if plain { text.to_owned() } else { format!("\x1b[{style}m{text}\x1b[0m") }
}

/// The head of a section.
pub fn heading(text: &str) {
    println!("\n{}", paint("1;36", &format!("── {text}")));
}

/// One line about what goes on.
pub fn note(text: &str) {
    println!("{text}");
}

/// Runs a command in view, and fails when it does.
pub fn run(command: &mut Command) -> Result<(), Failure> {
    println!("{}", paint("2", &format!("$ {}", shown(command))));
    let status = command.status().map_err(|error| not_started(command, &error))?;
    if status.success() {
        return Ok(());
    }
    Err(Failure::new(match status.code() {
        Some(code) => format!("`{}` ended with code {code}.", shown(command)),
        None => format!("`{}` was ended by a signal.", shown(command)),
    }))
}

/// What a command prints, without its last line break; `None` when it fails or does not exist.
pub fn output_of(program: &str, args: &[&str]) -> Option<String> {
    let output = Command::new(program).args(args).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim_end().to_owned())
}

/// The failure of a program that could not be started at all.
pub fn not_started(command: &Command, error: &std::io::Error) -> Failure {
    Failure::new(format!("`{}` could not be started: {error}.", shown(command)))
}

fn shown(command: &Command) -> String {
    let program = std::path::Path::new(command.get_program());
    let name = program.file_stem().unwrap_or(command.get_program()).to_string_lossy();
    std::iter::once(name)
        .chain(command.get_args().map(|arg| arg.to_string_lossy()))
        .collect::<Vec<_>>()
        .join(" ")
}

/// Asks a question whose safe answer is no. Where nobody can answer, the answer is no.
pub fn confirm(question: &str) -> bool {
    if !std::io::stdin().is_terminal() {
        note(&format!("{question} Nobody is here to answer; --yes does."));
        return false;
    }
    print!("{question} [y/N] ");
    let mut answer = String::new();
    std::io::stdout().flush().is_ok()
        && std::io::stdin().read_line(&mut answer).is_ok()
        && matches!(answer.trim(), "y" | "Y" | "yes")
}
