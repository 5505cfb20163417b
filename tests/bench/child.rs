//! This binary, run again for a part that needs a process of its own.

use crate::{
    fleet::{client, host},
    report::Done,
    window::prepare,
};
use std::{
    io::{BufRead as _, BufReader},
    process::{Child, ChildStdin, Command, Stdio},
};

/// Begins the command line of such a process.
pub const FLAG: &str = "--child";

/// Runs what the words after [`FLAG`] name.
pub fn run(words: &[String]) -> Done {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["host", private_key] => host::serve(private_key),
        ["client", port, host_key] => client::watch(port.parse()?, host_key),
        ["prepare", folder, port] => prepare::prepare(folder.as_ref(), port.parse()?),
        _ => Err("these words are for the benchmark itself".into()),
    }
}

/// This binary with these words, on one processor when one is named.
pub fn command(processor: Option<u32>, words: &[&str]) -> Done<Command> {
    let this = std::env::current_exe()?;
    let mut command = match processor {
        Some(processor) => {
            let mut command = Command::new("taskset");
            command.args(["-c", &processor.to_string()]).arg(this);
            command
        }
        None => Command::new(this),
    };
    command.arg(FLAG).args(words);
    Ok(command)
}

/// A child that says one line when it is ready, and ends when its input does.
pub struct Waiting {
    child: Child,
    input: Option<ChildStdin>,
    /// What it said.
    pub line: String,
}

impl Waiting {
    /// Starts it and waits for the line.
    pub fn start(mut command: Command) -> Done<Self> {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let input = child.stdin.take();
        let mut line = String::new();
        if let Some(output) = child.stdout.take() {
            BufReader::new(output).read_line(&mut line)?;
        }
        let waiting = Self { child, input, line: line.trim().to_owned() };
        if waiting.line.is_empty() { Err("a part of it did not start".into()) } else { Ok(waiting) }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.child.wait();
    }
}
