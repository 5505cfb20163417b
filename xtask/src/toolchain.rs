//! The two toolchains a person brings along: Rust and Node.

use crate::say::{Failure, output_of};

const RUST: (u32, u32) = (1, 95);
const NODE: (u32, u32) = (20, 0);

/// npm's name as a program. On Windows it is a script, which needs its ending to be found.
pub const NPM: &str = if cfg!(windows) { "npm.cmd" } else { "npm" };

/// Fails when the Rust that builds Tomo is missing or too old.
pub fn check_rust() -> Result<(), Failure> {
    let found = output_of("rustc", &["--version"]);
    let hint = "`rustup update stable` brings the newest; rustup.rs has rustup.";
    enough("Rust", RUST, found.as_deref(), hint)
}

/// Fails when Node or npm is missing or too old.
pub fn check_node() -> Result<(), Failure> {
    let hint =
        "nodejs.org has it for every system; Linux distributions package it as nodejs and npm.";
    enough("Node", NODE, output_of("node", &["--version"]).as_deref(), hint)?;
    match output_of(NPM, &["--version"]) {
        Some(_) => Ok(()),
        None => Err(Failure::new("Node is here, but npm is not.")
            .hint("Install npm; some distributions package it apart from Node.")),
    }
}

fn enough(name: &str, least: (u32, u32), found: Option<&str>, hint: &str) -> Result<(), Failure> {
    let wanted = format!("Tomo needs {name} {}.{} or newer", least.0, least.1);
    match found {
        None => Err(Failure::new(format!("{wanted}; it was not found.")).hint(hint)),
        Some(text) => match version(text) {
            Some(found) if found >= least => Ok(()),
            _ => Err(Failure::new(format!("{wanted}; here it is '{text}'.")).hint(hint)),
        },
    }
}

/// Major and minor of the first version in a text, such as `rustc 1.95.0 (…)` or `v20.20.2`.
fn version(text: &str) -> Option<(u32, u32)> {
    text.split_whitespace().find_map(|word| {
        let mut numbers = word.trim_start_matches('v').split(['.', '-']);
        Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Both programs print their version in their own way, and 1.100 is newer than 1.95.
    #[test]
    fn versions_are_numbers_not_text() {
        assert_eq!(version("rustc 1.95.0 (59807616e 2026-04-14)"), Some((1, 95)));
        assert_eq!(version("rustc 1.100.0-nightly (abc 2026-10-01)"), Some((1, 100)));
        assert_eq!(version("v20.20.2"), Some((20, 20)));
        assert_eq!(version("no version"), None);
        assert!(enough("Rust", RUST, Some("rustc 1.100.0"), "").is_ok());
        assert!(enough("Rust", RUST, Some("rustc 1.94.1"), "").is_err());
        assert!(enough("Node", NODE, None, "").is_err());
    }
}
