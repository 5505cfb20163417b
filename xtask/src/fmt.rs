//! `cargo xtask fmt`.

use crate::project::Project;
use crate::say::{self, Failure};
use crate::ui;

pub const HELP: &str = "\
Usage: cargo xtask fmt

Formats the Rust code with rustfmt, and TypeScript, Svelte and CSS with Prettier.
";

pub fn run(project: &Project) -> Result<(), Failure> {
    say::run(project.cargo().args(["fmt", "--all"]))?;
    say::run(project.cargo().args(["fmt", "--manifest-path", "xtask/Cargo.toml"]))?;
    ui::install(project)?;
    say::run(project.npm().args(["run", "format"]))
}
