//! Terminals on servers and in containers. Each belongs to the session that opened it, and ends with
//! it, when it is locked, or when the window is gone.

mod program;
mod run;
mod screen;
mod wire;

pub use program::{Program, ProgramEvent, ProgramInput, ProgramOutput};

use super::{Tomo, activity::Entry, containers::shown, error::AppError};
use crate::{
    domain::engine::EngineVia,
    domain::{
        activity::ActivityKind,
        container::ContainerRef,
        id::ServerId,
        session::Session,
        terminal::{Terminal, TerminalOutput, TerminalSize, TerminalTarget},
    },
};
use screen::Screen;
use serde_json::json;
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::sync::mpsc;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use uuid::Uuid;

/// Terminals at a time.
const MOST: usize = 20;
/// Bytes that are typed at once.
const MOST_TYPED: usize = 64 << 10;
/// Pieces that were typed and wait to be read.
const TYPED_AHEAD: usize = 16;
/// How long a program may read nothing before typing is refused.
const TYPING: Duration = Duration::from_secs(10);
/// How long opening one on a server may take.
const OPENING: Duration = Duration::from_secs(20);
/// How long ending a program may take.
const ENDING: Duration = Duration::from_secs(3);
/// Words of a command, and the bytes of all of them.
const MOST_WORDS: usize = 200;
const MOST_WORD_BYTES: usize = 64 << 10;

/// Something for a program.
enum Typed {
    Bytes(Vec<u8>),
    Size((u16, u16)),
}

/// A terminal that is open.
struct Open {
    session: String,
    typed: mpsc::Sender<Typed>,
    screen: Arc<Screen>,
    ended: CancellationToken,
}

/// All terminals of this process.
#[derive(Default)]
pub(super) struct Terminals {
    open: Mutex<HashMap<String, Open>>,
    /// How many are being opened.
    opening: AtomicUsize,
    /// Those that run, for whoever waits for their end.
    running: TaskTracker,
}

impl Terminals {
    fn open(&self) -> MutexGuard<'_, HashMap<String, Open>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps a place for a terminal that is being opened, before anything is started for it.
    fn place(&self) -> Result<Place<'_>, AppError> {
        let open = self.open();
        if open.len() + self.opening.load(Ordering::Relaxed) >= MOST {
            let why = format!("{MOST} terminals are open already. Close one of them.");
            return Err(AppError::Invalid(why));
        }
        self.opening.fetch_add(1, Ordering::Relaxed);
        Ok(Place(self))
    }
}

/// A place that is kept while this lives.
struct Place<'a>(&'a Terminals);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.opening.fetch_sub(1, Ordering::Relaxed);
    }
}

/// What comes from a terminal, for one window.
pub struct TerminalFeed {
    screen: Arc<Screen>,
    shower: u64,
}

impl TerminalFeed {
    /// What comes next: bytes, then the end, then nothing. No more comes than
    /// [`Tomo::terminal_shown`] has made room for.
    pub async fn next(&mut self) -> Option<TerminalOutput> {
        self.screen.next(self.shower).await
    }
}

/// Where a new terminal leads.
struct Way {
    ends: (wire::Output, wire::Input),
    /// Whether leaving what it writes unread holds up nobody else.
    may_wait: bool,
    title: String,
    server: ServerId,
    details: serde_json::Value,
}

impl Tomo {
    /// Opens a terminal on a server or in a container, for as long as this session lasts.
    ///
    /// # Errors
    /// When it is not connected, the program is not there, or too many are open.
    pub async fn open_terminal(
        &self,
        session: &Session,
        target: TerminalTarget,
        size: TerminalSize,
    ) -> Result<Terminal, AppError> {
        let size = checked(size)?;
        let place = self.inner.terminals.place()?;
        let way = match target {
            TerminalTarget::Server { server_id } => self.to_server(server_id, size).await?,
            TerminalTarget::Container { container, command, user } => {
                self.to_container(&container, &command, user.as_deref(), size).await?
            }
        };
        let id = Uuid::new_v4().to_string();
        let (typed, typing) = mpsc::channel(TYPED_AHEAD);
        let (screen, ended) = (Arc::new(Screen::default()), CancellationToken::new());
        let open = Open {
            session: session.id.clone(),
            typed,
            screen: screen.clone(),
            ended: ended.clone(),
        };
        self.inner.terminals.open().insert(id.clone(), open);
        drop(place);
        let mut message = format!("Terminal opened: {}", way.title);
        if let Some(program) = way.details["program"].as_str() {
            message += &format!(", running {}", shown(program));
        }
        let entry = Entry::by(session.user.id, ActivityKind::TerminalOpen, message);
        self.record(entry.to(way.server).with(way.details)).await;
        let terminal = Terminal { terminal_id: id.clone(), title: way.title };
        let run = run::Run {
            tomo: self.clone(),
            id,
            session: session.id.clone(),
            screen,
            ended,
            may_wait: way.may_wait,
        };
        let running = self.inner.terminals.running.token();
        let run = async move {
            run.run(way.ends, typing).await;
            drop(running);
        };
        self.inner.tasks.spawn_on(run, &self.inner.runtime);
        Ok(terminal)
    }

