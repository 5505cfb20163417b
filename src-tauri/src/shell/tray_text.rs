//! What the tray says: the worst state of the fleet, and a line of fixed width for each server.

use crate::domain::{
    connection::ConnectionStatus,
    container::ContainerCounts,
    fleet::{Fleet, ServerRow},
    health::{State, age_text},
    id::ServerId,
    installed_app::AppsWellness,
};
use chrono::{DateTime, Utc};
use unicode_width::UnicodeWidthStr;

/// The tray's icons, by shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Icon {
    /// A ring.
    Normal,
    /// A ring with a triangle.
    Warning,
    /// A ring with a cross.
    Down,
    /// A dashed ring.
    Paused,
}

/// All that the tray shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TrayText {
    pub(super) icon: Icon,
    /// `Tomo, 1 down, 1 critical`.
    pub(super) tooltip: String,
    /// `8 servers · 1 down, 1 critical`.
    pub(super) head: String,
    /// `24 containers running, 2 in trouble`; absent where no engine that answers has any.
    pub(super) containers: Option<String>,
    /// `3 apps, 1 in trouble`; absent where there are none.
    pub(super) apps: Option<String>,
    /// Worst first, then by name.
    pub(super) lines: Vec<(ServerId, String)>,
    pub(super) paused: bool,
}

impl TrayText {
    /// The texts of the menu's items, from the top on.
    pub(super) fn texts(&self) -> impl Iterator<Item = &String> {
        let lines = self.lines.iter().map(|(_, line)| line);
        std::iter::once(&self.head).chain(&self.containers).chain(&self.apps).chain(lines)
    }

    /// Whether the menu has the same items, whatever they say.
    pub(super) fn has_items_of(&self, other: &Self) -> bool {
        let ids = |text: &Self| text.lines.iter().map(|(id, _)| *id).collect::<Vec<_>>();
        ids(self) == ids(other)
            && self.paused == other.paused
            && self.containers.is_some() == other.containers.is_some()
            && self.apps.is_some() == other.apps.is_some()
    }
}

/// The longest name that is shown whole.
const NAME_WIDTH: usize = 20;
/// As wide as a digit in fonts with tabular figures.
const FIGURE_SPACE: char = '\u{2007}';

/// Writes the tray's texts.
pub(super) fn write(fleet: &Fleet, wellness: AppsWellness, now: DateTime<Utc>) -> TrayText {
    let mut rows: Vec<&ServerRow> = fleet.servers.iter().collect();
    // The list comes by name, and the sort is stable.
    rows.sort_by_key(|row| std::cmp::Reverse(row.health.state));
    let width =
        rows.iter().map(|row| row.server.name.width().min(NAME_WIDTH)).max().unwrap_or_default();
    let mut troubles = troubles(&rows);
    if wellness.troubled > 0 {
        troubles.push(format!("{} not well", apps_counted(wellness.troubled)));
    }
    let count = rows.len();
    let servers = if count == 1 { "1 server".to_owned() } else { format!("{count} servers") };
    let summary = if fleet.collection.paused {
        "paused".to_owned()
    } else if troubles.is_empty() {
        "all fine".to_owned()
    } else {
        troubles.join(", ")
    };
    TrayText {
        icon: icon(&rows, wellness, fleet.collection.paused),
        tooltip: format!("Tomo, {summary}"),
        head: format!("{servers} · {summary}"),
        containers: containers(rows.iter().filter_map(|row| row.containers)),
        apps: apps(wellness),
        lines: rows.iter().map(|row| (row.server.id, line(row, width, now))).collect(),
        paused: fleet.collection.paused,
    }
}

fn icon(rows: &[&ServerRow], wellness: AppsWellness, paused: bool) -> Icon {
    if paused {
        return Icon::Paused;
    }
    match rows.iter().map(|row| row.health.state).max() {
        Some(State::Down) => Icon::Down,
        Some(State::Critical | State::Warning) => Icon::Warning,
        _ if wellness.troubled > 0 => Icon::Warning,
        _ => Icon::Normal,
    }
}

fn troubles(rows: &[&ServerRow]) -> Vec<String> {
    [
        (State::Down, "down"),
        (State::Critical, "critical"),
        (State::Warning, "warning"),
        (State::Stale, "stale"),
    ]
    .into_iter()
    .filter_map(|(state, word)| {
        let count = rows.iter().filter(|row| row.health.state == state).count();
        (count > 0).then(|| format!("{count} {word}"))
    })
    .collect()
}

