//! Start and memory of the real window and of the tray, each against an empty Tauri program that
//! was built with it and runs on the same display.

pub mod prepare;
mod screen;

use crate::{
    child,
    fleet::start_host,
    lab::{
        display::Display,
        secret_service::{Bus, Keyring},
    },
    process,
    report::{Done, Report, Target, Unit},
};
use screen::{Area, Screen};
use std::{
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};
use tray::Tray;

#[path = "../../e2e/tray.rs"]
#[expect(dead_code, reason = "the tray only has to be there")]
mod tray;

const PAIRS: usize = 5;
/// How long a window may take to be painted.
const PATIENCE: Duration = Duration::from_secs(60);
/// Time between two looks at the screen.
const LOOK: Duration = Duration::from_millis(5);
/// How long a program is left alone before its memory is read.
const SETTLED: Duration = Duration::from_secs(10);
/// How long the tray's processor time is counted.
const COUNTED: Duration = Duration::from_secs(60);

/// Where the names of servers stand in the overview, and the empty window's line of text, on a
/// screen that the window fills.
const TEXT: Area = Area { left: 230, top: 60, width: 200, height: 700 };
const EMPTY_TEXT: Area = Area { left: 4, top: 30, width: 200, height: 200 };

/// A program to start, and when its window is painted.
struct Program {
    command: PathBuf,
    title: &'static str,
    area: Area,
    /// Lines of text that are to be seen.
    bands: usize,
}

pub fn measure(report: &mut Report) -> Done {
    let tomo = PathBuf::from(env!("CARGO_BIN_EXE_tomo"));
    let examples = tomo.with_file_name("examples");
    // A head, this computer, and the servers.
    let bands = usize::try_from(prepare::SERVERS)? + 2;
    let tomo = Program { command: tomo, title: "Tomo", area: TEXT, bands };
    let empty = |name: &str| Program {
        command: examples.join(name),
        title: "Empty",
        area: EMPTY_TEXT,
        bands: 1,
    };
    let (window, tray) = (empty("empty-window"), empty("empty-tray"));
    if !window.command.is_file() || !tray.command.is_file() {
        return Err("the empty programs are not built: use `cargo xtask bench`".into());
    }
    let desktop = Desktop::start()?;
    let (host, _) = start_host(None)?;
    let mut prepare = child::command(None, &["prepare", desktop.folder()?, &host.line])?;
    if !desktop.environment(&mut prepare).status()?.success() {
        return Err("the month of history could not be made".into());
    }
    // Once each, so that both are read from the disk's cache.
    desktop.start_painted(&tomo)?;
    desktop.start_painted(&window)?;
    let (mut starts, mut memory) = (vec![], vec![]);
    for _ in 0..PAIRS {
        let (ours, our_start) = desktop.start_painted(&tomo)?;
        let our_memory = ours.settled();
        drop(ours);
        let (theirs, their_start) = desktop.start_painted(&window)?;
        starts.push((our_start, their_start));
        memory.push((our_memory, theirs.settled()));
    }
    let (ours, _) = desktop.start_painted(&tomo)?;
    ours.settled();
    desktop.close(&tomo)?;
    let our_memory = ours.settled();
    let programs = ours.programs();
    let cpu = ours.processor_percent();
    drop(ours);
    let theirs = desktop.launch(&tray)?;
    let in_tray = [(our_memory, theirs.settled())];

    let (ms, mib, most) = (Unit::Milliseconds, Unit::Mebibytes, Target::Ratio);
    report.compare("window: start to the painted overview", ms, &starts, most(1.3));
    report.compare("window: memory with the overview of 10 servers", mib, &memory, most(1.2));
    let what = format!("window: memory in the tray alone ({programs})");
    report.compare(&what, mib, &in_tray, most(1.25));
    let what = "window: processor in the tray, 10 servers at 10 s";
    report.figure(what, Unit::Percent, cpu, Target::AtMost(1.0));
    Ok(())
}

/// A screen, a session bus with a keychain and a tray, and a data folder.
struct Desktop {
    display: Display,
    bus: Bus,
    _keyring: Keyring,
    _tray: Tray,
    /// The tray's tasks run here.
    _runtime: tokio::runtime::Runtime,
    data: tempfile::TempDir,
}

impl Desktop {
    fn start() -> Done<Self> {
        let bus = Bus::start()?;
        let keyring = Keyring::unlocked(&bus, "the keyring's password")?;
        let runtime = tokio::runtime::Runtime::new()?;
        let address = bus.env().into_iter().find(|(name, _)| *name == "DBUS_SESSION_BUS_ADDRESS");
        let address = address.and_then(|(_, address)| address.into_string().ok());
        let tray = runtime.block_on(Tray::start(&address.unwrap_or_default()));
        Ok(Self {
            display: Display::start(1280, 820),
            bus,
            _keyring: keyring,
            _tray: tray,
            _runtime: runtime,
            data: tempfile::tempdir()?,
        })
    }

    fn folder(&self) -> Done<&str> {
        self.data.path().to_str().ok_or_else(|| "the folder's name is not text".into())
    }

    fn environment<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command
            .envs(self.bus.env())
            .env("DISPLAY", &self.display.name)
            .env("TOMO_DATA_DIR", self.data.path())
            .env("NO_AT_BRIDGE", "1")
            .env_remove("WAYLAND_DISPLAY")
    }

    fn launch(&self, program: &Program) -> Done<Running> {
        let mut command = Command::new(&program.command);
        let command = self.environment(&mut command);
        Ok(Running(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?))
    }

    /// Starts a program; gives the time until its window was painted, milliseconds.
    fn start_painted(&self, program: &Program) -> Done<(Running, f64)> {
        let screen = Screen::open(&self.display.picture())?;
        while screen.bands(program.area)? > 0 {
            // The window before this one.
            thread::sleep(LOOK);
        }
        let started = Instant::now();
        let running = self.launch(program)?;
        while screen.bands(program.area)? < program.bands {
            if started.elapsed() > PATIENCE {
                let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("not-painted.png");
                self.display.screenshot(&file);
                let (title, file) = (program.title, file.display());
                return Err(format!("{title} was not painted; the screen is in {file}").into());
            }
            thread::sleep(LOOK);
        }
        Ok((running, started.elapsed().as_secs_f64() * 1_000.0))
    }

    /// Closes the window of a program and waits until it is gone.
    fn close(&self, program: &Program) -> Done {
        self.display.close_window(program.title);
        let deadline = Instant::now() + PATIENCE;
        while self.display.has_window(program.title) {
            if Instant::now() > deadline {
                return Err(format!("the window of {} stays", program.title).into());
            }
            thread::sleep(LOOK);
        }
        Ok(())
    }
}

/// A program that ends with the value.
struct Running(Child);

impl Running {
    /// Its memory once it has come to rest, MiB.
    fn settled(&self) -> f64 {
        thread::sleep(SETTLED);
        process::memory_of_tree(self.0.id())
    }

    /// The names of its processes.
    fn programs(&self) -> String {
        process::names_of_tree(self.0.id())
    }

    /// The processor time that it takes at rest, as a share of one processor.
    fn processor_percent(&self) -> f64 {
        let (before, began) = (process::ms_of_tree(self.0.id()), Instant::now());
        thread::sleep(COUNTED);
        let used = process::ms_of_tree(self.0.id()) - before;
        used / (began.elapsed().as_secs_f64() * 10.0)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // As the system asks, so that it ends its own children.
        let _ = Command::new("kill").arg(self.0.id().to_string()).status();
        let _ = self.0.wait();
    }
}
