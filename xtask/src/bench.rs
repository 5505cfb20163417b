//! `cargo xtask bench`.

use std::ffi::OsString;

use crate::part::Use;
use crate::project::Project;
use crate::say::{self, Failure};
use crate::{system, toolchain, ui};

pub const HELP: &str = "\
Usage: cargo xtask bench [--yes] [NAME…] [-- ARGUMENTS]

Builds Tomo as it is released (this takes a while the first time) and prints ratios in one run:
what Tomo costs, and what the same costs when it is done by hand. With names, only those parts run;
what follows `--` goes to the benchmark as it is. docs/performance.md explains how to read it.
";

pub fn run(
    project: &Project,
    yes: bool,
    names: Vec<String>,
    passed_on: Vec<OsString>,
) -> Result<(), Failure> {
    toolchain::check_rust()?;
    system::require(&[Use::Build, Use::Lab, Use::Window], yes)?;
    ui::install(project)?;
    ui::build(project)?;
    // The examples are the empty programs that Tomo is compared with.
    say::run(project.cargo().args(["build", "--release", "--bins", "--examples"]))?;
    let mut bench = project.cargo();
    bench.args(["bench", "--bench", "tomo", "--"]).args(names).args(passed_on);
    say::run(&mut bench)
}
