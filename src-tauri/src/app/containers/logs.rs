//! Reading logs: the end of one once, and follows of several for a page.

use super::{
    log_buffer::LogView,
    log_follow::{Follow, Wanted},
};
use crate::{
    app::{Tomo, activity::Entry, error::AppError, export},
    docker::{
        Engine, EngineError,
        logs::{Line, LogWish, plain},
    },
    domain::{
        activity::ActivityKind,
        container::ContainerRef,
        container_log::{LogFilter, LogLine, LogMatches, LogPage, LogSource, LogStatus, LogStream},
        file::Exported,
        id::ServerId,
        session::{Door, Session},
        text::is_hidden,
    },
};
use chrono::DateTime;
use serde_json::json;
use std::{
    collections::{HashMap, VecDeque},
    io::Write,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::sync::Semaphore;
use uuid::Uuid;

/// Containers of a follow.
const MOST_SOURCES: usize = 50;
/// Lines that a follow begins with, of each container.
const MOST_TAIL: u32 = 100_000;
/// Lines of a page.
const MOST_OF_PAGE: u32 = 1_000;
/// Numbers that a search gives.
const MOST_MATCHES: usize = 10_000;
/// Characters that are looked for.
const MOST_WANTED: usize = 1_000;
/// Characters of a container's name.
const MOST_OF_NAME: usize = 100;
/// Follows at a time: each may hold some hundred megabytes.
const MOST_FOLLOWS: usize = 4;
/// Lines that are read at once without a follow.
const MOST_AT_ONCE: u32 = 10_000;
/// Their text, bytes.
const MOST_BYTES_AT_ONCE: usize = 16 << 20;
/// Their text on the command line, which writes them and ends, bytes.
const MOST_BYTES_TYPED: usize = 256 << 20;
/// How long reading them may take.
const READING: Duration = Duration::from_secs(60);

/// A follow whose pages nobody asked for this long ends.
const UNWATCHED: Duration = Duration::from_secs(60);
/// Logs of a server that are followed at a time where each is a command of its own there: sshd allows
/// ten at a time, and samples, events and questions want theirs.
pub(super) const MOST_BY_COMMAND: usize = 4;

/// Everything that is followed.
#[derive(Default)]
pub(in crate::app) struct Logs {
    follows: Mutex<HashMap<String, Arc<Follow>>>,
    places: Mutex<HashMap<ServerId, Arc<Semaphore>>>,
}

impl Logs {
    fn follows(&self) -> MutexGuard<'_, HashMap<String, Arc<Follow>>> {
        self.follows.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Who may read a log of this server, where each takes a command.
    pub(super) fn places(&self, server: ServerId) -> Arc<Semaphore> {
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        places.entry(server).or_insert_with(|| Arc::new(Semaphore::new(MOST_BY_COMMAND))).clone()
    }

    /// Where each follow stands.
    pub(in crate::app) fn statuses(&self) -> Vec<LogStatus> {
        let follows: Vec<_> = self.follows().values().cloned().collect();
        follows.iter().map(|follow| follow.status()).collect()
    }

    fn end_all(&self) {
        for follow in self.follows().values() {
            follow.ended.cancel();
        }
    }
}

/// Which part of a log is read once.
#[derive(Clone, Debug)]
pub struct LogPart {
    /// Of which container.
    pub container: ContainerRef,
    /// Lines at most, from the end.
    pub tail: u32,
    /// Only from this moment on, milliseconds since 1970.
    pub since_ms: Option<i64>,
    /// Only before this moment, milliseconds since 1970.
    pub until_ms: Option<i64>,
    /// Only this output.
    pub stream: Option<LogStream>,
}

impl Tomo {
    /// The end of a container's log.
    ///
    /// # Errors
    /// When the container is not there, or its log cannot be read.
    pub async fn log(&self, part: &LogPart) -> Result<Vec<LogLine>, AppError> {
        let (most, most_bytes) = match self.door() {
            Door::CommandLine => (MOST_TAIL, MOST_BYTES_TYPED),
            _ => (MOST_AT_ONCE, MOST_BYTES_AT_ONCE),
        };
        at_most("lines", part.tail, most)?;
        let container = self.container(&part.container)?;
        let engine = self.engine_of(&part.container)?;
        let read = async {
            let mut tail = part.tail;
            loop {
                let End { lines, left_out, is_whole } =
                    end_of(&engine, &container.id, part, tail, most_bytes).await?;
                if is_whole || lines.len() >= part.tail as usize {
                    return Ok::<_, EngineError>((left_out, lines));
                }
                tail = tail.saturating_mul(8).min(MOST_TAIL);
            }
        };
        let lines =
            tokio::time::timeout(READING, read).await.map_err(|_| EngineError::Timeout)??;
        // An assistant reads words; colours are noise to it, and could hide some.
        let shown = |text: String| if self.door() == Door::Mcp { plain(&text) } else { text };
        let line = |(number, line): (u64, Line)| LogLine {
            number,
            at_ms: line.at_ns.div_euclid(1_000_000),
            source: 0,
            stream: line.stream,
            text: shown(line.text),
            cut_bytes: line.cut_bytes,
        };
        let (left_out, lines) = lines;
        Ok((left_out..).zip(lines).map(line).collect())
    }

    /// Follows logs of containers together.
    ///
    /// # Errors
    /// When one of them is not there, or there are too many.
    pub async fn follow_logs(
        &self,
        containers: &[ContainerRef],
        tail: u32,
        since_ms: Option<i64>,
    ) -> Result<LogStatus, AppError> {
        if containers.is_empty() || containers.len() > MOST_SOURCES {
            return Err(AppError::Invalid(format!("Choose 1 to {MOST_SOURCES} containers.")));
        }
        at_most("lines", tail, MOST_TAIL)?;
        let session = self.session().await?;
        let mut sources: Vec<LogSource> = Vec::with_capacity(containers.len());
        for which in containers {
            if sources.iter().any(|source| source.container == *which) {
                continue;
            }
            let container = self.container(which)?;
            sources.push(LogSource {
                container: which.clone(),
                name: shown_name(&container.service.unwrap_or(container.name)),
                is_following: true,
                error: None,
            });
        }
        let id = Uuid::new_v4().to_string();
        let since_ns = since_ms.map(nanoseconds);
        let wanted = Wanted { tail, since_ns, unwatched: UNWATCHED };
        let follow = Arc::new(Follow::new(id.clone(), session.id, sources, wanted));
        {
            let mut follows = self.inner.logs.follows();
            while follows.len() >= MOST_FOLLOWS {
                let oldest = follows.values().min_by_key(|follow| follow.asked());
                let Some(oldest) = oldest.map(|follow| follow.id.clone()) else { break };
                if let Some(oldest) = follows.remove(&oldest) {
                    oldest.ended.cancel();
                }
            }
            follows.insert(id, follow.clone());
        }
        let (tomo, running) = (self.clone(), follow.clone());
        self.own(async move {
            running.run(&tomo).await;
            tomo.inner.logs.follows().remove(&running.id);
        });
        Ok(follow.status())
    }

    async fn follow_of(&self, id: &str) -> Result<Arc<Follow>, AppError> {
        let session = self.session().await?;
        let found = self.inner.logs.follows().get(id).cloned();
        found
            .filter(|follow| follow.session == session.id && !follow.ended.is_cancelled())
            .ok_or(AppError::NotFound("log"))
    }

    /// Lines of a follow: from a number on, or the newest. It goes on for another minute.
    ///
    /// # Errors
    /// When the follow has ended.
    pub async fn log_page(
        &self,
        id: &str,
        from: Option<u64>,
        limit: u32,
        filter: LogFilter,
    ) -> Result<LogPage, AppError> {
        at_most("lines", limit, MOST_OF_PAGE)?;
        let follow = self.follow_of(id).await?;
        let limit = limit as usize;
        let page = move |view: &LogView, filter: &LogFilter| {
            (view.page(from, limit, filter), view.first(), view.end())
        };
        let (lines, first, end) = read(&follow, filter, page).await?;
        // Where it stood when it was read: whoever goes on from there misses nothing.
        Ok(LogPage { status: LogStatus { first, end, ..follow.status() }, lines })
    }

    /// The lines of a follow that match.
    ///
    /// # Errors
    /// When the follow has ended.
    pub async fn search_log(&self, id: &str, filter: LogFilter) -> Result<LogMatches, AppError> {
        let follow = self.follow_of(id).await?;
        let search = |view: &LogView, filter: &LogFilter| view.search(filter, MOST_MATCHES);
        let (total, numbers) = read(&follow, filter, search).await?;
        Ok(LogMatches { total, numbers })
    }

    /// The number of the first line from a moment on (milliseconds since 1970).
    ///
    /// # Errors
    /// When the follow has ended.
    pub async fn seek_log(&self, id: &str, at_ms: i64) -> Result<u64, AppError> {
        Ok(self.follow_of(id).await?.view().seek(at_ms))
    }

    /// Ends a follow; one that has ended stays so.
    ///
    /// # Errors
    /// When nobody is signed in.
    pub async fn close_log(&self, id: &str) -> Result<(), AppError> {
        match self.follow_of(id).await {
            Ok(follow) => follow.ended.cancel(),
            Err(AppError::NotFound(_)) => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Ends all follows: the page that looked at them is gone.
    pub fn close_logs(&self) {
        self.inner.logs.end_all();
    }

    /// Writes what is kept of a follow to a file, a line for each.
    ///
    /// # Errors
    /// When the follow has ended, or the file cannot be written.
    pub async fn save_log(
        &self,
        session: &Session,
        id: &str,
        path: &str,
        filter: LogFilter,
    ) -> Result<Exported, AppError> {
        check(&filter)?;
        let follow = self.follow_of(id).await?;
        let path = self.file_to_write(path)?;
        let sources = follow.status().sources;
        let names: Vec<String> = sources.iter().map(|source| source.name.clone()).collect();
        let view = follow.view();
        let exported = export::write_with(path, move |out| {
            let mut rows = 0;
            for line in view.lines(&filter) {
                write_line(out, &names, &line)?;
                rows += 1;
            }
            Ok(rows)
        })
        .await?;
        let names: Vec<_> = sources.iter().map(|source| &source.name).collect();
        let entry = Entry::by(session.user.id, ActivityKind::LogSave, "Log saved to a file")
            .with(json!({ "containers": names, "rows": exported.rows, "file": exported.path }));
        let server = sources.first().map(|source| source.container.server_id);
        let is_one = sources.iter().all(|source| Some(source.container.server_id) == server);
        self.record(match server.filter(|_| is_one) {
            Some(server) => entry.to(server),
            None => entry,
        })
        .await;
        Ok(exported)
    }
}

/// The end of a log.
struct End {
    /// The last lines that are wanted.
    lines: VecDeque<Line>,
    /// How many wanted ones before them were read as well, and are too many or too long together.
    left_out: u64,
    /// Whether no older ones are there, or no more may be read.
    is_whole: bool,
}

/// The end of a log, of as many of its lines as are read.
async fn end_of(
    engine: &Engine,
    container: &str,
    part: &LogPart,
    tail: u32,
    most_bytes: usize,
) -> Result<End, EngineError> {
    // Engines count the lines of both outputs and leave one out then, so that the last ten errors
    // would be those among the last ten lines.
    let wish = LogWish {
        tail: Some(tail),
        since_ns: part.since_ms.map(nanoseconds),
        until_ns: part.until_ms.map(nanoseconds),
        stream: None,
        follow: false,
    };
    let mut reader = engine.log(container, &wish).await?;
    let (mut kept, mut bytes, mut count) = (VecDeque::new(), 0, 0);
    let mut left_out = 0;
    while let Some(lines) = reader.next().await? {
        count += lines.len();
        for line in lines {
            if part.stream.is_none_or(|stream| stream == line.stream) {
                bytes += line.text.len();
                kept.push_back(line);
            }
        }
        while bytes > most_bytes || kept.len() > part.tail as usize {
            bytes -= kept.pop_front().map_or(bytes, |line: Line| line.text.len());
            left_out += 1;
        }
    }
    Ok(End { lines: kept, left_out, is_whole: count < tail as usize || tail >= MOST_TAIL })
}

/// A name as it can stand before a line: labels hold anything.
fn shown_name(name: &str) -> String {
    name.chars().filter(|char| !is_hidden(*char)).take(MOST_OF_NAME).collect()
}

/// `2026-11-23T01:02:03.004Z web err text`; the name only where there are several.
fn write_line(out: &mut dyn Write, names: &[String], line: &LogLine) -> std::io::Result<()> {
    let at = DateTime::from_timestamp_millis(line.at_ms).unwrap_or_default();
    write!(out, "{}", at.format("%Y-%m-%dT%H:%M:%S%.3fZ"))?;
    if let Some(name) = names.get(line.source as usize).filter(|_| names.len() > 1) {
        write!(out, " {name}")?;
    }
    let stream = match line.stream {
        LogStream::Stdout => "out",
        LogStream::Stderr => "err",
    };
    write!(out, " {stream} {}", plain(&line.text))?;
    if line.cut_bytes > 0 {
        write!(out, " … {} bytes cut", line.cut_bytes)?;
    }
    writeln!(out)
}

/// Reads what is kept, beside the threads that answer: a search looks at a million lines.
async fn read<T: Send + 'static>(
    follow: &Follow,
    filter: LogFilter,
    work: impl FnOnce(&LogView, &LogFilter) -> T + Send + 'static,
) -> Result<T, AppError> {
    check(&filter)?;
    let view = follow.view();
    tokio::task::spawn_blocking(move || work(&view, &filter))
        .await
        .map_err(|error| AppError::internal("searching a log", &error))
}

fn check(filter: &LogFilter) -> Result<(), AppError> {
    if filter.text.as_ref().is_some_and(|text| text.chars().count() > MOST_WANTED) {
        return Err(AppError::Invalid(format!("Look for at most {MOST_WANTED} characters.")));
    }
    Ok(())
}

fn at_most(what: &str, wanted: u32, most: u32) -> Result<(), AppError> {
    if wanted > most {
        return Err(AppError::Invalid(format!("Ask for at most {most} {what}.")));
    }
    Ok(())
}

fn nanoseconds(ms: i64) -> i64 {
    ms.saturating_mul(1_000_000)
}
