//! Programs that tests run scripts with: those that servers have, and stand-ins for some of them.

use std::path::Path;
use tokio::process::Command;

/// The shells that the greater part of servers have; a CI without them proves too little.
const NEEDED_IN_CI: [&str; 3] = ["dash", "bash", "busybox"];

/// The awks that distributions ship, and the words that run them.
pub(crate) const AWKS: [(&str, &str); 4] = [
    ("mawk", "mawk"),
    ("gawk", "gawk"),
    ("original-awk", "original-awk"),
    ("busybox", "busybox awk"),
];

/// Whether a program is there; one that is not is named.
#[expect(clippy::print_stderr, reason = "a skipped part is named")]
pub(crate) fn installed(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).any(|folder| folder.join(program).is_file());
    let needed = NEEDED_IN_CI.contains(&program) && std::env::var_os("CI").is_some();
    assert!(found || !needed, "{program} must be installed in CI");
    if !found {
        eprintln!("skipped: {program} is not installed");
    }
    found
}

/// Writes a program into a folder that is searched first.
pub(crate) fn program(folder: &Path, name: &str, body: &str) {
    use std::os::unix::fs::PermissionsExt;
    let path = folder.join(name);
    std::fs::write(&path, format!("#!/bin/sh\n{body}\n")).expect("written");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("executable");
}

/// A shell that looks for programs in this folder first.
pub(crate) fn with_first_in_path(folder: &Path) -> Command {
    let rest = std::env::var("PATH").unwrap_or_default();
    let mut shell = Command::new("sh");
    shell.env("PATH", format!("{}:{rest}", folder.display()));
    shell
}
