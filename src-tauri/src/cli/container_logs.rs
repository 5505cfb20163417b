//! `tomo container logs`: what containers wrote, once or as it comes, several together in the order of
//! time.

use super::{
    Cli,
    args::Listing,
    container_log_lines::Writer,
    container_names::{Depth, resolve_all, server_name},
    dates::Dates,
    error::{CliError, Exit},
    monitor, output,
};
use crate::domain::{
    container::{ContainerRow, RestartPolicy},
    container_details::ContainerDetails,
    container_log::{LogLine, LogPage, LogSource, LogStatus, LogStream},
    fleet::Push,
};
use chrono::DateTime;
use clap::{Args as Group, ValueEnum};
use futures::{Stream, StreamExt};
use serde_json::json;
use std::{
    pin::pin,
    time::{Duration, Instant},
};

/// Lines of each container when nobody says how many: as many as can be asked for.
const MOST_TAIL: u32 = 100_000;
/// Lines of a page.
const PAGE: u32 = 1_000;
/// How often a follow is asked for more when nothing tells of it; one that nobody asks ends.
const ASK_EVERY: Duration = Duration::from_secs(10);
/// How long lines of several containers may still be put in order after the last of them has ended.
const SETTLING: Duration = Duration::from_secs(1);
/// How long a container that ended is waited for: one that somebody restarts is up again within it.
const RESTARTING: Duration = Duration::from_secs(5);
/// The same for one that its engine starts again by itself: an engine that is restarted ends its
/// containers, each with its seconds of grace, before it goes and comes back.
const STARTED_AGAIN: Duration = Duration::from_secs(30);

/// Examples for the help.
pub const EXAMPLES: &str = "\
Examples:
  tomo container logs nas/web --tail 100
  tomo container logs nas/web nas/db --follow
  tomo container logs nas/web --since 2h --timestamps
  tomo container logs nas/web --follow --json | jq -r .text

What one container writes to its standard error comes on standard error. Of several, the lines that
were standard error are marked with '!'. A follow goes on after a cut and a restart, and ends with Ctrl-C
or some seconds after the containers have ended.";

/// Which logs to show.
#[derive(Debug, Group)]
pub struct Logs {
    /// Containers: server/name, or the name alone where no other has it
    #[arg(value_name = "CONTAINER", required = true)]
    containers: Vec<String>,
    /// Go on as more is written
    #[arg(long, short = 'f')]
    follow: bool,
    /// Not before: 2026-11-20, '2026-11-20 14:00', 90m, 24h or 7d
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Before
    #[arg(long, value_name = "TIME", conflicts_with = "follow")]
    until: Option<String>,
    /// Lines of each, from the end; at most 100,000
    #[arg(long, short = 'n', value_name = "N")]
    tail: Option<u32>,
    /// Only what went to this output
    #[arg(long, value_name = "OUTPUT")]
    stream: Option<Output>,
    /// Write when each line was written
    #[arg(long, short = 't')]
    timestamps: bool,
    #[command(flatten)]
    listing: Listing,
}

/// One of a container's outputs.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Output {
    Stdout,
    Stderr,
}

impl From<Output> for LogStream {
    fn from(stream: Output) -> Self {
        match stream {
            Output::Stdout => Self::Stdout,
            Output::Stderr => Self::Stderr,
        }
    }
}

impl Logs {
    /// Whether it goes on until somebody ends it.
    #[must_use]
    pub fn lasts(&self) -> bool {
        self.follow
    }
}

/// `tomo container logs`.
pub async fn logs(cli: &Cli, logs: Logs) -> Result<(), CliError> {
    let dates = cli.dates().await?;
    let moment = |text: &Option<String>| {
        let at = text.as_deref().map(|text| dates.read(text)).transpose()?;
        Ok::<_, CliError>(at.map(|at| at.timestamp_millis()))
    };
    let (since, until) = (moment(&logs.since)?, moment(&logs.until)?);
    let tail = logs.tail.unwrap_or(MOST_TAIL);
    let rows = resolve_all(cli, &logs.containers, Depth::Names).await?;
    let servers = monitor::read(cli).await?;
    let names = rows.iter().map(|row| (server_name(row, &servers), row.container.name.clone()));
    let writer = Writer::new(names, logs.timestamps.then_some(dates), logs.listing.json);
    if logs.follow {
        let stream = logs.stream.map(LogStream::from);
        return follow(cli, &rows, tail, since, stream, &writer).await;
    }
    once(cli, &rows, &logs, &Part { tail, since, until }, &writer, dates).await
}

