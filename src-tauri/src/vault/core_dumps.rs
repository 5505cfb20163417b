//! Keeps the process's memory, and with it every secret, out of core dumps.

/// Turns core dumps off for this process and those it starts. To be called first thing in `main`;
/// on Windows, where a program writes no dump unless it asks for one, it does nothing.
///
/// # Errors
/// When the system refuses to lower the limit.
pub fn no_core_dumps() -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, setrlimit};

        // Linux ignores a limit of 0 when dumps are piped to a program (`core_pattern` with a `|`),
        // and a limit of 1, too small for any dump, stops both kinds: see core(5) and
        // fs/coredump.c in the kernel.
        let most = if cfg!(target_os = "linux") { 1 } else { 0 };
        setrlimit(Resource::Core, Rlimit { current: Some(most), maximum: Some(most) })?;
    }
    Ok(())
}
