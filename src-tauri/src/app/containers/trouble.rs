//! What is wrong with a container, in words, and which of what happens to one is worth an entry in the
//! activity log.

use crate::app::activity::Entry;
use crate::{
    collect::hub::Hub,
    docker::{
        events::{ContainerEvent, EventKind},
        list::MOST_CONTAINERS,
    },
    domain::{
        activity::ActivityKind,
        container::{Container, ContainerHealth, ContainerState},
        engine::EngineKind,
        id::ServerId,
    },
};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use std::collections::{HashMap, HashSet, VecDeque};

/// From so many restarts on, a container that began anew a moment ago is in trouble.
const MANY_RESTARTS: u64 = 3;
/// A container that has run for so long has come to rest.
const AT_REST: TimeDelta = TimeDelta::minutes(10);
/// Events that are remembered, so that none counts twice: an engine remembers 256 itself.
const REMEMBERED: usize = 512;
/// Entries about one container within an hour: one that ends again and again, as fast as Podman starts
/// it anew, would fill the log.
const MOST_TOLD: u32 = 20;
const HOUR_NANOS: i64 = 3_600_000_000_000;
/// An engine's clock may be put back a little, and events be told a little out of order.
const OVERLAP_NANOS: i64 = 2_000_000_000;

/// What a container ends with that was asked to end: by the interrupt key, by a kill, by a stop. Those
/// that are killed for lack of memory say so besides.
const ASKED_TO_END: [i64; 3] = [130, 137, 143];

/// What is wrong with a container; nothing when nothing is.
pub(super) fn words(container: &Container, now: DateTime<Utc>) -> Option<String> {
    let restarts = container.restart_count.unwrap_or(0);
    match container.state {
        ContainerState::Dead => Some("Could not be removed whole".into()),
        ContainerState::Exited => {
            let code = container.exit_code?;
            if container.out_of_memory {
                return Some(format!("Exited {code}, out of memory"));
            }
            if code == 0 || ASKED_TO_END.contains(&code) {
                return None;
            }
            Some(format!("Exited {code}"))
        }
        // An engine that could not start it leaves it as it was made, with its complaint.
        ContainerState::Created => container.error.as_ref().map(|_| "Could not be started".into()),
        ContainerState::Restarting if restarts == 0 => Some("Restarting".into()),
        ContainerState::Restarting => Some(restarted(restarts)),
        _ if container.health == Some(ContainerHealth::Unhealthy) => Some("Unhealthy".into()),
        ContainerState::Running
            if restarts >= MANY_RESTARTS
                && container.started_at.is_some_and(|at| now - at < AT_REST) =>
        {
            Some(restarted(restarts))
        }
        _ => None,
    }
}

fn restarted(count: u64) -> String {
    if count == 1 { "Restarted once".into() } else { format!("Restarted {count} times") }
}

/// What one run of a container has told so far.
#[derive(Default)]
struct Run {
    /// Somebody sent a signal to it: how it ends is no accident.
    signalled: bool,
    out_of_memory: bool,
    unhealthy: bool,
}

/// What was heard of an engine, over all streams that there were.
#[derive(Default)]
pub(super) struct Heard {
    /// When the last event was, by the engine's clock.
    last: Option<i64>,
    known: HashSet<(String, EventKind, i64)>,
    order: VecDeque<(String, EventKind, i64)>,
    runs: HashMap<String, Run>,
    /// Since when entries of a container are counted, and how many there were.
    told: HashMap<String, (i64, u32)>,
}

impl Heard {
    /// From when on the engine has to tell, so that nothing is missed.
    pub(super) fn since(&self, met: i64) -> i64 {
        self.last.map_or(met, |last| last - OVERLAP_NANOS)
    }

    /// Whether there was any.
    pub(super) fn has_heard(&self) -> bool {
        self.last.is_some()
    }