/// Says that a log is longer than what is shown of it, and how the rest is read.
fn left_out(name: &str, oldest: &LogLine, shown: usize, dates: Dates) -> String {
    let at = DateTime::from_timestamp_millis(oldest.at_ms).unwrap_or_default();
    let at = dates.write(at, "%Y-%m-%d %H:%M:%S");
    format!("{name} has older lines than these newest {shown}: --until '{at}' shows them.")
}

/// Which part of each log.
struct Part {
    tail: u32,
    /// Milliseconds since 1970.
    since: Option<i64>,
    until: Option<i64>,
}

async fn once(
    cli: &Cli,
    rows: &[ContainerRow],
    logs: &Logs,
    part: &Part,
    writer: &Writer,
    dates: Dates,
) -> Result<(), CliError> {
    let mut lines = Vec::new();
    let wanted = logs.stream.map(LogStream::from);
    // Of the whole log as much is asked for as there can be, of both outputs: their number then says
    // whether older lines are left out.
    let asked = wanted.filter(|_| logs.tail.is_some());
    for (place, row) in rows.iter().enumerate() {
        let arguments = json!({
            "container": row.container.reference(),
            "tail": part.tail,
            "since_ms": part.since,
            "until_ms": part.until,
            "stream": asked,
        });
        let read: Vec<LogLine> = cli.call("container.log", arguments).await?;
        // Fewer than were asked for, and still not from the beginning: they are too long together.
        let is_too_long = |oldest: &LogLine| oldest.number > 0 && read.len() < part.tail as usize;
        let is_too_many = logs.tail.is_none() && read.len() >= MOST_TAIL as usize;
        if let Some(oldest) = read.first().filter(|oldest| is_too_many || is_too_long(oldest)) {
            output::note(&left_out(&writer.full_name(place), oldest, read.len(), dates));
        }
        let place = u32::try_from(place).unwrap_or(u32::MAX);
        let read = read.into_iter().filter(|line| wanted.is_none_or(|it| it == line.stream));
        lines.extend(read.map(|line| LogLine { source: place, ..line }));
    }
    if rows.len() > 1 {
        // Lines of one log stay in their order: this sorts stably.
        lines.sort_by_key(|line| line.at_ms);
    }
    writer.write(&lines)
}

async fn follow(
    cli: &Cli,
    rows: &[ContainerRow],
    tail: u32,
    since: Option<i64>,
    stream: Option<LogStream>,
    writer: &Writer,
) -> Result<(), CliError> {
    // It listens before the follow begins, so that nothing is missed.
    let mut pushes = pin!(cli.tomo.pushes());
    let containers: Vec<_> = rows.iter().map(|row| row.container.reference()).collect();
    let arguments = json!({ "containers": containers, "tail": tail, "since_ms": since });
    let opened: LogStatus = cli.call("log.open", arguments).await?;
    let mut follow = Follow {
        cli,
        writer,
        id: opened.log_id,
        stream,
        next: 0,
        told: vec![None; rows.len()],
        quiet_since: None,
        patience: None,
    };
    loop {
        let status = follow.catch_up().await?;
        follow.tell(&status.sources);
        if let Some(wait) = follow.over(&status).await {
            if wait.is_zero() {
                return ended(&follow.told);
            }
            tokio::time::sleep(wait).await;
            continue;
        }
        moved_on(&mut pushes).await?;
    }
}

/// Waits until the follow may have more.
async fn moved_on(pushes: &mut (impl Stream<Item = Push> + Unpin)) -> Result<(), CliError> {
    let waiting = async {
        while let Some(push) = pushes.next().await {
            if matches!(push, Push::Log { .. } | Push::SessionChanged) {
                return;
            }
        }
    };
    let _ = tokio::time::timeout(ASK_EVERY, waiting).await;
    Ok(())
}

