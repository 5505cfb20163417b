//! How a server is, in one word and one sentence: the same rule for the window, the tray and the
//! command line.

use super::{connection::ConnectionStatus, live::Figures};
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The states of a server, best first, so that the worst of a fleet is the greatest.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Answers, and nothing is past a mark.
    Fine,
    /// A person disconnected it or paused collection.
    Off,
    /// Being connected, no figure yet.
    Connecting,
    /// The last figures are too old to be called current.
    Stale,
    /// A figure is past its warning mark.
    Warning,
    /// A figure is past its critical mark.
    Critical,
    /// Does not answer, or Tomo refuses to talk to it.
    Down,
}

/// The marks of one figure, percent.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
pub struct Marks {
    /// At and above this it is a warning.
    pub warning: f64,
    /// At and above this it is critical.
    pub critical: f64,
}

impl Marks {
    /// The state that `percent` is in.
    #[must_use]
    pub fn state(self, percent: f64) -> State {
        if percent >= self.critical {
            State::Critical
        } else if percent >= self.warning {
            State::Warning
        } else {
            State::Fine
        }
    }
}

/// All marks, from the `monitoring.*` settings.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
pub struct Thresholds {
    /// CPU busy.
    pub cpu: Marks,
    /// Memory used.
    pub memory: Marks,
    /// Any mount.
    pub disk: Marks,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            cpu: Marks { warning: 85.0, critical: 95.0 },
            memory: Marks { warning: 80.0, critical: 90.0 },
            disk: Marks { warning: 85.0, critical: 95.0 },
        }
    }
}

/// A server's state with the sentence that explains it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
pub struct Health {
    /// The state.
    pub state: State,
    /// Why, when it is not fine: `Memory is at 84 %`, `/mnt/tank is almost full`.
    pub reason: Option<String>,
}

impl Health {
    /// Judges a server by its connection and its newest figures. CPU is judged by `cpu_sustained`,
    /// the mean of the last minute, so that one busy second colours nothing.
    #[must_use]
    pub fn judge(
        connection: &ConnectionStatus,
        figures: Option<&Figures>,
        cpu_sustained: Option<f64>,
        thresholds: &Thresholds,
        stale_after_seconds: i64,
        now: DateTime<Utc>,
    ) -> Self {
        let only = |state| Self { state, reason: None };
        let because = |state, reason: String| Self { state, reason: Some(reason) };
        match connection {
            ConnectionStatus::Disconnected => return because(State::Off, "Disconnected".into()),
            ConnectionStatus::Paused => return because(State::Off, "Collection is paused".into()),
            ConnectionStatus::Connecting if figures.is_none() => {
                return because(State::Connecting, "Connecting".into());
            }
            ConnectionStatus::Retrying { failure, .. }
            | ConnectionStatus::Failed { failure, .. } => {
                return because(State::Down, failure.to_string());
            }
            ConnectionStatus::HostKeyUnknown { .. } => {
                return because(State::Down, "Its host key is not known yet".into());
            }
            ConnectionStatus::HostKeyChanged { .. } => {
                return because(State::Down, "It has a different host key".into());
            }
            ConnectionStatus::Connecting | ConnectionStatus::Connected { .. } => {}
        }
        let Some(figures) = figures else {
            return because(State::Connecting, "Waiting for the first figures".into());
        };
        let age = (now - figures.at).num_seconds();
        if age > stale_after_seconds {
            return because(State::Stale, format!("Stale: figures are {} old", age_text(age)));
        }
        let mut worst = only(State::Fine);
        let mut consider = |state: State, reason: String| {
            if state > worst.state {
                worst = because(state, reason);
            }
        };
        if let Some(disk) = &figures.disk {
            let state = thresholds.disk.state(disk.percent);
            let reason = if state == State::Critical {
                format!("{} is almost full", disk.path)
            } else {
                format!("{} is at {:.0}\u{a0}%", disk.path, disk.percent)
            };
            consider(state, reason);
        }
        if let Some(percent) = figures.memory_percent {
            consider(thresholds.memory.state(percent), format!("Memory is at {percent:.0}\u{a0}%"));
        }
        if let Some(percent) = cpu_sustained {
            consider(
                thresholds.cpu.state(percent),
                format!("CPU is at {percent:.0}\u{a0}% for a minute"),
            );
        }
        worst
    }
}

/// An age as the window writes it: `40 s`, `12 min`, `6 h`, `41 d`.
#[must_use]
pub fn age_text(seconds: i64) -> String {
    match seconds {
        ..90 => format!("{seconds}\u{a0}s"),
        90..5_400 => format!("{}\u{a0}min", seconds / 60),
        5_400..172_800 => format!("{}\u{a0}h", seconds / 3_600),
        _ => format!("{}\u{a0}d", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::live::DiskFigure;
    use chrono::TimeDelta;

    fn figures(at: DateTime<Utc>, memory_percent: Option<f64>, disk_percent: f64) -> Figures {
        Figures {
            at,
            cpu_percent: Some(100.0),
            load_one: None,
            memory_percent,
            memory_used_bytes: None,
            memory_total_bytes: None,
            disk: Some(DiskFigure {
                path: "/mnt/tank".into(),
                percent: disk_percent,
                used_bytes: 1,
                total_bytes: 2,
            }),
            network_rx: None,
            network_tx: None,
            temperature_celsius: None,
            uptime_seconds: None,
        }
    }

    /// The worst figure speaks; one busy second of CPU does not, and neither does what is absent.
    #[test]
    fn the_worst_figure_gives_the_state_and_the_reason() {
        let now = Utc::now();
        let connected = ConnectionStatus::Connected { since: now };
        let judge = |figures: &Figures, cpu| {
            let marks = Thresholds::default();
            Health::judge(&connected, Some(figures), cpu, &marks, 30, now)
        };
        assert_eq!(judge(&figures(now, None, 10.0), None).state, State::Fine);
        assert_eq!(judge(&figures(now, None, 10.0), Some(86.0)).state, State::Warning);
        let worst = judge(&figures(now, Some(81.0), 96.0), None);
        assert_eq!(worst.state, State::Critical);
        assert_eq!(worst.reason.as_deref(), Some("/mnt/tank is almost full"));
    }

    /// Old figures must not pass for the present ones, however good they are.
    #[test]
    fn old_figures_are_stale_with_their_age() {
        let now = Utc::now();
        let connected = ConnectionStatus::Connected { since: now };
        let old = figures(now - TimeDelta::minutes(4), Some(10.0), 10.0);
        let health = Health::judge(&connected, Some(&old), None, &Thresholds::default(), 30, now);
        assert_eq!(health.state, State::Stale);
        assert_eq!(health.reason.as_deref(), Some("Stale: figures are 4\u{a0}min old"));
    }
}
