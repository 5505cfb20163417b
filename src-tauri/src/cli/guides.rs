//! What the guides and the help tell people to type is what can be typed.

use super::args::Args;
use clap::{Command, CommandFactory};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Commands of a text: in code blocks from the beginning of a line, elsewhere between backticks.
fn typed(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (place, part) in text.split("```").enumerate() {
        if place % 2 == 1 {
            found.extend(part.lines().map(|line| without_comment(line).to_owned()));
        } else {
            found.extend(part.split('`').skip(1).step_by(2).map(|code| code.replace('\n', " ")));
        }
    }
    found.retain(|command| command.split_whitespace().any(|word| word == "tomo"));
    found
}

/// A line without what stands after two spaces, as explanations do, and without what it is piped into.
fn without_comment(line: &str) -> &str {
    let line = line.trim();
    let line = line.split_once("  ").map_or(line, |(command, _)| command);
    let line = line.split_once(" #").map_or(line, |(command, _)| command);
    line.split_once(" | ").map_or(line, |(command, _)| command).trim()
}

/// Words as a shell takes them.
fn words(command: &str) -> Vec<String> {
    let mut words = shlex::split(command).expect("quotes that are closed");
    // Variables before the program's name, and a program that starts Tomo.
    let begin = words.iter().rposition(|word| word == "tomo").unwrap_or_default();
    words.split_off(begin)
}

/// Why a command cannot be typed; nothing when it can.
fn refusal(command: &str) -> Option<String> {
    let words = words(command);
    // A group of commands that is only named, as `tomo user`, is no mistake of a guide.
    let mut named = Args::command();
    for word in words.iter().skip(1) {
        match named.find_subcommand(word) {
            Some(found) => named = found.clone(),
            None => break,
        }
    }
    match Args::command().try_get_matches_from(&words) {
        Ok(_) => None,
        Err(error) if !error.use_stderr() => None,
        Err(_) if words.last().is_some_and(|last| last == named.get_name()) => None,
        Err(error) => Some(error.to_string()),
    }
}

fn check(place: &str, text: &str) -> usize {
    let commands = typed(text);
    for command in &commands {
        if let Some(error) = refusal(command) {
            panic!("{place} says `{command}`: {error}");
        }
    }
    commands.len()
}

fn check_help(command: &Command) -> usize {
    let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let examples: Vec<_> =
        help.lines().filter(|line| line.starts_with("  tomo")).map(str::to_owned).collect();
    let own = check(command.get_name(), &format!("```\n{}\n```", examples.join("\n")));
    own + command.get_subcommands().map(check_help).sum::<usize>()
}

fn guides() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut guides = vec![root.join("README.md"), root.join("CONTRIBUTING.md")];
    guides.extend(fs::read_dir(root.join("docs")).expect("docs").flatten().map(|e| e.path()));
    guides.retain(|path| path.extension().is_some_and(|end| end == "md"));
    guides
}

/// A guide is read by somebody who does not know better: what it says has to be there.
#[test]
fn guides_name_commands_that_there_are() {
    let mut count = 0;
    for guide in guides() {
        count += check(&guide.display().to_string(), &fs::read_to_string(&guide).expect("a guide"));
    }
    assert!(count > 50, "{count} commands were found");
    assert!(refusal("tomo server lsit").is_some() && refusal("tomo about --jsn").is_some());
}

/// An example is copied as it stands.
#[test]
fn examples_of_the_help_can_be_typed() {
    let count = check_help(&Args::command());
    assert!(count > 30, "{count} examples were found");
}

/// A link that leads nowhere leaves a reader there.
#[test]
fn guides_link_to_files_that_there_are() {
    let mut count = 0;
    for guide in guides() {
        let text = fs::read_to_string(&guide).expect("a guide");
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            if link.contains("://") {
                continue;
            }
            let file = link.split('#').next().unwrap_or_default();
            let target = guide.parent().expect("a folder").join(file);
            assert!(target.exists(), "{} links to {link}", guide.display());
            count += 1;
        }
    }
    assert!(count > 15, "{count} links were found");
}