/// Over all servers whose engine answers: of the others nothing is known.
fn containers(counts: impl Iterator<Item = ContainerCounts>) -> Option<String> {
    let (mut all, mut running, mut troubled) = (0, 0, 0);
    for count in counts {
        all += count.all;
        running += count.running;
        troubled += count.troubled;
    }
    let noun = if running == 1 { "container" } else { "containers" };
    match (all, troubled) {
        (0, _) => None,
        (_, 0) => Some(format!("{running} {noun} running")),
        (_, troubled) => Some(format!("{running} {noun} running, {troubled} in trouble")),
    }
}

fn apps(wellness: AppsWellness) -> Option<String> {
    let all = apps_counted(wellness.all);
    match (wellness.all, wellness.troubled) {
        (0, _) => None,
        (_, 0) => Some(all),
        (_, troubled) => Some(format!("{all}, {troubled} in trouble")),
    }
}

fn apps_counted(count: u32) -> String {
    if count == 1 { "1 app".to_owned() } else { format!("{count} apps") }
}

fn line(row: &ServerRow, width: usize, now: DateTime<Utc>) -> String {
    let name = name(&row.server.name, width);
    let figures = match row.health.state {
        State::Down => match &row.connection {
            ConnectionStatus::HostKeyChanged { .. } => "different host key".to_owned(),
            ConnectionStatus::HostKeyUnknown { .. } => "host key not known".to_owned(),
            ConnectionStatus::Retrying { since, .. } | ConnectionStatus::Failed { since, .. } => {
                format!("down {}", age_text((now - *since).num_seconds().max(0)))
            }
            _ => "down".to_owned(),
        },
        State::Off => "off".to_owned(),
        State::Connecting => "connecting".to_owned(),
        State::Stale => match &row.figures {
            Some(figures) => format!("stale {}", age_text((now - figures.at).num_seconds().max(0))),
            None => "stale".to_owned(),
        },
        State::Fine | State::Warning | State::Critical => {
            let figures = row.figures.as_ref();
            let percents = [
                figures.and_then(|figures| figures.cpu_percent),
                figures.and_then(|figures| figures.memory_percent),
                figures.and_then(|figures| figures.disk.as_ref()).map(|disk| disk.percent),
            ];
            percents.map(percent).join("  ")
        }
    };
    format!("{name}   {figures}")
}

/// A name in `width` places: cut at the end, filled up with figure spaces. Wide letters take two.
fn name(name: &str, width: usize) -> String {
    let mut text = name.to_owned();
    if name.width() > NAME_WIDTH {
        while text.width() > NAME_WIDTH - 1 {
            text.pop();
        }
        text.push('…');
    }
    let fill = width.saturating_sub(text.width());
    text.extend(std::iter::repeat_n(FIGURE_SPACE, fill));
    text
}

