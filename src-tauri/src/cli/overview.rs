//! The table of servers that `tomo monitor` shows: a row for each, its state by shape and word.

use super::{format, output};
use crate::domain::{
    fleet::ServerRow,
    health::State,
    live::{DiskFigure, Figures},
};
use comfy_table::{Attribute, Cell, Color, ColumnConstraint, Table, Width};

/// A name takes no more of a narrow terminal than this.
const NAME_WIDTH: u16 = 28;

/// The columns, in the order in which they stand, each with the least width of a terminal that has
/// room for it.
const COLUMNS: [(Column, &str, u16); 10] = [
    (Column::State, "State", 0),
    (Column::Name, "Name", 0),
    (Column::Cpu, ">CPU", 0),
    (Column::Memory, ">Memory", 0),
    (Column::Disk, ">Disk", 0),
    (Column::Received, ">↓", 100),
    (Column::Sent, ">↑", 100),
    (Column::Temperature, ">Temp", 112),
    (Column::Uptime, ">Uptime", 84),
    (Column::Note, "", NOTE_LEAST),
];

/// A terminal that is narrower has no room for a reason beside the figures: it stands below.
const NOTE_LEAST: u16 = 160;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    State,
    Name,
    Cpu,
    Memory,
    Disk,
    Received,
    Sent,
    Temperature,
    Uptime,
    Note,
}

/// The table; without a width nothing is left out or cut.
pub fn table(rows: &[ServerRow], width: Option<u16>) -> Table {
    let columns: Vec<_> = COLUMNS
        .into_iter()
        .filter(|(_, _, least)| width.is_none_or(|width| width >= *least))
        .collect();
    let heads: Vec<_> = columns.iter().map(|(_, head, _)| *head).collect();
    let mut table = output::new_table(&heads, width);
    for row in rows {
        let cells = columns.iter().map(|(column, ..)| cell(*column, row));
        let mut cells = comfy_table::Row::from(cells.collect::<Vec<_>>());
        cells.max_height(1);
        table.add_row(cells);
    }
    if width.is_some() {
        let widths = table.column_max_content_widths();
        for ((column, (kind, ..)), content) in table.column_iter_mut().zip(&columns).zip(widths) {
            match kind {
                Column::Note => {}
                Column::Name => {
                    let width = content.saturating_add(2).min(NAME_WIDTH);
                    column.set_constraint(ColumnConstraint::Absolute(Width::Fixed(width)));
                }
                _ => {
                    column.set_constraint(ColumnConstraint::ContentWidth);
                }
            }
        }
    }
    table
}

/// Why servers are not fine, a line each, where the table has no column for it.
pub fn notes(rows: &[ServerRow], width: Option<u16>) -> Vec<String> {
    let reasons = rows.iter().filter_map(|row| {
        let reason = row.health.reason.as_deref()?;
        let text = format!("{} {}: {reason}", shape(row.health.state), row.server.name);
        Some([output::clean_line(&text)])
    });
    match width.filter(|width| *width < NOTE_LEAST) {
        Some(width) => output::cut_lines(reasons, width),
        None => Vec::new(),
    }
}

/// `4 servers, 1 down, 2 warning`; worst first.
pub fn summary(rows: &[ServerRow]) -> String {
    let mut parts = vec![match rows.len() {
        1 => "1 server".to_owned(),
        count => format!("{count} servers"),
    }];
    for state in [State::Down, State::Critical, State::Warning, State::Stale] {
        let count = rows.iter().filter(|row| row.health.state == state).count();
        if count > 0 {
            parts.push(format!("{count} {}", word(state)));
        }
    }
    if parts.len() == 1 && rows.iter().all(|row| row.health.state == State::Fine) {
        parts.push("all fine".into());
    }
    parts.join(", ")
}

/// Each state has a shape of its own, for those who do not see the colour.
fn shape(state: State) -> char {
    match state {
        State::Fine => '●',
        State::Off => '‖',
        State::Connecting => '◌',
        State::Stale => '○',
        State::Warning => '▲',
        State::Critical => '◆',
        State::Down => '✕',
    }
}

fn word(state: State) -> &'static str {
    match state {
        State::Fine => "fine",
        State::Off => "off",
        State::Connecting => "connecting",
        State::Stale => "stale",
        State::Warning => "warning",
        State::Critical => "critical",
        State::Down => "down",
    }
}

fn cell(column: Column, row: &ServerRow) -> Cell {
    let state = row.health.state;
    // Figures of a server that does not answer are not its figures now.
    let figures = row.figures.as_ref().filter(|_| !matches!(state, State::Down | State::Off));
    let figure = |text: String| {
        let cell = Cell::new(text);
        if state == State::Stale && output::colour() { cell.fg(Color::DarkGrey) } else { cell }
    };
    let of = |read: fn(&Figures) -> Option<f64>| figures.and_then(read);
    match column {
        Column::State => coloured(format!("{} {}", shape(state), word(state)), state),
        Column::Name => Cell::new(output::clean_line(&row.server.name)),
        Column::Cpu => figure(format::percent(of(|figures| figures.cpu_percent))),
        Column::Memory => figure(memory(figures)),
        Column::Disk => figure(disk(figures.and_then(|figures| figures.disk.as_ref()))),
        Column::Received => figure(format::rate(of(|figures| figures.network_rx))),
        Column::Sent => figure(format::rate(of(|figures| figures.network_tx))),
        Column::Temperature => figure(format::celsius(of(|figures| figures.temperature_celsius))),
        Column::Uptime => figure(format::duration(of(|figures| figures.uptime_seconds))),
        Column::Note => {
            coloured(output::clean_line(row.health.reason.as_deref().unwrap_or_default()), state)
        }
    }
}