/// A follow that is shown.
struct Follow<'a> {
    cli: &'a Cli,
    writer: &'a Writer,
    id: String,
    stream: Option<LogStream>,
    /// Number of the next line.
    next: u64,
    /// What was told of each source's trouble.
    told: Vec<Option<String>>,
    /// Since when no source goes on, with where the lines ended then.
    quiet_since: Option<(Instant, u64)>,
    /// How long that is waited for, once it was asked for.
    patience: Option<Duration>,
}

impl Follow<'_> {
    /// Writes what is there, and says where the follow stands.
    async fn catch_up(&mut self) -> Result<LogStatus, CliError> {
        loop {
            let arguments = json!({
                "log_id": self.id,
                "from": self.next,
                "limit": PAGE,
                "filter": { "stream": self.stream },
            });
            let page: LogPage = self.cli.call("log.page", arguments).await?;
            let first = page.status.first;
            let first = page.lines.first().map_or(first, |line| line.number.min(first));
            if first > self.next {
                let lost = first - self.next;
                output::note(&format!(
                    "{lost} lines came faster than they could be written, and are left out."
                ));
            }
            self.writer.write(&page.lines)?;
            let is_full = page.lines.len() >= PAGE as usize;
            if !is_full {
                // What was left out on the way there is not wanted, and is not looked through again.
                self.next = self.next.max(page.status.end);
                return Ok(page.status);
            }
            self.next = page.lines.last().map_or(self.next.max(first), |last| last.number + 1);
        }
    }

    /// Says what came between a log and its reader, once.
    fn tell(&mut self, sources: &[LogSource]) {
        for (place, (source, told)) in sources.iter().zip(&mut self.told).enumerate() {
            if source.error == *told {
                continue;
            }
            match (&source.error, source.is_following) {
                (Some(error), true) => output::note(&format!(
                    "{}: {error} It goes on when it can be read again.",
                    self.writer.full_name(place)
                )),
                (Some(error), false) => {
                    output::note(&format!("{}: {error}", self.writer.full_name(place)));
                }
                (None, _) => {}
            }
            told.clone_from(&source.error);
        }
    }

    /// How long to wait before looking again when no container goes on, none when that is over;
    /// nothing while one goes on.
    async fn over(&mut self, status: &LogStatus) -> Option<Duration> {
        if status.sources.iter().any(|source| source.is_following) {
            (self.quiet_since, self.patience) = (None, None);
            return None;
        }
        let now = Instant::now();
        let (since, end) = *self.quiet_since.get_or_insert((now, status.end));
        if end != status.end {
            self.quiet_since = Some((now, status.end));
            return Some(SETTLING);
        }
        let patience = match self.patience {
            Some(patience) => patience,
            None => *self.patience.insert(self.patience_with(&status.sources).await),
        };
        Some(patience.saturating_sub(now.duration_since(since)).min(SETTLING))
    }

    /// How long containers that have ended are waited for.
    async fn patience_with(&self, sources: &[LogSource]) -> Duration {
        let mut patience = SETTLING;
        // One whose log cannot be read, as it was removed, does not come back.
        for source in sources.iter().filter(|source| source.error.is_none()) {
            let arguments = json!({ "container": source.container });
            let details: Result<ContainerDetails, _> =
                self.cli.call("container.inspect", arguments).await;
            let policy = details.ok().and_then(|details| details.limits.restart_policy);
            patience = patience.max(match policy {
                Some(RestartPolicy::Always | RestartPolicy::UnlessStopped) => STARTED_AGAIN,
                _ => RESTARTING,
            });
        }
        patience
    }
}

/// How a follow ends whose containers have ended: one whose log cannot be read has failed.
fn ended(told: &[Option<String>]) -> Result<(), CliError> {
    if told.iter().any(Option::is_some) {
        return Err(CliError::stopped(Exit::Failed, "A log could not be read to its end.", ""));
    }
    Ok(())
}
