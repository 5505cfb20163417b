pub const HELP: &str = "";
pub fn run(_: bool) -> Result<(), crate::say::Failure> {
    Ok(())
}