    async fn to_server(&self, id: ServerId, size: (u16, u16)) -> Result<Way, AppError> {
        let server = self.inner.hub.server(id).ok_or(AppError::NotFound("server"))?;
        if server.is_local() {
            return Err(AppError::LocalServer("opened as a terminal"));
        }
        let link = self.inner.hub.link(id);
        let link = link.ok_or_else(|| AppError::Invalid("This server is not connected.".into()))?;
        let shell = link.shell(size, OPENING).await.map_err(|error| wire::refused(&error))?;
        Ok(Way {
            ends: wire::of_shell(shell),
            may_wait: false,
            title: server.name,
            server: id,
            details: json!({}),
        })
    }

    async fn to_container(
        &self,
        which: &ContainerRef,
        command: &[String],
        user: Option<&str>,
        size: (u16, u16),
    ) -> Result<Way, AppError> {
        let user = command_of(command, user)?;
        let container = self.container(which)?;
        let engine = self.engine_of(which)?;
        let terminal = engine.open_terminal(&container.id, command, user, size).await?;
        let server = self.inner.hub.server(which.server_id);
        let server = server.map_or_else(|| "a server".to_owned(), |server| server.name);
        Ok(Way {
            ends: wire::of_exec(terminal),
            may_wait: engine.info().via == EngineVia::Local,
            title: format!("{} on {server}", container.name),
            server: which.server_id,
            // What follows the program's name may hold a password.
            details: json!({
                "container": container.name,
                "program": command.first(),
                "user": user,
            }),
        })
    }

    async fn terminal<T>(&self, id: &str, look: impl FnOnce(&Open) -> T) -> Result<T, AppError> {
        let session = self.session().await?;
        let open = self.inner.terminals.open();
        let found = open.get(id).filter(|open| open.session == session.id);
        found.map(look).ok_or(AppError::NotFound("terminal"))
    }

    /// What comes from a terminal from now on, for a window that shows it.
    ///
    /// # Errors
    /// When it is not there, or belongs to another session.
    pub async fn show_terminal(&self, id: &str) -> Result<TerminalFeed, AppError> {
        self.terminal(id, |open| TerminalFeed {
            screen: open.screen.clone(),
            shower: open.screen.show(),
        })
        .await
    }

    /// A window has shown so many bytes of a terminal.
    ///
    /// # Errors
    /// When it is not there, or belongs to another session.
    pub async fn terminal_shown(&self, id: &str, bytes: usize) -> Result<(), AppError> {
        self.terminal(id, |open| open.screen.note_shown(bytes)).await
    }

    /// Types into a terminal.
    ///
    /// # Errors
    /// When it has ended, or its program has read nothing for long.
    pub async fn type_into_terminal(&self, id: &str, bytes: Vec<u8>) -> Result<(), AppError> {
        if bytes.len() > MOST_TYPED {
            return Err(AppError::Invalid("Type at most 64 KiB at once.".into()));
        }
        self.tell_terminal(id, Typed::Bytes(bytes)).await
    }

    /// Tells a terminal its size.
    ///
    /// # Errors
    /// When it has ended, or the size is none.
    pub async fn resize_terminal(&self, id: &str, size: TerminalSize) -> Result<(), AppError> {
        self.tell_terminal(id, Typed::Size(checked(size)?)).await
    }

    async fn tell_terminal(&self, id: &str, typed: Typed) -> Result<(), AppError> {
        let to = self.terminal(id, |open| open.typed.clone()).await?;
        to.send_timeout(typed, TYPING).await.map_err(|error| match error {
            mpsc::error::SendTimeoutError::Timeout(_) => {
                AppError::Invalid("The program there reads nothing of what is typed.".into())
            }
            mpsc::error::SendTimeoutError::Closed(_) => AppError::NotFound("terminal"),
        })
    }

    /// Ends a terminal and what runs in it; one that has ended stays so.
    ///
    /// # Errors
    /// When nobody is signed in.
    pub async fn close_terminal(&self, id: &str) -> Result<(), AppError> {
        match self.terminal(id, |open| open.ended.cancel()).await {
            Ok(()) | Err(AppError::NotFound(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Ends all terminals: the window that showed them is gone.
    pub fn close_terminals(&self) {
        for open in self.inner.terminals.open().values() {
            open.ended.cancel();
        }
    }

    /// Ends all terminals and what runs in them, while the connections that this needs are there.
    pub(super) async fn end_terminals(&self) {
        self.close_terminals();
        self.inner.terminals.running.close();
        self.inner.terminals.running.wait().await;
    }
}

/// Looks whether a command and its account can be handed to an engine; gives the account.
fn command_of<'a>(command: &[String], user: Option<&'a str>) -> Result<Option<&'a str>, AppError> {
    let bytes: usize = command.iter().map(String::len).sum();
    if command.len() > MOST_WORDS || bytes > MOST_WORD_BYTES {
        return Err(AppError::Invalid("The command is too long.".into()));
    }
    let is_broken = command.first().is_some_and(String::is_empty)
        || command.iter().map(String::as_str).chain(user).any(|word| word.contains('\0'));
    if is_broken {
        return Err(AppError::Invalid("The command names no program.".into()));
    }
    Ok(user.filter(|user| !user.is_empty()))
}

fn checked(size: TerminalSize) -> Result<(u16, u16), AppError> {
    let sides = [size.columns, size.rows];
    if sides.iter().all(|side| (1..=1_000).contains(side)) {
        Ok((size.columns, size.rows))
    } else {
        Err(AppError::Invalid("A terminal has 1 to 1,000 columns and rows.".into()))
    }
}