fn coloured(text: String, state: State) -> Cell {
    let cell = Cell::new(text);
    if !output::colour() {
        return cell;
    }
    match state {
        State::Fine | State::Connecting => cell,
        State::Off | State::Stale => cell.fg(Color::DarkGrey),
        State::Warning => cell.fg(Color::Yellow),
        State::Critical | State::Down => cell.fg(Color::Red).add_attribute(Attribute::Bold),
    }
}

#[expect(clippy::cast_precision_loss, reason = "three digits need no 53 bits")]
fn of_total(percent: Option<f64>, total: Option<u64>) -> String {
    let total = total.map(|total| total as f64);
    match percent {
        Some(_) => format!("{} of {}", format::percent(percent), format::bytes(total)),
        None => format::ABSENT.into(),
    }
}

fn memory(figures: Option<&Figures>) -> String {
    of_total(
        figures.and_then(|figures| figures.memory_percent),
        figures.and_then(|figures| figures.memory_total_bytes),
    )
}

/// `/` needs no name; another mount is shown because it is past its mark.
fn disk(disk: Option<&DiskFigure>) -> String {
    let Some(disk) = disk else { return format::ABSENT.into() };
    let text = of_total(Some(disk.percent), Some(disk.total_bytes));
    match disk.path.as_str() {
        "/" => text,
        path => format!("{} {text}", output::clean_line(path)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        connection::ConnectionStatus,
        health::Health,
        id::ServerId,
        server::{AuthType, Server},
    };
    use chrono::Utc;

    fn row(name: &str, state: State, cpu_percent: Option<f64>) -> ServerRow {
        let figures = Figures {
            at: Utc::now(),
            cpu_percent,
            load_one: None,
            memory_percent: Some(41.2),
            memory_used_bytes: Some(7 << 30),
            memory_total_bytes: Some(16 << 30),
            disk: None,
            network_rx: None,
            network_tx: Some(812_000.0),
            temperature_celsius: None,
            uptime_seconds: Some(7_920.0),
        };
        ServerRow {
            server: Server {
                id: ServerId::new(),
                name: name.into(),
                host: "nas".into(),
                port: 22,
                username: "admin".into(),
                auth_type: AuthType::Key,
                enabled: true,
                created_at: Utc::now(),
                last_connected: None,
                system_info: None,
                system_info_updated_at: None,
                docker_installed: false,
            },
            connection: ConnectionStatus::Disconnected,
            health: Health { state, reason: Some("because".into()) },
            figures: Some(figures),
            containers: None,
        }
    }

    /// A terminal cuts what is too wide into the next line, which would shift every row below.
    #[test]
    fn no_line_is_wider_than_the_terminal() {
        let rows = [row("日本 🏠 a name that goes on and on and on", State::Critical, Some(97.0))];
        for width in [60, 80, 100, 120, 200] {
            for line in table(&rows, Some(width)).lines() {
                let columns = line.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum::<u16>();
                // Counting every other character as two is never too little.
                assert!(columns <= width + 12, "{width}: {line}");
            }
            assert_eq!(table(&rows, Some(width)).lines().count(), 2, "one line a server");
            let below = notes(&rows, Some(width)).len();
            assert_eq!(below, usize::from(width < NOTE_LEAST), "a reason is beside or below");
        }
    }

    /// 'True or absent': nothing measured is a dash, and a server that is down has no figures now.
    #[test]
    fn what_is_not_measured_now_is_a_dash() {
        let fine = table(&[row("nas", State::Fine, None)], None).to_string();
        assert!(fine.contains("● fine") && fine.contains("41 % of 16.0 GB"), "{fine}");
        assert!(fine.contains('–'), "{fine}");
        let down = table(&[row("nas", State::Down, Some(3.0))], None).to_string();
        assert!(down.contains("✕ down") && !down.contains("3 %"), "{down}");
    }

    /// A server's own words must not break the table or the terminal.
    #[test]
    fn hostile_names_stay_in_their_cell() {
        let shown = table(&[row("a\u{1b}[2J\nb", State::Fine, None)], None).to_string();
        assert!(!shown.contains('\u{1b}'), "{shown:?}");
        assert_eq!(shown.lines().count(), 2);
    }

    /// The states must be told apart without colour.
    #[test]
    fn every_state_has_its_own_shape_and_word() {
        let all = [
            State::Fine,
            State::Off,
            State::Connecting,
            State::Stale,
            State::Warning,
            State::Critical,
            State::Down,
        ];
        let shapes: std::collections::HashSet<_> = all.into_iter().map(shape).collect();
        let words: std::collections::HashSet<_> = all.into_iter().map(word).collect();
        assert_eq!((shapes.len(), words.len()), (all.len(), all.len()));
    }
}
