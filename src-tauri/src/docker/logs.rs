//! Logs of containers, read as they come.

pub use super::log_lines::{LONGEST, Line};
pub use super::log_text::plain;

use super::{ask::checked, client::Engine, error::EngineError, log_lines::Lines, raw::Answer};
use crate::domain::container_log::LogStream;
use bollard::models::ContainerInspectResponse;
use chrono::{DateTime, Utc};
use hyper::Method;

/// Which part of a log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LogWish {
    /// Lines at most, from the end; all when absent.
    pub tail: Option<u32>,
    /// From this moment on, nanoseconds since 1970.
    pub since_ns: Option<i64>,
    /// Before this moment, nanoseconds since 1970.
    pub until_ns: Option<i64>,
    /// Only this output.
    pub stream: Option<LogStream>,
    /// Whether to go on while the container runs.
    pub follow: bool,
}

/// One run of a container, from a start to its end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Run {
    /// Whether its processes exist, so that its log may go on.
    pub is_running: bool,
    /// When it began; nothing where the container was never started.
    pub started_at: Option<DateTime<Utc>>,
}

/// A log that is being read. Whoever holds one reads it to its end or drops it: what nobody reads
/// holds up everything else on a server's connection.
pub struct LogReader {
    answer: Answer,
    lines: Lines,
    has_ended: bool,
    run: Run,
}

impl Engine {
    /// Opens the log of a container.
    ///
    /// # Errors
    /// When there is no such container, or its log driver cannot be read.
    pub async fn log(&self, container: &str, wish: &LogWish) -> Result<LogReader, EngineError> {
        let id = checked(container)?;
        let found = self.inspected(id).await?;
        let tty = found.config.as_ref().and_then(|config| config.tty).unwrap_or_default();
        let mut path = format!(
            "/containers/{id}/logs?stdout={}&stderr={}&timestamps=true&follow={}",
            wish.stream != Some(LogStream::Stderr),
            wish.stream != Some(LogStream::Stdout),
            wish.follow
        );
        path += &match wish.tail {
            Some(tail) => format!("&tail={tail}"),
            None => "&tail=all".to_owned(),
        };
        for (name, moment) in [("since", wish.since_ns), ("until", wish.until_ns)] {
            if let Some(at) = moment {
                let (seconds, nanos) = (at.div_euclid(1_000_000_000), at.rem_euclid(1_000_000_000));
                path += &format!("&{name}={seconds}.{nanos:09}");
            }
        }
        let answer = self.raw(Method::GET, &path, None, false).await?;
        Ok(LogReader { answer, lines: Lines::new(tty), has_ended: false, run: run(&found) })
    }

    /// The newest run of a container.
    ///
    /// # Errors
    /// When there is no such container.
    pub async fn newest_run(&self, container: &str) -> Result<Run, EngineError> {
        Ok(run(&self.inspected(container).await?))
    }
}

fn run(found: &ContainerInspectResponse) -> Run {
    let Some(state) = &found.state else { return Run::default() };
    let started = state.started_at.as_deref();
    let started = started.and_then(|at| DateTime::parse_from_rfc3339(at).ok());
    Run {
        is_running: state.running.unwrap_or_default(),
        // One that was never started bears the beginning of the engine's calendar.
        started_at: started.map(|at| at.to_utc()).filter(|at| at.timestamp() > 0),
    }
}

impl LogReader {
    /// The run that was the newest when it was opened.
    #[must_use]
    pub fn run(&self) -> Run {
        self.run
    }

    /// When it was opened, by the engine's own clock, to the second: nanoseconds since 1970.
    #[must_use]
    pub fn opened_ns(&self) -> Option<i64> {
        self.answer.at_ns()
    }

    /// The lines that come next, some at a time; nothing after the log's end.
    ///
    /// # Errors
    /// When it breaks off, or the engine complains in the midst of it.
    pub async fn next(&mut self) -> Result<Option<Vec<Line>>, EngineError> {
        let mut lines = Vec::new();
        while lines.is_empty() && !self.has_ended {
            match self.answer.piece().await? {
                Some(piece) => self.lines.push(&piece, &mut lines),
                None => {
                    self.has_ended = true;
                    self.lines.finish(&mut lines);
                }
            }
        }
        if !lines.is_empty() {
            return Ok(Some(lines));
        }
        match self.lines.complaint() {
            Some(complaint) => Err(EngineError::Refused { status: 200, message: complaint }),
            None => Ok(None),
        }
    }
}
