//! The live view of `tomo monitor`: redrawn in place as samples come, scrolled and left by keys.

use super::{Cli, error::CliError, monitor, output, overview, screen::Screen};
use crate::domain::{
    fleet::{Push, ServerRow},
    health::State,
};
use chrono::Local;
use crossterm::event::{Event, EventStream, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use futures::{Stream, StreamExt};
use std::time::Duration;
use tokio::time::{Interval, MissedTickBehavior, interval};

/// How often everything is read anew: figures grow stale without a push.
const READ_EVERY: Duration = Duration::from_secs(5);

/// The head, an empty line, the table's head, an empty line and the foot.
const FRAME_LINES: usize = 5;

/// What a key asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// Out of the view.
    Leave,
    /// Lines down; negative is up.
    Scroll(isize),
}

/// Shows the servers until a person leaves.
pub async fn run(cli: &Cli, mut pushes: impl Stream<Item = Push> + Unpin) -> Result<(), CliError> {
    let mut rows = monitor::read(cli).await?;
    let mut keys = EventStream::new();
    let mut again = tick(READ_EVERY);
    let mut first: usize = 0;
    let screen = Screen::enter()?;
    loop {
        let (width, height) = screen.size()?;
        let room = usize::from(height).saturating_sub(FRAME_LINES).max(1);
        first = first.min(rows.len().saturating_sub(room));
        screen.draw(&lines(&rows, first, room, width))?;
        tokio::select! {
            push = pushes.next() => match push {
                Some(Push::Rows { rows: new }) => merge(&mut rows, new),
                Some(
                    Push::Live { .. }
                    | Push::Containers { .. }
                    | Push::ContainersChanged
                    | Push::Log { .. }
                    | Push::SettingsChanged
                    | Push::Changed { .. },
                ) => {}
                Some(Push::FleetChanged | Push::SessionChanged) => rows = monitor::read(cli).await?,
                None => return Ok(()),
            },
            _ = again.tick() => rows = monitor::read(cli).await?,
            event = keys.next() => match event {
                Some(Ok(Event::Key(key))) => match wish(key, room) {
                    Some(Wish::Leave) => return Ok(()),
                    Some(Wish::Scroll(by)) => first = first.saturating_add_signed(by),
                    None => {}
                },
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(CliError::io("reading keys", error)),
                None => return Ok(()),
            },
        }
    }
}

/// A beat at which everything is read anew.
#[must_use]
pub fn tick(every: Duration) -> Interval {
    let mut again = interval(every);
    // After the computer slept, one reading is enough.
    again.set_missed_tick_behavior(MissedTickBehavior::Delay);
    again
}

/// Takes over changed rows; rows keep their place, and what is new comes with the next reading.
fn merge(rows: &mut [ServerRow], new: Vec<ServerRow>) {
    for row in new {
        if let Some(place) = rows.iter_mut().find(|old| old.server.id == row.server.id) {
            *place = row;
        }
    }
}

/// What a key asks for, on a screen of so many lines.
#[must_use]
pub fn wish(key: KeyEvent, room: usize) -> Option<Wish> {
    if key.kind == KeyEventKind::Release {
        return None;
    }
    let page = isize::try_from(room).unwrap_or(isize::MAX);
    match key.code {
        KeyCode::Char('c' | 'd') if key.modifiers.contains(KeyModifiers::CONTROL) => {
            Some(Wish::Leave)
        }
        KeyCode::Char('q') | KeyCode::Esc => Some(Wish::Leave),
        KeyCode::Down | KeyCode::Char('j') => Some(Wish::Scroll(1)),
        KeyCode::Up | KeyCode::Char('k') => Some(Wish::Scroll(-1)),
        KeyCode::PageDown | KeyCode::Char(' ') => Some(Wish::Scroll(page)),
        KeyCode::PageUp => Some(Wish::Scroll(-page)),
        KeyCode::End => Some(Wish::Scroll(isize::MAX)),
        KeyCode::Home => Some(Wish::Scroll(isize::MIN)),
        _ => None,
    }
}

/// The whole screen: head, servers, foot.
fn lines(rows: &[ServerRow], first: usize, room: usize, width: u16) -> Vec<String> {
    let table: Vec<String> = overview::table(rows, Some(width)).lines().collect();
    let clock = Local::now().format("%H:%M:%S").to_string();
    let mut lines = vec![head(&overview::summary(rows), &clock, width), String::new()];
    let (heads, servers) = table.split_at(table.len().min(1));
    lines.extend_from_slice(heads);
    lines.extend(servers.iter().skip(first).take(room).cloned());
    lines.push(String::new());
    let free = room.saturating_sub(rows.len() + 1);
    let mut notes = overview::notes(rows, Some(width));
    notes.truncate(free);
    if !notes.is_empty() {
        lines.append(&mut notes);
        lines.push(String::new());
    }
    let below = rows.len().saturating_sub(first + room);
    let foot = match (first, below) {
        (0, 0) => "q leaves".to_owned(),
        (above, below) => {
            let hidden = rows.iter().take(above).chain(rows.iter().skip(first + room));
            let troubled = hidden.filter(|row| row.health.state >= State::Stale).count();
            let trouble =
                if troubled > 0 { format!(", {troubled} of them not fine") } else { String::new() };
            format!("↑ {above} above, ↓ {below} below{trouble}   q leaves")
        }
    };
    lines.push(cut(&foot, width));
    lines
}

/// The summary at the left and the time at the right.
fn head(summary: &str, clock: &str, width: u16) -> String {
    let title = format!("Tomo  {summary}");
    let gap = usize::from(width).saturating_sub(title.chars().count() + clock.chars().count());
    if gap == 0 { cut(&title, width) } else { format!("{title}{}{clock}", " ".repeat(gap)) }
}

fn cut(text: &str, width: u16) -> String {
    output::clean_line(text).chars().take(usize::from(width)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// In raw mode Ctrl-C is a key like others: without this nobody gets out of the view.
    #[test]
    fn every_usual_key_leaves() {
        let key = |code, modifiers| wish(KeyEvent::new(code, modifiers), 10);
        for (code, modifiers) in [
            (KeyCode::Char('q'), KeyModifiers::NONE),
            (KeyCode::Esc, KeyModifiers::NONE),
            (KeyCode::Char('c'), KeyModifiers::CONTROL),
        ] {
            assert_eq!(key(code, modifiers), Some(Wish::Leave));
        }
        assert_eq!(key(KeyCode::Char('c'), KeyModifiers::NONE), None);
        assert_eq!(key(KeyCode::PageUp, KeyModifiers::NONE), Some(Wish::Scroll(-10)));
    }

    /// A line wider than the screen would push the foot out of it.
    #[test]
    fn head_and_foot_fit_the_screen() {
        assert_eq!(head("4 servers", "14:33:07", 40).chars().count(), 40);
        assert_eq!(head("4 servers, 1 down", "14:33:07", 10).chars().count(), 10);
    }
}