    /// Whether an event is new, which it is once.
    pub(super) fn is_new(&mut self, event: &ContainerEvent) -> bool {
        let key = (event.id.clone(), event.kind.clone(), event.at_nanos);
        if !self.known.insert(key.clone()) {
            return false;
        }
        self.order.push_back(key);
        if self.order.len() > REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
        self.last = self.last.max(Some(event.at_nanos));
        true
    }

    /// The entry that a new event is worth. Podman tells of a stop only after the end that it brought;
    /// what its containers end with has to say whether somebody asked for it.
    pub(super) fn entry(
        &mut self,
        (server, server_name): (ServerId, &str),
        engine: EngineKind,
        name: &str,
        event: &ContainerEvent,
    ) -> Option<Entry> {
        if self.runs.len() > MOST_CONTAINERS {
            // More than are listed: the engine did not tell of every end.
            self.runs.clear();
            self.told.clear();
        }
        let run = self.runs.entry(event.id.clone()).or_default();
        let (what, message) = match &event.kind {
            EventKind::Start => {
                *run = Run::default();
                return None;
            }
            EventKind::Destroy => {
                self.runs.remove(&event.id);
                self.told.remove(&event.id);
                return None;
            }
            EventKind::Signal => {
                run.signalled = true;
                return None;
            }
            EventKind::OutOfMemory => {
                // It may lose one process of several and go on: then this is all that is said.
                if std::mem::replace(&mut run.out_of_memory, true) {
                    return None;
                }
                ("oom", format!("{name} on {server_name} has no memory left"))
            }
            EventKind::Health(ContainerHealth::Unhealthy) => {
                if std::mem::replace(&mut run.unhealthy, true) {
                    return None;
                }
                ("unhealthy", format!("The check of {name} on {server_name} fails"))
            }
            EventKind::Health(ContainerHealth::Healthy) => {
                run.unhealthy = false;
                return None;
            }
            EventKind::Die { exit_code } => {
                let run = std::mem::take(run);
                let code = exit_code.filter(|code| *code != 0)?;
                let is_asked =
                    run.signalled || (engine == EngineKind::Podman && ASKED_TO_END.contains(&code));
                if is_asked && !run.out_of_memory {
                    return None;
                }
                let why = if run.out_of_memory { ", out of memory" } else { "" };
                ("die", format!("{name} on {server_name} ended with {code}{why}"))
            }
            EventKind::Health(ContainerHealth::Starting) | EventKind::Other(_) => return None,
        };
        let message = self.counted(event, message)?;
        let details = json!({
            "event": format!("{what}:{}:{}", event.id, event.at_nanos),
            "container": name,
            "container_id": event.id,
            "server": server_name,
        });
        Some(Entry::by_tomo(ActivityKind::ContainerTrouble, message).to(server).with(details))
    }
}

impl Heard {
    /// The message of an entry, as far as there were not too many about the container.
    fn counted(&mut self, event: &ContainerEvent, message: String) -> Option<String> {
        let (since, count) = self.told.entry(event.id.clone()).or_insert((event.at_nanos, 0));
        if event.at_nanos.saturating_sub(*since) > HOUR_NANOS {
            (*since, *count) = (event.at_nanos, 0);
        }
        *count = count.saturating_add(1);
        match *count {
            MOST_TOLD => Some(format!("{message}; more of it is left out for an hour")),
            count => (count < MOST_TOLD).then_some(message),
        }
    }
}

