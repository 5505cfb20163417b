//! `cargo xtask bindings`.

use crate::part::Use;
use crate::project::Project;
use crate::say::{self, Failure};
use crate::{system, toolchain, ui};

pub const HELP: &str = "\
Usage: cargo xtask bindings [--yes]

Writes what is made from the Rust code and committed: ui/src/lib/backend/generated.ts, the settings that
the window's own tests run with, the shape of the command table, and the lists in docs/. A test fails
when one is not what this command would write.
";

pub fn run(project: &Project, yes: bool) -> Result<(), Failure> {
    toolchain::check_rust()?;
    system::require(&[Use::Build], yes)?;
    // Any page will do, and a page of the present sources may need the very file that is written here.
    if !ui::has_page(project) {
        ui::install(project)?;
        ui::build(project)?;
    }
    let mut test = project.cargo();
    test.args(["test", "--lib", "up_to_date"]).env("TOMO_WRITE_BINDINGS", "1");
    say::run(&mut test)
}
