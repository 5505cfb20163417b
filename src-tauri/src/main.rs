//! The binary: the window, or with a command the command line or the door for assistants.

use clap::Parser;
use std::{io, path::Path, process::ExitCode};
use tomo::{
    app::{Opening, Options},
    cli::{self, Args, CliError, Doors, Exit},
    mcp, shell, vault,
};
use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::{
    filter::{LevelFilter, Targets},
    layer::SubscriberExt,
    util::SubscriberInitExt,
};

/// Days of the program's log that are kept.
const LOG_DAYS: usize = 7;

fn main() -> ExitCode {
    let dumps = vault::no_core_dumps();
    // Whatever Tomo writes, its log as well, is for its owner alone.
    #[cfg(unix)]
    rustix::process::umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
    let args = Args::parse();
    let data_dir = match args.data_dir() {
        Ok(data_dir) => data_dir,
        Err(error) => return error.report(),
    };
    if let Err(error) = start_log(&data_dir) {
        // What keeps the log from being written is told by the database a moment later, or is no
        // reason not to work.
        tracing::debug!(%error, "no log");
    }
    if let Err(error) = dumps {
        tracing::warn!(%error, "core dumps could not be turned off");
    }
    cli::run(args, data_dir, &Doors { window, assistant: mcp::run })
}

fn window(options: Options, opening: Opening) -> ExitCode {
    let has = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    if cfg!(target_os = "linux") && !has("DISPLAY") && !has("WAYLAND_DISPLAY") {
        let error = CliError::stopped(
            Exit::Failed,
            "There is no display to open a window on.",
            "Run `tomo monitor` to watch in this terminal, or `tomo --help` for more.",
        );
        return error.report();
    }
    shell::run(options, opening)
}

/// A file a day in the data folder. `TOMO_LOG` names the level of what Tomo itself says; libraries
/// only warn, so that no level brings their view of a connection, with its secrets, into the file.
fn start_log(data_dir: &Path) -> io::Result<()> {
    let folder = data_dir.join("logs");
    private_folder(&folder)?;
    let named = std::env::var("TOMO_LOG").unwrap_or_default();
    let level = named.parse::<LevelFilter>().ok().filter(|_| !named.is_empty());
    let file = RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix("tomo")
        .filename_suffix("log")
        .max_log_files(LOG_DAYS)
        .build(folder)
        .map_err(io::Error::other)?;
    let layer = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(file);
    let levels = Targets::new()
        .with_default(LevelFilter::WARN)
        .with_target("tomo", level.unwrap_or(LevelFilter::INFO));
    tracing_subscriber::registry().with(levels).with(layer).try_init().map_err(io::Error::other)?;
    if level.is_none() && !named.is_empty() {
        tracing::warn!(TOMO_LOG = named, "not a level: error, warn, info, debug, trace or off");
    }
    Ok(())
}

/// Makes a folder, and those above it, that is nobody else's to read.
fn private_folder(path: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(path)
}
