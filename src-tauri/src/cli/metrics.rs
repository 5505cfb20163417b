//! `tomo metrics`: the stored history of a server, summed up to a table that fits a terminal, or
//! whole as JSON.

use super::{
    Cli, account, args::Metrics, container_metrics, dates::Dates, error::CliError, format, output,
    servers,
};
use crate::domain::history::{History, Range};
use chrono::{DateTime, Utc};
use serde_json::json;

/// `tomo metrics`.
pub async fn metrics(cli: &Cli, metrics: Metrics) -> Result<(), CliError> {
    account::unlock(cli).await?;
    let server = match (servers::find(cli, &metrics.of).await, metrics.of.split_once('/')) {
        // A server's own name may have a slash in it.
        (Err(_), Some((server, container))) => {
            let Metrics { range, json, .. } = metrics;
            return container_metrics::metrics(cli, server, container, range, json).await;
        }
        (found, _) => found?.server,
    };
    let arguments = json!({ "id": server.id, "range": metrics.range });
    let history: History = cli.call("server.history", arguments).await?;
    if metrics.json {
        return output::json(&history);
    }
    if history.at.is_empty() {
        output::note(&format!(
            "No history of {} in this range. A row is written each minute while Tomo runs.",
            server.name
        ));
        return Ok(());
    }
    show(&history, metrics.range, cli.dates().await?)
}

/// Seconds that a line of the table stands for: a dozen to thirty lines a range.
pub fn step(range: Range) -> i64 {
    match range {
        Range::Hour => 300,
        Range::Day => 3_600,
        Range::Week => 6 * 3_600,
        Range::Month => 86_400,
    }
}

fn show(history: &History, range: Range, dates: Dates) -> Result<(), CliError> {
    let heads =
        ["From", ">CPU", ">peak", ">Memory", ">Disk", ">↓", ">↑", ">Read", ">Written", ">Load"];
    let mut table = output::new_table(&heads, None);
    let offset = dates.offset_seconds(Utc::now());
    for line in summed_up(history, step(range), offset) {
        table.add_row([
            from(line.at, range, dates),
            format::percent(line.cpu),
            format::percent(line.cpu_peak),
            format::bytes(line.memory),
            format::percent(line.disk),
            format::rate(line.received),
            format::rate(line.sent),
            format::rate(line.read),
            format::rate(line.written),
            format::load(line.load),
        ]);
    }
    output::table(&table)
}

/// When a line begins, as precisely as the range asks for.
pub fn from(at: i64, range: Range, dates: Dates) -> String {
    let format = match range {
        Range::Hour | Range::Day => "%-d %b %H:%M",
        Range::Week => "%a %-d %b %H:%M",
        Range::Month => "%a %-d %b",
    };
    DateTime::from_timestamp(at, 0).map_or_else(String::new, |at| dates.write(at, format))
}

/// One line of the table; what no row measured is absent.
#[derive(Clone, Debug, Default, PartialEq)]
struct Line {
    at: i64,
    cpu: Option<f64>,
    cpu_peak: Option<f64>,
    memory: Option<f64>,
    disk: Option<f64>,
    received: Option<f64>,
    sent: Option<f64>,
    read: Option<f64>,
    written: Option<f64>,
    load: Option<f64>,
}

/// Lines of `step` seconds from the first row on, by a clock `offset` seconds ahead of UTC: when each
/// begins, and its rows. A line without rows is a gap, and stays as one.
pub fn grouped(
    starts: &[i64],
    step: i64,
    offset: i64,
) -> impl Iterator<Item = (i64, Vec<usize>)> + '_ {
    let floor = move |at: i64| at + offset - (at + offset).rem_euclid(step) - offset;
    let first = starts.first().map_or(0, |at| floor(*at));
    let count = starts.last().map_or(0, |at| (floor(*at) - first) / step + 1);
    (0..count).map(move |line| {
        let at = first + line * step;
        (at, (0..starts.len()).filter(|row| floor(starts[*row]) == at).collect())
    })
}

fn summed_up(history: &History, step: i64, offset: i64) -> Vec<Line> {
    grouped(&history.at, step, offset)
        .map(|(at, rows)| {
            let spans = &history.span_seconds;
            let maybe = |column: &[Option<f64>]| mean(spans, &rows, |row| *column.get(row)?);
            let always = |column: &[f64]| mean(spans, &rows, |row| column.get(row).copied());
            Line {
                at,
                cpu: always(&history.cpu_percent),
                cpu_peak: rows
                    .iter()
                    .filter_map(|row| *history.cpu_peak_percent.get(*row)?)
                    .reduce(f64::max),
                memory: always(&history.memory_used_bytes),
                disk: always(&history.disk_percent),
                received: maybe(&history.network_rx),
                sent: maybe(&history.network_tx),
                read: maybe(&history.disk_read),
                written: maybe(&history.disk_written),
                load: maybe(&history.load_one),
            }
        })
        .collect()
}

/// The mean over the time that the rows stand for.
#[expect(clippy::cast_precision_loss, reason = "spans are below 2^53 seconds")]
pub fn mean(
    span_seconds: &[i64],
    rows: &[usize],
    value: impl Fn(usize) -> Option<f64>,
) -> Option<f64> {
    let measured = rows.iter().filter_map(|row| {
        let span = *span_seconds.get(*row)? as f64;
        Some((value(*row)? * span, span))
    });
    let (sum, span) = measured.fold((0.0, 0.0), |(sum, span), (v, s)| (sum + v, span + s));
    (span > 0.0).then(|| sum / span)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history(rows: &[(i64, i64, f64)]) -> History {
        History {
            at: rows.iter().map(|row| row.0).collect(),
            span_seconds: rows.iter().map(|row| row.1).collect(),
            cpu_percent: rows.iter().map(|row| row.2).collect(),
            cpu_peak_percent: rows.iter().map(|row| Some(row.2 + 1.0)).collect(),
            load_one: vec![None; rows.len()],
            ..History::default()
        }
    }

    /// Rows of ten minutes weigh ten times one of a minute, or a day's mean would be wrong where
    /// history has aged.
    #[test]
    fn a_mean_weighs_rows_by_their_span() {
        let lines = summed_up(&history(&[(0, 60, 80.0), (60, 600, 3.0)]), 3_600, 0);
        assert_eq!(lines.len(), 1);
        assert!((lines[0].cpu.expect("measured") - 10.0).abs() < 1e-9);
        assert_eq!(lines[0].cpu_peak, Some(81.0));
        assert_eq!(lines[0].load, None, "not measured stays absent");
    }

    /// Hours in which the computer slept must not vanish between their neighbours.
    #[test]
    fn a_gap_stays_in_the_table() {
        let lines = summed_up(&history(&[(0, 60, 1.0), (10_800, 60, 2.0)]), 3_600, 0);
        let cpu: Vec<_> = lines.iter().map(|line| line.cpu).collect();
        assert_eq!(cpu, [Some(1.0), None, None, Some(2.0)]);
    }

    /// A day begins at midnight where the reader is, not in Greenwich.
    #[test]
    fn lines_begin_by_the_readers_clock() {
        let lines = summed_up(&history(&[(82_800, 60, 1.0), (86_400, 60, 2.0)]), 86_400, 3_600);
        assert_eq!(lines.iter().map(|line| line.at).collect::<Vec<_>>(), [82_800]);
    }
}