/// A percentage in three places, or a dash.
fn percent(value: Option<f64>) -> String {
    let digits = value.map_or_else(|| "–".to_owned(), |value| format!("{value:.0}"));
    let fill = 3_usize.saturating_sub(digits.chars().count());
    let unit = if value.is_some() { "\u{a0}%" } else { "\u{a0}\u{2007}" };
    std::iter::repeat_n(FIGURE_SPACE, fill).chain(digits.chars()).chain(unit.chars()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        failure::{Failure, Step},
        fleet::Collection,
        health::{Health, Thresholds},
        live::Figures,
        server::{AuthType, Server},
    };

    fn row(name: &str, memory_percent: f64, connection: ConnectionStatus) -> ServerRow {
        let now = Utc::now();
        let server = Server {
            id: ServerId::new(),
            name: name.into(),
            host: "192.168.1.2".into(),
            port: 22,
            username: "ana".into(),
            auth_type: AuthType::Key,
            enabled: true,
            created_at: now,
            last_connected: None,
            system_info: None,
            system_info_updated_at: None,
            docker_installed: false,
        };
        let figures = Figures {
            at: now,
            cpu_percent: Some(7.0),
            load_one: None,
            memory_percent: Some(memory_percent),
            memory_used_bytes: None,
            memory_total_bytes: None,
            disk: None,
            network_rx: None,
            network_tx: None,
            temperature_celsius: None,
            uptime_seconds: None,
        };
        let marks = Thresholds::default();
        let health = Health::judge(&connection, Some(&figures), None, &marks, 30, now);
        ServerRow { server, connection, health, figures: Some(figures), containers: None }
    }

    fn fleet(servers: Vec<ServerRow>, paused: bool) -> Fleet {
        Fleet {
            servers,
            sparklines: Vec::new(),
            thresholds: Thresholds::default(),
            collection: Collection {
                paused,
                paused_until: None,
                live_interval_seconds: 2,
                background_interval_seconds: 10,
            },
        }
    }

    fn connected() -> ConnectionStatus {
        ConnectionStatus::Connected { since: Utc::now() }
    }

    fn lost() -> ConnectionStatus {
        let failure = Failure::new(Step::Connect, "nothing listens", "");
        ConnectionStatus::Retrying { since: Utc::now(), retry_at: Utc::now(), failure }
    }

    /// The icon is all that is seen of a closed Tomo: it has to be that of the worst server.
    #[test]
    fn the_icon_and_the_first_line_are_the_worst_servers() {
        let fine = || row("fine", 20.0, connected());
        let full = || row("full", 85.0, connected());
        let gone = || row("gone", 20.0, lost());
        let text =
            |servers, paused| write(&fleet(servers, paused), AppsWellness::default(), Utc::now());
        assert_eq!(text(vec![fine()], false).icon, Icon::Normal);
        assert_eq!(text(vec![fine(), full()], false).icon, Icon::Warning);
        let worst = text(vec![fine(), full(), gone()], false);
        assert_eq!(worst.icon, Icon::Down);
        assert!(worst.lines[0].1.starts_with("gone"), "{:?}", worst.lines);
        assert!(worst.lines[0].1.contains("down"), "{:?}", worst.lines);
        assert_eq!(worst.head, "3 servers · 1 down, 1 warning");
        assert_eq!(text(vec![gone()], true).icon, Icon::Paused);
    }

    /// What no engine answers for is not counted, and a fleet without containers says nothing of them.
    #[test]
    fn containers_are_counted_where_there_are_any() {
        let with = |all, running, troubled| {
            let containers = Some(ContainerCounts { all, running, troubled });
            ServerRow { containers, ..row("nas", 20.0, connected()) }
        };
        let without = || row("pi", 20.0, connected());
        let said =
            |servers| write(&fleet(servers, false), AppsWellness::default(), Utc::now()).containers;
        assert_eq!(said(vec![without()]), None);
        assert_eq!(said(vec![with(0, 0, 0)]), None);
        assert_eq!(said(vec![with(1, 1, 0)]).as_deref(), Some("1 container running"));
        let several = vec![with(4, 3, 1), without(), with(2, 1, 1)];
        assert_eq!(said(several).as_deref(), Some("4 containers running, 2 in trouble"));
        assert_eq!(said(vec![with(2, 0, 0)]).as_deref(), Some("0 containers running"));
    }

    /// An app that crashed on a server that is well is a trouble all the same.
    #[test]
    fn apps_are_counted_and_worried_about() {
        let said = |all, troubled| {
            let servers = vec![row("nas", 20.0, connected())];
            write(&fleet(servers, false), AppsWellness { all, troubled }, Utc::now())
        };
        assert_eq!((said(0, 0).apps, said(0, 0).icon), (None, Icon::Normal));
        assert_eq!(said(1, 0).apps.as_deref(), Some("1 app"));
        let ill = said(3, 1);
        assert_eq!(ill.apps.as_deref(), Some("3 apps, 1 in trouble"));
        assert_eq!((ill.icon, ill.tooltip.as_str()), (Icon::Warning, "Tomo, 1 app not well"));
    }

    /// Figures stand in columns whatever the names are; what was not measured is a dash.
    #[test]
    fn every_line_is_as_wide_as_the_others() {
        let names = ["nas", "日本 🏠", "a name that is far too long for a tray"];
        let servers = names.map(|name| row(name, 20.0, connected())).into();
        let text = write(&fleet(servers, false), AppsWellness::default(), Utc::now());
        let widths: Vec<usize> = text.lines.iter().map(|(_, line)| line.width()).collect();
        assert!(widths.iter().all(|width| *width == widths[0]), "{:?}", text.lines);
        assert!(text.lines.iter().all(|(_, line)| line.contains('–')), "{:?}", text.lines);
    }
}