/// The name of a server, for a sentence.
pub(super) fn server_name(hub: &Hub, server: ServerId) -> String {
    hub.server(server).map_or_else(|| "a server".into(), |server| server.name)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::app::containers) fn container(state: ContainerState) -> Container {
        Container {
            server_id: ServerId::LOCAL,
            engine: "/run/docker.sock".into(),
            id: "ab".repeat(32),
            name: "web".into(),
            image: "web:1".into(),
            image_id: "sha256:1".into(),
            digest: None,
            project: None,
            service: None,
            state,
            health: None,
            exit_code: None,
            out_of_memory: false,
            error: None,
            ports: Vec::new(),
            created_at: None,
            started_at: None,
            finished_at: None,
            restart_count: Some(0),
            series: "/web".into(),
        }
    }

    fn event(kind: EventKind, at_nanos: i64) -> ContainerEvent {
        ContainerEvent { id: "ab".into(), name: None, kind, at_nanos }
    }

    /// A container that somebody stopped is not in trouble, whatever it ended with because of that; one
    /// that restarted long ago is not either.
    #[test]
    fn trouble_is_what_nobody_wanted() {
        let now = Utc::now();
        let ended = |code, out_of_memory| {
            let state = ContainerState::Exited;
            words(&Container { exit_code: Some(code), out_of_memory, ..container(state) }, now)
        };
        assert_eq!(ended(0, false), None);
        assert_eq!(ended(137, false), None);
        assert_eq!(ended(137, true).as_deref(), Some("Exited 137, out of memory"));
        assert_eq!(ended(3, false).as_deref(), Some("Exited 3"));
        let running = |count, minutes| {
            let started_at = Some(now - TimeDelta::minutes(minutes));
            let state = ContainerState::Running;
            words(&Container { restart_count: Some(count), started_at, ..container(state) }, now)
        };
        assert_eq!(running(4, 1).as_deref(), Some("Restarted 4 times"));
        assert_eq!(running(4, 60), None);
        assert_eq!(running(1, 1), None);
    }

    /// A container that ends as fast as it is started must not fill the log.
    #[test]
    fn what_ends_again_and_again_is_told_so_often() {
        let mut heard = Heard::default();
        let mut told = |at| {
            let event = event(EventKind::Die { exit_code: Some(1) }, at);
            heard.entry((ServerId::LOCAL, "nas"), EngineKind::Docker, "web", &event).is_some()
        };
        let within: Vec<bool> = (0..100).map(&mut told).collect();
        assert_eq!(within.iter().filter(|told| **told).count(), 20);
        assert!(told(HOUR_NANOS + 1) && told(HOUR_NANOS + 2), "the next hour");
    }

    /// Podman tells of no signal before an end, and Docker always does: the same code is an accident
    /// of one's container and was asked for of the other's.
    #[test]
    fn what_podman_stopped_is_no_accident() {
        let ended = |engine, exit_code| {
            let event = event(EventKind::Die { exit_code: Some(exit_code) }, 1);
            Heard::default().entry((ServerId::LOCAL, "nas"), engine, "web", &event).is_some()
        };
        assert!(ended(EngineKind::Docker, 137) && !ended(EngineKind::Podman, 137));
        assert!(ended(EngineKind::Docker, 3) && ended(EngineKind::Podman, 3));
    }

    /// After a stream broke the engine tells again what it told: no entry may come of that.
    #[test]
    fn an_event_counts_once_and_a_stop_is_no_accident() {
        let mut heard = Heard::default();
        let mut say = |kind, at| {
            let event = event(kind, at);
            let is_new = heard.is_new(&event);
            let docker = EngineKind::Docker;
            let entry =
                is_new.then(|| heard.entry((ServerId::LOCAL, "nas"), docker, "web", &event));
            entry.flatten().is_some()
        };
        let died = || EventKind::Die { exit_code: Some(1) };
        assert!(say(died(), 1));
        assert!(!say(died(), 1), "told again");
        assert!(!say(EventKind::Start, 2) && !say(EventKind::Signal, 3));
        assert!(!say(EventKind::Die { exit_code: Some(137) }, 4), "somebody stopped it");
        assert!(!say(EventKind::Start, 5) && say(EventKind::OutOfMemory, 6));
        assert!(say(EventKind::Die { exit_code: Some(137) }, 7));
        let ill = || EventKind::Health(ContainerHealth::Unhealthy);
        assert!(say(ill(), 8) && !say(ill(), 9), "it fails again and again");
        assert!(!say(EventKind::Health(ContainerHealth::Healthy), 10) && say(ill(), 11));
        assert_eq!(heard.since(0), 11 - OVERLAP_NANOS);
    }
}
